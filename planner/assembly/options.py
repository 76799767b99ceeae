"""Converters, stores and retrofits: presets merged, CNY/kW to millions per MW, hourly ratios, who fits where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.problem import ELECTRICITY, Array, Converter, Retrofit, Segment, Sizing, Store
from planner.assembly.lead_times import Kind, first_retirement_year
from planner.assembly.site import Site
from planner.assembly.years import degraded, existing, first_year_share, share_by_age, subsidies, with_renewals
from planner.scenario import Converter as ConverterTable
from planner.scenario import Retrofit as RetrofitTable
from planner.scenario import Store as StoreTable

MILLION = 1e6
PER_MW = 1e3 / MILLION  # CNY/kW -> million/MW, CNY/kWh -> million/MWh
KELVIN = 273.15
DEFAULT_LIFE_YEARS = 20
COP_MAX = 8.0  # default ceiling of an hourly COP
LEAST_LIFT_K = 10.0  # a smaller lift does not raise the hourly COP


def hourly_cop(site: Site, table: ConverterTable) -> Array | float | None:
    """COP of a heat pump: carnot_share * T_sink / (T_sink - T_source), at least 10 K of lift, at most cop_max.

    The plain `cop` where no carnot_share is given, None for what has neither.
    """
    if table.carnot_share is None or table.cop_sink_c is None or table.cop_source is None:
        return table.cop
    sink = table.cop_sink_c + KELVIN
    source = site.weather.temperature_c if table.cop_source == "ambient" else np.array([float(table.cop_source)])
    lift = np.maximum(sink - (source + KELVIN), LEAST_LIFT_K)
    cop = np.minimum(table.carnot_share * sink / lift, table.cop_max or COP_MAX)
    return float(cop[0]) if cop.size == 1 else np.asarray(cop, dtype=np.float64)


def converter(site: Site, name: str, table: ConverterTable) -> Converter:
    """One converter of the problem."""
    site.notes.inherits("converters", name, table)
    outputs = dict(table.outputs or {})
    inputs: dict[str, float | Array] = dict(table.inputs or {})
    cop = hourly_cop(site, table)
    if cop is not None:
        heat = site.load_of(next(iter(outputs), ELECTRICITY))
        inputs[ELECTRICITY] = 1 / cop if isinstance(cop, float | int) else site.year.project(1 / cop, heat)
    profile = site.profile(table.profile, table.full_load_hours, f"converters.{name}")
    groups: dict[str, float] = {}
    if table.area is not None:
        groups[table.area] = (table.area_m2_per_kw or 0.0) * 1e3
    return Converter(
        name=name,
        sizing=_converter_sizing(site, name, table, largest_mw(site, table)),
        inputs=inputs,
        outputs=dict(outputs),
        availability=1.0 if profile is None else site.year.project(profile),
        opex_variable=_opex_variable(site, table) / MILLION,
        renewable=bool(table.renewable),
        electrified_heat=bool(table.electrified_heat)
        and not table.existing_mw,  # else it was electric in the base year
        direct_tco2e_per_mwh=(table.direct_kgco2_per_mwh or 0.0) / 1e3,
        captured_tco2e_per_mwh=(table.captured_kgco2_per_mwh or 0.0) / 1e3,
        capture_limit_share=0.9 if table.capture_limit_share is None else table.capture_limit_share,
        min_load_share=table.min_load_share or 0.0,
        start_cost=(table.start_cost or 0.0) / MILLION,
        groups=groups,
    )


def _opex_variable(site: Site, table: ConverterTable) -> Array | float:
    """Cost of a MWh of activity, less the subsidy; (Y,) where that ends with a year."""
    cost, subsidy, until = table.opex_variable_per_mwh or 0.0, table.subsidy_per_mwh or 0.0, table.subsidy_until
    if until is None or not subsidy:
        return cost - subsidy
    return np.array([cost - subsidy * (y <= until) for y in site.calendar.years])


def largest_mw(site: Site, table: ConverterTable) -> float:
    """Largest size: max_mw, else what its area holds; infinite where nothing limits it."""
    if table.max_mw is not None:
        return table.max_mw
    if table.area and table.area_m2_per_kw:
        return float(getattr(site.scenario.site, f"{table.area}_m2")) / table.area_m2_per_kw / 1e3
    return np.inf


def _converter_sizing(site: Site, name: str, table: ConverterTable, largest: float) -> Sizing:
    calendar = site.calendar
    if table.capex_segments is not None:
        segments = tuple(
            Segment(s.min_mw, min(s.max_mw, largest), s.capex_fixed / MILLION, s.capex_per_kw * PER_MW)
            for s in table.capex_segments
            if s.min_mw <= largest
        )
    else:
        fixed, per_mw = (table.capex_fixed or 0.0) / MILLION, (table.capex_per_kw or 0.0) * PER_MW
        segments = (Segment(table.min_mw or 0.0, largest, fixed, per_mw),)
    stands = existing(calendar, table.existing_mw, table.existing_until)
    index = site.trend("converters", name, table, "capex_trend_per_year")
    subsidy = (table.subsidy_per_kw or 0.0) * PER_MW
    priced = any(v is not None for v in (table.capex_per_kw, table.capex_fixed, table.capex_segments))
    return Sizing(
        segments=segments,
        build_years=_build_years(site, table) if priced and largest > 0 else (),
        capex_index=index,
        subsidy_per_unit=subsidies(calendar, subsidy, table.subsidy_until, index * _unit_cost(segments)),
        share_by_age=share_by_age(
            table.life_years or DEFAULT_LIFE_YEARS, table.commissioning_month, table.degradation_per_year
        ),
        max_total=max(largest, float(stands.max())),
        opex_fixed=np.full(len(calendar.years), (table.opex_fixed_per_kw_year or 0.0) * PER_MW),
        existing=stands,
        existing_share=degraded(calendar, table.degradation_per_year),
        retire_from=_retire_from(site, table),
        package=table.package_mw,
        embodied_tco2e_per_unit=table.embodied_kgco2e_per_kw or 0.0,  # kg/kW = t/MW
        payment_shares=tuple(table.payment_shares or (1.0,)),
    )


def _build_years(site: Site, table: ConverterTable | StoreTable) -> tuple[int, ...]:
    return site.calendar.window(_kind(table), table, table.build_every_years)


def _kind(table: ConverterTable | StoreTable) -> Kind:
    return "converters" if isinstance(table, ConverterTable) else "stores"


def _retire_from(site: Site, table: ConverterTable | StoreTable) -> int | None:
    if not table.may_retire:
        return None
    return first_retirement_year(_kind(table), site.calendar.today) or site.calendar.first


def _unit_cost(segments: tuple[Segment, ...]) -> float:
    """List price of a unit at the largest size of the cheapest segment, up to which a subsidy can go."""
    return min((s.capex_fixed / s.max_size + s.capex_per_unit for s in segments if s.max_size > 0), default=0.0)


def store(site: Site, name: str, table: StoreTable) -> Store:
    """One store of the problem."""
    site.notes.inherits("stores", name, table)
    max_hours = _or(table.max_hours, np.inf)
    max_mw = _or(table.max_mw, np.inf)
    max_mwh = _or(table.max_mwh, max_mw * max_hours if max_mw else 0.0)
    kwh = (table.capex_per_kwh or 0.0) * PER_MW
    life = table.life_years or DEFAULT_LIFE_YEARS
    lasts = share_by_age(life, table.commissioning_month, None)
    fades = share_by_age(life, table.commissioning_month, table.fade_per_year)
    per_mw = Unit(max_mw, table.existing_mw, (table.capex_per_kw or 0.0) * PER_MW, lasts, least=table.min_mw or 0.0)
    subsidy = (table.subsidy_per_kwh or 0.0) * PER_MW
    per_mwh = Unit(
        max_mwh,
        table.existing_mwh,
        kwh,
        fades,
        loss_per_year=table.fade_per_year or 0.0,
        subsidy=subsidy,
        embodied_tco2e=table.embodied_kgco2e_per_kwh or 0.0,
    )
    return Store(
        name=name,
        carrier=table.carrier or ELECTRICITY,
        power=_store_sizing(site, name, table, per_mw),
        energy=_store_sizing(site, name, table, per_mwh),
        charge_efficiency=_or(table.charge_efficiency, 1.0),
        discharge_efficiency=_or(table.discharge_efficiency, 1.0),
        loss_share_per_hour=table.loss_per_hour or 0.0,
        min_hours=table.min_hours or 0.0,
        max_hours=max_hours,
        cycles_per_year=table.cycles_per_year,
        opex_variable=(table.opex_variable_per_mwh or 0.0) / MILLION,
        may_export=bool(table.may_export),
    )


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


@dataclass(frozen=True)
class Unit:
    """One side of a store, power [MW] or energy [MWh]: limits, what stands, capex and subsidy per unit, share by age."""

    largest: float
    stands: float | None
    capex: float
    share_by_age: Array
    least: float = 0.0  # if built at all
    loss_per_year: float = 0.0
    subsidy: float = 0.0
    embodied_tco2e: float = 0.0  # kg/kWh = t/MWh


def _store_sizing(site: Site, name: str, table: StoreTable, unit: Unit) -> Sizing:
    calendar = site.calendar
    there = existing(calendar, unit.stands, table.existing_until)
    index = site.trend("stores", name, table, "capex_trend_per_year")
    return Sizing(
        segments=(Segment(unit.least, unit.largest, 0.0, unit.capex),),
        build_years=_build_years(site, table) if table.capex_per_kwh is not None and unit.largest > 0 else (),
        capex_index=index,
        subsidy_per_unit=subsidies(calendar, unit.subsidy, table.subsidy_until, index * unit.capex),
        share_by_age=unit.share_by_age,
        max_total=max(unit.largest, float(there.max())),
        opex_fixed=np.full(len(calendar.years), (table.opex_fixed_share or 0.0) * unit.capex),
        existing=there,
        existing_share=degraded(calendar, unit.loss_per_year),
        retire_from=_retire_from(site, table),
        embodied_tco2e_per_unit=unit.embodied_tco2e,
        payment_shares=tuple(table.payment_shares or (1.0,)),
    )


def retrofit(site: Site, name: str, table: RetrofitTable) -> Retrofit:
    """One retrofit of the problem; of what a preset requires or excludes, what the scenario has counts."""
    site.notes.inherits("retrofits", name, table)
    scenario, calendar = site.scenario, site.calendar
    savings = _savings(site, table)
    side_use = tuple(
        (demand, side.carrier, side.mwh_per_mwh)
        for side in table.side_use or ()
        for demand in (list(savings) if side.demand is None else demands_named(site, side.demand))
    )
    capex = table.capex
    if capex is None:
        treated = dict.fromkeys([*savings, *(d for d, _, _ in side_use)])
        capex = (table.capex_per_annual_mwh or 0.0) * sum(site.annual_mwh(d) for d in treated)
    opex = (table.opex_per_year or 0.0) + (table.opex_fixed_share or 0.0) * capex
    life = table.life_years or DEFAULT_LIFE_YEARS
    return Retrofit(
        name=name,
        savings=savings,
        capex=capex / MILLION * site.trend("retrofits", name, table, "capex_trend_per_year"),
        life_years=life,
        opex_fixed=np.full(len(calendar.years), opex / MILLION),
        start_years=with_renewals(calendar.window("retrofits", table), life, calendar.last),
        side_use=side_use,
        first_year_share=first_year_share(table.commissioning_month),
        requires=tuple(table.requires or ()),
        excludes=tuple(q for q in table.excludes or () if q in scenario.retrofits),
        embodied_tco2e=table.embodied_tco2e or 0.0,
        payment_shares=tuple(table.payment_shares or (1.0,)),
    )


def demands_named(site: Site, word: str) -> list[str]:
    """Demands of that name, or of that end use."""
    tables = site.scenario.demands
    return [word] if word in tables else [d for d, t in tables.items() if t.end_use == word]


def _savings(site: Site, table: RetrofitTable) -> dict[str, float]:
    """Share saved of each demand that the measure treats."""
    shares = table.savings or dict.fromkeys(table.applies_to or (), table.saving_share or 0.0)
    return {demand: share for word, share in shares.items() for demand in demands_named(site, word)}
