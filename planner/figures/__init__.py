"""The figures of a plan: one file each, drawn from a results folder, as SVG or PNG in English or Chinese.

    from planner.figures import FIGURES, NotDrawn, drawn, inline, render
    from planner.results.record import open_record

    record = open_record(Path("results/textile-suzhou"))
    render("cash_flow", record, lang="zh")                            bytes of an SVG file
    render("energy_flow", record, lang="en", form="png", year=2035)   bytes of a PNG file
    inline(render("cash_flow", record))                               "<svg …>…</svg>" to put into a page

    for name, svg in drawn(record, lang="en"): …                      every figure that can be drawn, in reading order

A figure whose study (`plan pareto`, `plan ladder`, `plan stress`, `plan factors` …) has not been run raises NotDrawn, whose
message says what to run. Titles are `planner.words.say(f"figure.{name}", lang)`.

An SVG is safe in a page with a strict content-security policy: no script, no style attribute, no style element, no link;
ids start with the figure's name, so several may share a page; it scales (`viewBox`) to the width that the page gives it; text
is text, so names from the user are escaped and can be searched.

Equal results give equal bytes on one machine: fixed ids, no date. Lengths of labels are measured with the fonts that
are installed, so another machine may place them a little differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from matplotlib.figure import Figure

from planner.figures import (
    abatement,
    cash_flow,
    dispatch,
    durable_stars,
    emissions,
    energy_flow,
    factors,
    ladder,
    load_duration,
    pareto,
    stress,
    timeline,
)
from planner.figures.style import FontMissing, NotDrawn, inline, written
from planner.results.record import Record
from planner.words import Lang

Draw = Callable[[Record, Lang, int | None], Figure]
Form = Literal["svg", "png"]

FIGURES: dict[str, Draw] = {
    "ladder": ladder.draw,
    "pareto": pareto.draw,
    "durable_stars": durable_stars.draw,
    "emissions": emissions.draw,
    "cash_flow": cash_flow.draw,
    "timeline": timeline.draw,
    "energy_flow": energy_flow.draw,
    "dispatch": dispatch.draw,
    "load_duration": load_duration.draw,
    "abatement": abatement.draw,
    "stress": stress.draw,
    "factors": factors.draw,
}
OF_ONE_YEAR = ("energy_flow", "dispatch", "load_duration")

__all__ = ["FIGURES", "OF_ONE_YEAR", "FontMissing", "NotDrawn", "drawn", "inline", "render"]


def render(name: str, record: Record, lang: Lang = "en", form: Form = "svg", year: int | None = None) -> bytes:
    """One figure as a file; `year` for those of one year, the target year by default.

    Raises NotDrawn where the results lack what it shows, FontMissing where a PNG needs letters that no font here has.
    """
    return written(lambda: FIGURES[name](record, lang, year), name, form)


def drawn(record: Record, lang: Lang = "en", form: Form = "svg") -> Iterator[tuple[str, bytes]]:
    """Every figure that these results allow, by name."""
    for name in FIGURES:
        try:
            yield name, render(name, record, lang, form)
        except NotDrawn:
            continue
