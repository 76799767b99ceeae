"""What a result rests on and how well it is proven: assumptions with their sources, gap, verification, hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from planner.results.basis import Assumption, assumptions
from planner.results.quick_look import quick_look
from planner.results.record import Record
from planner.workbook.book import Book

STANDINGS = {"scenario": "scenario_given", "default": "default_kept"}


def write_assumptions(book: Book, record: Record) -> None:
    """Every number with unit, range, source and status; the summary's list where the folder has no scenario."""
    sheet = book.sheet("assumptions", [56, 20, 15, 11, 11, 10, 20, 80], book.say("assumptions"))
    words = ("key", "value", "unit", "low", "high", "data_year", "status", "source")
    sheet.heads([book.say(word) for word in words], right=(1, 3, 4))
    sheet.freeze(sheet.row, 1)
    head = sheet.row - 1
    for one in assumptions(record):
        sheet.text(0, one.key)
        for column, value in ((1, one.value), (3, one.low), (4, one.high)):
            if isinstance(value, int | float):
                sheet.number(column, float(value))
            elif value is not None:
                sheet.text(column, _list(value), "right")
        sheet.text(2, one.unit, "unit")
        if one.year is not None:
            sheet.number(5, one.year, "data_year")
        sheet.text(6, book.say(STANDINGS.get(one.status, one.status)), _standing(one))
        sheet.text(7, one.source, "wrap")
        sheet.row += 1
    if record.scenario is None:
        for line in record.summary.get("assumed_fields", ()):
            sheet.text(0, str(line))
            sheet.text(6, book.say("assumed"))
            sheet.row += 1
    sheet.filter(head, max(head, sheet.row - 1), 7)


def _standing(one: Assumption) -> str:
    return "bad" if one.status == "assumed" else "good" if one.status == "verified" else "text"


def _list(value: Any) -> str:
    """A path by year as `2028: 80, 2040: 160`, a list as its items."""
    if isinstance(value, Mapping):
        return ", ".join(
            f"{key}: {item:g}" if isinstance(item, int | float) else f"{key}: {item}" for key, item in value.items()
        )
    return ", ".join(f"{item:g}" if isinstance(item, int | float) else str(item) for item in value)


def write_proof(book: Book, record: Record) -> None:
    """How the solver stopped, what is proven, and the hashes of what went in and came out."""
    sheet = book.sheet("proof", [46, 90], book.say("proof"))
    sheet.heads([book.say("fact"), book.say("value")])
    sheet.freeze(sheet.row, 0)
    for fact, value in _facts(book, record):
        sheet.text(0, fact)
        sheet.text(1, value, "wrap")
        sheet.row += 1
    for line in (*record.summary.get("binding", ()), *record.summary.get("deciding_fields", ())):
        sheet.text(0, book.say("remark"))
        sheet.text(1, str(line), "wrap")
        sheet.row += 1


def _facts(book: Book, record: Record) -> Iterator[tuple[str, str]]:
    summary = record.summary
    status = str(summary.get("status"))
    yield book.say("status"), book.say(f"status.{status}") if status in ("optimal", "feasible", "none") else status
    if summary.get("gap") is not None:
        yield book.say("gap"), f"{summary['gap']:.3%}"
    if summary.get("gap_money") is not None:
        yield book.say("gap_money"), f"{summary['gap_money']:,.0f} {record.currency}"
    if summary.get("lower_bound") is not None:
        yield book.say("lower_bound"), f"{summary['lower_bound']:,.0f} {record.currency}"
    yield book.say("accounted"), book.say("yes" if summary.get("verified") else "no")
    if summary.get("steps_per_year") is not None:
        yield book.say("steps"), f"{summary['steps_per_year']} ({summary.get('resolution', '')})"
    if caveat := quick_look(summary, book.lang):
        yield book.say("remark"), caveat
    for name, version in summary.get("versions", {}).items():
        yield book.say("version_of", name=name), str(version)
    for word, key in (("input", "inputs"), ("file", "files")):
        for name, digest in summary.get(key, {}).items():
            yield book.say("hash_of", name=f"{book.say(word)} {name}"), str(digest)
