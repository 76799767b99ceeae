"""`plan alternatives`: plans that cost a little more and are better in something that a board cares about.

    capex_now       least investment in the first three years
    projects        fewest retrofits, builds and contracts
    own_reduction   fewest tonnes of one's own, location-based at base-year factors
    grid            least electricity over the public grid

Each is found by two solves: the least of the measure among plans that cost no more than (1 + slack) times the plan in hand,
with its proven bound; then the least cost of what reaches that measure, so that none of the slack is spent for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from models.problem import Goal
from planner.answer import MILLION, Answer
from planner.pareto.changes import changes, step_row
from planner.resolving import Resolver, Solved, costed, verified
from planner.steps import steps
from planner.tables import decisions
from planner.verify_asked import goal_total

FIRST_YEARS = 3
WEIGHT = 0.1  # of the plan's cost: what the whole measure counts while it is minimised
LEAST_GAP = 0.005  # of an aim; a board asks for no more
HAIR = 1e-6  # relative, of a measure that has just been reached
SAME = 1e-3  # relative, of a measure that is no better

Measure = Literal["capex", "projects", "own_inventory", "grid_mwh"]


@dataclass(frozen=True)
class Aim:
    """What a board may care about; `first_years` of the plan count, or all."""

    name: str
    label: str
    label_zh: str
    measure: Measure
    unit: str
    first_years: int | None = None


AIMS = (
    Aim("capex_now", "least investment in the first three years", "前三年投资最少", "capex", "currency", FIRST_YEARS),
    Aim("projects", "fewest projects", "项目最少", "projects", "projects"),
    Aim("own_reduction", "most own reduction", "自身减排最多", "own_inventory", "t CO2e"),
    Aim("grid", "least electricity from the grid", "外购电网电量最少", "grid_mwh", "MWh"),
)


@dataclass(frozen=True, eq=False)
class Alternative:
    """A plan that is better in an aim; `value` and `before` are its measure here and in the plan in hand, `bound` what no
    plan within the slack is below. `solved` is None where no better plan was found, and `note` says why."""

    aim: Aim
    before: float
    value: float
    bound: float
    solved: Solved | None
    note: str = ""


def alternatives(again: Resolver, plan: Solved, slack: float) -> list[Alternative]:
    """One alternative for each aim, within a relative slack of the cost of the plan in hand."""
    ceiling = plan.high + slack * abs(plan.high)
    return [alternative(again, plan, aim, ceiling) for aim in AIMS]


def alternative(again: Resolver, plan: Solved, aim: Aim, ceiling: float) -> Alternative:
    """The plan with the least of a measure that costs no more than `ceiling`."""
    assert plan.answer is not None
    problem = plan.problem
    goal = Goal(aim.measure, years=problem.years[: aim.first_years])
    before = measured(plan.answer, goal)
    if before <= 0:
        return Alternative(aim, before, before, before, None, "nothing left to improve")
    priced = replace(goal, price=WEIGHT * max(1.0, abs(plan.high)) / before)
    within = replace(problem, goals=(*problem.goals, Goal("cost", ceiling)))
    words = aim.name.replace("_", " ")
    options = replace(again.options, gap=max(again.options.gap, LEAST_GAP))
    found = again.plan(replace(within, aim=priced), f"{words}: its best", options)
    bound = max(0.0, (found.facts.lower_bound - 1.0) / priced.price) if math.isfinite(found.facts.lower_bound) else 0.0
    if not found.decisions:
        return Alternative(aim, before, before, bound, None, "no plan found in the time")
    best = verified(within, costed(within, found, plan.low), words)
    assert best.answer is not None
    value = measured(best.answer, goal)
    if value > before * (1 - SAME):
        return Alternative(aim, before, before, min(bound, before), None, "no plan within the slack is better")
    kept = replace(goal, most=value + HAIR * max(1.0, value))
    cheaper = again(replace(within, goals=(*within.goals, kept)), f"{words}: its cost")
    solved = best if cheaper.answer is None or cheaper.high > best.high else cheaper
    assert solved.answer is not None
    value = measured(solved.answer, goal)
    return Alternative(aim, before, value, min(bound, value), replace(solved, low=max(solved.low, plan.low)))


def measured(answer: Answer, goal: Goal) -> float:
    """What a plan has of a measure, as the accountant counts it."""
    return goal_total(answer.problem, answer.plan, answer.money, answer.tonnes, goal)


def study(
    plan: Solved, found: list[Alternative], slack: float, currency: str, label: Callable[[str], str]
) -> dict[str, Any]:
    """The study `alternatives`; money in the scenario's currency."""
    return {
        "kind": "alternatives",
        "currency": currency,
        "slack": slack,
        "net_present_cost": None if plan.answer is None else plan.answer.money.net_present_cost * MILLION,
        "objective": plan.high * MILLION,
        "rows": [_row(plan, one, currency, label) for one in found],
    }


def _row(plan: Solved, one: Alternative, currency: str, label: Callable[[str], str]) -> dict[str, Any]:
    scale = MILLION if one.aim.unit == "currency" else 1.0
    row: dict[str, Any] = {
        "aim": one.aim.name,
        "label": one.aim.label,
        "label_zh": one.aim.label_zh,
        "unit": currency if one.aim.unit == "currency" else one.aim.unit,
        "value_in_plan": one.before * scale,
        "value_of_aim": one.value * scale,
        "no_plan_below": one.bound * scale,
        "status": "none" if one.solved is None else "found",
        "note": one.note,
        "net_present_cost": None,
        "extra_cost": None,
        "gap": None,
        "steps": [],
        "changes": [],
    }
    if one.solved is None or one.solved.answer is None or plan.answer is None:
        return row
    answer = one.solved.answer
    rows, before = (list(decisions(x.problem, x.plan, x.money, currency)) for x in (answer, plan.answer))
    return row | {
        "net_present_cost": answer.money.net_present_cost * MILLION,
        "extra_cost": (one.solved.high - plan.high) * MILLION,
        "gap": (one.solved.high - one.solved.low) / max(abs(one.solved.high), 1e-9),
        "stars": {str(y.year): y.full.stars for y in answer.rated},
        "steps": [step_row(step, label) for step in steps(rows)],
        "changes": changes(before, rows, label),
    }
