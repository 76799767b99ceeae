"""Solving by cuts gives what the model in one piece gives, and every cut is a lower bound whatever point it was made at."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.problem import Problem
from planner.accounting.accounts import accounts
from planner.answer import at_accounted_cost
from planner.engine import Options, SolverError, decompose
from planner.engine.decompose import Decomposition, decomposed
from planner.engine.inner import Inner, Mixture
from planner.engine.matrix import dot
from planner.engine.monolith import by_cuts, whole
from planner.engine.operator import Operator
from planner.engine.rounds import SLACK_PRICE
from planner.plan import Plan, SolverFacts
from planner.verification.verify import verify
from tests.random_factory import rich

GAP = 0.03
CUTS = Options(gap=GAP, time_limit_s=60)
EXACT = Options(gap=1e-7, time_limit_s=60)


def in_parts(problem: Problem) -> Problem:
    """The same factory with steps that follow one another only within their billing period, and no least loads."""
    free = tuple(replace(v, min_load_share=0.0, start_cost=0.0) for v in problem.converters)
    return replace(problem, converters=free, steps=replace(problem.steps, before=np.array([1, 0, 3, 2])))


@pytest.mark.parametrize(("seed", "durable_stars"), [(0, 0), (3, 3)])
def test_bound_and_plan_by_cuts_enclose_the_optimum_of_the_model_in_one_piece(seed: int, durable_stars: int) -> None:
    problem = in_parts(rich(seed, durable_stars=durable_stars))
    _, _, _, one = whole(problem, EXACT)
    decisions, operation, _, cuts = decomposed(problem, CUTS)
    assert cuts.status == one.status == "optimal"
    assert cuts.lower_bound <= one.objective * (1 + 1e-7)
    assert one.objective * (1 - 1e-7) <= cuts.objective <= one.objective * (1 + 2 * GAP)
    facts = SolverFacts(cuts.status, cuts.termination, cuts.objective, cuts.lower_bound, cuts.gap)
    plan = at_accounted_cost(problem, Plan(decisions, operation, facts))
    assert plan.facts.objective <= cuts.objective * (1 + 1e-6)
    assert accounts(problem, plan).objective == pytest.approx(plan.facts.objective, rel=1e-6)
    assert verify(problem, plan).violations == ()


def test_decisions_that_lead_to_nothing_new_three_times_end_the_solve_with_the_plan_in_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Blocks that show the first plan again and again, below what its decisions could cost, and a bound that stands still."""
    solver = Decomposition(in_parts(rich(0)), replace(CUTS, gap=1e-9, time_limit_s=600))
    operated = solver.plan_at
    shown: list[Mixture | None] = []

    def the_first(*arguments: Any, **named: Any) -> tuple[float, Mixture | None]:
        if not shown:
            shown.append(operated(*arguments, **named)[1])
        return solver.bound, shown[0]

    monkeypatch.setattr(solver, "plan_at", the_first)
    search = solver.master.milp
    monkeypatch.setattr(solver.master, "milp", lambda *_, **__: answers[0])
    monkeypatch.setattr(decompose, "improved", lambda _, decided, *__: decided)
    solver.seed()
    solver.converge(1e-3, solver.coarse)  # decisions that blocks can live with
    answers = [replace(search(CUTS.gap, solver.deadline, None), lower_bound=-np.inf)]
    try:
        ended, plan = solver.solve()
    finally:
        solver.end()
    assert plan is shown[0]
    assert (ended.status, ended.termination[:7]) == ("feasible", "stalled")


def test_a_target_out_of_reach_is_infeasible_by_cuts_too() -> None:
    problem = in_parts(rich(1, durable_stars=3))
    starved = replace(problem, contracts=(), instruments=(), converters=problem.converters[:1])
    *_, one = whole(starved, CUTS)
    *_, cuts = decomposed(starved, CUTS)
    assert one.status == cuts.status == "infeasible"


@pytest.mark.parametrize("seed", range(2))
def test_every_cut_is_below_the_cost_at_every_other_size(seed: int) -> None:
    """Q(x') ≥ constant + gradient·x' both ways, at prices of both signs and at sizes that cannot serve the loads."""
    solver = Decomposition(in_parts(rich(seed)), CUTS)
    master, random = solver.master, np.random.default_rng(seed)
    low, high = np.maximum(master.matrix.lower, 0.0), np.minimum(master.matrix.upper, 100.0)
    for b, block in enumerate(solver.blocks):
        operator = Operator(block, CUTS)
        for y in range(len(solver.problem.years)):
            ports = master.ports[y, b]
            prices = random.uniform(-2e-4, 1e-3, master.sums.shape)
            weights = master.weights(prices)[y]
            points = [low[ports] + random.uniform(0, 1, len(ports)) * (high - low)[ports] for _ in range(3)]
            cuts = [operator.solve(at, weights, SLACK_PRICE, (y, "test")) for at in points]
            for at, cut in zip(points, cuts, strict=True):
                cost = float(weights @ cut.quantities) + SLACK_PRICE * cut.slack
                for other in cuts:
                    assert other.constant + other.gradient @ at <= cost + 1e-6 * max(abs(cost), 1.0)
                assert cut.constant + cut.gradient @ at == pytest.approx(cost, rel=1e-6, abs=1e-6)


def test_the_bound_holds_at_a_time_limit() -> None:
    problem = in_parts(rich(2))
    *_, one = whole(problem, EXACT)
    *_, stopped = decomposed(problem, replace(CUTS, gap=1e-9, time_limit_s=4.0))
    assert stopped.lower_bound <= one.objective * (1 + 1e-7)
    assert stopped.x is None or stopped.objective >= one.objective * (1 - 1e-7)


def test_the_same_options_give_the_same_plan() -> None:
    problem = in_parts(rich(0))
    first, second = (decomposed(problem, CUTS) for _ in range(2))
    assert first[0] == second[0]
    assert first[3].lower_bound == second[3].lower_bound


@pytest.mark.parametrize("kernels", ["Prescott", "Haswell", "SkylakeX"])  # of OpenBLAS, which `@` hands its sums to
def test_sums_have_the_same_last_digit_on_every_processor(kernels: str) -> None:
    told = "import numpy as np; from planner.engine.matrix import dot; r = np.random.default_rng(0)"
    told += "; a, b = r.uniform(size=(2, 5963)); print(repr(dot(a, b)))"
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernels}
    there = subprocess.run([sys.executable, "-c", told], env=environment, capture_output=True, text=True, check=True)
    a, b = np.random.default_rng(0).uniform(size=(2, 5963))
    assert float(there.stdout) == dot(a, b)
    assert dot(a, b) == pytest.approx(math.fsum(a * b), rel=1e-12)


def test_cuts_without_a_plan_leave_the_rest_to_the_model_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = in_parts(rich(0))
    *_, one = whole(problem, EXACT)
    monkeypatch.setattr(Inner, "best", lambda *_: None)
    monkeypatch.setattr(decompose, "NO_PLAN_SHARE", 0.02)
    monkeypatch.setattr(decompose, "NO_PLAN_LEAST_S", 1.0)
    *_, outcome = by_cuts(problem, replace(EXACT, time_limit_s=60), None)
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(one.objective, rel=1e-6)
    assert outcome.lower_bound <= outcome.objective


def test_a_relaxation_that_was_stopped_late_does_not_stop_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first try has no time at all; the second has, on the same solver object."""
    solver = Decomposition(in_parts(rich(0)), CUTS)
    solver.seed()
    in_time = solver.master.lp()
    assert in_time is not None
    solver.master.h.clearSolver()
    ended = []

    def run() -> object:
        status = first_run()
        ended.append(solver.master.h.getModelStatus().name)
        return status

    first_run = solver.master.h.run
    monkeypatch.setattr(solver.master.h, "run", run)
    monkeypatch.setattr("planner.engine.master.LP_TRIES", (("simplex", "choose", -1.0), ("simplex", "off", 60.0)))
    again = solver.master.lp()
    assert ended == ["kInterrupt", "kOptimal"]
    assert again is not None
    assert again[0] == pytest.approx(in_time[0])


def test_what_presolve_calls_infeasible_is_confirmed_by_either_path_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    solver = Decomposition(in_parts(rich(0)), CUTS)
    solver.seed()
    assert solver.master.lp() is not None
    m = solver.master.matrix
    up, low = np.minimum(m.upper, 1e9), np.maximum(m.lower, -1e9)
    highest = m.rows.maximum(0.0) @ up + m.rows.minimum(0.0) @ low
    row = int(np.flatnonzero(np.abs(highest) < 1e6)[0])
    solver.master.h.changeRowBounds(row, highest[row] + 1.0, np.inf)
    presolved = ("simplex", "choose", 2.0)
    for path in ("simplex", "ipm"):
        monkeypatch.setattr("planner.engine.master.LP_TRIES", (presolved, (path, "off", 60.0)))
        assert solver.master.lp() is None


def test_decisions_that_no_try_settles_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    solver = Decomposition(in_parts(rich(0)), CUTS)
    solver.seed()
    found = solver.master.lp()
    assert found is not None
    monkeypatch.setattr("planner.engine.master.LP_TRIES", (("simplex", "choose", -1.0),))
    solver.master.h.clearSolver()
    assert solver.master.with_decisions(found[1], 1e-3) is None
    with pytest.raises(SolverError, match="the master ended"):
        solver.master.lp()
