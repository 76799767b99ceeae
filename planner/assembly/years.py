"""What depends on the year: price and cost indices, build years, working shares by age, existing stock, target paths.

Amounts of a scenario are in the money of its price year, and keep their real value unless a trend is written. A trend is
real, unless [finance] price_basis is nominal: then (1 + trend) / (1 + inflation) is what remains of one that the scenario
writes. The library's are always real.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from models.problem import Array
from planner.assembly.lead_times import Kind, first_workable_year
from planner.scenario import Contract, Converter, Finance, Management, Retrofit, Scenario, Store, value_in

Option = Converter | Store | Retrofit | Contract | Management


@dataclass(frozen=True)
class Calendar:
    """The years of the plan, and those that amounts and loads refer to."""

    years: tuple[int, ...]
    price_year: int
    base_year: int
    inflation: float
    nominal: bool
    today: date | None = None  # nothing works before it could, if decided then; None: anything may work at once

    @property
    def first(self) -> int:
        """First year of the plan."""
        return self.years[0]

    @property
    def last(self) -> int:
        """Last year of the plan."""
        return self.years[-1]

    def real(self, rate: float) -> float:
        """A rate of change of prices in real terms.

        >>> round(Calendar((2026,), 2026, 2025, 0.02, True).real(0.05), 4)
        0.0294
        """
        return (1 + rate) / (1 + self.inflation) - 1 if self.nominal else rate

    def trend(self, rate: float | None, since: int | None = None, *, is_real: bool = False) -> Array:
        """(Y,) real price index that is 1 in `since`, by default the price year; `is_real` whatever the price basis.

        Without a rate it is 1 in all years.
        """
        start = self.price_year if since is None else since
        growth = 0.0 if rate is None else rate if is_real else self.real(rate)
        return np.array([(1 + growth) ** (y - start) for y in self.years])

    def path(self, path: float | Mapping[int, float]) -> Array:
        """(Y,) values of a path."""
        return np.array([value_in(path if isinstance(path, float | int) else dict(path), y) for y in self.years])

    def window(self, kind: Kind, table: Option, every: int | None = None) -> tuple[int, ...]:
        """Years in which something may be built, every so many years from the earliest on."""
        workable = first_workable_year(kind, table, self.today)
        start = max(self.first, table.earliest_year or self.first, workable or self.first)
        return tuple(range(start, min(self.last, table.latest_year or self.last) + 1, every or 1))

    def why_never(self, kind: Kind, table: Option) -> str | None:
        """Why a thing can start in no year of the plan; None where it can in some."""
        if self.window(kind, table):
            return None
        workable = first_workable_year(kind, table, self.today) or self.first
        start = max(self.first, table.earliest_year or self.first, workable)
        decided = f" if it is decided on {self.today}" if start == workable and self.today else ""
        return (
            f"works from {start} on at the earliest{decided}, but may start until {table.latest_year or self.last} only"
        )


def with_renewals(starts: tuple[int, ...], life_years: int, last: int) -> tuple[int, ...]:
    """Start years, and up to the last year those in which something started then reaches the end of its life.

    >>> with_renewals((2027, 2028), 5, 2037)
    (2027, 2028, 2032, 2033, 2037)
    """
    return tuple(sorted({y for start in starts for y in range(start, last + 1, life_years)}))


def calendar_of(scenario: Scenario) -> Calendar:
    """The calendar of a scenario."""
    horizon, finance = scenario.horizon, scenario.finance
    return Calendar(
        years=tuple(range(horizon.first_year, horizon.last_year + 1)),
        price_year=scenario.scenario.price_year or horizon.first_year,
        base_year=scenario.base_year.year or horizon.first_year - 1,
        inflation=finance.inflation or 0.0,
        nominal=finance.price_basis == "nominal",
        today=horizon.today,
    )


def real_discount_rate(finance: Finance) -> float:
    """Real discount rate per year.

    >>> round(real_discount_rate(Finance(discount_rate=0.08, inflation=0.02, price_basis="nominal")), 4)
    0.0588
    """
    if finance.price_basis == "nominal":
        return (1 + finance.discount_rate) / (1 + (finance.inflation or 0.0)) - 1
    return finance.discount_rate


def first_year_share(commissioning_month: int | None) -> float:
    """Share of the first year in which a thing commissioned at the start of that month works.

    >>> first_year_share(7), first_year_share(None)
    (0.5, 1.0)
    """
    return (13 - (commissioning_month or 1)) / 12


def share_by_age(life_years: int, commissioning_month: int | None, loss_per_year: float | None) -> Array:
    """(life,) working share of a size in each year of its life.

    >>> share_by_age(3, 7, 0.1).round(3).tolist()
    [0.5, 0.9, 0.81]
    """
    shares = (1 - (loss_per_year or 0.0)) ** np.arange(life_years)
    shares[0] = first_year_share(commissioning_month)
    return np.asarray(shares, dtype=np.float64)


def subsidies(calendar: Calendar, per_unit: float, until: int | None, cost: Array) -> Array | float:
    """(Y,) subsidy for each unit built up to its deadline, at most what the unit costs; 0.0 where there is none."""
    if per_unit <= 0:
        return 0.0
    paid = [per_unit if until is None or y <= until else 0.0 for y in calendar.years]
    return np.asarray(np.minimum(paid, cost), dtype=np.float64)


def existing(calendar: Calendar, size: float | None, until: int | None) -> Array:
    """(Y,) size that already stands."""
    return np.array([(size or 0.0) * (until is None or y <= until) for y in calendar.years])


def degraded(calendar: Calendar, loss_per_year: float | None) -> Array | float:
    """(Y,) working share of what stands, which is given as it works in the first year; 1.0 where nothing is lost."""
    if not loss_per_year:
        return 1.0
    return np.asarray((1 - loss_per_year) ** np.arange(len(calendar.years)), dtype=np.float64)


def held(calendar: Calendar, path: float | Mapping[int, float], start: int | None) -> Array | None:
    """(Y,) a path that holds from `start` on, or from its own first year; NaN before. None if it never holds."""
    since = min(path) if isinstance(path, Mapping) else start
    if since is None:
        return None
    values = calendar.path(path)
    values[np.array(calendar.years) < since] = np.nan
    return None if np.isnan(values).all() else values
