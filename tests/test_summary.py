from __future__ import annotations

import math
from dataclasses import replace

import pytest

from planner.answer import account_for
from planner.results.folder import Row
from planner.solving.summary import plan_rows, proof, target_of, versions, worth
from tests.plans import dyehouse

YEARS = tuple(range(2025, 2033))
PROBLEM, PLAN = dyehouse(YEARS)
ANSWER = account_for(PROBLEM, PLAN)
IDLE = account_for(PROBLEM, replace(PLAN, decisions={}))


def proven(**facts: object) -> dict[str, object]:
    plan = replace(PLAN, facts=replace(PLAN.facts, **facts))
    return proof(replace(ANSWER, plan=plan), IDLE)


def test_the_gap_is_also_given_in_money_and_as_a_share_of_the_extra_cost() -> None:
    found = proven(objective=100.0, lower_bound=99.0, gap=0.01)
    assert found["gap_money"] == pytest.approx(1e6)
    extra = (ANSWER.money.net_present_cost - IDLE.money.net_present_cost) * 1e6
    assert found["gap_share_of_extra_cost"] == pytest.approx(1e6 / extra)


def test_a_gap_of_rounding_is_none() -> None:
    found = proven(gap=1e-16)
    assert (found["gap"], found["gap_money"]) == (0.0, 0.0)


def test_without_a_bound_there_is_no_gap() -> None:
    found = proven(lower_bound=-math.inf, gap=math.inf)
    assert found["gap"] == math.inf  # written as null


def test_target_in_words() -> None:
    assert target_of(PROBLEM) == {"stars": 5, "year": 2030, "until": 2032, "standard": "toy", "boundary": "I"}
    assert target_of(replace(PROBLEM, target=None)) == {}


def test_worth_is_measured_against_business_as_usual() -> None:
    found = worth(ANSWER, IDLE)
    assert found["avoided_tco2e"] == pytest.approx(0.0, abs=1e-6)
    assert found["cost_per_tonne"] is None


def test_versions_name_what_computed_the_plan() -> None:
    assert {"python", "numpy", "highspy", "zero-carbon-planner"} <= versions().keys()


def test_the_plans_are_a_tidy_table_too() -> None:
    naive = {"paper_only": {"net_present_cost": 2e8, "stars_target": 4, "irr": None, "note": "within 2 %"}}
    rows = [Row(None, "paper_only", "net_present_cost", "CNY", 2e8), Row(None, "paper_only", "stars_target", "1", 4.0)]
    assert plan_rows(naive, "CNY") == rows
