"""Operating blocks: one part of the year at given sizes and prices, and the cut that each solve proves.

A block answers `min weights·quantities + price·slack` over the operation, with its ports fixed at `values`. The cut is taken from
the dual objective over finite bounds, never from the primal value: with row duals π (clipped where a side is infinite) and reduced
costs d = c − Aᵀπ,

    weights·quantities ≥ Σ_rows (π⁺·lower − π⁻·upper) + Σ_own min(d·lower, d·upper) + Σ_ports d·values      for all values

where the upper bound of a bounded column is itself linear in the values. So it is a lower bound whatever the solver's tolerance
did. One object per part of the year serves every year: sizes, levels and peaks enter as column bounds, prices as costs, and each
year keeps its own basis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from planner.engine.block import Block
from planner.engine.bridge import COST_SCALE, Options, SolverError, new_highs, pass_matrix, set_option
from planner.engine.matrix import Float, dot

DEVEX = 1  # of HiGHS: a tenth faster here than steepest edge, whose weights a new basis loses


@dataclass(frozen=True)
class Cut:
    """weights·quantities ≥ constant + gradient·values, and the operation that showed it."""

    constant: float
    gradient: Float  # (ports,)
    quantities: Float  # sums of the operation found
    slack: float  # MWh of unmet or spare balance in it
    short_mw: float  # most of it in one step


class Operator:
    """A block with its solver object, warm from solve to solve."""

    def __init__(self, block: Block, options: Options) -> None:
        self.block, m = block, block.matrix
        count = m.rows.shape[1]
        self.ports = np.arange(len(block.ports), dtype=np.int32)
        self.bounded = block.bounded.astype(np.int32)
        self.transposed = m.rows.T.tocsr()
        self.of_ports = block.bound_ports.T.tocsr()
        self.low_open, self.up_open = ~np.isfinite(m.row_lower), ~np.isfinite(m.row_upper)
        self.row_lower = np.where(self.low_open, 0.0, m.row_lower)
        self.row_upper = np.where(self.up_open, 0.0, m.row_upper)
        self.lower, self.upper = m.lower[self.bounded], np.zeros(len(self.bounded))
        self.bases: dict[object, Any] = {}
        self.at: object = None  # key of the basis that the solver stands at
        self.cost = m.cost  # that the solver holds
        self.held = m.upper[self.bounded]  # upper bounds of the bounded columns that it holds
        self.x = np.zeros(count)  # the last operation
        self.h = new_highs(options)
        set_option(self.h, "solver", "simplex")
        set_option(self.h, "presolve", "off")
        set_option(self.h, "simplex_dual_edge_weight_strategy", DEVEX)
        pass_matrix(self.h, m, relaxed=True)

    def solve(self, values: Float, weights: Float, slack_price: float, key: object, start: object = None) -> Cut:
        """One solve and its cut. `key` names the basis to leave, and to start from unless `start` names another."""
        block, h = self.block, self.h
        cost = block.cost(weights, slack_price)
        scaled = COST_SCALE * cost
        moved = np.flatnonzero(scaled != self.cost).astype(np.int32)
        h.changeColsCost(len(moved), moved, scaled[moved])
        self.cost = scaled
        h.changeColsBounds(len(self.ports), self.ports, values, values)
        upper = np.maximum(block.bound_base + block.bound_ports @ values, self.lower)
        other = np.flatnonzero(upper != self.held)
        h.changeColsBounds(len(other), self.bounded[other], self.lower[other], upper[other])
        self.held = upper
        start = key if start is None else start
        if start in self.bases and start != self.at:
            h.setBasis(self.bases[start])
        if h.run() == highspy.HighsStatus.kError or h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            h.clearSolver()
            h.run()
        if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise SolverError(f"an operating block ended {h.modelStatusToString(h.getModelStatus())}")
        self.bases[key], self.at = h.getBasis(), key
        solution = h.getSolution()
        self.x = np.fromiter(solution.col_value, float, len(self.x))  # HiGHS gives lists
        dual = np.fromiter(solution.row_dual, float, len(self.row_lower))
        return self._cut(self.x, dual / COST_SCALE, cost)

    def _cut(self, x: Float, dual: Float, cost: Float) -> Cut:
        block, m = self.block, self.block.matrix
        dual = np.where(self.low_open, np.minimum(dual, 0.0), dual)
        dual = np.where(self.up_open, np.maximum(dual, 0.0), dual)
        reduced = cost - self.transposed @ dual
        gradient = reduced[self.ports]
        own = reduced.copy()
        own[self.ports] = 0.0
        own[self.bounded] = 0.0
        moving = reduced[self.bounded]
        down = np.minimum(moving, 0.0)
        gradient = gradient + self.of_ports @ down
        rows = dot(np.where(dual > 0, self.row_lower, self.row_upper), dual)
        constant = float(
            rows
            + np.minimum(own * m.lower, own * m.upper).sum()
            + dot(np.maximum(moving, 0.0), self.lower)
            + dot(down, block.bound_base)
        )
        return Cut(
            constant,
            gradient,
            block.least @ x,
            dot(block.slack_hours, x[block.slack]),
            float(x[block.slack].max(initial=0.0)),
        )
