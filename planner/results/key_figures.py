"""The headline of a plan as readers see it: read from `headline.csv`, and as lines of a name, a value and its unit.

What each figure is, `planner.accounting.headline` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from planner.accounting.headline import AGAINST, UNITS, Headline
from planner.results.folder import Row
from planner.words import Lang, money_unit, say

BOARD = 10_000.0  # money is shown in ten thousands of the currency
SHOWN = (
    "net_present_cost",
    "penalties",
    "usual_net_present_cost",
    "usual_penalties",
    "saved_net_present_cost",
    "investment",
    "running_cost",
    "salvage",
    "total_cash",
    "usual_cash",
    "cumulative_saving",
    "peak_cash",
    "payback_years",
    "irr",
    "cost_per_tonne",
    "avoided",
    "electricity_used",
    "grid_electricity",
    "hourly_matched",
)
DECIMALS = {"payback_years": 1, "irr": 1}


class KeyFigure(NamedTuple):
    """One line: `value` is formatted, or says why there is none."""

    name: str
    label: str
    value: str
    unit: str


def read_headline(rows: Iterable[Row]) -> Headline | None:
    """The headline of a results folder; None where an older version wrote it without."""
    yearly: dict[str, dict[int, float]] = {}
    whole: dict[str, float | None] = dict.fromkeys(AGAINST)
    for row in rows:
        if row.year is None:
            whole[row.metric] = row.value
        else:
            yearly.setdefault(row.metric, {})[row.year] = row.value
    if not yearly:
        return None
    years = tuple(yearly["total_cash"])
    return Headline(years, {name: np.array([of[y] for y in years]) for name, of in yearly.items()}, whole)


def key_figures(found: Headline, currency: str, lang: Lang) -> Iterator[KeyFigure]:
    """Every figure of the whole plan in reading order, money in ten thousands; what is nothing compared says so once each."""
    for name in SHOWN:
        value = found.whole.get(name)
        scale, unit = shown_in(name, currency, lang)
        if value is None:
            why = f"headline.no_{name}" if found.is_compared else "headline.not_comparable"
            yield KeyFigure(name, say(f"headline.{name}", lang), say(why, lang), "")
        else:
            places = DECIMALS.get(name, 0)
            shown = round(value / scale, places) + 0.0
            yield KeyFigure(name, say(f"headline.{name}", lang), f"{shown:,.{places}f}", unit)


def shown_in(name: str, currency: str, lang: Lang) -> tuple[float, str]:
    """What a figure is divided by to be shown, and the unit that it then has."""
    if name == "cost_per_tonne":
        return 1.0, say("per_tonne", lang, currency=currency)
    if name == "irr":
        return 0.01, "%"
    if name not in UNITS:
        return BOARD, money_unit(currency, lang)
    unit = UNITS[name]
    return 1.0, {"t": say("tonnes", lang), "years": say("years", lang)}.get(unit, unit)
