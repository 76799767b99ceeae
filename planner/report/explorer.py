"""The Pareto explorer: every point with its roadmap, and what changed from its neighbour and from this plan.

Differences are worked out here; the script of the page only shows what is picked. Costs are drawn with their penalties,
because that is what is proven to be least.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.pareto.axes import axis_of
from planner.report.blocks import Explorer, Section, Table
from planner.report.case import Case
from planner.report.compare import Line, differences
from planner.report.roadmap import plan_steps
from planner.report.stars import fewest, missing
from planner.report.words import MONEY, number, share

SAME_COST = 1e-6  # relative, of two plans that are one
PERCENT = ("paper",)


@dataclass(frozen=True)
class Point:
    """A plan of the curve; `cost` with penalties, in the scenario's currency."""

    name: str
    x: float
    cost: float
    bound: float | None
    facts: Sequence[tuple[str, str]]
    lines: Sequence[Line]
    is_plan: bool = False
    apart: bool = False  # no point of the curve: one of those is better, or the study never met it


def section(case: Case) -> Section:
    """The explorer, or the command that makes its study."""
    words, study = case.words, case.studies.get("pareto")
    if study is None:
        return Section("explore", words("explore"), [missing(case, "explore", "pareto")])
    points = curve(case, study)
    return Section(
        "explore", words("explore"), [explorer(case, study, points)] if points else [], words("explore_lead")
    )


def curve(case: Case, study: Mapping[str, Any]) -> list[Point]:
    """The points of the study that hold a plan, and this plan where it is none of them, from left to right."""
    points = [
        _point(case, p) for p in study["points"] if p.get("net_present_cost") is not None and p.get("x") is not None
    ]
    if not any(point.is_plan for point in points):
        points += this_plan(case, str(study.get("against", "stars")))
    return sorted(points, key=lambda point: (point.x, point.cost))


def _point(case: Case, point: Mapping[str, Any]) -> Point:
    cost = float(point.get("objective") or point["net_present_cost"])
    own = case.summary.get("objective")
    return Point(
        name=case.told(str(point.get("label") or point.get("id") or "")),
        x=float(point["x"]),
        cost=cost,
        bound=point.get("lower_bound"),
        facts=_facts(case, point),
        lines=[_line(case, step) for step in point.get("steps") or ()],
        is_plan=own is not None and abs(cost - own) <= SAME_COST * abs(own),
    )


def _facts(case: Case, point: Mapping[str, Any]) -> list[tuple[str, str]]:
    words = case.words
    facts = [(f"{words('cost')} [{words.unit}]", number(point["net_present_cost"] / MONEY))]
    if isinstance(point.get("objective"), int | float):
        charged = point["objective"] - point["net_present_cost"]
        facts.append((f"{words('penalty')} [{words.unit}]", number(charged / MONEY)))
        facts.append((f"{words('cost_with_penalties')} [{words.unit}]", number(point["objective"] / MONEY)))
    if isinstance(point.get("capex"), int | float):
        facts.append((f"{words('invest')} [{words.unit}]", number(point["capex"] / MONEY)))
    for key, name in (("stars", "stars"), ("durable_stars", "durable")):
        if point.get(key):
            facts.append((words(name), fewest(case, point[key])))
    if isinstance(point.get("score"), int | float):
        facts.append((words("score"), number(point["score"], 1)))
    for key in ("tonnes_total", "tonnes_final"):
        if isinstance(point.get(key), int | float):
            facts.append((words(key), f"{number(point[key])} t"))
    if isinstance(point.get("paper_share"), int | float):
        facts.append((words("paper_share"), share(point["paper_share"])))
    if point.get("gap") is not None:
        facts.append((words("gap"), share(point["gap"], 2)))
    return facts


def _line(case: Case, step: Mapping[str, Any]) -> Line:
    verb, _, item = str(step.get("text", "")).partition(": ")
    action, bracket, times = verb.partition(" (")
    count = times.removesuffix(" times)")
    often = f" ({case.words('times', n=count)})" if bracket else ""
    years = str(step.get("year", "")).replace("-", "–")
    size = str(step.get("size") or "").replace(" to ", "–")
    return Line(years, case.words.known(action), case.named(item), size, step.get("invest"), often)


def this_plan(case: Case, against: str) -> list[Point]:
    """The solved plan as a point of the curve; none where the folder has no archive to measure it by."""
    if case.record is None:
        return []
    summary, answer = case.summary, case.record.answer
    axis = axis_of(against, answer.problem)
    tonnes = [float(year["gross_location"]) for year in summary["emissions_tco2e"].values()]
    asked = [case.summary["score"][str(year)] for year in axis.years if str(year) in summary.get("score", {})]
    facts = {
        **{
            key: summary.get(key) for key in ("net_present_cost", "objective", "capex", "stars", "durable_stars", "gap")
        },
        "score": min(asked, default=None),
        "tonnes_total": sum(tonnes),
        "tonnes_final": tonnes[-1],
        "paper_share": max(float(summary["paper_share"][str(year)]) for year in axis.years),
    }
    return [
        Point(
            name=case.words("this_plan"),
            x=axis.shown(answer.problem, axis.short(answer)),
            cost=float(summary["objective"]),
            bound=summary.get("lower_bound"),
            facts=_facts(case, facts),
            lines=plan_steps(case),
            is_plan=True,
            apart=True,
        )
    ]


def explorer(case: Case, study: Mapping[str, Any], points: Sequence[Point]) -> Explorer:
    """What the script draws from, and the same as a table."""
    words, against = case.words, str(study.get("against", "stars"))
    chosen = next((n for n, point in enumerate(points) if point.is_plan), 0)
    scale = 100.0 if against in PERCENT else 1.0
    shown = []
    for n, point in enumerate(points):
        before = points[n - 1] if n else None
        shown.append(
            {
                "name": point.name,
                "x": scale * point.x,
                "y": point.cost / MONEY,
                "bound": None if point.bound is None else point.bound / MONEY,
                "isPlan": point.is_plan,
                "apart": point.apart,
                "facts": point.facts,
                "steps": [_cells(case, line) for line in point.lines],
                "neighbour": None if before is None else words("from_neighbour", name=before.name),
                "fromNeighbour": [] if before is None else differences(words, before.lines, point.lines),
                "fromPlan": differences(words, points[chosen].lines, point.lines),
            }
        )
    keys = (
        "this_plan",
        "its_roadmap",
        "from_chosen",
        "same",
        "first_point",
        "year",
        "step",
        "size",
        "invest",
        "no_steps",
    )
    data = {
        "points": shown,
        "picked": chosen,
        "whole": against == "stars",
        "x": words(f"x_{against}"),
        "y": f"{words('cost_with_penalties')} [{words.unit}]",
        "words": {key: words(key) for key in keys},
    }
    return Explorer(data, points_table(case, points))


def _cells(case: Case, line: Line) -> list[str]:
    text = case.words("step_of", verb=line.verb + line.often, item=line.item)
    return [line.years, text, "" if line.invest is None else number(line.invest / MONEY, 1), line.size]


def points_table(case: Case, points: Sequence[Point]) -> Table:
    """Every point in a line, for print and for readers without the script."""
    facts = list(dict.fromkeys(name for point in points for name, _ in point.facts))
    rows = [[point.name, *(dict(point.facts).get(name, "–") for name in facts)] for point in points]
    strong = frozenset(n for n, point in enumerate(points) if point.is_plan)
    headings = [case.words("point"), *(f"!{name}" for name in facts)]
    return Table(case.words("all_points"), headings, rows, strong)
