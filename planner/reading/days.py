"""The 365 days of the representative year: the weekday of each, public holidays, and series of other years laid on them.

A stamped series keeps its weekdays. The year has the days of the stamped loads, else of the stamped prices, else of the base
year; tariffs by day kind and library profiles follow these days. A series of another year is laid on them day by day: each
of its days stands once, on the nearest day of the same kind, at most three days away but for a few days that have no partner.
Its energy, its days and its season stay. A file without stamps is taken to hold the days of the year as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]

SATURDAY, SUNDAY = 5, 6
HOLIDAY, MOVED_WORKDAY = 7, 8  # kinds of day beside the weekdays 0..6
NEAR = 3  # days between equal weekdays of two years
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """The days of a year; the kinds of day know public holidays where a country is given.

    >>> Days.of_year(2026).weekday[[0, 2]].tolist()  # Thursday 1 January, Saturday 3 January
    [3, 5]
    >>> Days.of_year(2024).weekday[[58, 59]].tolist()  # Wednesday 28 February, Friday 1 March
    [2, 4]
    """

    dates: tuple[date, ...]
    country: str | None = None

    @classmethod
    def of_year(cls, year: int, *, without: str = "02-29", country: str | None = None) -> Days:
        """The days of a calendar year; of 366 days all but the one `without` names."""
        whole = [date(year, 1, 1) + n * ONE_DAY for n in range(366)]
        inside = [day for day in whole if day.year == year]
        kept = inside if len(inside) == 365 else [day for day in inside if f"{day:%m-%d}" != without]
        return cls(tuple(kept), country)

    @property
    def year(self) -> int:
        """The calendar year."""
        return self.dates[0].year

    @cached_property
    def weekday(self) -> IntArray:
        """(365,) Monday 0 to Sunday 6."""
        return np.array([day.weekday() for day in self.dates], dtype=np.int64)

    @cached_property
    def kind(self) -> IntArray:
        """(365,) the weekday, HOLIDAY, or MOVED_WORKDAY for a Saturday or Sunday that is worked instead of another day."""
        if self.country is None:
            return self.weekday
        free, worked = public_holidays(self.country, self.year)
        masks = [[day in worked for day in self.dates], [day in free for day in self.dates]]
        return np.select(masks, [MOVED_WORKDAY, HOLIDAY], self.weekday).astype(np.int64)

    def are(self, kind: str) -> Mask:
        """(365,) which days are of a tariff's kind: all, workday, weekend or holiday."""
        found: dict[str, Mask] = {
            "all": np.ones(len(self.dates), dtype=np.bool_),
            "workday": (self.kind < SATURDAY) | (self.kind == MOVED_WORKDAY),
            "weekend": (self.kind == SATURDAY) | (self.kind == SUNDAY),
            "holiday": self.kind == HOLIDAY,
        }
        return found[kind]

    def from_days(self, other: Days) -> IntArray:
        """(365,) which day of another year stands on each day of this one; each stands once.

        >>> Days.of_year(2026).from_days(Days.of_year(2020, without="12-31"))[[0, 1, 100]].tolist()
        [1, 2, 99]
        """
        source = np.full(len(self.dates), -1, dtype=np.int64)
        for kind in np.unique(self.kind):
            here, there = np.flatnonzero(self.kind == kind), np.flatnonzero(other.kind == kind)
            for day, found in zip(here, there, strict=False) if kind >= HOLIDAY else _nearest(here, there):
                source[day] = found
        left = np.setdiff1d(np.arange(len(source)), source)
        for kind in ("workday", "all"):
            open_days = np.flatnonzero((source < 0) & self.are(kind))
            matching = left[other.are(kind)[left]][: len(open_days)]
            source[open_days[: len(matching)]] = matching
            left = np.setdiff1d(left, matching)
        return source


def _nearest(here: IntArray, there: IntArray) -> Iterator[tuple[int, int]]:
    """Pairs of days of two years that are at most NEAR apart, the nearest first, each day once."""
    apart = np.abs(here[:, None] - there[None, :])
    taken: set[int] = set()
    paired: set[int] = set()
    for i, j in sorted(np.argwhere(apart <= NEAR).tolist(), key=lambda pair: (apart[pair[0], pair[1]], *pair)):
        if i not in paired and j not in taken:
            paired.add(i)
            taken.add(j)
            yield int(here[i]), int(there[j])


def laid(series: NDArray[np.float64], source: IntArray) -> NDArray[np.float64]:
    """A full-year series with its days in another order.

    >>> float(laid(np.repeat(np.arange(365.0), 24), np.arange(364, -1, -1))[0])
    364.0
    """
    return np.ascontiguousarray(series.reshape(len(source), -1)[source].ravel())


@lru_cache(maxsize=32)
def public_holidays(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off by law or decree, and weekend days that are worked for them; KeyError for a country that is not known.

    `country` is an ISO 3166 code, of a country such as CN or of a part of one such as DE-BY. Source: the package `holidays`.

    >>> free, worked = public_holidays("CN", 2025)
    >>> date(2025, 10, 1) in free, date(2025, 9, 28) in worked
    (True, True)
    """
    import holidays  # slow to import, and needed only where a tariff names holidays

    code, _, part = country.partition("-")
    try:
        found = holidays.country_holidays(code, subdiv=part or None, years=year)
    except NotImplementedError:  # so `holidays` says that it knows no such country
        raise KeyError(country) from None
    free = frozenset(day for day in found if day.year == year)
    return free, frozenset(day for day in found.weekend_workdays if day.year == year)


def shown(days: Sequence[date]) -> str:
    """A year of days in words.

    >>> shown(Days.of_year(2023).dates)
    '2023, which begins on a Sunday'
    """
    return f"{days[0].year}, which begins on a {days[0]:%A}"
