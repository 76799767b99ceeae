"""Out of reach: by how much a target is missed and how much a limit must grow, worked by hand.

The factory uses 10 MW for 1,000 hours: 10,000 MWh at 600 per MWh, 0.5 t/MWh by location and 0.8 t/MWh uncovered.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.problem import Durability, EmissionCap, Gate, Indicator, Level, MetricPoints, Problem
from planner.engine import Explanation, Options, SolverError, explain, growths, solve
from planner.engine.elastic import Slack
from tests.factories import Site, rating

SITE = Site(hours=(1000.0,))
EXACT = Options(gap=1e-9, time_limit_s=60.0)
GEC, ROOF = ("instruments", "gec", "max_per_year"), ("site", "", "roof_m2")
GREEN = Gate("renewable_electricity_share", "min", 0.8)
ASKED = Indicator("energy", "score", 100.0, 30.0)  # 30 of 100 points from the questionnaire


def factory(certificates: float | None = 5000.0, **fields: object) -> Problem:
    """Three stars need 80 % renewable electricity; certificates cost 10 per MWh."""
    bought = () if certificates is None else (SITE.instrument("gec", "certificate", 0.00001, certificates),)
    return SITE.problem(
        **{
            "instruments": bought,
            "rating": rating(Level(3, 0.2, (GREEN,)), indicators=(ASKED,)),
            "target": SITE.target(3),
        }
        | fields
    )


def explained(problem: Problem) -> Explanation:
    assert solve(problem, EXACT).facts.status == "infeasible"
    return explain(problem, EXACT)


def ways(problem: Problem, *given: tuple[str, str, str]) -> list[tuple[Slack, ...]]:
    found, complete = growths(problem, EXACT, given)
    assert complete
    return found


def only_way(problem: Problem, *given: tuple[str, str, str]) -> Slack:
    found = ways(problem, *given)
    assert len(found) == 1, found
    return only(found[0])


def only(slacks: tuple[Slack, ...]) -> Slack:
    assert len(slacks) == 1, slacks
    return slacks[0]


def test_missed_certificates_are_counted_in_mwh() -> None:
    """8,000 MWh must be claimed, 5,000 may be bought: 3,000 are missing, and buying them is the way."""
    found = explained(factory())
    missed, way = only(found.missed), only_way(factory(), GEC)
    assert (missed.row, missed.index) == ("rating.gate_at_least", (2025, 3, 0))
    assert missed.amount == pytest.approx(3000.0, rel=1e-6)
    assert (way.row, way.index, way.limit) == ("instruments.quantity_within_cap", ("gec", 2025), 5000.0)
    assert way.amount == pytest.approx(3000.0, rel=1e-6)
    assert (way.key, way.year) == (GEC, 2025)


def test_the_way_is_a_plan_once_its_limit_is_raised() -> None:
    way = only_way(factory(5000.0), GEC)
    plan = solve(factory(5000.0 + way.amount * (1 + 1e-6)), EXACT)
    assert plan.facts.status == "optimal"
    assert plan.facts.objective == pytest.approx(10000 * 0.0006 + 8000 * 0.00001, rel=1e-6)
    assert solve(factory(5000.0 + 0.999 * way.amount), EXACT).facts.status == "infeasible"


def test_without_any_means_there_is_no_way() -> None:
    """Nothing to buy or build: all 8,000 MWh are missing."""
    found = explained(factory(None))
    assert only(found.missed).amount == pytest.approx(8000.0, rel=1e-6)
    assert ways(factory(None)) == []


def test_missing_points_are_counted_in_points() -> None:
    """30 of 100 points from the questionnaire, 20 from metering, 60 wanted."""
    item = SITE.management("metering", points={"energy": 20.0})
    standard = rating(Level(3, 0.6, ()), indicators=(ASKED,))
    missed = only(explained(factory(rating=standard, management=(item,))).missed)
    assert missed.row == "rating.score_reached"
    assert missed.amount == pytest.approx(10.0, rel=1e-6)


def test_a_missing_gate_item_is_named() -> None:
    standard = rating(Level(3, 0.0, ()), indicators=(ASKED, Indicator("basics", "gate", gate_items=("lawful",))))
    missed = only(explained(factory(rating=standard)).missed)
    assert (missed.row, missed.index) == ("rating.gate_item_met", (2025, 3, "lawful"))
    assert missed.amount == pytest.approx(1.0)


def test_a_tonne_cap_is_missed_in_tonnes() -> None:
    """5,000 t by location against a cap of 4,200."""
    cap = EmissionCap("path", "gross_location", np.array([4200.0]))
    missed = only(explained(SITE.problem(emissions=SITE.emissions(caps=(cap,)))).missed)
    assert (missed.row, missed.index) == ("ledger.cap_by_year", ("path", 2025))
    assert (missed.limit, missed.amount) == (pytest.approx(4200.0), pytest.approx(800.0))


def test_a_floor_of_own_reduction_is_missed_in_tonnes() -> None:
    """Base 5,000 t, floor 30 %: 3,500 t allowed, 5,000 t emitted."""
    floor = Durability(own_reduction_floor=np.array([0.3]))
    missed = only(explained(SITE.problem(durability=floor)).missed)
    assert missed.row == "durability.own_reduction_above_floor"
    assert missed.amount == pytest.approx(1500.0, rel=1e-6)


def test_a_roof_too_small_grows_by_what_is_missing() -> None:
    """8,000 MWh from a generator of 1 MWh per MW and hour: 8 MW, where the roof bears 5."""
    sun = SITE.converter("pv", SITE.sizing(1.0, max_total=50.0), renewable=True, groups={"roof": 1.0})
    problem = factory(None, converters=(sun,), group_limits={"roof": 5.0})
    assert only(explained(problem).missed).amount == pytest.approx(3000.0, rel=1e-6)
    way = only_way(problem, ROOF)
    assert (way.row, way.index) == ("groups.group_within_limit", ("roof", 2025))
    assert way.amount == pytest.approx(3.0, rel=1e-5)


def test_a_size_that_follows_from_the_roof_gives_way_with_it() -> None:
    """The roof bears 5 MW and nothing else limits the size: its largest size is no limit that the scenario has."""
    sun = SITE.converter("pv", SITE.sizing(1.0, max_total=5.0), renewable=True, groups={"roof": 1.0})
    problem = factory(None, converters=(sun,), group_limits={"roof": 5.0})
    assert only_way(problem, ROOF).amount == pytest.approx(3.0, rel=1e-5)


@pytest.mark.parametrize(("existing", "rest"), [(0.0, 3.0), (2.0, 3.0)])
def test_a_limit_is_told_as_it_is_given_whatever_stands(existing: float, rest: float) -> None:
    """8 MW needed in all and 5 allowed in all, of which 2 may stand: from 5 to 8, not from 3 to 6; so of a roof."""
    sized = SITE.sizing(1.0, max_total=5.0, existing=existing)
    sun = SITE.converter("pv", sized, renewable=True)
    pv = ("converters", "pv", "max_mw")
    way = only_way(factory(None, converters=(sun,)), pv)
    assert (way.key, way.limit, way.amount) == (pv, 5.0, pytest.approx(rest, rel=1e-5))
    sun = replace(sun, sizing=replace(sized, max_total=50.0), groups={"roof": 1.0})
    way = only_way(factory(None, converters=(sun,), group_limits={"roof": 5.0}), ROOF)
    assert (way.limit, way.amount) == (5.0, pytest.approx(rest, rel=1e-5))


def test_the_connection_of_the_site_is_one_limit_of_all_markets() -> None:
    """10 MW needed, 8 MW over the fence from two suppliers of 6 MW each: neither supplier is what is short."""
    markets = (SITE.grid(max_import_mw=6.0), replace(SITE.grid(max_import_mw=6.0), name="second"))
    problem = SITE.problem(markets=markets, grid_connection_mw=8.0)
    site = ("site", "", "grid_connection_mw")
    given = {("markets", "grid", "max_mw"), ("markets", "second", "max_mw"), site}
    missed = only(explained(problem).missed)  # power that nobody sells does not come over the fence
    assert (missed.index, missed.amount) == (("electricity", 2025), pytest.approx(2.0))
    way = only_way(problem, *given)
    assert (way.key, way.limit, way.amount) == (site, 8.0, pytest.approx(2.0, rel=1e-5))


def test_a_contract_too_small_grows_in_its_own_unit() -> None:
    """6 MW of 8 MW needed around the clock."""
    contract = SITE.contract("ppa", price=0.0005, max_volume=6.0)
    way = only_way(factory(None, contracts=(contract,)), ("contracts", "ppa", "max_mw"))
    assert (way.row, way.index, way.limit) == ("contracts.volume", ("ppa", 2025), 6.0)
    assert way.amount == pytest.approx(2.0, rel=1e-5)


def test_a_budget_too_small_grows_in_money() -> None:
    sun = SITE.converter("pv", SITE.sizing(1.5, max_total=50.0), renewable=True)
    problem = factory(None, converters=(sun,), finance=SITE.finance(capex_limit=9.0))
    way = only_way(problem, ("finance", "", "annual_capex_limit"))
    assert (way.row, way.index, way.limit) == ("finance.capex_within_limit", (2025,), 9.0)
    assert way.amount == pytest.approx(3.0, rel=1e-5)


def test_a_problem_with_a_plan_is_not_explained_away() -> None:
    with pytest.raises(SolverError, match="has a plan"):
        explain(factory(8000.0), EXACT)


def test_the_least_miss_uses_every_means_first() -> None:
    """Certificates for 5,000 and an installation for 2,000 MWh leave 1,000."""
    sun = SITE.converter("pv", SITE.sizing(1.0, max_total=2.0), renewable=True)
    found = explained(factory(converters=(sun,)))
    assert only(found.missed).amount == pytest.approx(1000.0, rel=1e-6)


def test_a_standard_without_score_is_explained() -> None:
    assert only(explain(factory(rating=rating(Level(3, 0.0, (GREEN,)))), EXACT).missed).amount == pytest.approx(3000.0)


def test_points_of_a_gate_that_is_missed_are_missed_too() -> None:
    """5,000 of 10,000 MWh earn 10 points; at 80 %, which the gate asks for, they would be 40, and 50 are needed."""
    green = MetricPoints("renewable_electricity_share", (0.5, 0.8), (10.0, 40.0))
    points = Indicator("green", "score", 40.0, metrics=(green,))
    missed = explained(factory(rating=rating(Level(3, 0.5, (GREEN,)), indicators=(points,)))).missed
    found = {slack.row: slack.amount for slack in missed}
    assert found == pytest.approx({"rating.gate_at_least": 3000.0, "rating.score_reached": 40.0}, rel=1e-6)


def test_of_several_levels_the_highest_is_missed() -> None:
    """Three stars need 60 %, four 80 %: what is short of four stars says it all."""
    levels = (Level(3, 0.2, (Gate("renewable_electricity_share", "min", 0.6),)), Level(4, 0.2, (GREEN,)))
    missed = only(explained(factory(rating=rating(*levels, indicators=(ASKED,)), target=SITE.target(4))).missed)
    assert (missed.index, missed.limit) == ((2025, 4, 0), 0.8)
    assert missed.amount == pytest.approx(3000.0, rel=1e-6)


def test_a_connection_too_small_is_short_of_power_and_grows() -> None:
    """10 MW needed, 8 MW connected; the first year needs no more than that, and the second 25 % more than the first."""
    site = Site(years=(2025, 2026), hours=(1000.0,))
    problem = site.problem(demands=(site.demand(load=8.0, index=(1.0, 1.25)),), markets=(site.grid(max_import_mw=8.0),))
    missed, way = only(explained(problem).missed), only_way(problem, ("markets", "grid", "max_mw"))
    assert (missed.row, missed.index) == ("carriers.carrier_balance", ("electricity", 2026))
    assert missed.amount == pytest.approx(2.0)
    assert (way.row, way.index, way.limit) == ("markets.max_import_mw", ("grid", 2026), 8.0)
    assert way.amount == pytest.approx(2.0, rel=1e-4)


def test_a_boiler_too_small_is_short_of_heat() -> None:
    boiler = SITE.converter(
        "boiler", SITE.sizing(existing=3.0, build_years=()), inputs={"gas": 1.25}, outputs={"steam": 1.0}
    )
    problem = SITE.problem(
        demands=(SITE.demand("dyeing", 4.5, carrier="steam"),), markets=(SITE.gas(),), converters=(boiler,)
    )
    found = explained(problem)
    assert (only(found.missed).index, only(found.missed).amount) == (("steam", 2025), pytest.approx(1.5))
    assert ways(problem, ("converters", "boiler", "max_mw")) == []  # none is for sale


def test_a_yearly_limit_of_a_market_grows() -> None:
    """10,000 MWh needed, 9,000 for sale."""
    problem = SITE.problem(markets=(SITE.grid(max_import_mwh_per_year=9000.0),))
    assert explained(problem).missed
    way = only_way(problem, ("markets", "grid", "max_mwh_per_year"))
    assert (way.row, way.limit, way.amount) == ("markets.import_within_year", 9000.0, pytest.approx(1000.0, rel=1e-4))


def test_every_limit_that_suffices_alone_is_found_what_grows_least_first() -> None:
    """3,000 of 8,000 MWh are missing beside certificates for 750: a roof of 4.25 MW grows by 3, certificates by 3,000 MWh."""
    sun = SITE.converter("pv", SITE.sizing(20.0, max_total=50.0), renewable=True, groups={"roof": 1.0})
    problem = factory(750.0, converters=(sun,), group_limits={"roof": 4.25})
    found = [only(way) for way in ways(problem, GEC, ROOF)]
    assert {way.key: way.amount for way in found} == pytest.approx({GEC: 3000.0, ROOF: 3.0}, rel=1e-4)


def test_limits_that_suffice_only_together_are_one_way() -> None:
    """80 % in two years, of which only the first may still buy certificates: no limit alone serves both."""
    site = Site(years=(2025, 2026), hours=(1000.0,))
    bought = tuple(
        site.instrument(name, "certificate", 0.00001, limits)
        for name, limits in (("early", (5000.0, 0.0)), ("late", (0.0, 5000.0)))
    )
    problem = site.problem(
        instruments=bought, rating=rating(Level(3, 0.2, (GREEN,)), indicators=(ASKED,)), target=site.target(3)
    )
    (way,) = ways(problem, *(("instruments", name, "max_per_year") for name in ("early", "late")))
    assert {slack.index: slack.amount for slack in way} == pytest.approx(
        {("early", 2025): 3000.0, ("late", 2026): 3000.0}, rel=1e-4
    )


def test_an_explanation_out_of_time_says_so() -> None:
    options = Options(gap=0.0, time_limit_s=-10.0)
    assert explain(factory(), options).missed == () or not explain(factory(), options).unproven
    found, complete = growths(factory(), options, {GEC})
    assert found or not complete
