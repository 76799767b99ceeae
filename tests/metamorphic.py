"""Random small scenarios as tables, and changes of them whose effect on the cost is known without solving.

    tables = scenario(seed)
    for variant in VARIANTS:
        variant.holds(cost(folder, tables), cost(folder, variant.change(tables, random.Random(seed))))

A scenario has a few given steps and everything in which order, names, steps or units might decide: overlapping measures with side
uses, shared roofs, merit order, contracts, sales, demand charges, a cap. Costs are in millions; inf where no plan exists.
"""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.assembly.assemble import assemble
from planner.engine import Options, solve
from planner.reading.read import read_scenario

Tables = dict[str, Any]
NAMED = ("demands", "markets", "converters", "stores", "retrofits", "contracts", "instruments")
EXACT = Options(gap=1e-9, time_limit_s=60.0, threads=1)
RELATIVE = 2e-6
MONEY = frozenset(
    {
        "price_per_mwh",
        "export_price_per_mwh",
        "demand_charge_per_kw_month",
        "fixed_cost_per_year",
        "capex",
        "capex_per_kw",
        "capex_per_kwh",
        "opex_per_year",
        "opex_variable_per_mwh",
        "sign_cost",
        "carbon_price",
        "price",
    }
)


def scenario(seed: int) -> Tables:
    """The tables of a random scenario that can be read; every part is in or out by the seed."""
    draw = random.Random(seed)
    periods, steps = draw.choice([1, 2]), draw.choice([2, 3, 4])
    count = periods * steps

    def series(low: float, high: float) -> list[float]:
        return [round(draw.uniform(low, high), 3) for _ in range(count)]

    years = draw.choice([1, 2, 3])
    tables: Tables = {
        "scenario": {"name": f"random-{seed}", "price_year": 2027},
        "horizon": {
            "first_year": 2027,
            "last_year": 2026 + years,
            "period_steps": steps,
            "period_weights": [round(8760 / count, 6)] * periods,
        },
        "site": {"roof_m2": 20000.0},
        "finance": {
            "discount_rate": draw.choice([0.0, 0.08]),
            "salvage": draw.choice(["none", "straight_line"]),
            "timing": "end",
        },
        "emissions": {
            "grid_factor": "custom",
            "grid_factor_t_per_mwh": 0.5,
            "uncovered_t_per_mwh": 0.6,
            "carbon_price": draw.choice([0.0, 60.0]),
        },
        "durability": {"penalty": False, "floor": False},
        "solver": {"resolution": "given", "gap": 1e-9, "threads": 1},
        "demands": {
            "drives": {"carrier": "electricity", "values": series(0.5, 3.0)},
            "air": {"carrier": "electricity", "values": series(0.2, 1.5)},
            "washing": {"carrier": "hot_water", "values": series(0.2, 2.0)},
        },
        "markets": {
            "public": {
                "carrier": "electricity",
                "values": series(200, 1200),
                "unit": "CNY/MWh",
                "demand_rule": "peak",
                "demand_charge_per_kw_month": draw.choice([0.0, 40.0]),
                "export_price_per_mwh": 100.0,
            },
            "gas_pipe": {"carrier": "gas", "price_per_mwh": 400.0, "emission_factor_t_per_mwh": 0.2},
        },
        "converters": {
            "old_boiler": {
                "inputs": {"gas": 1.25},
                "outputs": {"hot_water": 1.0},
                "existing_mw": 3.0,
                "max_mw": 5.0,
                "capex_per_kw": 400.0,
                "life_years": 20,
            },
            "lift": {
                "inputs": {"electricity": 0.33},
                "outputs": {"hot_water": 1.0},
                "max_mw": 1.5,
                "capex_per_kw": draw.choice([500.0, 3000.0]),
                "life_years": 15,
            },
            "roof_sun": {
                "outputs": {"electricity": 1.0},
                "renewable": True,
                "profile": {"values": series(0.0, 0.6)},
                "max_mw": 2.0,
                "area": "roof",
                "area_m2_per_kw": 6.0,
                "capex_per_kw": 3000.0,
                "life_years": 20,
            },
        },
        "retrofits": {
            "leaks": {"savings": {"air": draw.choice([0.1, 0.4])}, "capex": 100000.0, "life_years": 10},
            "recovery": {
                "savings": {"air": draw.choice([0.0, 0.1])},
                "side_use": [{"demand": "air", "carrier": "hot_water", "mwh_per_mwh": -0.5}],
                "capex": 200000.0,
                "life_years": 10,
            },
            "inverter": {
                "savings": {"air": 0.2, "drives": 0.15},
                "side_use": [{"demand": "drives", "carrier": "hot_water", "mwh_per_mwh": 0.05}],
                "capex": draw.choice([300000.0, 900000.0]),
                "life_years": 10,
                "commissioning_month": draw.choice([1, 7]),
            },
        },
    }
    tables["emissions"]["caps"] = [
        {"metric": "gross_location", "cumulative_t": draw.choice([8000.0, 15000.0, 30000.0]) * years}
    ]
    _options(tables, draw, series)
    return tables


def _options(tables: Tables, draw: random.Random, series: Callable[[float, float], list[float]]) -> None:
    if draw.random() < 0.6:
        tables["stores"] = {
            "cells": {
                "carrier": "electricity",
                "capex_per_kw": 300.0,
                "capex_per_kwh": draw.choice([100.0, 900.0]),
                "life_years": 12,
                "max_mw": 1.0,
                "max_mwh": 4.0,
                "charge_efficiency": 0.95,
                "discharge_efficiency": 0.95,
            }
        }
    if draw.random() < 0.6:
        tables["markets"]["neighbour"] = {
            "carrier": "electricity",
            "price_per_mwh": 650.0,
            "max_mw": 1.0,
            "emission_factor_t_per_mwh": 0.4,
        }
    if draw.random() < 0.5:
        tables["contracts"] = {
            "park": {
                "kind": "as_produced",
                "price_per_mwh": 420.0,
                "tenor_years": draw.choice([1, 3]),
                "profile": {"values": series(0.0, 0.9)},
                "max_mw": 1.5,
                "sign_cost": 20000.0,
            }
        }


def written(tables: Tables) -> str:
    """The tables as TOML, in their order."""
    lines = []
    for name, table in tables.items():
        if name in NAMED:
            lines += [f"[{name}.{one}]\n{_keys(keys)}" for one, keys in table.items()]
        else:
            lines.append(f"[{name}]\n{_keys(table)}")
    return "\n".join(lines)


def _keys(table: Tables) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def cost(folder: Path, tables: Tables) -> float:
    """What the cheapest plan costs [million], without business as usual and rating; inf where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text(written(tables), encoding="utf-8")
    plan = solve(assemble(read_scenario(folder)).problem, EXACT)
    if plan.facts.status == "infeasible":
        return math.inf
    assert plan.facts.status == "optimal", plan.facts.termination
    assert plan.facts.objective is not None
    return float(plan.facts.objective)


@dataclass(frozen=True)
class Variant:
    """A change of a scenario, and what its cost must be: `factor` times that before, or at most that."""

    name: str
    change: Callable[[Tables, random.Random], Tables]
    factor: float = 1.0
    never_dearer: bool = False

    def holds(self, before: float, after: float) -> bool:
        """Whether the two costs are as they must be."""
        expected = before * self.factor
        if math.isinf(expected):
            return self.never_dearer or math.isinf(after)
        tolerance = RELATIVE * max(1.0, abs(expected))
        return after <= expected + tolerance and (self.never_dearer or after >= expected - tolerance)


def permuted(tables: Tables, draw: random.Random) -> Tables:
    """The tables, the things in them and the keys of each in another order."""

    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            keys = list(value)
            draw.shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return [shuffled(one) for one in draw.sample(value, len(value))]
        return value

    return {name: shuffled(table) for name, table in tables.items()}


def reversed_order(tables: Tables, _: random.Random) -> Tables:
    """The things of each table in the opposite order."""
    return {name: dict(reversed(table.items())) if name in NAMED else table for name, table in tables.items()}


def renamed(tables: Tables, draw: random.Random) -> Tables:
    """Every thing under another name, so that alphabetical order is another one, too."""
    names = [one for table in NAMED for one in tables.get(table, {})]
    new = dict(zip(names, draw.sample([f"n{k}" for k in range(100, 999)], len(names)), strict=True))

    def again(value: Any) -> Any:
        if isinstance(value, dict):
            return {new.get(key, key): again(one) for key, one in value.items()}
        if isinstance(value, list):
            return [again(one) for one in value]
        return new.get(value, value) if isinstance(value, str) else value

    return {name: again(table) if name in NAMED else table for name, table in tables.items()}


def load_split(tables: Tables, draw: random.Random) -> Tables:
    """One load as two that add up to it, treated by the same measures."""
    out = copy.deepcopy(tables)
    name, share = draw.choice(sorted(out["demands"])), round(draw.uniform(0.1, 0.9), 3)
    whole = out["demands"][name]
    out["demands"]["other_part"] = {**whole, "values": [v * (1 - share) for v in whole["values"]]}
    whole["values"] = [v * share for v in whole["values"]]
    for retrofit in out.get("retrofits", {}).values():
        if name in retrofit["savings"]:
            retrofit["savings"]["other_part"] = retrofit["savings"][name]
        uses = [use for use in retrofit.get("side_use", ()) if use["demand"] == name]
        retrofit.setdefault("side_use", []).extend({**use, "demand": "other_part"} for use in uses)
    return out


def steps_halved(tables: Tables, _: random.Random) -> Tables:
    """Every step as two of half its length."""
    out = _each_series(tables, lambda values: [v for v in values for _ in range(2)])
    out["horizon"]["step_minutes"] = 30
    out["horizon"]["period_steps"] *= 2
    return out


def periods_doubled(tables: Tables, _: random.Random) -> Tables:
    """Every period twice, each half as often."""
    steps = tables["horizon"]["period_steps"]

    def twice(values: list[float]) -> list[float]:
        periods = [values[k : k + steps] for k in range(0, len(values), steps)]
        return [v for period in periods for v in period * 2]

    out = _each_series(tables, twice)
    out["horizon"]["period_weights"] = [w / 2 for w in tables["horizon"]["period_weights"] for _ in range(2)]
    return out


def _each_series(tables: Tables, change: Callable[[list[float]], list[float]]) -> Tables:
    def again(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: change(one) if key == "values" else again(one) for key, one in value.items()}
        return value

    return again(copy.deepcopy(tables))


def money_scaled(tables: Tables, _: random.Random) -> Tables:
    """Every amount of money times eight."""

    def again(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: again(one, k) for k, one in value.items()}
        return value * 8 if key in MONEY else value

    out = again(copy.deepcopy(tables))
    for market in out["markets"].values():
        if "values" in market:
            market["values"] = [v * 8 for v in market["values"]]
    return out


def nothing_added(tables: Tables, _: random.Random) -> Tables:
    """An option of size zero in every table."""
    out = copy.deepcopy(tables)
    out["converters"]["none_of_it"] = {
        "inputs": {"electricity": 0.2},
        "outputs": {"hot_water": 1.0},
        "max_mw": 0.0,
        "capex_per_kw": 1.0,
        "life_years": 10,
    }
    out.setdefault("stores", {})["no_cells"] = {
        "carrier": "electricity",
        "capex_per_kw": 1.0,
        "capex_per_kwh": 1.0,
        "life_years": 10,
        "max_mw": 0.0,
        "max_mwh": 0.0,
        "charge_efficiency": 1.0,
        "discharge_efficiency": 1.0,
    }
    out["markets"]["closed"] = {
        "carrier": "electricity",
        "price_per_mwh": 1.0,
        "max_mw": 0.0,
        "emission_factor_t_per_mwh": 0.0,
    }
    out["retrofits"]["idle"] = {"savings": {"air": 0.0}, "capex": 0.0, "life_years": 10}
    return out


def cap_loosened(tables: Tables, _: random.Random) -> Tables:
    """Half as many tonnes again."""
    out = copy.deepcopy(tables)
    for cap in out["emissions"]["caps"]:
        cap["cumulative_t"] *= 1.5
    return out


def sizes_loosened(tables: Tables, _: random.Random) -> Tables:
    """More of everything that is limited may be built or bought."""
    out = copy.deepcopy(tables)
    for name in ("converters", "stores", "markets", "contracts"):
        for thing in out.get(name, {}).values():
            for key in ("max_mw", "max_mwh"):
                if key in thing:
                    thing[key] *= 2
    out["site"]["roof_m2"] *= 2
    return out


def option_added(tables: Tables, draw: random.Random) -> Tables:
    """One more heat pump, measure or supplier."""
    out = copy.deepcopy(tables)
    added: dict[str, Tables] = {
        "converters": {
            "inputs": {"electricity": 0.25},
            "outputs": {"hot_water": 1.0},
            "max_mw": 1.0,
            "capex_per_kw": 1500.0,
            "life_years": 10,
        },
        "retrofits": {"savings": {"drives": 0.1}, "capex": 50000.0, "life_years": 10},
        "markets": {
            "carrier": "electricity",
            "price_per_mwh": 500.0,
            "max_mw": 0.5,
            "emission_factor_t_per_mwh": 0.3,
        },
    }
    kind = draw.choice(sorted(added))
    out[kind]["one_more"] = added[kind]
    return out


VARIANTS = (
    Variant("the tables in another order", permuted),
    Variant("the tables in the opposite order", reversed_order),
    Variant("other names", renamed),
    Variant("a load split in two", load_split),
    Variant("steps cut in half", steps_halved),
    Variant("periods doubled", periods_doubled),
    Variant("money scaled", money_scaled, factor=8.0),
    Variant("options of size zero", nothing_added),
    Variant("a looser cap", cap_loosened, never_dearer=True),
    Variant("larger limits", sizes_loosened, never_dearer=True),
    Variant("an added option", option_added, never_dearer=True),
)


def failures(folder: Path, seed: int) -> Iterator[str]:
    """What does not hold of one random scenario, with both costs."""
    tables = scenario(seed)
    before = cost(folder / f"{seed}", tables)
    for n, variant in enumerate(VARIANTS):
        after = cost(folder / f"{seed}-{n}", variant.change(tables, random.Random(seed)))
        if not variant.holds(before, after):
            yield f"seed {seed}, {variant.name}: {before:.9g} before, {after:.9g} after"
