"""Megawatt-hours and tonnes by hand. Grid 0.5 t/MWh, uncovered 0.8, gas 0.2; 1000 h a year unless said otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from factories import Site, rating

from models.problem import Durability, OtherEmissions
from planner.accounting.ledger import durable, inventory

ONE = Site()
TWO = Site(years=(2025, 2026))


def test_imports_emit_by_location_and_uncovered_by_market():
    full = inventory(ONE.problem(), ONE.plan({}, {"markets.import_mw": {"grid": 10.0}}))
    assert full.grid_mwh == pytest.approx(10_000)
    assert full.scope2_location_tco2e == pytest.approx(5_000)
    assert full.scope2_market_tco2e == pytest.approx(8_000)
    assert full.gross_location_tco2e == pytest.approx(5_000)
    assert full.net_tco2e == pytest.approx(8_000)


def test_steps_count_for_the_hours_they_stand_for():
    site = Site(hours=(100.0, 300.0))
    full = inventory(site.problem(), site.plan({}, {"markets.import_mw": {"grid": [4.0, 2.0]}}))
    assert full.grid_mwh == pytest.approx(1_000)


def test_scope_1_is_fuel_process_and_other_sources():
    boiler = ONE.converter("kiln", inputs={"gas": 1.0}, outputs={"steam": 0.9}, direct_tco2e_per_mwh=0.1)
    other = OtherEmissions("refrigerant", 1, ONE.yearly(50.0)), OtherEmissions("freight", 3, ONE.yearly(70.0))
    problem = ONE.problem(markets=(ONE.grid(), ONE.gas()), converters=(boiler,), emissions=ONE.emissions(other=other))
    full = inventory(
        problem, ONE.plan({}, {"markets.import_mw": {"gas": 5.0}, "converters.activity_mw": {"kiln": 5.0}})
    )
    # 5000 * 0.2 + 5000 * 0.1 + 50
    assert full.scope1_tco2e == pytest.approx(1_550)
    assert full.scope3_tco2e == pytest.approx(70)
    assert {(s.scope, s.item): float(s.tco2e[0]) for s in full.sources} == {
        ("scope1", "gas"): 1000.0,
        ("scope1", "kiln"): 500.0,
        ("scope1", "refrigerant"): 50.0,
        ("scope3", "freight"): 70.0,
    }


def test_bought_steam_is_scope_2_in_both_ledgers_and_no_claim_reduces_it():
    steam = ONE.market("district", "steam", scope=2, emission_factor=0.3)
    problem = ONE.problem(markets=(ONE.grid(), steam), instruments=(ONE.instrument("gec", "certificate"),))
    plan = ONE.plan(
        {"instruments.quantity": {("gec", 2025): 1000.0}}, {"markets.import_mw": {"grid": 1.0, "district": 4.0}}
    )
    full = inventory(problem, plan)
    assert full.scope2_location_tco2e == pytest.approx(500 + 1200)
    assert full.scope2_market_tco2e == pytest.approx(1200)


def test_capture_is_its_own_line_below_scope_1():
    capture = ONE.converter("capture", inputs={}, outputs={}, captured_tco2e_per_mwh=0.5)
    problem = ONE.problem(markets=(ONE.gas(),), converters=(capture,))
    full = inventory(
        problem, ONE.plan({}, {"markets.import_mw": {"gas": 10.0}, "converters.activity_mw": {"capture": 2.0}})
    )
    assert full.scope1_tco2e == pytest.approx(2000)
    assert full.captured_tco2e == pytest.approx(1000)
    assert full.gross_location_tco2e == pytest.approx(1000)


def test_scope_3_holds_upstream_and_what_is_embodied_in_the_year_of_building():
    pv = TWO.converter("pv", TWO.sizing(embodied_tco2e_per_unit=600.0))
    battery = TWO.store(energy=TWO.sizing(embodied_tco2e_per_unit=50.0))
    vsd = TWO.retrofit("vsd", {"motors": 0.1}, embodied_tco2e=30.0)
    problem = TWO.problem(
        markets=(TWO.grid(upstream_factor=0.1),), converters=(pv,), stores=(battery,), retrofits=(vsd,)
    )
    decisions = {
        "converters.build_mw": {("pv", 2025): 2.0},
        "stores.build_mwh": {("battery", 2026): 4.0},
        "retrofits.start": {("vsd", 2026): 1.0},
    }
    full = inventory(problem, TWO.plan(decisions, {"markets.import_mw": {"grid": 1.0}}))
    np.testing.assert_allclose(full.scope3_tco2e, [100 + 1200, 100 + 200 + 30])


@pytest.mark.parametrize(("scopes", "gross"), [((1, 2), 500.0), ((1, 2, 3), 600.0)])
def test_scope_3_counts_where_the_rating_has_it(scopes, gross):
    problem = ONE.problem(markets=(ONE.grid(upstream_factor=0.1),), rating=rating(scopes=scopes))
    full = inventory(problem, ONE.plan({}, {"markets.import_mw": {"grid": 1.0}}))
    assert full.gross_location_tco2e == pytest.approx(gross)


def exporting(export):
    site = Site(hours=(1000.0, 1000.0))
    pv, chp = site.converter("pv", renewable=True), site.converter("chp")
    problem = site.problem(markets=(site.grid(export_price=0.0001),), converters=(pv, chp))
    operation = {
        "converters.activity_mw": {"pv": [6.0, 0.0], "chp": [2.0, 2.0]},
        "markets.export_mw": {"grid": [export, 0.0]},
        "markets.import_mw": {"grid": [0.0, 5.0]},
    }
    return inventory(problem, site.plan({}, operation))


def test_exports_surrender_the_renewable_claim_first():
    full = exporting(4.0)
    assert full.onsite_renewable_mwh == pytest.approx(6000)
    assert full.surrendered_mwh == pytest.approx(4000)
    assert full.onsite_claim_mwh == pytest.approx(2000)
    assert full.used_mwh == pytest.approx(5000 + 10_000 - 4000)
    assert full.claimed_mwh == pytest.approx(2000)


def test_exports_beyond_the_renewable_surrender_no_more_than_there_is():
    full = exporting(7.0)
    assert full.surrendered_mwh == pytest.approx(6000)
    assert full.onsite_claim_mwh == pytest.approx(0)


def claiming(**rules):
    """Four kinds of claims on 20 MW of grid, one unbundled delivery, one direct line."""
    contracts = (
        ONE.contract("ppa", tenor_years=10),
        ONE.contract("brown", bundled=False),
        ONE.contract("line", direct_line=True),
        ONE.contract("tariff", "green_tariff", tenor_years=1),
        ONE.contract("vppa", "virtual"),
    )
    gec = ONE.instrument("gec", "certificate", buffer_share=0.2, delivery_share=0.5)
    problem = ONE.problem(contracts=contracts, instruments=(gec,), durability=Durability(**rules))
    decisions = {
        "contracts.annual_mwh": {("tariff", 2025): 3000.0, ("vppa", 2025): 1000.0},
        "instruments.quantity": {("gec", 2025): 5000.0},
    }
    operation = {
        "markets.import_mw": {"grid": 10.0},
        "contracts.delivered_mw": {"ppa": 4.0, "brown": 1.0, "line": 5.0},
    }
    return problem, ONE.plan(decisions, operation)


def test_each_kind_of_claim_is_kept_apart():
    full = inventory(*claiming())
    assert full.grid_mwh == pytest.approx(15_000)
    assert full.direct_mwh == pytest.approx(5_000)
    assert full.used_mwh == pytest.approx(20_000)
    assert full.delivered_claims_mwh == pytest.approx(4_000)
    assert full.green_tariff_claims_mwh == pytest.approx(3_000)
    assert full.virtual_claims_mwh == pytest.approx(1_000)
    assert full.certificate_claims_mwh == pytest.approx(5000 * 0.8 * 0.5)
    assert full.grid_claims_mwh == pytest.approx(10_000)
    assert full.claimed_mwh == pytest.approx(15_000)
    # deliveries through the grid carry its location factor, direct lines do not
    assert full.scope2_location_tco2e == pytest.approx(7_500)
    assert full.scope2_market_tco2e == pytest.approx(5_000 * 0.8)


def test_paper_is_credits_and_certificates_at_the_uncovered_factor():
    full = inventory(*claiming())
    assert full.paper_tco2e == pytest.approx(1600)
    assert full.paper_share == pytest.approx(1600 / 7500)
    assert full.excess_tco2e == pytest.approx(1600 - 750)


def test_durable_ledger_drops_certificates_and_short_contracts():
    problem, plan = claiming()
    lasting = durable(problem, plan, inventory(problem, plan))
    assert lasting.grid_claims_mwh == pytest.approx(5_000)  # ppa and vppa
    assert lasting.claimed_mwh == pytest.approx(10_000)
    assert lasting.scope2_market_tco2e == pytest.approx(10_000 * 0.8)
    assert lasting.scope2_location_tco2e == pytest.approx(7_500)


def test_a_short_direct_line_contract_is_uncovered_in_the_durable_ledger():
    problem = ONE.problem(contracts=(ONE.contract("line", direct_line=True, tenor_years=2),))
    plan = ONE.plan({}, {"contracts.delivered_mw": {"line": 10.0}})
    full = inventory(problem, plan)
    lasting = durable(problem, plan, full)
    assert full.scope2_market_tco2e == pytest.approx(0)
    assert lasting.scope2_market_tco2e == pytest.approx(8_000)
    assert lasting.claimed_mwh == pytest.approx(0)
    assert full.own_inventory_tco2e == pytest.approx(0)
    assert lasting.own_inventory_tco2e == pytest.approx(10_000 * 0.5)  # nor has it reduced anything of its own


def test_durable_ledger_caps_credits_and_keeps_lasting_removals_only():
    instruments = (
        ONE.instrument("ccer", "credit"),
        ONE.instrument("forest", "removal", durability_years=30),
        ONE.instrument("biochar", "removal", durability_years=500, buffer_share=0.1),
    )
    problem = ONE.problem(instruments=instruments, base=ONE.base(5000.0))
    bought = {("ccer", 2025): 900.0, ("forest", 2025): 200.0, ("biochar", 2025): 100.0}
    plan = ONE.plan({"instruments.quantity": bought}, {"markets.import_mw": {"grid": 10.0}})
    full = inventory(problem, plan)
    lasting = durable(problem, plan, full)
    assert full.credits_tco2e == pytest.approx(900)
    assert full.removals_tco2e == pytest.approx(290)
    assert full.paper_tco2e == pytest.approx(900 + 200)  # credits, and the forest that does not last
    assert full.net_tco2e == pytest.approx(8000 - 1190)
    assert lasting.credits_tco2e == pytest.approx(500)  # a tenth of the base year
    assert lasting.removals_tco2e == pytest.approx(90)


def test_own_reduction_uses_base_year_factors_and_restated_output():
    problem = TWO.problem(
        markets=(TWO.grid(emission_factor=[0.4, 0.3]),), base=TWO.base(5000.0, restated=[5000.0, 6000.0])
    )
    full = inventory(problem, TWO.plan({}, {"markets.import_mw": {"grid": [[8.0], [9.0]]}}))
    # a cleaner grid is no reduction of one's own: 8000 * 0.5 and 9000 * 0.5
    np.testing.assert_allclose(full.own_inventory_tco2e, [4000, 4500])
    np.testing.assert_allclose(full.own_reduction_share, [0.2, 0.25])


@pytest.mark.parametrize("first", ["grid", "park"])
def test_each_electricity_market_counts_at_its_own_base_factor(first):
    """8 MW at 0.5 and 2 MW at 0.1 t/MWh over 1,000 hours: 4,000 + 200 t, whichever is written first."""
    park = ONE.market("park", "electricity", scope=2, emission_factor=0.1, base_emission_factor=0.1)
    markets = (ONE.grid(), park) if first == "grid" else (park, ONE.grid())
    bought = {"markets.import_mw": {"grid": 8.0, "park": 2.0}}
    assert inventory(ONE.problem(markets=markets), ONE.plan({}, bought)).own_inventory_tco2e == pytest.approx(4200)


def heated(*contracts, decisions=None, delivered=None):
    """A heat pump draws 2 of 10 MW of electricity instead of 6 MW of gas."""
    pump = ONE.converter("pump", inputs={"electricity": 1 / 3}, outputs={"steam": 1.0}, electrified_heat=True)
    problem = ONE.problem(converters=(pump,), contracts=contracts, base=ONE.base(6200.0))
    operation = {
        "converters.activity_mw": {"pump": 6.0},
        "markets.import_mw": {"grid": 10.0 - sum((delivered or {}).values())},
        "contracts.delivered_mw": delivered or {},
    }
    return inventory(problem, ONE.plan(decisions, operation))


def test_electrified_heat_counts_at_the_grid_factor():
    full = heated()
    assert full.credited_mwh == pytest.approx(0)
    assert full.own_inventory_tco2e == pytest.approx(5000)


def test_bundled_lasting_contracts_credit_electrified_heat_and_nothing_else():
    full = heated(ONE.contract("ppa", tenor_years=3), delivered={"ppa": 5.0})
    assert full.credited_mwh == pytest.approx(2000)  # only what the pump draws
    assert full.own_inventory_tco2e == pytest.approx(8000 * 0.5)
    tariff = ONE.contract("tariff", "green_tariff", tenor_years=5)
    less = heated(tariff, decisions={"contracts.annual_mwh": {("tariff", 2025): 1500.0}})
    assert less.credited_mwh == pytest.approx(1500)


@pytest.mark.parametrize("fields", [{"tenor_years": 2}, {"bundled": False}, {"direct_line": True}])
def test_short_unbundled_or_direct_power_credits_no_grid_electricity(fields):
    assert heated(ONE.contract("ppa", **fields), delivered={"ppa": 5.0}).credited_mwh == pytest.approx(0)


def test_attributes_alone_credit_no_electrified_heat():
    decisions = {"contracts.annual_mwh": {("vppa", 2025): 2000.0}}
    assert heated(ONE.contract("vppa", "virtual"), decisions=decisions).credited_mwh == pytest.approx(0)


def test_fuel_of_the_own_inventory_is_at_its_base_factor():
    problem = ONE.problem(markets=(ONE.gas(emission_factor=0.25),))
    full = inventory(problem, ONE.plan({}, {"markets.import_mw": {"gas": 10.0}}))
    assert full.scope1_tco2e == pytest.approx(2500)
    assert full.own_inventory_tco2e == pytest.approx(2000)


def test_hourly_matching_counts_only_what_is_used_when_it_is_made():
    site = Site(hours=(1000.0, 1000.0))
    problem = site.problem(contracts=(site.contract(),), stores=(site.store(),), demands=(site.demand(load=4.0),))
    operation = {
        "contracts.delivered_mw": {"ppa": [3.0, 0.0]},
        "markets.import_mw": {"grid": [1.0, 4.0]},
    }
    full = inventory(problem, site.plan({}, operation))
    assert full.hourly_matched_mwh == pytest.approx(3000)
    assert full.used_mwh == pytest.approx(8000)


def test_energy_in_coal_equivalent_is_bought_energy_and_renewables_on_site():
    pv = ONE.converter("pv", renewable=True)
    emissions = ONE.emissions(energy_tce_per_mwh={"grid": 0.1229})
    problem = ONE.problem(converters=(pv,), emissions=emissions)
    full = inventory(problem, ONE.plan({}, {"markets.import_mw": {"grid": 8.0}, "converters.activity_mw": {"pv": 2.0}}))
    assert full.energy_tce == pytest.approx(1229)


def test_biogenic_emissions_are_a_memo_outside_scope_1():
    wood = ONE.market("wood", "biomass", biogenic_factor=0.36, emission_factor=0.01)
    full = inventory(ONE.problem(markets=(wood,)), ONE.plan({}, {"markets.import_mw": {"wood": 1.0}}))
    assert full.biogenic_memo_tco2e == pytest.approx(360)
    assert full.scope1_tco2e == pytest.approx(10)
    assert full.gross_market_tco2e == pytest.approx(10)


def test_a_site_without_electricity_market_has_no_scope_2():
    pv = ONE.converter("pv", renewable=True)
    full = inventory(ONE.problem(markets=(), converters=(pv,)), ONE.plan({}, {"converters.activity_mw": {"pv": 10.0}}))
    assert full.gross_market_tco2e == pytest.approx(0)
    assert full.claimed_mwh == pytest.approx(full.used_mwh)
    assert full.paper_share == pytest.approx(0)
