"""A year's rating clause by clause, in words, each with what is known of the standard's figure.

    for one in assess(record, 2030): one.clause, one.figure.status

`figure` is the standard's number behind a clause with its status; None where the standard is the user's own file, whose
numbers are not kept with the results, and for conditions without a number.
"""

from __future__ import annotations

from dataclasses import dataclass

from planner.accounting.rating import Clause, RatingResult
from planner.library import Number
from planner.library.rating_table import Item, RatingTable
from planner.results.record import Record
from planner.words import Lang


@dataclass(frozen=True)
class AssessedClause:
    """A clause of one level with its figure."""

    clause: Clause
    figure: Number | None
    item: Item | None  # of a condition, where the library has the standard

    @property
    def level(self) -> int:
        """Stars that ask for it; 0: all levels do."""
        return self.clause.level


@dataclass(frozen=True)
class AssessedItem:
    """A questionnaire item: where it stands in the year, by which measure of the plan it is met."""

    indicator: str  # id
    item: Item
    today: str  # met, partly or missing
    in_place: bool  # in the assessed year, by the plan
    planned_from: int | None


def result_in(record: Record, year: int, *, durable: bool = False) -> RatingResult | None:
    """What the evaluator gave for a year; None without a rating."""
    for one in record.answer.rated:
        if one.year == year:
            return one.durable if durable else one.full
    return None


def assess(record: Record, year: int) -> list[AssessedClause]:
    """Every clause of every level in a year, in the order of the levels."""
    result, rating = result_in(record, year), record.answer.problem.rating
    if result is None or rating is None:
        return []
    table = record.standard
    reading = "" if record.scenario is None or record.scenario.rating is None else record.scenario.rating.reading
    return [AssessedClause(c, _figure(table, rating.boundary, reading, c), _item(table, c)) for c in result.clauses]


def items(record: Record, year: int) -> list[AssessedItem]:
    """Every questionnaire item of the standard, with today's answer and what the plan makes of it."""
    table = record.standard
    if table is None:
        return []
    problem, adopted = record.answer.problem, record.answer.money.adopted
    n = problem.years.index(year)
    answers = {} if record.scenario is None or record.scenario.rating is None else record.scenario.rating.questionnaire
    statuses = (
        {} if record.scenario is None else {k: t.status for k, t in record.scenario.management.items() if t.status}
    )
    today = {**answers, **statuses}
    starts = {
        m.name: next((y for y, on in zip(problem.years, adopted[m.name], strict=True) if on), None)
        for m in problem.management
    }
    found = []
    for indicator in table.indicators:
        for item in indicator.items:
            answer, start = str(today.get(item.id, "missing")), starts.get(item.id)
            in_place = answer == "met" or (item.id in adopted and bool(adopted[item.id][n]))
            found.append(AssessedItem(indicator.id, item, answer, in_place, None if answer == "met" else start))
    return found


def item_words(item: Item, lang: Lang) -> str:
    """A questionnaire item in words."""
    return item.label_zh if lang == "zh" else item.label_en


def indicator_words(record: Record, name: str, lang: Lang) -> str:
    """A first-level indicator in words; its name where the standard is the user's own."""
    for indicator in record.standard.indicators if record.standard is not None else ():
        if indicator.id == name:
            return indicator.label_zh if lang == "zh" else indicator.label_en
    return name.replace("_", " ")


def _figure(table: RatingTable | None, boundary: str, reading: str, clause: Clause) -> Number | None:
    if table is None or clause.kind == "gate_item" or boundary not in table.boundaries:
        return None
    level = next((one for one in table.boundaries[boundary].levels if one.stars == clause.level), None)
    if level is None:
        return None
    if clause.kind == "score":
        return level.min_score_share
    gates = [g for g in level.gates if g.metric == clause.subject and g.reading in (None, reading)]
    return gates[0].threshold if gates else None


def _item(table: RatingTable | None, clause: Clause) -> Item | None:
    return table.items.get(clause.subject) if table is not None and clause.kind == "gate_item" else None
