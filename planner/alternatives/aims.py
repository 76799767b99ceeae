"""`plan alternatives`: plans that cost a little more and are better in something that a board cares about.

    capex_now       least investment in the first three years
    projects        fewest retrofits, builds and contracts
    own_reduction   fewest tonnes of one's own, location-based at base-year factors
    grid            least electricity over the public grid

Each is a plan with no more of a measure than a limit, and within a ceiling of (1 + slack) times the cost of the plan in hand; a year
by the hour is not searched for a cheaper one. The limit is halved towards what no plan reaches within the ceiling:

    a plan within the ceiling            the limit falls below what it has
    proven dearer, or out of reach       no plan within the ceiling is below the limit: a bound
    neither, in its time and gap         the limit rises, and nothing is proven

The time that is left is shared by the aims that are left, and half of an aim's by each solve: what is quick leaves more to the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from models.problem import Goal, Measure
from planner.answer import MILLION, Answer
from planner.pareto.changes import changes, step_row
from planner.results.steps import steps
from planner.results.tables import decisions
from planner.solving.resolving import LEAST_S, Resolver, Solved
from planner.verification.asked import goal_total

FIRST_YEARS = 3
STEPS = 6  # solves for each aim
CLOSE = 0.02  # of what the plan in hand has: limits that are as good as the same
HAIR = 1e-6  # relative, of the ceiling


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


def alternatives(again: Resolver, plan: Solved, slack: float, aims: tuple[Aim, ...] = AIMS) -> list[Alternative]:
    """One alternative for each aim, within a relative slack of the cost of the plan in hand."""
    ceiling = plan.high + slack * abs(plan.high)
    return [alternative(again.until(len(aims) - n), plan, aim, ceiling) for n, aim in enumerate(aims)]


def alternative(again: Resolver, plan: Solved, aim: Aim, ceiling: float) -> Alternative:
    """The plan with the least of a measure that was found to cost no more than `ceiling`."""
    assert plan.answer is not None
    problem = plan.problem
    goal = Goal(aim.measure, years=problem.years[: aim.first_years])
    before = best = measured(plan.answer, goal)
    if before <= 0:
        return Alternative(aim, before, before, before, None, "nothing left to improve")
    found: Solved | None = None
    low = bound = 0.0
    for _ in range(STEPS):
        limit = (low + best) / 2 if aim.measure != "projects" else float(math.floor((low + best) / 2))
        if best - limit < (1 if aim.measure == "projects" else CLOSE * before / 2):
            break
        limited = replace(problem, goals=(*problem.goals, replace(goal, most=limit)))
        will_do = replace(again.options, enough=ceiling)
        tried = again(limited, f"{aim.name.replace('_', ' ')}: at most {limit:,.3g}", will_do)
        if tried.answer is not None and tried.high <= ceiling + HAIR * abs(ceiling):
            best, found = min(limit, measured(tried.answer, goal)), tried
            continue
        low = limit + (1 if aim.measure == "projects" else 0.0)
        if tried.infeasible or tried.low > ceiling:
            bound = low
    if found is None or found.answer is None:
        words = "none found within the slack" if again.left_s > LEAST_S else "none found within the slack in its time"
        return Alternative(aim, before, before, bound, None, words)
    value = measured(found.answer, goal)
    return Alternative(aim, before, value, min(bound, value), replace(found, low=max(found.low, plan.low)))


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
