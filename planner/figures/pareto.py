"""Least cost against rating, tonnes or paper: each point a plan, with the bound proven for it; named plans beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planner.figures import style
from planner.figures.reading import MONEY, study
from planner.figures.style import NotDrawn
from planner.results.record import Record
from planner.words import Lang, money_unit, say

NAMED = ("business_as_usual", "paper_only", "cheapest_first", "optimum")
AXES = ("stars", "score", "tonnes", "final-tonnes", "paper")
MOST_LABELS = 8


@dataclass(frozen=True)
class Plan:
    """A named plan of the summary as a point of the picture."""

    name: str
    x: float
    cost: float


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """The curve of these results, with their naive plans."""
    found = study(record, "pareto")
    return figure_of([found], record.currency, lang, named_plans(record.summary, str(found.get("against"))))


def together(records: Sequence[Record], lang: Lang) -> Figure:
    """The curves of several results on one picture; raises NotDrawn where they differ in axis or currency."""
    found = [study(record, "pareto") for record in records]
    if len({(str(one.get("against")), record.currency) for one, record in zip(found, records, strict=True)}) > 1:
        raise NotDrawn("curves of different axes or currencies do not share a picture")
    return figure_of(found, records[0].currency, lang)


def named_plans(summary: Mapping[str, Any], against: str) -> tuple[Plan, ...]:
    """The plans of the summary where they can stand on the axis."""
    read = {
        "stars": lambda plan: plan.get("stars_target"),
        "tonnes": lambda plan: plan.get("gross_location_tco2e"),
    }.get(against)
    naive = summary.get("naive") or {}
    points = [
        Plan(name, float(x), plan["net_present_cost"] / MONEY)
        for name, plan in naive.items()
        if name in NAMED and read and "net_present_cost" in plan and (x := read(plan)) is not None
    ]
    return tuple(points)


def figure_of(studies: Sequence[Mapping[str, Any]], currency: str, lang: Lang, plans: Sequence[Plan] = ()) -> Figure:
    """One curve for each study; one picture holds studies of the same axis and currency."""
    against = str(studies[0].get("against"))
    if any(str(one.get("against")) != against for one in studies):
        raise ValueError("curves on one picture need the same axis")
    figure, axes = style.sheet(say("figure.pareto", lang), 4.0)
    handles: list[tuple[object, str]] = []
    for n, one in enumerate(studies):
        handles += _curve(axes, one, n, lang, alone=len(studies) == 1)
    handles += _named(axes, plans, lang)
    axes.set_xlabel(say(f"against.{against}", lang) if against in AXES else against)
    if against == "stars":
        axes.xaxis.get_major_locator().set_params(integer=True)
    style.thousands(axes, "x")
    style.thousands(axes)
    style.unit(axes, f"{say('net_present_cost', lang)}, {money_unit(currency, lang)}")
    axes.margins(x=0.08, y=0.14)
    axes.grid(visible=True, axis="both")
    style.legend_below(figure, [h for h, _ in handles], [label for _, label in handles])
    return figure


def solved(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Points that have a plan, from left to right."""
    points = [p for p in one["points"] if p.get("net_present_cost") is not None and p.get("x") is not None]
    return sorted(points, key=lambda p: (p["x"], p["net_present_cost"]))


def _curve(axes: Axes, one: Mapping[str, Any], n: int, lang: Lang, *, alone: bool) -> list[tuple[object, str]]:
    points = solved(one)
    x = np.array([p["x"] for p in points], float) * (100.0 if one.get("against") == "paper" else 1.0)
    cost = np.array([p["net_present_cost"] for p in points], float) / MONEY
    colour, dash, marker = style.LINES[n % len(style.LINES)], style.DASHES[n % len(style.DASHES)], style.MARKERS[n % 8]
    (line,) = axes.plot(x, cost, linestyle=dash, color=colour, marker=marker, markersize=5, zorder=3)
    handles: list[tuple[object, str]] = [(line, say("plans_found", lang) if alone else str(one.get("scenario")))]
    open_points = [k for k, p in enumerate(points) if p.get("status") != "optimal"]
    if open_points:
        (hollow,) = axes.plot(
            x[open_points], cost[open_points], marker, markerfacecolor=style.PAPER, color=colour, markersize=5, zorder=4
        )
        handles.append((hollow, say("status.feasible", lang)))
    bounds = [(x[k], p["lower_bound"] / MONEY) for k, p in enumerate(points) if p.get("lower_bound") is not None]
    if bounds and alone:
        (low,) = axes.plot(*zip(*bounds, strict=True), "_", color=style.FAINT, markersize=9, markeredgewidth=1.4)
        handles.append((low, say("lower_bound", lang)))
    if alone and len(points) <= MOST_LABELS:
        for k in range(len(points)):
            axes.annotate(
                style.plain(cost[k]),
                (x[k], cost[k]),
                xytext=(0, -9),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=7,
            )
    return handles


def _named(axes: Axes, plans: Sequence[Plan], lang: Lang) -> list[tuple[object, str]]:
    handles: list[tuple[object, str]] = []
    for n, plan in enumerate(plans):
        (mark,) = axes.plot(
            plan.x,
            plan.cost,
            linestyle="none",
            marker=style.MARKERS[1 + n],
            markersize=7,
            markerfacecolor=style.LOOKS[(1, 3, 4, 6)[n % 4]].face,
            markeredgecolor=style.INK,
            zorder=5,
        )
        handles.append((mark, say(plan.name, lang)))
    return handles
