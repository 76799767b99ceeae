"""A curve as a study: every point with its plan, its proof, and what changed from the cheaper point before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from planner.answer import MILLION, Answer
from planner.pareto.changes import changes, step_row
from planner.pareto.curve import Curve, Point, Tried
from planner.results.steps import steps
from planner.results.tables import decisions
from planner.solving.resolving import Interval

SIGNS = {1: "dearer", 0: "undecided", -1: "cheaper"}


def study(
    curve: Curve, asked: tuple[int, ...], scenario: str, currency: str, label: Callable[[str], str]
) -> dict[str, Any]:
    """The study `pareto`; money in the scenario's currency. `asked` are the years from the target year on."""
    found = curve.points()
    rows = [
        _point(curve, n, point, found[n - 1] if n else None, asked, currency, label) for n, point in enumerate(found)
    ]
    rows += [_without_plan(curve, n, tried) for n, tried in enumerate(curve.without_plan(), start=len(found))]
    least = curve.least_short
    return {
        "kind": "pareto",
        "scenario": scenario,
        "currency": currency,
        "against": curve.axis.name,
        "axis": curve.axis.label,
        "end": curve.axis.shown(curve.problem, least) if least > -1e300 else None,
        "solves": curve.again.solves,
        "points": rows,
    }


def _point(
    curve: Curve,
    n: int,
    point: Point,
    before: Point | None,
    asked: tuple[int, ...],
    currency: str,
    label: Callable[[str], str],
) -> dict[str, Any]:
    answer, place = point.answer, curve.axis.shown(curve.problem, point.tried.short)
    rows = list(decisions(answer.problem, answer.plan, answer.money, currency))
    gap = (point.cost.high - point.cost.low) / max(abs(point.cost.high), 1e-9)
    found: dict[str, Any] = {
        "id": f"p{n + 1}",
        "label": curve.axis.words(place),
        "status": "optimal" if gap <= curve.gap else "feasible",
        "objective": point.cost.high * MILLION,
        "net_present_cost": answer.money.net_present_cost * MILLION,
        "lower_bound": point.cost.low * MILLION,
        "gap": gap,
        "verified": True,
        "x": place,
        **measured(answer, asked),
        "steps": [step_row(step, label) for step in steps(rows)],
        "changes": [],
    }
    if before is not None:
        above = point.cost - before.cost
        found |= {**_interval("above_previous", above), "sign": SIGNS[above.sign]}
        earlier = decisions(before.answer.problem, before.answer.plan, before.answer.money, currency)
        found["changes"] = changes(earlier, rows, label)
    return found


def measured(answer: Answer, asked: tuple[int, ...]) -> dict[str, Any]:
    """Stars, score, tonnes and paper of a plan: worst of the years that are asked for where one number is given."""
    tonnes, years = answer.tonnes, answer.problem.years
    return {
        "stars": {str(one.year): one.full.stars for one in answer.rated},
        "durable_stars": {str(one.year): one.durable.stars for one in answer.rated},
        "least_stars": min((one.full.stars for one in answer.rated if one.year in asked), default=0),
        "least_durable_stars": min((one.durable.stars for one in answer.rated if one.year in asked), default=0),
        "score": min((one.full.score for one in answer.rated if one.year in asked), default=None),
        "tonnes_total": float(tonnes.gross_location_tco2e.sum()),
        "tonnes_final": float(tonnes.gross_location_tco2e[-1]),
        "paper_share": max(float(tonnes.paper_share[years.index(y)]) for y in asked),
        "capex": answer.money.capex() * MILLION,
    }


def _without_plan(curve: Curve, n: int, tried: Tried) -> dict[str, Any]:
    place = None if tried.limit > 1e300 else curve.axis.shown(curve.problem, tried.limit)
    limit = "no limit" if place is None else curve.axis.words(place)
    proven = tried.solved.low if abs(tried.solved.low) < 1e300 else None
    return {
        "id": f"p{n + 1}",
        "label": limit,
        "status": "infeasible" if tried.solved.infeasible else "none",
        "objective": None,
        "net_present_cost": None,
        "lower_bound": None if proven is None else proven * MILLION,
        "gap": None,
        "verified": False,
        "x": place,
        "note": tried.solved.note,
        "steps": [],
        "changes": [],
    }


def _interval(name: str, interval: Interval) -> dict[str, float]:
    return {f"{name}_least": interval.low * MILLION, f"{name}_most": interval.high * MILLION}
