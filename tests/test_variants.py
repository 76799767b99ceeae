from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_assemble import CASE, RATED, SUPPLY, made, named

from planner.accounting.ledger import inventory
from planner.accounting.rating import rate_years
from planner.assembly.base_year import (
    base_gross,
    base_year_check,
    base_year_cost_check,
    inventory_from_bills,
    needed_mwh,
)
from planner.assembly.variants import business_as_usual, output_growth, paper_only, usual_warnings, with_base
from planner.engine import solve
from planner.solving.cheapest_first import cheapest_first, measures, worths

FACTOR = "[emissions]\ngrid_factor = 'custom'\ngrid_factor_t_per_mwh = 0.5\nuncovered_t_per_mwh = 0.6\n"
FLAT = """
[demands.machines]
carrier = "electricity"
annual_mwh = 8760
growth_per_year = 0.1

[demands.drying]
carrier = "steam"
annual_mwh = 1000
growth_per_year = 0.1

[markets.grid]
carrier = "electricity"
price_per_mwh = 600

[markets.gas]
fuel = "natural_gas"
price_per_mwh = 300

[converters.gas_boiler]
inputs = { gas = 1.25 }
existing_mw = 2.0
opex_variable_per_mwh = 0
"""
OPTIONS = """
[converters.pv_roof]

[converters.heat_pump_high]

[stores.battery_li_ion]

[contracts.green_tariff_one_year]
max_mwh_per_year = 20000

[contracts.solar_ppa]
max_mw = 3

[retrofits.led]
savings = { machines = 0.1 }
capex = 100000
life_years = 10

[retrofits.dear]
savings = { machines = 0.01 }
capex = 9000000
life_years = 10

[instruments.ccer]

[instruments.biochar_removal]
max_per_year = 100000
max_share_of_base = 0.1
"""
NOMINAL = CASE.replace("discount_rate = 0.08", "discount_rate = 0.08\ninflation = 0.02")


def test_business_as_usual_has_nothing_to_decide(tmp_path):
    problem = business_as_usual(made(tmp_path, RATED + FACTOR + FLAT + OPTIONS, NOMINAL).problem)
    assert [v.name for v in problem.converters] == ["gas_boiler"]
    assert problem.stores == problem.retrofits == problem.contracts == problem.instruments == problem.management == ()
    assert problem.target is None
    assert problem.durability.own_reduction_floor is None
    assert problem.rating.scopes == (1, 2)  # the boundary stays, tonnes are counted inside it


def test_business_as_usual_renews_what_ends(tmp_path):
    text = FLAT.replace("existing_mw = 2.0", "existing_mw = 2.0\nexisting_until = 2027\nmax_mw = 9")
    usual = business_as_usual(made(tmp_path, FACTOR + text).problem)
    sizing = usual.converters[0].sizing
    assert sizing.build_years == (2026, 2027, 2028, 2029, 2030)
    assert sizing.max_total == pytest.approx(2.0 * 1.1**5)  # with the growth of its loads
    assert solve(usual).facts.status == "optimal"


def test_what_is_not_for_sale_goes_on(tmp_path):
    text = FLAT.replace("[converters.gas_boiler]", "[converters.old_boiler]").replace(
        "existing_mw = 2.0",
        "outputs = { steam = 1.0 }\nlife_years = 20\nexisting_mw = 2.0\nmax_mw = 2.0\nexisting_until = 2027",
    )
    sizing = business_as_usual(made(tmp_path, FACTOR + text).problem).converters[0].sizing
    assert list(sizing.existing) == [2.0] * 5
    assert sizing.build_years == ()


def test_what_may_not_be_bought_again_in_time_goes_on(tmp_path):
    text = FLAT.replace(
        "existing_mw = 2.0", "existing_mw = 2.0\nexisting_until = 2028\nlatest_year = 2026\nmax_mw = 2.0"
    )
    usual = business_as_usual(made(tmp_path, FACTOR + text).problem)
    assert list(usual.converters[0].sizing.existing) == [2.0] * 5
    assert solve(usual).facts.status == "optimal"


def test_base_year_from_business_as_usual_by_hand(tmp_path):
    caps = "[[emissions.caps]]\nshare_of_bau = 0.5\nfrom_year = 2030\n[[emissions.caps]]\nshare_of_base = 0.4\nyear = 2027\n"
    assembly = made(tmp_path, RATED + FACTOR + caps + FLAT + OPTIONS, NOMINAL)
    problem = with_base(assembly, solve(business_as_usual(assembly.problem)))
    base = 8760 * 0.5 + 1250 * 0.2  # grid and gas in 2025
    growth = 1.1 ** np.arange(1, 6)
    assert output_growth(problem) == pytest.approx(growth)
    assert problem.base.gross_tco2e == pytest.approx(base)
    assert problem.base.restated_tco2e == pytest.approx(base * growth)
    assert problem.base.business_as_usual_tco2e == pytest.approx(base * growth)
    bau, share = problem.emissions.caps
    assert bau.limit == pytest.approx([np.nan] * 4 + [0.5 * base * growth[4]], nan_ok=True)
    assert share.limit == pytest.approx([np.nan, 0.4 * base, np.nan, np.nan, np.nan], nan_ok=True)
    assert named(problem, "instruments", "biochar_removal").max_per_year == pytest.approx(np.full(5, 0.1 * base))


def test_lower_bills_are_the_base_year(tmp_path):
    assembly = made(tmp_path, "[base_year.billed]\ngrid = 8000\ngas = 1250\n" + FACTOR + FLAT)
    usual = solve(business_as_usual(assembly.problem))
    problem = with_base(assembly, usual)
    assert problem.base.gross_tco2e == pytest.approx(8000 * 0.5 + 250)
    assert problem.base.restated_tco2e == pytest.approx(4250 * 1.1 ** np.arange(1, 6))
    assert inventory(problem, usual).own_reduction_share == pytest.approx(np.full(5, 1 - 4630 / 4250))
    assert usual_warnings(assembly, usual) == [
        "base year: 4,250 t of scopes 1 and 2 by the bills, 4,630 t by the model; own reduction is counted from the lower"
    ]


def test_a_bill_ten_times_too_high_is_no_reduction(tmp_path):
    assembly = made(tmp_path, "[base_year.billed]\ngrid = '8760 万kWh'\ngas = 1250\n" + FACTOR + FLAT)
    usual = solve(business_as_usual(assembly.problem))
    problem = with_base(assembly, usual)
    assert problem.base.gross_tco2e == pytest.approx(8760 * 0.5 + 250)
    assert inventory(problem, usual).own_reduction_share == pytest.approx(np.zeros(5), abs=1e-9)
    assert "44,050 t of scopes 1 and 2 by the bills, 4,630 t by the model" in usual_warnings(assembly, usual)[0]


SWITCH = """
[demands.steam]
annual_mwh = 1000
carrier = "steam"

[markets.gas]
fuel = "natural_gas"
price_per_mwh = 250
price_trend_per_year = 0.2

[markets.coal]
fuel = "coal"
price_per_mwh = 300

[converters.gas_boiler]
existing_mw = 1.0

[converters.coal_boiler]
existing_mw = 1.0
"""


@pytest.mark.parametrize("bills", ["", "[base_year.billed]\ngas = 1250\n"])
def test_what_business_as_usual_will_burn_is_no_base(tmp_path, bills):
    """Gas grows 20 % a year dearer and business as usual goes over to coal; the restated base stays that of its first year."""
    assembly = made(tmp_path, bills + FACTOR + SWITCH)
    usual = solve(business_as_usual(assembly.problem))
    problem = with_base(assembly, usual)
    found = inventory(problem, usual)
    assert found.scope1_tco2e[-1] > 1.3 * found.scope1_tco2e[0]
    assert problem.base.restated_tco2e == pytest.approx(np.full(5, found.own_inventory_tco2e[0]))
    assert found.own_reduction_share[-1] < -0.3


def test_each_demand_is_restated_by_its_own_output(tmp_path):
    """8,760 MWh of power at 0.5 t grow 10 % a year, 1,000 MWh of steam at 0.25 t do not grow."""
    assembly = made(tmp_path, FACTOR + FLAT.replace("annual_mwh = 1000\ngrowth_per_year = 0.1", "annual_mwh = 1000"))
    problem = with_base(assembly, solve(business_as_usual(assembly.problem)))
    assert problem.base.restated_tco2e == pytest.approx(4380 * 1.1 ** np.arange(1, 6) + 250)


def test_bills_above_the_model_are_no_reduction(tmp_path):
    bills = "[base_year.billed]\ngrid = '1000 万kWh'\ngas = 1250\n"
    assembly = made(tmp_path, bills + FACTOR + FLAT)
    problem = with_base(assembly, solve(business_as_usual(assembly.problem)))
    base = 8760 * 0.5 + 250  # what the model does not explain of a bill is no base to reduce from
    assert problem.base.gross_tco2e == pytest.approx(base)
    assert problem.base.restated_tco2e == pytest.approx(base * 1.1 ** np.arange(1, 6))
    checks = {check.market: check for check in base_year_check(assembly)}
    assert checks["grid"].difference_share == pytest.approx(-0.124)
    assert "8,760 MWh" in checks["grid"].warning
    assert checks["gas"].warning is None


def test_cost_in_the_bills_is_held_against_prices_and_demand_charge(tmp_path):
    bills = "[base_year.cost]\ngrid = 5700000\ngas = 400000\n"
    charge = 'demand_rule = "peak"\ndemand_charge_per_kw_month = 40\n'
    flat = FLAT.replace("price_per_mwh = 600\n", f"price_per_mwh = 600\n{charge}")
    costs = {paid.market: paid for paid in base_year_cost_check(made(tmp_path, bills + FACTOR + flat))}
    assert costs["grid"].modelled == pytest.approx(8760 * 600 + 1000 * 12 * 40)  # 1 MW all year
    assert costs["grid"].warning is None
    assert costs["gas"].modelled == pytest.approx(1250 * 300)
    assert costs["gas"].warning == (
        "base year, gas: at the scenario's prices it costs 375,000 CNY, 400,000 CNY were billed"
    )


def test_needed_energy_runs_through_existing_plant(tmp_path):
    text = (
        FLAT
        + """
[demands.washing]
carrier = "hot_water"
annual_mwh = 100

[converters.pv_roof]
existing_mw = 1.0
"""
    )
    needed = needed_mwh(made(tmp_path, FACTOR + text).problem)
    assert needed["gas"] == pytest.approx(1.25 * 1100)  # hot water comes down from steam
    assert needed["grid"] == pytest.approx(8760 - 1131)


def test_a_split_between_boiler_and_network_is_not_guessed(tmp_path):
    text = FLAT + '[markets.district]\nfuel = "purchased_steam"\n'
    assert set(needed_mwh(made(tmp_path, FACTOR + text).problem)) == {"grid"}


def test_the_inventory_of_bills_is_rated_without_a_solver(tmp_path):
    bills = "[base_year.billed]\nelectricity = 8000\ngas = 1250\n"
    assembly = made(tmp_path, RATED + bills + FACTOR + FLAT + "[converters.pv_roof]\nexisting_mw = 1.0\n")
    problem, plan = inventory_from_bills(assembly)
    rated = rate_years(problem, plan)
    assert [one.year for one in rated] == [2025]
    assert rated[0].full.stars == 0
    found = inventory(problem, plan)
    assert found.gross_location_tco2e == pytest.approx([8000 * 0.5 + 250])
    assert found.gross_market_tco2e == pytest.approx([8000 * 0.6 + 250])
    assert found.used_mwh == pytest.approx([8000 + 1131])
    assert base_gross(problem, {"grid": 8000, "gas": 1250}).rated == pytest.approx(4250)


def test_no_bills_cannot_be_rated(tmp_path):
    with pytest.raises(ValueError, match="billed is empty"):
        inventory_from_bills(made(tmp_path, FACTOR + SUPPLY))


def test_paper_builds_nothing_and_pays_no_penalty(tmp_path):
    assembly = made(tmp_path, RATED + FACTOR + FLAT + OPTIONS, NOMINAL)
    paper = paper_only(assembly.problem, 4)
    assert [c.name for c in paper.contracts] == ["green_tariff_one_year"]
    assert paper.contracts[0].tenor_years == 1
    assert list(paper.target.stars) == [4] * 5
    assert list(paper.target.durable_stars) == [0] * 5
    assert paper.durability.penalty_per_tonne == 0
    assert paper.durability.own_reduction_floor is None
    assert not paper.retrofits
    assert all(not v.sizing.build_years or v.sizing.existing.any() for v in paper.converters)
    assert {i.name for i in paper.instruments} == {"ccer", "biochar_removal"}


def test_cheapest_first_knows_what_energy_is_worth(tmp_path):
    problem = made(tmp_path, FACTOR + FLAT + OPTIONS, NOMINAL).problem
    worth = worths(problem)
    assert worth["steam"].price == pytest.approx(1.25 * 300e-6)
    assert worth["steam"].tonnes == pytest.approx(0.25)
    led = next(m for m in measures(problem) if m.name == "led")
    capex = 0.1 * 0.08 / (1 - 1.08**-10)
    assert led.cost_per_tonne == pytest.approx((capex - 876 * 600e-6) / (876 * 0.5))


def on_offer(problem):
    offered = {
        "retrofits": [r.name for r in problem.retrofits if r.start_years],
        "converters": [v.name for v in problem.converters if v.sizing.build_years],
        "stores": [q.name for q in problem.stores if q.energy.build_years],
        "contracts": [c.name for c in problem.contracts if c.start_years],
        "instruments": [i.name for i in problem.instruments if i.max_per_year.any()],
    }
    return {(kind, name) for kind, names in offered.items() for name in names}


def test_each_measure_taken_is_one_more_on_offer(tmp_path):
    problem = made(tmp_path, FACTOR + FLAT + OPTIONS, NOMINAL).problem
    order = measures(problem)
    assert [m.cost_per_tonne for m in order] == sorted(m.cost_per_tonne for m in order)
    assert order[-1].name == "battery_li_ion"
    for count in range(len(order)):
        few, more = cheapest_first(problem, order[:count]), cheapest_first(problem, order[: count + 1])
        assert on_offer(few) | {(order[count].kind, order[count].name)} == on_offer(more)
    nothing = on_offer(cheapest_first(problem, ()))  # but plant that is bought again like for like
    assert {name for _, name in nothing} <= {v.name for v in problem.converters if v.sizing.existing.any()}
    everything = cheapest_first(problem, order)
    assert replace(everything, name=problem.name) == problem
