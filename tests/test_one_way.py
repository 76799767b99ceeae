"""A store charges or discharges in a step, a line buys or sells: what pays only by doing both is not in a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.problem import Gate, Level
from planner.engine import Options, explain
from planner.engine.decompose import decomposed
from planner.engine.matrix import Float
from planner.engine.one_way import Pair, both_ways, netted
from planner.engine.straight import straight_plan, straightened_flows
from planner.plan import Plan, SolverFacts
from planner.verification.verify import verify
from tests.factories import Site, rating
from tests.full_years import chronological
from tests.known_answers import at_cost, infeasible

day = Site(hours=(365, 365))
hour = Site()


def test_a_battery_burns_no_power_at_a_negative_price() -> None:
    """Half of what goes in is kept: 2 MWh charged at −0.0001 give 1 MWh at 0.0004: 365 · 3 · −0.0001 = −0.1095.

    Charging and discharging at once would take 5.7 MW instead of 3 in the first hour.
    """
    battery = day.store(
        power=day.sizing(existing=10.0, build_years=()),
        energy=day.sizing(existing=1.0, build_years=()),
        charge_efficiency=0.5,
    )
    problem = day.problem(demands=(day.demand(load=1.0),), markets=(day.grid([-0.0001, 0.0004]),), stores=(battery,))
    plan = at_cost(problem, -0.1095)
    assert not both_ways(problem, plan.operation)


def test_a_line_does_not_sell_the_sun_and_buy_the_load_in_one_hour() -> None:
    """2 MW of sun, 1 MW of load: 1 MW is sold at 0.0005, not 2 with 1 bought at 0.0003: −0.5 in 1000 hours."""
    sun = hour.converter("pv", hour.sizing(existing=2.0, build_years=()))
    grid = hour.grid(0.0003, export_price=0.0005)
    at_cost(hour.problem(demands=(hour.demand(load=1.0),), markets=(grid,), converters=(sun,)), -0.5)


def test_burned_sun_buys_no_star_and_the_explanation_says_what_is_missed() -> None:
    """Sun in one of two hours covers half of 1 MW; a battery that burned the rest of it would raise the share beyond."""
    sun = day.converter("pv", day.sizing(existing=20.0, build_years=()), availability=[1.0, 0.0], renewable=True)
    battery = day.store(
        power=day.sizing(existing=10.0, build_years=()),
        energy=day.sizing(existing=0.001, build_years=()),
        charge_efficiency=0.8,
        discharge_efficiency=0.8,
    )
    problem = day.problem(
        demands=(day.demand(load=1.0),),
        converters=(sun,),
        stores=(battery,),
        rating=rating(Level(3, 0.0, (Gate("renewable_electricity_share", "min", 0.55),))),
        target=day.target(stars=3),
    )
    assert infeasible(problem)
    missed = explain(problem, Options(gap=1e-6, threads=1)).missed
    assert [slack.row for slack in missed] == ["rating.gate_at_least"]


def without_less(self: Any, y: int, b: int, weights: Float) -> Float | None:
    """A block that is operated anew at once."""
    after, self.shut[y, b], _ = straightened_flows(self.problem, self.master.blocks[b], self._columns(y, b))
    found: Float | None = self._anew(y, b, after, weights)
    return found


def test_what_cancels_is_taken_away_and_what_is_stored_stays() -> None:
    pair = Pair("stores", "battery", "charge", "discharge", 0.9, 1 / 0.8)
    charge, discharge = np.array([3.0, 1.0, 0.0]), np.array([1.0, 2.0, 1.0])
    into, out = netted(pair, charge, discharge)
    assert 0.9 * into - out / 0.8 == pytest.approx(0.9 * charge - discharge / 0.8)
    assert np.minimum(into, out).max() == 0.0


@pytest.mark.parametrize("less", [True, False])
def test_a_plan_by_cuts_goes_one_way_in_every_step(less: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations are mixed, and one may charge where another discharges: the plan that comes out does neither at once.

    So too where taking away what cancels is no operation, and all blocks are operated anew.
    """
    if not less:
        monkeypatch.setattr("planner.engine.straight._Straightening._first", without_less)
    seen: list[bool] = []

    def counted(*arguments: Any) -> object:
        seen.append(True)
        return straight_plan(*arguments)

    monkeypatch.setattr("planner.engine.decompose.straight_plan", counted)
    problem = chronological(years=(2026,), plain=True)
    cheap = problem.markets[0].price.copy()
    cheap[::7] = -0.0002
    problem = replace(
        problem, markets=(replace(problem.markets[0], price=cheap, export_price=None), *problem.markets[1:])
    )
    decisions, operation, _, outcome = decomposed(problem, Options(gap=0.01, time_limit_s=60))
    assert seen
    assert outcome.lower_bound <= outcome.objective
    assert not both_ways(problem, operation)
    facts = SolverFacts(outcome.status, outcome.termination, outcome.objective, outcome.lower_bound, outcome.gap)
    assert verify(problem, Plan(decisions, operation, facts)).violations == ()
