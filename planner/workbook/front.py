"""The first sheet: the answer on one page, in formulas of the sheets behind it."""

from __future__ import annotations

from planner.results.key_figures import BOARD, key_figures, shown_in
from planner.results.record import Record
from planner.workbook.against import AgainstCells
from planner.workbook.book import Book, Sheet
from planner.workbook.pro_forma import ProFormaCells

VALUE, WIDTH = 1, 6


class Front:
    """Filled last, when all other sheets are known."""

    def __init__(self, book: Book, record: Record) -> None:
        self.book, self.record = book, record
        self.sheet: Sheet = book.sheet("answer", [48, 16, 16, 16, 16, 16], record.title(book.lang), tall=True)

    def fill(self, plan: ProFormaCells, usual: ProFormaCells | None, against: AgainstCells | None) -> None:
        """Stars, cost, what it saves, and where to look further."""
        book, sheet = self.book, self.sheet
        sheet.note(book.say("modelled"))
        sheet.row += 1
        self._figures(plan, usual, against)
        self._stars()
        sheet.section(book.say("sheet_list"), WIDTH)
        for name in book.sheet_names():
            sheet.text(0, name)
            sheet.row += 1

    def _line(
        self, label: str, formula: str | None, value: float | str, unit: str, style: str, *, divided: bool
    ) -> None:
        """A figure as a formula of another sheet, or as a number or word where there is none."""
        self.sheet.text(0, label)
        if formula is not None:
            self.sheet.formula(VALUE, f"({formula})/{BOARD:g}" if divided else formula, value, style)
        elif isinstance(value, str):
            self.sheet.text(VALUE, value, "right")
        else:
            self.sheet.number(VALUE, value, style)
        self.sheet.text(VALUE + 1, unit, "unit")
        self.sheet.row += 1

    def _figures(self, plan: ProFormaCells, usual: ProFormaCells | None, against: AgainstCells | None) -> None:
        """Every figure of the headline: a formula where another sheet has what it comes from."""
        book, record, years = self.book, self.record, len(self.record.answer.problem.years)
        self.sheet.section(book.say("headline"), WIDTH)
        live = {
            "net_present_cost": plan.npc(),
            "investment": plan.at("capex", years),
            "total_cash": plan.at("total", years),
        }
        if usual is not None and against is not None:
            live |= {
                "usual_net_present_cost": usual.npc(),
                "saved_net_present_cost": against.saved[0],
                "usual_cash": usual.at("total", years),
                "cumulative_saving": f"{usual.at('total', years)}-{plan.at('total', years)}",
                "payback_years": against.payback[0],
                "irr": against.rate[0],
                "cost_per_tonne": against.per_tonne[0],
            }
        for line in key_figures(record.headline, record.currency, book.lang):
            value = record.headline.whole[line.name]
            scale, unit = shown_in(line.name, record.currency, book.lang)
            shown: float | str = line.value if value is None else value / scale
            style = "share" if line.name == "irr" else "size" if line.name == "payback_years" else "amount"
            if line.name == "irr":
                shown, unit = line.value if value is None else value, ""
            divided = scale == BOARD
            self._line(line.label, live.get(line.name), shown, unit, style, divided=divided)

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
