"""The modelled rating: stars and points by year, and the target year clause by clause."""

from __future__ import annotations

import numpy as np

from models.problem import Problem
from planner.accounting.rating import Clause
from planner.rating.self_assessment import AssessedClause, assess, indicator_words, item_words
from planner.results.record import Record
from planner.workbook.book import Book, Sheet
from planner.workbook.ledgers import FIRST, Ledger

UNITS = {"points": "分", "t": "吨"}


def write_rating(book: Book, record: Record) -> None:
    """The sheet; nothing but a note where the scenario has no rating."""
    years = record.answer.problem.years
    sheet = book.sheet("rating", [46, 12, *[11] * len(years)], book.say("rating"))
    sheet.note(book.say("modelled"))
    rating, rated = record.answer.problem.rating, record.answer.rated
    if rating is None or not rated:
        return
    sheet.heads([book.say("stars_by_year"), book.say("unit")], years)
    sheet.freeze(sheet.row, FIRST)
    ledger = Ledger(sheet, "", len(years))
    stars = np.array([one.full.stars for one in rated], float)
    ledger.line("stars", book.say("modelled_stars"), stars, style="stars")
    lasting = np.array([one.durable.stars for one in rated], float)
    ledger.line("durable", book.say("durable_stars"), lasting, style="stars")
    _range(sheet, record, record.answer.problem)
    most = book.say("of_points", most=f"{rating.max_points:g}")
    ledger.line("score", book.say("score"), np.array([one.full.score for one in rated]), style="amount", unit=most)
    lasting = np.array([one.durable.score for one in rated])
    ledger.line("durable_score", book.say("durable_score"), lasting, style="amount", unit=most)
    sheet.section(book.say("points_by_indicator"), FIRST + len(years))
    for indicator in rating.indicators:
        if indicator.role == "score":
            points = np.array([one.full.points[indicator.name] for one in rated])
            unit = book.say("of_points", most=f"{indicator.max_points:g}")
            label = indicator_words(record, indicator.name, book.lang)
            ledger.line(indicator.name, label, points, style="amount", unit=unit)
    sheet.row += 1
    _clauses(sheet, record, record.target_year)


def _range(sheet: Sheet, record: Record, problem: Problem) -> None:
    """Fewest and most stars if assumptions differ, as they were found when the plan was solved."""
    reach = record.summary.get("stars_range", {})
    if not reach:
        return
    sheet.text(0, sheet.book.say("range"))
    for n, year in enumerate(problem.years):
        low, high = reach.get(str(year), (None, None))
        sheet.text(FIRST + n, "" if low is None else f"{low}–{high}", "right")
    sheet.row += 1


def _clauses(sheet: Sheet, record: Record, year: int) -> None:
    book = sheet.book
    sheet.section(book.say("clauses_of", year=year), FIRST + len(record.answer.problem.years))
    words = ("clause", "level", "asked", "reached", "margin", "unit", "judgement", "field_status")
    sheet.heads([book.say(word) for word in words], right=(2, 3, 4))
    for one in assess(record, year):
        _clause(sheet, record, one)


def _clause(sheet: Sheet, record: Record, one: AssessedClause) -> None:
    book, clause = sheet.book, one.clause
    style = "share" if clause.kind == "gate" and clause.subject.split("_")[-1] != "tce" else "amount"
    sheet.text(0, clause_words(book, one), "wrap")
    sheet.text(1, book.say("n_stars", n=one.level) if one.level else book.say("any_level"))
    if clause.kind != "gate_item":
        sheet.number(2, clause.threshold, style)
        sheet.number(3, clause.value, style)
        sheet.number(4, clause.margin, "amount")
        sheet.text(5, UNITS.get(clause.unit, clause.unit) if book.lang == "zh" else clause.unit, "unit")
    sheet.text(6, book.say("met" if clause.passed else "missed"), "good" if clause.passed else "bad")
    if one.figure is not None:
        sheet.text(7, book.say(one.figure.status))
    sheet.row += 1


def clause_words(book: Book, one: AssessedClause) -> str:
    """A clause in words, without its level."""
    clause: Clause = one.clause
    if clause.kind == "gate_item":
        name = clause.subject.replace("_", " ") if one.item is None else item_words(one.item, book.lang)
        return book.say("gate_item", name=name)
    if clause.kind == "score":
        return book.say("at_least_points")
    return f"{book.say(clause.subject)}, {book.say('at_least' if clause.sense == 'min' else 'at_most')}"
