"""The plans beside the optimum: business as usual, paper only, cheapest measure first, and the highest level.

They are compared under the problem's own rules: whatever a plan was spared while it was made (penalties, floors), its
penalties and durable stars are counted. Together they get a share of the time limit, one after the other up to a part of it;
what does not fit is said so.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.problem import Problem
from planner.accounting.shortfall import shortfalls
from planner.answer import Answer, at_accounted_cost
from planner.assembly.variants import paper_only, raised, usual_of
from planner.engine import Options, Pool, SolverError, Start, interrupted, solve
from planner.plan import Plan
from planner.progress import Progress
from planner.solving.cheapest_first import cheapest_first, measures
from planner.solving.first_look import Look
from planner.solving.summary import Beside, out_of_time, under_rules
from planner.solving.variants import (
    BESIDE_GAP,
    CHEAPEST,
    OPTIMUM,
    PAPER,
    USUAL,
    highest,
    levels_of,
    names_beside,
)
from planner.verification.verify import verify

OUT_OF_REACH = "out of reach"
CANNOT_SERVE = "left out: the standing plant cannot serve the loads"
ANY_PLAN = 0.9  # gap at which any plan will do
PAPER_ENDS, HIGHEST_ENDS = 0.25, 0.65  # share of the time at which a plan makes room for the next
SEARCH_SHARE = 0.5  # of the naive plan's time that all tries for the number of measures may take


@dataclass(frozen=True)
class Budget:
    """How to solve, and until when."""

    options: Options
    deadline: float

    def spent(self) -> bool:
        """No time left, or interrupted."""
        return interrupted.is_set() or time.monotonic() > self.deadline

    def within(self, gap: float, most_s: float = math.inf) -> Options:
        """Options that end with the budget, after `most_s` at the latest."""
        left = max(1.0, min(most_s, self.deadline - time.monotonic()))
        return replace(self.options, gap=max(gap, self.options.gap), time_limit_s=min(left, self.options.time_limit_s))


def plans_beside(
    answer: Answer,
    usual: Plan,
    options: Options,
    seconds: float,
    progress: Progress,
    pool: Pool,
    look: Look | None = None,
) -> dict[str, Beside]:
    """The plans by name in the order of the tables, the optimum last; `seconds` is for all of them together.

    `pool` is the optimum's: plans that may build on the same site use what was learnt of it. Where there is a `look` at typical
    days, decisions begin there, and the number of measures of the naive plan is found there.
    """
    problem = answer.problem
    begun = time.monotonic()
    to_paper, to_highest, to_end = (
        Budget(options, begun + share * seconds) for share in (PAPER_ENDS, HIGHEST_ENDS, 1.0)
    )
    names, levels, best = names_beside(problem), levels_of(problem), highest(problem)
    standing = usual_of(problem, usual)
    plans = {USUAL: Beside(under_rules(problem, standing, usual)), OPTIMUM: Beside(answer)}
    if PAPER in names and shortfalls(standing, usual):
        plans[PAPER] = Beside(None, CANNOT_SERVE)
    elif PAPER in names:
        with progress.phase("beside", "the plan on paper only"):
            plans[PAPER] = on_paper(problem, levels, to_paper)
    if best in names:
        with progress.phase("beside", f"the plan for {levels[-1]} stars"):
            plans[best] = highest_level(problem, levels[-1], to_highest, pool, look)
    if CHEAPEST in names:
        with progress.phase("beside", "the plan that takes the cheapest measure first"):
            plans[CHEAPEST] = naive(problem, to_end, pool, look)
    return {name: plans[name] for name in names}


def on_paper(problem: Problem, levels: list[int], budget: Budget) -> Beside:
    """The highest level that paper reaches in the first year and holds, tried from the lowest on."""
    best = Beside(None, "left out: no time" if budget.spent() else "paper alone reaches no level")
    with Pool() as pool:  # nothing is built for any level: one site
        for level in sorted(levels):
            found = solved(problem, paper_only(problem, level), budget, pool)
            if found.answer is None:
                if found.note == OUT_OF_REACH:
                    return best
                late = replace(best, note=f"{level} stars not tried to the end: no time")
                return found if best.answer is None else late
            best = replace(found, asked=level)
    return best


def highest_level(problem: Problem, level: int, budget: Budget, pool: Pool, look: Look | None) -> Beside:
    """The plan that holds the highest level."""
    starts = [] if look is None or budget.spent() else look(raised(problem, level), budget.within(BESIDE_GAP))
    return replace(solved(problem, raised(problem, level), budget, pool, starts), asked=level)


def naive(problem: Problem, budget: Budget, pool: Pool, look: Look | None) -> Beside:
    """Measures by their own cost per tonne until the target is reached: the fewest of them, found by halving.

    A number for which no plan turns up in its share of the time counts as too small. One that is enough on typical days and not
    at every step of the year is raised.
    """
    order = measures(problem)
    few, enough = -1, len(order)
    held: Plan | None = None
    most_s = SEARCH_SHARE * (budget.deadline - time.monotonic()) / math.ceil(math.log2(len(order) + 2))
    while enough - few > 1 and not budget.spent():
        count = (few + enough) // 2
        plan = _tried(cheapest_first(problem, order[:count]), budget.within(ANY_PLAN, most_s), pool, look)
        if plan is not None and plan.decisions:
            enough, held = count, plan
        else:
            few = count
    found = Beside(None, "left out: no time")
    for count in range(enough, len(order) + 1):
        variant = cheapest_first(problem, order[:count])
        starts = [Start(held.decisions)] if held is not None else []
        found = solved(problem, variant, budget, pool, starts, held if look is None else None)
        if found.note != OUT_OF_REACH:
            return replace(found, asked=count)
    return found


def _tried(problem: Problem, options: Options, pool: Pool, look: Look | None) -> Plan | None:
    """The plan, at typical days where they are looked at; None where the solver fails: too few measures, then."""
    try:
        return solve(problem, options, pool=pool) if look is None else look.plan(problem, options)
    except SolverError:
        return None


def solved(
    problem: Problem,
    variant: Problem,
    budget: Budget,
    pool: Pool,
    starts: Sequence[Start] = (),
    held: Plan | None = None,
) -> Beside:
    """The plan of a variant under the problem's own rules, or why there is none; `held` is one known before."""
    try:
        plan = held if budget.spent() else solve(variant, budget.within(BESIDE_GAP), pool=pool, starts=starts)
    except SolverError as error:  # a plan for comparison may be missed; the plan itself stands
        return Beside(None, f"left out: {error}")
    if plan is not None and not plan.decisions and plan.facts.status != "infeasible" and held is not None:
        plan = held
    if plan is None:
        return Beside(None, "left out: no time")
    if not plan.decisions:
        return Beside(None, OUT_OF_REACH if plan.facts.status == "infeasible" else "left out: no time")
    plan = at_accounted_cost(variant, plan if plan is not held else not_proven(plan))
    if not verify(variant, plan).ok:
        return Beside(None, "left out: what was found failed verification")
    return Beside(under_rules(problem, variant, plan), out_of_time(plan))


def not_proven(plan: Plan) -> Plan:
    """A plan of another problem: nothing is known of how good it is here."""
    return replace(plan, facts=replace(plan.facts, status="feasible", termination="time limit"))
