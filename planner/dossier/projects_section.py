"""Reduction projects: what the plan does and when, and what all of it together is expected to save."""

from __future__ import annotations

import numpy as np

from planner.dossier.blocks import Section, Table, number, percent
from planner.dossier.words import say
from planner.results.key_figures import key_figures
from planner.results.record import Record
from planner.results.steps import Step, steps
from planner.results.tables import decisions
from planner.words import Lang


def projects_section(record: Record, lang: Lang) -> Section:
    """The projects and their effect at plan level."""
    return Section(
        "projects",
        say("projects", lang),
        "planned",
        (_projects(record, lang), _effect(record, lang), _figures(record, lang)),
        lead=say("effect_note", lang),
    )


def _figures(record: Record, lang: Lang) -> Table:
    """The figures that every output shows."""
    rows = tuple((line.label, line.value, line.unit) for line in key_figures(record.headline, record.currency, lang))
    return Table(say("headline", lang), ("", "!", ""), rows)


def _projects(record: Record, lang: Lang) -> Table:
    answer = record.answer
    headings = (
        say("when", lang),
        say("action", lang),
        say("project", lang),
        "!" + say("size", lang),
        f"!{say('investment', lang)} [{record.currency}]",
    )
    rows = tuple(
        (
            step.years.replace("-", "–"),
            say(step.verb, lang),
            record.label(step.item, lang),
            _size(step),
            "–" if step.capex is None else number(step.capex),
        )
        for step in steps(decisions(answer.problem, answer.plan, answer.money, record.currency))
    )
    return Table(say("project", lang), headings, rows)


def _size(step: Step) -> str:
    """Sizes in two digits, a range where they change."""
    parts = []
    for low, high, unit in step.sizes:
        scale, name = (100.0, "%") if unit == "share" else (1.0, unit)
        least, most = _digits(low * scale), _digits(high * scale)
        parts.append(f"{least if least == most else f'{least}–{most}'} {name}")
    return ", ".join(parts) or "–"


def _digits(value: float) -> str:
    return number(value, 0 if value >= 100 else 1 if value >= 1 else 2)


def _effect(record: Record, lang: Lang) -> Table:
    """Tonnes by year beside business as usual."""
    problem, tonnes = record.answer.problem, record.answer.tonnes
    serves = record.usual is not None  # else its tonnes are those of a factory that leaves loads unserved
    before = problem.base.business_as_usual_tco2e if serves else np.full(len(problem.years), np.nan)
    own = record.answer.own_reduction()
    unit = say("tonnes", lang)
    rows = [
        (
            str(year),
            number(float(before[n])),
            number(float(tonnes.gross_location_tco2e[n])),
            number(float(before[n] - tonnes.gross_location_tco2e[n])),
            "–" if (share := own[n]) is None else percent(share),
        )
        for n, year in enumerate(problem.years)
    ]
    saved = before.sum() - tonnes.gross_location_tco2e.sum()
    totals = (number(float(before.sum())), number(float(tonnes.gross_location_tco2e.sum())), number(float(saved)))
    rows.append((say("total", lang), *totals, "–"))
    headings = (
        say("year", lang),
        f"!{say('usual_gross', lang)} [{unit}]",
        f"!{say('plan_gross', lang)} [{unit}]",
        f"!{say('reduction', lang)} [{unit}]",
        "!" + say("own_share", lang),
    )
    return Table(say("effect", lang), headings, tuple(rows), (len(rows) - 1,))
