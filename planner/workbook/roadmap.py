"""What to do when: dated actions, decisions by year, and what stands in each year."""

from __future__ import annotations

import numpy as np

from planner.results.record import Record
from planner.results.steps import Step, steps
from planner.results.tables import decisions
from planner.roadmap.dated import ROADMAP, read_roadmap
from planner.roadmap.form import Roadmap
from planner.workbook.book import Book, Sheet
from planner.workbook.ledgers import FIRST, Ledger

LEAST = 1e-6  # MW or MWh: what is smaller all years was not built


def write_roadmap(book: Book, record: Record) -> None:
    """Dated actions where the folder has them; then the plan's decisions by year, and what is bought by the year."""
    widths = [11, 11, 11, 11, 58, 30, 18, 26, 26]
    sheet = book.sheet("roadmap", widths, book.say("roadmap"))
    folder = record.results.folder
    if (folder / ROADMAP).is_file():
        _dated(sheet, read_roadmap(folder))
    sheet.section(book.say("by_year"), len(widths))
    words = ("from", "to", "action", "", "item", "size", "investment")
    sheet.heads([book.say(word) if word else "" for word in words], right=(6,))
    sheet.text(6, f"{book.say('investment')} [{record.currency}]", "head_number", row=sheet.row - 1)
    answer = record.answer
    for step in steps(decisions(answer.problem, answer.plan, answer.money, record.currency)):
        sheet.number(0, step.first_year, "year")
        sheet.number(1, step.last_year, "year")
        sheet.text(2, book.say(step.verb))
        sheet.text(4, record.label(step.item, book.lang), "wrap")
        sheet.text(5, _size(step))
        if step.capex is not None:
            sheet.number(6, step.capex, "money")
        sheet.row += 1


def _dated(sheet: Sheet, roadmap: Roadmap) -> None:
    """Every action with its dates, owner and chapter, as `roadmap.json` has them."""
    book = sheet.book
    words = ("decide_by", "order_by", "commission_by", "certify_by", "action", "size", "one_off", "owner", "chapter")
    sheet.heads([book.say(word) for word in words], right=(6,))
    sheet.text(6, f"{book.say('one_off')} [{roadmap.currency}]", "head_number", row=sheet.row - 1)
    sheet.freeze(sheet.row, 0)
    chapters = {c.id: f"{c.number} {c.zh if book.lang == 'zh' else c.en}" for c in roadmap.chapters}
    head = sheet.row - 1
    for action in roadmap.actions:
        for column, day in enumerate((action.decide_by, action.order_by, action.commission_by, action.certify_by)):
            if day is not None:
                sheet.date(column, day)
        sheet.text(4, action.text_zh if book.lang == "zh" else action.text_en, "wrap")
        sheet.text(5, "" if action.size is None else f"{_figure(action.size)} {action.unit}")
        if action.one_off is not None:
            sheet.number(6, action.one_off, "money")
        sheet.text(7, action.owner_zh if book.lang == "zh" else action.owner_en, "wrap")
        sheet.text(8, chapters.get(action.chapter, ""), "wrap")
        sheet.row += 1
    sheet.filter(head, max(head, sheet.row - 1), len(words) - 1)
    sheet.row += 1


def write_sizes(book: Book, record: Record) -> None:
    """Nameplate and working sizes by year."""
    years, money = record.answer.problem.years, record.answer.money
    sheet = book.sheet("sizes", [46, 9, *[10] * len(years)], book.say("sizes"))
    sheet.heads([book.say("item"), book.say("unit")], years)
    sheet.freeze(sheet.row, FIRST)
    _built(sheet, record)
    for word, sizes in (("standing", money.capacities), ("working", money.working)):
        sheet.section(book.say(word), FIRST + len(years))
        ledger = Ledger(sheet, "", len(years))
        for item, values in sizes.items():
            if np.any(values > LEAST):
                label = record.label(item, book.lang)
                ledger.line(item, label, values, style="size", unit="MWh" if item.endswith(" energy") else "MW")


def _built(sheet: Sheet, record: Record) -> None:
    book, money = sheet.book, record.answer.money
    sheet.section(book.say("builds"), FIRST + len(money.years))
    ledger = Ledger(sheet, "", len(money.years))
    for item, builds in money.builds.items():
        values = np.array([builds.get(year, 0.0) for year in money.years])
        if np.any(values > LEAST):
            label = record.label(item, book.lang)
            ledger.line(item, label, values, style="size", unit="MWh" if item.endswith(" energy") else "MW")


def _size(step: Step) -> str:
    """`4.2 MW, 8 MWh`, or the range of a yearly purchase.

    >>> _size(Step(2030, 2040, "buy", "gec", ((1200.0, 1450.0, "MWh/year"),)))
    '1,200–1,450 MWh/year'
    >>> _size(Step(2030, 2030, "retire", "boiler", ((0.9, 0.9, "share"),)))
    '90 %'
    """
    parts = []
    for low, high, unit in step.sizes:
        scale, name = (100.0, "%") if unit == "share" else (1.0, unit)
        least, most = _figure(low * scale), _figure(high * scale)
        parts.append(f"{least if least == most else f'{least}–{most}'} {name}")
    return ", ".join(parts) + (f" (×{step.count})" if step.count > 1 else "")


def _figure(value: float) -> str:
    """Whole above a hundred, else three significant digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
