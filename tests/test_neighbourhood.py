"""Decisions made cheaper a few at a time, and the relaxation that two sides enclose."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from planner.engine import Options, neighbourhood
from planner.engine.bridge import Outcome
from planner.engine.decompose import Decomposition
from planner.engine.master import ROUGH
from planner.engine.meeting import Agenda
from planner.engine.monolith import whole
from planner.engine.neighbourhood import WINDOW_YEARS, Costed, improved, neighbourhoods
from tests.full_years import chronological
from tests.random_factory import rich
from tests.test_decompose import in_parts

OPTIONS = Options(gap=1e-4, time_limit_s=60)


def relaxed(seed: int) -> Decomposition:
    solver = Decomposition(in_parts(rich(seed)), OPTIONS)
    assert solver._relax()
    return solver


def test_every_decision_is_free_in_some_neighbourhood_and_no_window_is_wider_than_it_says() -> None:
    problem = chronological(years=tuple(range(2026, 2026 + WINDOW_YEARS + 3)))
    master = Decomposition(problem, OPTIONS).master
    fields = neighbourhoods(master)
    assert set(np.concatenate(fields).tolist()) == set(np.flatnonzero(master.matrix.integer).tolist())
    years = {
        column: set(index) & set(problem.years)
        for columns in master.plan.plan_columns.values()
        for index, column in columns.items()
    }
    kinds = {
        frozenset(column for column in columns.values() if master.matrix.integer[column])
        for columns in master.plan.plan_columns.values()
    }
    assert {frozenset(field.tolist()) for field in fields} >= kinds - {frozenset()}
    windows = [field for field in fields if frozenset(field.tolist()) not in kinds]
    assert set(np.concatenate(windows).tolist()) == set(np.flatnonzero(master.matrix.integer).tolist())
    for field in windows:
        assert len({y for column in field.tolist() for y in years[column]}) <= WINDOW_YEARS


@pytest.mark.parametrize("seed", [0, 2])
def test_poor_decisions_become_as_cheap_as_the_best_by_the_cuts(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two years are one window, so the first neighbourhood holds the best of all decisions, given the time."""
    monkeypatch.setattr(neighbourhood, "PATIENCE_S", 30.0)
    master = relaxed(seed).master
    best = master.milp(1e-5, time.monotonic() + 30, None)
    assert best.x is not None
    poor = master.whole(0.5, time.monotonic() + 30, None)
    assert poor.x is not None
    found = master.with_decisions(poor.x, 1e-5)
    assert found is not None
    start = Costed(found[0], found[1])
    better = improved(master, start, 1e-4, -np.inf, time.monotonic() + 30)
    again = master.with_decisions(better.x, 1e-5)
    assert again is not None
    assert better.cost <= start.cost
    assert better.cost == pytest.approx(again[0], rel=1e-6)
    assert better.cost <= best.objective * (1 + 2e-4)
    assert better.cost >= best.lower_bound * (1 - 1e-6)


@pytest.mark.parametrize("seed", [0, 2])
def test_the_first_rough_run_searches_and_finer_ones_branch_alone_to_the_same_optimum(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = relaxed(seed).master
    best, runs, once = master.milp(1e-5, time.monotonic() + 30, None), list[tuple[float, bool]](), master.whole

    def noted(gap: float, *args: Any, tree_alone: bool = False) -> Outcome:
        runs.append((gap, tree_alone))
        return once(gap, *args, tree_alone=tree_alone)

    monkeypatch.setattr(master, "whole", noted)
    alone = master.milp(1e-5, time.monotonic() + 30, None, tree_alone=True)
    assert runs[0] == (ROUGH, False)
    assert all(tree == (gap < ROUGH) for gap, tree in runs)
    assert any(tree for _, tree in runs)
    assert alone.objective == pytest.approx(best.objective, rel=3e-5)
    assert alone.lower_bound <= best.objective * (1 + 1e-6)


def test_decisions_within_the_gap_of_the_bound_are_left_alone() -> None:
    master = relaxed(0).master
    first = master.milp(1e-3, time.monotonic() + 30, None)
    assert first.x is not None
    start = Costed(first.objective, first.x)
    assert improved(master, start, 0.5, first.lower_bound, time.monotonic() + 30) is start


def test_the_relaxation_is_enclosed_by_cuts_and_mixtures() -> None:
    """One linear year: what is proven from below, its optimum, and the best mixture of averaged operations above their own bound."""
    problem = chronological(years=(2026,), days_a_month=3, plain=True)
    *_, one = whole(problem, OPTIONS)
    solver = Decomposition(problem, OPTIONS)
    assert solver._relax()
    below, mixture = solver.meet(solver.rough, Agenda(None, 1e-4), 40)
    assert mixture is not None
    assert solver.bound <= below * (1 + 1e-9)
    assert below <= one.objective * (1 + 1e-7)
    assert below <= mixture.cost <= below * (1 + 5e-4)
    exact_below, exact = solver.meet(solver.inner, Agenda(None, 1e-4), 40)
    assert exact is not None
    assert exact_below <= one.objective * (1 + 1e-7) <= exact.cost * (1 + 2e-7)
    assert exact.cost <= one.objective * (1 + 5e-4)
