"""Money by hand: every rule of the cash convention in round numbers [million]."""

from __future__ import annotations

import numpy as np
import pytest
from factories import Site

from models.problem import Durability, Segment
from planner.accounting.accounts import accounts, penalties_of
from planner.accounting.investment import Investment, book_value, depreciation, payments, salvage_value
from planner.accounting.ledger import inventory
from planner.accounting.measures import cost_per_tonne, internal_rate_of_return, simple_payback
from planner.accounting.stock import capex_of, stock_of

IMPORT = {"markets.import_mw": {"grid": 10.0}}
TWO = Site(years=(2025, 2026))
THREE = Site(years=(2025, 2026, 2027))


def kinds(books, kind):
    return {(row.year, row.item): row.amount for row in books.rows if row.kind == kind}


def test_energy_bill_is_price_times_hours_times_power():
    books = accounts(TWO.problem(), TWO.plan({}, IMPORT))
    # 10 MW * 1000 h * 0.0006 = 6 a year
    np.testing.assert_allclose(books.cash("energy"), [6.0, 6.0])
    assert books.net_present_cost == pytest.approx(12.0)


def test_price_index_scales_purchase_and_sale():
    site = Site(years=(2025, 2026), hours=(100.0, 300.0))
    problem = site.problem(markets=(site.grid([0.001, 0.002], price_index=[1.0, 1.1], export_price=0.0004),))
    books = accounts(
        problem, site.plan({}, {"markets.import_mw": {"grid": 10.0}, "markets.export_mw": {"grid": [5, 0]}})
    )
    # 10 * (100 * 0.001 + 300 * 0.002) = 7; sold 5 * 100 * 0.0004 = 0.2
    np.testing.assert_allclose(books.cash("energy"), [7.0, 7.7])
    np.testing.assert_allclose(books.cash("export_revenue"), [-0.2, -0.22])


@pytest.mark.parametrize(
    ("offset", "first", "second"), [(0.0, 1.0, 1 / 1.1), (0.5, 1.1**-0.5, 1.1**-1.5), (1.0, 1 / 1.1, 1 / 1.21)]
)
def test_running_cash_is_discounted_at_start_middle_or_end_of_year(offset, first, second):
    problem = TWO.problem(finance=TWO.finance(0.1, timing_offset=offset))
    assert accounts(problem, TWO.plan({}, IMPORT)).net_present_cost == pytest.approx(6 * first + 6 * second)


def test_capex_is_paid_at_the_start_of_the_build_year_whatever_the_timing():
    problem = TWO.problem(converters=(TWO.converter("pv", capex_per_mw=3.0),), finance=TWO.finance(0.1))
    books = accounts(problem, TWO.plan({"converters.build_mw": {("pv", 2026): 2.0}}))
    assert books.net_present_cost == pytest.approx(6.0 / 1.1)


def test_payments_fall_before_the_build_and_at_the_earliest_in_the_first_year():
    problem = THREE.problem()
    late = Investment("a", 2027, 10.0, 20, (0.2, 0.3, 0.5))
    early = Investment("a", 2026, 10.0, 20, (0.2, 0.3, 0.5))
    np.testing.assert_allclose(payments(problem, late), [2.0, 3.0, 5.0])
    np.testing.assert_allclose(payments(problem, early), [5.0, 5.0, 0.0])


def test_capex_takes_the_cheapest_segment_that_admits_the_size():
    sizing = TWO.sizing(segments=(Segment(0, 10, 0, 3), Segment(2, 10, 4, 1)))
    assert capex_of(sizing, 1.0, 0) == pytest.approx(3.0)
    assert capex_of(sizing, 4.0, 0) == pytest.approx(8.0)  # 4 + 4 < 12
    assert capex_of(sizing, 0.0, 0) == 0.0


def test_capex_index_of_the_build_year_applies():
    sizing = TWO.sizing(2.0, capex_index=[1.0, 0.5])
    problem = TWO.problem(converters=(TWO.converter("pv", sizing),))
    books = accounts(problem, TWO.plan({"converters.build_mw": {("pv", 2025): 1.0, ("pv", 2026): 1.0}}))
    np.testing.assert_allclose(books.cash("capex"), [2.0, 1.0])


def test_a_subsidy_is_paid_for_what_is_built_and_not_for_the_fixed_cost():
    """4 fixed and 2 per MW, 0.5 per MW subsidised in the first year: 4 + 3 − 0.75 and 4 + 3."""
    sizing = TWO.sizing(2.0, capex_fixed=4.0, subsidy_per_unit=np.array([0.5, 0.0]))
    problem = TWO.problem(converters=(TWO.converter("boiler", sizing),))
    books = accounts(problem, TWO.plan({"converters.build_mw": {("boiler", 2025): 1.5, ("boiler", 2026): 1.5}}))
    np.testing.assert_allclose(books.cash("capex"), [6.25, 7.0])


def test_straight_line_salvage_is_the_unused_share_of_life_at_the_end():
    problem = TWO.problem(finance=TWO.finance(0.1, salvage="straight_line"))
    assert salvage_value(problem, Investment("a", 2025, 10.0, 10)) == pytest.approx(8.0)
    assert salvage_value(problem, Investment("a", 2026, 10.0, 10)) == pytest.approx(9.0)
    assert salvage_value(problem, Investment("a", 2025, 10.0, 2)) == 0.0
    assert salvage_value(problem, Investment("a", 2025, 10.0, 1)) == 0.0
    assert salvage_value(problem, Investment("a", 2025, 10.0, None)) == 0.0


def test_annuity_salvage_is_the_value_of_the_remaining_annuities():
    problem = TWO.problem(finance=TWO.finance(0.1, salvage="annuity"))
    # life 3, 2 used: one annuity of 3, (1 - 1/1.1) / (1 - 1/1.331) = 0.3656
    expected = 10 * (1 - 1 / 1.1) / (1 - 1 / 1.331)
    assert salvage_value(problem, Investment("a", 2025, 10.0, 3)) == pytest.approx(expected)
    free = TWO.problem(finance=TWO.finance(0.0, salvage="annuity"))
    assert salvage_value(free, Investment("a", 2025, 10.0, 4)) == pytest.approx(5.0)


def test_salvage_is_received_at_the_end_of_the_last_year():
    problem = TWO.problem(
        converters=(TWO.converter("pv", TWO.sizing(1.0, life=10)),), finance=TWO.finance(0.1, salvage="straight_line")
    )
    books = accounts(problem, TWO.plan({"converters.build_mw": {("pv", 2025): 10.0}}))
    assert books.net_present_cost == pytest.approx(10.0 - 8.0 / 1.21)


def test_tax_falls_on_running_cash_less_depreciation():
    finance = TWO.finance(0.0, tax_rate=0.25, depreciation_years=2)
    problem = TWO.problem(converters=(TWO.converter("pv", capex_per_mw=4.0),), finance=finance)
    books = accounts(problem, TWO.plan({"converters.build_mw": {("pv", 2025): 1.0}}, IMPORT))
    # running 6, depreciation 2 a year: tax -0.25 * 8 = -2; fully depreciated at the end
    np.testing.assert_allclose(books.cash("tax"), [-2.0, -2.0])
    assert books.net_present_cost == pytest.approx(4 + 12 - 4)


def test_salvage_above_book_value_is_taxed():
    finance = TWO.finance(0.0, tax_rate=0.25, depreciation_years=4, salvage="straight_line")
    problem = TWO.problem(converters=(TWO.converter("pv", TWO.sizing(4.0, life=8)),), finance=finance, markets=())
    books = accounts(problem, TWO.plan({"converters.build_mw": {("pv", 2025): 2.0}}))
    # cost 8, salvage 6, book 4, tax on gain 0.5, depreciation 2 a year saves 0.5 a year
    assert kinds(books, "salvage") == {(2026, "pv"): pytest.approx(-6.0)}
    assert kinds(books, "salvage_tax")[2026, "pv"] == pytest.approx(0.5)
    assert books.net_present_cost == pytest.approx(8 - 1.0 - 6 + 0.5)


def test_undepreciated_management_item_saves_tax_at_the_end():
    finance = TWO.finance(0.0, tax_rate=0.25, depreciation_years=4, salvage="straight_line")
    problem = TWO.problem(management=(TWO.management("meters", 4.0),), finance=finance, markets=())
    books = accounts(problem, TWO.plan({"management.adopt": {("meters", 2025): 1.0}}))
    # depreciation 1 a year saves 0.25 twice; book value 2 written off saves 0.5
    assert books.net_present_cost == pytest.approx(4 - 0.5 - 0.5)


def test_nominal_depreciation_loses_value_with_inflation():
    problem = TWO.problem(finance=TWO.finance(0.0, tax_rate=0.25, depreciation_years=4, inflation=0.1))
    one = Investment("a", 2025, 4.0, 10)
    np.testing.assert_allclose(depreciation(problem, one), [1.0, 1 / 1.1])
    assert book_value(problem, one) == pytest.approx(4 * 0.5 / 1.21)


def test_real_and_nominal_net_present_cost_agree():
    real, inflation = 0.08, 0.03
    finance = THREE.finance(real, inflation=inflation, tax_rate=0.25, depreciation_years=5, salvage="straight_line")
    problem = THREE.problem(converters=(THREE.converter("pv", THREE.sizing(5.0, life=6)),), finance=finance)
    books = accounts(problem, THREE.plan({"converters.build_mw": {("pv", 2025): 1.0}}, IMPORT))
    nominal = (1 + real) * (1 + inflation) - 1
    npc = 5.0
    for n in (1, 2, 3):
        inflated = 6.0 * (1 + inflation) ** n
        # a nominal 1.0 a year, stated in the money of the start of its year, is cash at its end
        shield = 1.0 * (1 + inflation)
        npc += (inflated * 0.75 - 0.25 * shield) / (1 + nominal) ** n
    salvage, book = 2.5 * (1 + inflation) ** 3, 5.0 * 0.4
    npc -= (salvage - 0.25 * (salvage - book)) / (1 + nominal) ** 3
    assert books.net_present_cost == pytest.approx(npc)


def test_fixed_upkeep_follows_nameplate_and_variable_upkeep_activity():
    sizing = TWO.sizing(opex_fixed=[0.1, 0.2], existing=[4.0, 4.0], retire_from=0, share_by_age=[0.5, 1.0])
    problem = TWO.problem(converters=(TWO.converter("chp", sizing, opex_variable=0.001),))
    decisions = {"converters.build_mw": {("chp", 2025): 2.0}, "converters.retired_share": {("chp", 2026): 0.5}}
    books = accounts(problem, TWO.plan(decisions, {"converters.activity_mw": {"chp": 3.0}}))
    np.testing.assert_allclose(books.capacities["chp"], [6.0, 4.0])
    np.testing.assert_allclose(books.working["chp"], [5.0, 4.0])
    np.testing.assert_allclose(books.cash("opex_fixed"), [0.6, 0.8])
    np.testing.assert_allclose(books.cash("opex_variable"), [3.0, 3.0])


def test_a_build_stands_for_its_life_only():
    problem = THREE.problem(converters=(THREE.converter("pv", THREE.sizing(life=2)),))
    books = accounts(problem, THREE.plan({"converters.build_mw": {("pv", 2025): 1.0}}))
    np.testing.assert_allclose(books.capacities["pv"], [1.0, 1.0, 0.0])


def test_store_pays_per_megawatt_hour_discharged():
    problem = TWO.problem(stores=(TWO.store(opex_variable=0.002),))
    books = accounts(problem, TWO.plan({}, {"stores.discharge_mw": {"battery": 1.0}}))
    np.testing.assert_allclose(books.cash("opex_variable"), [2.0, 2.0])


def test_starts_count_units_that_were_not_online_before():
    site = Site(hours=(100.0, 100.0, 100.0))
    sizing = site.sizing(package=2.0, existing=4.0)
    problem = site.problem(converters=(site.converter("chp", sizing, min_load_share=0.5, start_cost=0.01),))
    books = accounts(problem, site.plan({}, {"converters.online": {"chp": [0, 2, 1]}}))
    # the steps form a circle: 1 -> 0 -> 2 -> 1 starts two units, a hundred times a year
    assert books.cash("opex_variable") == pytest.approx(2.0)


def test_savings_on_one_end_use_multiply_and_side_use_sees_what_stood_before():
    site = TWO
    first = site.retrofit("vsd", {"motors": 0.2}, capex=1.0, first_year_share=0.5)
    second = site.retrofit("recovery", {"motors": 0.1}, side_use=(("motors", "heat", -0.3),))
    problem = site.problem(retrofits=(first, second))
    plan = site.plan({"retrofits.start": {("vsd", 2025): 1.0, ("recovery", 2025): 1.0}})
    stock = stock_of(problem, plan)
    # 2025: (1 - 0.2 * 0.5) * (1 - 0.1) = 0.81;  2026: 0.8 * 0.9 = 0.72
    np.testing.assert_allclose(stock.factors["motors"], [0.81, 0.72])
    np.testing.assert_allclose(stock.side_use_mw["heat"][:, 0], [-0.3 * 10 * 0.9, -0.3 * 10 * 0.8])


def test_retrofit_upkeep_lasts_as_long_as_the_retrofit():
    problem = THREE.problem(
        retrofits=(THREE.retrofit("leaks", {"motors": 0.1}, capex=2.0, opex_fixed=0.3, life_years=2),)
    )
    books = accounts(problem, THREE.plan({"retrofits.start": {("leaks", 2025): 1.0}}))
    np.testing.assert_allclose(books.cash("opex_fixed"), [0.3, 0.3, 0.0])
    np.testing.assert_allclose(books.installed["leaks"], [1, 1, 0])
    np.testing.assert_allclose(books.end_use_factors["motors"], [0.9, 0.9, 1.0])


TWO_PERIODS = Site(hours=(500.0, 500.0), billing=(0, 1))


def test_peak_charge_counts_months_and_contract_deliveries_through_the_grid():
    site = TWO_PERIODS
    grid = site.grid(demand_rule="peak", demand_charge=0.04)
    ppa, line = site.contract("ppa"), site.contract("line", direct_line=True)
    problem = site.problem(markets=(grid,), contracts=(ppa, line))
    operation = {"markets.import_mw": {"grid": [10.0, 4.0]}, "contracts.delivered_mw": {"ppa": [2.0, 0.0], "line": 3.0}}
    # six months at 12 MW and six at 4 MW
    assert accounts(problem, site.plan({}, operation)).cash("demand_charge") == pytest.approx(0.04 * (6 * 12 + 6 * 4))


def test_ratchet_bills_at_least_a_share_of_the_years_peak():
    site = TWO_PERIODS
    problem = site.problem(markets=(site.grid(demand_rule="peak", demand_charge=0.04, ratchet_share=0.75),))
    plan = site.plan({}, {"markets.import_mw": {"grid": [10.0, 4.0]}})
    assert accounts(problem, plan).cash("demand_charge") == pytest.approx(0.04 * (6 * 10 + 6 * 7.5))


def test_contract_demand_pays_all_year_and_more_for_excess():
    site = TWO_PERIODS
    problem = site.problem(markets=(site.grid(demand_rule="contract", demand_charge=0.04),))
    decisions = {"markets.contract_demand_mw": {("grid", 2025): 8.0}}
    books = accounts(problem, site.plan(decisions, {"markets.import_mw": {"grid": [10.0, 4.0]}}))
    # 12 * 8, and for six months twice the charge on 10 - 1.05 * 8 = 1.6
    assert books.cash("demand_charge") == pytest.approx(0.04 * (96 + 2 * 6 * 1.6))


def test_take_or_pay_bills_the_agreed_share_when_less_is_taken():
    ppa = TWO.contract(price=0.0005, profile=0.5, take_or_pay_share=0.8)
    problem = TWO.problem(contracts=(ppa,))
    decisions = {"contracts.sign_volume": {("ppa", 2025): 10.0}}
    # available 10 * 0.5 * 1000 = 5000 MWh; at least 4000 are paid
    less = accounts(problem, TWO.plan(decisions, {"contracts.delivered_mw": {"ppa": 3.0}}))
    more = accounts(problem, TWO.plan(decisions, {"contracts.delivered_mw": {"ppa": 4.5}}))
    np.testing.assert_allclose(less.cash("contract"), [2.0, 2.0])
    np.testing.assert_allclose(more.cash("contract"), [2.25, 2.25])


def test_what_is_delivered_beyond_take_or_pay_comes_from_the_cheapest_vintage():
    ppa = TWO.contract(price=[0.0005, 0.0003], take_or_pay_share=0.5, sign_cost=0.1)
    problem = TWO.problem(contracts=(ppa,))
    decisions = {"contracts.sign_volume": {("ppa", 2025): 2.0, ("ppa", 2026): 1.0}}
    books = accounts(problem, TWO.plan(decisions, {"contracts.delivered_mw": {"ppa": [[1.0], [2.2]]}}))
    # 2025: take-or-pay 1000 MWh at 0.0005. 2026: 1000 at 0.0005 and 500 at 0.0003 are due, 700 more: 500 cheap, 200 dear
    np.testing.assert_allclose(books.cash("contract"), [0.5 + 0.1, 0.5 + 0.15 + 0.15 + 0.1 + 0.1])


def test_contract_price_is_that_of_the_signing_year_indexed():
    ppa = TWO.contract("tariff", "green_tariff", price=[0.0001, 0.0009], index=[1.0, 1.2], tenor_years=2)
    problem = TWO.problem(contracts=(ppa,))
    books = accounts(problem, TWO.plan({"contracts.sign_volume": {("tariff", 2025): 5000.0}}))
    np.testing.assert_allclose(books.cash("contract"), [0.5, 0.6])


def test_contract_ends_with_its_tenor():
    problem = TWO.problem(contracts=(TWO.contract(tenor_years=1),))
    books = accounts(problem, TWO.plan({"contracts.sign_volume": {("ppa", 2025): 2.0}}))
    np.testing.assert_allclose(books.cash("contract"), [1.0, 0.0])
    np.testing.assert_allclose(books.volumes["ppa"], [2.0, 0.0])


def test_instruments_management_and_fixed_charges_are_yearly_cash():
    problem = TWO.problem(
        instruments=(TWO.instrument("ccer", "credit", [0.0001, 0.0002]),),
        management=(TWO.management("platform", 1.0, [0.1, 0.2]),),
        markets=(TWO.grid(fixed_cost=0.3),),
    )
    decisions = {
        "instruments.quantity": {("ccer", 2025): 100.0, ("ccer", 2026): 100.0},
        "management.adopt": {("platform", 2026): 1.0},
    }
    books = accounts(problem, TWO.plan(decisions))
    np.testing.assert_allclose(books.cash("instrument"), [0.01, 0.02])
    np.testing.assert_allclose(books.cash("management"), [0.0, 0.2])
    np.testing.assert_allclose(books.cash("opex_fixed"), [0.3, 0.3])
    np.testing.assert_allclose(books.cash("capex"), [0.0, 1.0])


def test_carbon_price_falls_on_scope_1_above_the_free_allowance():
    problem = TWO.problem(
        markets=(TWO.grid(), TWO.gas()), emissions=TWO.emissions(carbon_price=0.0001, free_allowance=[500.0, 5000.0])
    )
    books = accounts(problem, TWO.plan({}, {"markets.import_mw": {"gas": 10.0}}))
    # 10 MW * 1000 h * 0.2 = 2000 t
    np.testing.assert_allclose(books.cash("carbon"), [0.15, 0.0])


def test_penalty_rises_with_each_further_year_of_reliance():
    site = Site(years=(2025, 2026, 2027, 2028))
    rules = Durability(
        penalty_per_tonne=0.001, penalty_step_per_tonne=0.002, penalty_steps=2, paper_threshold_share=0.1
    )
    problem = site.problem(
        instruments=(site.instrument("ccer", "credit"),), durability=rules, finance=site.finance(0.1)
    )
    bought = {2025: 600.0, 2026: 700.0, 2027: 500.0, 2028: 900.0}
    plan = site.plan({"instruments.quantity": {("ccer", y): q for y, q in bought.items()}}, IMPORT)
    # gross 10 * 1000 * 0.5 = 5000 t, threshold 500 t; relied in 2025, 2026, not 2027, again in 2028 (a step for 2026)
    full = inventory(problem, plan)
    np.testing.assert_allclose(full.excess_tco2e, [100, 200, 0, 400])
    np.testing.assert_allclose(penalties_of(problem, full), [0.1, 0.2 + 0.4, 0.0, 0.4 + 0.8])
    books = accounts(problem, plan)
    expected = 0.1 / 1.1 + 0.6 / 1.21 + 1.2 / 1.1**4
    assert books.penalties_present == pytest.approx(expected)
    assert books.objective == pytest.approx(books.net_present_cost + expected)


def test_penalty_steps_are_capped():
    rules = Durability(penalty_per_tonne=0.0, penalty_step_per_tonne=1.0, penalty_steps=1, paper_threshold_share=0.0)
    problem = THREE.problem(instruments=(THREE.instrument("ccer", "credit"),), durability=rules)
    plan = THREE.plan({"instruments.quantity": {("ccer", y): 1.0 for y in THREE.years}}, IMPORT)
    np.testing.assert_allclose(penalties_of(problem, inventory(problem, plan)), [0.0, 1.0, 1.0])


def measured(discount_rate=0.0):
    """Capex 6 at the start; saves 4 of 6 a year for three years."""
    problem = THREE.problem(
        retrofits=(THREE.retrofit("vsd", {"motors": 2 / 3}, capex=6.0),), finance=THREE.finance(discount_rate)
    )
    doing = accounts(
        problem, THREE.plan({"retrofits.start": {("vsd", 2025): 1.0}}, {"markets.import_mw": {"grid": 10 / 3}})
    )
    return doing, accounts(problem, THREE.plan({}, IMPORT))


def test_simple_payback_is_capex_over_savings():
    doing, nothing = measured()
    assert simple_payback(doing, nothing) == pytest.approx(1.5)
    assert simple_payback(nothing, nothing) == 0.0
    assert simple_payback(nothing, doing) is None


def test_internal_rate_of_return_makes_both_cost_the_same():
    doing, nothing = measured()
    rate = internal_rate_of_return(doing, nothing)
    assert rate is not None
    assert sum(4 / (1 + rate) ** n for n in (1, 2, 3)) == pytest.approx(6.0)
    assert internal_rate_of_return(nothing, nothing) is None


def test_cost_per_tonne_is_extra_cost_over_tonnes_avoided():
    doing, nothing = measured()
    # 6 - 12 = -6 million for 3 years of 1000 t
    assert cost_per_tonne(doing, nothing, np.full(3, 4000.0), np.full(3, 5000.0)) == pytest.approx(-0.002)
    assert cost_per_tonne(doing, nothing, np.full(3, 5000.0), np.full(3, 5000.0)) is None
