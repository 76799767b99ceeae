"""Emission factors with where they come from and how far off they may be.

A factor of the library carries source, status and range; one that changes over the years keeps the range of its data year as
shares of its value. A factor that the scenario gives has neither, and its uncertainty is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.problem import ELECTRICITY, Market
from planner.library import Number
from planner.results.basis import Standing, grid_number, library_numbers, uncovered_number
from planner.results.record import Record

EQUAL = 1e-9  # relative


@dataclass(frozen=True)
class Factor:
    """A factor of one line; `low_share` and `high_share` are ends of its range over its value."""

    value: float
    unit: str
    source: str  # as the library or the publication has it; empty where the scenario gave it
    status: Standing
    data_year: int | None = None
    data_value: float | None = None  # as published, where a trend has been applied since
    low_share: float | None = None
    high_share: float | None = None


class FactorBook:
    """Factors of one result."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def zero(self) -> Factor:
        """Of claimed electricity."""
        return Factor(0.0, "t/MWh", "", "default")

    def of_market(self, market: Market, value: float) -> Factor:
        """Of what a market sells, in the year in question."""
        scenario = self._record.scenario
        if (
            market.carrier == ELECTRICITY
            and scenario is not None
            and not self._own(market, "emission_factor_t_per_mwh")
        ):
            found = grid_number(scenario)
            return _published(value, found)
        return _sourced(value, "t/MWh", self._market_number(market, "emission_factor_t_per_mwh"))

    def upstream(self, market: Market, value: float) -> Factor:
        """Before the fence."""
        return _sourced(value, "t/MWh", self._market_number(market, "upstream_t_per_mwh"))

    def uncovered(self, value: float) -> Factor:
        """Of grid electricity without a claim."""
        scenario = self._record.scenario
        return _published(value, None if scenario is None else uncovered_number(scenario))

    def of_plant(self, name: str, key: str, value: float) -> Factor:
        """Of a converter's own emissions [t/MWh], which the library has in kg/MWh."""
        number = self._number("converters", name, key)
        return _sourced(value, "t/MWh", number, scale=-1e-3 if value < 0 else 1e-3)

    def embodied(self, kind: str, item: str, key: str, value: float, unit: str) -> Factor:
        """Of what is built; kg/kW are t/MW."""
        name = item.removesuffix(" power").removesuffix(" energy")
        return _sourced(value, unit, self._number(kind, name, key) if key else None)

    def _tables(self, kind: str) -> Mapping[str, Any]:
        scenario = self._record.scenario
        return {} if scenario is None else getattr(scenario, kind)

    def _own(self, market: Market, key: str) -> bool:
        table = self._tables("markets").get(market.name)
        return table is not None and getattr(table, key) is not None

    def _market_number(self, market: Market, key: str) -> Number | None:
        return None if self._own(market, key) else self._number("markets", market.name, key)

    def _number(self, kind: str, name: str, key: str) -> Number | None:
        table = self._tables(kind).get(name)
        return None if table is None else library_numbers(kind, name, table).get(key)


def _sourced(value: float, unit: str, number: Number | None, scale: float = 1.0) -> Factor:
    """A factor that equals a number of the library, or is the scenario's own."""
    if number is None or isinstance(number.value, tuple):
        return Factor(value, unit, "", "scenario")
    if abs(number.value * scale - value) > EQUAL * max(abs(value), EQUAL):
        return Factor(value, unit, "", "scenario")
    return _with_range(Factor(value, unit, number.source, number.status, number.year), number)


def _published(value: float, found: tuple[str, Number] | None) -> Factor:
    """A published grid factor, moved by its trend."""
    if found is None:
        return Factor(value, "t/MWh", "", "scenario")
    region, number = found
    factor = Factor(value, "t/MWh", f"{region}: {number.source}", number.status, number.year, number.scalar)
    return _with_range(factor, number)


def _with_range(factor: Factor, number: Number) -> Factor:
    low, high, value = number.low, number.high, number.value
    if isinstance(low, tuple) or isinstance(high, tuple) or isinstance(value, tuple):
        return factor
    if low is None or high is None or not value:
        return factor
    return Factor(**{**vars(factor), "low_share": low / value, "high_share": high / value})
