"""What stands in the second model: loads, plant, stores, markets, contracts, instruments, tonnes, balances."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from tests.soak.linear import Linear, times
from tests.soak.small_factory import MILLION, PER_MW, SPILLING, TEMPERATURE, Factory, Investment, there
from tests.soak.small_supply import contracts, instruments, market, prices_and_caps


def add_demands(f: Factory) -> None:
    """Loads after the measures, and what measures use or free beside them."""
    retrofits = f.table("retrofits")
    for name, keys in f.table("demands").items():
        for y in f.years:
            left = f.index(keys, y)
            for r, measure in retrofits.items():
                left *= 1 - measure["savings"].get(name, 0.0) * treated(f, r, y)
            for t in f.steps:
                f.use(keys["carrier"], y, t, f.loads[name][t] * left)
            for r, measure in retrofits.items():
                for side in measure.get("side_use", ()):
                    if name in measure["savings"]:
                        _beside(f, side, f.loads[name] * f.index(keys, y) * treated(f, r, y), y)
    for r, keys in retrofits.items():
        _cost_of_measure(f, r, keys)


def treated(f: Factory, r: str, y: int) -> float:
    """Share of a year in which a measure works: less in its first, unless it was there before."""
    keys, starts = f.table("retrofits")[r], f.measures[r]
    if not there(keys, starts, y):
        return 0.0
    share = (13 - keys.get("commissioning_month", 1)) / 12
    return share if y in starts and not there(keys, starts, y - 1) else 1.0


def _beside(f: Factory, side: Mapping[str, Any], load: Any, y: int) -> None:
    for t in f.steps:
        flow = side["mwh_per_mwh"] * float(load[t])
        f.use(side["carrier"], y, t, flow)
        if flow < 0:
            f.surplus.setdefault((side["carrier"], y, t), Linear()).plus(-flow)


def _cost_of_measure(f: Factory, r: str, keys: Mapping[str, Any]) -> None:
    treated_mwh = sum(float(f.loads[d] @ f.weight) for d in keys["savings"])
    capex = keys.get("capex", keys.get("capex_per_annual_mwh", 0.0) * treated_mwh)
    upkeep = keys.get("opex_per_year", 0.0) + keys.get("opex_fixed_share", 0.0) * capex
    for b in f.measures[r]:
        cost = capex / MILLION * f.trend(keys.get("capex_trend_per_year"), b)
        payments = tuple(keys.get("payment_shares", (1.0,)))
        f.investments.append(Investment(b, Linear({-1: cost}), keys["life_years"], payments))
    for y in f.years:
        if there(keys, f.measures[r], y):
            f.of_year[y].running.plus(upkeep / MILLION)


def sized(f: Factory, keys: Mapping[str, Any], unit: Mapping[str, Any]) -> tuple[list[Linear], list[Linear]]:
    """Working and nameplate size by year, of one side of plant: power, or the energy of a store."""
    life, rows = keys["life_years"], f.rows
    builds = {b: _build(f, unit, b) for b in (f.window(keys) if unit["for_sale"] else ())}
    for b, build in builds.items():
        cost = Linear().plus(build["cost"], f.trend(keys.get("capex_trend_per_year"), b))
        if unit["subsidy"] and f.first + b <= keys.get("subsidy_until", 9999):
            cost.plus(build["size"], -unit["subsidy"])
        f.investments.append(Investment(b, cost, life, tuple(keys.get("payment_shares", (1.0,)))))
    retired: Linear = Linear()
    working, nameplate = [], []
    for y in f.years:
        stands = unit["existing"] if f.first + y <= keys.get("existing_until", 9999) else 0.0
        if keys.get("may_retire") and unit["existing"]:
            now = rows.column(1.0)
            rows.at_most(retired, now)
            retired = now
        kept = Linear({-1: stands}).plus(retired, -stands)
        works, rated = times(kept, (1 - unit["fade"]) ** y), Linear(kept)
        for b, build in builds.items():
            if b <= y < b + life:
                works.plus(build["size"], _share(keys, unit, y - b))
                rated.plus(build["size"])
        if y in builds and y - life in builds and keys.get("commissioning_month", 1) > 1:
            renewed = rows.column()
            for b in (y, y - life):
                rows.at_most(renewed, builds[b]["size"])
            works.plus(renewed, (1 - _share(keys, unit, 0)) * _share(keys, unit, life - 1))
        if unit["most"] is not None and builds:
            rows.at_most(rated, max(unit["most"], stands))
        f.of_year[y].running.plus(rated, unit["upkeep"])
        working.append(works)
        nameplate.append(rated)
    return working, nameplate


def _share(keys: Mapping[str, Any], unit: Mapping[str, Any], age: int) -> float:
    """What works of a size in a year of its life; the first is counted from its month."""
    return float((1 - unit["fade"]) ** age) if age else (13 - keys.get("commissioning_month", 1)) / 12


def _build(f: Factory, unit: Mapping[str, Any], b: int) -> dict[str, Linear]:
    """Size and list price of what is built in one year."""
    size, rows = f.rows.column(), f.rows
    cost = Linear().plus(size, unit["capex"])
    if unit["package"]:
        packages = rows.column(integer=True)
        rows.equal(Linear(size).plus(packages, -unit["package"]))
    if unit["fixed"] or unit["least"]:
        chosen = rows.column(1.0, integer=True)
        rows.at_most(size, Linear().plus(chosen, f.room if unit["most"] is None else unit["most"]))
        rows.at_most(Linear().plus(chosen, unit["least"]), size)
        cost.plus(chosen, unit["fixed"])
    return {"size": size, "cost": cost}


def add_converters(f: Factory) -> None:
    areas: dict[tuple[str, int], Linear] = {}
    for keys in f.table("converters").values():
        for_sale = "capex_per_kw" in keys and keys.get("max_mw") != 0
        unit = {
            "for_sale": for_sale,
            "existing": keys.get("existing_mw", 0.0),
            "most": keys.get("max_mw"),
            "least": keys.get("min_mw", 0.0),
            "fixed": keys.get("capex_fixed", 0.0) / MILLION,
            "capex": keys.get("capex_per_kw", 0.0) * PER_MW,
            "upkeep": keys.get("opex_fixed_per_kw_year", 0.0) * PER_MW,
            "package": keys.get("package_mw"),
            "fade": keys.get("degradation_per_year", 0.0),
            "subsidy": keys.get("subsidy_per_kw", 0.0) * PER_MW,
        }
        working, nameplate = sized(f, keys, unit)
        for y in f.years:
            if "area" in keys:
                need = keys["area_m2_per_kw"] * 1e3
                areas.setdefault((keys["area"], y), Linear()).plus(nameplate[y], need)
            _operate(f, keys, working[y], y)
    for (area, _), used in areas.items():
        on_it = [q for q in f.table("converters").values() if q.get("area") == area]
        taken = sum(q.get("existing_mw", 0.0) * q["area_m2_per_kw"] * 1e3 for q in on_it)
        f.rows.at_most(used, max(f.tables["site"][f"{area}_m2"], taken))


def _operate(f: Factory, keys: Mapping[str, Any], working: Linear, y: int) -> None:
    """Activity of plant in every step of a year."""
    inputs = dict(keys.get("inputs", {}))
    if "cop" in keys:
        inputs["electricity"] = 1 / keys["cop"]
    outputs, year, rows = keys["outputs"], f.of_year[y], f.rows
    available = f.series(keys["profile"]) if "profile" in keys else [1.0] * len(f.times)
    per_mwh = (keys.get("opex_variable_per_mwh", 0.0) - keys.get("subsidy_per_mwh", 0.0)) / MILLION
    least = keys.get("min_load_share", 0.0)
    unasked = not inputs or len(outputs) > 1 or least > 0
    online = [rows.column(integer=True) for _ in f.steps] if least else []
    for t in f.steps:
        activity = rows.column()
        rows.at_most(activity, Linear().plus(working, available[t]))
        if least:
            running = Linear().plus(online[t], keys["package_mw"])
            rows.at_most(activity, running)
            rows.at_most(Linear().plus(running, least), activity)
            rows.at_most(running, working)
            started = rows.column()
            rows.at_most(Linear(online[t]).plus(online[f.before(t)], -1.0), started)
            year.running.plus(started, keys.get("start_cost", 0.0) / MILLION * f.times[t])
        for carrier, ratio in inputs.items():
            f.use(carrier, y, t, activity, ratio)
        for carrier, ratio in outputs.items():
            f.supply(carrier, y, t, activity, ratio)
            if unasked:
                f.surplus.setdefault((carrier, y, t), Linear()).plus(activity, ratio)
            if carrier == "electricity":
                f.made.setdefault((y, t), Linear()).plus(activity, ratio)
        year.running.plus(activity, per_mwh * f.weight[t])
        year.scope1.plus(activity, keys.get("direct_kgco2_per_mwh", 0.0) / 1e3 * f.weight[t])


def add_stores(f: Factory) -> None:
    for keys in f.table("stores").values():
        plain = {"for_sale": True, "least": 0.0, "fixed": 0.0, "package": None}
        kw, kwh = keys.get("capex_per_kw", 0.0) * PER_MW, keys["capex_per_kwh"] * PER_MW
        share = keys.get("opex_fixed_share", 0.0)
        power = {"existing": keys.get("existing_mw", 0.0), "most": keys.get("max_mw"), "capex": kw, "fade": 0.0}
        energy = {"existing": keys.get("existing_mwh", 0.0), "most": keys.get("max_mwh"), "capex": kwh}
        energy["fade"] = keys.get("fade_per_year", 0.0)
        energy["subsidy"], power["subsidy"] = keys.get("subsidy_per_kwh", 0.0) * PER_MW, 0.0
        least = keys.get("min_mw", 0.0)
        power_mw, _ = sized(f, keys, {**plain, **power, "upkeep": share * kw, "least": least})
        energy_mwh, _ = sized(f, keys, {**plain, **energy, "upkeep": share * kwh})
        for y in f.years:
            f.rows.at_most(Linear().plus(power_mw[y], keys.get("min_hours", 0.0)), energy_mwh[y])
            f.rows.at_most(energy_mwh[y], Linear().plus(power_mw[y], keys.get("max_hours", 24.0)))
            _cycle(f, keys, power_mw[y], energy_mwh[y], y)


def _cycle(f: Factory, keys: Mapping[str, Any], power: Linear, energy: Linear, y: int) -> None:
    """Charge, discharge and content of a store in every step of a year."""
    rows, carrier, hours = f.rows, keys["carrier"], f.hours
    stored = [rows.column() for _ in f.steps]
    keep = (1 - keys.get("loss_per_hour", 0.0)) ** hours
    through = Linear()
    for t in f.steps:
        charge, discharge = rows.column(), rows.column()
        f.either.append((charge, discharge))
        row = Linear(stored[t]).plus(stored[f.before(t)], -keep)
        rows.equal(
            row.plus(charge, -keys["charge_efficiency"] * hours).plus(discharge, hours / keys["discharge_efficiency"])
        )
        rows.at_most(stored[t], energy)
        rows.at_most(Linear(charge).plus(discharge), power)
        f.use(carrier, y, t, charge)
        f.supply(carrier, y, t, discharge)
        through.plus(discharge, f.weight[t])
    f.of_year[y].running.plus(through, keys.get("opex_variable_per_mwh", 0.0) / MILLION)
    if "cycles_per_year" in keys:
        rows.at_most(through, Linear().plus(energy, keys["cycles_per_year"]))


def add_supply(f: Factory) -> None:
    """Markets and contracts; what contracts deliver over the grid is drawn through its first market."""
    drawn: dict[tuple[int, int], Linear] = {}
    bought: dict[tuple[int, int], Linear] = {}
    sold: dict[tuple[int, int], Linear] = {}
    contracts(f, drawn)
    grid = next((k for k, keys in f.table("markets").items() if keys["carrier"] == "electricity"), None)
    for name, keys in f.table("markets").items():
        market(f, keys, drawn if name == grid else {}, bought, sold)
    connection = f.table("site").get("grid_connection_mw")
    for y in f.years:
        for t in f.steps:
            if connection is not None:
                f.rows.at_most(bought.get((y, t), Linear()), connection)
                f.rows.at_most(sold.get((y, t), Linear()), connection)
            if (y, t) in sold:
                f.rows.at_most(sold[y, t], f.made.get((y, t), Linear()))
    instruments(f)
    prices_and_caps(f)


def add_balances(f: Factory) -> None:
    """Every carrier in every step: heat may flow down, and what came unasked may be dumped."""
    present = {carrier for carrier, _, _ in f.balance}
    levels = sorted(present & TEMPERATURE.keys(), key=lambda c: -TEMPERATURE[c])
    for y in f.years:
        for t in f.steps:
            for hot, cool in pairwise(levels):
                down = f.rows.column()
                f.use(hot, y, t, down)
                f.supply(cool, y, t, down)
            for group in (levels, *([c] for c in present if c in SPILLING and c not in levels)):
                spare, dumped = Linear(), Linear()
                for carrier in group:
                    spare.plus(f.surplus.get((carrier, y, t), {}))
                    dump = f.rows.column()
                    f.use(carrier, y, t, dump)
                    dumped.plus(dump)
                if group:
                    f.rows.at_most(dumped, spare)
    for row in f.balance.values():
        f.rows.equal(row)


ADD = (add_demands, add_converters, add_stores, add_supply, add_balances)
