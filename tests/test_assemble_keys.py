"""Keys of a scenario that reach the problem: a store's least power, the end of subsidies, money without trends, ageing stock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.problem import Problem
from planner.assembly.assemble import assemble
from planner.reading.read import read_scenario
from tests.known_answers import solved

CASE = """
[scenario]
name = "keys"
province = "Jiangsu"
price_year = 2026

[horizon]
first_year = 2027
last_year = 2036
period_steps = 1
period_weights = [8760]
period_months = [1]

[finance]
salvage = "none"
MONEY

[emissions]
carbon_price = 50

[solver]
resolution = "given"

[demands.motors]
carrier = "electricity"
values = [2.0]

[markets.grid]
carrier = "electricity"
price_per_mwh = 600
demand_charge_per_kw_month = 40
fixed_cost_per_year = 100000

[markets.gas]
fuel = "natural_gas"
price_trend_per_year = 0.0

[stores.heap]
carrier = "electricity"
capex_per_kw = 100
capex_per_kwh = 10
min_mw = 1.0
max_mw = 2.0
life_years = 12
charge_efficiency = 0.9
discharge_efficiency = 0.9

[converters.plant]
outputs = { electricity = 1.0 }
capex_per_kw = 100000
life_years = 20
existing_mw = 1.0
max_mw = 1.0
degradation_per_year = 0.1
subsidy_per_mwh = 100
subsidy_until = 2028
"""
REAL = "discount_rate = 0.05"
NOMINAL = 'discount_rate = 0.071\ninflation = 0.02\nprice_basis = "nominal"'  # 1.05 · 1.02 = 1.071


def made(folder: Path, text: str) -> Problem:
    folder.mkdir(exist_ok=True)
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    return assemble(read_scenario(folder)).problem


def test_without_trends_nominal_money_costs_the_same(tmp_path: Path) -> None:
    """Energy, demand charge, standing charge and upkeep keep their real value alike; a trend of zero is no rise in money."""
    text = CASE.replace("price_trend_per_year = 0.0\n", "")
    real, nominal = (made(tmp_path / name, text.replace("MONEY", m)) for name, m in (("r", REAL), ("n", NOMINAL)))
    assert solved(nominal).facts.objective == pytest.approx(solved(real).facts.objective, rel=1e-9)
    held = made(tmp_path / "held", CASE.replace("MONEY", NOMINAL))
    index = next(k.price_index for k in held.markets if k.name == "gas")
    assert index == pytest.approx(1.02 ** -np.arange(1.0, 11.0))


def test_least_power_subsidy_and_age_reach_the_problem(tmp_path: Path) -> None:
    problem = made(tmp_path / "r", CASE.replace("MONEY", REAL))
    (heap,), (plant,) = problem.stores, problem.converters
    assert (heap.power.segments[0].min_size, heap.energy.segments[0].min_size) == (1.0, 0.0)
    assert plant.opex_variable == pytest.approx([-1e-4, -1e-4] + [0.0] * 8)
    assert plant.sizing.existing_share == pytest.approx(0.9 ** np.arange(10.0))
