"""What the modelled rating owes to assumed fields of the standard.

`reach` re-rates a year with all assumed fields at the end that makes stars easier, all at the end that makes them harder,
and under every reading of the standard; `deciding` moves one assumed field at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from models.problem import ManagementItem, Rating
from planner.accounting.rating import facts_of, rate
from planner.answer import Answer
from planner.library import Number
from planner.library.rating_table import Case, RatingTable


@dataclass(frozen=True)
class Standard:
    """A rating table as the scenario uses it."""

    table: RatingTable
    boundary: str
    reading: str
    answers: Mapping[str, str]

    def rating(self, case: Case = "value", reading: str | None = None) -> Rating:
        """The standard with its assumed fields at their value, or all at their lenient or strict end."""
        return self.table.rating(self.boundary, reading or self.reading, self.answers, case)

    def assumed(self) -> dict[str, Number]:
        """Assumed fields that the boundary uses, by path."""
        others = tuple(f"boundaries.{name}." for name in self.table.boundaries if name != self.boundary)
        return {
            path: number
            for path, number in self.table.numbers.items()
            if number.status == "assumed" and not path.startswith(others)
        }

    def moved(self, path: str, number: Number) -> Standard:
        """The same standard with another number in one field."""
        return replace(self, table=replace(self.table, numbers={**self.table.numbers, path: number}))


def reach(standard: Standard, answer: Answer) -> dict[int, tuple[int, int]]:
    """Fewest and most stars of each year if assumptions differ."""
    readings = standard.table.readings or (standard.reading,)
    cases: tuple[Case, ...] = ("value", "lenient", "strict")
    ratings = [standard.rating(case, reading) for case in cases for reading in readings]
    counts = {year: [stars_in(answer, rating, n) for rating in ratings] for n, year in enumerate(answer.problem.years)}
    return {year: (min(stars), max(stars)) for year, stars in counts.items()}


def deciding(standard: Standard, answer: Answer, year: int) -> list[str]:
    """Assumed fields that change the stars of a year by themselves, in words; if only all do together, that."""
    n = answer.problem.years.index(year)
    stars = stars_in(answer, standard.rating(), n)
    found = [*_fields(standard, answer, n, stars), *_readings(standard, answer, n, stars)]
    low, high = reach(standard, answer)[year]
    if not found and low < high:
        found = [f"no single one; all together at their strict ends {low} stars, at their lenient ends {high}"]
    return found


def _fields(standard: Standard, answer: Answer, n: int, stars: int) -> Iterator[str]:
    year = answer.problem.years[n]
    for path, number in standard.assumed().items():
        for end in (number.low, number.high):
            if end is None or end == number.value:
                continue
            other = stars_in(answer, standard.moved(path, replace(number, value=end)).rating(), n)
            if other != stars:
                yield f"{path} = {number.value} (assumed): {other} stars in {year} if {end}"


def _readings(standard: Standard, answer: Answer, n: int, stars: int) -> Iterator[str]:
    year = answer.problem.years[n]
    for reading in standard.table.readings:
        other = stars_in(answer, standard.rating(reading=reading), n)
        if other != stars:
            yield f"reading = {standard.reading} (assumed): {other} stars in {year} under {reading}"


def stars_in(answer: Answer, rating: Rating, n: int) -> int:
    """Stars of the n-th year under another rating."""
    return rate(rating, facts_of(answer.tonnes, n), done_in(answer, n)).stars


def done_in(answer: Answer, n: int) -> list[ManagementItem]:
    """Management items in place in the n-th year."""
    return [m for m in answer.problem.management if m.already_met or answer.money.adopted[m.name][n]]
