"""A plan that stopped within its gap may report more than it costs; it costs what the accountant says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.accounting.accounts import accounts
from planner.answer import at_accounted_cost
from planner.plan import Plan
from planner.verification.verify import verify
from tests.plans import dyehouse

PROBLEM, PLAN = dyehouse(tuple(range(2025, 2034)))
COST = accounts(PROBLEM, PLAN).objective


def reported(share: float, bound_share: float) -> Plan:
    """The plan as a solver would report it at these shares of what it costs."""
    facts = replace(
        PLAN.facts,
        status="feasible",
        objective=share * COST,
        lower_bound=bound_share * COST,
        gap=1 - bound_share / share,
    )
    return replace(PLAN, facts=facts)


def test_a_plan_that_reports_more_than_it_costs_is_taken_at_its_cost() -> None:
    plan = at_accounted_cost(PROBLEM, reported(1.02, 0.97))
    assert plan.facts.objective == pytest.approx(COST, rel=1e-12)
    assert plan.facts.gap == pytest.approx(0.03)
    assert not verify(PROBLEM, reported(1.02, 0.97)).ok
    assert verify(PROBLEM, plan).ok


@pytest.mark.parametrize(("share", "bound"), [(0.99, 0.97), (1.02, 1.01)])
def test_a_plan_that_costs_more_than_reported_or_less_than_proven_is_left_to_verify(share: float, bound: float) -> None:
    plan = at_accounted_cost(PROBLEM, reported(share, bound))
    assert plan.facts.objective == pytest.approx(share * COST)
    assert not verify(PROBLEM, plan).ok
