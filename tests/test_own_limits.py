"""Where a problem has no limit, none decides: bounds that the solver needs are wide enough, or widened, or named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.problem import Converter, Problem, Sizing
from planner.engine import Options, SolverError, UnlimitedProfit, solve
from planner.engine.own_limits import OwnLimits, reached, within_own_limits
from planner.plan import Plan
from planner.reading.read import Reading, read_scenario
from planner.scenario.effective import effective_toml
from tests.factories import Site
from tests.known_answers import EXACT, at_cost, solved, total

ENDLESS = float("inf")
day = Site(hours=(365,) * 24)
CHEAP_HOUR = np.array([0.0001] + [0.001] * 23)  # million/MWh


def endless(capex_per_unit: float, site: Site = day, **fields: Any) -> Sizing:
    return site.sizing(capex_per_unit, max_total=ENDLESS, **fields)


def boiler(site: Site = day, **fields: Any) -> Converter:
    return site.converter("eboiler", inputs={"electricity": 1.0}, outputs={"hot_water": 1.0}, **fields)


def heated(**fields: Any) -> Problem:
    """1 MW of hot water round the clock, by an electric boiler and a tank, from a grid that is cheap for one hour a day."""
    parts: dict[str, Any] = {
        "demands": (day.demand("heat", 1.0, "hot_water"),),
        "markets": (replace(day.grid(CHEAP_HOUR), max_import_mw=ENDLESS),),
        "converters": (boiler(sizing=endless(0.0)),),
        "stores": (day.store("tank", "hot_water", power=endless(0.0), energy=endless(0.0)),),
    }
    return day.problem(**(parts | fields))


def test_a_connection_that_nobody_limits_fills_the_tank_in_the_cheap_hour() -> None:
    """24 MWh a day in one hour, six times the load of all others: 365 · 24 · 0.0001 = 0.876, and 8.76 bought evenly."""
    plan = at_cost(heated(), 0.876)
    assert plan.operation["markets.import_mw"]["grid"].max() == pytest.approx(24.0)


def test_the_size_of_a_plant_with_a_fixed_cost_is_not_limited_either() -> None:
    """2 for the boiler, 24 MW · 0.01 and 23 MWh · 0.01 more: 2 + 0.24 + 0.23 + 0.876; gas at 0.01/MWh would cost 87.6."""
    gas = day.gas(0.01, max_import_mw=ENDLESS)
    burner = day.converter("burner", day.sizing(existing=2.0), inputs={"gas": 1.0}, outputs={"hot_water": 1.0})
    tank = day.store("tank", "hot_water", power=endless(0.0), energy=endless(0.01))
    electric = boiler(sizing=endless(0.01, capex_fixed=2.0))
    at_cost(
        heated(markets=(heated().markets[0], gas), converters=(electric, burner), stores=(tank,)),
        2.0 + 0.24 + 0.23 + 0.876,
    )


def test_what_stands_may_grow() -> None:
    """5 MW stand and 12 are needed: 7 more at 0.1."""
    flat = Site()
    plant = flat.converter(
        "heat_pump",
        flat.sizing(0.1, max_total=ENDLESS, existing=5.0),
        inputs={"electricity": 0.5},
        outputs={"hot_water": 1.0},
    )
    problem = flat.problem(
        demands=(flat.demand("heat", 12.0, "hot_water"),),
        markets=(replace(flat.grid(), max_import_mw=ENDLESS),),
        converters=(plant,),
    )
    at_cost(problem, 0.7 + 12 * 0.5 * 1000 * 0.0006)


def test_credits_for_purchased_goods_are_not_limited_by_the_energy_of_the_site() -> None:
    """A site of 10 MW · 1000 h whose goods emit 150,000 t may buy 155,000 credits at 1e-4: 15.5, and 6 for power."""
    from models.problem import EmissionCap, OtherEmissions
    from tests.factories import rating

    flat = Site()
    caps = (EmissionCap("none left", "net", limit=np.zeros(1)),)
    goods = (OtherEmissions("steel", 3, flat.yearly(150_000.0), 150_000.0),)
    problem = flat.problem(
        markets=(replace(flat.grid(), max_import_mw=ENDLESS),),
        instruments=(flat.instrument("credit", "credit", 1e-4, ENDLESS),),
        emissions=flat.emissions(uncovered=0.5, caps=caps, other=goods),
        rating=rating(scopes=(1, 2, 3)),
    )
    plan = at_cost(problem, 6.0 + 15.5)
    assert total(plan, "instruments.quantity", "credit") == pytest.approx(155_000.0)


def test_a_bound_that_is_reached_is_widened_until_it_saves_nothing() -> None:
    """Bounds that begin at a tenth of what is useful lead to the same optimum."""
    limits = OwnLimits(wider=0.1)
    problem = heated()
    narrow, own = limits.finite(problem)
    plan = solve(narrow, EXACT)
    assert plan.facts.objective > 1.0
    assert ("stores", "tank", "max_mwh") in reached(narrow, own, plan)
    from planner.engine import Pool

    with Pool() as pool:
        pool.own_limits = limits
        assert solve(problem, EXACT, pool=pool).facts.objective == pytest.approx(0.876)


def test_a_free_size_at_its_bound_is_no_fault() -> None:
    """A free tank may be of any size: nothing is widened without end, and the plan is proven."""
    assert solved(heated()).facts.status == "optimal"


def test_a_sale_dearer_than_its_making_is_named_and_not_bounded() -> None:
    """Gas at 0.0001 makes power that sells at 0.0005."""
    flat = Site()
    engine = flat.converter("engine", flat.sizing(0.0, max_total=ENDLESS), inputs={"gas": 2.0})
    selling = replace(flat.grid(export_price=0.0005), max_import_mw=ENDLESS, max_export_mw=ENDLESS)
    problem = flat.problem(markets=(selling, flat.gas(0.0001, max_import_mw=ENDLESS)), converters=(engine,))
    with pytest.raises(UnlimitedProfit, match=r"unlimited profit from .*markets\.grid \(max_export_mw is not given\)"):
        solve(problem, EXACT)


def test_a_limit_that_ends_the_profit_is_enough() -> None:
    """With 30 MW of sale: 1000 h · (40 MW · 2 · 0.0001 − 30 · 0.0005) = −7."""
    flat = Site()
    engine = flat.converter("engine", flat.sizing(0.0, max_total=ENDLESS), inputs={"gas": 2.0})
    selling = replace(flat.grid(export_price=0.0005, max_export_mw=30.0), max_import_mw=ENDLESS)
    at_cost(flat.problem(markets=(selling, flat.gas(0.0001, max_import_mw=ENDLESS)), converters=(engine,)), -7.0)


def test_assembly_invents_no_limit_and_the_effective_scenario_says_which_are_ours(tmp_path: Any) -> None:
    from planner.assembly.assemble import assemble

    (tmp_path / "scenario.toml").write_text(
        """scenario = { name = "plain" }
horizon = { first_year = 2027, last_year = 2027, period_steps = 2, period_weights = [365] }
emissions = { grid_factor = "custom", grid_factor_t_per_mwh = 0.5 }
solver = { resolution = "given" }
demands.heat = { carrier = "hot_water", values = [1.0, 2.0] }
markets.grid = { carrier = "electricity", price_per_mwh = 600 }
converters.boiler = { inputs = { electricity = 1.0 }, outputs = { hot_water = 1.0 }, capex_per_kw = 500, life_years = 20 }
stores.tank = { carrier = "hot_water", capex_per_kwh = 100, capex_per_kw = 10, life_years = 20,\
  charge_efficiency = 0.95, discharge_efficiency = 0.95 }
instruments.credit = { kind = "credit", price = 50, max_share_of_base = 0.5 }
"""
    )
    reading: Reading = read_scenario(tmp_path)
    problem = assemble(reading).problem
    assert problem.markets[0].max_import_mw == ENDLESS
    assert problem.converters[0].sizing.max_total == ENDLESS
    assert (problem.stores[0].power.max_total, problem.stores[0].max_hours) == (ENDLESS, ENDLESS)
    assert solve(problem, EXACT).facts.own_limits.keys() == {
        "converters.boiler.max_mw",
        "stores.tank.max_mw",
        "stores.tank.max_mwh",
        "markets.grid.max_mw",
        "markets.grid.max_mwh_per_year",
        "instruments.credit.max_per_year",
    }
    text = effective_toml(reading.scenario, {"markets.grid.max_mw": 5.0})
    assert "# markets.grid.max_mw = 5  # ours" in text


def test_power_that_is_limited_by_the_energy_of_its_store_alone_is_finite() -> None:
    """2 MWh at an hour at least are 2 MW at most; nothing else is without a limit."""
    battery = day.store(
        power=replace(day.sizing(1.0), max_total=np.inf), energy=day.sizing(1.0, max_total=2.0), min_hours=1.0
    )
    bounded, own = OwnLimits().finite(day.problem(stores=(battery,)))
    assert bounded.stores[0].power.max_total == 2.0
    assert own == {}


def test_where_wider_bounds_are_too_much_for_the_solver_the_plan_in_hand_stays() -> None:
    """What was bought at the bound is kept and called unproven; an error of the first solve is one."""
    problem = day.problem(markets=(replace(day.grid(CHEAP_HOUR), max_import_mw=ENDLESS),))
    bounded, own = OwnLimits().finite(problem)
    at_bound = solve(bounded, EXACT)
    flow = np.full_like(at_bound.operation["markets.import_mw"]["grid"], own["markets", "grid", "max_mw"])
    at_bound = replace(at_bound, operation={**at_bound.operation, "markets.import_mw": {"grid": flow}})
    asked: list[Problem] = []

    def refusing(one: Problem, options: Options) -> Plan:
        asked.append(one)
        if len(asked) > 1:
            raise SolverError("a coefficient of the model is 2e+09, above 1e+09")
        return at_bound

    plan = within_own_limits(problem, EXACT, OwnLimits(), refusing)
    assert len(asked) == 2
    assert plan.facts.status == "feasible"
    assert plan.facts.lower_bound == -np.inf
    assert "above 1e+09; buying from markets.grid" in plan.facts.termination
    with pytest.raises(SolverError):
        within_own_limits(problem, EXACT, OwnLimits(), refusing)
