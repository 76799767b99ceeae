"""A block as data: the matrix of one part of the year for any year, with the plan's columns as ports.

`press_block` makes it; the operator solves it, in a worker that knows nothing of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from planner.engine.matrix import Float, Int, Key, Matrix
from planner.engine.parts import Part


@dataclass(frozen=True)
class Port:
    """A column of the plan or the master that a block reads: (component, index), completed by the year and `period`."""

    name: str
    index: Key
    period: int | None = None  # billing period, of billing ports and of levels at seams


@dataclass(frozen=True)
class Block:
    """The ports stand first among the columns, then the peaks that the block chooses itself.

    `bounded` columns have the upper bound `bound_base + bound_ports·ports`. `least`/`most` (quantities, columns) weight the
    columns into the part's sum of each quantity: the same matrix unless averaging left a range. Whole-number columns are
    numbers of units that run.
    """

    part: Part
    matrix: Matrix
    ports: tuple[Port, ...]
    bounded: Int
    bound_base: Float
    bound_ports: csr_array
    quantities: tuple[tuple[str, str], ...]
    least: csr_array
    most: csr_array
    slack: Int
    slack_hours: Float  # what a unit of each slack column counts, as hours of the year
    step_columns: dict[str, dict[str, Int]]  # component -> item -> (1, steps) columns; empty when averaged

    def own_columns(self) -> slice:
        """Where the columns of the operation stand: after the ports, slack included."""
        return slice(len(self.ports), None)

    @cached_property
    def _by_column(self) -> tuple[csr_array, csr_array]:
        """`least` and `most` with a row for each column."""
        return self.least.T.tocsr(), self.most.T.tocsr()

    def cost(self, weights: Float, slack_price: float) -> Float:
        """(columns,) cost of the columns [million] at weights of the quantities [million per unit]; ports cost nothing."""
        least, most = self._by_column
        cost: Float = least @ np.maximum(weights, 0.0) + most @ np.minimum(weights, 0.0)
        cost[self.slack] += slack_price * self.slack_hours
        cost[: len(self.ports)] = 0.0
        return cost

    def limits(self, lower: Float, upper: Float) -> tuple[Float, Float]:
        """Bounds of the columns while the ports are anywhere between `lower` and `upper`."""
        low, up = self.matrix.lower.copy(), self.matrix.upper.copy()
        low[: len(self.ports)], up[: len(self.ports)] = lower, upper
        ports = self.bound_ports
        highest = ports.maximum(0.0) @ upper + ports.minimum(0.0) @ lower
        up[self.bounded] = np.minimum(up[self.bounded], np.maximum(self.bound_base + highest, low[self.bounded]))
        return low, up
