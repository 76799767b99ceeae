"""Plans found again are accounted; what is proven of their costs are intervals."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner import resolving
from planner.answer import account_for
from planner.archive import pack
from planner.engine import SolverError
from planner.resolving import Interval, plans_before
from tests.test_why import solved, with_leaks


def test_intervals_subtract_to_what_is_proven() -> None:
    difference = Interval(4.0, 5.0) - Interval(1.0, 2.0)
    assert (difference.low, difference.high, difference.sign) == (2.0, 4.0, 1)
    assert (Interval(0.0, 1.0) - Interval(0.5, 2.0)).sign == 0


def test_plans_of_the_resolver_are_accounted() -> None:
    problem = with_leaks(1.0)
    answer = solved(problem).answer
    assert answer is not None
    assert account_for(problem, answer.plan).money.objective == pytest.approx(6.0)


def test_one_failed_solve_of_many_is_not_known_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise SolverError("HiGHS failed: Solve error")

    monkeypatch.setattr(resolving, "solve", fails)
    found = solved(with_leaks(1.0))
    assert found.answer is None
    assert not found.infeasible
    assert found.note == "HiGHS failed: Solve error"


def test_a_folder_gives_its_decisions_to_begin_with_if_it_can(tmp_path: Path) -> None:
    problem = with_leaks(1.0)
    answer = solved(problem).answer
    assert answer is not None
    assert plans_before(tmp_path) == []
    (tmp_path / "operation.npz").write_bytes(pack(problem, answer.plan))
    assert plans_before(tmp_path) == [answer.plan.decisions]
    (tmp_path / "operation.npz").write_bytes(b"cut short")
    assert plans_before(tmp_path) == []
