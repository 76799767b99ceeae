"""The figure of a comparison: proven cost intervals, tonnes by year, stars by year, one colour and dash for each plan."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from planner.comparing.compared import Case, Comparison
from planner.comparing.phrases import phrase
from planner.figures.style import DASHES, LINES, MARKERS, legend_below, sheet, thousands, unit, written, years_axis
from planner.words import Lang, money_unit

MONEY = 10_000.0


def figure(found: Comparison, lang: Lang, form: str) -> bytes:
    """The figure as a file, "svg" or "png"."""
    return written(lambda: _draw(found, lang), "compare", form)


def _draw(found: Comparison, lang: Lang) -> Figure:
    drawn, axes = sheet(phrase("figure", lang), height_in=4.2, nrows=2, ncols=2, height_ratios=(0.5, 1.0))
    whole = axes[0, 0].get_gridspec()
    axes[0, 0].remove()
    axes[0, 1].remove()
    cost, tonnes, stars = drawn.add_subplot(whole[0, :]), axes[1, 0], axes[1, 1]
    _costs(cost, found, lang)
    lines = [_years(tonnes, stars, n, case) for n, case in enumerate(found.cases)]
    unit(tonnes, f"{phrase('gross_location', lang)} [{phrase('tonnes_per_year', lang)}]")
    unit(stars, phrase("modelled_stars", lang))
    years = sorted({int(year) for case in found.cases for year in case.summary.get("stars") or {}})
    for one in (tonnes, stars):
        years_axis(one, years[:: max(1, len(years) // 6)])
    tonnes.set_ylim(bottom=min(0.0, tonnes.get_ylim()[0]))
    thousands(tonnes)
    stars.set_ylim(-0.3, 6.3)
    stars.set_yticks(range(7))
    legend_below(drawn, [line for line in lines if line is not None], [f"{c.letter}  {c.name}" for c in found.cases])
    return drawn


def _costs(axes: Any, found: Comparison, lang: Lang) -> None:
    """Intervals from bound to plan; overlapping ones have no order."""
    for n, case in enumerate(found.cases):
        high = case.summary.get("objective")
        if high is None:
            continue
        low = min(case.summary.get("lower_bound", high), high)
        colour = LINES[n % len(LINES)]
        axes.plot([low / MONEY, high / MONEY], [n, n], color=colour, linewidth=5, solid_capstyle="butt", alpha=0.45)
        axes.plot([low / MONEY], [n], marker="|", markersize=11, color=colour)
        axes.plot([high / MONEY], [n], marker=MARKERS[n % len(MARKERS)], markersize=6, color=colour)
    axes.set_yticks(range(len(found.cases)), [case.letter for case in found.cases])
    axes.set_ylim(len(found.cases) - 0.4, -0.6)
    axes.grid(axis="x")
    thousands(axes, "x")
    unit(axes, phrase("cost_range", lang, unit=money_unit(str(found.cases[0].summary.get("currency", "")), lang)))


def _years(tonnes: Any, stars: Any, n: int, case: Case) -> Any:
    look = {"color": LINES[n % len(LINES)], "linestyle": DASHES[n % len(DASHES)]}
    emitted = case.summary.get("emissions_tco2e") or {}
    years = [int(year) for year in emitted]
    line = tonnes.plot(years, [one["gross_location"] for one in emitted.values()], **look)[0]
    rated = case.summary.get("stars") or {}
    nudge = 0.06 * n  # plans with the same stars stay apart
    stars.step([int(year) for year in rated], [count + nudge for count in rated.values()], where="mid", **look)
    return line
