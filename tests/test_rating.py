"""The evaluator: gates, points, levels, and what would close the next level."""

from __future__ import annotations

import math

import pytest
from factories import Site, rating

from models.problem import Durability, Gate, Indicator, Level, MetricPoints
from planner.accounting.rating import METRICS, Facts, indicator_points, metric_points, rate, rate_years

ONE = Site()
RENEWABLE = Gate("renewable_electricity_share", "min", 0.5)
HALF = Facts(claimed_mwh=5_000, used_mwh=10_000, gross_market_tco2e=4_000, base_gross_tco2e=10_000)


def test_highest_level_with_every_lower_level_met():
    steps = [
        Level(n, 0.0, (Gate("renewable_electricity_share", "min", share),))
        for n, share in ((1, 0.2), (2, 0.5), (3, 0.8))
    ]
    assert rate(rating(*steps), HALF, []).stars == 2


def test_a_level_above_a_failed_one_does_not_count():
    levels = Level(1, 0.0, (Gate("renewable_electricity_share", "min", 0.6),)), Level(2, 0.0, ())
    assert rate(rating(*levels), HALF, []).stars == 0


def test_levels_need_not_come_in_order():
    levels = Level(2, 0.0, (Gate("renewable_electricity_share", "min", 0.9),)), Level(1, 0.0, ())
    assert rate(rating(*levels), HALF, []).stars == 1


def test_failed_gate_tells_how_many_megawatt_hours_are_missing():
    result = rate(rating(Level(1, 0.0, (Gate("renewable_electricity_share", "min", 0.6),))), HALF, [])
    (clause,) = result.missing
    assert clause.value == pytest.approx(0.5)
    assert clause.gap == pytest.approx(1_000)
    assert clause.unit == "MWh"
    assert clause.remedy == "claim 1,000.0 MWh more renewable electricity a year"


def test_a_maximum_is_missed_by_what_is_above_it():
    result = rate(rating(Level(1, 0.0, (Gate("residual_share_of_base", "max", 0.1),))), HALF, [])
    assert result.stars == 0
    assert result.missing[0].gap == pytest.approx(3_000)
    assert result.missing[0].remedy == "emit 3,000.0 t less"


def test_nothing_of_nothing_passes():
    gates = Gate("renewable_electricity_share", "min", 1.0), Gate("neutralised_share", "min", 1.0)
    result = rate(rating(Level(1, 0.0, gates)), Facts(), [])
    assert result.stars == 1
    assert result.clauses[0].value != result.clauses[0].value  # no share of nothing


def test_nearly_nothing_of_nearly_nothing_is_no_share():
    facts = Facts(gross_market_tco2e=-5e-14, base_gross_tco2e=1000.0)
    assert math.isnan(METRICS["neutralised_share"](facts).value)


def test_a_gate_met_to_solver_precision_is_met():
    almost = Facts(claimed_mwh=5_000 - 1e-4, used_mwh=10_000)
    short = Facts(claimed_mwh=5_000 - 1.0, used_mwh=10_000)
    assert rate(rating(Level(1, 0.0, (RENEWABLE,))), almost, []).stars == 1
    assert rate(rating(Level(1, 0.0, (RENEWABLE,))), short, []).stars == 0


def test_a_failed_gate_item_gives_no_stars_whatever_the_score():
    gate = Indicator("basic requirements", "gate", gate_items=("metering",))
    standard = rating(Level(1, 0.0, ()), indicators=(gate,))
    meters = ONE.management("meters", gate="metering")
    done = ONE.management("meters", gate="metering", already_met=True)
    assert rate(standard, HALF, []).stars == 0
    assert rate(standard, HALF, []).missing[0].remedy == "meet the gate item metering"
    assert rate(standard, HALF, [meters]).stars == 1
    assert rate(standard, HALF, [done]).stars == 1


SCORED = Indicator(
    "energy",
    "score",
    max_points=20.0,
    questionnaire_points=5.0,
    metrics=(MetricPoints("renewable_electricity_share", (0.2, 0.5, 0.8), (4.0, 6.0, 10.0)),),
)


def test_metric_points_are_those_of_the_highest_step_reached():
    assert metric_points(SCORED.metrics[0], HALF) == pytest.approx(6.0)
    assert metric_points(SCORED.metrics[0], Facts(claimed_mwh=1, used_mwh=10)) == 0.0


def test_indicator_points_add_up_to_at_most_the_maximum():
    assert indicator_points(SCORED, HALF, 0.0) == pytest.approx(11.0)
    assert indicator_points(SCORED, HALF, 30.0) == pytest.approx(20.0)


def test_score_of_questionnaire_items_and_metrics_against_the_share_of_the_maximum():
    standard = rating(Level(1, 0.10, ()), Level(2, 0.15, ()), indicators=(SCORED,))
    platform = ONE.management("platform", points={"energy": 4.0})
    without, adopted = rate(standard, HALF, []), rate(standard, HALF, [platform])
    assert (without.score, without.stars) == (pytest.approx(11.0), 1)
    assert without.missing[0].remedy == "earn 4.0 more points"
    assert (adopted.score, adopted.stars) == (pytest.approx(15.0), 2)
    assert adopted.points == {"energy": pytest.approx(15.0)}


def test_gate_indicators_earn_no_points():
    gate = Indicator("basic", "gate", max_points=50.0, questionnaire_points=50.0)
    assert rate(rating(Level(1, 0.1, ()), indicators=(gate,)), HALF, []).score == 0.0


def test_binding_clause_is_the_one_met_most_narrowly():
    gates = Gate("renewable_electricity_share", "min", 0.49), Gate("residual_share_of_base", "max", 0.9)
    scored = rate(rating(Level(1, 0.05, gates), indicators=(SCORED,)), HALF, [])
    assert scored.binding is not None
    assert scored.binding.subject == "renewable_electricity_share"


FACTS = Facts(
    claimed_mwh=30.0,
    used_mwh=100.0,
    onsite_claim_mwh=10.0,
    gross_market_tco2e=200.0,
    credits_tco2e=60.0,
    removals_tco2e=40.0,
    own_inventory_tco2e=300.0,
    restated_tco2e=400.0,
    base_gross_tco2e=500.0,
    energy_tce=80.0,
)


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("renewable_electricity_share", 0.3),
        ("neutralised_share", 0.5),
        ("removal_share_of_residual", 0.2),
        ("own_reduction_share", 0.25),
        ("onsite_renewable_share", 0.1),
        ("emissions_per_tce", 2.5),
        ("residual_share_of_base", 0.4),
    ],
)
def test_every_metric(metric, value):
    assert METRICS[metric](FACTS).value == pytest.approx(value)
    below, above = (Gate(metric, sense, value * 1.01) for sense in ("min", "max"))
    assert rate(rating(Level(1, 0.0, (below,))), FACTS, []).stars == 0
    assert rate(rating(Level(1, 0.0, (above,))), FACTS, []).stars == 1


def test_paper_earns_stars_but_no_durable_stars():
    levels = Level(1, 0.0, (RENEWABLE,)), Level(2, 0.0, (Gate("neutralised_share", "min", 1.0),))
    instruments = ONE.instrument("gec", "certificate"), ONE.instrument("ccer", "credit")
    problem = ONE.problem(instruments=instruments, rating=rating(*levels), durability=Durability(residual_share=0.1))
    # half of 10,000 MWh certified; the rest, 5000 * 0.8 = 4000 t, offset by credits
    bought = {("gec", 2025): 5_000.0, ("ccer", 2025): 4_000.0}
    plan = ONE.plan({"instruments.quantity": bought}, {"markets.import_mw": {"grid": 10.0}})
    (year,) = rate_years(problem, plan)
    assert (year.year, year.full.stars, year.durable.stars) == (2025, 2, 0)
    assert year.durable.missing[0].subject == "renewable_electricity_share"


def test_durable_stars_stand_on_contracts_lasting_removals_and_residual_credits():
    levels = (Level(1, 0.0, (RENEWABLE, Gate("neutralised_share", "min", 1.0))),)
    instruments = ONE.instrument("biochar", "removal", durability_years=500), ONE.instrument("ccer", "credit")
    problem = ONE.problem(
        instruments=instruments, rating=rating(*levels), contracts=(ONE.contract(),), base=ONE.base(10_000.0)
    )
    # 9000 of 10,000 MWh by contract; the rest, 800 t, by 300 t of credits and 500 t of removals
    bought = {("biochar", 2025): 500.0, ("ccer", 2025): 300.0}
    operation = {"markets.import_mw": {"grid": 1.0}, "contracts.delivered_mw": {"ppa": 9.0}}
    (year,) = rate_years(problem, ONE.plan({"instruments.quantity": bought}, operation))
    assert (year.full.stars, year.durable.stars) == (1, 1)


def test_items_adopted_later_count_later():
    site = Site(years=(2025, 2026))
    gate = Indicator("basic", "gate", gate_items=("metering",))
    problem = site.problem(
        management=(site.management("meters", gate="metering"),),
        rating=rating(Level(1, 0.0, ()), indicators=(gate,)),
    )
    years = rate_years(problem, site.plan({"management.adopt": {("meters", 2026): 1.0}}))
    assert [one.full.stars for one in years] == [0, 1]


def test_without_a_standard_no_year_is_rated():
    assert rate_years(ONE.problem(), ONE.plan()) == ()
