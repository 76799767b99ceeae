"""What crosses the fence in the second model: markets, contracts, instruments, and the price and limits of tonnes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.soak.linear import Linear
from tests.soak.small_factory import MILLION, PER_MW, SPILLING, Factory

TOLERANCE, EXCESS = 1.05, 2.0  # of a contract demand, where no tariff of the library says otherwise
Flows = dict[tuple[int, int], Linear]


def grid_factor(f: Factory, y: int) -> float:
    """Location-based factor of the scenario's own grid [t/MWh]."""
    keys = f.table("emissions")
    given = keys["grid_factor_t_per_mwh"]
    trend = 0.0 if isinstance(given, Mapping) else keys.get("grid_factor_trend_per_year", 0.0)
    return f.path(given, y) * (1 + trend) ** (f.first + y - f.base_year)


def uncovered(f: Factory, y: int) -> float:
    """Factor of grid electricity without a claim."""
    keys = f.table("emissions")
    if "uncovered_t_per_mwh" not in keys:
        return grid_factor(f, y)
    trend = keys.get("grid_factor_trend_per_year", 0.0)
    return f.path(keys["uncovered_t_per_mwh"], y) * (1 + trend) ** (f.first + y - f.base_year)


def market(f: Factory, keys: Mapping[str, Any], drawn: Flows, bought: Flows, sold: Flows) -> None:
    """Purchase and sale in every step, demand charge and standing charge."""
    carrier, rows = keys["carrier"], f.rows
    electric = carrier == "electricity"
    per = 1e3 if keys.get("unit") == "CNY/kWh" else 1.0
    own = "values" in keys or "file" in keys
    price = [per * x for x in f.series(keys)] if own else [keys["price_per_mwh"]] * len(f.times)
    for y in f.years:
        year, index = f.of_year[y], f.trend(keys.get("price_trend_per_year"), y) / MILLION
        total, through = Linear(), {}
        for t in f.steps:
            flow = rows.column(keys.get("max_mw", float("inf")))
            f.supply(carrier, y, t, flow)
            total.plus(flow, f.weight[t])
            year.running.plus(flow, price[t] * index * f.weight[t])
            through[t] = Linear(flow).plus(drawn.get((y, t), {}))
            if drawn and "max_mw" in keys:
                rows.at_most(through[t], keys["max_mw"])
            if electric:
                bought.setdefault((y, t), Linear()).plus(through[t])
            if "export_price_per_mwh" in keys:
                out = rows.column(keys.get("max_export_mw", float("inf")))
                f.use(carrier, y, t, out)
                f.either.append((flow, out))
                sold.setdefault((y, t), Linear()).plus(out)
                year.running.plus(out, -keys["export_price_per_mwh"] * index * f.weight[t])
        if "max_mwh_per_year" in keys:
            rows.at_most(total, keys["max_mwh_per_year"])
        year.running.plus(keys.get("fixed_cost_per_year", 0.0) / MILLION)
        _demand_charge(f, keys, through, y)
        if electric:
            factor = f.path(keys["emission_factor_t_per_mwh"], y) if "emission_factor_t_per_mwh" in keys else None
            year.grid.plus(total)
            year.location.plus(total, grid_factor(f, y) if factor is None else factor)
        else:
            heat = carrier in SPILLING
            for sum_ in (year.location, year.heat) if heat else (year.scope1,):
                sum_.plus(total, f.path(keys["emission_factor_t_per_mwh"], y))


def _demand_charge(f: Factory, keys: Mapping[str, Any], through: Mapping[int, Linear], y: int) -> None:
    charge = keys.get("demand_charge_per_kw_month", 0.0) * PER_MW
    rule = keys.get("demand_rule", "peak" if charge else "none")
    if rule == "none":
        return
    rows, running = f.rows, f.of_year[y].running
    peaks = [rows.column() for _ in f.months]
    for t in f.steps:
        rows.at_most(through[t], peaks[f.billing[t]])
    if rule == "peak":
        highest = rows.column()
        for peak, months in zip(peaks, f.months, strict=True):
            rows.at_most(peak, highest)
            rows.at_most(Linear().plus(highest, keys.get("ratchet_share", 0.0)), peak)
            running.plus(peak, charge * months)
        return
    agreed = rows.column(lower=keys.get("contract_min_mw", 0.0))
    running.plus(agreed, 12 * charge)
    for peak, months in zip(peaks, f.months, strict=True):
        over = rows.column()
        rows.at_most(peak, Linear(over).plus(agreed, TOLERANCE))
        running.plus(over, EXCESS * charge * months)


def contracts(f: Factory, drawn: Flows) -> None:
    """Volumes by year of signing; deliveries by step, or by year where only attributes come."""
    for keys in f.table("contracts").values():
        physical = keys["kind"] in ("as_produced", "baseload")
        signed = {b: _signed(f, keys, b, physical) for b in f.window(keys)}
        shape = f.series(keys["profile"]) if isinstance(keys.get("profile"), Mapping) else [1.0] * len(f.times)
        full = sum(x * w for x, w in zip(shape, f.weight, strict=True)) if physical else 1.0
        for y in f.years:
            there = {b: size for b, size in signed.items() if b <= y < b + keys["tenor_years"]}
            volume, paid = Linear(), Linear()
            for b, size in there.items():
                volume.plus(size)
                mwh = f.rows.column()
                f.rows.at_most(mwh, Linear().plus(size, full))
                f.rows.at_most(Linear().plus(size, keys.get("take_or_pay_share", 1.0) * full), mwh)
                paid.plus(mwh)
                price = keys["price_per_mwh"] * f.trend(keys.get("price_trend_per_year"), b)
                price *= (1 + keys.get("index_per_year", 0.0)) ** (y - b)
                f.of_year[y].running.plus(mwh, price / MILLION)
            if there:
                f.rows.at_most(volume, keys["max_mw" if physical else "max_mwh_per_year"])
                delivered = _delivered(f, keys, volume, shape, y, drawn) if physical else f.rows.column()
                f.rows.at_most(delivered, paid)
                _count(f, keys, delivered, physical, y)


def _signed(f: Factory, keys: Mapping[str, Any], b: int, physical: bool) -> Linear:
    most = keys["max_mw" if physical else "max_mwh_per_year"]
    least = keys.get("min_mw" if physical else "min_mwh_per_year", 0.0)
    size = f.rows.column(most)
    if least or keys.get("sign_cost"):
        signed = f.rows.column(1.0, integer=True)
        f.rows.at_most(size, Linear().plus(signed, most))
        f.rows.at_most(Linear().plus(signed, least), size)
        f.of_year[b].running.plus(signed, keys.get("sign_cost", 0.0) / MILLION)
    return size


def _delivered(f: Factory, keys: Mapping[str, Any], volume: Linear, shape: list[float], y: int, drawn: Flows) -> Linear:
    total = Linear()
    for t in f.steps:
        flow = f.rows.column()
        f.rows.at_most(flow, Linear().plus(volume, shape[t]))
        f.supply("electricity", y, t, flow)
        total.plus(flow, f.weight[t])
        if not keys.get("direct_line"):
            drawn.setdefault((y, t), Linear()).plus(flow)
    return total


def _count(f: Factory, keys: Mapping[str, Any], delivered: Linear, physical: bool, y: int) -> None:
    """Tonnes and claims of what a contract brings."""
    year = f.of_year[y]
    if physical and keys.get("direct_line"):
        return
    if physical:
        year.grid.plus(delivered)
        year.location.plus(delivered, grid_factor(f, y))
    if not physical or keys.get("bundled", True):
        year.claims.plus(delivered)


def instruments(f: Factory) -> None:
    rules = f.table("durability")
    for keys in f.table("instruments").values():
        first = keys.get("first_year", f.first)
        for y in f.years:
            if not first <= f.first + y <= keys.get("last_year", 9999):
                continue
            quantity = f.rows.column(f.path(keys["max_per_year"], y))
            price = f.path(keys["price"], y) * f.trend(keys.get("price_trend_per_year"), y, max(first, f.first))
            year = f.of_year[y]
            year.running.plus(quantity, price / MILLION)
            counted = (1 - keys.get("buffer_share", 0.0)) * keys.get("delivery_share", 1.0)
            if keys["kind"] == "certificate":
                year.claims.plus(quantity, counted)
                year.paper.plus(quantity, counted * uncovered(f, y))
                continue
            year.bought.plus(quantity, counted)
            lasts = keys.get("durability_years", 0.0) >= rules.get("min_removal_durability_years", 100.0)
            if keys["kind"] == "credit" or not lasts:
                year.paper.plus(quantity, counted)


def prices_and_caps(f: Factory) -> None:
    """What a tonne of scope 1 costs above the allowance, and how many tonnes there may be."""
    keys, sums = f.table("emissions"), {}
    for y, year in enumerate(f.of_year):
        for other in keys.get("other", {}).values():
            if other["scope"] == 1:
                year.scope1.plus(f.path(other["tco2e"], y) * f.index({"follows": other.get("follows", "")}, y))
        price = f.path(keys.get("carbon_price", 0.0), y) * f.trend(keys.get("carbon_price_trend"), y, f.first)
        if price:
            paid = f.rows.column()
            f.rows.at_most(Linear(year.scope1).plus(-f.path(keys.get("free_allowance_t", 0.0), y)), paid)
            year.running.plus(paid, price / MILLION)
        if year.claims:
            f.rows.at_most(year.claims, year.grid)
        market_based = Linear(year.scope1).plus(year.heat).plus(year.grid, uncovered(f, y))
        market_based.plus(year.claims, -uncovered(f, y))
        sums["scope1", y] = year.scope1
        sums["gross_location", y] = Linear(year.scope1).plus(year.location)
        sums["gross_market", y] = market_based
        sums["net", y] = Linear(market_based).plus(year.bought, -1.0)
    for cap in keys.get("caps", ()):
        metric, total = cap.get("metric", "gross_location"), Linear()
        for y in f.years:
            total.plus(sums[metric, y])
            year = f.first + y
            holds = year == cap["year"] if "year" in cap else year >= cap.get("from_year", f.first)
            if "limit_t" in cap and holds:
                f.rows.at_most(sums[metric, y], cap["limit_t"])
        if "cumulative_t" in cap:
            f.rows.at_most(total, cap["cumulative_t"])
