"""Cash of the plan against business as usual, year by year, and what it adds up to.

    gain[y] = cash of business as usual[y] - cash of the plan[y], undiscounted, split by kind
    cumulative[y] = gain of the first years up to y, undiscounted and discounted

The discounted sum over all years is the net present cost that the plan saves. Salvage falls at the end of the last year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planner.accounting.accounts import Accounts
from planner.figures import style
from planner.figures.reading import PER_MILLION, Array, usual
from planner.results.record import Record
from planner.words import Lang, money_unit, say

CLOSE = 0.25  # of the height: line ends nearer than this are named above and below
GROUPS = {
    "capex": ("capex",),
    "energy": ("energy", "demand_charge", "export_revenue"),
    "contract": ("contract",),
    "upkeep": ("opex_fixed", "opex_variable", "management"),
    "instrument": ("instrument",),
    "carbon": ("carbon",),
    "tax": ("tax", "salvage_tax"),
    "salvage": ("salvage",),
}
LOOKS = {
    "capex": style.Look("#3b3b3b"),
    "energy": style.Look("#56b4e9"),
    "contract": style.Look("#009e73", "\\\\\\\\"),
    "upkeep": style.Look("#e69f00", "////"),
    "instrument": style.Look("#cc79a7", "xxxx"),
    "carbon": style.Look("#f0e442", "++"),
    "tax": style.Look("#ffffff", "----"),
    "salvage": style.Look("#bbbbbb", "||||"),
}


@dataclass(frozen=True, eq=False)
class Gains:
    """Ten thousands of the currency by year; what the plan gains against business as usual is positive."""

    years: tuple[int, ...]
    parts: dict[str, Array]  # undiscounted, by kind
    total: Array  # their sum
    cumulative: Array  # undiscounted
    discounted: Array  # cumulative, present values


def gains(money: Accounts, before: Accounts) -> Gains:
    """The plan against business as usual."""
    parts = {key: PER_MILLION * (before.cash(*kinds) - money.cash(*kinds)) for key, kinds in GROUPS.items()}
    total = sum(parts.values(), np.zeros(len(money.years)))
    present = PER_MILLION * (_present(before) - _present(money))
    kept = {key: part for key, part in parts.items() if np.any(np.abs(part) > 1e-6)}
    return Gains(money.years, kept, total, np.cumsum(total), np.cumsum(present))


def _present(money: Accounts) -> Array:
    return np.array([sum(row.present for row in money.rows if row.year == year) for year in money.years])


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """Yearly bars above, cumulative lines below."""
    found = gains(record.answer.money, usual(record).money)
    figure, (above, below) = style.sheet(
        say("figure.cash_flow", lang), 4.9, nrows=2, sharex=True, height_ratios=(1.25, 1)
    )
    handles = _bars(above, found, lang)
    style.unit(above, money_unit(record.currency, lang, "money_per_year"))
    _lines(below, found, lang)
    style.unit(below, f"{say('cumulative', lang)}, {money_unit(record.currency, lang)}")
    for axes in (above, below):
        style.thousands(axes)
        axes.grid(visible=True, axis="y")
        axes.axhline(0.0, color=style.INK, linewidth=0.6)
    style.years_axis(below, found.years)
    style.legend_below(figure, [h for h, _ in handles], [label for _, label in handles])
    return figure


def _bars(axes: Axes, found: Gains, lang: Lang) -> list[tuple[object, str]]:
    handles: list[tuple[object, str]] = []
    up, down = np.zeros(len(found.years)), np.zeros(len(found.years))
    for key, part in found.parts.items():
        bars = axes.bar(found.years, part, 0.8, bottom=np.where(part >= 0, up, down), **LOOKS[key].bar)
        up, down = up + np.maximum(part, 0.0), down + np.minimum(part, 0.0)
        handles.append((bars, say(key, lang)))
    (line,) = axes.plot(found.years, found.total, color=style.INK, marker="o", markersize=3.5, linewidth=1.0)
    return [*handles, (line, say("total", lang))]


def _lines(axes: Axes, found: Gains, lang: Lang) -> None:
    lines = (("cumulative_cash", found.cumulative, "--", "s"), ("cumulative_npv", found.discounted, "-", "o"))
    ends = [float(values[-1]) for _, values, _, _ in lines]
    spread = max(float(values.max()) for _, values, _, _ in lines) - min(float(v.min()) for _, v, _, _ in lines)
    close = abs(ends[0] - ends[1]) < CLOSE * spread
    for n, (key, values, dash, marker) in enumerate(lines):
        colour = style.LINES[1 - n]
        axes.plot(found.years, values, dash, color=colour, marker=marker, markersize=3.0)
        side = "center" if not close else "bottom" if ends[n] == max(ends) else "top"
        words = f"{say(key, lang)}\n{style.plain(ends[n])}"
        style.line_end(axes, found.years[-1], ends[n], words, colour, side)
