"""Our side: `python -m benchmarks.ours`, one process per measurement.

Tasks: `solve` by cuts; `build` presses the model in one piece and hands it to HiGHS; `matrix` writes that model for `raw_highs`;
`blocks` operates every block of the year at random sizes, three times over, to compare one worker with two.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.cases import problem
from benchmarks.outcome import Asked, Outcome, answer
from planner.engine.bridge import Options, new_highs, pass_matrix
from planner.engine.decompose import Decomposition, decomposed
from planner.engine.matrix import Matrix
from planner.engine.press import press

BLOCK_ROUNDS = 3


def work(asked: Asked, outcome: Outcome) -> None:
    """Does the task asked for."""
    TASKS[asked.task](asked, outcome)


def solve(asked: Asked, outcome: Outcome) -> None:
    """By cuts, from the problem to its plan."""
    stated = problem(asked.case)
    options = Options(gap=asked.gap, time_limit_s=asked.limit_s, threads=asked.threads, workers=asked.workers)
    with outcome.timed("total"):
        _, _, outcome.size, found = decomposed(stated, options)
    outcome.phases_s = dict(found.seconds)
    outcome.objective, outcome.bound = _known(found.objective), _known(found.lower_bound)
    outcome.words = found.termination
    if found.status != "optimal":
        outcome.status = "more than"


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def build(asked: Asked, outcome: Outcome) -> None:
    """The press and the hand-over to HiGHS."""
    stated = problem(asked.case)
    with outcome.timed("build"):
        pressed = press(stated)
    h = new_highs(Options(threads=asked.threads))
    with outcome.timed("hand_over"):
        pass_matrix(h, pressed.matrix, relaxed=True)
    outcome.size = {"rows": h.getNumRow(), "columns": h.getNumCol(), "nonzeros": h.getNumNz()}


def matrix(asked: Asked, outcome: Outcome) -> None:
    """Writes the model in one piece."""
    with outcome.timed("build"):
        write_matrix(press(problem(asked.case)).matrix, Path(asked.file))


def write_matrix(m: Matrix, path: Path) -> None:
    """As `raw_highs` reads it."""
    np.savez(
        path,
        cost=m.cost,
        offset=m.offset,
        lower=m.lower,
        upper=m.upper,
        integer=m.integer,
        row_lower=m.row_lower,
        row_upper=m.row_upper,
        start=m.rows.indptr.astype(np.int32),
        index=m.rows.indices.astype(np.int32),
        value=m.rows.data,
    )


def blocks(asked: Asked, outcome: Outcome) -> None:
    """Rounds of all exact blocks of all years, after a first one that is not counted."""
    options = Options(gap=asked.gap, time_limit_s=asked.limit_s, threads=asked.threads, workers=asked.workers)
    d = Decomposition(problem(asked.case), options)
    random, m = np.random.default_rng(0), d.master.matrix
    low, high = np.maximum(m.lower, -1e4), np.minimum(m.upper, 1e4)
    try:
        for turn in range(BLOCK_ROUNDS + 1):
            x = low + random.uniform(0.2, 0.5, len(low)) * (high - low)
            if turn == 0:
                d.cut_at(x, d.master.direct_cost, "exact")
                continue
            with outcome.timed("blocks"):
                d.cut_at(x, d.master.direct_cost, "exact")
    finally:
        d.end()


TASKS = {"solve": solve, "build": build, "matrix": matrix, "blocks": blocks}

if __name__ == "__main__":
    answer(work, ("numpy", "pyomo", "highspy"))
