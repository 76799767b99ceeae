"""What a tonne costs by measure: width is tonnes avoided, height cost per tonne, cheapest first.

Tonnes and cost of one year are each measure's fair share (Shapley value) of what all of them do together. Measures that
avoid nothing are left out. The numbers name the measures in the list below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planner.figures import style
from planner.figures.reading import named, study
from planner.figures.style import NotDrawn
from planner.results.record import Record
from planner.words import Lang, money_unit, say

CLOSE = 0.018  # of all tonnes: numbers nearer than this stand at different heights
TALL = 3.0  # times the cost that nine tenths of the tonnes stay below: taller steps are cut


@dataclass(frozen=True)
class Bar:
    """One measure: tonnes avoided from `start` on, and cost per tonne."""

    name: str
    start: float
    tonnes: float
    cost_per_tonne: float


def bars(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[Bar, ...]:
    """Measures that avoid enough to have a cost per tonne, the cheapest first."""
    kept = [
        (float(row["cost_per_t"]), float(row["tonnes_shapley"]), str(row["item"]))
        for row in rows
        if row.get("cost_per_t") is not None
    ]
    found, start = [], 0.0
    for cost, tonnes, item in sorted(kept):
        found.append(Bar(names.get(item, item), start, tonnes, cost))
        start += tonnes
    return tuple(found)


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """The abatement study of these results."""
    found = study(record, "abatement")
    names = {str(row["item"]): _name(record, row, lang) for row in found["rows"]}
    return figure_of(bars(found["rows"], names), int(found["year"]), record.currency, lang)


def _name(record: Record, row: Mapping[str, Any], lang: Lang) -> str:
    """A measure by its own name, several by that of their group."""
    members = row.get("members") or [row["item"]]
    if len(members) == 1:
        return named(record, str(members[0]), lang)
    return str((row.get("label_zh") if lang == "zh" else "") or row.get("label") or row["item"])


def figure_of(found: Sequence[Bar], year: int, currency: str, lang: Lang) -> Figure:
    """Steps from the cheapest tonne to the dearest, numbered, with a list of names."""
    if not found:
        raise NotDrawn("no measure of this plan avoids any tonnes")
    lines = -(-len(found) // 2)
    figure, (axes, table) = style.sheet(
        say("figure.abatement", lang), 3.3 + 0.17 * lines, nrows=2, height_ratios=(2.7, 0.17 * lines)
    )
    low, high = limits(found)
    labelled, raised = -1.0, False
    for n, bar in enumerate(found):
        look = style.LOOKS[n % len(style.LOOKS)]
        height = min(max(bar.cost_per_tonne, low), high)
        axes.bar(bar.start, height, bar.tonnes, align="edge", **look.bar)
        middle = max(bar.start + bar.tonnes / 2, CLOSE / 2 * found[-1].start)  # a number on the axis is not read
        raised = middle - labelled < CLOSE * found[-1].start and not raised
        _number(axes, n, bar, (middle, height), (0.06 if raised else 0.015) * (high - low))
        labelled = middle
    axes.set_ylim(low - 0.1 * (high - low), high + 0.12 * (high - low))
    axes.set_xlim(0.0, found[-1].start + found[-1].tonnes)
    axes.axhline(0.0, color=style.INK, linewidth=0.6)
    axes.set_xlabel(say("avoided_in", lang, year=year))
    style.unit(axes, money_unit(currency, lang, "per_tonne"))
    for axis in ("x", "y"):
        style.thousands(axes, axis)
    axes.grid(visible=True, axis="y")
    _names(table, found, lines)
    return figure


def limits(found: Sequence[Bar]) -> tuple[float, float]:
    """Lowest and highest cost that is drawn: a few dear or cheap hairs must not flatten the rest."""
    total = sum(bar.tonnes for bar in found)
    middle = [bar.cost_per_tonne for bar in found if 0.05 * total <= bar.start + bar.tonnes / 2 <= 0.95 * total]
    usual = max((abs(cost) for cost in middle), default=max(abs(bar.cost_per_tonne) for bar in found))
    costs = [bar.cost_per_tonne for bar in found]
    return max(min(0.0, *costs), -TALL * usual), min(max(0.0, *costs), TALL * usual)


def _number(axes: Axes, n: int, bar: Bar, at: tuple[float, float], above: float) -> None:
    middle, height = at
    cut = abs(height) < abs(bar.cost_per_tonne) - 1e-9
    words = f"{n + 1}" + (f" ({style.plain(bar.cost_per_tonne)})" if cut else "")
    up = height >= 0
    axes.text(
        middle,
        height + (above if up else -above),
        words,
        ha="center",
        va="bottom" if up else "top",
        fontsize=7,
    )


def _names(table: Axes, found: Sequence[Bar], lines: int) -> None:
    table.set_axis_off()
    table.set_xlim(0, 2)
    table.set_ylim(lines, 0)
    for n, bar in enumerate(found):
        size = f"{style.plain(bar.cost_per_tonne)} × {style.plain(bar.tonnes)} t"
        table.text(n // lines, n % lines + 0.5, f"{n + 1}", fontsize=7, va="center", ha="left")
        table.text(n // lines + 0.06, n % lines + 0.5, style.shortened(bar.name, 38), fontsize=7, va="center")
        table.text(n // lines + 0.94, n % lines + 0.5, size, fontsize=7, va="center", ha="right")
