"""The Pareto explorer: every point with its roadmap, and what changed from its neighbour and from this plan.

Differences are worked out here; the script of the page only shows what is picked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.report.blocks import Explorer, Section, Table
from planner.report.case import Case
from planner.report.roadmap import plan_steps
from planner.report.stars import fewest, missing
from planner.report.words import MONEY, number, share

SAME_COST = 1e-6  # relative, of two plans that are one
TARGET = {"stars": "stars", "score": "score", "paper": "paper_share"}
WHOLE = ("stars", "score", "tonnes")


@dataclass(frozen=True)
class Line:
    """A step of a point's roadmap as it is shown."""

    years: str
    text: str
    size: str
    invest: str


@dataclass(frozen=True)
class Point:
    """A plan of the curve; `cost` in the scenario's currency."""

    name: str
    x: float
    cost: float
    bound: float | None
    facts: Sequence[tuple[str, str]]
    steps: Sequence[Line]
    is_plan: bool = False


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
    held = [p for p in study["points"] if p.get("net_present_cost") is not None and p.get("x") is not None]
    points = [_point(case, p) for p in held]
    cost = case.summary.get("net_present_cost")
    if cost is not None and not any(point.is_plan for point in points):
        points.append(_this_plan(case, str(study.get("against", "stars")), cost))
    return sorted(points, key=lambda point: (point.x, point.cost))


def _point(case: Case, point: Mapping[str, Any]) -> Point:
    words, cost = case.words, float(point["net_present_cost"])
    facts = [(cost_name(case), number(cost / MONEY))]
    if point.get("stars"):
        facts.append((words("stars"), fewest(case, point["stars"])))
    if point.get("durable_stars"):
        facts.append((words("durable"), fewest(case, point["durable_stars"])))
    for key in ("score", "tonnes_total", "tonnes_final"):
        if isinstance(point.get(key), int | float):
            facts.append(
                (words(key), number(point[key], 1 if key == "score" else 0) + ("" if key == "score" else " t"))
            )
    if isinstance(point.get("paper_share"), int | float):
        facts.append((words("paper_share"), share(point["paper_share"])))
    if point.get("gap") is not None:
        facts.append((words("gap"), share(point["gap"], 2)))
    steps = [_line(case, step) for step in point.get("steps") or ()]
    own = case.summary.get("net_present_cost")
    is_plan = own is not None and abs(cost - own) <= SAME_COST * abs(own)
    name = str(point.get("label") or point.get("id") or "")
    return Point(name, float(point["x"]), cost, point.get("lower_bound"), facts, steps, is_plan)


def _line(case: Case, step: Mapping[str, Any]) -> Line:
    invest = step.get("invest")
    return Line(
        str(step.get("year", "")).replace("-", "–"),
        step_words(case, str(step.get("text", ""))),
        str(step.get("size") or ""),
        "" if invest is None else number(invest / MONEY, 1),
    )


def step_words(case: Case, text: str) -> str:
    """`build: Rooftop photovoltaics` in the language of the page, where the names are known."""
    verb, colon, thing = text.partition(": ")
    if case.words.code == "en" or not colon:
        return text
    names = {english: chinese for english, chinese in case.names.given.values()}
    action, bracket, often = verb.partition(" (")
    return f"{case.words.known(action)}{bracket}{often}:{names.get(thing, thing)}"


def _this_plan(case: Case, against: str, cost: float) -> Point:
    words, summary, year = case.words, case.summary, str(case.target_year)
    x = (summary.get(TARGET[against]) or {}).get(year, 0.0) if against in TARGET else _tonnes(summary)
    facts = [(cost_name(case), number(cost / MONEY))]
    for key, name in (("stars", "stars"), ("durable_stars", "durable")):
        if summary.get(key):
            facts.append((words(name), fewest(case, summary[key])))
    facts.append((words("tonnes_total"), f"{number(_tonnes(summary))} t"))
    facts.append((words("gap"), share(summary.get("gap"), 2)))
    steps = [
        Line(a.years, a.text, a.size, "" if a.invest is None else number(a.invest / MONEY, 1)) for a in plan_steps(case)
    ]
    return Point(words("this_plan"), float(x), cost, summary.get("lower_bound"), facts, steps, True)


def cost_name(case: Case) -> str:
    """Net present cost with its unit."""
    return f"{case.words('cost')} [{case.words.unit}]"


def _tonnes(summary: Mapping[str, Any]) -> float:
    return sum(float(year["gross_location"]) for year in (summary.get("emissions_tco2e") or {}).values())


def differences(case: Case, before: Sequence[Line], after: Sequence[Line]) -> list[list[str]]:
    """What a roadmap adds, drops, moves or resizes against another: [sign, what, how]."""
    words = case.words
    old, new = _by_text(before), _by_text(after)
    found = [["+", text, _when_and_what(lines)] for text, lines in new.items() if text not in old]
    found += [["−", text, _when_and_what(lines)] for text, lines in old.items() if text not in new]
    for text in (text for text in new if text in old):
        years = ", ".join(line.years for line in old[text]), ", ".join(line.years for line in new[text])
        sizes = ", ".join(line.size for line in old[text]), ", ".join(line.size for line in new[text])
        how = [words("moved", before=years[0], after=years[1])] if years[0] != years[1] else []
        how += [words("resized", before=sizes[0], after=sizes[1])] if sizes[0] != sizes[1] else []
        if how:
            found.append(["~", text, "; ".join(how)])
    return found


def _by_text(lines: Sequence[Line]) -> dict[str, list[Line]]:
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.text, []).append(line)
    return grouped


def _when_and_what(lines: Sequence[Line]) -> str:
    return ", ".join(f"{line.years} {line.size}".strip() for line in lines)


def explorer(case: Case, study: Mapping[str, Any], points: Sequence[Point]) -> Explorer:
    """What the script draws from, and the same as a table."""
    words = case.words
    chosen = next((n for n, point in enumerate(points) if point.is_plan), 0)
    shown = []
    for n, point in enumerate(points):
        before = points[n - 1] if n else None
        shown.append(
            {
                "name": point.name,
                "x": point.x * (100 if study.get("against") == "paper" else 1),
                "y": point.cost / MONEY,
                "bound": None if point.bound is None else point.bound / MONEY,
                "isPlan": point.is_plan,
                "facts": point.facts,
                "steps": [[line.years, line.text, line.size, line.invest] for line in point.steps],
                "neighbour": None if before is None else words("from_neighbour", name=before.name),
                "fromNeighbour": [] if before is None else differences(case, before.steps, point.steps),
                "fromPlan": differences(case, points[chosen].steps, point.steps),
            }
        )
    axis = f"x_{study.get('against', 'stars')}"
    data = {
        "points": shown,
        "picked": chosen,
        "whole": study.get("against", "stars") == "stars",
        "x": words(axis),
        "y": cost_name(case),
        "words": {
            key: words(key)
            for key in (
                "this_plan",
                "its_roadmap",
                "from_chosen",
                "same",
                "first_point",
                "year",
                "step",
                "size",
                "no_steps",
            )
        }
        | {"invest": words("invest")},
    }
    return Explorer(data, points_table(case, points, axis))


def points_table(case: Case, points: Sequence[Point], axis: str) -> Table:
    """Every point in a line, for print and for readers without the script."""
    words = case.words
    facts = list(dict.fromkeys(name for point in points for name, _ in point.facts))
    rows = [[point.name, *(dict(point.facts).get(name, "–") for name in facts)] for point in points]
    strong = frozenset(n for n, point in enumerate(points) if point.is_plan)
    return Table(words("all_points"), [words("point"), *(f"!{name}" for name in facts)], rows, strong)
