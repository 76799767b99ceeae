"""Finance and emissions: real rates, capex limits, grid factors by year, carbon price, other sources, caps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.problem import Array, EmissionCap, Emissions, Finance, OtherEmissions
from planner.assembly.notes import refuse
from planner.assembly.options import MILLION
from planner.assembly.site import Site
from planner.assembly.supply import GridFactor
from planner.assembly.years import real_discount_rate
from planner.library import LibraryError, Number
from planner.library.grid import grid_factor as library_factor
from planner.library.grid import grid_region
from planner.scenario import Cap, values_in

TIMING = {"start": 0.0, "mid": 0.5, "end": 1.0}
PUBLISHED_TREND = -0.03  # per year, from the data year of a published grid factor on


@dataclass(frozen=True)
class OpenCap:
    """A cap whose limit is a share of something known only later: business as usual, or the base year."""

    cap: Cap
    name: str


def finance_of(site: Site) -> Finance:
    """Discounting, tax and capex limits."""
    keys, calendar = site.scenario.finance, site.calendar
    limit = keys.annual_capex_limit
    limits: Array | None = None
    if isinstance(limit, Mapping):
        limits = np.array([limit.get(y, np.nan) for y in calendar.years]) / MILLION
    elif limit is not None:
        limits = np.full(len(calendar.years), limit / MILLION)
    return Finance(
        discount_rate=real_discount_rate(keys),
        timing_offset=TIMING[keys.timing],
        salvage=keys.salvage,
        inflation=calendar.inflation,
        tax_rate=keys.tax_rate,
        depreciation_years=keys.depreciation_years,
        capex_limit=limits,
        unserved_price=None if keys.unserved_per_mwh is None else keys.unserved_per_mwh / MILLION,
    )


def grid_factor_of(site: Site) -> GridFactor:
    """Location-based factor: own path, or the published one of the province, its region or China, with its trend."""
    keys = site.scenario.emissions
    if keys.grid_factor == "custom":
        return _own_factor(site, keys.grid_factor_t_per_mwh or 0.0)
    number = _published(site, region_of(site), "average", "grid_factor")
    return _with_trend(site, number)


def uncovered_factor_of(site: Site, grid: GridFactor) -> Array:
    """(Y,) factor of grid electricity without a claim; the national residual mix is no cleaner than the place's own."""
    keys = site.scenario.emissions
    if keys.uncovered_t_per_mwh is not None:
        return _own_factor(site, keys.uncovered_t_per_mwh).by_year
    if keys.uncovered == "average":
        return grid.by_year
    number = _published(site, "China", keys.uncovered, "uncovered")
    if keys.uncovered == "fossil":
        return np.full(len(site.calendar.years), number.scalar)
    return np.asarray(np.maximum(_with_trend(site, number).by_year, grid.by_year), dtype=np.float64)


def _own_factor(site: Site, path: float | dict[int, float]) -> GridFactor:
    """The scenario's own factor: a path as it stands, a number with the trend from its data year on."""
    keys, calendar = site.scenario.emissions, site.calendar
    years = (calendar.base_year, *calendar.years)
    factors = np.array(values_in(path, years))
    if not isinstance(path, dict):
        since = keys.grid_factor_year or calendar.base_year
        factors = factors * (1 + (keys.grid_factor_trend_per_year or 0.0)) ** np.maximum(0, np.array(years) - since)
    return GridFactor(factors[1:], float(factors[0]))


def region_of(site: Site) -> str:
    """Region whose factor counts: the province, its regional grid, or China."""
    basis, province = site.scenario.emissions.grid_factor, site.scenario.scenario.province
    if basis == "national":
        return "China"
    assert province is not None  # the reader requires it here
    return grid_region(province) if basis == "regional" else province


def _published(site: Site, region: str, basis: str, key: str) -> Number:
    keys = site.scenario.emissions
    try:
        number = library_factor(region, basis, keys.grid_factor_year)
    except LibraryError as error:
        raise refuse("emissions.grid_factor_year", str(keys.grid_factor_year), str(error)) from None
    site.notes.use(f"emissions.{key}", f"{region} {basis}", {str(number.year): number})
    return number


def _with_trend(site: Site, number: Number) -> GridFactor:
    """The published factor changes by the trend from its data year on."""
    trend = site.scenario.emissions.grid_factor_trend_per_year
    growth = 1 + (PUBLISHED_TREND if trend is None else trend)

    def factor(year: int) -> float:
        return number.scalar * growth ** max(0, year - number.year)

    return GridFactor(np.array([factor(y) for y in site.calendar.years]), factor(site.calendar.base_year))


def other_emissions(site: Site) -> tuple[OtherEmissions, ...]:
    """Sources outside the energy balance, following production."""
    others = []
    for name, table in site.scenario.emissions.other.items():
        site.notes.label(name, table)
        base = values_in(table.tco2e, (site.calendar.base_year,))[0]
        tonnes = site.calendar.path(table.tco2e) * site.index(table.follows, 0.0)
        others.append(OtherEmissions(name=name, scope=table.scope, tco2e=tonnes, base_tco2e=base))
    return tuple(others)


def caps_of(site: Site) -> tuple[tuple[EmissionCap, ...], tuple[OpenCap, ...]]:
    """Caps in tonnes, and those that wait for the base year or business as usual."""
    known: list[EmissionCap] = []
    waiting: list[OpenCap] = []
    for n, cap in enumerate(site.scenario.emissions.caps):
        name = cap.name or f"cap_{n + 1}"
        if cap.cumulative_t is not None:
            known.append(EmissionCap(name, cap.metric, total=cap.cumulative_t))
        elif cap.limit_t is not None:
            known.append(EmissionCap(name, cap.metric, limit=in_force(cap, site.calendar.years) * cap.limit_t))
        else:
            waiting.append(OpenCap(cap, name))
    return tuple(known), tuple(waiting)


def in_force(cap: Cap, years: tuple[int, ...]) -> Array:
    """(Y,) 1 in the years in which a cap holds, NaN in the others.

    >>> in_force(Cap(year=2031, limit_t=5), (2030, 2031)).tolist()
    [nan, 1.0]
    """
    holds = [y == cap.year if cap.year is not None else y >= (cap.from_year or years[0]) for y in years]
    return np.where(holds, 1.0, np.nan)


def emissions_of(site: Site, grid: GridFactor, caps: tuple[EmissionCap, ...], tce: Mapping[str, float]) -> Emissions:
    """How emissions are counted and priced."""
    keys, calendar = site.scenario.emissions, site.calendar
    return Emissions(
        uncovered_factor=uncovered_factor_of(site, grid),
        carbon_price=calendar.path(keys.carbon_price)
        / MILLION
        * calendar.trend(keys.carbon_price_trend, calendar.first),
        free_allowance_tco2e=calendar.path(keys.free_allowance_t),
        other=other_emissions(site),
        caps=caps,
        energy_tce_per_mwh=tce,
    )
