"""Green power and claims worked by hand: purchase contracts, tariffs, certificates, exports, own reduction, factor sets.

Unless said otherwise: a flat load of 10 MW over 1,000 hours, 10,000 MWh at 0.0006 million/MWh = 6.0; the grid emits
0.5 t/MWh by location and 0.8 t/MWh where no claim covers it.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from models.problem import Carrier, Contract, Durability, EmissionCap, Gate, Level, Problem
from planner.accounting.ledger import inventory
from planner.accounting.rating import rate_years
from tests.factories import Site, rating
from tests.known_answers import at_cost, infeasible, solved, total

site = Site()
two = Site(years=(2025, 2026))
three = Site(years=(2025, 2026, 2027))
halves = Site(hours=(500, 500))


def half_renewable(at: Site, **fields: object) -> Problem:
    """Three stars, which need half of the electricity to be renewable, in every year."""
    level = Level(3, 0.0, (Gate("renewable_electricity_share", "min", 0.5),))
    return at.problem(**{"rating": rating(level), "target": at.target(3)} | fields)


def yearly_cap(metric: str, limit: float, at: Site = site) -> EmissionCap:
    return EmissionCap("cap", metric, at.yearly(limit))


@pytest.mark.parametrize(("share", "cost"), [(1.0, 3.9), (0.5, 3.75), (0.0, 3.0)])
def test_take_or_pay_sizes_a_contract(share: float, cost: float) -> None:
    """Loads 5 and 10 MW, a contract at 0.0004 that yields 1.0 then 0.2 of its volume; the grid alone 4.5.

    Up to 5 MW all 600 MWh per MW are used: 600 · 0.0002 saved, 0.6 at 5 MW. Beyond, only 100 MWh per MW are useful.
    All must be paid: 0.24 for 0.06 of use, stop at 5: 3.9. Half: what is paid is what is delivered until
    300·v = 2,500 + 100·v, v = 12.5: 3,750 MWh · 0.0004 + 3,750 · 0.0006 = 3.75. Nothing: 7,500 · 0.0004 = 3.0.
    """
    contract = halves.contract(price=0.0004, profile=[1.0, 0.2], take_or_pay_share=share, max_volume=100.0)
    at_cost(halves.problem(demands=(halves.demand(load=[5, 10]),), contracts=(contract,)), cost)


def test_baseload_is_bought_up_to_the_lowest_load() -> None:
    """Loads 5 and 10 MW; flat power at 0.0004, all of it paid: beyond 5 MW 0.4 for 0.3 of use. 4.5 − 5,000 · 0.0002 = 3.5."""
    flat = halves.contract(kind="baseload", price=0.0004)
    at_cost(halves.problem(demands=(halves.demand(load=[5, 10]),), contracts=(flat,)), 3.5)


def test_contract_ends_with_its_tenor() -> None:
    """10 MW at 0.0003 for two years, only to be signed in the first: 3 + 3 + 6 = 12."""
    contract = three.contract(price=0.0003, tenor_years=2, start_years=(2025,))
    at_cost(three.problem(contracts=(contract,)), 12.0)


def test_price_of_the_signing_year_holds() -> None:
    """Signed at 0.0003, 0.0005, 0.0005 for two years each: 3 + 3, then 5 = 11. The volume in force is 10 MW at most."""
    contract = three.contract(price=[0.0003, 0.0005, 0.0005], tenor_years=2, max_volume=10.0)
    plan = at_cost(three.problem(contracts=(contract,)), 11.0)
    assert plan.decision("contracts.sign_volume", "ppa", 2026) == pytest.approx(0.0)


def test_indexed_price_moves_with_its_index() -> None:
    """0.0004 in the year of signing, then 10 % more each year: 4 + 4.4 + 4.84 = 13.24."""
    contract = three.contract(price=0.0004, index=[1.0, 1.1, 1.21], start_years=(2025,), max_volume=10.0)
    at_cost(three.problem(contracts=(contract,)), 13.24)


@pytest.mark.parametrize(("least", "cost"), [(12.0, 4.8), (16.0, 6.0)])
def test_least_volume_of_a_contract(least: float, cost: float) -> None:
    """At least 12 MW at 0.0004, all paid: 4.8, of which 10 MW are used. At least 16 MW: 6.4 > 6.0, not signed."""
    contract = site.contract(price=0.0004, min_volume=least, max_volume=50.0)
    at_cost(site.problem(contracts=(contract,)), cost)


@pytest.mark.parametrize(("sign", "cost"), [(0.5, 5.5), (1.5, 6.0)])
def test_signing_cost_is_paid_once(sign: float, cost: float) -> None:
    """10 MW at 0.0005 save 1.0: worth 0.5 of signing, not 1.5."""
    contract = site.contract(price=0.0005, sign_cost=sign, max_volume=10.0)
    at_cost(site.problem(contracts=(contract,)), cost)


def test_direct_line_avoids_demand_charge_and_grid_factor() -> None:
    """0.01 per MW and month: 10 · 0.12 = 1.2 for what the grid carries. Through it 4.0 + 1.2 = 5.2; direct at 0.0005: 5.0."""
    grid = site.grid(demand_rule="peak", demand_charge=0.01)
    through = site.contract("through", price=0.0004, max_volume=10.0)
    direct = site.contract("direct", price=0.0005, max_volume=10.0, direct_line=True)
    problem = site.problem(markets=(grid,), contracts=(through, direct))
    plan = at_cost(problem, 5.0)
    assert inventory(problem, plan).gross_location_tco2e == pytest.approx([0.0])
    at_cost(dataclasses.replace(problem, contracts=(through,)), 5.2)


@pytest.mark.parametrize(("direct", "cost"), [(False, 9.2), (True, 4.0)])
def test_contracts_use_the_connection(direct: bool, cost: float) -> None:
    """8 MW connection: 8 MW of contract at 0.0004 and 2 MW on site at 3.0: 3.2 + 6 = 9.2. By direct line 10 · 0.4 = 4.0."""
    problem = site.problem(
        markets=(site.grid(max_import_mw=8.0),),
        contracts=(site.contract(price=0.0004, max_volume=20.0, direct_line=direct),),
        converters=(site.converter("plant", site.sizing(3.0)),),
    )
    at_cost(problem, cost)


def test_green_tariff_is_signed_year_by_year() -> None:
    """5,000 MWh at a premium of 0.00003: 0.15 in each of two years: 12.3; no star of it lasts."""
    tariff = two.contract("tariff", "green_tariff", 0.00003, tenor_years=1, max_volume=20_000.0)
    problem = half_renewable(two, contracts=(tariff,))
    plan = at_cost(problem, 12.3)
    rated = rate_years(problem, plan)
    assert [(one.full.stars, one.durable.stars) for one in rated] == [(3, 0), (3, 0)]


@pytest.mark.parametrize(("stars", "cost"), [((0, 0, 3), 18.25), ((3, 3, 3), 18.75)])
def test_virtual_contract_is_paid_while_in_force(stars: tuple[int, ...], cost: float) -> None:
    """5,000 MWh of attributes at 0.00005 a year: signed for the last year 0.25, for three years 0.75."""
    virtual = three.contract("virtual", "virtual", 0.00005, tenor_years=3, max_volume=20_000.0)
    at_cost(half_renewable(three, contracts=(virtual,), target=three.target(stars)), cost)


@pytest.mark.parametrize(("bundled", "cost"), [(True, 5.0), (False, 5.1)])
def test_unbundled_power_claims_nothing(bundled: bool, cost: float) -> None:
    """10 MW of contract at 0.0005. Without its attributes, 5,000 MWh of certificates at 0.00002 come on top."""
    problem = half_renewable(
        site,
        contracts=(site.contract(price=0.0005, max_volume=10.0, bundled=bundled),),
        instruments=(site.instrument("certificates", "certificate", 0.00002),),
    )
    at_cost(problem, cost)


def test_megawatt_hour_carries_one_claim() -> None:
    """No uncovered electricity: a bundled contract of 6 MW at the grid's price leaves 4,000 MWh for certificates: 6.04."""
    problem = site.problem(
        contracts=(site.contract(price=0.0006, max_volume=6.0),),
        instruments=(site.instrument("certificates", "certificate", 0.00001),),
        emissions=site.emissions(caps=(yearly_cap("gross_market", 0.0),)),
    )
    plan = at_cost(problem, 6.04)
    assert total(plan, "instruments.quantity", "certificates") == pytest.approx(4000.0)


def test_certificates_do_not_reach_beyond_grid_electricity() -> None:
    """100 t of gas (500 MWh) remain however many certificates are bought: a cap of 99 t cannot be met, one of 100 t can."""
    problem = site.problem(
        demands=(site.demand(), site.demand("heat", 0.5, "gas")),
        markets=(site.grid(), site.gas()),
        instruments=(site.instrument("certificates", "certificate", 0.00001),),
        emissions=site.emissions(caps=(yearly_cap("gross_market", 100.0),)),
    )
    at_cost(problem, 6 + 0.15 + 0.1)
    tighter = site.emissions(caps=(yearly_cap("gross_market", 99.0),))
    assert infeasible(dataclasses.replace(problem, emissions=tighter))


def test_certificates_are_capped_by_supply() -> None:
    """Half of 10,000 MWh with 3,000 certificates on offer at 0.00001: 2 MW of PV at 1.0 make the rest.

    2.0 + 8 · 0.6 + 0.03 = 6.83.
    """
    problem = half_renewable(
        site,
        converters=(site.converter("pv", site.sizing(1.0), renewable=True),),
        instruments=(site.instrument("certificates", "certificate", 0.00001, 3000.0),),
    )
    at_cost(problem, 6.83)


@pytest.mark.parametrize(("share", "cost"), [(0.5, 1.5), (0.6, 1.51)])
def test_exports_give_up_their_claim(share: float, cost: float) -> None:
    """PV of 20 MW in one of two half years, 10 MW of it sold at 0.0003: 3.0 − 1.5 = 1.5.

    Claimed: 10,000 − 5,000 of 10,000 MWh used: 50 %. For 60 %, 1,000 certificates at 0.00001: 1.51.
    """
    pv = halves.converter("pv", halves.sizing(existing=20.0, max_total=20.0), renewable=True, availability=[1.0, 0.0])
    problem = half_renewable(
        halves,
        converters=(pv,),
        markets=(halves.grid(export_price=0.0003),),
        instruments=(halves.instrument("certificates", "certificate", 0.00001),),
        rating=rating(Level(3, 0.0, (Gate("renewable_electricity_share", "min", share),))),
    )
    at_cost(problem, cost)


@pytest.mark.parametrize(("stars", "cost"), [(0, -1.8), (3, -0.8)])
def test_exports_are_renewable_first(stars: int, cost: float) -> None:
    """Load 2 MW, PV 4 MW free, another generator of 6 MW at 0.0001, sale at 0.0003.

    All out: 8,000 sold for 2.4, 6,000 · 0.0001 = 0.6: −1.8, and no claim is left. Half of 2,000 MWh claimed: sell 3,000
    of the 4,000 at most: 5,000 made, 1,000 by the other: 0.1 − 0.9 = −0.8.
    """
    problem = half_renewable(
        site,
        demands=(site.demand(load=2.0),),
        converters=(
            site.converter("pv", site.sizing(existing=4.0, max_total=4.0), renewable=True),
            site.converter("other", site.sizing(existing=6.0, max_total=6.0), opex_variable=0.0001),
        ),
        markets=(site.grid(export_price=0.0003),),
        target=site.target(stars),
    )
    at_cost(problem, cost)


def test_own_generation_is_not_bought_on_paper() -> None:
    """20 % made on site: 2 MW of PV at 1.0, 2 + 4.8 = 6.8; certificates at nothing do not help."""
    problem = site.problem(
        converters=(site.converter("pv", site.sizing(1.0), renewable=True),),
        instruments=(site.instrument("certificates", "certificate"),),
        rating=rating(Level(3, 0.0, (Gate("onsite_renewable_share", "min", 0.2),))),
        target=site.target(3),
    )
    at_cost(problem, 6.8)


@pytest.mark.parametrize(("factor", "cost"), [(0.5, 6.8), (0.4, 6.0)])
def test_grid_factor_set_changes_the_answer(factor: float, cost: float) -> None:
    """At most 4,000 t by location. At 0.5 t/MWh 8,000 MWh may be drawn: 2 MW of PV at 1.0, 6.8. At 0.4 all 10,000: 6.0."""
    problem = site.problem(
        markets=(site.grid(emission_factor=factor),),
        converters=(site.converter("pv", site.sizing(1.0), renewable=True),),
        emissions=site.emissions(caps=(yearly_cap("gross_location", 4000.0),)),
    )
    at_cost(problem, cost)


@pytest.mark.parametrize(("uncovered", "cost"), [(0.8, 6.8), (0.5, 6.5)])
def test_uncovered_factor_sets_what_is_to_be_neutralised(uncovered: float, cost: float) -> None:
    """10,000 MWh without a claim: 8,000 t at a residual factor of 0.8, 5,000 t at 0.5; credits at 0.0001."""
    problem = site.problem(
        instruments=(site.instrument("credits", "credit", 0.0001),),
        emissions=site.emissions(uncovered=uncovered, caps=(yearly_cap("net", 0.0),)),
    )
    at_cost(problem, cost)


def test_district_steam_counts_and_no_certificate_covers_it() -> None:
    """10 MW of bought steam at 0.0004 and 0.3 t/MWh: 3,000 t of scope 2. At most 1,500 t: 5 MW from a heat pump at
    COP 2.5 on electricity at 0.0012, 2,000 MWh with certificates at 0.00001: 2.0 + 2.4 + 0.02 = 4.42.
    """
    steam = site.market("district", "steam", 0.0004, scope=2, emission_factor=0.3, base_emission_factor=0.3)
    pump = site.converter("pump", site.sizing(existing=10.0), inputs={"electricity": 0.4}, outputs={"steam": 1.0})
    problem = site.problem(
        demands=(site.demand("steam", 10.0, "steam"),),
        markets=(site.grid(0.0012), steam),
        converters=(pump,),
        instruments=(site.instrument("certificates", "certificate", 0.00001),),
    )
    free = solved(problem)
    assert inventory(problem, free).scope2_market_tco2e == pytest.approx([3000.0])
    assert inventory(problem, free).own_inventory_tco2e == pytest.approx([3000.0])
    capped = dataclasses.replace(problem, emissions=site.emissions(caps=(yearly_cap("gross_market", 1500.0),)))
    at_cost(capped, 4.42)
    assert infeasible(dataclasses.replace(capped, converters=()))


def electrified(*contracts: Contract) -> Problem:
    """10 MW of heat from gas (3.0; 2,000 t, the base year's too) or a heat pump at COP 2 on power at 0.0008; own
    emissions must halve."""
    pump = site.converter(
        "pump",
        site.sizing(existing=10.0),
        inputs={"electricity": 0.5},
        outputs={"steam": 1.0},
        electrified_heat=True,
    )
    boiler = site.converter("boiler", site.sizing(existing=10.0), inputs={"gas": 1.0}, outputs={"steam": 1.0})
    return site.problem(
        demands=(site.demand("steam", 10.0, "steam"),),
        markets=(site.grid(0.0008), site.gas()),
        converters=(pump, boiler),
        contracts=contracts,
        instruments=(site.instrument("certificates", "certificate"),),
        base=site.base(2000.0),
        durability=Durability(own_reduction_floor=np.array([0.5])),
    )


def test_electrified_heat_is_no_free_reduction() -> None:
    """By the pump 0.5 · 0.5 = 0.25 t/MWh at the base year's grid, more than gas at 0.2: no way to halve, whatever
    certificates are bought. A contract of one year does not last and does not help either.
    """
    assert infeasible(electrified())
    assert infeasible(electrified(site.contract(price=0.0008, tenor_years=1, max_volume=20.0)))


def test_electrified_heat_is_credited_with_lasting_power() -> None:
    """A contract of five years at the grid's price feeds the pump: 5 MW of heat from gas, 5 from 2.5 MW: 1.5 + 2.0 = 3.5."""
    problem = electrified(site.contract(price=0.0008, tenor_years=5, max_volume=20.0))
    plan = at_cost(problem, 3.5)
    assert inventory(problem, plan).own_reduction_share == pytest.approx([0.5])


def test_green_power_for_motors_is_no_own_reduction() -> None:
    """5,000 t of the base year come from motors. A lasting contract changes who makes the power, not how much is used."""
    problem = site.problem(
        contracts=(site.contract(price=0.0006, max_volume=10.0),),
        durability=Durability(own_reduction_floor=np.array([0.1])),
    )
    assert infeasible(problem)
    saving = site.retrofit("drives", {"motors": 0.1}, 5.0)
    at_cost(dataclasses.replace(problem, retrofits=(saving,)), 5 + 5.4)


def test_own_reduction_is_restated_for_output() -> None:
    """Gas heat 10 then 12 MW, base 2,000 t. A tenth below 2,400 t: 2,160, by a measure of 10 % for 5.0.

    5 + 0.9 · (3.0 + 3.6) = 10.94. Below 2,000 t whatever the output it could not be met: 2,160 > 1,800.
    """
    problem = two.problem(
        demands=(two.demand("heat", 10.0, "gas", [1.0, 1.2]),),
        markets=(two.gas(),),
        retrofits=(two.retrofit("insulation", {"heat": 0.1}, 5.0),),
        base=two.base(2000.0, restated=[2000.0, 2400.0]),
        durability=Durability(own_reduction_floor=np.array([np.nan, 0.1])),
    )
    at_cost(problem, 10.94)
    assert infeasible(dataclasses.replace(problem, base=two.base(2000.0)))


def test_own_reduction_floor_is_not_bought() -> None:
    """20 % less of 2,000 t: the measure at 4.0 is done though credits are free: 4 + 2.4 = 6.4."""
    problem = site.problem(
        demands=(site.demand("heat", 10.0, "gas"),),
        markets=(site.gas(),),
        retrofits=(site.retrofit("insulation", {"heat": 0.2}, 4.0),),
        instruments=(site.instrument("credits", "credit"),),
        base=site.base(2000.0),
        durability=Durability(own_reduction_floor=np.array([0.2])),
    )
    at_cost(problem, 6.4)


def test_contracts_may_carry_more_than_the_energy_limit_of_the_grid_market() -> None:
    """2,000 MWh a year from the grid, 8,000 through it by contract at 0.0005: 1.2 + 4.0 = 5.2, three stars.

    Four stars (half of own emissions) are out of reach and must not stand in the way of three.
    """
    levels = (
        Level(3, 0.0, (Gate("renewable_electricity_share", "min", 0.5),)),
        Level(4, 0.0, (Gate("own_reduction_share", "min", 0.5),)),
    )
    problem = half_renewable(
        site,
        markets=(site.grid(max_import_mwh_per_year=2000.0),),
        contracts=(site.contract(price=0.0005, max_volume=8.0),),
        rating=rating(*levels),
    )
    at_cost(problem, 5.2)


def test_solar_heat_and_grid_share_no_claim() -> None:
    """Heat from the sun is no renewable electricity: 5,000 certificates at 0.00001 are bought beside it: 6.05."""
    field = site.converter("field", site.sizing(existing=2.0), outputs={"hot_water": 1.0}, renewable=True)
    problem = half_renewable(
        site,
        demands=(site.demand(), site.demand("washing", 2.0, "hot_water")),
        converters=(field,),
        instruments=(site.instrument("certificates", "certificate", 0.00001),),
        carriers=(Carrier("electricity"), Carrier("hot_water", is_heat=True)),
    )
    at_cost(problem, 6.05)
