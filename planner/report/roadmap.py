"""What to do when: the dated actions of roadmap.json; and the undated steps of the plan, as studies have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner.report.blocks import Block, Lines, Missing, Section, Table
from planner.report.case import Case
from planner.report.drawings import figures
from planner.report.words import MONEY, number, share
from planner.roadmap import Action, Roadmap
from planner.steps import Step, steps

ROUTINE = ("buy", "certify", "renew")


@dataclass(frozen=True)
class PlanStep:
    """One step of the plan, without dates; `invest` in the scenario's currency."""

    first_year: int
    years: str
    text: str
    size: str
    invest: float | None


def plan_steps(case: Case) -> list[PlanStep]:
    """Every step of the plan in the order of its years, then what is bought by the year."""
    return [_plan_step(case, step) for step in steps(case.rows("decisions"))]


def _plan_step(case: Case, step: Step) -> PlanStep:
    words = case.words
    often = f" ({words('times', n=step.count)})" if step.count > 1 else ""
    text = words("step_of", verb=words.known(step.verb) + often, item=case.label(step.item))
    sizes = ", ".join(size_words(*size) for size in step.sizes)
    return PlanStep(step.first_year, step.years.replace("-", "–"), text, sizes, step.capex)


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
    blocks: list[Block] = [*figures(case, "timeline")]
    if case.roadmap is not None:
        return Section("when", words("when"), [*blocks, *_dated(case, case.roadmap)])
    note = Missing(words("when"), words("no_roadmap", command=case.solve_command()))
    return Section("when", words("when"), [*blocks, note])


def _dated(case: Case, roadmap: Roadmap) -> list[Block]:
    words = case.words
    main = [a for a in roadmap.actions if not a.minor and a.verb not in ROUTINE]
    routine = [a for a in roadmap.actions if a.minor or a.verb in ROUTINE]
    blocks: list[Block] = [_table(case, roadmap, words("decisions", n=len(main)), main)]
    if routine:
        blocks.append(_table(case, roadmap, words("routine"), routine, folded=True))
    blocks.append(Lines("", [words.pick(note.en, note.zh) for note in roadmap.notes]))
    return blocks


def _table(case: Case, roadmap: Roadmap, title: str, actions: Sequence[Action], folded: bool = False) -> Table:
    words = case.words
    chapters = {chapter.id: f"{chapter.number} {words.pick(chapter.en, chapter.zh)}" for chapter in roadmap.chapters}
    headings = [
        words("decide_by"),
        words("action"),
        words("chapter"),
        words("owner"),
        words("order_by"),
        words("works_from"),
        f"!{words('invest')}",
    ]
    rows = [
        [
            month(action.decide_by),
            text(case, action),
            chapters.get(action.chapter, ""),
            words.pick(action.owner_en, action.owner_zh),
            month(action.order_by),
            month(action.commission_by),
            _money(action.one_off),
        ]
        for action in actions
    ]
    return Table(title, headings, rows, folded=folded)


def text(case: Case, action: Action) -> str:
    """What is to be done; of a late action also from when it can work."""
    said = case.words.pick(action.text_en, action.text_zh)
    return said if action.possible_from is None else f"{said} ({late(case, action)})"


def late(case: Case, action: Action) -> str:
    """`late: works from 2027-03 if decided today`; empty for an action in time."""
    return "" if action.possible_from is None else case.words("late", month=month(action.possible_from))


def month(day: object) -> str:
    """`2027-03`, empty for none."""
    return "" if day is None else str(day)[:7]


def _money(value: float | None) -> str:
    return "" if value is None else number(value / MONEY, 1)
