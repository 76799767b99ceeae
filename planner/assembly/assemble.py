"""Scenario and library to Problem. The only place where units are converted.

    assembly = assemble(read_scenario("scenarios/two-measures"))
    assembly.problem                      what the model needs, its base year still empty
    with_base(assembly, inventory)        the same with the base year known from business as usual (`planner.assembly.variants`)

What comes out besides the problem: the library numbers it rests on with their status, labels, warnings, and what the
second stage needs (base-year bills, caps and instrument limits that are shares of a total not yet known).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.check import broken
from models.problem import (
    ELECTRICITY,
    Array,
    BaseYear,
    Converter,
    Emissions,
    Instrument,
    Market,
    Problem,
    Retrofit,
)
from planner.assembly.base_year import billed_mwh
from planner.assembly.lead_times import Kind
from planner.assembly.loads import odd_loads
from planner.assembly.money import (
    OpenCap,
    caps_of,
    emissions_of,
    finance_of,
    grid_factor_of,
    uncovered_factor_of,
)
from planner.assembly.notes import Notes, Used
from planner.assembly.options import converter, hourly_cop, retrofit, store
from planner.assembly.rating import Rated, durability_of, management_items, rated, target_of
from planner.assembly.site import Site, add_demands, add_loads, carriers_of, letdowns, problem_carriers
from planner.assembly.supply import contract, instrument, market, market_price, merged_markets, tce_factors
from planner.assembly.typical_days import RepresentativeYear, full_year, given_periods, typical_days
from planner.assembly.years import Option, calendar_of
from planner.reading.faults import Fault, ScenarioFaults
from planner.reading.read import Reading
from planner.reading.series_check import reader_of
from planner.scenario import Scenario, SeriesFile


@dataclass(frozen=True)
class Assembly:
    """A problem whose base year is not yet known, and everything about its making that results should tell."""

    problem: Problem
    scenario: Scenario
    billed_mwh: Mapping[str, float]  # base year, by market
    base_uncovered_factor: float  # of the base year [t/MWh]
    rated: Rated | None
    used: tuple[Used, ...]  # library numbers that the problem rests on
    labels: Mapping[str, tuple[str, str]]  # name -> English, Chinese
    warnings: tuple[str, ...]
    open_caps: tuple[OpenCap, ...]
    open_shares: Mapping[str, float]  # instrument -> most bought per year as a share of base-year emissions
    floor_written: bool = False  # the scenario asks for the own-reduction floor itself

    @property
    def assumed(self) -> tuple[Used, ...]:
        """Library numbers that nobody has verified; without the months that only date the roadmap."""
        return tuple(u for u in self.used if u.number.status == "assumed" and u.number.unit != "months")


def assemble(reading: Reading) -> Assembly:
    """The problem that a scenario describes, which breaks no rule of the model.

    Raises:
        ScenarioFaults: what can only be found by computing, such as a profile that is zero all year.
    """
    try:
        assembly = _assembled(reading)
        faults = [_fault(said) for said in broken(assembly.problem)]
    except ScenarioFaults as found:
        raise ScenarioFaults(reading.placed(found.faults)) from None
    if faults:
        raise ScenarioFaults(reading.placed(faults))
    odd = map(str, reading.placed(odd_loads(reading.scenario, assembly.problem)))
    return replace(assembly, warnings=(*assembly.warnings, *odd))


def _fault(said: str) -> Fault:
    """A rule of the model that is broken, as a fault of the table that breaks it.

    >>> print(_fault("market grid: max_import_mw must be finite"))
    markets.grid: got keys that the model cannot take, wanted others; max_import_mw must be finite
    """
    owner, _, rule = said.partition(": ")
    kind, _, name = owner.partition(" ")
    key = f"{kind}s.{name}" if name and rule else kind if rule else ""
    return Fault(key, "keys that the model cannot take", "others", rule or said)


def _assembled(reading: Reading) -> Assembly:
    scenario = reading.scenario
    notes = Notes(reading.written)
    site = Site(
        scenario=scenario,
        calendar=calendar_of(scenario),
        notes=notes,
        reader=reader_of(scenario, reading.folder),
        carriers=carriers_of(scenario, notes),
        year=_every_step(scenario),
    )
    add_loads(site)
    tables = merged_markets(site)
    prices = {name: market_price(site, name, table) for name, table in tables.items()}
    if scenario.solver.resolution.startswith("days:"):
        site.year = _typical(site, prices)
    for said in site.year.notes:
        notes.warn(f"typical days: {said}")
    grid = grid_factor_of(site)
    found = rated(scenario, reading.folder, notes)
    _warn_of_the_impossible(site, {} if found is None else found.answers)
    caps, open_caps = caps_of(site)
    markets = tuple(market(site, name, tables, prices[name], grid) for name in tables)
    problem = replace(
        _problem(site, markets, emissions_of(site, grid, caps, tce_factors(tables))),
        management=management_items(scenario, site.calendar, found, notes),
        rating=None if found is None else found.rating,
        durability=durability_of(scenario, site.calendar),
        target=target_of(scenario.rating, scenario.durability.durable_stars, site.calendar),
    )
    shares = {n: i.max_share_of_base for n, i in scenario.instruments.items()}
    in_base_year = replace(site, calendar=replace(site.calendar, years=(site.calendar.base_year,)))
    return Assembly(
        problem=problem,
        scenario=scenario,
        billed_mwh=billed_mwh(scenario.base_year.billed, problem.markets),
        base_uncovered_factor=float(uncovered_factor_of(in_base_year, grid_factor_of(in_base_year))[0]),
        rated=found,
        used=tuple({u.key: u for u in notes.used}.values()),
        labels=dict(notes.labels),
        warnings=tuple(notes.warnings),
        open_caps=open_caps,
        open_shares={n: share for n, share in shares.items() if share is not None},
        floor_written=bool({"floor", "own_reduction_floor"} & reading.written.get("durability", {}).keys()),
    )


def _warn_of_the_impossible(site: Site, answers: Mapping[str, str]) -> None:
    """Options that can be taken in no year of the plan are said, not dropped in silence."""
    scenario, calendar = site.scenario, site.calendar
    plant = {n: t for n, t in scenario.converters.items() if t.max_mw is None or t.max_mw > (t.existing_mw or 0)}
    stores = {n: t for n, t in scenario.stores.items() if t.max_mwh is None or t.max_mwh > (t.existing_mwh or 0)}
    tables: dict[Kind, Mapping[str, Option]] = {
        "converters": plant,
        "stores": stores,
        "retrofits": scenario.retrofits,
        "contracts": scenario.contracts,
        "management": {n: t for n, t in scenario.management.items() if "met" not in (t.status, answers.get(n))},
    }
    for kind, named in tables.items():
        for name, table in named.items():
            if why := calendar.why_never(kind, table):
                site.notes.warn(
                    f"{kind}.{name} {why}: no plan can {'build more of it' if _stands(table) else 'have it'}"
                )


def _stands(table: Option) -> bool:
    return bool(getattr(table, "existing_mw", None) or getattr(table, "existing_mwh", None))


def _every_step(scenario: Scenario) -> RepresentativeYear:
    horizon, hours = scenario.horizon, scenario.horizon.step_minutes / 60
    if horizon.period_weights is not None:
        return given_periods(hours, horizon.period_weights, horizon.period_steps, horizon.period_months)
    return full_year(hours)


def _typical(site: Site, prices: Mapping[str, Array]) -> RepresentativeYear:
    """Days picked by the loads of every carrier, and by sun, wind and temperature where something depends on them."""
    carriers = dict.fromkeys(d.carrier for d in site.scenario.demands.values())
    series = {carrier: site.load_of(carrier) for carrier in carriers}
    series |= _weather_series(site)
    others = {carrier: load for carrier, load in series.items() if carrier in carriers and carrier != ELECTRICITY}
    others = dict(sorted(others.items(), key=lambda named: -float(named[1].sum())))
    count = int(site.scenario.solver.resolution.removeprefix("days:"))
    return typical_days(count, site.hours, series, _net_load(site), prices=list(prices.values()), annual_peaks=others)


def _weather_series(site: Site) -> dict[str, Array]:
    series: dict[str, Array] = {}
    profiles: dict[str, str | SeriesFile | None] = {
        f"converters.{n}": t.profile for n, t in site.scenario.converters.items()
    }
    profiles |= {f"contracts.{n}": t.profile for n, t in site.scenario.contracts.items()}
    for key, profile in profiles.items():
        if (shape := site.profile(profile, None, key)) is not None:
            series[f"profile {key}" if isinstance(profile, SeriesFile) else f"weather {profile}"] = shape
    if any(v.carnot_share is not None and v.cop_source == "ambient" for v in site.scenario.converters.values()):
        series["weather temperature"] = site.weather.temperature_c
    return series


def _net_load(site: Site) -> Array:
    """Electric load less what existing generators make, plus what existing electric plant draws for the other loads."""
    net = site.load_of(ELECTRICITY)
    for name, table in site.scenario.converters.items():
        size = table.existing_mw or 0.0
        outputs = table.outputs or {}
        if not size or not outputs:
            continue
        if ELECTRICITY in outputs:
            profile = site.profile(table.profile, table.full_load_hours, f"converters.{name}")
            net = net - (size * outputs[ELECTRICITY] * profile if profile is not None else 0.0)
            continue
        cop = hourly_cop(site, table)
        ratio = 1 / cop if cop is not None else (table.inputs or {}).get(ELECTRICITY, 0.0)
        carrier, made = next(iter(outputs.items()))
        net = net + np.minimum(site.load_of(carrier) / made, size) * ratio
    return np.asarray(net, dtype=np.float64)


def _problem(site: Site, markets: tuple[Market, ...], emissions: Emissions) -> Problem:
    """The physical and commercial part; the rating and its rules follow."""
    s, years = site.scenario, site.calendar.years
    converters = tuple(converter(site, name, table) for name, table in s.converters.items())
    stores = tuple(store(site, name, table) for name, table in s.stores.items())
    retrofits = tuple(retrofit(site, name, table) for name, table in s.retrofits.items())
    demands = add_demands(site)
    used = {d.carrier for d in demands} | {k.carrier for k in markets} | {q.carrier for q in stores}
    used |= _flows(converters, retrofits)
    carriers = problem_carriers(site, used)
    zeros = np.zeros(len(years))
    empty = BaseYear(site.calendar.base_year, 0.0, zeros, zeros)
    areas = {area for v in converters for area in v.groups}
    return Problem(
        name=s.scenario.name,
        years=years,
        steps=site.year.steps,
        carriers=carriers,
        demands=demands,
        markets=markets,
        finance=finance_of(site),
        emissions=emissions,
        base=empty,
        retrofits=retrofits,
        converters=converters,
        stores=stores,
        contracts=tuple(contract(site, name, table) for name, table in s.contracts.items()),
        instruments=_instruments(site),
        group_limits={area: _area_m2(site, area, converters) for area in sorted(areas)},
        grid_connection_mw=s.site.grid_connection_mw,
        letdowns=letdowns(carriers),
    )


def _area_m2(site: Site, area: str, converters: tuple[Converter, ...]) -> float:
    """Area of the site, or what stands on it already where that is more: what stands stays, and no more is built."""
    given = float(getattr(site.scenario.site, f"{area}_m2"))
    taken = sum(float(v.sizing.existing.max()) * v.groups.get(area, 0.0) for v in converters)
    if taken > given:
        site.notes.warn(f"site.{area}_m2 is {given:,.0f}, what stands takes {taken:,.0f}: no more can be built on it")
    return max(given, taken)


def _flows(converters: tuple[Converter, ...], retrofits: tuple[Retrofit, ...]) -> set[str]:
    flows = {c for v in converters for c in (*v.inputs, *v.outputs)}
    return flows | {c for r in retrofits for _, c, _ in r.side_use}


def _instruments(site: Site) -> tuple[Instrument, ...]:
    return tuple(instrument(site, name, table) for name, table in site.scenario.instruments.items())
