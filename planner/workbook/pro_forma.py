"""The cash of a plan by line and year, discounted by formulas: change an input cell and the net present cost follows.

With n = y - first year, N years, r the discount rate and t the time in the year at which running cash falls:

    cash[y]          = investment + running cost + tax + salvage + tax on salvage
    tax[y]           = -tax rate * (running cost + depreciation)
    present value[y] = investment * (1+r)^-n + (running cost + tax) * (1+r)^-(n+t), in the last year also
                       (salvage + tax on salvage) * (1+r)^-N
    net present cost = sum of the present values

as `planner.accounting.accounts` has it. Costs are positive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.problem import Finance, Problem
from planner.accounting.accounts import running_discount
from planner.accounting.investment import book_value, depreciation, payments, salvage_value
from planner.answer import MILLION, Answer
from planner.results.record import Record
from planner.workbook.book import Book, Sheet, cell, quoted, span
from planner.workbook.investments import InvestmentCells

Array = NDArray[np.float64]

RUNNING = (
    "energy",
    "export_revenue",
    "demand_charge",
    "contract",
    "instrument",
    "opex_fixed",
    "opex_variable",
    "management",
    "carbon",
)
FIRST = 2  # column of the first year
INPUT_CELL = 2  # column of input values
INPUTS = ("discount_rate", "running_timing", "salvage_rule", "tax_rate", "inflation_rate", "depreciation_years")


@dataclass
class ProFormaCells:
    """Rows of the pro forma that other sheets refer to, and what they come to."""

    sheet: str  # quoted
    rows: dict[str, int] = field(default_factory=dict)
    values: dict[str, Array] = field(default_factory=dict)  # (Y,) in the currency
    npc_row: int = 0

    def at(self, name: str, n: int) -> str:
        """The cell of a row in the n-th year, from another sheet."""
        return f"{self.sheet}!{cell(self.rows[name], FIRST + n)}"

    def npc(self) -> str:
        """The cell of the net present cost, from another sheet."""
        return f"{self.sheet}!{cell(self.npc_row, FIRST, fixed=True)}"


def write_pro_forma(
    book: Book, record: Record, answer: Answer, built: InvestmentCells, key: str, *, inputs: bool
) -> ProFormaCells:
    """The sheet of one plan; the one with `inputs` holds the cells that all others refer to."""
    problem = answer.problem
    sheet = book.sheet(key, [46, 9, *[13.5] * (len(problem.years) + 1)], f"{book.say(key)} [{record.currency}]")
    price_year = record.summary.get("price_year", problem.years[0])
    sheet.note(book.say("costs_positive", year=price_year))
    cells = ProFormaCells(quoted(key, book.lang))
    if inputs:
        _inputs(sheet, problem.finance)
    sheet.row += 1
    sheet.heads([book.say("item"), book.say("unit")], problem.years, [book.say("total")])
    sheet.freeze(sheet.row if not inputs else 0, FIRST)
    writer = _Writer(sheet, cells, problem, record.currency)
    _factors(writer)
    _capex(writer, record, built)
    _running(writer, record, answer)
    _tax_and_salvage(writer, built)
    _totals(writer, answer)
    return cells


def _inputs(sheet: Sheet, finance: Finance) -> None:
    """The cells that may be changed, each with a name that formulas use."""
    book = sheet.book
    sheet.section(book.say("inputs"), INPUT_CELL + 1)
    cells: tuple[tuple[str, float | str, str, str], ...] = (
        ("discount_rate", finance.discount_rate, "input_share", "per_year"),
        ("timing", finance.timing_offset, "input", "years"),
        ("salvage_rule", finance.salvage, "input_text", ""),
        ("tax_rate", finance.tax_rate, "input_share", "share"),
        ("inflation", finance.inflation, "input_share", "per_year"),
        ("depreciation_years", finance.depreciation_years, "input", "years"),
    )
    for name, (word, value, style, unit) in zip(INPUTS, cells, strict=True):
        sheet.text(0, book.say(word))
        if isinstance(value, str):
            sheet.text(INPUT_CELL, value, style)
            sheet.choice(sheet.row, INPUT_CELL, ("straight_line", "annuity", "none"))
            sheet.text(INPUT_CELL + 1, book.say("rule_note"), "note")
        else:
            sheet.number(INPUT_CELL, value, style)
            sheet.text(1, book.say(unit), "unit")
        book.name_cell(name, sheet.reference(sheet.row, INPUT_CELL))
        sheet.row += 1


@dataclass
class _Writer:
    """Writes one line after another and remembers where the named ones are."""

    sheet: Sheet
    cells: ProFormaCells
    problem: Problem
    unit: str

    def line(
        self,
        label: str,
        values: Array,
        formula: Callable[[int], str] | None = None,
        *,
        name: str | None = None,
        style: str = "money",
        total: bool = True,
    ) -> None:
        """One row: numbers, or formulas with what they come to, and their sum."""
        sheet, count = self.sheet, len(values)
        sheet.text(0, label, "bold" if style.endswith("total") else "text")
        sheet.text(1, self.unit if style.startswith("money") else "", "unit")
        for n, value in enumerate(values):
            if formula is None:
                sheet.number(FIRST + n, value, style)
            else:
                sheet.formula(FIRST + n, formula(n), value, style)
        if total:
            sheet.formula(
                FIRST + count, f"SUM({span(sheet.row, FIRST, sheet.row, FIRST + count - 1)})", values.sum(), style
            )
        if name is not None:
            self.cells.rows[name], self.cells.values[name] = sheet.row, values
        sheet.row += 1

    def here(self, name: str, n: int) -> str:
        """A cell of this sheet."""
        return cell(self.cells.rows[name], FIRST + n)

    def last_year(self, value: float) -> Array:
        """(Y,) an amount of the last year."""
        values = np.zeros(len(self.problem.years))
        values[-1] = value
        return values


def _factors(w: _Writer) -> None:
    book, problem = w.sheet.book, w.problem
    passed = np.arange(len(problem.years), dtype=float)
    w.line(book.say("years_passed"), passed, name="n", style="plain", total=False)
    early = (1 + problem.finance.discount_rate) ** -passed
    w.line(
        book.say("factor_capex"),
        early,
        lambda n: f"(1+discount_rate)^-{w.here('n', n)}",
        name="factor_capex",
        style="factor",
        total=False,
    )
    w.line(
        book.say("factor_running"),
        running_discount(problem),
        lambda n: f"(1+discount_rate)^-({w.here('n', n)}+running_timing)",
        name="factor_running",
        style="factor",
        total=False,
    )


def _capex(w: _Writer, record: Record, built: InvestmentCells) -> None:
    book, years = w.sheet.book, w.problem.years
    lines = []
    for item in built.rows:
        paid = np.zeros(len(years))
        for one in built.builds:
            if one.item == item:
                paid += payments(w.problem, one) * MILLION
        lines.append((record.label(item, book.lang), paid, _paid(built, item)))
    _group(w, "capex", lines)


def _paid(built: InvestmentCells, item: str) -> Callable[[int], str]:
    return lambda n: built.payments(item, n)


def _running(w: _Writer, record: Record, answer: Answer) -> None:
    book, money = w.sheet.book, answer.money
    kinds = []
    for kind in RUNNING:
        by_item: dict[str, Array] = {}
        for row in money.rows:
            if row.kind == kind:
                line = by_item.setdefault(row.item, np.zeros(len(money.years)))
                line[row.year - money.years[0]] += row.amount * MILLION
        if by_item:
            _group(w, kind, [(record.label(item, book.lang), line, None) for item, line in by_item.items()])
            kinds.append(kind)
    total = sum((w.cells.values[kind] for kind in kinds), np.zeros(len(money.years)))
    w.line(
        book.say("running_total"),
        total,
        lambda n: "+".join(w.here(kind, n) for kind in kinds) or "0",
        name="running",
        style="money_total",
    )


Line = tuple[str, Array, Callable[[int], str] | None]


def _group(w: _Writer, kind: str, lines: Sequence[Line]) -> None:
    """The sum of a kind, and under it its lines."""
    first = w.sheet.row + 1
    total = sum((values for _, values, _ in lines), np.zeros(len(w.problem.years)))

    def summed(n: int) -> str:
        return f"SUM({span(first, FIRST + n, first + len(lines) - 1, FIRST + n)})" if lines else "0"

    w.line(w.sheet.book.say(kind), total, summed, name=kind, style="money_total")
    for label, values, formula in lines:
        w.line(f"    {label}", values, formula)


def _tax_and_salvage(w: _Writer, built: InvestmentCells) -> None:
    book, problem, rate = w.sheet.book, w.problem, w.problem.finance.tax_rate
    worn = sum((depreciation(problem, one) for one in built.builds), np.zeros(len(problem.years))) * MILLION
    left = sum(salvage_value(problem, one) for one in built.builds) * MILLION
    books = sum(book_value(problem, one) for one in built.builds) * MILLION
    last = len(problem.years) - 1
    w.line(book.say("depreciation"), worn, built.depreciation, name="depreciation")
    w.line(
        book.say("tax_running"),
        -rate * (w.cells.values["running"] + worn),
        lambda n: f"-tax_rate*({w.here('running', n)}+{w.here('depreciation', n)})",
        name="tax",
        style="money_total",
    )
    w.line(
        book.say("salvage"),
        w.last_year(-left),
        lambda n: f"-{built.salvage()}" if n == last else "0",
        name="salvage",
        style="money_total",
    )
    w.line(
        book.say("salvage_tax"),
        w.last_year(rate * (left - books)),
        lambda n: f"tax_rate*({built.salvage()}-{built.book()})" if n == last else "0",
        name="salvage_tax",
    )


CASH: Mapping[str, str] = {
    "capex": "factor_capex",
    "running": "factor_running",
    "tax": "factor_running",
    "salvage": "",
    "salvage_tax": "",
}


def _totals(w: _Writer, answer: Answer) -> None:
    book, problem, money = w.sheet.book, w.problem, answer.money
    count, rate = len(problem.years), problem.finance.discount_rate
    values = w.cells.values
    cash = sum((values[name] for name in CASH), np.zeros(count))
    w.line(
        book.say("total_cash"),
        cash,
        lambda n: "+".join(w.here(name, n) for name in CASH),
        name="total",
        style="money_total",
    )
    present = values["capex"] * values["factor_capex"] + (values["running"] + values["tax"]) * values["factor_running"]
    present[-1] += (values["salvage"] + values["salvage_tax"])[-1] * (1 + rate) ** -count

    def discounted(n: int) -> str:
        parts = [f"{w.here(name, n)}*{w.here(factor, n)}" for name, factor in CASH.items() if factor]
        if n == count - 1:
            parts.append(f"({w.here('salvage', n)}+{w.here('salvage_tax', n)})*(1+discount_rate)^-{count}")
        return "+".join(parts)

    w.line(book.say("present_value"), present, discounted, name="present", style="money_total", total=False)
    w.sheet.row += 1
    _net_present_cost(w, money.net_present_cost * MILLION)
    if money.penalties_present:
        _penalties(w, answer)


def _net_present_cost(w: _Writer, solved: float) -> None:
    sheet, book, count = w.sheet, w.sheet.book, len(w.problem.years)
    row = w.cells.rows["present"]
    w.cells.npc_row = sheet.row
    sheet.text(0, book.say("npc_live"), "bold")
    sheet.text(1, w.unit, "unit")
    sheet.formula(FIRST, f"SUM({span(row, FIRST, row, FIRST + count - 1)})", solved, "money_total")
    sheet.row += 1
    sheet.text(0, book.say("npc_solved"))
    sheet.text(1, w.unit, "unit")
    sheet.number(FIRST, solved, "money")
    sheet.row += 1
    sheet.text(0, book.say("npc_change"))
    sheet.text(1, w.unit, "unit")
    sheet.formula(FIRST, f"ROUND({cell(sheet.row - 2, FIRST)}-{cell(sheet.row - 1, FIRST)},2)", 0.0, "money")
    sheet.row += 2


def _penalties(w: _Writer, answer: Answer) -> None:
    """What the objective holds beside cash: penalties on paper."""
    sheet, book, money = w.sheet, w.sheet.book, answer.money
    count = len(money.years)
    w.line(book.say("penalties"), money.penalties * MILLION, name="penalties")
    row, factors = w.cells.rows["penalties"], w.cells.rows["factor_running"]
    product = (
        f"SUMPRODUCT({span(row, FIRST, row, FIRST + count - 1)},{span(factors, FIRST, factors, FIRST + count - 1)})"
    )
    sheet.text(0, book.say("penalty_present"))
    sheet.text(1, w.unit, "unit")
    sheet.formula(FIRST, product, money.penalties_present * MILLION, "money")
    sheet.row += 1
    sheet.text(0, book.say("objective"), "bold")
    sheet.text(1, w.unit, "unit")
    formula = f"{cell(w.cells.npc_row, FIRST)}+{cell(sheet.row - 1, FIRST)}"
    sheet.formula(FIRST, formula, money.objective * MILLION, "money_total")
    sheet.row += 1
