"""The plan against business as usual: what it saves by year, payback, internal rate of return, cost per tonne.

    saved[y]   what business as usual would have paid less what the plan pays
    payback    year in which undiscounted savings have repaid the extra investment for good, salvage aside; investment is
               paid at the start of its year, savings come evenly over it
    rate       at which the savings are worth nothing, each on its own date; dates are half-years apart, so that running
               cash may fall at the start, in the middle or at the end of a year

as `planner.accounting.measures` has them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.accounting.measures import cost_per_tonne, internal_rate_of_return, simple_payback
from planner.answer import MILLION, Answer
from planner.results.record import Record
from planner.workbook.book import Book, Sheet, cell, span
from planner.workbook.pro_forma import FIRST, ProFormaCells

Array = NDArray[np.float64]

PARTS = {
    "saved_capex": ("capex",),
    "saved_running": ("running", "tax"),
    "saved_salvage": ("salvage", "salvage_tax"),
}


MEASURES = 6  # rows from the rate of return to the first half-year


@dataclass(frozen=True)
class AgainstCells:
    """Where the measures stand, from another sheet, and what they come to."""

    payback: tuple[str, float | str]
    rate: tuple[str, float | str]
    saved: tuple[str, float]
    per_tonne: tuple[str, float | str]


def write_against(
    book: Book, record: Record, plan: ProFormaCells, usual: ProFormaCells, usual_answer: Answer
) -> AgainstCells:
    """The sheet; both pro formas are already there."""
    answer = record.answer
    years = answer.problem.years
    sheet = book.sheet("against", [46, 12, *[13.5] * (len(years) + 1)], book.say("saved"))
    sheet.heads([book.say("item"), book.say("unit")], years, [book.say("total")])
    sheet.freeze(sheet.row, FIRST)
    writer = _Writer(sheet, record.currency, len(years), {})
    _savings(writer, plan, usual)
    _payback_rows(writer)
    sheet.row += 1
    found = _measures(writer, answer, usual_answer, plan, usual)
    _flows(writer, answer.problem.finance.timing_offset)
    return found


@dataclass
class _Writer:
    sheet: Sheet
    unit: str
    count: int
    lines: dict[str, tuple[int, Array]]

    def line(self, name: str, values: Array, formulas: list[str], *, style: str = "money", total: bool = False) -> None:
        sheet = self.sheet
        sheet.text(0, sheet.book.say(name), "bold" if style.endswith("total") else "text")
        sheet.text(1, self.unit if style.startswith("money") else sheet.book.say("years"), "unit")
        for n, value in enumerate(values):
            shown: float | str = float(value) if np.isfinite(value) else ""
            sheet.formula(FIRST + n, formulas[n], shown, style)
        if total:
            last = FIRST + self.count
            sheet.formula(last, f"SUM({span(sheet.row, FIRST, sheet.row, last - 1)})", float(values.sum()), style)
        self.lines[name] = sheet.row, values
        sheet.row += 1

    def at(self, name: str, n: int) -> str:
        return cell(self.lines[name][0], FIRST + n)

    def values(self, name: str) -> Array:
        return self.lines[name][1]


def _savings(w: _Writer, plan: ProFormaCells, usual: ProFormaCells) -> None:
    each = range(w.count)
    w.line("usual_total", usual.values["total"], [usual.at("total", n) for n in each], total=True)
    w.line("plan_total", plan.values["total"], [plan.at("total", n) for n in each], total=True)
    for name, parts in PARTS.items():
        saved = sum((usual.values[part] - plan.values[part] for part in parts), np.zeros(w.count))
        formulas = ["+".join(f"{usual.at(part, n)}-{plan.at(part, n)}" for part in parts) for n in each]
        w.line(name, saved, formulas, total=True)
    saved = sum((w.values(name) for name in PARTS), np.zeros(w.count))
    w.line("saved_year", saved, ["+".join(w.at(p, n) for p in PARTS) for n in each], style="money_total", total=True)
    w.line("cumulative_cash", saved.cumsum(), _cumulated(w, "saved_year"))
    present = usual.values["present"] - plan.values["present"]
    w.line("present_value", present, [f"{usual.at('present', n)}-{plan.at('present', n)}" for n in each], total=True)
    w.line("cumulative_npv", present.cumsum(), _cumulated(w, "present_value"))


def _cumulated(w: _Writer, name: str) -> list[str]:
    row = w.lines[name][0]
    return [f"SUM({span(row, FIRST, row, FIRST + n)})" for n in range(w.count)]


def _payback_rows(w: _Writer) -> None:
    """Balance after investment and at the end of each year, and when it was last repaid."""
    capex, running = w.values("saved_capex"), w.values("saved_running")
    middle, end, repaid = np.zeros(w.count), np.zeros(w.count), np.zeros(w.count)
    before, known = 0.0, 0.0
    for n in range(w.count):
        middle[n] = before + capex[n]
        end[n] = middle[n] + running[n]
        if end[n] < 0:
            known = np.nan
        elif middle[n] < 0:
            known = n - middle[n] / running[n]
        repaid[n], before = known, end[n]
    w.sheet.row += 1
    top = w.sheet.row
    middle_cells = [cell(top, FIRST + n) for n in range(w.count)]
    end_cells = [cell(top + 1, FIRST + n) for n in range(w.count)]
    repaid_cells = [cell(top + 2, FIRST + n) for n in range(w.count)]
    before_cells = ["0", *end_cells]
    w.line("balance_capex", middle, [f"{before_cells[n]}+{w.at('saved_capex', n)}" for n in range(w.count)])
    w.line("balance_end", end, [f"{middle_cells[n]}+{w.at('saved_running', n)}" for n in range(w.count)])
    known_cells = ["0", *repaid_cells]
    w.line(
        "repaid",
        repaid,
        [
            f'IF({end_cells[n]}<0,"",IF({middle_cells[n]}<0,{n}-{middle_cells[n]}/{w.at("saved_running", n)},{known_cells[n]}))'
            for n in range(w.count)
        ],
        style="size",
    )


def _flows(w: _Writer, timing: float) -> None:
    """What is saved at each half-year, so that one rate of return holds for every timing."""
    sheet, count = w.sheet, w.count
    sheet.section(sheet.book.say("time_axis"), FIRST + 1)
    values = np.zeros(2 * count + 1)
    capex, running, salvage = (w.values(name) for name in PARTS)
    for n in range(count):
        values[2 * n] += capex[n]
        values[round(2 * (n + timing))] += running[n]
    values[-1] += salvage.sum()
    for k, value in enumerate(values):
        sheet.number(0, k / 2, "time")
        sheet.text(1, w.unit, "unit")
        sheet.formula(FIRST, _flow(w, cell(sheet.row, 0), last=k == 2 * count), float(value), "money")
        sheet.row += 1


def _flow(w: _Writer, time: str, *, last: bool) -> str:
    def row(name: str) -> str:
        at = w.lines[name][0]
        return span(at, FIRST, at, FIRST + w.count - 1)

    since = f"({time}-running_timing)"
    capex = f"IF(AND({time}=INT({time}),{time}<{w.count}),INDEX({row('saved_capex')},1,{time}+1),0)"
    within = f"AND({since}=INT{since},{since}>=0,{since}<{w.count})"
    running = f"IF({within},INDEX({row('saved_running')},1,MAX(0,{since})+1),0)"
    return f"{capex}+{running}" + (f"+SUM({row('saved_salvage')})" if last else "")


def _measures(
    w: _Writer, answer: Answer, usual_answer: Answer, plan: ProFormaCells, usual: ProFormaCells
) -> AgainstCells:
    sheet, book = w.sheet, w.sheet.book
    repaid = w.lines["repaid"][0]
    last_repaid = cell(repaid, FIRST + w.count - 1)
    payback = simple_payback(answer.money, usual_answer.money)
    rate = internal_rate_of_return(answer.money, usual_answer.money)
    npv = (usual_answer.money.net_present_cost - answer.money.net_present_cost) * MILLION
    tonnes, before = answer.tonnes.gross_location_tco2e, usual_answer.tonnes.gross_location_tco2e
    avoided = float(before.sum() - tonnes.sum())
    per_tonne = cost_per_tonne(answer.money, usual_answer.money, tonnes, before)

    def measure(word: str, unit: str, formula: str, value: float | str, style: str) -> str:
        sheet.text(0, book.say(word), "bold")
        sheet.text(1, unit, "unit")
        sheet.formula(FIRST, formula, value, style)
        sheet.row += 1
        return sheet.reference(sheet.row - 1, FIRST)

    none, no_rate, no_tonnes = (book.say(f"headline.no_{name}") for name in ("payback_years", "irr", "cost_per_tonne"))
    paid_back: float | str = none if payback is None else payback
    in_cell = measure(
        "payback_years", book.say("years"), f'IF({last_repaid}="","{none}",{last_repaid})', paid_back, "size"
    )
    guess = 0.05 if rate is None else (1 + rate) ** 0.5 - 1
    flows = sheet.row + MEASURES  # below the measures and their own heading
    flow_row = span(flows, FIRST, flows + 2 * w.count, FIRST)
    shown_rate: float | str = no_rate if rate is None else rate
    rate_cell = measure("irr", "", f'IFERROR((1+IRR({flow_row},{guess:.6g}))^2-1,"{no_rate}")', shown_rate, "share")
    npv_cell = measure("npv_saved", w.unit, f"{usual.npc()}-{plan.npc()}", npv, "money_total")
    sheet.text(0, book.say("avoided"))
    sheet.text(1, "t CO2e", "unit")
    sheet.number(FIRST, avoided, "money")
    tonnes_cell = cell(sheet.row, FIRST)
    sheet.row += 1
    shown: float | str = no_tonnes if per_tonne is None else per_tonne * MILLION
    formula = f'IF({tonnes_cell}>0,-{npv_cell}/{tonnes_cell},"{no_tonnes}")'
    tonne_cell = measure("cost_per_tonne", f"{w.unit}/t CO2e", formula, shown, "amount")
    sheet.row += 1
    return AgainstCells((in_cell, paid_back), (rate_cell, shown_rate), (npv_cell, npv), (tonne_cell, shown))
