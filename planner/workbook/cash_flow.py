"""The cash of the plan and of business as usual on one page, in ten thousands of the currency, as boards read it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from planner.results.record import Record
from planner.words import money_unit
from planner.workbook.book import Book, Sheet, cell, span
from planner.workbook.pro_forma import FIRST, RUNNING, ProFormaCells

Array = NDArray[np.float64]

BOARD = 10_000.0
PER_MILLION = 1e6
LINES = ("capex", *RUNNING, "tax", "salvage", "salvage_tax")


def write_cash_flow(book: Book, record: Record, plan: ProFormaCells, usual: ProFormaCells | None) -> None:
    """The sheet; every number is a formula of a pro forma."""
    years = record.answer.problem.years
    unit = money_unit(record.currency, book.lang)
    sheet = book.sheet("cash_flow", [30, 7, *[8.8] * (len(years) + 1)], f"{book.say('cash_flow_title')} [{unit}]")
    sheet.note(book.say("costs_positive", year=record.summary.get("price_year", years[0])))
    sheet.heads([book.say("item"), book.say("unit")], years, [book.say("total")])
    sheet.freeze(sheet.row, FIRST)

    def line(label: str, values: Array, formula: Callable[[int], str], style: str, *, total: bool = True) -> int:
        sheet.text(0, label, "bold" if style.endswith("total") else "text")
        sheet.text(1, unit, "unit")
        for n, value in enumerate(values):
            sheet.formula(FIRST + n, formula(n), value / BOARD, style)
        if total:
            last = FIRST + len(years)
            summed = f"SUM({span(sheet.row, FIRST, sheet.row, last - 1)})"
            sheet.formula(last, summed, float(values.sum()) / BOARD, style)
        sheet.row += 1
        return sheet.row - 1

    def block(title: str, cells: ProFormaCells) -> int:
        sheet.section(title, FIRST + len(years) + 1)
        for name in LINES:
            if name in cells.rows and np.any(cells.values[name]):
                line(book.say(name), cells.values[name], _linked(cells, name), "amount")
        return line(book.say("total_cash"), cells.values["total"], _linked(cells, "total"), "amount_total")

    own = block(book.say("optimum"), plan)
    if record.short:
        _short(book, sheet, record)
    if usual is None:
        if not record.short:
            sheet.note(book.say("no_usual"))
        return
    theirs = block(book.say("business_as_usual"), usual)
    sheet.section(book.say("saved"), FIRST + len(years) + 1)
    saved = usual.values["total"] - plan.values["total"]
    row = line(
        book.say("saved_year"),
        saved,
        lambda n: f"{cell(theirs, FIRST + n)}-{cell(own, FIRST + n)}",
        "amount_total",
    )
    line(book.say("cumulative_cash"), saved.cumsum(), _cumulated(row), "amount", total=False)
    present = usual.values["present"] - plan.values["present"]
    row = line(
        book.say("present_value"),
        present,
        lambda n: f"({usual.at('present', n)}-{plan.at('present', n)})/{BOARD:g}",
        "amount",
    )
    line(book.say("cumulative_npv"), present.cumsum(), _cumulated(row), "amount_total", total=False)


def _short(book: Book, sheet: Sheet, record: Record) -> None:
    """What business as usual leaves unserved by year, energy and highest power of each carrier."""
    price, years = record.answer.problem.finance.unserved_price, record.answer.problem.years
    priced = "" if price is None else f"{price * PER_MILLION:,.0f}"
    word = "usual_short" if price is None else "usual_priced"
    sheet.section(book.say("unserved"), FIRST + len(years) + 1)
    sheet.note(book.say(word, price=priced, currency=record.currency))
    for carrier in dict.fromkeys(one.carrier for one in record.short):
        of = {one.year: one for one in record.short if one.carrier == carrier}
        for word, unit in (("unserved", "MWh"), ("unserved_peak", "MW")):
            sheet.text(0, f"{record.label(carrier, book.lang)}: {book.say(word)}")
            sheet.text(1, unit, "unit")
            for n, year in enumerate(years):
                if year in of:
                    sheet.number(FIRST + n, of[year].mwh if unit == "MWh" else of[year].peak_mw, "amount")
            sheet.row += 1


def _linked(cells: ProFormaCells, name: str) -> Callable[[int], str]:
    return lambda n: f"{cells.at(name, n)}/{BOARD:g}"


def _cumulated(row: int) -> Callable[[int], str]:
    return lambda n: f"SUM({span(row, FIRST, row, FIRST + n)})"
