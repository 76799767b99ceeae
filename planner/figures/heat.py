"""A table of stars as a picture: lines are tests or factor sets, columns years, the darker the more stars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from planner.figures import style
from planner.figures.reading import Array
from planner.words import Lang

SHADES = LinearSegmentedColormap.from_list("stars", ["#ffffff", "#c6dcec", "#6aa6cf", "#1f6aa5", "#08305c"])
DARK = 0.55  # share of the most stars from which figures are white
MOST_STARS = 6


@dataclass(frozen=True, eq=False)
class Heat:
    """Stars by line and year, NaN where there is no plan."""

    names: tuple[str, ...]
    years: tuple[int, ...]
    stars: Array  # (lines, years)


def heat(rows: Sequence[Mapping[str, Any]], key: str, years: Sequence[int], lang: Lang) -> Heat:
    """Stars of a study's rows, under `key`, in the years given."""
    values = [[_number((row.get(key) or {}).get(str(year))) for year in years] for row in rows]
    return Heat(tuple(label(row, lang) for row in rows), tuple(years), np.array(values, float))


def label(row: Mapping[str, Any], lang: Lang) -> str:
    """A row's name in the language of the page."""
    english = str(row.get("label") or row.get("test") or row.get("set") or "")
    return str(row.get("label_zh") or english) if lang == "zh" else english


def study_years(study: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Years that the study asks for, else all that its rows have."""
    asked = study.get("years") or {int(year) for row in rows for year in row.get("stars") or {}}
    return sorted(int(year) for year in asked)


def draw_heat(axes: Axes, found: Heat, *, names: bool = True) -> None:
    """Shaded cells with their number; a cell without a plan has a cross."""
    lines, columns = found.stars.shape
    edges = np.arange(columns + 1) - 0.5, np.arange(lines + 1) - 0.5
    shades = np.ma.masked_invalid(found.stars)
    axes.pcolormesh(*edges, shades, cmap=SHADES, vmin=0, vmax=MOST_STARS, edgecolors=style.GRID, linewidth=0.6)
    axes.set_ylim(lines - 0.5, -0.5)
    for n in range(lines):
        for m in range(columns):
            value = found.stars[n, m]
            words = "×" if np.isnan(value) else f"{value:.0f}"
            dark = not np.isnan(value) and value > DARK * MOST_STARS
            axes.text(m, n, words, ha="center", va="center", fontsize=7, color=style.PAPER if dark else style.INK)
    every = 1 if columns <= 8 else 2 if columns <= 16 else 4
    axes.set_xticks(range(0, columns, every), [str(year) for year in found.years[::every]])
    axes.set_yticks(range(lines), [style.folded(name, 34) for name in found.names] if names else [])
    axes.tick_params(length=0, labelsize=7)
    for side in axes.spines.values():
        side.set_visible(False)


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
