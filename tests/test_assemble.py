from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from models.problem import Problem
from planner.assembly.assemble import Assembly, assemble
from planner.reading.faults import ScenarioFaults
from planner.reading.read import read_scenario

CASE = """
[scenario]
name = "case"
price_year = 2026
province = "Jiangsu"

[horizon]
first_year = 2026
last_year = 2030

[site]
roof_m2 = 14000
grid_connection_mw = 8

[finance]
discount_rate = 0.08
"""
SUPPLY = """
[demands.machines]
carrier = "electricity"
annual_mwh = 8760

[demands.drying]
carrier = "steam"
annual_mwh = "3600 GJ"

[markets.grid]
tariff = "jiangsu_35kv"

[markets.gas]
fuel = "natural_gas"

[converters.gas_boiler]
existing_mw = 2.0
"""


def made(folder: Path, text: str, head: str = CASE) -> Assembly:
    (folder / "scenario.toml").write_text(head + text, encoding="utf-8")
    return assemble(read_scenario(folder))


def named(problem: Problem, kind: str, name: str):
    return next(thing for thing in getattr(problem, kind) if thing.name == name)


def energy(problem: Problem, load: np.ndarray) -> float:
    return float(load @ problem.steps.hours_per_year)


def test_quantities_become_mw_on_weighted_days(tmp_path):
    problem = made(tmp_path, SUPPLY).problem
    machines, drying = problem.demands
    assert machines.load_mw == pytest.approx(np.ones(problem.steps.count))
    assert energy(problem, drying.load_mw) == pytest.approx(1000)  # 3600 GJ
    assert problem.steps.hours_per_year.sum() == pytest.approx(8760)


def test_money_becomes_millions(tmp_path):
    text = (
        SUPPLY
        + """
[converters.boiler_new]
inputs = { gas = 1.1 }
outputs = { steam = 1.0 }
capex_per_kw = 400
capex_fixed = 500000
opex_fixed_per_kw_year = 12
opex_variable_per_mwh = 4
subsidy_per_mwh = 1
embodied_kgco2e_per_kw = 15
life_years = 20
min_mw = 1
max_mw = 5
"""
    )
    problem = made(tmp_path, text).problem
    v = named(problem, "converters", "boiler_new")
    segment = v.sizing.segments[0]
    assert (segment.capex_per_unit, segment.capex_fixed) == pytest.approx((0.4, 0.5))
    assert (segment.min_size, segment.max_size, v.sizing.max_total) == (1, 5, 5)
    assert v.sizing.opex_fixed == pytest.approx(np.full(5, 0.012))
    assert v.opex_variable == pytest.approx(3e-6)
    assert v.sizing.embodied_tco2e_per_unit == 15
    grid = named(problem, "markets", "grid")
    assert grid.demand_charge == pytest.approx(np.full(5, 0.048))
    assert grid.max_import_mw == 8


def test_tariff_hours_become_prices(tmp_path):
    problem = made(tmp_path, SUPPLY).problem
    price = named(problem, "markets", "grid").price.reshape(-1, 24) * 1e6
    assert price[:, 0] == pytest.approx(385.8)  # valley 0-8
    assert price[:, 12] == pytest.approx(240.8)  # deep valley 11-14
    assert set(np.round(price[:, 20], 1)) == {887.2, 975.9}  # peak, sharp in January, July, August and December
    assert price[:, 9] == pytest.approx(610.6)  # flat


def test_presets_give_way_to_own_keys_and_their_numbers_are_told(tmp_path):
    text = SUPPLY + "[converters.pv_roof]\ncapex_per_kw = 2500\n"
    assembly = made(tmp_path, text)
    pv = named(assembly.problem, "converters", "pv_roof")
    assert pv.sizing.segments[0].capex_per_unit == pytest.approx(2.5)
    assert pv.sizing.max_total == pytest.approx(2.0)  # 14000 m2 at 7 m2/kW
    assert pv.groups == {"roof": pytest.approx(7000)}
    assert assembly.problem.group_limits == {"roof": 14000}
    keys = {used.key: used for used in assembly.used}
    assert "converters.pv_roof.capex_per_kw" not in keys
    assert keys["converters.pv_roof.area_m2_per_kw"].number.status == "assumed"
    assert "converters.pv_roof.area_m2_per_kw" in {used.key for used in assembly.assumed}
    assert "markets.grid.demand_charge_per_kw_month" in keys
    assert assembly.labels["pv_roof"] == ("Rooftop photovoltaics", "屋顶光伏")


def test_what_stands_on_a_roof_stays_where_the_roof_is_said_to_be_smaller(tmp_path):
    """3 MW at 7 m²/kW take 21,000 m² of 14,000: they stay, and the plan is not refused for them."""
    assembly = made(tmp_path, SUPPLY + "[converters.pv_roof]\nexisting_mw = 3.0\n")
    assert assembly.problem.group_limits == {"roof": pytest.approx(21000)}
    assert "site.roof_m2 is 14,000, what stands takes 21,000: no more can be built on it" in assembly.warnings


def test_a_label_of_the_users_stands_in_both_languages(tmp_path):
    labels = made(tmp_path, SUPPLY + '[converters.pv_roof]\nlabel = "Hall 3"\n').labels
    assert labels["pv_roof"] == ("Hall 3", "Hall 3")
    both = made(tmp_path, SUPPLY + '[converters.pv_roof]\nlabel = "Hall 3"\nlabel_zh = "三号厂房"\n').labels
    assert both["pv_roof"] == ("Hall 3", "三号厂房")


def test_what_can_never_work_is_said(tmp_path):
    case = CASE.replace("last_year = 2030\n", "last_year = 2030\ntoday = 2026-03-01\n")
    text = SUPPLY + "[converters.pv_roof]\nlatest_year = 2026\nlead_time_months = 12\n[retrofits.led]\n"
    text += "savings = { machines = 0.1 }\ncapex = 1000\nlife_years = 9\n"
    assembly = made(tmp_path, text, case)
    assert named(assembly.problem, "converters", "pv_roof").sizing.build_years == ()
    assert [said for said in assembly.warnings if "no plan" in said] == [
        "converters.pv_roof works from 2028 on at the earliest if it is decided on 2026-03-01, but may start until 2026 "
        "only: no plan can have it"
    ]


def test_vintages_age_and_subsidies_end(tmp_path):
    text = (
        SUPPLY
        + """
[converters.pv]
outputs = { electricity = 1.0 }
profile = "pv"
renewable = true
capex_per_kw = 3000
capex_trend_per_year = -0.1
subsidy_per_kw = 300
subsidy_until = 2027
life_years = 10
degradation_per_year = 0.01
commissioning_month = 7
earliest_year = 2027
latest_year = 2030
build_every_years = 2
existing_mw = 0.5
existing_until = 2028
max_mw = 3
"""
    )
    sizing = named(made(tmp_path, text).problem, "converters", "pv").sizing
    assert sizing.build_years == (2027, 2029)
    assert sizing.share_by_age[:3] == pytest.approx([0.5, 0.99, 0.9801])
    assert sizing.life_years == 10
    assert sizing.capex_index == pytest.approx([1, 0.9, 0.81, 0.729, 0.6561])
    assert sizing.subsidy_per_unit == pytest.approx([0.3, 0.3, 0, 0, 0])  # 300 per kW until 2027
    assert list(sizing.existing) == [0.5, 0.5, 0.5, 0, 0]


def test_a_hot_day_makes_a_better_heat_pump(tmp_path):
    text = (
        SUPPLY
        + """
[converters.pump]
outputs = { hot_water = 1.0 }
carnot_share = 0.5
cop_source = "ambient"
cop_sink_c = 60
cop_max = 5
capex_per_kw = 3000
life_years = 15
electrified_heat = true

[converters.pump_river]
outputs = { hot_water = 1.0 }
carnot_share = 0.5
cop_source = 10
cop_sink_c = 60
capex_per_kw = 3000
life_years = 15

[demands.washing]
carrier = "hot_water"
annual_mwh = 876
"""
    )
    problem = made(tmp_path, text).problem
    ratios = named(problem, "converters", "pump").inputs["electricity"]
    assert ratios.shape == (problem.steps.count,)
    assert 0.2 <= ratios.min() < ratios.max()
    river = named(problem, "converters", "pump_river").inputs["electricity"]
    assert river == pytest.approx(50 / (0.5 * 333.15))
    assert named(problem, "converters", "pump").electrified_heat
    standing = made(tmp_path, text.replace("cop_max = 5\n", "cop_max = 5\nexisting_mw = 0.2\n")).problem
    assert not named(standing, "converters", "pump").electrified_heat  # its heat was electric in the base year


def test_heat_flows_down_to_the_next_cooler_carrier(tmp_path):
    text = (
        SUPPLY
        + """
[demands.washing]
carrier = "warm_water"
annual_mwh = 100

[demands.heating]
carrier = "hot_water"
annual_mwh = 100
"""
    )
    assert made(tmp_path, text).problem.letdowns == (("steam", "hot_water"), ("hot_water", "warm_water"))


def test_a_source_too_cool_for_its_carrier_is_refused_by_name(tmp_path):
    text = SUPPLY + "[converters.heat_pump_low]\noutputs = { steam = 1.0 }\n"
    with pytest.raises(ScenarioFaults, match=r"heat_pump_low.*steam at 165"):
        made(tmp_path, text)


def test_production_and_growth_move_loads(tmp_path):
    text = (
        SUPPLY.replace("annual_mwh = 8760", 'annual_mwh = 8760\nfollows = "cloth"\ngrowth_per_year = 0.1')
        + """
[production.cloth]
output = 1000
index = { 2026 = 1.0, 2030 = 2.0 }
"""
    )
    index = made(tmp_path, text).problem.demands[0].index
    assert index == pytest.approx(np.array([1, 1.25, 1.5, 1.75, 2]) * 1.1 ** np.arange(1, 6))


def test_grid_factors_follow_their_trend_from_the_data_year(tmp_path):
    text = "[emissions]\ngrid_factor_year = 2023\ngrid_factor_trend_per_year = -0.1\n" + SUPPLY
    problem = made(tmp_path, text).problem
    grid = named(problem, "markets", "grid")
    assert grid.emission_factor == pytest.approx(0.5827 * 0.9 ** np.arange(3, 8))
    assert grid.base_emission_factor == pytest.approx(0.5827 * 0.9**2)  # base year 2025
    assert problem.emissions.uncovered_factor == pytest.approx(0.6096 * 0.9 ** np.arange(3, 8))
    gas = named(problem, "markets", "gas")
    assert (gas.scope, gas.emission_factor[0], gas.base_emission_factor) == (1, 0.2, 0.2)
    assert grid.scope == 2
    assert problem.emissions.energy_tce_per_mwh == {"grid": 0.1229, "gas": 0.1228}


def test_own_grid_factor_follows_a_trend_that_is_written(tmp_path):
    own = '[emissions]\ngrid_factor = "custom"\ngrid_factor_t_per_mwh = 0.4\nuncovered_t_per_mwh = 0.5\n'
    constant = made(tmp_path, own + SUPPLY).problem
    falling = made(tmp_path, own + "grid_factor_trend_per_year = -0.1\n" + SUPPLY).problem
    assert named(constant, "markets", "grid").emission_factor == pytest.approx([0.4] * 5)
    grid = named(falling, "markets", "grid")
    assert grid.base_emission_factor == pytest.approx(0.4)  # of the base year, 2025
    assert grid.emission_factor[:2] == pytest.approx([0.36, 0.324])
    assert falling.emissions.uncovered_factor[0] == pytest.approx(0.45)


def test_climate_of_the_library_is_asked_only_for_what_the_weather_file_lacks(tmp_path):
    rows = "".join(f"{hour % 24 / 24}\n" for hour in range(8760))
    (tmp_path / "sun.csv").write_text("pv\n" + rows)
    head = CASE.replace('province = "Jiangsu"\n', "").replace(
        "[finance]", '[site.weather]\nfile = "sun.csv"\npv_column = "pv"\n[finance]'
    )
    national = '[emissions]\ngrid_factor = "national"\n' + SUPPLY
    assert made(tmp_path, national + "[converters.pv_roof]\n", head).warnings == ()
    assert "no climate" in made(tmp_path, national + "[converters.heat_pump_low]\n", head).warnings[0]


def test_nominal_money_becomes_real(tmp_path):
    head = CASE.replace("discount_rate = 0.08", 'discount_rate = 0.08\ninflation = 0.03\nprice_basis = "nominal"')
    text = (
        SUPPLY
        + """
[contracts.ppa]
kind = "as_produced"
profile = "flat"
price_per_mwh = 500
price_basis = "nominal"
tenor_years = 5
max_mw = 2
every_years = 2
"""
    )
    problem = made(
        tmp_path, text.replace('fuel = "natural_gas"', 'fuel = "natural_gas"\nprice_trend_per_year = 0.03'), head
    ).problem
    assert problem.finance.discount_rate == pytest.approx(1.08 / 1.03 - 1)
    assert named(problem, "markets", "gas").price_index == pytest.approx(np.ones(5))
    ppa = named(problem, "contracts", "ppa")
    assert ppa.index == pytest.approx(1.03 ** -np.arange(5.0))
    assert ppa.price == pytest.approx(np.full(5, 5e-4))  # no trend: an offer keeps its real value until it is signed
    assert ppa.start_years == (2026, 2028, 2030)
    real = made(tmp_path, text.replace('price_basis = "nominal"', 'price_basis = "real"'), head).problem
    assert named(real, "contracts", "ppa").index == pytest.approx(np.ones(5))  # keeps its value


def test_trends_of_the_library_are_real_whatever_the_price_basis(tmp_path):
    head = CASE.replace("discount_rate = 0.08", 'discount_rate = 0.08\ninflation = 0.03\nprice_basis = "nominal"')
    library = made(tmp_path, SUPPLY + "[converters.pv_roof]\n", head).problem
    cheaper = named(
        made(tmp_path, SUPPLY + "[converters.pv_roof]\n").problem, "converters", "pv_roof"
    ).sizing.capex_index
    assert named(library, "converters", "pv_roof").sizing.capex_index == pytest.approx(cheaper)
    assert named(library, "markets", "gas").price_index == pytest.approx(np.ones(5))
    own = made(tmp_path, SUPPLY + "[converters.pv_roof]\ncapex_trend_per_year = -0.02\n", head).problem
    assert named(own, "converters", "pv_roof").sizing.capex_index[1] == pytest.approx(0.98 / 1.03)


def test_retrofits_find_demands_by_end_use(tmp_path):
    text = (
        SUPPLY.replace("annual_mwh = 8760", 'annual_mwh = 8760\nend_use = "lighting"')
        + """
[retrofits.led_lighting]
capex_per_annual_mwh = 400
opex_fixed_share = 0.01
commissioning_month = 4

[retrofits.vsd]
savings = { drying = 0.1 }
capex = 200000
life_years = 8
side_use = [{ carrier = "electricity", mwh_per_mwh = 0.02 }]
"""
    )
    problem = made(tmp_path, text).problem
    led = named(problem, "retrofits", "led_lighting")
    assert dict(led.savings) == {"machines": 0.55}
    assert led.capex == pytest.approx(np.full(5, 3.504))  # 8760 MWh at 400 CNY
    assert led.opex_fixed == pytest.approx(np.full(5, 0.03504))
    assert led.first_year_share == 0.75
    assert named(problem, "retrofits", "vsd").side_use == (("drying", "electricity", 0.02),)


def test_a_retrofit_may_be_renewed_after_its_last_start_year(tmp_path):
    text = (
        SUPPLY
        + """
[retrofits.vsd]
savings = { drying = 0.1 }
capex = 200000
life_years = 2
latest_year = 2027
"""
    )
    problem = made(tmp_path, text).problem
    assert problem.years[0] == 2026
    assert named(problem, "retrofits", "vsd").start_years == (2026, 2027, 2028, 2029, 2030)


RATED = """
[rating]
boundary = "I"
target_stars = 4
target_year = 2028
hold_until = 2029

[rating.questionnaire]
lawful_operation = "met"
green_building = "partly"
efficient_lighting = "met"

[durability]
durable_stars = 3
own_reduction_floor = { 2027 = 0.1, 2029 = 0.3 }
removal_share_path = 0.2
"""


def test_rating_target_and_floors_by_year(tmp_path):
    problem = made(tmp_path, RATED + SUPPLY).problem
    assert list(problem.target.stars) == [0, 0, 4, 4, 0]
    assert list(problem.target.durable_stars) == [0, 0, 3, 3, 0]
    assert problem.durability.own_reduction_floor == pytest.approx([np.nan, 0.1, 0.2, 0.3, 0.3], nan_ok=True)
    assert problem.durability.removal_share_path == pytest.approx([np.nan, np.nan, 0.2, 0.2, 0.2], nan_ok=True)
    assert problem.durability.penalty_per_tonne == pytest.approx(600e-6)


def test_what_the_standard_asks_can_be_had_and_counts_once(tmp_path):
    problem = made(tmp_path, RATED + SUPPLY).problem
    items = {i.name: i for i in problem.management}
    gates = {q for indicator in problem.rating.indicators for q in indicator.gate_items}
    assert "lawful_operation" not in gates
    assert gates == {i.gate for i in items.values() if i.gate}
    assert "efficient_lighting" not in items  # met: its points are the questionnaire's
    assert dict(items["green_building"].points) == {"infrastructure": 1.0}  # half is earned already
    infrastructure = next(q for q in problem.rating.indicators if q.name == "infrastructure")
    assert infrastructure.questionnaire_points == pytest.approx(1.0 + 2.0)


def test_a_met_item_costs_nothing_and_adds_nothing(tmp_path):
    problem = made(tmp_path, RATED + '[management.eco_design]\nstatus = "met"\n' + SUPPLY).problem
    item = named(problem, "management", "eco_design")
    assert item.already_met
    assert not item.points
    assert item.capex.sum() == 0 == item.opex_fixed.sum()


def test_caps_wait_for_what_they_are_shares_of(tmp_path):
    caps = """
[[emissions.caps]]
limit_t = 900
year = 2028

[[emissions.caps]]
share_of_bau = 0.5
from_year = 2029

[[emissions.caps]]
cumulative_t = 5000
"""
    assembly = made(tmp_path, SUPPLY + caps)
    yearly, total = assembly.problem.emissions.caps
    assert yearly.limit == pytest.approx([np.nan, np.nan, 900, np.nan, np.nan], nan_ok=True)
    assert total.total == 5000
    assert [cap.cap.share_of_bau for cap in assembly.open_caps] == [0.5]


def test_given_periods_take_values_and_weights(tmp_path):
    head = CASE.replace("last_year = 2030", "last_year = 2030\nperiod_steps = 2\nperiod_weights = [2000, 2380]")
    text = '[solver]\nresolution = "given"\n' + SUPPLY.replace("annual_mwh = 8760", "values = [1.0, 2.0, 3.0, 4.0]")
    problem = made(tmp_path, text, head).problem
    assert list(problem.demands[0].load_mw) == [1, 2, 3, 4]
    assert list(problem.steps.before) == [1, 0, 3, 2]
    assert energy(problem, problem.demands[1].load_mw) == pytest.approx(1000)


@pytest.mark.parametrize(("resolution", "steps"), [("full", 8760), ("days:12", 288)])
def test_assembling_is_quick_and_keeps_energy(tmp_path, resolution, steps):
    text = SUPPLY.replace("annual_mwh = 8760", 'annual_mwh = 8760\nprofile = "two_shift"') + "[converters.pv_roof]\n"
    (tmp_path / "scenario.toml").write_text(CASE + f'[solver]\nresolution = "{resolution}"\n' + text)
    reading = read_scenario(tmp_path)
    began = time.perf_counter()
    problem = assemble(reading).problem
    assert time.perf_counter() - began < 1.0
    assert problem.steps.count == steps
    assert energy(problem, problem.demands[0].load_mw) == pytest.approx(8760)
    pv = named(problem, "converters", "pv_roof").availability
    assert energy(problem, pv) == pytest.approx(1131)  # East China, sum of the months


@pytest.mark.parametrize("tariff", ["jiangsu_35kv", "shandong_10kv", "shanghai_10kv"])
@pytest.mark.parametrize("days", [1, 2, 8])
def test_days_too_few_for_the_tariff_become_more_and_it_is_said(tmp_path, tariff, days):
    assembly = made(tmp_path, f'[solver]\nresolution = "days:{days}"\n' + SUPPLY.replace("jiangsu_35kv", tariff))
    taken = assembly.problem.steps.count // 24
    said = [w for w in assembly.warnings if w.startswith(f"typical days: {days} are too few")]
    assert taken > days or days == 8
    assert len(said) == (taken > days)
    assert all(warning.endswith(f"{taken} are taken") for warning in said)


def test_monthly_bills_keep_their_months(tmp_path):
    bills = "monthly_mwh = [100, 80, 100, 100, 100, 100, 150, 150, 100, 100, 100, 100]"
    problem = made(tmp_path, '[solver]\nresolution = "full"\n' + SUPPLY.replace("annual_mwh = 8760", bills)).problem
    load = problem.demands[0].load_mw
    assert load[: 31 * 24].sum() == pytest.approx(100)
    assert load[31 * 24 : 59 * 24].sum() == pytest.approx(80)


def test_uncovered_power_is_no_cleaner_than_the_grid_of_the_place(tmp_path):
    """Of 2023: residual mix of China 0.6096, Jiangsu 0.5827, Shandong 0.6191 t/MWh; 3 % less each year."""
    jiangsu = made(tmp_path, SUPPLY).problem.emissions.uncovered_factor
    shandong = made(tmp_path, SUPPLY, CASE.replace("Jiangsu", "Shandong")).problem.emissions.uncovered_factor
    assert jiangsu[0] == pytest.approx(0.6096 * 0.97**3)
    assert shandong[0] == pytest.approx(0.6191 * 0.97**3)
