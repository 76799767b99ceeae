"""The first sheet: the answer on one page, in formulas of the sheets behind it."""

from __future__ import annotations

from planner.answer import MILLION
from planner.results.record import Record
from planner.words import money_unit
from planner.workbook.against import AgainstCells
from planner.workbook.book import Book, Sheet
from planner.workbook.cash_flow import BOARD
from planner.workbook.pro_forma import ProFormaCells

VALUE, WIDTH = 1, 6


class Front:
    """Filled last, when all other sheets are known."""

    def __init__(self, book: Book, record: Record) -> None:
        self.book, self.record = book, record
        self.sheet: Sheet = book.sheet("answer", [48, 16, 16, 16, 16, 16], record.title(book.lang), tall=True)

    def fill(self, plan: ProFormaCells, usual: ProFormaCells | None, against: AgainstCells | None) -> None:
        """Stars, cost, what it saves, and where to look further."""
        book, sheet, record = self.book, self.sheet, self.record
        sheet.note(book.say("modelled"))
        sheet.row += 1
        unit = money_unit(record.currency, book.lang)
        money = record.answer.money
        sheet.section(book.say("net_present_cost"), WIDTH)
        self._line(book.say("optimum"), f"{plan.npc()}/{BOARD:g}", money.net_present_cost * MILLION / BOARD, unit)
        if usual is not None and against is not None:
            self._compared(usual, against, unit)
        else:
            sheet.note(book.say("no_usual"))
        years = len(record.answer.problem.years)
        capex = plan.at("capex", years)
        self._line(book.say("capex"), f"{capex}/{BOARD:g}", money.capex() * MILLION / BOARD, unit)
        self._stars()
        sheet.section(book.say("sheet_list"), WIDTH)
        for name in book.sheet_names():
            sheet.text(0, name)
            sheet.row += 1

    def _line(self, label: str, formula: str, value: float | str, unit: str, style: str = "amount") -> None:
        self.sheet.text(0, label)
        self.sheet.formula(VALUE, formula, value, style)
        self.sheet.text(VALUE + 1, unit, "unit")
        self.sheet.row += 1

    def _compared(self, usual: ProFormaCells, against: AgainstCells, unit: str) -> None:
        book, other = self.book, self.record.usual
        assert other is not None  # there is a pro forma of it
        cost = other.money.net_present_cost * MILLION
        self._line(book.say("business_as_usual"), f"{usual.npc()}/{BOARD:g}", cost / BOARD, unit)
        self._line(book.say("npv_saved"), f"{against.saved[0]}/{BOARD:g}", against.saved[1] / BOARD, unit)
        self._line(book.say("payback_years"), *against.payback, book.say("years"))
        self._line(book.say("irr"), *against.rate, "", "share")
        self._line(book.say("cost_per_tonne"), *against.per_tonne, f"{self.record.currency}/t CO2e")

    def _stars(self) -> None:
        """One row a year: stars, durable stars, own reduction and net tonnes."""
        book, sheet, record = self.book, self.sheet, self.record
        rated, tonnes, own = record.answer.rated, record.answer.tonnes, record.answer.own_reduction()
        if not rated:
            return
        sheet.row += 1
        words = ("year", "modelled_stars", "range", "durable_stars", "own_reduction_share", "net")
        sheet.heads([book.say(word) for word in words], right=range(1, len(words)))
        reach = record.summary.get("stars_range", {})
        for n, one in enumerate(rated):
            sheet.number(0, one.year, "year")
            sheet.number(1, one.full.stars, "stars")
            low, high = reach.get(str(one.year), ("", ""))
            sheet.text(2, f"{low}–{high}" if reach else "", "right")
            sheet.number(3, one.durable.stars, "stars")
            if (share := own[n]) is not None:
                sheet.number(4, share, "share")
            sheet.number(5, round(float(tonnes.net_tco2e[n]), 3), "money")
            sheet.row += 1
        sheet.row += 1
