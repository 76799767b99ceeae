"""What holds whatever the numbers: a pinned relaxation, tighter limits never cheaper, added options never dearer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.problem import EmissionCap, Gate, Indicator, Level, Problem
from planner.engine.bridge import run
from planner.engine.press import press
from tests.factories import Site, rating
from tests.known_answers import EXACT, at_cost, solved

site = Site()
two = Site(years=(2025, 2026), hours=(1000, 1000))
few = settings(max_examples=8, deadline=None, derandomize=True, database=None)


def test_relaxation_of_a_score_is_pinned() -> None:
    """20 points from items of 10 for 1.0, 10 for 0.5, 15 for 1.2. Whole items: 1.0 + 0.5 = 1.5.

    Shares of items: the one for 0.5, and 10 of the 15 points at 0.08 each: 0.5 + 0.8 = 1.3.
    """
    items = tuple(
        site.management(name, capex, points={"management": points})
        for name, capex, points in (("a", 1.0, 10.0), ("b", 0.5, 10.0), ("c", 1.2, 15.0))
    )
    problem = site.problem(
        management=items,
        rating=rating(Level(3, 0.2, ()), indicators=(Indicator("management", "score", 40.0),)),
        target=site.target(3),
    )
    at_cost(problem, 7.5)
    assert run(press(problem).matrix, EXACT, relaxed=True).objective == pytest.approx(7.3)


def test_relaxation_of_a_least_size_is_pinned() -> None:
    """Load 2 MW costs 1.2; a plant of 5 MW or more, 0.3 fixed and 0.1 per MW, up to 10 MW.

    Whole: 0.3 + 0.5 = 0.8. Relaxed, 2 MW are 2/10 of the choice: 0.06 + 0.2 = 0.26.
    """
    plant = site.converter("plant", site.sizing(0.1, 10.0, min_size=5.0, capex_fixed=0.3))
    problem = site.problem(demands=(site.demand(load=2.0),), converters=(plant,))
    at_cost(problem, 0.8)
    assert run(press(problem).matrix, EXACT, relaxed=True).objective == pytest.approx(0.26)


def test_relaxation_sells_no_sun_that_it_claims() -> None:
    """4 MW of sun for 1,000 hours, and 0.2 MW of waste heat power. Sold and claimed together: 4,000 + 200 MWh at most.

    So many may be sold, and nothing claimed, in whole decisions; half a decision gets no more.
    """
    sun = site.converter("pv", site.sizing(0.0, 4.0, existing=np.full(1, 4.0)), renewable=True)
    waste = site.converter("orc", site.sizing(0.0, 0.2, existing=np.full(1, 0.2)))
    problem = site.problem(markets=(site.grid([0.0006], export_price=[0.0005]),), converters=(sun, waste))
    pressed = press(problem)
    year, cost = site.years[0], np.zeros(len(pressed.matrix.cost))
    cost[pressed.plan_columns["ledger.onsite_claim_mwh"][year,]] = -1.0
    cost[pressed.plan_columns["operation"]["export_mwh", "grid", year]] = -1.0
    for relaxed in (False, True):
        found = run(dataclasses.replace(pressed.matrix, cost=cost, offset=0.0), EXACT, relaxed=relaxed)
        assert found.objective == pytest.approx(-4200.0)


def test_relaxation_of_overlap_is_pinned() -> None:
    """Two measures of 50 % at 2.0 each on 6.0. Whole: one, 2 + 3 = 5.

    Relaxed, x of the first removes x/2, and of the second y at most min(y, 1 − x/2 − (1 − y)/2): with x = 1 a share y of the second
    removes y/4 of the load, costs 2·y and saves 1.5·y. Nothing is gained by a share: 5.
    """
    problem = site.problem(retrofits=tuple(site.retrofit(name, {"motors": 0.5}, 2.0) for name in ("a", "b")))
    at_cost(problem, 5.0)
    assert run(press(problem).matrix, EXACT, relaxed=True).objective == pytest.approx(5.0)


def factory(seed: int, cap: float = np.inf) -> Problem:
    """A two-year factory of random loads, prices and options, with a cap on its net tonnes [t]."""
    g = np.random.default_rng(seed)
    limit = two.yearly(cap if np.isfinite(cap) else np.nan)
    return two.problem(
        demands=(
            two.demand(load=g.uniform(4, 12, 2), index=[1.0, g.uniform(0.9, 1.2)]),
            two.demand("steam", g.uniform(2, 5, 2), "steam"),
        ),
        markets=(
            two.grid(g.uniform(0.0004, 0.0010, 2), demand_rule="peak", demand_charge=g.uniform(0, 0.04)),
            two.gas(g.uniform(0.0002, 0.0005)),
        ),
        converters=(
            two.converter("boiler", two.sizing(existing=20.0), inputs={"gas": 1.1}, outputs={"steam": 1.0}),
            two.converter("pv", two.sizing(g.uniform(0.5, 2), 8.0), renewable=True, availability=[0.8, 0.1]),
        ),
        retrofits=(
            two.retrofit("drives", {"motors": g.uniform(0.05, 0.2)}, g.uniform(0.2, 3)),
            two.retrofit("heat", {"steam": g.uniform(0.05, 0.3)}, g.uniform(0.2, 3)),
        ),
        instruments=(two.instrument("removals", "removal", g.uniform(0.0002, 0.002)),),
        finance=two.finance(g.uniform(0, 0.12), salvage="straight_line"),
        emissions=two.emissions(caps=(EmissionCap("cap", "net", limit),)),
    )


def cost(problem: Problem) -> float:
    return solved(problem).facts.objective


@few
@given(seed=st.integers(0, 10_000), first=st.floats(0, 12_000), second=st.floats(0, 12_000))
def test_tighter_cap_never_costs_less(seed: int, first: float, second: float) -> None:
    tight, loose = min(first, second), max(first, second)
    assert cost(factory(seed, tight)) >= cost(factory(seed, loose)) - 1e-6


@few
@given(seed=st.integers(0, 10_000), cap=st.floats(0, 12_000))
def test_added_option_never_costs_more(seed: int, cap: float) -> None:
    g = np.random.default_rng(seed + 1)
    poor = factory(seed, cap)
    pump = two.converter(
        "pump",
        two.sizing(g.uniform(0.2, 3), 6.0, package=1.0, capex_fixed=0.2),
        inputs={"electricity": np.array([0.3, 0.4])},
        outputs={"steam": 1.0},
        electrified_heat=True,
    )
    contract = two.contract(price=g.uniform(0.0004, 0.0008), profile=[0.6, 0.2], tenor_years=2, max_volume=10.0)
    battery = two.store(power=two.sizing(0.1, 5.0), energy=two.sizing(0.2, 10.0), max_hours=4.0)
    rich = dataclasses.replace(poor, converters=(*poor.converters, pump), contracts=(contract,), stores=(battery,))
    assert cost(rich) <= cost(poor) + 1e-6


@few
@given(seed=st.integers(0, 10_000), share=st.floats(0.1, 0.9))
def test_higher_level_never_costs_less(seed: int, share: float) -> None:
    levels = (
        Level(3, 0.0, (Gate("neutralised_share", "min", share),)),
        Level(4, 0.0, (Gate("neutralised_share", "min", 1.0), Gate("own_reduction_share", "min", 0.0))),
    )
    base = factory(seed)
    graded = dataclasses.replace(base, rating=rating(*levels), base=two.base(40_000.0))
    costs = [cost(dataclasses.replace(graded, target=two.target(stars))) for stars in (0, 3, 4)]
    assert costs[0] <= costs[1] + 1e-6
    assert costs[1] <= costs[2] + 1e-6
