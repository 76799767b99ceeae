"""Goals and aims of a study: the model's limits, and the accountant's sums of the same plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.problem import Goal, Indicator, Level, Problem
from planner.accounting.accounts import accounts
from planner.accounting.ledger import inventory
from planner.engine import Options, solve
from planner.plan import Plan
from planner.verification.asked import goal_total
from planner.verification.verify import verify
from tests.factories import Site, rating

YEARS = Site(years=(2029, 2030), hours=(1000.0,))
OPTIONS = Options(gap=1e-9, time_limit_s=60.0)


def factory() -> Problem:
    """Per year 10,000 MWh for 6.0 million, 5,000 t; drives save a tenth for 5.0 (from the first year on, if at all);
    credits and a platform are on sale.
    """
    return YEARS.problem(
        retrofits=(YEARS.retrofit("drives", {"motors": 0.1}, 5.0),),
        instruments=(YEARS.instrument("ccer", "credit", 0.0001),),
        management=(YEARS.management("platform", 2.0, points={"energy": 20.0}),),
        rating=rating(Level(3, 0.0, ()), indicators=(Indicator("energy", "score", 80.0, 30.0),)),
        target=YEARS.target(),
    )


def total(problem: Problem, plan: Plan, goal: Goal) -> float:
    return goal_total(problem, plan, accounts(problem, plan), inventory(problem, plan), goal)


@pytest.mark.parametrize(
    ("goal", "cost"),
    [
        (Goal("gross_location", 9500.0, (2029, 2030)), 12.0 + 5.0 - 1.2),
        (Goal("gross_location", 4500.0, (2029,)), 12.0 + 5.0 - 1.2),
        (Goal("points_short", 50.0, (2030,)), 12.0 + 2.0),
        (Goal("points_short", 50.0, (2029,)), 12.0 + 2.0),
        (Goal("paper", 0.0, (2029, 2030)), 12.0),
        (Goal("cost", 12.0), 12.0),
    ],
)
def test_a_goal_costs_what_it_takes(goal: Goal, cost: float) -> None:
    problem = replace(factory(), goals=(goal,))
    plan = solve(problem, OPTIONS)
    assert plan.facts.objective == pytest.approx(cost)
    assert verify(problem, plan).ok
    assert total(problem, plan, goal) <= goal.most + 1e-6


def test_a_goal_that_is_missed_is_found() -> None:
    plan = solve(factory(), OPTIONS)
    for goal in (Goal("gross_location", 9500.0, (2029, 2030)), Goal("points_short", 50.0, (2030,)), Goal("cost", 11.0)):
        violations = verify(replace(factory(), goals=(goal,)), plan).violations
        assert [v.rule for v in violations] == ["total within goal"]


def test_no_plan_within_a_goal_that_is_out_of_reach() -> None:
    assert solve(replace(factory(), goals=(Goal("cost", 11.9),)), OPTIONS).facts.status == "infeasible"


@pytest.mark.parametrize(
    ("aim", "least"),
    [
        (Goal("gross_location", years=(2029, 2030), price=1e-4), 9000.0),
        (Goal("points_short", years=(2029, 2030), price=0.1), 100.0),
        (Goal("paper", years=(2029, 2030), price=1e-4), 0.0),
    ],
)
def test_an_aim_is_minimised_whatever_it_costs(aim: Goal, least: float) -> None:
    problem = replace(factory(), aim=aim)
    plan = solve(problem, OPTIONS)
    assert plan.facts.objective == pytest.approx(1 + aim.price * least)
    assert total(problem, plan, aim) == pytest.approx(least)


def test_an_aim_within_a_cost_is_a_tie_break() -> None:
    within = Goal("cost", 16.0)
    problem = replace(factory(), goals=(within,), aim=Goal("gross_location", years=(2029, 2030), price=1e-4))
    plan = solve(problem, OPTIONS)
    assert (plan.facts.objective - 1) / 1e-4 == pytest.approx(9000.0)  # the drives cost 15.8
