"""What stands when: measures, plant, storage and contracts with their sizes, paper with its yearly amounts.

A strip is as high as the size in that year is to its largest; the numbers are sizes where they change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planner.accounting.ledger import is_delivered
from planner.accounting.stock import LEAST_SIZE, sizes, stock_of
from planner.answer import Answer
from planner.figures import style
from planner.figures.reading import Array, named
from planner.figures.style import NotDrawn
from planner.results.record import Record
from planner.results.steps import LEAST_PROJECT
from planner.words import Lang, say

TELLING = 0.12  # of the largest size: a change above it is written
HALF = 0.42  # of a row
LOOKS = {
    "retrofits": style.Look("#009e73"),
    "converters": style.Look("#56b4e9"),
    "stores": style.Look("#f0e442"),
    "contracts": style.Look("#0072b2"),
    "instruments": style.Look("#cc79a7"),
    "management_items": style.Look("#bbbbbb"),
}


@dataclass(frozen=True, eq=False)
class Strip:
    """One thing over the years; `unit` "" has no size to write."""

    kind: str
    item: str
    size: Array
    unit: str


def strips(answer: Answer) -> tuple[Strip, ...]:
    """Everything that ever stands or is bought, in the order of its first year within its kind."""
    kinds = list(LOOKS)
    found = [
        s for s in _every(answer) if float(np.max(s.size, initial=0.0)) > (LEAST_PROJECT if s.unit else LEAST_SIZE)
    ]
    return tuple(sorted(found, key=lambda strip: (kinds.index(strip.kind), int(np.argmax(strip.size > LEAST_SIZE)))))


def _every(answer: Answer) -> Iterator[Strip]:
    problem, plan = answer.problem, answer.plan
    stock = stock_of(problem, plan)
    for name, installed in stock.installed.items():
        yield Strip("retrofits", name, installed, "")
    for name, size in sizes(stock).items():
        if not name.endswith(" power"):
            store = name.endswith(" energy")
            yield Strip("stores" if store else "converters", name, size.nameplate, "MWh" if store else "MW")
    for c in problem.contracts:
        volume = sum(stock.volumes[c.name].values(), np.zeros(len(problem.years)))
        delivered = is_delivered(c)
        yield Strip("contracts", c.name, volume if delivered else volume / 1e3, "MW" if delivered else "GWh")
    for i in problem.instruments:
        bought = np.array([plan.decision("instruments.quantity", i.name, y) for y in problem.years])
        unit = "MWh" if i.kind == "certificate" else "t"
        yield Strip("instruments", i.name, bought, unit)
    standing = sum(stock.adopted.values(), np.zeros(len(problem.years)))
    yield Strip("management_items", "management", standing, "")


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """A strip for each thing, gathered by kind."""
    found, years = strips(record.answer), record.answer.problem.years
    if not found:
        raise NotDrawn("nothing stands and nothing is bought in this plan")
    figure, axes = style.sheet(say("figure.timeline", lang), 1.1 + 0.19 * len(found))
    handles = {}
    for n, strip in enumerate(found):
        handles[strip.kind] = _strip(axes, n, strip, years, lang)
    axes.set_ylim(len(found) - 0.4, -0.7)
    axes.set_yticks(range(len(found)), [style.shortened(_title(record, strip, lang), 44) for strip in found])
    axes.tick_params(axis="y", length=0, labelsize=7.2)
    axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    style.years_axis(axes, years)
    axes.tick_params(axis="x", labelsize=6.6)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")
    for n in range(1, len(found)):
        if found[n].kind != found[n - 1].kind:
            axes.axhline(n - 0.5, color=style.FAINT, linewidth=0.6)
    target = record.answer.problem.target
    if target is not None and target.stars.any():
        axes.axvline(record.target_year - 0.5, color=style.LINES[1], linestyle="--", linewidth=1.0)
        axes.text(
            record.target_year - 0.5, -0.62, f" {say('target', lang)}", color=style.LINES[1], fontsize=7, va="center"
        )
    style.legend_below(figure, list(handles.values()), [say(kind, lang) for kind in handles])
    return figure


def _title(record: Record, strip: Strip, lang: Lang) -> str:
    if strip.kind == "management_items":
        return say("items_in_place", lang)
    return named(record, strip.item.removesuffix(" energy"), lang)


def _strip(axes: Axes, n: int, strip: Strip, years: tuple[int, ...], lang: Lang) -> object:
    most = float(strip.size.max())
    height = np.where(strip.size > LEAST_SIZE, HALF * (0.35 + 0.65 * strip.size / most), 0.0)
    shown = height > 0
    bars = axes.bar(
        np.array(years)[shown],
        2 * height[shown],
        1.0,
        bottom=n - height[shown],
        facecolor=LOOKS[strip.kind].face,
    )
    if strip.unit or strip.kind == "management_items":
        for year, words in written_sizes(strip, years):
            halo = {"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 0.5}
            at, side = (year - 0.42, "left") if year < years[-1] else (year + 0.48, "right")
            axes.text(at, n, words, va="center", ha=side, fontsize=6.5, bbox=halo)
    return bars


def written_sizes(strip: Strip, years: tuple[int, ...]) -> Iterator[tuple[int, str]]:
    """(year, words) where the size has changed enough since it was last written; one year in two at most."""
    most, last, before = float(strip.size.max()), 0.0, years[0] - 3
    for year, size in zip(years, strip.size, strict=True):
        room = 3 if year == years[-1] else 2  # the last one is written to the left
        if size > LEAST_SIZE and abs(size - last) > TELLING * most and year - before >= room:
            yield year, f"{style.plain(float(size))} {strip.unit}".strip()
            last, before = float(size), year
