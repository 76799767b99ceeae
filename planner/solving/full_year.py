"""A plan made for typical days, operated at every step of the year.

The investments stand; operation, purchases of the year and claims are decided again at full resolution. What that costs, against
what the typical days said, is the error of the quick look.
"""

from __future__ import annotations

from dataclasses import replace

from models.problem import Problem
from planner.answer import account_for, at_accounted_cost
from planner.assembly.variants import at_resolution
from planner.engine import Options, solve
from planner.plan import Plan
from planner.progress import Progress
from planner.reading.read import Reading
from planner.solving.fixed import investments_of
from planner.solving.summary import EveryStep
from planner.solving.variants import EVERY_STEP_GAP
from planner.verification.verify import verify

HOURS = 8760


def is_every_step(problem: Problem) -> bool:
    """Whether the problem has the steps of a whole year."""
    return problem.steps.count * problem.steps.hours >= HOURS


def operated_at_every_step(
    reading: Reading, problem: Problem, plan: Plan, options: Options, progress: Progress
) -> EveryStep:
    """Operates the plan at full resolution with its investments standing."""
    full = at_resolution(reading, problem, "full")
    settings = replace(options, gap=max(options.gap, EVERY_STEP_GAP))
    found = solve(full, settings, progress.report, pins=investments_of(problem, plan))
    if not found.decisions:
        out = found.facts.status == "infeasible"
        words = (
            "with these investments the loads or the target cannot be met at every step"
            if out
            else found.facts.termination
        )
        return EveryStep(None, found.facts.lower_bound, words)
    found = at_accounted_cost(full, found)
    if not verify(full, found).ok:
        return EveryStep(None, found.facts.lower_bound, "what was found failed verification")
    return EveryStep(account_for(full, found), found.facts.lower_bound, "")
