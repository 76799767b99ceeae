"""What to do when: the dated actions of roadmap.json, or the steps of the plan where there is none."""

from __future__ import annotations

from dataclasses import dataclass

from planner.report.blocks import Block, Section, Table
from planner.report.case import Case
from planner.report.words import MONEY, number, share
from planner.steps import Step, steps


@dataclass(frozen=True)
class Action:
    """One line of the roadmap; `invest` in the scenario's currency."""

    first_year: int
    years: str
    text: str
    size: str
    invest: float | None
    decide_by: str = ""


def actions(case: Case) -> list[Action]:
    """Every step of the plan in the order of its years, then what is bought by the year."""
    return [_action(case, step) for step in steps(case.rows("decisions"))]


def _action(case: Case, step: Step) -> Action:
    words = case.words
    often = f" ({words('times', n=step.count)})" if step.count > 1 else ""
    text = f"{words.known(step.verb)}{often}: {case.label(step.item)}"
    sizes = ", ".join(size_words(*size) for size in step.sizes)
    return Action(step.first_year, step.years.replace("-", "–"), text, sizes, step.capex)


def size_words(low: float, high: float, unit: str) -> str:
    """A size or a range of yearly amounts.

    >>> size_words(2.25, 2.25, "MW"), size_words(0.736, 0.736, "share"), size_words(815.2, 4150.0, "t/year")
    ('2.25 MW', '74 %', '815–4,150 t/year')
    """
    if unit == "share":
        return share(high)
    decimals = 0 if unit.endswith("/year") or high >= 100 else 1 if high >= 10 else 2
    ends = number(low, decimals), number(high, decimals)
    return f"{ends[0] if ends[0] == ends[1] else '–'.join(ends)} {unit}"


def section(case: Case) -> Section:
    """The roadmap."""
    words = case.words
    rows = [
        [a.years, a.text, a.size, "" if a.invest is None else number(a.invest / MONEY, 1)] for a in actions(case)
    ]
    headings = [words("year"), words("step"), f"!{words('size')}", f"!{words('invest')} [{words.unit}]"]
    blocks: list[Block] = [Table("", headings, rows)] if rows else []
    return Section("when", words("when"), blocks)
