"""The lower bounds of a folder, proven again: the only thing that takes the solver, and as long as a solve.

A bound is refuted where a plan is found that costs less. It is proven where the solver says again that none does. Where the time ends
before either, that is said.
"""

from __future__ import annotations

from pathlib import Path

from models.problem import Problem
from planner.engine import Options, SolverError, Start, solve
from planner.plan import Plan
from planner.recheck.plans import SOLVER_GAP, read_plan
from planner.results.folder import OPERATION, USUAL
from planner.solving.preparing import workers_here

BOUNDS = ((OPERATION, "the plan"), (USUAL, "business as usual"))


def proven_again(folder: Path, time_limit_s: float) -> tuple[list[str], list[str]]:
    """Faults, and notes on what was proven, for the archived problems of a folder; each solve gets the time limit."""
    faults: list[str] = []
    notes: list[str] = []
    for name, said in BOUNDS:
        wrong, told = bound_again(*read_plan(folder, name), time_limit_s)
        faults += [f"{said}: {line}" for line in wrong]
        notes += [f"{said}: {line}" for line in told]
    return faults, notes


def bound_again(problem: Problem, plan: Plan, time_limit_s: float) -> tuple[list[str], list[str]]:
    """(faults, notes) on the bound of one plan, solved again to its own gap from its own decisions."""
    bound, gap = plan.facts.lower_bound, max(plan.facts.gap, SOLVER_GAP)
    slack = 2 * SOLVER_GAP * max(abs(bound), 1e-3)
    options = Options(gap=gap, time_limit_s=time_limit_s, workers=workers_here())
    try:
        found = solve(problem, options, starts=[Start(plan.decisions)]).facts
    except SolverError as error:
        return [], [f"the lower bound {bound:.10g} was not proven again ({error})"]
    if found.status in ("optimal", "feasible") and found.objective < bound - slack:
        return [f"the lower bound {bound:.10g} is refuted: a plan costs {found.objective:.10g}"], []
    if found.lower_bound < bound - gap * max(abs(bound), 1e-3) - slack:
        return [], [
            f"the lower bound {bound:.10g} was not proven again ({found.lower_bound:.10g}, {found.termination})"
        ]
    return [], [f"the lower bound {bound:.10g} is proven again within the gap ({found.lower_bound:.10g})"]
