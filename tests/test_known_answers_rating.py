"""Caps, credits, levels, points, penalties and durable stars worked by hand.

`gas_site` burns 10,000 MWh of gas at 0.0003 (3.0 a year) and emits 2,000 t, as in its base year. The electric site uses
10,000 MWh at 0.0006 (6.0), 0.5 t/MWh by location, 0.8 without a claim.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from models.ledger import gross_bound_tco2e
from models.problem import (
    Durability,
    EmissionCap,
    Gate,
    Indicator,
    Level,
    MetricPoints,
    OtherEmissions,
    Problem,
    Rating,
    not_firm,
)
from models.rating import residual_bound_tco2e, residual_least_tco2e
from planner.accounting.accounts import accounts
from planner.accounting.ledger import inventory
from planner.accounting.rating import rate_years
from tests.factories import Site, rating
from tests.known_answers import at_cost, infeasible, solved, total

site = Site()
two = Site(years=(2025, 2026))
three = Site(years=(2025, 2026, 2027))
four = Site(years=(2025, 2026, 2027, 2028))

NEUTRAL = Gate("neutralised_share", "min", 1.0)
REMOVED = Gate("removal_share_of_residual", "min", 1.0)
HALF_RENEWABLE = Gate("renewable_electricity_share", "min", 0.5)


def gas_site(at: Site, **fields: object) -> Problem:
    values = {"demands": (at.demand("heat", 10.0, "gas"),), "markets": (at.gas(),), "base": at.base(2000.0)}
    return at.problem(**values | fields)


def capped(at: Site, metric: str, limit: object = None, total: float | None = None) -> object:
    """Emissions under one cap."""
    values = None if limit is None else at.yearly(limit)
    return at.emissions(caps=(EmissionCap("cap", metric, values, total),))


def three_stars(*gates: Gate) -> Rating:
    return rating(Level(3, 0.0, gates))


# Caps and offsets


def test_credits_up_to_their_supply_then_removals() -> None:
    """Net zero of 2,000 t: 500 credits at 0.00001 are all there are, 1,500 removals at 0.001: 3 + 0.005 + 1.5."""
    problem = gas_site(
        site,
        instruments=(
            site.instrument("credits", "credit", 0.00001, 500.0),
            site.instrument("removals", "removal", 0.001),
        ),
        emissions=capped(site, "net", 0.0),
    )
    at_cost(problem, 4.505)


def test_buffer_and_delivery_make_removals_dearer() -> None:
    """20 % buffer, 90 % delivered: 2,000/0.72 = 2,777.8 t at 0.001: 3 + 2.777778."""
    removals = site.instrument("forest", "removal", 0.001, buffer_share=0.2, delivery_share=0.9)
    at_cost(gas_site(site, instruments=(removals,), emissions=capped(site, "net", 0.0)), 3 + 2 / 0.72)


def test_cap_of_one_year() -> None:
    """1,500 t net in the second year: 500 credits at 0.0003: 6 + 0.15."""
    credits = two.instrument("credits", "credit", [0.0001, 0.0003])
    at_cost(gas_site(two, instruments=(credits,), emissions=capped(two, "net", [np.nan, 1500.0])), 6.15)


def test_cumulative_cap_takes_the_cheaper_year() -> None:
    """3,000 t net over two years of 2,000: 1,000 credits in the year in which they cost 0.0001: 6 + 0.1."""
    credits = two.instrument("credits", "credit", [0.0001, 0.0003])
    at_cost(gas_site(two, instruments=(credits,), emissions=capped(two, "net", total=3000.0)), 6.1)


def test_cap_as_a_share_of_business_as_usual() -> None:
    """80 % of business as usual, which grows from 2,000 to 2,200 t: 400 and 440 credits at 0.0001: 3 + 3.3 + 0.084."""
    usual = np.array([2000.0, 2200.0])
    problem = gas_site(
        two,
        demands=(two.demand("heat", 10.0, "gas", [1.0, 1.1]),),
        instruments=(two.instrument("credits", "credit", 0.0001),),
        emissions=capped(two, "net", 0.8 * usual),
        base=dataclasses.replace(two.base(2000.0), business_as_usual_tco2e=usual),
    )
    at_cost(problem, 6.384)


def test_scope_one_cap_is_met_by_fuel_switch_not_by_credits() -> None:
    """1,000 t of scope 1: half of the heat from biomass at 0.0005: 1.5 + 2.5 = 4.0, though credits are free."""
    problem = gas_site(
        site,
        markets=(site.gas(), site.market("biomass", "gas", 0.0005)),
        instruments=(site.instrument("credits", "credit"),),
        emissions=capped(site, "scope1", 1000.0),
    )
    at_cost(problem, 4.0)


@pytest.mark.parametrize(("scopes", "cost"), [((1, 2), 6.8), ((1, 2, 3), 7.0)])
def test_embodied_carbon_counts_inside_the_boundary(scopes: tuple[int, ...], cost: float) -> None:
    """At most 4,000 of 5,000 t. PV at 1.0 per MW avoids 500 t a year: 2 MW, 2 + 4.8 = 6.8.

    With scope 3, 100 t per MW in the year of building leave 400: 2.5 MW, 2.5 + 4.5 = 7.0.
    """
    problem = site.problem(
        converters=(site.converter("pv", site.sizing(1.0, embodied_tco2e_per_unit=100.0), renewable=True),),
        emissions=capped(site, "gross_location", 4000.0),
        rating=rating(scopes=scopes),
    )
    at_cost(problem, cost)


def test_embodied_carbon_of_a_store_may_exceed_a_year_of_emissions() -> None:
    """Prices 0 and 0.001 on 365 days, 10 MW: a lossless store of 10 MWh at 0.01 saves all 3.65. It embodies 20,000 t.

    Four stars (a tenth of the base) are then out of reach, which must not stand in the way of three.
    """
    day = Site(hours=(365, 365))
    levels = (Level(3, 0.0, ()), Level(4, 0.0, (Gate("residual_share_of_base", "max", 0.1),)))
    problem = day.problem(
        markets=(day.grid([0.0, 0.001], max_import_mw=20.0),),
        stores=(day.store(energy=day.sizing(0.01, embodied_tco2e_per_unit=2000.0)),),
        rating=rating(*levels, scopes=(1, 2, 3)),
        target=day.target(3),
    )
    at_cost(problem, 0.1)


def test_process_emissions_are_priced() -> None:
    """A kiln of 1 MW emits 0.3 t/MWh beside its gas: 200 + 300 t at 0.0001: 0.3 + 0.05."""
    kiln = site.converter(
        "kiln", site.sizing(existing=1.0), inputs={"gas": 1.0}, outputs={"steam": 1.0}, direct_tco2e_per_mwh=0.3
    )
    problem = site.problem(
        demands=(site.demand("clinker", 1.0, "steam"),),
        markets=(site.gas(),),
        converters=(kiln,),
        emissions=site.emissions(carbon_price=0.0001),
    )
    at_cost(problem, 0.35)


# Levels and points


@pytest.mark.parametrize(("gate", "cost"), [(NEUTRAL, 3.16), (REMOVED, 5.0)])
def test_removal_only_level_takes_no_credits(gate: Gate, cost: float) -> None:
    """2,000 t: credits at 0.00008 neutralise, 3.16; a level that takes removals alone needs 2,000 · 0.001: 5.0."""
    problem = gas_site(
        site,
        instruments=(site.instrument("credits", "credit", 0.00008), site.instrument("removals", "removal", 0.001)),
        rating=three_stars(gate),
        target=site.target(3),
    )
    at_cost(problem, cost)


@pytest.mark.parametrize(("stars", "cost"), [((0, 3, 0), 9.2), ((0, 3, 3), 9.4)])
def test_level_held_over_the_years(stars: tuple[int, ...], cost: float) -> None:
    """2,000 credits at 0.0001 in each year of the target: once 0.2, held 0.4."""
    problem = gas_site(
        three,
        instruments=(three.instrument("credits", "credit", 0.0001),),
        rating=three_stars(NEUTRAL),
        target=three.target(stars),
    )
    plan = at_cost(problem, cost)
    assert [one.full.stars for one in rate_years(problem, plan)] == list(stars)


def test_higher_level_needs_the_lower_ones() -> None:
    """Four stars ask only for neutrality, three for half renewable power; 5,000 certificates at 0.00001 are on offer.

    0.05 for three stars, the remaining 5,000 · 0.8 = 4,000 t as credits at 0.0001: 6.45.
    """
    problem = site.problem(
        instruments=(
            site.instrument("certificates", "certificate", 0.00001, 5000.0),
            site.instrument("credits", "credit", 0.0001),
        ),
        rating=rating(Level(3, 0.0, (HALF_RENEWABLE,)), Level(4, 0.0, (NEUTRAL,))),
        target=site.target(4),
    )
    at_cost(problem, 6.45)


def test_nothing_left_counts_as_neutral() -> None:
    """All 10,000 MWh claimed at 0.00001: no tonne is left to neutralise, 6.1, cheaper than any credit at 0.0001."""
    problem = site.problem(
        instruments=(
            site.instrument("certificates", "certificate", 0.00001),
            site.instrument("credits", "credit", 0.0001),
        ),
        rating=three_stars(NEUTRAL),
        target=site.target(3),
    )
    plan = at_cost(problem, 6.1)
    assert rate_years(problem, plan)[0].full.stars == 3


def test_intensity_and_residual_gates_are_upper_limits() -> None:
    """At most 2 t per tce: 10,000 · 0.1229 = 1,229 tce allow 2,458 t, 0.8 t/MWh: 3,072.5 MWh uncovered.

    6,927.5 certificates at 0.00001: 6.069275. At most half of a base of 8,000 t: 4,000 t, 5,000 certificates: 6.05.
    """
    problem = site.problem(
        instruments=(site.instrument("certificates", "certificate", 0.00001),),
        base=site.base(8000.0),
        rating=three_stars(Gate("emissions_per_tce", "max", 2.0)),
        target=site.target(3),
    )
    intensity = dataclasses.replace(problem.emissions, energy_tce_per_mwh={"grid": 0.1229})
    at_cost(dataclasses.replace(problem, emissions=intensity), 6.069275)
    at_cost(dataclasses.replace(problem, rating=three_stars(Gate("residual_share_of_base", "max", 0.5))), 6.05)


def test_own_reduction_gate() -> None:
    """A tenth of 2,000 t: the measure of 10 % at 0.5 is done though it saves 0.3: 3.2."""
    problem = gas_site(
        site,
        retrofits=(site.retrofit("insulation", {"heat": 0.1}, 0.5),),
        rating=three_stars(Gate("own_reduction_share", "min", 0.1)),
        target=site.target(3),
    )
    at_cost(problem, 3.2)


COMPLIANCE = Indicator("compliance", "gate", gate_items=("law",))


def test_unmet_gate_item_gives_no_level() -> None:
    """Nobody offers the item: no level, whatever is bought. The evaluator gives none either."""
    problem = site.problem(rating=rating(Level(3, 0.0, ()), indicators=(COMPLIANCE,)), target=site.target(3))
    assert infeasible(problem)
    free = dataclasses.replace(problem, target=None)
    assert rate_years(free, solved(free))[0].full.stars == 0


def test_gate_item_is_adopted_when_needed() -> None:
    """0.3 now or 0.2 next year, upkeep 0.05 a year; needed in the second year: 12 + 0.2 + 0.05. Already met: 12."""
    item = two.management("register", [0.3, 0.2], 0.05, gate="law")
    problem = two.problem(
        management=(item,), rating=rating(Level(3, 0.0, ()), indicators=(COMPLIANCE,)), target=two.target([0, 3])
    )
    at_cost(problem, 12.25)
    at_cost(dataclasses.replace(problem, management=(dataclasses.replace(item, already_met=True),)), 12.0)


def points_problem(needed: float) -> Problem:
    """Items of 10 points for 1.0 (a), 10 for 0.5 (b), 15 for 1.2 (c); `needed` of 100 points."""
    items = (
        site.management("a", 1.0, points={"management": 10.0}),
        site.management("b", 0.5, points={"management": 10.0}),
        site.management("c", 1.2, points={"management": 15.0}),
    )
    indicator = Indicator("management", "score", 40.0)
    return site.problem(
        management=items,
        rating=rating(Level(3, needed / 100, ()), indicators=(indicator,)),
        target=site.target(3),
    )


@pytest.mark.parametrize(("needed", "cost"), [(10.0, 6.5), (20.0, 7.5), (25.0, 7.7), (35.0, 8.7)])
def test_cheapest_items_for_a_score(needed: float, cost: float) -> None:
    """10: b. 20: a + b = 1.5 (b + c = 1.7). 25: b + c. 35: all, 2.7."""
    at_cost(points_problem(needed), cost)


def test_points_of_an_indicator_end_at_its_maximum() -> None:
    """12 of 100 points. Certificates at 0.00001 earn 10 per half of the power, but the indicator ends at 10: 5,000.

    The other 2 points come from an item for 0.4: 6 + 0.05 + 0.4.
    """
    steps = MetricPoints("renewable_electricity_share", (0.5, 1.0), (10.0, 20.0))
    problem = site.problem(
        management=(site.management("meters", 0.4, points={"management": 5.0}),),
        instruments=(site.instrument("certificates", "certificate", 0.00001),),
        rating=rating(
            Level(3, 0.12, ()),
            indicators=(Indicator("energy", "score", 10.0, metrics=(steps,)), Indicator("management", "score", 20.0)),
        ),
        target=site.target(3),
    )
    at_cost(problem, 6.45)


@pytest.mark.parametrize(("questionnaire", "cost"), [(0.0, 6.05), (10.0, 6.02), (20.0, 6.0)])
def test_points_of_a_metric_come_in_steps(questionnaire: float, cost: float) -> None:
    """20 of 100 points; 10 at 20 %, 20 at 50 % of renewable power, 0.00001 per MWh; items met today count."""
    steps = MetricPoints("renewable_electricity_share", (0.2, 0.5), (10.0, 20.0))
    problem = site.problem(
        instruments=(site.instrument("certificates", "certificate", 0.00001),),
        rating=rating(Level(3, 0.2, ()), indicators=(Indicator("energy", "score", 40.0, questionnaire, (steps,)),)),
        target=site.target(3),
    )
    at_cost(problem, cost)


@pytest.mark.parametrize("firm", [True, False])
@pytest.mark.parametrize(("needed", "cost"), [(0.2, 3.02), (0.3, 3.515), (0.4, 4.01)])
def test_steps_above_what_the_gates_demand(needed: float, cost: float, firm: bool) -> None:
    """2,000 t neutralised earn 20 points, a quarter of them removed 10 more, half of them 20. Credits 0.00001, removals 0.001.

    A target that might be given up, but is not, asks for the same.
    """
    neutral = MetricPoints("neutralised_share", (0.5, 1.0), (10.0, 20.0))
    removed = MetricPoints("removal_share_of_residual", (0.25, 0.5), (10.0, 20.0))
    problem = gas_site(
        site,
        instruments=(
            site.instrument("credits", "credit", 0.00001, 2500.0),
            site.instrument("removals", "removal", 0.001, 1000.0),
        ),
        rating=rating(
            Level(3, needed, (NEUTRAL,)), indicators=(Indicator("offset", "score", 40.0, metrics=(neutral, removed)),)
        ),
        target=site.target(3),
    )
    at_cost(problem if firm else not_firm(problem), cost)


def test_no_more_is_left_than_can_be_neutralised() -> None:
    """400 of 500 credits and 90 of 100 removals count; lasting are 60 of them and credits up to a tenth of 2,000 t."""
    problem = gas_site(
        site,
        instruments=(
            dataclasses.replace(site.instrument("credits", "credit", 0.00001, 500.0), delivery_share=0.8),
            dataclasses.replace(site.instrument("kiln", "removal", 0.001, 60.0), durability_years=1000.0),
            dataclasses.replace(
                site.instrument("forest", "removal", 0.001, 40.0), buffer_share=0.25, durability_years=40.0
            ),
        ),
        rating=three_stars(dataclasses.replace(NEUTRAL, threshold=0.5)),
        durability=Durability(residual_share=0.1),
        target=site.target(3, 3),
    )
    modelled_only = dataclasses.replace(problem, target=site.target(3))
    assert residual_bound_tco2e(modelled_only, 2025, durable=False) == pytest.approx((400 + 90) / 0.5)
    assert residual_bound_tco2e(problem, 2025, durable=True) == pytest.approx((200 + 60) / 0.5)
    assert residual_bound_tco2e(problem, 2025, durable=False) == pytest.approx((200 + 60) / 0.5)
    assert residual_bound_tco2e(not_firm(problem), 2025, durable=True) == gross_bound_tco2e(problem)


# Paper, penalties and durable stars


def penalised(limit: object, *, steps: int = 2, removal: float | None = None, lasts: float = 1000.0) -> Problem:
    """Four years of at most `limit` net; credits are free, paper above 10 % of the gross tonnes (200 t) costs 0.0001
    per tonne, and 0.0001 more for each of the `steps` years before that relied on paper too."""
    instruments = [four.instrument("credits", "credit")]
    if removal is not None:
        instruments.append(four.instrument("removals", "removal", removal, durability_years=lasts))
    return gas_site(
        four,
        instruments=tuple(instruments),
        emissions=capped(four, "net", limit),
        durability=Durability(0.0001, 0.0001, steps, 0.1),
    )


@pytest.mark.parametrize(
    ("steps", "penalty"), [(2, 0.08 + 0.16 + 0.24 + 0.24), (3, 0.08 + 0.16 + 0.24 + 0.32), (0, 4 * 0.08)]
)
def test_penalty_grows_with_the_years_of_reliance_before(steps: int, penalty: float) -> None:
    """1,000 credits a year, 800 above the threshold: 0.08, then 0.16, 0.24 and, beyond the last step, no more.

    The penalty steers the plan and is no cash: 12.0 is paid.
    """
    problem = penalised(1000.0, steps=steps)
    plan = at_cost(problem, 12 + penalty)
    assert accounts(problem, plan).net_present_cost == pytest.approx(12.0)


@pytest.mark.parametrize(("steps", "penalty"), [(1, 0.08 + 0.08 + 0.16), (2, 0.08 + 0.16 + 0.16)])
def test_a_year_without_paper_does_not_bring_back_the_first_price(steps: int, penalty: float) -> None:
    """No cap in the second year: the third pays a step for the first where two years count, and the fourth one for the third."""
    at_cost(penalised([1000.0, np.nan, 1000.0, 1000.0], steps=steps), 12 + penalty)


def test_removals_part_years_of_reliance_where_that_is_cheaper() -> None:
    """Removals at 0.00025: 800 t cost 0.2 in a year, 200 credits stay free. In both of the middle years they part the others.

    0.08 + 0.2 + 0.2 + 0.08 = 0.56, against 0.08 + 0.2 + 0.16 + 0.16 = 0.6 with one, 0.72 on paper alone and 0.8 on removals.
    """
    at_cost(penalised(1000.0, removal=0.00025), 12.56)


def test_removals_that_do_not_last_are_paper() -> None:
    """Forestry for 30 years, even for nothing, parts no years of reliance: 0.08 + 0.16 + 0.24 + 0.24, as credits do."""
    problem = penalised(1000.0, removal=0.0, lasts=30.0)
    plan = at_cost(problem, 12.72)
    assert inventory(problem, plan).paper_tco2e == pytest.approx(np.full(4, 1000.0))


def test_certificates_are_paper_too() -> None:
    """Half of the power by certificates at 0: 5,000 · 0.8 = 4,000 t, 500 t (10 % of 5,000) are free: 3,500 · 0.0001."""
    problem = site.problem(
        instruments=(site.instrument("certificates", "certificate"),),
        rating=three_stars(HALF_RENEWABLE),
        target=site.target(3),
        durability=Durability(penalty_per_tonne=0.0001),
    )
    at_cost(problem, 6.35)


@pytest.mark.parametrize(("penalty", "cost", "pv"), [(0.0, 6.05, 0.0), (0.001, 7.87, 14 / 3)])
def test_penalty_moves_the_plan_from_paper_to_plant(penalty: float, cost: float, pv: float) -> None:
    """Half renewable: certificates at 0.00001, or PV of x MW at 1.0 (0.4 net of what it saves).

    Without penalty 5,000 certificates: 6.05. With 0.001/t: paper 0.8 · (5,000 − 1,000·x) against 0.1 · 0.5 · (10,000 −
    1,000·x): the excess 3,500 − 750·x costs 0.75 per MW, more than 0.4 + 0.05 t of threshold. x = 14/3, then no excess:
    333.3 certificates: 6 + 14/3 · 0.4 + 0.003333 = 7.87.
    """
    problem = site.problem(
        converters=(site.converter("pv", site.sizing(1.0), renewable=True),),
        instruments=(site.instrument("certificates", "certificate", 0.00001),),
        rating=three_stars(HALF_RENEWABLE),
        target=site.target(3),
        durability=Durability(penalty_per_tonne=penalty),
    )
    plan = at_cost(problem, cost)
    assert total(plan, "converters.build_mw", "pv") == pytest.approx(pv)


def test_removal_share_follows_its_path() -> None:
    """30 % of what offsets 2,000 t are removals at 0.001, the rest credits at 0.0001: 3 + 0.6 + 0.14."""
    problem = gas_site(
        site,
        instruments=(site.instrument("credits", "credit", 0.0001), site.instrument("removals", "removal", 0.001)),
        rating=three_stars(NEUTRAL),
        target=site.target(3),
        durability=Durability(removal_share_path=np.array([0.3])),
    )
    at_cost(problem, 3.74)


@pytest.mark.parametrize(("held", "cost", "durable"), [(0, 3.2, 0), (3, 4.82, 3)])
def test_durable_stars_reported_or_held(held: int, cost: float, durable: int) -> None:
    """2,000 credits at 0.0001 give three stars, none of them durable: 3.2.

    Held: 200 credits (10 % of the base) and 1,800 lasting removals at 0.001: 3 + 0.02 + 1.8; timber at 0.0002 for 50
    years does not count.
    """
    problem = gas_site(
        site,
        instruments=(
            site.instrument("credits", "credit", 0.0001),
            site.instrument("timber", "removal", 0.0002, durability_years=50.0),
            site.instrument("rock", "removal", 0.001, durability_years=1000.0),
        ),
        rating=three_stars(NEUTRAL),
        target=site.target(3, held),
    )
    plan = at_cost(problem, cost)
    rated = rate_years(problem, plan)[0]
    assert (rated.full.stars, rated.durable.stars) == (3, durable)


@pytest.mark.parametrize(("held", "cost"), [(0, 6.05), (3, 6.25)])
def test_durable_renewable_share_needs_a_lasting_contract(held: int, cost: float) -> None:
    """5,000 certificates at 0.00001: 6.05. Durable: 5 MW of a contract of five years at 0.00065: 3 + 3.25 = 6.25.

    A contract of one year at 0.00061 does not last.
    """
    problem = site.problem(
        contracts=(
            site.contract("short", price=0.00061, tenor_years=1, max_volume=10.0),
            site.contract("long", price=0.00065, tenor_years=5, max_volume=10.0),
        ),
        instruments=(site.instrument("certificates", "certificate", 0.00001),),
        rating=three_stars(HALF_RENEWABLE),
        target=site.target(3, held),
    )
    at_cost(problem, cost)


def test_short_direct_line_does_not_last() -> None:
    """A direct line for one year at 0.00061 is no durable claim either: the long contract at 0.00065 it is, 6.25.

    It leaves its tonnes uncovered: neutral by removals at 0.001, 8,000 t cost 8.0 with the short line as without it.
    """
    short = site.contract("short", price=0.00061, tenor_years=1, max_volume=10.0, direct_line=True)
    problem = site.problem(
        contracts=(short, site.contract("long", price=0.00065, tenor_years=5, max_volume=10.0)),
        rating=three_stars(HALF_RENEWABLE),
        target=site.target(3, 3),
    )
    at_cost(problem, 6.25)
    removals = site.instrument("rock", "removal", 0.001, durability_years=1000.0)
    reduced = three_stars(Gate("own_reduction_share", "min", 0.5))
    based = dataclasses.replace(problem, rating=reduced, base=site.base(5000.0))
    at_cost(dataclasses.replace(based, target=site.target(3)), 6.05)  # half by the short line
    assert infeasible(based)
    neutral = dataclasses.replace(problem, contracts=(short,), instruments=(removals,), rating=three_stars(NEUTRAL))
    at_cost(neutral, 14.0)


def test_own_reduction_and_paper_are_told_apart() -> None:
    """Neutral by 1,600 credits at 0.0001 after a measure of 20 % that pays (0.2 for 0.6): 0.2 + 2.4 + 0.16 = 2.76.

    Own reduction 20 %, paper 1,600 of 1,600 t.
    """
    problem = gas_site(
        site,
        retrofits=(site.retrofit("insulation", {"heat": 0.2}, 0.2),),
        instruments=(site.instrument("credits", "credit", 0.0001),),
        rating=three_stars(NEUTRAL),
        target=site.target(3),
    )
    full = inventory(problem, at_cost(problem, 2.76))
    assert full.own_reduction_share == pytest.approx([0.2])
    assert full.paper_share == pytest.approx([1.0])


def test_what_nothing_abates_is_left() -> None:
    """50 t of refrigerant and 700 t of freight stay; scrubbers take 0.9 of scope 1; a fuel that binds carbon may take all."""
    other = (OtherEmissions("refrigerant", 1, np.array([50.0])), OtherEmissions("freight", 3, np.array([700.0])))
    problem = gas_site(site, emissions=site.emissions(other=other), rating=three_stars(NEUTRAL), target=site.target(3))
    scrubber = site.converter("scrubber", captured_tco2e_per_mwh=0.1, capture_limit_share=0.9)
    scopes = dataclasses.replace(three_stars(NEUTRAL), scopes=(1, 2, 3))
    assert residual_least_tco2e(problem, 2025) == pytest.approx(50)
    assert residual_least_tco2e(dataclasses.replace(problem, rating=scopes), 2025) == pytest.approx(50 + 700)
    assert residual_least_tco2e(dataclasses.replace(problem, converters=(scrubber,)), 2025) == pytest.approx(50 * 0.1)
    assert residual_least_tco2e(dataclasses.replace(problem, markets=(site.gas(emission_factor=-0.1),)), 2025) == 0.0
