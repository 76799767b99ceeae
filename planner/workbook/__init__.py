"""`plan workbook`: a result as a workbook whose net present cost, payback and rate of return are live formulas.

    from planner.workbook import write_workbook
    write_workbook(Path("results/textile-suzhou"), "en")      results/textile-suzhou/plan.xlsx

One sheet per file; `book` writes cells, and only what this package composes itself becomes a formula.
"""

from __future__ import annotations

from pathlib import Path

from planner.results.record import Record, open_record
from planner.words import Lang
from planner.workbook.against import write_against
from planner.workbook.background import write_assumptions, write_proof
from planner.workbook.book import Book
from planner.workbook.cash_flow import write_cash_flow
from planner.workbook.front import Front
from planner.workbook.investments import write_investments
from planner.workbook.ledgers import write_electricity, write_tonnes
from planner.workbook.pro_forma import write_pro_forma
from planner.workbook.rating import write_rating
from planner.workbook.roadmap import write_roadmap, write_sizes
from planner.workbook.words import SHEETS

NAMES = {"en": "plan.xlsx", "zh": "plan.zh.xlsx"}
WITH_USUAL = ("usual_pro_forma", "usual_investments", "against")


def write_workbook(folder: Path, lang: Lang, out: Path | None = None) -> Path:
    """Write the workbook of a results folder and return where; raises ResultsError when the folder cannot be read."""
    path = out or folder / NAMES[lang]
    data = workbook_bytes(open_record(folder), lang)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(data)
    fresh.replace(path)
    return path


def workbook_bytes(record: Record, lang: Lang) -> bytes:
    """The workbook of a result; equal input gives equal bytes."""
    sheets = [key for key in SHEETS if record.usual is not None or key not in WITH_USUAL]
    book = Book(lang, record.title(lang), sheets)
    front = Front(book, record)
    built = write_investments(book, record, record.answer, "investments")
    plan = write_pro_forma(book, record, record.answer, built, "pro_forma", inputs=True)
    usual = against = None
    if record.usual is not None:
        standing = write_investments(book, record, record.usual, "usual_investments")
        usual = write_pro_forma(book, record, record.usual, standing, "usual_pro_forma", inputs=False)
        against = write_against(book, record, plan, usual, record.usual)
    write_cash_flow(book, record, plan, usual)
    write_roadmap(book, record)
    write_electricity(book, record)
    write_tonnes(book, record)
    write_sizes(book, record)
    write_rating(book, record)
    write_assumptions(book, record)
    write_proof(book, record)
    front.fill(plan, usual, against)
    return book.bytes()
