"""Workers that fail: no answer is left for the next round, and a pool replaces a crew whose worker has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.engine.bridge import Options, SolverError
from planner.engine.crew import Crew, Task
from planner.engine.decompose import decomposed
from planner.engine.operator import Operator
from planner.engine.parts import exact_parts
from planner.engine.pool import Pool
from planner.engine.press import compile_template
from planner.engine.press_block import press_block
from planner.engine.rounds import SLACK_PRICE
from tests.full_years import chronological

CUTS = Options(gap=2e-3, time_limit_s=120, workers=2)


class Canned:
    """A worker that has its answers ready."""

    ended = False

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)

    def send(self, name: str, argument: object) -> None:
        """Hears it."""

    def receive(self) -> object:
        """The next answer."""
        return self.answers.pop(0)

    def close(self) -> None:
        """Nothing runs."""


def tasks_of(crew: Crew) -> list[Task]:
    return [
        Task(b, 0, np.zeros(len(block.ports)), np.ones(len(block.quantities)), SLACK_PRICE)
        for b, block in enumerate(crew.blocks)
    ]


def crew_of(workers: int) -> Crew:
    problem = chronological()
    template = compile_template(problem)
    return Crew([press_block(template, part) for part in exact_parts(problem)[:3]], CUTS, workers)


def test_an_error_of_one_worker_leaves_no_answer_of_another_behind() -> None:
    crew = crew_of(1)
    tasks, wrong = tasks_of(crew), SolverError("this month has no status")
    remote: list[Any] = [Canned(wrong, ["a"]), Canned(["late"], ["b"])]
    crew.remote[:] = remote
    with pytest.raises(SolverError, match="no status"):
        crew.work(tasks[1:])
    answers: Sequence[object] = crew.work(tasks[1:])
    assert answers == ["a", "b"]


def test_an_error_of_this_process_leaves_no_answer_of_a_worker_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    crew = crew_of(1)
    tasks = tasks_of(crew)
    remote: list[Any] = [Canned(["late"], ["b"])]
    crew.remote[:] = remote
    with monkeypatch.context() as wrong:
        wrong.setattr(Operator, "solve", lambda *_: (_ for _ in ()).throw(SolverError("this month has no status")))
        with pytest.raises(SolverError, match="no status"):
            crew.work(tasks)
    answers: Sequence[object] = crew.work(tasks)
    assert answers[1] == "b"


def test_each_point_starts_from_the_basis_of_its_own_first_year(monkeypatch: pytest.MonkeyPatch) -> None:
    """So points sent together are answered as if they were sent one after the other."""
    crew, begun = crew_of(1), list[int]()
    first, solve = tasks_of(crew)[0], Operator.solve

    def noted(operator: Operator, *given: Any) -> Any:
        begun.append(given[-1][0])
        return solve(operator, *given)

    monkeypatch.setattr(Operator, "solve", noted)
    crew.work([replace(first, year=year, point=point) for point in (0, 1) for year in (0, 1)])
    assert begun == [0, 0, 0, 0]


def test_a_worker_that_was_killed_is_told_and_its_crew_is_broken() -> None:
    crew = crew_of(3)
    try:
        tasks = tasks_of(crew)
        assert len(crew.work(tasks)) == 3
        assert not crew.broken
        crew.remote[0].process.kill()
        crew.remote[0].process.wait()
        for _ in range(2):
            with pytest.raises(SolverError, match="worker process has ended"):
                crew.work(tasks)
        assert crew.broken
        crew.remote[1].send("work", [replace(tasks[2])])
        assert len(crew.remote[1].receive()) == 1
    finally:
        crew.close()


def test_a_pool_replaces_a_crew_whose_worker_has_ended() -> None:
    problem = chronological()
    with Pool() as pool:
        *_, first = decomposed(problem, CUTS, pool=pool)
        broken = pool._crew
        assert broken is not None
        broken.remote[0].process.kill()
        broken.remote[0].process.wait()
        *_, second = decomposed(problem, CUTS, pool=pool)
        assert pool._crew is not broken
    assert second.lower_bound <= first.objective
    assert first.lower_bound <= second.objective
