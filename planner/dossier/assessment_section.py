"""A plan year against the standard, clause by clause, and its items: today as declared, and by the plan."""

from __future__ import annotations

from planner.accounting.rating import Clause, RatingResult
from planner.dossier.blocks import Section, Table, number, percent
from planner.dossier.words import say
from planner.rating.self_assessment import (
    AssessedClause,
    AssessedItem,
    assess,
    indicator_words,
    item_words,
    items,
    result_in,
)
from planner.results.record import Record
from planner.words import Lang


def assessment_section(record: Record, year: int, lang: Lang) -> Section:
    """One year; a remark where there is no standard."""
    key, title = f"assessment-{year}", say("self_assessment", lang, year=year)
    full, durable = result_in(record, year), result_in(record, year, durable=True)
    if full is None or durable is None:
        return Section(key, title, "planned", lead=say("no_rating", lang))
    lead = _stars(record, year, full, durable, lang)
    tables = [_clauses(record, year, lang), _points(record, full, lang)]
    listed = items(record, year)
    if listed:
        tables.append(_items(record, listed, lang))
    lines = () if record.standard is not None else (say("own_standard", lang),)
    return Section(key, title, "planned", tuple(tables), lead=lead, lines=lines)


def _stars(record: Record, year: int, full: RatingResult, durable: RatingResult, lang: Lang) -> str:
    reach = record.summary.get("stars_range", {}).get(str(year))
    stars, lasting = star_words(full.stars, lang), star_words(durable.stars, lang)
    if reach is None:
        return say("result_plain", lang, stars=stars, durable=lasting)
    words = say("if_differ", lang, low=reach[0], high=reach[1])
    return say("result", lang, stars=stars, durable=lasting, reach=words)


def star_words(count: int, lang: Lang) -> str:
    """`5 stars`, `no stars`."""
    return say("n_stars", lang, n=count) if count else say("no_stars", lang)


def _clauses(record: Record, year: int, lang: Lang) -> Table:
    headings = (
        say("level", lang),
        say("clause", lang),
        "!" + say("asked", lang),
        "!" + say("reached_plan", lang),
        say("judgement", lang),
        say("figure_status", lang),
    )
    rows = tuple(_clause(one, lang) for one in assess(record, year))
    return Table(say("clause", lang), headings, rows)


def _clause(one: AssessedClause, lang: Lang) -> tuple[str, ...]:
    clause = one.clause
    level = say("n_stars", lang, n=one.level) if one.level else say("any_level", lang)
    status = "–" if one.figure is None else say(one.figure.status, lang)
    judged = say("met" if clause.passed else "missed", lang)
    if clause.kind == "gate_item":
        name = clause.subject.replace("_", " ") if one.item is None else item_words(one.item, lang)
        return level, say("gate_item", lang, name=name), "–", "–", judged, status
    name = say("score_clause", lang) if clause.kind == "score" else say(clause.subject, lang)
    bound = say("at_least" if clause.sense == "min" else "at_most", lang, value=_value(clause, clause.threshold))
    return level, name, bound, _value(clause, clause.value), judged, status


def _value(clause: Clause, value: float) -> str:
    if clause.kind == "score" or clause.subject == "emissions_per_tce":
        return number(value, 1 if clause.kind == "score" else 3)
    return percent(value)


def _points(record: Record, full: RatingResult, lang: Lang) -> Table:
    rating = record.answer.problem.rating
    assert rating is not None  # there is a result of it
    rows = [
        (indicator_words(record, i.name, lang), number(full.points[i.name], 1), number(i.max_points, 1))
        for i in rating.indicators
        if i.role == "score"
    ]
    rows.append((say("total", lang), number(full.score, 1), number(full.max_points, 1)))
    headings = (say("indicator", lang), "!" + say("points_plan", lang), "!" + say("most_points", lang))
    return Table(say("points_of", lang), headings, tuple(rows), (len(rows) - 1,))


def _items(record: Record, listed: list[AssessedItem], lang: Lang) -> Table:
    headings = (
        say("indicator", lang),
        say("item", lang),
        "!" + say("points", lang),
        say("figure_status", lang),
        f"{say('actual', lang)}: {say('today', lang)}",
        f"{say('planned', lang)}: {say('in_plan', lang)}",
        say("what_to_show", lang),
        say("owner", lang),
    )
    rows = []
    for one in listed:
        item = one.item
        points = say("condition", lang) if item.points is None else f"{item.points.value:g}"
        status = "–" if item.points is None else say(item.points.status, lang)
        asked, owner = (item.evidence_zh, item.owner_zh) if lang == "zh" else (item.evidence_en, item.owner_en)
        name = indicator_words(record, one.indicator, lang)
        rows.append(
            (name, item_words(item, lang), points, status, say(one.today, lang), _plan(one, lang), asked, owner)
        )
    return Table(say("items_of", lang), headings, tuple(rows))


def _plan(one: AssessedItem, lang: Lang) -> str:
    if one.today == "met":
        return say("stays", lang)
    if one.planned_from is not None:
        return say("from_year", lang, year=one.planned_from)
    return say("not_planned", lang)
