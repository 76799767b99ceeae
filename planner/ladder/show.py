"""A ladder on the terminal: the price of each star, the same under other assumptions, and what binds."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from planner.terminal import MONEY, new_table, number

Row = Mapping[str, Any]
WITHOUT = {"infeasible": "out of reach", "none": "no time"}
ENDS = {"low": "easiest", "best": "", "high": "hardest"}


def show_ladder(study: Mapping[str, Any], console: Console) -> None:
    """The tables, then what binds on each rung."""
    unit = f"10k {study['currency']}"
    own = [row for row in study["rows"] if row["reading"] == study["reading"] and row["assumed"] == "best"]
    console.print(Text(f"{study['scenario']}: the price of each star [{unit}]", style="bold"))
    console.print(_own(own))
    told = "Cost is cash, +: penalties on paper. Gap and last star count the penalties too."
    console.print(Text(textwrap.fill(told, console.width, subsequent_indent="    ")))
    others = [row for row in study["rows"] if row not in own]
    if others:
        console.print()
        console.print(Text(f"Least cost if the standard means something else [{unit}]", style="bold"))
        console.print(_others(others))
    bound: dict[str, list[str]] = {}
    for row in own:
        if row["binding"]:
            bound.setdefault("; ".join(row["binding"]), []).append(f"{row['stars']} stars from {row['first_year']}")
    for words, asked in bound.items():
        console.print(Text(textwrap.fill(f"{', '.join(asked)}: {words}", console.width, subsequent_indent="    ")))


def _own(rows: Sequence[Row]) -> Table:
    table = new_table(
        "Stars",
        "!From",
        "!Cost",
        "!Penalties",
        "!Gap %",
        "!Last star",
        "!Durable stars",
        "!On paper",
        "!Penalties",
        "!Held durably",
        "!Penalties",
    )
    for row in rows:
        table.add_row(
            str(row["stars"]),
            str(row["first_year"]),
            _cost(row["net_present_cost"], row["status"]),
            _penalties(row),
            "" if row["gap"] is None else f"{100 * row['gap']:.2f}",
            _between(row),
            str(list(row["durable_stars"].values())[-1]) if row["durable_stars"] else "",
            _charged(row, "paper"),
            _charged(row, "durable"),
        )
    return table


def _penalties(row: Row) -> str:
    """What a plan is charged for paper, beyond its cash."""
    found = row.get("penalties")
    return "" if found is None else number(found / MONEY, 0)


def _charged(row: Row, plan: str) -> str:
    """Cash of a plan beside the rung's own, and what it is charged for paper."""
    cost, penalties = _cost(row[f"{plan}_cost"], row[f"{plan}_status"]), row.get(f"{plan}_penalties") or 0.0
    return f"{cost}+{number(penalties / MONEY, 0)}" if round(penalties / MONEY) else cost


def _others(rows: Sequence[Row]) -> Table:
    settings = list(dict.fromkeys((row["reading"], row["assumed"]) for row in rows))
    levels = sorted({row["stars"] for row in rows})
    table = new_table("Reading, assumed numbers", *(f"!{level} stars" for level in levels))
    for reading, assumed in settings:
        cells = {row["stars"]: row for row in rows if (row["reading"], row["assumed"]) == (reading, assumed)}
        name = ", ".join(filter(None, [reading.replace("_", " "), ENDS[assumed]]))
        table.add_row(
            name, *(_cost(cells[q]["net_present_cost"], cells[q]["status"]) if q in cells else "" for q in levels)
        )
    return table


def _cost(value: float | None, status: str | None) -> str:
    return WITHOUT.get(status or "", "") if value is None else number(value / MONEY, 0)


def _between(row: Row) -> str:
    """What the last star costs, as far as it is proven."""
    if row["marginal_least"] is None:
        return ""
    low, high = (number(row[f"marginal_{end}"] / MONEY, 0) for end in ("least", "most"))
    return low if low == high else f"{low} to {high}"
