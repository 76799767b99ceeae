"""Keys of plant, connection and suppliers worked by hand: renewal, ageing stock, capture limits, one connection, own factors.

Unless said otherwise: a flat load of 10 MW over 1,000 hours at 0.0006 million/MWh, 6.0 million a year.
"""

from __future__ import annotations

import numpy as np
import pytest

from models.problem import EmissionCap, Market
from planner.accounting.ledger import inventory
from planner.engine.idle import without_idle
from tests.factories import Site
from tests.known_answers import at_cost, infeasible, solved, total

site = Site()
four = Site(years=(2025, 2026, 2027, 2028))


def test_a_measure_that_is_renewed_in_mid_year_goes_on_saving() -> None:
    """20 % from July 2025, for two years, 0.1: 5.4, then renewed in 2027: 4.8 · 3; 19.8 + 2 · 0.1."""
    half = four.retrofit("half", {"motors": 0.2}, 0.1, life_years=2, first_year_share=0.5)
    plan = at_cost(four.problem(retrofits=(half,)), 20.0)
    assert total(plan, "retrofits.start", "half") == 2


def test_plant_that_is_renewed_in_mid_year_goes_on_working() -> None:
    """10 MW at 0.05 from July 2025, for two years: half of the first year is bought, 3.0; renewed in 2027, 2 · 0.5."""
    plant = four.converter("plant", four.sizing(0.05, 10.0, share_by_age=(0.5, 1.0)))
    at_cost(four.problem(converters=(plant,)), 4.0)


def test_standing_plant_degrades() -> None:
    """10 MW stand, and nine tenths of them work in the second year: 1 MW is bought, 0.6."""
    two = Site(years=(2025, 2026))
    plant = two.converter(
        "plant", two.sizing(max_total=10.0, existing=10.0, build_years=(), existing_share=two.yearly((1.0, 0.9)))
    )
    at_cost(two.problem(converters=(plant,)), 0.6)


def test_each_capture_has_its_own_limit() -> None:
    """2,000 t of gas at 0.0003: one captures half for nothing, the other, for 0.0001, what is left up to nine tenths.

    Gas 3.0, the second captures 800 t for 0.08, 200 t are paid for with 0.06.
    """
    free, dear = (
        site.converter(
            name,
            site.sizing(existing=5.0, build_years=()),
            outputs={},
            captured_tco2e_per_mwh=1.0,
            capture_limit_share=share,
            opex_variable=cost,
        )
        for name, share, cost in (("free", 0.5, 0.0), ("dear", 0.9, 0.0001))
    )
    problem = site.problem(
        demands=(site.demand("heat", 10.0, "gas"),),
        markets=(site.grid(), site.gas()),
        converters=(free, dear),
        emissions=site.emissions(carbon_price=0.0003),
    )
    plan = at_cost(problem, 3.14)
    assert inventory(problem, plan).captured_tco2e == pytest.approx([1800.0])


def neighbour(price: float = 0.0005, **fields: object) -> Market:
    return site.market("neighbour", "electricity", price, scope=2, **fields)


def test_all_markets_share_the_connection() -> None:
    """10 MW behind 8 MW: two markets do not help; with 2 MW of plant 8 MW are bought at the lower price, 4.0."""
    plant = site.converter("plant", site.sizing(max_total=2.0, existing=2.0, build_years=()))
    both = {"markets": (site.grid(), neighbour()), "grid_connection_mw": 8.0}
    assert infeasible(site.problem(**both))
    at_cost(site.problem(converters=(plant,), **both), 4.0)


def test_deliveries_share_the_connection() -> None:
    """The same with a contract for 5 MW over the grid at 0.0004: 2.0, and 3 MW from the neighbour, 1.5."""
    plant = site.converter("plant", site.sizing(max_total=2.0, existing=2.0, build_years=()))
    wheeled = site.contract(price=0.0004, max_volume=5.0)
    markets = (site.grid(), neighbour())
    problem = site.problem(markets=markets, converters=(plant,), contracts=(wheeled,), grid_connection_mw=8.0)
    at_cost(problem, 3.5)


def test_all_sales_share_the_connection() -> None:
    """10 MW are left over; each market takes 5, the connection 8: 5,000 MWh at 0.0003 and 3,000 at 0.0002, 2.1."""
    plant = site.converter("plant", site.sizing(max_total=20.0, existing=20.0, build_years=()), renewable=True)
    markets = (
        site.grid(export_price=0.0003, max_export_mw=5.0),
        neighbour(export_price=0.0002, max_export_mw=5.0),
    )
    at_cost(site.problem(markets=markets, converters=(plant,), grid_connection_mw=8.0), -2.1)


def test_a_supplier_has_its_own_factor_in_the_market_based_ledger() -> None:
    """4 MW come from a supplier at 0.1 t/MWh, 400 t, the rest at 0.8 without a claim, 4,800 t."""
    supplied = neighbour(max_import_mw=4.0, emission_factor=0.1, supplier_factor=np.array([0.1]))
    problem = site.problem(markets=(supplied, site.grid()))
    found = inventory(problem, at_cost(problem, 5.6))
    assert found.scope2_market_tco2e == pytest.approx([5200.0])
    assert found.scope2_location_tco2e == pytest.approx([3400.0])


def test_certificates_do_not_claim_what_a_supplier_accounts_for() -> None:
    """200 t are left only with 2,000 MWh of the supplier: 4.8 + 1.0, and certificates for the other 8,000 MWh, 0.08."""
    supplied = neighbour(max_import_mw=4.0, emission_factor=0.1, supplier_factor=np.array([0.1]))
    problem = site.problem(
        markets=(site.grid(), supplied),
        instruments=(site.instrument("gec", "certificate", 0.00001),),
        emissions=site.emissions(caps=(EmissionCap("most", "gross_market", np.array([200.0])),)),
    )
    at_cost(problem, 5.88)


def test_a_contract_without_volume_is_not_signed() -> None:
    """A yes without a volume costs its signature and serves nothing: it is taken back before the plan is stated."""
    problem = site.problem(contracts=(site.contract(price=0.0005, max_volume=5.0, sign_cost=0.1, start_years=(2025,)),))
    plan = solved(problem)  # 5,000 MWh save 0.5 for 0.1
    assert plan.decisions["contracts.signed"]["ppa", 2025] == 1.0
    idle = {**plan.decisions, "contracts.sign_volume": {("ppa", 2025): 1e-9}}
    assert without_idle(idle)["contracts.signed"]["ppa", 2025] == 0.0
    assert without_idle(idle)["contracts.sign_volume"]["ppa", 2025] == 0.0
