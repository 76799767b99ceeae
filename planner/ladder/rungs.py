"""What a rung of the ladder asks for: stars from a year on, under a reading of the standard and an end of its assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from models.problem import Problem
from planner.library.rating_table import Case
from planner.pareto.axes import target_years, with_stars
from planner.rating.assumptions import Standard

Assumed = Literal["low", "best", "high"]

ASSUMED: dict[Assumed, Case] = {"low": "lenient", "best": "value", "high": "strict"}  # each asks for more than the last


@dataclass(frozen=True)
class Rung:
    """`stars` held from `first_year` on. `assumed`: every assumed number of the standard at its best value, at the low end,
    which makes stars easiest, or at the high end, which makes them hardest."""

    stars: int
    first_year: int
    reading: str
    assumed: Assumed

    def asks_no_more_than(self, other: Rung) -> bool:
        """Whether every plan of the other rung is one of this rung: fewer stars, for fewer years, under easier numbers."""
        order = list(ASSUMED)
        return (
            self.stars <= other.stars
            and self.first_year >= other.first_year
            and self.reading == other.reading
            and order.index(self.assumed) <= order.index(other.assumed)
        )


def rungs(problem: Problem, standard: Standard, first_years: Sequence[int]) -> list[Rung]:
    """The scenario's own standard for every first year, then every reading and end for the first of them; lowest first."""
    assert problem.rating is not None
    levels = sorted(level.stars for level in problem.rating.levels)
    readings = sorted(standard.table.readings or (standard.reading,), key=lambda reading: reading != standard.reading)
    own = [Rung(stars, year, standard.reading, "best") for year in first_years for stars in levels]
    others = [Rung(stars, first_years[0], *setting) for setting in _settings(readings) for stars in levels]
    return list(dict.fromkeys([*own, *others]))


def _settings(readings: Sequence[str]) -> Iterator[tuple[str, Assumed]]:
    yield from ((reading, "best") for reading in readings)
    yield from ((reading, end) for reading in readings for end in ASSUMED if end != "best")


def asked(problem: Problem, standard: Standard, rung: Rung) -> Problem:
    """The problem of a rung; durable stars as the scenario asks for them."""
    years = years_of(problem, rung.first_year)
    found = replace(problem, rating=standard.rating(ASSUMED[rung.assumed], rung.reading))
    return with_stars(replace(found, name=f"{problem.name} {rung.stars} stars"), years, rung.stars)


def years_of(problem: Problem, first_year: int) -> tuple[int, ...]:
    """From the first year to where the scenario's target ends."""
    last = target_years(problem)[-1]
    return tuple(y for y in problem.years if first_year <= y <= max(last, first_year))
