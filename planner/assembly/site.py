"""The site before anything is decided: carriers, loads, weather, the representative year, letdowns between heat
carriers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from models.problem import ELECTRICITY, Array, Carrier, Demand
from planner import library
from planner.assembly.climate import Climate, Weather, synthetic_weather
from planner.assembly.notes import Notes, refuse
from planner.assembly.profiles import library_profile
from planner.assembly.typical_days import RepresentativeYear
from planner.assembly.years import Calendar
from planner.reading.alignment import days_of
from planner.reading.days import Days, laid
from planner.reading.series_uses import keeps_weekdays
from planner.reading.timeseries import SeriesReader, from_bills
from planner.reading.units import mwh
from planner.scenario import Carrier as CarrierTable
from planner.scenario import Demand as DemandTable
from planner.scenario import Scenario, SeriesFile, SeriesKeys, value_in
from planner.scenario.carriers import BUILT_IN


@dataclass
class Site:
    """What the parts of an assembly share: the scenario, its calendar, its files, weather and loads.

    Series are full-year (8760·k,) or, with given periods, one value per step.
    """

    scenario: Scenario
    calendar: Calendar
    notes: Notes
    reader: SeriesReader
    carriers: Mapping[str, CarrierTable]
    year: RepresentativeYear  # every step or the given periods, until typical days are picked
    loads: dict[str, Array] = field(default_factory=dict)  # demand -> MW in the base year, before projection

    @property
    def hours(self) -> float:
        """Length of a step [h]."""
        return self.scenario.horizon.step_minutes / 60

    @cached_property
    def weather(self) -> SiteWeather:
        """Full-year weather."""
        return SiteWeather(self)

    def profile(self, profile: str | SeriesFile | None, full_load_hours: float | None, key: str) -> Array | None:
        """Availability series of pv, wind or a file, scaled to a yield if one is given; None where always available."""
        if isinstance(profile, SeriesFile):
            series = self.reader.shape(profile, f"{key}.profile")
            series = self.on_its_days(series, profile, f"{key}.profile")
        elif profile in ("pv", "wind"):
            series = self.weather.pv if profile == "pv" else self.weather.wind
        else:
            return None
        if full_load_hours is None:
            return series
        mean = self.mean(series)
        if mean <= 0:
            raise refuse(f"{key}.full_load_hours", f"{full_load_hours:g}", "a profile that is not zero all year")
        scaled = np.minimum(series * full_load_hours / 8760 / mean, 1.0)
        if (short := 1 - self.mean(scaled) * 8760 / full_load_hours) > 0.01:
            self.notes.warn(
                f"{key}: scaled to {full_load_hours:g} h, its profile is cut at full output ({short:.0%} short)"
            )
        return np.asarray(scaled, dtype=np.float64)

    @cached_property
    def days(self) -> Days:
        """The days of the representative year."""
        return days_of(self.scenario, self.reader)[0]

    def on_its_days(self, series: Array, keys: SeriesKeys, key: str) -> Array:
        """A series with its weekdays on those of the representative year, if it follows weekdays and has stamps."""
        if not keeps_weekdays(self.scenario, key):
            return series
        own = self.reader.days(keys, key, self.days.country)
        return series if own is None or own == self.days else laid(series, self.days.from_days(own))

    def mean(self, series: Array) -> float:
        """Mean over the year, also of a series of given periods."""
        weights = self.scenario.horizon.period_weights
        if self.reader.given_steps == len(series) and weights:
            return float(np.average(series, weights=np.repeat(weights, self.scenario.horizon.period_steps)))
        return float(np.mean(series))

    def total_mwh(self, load: Array) -> float:
        """MWh per year of a load [MW]."""
        weights = self.scenario.horizon.period_weights
        if self.reader.given_steps == len(load) and weights:
            return float(load @ np.repeat(weights, self.scenario.horizon.period_steps)) * self.hours
        return float(load.sum()) * self.hours

    def annual_mwh(self, demand: str) -> float:
        """MWh per year of a demand in the base year."""
        return self.total_mwh(self.loads[demand])

    def load_of(self, carrier: str) -> Array:
        """Sum of the loads of one carrier."""
        loads = [self.loads[d] for d, table in self.scenario.demands.items() if table.carrier == carrier]
        return np.asarray(sum(loads)) if loads else np.zeros(self.series_length)

    @property
    def series_length(self) -> int:
        """Number of values of a series before projection."""
        return self.reader.given_steps or round(8760 / self.hours)

    def is_heat(self, carrier: str) -> bool:
        """Whether a carrier has a temperature."""
        return carrier in self.carriers and self.carriers[carrier].temperature_c is not None

    def trend(self, kind: str, name: str, table: Any, key: str, since: int | None = None) -> Array:
        """(Y,) real price index by a trend of a table, in the scenario's money if it writes it, else in the library's."""
        rate, written = getattr(table, key), self.notes.written.get(kind, {}).get(name, {})
        return self.calendar.trend(rate, since, is_real=key not in written)

    def index(self, follows: str | None, growth: float) -> Array:
        """(Y,) growth since the base year, times the production that is followed."""
        years = np.array(self.calendar.years)
        index = (1 + growth) ** (years - self.calendar.base_year)
        if follows is not None:
            index = index * self.production_index(follows)
        return np.asarray(index, dtype=np.float64)

    def base_index(self, follows: str | None) -> float:
        """Output of the base year relative to itself: 1, but for a path that says otherwise, such as 0 of a new line."""
        table = None if follows is None else self.scenario.production.get(follows)
        path = None if table is None else table.index
        year = self.calendar.base_year
        return 1.0 if path is None or year < min(path) else value_in(path, year)

    def production_index(self, name: str) -> Array:
        """(Y,) output relative to the base year."""
        table = self.scenario.production.get(name)
        if table is None:
            return np.ones(len(self.calendar.years))
        if table.index is not None:
            return self.calendar.path(table.index)
        return np.asarray((1 + table.growth_per_year) ** (np.array(self.calendar.years) - self.calendar.base_year))


class SiteWeather:
    """Full-year series: from the scenario's file, or from the climate of the library for a column that it lacks."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @cached_property
    def temperature_c(self) -> Array:
        """Outdoor temperature [°C]."""
        own = self._own("temperature")
        return self._climate.temperature_c if own is None else own

    @cached_property
    def pv(self) -> Array:
        """Output of PV [share of its size]."""
        own = self._own("pv")
        return self._climate.pv if own is None else own

    @cached_property
    def wind(self) -> Array:
        """Output of wind [share of its size]."""
        own = self._own("wind")
        return self._climate.wind if own is None else own

    @cached_property
    def _climate(self) -> Weather:
        return synthetic_weather(climate_of(self._site), self._site.hours)

    def _own(self, name: str) -> Array | None:
        own = self._site.scenario.site.weather
        column = None if own is None else getattr(own, f"{name}_column")
        if own is None or column is None:
            return None
        keys = SeriesKeys(file=own.file, column=column, leap_day=own.leap_day)
        reader, key = self._site.reader, f"site.weather.{name}_column"
        return reader.temperature(keys, key) if name == "temperature" else reader.shape(keys, key)


def carriers_of(scenario: Scenario, notes: Notes) -> dict[str, CarrierTable]:
    """The built-in carriers with the scenario's changes and additions."""
    tables = dict(BUILT_IN)
    for name, own in scenario.carriers.items():
        base = tables.get(name, CarrierTable()).model_dump(exclude_unset=True)
        tables[name] = CarrierTable.model_validate({**base, **own.model_dump(exclude_unset=True)})
    for name, table in tables.items():
        notes.label(name, table)
    return tables


def climate_of(site: Site) -> Climate:
    """The climate named by the scenario, or that of its province."""
    climates = library.load("climates")
    name = site.scenario.site.climate
    province = site.scenario.scenario.province
    if name is None:
        name = next((n for n, e in climates.items() if province in e.about.get("provinces", ())), None)
    if name is None:
        name = next(iter(climates))
        site.notes.warn(f"no climate is known for the province {province or '(none given)'}: using {name}")
    entry = climates[name]
    site.notes.use(f"site.climate.{name}", name, entry.numbers)
    facts = entry.values
    return Climate(
        latitude_deg=float(facts["latitude_deg"]),
        temperature_c=tuple(facts["temperature_c"]),
        daily_range_k=float(facts["daily_range_k"]),
        pv_full_load_hours=tuple(facts["pv_full_load_hours"]),
        wind_full_load_hours=float(facts["wind_full_load_hours"]),
    )


def add_loads(site: Site) -> None:
    """Load series of every demand in the base year."""
    for name, demand in site.scenario.demands.items():
        site.notes.label(name, demand)
        site.loads[name] = _load(site, f"demands.{name}", demand)


def _load(site: Site, key: str, demand: DemandTable) -> Array:
    if demand.file is not None or demand.values is not None:
        return site.on_its_days(site.reader.load(demand, key, demand.carrier), demand, key)
    shape = _shape(site, demand, key)
    if demand.monthly_mwh is not None:
        return from_bills(shape, list(demand.monthly_mwh), site.scenario.horizon.step_minutes)
    wanted, total = mwh(demand.annual_mwh or 0.0, demand.carrier), site.total_mwh(shape)
    if total <= 0:
        raise refuse(f"{key}.profile", "zero all year", "a profile with some load")
    return np.asarray(shape * (wanted / total), dtype=np.float64)


def _shape(site: Site, demand: DemandTable, key: str) -> Array:
    """Relative load of a demand that has totals only; with given periods already per step."""
    if isinstance(demand.profile, SeriesFile):
        key = f"{key}.profile"
        return site.on_its_days(site.reader.shape(demand.profile, key), demand.profile, key)
    name = demand.profile or "flat"
    entry = library.load("profiles")[name]
    site.notes.use(f"{key}.profile", name, entry.numbers)
    series = library_profile(entry, site.days, site.hours, lambda: site.weather.temperature_c)
    return site.year.project(series) if site.reader.given_steps else series


def add_demands(site: Site) -> tuple[Demand, ...]:
    """Demands on the representative steps."""
    return tuple(
        Demand(
            name=name,
            carrier=table.carrier,
            load_mw=site.year.project(site.loads[name]),
            index=site.index(table.follows, table.growth_per_year),
            base_index=site.base_index(table.follows),
        )
        for name, table in site.scenario.demands.items()
    )


def problem_carriers(site: Site, used: set[str]) -> tuple[Carrier, ...]:
    """The carriers that something uses or makes, in the order of the tables."""
    return tuple(
        Carrier(
            name=name,
            dumping=table.dumping if table.dumping is not None else table.temperature_c is not None,
            temperature_c=table.temperature_c,
            is_heat=table.temperature_c is not None,
        )
        for name, table in site.carriers.items()
        if name in used or name == ELECTRICITY
    )


def letdowns(carriers: tuple[Carrier, ...]) -> tuple[tuple[str, str], ...]:
    """Heat flows down freely, from each heat carrier to the next cooler one.

    >>> levels = (("steam", 165.0), ("hot_water", 85.0), ("warm_water", 55.0))
    >>> hot, warm, cool = (Carrier(name, temperature_c=level, is_heat=True) for name, level in levels)
    >>> letdowns((cool, hot, warm))
    (('steam', 'hot_water'), ('hot_water', 'warm_water'))
    """
    heat = sorted((c for c in carriers if c.temperature_c is not None), key=lambda c: -(c.temperature_c or 0.0))
    levels = sorted({c.temperature_c for c in heat if c.temperature_c is not None}, reverse=True)
    at = {level: [c.name for c in heat if c.temperature_c == level] for level in levels}
    return tuple((hot, cool) for above, below in itertools.pairwise(levels) for hot in at[above] for cool in at[below])
