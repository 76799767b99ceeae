"""The loads of the base year as a reader knows them, energy a year and peak, and what is odd about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.problem import ELECTRICITY, Problem
from planner.reading.faults import Fault
from planner.scenario import Demand, Scenario

BEHIND = 2.0  # times the connection and what stands behind it: a load above is taken for a wrong unit


@dataclass(frozen=True)
class Load:
    """One demand in the base year."""

    name: str
    mwh: float  # per year
    peak_mw: float

    def __str__(self) -> str:
        return f"{self.name}: {self.mwh:,.0f} MWh a year, peak {self.peak_mw:,.4g} MW"


def loads_of(problem: Problem) -> tuple[Load, ...]:
    """Every demand of the problem."""
    hours = problem.steps.hours_per_year
    return tuple(Load(d.name, float(d.load_mw @ hours), float(d.load_mw.max())) for d in problem.demands)


def odd_loads(scenario: Scenario, problem: Problem) -> Iterator[Fault]:
    """Series that are zero all year, and electric loads that cannot come through the site's connection."""
    connection = _connection_mw(scenario)
    for load in loads_of(problem):
        table = scenario.demands[load.name]
        key = f"demands.{load.name}.{_key(table)}"
        if load.peak_mw == 0 and (table.file is not None or table.values is not None):
            yield Fault(key, "0 MW all year", "a load", "is it the right column?")
        elif table.carrier == ELECTRICITY and connection is not None and load.peak_mw > BEHIND * connection:
            got = f"a peak of {load.peak_mw:,.4g} MW behind a grid connection of {connection:,.4g} MW"
            yield Fault(key, got, "loads that the site can draw", _hint(table, load, connection))


def _connection_mw(scenario: Scenario) -> float | None:
    """What may be drawn from outside, and what stands on the site; None where no limit is written."""
    limits = [market.max_mw for market in scenario.markets.values() if market.carrier == ELECTRICITY or market.tariff]
    drawn = scenario.site.grid_connection_mw
    if drawn is None and all(limit is not None for limit in limits):
        drawn = sum(limit for limit in limits if limit is not None)
    plant = (v for v in scenario.converters.values() if ELECTRICITY in (v.outputs or {}))
    own = sum((v.existing_mw or 0.0) * (v.outputs or {})[ELECTRICITY] for v in plant)
    return None if drawn is None else drawn + own


def _key(table: Demand) -> str:
    """The key at which a load would be mended."""
    return next(key for key in ("unit", "column", "file", "values", "annual_mwh", "monthly_mwh") if _given(table, key))


def _given(table: Demand, key: str) -> bool:
    return getattr(table, key) is not None


def _hint(table: Demand, load: Load, connection: float) -> str:
    if load.peak_mw / 1e3 > BEHIND * connection:
        return "check the unit"
    if table.file is None and table.values is None:
        return "typed in kWh? then write it with its unit"
    return 'are the numbers kWh per step, or kW? then unit = "kWh" or "kW"' if table.unit is None else "check the unit"
