"""A curve on the terminal: one line for each point, and below it what changed."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from planner.terminal import MONEY, new_table, number

SHOWN_CHANGES = 3


def show_pareto(study: Mapping[str, Any], console: Console) -> None:
    """The points from the cheapest to the tightest."""
    unit = f"10k {study['currency']}"
    console.print(Text(f"{study['scenario']}: least cost against {study['axis'].lower()} [{unit}]", style="bold"))
    table = new_table(
        "Point", "!At", "!Stars", "!Durable", "!Cost", "!Penalties", "!Gap %", "!Dearer by", "!Proven", tight=True
    )
    standing = {point["label"] for point in study["points"] if point["net_present_cost"] is not None}
    open_limits = [p["label"] for p in study["points"] if p["status"] == "none" and p["label"] not in standing]
    for point in study["points"]:
        if point["status"] == "infeasible":
            table.add_row(point["id"], point["label"], "", "", "", "", "", "out of reach")
        if point["net_present_cost"] is None:
            continue
        table.add_row(
            point["id"],
            point["label"],
            str(point["least_stars"]),
            str(point["least_durable_stars"]),
            number(point["net_present_cost"] / MONEY, 0),
            number((point["objective"] - point["net_present_cost"]) / MONEY, 0),
            f"{100 * point['gap']:.2f}",
            _between(point),
            _remark(point),
        )
    console.print(table)
    told = "Cost is cash. Gap and dearer by count the penalties on paper too."
    console.print(Text(textwrap.fill(told, console.width)))
    if open_limits:
        words = (
            f"In the time no plan of its own was found at {', '.join(open_limits)}: a longer --time-limit may find one."
        )
        console.print(Text(textwrap.fill(words, console.width)))
    for point in study["points"]:
        told = point["changes"][:SHOWN_CHANGES]
        more = len(point["changes"]) - len(told)
        if told:
            words = "; ".join(told) + (f"; {more} more" if more else "")
            console.print(Text(textwrap.fill(f"{point['id']}: {words}", console.width, subsequent_indent="    ")))


def _remark(point: Mapping[str, Any]) -> str:
    """Whether a point is proven dearer than the one before, and where it was stopped before the gap that was asked for."""
    undecided = point.get("sign") not in (None, "dearer")
    return "undecided" if undecided else "limited" if point["status"] == "feasible" else "yes"


def _between(point: Mapping[str, Any]) -> str:
    if "above_previous_least" not in point:
        return ""
    low, high = (number(point[f"above_previous_{end}"] / MONEY, 0) for end in ("least", "most"))
    return low if low == high else f"{low} to {high}"
