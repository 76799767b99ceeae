"""Markets, contracts and instruments: CNY to millions, tariffs and fuels merged in, factors by year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.problem import ELECTRICITY, Array, Contract, Instrument, Market
from planner import library
from planner.assembly.notes import lists
from planner.assembly.options import MILLION, PER_MW
from planner.assembly.prices import time_of_use
from planner.assembly.site import Site
from planner.scenario import Contract as ContractTable
from planner.scenario import Instrument as InstrumentTable
from planner.scenario import Market as MarketTable
from planner.scenario import value_in

PRICE_KEYS = frozenset({"price_per_mwh", "tou", "file", "values"})
TCE_PER_MWH = {ELECTRICITY: 0.1229}  # calorific, GB/T 2589-2020; everything else 0.1228
TCE_PER_MWH_OTHER = 0.1228


@dataclass(frozen=True)
class GridFactor:
    """Location-based grid factor [t/MWh]: by plan year, and of the base year."""

    by_year: Array
    base: float


def merged_markets(site: Site) -> dict[str, MarketTable]:
    """Market tables with their tariff or fuel merged in, the public grid first; the table's own price stands for theirs."""
    merged = {}
    for name, own in site.scenario.markets.items():
        site.notes.label(name, own)
        keys = own.model_dump(exclude_unset=True)
        also: dict[str, Any] = {}
        for kind, chosen in (("fuels", own.fuel), ("tariffs", own.tariff)):
            if chosen is not None:
                entry = library.load(kind)[chosen]
                fields = MarketTable.model_fields.keys() - keys.keys()
                if PRICE_KEYS & keys.keys():
                    fields -= PRICE_KEYS
                also |= {k: lists(v) for k, v in entry.values.items() if k in fields}
                numbers = {p: n for p, n in entry.numbers.items() if p.split(".")[0] in fields}
                site.notes.use(f"markets.{name}", chosen, numbers)
        if own.tariff is not None:
            also.setdefault("carrier", ELECTRICITY)
        merged[name] = MarketTable.model_validate({**also, **keys})
    return dict(sorted(merged.items(), key=lambda named: _unlike_public_grid(named[1])))


def _unlike_public_grid(table: MarketTable) -> tuple[bool | str, ...]:
    """Sorts the public grid, over which contracts deliver, before other markets, whatever their order and names.

    It sells electricity at the grid's factor, by a tariff, with a demand charge, without a limit of its own, and buys.
    """
    if (table.carrier or ELECTRICITY) != ELECTRICITY:
        return (True,)
    return (
        False,
        table.emission_factor_t_per_mwh is not None,
        table.tariff is None,
        not table.demand_charge_per_kw_month,
        table.max_mw is not None or table.max_mwh_per_year is not None,
        table.export_price_per_mwh is None,
        table.model_dump_json(exclude={"label", "label_zh"}, exclude_none=True),
    )


def market_price(site: Site, name: str, table: MarketTable) -> Array:
    """Price series [per MWh] in the money of the price year, before projection."""
    if table.file is not None or table.values is not None:
        return site.on_its_days(site.reader.price(table, f"markets.{name}"), table, f"markets.{name}")
    if table.tou is not None:
        return time_of_use(table.tou, site.days, site.hours)
    return np.full(site.series_length, table.price_per_mwh or 0.0)


def market(site: Site, name: str, tables: Mapping[str, MarketTable], price: Array, grid: GridFactor) -> Market:
    """One market of the problem."""
    table = tables[name]
    years = len(site.calendar.years)
    carrier = table.carrier or ELECTRICITY
    electric = carrier == ELECTRICITY
    factor, base_factor = _factors(site, table, electric, grid)
    connection = site.scenario.site.grid_connection_mw if electric else None
    exports = table.export_price_per_mwh
    tariff = library.load("tariffs")[table.tariff].about if table.tariff is not None else {}
    return Market(
        name=name,
        carrier=carrier,
        price=site.year.project(price, site.load_of(carrier)) / MILLION,
        price_index=site.trend("markets", name, table, "price_trend_per_year"),
        max_import_mw=min(_first(table.max_mw, np.inf), _first(connection, np.inf)),
        export_price=None if exports is None else np.full(site.year.steps.count, exports / MILLION),
        max_export_mw=0.0 if exports is None else min(_first(table.max_export_mw, np.inf), _first(connection, np.inf)),
        max_import_mwh_per_year=table.max_mwh_per_year,
        fixed_cost=np.full(years, (table.fixed_cost_per_year or 0.0) / MILLION),
        demand_rule=table.demand_rule or ("peak" if table.demand_charge_per_kw_month else "none"),
        demand_charge=np.full(years, (table.demand_charge_per_kw_month or 0.0) * PER_MW),
        ratchet_share=table.ratchet_share or 0.0,
        contract_tolerance=tariff.get("contract_tolerance", 1.05),
        contract_excess_factor=tariff.get("contract_excess_factor", 2.0),
        contract_min_mw=table.contract_min_mw or 0.0,
        scope=2 if electric or site.is_heat(carrier) or carrier in ("cooling", "compressed_air") else 1,
        emission_factor=factor,
        base_emission_factor=base_factor,
        upstream_factor=np.full(years, table.upstream_t_per_mwh or 0.0),
        biogenic_factor=table.biogenic_t_per_mwh or 0.0,
        supplier_factor=factor if electric and name != public_grid(tables) and own_factor(table) else None,
    )


def own_factor(table: MarketTable) -> bool:
    """Whether a market names a factor of its own."""
    return table.emission_factor_t_per_mwh is not None


def public_grid(tables: Mapping[str, MarketTable]) -> str | None:
    """The electricity market that is the public grid: the first that names no factor of its own, or else the first."""
    electric = {name: t for name, t in tables.items() if (t.carrier or ELECTRICITY) == ELECTRICITY}
    return next((name for name, t in electric.items() if not own_factor(t)), next(iter(electric), None))


def _first(*values: float | None) -> float:
    return next(float(v) for v in values if v is not None)


def _factors(site: Site, table: MarketTable, electric: bool, grid: GridFactor) -> tuple[Array, float]:
    path = table.emission_factor_t_per_mwh
    if path is not None:
        return site.calendar.path(path), value_in(path, site.calendar.base_year)
    assert electric, table.carrier  # the reader refuses other carriers without a factor
    return grid.by_year, grid.base


def tce_factors(tables: Mapping[str, MarketTable]) -> dict[str, float]:
    """Standard coal equivalent by market [tce/MWh]."""
    default = {name: TCE_PER_MWH.get(t.carrier or ELECTRICITY, TCE_PER_MWH_OTHER) for name, t in tables.items()}
    return {name: default[name] if t.tce_per_mwh is None else t.tce_per_mwh for name, t in tables.items()}


def contract(site: Site, name: str, table: ContractTable) -> Contract:
    """One contract of the problem."""
    site.notes.inherits("contracts", name, table)
    key, calendar = f"contracts.{name}", site.calendar
    kind = table.kind or "green_tariff"
    delivers = kind in ("as_produced", "baseload")
    shape = None if table.profile == "flat" or not delivers else site.profile(table.profile, table.full_load_hours, key)
    written = site.notes.written.get("contracts", {}).get(name, {})
    growth = table.index_per_year or 0.0
    if table.price_basis == "nominal":
        growth = (1 + growth) / (1 + calendar.inflation) - 1
    elif table.price_basis is None and "index_per_year" in written:
        growth = calendar.real(growth)
    most = table.max_mw if delivers else table.max_mwh_per_year
    return Contract(
        name=name,
        kind=kind,
        price=(table.price_per_mwh or 0.0) / MILLION * site.trend("contracts", name, table, "price_trend_per_year"),
        start_years=calendar.window("contracts", table, table.every_years),
        tenor_years=table.tenor_years or 1,
        max_volume=most or 0.0,
        min_volume=(table.min_mw if delivers else table.min_mwh_per_year) or 0.0,
        profile=1.0 if shape is None else site.year.project(shape),
        sign_cost=(table.sign_cost or 0.0) / MILLION,
        take_or_pay_share=1.0 if table.take_or_pay_share is None else table.take_or_pay_share,
        bundled=table.bundled is not False,
        direct_line=bool(table.direct_line),
        index=(1 + growth) ** (np.array(calendar.years) - calendar.first),
    )


def instrument(site: Site, name: str, table: InstrumentTable) -> Instrument:
    """One instrument of the problem; a limit that is a share of the base year follows once that is known."""
    site.notes.inherits("instruments", name, table)
    calendar = site.calendar
    years = np.array(calendar.years)
    offered = (years >= (table.first_year or calendar.first)) & (years <= (table.last_year or calendar.last))
    most = calendar.path(table.max_per_year) if table.max_per_year is not None else np.full(len(years), np.inf)
    since = table.first_year if table.first_year is not None and table.first_year > calendar.first else calendar.first
    price = calendar.path(table.price if table.price is not None else 0.0)
    return Instrument(
        name=name,
        kind=table.kind or "certificate",
        price=price / MILLION * site.trend("instruments", name, table, "price_trend_per_year", since),
        max_per_year=np.where(offered, most, 0.0),
        durability_years=table.durability_years or 0.0,
        buffer_share=table.buffer_share or 0.0,
        delivery_share=1.0 if table.delivery_share is None else table.delivery_share,
    )
