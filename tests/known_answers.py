"""Solving a tiny problem in a test: optimal, verified without the model, and at the cost worked out by hand."""

from __future__ import annotations

import pytest

from models.problem import Problem
from planner.accounting.accounts import accounts
from planner.engine import Options, solve
from planner.plan import Plan
from planner.verification.verify import verify

EXACT = Options(gap=1e-9, time_limit_s=30.0, threads=1)


def solved(problem: Problem) -> Plan:
    """The optimal plan, once the accountant agrees with every row of it and with its cost to 1e-6."""
    plan = solve(problem, EXACT)
    assert plan.facts.status == "optimal", plan.facts.termination
    outcome = verify(problem, plan)
    assert outcome.ok, "\n".join(map(str, outcome.violations))
    assert accounts(problem, plan).objective == pytest.approx(plan.facts.objective, rel=1e-6, abs=1e-7)
    return plan


def at_cost(problem: Problem, cost: float) -> Plan:
    """The optimal plan, which costs what was worked out by hand [million]."""
    plan = solved(problem)
    assert plan.facts.objective == pytest.approx(cost, rel=1e-6, abs=1e-7)
    return plan


def infeasible(problem: Problem) -> bool:
    """True where no plan meets every limit."""
    return solve(problem, EXACT).facts.status == "infeasible"


def total(plan: Plan, decision: str, item: str) -> float:
    """A decision of one item summed over the years."""
    return sum(value for index, value in plan.decisions.get(decision, {}).items() if index[0] == item)
