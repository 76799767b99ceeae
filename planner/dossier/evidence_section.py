"""The list of evidence: of actual values first, then what the plan will have to show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from planner.dossier.blocks import Nature, Section, Table
from planner.dossier.evidence import Evidence, evidence
from planner.dossier.words import WORDS, say
from planner.results.record import Record
from planner.words import Lang


def evidence_sections(record: Record, years: Sequence[int], lang: Lang, file: Path | None) -> list[Section]:
    """One chapter of what is actual, one of what is planned."""
    listed = evidence(record, years, lang, file)
    return [
        _section([one for one in listed if one.planned is planned], lang, planned=planned) for planned in (False, True)
    ]


def _section(listed: Sequence[Evidence], lang: Lang, *, planned: bool) -> Section:
    headings = (
        say("id", lang),
        say("kind", lang),
        say("of", lang),
        say("year", lang),
        say("what_to_show", lang),
        say("owner", lang),
        say("date", lang),
        say("status", lang),
        say("where", lang),
    )
    rows = tuple(_row(one, lang) for one in listed)
    count = say("count_present", lang, present=sum(one.present for one in listed), all=len(listed))
    nature: Nature = "planned" if planned else "actual"
    key = f"evidence-{nature}"
    table = Table(count, headings, rows)
    return Section(key, say("evidence", lang), nature, (table,), lead=say("evidence_note", lang))


def _row(one: Evidence, lang: Lang) -> tuple[str, ...]:
    return (
        one.id,
        say(f"kind_{one.kind}", lang),
        one.name,
        "–" if one.year is None else str(one.year),
        one.asked,
        say(one.owner, lang) if one.owner in WORDS else one.owner,
        one.dated or "–",
        say("present" if one.present else "missing", lang),
        one.where or "–",
    )
