"""Plans found again are accounted; what is proven of their costs are intervals."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from planner.answer import account_for
from planner.engine import Options, SolverError
from planner.progress import Progress
from planner.results.archive import pack, same, unpack
from planner.solving import resolving
from planner.solving.resolving import Interval, Resolver, Solved, UnverifiedError, plan_before
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
    def fails(*_: object, **__: object) -> None:
        raise SolverError("HiGHS failed: Solve error")

    monkeypatch.setattr(resolving, "solve", fails)
    found = solved(with_leaks(1.0))
    assert found.answer is None
    assert not found.infeasible
    assert found.note == "HiGHS failed: Solve error"


def test_solves_share_the_time_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of 100 s for the first, half of what is left of its fourth for a part; nothing after the end."""
    asked: list[float] = []

    def noted(problem: object, options: Options, *_: object, **__: object) -> None:
        asked.append(options.time_limit_s)
        raise SolverError("no need")

    monkeypatch.setattr(resolving, "solve", noted)
    again = Resolver(Options(time_limit_s=300.0), Progress(quiet=True), ends=time.monotonic() + 100.0)
    again(with_leaks(1.0), "the first")
    again.until(4)(with_leaks(1.0), "a part")
    assert asked == pytest.approx([50.0, 12.5], abs=0.5)
    over = Resolver(Options(), Progress(quiet=True), ends=time.monotonic())
    assert over(with_leaks(1.0), "too late").note == "no time left"
    assert len(asked) == 2


def test_a_folder_gives_the_plan_it_holds_if_it_can(tmp_path: Path) -> None:
    problem = with_leaks(1.0)
    answer = solved(problem).answer
    assert answer is not None
    assert plan_before(tmp_path) is None
    (tmp_path / "operation.npz").write_bytes(pack(problem, answer.plan))
    found = plan_before(tmp_path)
    assert found is not None
    assert found.answer is not None
    assert found.answer.plan.decisions == answer.plan.decisions
    (tmp_path / "operation.npz").write_bytes(b"cut short")
    assert plan_before(tmp_path) is None


def known_to(share: float) -> Solved:
    """The plan of a problem with leaks, as if its bound had been proven to a share of its cost only."""
    problem = with_leaks(1.0)
    answer = solved(problem).answer
    assert answer is not None
    facts = replace(answer.plan.facts, lower_bound=share * answer.plan.facts.objective)
    loose = replace(answer.plan, facts=facts)
    return Solved(problem, account_for(problem, loose), facts.lower_bound)


def test_what_is_known_is_not_solved_again_for_a_gap_that_it_has() -> None:
    known = known_to(0.99)
    again = Resolver(Options(gap=0.02), Progress(quiet=True), known=known)
    assert again(with_leaks(1.0), "the same").cost == known.cost
    assert again.solves == 0
    assert again(replace(known.problem, name="five stars"), "the same by another name").cost == known.cost
    assert again.solves == 0
    dearer = replace(known.problem, finance=replace(known.problem.finance, discount_rate=0.01))
    assert again(dearer, "another").cost != known.cost
    closer = again(known.problem, "closer", Options(gap=1e-6))
    assert closer.low == pytest.approx(closer.high, rel=1e-5)
    assert again.solves == 2


def test_what_is_known_is_verified_like_any_other_plan() -> None:
    known = known_to(0.99)
    assert known.answer is not None
    imports = {name: 0.5 * power for name, power in known.answer.plan.operation["markets.import_mw"].items()}
    short = replace(known.answer.plan, operation={**known.answer.plan.operation, "markets.import_mw": imports})
    forged = Solved(known.problem, replace(known.answer, plan=short), known.low)
    with pytest.raises(UnverifiedError, match="the same"):
        Resolver(Options(gap=0.02), Progress(quiet=True), known=forged)(known.problem, "the same")


def test_problems_are_the_same_where_every_number_is() -> None:
    problem = with_leaks(1.0)
    answer = solved(problem).answer
    assert answer is not None
    assert same(problem, with_leaks(1.0))
    assert same(problem, unpack(pack(problem, answer.plan))[0])
    index = problem.markets[0].price_index.copy()
    index[-1] += 1e-12
    dearer = replace(problem.markets[0], price_index=index)
    assert not same(problem, replace(problem, markets=(dearer, *problem.markets[1:])))
    assert not same(problem, replace(problem, name="another"))
