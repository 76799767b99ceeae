"""The rules of the bridge: each stands for a wrong answer that was seen without it."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import highspy
import numpy as np
import pytest
from scipy.sparse import csr_array

from planner.engine import Options, SolverError, bridge, interrupted, monolith, solve
from planner.engine.bridge import Outcome, fixed, run
from planner.engine.matrix import Float, Matrix, Pressed
from planner.engine.monolith import settle, solve_matrix
from tests.factories import Site
from tests.random_factory import rich

INF = np.inf
EXACT = Options(gap=0.0, time_limit_s=60.0)


def model(
    cost: Sequence[float],
    rows: Sequence[Sequence[float]],
    limits: Sequence[tuple[float, float]],
    upper: Sequence[float],
    integer: Sequence[bool],
    offset: float = 0.0,
) -> Matrix:
    """min cost·x + offset, limits on rows, 0 ≤ x ≤ upper."""
    bounds = np.array(limits, dtype=float).reshape(-1, 2)
    return Matrix(
        np.array(cost, dtype=float),
        offset,
        np.zeros(len(cost)),
        np.array(upper, dtype=float),
        np.array(integer, dtype=bool),
        csr_array(np.array(rows, dtype=float).reshape(len(bounds), len(cost))),
        bounds[:, 0].copy(),
        bounds[:, 1].copy(),
    )


def pressed(matrix: Matrix) -> Pressed:
    return Pressed(matrix, {}, {}, {})


def knapsack(capacity: float = 6.0, offset: float = 0.0) -> Matrix:
    """Values 5, 4, 3 at weights 4, 3, 2 within 6: the best is 5 + 3."""
    return model([-5, -4, -3], [[4, 3, 2]], [(-INF, capacity)], [1, 1, 1], [True] * 3, offset)


def market_split(size: int = 60, rows: int = 6) -> Matrix:
    """Equal halves of several random lists: slack makes a plan easy to find and the best one hopeless to prove."""
    weights = np.random.default_rng(7).integers(1, 100, (rows, size)).astype(float)
    halves = np.floor(weights.sum(axis=1) / 2)
    table = np.hstack([weights, np.eye(rows), -np.eye(rows)])
    cost = np.concatenate([np.zeros(size), np.ones(2 * rows)])
    upper = np.concatenate([np.ones(size), np.full(2 * rows, 1e4)])
    integer = np.arange(size + 2 * rows) < size
    return model(cost, table, [(h, h) for h in halves], upper, integer)


# 9 rows and 7 columns that presolve of HiGHS 1.15.1 calls infeasible
FALSE_COST = [190, 40, 20, 160, 4, 13, -4]
FALSE_ROWS = [
    [0, 0, 0, 1, 0, 6, -7],
    [8, 4, 0, -8, 0, 8, -8],
    [0, 0, -3, 9, 0, 0, 0],
    [0, 0, -6, 0, 7, 0, 8],
    [0, -5, -7, -6, 8, 0, -9],
    [1, -5, 0, 0, 3, 0, 5],
    [0, 0, 0, -6, -2, -4, -7],
    [3, 0, 8, 0, 7, 0, -7],
    [-5, 0, 0, 0, 0, 0, 1],
]
FALSE_LIMITS = [
    (3.61789110891884, INF),
    (18.3347326959072, INF),
    (-INF, 0.0),
    (53.5652673040928, INF),
    (-INF, -14.4484257171044),
    (29.015792065058, INF),
    (-62.1821088910812, INF),
    (-INF, -4.68210889108116),
    (-2.51684158698841, INF),
]
FALSE_INFEASIBLE = model(FALSE_COST, FALSE_ROWS, FALSE_LIMITS, [1, 1, 1, 1, 10, 10, 20], [True] * 6 + [False])


@pytest.fixture(autouse=True)
def _no_interruption() -> Iterator[None]:
    yield
    interrupted.clear()


def test_a_false_infeasible_of_presolve_is_not_believed() -> None:
    outcome = solve_matrix(pressed(FALSE_INFEASIBLE), EXACT, time.monotonic() + 60)
    assert outcome.objective == pytest.approx(261.61, abs=0.005)


def test_infeasible_is_confirmed_without_presolve(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def watched(
        matrix: Matrix,
        options: Options,
        *,
        presolve: bool = True,
        deadline: float | None = None,
        report: bridge.Report | None = None,
        start: Float | None = None,
    ) -> Outcome:
        tried.append(presolve)
        return run(matrix, options, presolve=presolve, deadline=deadline, start=start)

    monkeypatch.setattr(monolith, "run", watched)
    impossible = model([1.0, 1.0], [[1.0, 1.0]], [(3.0, INF)], [1.0, 1.0], [True, True])
    outcome = solve_matrix(pressed(impossible), EXACT, time.monotonic() + 60)
    assert (outcome.status, outcome.x, outcome.objective, outcome.gap) == ("infeasible", None, INF, INF)
    assert tried == [True, False]


@pytest.mark.parametrize("number", [1e16, np.nan, np.inf, -1e16])
@pytest.mark.parametrize("place", ["coefficient", "cost"])
def test_a_number_that_would_drop_every_row_is_refused(number: float, place: str) -> None:
    matrix = knapsack()
    if place == "cost":
        matrix.cost[1] = number
    else:
        matrix.rows.data[1] = number
    with pytest.raises(SolverError, match=place):
        run(matrix, EXACT)


@pytest.mark.parametrize("name", ["lower", "upper", "row_lower", "row_upper"])
def test_a_bound_that_is_no_number_is_refused(name: str) -> None:
    matrix = knapsack()
    getattr(matrix, name)[0] = np.nan
    with pytest.raises(SolverError, match="not an interval"):
        run(matrix, EXACT)


def test_a_coefficient_that_the_solver_would_drop_is_an_error() -> None:
    matrix = knapsack()
    matrix.rows.data[1] = 1e-12
    with pytest.raises(SolverError, match="non-zeros"):
        run(matrix, EXACT)


def test_an_unknown_option_is_an_error() -> None:
    with pytest.raises(SolverError, match="refused option"):
        bridge.set_option(highspy.Highs(), "no_such_option", 1)
    with pytest.raises(SolverError, match="solver = 'no_such_method'"):
        run(knapsack(), EXACT, method="no_such_method")


def test_a_release_that_returned_wrong_optima_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1.14.0" in bridge._REFUSED
    monkeypatch.setattr(bridge, "_REFUSED", (highspy.Highs().version(),))
    with pytest.raises(SolverError, match="wrong optima"):
        run(knapsack(), EXACT)


def test_at_the_time_limit_plan_bound_and_gap_are_kept() -> None:
    matrix = market_split()
    begun = time.monotonic()
    outcome = run(matrix, Options(gap=0.0), deadline=begun + 1.0)
    assert time.monotonic() - begun < 5.0
    assert (outcome.status, outcome.termination) == ("feasible", "time limit")
    assert outcome.x is not None
    assert 0.0 <= outcome.lower_bound < outcome.objective
    assert outcome.objective == pytest.approx(float(matrix.cost @ outcome.x))
    assert outcome.gap == pytest.approx((outcome.objective - outcome.lower_bound) / outcome.objective)


def test_better_plans_are_reported_with_their_bound() -> None:
    told: list[tuple[str, float, float]] = []
    outcome = run(
        market_split(), Options(gap=0.0), deadline=time.monotonic() + 1.0, report=lambda *words: told.append(words)
    )
    assert {words for words, _, _ in told} == {"plan in hand"}
    assert told[-1][2] == pytest.approx(outcome.objective)
    assert all(bound <= cost for _, bound, cost in told)


def test_the_flag_stops_a_solve_with_the_plan_in_hand() -> None:
    timer = threading.Timer(0.7, interrupted.set)
    timer.start()
    begun = time.monotonic()
    outcome = solve_matrix(pressed(market_split()), Options(gap=0.0), begun + 60.0)
    assert time.monotonic() - begun < 10.0
    assert (outcome.status, outcome.termination) == ("feasible", "interrupted")
    assert outcome.x is not None
    timer.join()


def test_a_linear_model_stopped_early_holds_no_plan() -> None:
    interrupted.set()
    outcome = run(market_split(), Options(), relaxed=True, presolve=False)
    assert (outcome.status, outcome.x, outcome.lower_bound) == ("none", None, -INF)


def test_objective_and_gap_include_the_constant() -> None:
    outcome = run(knapsack(offset=10.0), EXACT)
    assert outcome.objective == pytest.approx(10.0 - 8.0)
    assert outcome.lower_bound == pytest.approx(2.0)
    assert outcome.gap == pytest.approx(0.0, abs=1e-9)
    assert Outcome("feasible", "", 10.0, 9.0, None).gap == pytest.approx(0.1)
    assert Outcome("feasible", "", -10.0, -11.0, None).gap == pytest.approx(0.1)
    assert Outcome("none", "", INF, 3.0, None).gap == INF
    assert Outcome("none", "", 3.0, -INF, None).gap == INF


def test_a_start_is_taken_up() -> None:
    matrix = market_split()
    first = run(matrix, Options(gap=0.0), deadline=time.monotonic() + 1.0)
    assert first.x is not None
    hurried = run(replace(matrix), Options(gap=0.0), start=first.x, deadline=time.monotonic() + 0.3)
    assert hurried.objective <= first.objective + 1e-6


def test_an_impossible_start_does_no_harm() -> None:
    outcome = run(knapsack(), EXACT, start=np.ones(3))
    assert (outcome.status, outcome.objective) == ("optimal", pytest.approx(-8.0))


def plant(big: float) -> Matrix:
    """Need 3 MW of a plant that costs 35 to have and 0.01 per MW: size ≤ big·built."""
    return model([35.0, 0.01], [[-big, 1.0], [0.0, 1.0]], [(-INF, 0.0), (3.0, INF)], [1.0, 20.0], [True, False])


def test_a_plant_that_a_large_m_would_build_for_free_is_not_an_answer() -> None:
    crumb = Outcome("optimal", "", 0.03 + 35 * 3e-6, 0.03, np.array([3e-6, 3.0]))
    with pytest.raises(SolverError, match="does not survive rounding"):
        settle(pressed(plant(1e6)), EXACT, crumb, time.monotonic())


def test_the_polish_has_what_is_left_of_the_time_and_a_little_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []

    def watched(matrix: Matrix, options: Options, *, deadline: float) -> Outcome:
        given.append(deadline - time.monotonic())
        return Outcome("none", "time limit", INF, -INF, None)

    monkeypatch.setattr(monolith, "run", watched)
    found = Outcome("optimal", "Optimal", 35.03, 35.0, np.array([1.0, 3.0]))
    for left in (-5.0, 100.0):
        kept = settle(pressed(plant(20.0)), EXACT, found, time.monotonic() + left)
        assert (kept.status, kept.termination, kept.objective) == ("feasible", "time limit", 35.03)
    assert given == [pytest.approx(monolith.LEAST_POLISH_S, abs=0.5), pytest.approx(100.0, abs=0.5)]


@pytest.mark.parametrize(("gap", "status"), [(0.02, "optimal"), (0.005, "feasible")])
def test_what_rounding_leaves_beyond_the_gap_is_not_called_optimal(gap: float, status: str) -> None:
    found = Outcome("optimal", "Optimal", 34.9, 34.7, np.array([0.995, 3.0]))
    kept = settle(pressed(plant(20.0)), Options(gap=gap), found, time.monotonic() + 10)
    assert (kept.status, kept.objective) == (status, pytest.approx(35.03))


def test_rounding_that_raises_the_cost_is_not_an_answer() -> None:
    matrix = model([1.0, 35.0], [[1.0, 1.0]], [(3.0, INF)], [4.0, 20.0], [True, False])
    with pytest.raises(SolverError, match=r"raises the cost by 13\.6"):
        settle(pressed(matrix), EXACT, Outcome("optimal", "", 23.4, 3.0, np.array([2.4, 0.6])), time.monotonic())


def test_m_from_data_builds_the_plant() -> None:
    outcome = solve_matrix(pressed(plant(20.0)), EXACT, time.monotonic() + 60)
    assert outcome.objective == pytest.approx(35.03)
    assert outcome.x is not None
    assert outcome.x[0] == 1.0


def test_fixing_rounds_whole_columns_and_leaves_the_rest() -> None:
    matrix = fixed(plant(20.0), np.array([0.9999999, 3.0]))
    assert (matrix.lower.tolist(), matrix.upper.tolist()) == ([1.0, 0.0], [1.0, 20.0])
    assert not matrix.integer.any()


def test_a_price_that_pays_for_itself_is_named() -> None:
    free_money = model([-1.0], [], [], [INF], [False])
    with pytest.raises(SolverError, match="unbounded"):
        solve_matrix(pressed(free_money), EXACT, time.monotonic() + 60)


def test_a_run_ends_with_the_first_plan_that_is_cheap_enough() -> None:
    """The halves that are hopeless to prove: a plan within 30 of nothing is found at once, its bound kept, and told as unproven."""
    matrix = market_split()
    whole = run(matrix, replace(EXACT, time_limit_s=2.0))
    assert whole.termination == "time limit"
    enough = whole.objective + 30.0
    outcome = run(matrix, replace(EXACT, time_limit_s=60.0), enough=enough)
    assert (outcome.status, outcome.termination) == ("feasible", "Target for objective reached")
    assert outcome.lower_bound <= outcome.objective <= enough


def test_a_tree_alone_proves_the_same_optimum() -> None:
    random = np.random.default_rng(3)
    values, weights = random.integers(10, 60, 12), random.integers(5, 40, 12)
    matrix = model(list(-values), [list(weights)], [(-INF, 110)], [1] * 12, [True] * 12)
    chosen = np.array(list(itertools.product((0, 1), repeat=12)))
    best = (chosen[chosen @ weights <= 110] @ values).max()
    outcome = run(matrix, EXACT, tree_alone=True)
    assert (outcome.status, outcome.objective, outcome.lower_bound) == ("optimal", -best, -best)


def test_a_tree_alone_looks_for_no_plans_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}
    set_option = bridge.set_option

    def noted(h: object, name: str, setting: object) -> None:
        given[name] = setting
        set_option(h, name, setting)

    monkeypatch.setattr(bridge, "set_option", noted)
    run(knapsack(), EXACT)
    assert not given.keys() & bridge.TREE_ALONE
    run(knapsack(), EXACT, tree_alone=True)
    assert given.items() >= bridge.TREE_ALONE.items()


def test_the_same_seed_gives_the_same_plan() -> None:
    plans = [solve(rich(0), Options(gap=1e-2, time_limit_s=60.0, seed=3)) for _ in range(2)]
    assert plans[0].decisions == plans[1].decisions
    for name, items in plans[0].operation.items():
        for item, table in items.items():
            assert (table == plans[1].operation[name][item]).all(), f"{name} {item}"


def test_facts_of_a_solve_count_and_time_it() -> None:
    site = Site(hours=(1000.0, 1000.0))
    facts = solve(site.problem(), EXACT).facts
    assert (facts.status, facts.gap) == ("optimal", 0.0)
    assert facts.objective == pytest.approx(10.0 * 2000.0 * 0.0006)
    assert facts.lower_bound == pytest.approx(facts.objective)
    assert facts.size["integers"] == 0
    assert {"build", "hand_over", "run", "total"} <= set(facts.timings_s)


def test_a_run_ends_at_its_iterations_on_every_machine() -> None:
    """A transport of 20 by 20 needs more than five steps of simplex, and is solved without a limit."""
    sources, sinks = 20, 20
    rows = np.zeros((sources + sinks, sources * sinks))
    for k in range(sources * sinks):
        rows[k // sinks, k] = rows[sources + k % sinks, k] = 1.0
    cost = np.random.default_rng(0).uniform(1.0, 2.0, sources * sinks)
    model = Matrix(
        cost,
        0.0,
        np.zeros(len(cost)),
        np.full(len(cost), np.inf),
        np.zeros(len(cost), dtype=bool),
        csr_array(rows),
        np.ones(sources + sinks),
        np.ones(sources + sinks),
    )
    stopped = run(model, Options(threads=1), presolve=False, iterations=5)
    assert (stopped.status, stopped.x) == ("none", None)
    assert run(model, Options(threads=1), presolve=False).status == "optimal"
