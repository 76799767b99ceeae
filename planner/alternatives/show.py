"""Alternatives on the terminal: one line for each aim, and below it what differs."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from planner.terminal import MONEY, money_unit, new_table, number

SHOWN_CHANGES = 4
SMALL = {"projects": "", "t CO2e": " t", "MWh": " MWh"}


def show_alternatives(study: Mapping[str, Any], console: Console) -> None:
    """What each alternative reaches, what the plan in hand has, and what it costs more."""
    title = f"Plans that cost at most {study['slack']:.1%} more [{money_unit(study)}]"
    console.print(Text(title, style="bold"))
    table = new_table("Aim", "!This plan", "!Alternative", "!None below", "!Costs more")
    for row in study["rows"]:
        money = row["unit"] == study["currency"]
        values = [_value(row[key], money, row["unit"]) for key in ("value_in_plan", "value_of_aim", "no_plan_below")]
        if row["status"] == "none":
            table.add_row(row["label"], values[0], "-", values[2], "-")
            continue
        table.add_row(row["label"], *values, number(row["extra_cost"] / MONEY, 0))
    console.print(table)
    for row in study["rows"]:
        if row["note"]:
            console.print(Text(f"{row['label']}: {row['note']}."))
        told = row["changes"][:SHOWN_CHANGES]
        more = len(row["changes"]) - len(told)
        if told:
            words = "; ".join(told) + (f"; {more} more" if more else "")
            console.print(Text(textwrap.fill(f"{row['label']}: {words}", console.width, subsequent_indent="    ")))


def _value(value: float, money: bool, unit: str) -> str:
    return number(value / MONEY, 0) if money else f"{number(value, 0)}{SMALL[unit]}"
