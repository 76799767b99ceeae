"""Every shipped factory is solved, on eight typical days: the target is reached, lasts, and survives the recomputation.

Paper alone does neither.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from models.problem import Problem
from planner.answer import account_for, at_accounted_cost
from planner.assembly.assemble import assemble
from planner.assembly.variants import business_as_usual, paper_only, with_base
from planner.engine import Options, solve
from planner.plan import Plan
from planner.solving.preparing import Settings, read
from planner.verification.verify import verify
from tests.random_factory import rich

SCENARIOS = Path(__file__).parent.parent / "scenarios"
FACTORIES = ("textile-suzhou", "machining-guangdong", "food-shandong")
QUICK = Options(gap=0.02, time_limit_s=240)


@cache
def problem_of(case: str) -> Problem:
    """The problem of a shipped case, its base year filled from business as usual."""
    assembly = assemble(read(SCENARIOS / case / "scenario.toml", Settings(resolution="days:8")))
    return with_base(assembly, solve(business_as_usual(assembly.problem), QUICK))


@cache
def optimum(case: str) -> Plan:
    """Its plan within 2 % of the best possible."""
    problem = problem_of(case)
    return at_accounted_cost(problem, solve(problem, QUICK))


@pytest.mark.parametrize("case", FACTORIES)
def test_factory_reaches_its_stars_and_keeps_durable_ones(case: str) -> None:
    problem, plan = problem_of(case), optimum(case)
    assert problem.target is not None
    assert plan.facts.status == "optimal"
    assert plan.facts.gap <= QUICK.gap
    checked = verify(problem, plan)
    assert checked.violations == ()
    assert checked.relative_difference < 1e-6
    for rated, wanted in zip(checked.rated, problem.target.stars, strict=True):
        assert rated.full.stars >= wanted
        if wanted:
            assert rated.durable.stars > 0


def test_paper_alone_has_stars_at_once_and_none_that_last() -> None:
    problem = problem_of("textile-suzhou")
    paper = solve(paper_only(problem, 4), QUICK)
    rated = account_for(replace(paper_only(problem, 4), durability=problem.durability), paper).rated
    best = account_for(problem, optimum("textile-suzhou")).rated
    assert rated[0].full.stars >= 4
    assert best[0].full.stars < 4
    last = problem.years.index(2040)
    assert rated[last].durable.stars < best[last].durable.stars


@pytest.mark.parametrize("seed", [0, 4])
def test_without_penalty_and_floor_the_model_buys_paper_and_with_them_it_does_not(seed: int) -> None:
    """The same factory, with and without the rules against paper: without them it buys more and reduces less itself."""
    problem = rich(seed)
    rules = replace(
        problem.durability,
        penalty_per_tonne=0.0,
        penalty_step_per_tonne=0.0,
        own_reduction_floor=None,
        removal_share_path=None,
    )
    free = replace(problem, durability=rules)
    held, bought = (account_for(p, solve(p, replace(QUICK, gap=1e-5))).tonnes for p in (problem, free))
    assert bought.paper_tco2e.sum() > 2 * held.paper_tco2e.sum()
    assert bought.own_reduction_share[-1] < held.own_reduction_share[-1]
