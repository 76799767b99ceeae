"""Sheets that hold text, numbers and our own formulas, never a formula or a link that came from a scenario.

Every text goes through `write_string`, whatever it begins with; a formula is written by `Sheet.formula` alone, from references
that this program made, with its value beside it, so that a viewer that does not calculate shows the right number.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import xlsxwriter
from numpy.typing import NDArray
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from planner.words import LANGS, Lang
from planner.workbook.words import SHEETS, say

Array = NDArray[np.float64]

LONGEST_TEXT = 32_000  # characters; a cell holds 32,767
LINE_HEIGHT = 13.5  # points
NAVY, PALE, INPUT = "#1F3A5F", "#E8EEF5", "#FFF8DC"
FONTS = {"en": "Arial", "zh": "Microsoft YaHei"}
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

WHOLE, TENTHS, HUNDREDTHS = (f"#,##0{d};[Red]-#,##0{d};–" for d in ("", ".0", ".00"))

STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": NAVY},
    "head": {"bold": True, "font_color": "white", "bg_color": NAVY, "text_wrap": True, "valign": "vcenter"},
    "head_number": {"bold": True, "font_color": "white", "bg_color": NAVY, "align": "right", "text_wrap": True},
    "head_year": {"bold": True, "font_color": "white", "bg_color": NAVY, "align": "right", "num_format": "0"},
    "section": {"bold": True, "bg_color": PALE, "font_color": NAVY},
    "text": {},
    "wrap": {"text_wrap": True},
    "bold": {"bold": True},
    "note": {"italic": True, "font_color": "#555555"},
    "right": {"align": "right"},
    "unit": {"font_color": "#555555", "align": "left", "indent": 1},
    "money": {"num_format": WHOLE},
    "money_total": {"num_format": WHOLE, "bold": True, "top": 1},
    "amount": {"num_format": TENTHS},
    "amount_total": {"num_format": TENTHS, "bold": True, "top": 1},
    "factor": {"num_format": "0.0000", "font_color": "#555555"},
    "share": {"num_format": "0.0%"},
    "size": {"num_format": HUNDREDTHS},
    "plain": {"num_format": "General"},
    "year": {"num_format": "0", "align": "left"},
    "data_year": {"num_format": "0", "align": "center"},
    "date": {"num_format": "yyyy-mm", "align": "left"},
    "time": {"num_format": "0.0", "align": "left"},
    "stars": {"num_format": "0;-0;–", "bold": True, "align": "right"},
    "input": {"bg_color": INPUT, "border": 1, "num_format": "0.####"},
    "input_share": {"bg_color": INPUT, "border": 1, "num_format": "0.00%"},
    "input_text": {"bg_color": INPUT, "border": 1, "align": "right"},
    "good": {"font_color": "#1B6E3C"},
    "bad": {"font_color": "#B03A2E", "bold": True},
}


class Book:
    """A workbook in one language, its sheets in the order given; `bytes` ends it."""

    def __init__(self, lang: Lang, title: str, sheets: Sequence[str]) -> None:
        self.lang = lang
        self._buffer = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._buffer, OPTIONS)
        self._book.set_properties({"title": title, "created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
        self._book.set_calc_mode("auto")
        self._formats = {
            name: self._book.add_format({"font_name": FONTS[lang], "font_size": 10, "valign": "top"} | style)
            for name, style in STYLES.items()
        }
        self._sheets = {key: self._book.add_worksheet(sheet_name(key, lang)) for key in sheets}

    def say(self, key: str, **blanks: Any) -> str:
        """A word of ours in the language of the book."""
        return say(key, self.lang, **blanks)

    def style(self, name: str) -> Any:
        """A cell format by name."""
        return self._formats[name]

    def sheet(self, key: str, widths: Sequence[float], title: str, *, tall: bool = False) -> Sheet:
        """One of the sheets, by key, with its column widths, title and print setup."""
        return Sheet(self, key, self._sheets[key], widths, title, tall=tall)

    def sheet_names(self) -> list[str]:
        """Of all sheets, in their order."""
        return [sheet_name(key, self.lang) for key in self._sheets]

    def name_cell(self, name: str, reference: str) -> None:
        """A defined name for a cell, for formulas that can be read."""
        self._book.define_name(name, f"={reference}")

    def bytes(self) -> bytes:
        """The file."""
        self._book.close()
        return self._buffer.getvalue()


class Sheet:
    """One sheet, written row by row; `row` is the next free one."""

    def __init__(self, book: Book, key: str, sheet: Any, widths: Sequence[float], title: str, *, tall: bool) -> None:
        self.book, self.key, self.row = book, key, 0
        self._widths = tuple(widths)
        self._sheet = sheet
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width, book.style("text"))
        sheet.hide_gridlines(2)
        if not tall:
            sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.set_footer("&L&A&R&P / &N")
        self.text(0, title[:1].upper() + title[1:], "title")
        self.row = 2

    def text(self, column: int, text: str, style: str = "text", row: int | None = None) -> None:
        """Text as it stands."""
        at = self.row if row is None else row
        self._sheet.write_string(at, column, text[:LONGEST_TEXT], self.book.style(style))
        if style == "wrap" and (lines := lines_of(text, self._widths[column])) > 1:
            self._sheet.set_row(at, LINE_HEIGHT * lines)

    def number(self, column: int, value: float, style: str = "plain", row: int | None = None) -> None:
        """A number; one that is not finite leaves its cell empty."""
        at = self.row if row is None else row
        if np.isfinite(value):
            self._sheet.write_number(at, column, float(value), self.book.style(style))
        else:
            self._sheet.write_blank(at, column, None, self.book.style(style))

    def formula(
        self, column: int, formula: str, value: float | str, style: str = "plain", row: int | None = None
    ) -> None:
        """A formula of ours and what it comes to."""
        at = self.row if row is None else row
        known = float(value) if not isinstance(value, str) else value
        self._sheet.write_formula(at, column, f"={formula}", self.book.style(style), known)

    def date(self, column: int, day: date) -> None:
        """A day, shown as its month."""
        self._sheet.write_datetime(self.row, column, datetime(day.year, day.month, day.day), self.book.style("date"))

    def heads(
        self, texts: Sequence[str], years: Sequence[int] = (), after: Sequence[str] = (), right: Sequence[int] = ()
    ) -> None:
        """One row of column heads, those over numbers to the `right`; ends the row."""
        for column, text in enumerate(texts):
            self.text(column, text, "head_number" if column in right else "head")
        for offset, year in enumerate(years):
            self.number(len(texts) + offset, year, "head_year")
        for offset, text in enumerate(after):
            self.text(len(texts) + len(years) + offset, text, "head_year")
        self.row += 1

    def section(self, text: str, columns: int) -> None:
        """A heading over the whole width; ends the row."""
        for column in range(columns):
            self.text(column, text if column == 0 else "", "section")
        self.row += 1

    def note(self, text: str) -> None:
        """A remark; ends the row."""
        self.text(0, text, "note")
        self.row += 1

    def freeze(self, row: int, column: int) -> None:
        """Keep heads in view and repeat the rows above on every printed page."""
        self._sheet.freeze_panes(row, column)
        if row:
            self._sheet.repeat_rows(0, row - 1)

    def print_only(self, last_row: int, last_column: int) -> None:
        """What lies beyond is for the screen."""
        self._sheet.print_area(0, 0, last_row, last_column)

    def choice(self, row: int, column: int, options: Sequence[str]) -> None:
        """Only these texts may be typed into a cell."""
        self._sheet.data_validation(row, column, row, column, {"validate": "list", "source": list(options)})

    def filter(self, first_row: int, last_row: int, last_column: int) -> None:
        """Filter buttons over a table."""
        self._sheet.autofilter(first_row, 0, last_row, last_column)

    def reference(self, row: int, column: int) -> str:
        """This cell from another sheet."""
        return f"{quoted(self.key, self.book.lang)}!{cell(row, column, fixed=True)}"


def lines_of(text: str, width: float) -> int:
    """Lines that a text takes in a column, a Chinese character being as wide as two letters.

    >>> lines_of("short", 10), lines_of("a longer text of words", 10), lines_of("零碳工厂评价规范", 10)
    (1, 2, 2)
    """
    letters = sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
    return max(1, -(-letters // max(1, int(1.15 * width))))


def sheet_name(key: str, lang: Lang) -> str:
    """A name of ours, never of a scenario."""
    return SHEETS[key][LANGS.index(lang)]


def quoted(key: str, lang: Lang) -> str:
    """A sheet's name as formulas want it."""
    return f"'{sheet_name(key, lang)}'"


def cell(row: int, column: int, *, fixed: bool = False) -> str:
    """`C5`, or `$C$5`."""
    return str(xl_rowcol_to_cell(row, column, row_abs=fixed, col_abs=fixed))


def span(row: int, first: int, last_row: int, last: int) -> str:
    """`C5:F9`."""
    return f"{cell(row, first)}:{cell(last_row, last)}"


def column_name(column: int) -> str:
    """`C`."""
    return str(xl_col_to_name(column))
