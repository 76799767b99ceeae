"""Futures on the terminal, at 80 columns: expected cost, regret table, what to commit to and what may wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from planner.stress.show import span
from planner.terminal import MONEY, money_unit, new_table, number


def show_futures(study: Mapping[str, Any], console: Console) -> None:
    """The sections in reading order."""
    unit = money_unit(study)
    words = f"Expected cost 期望成本 [{unit}]: {_money(study['expected_cost'])}"
    console.print(Text(words + f", none below {_money(study['lower_bound'])}", style="bold green"))
    console.print(Text(f"Found by {study['method']}; futures part in {study['revealed']}."))
    worst, held = _money(study["cvar"]), f"{study['held_probability']:.0%}"
    console.print(
        Text(f"Mean of the worst {study['cvar_share']:.0%} 条件风险值 [{unit}]: {worst}; stars held {held} 保持概率")
    )
    waiting = study["value_of_waiting"]
    console.print(
        Text(
            "Everything decided now: no plan was found that suits every future."
            if waiting is None
            else f"Value of waiting 等待价值 [{unit}]: {_money(waiting)}"
        )
    )
    for title, table in (
        (f"Futures under this plan 各情景 [{unit}]", _futures(study)),
        (f"Regret of early decisions 后悔值 [{unit}]", _regrets(study)),
        ("Commit now: in every good plan 现在承诺", _items(study, "commit")),
        ("May wait: not in every good plan 可等待", _items(study, "wait")),
    ):
        console.print()
        console.print(Text(title, style="bold"))
        console.print(table if table.row_count else Text("none 无"))


def _futures(study: Mapping[str, Any]) -> Table:
    table = new_table("Future", "!Weight", "!Net present cost", "!Stars", "!Durable", "!Held")
    for one in study["futures"]:
        years = [str(year) for year in study["years"]]
        table.add_row(
            one["name"],
            f"{one['weight']:.0%}",
            _money(one["net_present_cost"]),
            span(one["stars"], years),
            span(one["durable_stars"], years),
            "yes" if one["held"] else "no",
        )
    return table


def _regrets(study: Mapping[str, Any]) -> Table:
    names = [one["name"] for one in study["futures"]]
    table = new_table("Decided for", *(f"!in {name}" for name in names), "!Worst", "!Expected cost", "!CVaR")
    for row in study["rows"]:
        cells = [_money(row["regret"][name]) for name in names]
        table.add_row(
            row["plan"], *cells, _money(row["worst_regret"]), _money(row["expected_cost"]), _money(row["cvar"])
        )
    return table


def _items(study: Mapping[str, Any], name: str) -> Table:
    table = new_table("Item", "Kind", "!Decide by", *(["Taken in"] if name == "wait" else []))
    for row in study[name]:
        cells = [", ".join(row["taken_in"])] if name == "wait" else []
        table.add_row(
            study["labels"].get(row["item"], row["item"]), row["kind"], str(row["last_responsible_year"]), *cells
        )
    return table


def _money(value: float | None) -> str:
    return "none found" if value is None or value == float("inf") else number(value / MONEY, 0)
