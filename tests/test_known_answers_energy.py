"""Operation worked by hand: demand charges, stores, heat pumps, cogeneration, heat by temperature, capture, markets.

`day` has two steps of one hour that alternate, each 365 times a year; `halves` two steps of 500 hours.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from models.problem import Carrier, Gate, Level, Problem, Store
from planner.accounting.ledger import inventory
from planner.engine import solve
from tests.factories import Site, rating
from tests.known_answers import at_cost, infeasible, total

site = Site()
day = Site(hours=(365, 365))
halves = Site(hours=(500, 500))
months = Site(hours=(500, 500), billing=(0, 1))


def shaving_store(at: Site) -> Store:
    """A lossless store whose energy costs 0.1 per MWh."""
    return at.store(energy=at.sizing(0.1))


def test_demand_charge_on_the_peak() -> None:
    """10 and 4 MW: energy 14 · 500 · 0.0006 = 4.2, peak 10 · 12 · 0.04 = 4.8: 9.0."""
    grid = halves.grid(demand_rule="peak", demand_charge=0.04)
    at_cost(halves.problem(demands=(halves.demand(load=[10, 4]),), markets=(grid,)), 9.0)


def test_shaving_levels_the_peak() -> None:
    """3 MW move from the 10 to the 4 MW hour: peak 7 · 0.48 = 3.36, 3 MWh · 0.1 = 0.3, energy 4.2: 7.86."""
    grid = halves.grid(demand_rule="peak", demand_charge=0.04)
    problem = halves.problem(demands=(halves.demand(load=[10, 4]),), markets=(grid,), stores=(shaving_store(halves),))
    plan = at_cost(problem, 7.86)
    assert total(plan, "stores.build_mwh", "battery") == pytest.approx(3.0)


@pytest.mark.parametrize(("ratchet", "cost"), [(0.0, 4.2 + 3.36), (0.8, 4.2 + 4.32)])
def test_ratchet_bills_the_quiet_half_year_too(ratchet: float, cost: float) -> None:
    """10 MW in one half year, 4 in the other: 0.04 · 6 · (10 + 4) = 3.36; with 80 % ratchet 0.04 · 6 · (10 + 8) = 4.32."""
    grid = months.grid(demand_rule="peak", demand_charge=0.04, ratchet_share=ratchet)
    at_cost(months.problem(demands=(months.demand(load=[10, 4]),), markets=(grid,)), cost)


@pytest.mark.parametrize(("minimum", "cost", "size"), [(10.0, 9.0, 0.0), (0.0, 7.86, 3.0)])
def test_shaving_saves_only_when_the_contract_is_lowered(minimum: float, cost: float, size: float) -> None:
    """Contract demand at least 10 MW: 4.8 whatever the peak, no store. Free to fall: 7 · 0.48 + 0.3 + 4.2 = 7.86."""
    grid = halves.grid(demand_rule="contract", demand_charge=0.04, contract_tolerance=1.0, contract_min_mw=minimum)
    problem = halves.problem(demands=(halves.demand(load=[10, 4]),), markets=(grid,), stores=(shaving_store(halves),))
    plan = at_cost(problem, cost)
    assert total(plan, "stores.build_mwh", "battery") == pytest.approx(size)


def test_contract_demand_may_be_more_than_the_connection_carries() -> None:
    """At least 20 MW are billed where 15 MW can be drawn: 20 · 12 · 0.04 = 9.6, energy 4.2: 13.8."""
    grid = halves.grid(demand_rule="contract", demand_charge=0.04, contract_min_mw=20.0, max_import_mw=15.0)
    at_cost(halves.problem(demands=(halves.demand(load=[10, 4]),), markets=(grid,)), 13.8)


@pytest.mark.parametrize(("factor", "billed"), [(2.0, 120.0), (3.0, 120.0), (1.2, 91.2)])
def test_contract_demand_weighs_excess(factor: float, billed: float) -> None:
    """10 MW in one half year, 4 in the other. Below 10, a MW less saves 12 and costs 6 · factor; below 4, twice that.

    Factor 2: 12 = 12, a tie at 120. Factor 3: contract 10, 120. Factor 1.2: contract 4, 48 + 7.2 · 6 = 91.2.
    """
    grid = months.grid(
        demand_rule="contract", demand_charge=0.04, contract_tolerance=1.0, contract_excess_factor=factor
    )
    at_cost(months.problem(demands=(months.demand(load=[10, 4]),), markets=(grid,)), 4.2 + 0.04 * billed)


def test_contract_tolerance_is_free() -> None:
    """10 MW may exceed the contract by 5 %: contract 10/1.05, 6.0 + 12 · 0.04 · 9.52381 = 10.571429."""
    grid = site.grid(demand_rule="contract", demand_charge=0.04)
    at_cost(site.problem(markets=(grid,)), 6 + 0.48 * 10 / 1.05)


def arbitrage(**fields: object) -> Problem:
    """10 MW at prices 0.0002 and 0.001; a store of at most 2 MWh at 0.05 per MWh. The grid alone costs 4.38."""
    store = day.store(energy=day.sizing(0.05, 2.0), **fields)
    return day.problem(markets=(day.grid([0.0002, 0.001]),), stores=(store,))


def test_arbitrage_with_losses() -> None:
    """90 % in, 90 % out: 2/0.9 = 2.2222 MWh in, 1.8 MWh out a day.

    365 · (1.8 · 0.001 − 2.2222 · 0.0002) = 0.494778; 4.38 − 0.494778 + 2 · 0.05 = 3.985222.
    """
    at_cost(arbitrage(charge_efficiency=0.9, discharge_efficiency=0.9), 4.38 - 365 * (0.0018 - 0.0002 * 2 / 0.9) + 0.1)


def test_losses_can_eat_the_spread() -> None:
    """Prices 0.0005 and 0.0006, 90 % each way: 0.0005/0.81 = 0.000617 > 0.0006: no store. 10 · 365 · 0.0011 = 4.015."""
    store = day.store(charge_efficiency=0.9, discharge_efficiency=0.9)
    at_cost(day.problem(markets=(day.grid([0.0005, 0.0006]),), stores=(store,)), 4.015)


def test_cycle_limit_caps_the_year() -> None:
    """100 cycles of 2 MWh: 200 MWh out a year at a gain of 0.001 − 0.0002/0.81: 4.38 − 0.150617 + 0.1 = 4.329383."""
    problem = arbitrage(charge_efficiency=0.9, discharge_efficiency=0.9, cycles_per_year=100.0)
    at_cost(problem, 4.38 - 200 * (0.001 - 0.0002 / 0.81) + 0.1)


def test_standing_loss() -> None:
    """10 % an hour: 2 MWh stored, 1.8 left an hour later: 4.38 − 365 · (0.0018 − 0.0004) + 0.1 = 3.969."""
    at_cost(arbitrage(loss_share_per_hour=0.1), 3.969)


def test_wear_cost_of_a_store() -> None:
    """Lossless, 0.0003 per MWh discharged: 4.38 − 365 · 2 · (0.001 − 0.0002 − 0.0003) + 0.1 = 4.115."""
    at_cost(arbitrage(opex_variable=0.0003), 4.115)


def heat_pump_site(cop: list[float]) -> Problem:
    """4 MW of heat, bought at 0.0002 or pumped with electricity at 0.0005; 1,000 hours in each of two steps."""
    two = Site(hours=(1000, 1000))
    pump = two.converter(
        "pump",
        two.sizing(existing=10.0),
        inputs={"electricity": 1 / np.array(cop)},
        outputs={"hot_water": 1.0},
    )
    return two.problem(
        demands=(two.demand("heat", 4.0, "hot_water"),),
        markets=(two.grid(0.0005), two.market("neighbour", "hot_water", 0.0002)),
        converters=(pump,),
    )


def test_heat_pump_follows_its_hourly_cop() -> None:
    """COP 4: 0.0005/4 = 0.000125 < 0.0002, pump. COP 2: 0.00025 > 0.0002, buy. 4,000 · (0.000125 + 0.0002) = 1.3.

    A constant COP of the same electricity for the same heat, 8/3, pumps always: 8,000 · 0.0001875 = 1.5.
    """
    at_cost(heat_pump_site([4.0, 2.0]), 1.3)
    at_cost(heat_pump_site([8 / 3, 8 / 3]), 1.5)


def test_heat_store_runs_the_pump_when_it_is_warm() -> None:
    """COP 4 in the warm hour, 2 in the cold one, 4 MW of heat in both, electricity 0.0005, no other source.

    A lossless free tank: all 8 MWh a day at COP 4: 365 · 8/4 · 0.0005 = 0.365; without it 365 · (1 + 2) · 0.0005 = 0.5475.
    """
    pump = day.converter(
        "pump", day.sizing(existing=10.0), inputs={"electricity": np.array([0.25, 0.5])}, outputs={"hot_water": 1.0}
    )
    problem = day.problem(
        demands=(day.demand("heat", 4.0, "hot_water"),), markets=(day.grid(0.0005),), converters=(pump,)
    )
    at_cost(problem, 0.5475)
    at_cost(dataclasses.replace(problem, stores=(day.store("tank", "hot_water"),)), 0.365)


def test_cogeneration_runs_at_a_fixed_ratio() -> None:
    """2.5 MWh of gas at 0.0003 make 1 of power (0.0006) and 1.2 of steam (bought at 0.0004): gain 0.00033 per MWh.

    Steam of 6 MW limits it to 5 MW, since none may be dumped: 5,000 · 0.00075 + 5,000 · 0.0006 = 6.75, against 8.4.
    """
    chp = site.converter(
        "chp", site.sizing(existing=100.0), inputs={"gas": 2.5}, outputs={"electricity": 1.0, "steam": 1.2}
    )
    problem = site.problem(
        demands=(site.demand(), site.demand("steam", 6.0, "steam")),
        markets=(site.grid(), site.gas(), site.market("steam", "steam", 0.0004)),
        converters=(chp,),
    )
    plan = at_cost(problem, 6.75)
    assert plan.operation["converters.activity_mw"]["chp"].sum() == pytest.approx(5.0)


def test_dumped_heat_lets_cogeneration_follow_power() -> None:
    """Gas at 0.0002: power costs 0.0005 < 0.0006 even when steam is thrown away. 10,000 · 0.0005 = 5.0, steam is free."""
    chp = site.converter(
        "chp", site.sizing(existing=100.0), inputs={"gas": 2.5}, outputs={"electricity": 1.0, "steam": 1.2}
    )
    problem = site.problem(
        demands=(site.demand(), site.demand("steam", 6.0, "steam")),
        markets=(site.grid(), site.gas(0.0002)),
        converters=(chp,),
        carriers=(Carrier("electricity"), Carrier("gas"), Carrier("steam", dumping=True, is_heat=True)),
    )
    at_cost(problem, 5.0)


RODS = {"inputs": {"electricity": 1.0}, "outputs": {"steam": 1.0}}
WET = (Carrier("electricity"), Carrier("steam", dumping=True, is_heat=True), Carrier("gas"))


def test_no_electricity_is_spent_for_nothing() -> None:
    """20 MW of sun in one half year, none in the other; 10 MW of power and 1 of steam from a rod always.

    Half of the power is renewable at most. To make steam for the sky with what is left of the sun would be 20 of 31 MW.
    """
    problem = halves.problem(
        demands=(halves.demand(), halves.demand("steam", 1.0, "steam")),
        converters=(
            halves.converter("pv", halves.sizing(existing=20.0), renewable=True, availability=[1.0, 0.0]),
            halves.converter("rod", halves.sizing(existing=20.0), **RODS),
        ),
        carriers=WET,
        rating=rating(Level(3, 0.0, (Gate("renewable_electricity_share", "min", 0.5),))),
        target=halves.target(3),
    )
    at_cost(problem, 11 * 500 * 0.0006)
    more = rating(Level(3, 0.0, (Gate("renewable_electricity_share", "min", 0.51),)))
    assert infeasible(dataclasses.replace(problem, rating=more))


def test_heat_that_a_measure_frees_is_dumped_beside_a_rod() -> None:
    """A measure saves a tenth of 10 MW and frees 0.3 MW of steam for each: 3 MW, of which 1 is used: 9,000 · 0.0006."""
    problem = site.problem(
        demands=(site.demand(), site.demand("steam", 1.0, "steam")),
        converters=(site.converter("rod", site.sizing(existing=20.0), **RODS),),
        retrofits=(site.retrofit("heat", {"motors": 0.1}, 0.0, side_use=(("motors", "steam", -0.3),)),),
        carriers=WET,
    )
    plan = at_cost(problem, 5.4)
    assert plan.operation["carriers.dump_mw"]["steam"].sum() == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("low", "start_cost", "cost"), [(1.0, 0.0005, 0.9855), (2.0, 0.0005, 0.657), (1.0, 0.01, 1.825)]
)
def test_minimum_load_and_start_cost(low: float, start_cost: float, cost: float) -> None:
    """A 4 MW unit runs at 2 MW or more; gas 0.0003, other heat 0.001; loads 4 MW and `low` alternate.

    1 MW is below the minimum: stop every day, 365 · (4 · 0.0003 + 1 · 0.001 + 0.0005) = 0.9855. 2 MW is not: stay on,
    365 · 6 · 0.0003 = 0.657. A start at 0.01 costs 3.65 a year: never run, 365 · 5 · 0.001 = 1.825.
    """
    unit = day.converter(
        "unit",
        day.sizing(existing=4.0, package=4.0, max_total=4.0),
        inputs={"gas": 1.0},
        outputs={"steam": 1.0},
        min_load_share=0.5,
        start_cost=start_cost,
    )
    problem = day.problem(
        demands=(day.demand("steam", [4.0, low], "steam"),),
        markets=(day.gas(), day.market("steam", "steam", 0.001)),
        converters=(unit,),
    )
    at_cost(problem, cost)


def two_temperatures(letdowns: tuple[tuple[str, str], ...], pump_mw: float) -> Problem:
    """4 MW of steam and 2 MW of warm water; steam is bought at 0.0004, warm water pumped at COP 4."""
    pump = site.converter(
        "pump",
        site.sizing(existing=pump_mw, max_total=pump_mw),
        inputs={"electricity": 0.25},
        outputs={"warm_water": 1.0},
    )
    return site.problem(
        demands=(site.demand("dyeing", 4.0, "steam"), site.demand("washing", 2.0, "warm_water")),
        markets=(site.grid(), site.market("steam", "steam", 0.0004)),
        converters=(pump,),
        carriers=(
            Carrier("electricity"),
            Carrier("steam", temperature_c=165.0, is_heat=True),
            Carrier("warm_water", temperature_c=55.0, is_heat=True),
        ),
        letdowns=letdowns,
    )


def test_warm_heat_does_not_serve_steam() -> None:
    """The pump at 0.0006/4 = 0.00015 could make 10 MW, but steam stays bought: 4 · 0.4 + 2 · 0.15 = 1.9.

    Without a pump steam is let down: 6 · 0.4 = 2.4. Letting warm water "down" to steam is refused.
    """
    down = (("steam", "warm_water"),)
    at_cost(two_temperatures(down, 10.0), 1.9)
    at_cost(two_temperatures(down, 0.0), 2.4)
    assert infeasible(two_temperatures((), 0.0))
    with pytest.raises(ValueError, match="heat does not flow from cooler to hotter"):
        solve(two_temperatures((("warm_water", "steam"),), 10.0))


def test_absorption_cooling_uses_waste_steam() -> None:
    """3 MW of cooling; 2 MW of free waste steam make 1.4 at COP 0.7; the rest electric at COP 3: 1.6 · 0.2 = 0.32."""
    problem = site.problem(
        demands=(site.demand("cooling", 3.0, "cooling"),),
        converters=(
            site.converter("waste steam", site.sizing(existing=2.0, max_total=2.0), outputs={"steam": 1.0}),
            site.converter(
                "absorption", site.sizing(existing=9.0), inputs={"steam": 1 / 0.7}, outputs={"cooling": 1.0}
            ),
            site.converter(
                "chiller", site.sizing(existing=9.0), inputs={"electricity": 1 / 3}, outputs={"cooling": 1.0}
            ),
        ),
    )
    at_cost(problem, 0.32)


def test_capture_is_limited_to_a_share_of_scope_one() -> None:
    """10,000 MWh of gas: 3.0 and 2,000 t at 0.0003. Capture at 0.2 MWh/t costs 0.00012, but takes 90 % at most.

    3.0 + 1,800 · 0.00012 + 200 · 0.0003 = 3.276.
    """
    capture = site.converter(
        "capture",
        site.sizing(existing=5.0),
        inputs={"electricity": 0.2},
        outputs={},
        captured_tco2e_per_mwh=1.0,
        capture_limit_share=0.9,
    )
    problem = site.problem(
        demands=(site.demand("heat", 10.0, "gas"),),
        markets=(site.grid(), site.gas()),
        converters=(capture,),
        emissions=site.emissions(carbon_price=0.0003),
    )
    plan = at_cost(problem, 3.276)
    assert inventory(problem, plan).captured_tco2e == pytest.approx([1800.0])


def test_surplus_generation_is_sold() -> None:
    """15 MW stand, 10 are used: 5,000 MWh at 0.0003 earn 1.5."""
    pv = site.converter("pv", site.sizing(existing=15.0, max_total=15.0), renewable=True)
    at_cost(site.problem(markets=(site.grid(export_price=0.0003),), converters=(pv,)), -1.5)


def test_export_limit() -> None:
    """As before through a line of 2 MW: 2,000 · 0.0003 = 0.6."""
    pv = site.converter("pv", site.sizing(existing=15.0, max_total=15.0), renewable=True)
    grid = site.grid(export_price=0.0003, max_export_mw=2.0)
    at_cost(site.problem(markets=(grid,), converters=(pv,)), -0.6)


def test_nothing_bought_is_sold_back() -> None:
    """Selling at 0.002 what costs 0.0002 to 0.001 would be an engine for money; without generation nothing is sold.

    Nor from a store that may not sell: it only serves the load, 4.38 − 365 · 2 · 0.0008 + 0.1 = 3.896.
    """
    grid = day.grid([0.0002, 0.001], export_price=0.002)
    plan = at_cost(day.problem(markets=(grid,)), 4.38)
    assert plan.operation["markets.export_mw"]["grid"].sum() == pytest.approx(0.0)
    plan = at_cost(dataclasses.replace(arbitrage(), markets=(grid,)), 3.896)
    assert plan.operation["markets.export_mw"]["grid"].sum() == pytest.approx(0.0)


def test_store_that_may_sell_sells() -> None:
    """10 MW needed in the first hour only, of which 1 MW is sun. 1 MW of power, 1 MWh at 0.05: it is sold in the second.

    365 · 10 · 0.0002 − 365 · 0.0009 + 1 · 0.05 = 0.73 − 0.3285 + 0.05 = 0.4515. Without sun there is nothing to sell: 0.73.
    """
    store = day.store(power=day.sizing(0.0, 1.0), energy=day.sizing(0.05, 2.0), may_export=True)
    problem = day.problem(
        demands=(day.demand(load=[10.0, 0.0]),),
        markets=(day.grid([0.0002, 0.001], export_price=[0.0, 0.0009]),),
        stores=(store,),
    )
    at_cost(problem, 0.73)
    sun = day.converter("pv", day.sizing(0.0, 1.0, existing=1.0), renewable=True, availability=[1.0, 0.0])
    at_cost(dataclasses.replace(problem, converters=(sun,)), 0.4515)


@pytest.mark.parametrize("hour", [0, 1])
def test_store_that_may_sell_does_not_sell_where_a_sale_earns_more_than_a_purchase_costs(hour: int) -> None:
    """Selling at 0.0015 what costs 0.0002 or 0.001 in the same hour: the store only shifts one MWh a day.

    4.38 − 365 · (0.001 − 0.0002) + 1 · 0.05 = 4.138.
    """
    store = day.store(power=day.sizing(0.0, 1.0), energy=day.sizing(0.05, 2.0), may_export=True)
    earned = [0.0015 * (hour == t) for t in range(2)]
    problem = day.problem(markets=(day.grid([0.0002, 0.001], export_price=earned),), stores=(store,))
    plan = at_cost(problem, 4.138)
    assert plan.operation["markets.export_mw"]["grid"].sum() == pytest.approx(0.0, abs=1e-6)


def test_cheap_market_runs_out() -> None:
    """4,000 MWh a year at 0.0004, the rest at 0.0006: 1.6 + 3.6 = 5.2."""
    cheap = site.market("cheap", "electricity", 0.0004, scope=2, max_import_mwh_per_year=4000.0)
    at_cost(site.problem(markets=(site.grid(), cheap)), 5.2)


def test_connection_limit_asks_for_own_generation() -> None:
    """8 MW connection, 10 MW load: 2 MW on site at 3.0 per MW: 4.8 + 6.0 = 10.8."""
    problem = site.problem(
        markets=(site.grid(max_import_mw=8.0),), converters=(site.converter("plant", site.sizing(3.0)),)
    )
    at_cost(problem, 10.8)


def test_waste_heat_of_the_day_cannot_be_used_at_night_without_a_store() -> None:
    """Free heat of 6 MW in the first hour only, 3 MW needed in both; bought heat 0.001.

    Without a store 365 · 3 · 0.001 = 1.095. With a tank at 0.1 per MWh and 20 % lost on the way out: 3/0.8 = 3.75 MWh
    would serve the second hour, but only 6 − 3 = 3 are spare: 2.4 out, 365 · 0.6 · 0.001 + 0.3 = 0.519.
    """
    source = day.converter(
        "waste heat",
        day.sizing(existing=6.0, max_total=6.0),
        outputs={"hot_water": 1.0},
        availability=[1.0, 0.0],
    )
    problem = day.problem(
        demands=(day.demand("heat", 3.0, "hot_water"),),
        markets=(day.market("neighbour", "hot_water", 0.001),),
        converters=(source,),
    )
    at_cost(problem, 1.095)
    tank = day.store("tank", "hot_water", energy=day.sizing(0.1), discharge_efficiency=0.8)
    at_cost(dataclasses.replace(problem, stores=(tank,)), 0.519)
