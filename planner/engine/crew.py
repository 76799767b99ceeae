"""The crew: operating blocks at work, in this process and in worker processes that hold their blocks.

A round is synchronous: every task goes to the worker that holds its part, every answer comes back in the order of the tasks. Each
worker starts from bases that it left itself, so the same tasks and the same number of workers give the same answers. The first worker
is this process. Another one is a fresh interpreter (`python -m planner.engine.worker`) that reads pickled messages on its standard
input and ends when that closes; it never sees Ctrl-C, which is the planner's to handle.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

import numpy as np

from planner.engine.block import Block
from planner.engine.bridge import Options, SolverError
from planner.engine.committer import UNSERVED_MW, Commit, Committed, Committer
from planner.engine.matrix import Float
from planner.engine.operator import Cut, Operator

ENDED = "a worker process has ended"


@dataclass(frozen=True)
class Task:
    """One block of one year to be operated. `block` is its place in the crew; `keep` asks to remember the operation.

    `values` (ports,) are in each port's unit (MW, MWh, or 1 for levels), `weights` (Q,) [million per unit of each quantity], the
    price of what is not served [million/MWh]. Tasks of one `point` follow one another, each from the basis of the one before.
    """

    block: int
    year: int
    values: Float
    weights: Float
    slack_price: float
    keep: bool = False
    point: int = 0


@dataclass(frozen=True)
class Answer:
    """The cut of a task; a proof of what sizes would serve where it was not served; the mark of the operation kept."""

    cut: Cut
    reach: Cut | None
    mark: int | None

    @property
    def served(self) -> bool:
        """Whether every balance held in every step."""
        return self.reach is None


class Station:
    """Blocks with their operators and the operations kept, in one process."""

    def __init__(self, blocks: dict[int, Block], options: Options) -> None:
        self.blocks, self.options = blocks, options
        self.operators: dict[int, Operator] = {}
        self.committers: dict[int, Committer] = {}
        self.kept: dict[int, Float] = {}
        self.marks = 0

    def work(self, tasks: Sequence[Task]) -> list[Answer]:
        """Answers in the order of the tasks; a block's first year starts from where it was left, a later one from the one before."""
        before: dict[tuple[int, int], int] = {}
        answers = []
        for task in tasks:
            answers.append(self._answer(task, before.get((task.point, task.block), task.year)))
            before[task.point, task.block] = task.year
        return answers

    def _answer(self, task: Task, start: int) -> Answer:
        operator = self.operators.get(task.block)
        if operator is None:
            operator = self.operators[task.block] = Operator(self.blocks[task.block], self.options)
        cut = operator.solve(task.values, task.weights, task.slack_price, (task.year, "cost"), (start, "cost"))
        if cut.short_mw > UNSERVED_MW:
            return Answer(
                cut,
                operator.solve(task.values, np.zeros_like(task.weights), task.slack_price, (task.year, "reach")),
                None,
            )
        return Answer(cut, None, self._keep(operator.block, operator.x) if task.keep else None)

    def commit(self, tasks: Sequence[Commit]) -> list[Committed]:
        """Operations of whole units, in the order of the tasks; kept where they serve."""
        answers = []
        for task in tasks:
            committer = self.committers.get(task.block)
            if committer is None:
                block, near = self.blocks[task.block], np.flatnonzero(task.apart)
                committer = self.committers[task.block] = Committer(block, self.options, near)
            cost = committer.solve(task)
            mark = self._keep(committer.block, committer.x) if np.isfinite(cost) and committer.served else None
            answers.append(Committed(committer.block.least @ committer.x, cost, mark))
        return answers

    def attempt(self, name: str, argument: object) -> Any:
        """What the named method answers, or the SolverError that it met."""
        try:
            return getattr(self, name)(argument)
        except SolverError as error:
            return error

    def _keep(self, block: Block, x: Float) -> int:
        """Keeps an operation; returns its mark."""
        self.marks += 1
        self.kept[self.marks] = x[block.own_columns()].copy()
        return self.marks

    def mix(self, shares: Sequence[tuple[int, float]]) -> Float:
        """Σ share·operation over kept operations of one block."""
        total: Float = np.sum([share * self.kept[mark] for mark, share in shares], axis=0)
        return total

    def forget(self, marks: Sequence[int]) -> None:
        """Drops kept operations."""
        for mark in marks:
            del self.kept[mark]


class Crew:
    """All blocks, spread over `workers` processes; the first is this one, others may have been `started` ahead."""

    def __init__(self, blocks: Sequence[Block], options: Options, workers: int, started: Sequence[Remote] = ()) -> None:
        self.blocks = blocks
        held = [{b: block for b, block in enumerate(blocks) if b % workers == n} for n in range(workers)]
        self.here = Station(held[0], options)
        self.remote = [*started[: workers - 1], *(Remote() for _ in range(len(started), workers - 1))]
        for remote, own in zip(self.remote, held[1:], strict=True):
            remote.hold(own, replace(options, threads=1))
        for remote in started[workers - 1 :]:
            remote.close()

    def work(self, tasks: Sequence[Task]) -> list[Answer]:
        """Answers in the order of the tasks."""
        return self._in_order("work", tasks)

    def commit(self, tasks: Sequence[Commit]) -> list[Committed]:
        """Operations of whole units, in the order of the tasks."""
        return self._in_order("commit", tasks)

    def mix(self, block: int, shares: Sequence[tuple[int, float]]) -> Float:
        """Σ share·operation over kept operations of a block: its own columns."""
        place = self._place(block)
        if place == 0:
            return self.here.mix(shares)
        remote = self.remote[place - 1]
        remote.send("mix", shares)
        mixed = remote.receive()
        if isinstance(mixed, SolverError):
            raise mixed
        total: Float = mixed
        return total

    def forget(self, marks: Sequence[tuple[int, int]]) -> None:
        """Drops kept operations, given as (block, mark)."""
        gone: list[list[int]] = [[] for _ in range(1 + len(self.remote))]
        for block, mark in marks:
            gone[self._place(block)].append(mark)
        self._ask("forget", gone)

    @property
    def broken(self) -> bool:
        """Whether a worker has ended, and its blocks with it."""
        return any(remote.ended for remote in self.remote)

    def close(self) -> None:
        """Ends the workers."""
        for remote in self.remote:
            remote.close()

    def _place(self, block: int) -> int:
        """The worker that holds a block."""
        return block % (1 + len(self.remote))

    def _in_order(self, name: str, tasks: Sequence[Task | Commit]) -> list[Any]:
        groups: list[list[int]] = [[] for _ in range(1 + len(self.remote))]
        for k, task in enumerate(tasks):
            groups[self._place(task.block)].append(k)
        answers: list[Any] = [None] * len(tasks)
        for group, found in zip(groups, self._ask(name, [[tasks[k] for k in group] for group in groups]), strict=True):
            for k, answer in zip(group, found, strict=True):
                answers[k] = answer
        return answers

    def _ask(self, name: str, arguments: Sequence[object]) -> list[Any]:
        """What every worker answers. Raises the first error among them once all are in, so that none is left for the next round."""
        for remote, argument in zip(self.remote, arguments[1:], strict=True):
            remote.send(name, argument)
        found = [self.here.attempt(name, arguments[0]), *(remote.receive() for remote in self.remote)]
        for one in found:
            if isinstance(one, SolverError):
                raise one
        return found


class Remote:
    """A worker process. It loads while this one goes on, which never waits for it to read; `hold` gives it its blocks."""

    def __init__(self) -> None:
        path = os.pathsep.join([*sys.path, os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "planner.engine.worker", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._silent = False
        self._letters: SimpleQueue[bytes | None] = SimpleQueue()
        post = Thread(target=_post, args=(self._letters, self.process.stdin), daemon=True)
        post.start()
        self._end = weakref.finalize(self, _close, self.process, self._letters, post)

    def hold(self, blocks: dict[int, Block], options: Options) -> None:
        """Gives it the blocks that it is to operate."""
        self._letters.put(pickle.dumps((blocks, options), pickle.HIGHEST_PROTOCOL))

    @property
    def ended(self) -> bool:
        """Whether the process is no more."""
        return self._silent or self.process.poll() is not None

    def send(self, name: str, argument: object) -> None:
        """Asks for something; `receive` gives the answer."""
        self._letters.put(pickle.dumps((name, argument), pickle.HIGHEST_PROTOCOL))

    def receive(self) -> Any:
        """The answer, or the SolverError that the worker met or that its end is."""
        assert self.process.stdout is not None
        try:
            return SolverError(ENDED) if self._silent else pickle.load(self.process.stdout)
        except (EOFError, pickle.UnpicklingError):
            self._silent = True
            return SolverError(ENDED)

    def close(self) -> None:
        """Closes the worker's input, which ends it; so does the end of this object."""
        self._end()


def _post(letters: SimpleQueue[bytes | None], into: IO[bytes]) -> None:
    """Writes letters until there is none; those for a worker that has ended are lost, as `receive` will tell."""
    with suppress(BrokenPipeError):
        while (letter := letters.get()) is not None:
            into.write(letter)
            into.flush()
    with suppress(BrokenPipeError):
        into.close()


def _close(process: subprocess.Popen[bytes], letters: SimpleQueue[bytes | None], post: Thread) -> None:
    assert process.stdout is not None
    letters.put(None)
    process.stdout.close()
    post.join()
    process.wait()
