"""What the solver calls optimal is believed only with a second opinion: an LP's own duals, a MILP's run on another path."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from planner.engine import opinion
from planner.engine.bridge import Options, Outcome, run
from planner.engine.matrix import Matrix
from planner.engine.opinion import proven, sure

OPTIONS = Options(gap=1e-6, threads=1)


def model(integer: bool) -> Matrix:
    """min −x − y with x + 2y ≤ 3 and x, y in 0..2: x = 2, y = 0.5; −2.5, in whole numbers x = 1, y = 1 or x = 2: −2."""
    return Matrix(
        np.array([-1.0, -1.0]),
        0.0,
        np.zeros(2),
        np.full(2, 2.0),
        np.full(2, integer),
        csr_array(np.array([[1.0, 2.0]])),
        np.array([-np.inf]),
        np.array([3.0]),
    )


def wrong(x: list[float], value: float, dual: list[float] | None = None) -> Outcome:
    """An answer that is called optimal and is not."""
    return Outcome(
        "optimal", "Optimal", value, value, np.array(x), None if dual is None else np.array(dual), {"run": 0.01}
    )


def test_the_bound_of_an_lp_is_what_its_duals_prove() -> None:
    found = run(model(False), OPTIONS)
    assert found.objective == pytest.approx(-2.5)
    assert proven(model(False), found) == pytest.approx(-2.5)
    assert proven(model(False), wrong([2, 0.5], -2.5, [0.0])) == -4.0  # x = y = 2, as if there were no row
    assert proven(model(False), wrong([2, 0.5], -2.5, [1.0])) == -4.0  # a dual of the wrong sign proves nothing
    open_ended = replace(model(False), upper=np.full(2, np.inf))
    assert proven(open_ended, wrong([2, 0.5], -2.5, [0.0])) == -np.inf


def test_an_lp_whose_duals_prove_less_is_solved_again() -> None:
    found = sure(model(False), OPTIONS, wrong([0.0, 0.0], 0.0, [0.0]), time.monotonic() + 5)
    assert (found.objective, found.lower_bound) == (pytest.approx(-2.5), pytest.approx(-2.5))


def test_a_false_optimum_is_found_out_by_another_path() -> None:
    found = sure(model(True), OPTIONS, wrong([1.0, 0.0], -1.0), time.monotonic() + 5)
    assert (found.status, found.objective, found.lower_bound) == ("optimal", -2.0, -2.0)


def test_a_true_optimum_stays_as_it_is() -> None:
    first = run(model(True), OPTIONS)
    found = sure(model(True), OPTIONS, first, time.monotonic() + 5)
    assert (found.objective, found.lower_bound) == (first.objective, first.lower_bound)
    assert set(found.seconds) - set(first.seconds) == {"second_opinion"}


def test_where_no_third_path_confirms_the_least_bound_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run has a plan at −2 and a bound of −2, the third no plan and a bound of −2.4: feasible, within −2.4."""
    second = Outcome("feasible", "time limit", -2.0, -2.0, np.array([2.0, 0.0]))
    answers = iter([second, Outcome("none", "time limit", np.inf, -2.4, None)])
    monkeypatch.setattr(opinion, "run", lambda *_, **__: next(answers))
    found = sure(model(True), OPTIONS, wrong([1.0, 0.0], -1.0), time.monotonic() + 5)
    assert (found.status, found.objective, found.lower_bound) == ("feasible", -2.0, -2.4)


def test_a_long_first_run_is_doubted_for_a_tenth_of_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    def timed(*_: object, deadline: float, **__: object) -> Outcome:
        given.append(deadline - time.monotonic())
        return Outcome("none", "time limit", np.inf, -np.inf, None)

    monkeypatch.setattr(opinion, "run", timed)
    sure(model(True), OPTIONS, replace(wrong([1.0, 1.0], -2.0), seconds={"run": 20.0}), time.monotonic() + 100)
    assert given == [pytest.approx(2.0, abs=0.2)]
