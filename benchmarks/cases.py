"""The benchmark cases as our `Problem`, built by hand: the common problem, and the full factory that no peer states as it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.data import FIRST_YEAR, Array, Case, Common, Weather, common, weather
from models.problem import (
    ELECTRICITY,
    BaseYear,
    Carrier,
    Contract,
    Converter,
    Demand,
    Emissions,
    Finance,
    Gate,
    Instrument,
    Level,
    Market,
    Problem,
    Rating,
    Retrofit,
    Segment,
    Sizing,
    Steps,
    Store,
    Target,
)

RATE = 0.05
GRID_T_PER_MWH, GAS_T_PER_MWH = 0.43, 0.1836
STEAM, HOT_WATER = "steam", "hot_water"
CEILINGS = (0.95, 0.75, 0.55, 0.40, 0.25)  # gross market-based emissions against the base year, by star
SAVED_POWER = (0.06, 0.04, 0.05, 0.03, 0.02, 0.04, 0.0, 0.0)  # share of a demand, by measure
SAVED_STEAM = (0.0, 0.0, 0.02, 0.0, 0.06, 0.05, 0.08, 0.04)
MEASURE_CAPEX = (190.0, 160.0, 420.0, 120.0, 250.0, 520.0, 460.0, 210.0)
EXCLUDED = {"measure_2": ("measure_6",)}


def problem(case: Case) -> Problem:
    """The problem of a case."""
    return common_problem(common(case), weather(case)) if case.kind == "common" else factory(case)


def common_problem(q: Common, w: Weather) -> Problem:
    """The common problem; annuity salvage leaves of capex what `Common.once` says."""
    years = _years(len(q.growth))
    power = _sizing(years, 0.0, q.battery_most_mwh / q.battery_hours, 25, once=True)
    energy = _sizing(years, q.battery_capex, q.battery_most_mwh, 25, q.battery_opex, once=True)
    grid = Market(
        "grid",
        ELECTRICITY,
        q.price,
        q.price_index,
        q.most_mw,
        export_price=np.full(len(q.price), q.export_price),
        max_export_mw=q.most_mw,
        scope=2,
    )
    battery = Store(
        "battery",
        ELECTRICITY,
        power,
        energy,
        q.efficiency,
        q.efficiency,
        q.loss_per_hour,
        min_hours=q.battery_hours,
        max_hours=q.battery_hours,
    )
    pv = _sizing(years, q.pv_capex, q.pv_most_mw, 25, q.pv_opex, once=True)
    return Problem(
        "common",
        years,
        _steps(w),
        (Carrier(ELECTRICITY),),
        (Demand("site", ELECTRICITY, q.load_mw, q.growth),),
        (grid,),
        Finance(q.rate, salvage="annuity"),
        _emissions(years, np.zeros(len(years))),
        _base(years, 1.0),
        converters=(Converter("pv", pv, {}, {ELECTRICITY: 1.0}, availability=q.sun, renewable=True),),
        stores=(battery,),
    )


def factory(case: Case) -> Problem:
    """Electricity, steam and hot water; nine sized things by vintage, a PPA, eight measures, claims, stars that must be held."""
    w, years = weather(case), _years(case.years)
    n = np.arange(case.years)
    index, grid_factor = 1.01**n, GRID_T_PER_MWH * 0.96**n
    burnt = (w.steam_mw + w.hot_water_mw) / 0.9 * GAS_T_PER_MWH
    base_t = float(w.hours * (w.electricity_mw * GRID_T_PER_MWH + burnt).sum())
    stars = np.zeros(case.years, dtype=np.int64)
    stars[case.years // 3 :], stars[-1] = 3, 4
    loads = ((ELECTRICITY, w.electricity_mw), (STEAM, w.steam_mw), (HOT_WATER, w.hot_water_mw))
    return Problem(
        "factory",
        years,
        _steps(w),
        (
            Carrier(ELECTRICITY),
            Carrier("gas"),
            Carrier(STEAM, temperature_c=165.0, is_heat=True),
            Carrier(HOT_WATER, temperature_c=85.0, is_heat=True),
        ),
        tuple(Demand(f"{name}_use", name, load, index) for name, load in loads),
        _markets(w, n, grid_factor),
        Finance(RATE, salvage="annuity"),
        _emissions(years, grid_factor),
        _base(years, base_t),
        retrofits=_measures(years),
        converters=_converters(years, w),
        stores=_stores(years),
        contracts=(Contract("ppa", "as_produced", np.full(case.years, 0.0135), years, 15, 25.0, profile=w.bought_sun),),
        instruments=_instruments(n),
        letdowns=((STEAM, HOT_WATER),),
        rating=_rating(),
        target=Target(stars, np.zeros(case.years, dtype=np.int64)),
    )


def _years(count: int) -> tuple[int, ...]:
    return tuple(range(FIRST_YEAR, FIRST_YEAR + count))


def _steps(w: Weather) -> Steps:
    count = len(w.month)
    months = int(w.month[-1]) + 1
    return Steps(
        w.hours,
        np.ones(count),
        np.roll(np.arange(count), 1),
        w.month.astype(np.int64),
        np.full(months, 12.0 / months),
        np.zeros(count, dtype=np.int64),
        ("year",),
    )


def _sizing(
    years: tuple[int, ...],
    capex: float,
    most: float,
    life: int,
    opex: float = 0.0,
    *,
    fixed: float = 0.0,
    once: bool = False,
    existing: float = 0.0,
) -> Sizing:
    """Free from zero to `most`, in any year or `once` at the start; `existing` stands throughout and leaves no choice."""
    count = len(years)
    segments = () if existing else (Segment(0.0, most, fixed, capex),)
    return Sizing(
        segments,
        () if existing else years[:1] if once else years,
        np.ones(count),
        np.ones(life),
        most,
        np.full(count, opex),
        np.full(count, existing),
    )


def _emissions(years: tuple[int, ...], uncovered: Array) -> Emissions:
    nothing = np.zeros(len(years))
    return Emissions(uncovered_factor=uncovered, carbon_price=nothing, free_allowance_tco2e=nothing)


def _base(years: tuple[int, ...], tonnes: float) -> BaseYear:
    flat = np.full(len(years), tonnes)
    return BaseYear(years[0] - 1, tonnes, flat, flat)


def _markets(w: Weather, n: Array, grid_factor: Array) -> tuple[Market, ...]:
    grid: dict[str, Any] = {"demand_rule": "peak", "demand_charge": np.full(len(n), 1.9 / 12), "scope": 2}
    factors: dict[str, Any] = {"emission_factor": grid_factor, "base_emission_factor": GRID_T_PER_MWH}
    sale: dict[str, Any] = {"export_price": np.full(len(w.price), 0.006), "max_export_mw": 60.0}
    gas_factor = np.full(len(n), GAS_T_PER_MWH)
    return (
        Market("grid", ELECTRICITY, w.price, 1.015**n, 60.0, **grid, **factors, **sale),
        Market(
            "gas",
            "gas",
            np.full(len(w.price), 0.0085),
            1.02**n,
            60.0,
            emission_factor=gas_factor,
            base_emission_factor=GAS_T_PER_MWH,
        ),
    )


def _converters(years: tuple[int, ...], w: Weather) -> tuple[Converter, ...]:
    sun, wind = {ELECTRICITY: 1.0}, {ELECTRICITY: 1.0}
    chp = _sizing(years, 150.0, 8.0, 15, 6.0, fixed=200.0)
    return (
        Converter("pv", _sizing(years, 160.0, 20.0, 25, 3.0), {}, sun, availability=w.sun, renewable=True),
        Converter(
            "wind", _sizing(years, 390.0, 9.0, 20, 6.0, fixed=150.0), {}, wind, availability=w.wind, renewable=True
        ),
        Converter(
            "heat_pump",
            _sizing(years, 110.0 / 3.5, 14.0, 15, 2.0 / 3.5, fixed=80.0),
            {ELECTRICITY: 1 / 3.5},
            {HOT_WATER: 1.0},
            electrified_heat=True,
        ),
        Converter(
            "electrode_boiler",
            _sizing(years, 20.0, 12.0, 20, 0.4),
            {ELECTRICITY: 1 / 0.98},
            {STEAM: 1.0},
            electrified_heat=True,
        ),
        Converter("gas_boiler", _sizing(years, 0.0, 14.0, 40, existing=14.0), {"gas": 1 / 0.9}, {STEAM: 1.0}),
        Converter("chp", chp, {"gas": 1.0}, {ELECTRICITY: 0.35, STEAM: 0.45}),
    )


def _stores(years: tuple[int, ...]) -> tuple[Store, ...]:
    battery = (_sizing(years, 35.0, 10.0, 15, 0.5), _sizing(years, 20.0, 40.0, 15, 0.6))
    tank = (_sizing(years, 0.1, 20.0, 25), _sizing(years, 4.0, 40.0, 25, 0.05))
    return (
        Store("battery", ELECTRICITY, *battery, 0.95, 0.95, 0.0005),
        Store("tank", HOT_WATER, *tank, 1.0, 1.0, 0.01),
    )


def _measures(years: tuple[int, ...]) -> tuple[Retrofit, ...]:
    flat = np.ones(len(years))
    measures = []
    for k, (power, steam, capex) in enumerate(zip(SAVED_POWER, SAVED_STEAM, MEASURE_CAPEX, strict=True), start=1):
        shares = {f"{ELECTRICITY}_use": power, f"{STEAM}_use": steam}
        savings = {demand: share for demand, share in shares.items() if share}
        name = f"measure_{k}"
        measures.append(Retrofit(name, savings, capex * flat, 20, 0.0 * flat, years, excludes=EXCLUDED.get(name, ())))
    return tuple(measures)


def _instruments(n: Array) -> tuple[Instrument, ...]:
    return (
        Instrument("certificates", "certificate", 0.0012 * 1.03**n, np.full(len(n), 4000.0)),
        Instrument("credits", "credit", 0.006 * 1.05**n, np.full(len(n), 2000.0)),
    )


def _rating() -> Rating:
    """Each star asks for less; four and five also for some neutralisation of what is left."""
    levels = []
    for stars, ceiling in enumerate(CEILINGS, start=1):
        gates = [Gate("residual_share_of_base", "max", ceiling)]
        if stars >= 4:
            gates.append(Gate("neutralised_share", "min", 0.05))
        levels.append(Level(stars, 0.0, tuple(gates)))
    return Rating("benchmark", "I", (1, 2), tuple(levels), (), 100.0)
