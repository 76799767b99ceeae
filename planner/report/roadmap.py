"""What to do when: the dated actions of roadmap.json; and the undated steps of the plan, as studies have them."""

from __future__ import annotations

from collections.abc import Sequence

from planner.report.blocks import Block, Lines, Missing, Section, Table
from planner.report.case import Case
from planner.report.compare import Line
from planner.report.drawings import figures
from planner.report.words import MONEY, number, share
from planner.results.steps import Step, steps
from planner.roadmap.form import Action, Roadmap

ROUTINE = ("buy", "certify", "renew")


def plan_steps(case: Case) -> list[Line]:
    """Every step of the plan in the order of its years, then what is bought by the year."""
    return [_plan_step(case, step) for step in steps(case.rows("decisions"))]


def _plan_step(case: Case, step: Step) -> Line:
    words = case.words
    often = f" ({words('times', n=step.count)})" if step.count > 1 else ""
    sizes = ", ".join(size_words(*size) for size in step.sizes)
    years = step.years.replace("-", "–")
    return Line(years, words.known(step.verb), case.label(step.item), sizes, step.capex, often)


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
    notes = [words.pick(note.en, note.zh) for note in roadmap.notes]
    if any(action.possible_from is not None for action in roadmap.actions):
        notes.insert(0, words("late_note", today=roadmap.today))
    blocks.append(Lines("", notes))
    return blocks


def _table(case: Case, roadmap: Roadmap, title: str, actions: Sequence[Action], folded: bool = False) -> Table:
    words = case.words
    chapters = {chapter.id: f"{chapter.number} {words.pick(chapter.en, chapter.zh)}" for chapter in roadmap.chapters}
    headings = [
        words("decide_by"),
        words("action"),
        f"!{words('one_off')}",
        words("order_by"),
        words("works_from"),
        words("owner"),
        words("chapter"),
    ]
    rows = [
        [
            month(action.decide_by),
            words.pick(action.text_en, action.text_zh),
            _money(action.one_off),
            month(action.order_by),
            works_from(case, action),
            words.pick(action.owner_en, action.owner_zh),
            chapters.get(action.chapter, ""),
        ]
        for action in actions
    ]
    return Table(title, headings, rows, folded=folded)


def works_from(case: Case, action: Action) -> str:
    """`2026-01`; of a late action the month in which it can work if decided on the day of the roadmap."""
    if action.possible_from is None:
        return month(action.commission_by)
    return case.words("late", month=month(action.possible_from))


def month(day: object) -> str:
    """`2027-03`, empty for none."""
    return "" if day is None else str(day)[:7]


def _money(value: float | None) -> str:
    return "" if value is None else number(value / MONEY, 1)
