"""Stress tests and factor sets on the terminal, at 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from planner.stress.stressing import LOST, NOT_DURABLE, NOT_OPERABLE
from planner.terminal import MONEY, money_unit, new_table, number

WORDS = {LOST: "cannot", NOT_OPERABLE: "no operation"}
MARKS = {NOT_DURABLE: "*"}


def show_stress(study: Mapping[str, Any], console: Console) -> None:
    """One line per test: what is left on the planned spending, and what holding the level costs."""
    title = f"Stress tests, investments standing [{money_unit(study)} above the plan]"
    years = _asked_years(study)
    for words, rows in ((title, study["rows"]), ("The plan on paper only", study.get("paper_only", []))):
        if rows:
            console.print(Text(words, style="bold"))
            console.print(_stress_table(rows, years))
    console.print(
        Text(
            "Stars: least and most of the target years, spending no more on paper than planned.\n"
            "To keep: what holding the stars costs; * the stars, not the durable ones."
        )
    )


def _stress_table(rows: Sequence[Mapping[str, Any]], years: Sequence[str]) -> Table:
    table = new_table("Test", "!Stars", "!Durable", "!Lost in", "!As planned", "!To keep")
    for row in rows:
        keep = row["extra_cost"]
        table.add_row(
            row["label"],
            span(row["stars"], years),
            span(row["durable_stars"], years),
            str(row["lost_year"] or "-"),
            _money(row.get("extra_cost_as_planned")),
            WORDS.get(row["status"], "") if keep is None else _money(keep) + MARKS.get(row["status"], ""),
        )
    return table


def show_factors(study: Mapping[str, Any], console: Console) -> None:
    """One line per set: stars, durable stars and tonnes of the first and last year with a target."""
    rows = study["rows"]
    years = _asked_years(study)
    first, last = years[0], years[-1]
    table = new_table(
        "Factors", "!Stars", "!Durable", "!Lost in", f"!Location {last}", f"!Market {last}", f"!Own {last}"
    )
    for row in rows:
        table.add_row(
            row["label"],
            span(row["stars"], years),
            span(row["durable_stars"], years),
            str(row["lost_year"] or "-"),
            number(row["gross_location_tco2e"][last], 0),
            number(row["gross_market_tco2e"][last], 0),
            "-" if (own := row["own_reduction_share"][last]) is None else f"{own:.0%}",
        )
    console.print(Text(f"The same plan under other grid factors, {first} to {last} [t CO2e]", style="bold"))
    console.print(table)
    for words in study.get("omitted", ()):
        console.print(Text(f"Left out: {words}."))


def span(stars: Mapping[str, int], years: Sequence[str]) -> str:
    """Least and most stars of the years that count.

    >>> span({"2030": 5, "2031": 4}, ["2030", "2031"]), span({"2030": 5}, ["2030"]), span({}, ["2030"])
    ('4-5', '5', '-')
    """
    found = [stars[year] for year in years if year in stars]
    if not found:
        return "-"
    return str(max(found)) if min(found) == max(found) else f"{min(found)}-{max(found)}"


def _asked_years(study: Mapping[str, Any]) -> list[str]:
    return [str(year) for year in study["years"]]


def _money(value: float | None) -> str:
    return "-" if value is None else number(value / MONEY, 0)
