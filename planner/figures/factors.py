"""The same plan counted with other grid factors: stars by year, and tonnes of scope 2 in the target year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from planner.figures import style
from planner.figures.heat import draw_heat, heat, study_years
from planner.figures.reading import study
from planner.results.record import Record
from planner.words import Lang, say


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """The factor study of these results."""
    return figure_of(study(record, "factors"), lang)


def figure_of(found: Mapping[str, Any], lang: Lang) -> Figure:
    """Modelled and durable stars as shades, location-based and market-based scope 2 as bars."""
    rows = found["rows"]
    years = study_years(found, rows)
    figure, (left, middle, right) = style.sheet(
        say("figure.factors", lang), 1.5 + 0.3 * len(rows), ncols=3, width_ratios=(1, 1, 0.8)
    )
    draw_heat(left, heat(rows, "stars", years, lang))
    draw_heat(middle, heat(rows, "durable_stars", years, lang), names=False)
    style.unit(left, say("modelled_stars", lang))
    style.unit(middle, say("durable_stars", lang))
    handles = []
    for key, shift, look in (
        ("scope2_location", -0.18, style.Look("#e69f00")),
        ("scope2_market", 0.18, style.Look("#ffffff", "////")),
    ):
        tonnes = [float((row.get(f"{key}_tco2e") or {}).get(str(years[0]), np.nan)) for row in rows]
        handles.append(right.barh(np.arange(len(rows)) + shift, tonnes, 0.36, **look.bar))
    right.set_ylim(left.get_ylim())
    right.set_yticks([])
    right.locator_params(axis="x", nbins=4)
    style.thousands(right, "x")
    style.unit(right, say("in_year", lang, what=say("tonnes", lang), year=years[0]))
    right.grid(visible=True, axis="x")
    style.legend_below(figure, handles, [say("scope2_location", lang), say("scope2_market", lang)])
    return figure
