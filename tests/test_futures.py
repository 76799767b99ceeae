from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.problem import Gate, Level
from planner.engine import Options
from planner.futures.future import Future, decided_before, in_future, normalised
from planner.futures.study import NoPlanForFutures, Rules, futures_study
from planner.progress import Progress
from planner.solving.resolving import Resolver
from tests.factories import Site, rating
from tests.random_factory import rich

site = Site(years=(2025, 2026), hours=(1000.0,))
EXACT = Options(gap=1e-7)
QUIET = Progress(quiet=True)


def small(capex: float = 5.0):
    """10 MW on the grid at 600 per MWh; 10 MW of PV for `capex` in 2025, a tenth more in 2026, works both years."""
    pv = site.sizing(capex_fixed=capex, min_size=10.0, max_total=10.0, capex_index=(1.0, 1.1))
    return site.problem(converters=(site.converter("pv", pv, renewable=True),))


def test_two_futures_by_hand():
    """The grid costs 6 a year now; 12 or 0 in 2026. PV costs 8 in 2025 or 8.8 in 2026 and saves what the grid costs from then on.

    dear (half): PV in 2025 costs 8, in 2026 6 + 8.8 = 14.8, never 6 + 12 = 18.    optimum 8
    cheap (half): PV in 2025 costs 8, never 6.                                      optimum 6
    expected: PV in 2025 costs 8; waiting 0.5·14.8 + 0.5·6 = 10.4: PV is built now, waiting is worth nothing
    """
    futures = (Future("dear", 1.0, {"grid": 2.0}), Future("cheap", 1.0, {"grid": 0.0}))
    study = futures_study(small(8.0), futures, Rules(2026), Resolver(EXACT, QUIET))
    assert study["expected_cost"] == pytest.approx(8e6)
    assert study["value_of_waiting"] == pytest.approx(0.0, abs=1.0)
    rows = {row["plan"]: row for row in study["rows"]}
    assert rows["dear"]["regret"] == pytest.approx({"dear": 0.0, "cheap": 2e6})
    assert rows["cheap"]["regret"] == pytest.approx({"dear": 6.8e6, "cheap": 0.0}, abs=1.0)
    assert rows["cheap"]["expected_cost"] == pytest.approx(10.4e6)
    assert rows["cheap"]["cvar"] == pytest.approx(14.8e6)
    assert study["wait"] == [
        {"kind": "plant", "item": "pv", "last_responsible_year": 2025, "taken_in": ["dear", "expected"]}
    ]


@pytest.mark.parametrize("largest", [0, 2000])
def test_waiting_is_worth_what_it_saves_by_hand(monkeypatch, largest):
    """PV for 11 in 2025 or 12.1 in 2026; the grid costs 6, then 24 (one in four) or 6.

    now: never 0.25·30 + 0.75·12 = 16.5, PV in 2025 11, so PV is built: 11. With waiting: nothing better than 11.
    At 15: PV in 2025 15; never 16.5; waiting 0.25·(6 + 16.5) + 0.75·12 = 14.625. Deciding now costs 15: worth 0.375.
    """
    monkeypatch.setattr("planner.futures.study.LARGEST_TREE", largest)
    futures = (Future("dear", 1.0, {"grid": 4.0}), Future("same", 3.0))
    first = futures_study(small(11.0), futures, Rules(2026), Resolver(EXACT, QUIET))
    assert first["expected_cost"] == pytest.approx(11e6)
    study = futures_study(small(15.0), futures, Rules(2026), Resolver(EXACT, QUIET))
    assert study["expected_cost"] == pytest.approx(14.625e6)
    assert study["now_cost"] == pytest.approx(15e6)
    assert study["value_of_waiting"] == pytest.approx(0.375e6)
    assert all(one["verified"] for one in study["futures"])


@pytest.mark.parametrize("seed", [0, 1])
def test_waiting_is_never_worth_less_than_nothing(seed):
    problem = rich(seed, stars=3)
    futures = (Future("dear", 1.0, {"gas": 2.0}), Future("cheap", 2.0, {"grid": 0.6}))
    study = futures_study(problem, futures, Rules(2027), Resolver(Options(gap=1e-3, time_limit_s=60.0), QUIET))
    assert study["value_of_waiting"] >= 0.0
    assert study["lower_bound"] <= study["expected_cost"]
    assert min(row["worst_regret"] for row in study["rows"]) >= 0.0
    assert study["expected_cost"] == min(row["expected_cost"] for row in study["rows"])


def test_futures_are_alike_before_they_part():
    problem = rich(0)
    one = in_future(problem, Future("dear", 1.0, {"gas": 2.0, "grid": 3.0}, grid_factor=0.5, output=0.8), 2027)
    early = [0, 1]
    assert one.demands[0].index[early] == pytest.approx(problem.demands[0].index[early])
    assert one.demands[0].index[2:] == pytest.approx(0.8 * problem.demands[0].index[2:])
    assert one.emissions.uncovered_factor[2:] == pytest.approx(0.5 * problem.emissions.uncovered_factor[2:])
    gas = next(k for k in one.markets if k.carrier == "gas")
    assert gas.price_index / next(k for k in problem.markets if k.carrier == "gas").price_index == pytest.approx(
        [1, 1, 2, 2]
    )


def test_only_removals_count_from_then_on():
    credit, tree = site.instrument("ccer", "credit"), site.instrument("tree", "removal", durability_years=40.0)
    biochar = site.instrument("biochar", "removal", durability_years=1000.0)
    problem = site.problem(instruments=(credit, tree, biochar))
    closed = in_future(problem, Future("tight", 1.0, removal_only=True), 2026).instruments
    assert [list(i.max_per_year) for i in closed] == [[1e6, 0.0], [1e6, 0.0], [1e6, 1e6]]


def test_what_is_paid_ahead_is_decided_ahead():
    three = Site(years=(2025, 2026, 2027))
    plant = three.converter("plant", three.sizing(1.0, payment_shares=(0.5, 0.5)))
    problem = three.problem(converters=(plant,))
    assert [index for _, index in decided_before(problem, 2026)] == [("plant", 2025), ("plant", 2026)]


def test_stars_may_be_given_up_with_the_rest_of_the_probability():
    """One star asks for all emissions offset; a credit costs 1 in one future and 100 in the other."""
    standard = rating(Level(1, 0.0, (Gate("neutralised_share", "min", 1.0),)))
    credit = site.instrument("ccer", "credit", 0.001)
    problem = site.problem(instruments=(credit,), rating=standard, target=site.target((0, 1)))
    futures = (Future("cheap", 9.0), Future("dear", 1.0, {"ccer": 100.0}))
    held = futures_study(problem, futures, Rules(2026), Resolver(EXACT, QUIET))
    loose = futures_study(problem, futures, Rules(2026, hold_probability=0.9), Resolver(EXACT, QUIET))
    energy, credits = 12.0, 10_000 * 0.8 * 0.001
    assert held["expected_cost"] == pytest.approx((energy + 0.9 * credits + 0.1 * 100 * credits) * 1e6)
    assert loose["expected_cost"] == pytest.approx((energy + 0.9 * credits) * 1e6)
    assert [one["held"] for one in loose["futures"]] == [True, False]


def test_a_future_without_a_plan_is_named():
    problem = small()
    futures = (Future("fine", 1.0), Future("twice", 1.0, output=20.0))
    with pytest.raises(NoPlanForFutures, match="future twice"):
        futures_study(problem, futures, Rules(2026), Resolver(EXACT, QUIET))


def test_weights_sum_to_one():
    assert sum(one.weight for one in normalised([Future("a", 2.0), Future("b", 3.0)])) == pytest.approx(1.0)
    assert np.isfinite(replace(Future("a", 2.0), weight=1.0).weight)
