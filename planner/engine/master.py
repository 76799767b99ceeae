"""The master: the plan, an estimate of each block's cost, and the cuts that hold the estimates up.

For every year y and block b the master has `estimate[y,b]`, the cost of the quantities that only the objective sees, and
`part[q,y,b]`, the block's share of each *coupled* quantity q that a row of the plan uses (imported MWh, generated MWh, …):

    operation[q,y] = Σ_b part[q,y,b]                                         parts_sum_to_year
    estimate[y,b] + Σ_q μ[q]·part[q,y,b] ≥ constant + gradient·ports[y,b]    one row per cut

The dual of `parts_sum_to_year` is the price that the plan puts on a quantity; it prices the next blocks.
"""

from __future__ import annotations

import time
from dataclasses import replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from models.problem import Problem
from planner.engine.blocks import Cut
from planner.engine.bridge import Options, Outcome, SolverError, new_highs, pass_matrix, run, set_option
from planner.engine.press import Block, Float, Int, Matrix, Pressed

Origin = tuple[int, int, Float]  # year index, block, prices (coupled,)
TIGHT = 1e-7  # dual of a cut that holds the relaxation up
SETTLED = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)
CUT_DROP = 1e-9  # HiGHS drops smaller coefficients


class Master:
    """The plan with its cuts, as one persistent LP and, on demand, as a MILP."""

    def __init__(self, problem: Problem, plan: Pressed, blocks: list[Block], options: Options) -> None:
        self.years, self.blocks, self.plan = problem.years, blocks, plan
        base, quantities = plan.matrix, blocks[0].quantities
        operation = plan.plan_columns["operation"]
        self.sums = np.array([[operation[*q, y] for q in quantities] for y in self.years])  # (Y, Q) columns
        in_rows = np.diff(base.rows.tocsc().indptr)[self.sums] > 0
        self.coupled = np.flatnonzero(in_rows.any(axis=0))
        self.direct_cost = base.cost[self.sums]  # (Y, Q)
        self.ports = np.array([[self._columns(y, b) for b in blocks] for y in self.years])  # (Y, B, P)
        self.matrix = self._matrix(base)
        self.h = new_highs(options)
        set_option(self.h, "solver", "simplex")
        pass_matrix(self.h, self.matrix, relaxed=True)
        self.cut_rows: list[tuple[float, Int, Float]] = []
        self.origins: list[Origin | None] = []
        self.once_tight = np.zeros(0, dtype=bool)  # cuts that held some relaxation up
        self.options = options

    def _columns(self, year: int, block: Block) -> list[int]:
        named = self.plan.plan_columns
        return [
            named[name][(*index, year) if period is None else (*index, year, period)]
            for (name, index), period in zip(block.ports, block.billed, strict=True)
        ]

    def _matrix(self, base: Matrix) -> Matrix:
        """The plan with estimates and parts: columns after the plan's, rows after the plan's."""
        count_y, count_b, count_q = len(self.years), len(self.blocks), len(self.coupled)
        self.width = n = base.rows.shape[1]  # columns of the plan itself
        rows = base.rows.shape[0]
        self.estimate = n + np.arange(count_y * count_b).reshape(count_y, count_b)
        self.part = n + count_y * count_b + np.arange(count_y * count_b * count_q).reshape(count_y, count_b, count_q)
        lowest, highest = (np.array(q) for q in zip(*(_range(b) for b in self.blocks), strict=True))
        only_cost = np.setdiff1d(np.arange(self.sums.shape[1]), self.coupled)
        direct = self.direct_cost[:, None, only_cost]
        floor = np.minimum(direct * lowest[None, :, only_cost], direct * highest[None, :, only_cost]).sum(axis=2)
        cost = base.cost.copy()
        cost[self.sums[:, only_cost]] = 0.0
        upper, lower = base.upper.copy(), base.lower.copy()
        upper[self.sums[:, only_cost]] = lower[self.sums[:, only_cost]] = 0.0
        shape = (count_y, count_b, count_q)
        self.links = rows + np.arange(count_y * count_q).reshape(count_y, count_q)
        links = np.broadcast_to(self.links[:, None, :], shape).ravel()
        extra = coo_array(
            (
                np.concatenate([np.ones(self.links.size), -np.ones(self.part.size)]),
                (
                    np.concatenate([self.links.ravel(), links]) - rows,
                    np.concatenate([self.sums[:, self.coupled].ravel(), self.part.ravel()]),
                ),
            ),
            shape=(self.links.size, n + self.estimate.size + self.part.size),
        ).tocsr()
        wide = csr_array((base.rows.data, base.rows.indices, base.rows.indptr), shape=(rows, extra.shape[1]))
        added = self.estimate.size + self.part.size
        return Matrix(
            np.concatenate([cost, np.ones(self.estimate.size), np.zeros(self.part.size)]),
            base.offset,
            np.concatenate([lower, floor.ravel(), np.broadcast_to(lowest[None, :, self.coupled], shape).ravel()]),
            np.concatenate(
                [
                    upper,
                    np.full(self.estimate.size, np.inf),
                    np.broadcast_to(highest[None, :, self.coupled], shape).ravel(),
                ]
            ),
            np.concatenate([base.integer, np.zeros(added, dtype=bool)]),
            stack(wide, extra),
            np.concatenate([base.row_lower, np.zeros(self.links.size)]),
            np.concatenate([base.row_upper, np.zeros(self.links.size)]),
        )

    def weights(self, prices: Float) -> Float:
        """(Y, Q) weights of all quantities: direct cost, or the plan's price (Y, coupled) where coupled."""
        weights: Float = self.direct_cost.copy()
        weights[:, self.coupled] = prices
        return weights

    def cut_row(self, y: int, b: int, prices: Float, cut: Cut) -> tuple[float, Int, Float]:
        """(lower, columns, coefficients) of a cut of year index y and block b at `prices` (coupled,)."""
        columns = np.concatenate([[self.estimate[y, b]], self.part[y, b], self.ports[y, b]])
        return self._row(cut.constant, columns, np.concatenate([[1.0], prices, -cut.gradient]))

    def reach_row(self, y: int, b: int, cut: Cut) -> tuple[float, Int, Float]:
        """Row of a cut made without cost: sizes from which every load is served satisfy 0 ≥ constant + gradient·values."""
        return self._row(cut.constant, self.ports[y, b], -cut.gradient)

    def _row(self, constant: float, columns: Int, values: Float) -> tuple[float, Int, Float]:
        keep = np.abs(values) > CUT_DROP
        dropped = ~keep
        if dropped.any():  # a dropped term may only loosen the cut
            low, up = self.matrix.lower[columns[dropped]], self.matrix.upper[columns[dropped]]
            worst = np.maximum(values[dropped] * low, values[dropped] * np.where(np.isfinite(up), up, 0.0))
            constant -= float(np.maximum(worst, 0.0).sum())
        return constant, columns[keep], values[keep]

    def add(self, rows: list[tuple[float, Int, Float]], origins: list[Origin | None]) -> None:
        """Adds cuts to the LP; an origin says at which prices a cost cut was made."""
        self.cut_rows += rows
        self.origins += origins
        self.once_tight = np.concatenate([self.once_tight, np.zeros(len(rows), dtype=bool)])
        starts = np.concatenate([[0], np.cumsum([len(c) for _, c, _ in rows])[:-1]]).astype(np.int32)
        columns = np.concatenate([c for _, c, _ in rows]).astype(np.int32)
        values = np.concatenate([v for *_, v in rows])
        lower = np.array([q for q, *_ in rows])
        self.h.addRows(len(rows), lower, np.full(len(rows), np.inf), len(columns), starts, columns, values)

    def fix(self, x: Float | None) -> None:
        """Fixes the integer columns at x, or frees them."""
        integer = np.flatnonzero(self.matrix.integer).astype(np.int32)
        if not len(integer):
            return
        low, up = (self.matrix.lower[integer], self.matrix.upper[integer]) if x is None else (x[integer], x[integer])
        self.h.changeColsBounds(len(integer), integer, low, up)

    def tight(self) -> list[Origin]:
        """Where the cuts that hold the last relaxation up were made."""
        dual = np.asarray(self.h.getSolution().row_dual)[self.matrix.rows.shape[0] :]
        made = (self.origins[k] for k in np.flatnonzero(np.abs(dual) > TIGHT))
        return [origin for origin in made if origin is not None]

    def lp(self) -> tuple[float, Float, Float] | None:
        """(value, columns, prices (Y, coupled)) of the relaxation; None if the plan has no solution."""
        h = self.h
        h.run()
        if h.getModelStatus() not in SETTLED:  # a warm start can fail; a cold one is another try
            h.clearSolver()
            h.run()
        status = h.getModelStatus()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError(f"the master ended {h.modelStatusToString(status)}")
        solution = h.getSolution()
        x, dual = np.asarray(solution.col_value), np.asarray(solution.row_dual)
        self.once_tight |= np.abs(dual[self.matrix.rows.shape[0] :]) > TIGHT
        return float(h.getInfo().objective_function_value), x, dual[self.links]

    def with_cuts(self, kept: NDArray[np.bool_]) -> Matrix:
        """The MILP: plan, parts and the kept cuts."""
        rows = [row for row, keep in zip(self.cut_rows, kept, strict=True) if keep]
        if not rows:
            return self.matrix
        lengths = np.array([len(c) for _, c, _ in rows])
        cuts = csr_array(
            (
                np.concatenate([v for *_, v in rows]),
                np.concatenate([c for _, c, _ in rows]),
                np.concatenate([[0], np.cumsum(lengths)]),
            ),
            shape=(len(rows), self.matrix.rows.shape[1]),
        )
        return replace(
            self.matrix,
            rows=stack(self.matrix.rows, cuts),
            row_lower=np.concatenate([self.matrix.row_lower, [q for q, *_ in rows]]),
            row_upper=np.concatenate([self.matrix.row_upper, np.full(len(rows), np.inf)]),
        )

    def milp(self, gap: float, deadline: float, start: Float | None) -> Outcome:
        """The plan with whole decisions; its bound is a bound of the problem.

        Cuts that never held a relaxation up are left out at first: any subset of the cuts bounds from below. Those that the
        answer violates come back, and the model is solved again.
        """
        while True:
            kept = self.once_tight.copy()
            outcome = run(self.with_cuts(kept), replace(self.options, gap=gap), start=start, deadline=deadline)
            if outcome.x is None:
                return outcome
            broken = self._broken(outcome.x, gap * abs(outcome.objective) / len(self.part)) & ~kept
            self.once_tight |= broken
            if not broken.any() or time.monotonic() > deadline:
                return outcome
            start = outcome.x

    def _broken(self, x: Float, tolerance: float) -> NDArray[np.bool_]:
        return np.array([lower - float(values @ x[columns]) > tolerance for lower, columns, values in self.cut_rows])


def stack(above: csr_array, below: csr_array) -> csr_array:
    """Two matrices of the same width, one above the other."""
    return csr_array(
        (
            np.concatenate([above.data, below.data]),
            np.concatenate([above.indices, below.indices]),
            np.concatenate([above.indptr, above.indptr[-1] + below.indptr[1:]]),
        ),
        shape=(above.shape[0] + below.shape[0], above.shape[1]),
    )


def _range(block: Block) -> tuple[Float, Float]:
    """Least and greatest value of each quantity within the block's column bounds."""
    m, rates = block.matrix, block.rates.toarray()
    up, down = np.maximum(rates, 0.0), np.minimum(rates, 0.0)
    return up @ m.lower + down @ m.upper, up @ m.upper + down @ m.lower
