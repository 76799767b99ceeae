"""Units that run or stand, by cuts: what the model in one piece says, at a cost worked out by hand where that is possible."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from models.problem import Carrier, Problem, Steps, at_any_load
from planner.accounting.accounts import Accounts, accounts
from planner.answer import at_accounted_cost
from planner.engine import Options, solve
from planner.engine.commitment import committed
from planner.engine.monolith import in_one_piece, whole
from planner.plan import Plan, SolverFacts
from planner.verification.verify import verify
from tests.factories import Site
from tests.full_years import chronological

FINE = Options(gap=1e-6, time_limit_s=60)
SITE = Site(hours=(1.0,) * 24)


def alternating(low: float, start_cost: float) -> Problem:
    """Twelve days of two steps, one a month: 4 MW of steam for twelve hours, `low` for twelve. A unit of 4 MW runs at 2 or more."""
    unit = SITE.converter(
        "unit",
        SITE.sizing(existing=4.0, package=4.0, max_total=4.0),
        inputs={"gas": 1.0},
        outputs={"steam": 1.0},
        min_load_share=0.5,
        start_cost=start_cost,
    )
    problem = SITE.problem(
        carriers=(Carrier("electricity"), Carrier("gas"), Carrier("steam", is_heat=True)),
        demands=(SITE.demand("steam", [4.0, low] * 12, "steam"),),
        markets=(SITE.gas(), SITE.market("steam", "steam", 0.001)),
        converters=(unit,),
    )
    steps = Steps(
        hours=12.0,
        times_per_year=np.full(24, 365 / 12),
        before=np.roll(np.arange(24), 1),
        billing=np.repeat(np.arange(12), 2),
        months_per_billing=np.ones(12),
        period=np.zeros(24, dtype=np.int64),
        labels=("year",),
    )
    return replace(problem, steps=steps)


def saved_by_lower_peaks(problem: Problem, plan: Plan, found: Accounts) -> float:
    """Present value of the charge for peaks that are planned beyond those of the operation; never less than nothing."""
    saved = 0.0
    for row in found.rows:
        if row.kind == "demand_charge" and row.amount > 0:
            market = next(k for k in problem.markets if k.name == row.item)
            months = problem.steps.months_per_billing
            peaks = [plan.decisions["markets.peak_mw"][row.item, row.year, b] for b in range(len(months))]
            planned = market.demand_charge[problem.years.index(row.year)] * float(months @ np.array(peaks))
            saved += (planned - row.amount) * row.present / row.amount
    assert saved >= -1e-6
    return saved


def by_cuts(problem: Problem, options: Options = FINE) -> tuple[Plan, float]:
    """The plan at its accounted cost, verified, and the bound."""
    decisions, operation, _, outcome = committed(problem, options)
    assert decisions, outcome.termination
    facts = SolverFacts(outcome.status, outcome.termination, outcome.objective, outcome.lower_bound, outcome.gap)
    plan = at_accounted_cost(problem, Plan(decisions, operation, facts))
    assert verify(problem, plan).violations == ()
    found = accounts(problem, plan)
    assert found.objective + saved_by_lower_peaks(problem, plan, found) == pytest.approx(outcome.objective, rel=1e-6)
    return plan, outcome.lower_bound


@pytest.mark.parametrize(
    ("low", "start_cost", "cost", "running"),
    [
        (1.0, 0.0005, 9.8185, [1, 0]),  # stops each day: 365 · (12 · 4 · 0.0003 + 12 · 1 · 0.001 + 0.0005)
        (2.0, 0.0005, 7.884, [1, 1]),  # never stops: 365 · 12 · 6 · 0.0003
        (1.0, 0.05, 21.9, [0, 0]),  # a start costs more than it saves: 365 · 12 · 5 · 0.001
    ],
)
def test_a_unit_runs_or_stands_as_worked_out_by_hand(
    low: float, start_cost: float, cost: float, running: list[int]
) -> None:
    problem = alternating(low, start_cost)
    plan, bound = by_cuts(problem)
    assert plan.facts.objective == pytest.approx(cost, rel=1e-6)
    assert plan.operation["converters.online"]["unit"][0] == pytest.approx(running * 12)
    at_any = solve(at_any_load(problem), FINE).facts.objective
    assert at_any == pytest.approx(365 * 12 * (4 + low) * 0.0003, rel=1e-6)
    assert bound <= at_any * (1 + 1e-6)


def with_units(problem: Problem, least: float) -> Problem:
    """The same factory with a boiler of three units of 4 MW."""
    boiler = next(v for v in problem.converters if v.name == "boiler")
    units = replace(boiler, min_load_share=least, start_cost=0.0005, sizing=replace(boiler.sizing, package=4.0))
    return replace(problem, converters=tuple(units if v is boiler else v for v in problem.converters))


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_bound_and_plan_enclose_the_optimum_of_the_model_in_one_piece(seed: int) -> None:
    problem = with_units(chronological(years=(2026,), days_a_month=1, seed=seed), least=0.2)
    *_, one = whole(problem, Options(gap=1e-4, time_limit_s=60))
    assert one.status == "optimal"
    plan, bound = by_cuts(problem, Options(gap=0.005, time_limit_s=60))
    assert bound <= one.objective
    assert one.lower_bound <= plan.facts.objective <= one.objective * 1.005


def test_more_least_load_never_costs_less() -> None:
    site = chronological(years=(2026,), days_a_month=1, seed=3, plain=True)
    costs = [solve(with_units(site, least), Options(gap=1e-3, time_limit_s=60)).facts for least in (0.0, 0.25, 0.5)]
    for less, more in pairwise(costs):
        assert more.objective >= less.lower_bound


def test_a_whole_year_with_units_is_not_solved_in_one_piece() -> None:
    assert in_one_piece(with_units(chronological(days_a_month=2), 0.3), shared=False)
    assert not in_one_piece(with_units(chronological(days_a_month=7), 0.3), shared=False)


def test_a_load_that_no_number_of_units_serves_has_no_plan() -> None:
    """1 MW of steam, nothing else that makes it, and no way to let it off: a unit at 2 MW or more is no help."""
    problem = alternating(1.0, 0.0)
    problem = replace(problem, markets=problem.markets[:1])
    assert solve(at_any_load(problem), FINE).decisions
    assert not solve(problem, FINE).decisions
    decisions, _, _, outcome = committed(problem, replace(FINE, time_limit_s=10))
    assert not decisions
    assert outcome.status == "none"
    assert "whole units" in outcome.termination


def test_a_month_that_quick_tries_do_not_serve_is_committed_thoroughly() -> None:
    """Two units of 4 and 3 MW for 5 MW of steam that nothing lets off: as many as needed of both overshoot, in every step."""
    small, large = (
        SITE.converter(
            name,
            SITE.sizing(existing=size, package=size, max_total=size),
            inputs={"gas": ratio},
            outputs={"steam": 1.0},
            min_load_share=0.9,
        )
        for name, size, ratio in (("small", 3.0, 1.0), ("large", 5.0, 1.1))
    )
    problem = replace(alternating(5.0, 0.0), converters=(small, large), markets=(SITE.gas(),))
    problem = replace(problem, demands=(SITE.demand("steam", 5.0, "steam"),))
    plan, _ = by_cuts(problem)
    assert plan.operation["converters.online"]["large"][0] == pytest.approx([1] * 24)
    assert plan.operation["converters.online"]["small"][0] == pytest.approx([0] * 24)
    assert plan.facts.objective == pytest.approx(8760 * 5 * 1.1 * 0.0003, rel=1e-6)
