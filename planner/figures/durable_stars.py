"""Stars as modelled beside the stars that last when purchases count little, and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planner.accounting.ledger import Inventory
from planner.figures import style
from planner.figures.reading import Array
from planner.figures.style import NotDrawn
from planner.results.record import Record
from planner.words import Lang, say


@dataclass(frozen=True, eq=False)
class Stars:
    """Stars by year; `reach` is what they may be if assumed fields differ, `target` what is asked for."""

    years: tuple[int, ...]
    modelled: Array
    durable: Array
    target: Array
    reach: tuple[tuple[int, int], ...]


def stars(record: Record) -> Stars:
    """As rated; raises NotDrawn without a rating."""
    answer = record.answer
    years = answer.problem.years
    if not answer.rated:
        raise NotDrawn("this scenario has no rating standard")
    modelled = [one.full.stars for one in answer.rated]
    ranges = record.summary.get("stars_range") or {}
    reach = [ranges.get(str(y)) or (n, n) for y, n in zip(years, modelled, strict=True)]
    target = answer.problem.target
    return Stars(
        years,
        np.array(modelled, float),
        np.array([one.durable.stars for one in answer.rated], float),
        np.zeros(len(years)) if target is None else target.stars.astype(float),
        tuple((int(low), int(high)) for low, high in reach),
    )


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """Stars above, the shares that they rest on below."""
    found, tonnes = stars(record), record.answer.tonnes
    figure, (above, below) = style.sheet(
        say("figure.durable_stars", lang), 4.3, nrows=2, sharex=True, height_ratios=(1.1, 1)
    )
    handles = draw_stars(above, found, lang)
    handles += _shares(below, found.years, tonnes, record, lang)
    style.years_axis(below, found.years)
    style.legend_below(figure, [h for h, _ in handles], [label for _, label in handles])
    return figure


def draw_stars(axes: Axes, found: Stars, lang: Lang) -> list[tuple[object, str]]:
    """Bars of modelled stars, diamonds of durable ones, a line for the target."""
    years = np.array(found.years)
    bars = axes.bar(years, found.modelled, 0.72, **style.Look("#56b4e9").bar)
    handles: list[tuple[object, str]] = [(bars, say("modelled_stars", lang))]
    (marks,) = axes.plot(years, found.durable, "D", color=style.INK, markersize=5.5, clip_on=False, zorder=4)
    handles.append((marks, say("durable_stars", lang)))
    low, high = (np.array(bound, float) for bound in zip(*found.reach, strict=True))
    if np.any(low < high):
        error = np.maximum(0.0, np.stack([found.modelled - low, high - found.modelled]))
        whisker = axes.errorbar(years, found.modelled, error, fmt="none", ecolor=style.FAINT, capsize=3, elinewidth=1.0)
        handles.append((whisker, say("range", lang)))
    asked = found.target > 0
    if asked.any():
        (line,) = axes.step(
            years[asked], found.target[asked], where="mid", color=style.LINES[1], linestyle="--", linewidth=1.4
        )
        handles.append((line, say("target", lang)))
    top = int(max(found.modelled.max(), high.max(), 5))
    axes.set_ylim(0, top + 0.6)
    axes.set_yticks(range(top + 1))
    style.unit(axes, say("stars", lang))
    axes.grid(visible=True, axis="y")
    return handles


def _shares(
    axes: Axes, years: Sequence[int], tonnes: Inventory, record: Record, lang: Lang
) -> list[tuple[object, str]]:
    """Own reduction, where it is defined, and paper as lines, and the share of paper that is free of penalty."""
    own = tonnes.own_reduction_share if tonnes.base_known else np.zeros(0)
    threshold = 100 * record.answer.problem.durability.paper_threshold_share
    (free,) = axes.plot([years[0], years[-1]], [threshold, threshold], color=style.FAINT, linewidth=0.8, linestyle=":")
    for key, values, colour, dash, marker in (
        ("own_reduction_share", own, style.LINES[0], "-", "o"),
        ("paper_share", tonnes.paper_share, style.LINES[1], "--", "s"),
    ):
        if not values.size:
            continue
        axes.plot(years, 100 * values, dash, color=colour, marker=marker, markersize=3.0)
        style.line_end(axes, years[-1], 100 * float(values[-1]), say(key, lang), colour)
    style.unit(axes, "%")
    axes.set_ylim(bottom=min(0.0, 100 * float(own.min(initial=0.0))))
    axes.grid(visible=True, axis="y")
    return [(free, say("paper_threshold", lang))]
