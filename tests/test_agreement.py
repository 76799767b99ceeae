"""The model and the independent accountant agree on random factories: cost, every row, tonnes, points and stars."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.problem import Problem
from planner.accounting.accounts import accounts
from planner.accounting.rating import rate_years
from planner.engine import Options, solve
from planner.engine.bridge import run
from planner.engine.matrix import Pressed
from planner.engine.press import press
from planner.plan import Plan
from planner.verification.verify import verify
from tests.random_factory import SITE, rich
from tests.random_options import varied

FACTORIES = {
    "four stars": rich(3, 4),
    "five durable": rich(2, 5, 3),
    "no stars": rich(6, 0),
    **{f"varied {seed}": varied(seed) for seed in (0, 2, 6, 10, 12, 15, 21, 23, 24)},
}
DECIDED = (
    "retrofits.start",
    "management.adopt",
    "converters.build_mw",
    "converters.retired_share",
    "stores.build_mw",
    "stores.build_mwh",
    "stores.retired_share",
    "contracts.sign_volume",
    "contracts.annual_mwh",
    "instruments.quantity",
)  # with the operation, what tonnes and stars depend on
OPTIONS = Options(gap=1e-2, time_limit_s=60.0)


@cache
def solved(factory: str) -> tuple[Problem, Plan]:
    plan = solve(FACTORIES[factory], OPTIONS)
    assert plan.facts.status == "optimal", plan.facts.termination
    return FACTORIES[factory], plan


@pytest.mark.parametrize("factory", FACTORIES)
def test_cost_is_the_accountants(factory: str) -> None:
    problem, plan = solved(factory)
    assert accounts(problem, plan).objective == pytest.approx(plan.facts.objective, rel=1e-6)


@pytest.mark.parametrize("factory", FACTORIES)
def test_plan_is_verified(factory: str) -> None:
    checked = verify(*solved(factory))
    assert checked.violations == ()
    assert checked.relative_difference < 1e-6


@pytest.mark.parametrize("factory", FACTORIES)
def test_target_is_reached_by_the_evaluator(factory: str) -> None:
    problem, plan = solved(factory)
    assert problem.target is not None
    rated = rate_years(problem, plan)
    assert all(one.full.stars >= s for one, s in zip(rated, problem.target.stars, strict=True))
    assert all(one.durable.stars >= s for one, s in zip(rated, problem.target.durable_stars, strict=True))


@pytest.mark.parametrize("factory", FACTORIES)
@pytest.mark.parametrize("durable", [False, True], ids=["stars", "durable stars"])
def test_reported_stars_are_what_the_model_would_grant(factory: str, durable: bool) -> None:
    """With the plan's own decisions held, the reported stars are feasible in the model and one more is not."""
    problem, plan = solved(factory)
    rated = rate_years(problem, plan)
    stars = np.array([(one.durable if durable else one.full).stars for one in rated])
    assert grants(problem, plan, stars, durable)
    for n in range(len(stars)):
        above = [level.stars for level in problem.rating.levels if level.stars > stars[n]]
        if above:
            one_more = stars.copy()
            one_more[n] = min(above)
            assert not grants(problem, plan, one_more, durable), problem.years[n]


def grants(problem: Problem, plan: Plan, stars: np.ndarray, durable: bool) -> bool:
    """Whether the model, held to the plan's decisions and operation, has a point with these stars."""
    nothing = SITE.target()
    target = replace(nothing, durable_stars=stars) if durable else replace(nothing, stars=stars)
    pressed = held(press(replace(problem, target=target)), plan)
    return run(pressed.matrix, OPTIONS).status == "optimal"


def held(pressed: Pressed, plan: Plan) -> Pressed:
    """The model with decisions and operation fixed, but for a hair; what follows from them stays free."""
    matrix = pressed.matrix
    x, known = np.zeros(len(matrix.cost)), np.zeros(len(matrix.cost), dtype=bool)
    for name in DECIDED:
        for index, column in pressed.plan_columns.get(name, {}).items():
            x[column], known[column] = plan.decisions[name][index], True
    for name, items in pressed.step_columns.items():
        for item, columns in items.items():
            x[columns], known[columns] = plan.operation[name][item], True
    hair = np.where(matrix.integer, 0.0, 1e-5 * np.maximum(1.0, np.abs(x)))
    x = np.where(matrix.integer, np.rint(x), x)
    lower = np.where(known, np.maximum(matrix.lower, x - hair), matrix.lower)
    upper = np.where(known, np.minimum(matrix.upper, x + hair), matrix.upper)
    return replace(pressed, matrix=replace(matrix, cost=0.0 * matrix.cost, lower=lower, upper=upper))


def test_short_direct_line_is_not_durable_in_the_model() -> None:
    wire = SITE.contract("wire", price=0.0003, profile=0.9, tenor_years=1, max_volume=8.0, direct_line=True)
    problem = rich(2, 5, 3)
    problem = replace(problem, contracts=(*problem.contracts, wire))
    assert verify(problem, solve(problem, OPTIONS)).violations == ()
