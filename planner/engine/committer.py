"""Committing: which units run in each step of one part of the year, at given sizes and prices.

The same part as a block of `operator`, but its units run or stand:

    min  weights·quantities + price·slack + apart·(above + below)
    quantities − above + below = target                                       as near to the plan's sums as they can

A quick commitment tries the units that the plan at any load would need, the same without their short stops, and those that served
the same part in other years; a thorough one is a mixed-integer model that begins with the best of them. No cut comes of either:
what holds at one size proves nothing at another.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import highspy
import numpy as np
from scipy.sparse import csr_array

from planner.engine.averaging import stack, widened
from planner.engine.block import Block
from planner.engine.bridge import COST_SCALE, Options, new_highs, pass_matrix, run, set_option
from planner.engine.matrix import Float, Int, Matrix

UNSERVED_MW = 5e-6  # in any step, below which a block counts as served; half of what `verify` allows
MOST_KNOWN = 2
ENDS = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kObjectiveBound)
ROUNDING = 1e-6  # of a unit, that a share of it may lie above a whole number


@dataclass(frozen=True)
class Commit:
    """One block of one year to be committed: its ports, the prices, and the sums that the plan has of it."""

    block: int
    values: Float  # (ports,)
    weights: Float  # (Q,)
    slack_price: float
    target: Float  # (Q,)
    apart: Float  # (Q,) price of a unit above or below the target; quantities at no price have none
    units: tuple[Float, ...]  # each (unit columns,): numbers of units to begin with
    thorough: bool = False


@dataclass(frozen=True)
class Committed:
    """What came of it: the sums, the cost with what is apart [million], and the mark of the operation kept.

    No mark where some balance is not served.
    """

    quantities: Float
    cost: float
    mark: int | None


@dataclass(frozen=True)
class Found:
    """An operation and its cost, with what is apart of the target."""

    cost: float
    x: Float


class Committer:
    """A part of the year with units, warm from year to year; `options` are for one mixed-integer run.

    `near` are the quantities that have a target.
    """

    def __init__(self, block: Block, options: Options, near: Int) -> None:
        self.block, self.options, self.near = block, options, near
        self.width = block.matrix.rows.shape[1]
        self.base = self._with_target()
        self.units = np.flatnonzero(self.base.integer).astype(np.int32)
        self.known: list[Float] = []  # units in each step that served in other years, the newest last
        self.x = np.zeros(self.width)  # the last operation, of whole units
        self.h = new_highs(options)
        set_option(self.h, "solver", "simplex")
        set_option(self.h, "presolve", "off")
        pass_matrix(self.h, self.base, relaxed=True)

    def solve(self, task: Commit) -> float:
        """Finds the operation `x`; its cost [million], infinite where none is found."""
        matrix = self._at(task)
        self._pass(matrix)
        best = self._with(matrix, task.units[0])
        for units in (*task.units[1:], *reversed(self.known)):
            best = min(best, self._with(matrix, units, best.cost), key=lambda found: found.cost)
        if task.thorough:
            best = min(best, self._by_milp(matrix, best), key=lambda found: found.cost)
        self.x, units = best.x[: self.width], np.rint(best.x[self.units])
        if self.served:
            others = [known for known in self.known if (known != units).any()]
            self.known = [*others, units][-MOST_KNOWN:]
        return best.cost / COST_SCALE

    @property
    def served(self) -> bool:
        """Whether every balance of the operation holds in every step."""
        return bool(self.x[self.block.slack].max(initial=0.0) <= UNSERVED_MW)

    def _by_milp(self, matrix: Matrix, best: Found) -> Found:
        """The best that a mixed-integer run finds from there."""
        start = np.zeros(len(matrix.cost))
        start[self.units] = best.x[self.units]
        found = run(matrix, self.options, start=start, deadline=time.monotonic() + self.options.time_limit_s)
        return best if found.x is None else self._with(matrix, np.rint(found.x[self.units]))

    def _with_target(self) -> Matrix:
        """The part with the rows of the target and what is above and below it."""
        m, count, width = self.block.matrix, len(self.near), self.width
        ends = csr_array(
            (np.tile([-1.0, 1.0], count), (np.repeat(np.arange(count), 2), width + np.arange(2 * count))),
            shape=(count, width + 2 * count),
        )
        return Matrix(
            np.zeros(width + 2 * count),
            0.0,
            np.append(m.lower, np.zeros(2 * count)),
            np.append(m.upper, np.full(2 * count, np.inf)),
            np.append(m.integer, np.zeros(2 * count, dtype=bool)),
            stack(widened(m.rows, width + 2 * count), widened(self.block.least[self.near], width + 2 * count) + ends),
            np.append(m.row_lower, np.zeros(count)),
            np.append(m.row_upper, np.zeros(count)),
        )

    def _at(self, task: Commit) -> Matrix:
        """The part at the ports, prices and target of a task."""
        lower, upper = self.base.lower.copy(), self.base.upper.copy()
        lower[: self.width], upper[: self.width] = self.block.limits(task.values, task.values)
        row_lower, row_upper, first = (
            self.base.row_lower.copy(),
            self.base.row_upper.copy(),
            len(self.block.matrix.row_lower),
        )
        row_lower[first:] = row_upper[first:] = task.target[self.near]
        own = self.block.cost(task.weights, task.slack_price)
        cost = COST_SCALE * np.append(own, np.repeat(task.apart[self.near], 2))
        return replace(self.base, cost=cost, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)

    def _pass(self, matrix: Matrix) -> None:
        """Hands over what differs from task to task."""
        columns = np.arange(len(matrix.cost), dtype=np.int32)
        rows = len(self.block.matrix.row_lower) + np.arange(len(self.near), dtype=np.int32)
        self.h.changeColsCost(len(columns), columns, matrix.cost)
        self.h.changeColsBounds(len(columns), columns, matrix.lower, matrix.upper)
        self.h.changeRowsBounds(len(rows), rows, matrix.row_lower[rows], matrix.row_upper[rows])

    def _with(self, matrix: Matrix, units: Float, cutoff: float = np.inf) -> Found:
        """The part with its numbers of units given, as many as there are at most; of no interest from the cutoff on."""
        h, units = self.h, np.minimum(units, np.floor(matrix.upper[self.units] + ROUNDING))
        h.changeColsBounds(len(self.units), self.units, units, units)
        set_option(h, "objective_bound", cutoff)
        if h.run() == highspy.HighsStatus.kError or h.getModelStatus() not in ENDS:
            h.clearSolver()
            h.run()
        if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return Found(np.inf, np.zeros(len(matrix.cost)))
        return Found(float(h.getInfo().objective_function_value), np.array(h.getSolution().col_value))
