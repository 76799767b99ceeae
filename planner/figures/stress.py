"""What stars a plan keeps under each stress, with and without the paper that it had planned, and what keeping them costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from planner.figures import style
from planner.figures.heat import draw_heat, heat, study_years
from planner.figures.reading import MONEY, study
from planner.results.record import Record
from planner.words import Lang, money_unit, say


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """The stress study of these results."""
    return figure_of(study(record, "stress"), record.currency, lang)


def figure_of(found: Mapping[str, Any], currency: str, lang: Lang) -> Figure:
    """Modelled stars on the left, durable ones in the middle, extra cost on the right."""
    rows = found["rows"]
    years = study_years(found, rows)
    figure, (left, middle, right) = style.sheet(
        say("figure.stress", lang), 1.3 + 0.3 * len(rows), ncols=3, width_ratios=(1, 1, 0.5)
    )
    draw_heat(left, heat(rows, "stars", years, lang))
    draw_heat(middle, heat(rows, "durable_stars", years, lang), names=False)
    style.unit(left, say("modelled_stars", lang))
    style.unit(middle, say("durable_stars", lang))
    style.unit(right, f"{say('keeping_costs', lang)}\n{money_unit(currency, lang)}")
    right.set_axis_off()
    right.set_xlim(0, 1)
    right.set_ylim(left.get_ylim())
    for n, row in enumerate(rows):
        right.text(0.0, n, kept_words(row, lang), va="center", fontsize=7)
    return figure


def kept_words(row: Mapping[str, Any], lang: Lang) -> str:
    """Extra cost of keeping the level, or that it cannot be kept and from when."""
    cost, lost = row.get("extra_cost"), row.get("lost_year")
    if cost is not None:
        words = f"{cost / MONEY:+,.0f}".replace("-", "−")
        return "0" if words in ("+0", "−0") else words
    return say("lost_from", lang, year=lost) if lost else say("lost", lang)
