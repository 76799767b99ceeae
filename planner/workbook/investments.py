"""Every build of a plan with its payments, depreciation and what it is worth at the end, as formulas of its cost.

For a build of cost K, with a its age at the end, L its life and D the years of depreciation:

    salvage value    straight_line  K * max(0, L - a) / L
                     annuity        K * (1 - (1+r)^-(L - a)) / (1 - (1+r)^-L)
    book value       K * max(0, 1 - a / D) * (1 + inflation)^-a
    depreciation     K / D * (1 + inflation)^-age  while age is 0 .. D - 1

They are those of `planner.accounting.investment`; discount rate, inflation, D and the salvage rule are the input cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.problem import Problem
from planner.accounting.investment import Investment, book_value, depreciation, investments, payments, salvage_value
from planner.accounting.stock import stock_of
from planner.answer import MILLION, Answer
from planner.results.record import Record
from planner.workbook.book import Book, Sheet, cell, quoted, span

YEAR, COST, LIFE, AGE, SALVAGE, BOOK, FIRST_PAYMENT = 1, 2, 3, 4, 5, 6, 7
HEADS = ("item", "year_built", "cost", "life", "age_at_end", "salvage_value", "book_value")


@dataclass(frozen=True)
class InvestmentCells:
    """Where the pro forma finds the builds: rows by item, all sorted by item."""

    sheet: str  # quoted
    builds: tuple[Investment, ...]
    rows: Mapping[str, tuple[int, int]]
    years: int

    def payments(self, item: str, n: int) -> str:
        """Sum of what is paid for an item in the n-th year."""
        first, last = self.rows[item]
        return f"SUM({self.sheet}!{span(first, FIRST_PAYMENT + n, last, FIRST_PAYMENT + n)})"

    def depreciation(self, n: int) -> str:
        """Sum of the n-th year's depreciation."""
        return self._all(FIRST_PAYMENT + self.years + 1 + n)

    def salvage(self) -> str:
        """Sum of salvage values."""
        return self._all(SALVAGE)

    def book(self) -> str:
        """Sum of book values at the end."""
        return self._all(BOOK)

    def _all(self, column: int) -> str:
        if not self.rows:
            return "0"
        first, last = min(r[0] for r in self.rows.values()), max(r[1] for r in self.rows.values())
        return f"SUM({self.sheet}!{span(first, column, last, column)})"


def write_investments(book: Book, record: Record, answer: Answer, key: str) -> InvestmentCells:
    """The sheet of all builds of a plan."""
    problem = answer.problem
    built = sorted(investments(problem, answer.plan, stock_of(problem, answer.plan)), key=lambda one: one.item)
    count = len(problem.years)
    widths = [44, 8, 15, 7, 9, 15, 15, *[13] * count, 3, *[13] * count]
    sheet = book.sheet(key, widths, f"{book.say('investment')} [{record.currency}]")
    sheet.text(FIRST_PAYMENT, book.say("payments"), "bold")
    sheet.text(FIRST_PAYMENT + count + 1, book.say("depreciation_by_year"), "bold")
    sheet.row += 1
    head = sheet.row
    sheet.heads([book.say(word) for word in HEADS], problem.years, right=range(COST, FIRST_PAYMENT))
    for n, year in enumerate(problem.years):
        sheet.number(FIRST_PAYMENT + count + 1 + n, year, "head_year", row=head)
    sheet.freeze(sheet.row, 1)
    rows: dict[str, tuple[int, int]] = {}
    for one in built:
        rows[one.item] = (rows.get(one.item, (sheet.row, 0))[0], sheet.row)
        _write(sheet, problem, one, record.label(one.item, book.lang))
        sheet.row += 1
    sheet.print_only(sheet.row, FIRST_PAYMENT + count - 1)
    return InvestmentCells(quoted(key, book.lang), tuple(built), rows, count)


def _write(sheet: Sheet, problem: Problem, one: Investment, label: str) -> None:
    count, first = len(problem.years), problem.years[0]
    cost, life, age = (cell(sheet.row, column) for column in (COST, LIFE, AGE))
    sheet.text(0, label)
    sheet.number(YEAR, one.year, "year")
    sheet.number(COST, one.cost * MILLION, "money")
    if one.life_years is not None:
        sheet.number(LIFE, one.life_years)
    sheet.formula(AGE, f"{count}-({cell(sheet.row, YEAR)}-{first})", count - (one.year - first))
    sheet.formula(SALVAGE, _salvage(cost, life, age), salvage_value(problem, one) * MILLION, "money")
    book = f"{cost}*MAX(0,1-{age}/depreciation_years)*(1+inflation_rate)^-{age}"
    sheet.formula(BOOK, book, book_value(problem, one) * MILLION, "money")
    _payments(sheet, problem, one, cost)
    for n, value in enumerate(depreciation(problem, one)):
        since = f"{problem.years[n]}-{cell(sheet.row, YEAR)}"
        within = f"AND({since}>=0,{since}<depreciation_years)"
        formula = f"IF({within},{cost}/depreciation_years*(1+inflation_rate)^-({since}),0)"
        sheet.formula(FIRST_PAYMENT + count + 1 + n, formula, value * MILLION, "money")


def _payments(sheet: Sheet, problem: Problem, one: Investment, cost: str) -> None:
    shares = payments(problem, one) / one.cost
    for n in np.flatnonzero(shares):
        formula = cost if shares[n] == 1 else f"{cost}*{float(shares[n])!r}"
        sheet.formula(FIRST_PAYMENT + int(n), formula, shares[n] * one.cost * MILLION, "money")


def _salvage(cost: str, life: str, age: str) -> str:
    left = f"MAX(0,{life}-{age})"
    straight = f"{cost}*{left}/{life}"
    annuity = f"{cost}*(1-(1+discount_rate)^-{left})/(1-(1+discount_rate)^-{life})"
    by_rule = f'IF(OR(salvage_rule="straight_line",discount_rate=0),{straight},{annuity})'
    return f'IF({life}="",0,IF(salvage_rule="none",0,{by_rule}))'
