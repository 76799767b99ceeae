"""The plan from inside: mixtures of operations that blocks have shown, and the cost of the best one.

What a block can do at given sizes is a convex set. So any mixture Σ λ[k]·operation[k] of operations seen at sizes values[k] is an
operation at sizes Σ λ[k]·values[k], and larger sizes, volumes and peaks only allow more. With the yes/no decisions fixed:

    Σ_k λ[y,b,k] = 1                                                         mixture
    part[q,y,b] = Σ_k λ[y,b,k]·quantity[q,k]     operation[q,y] = Σ_b part[q,y,b]
    port[y,b] ≥ Σ_k λ[y,b,k]·values[k]           (equal for the levels of the end uses and for stored energy at the seams)

and every row of the plan as it stands. Its optimum is a plan with a true cost: an upper bound that needs no further solve. With
the yes/no decisions relaxed, it is no plan, but its prices are those at which the blocks next say most.
Where the mixtures do not reach what the plan needs, priced slack on the sums says what is missing, and the duals of the sums
ask the blocks for it.
"""

from __future__ import annotations

import time
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array

from models.problem import Problem
from planner.engine.averaging import stack, widened
from planner.engine.bridge import COST_SCALE, Float, Options, Outcome, SolverError, fixed, run, scaled
from planner.engine.crew import Crew
from planner.engine.master import Master
from planner.engine.matrix import Int, Matrix, dot

LEAST_ITERATIONS, ITERATIONS_PER_ROW = (
    1000,
    2,
)  # of simplex for one mixture; it takes one per row at most, or does not end
PATIENCE_S = 8.0  # for one mixture by another path
MISSING_PRICE = 1.0  # [million per unit] of a quantity that no mixture reaches: above what any size could save
EXACT_PORTS = ("demands.level", "demands.side_level", "stores.stored_mwh")
Shares = list[tuple[int, float]]  # (mark of a kept operation, its share)


@dataclass(frozen=True)
class Shown:
    """An operation of block b in year index y, found at `values` of its ports."""

    values: Float  # (ports,)
    quantities: Float  # (Q,)
    mark: int  # under which the crew keeps it


@dataclass(frozen=True)
class Mixture:
    """Columns of the plan, and the operation of every block as a mixture."""

    cost: float
    excess: Float  # (Y, Q) by which its operation misses what the years ask of each sum; 0 in a plan
    plan: Float
    prices: Float  # (Y, Q) what the plan would pay for another unit of each quantity
    shares: list[list[Shares]]  # [y][b] -> the operations that it mixes

    @property
    def missing(self) -> float:
        """Quantity that no mixture reaches, all years together."""
        return float(np.abs(self.excess).sum())

    @property
    def marks(self) -> set[tuple[int, int]]:
        """(block, mark) of the operations that it mixes."""
        return {(b, mark) for blocks in self.shares for b, shares in enumerate(blocks) for mark, _ in shares}


class Inner:
    """Operations seen so far, by year and block; `shown` are those of an earlier solve of the same blocks."""

    def __init__(self, problem: Problem, master: Master, shown: Mapping[tuple[int, int], Sequence[Shown]]) -> None:
        self.problem, self.master = problem, master
        self.shown = [
            [list(shown.get((y, b), ())) for b in range(len(master.blocks))] for y in range(len(problem.years))
        ]
        self.exact = np.array([port.name in EXACT_PORTS for port in master.blocks[0].ports])

    def add(self, y: int, b: int, shown: Shown) -> None:
        """Keeps an operation."""
        self.shown[y][b].append(shown)

    def complete(self) -> bool:
        """Whether every block of every year has shown an operation."""
        return all(kept for blocks in self.shown for kept in blocks)

    def count(self) -> Int:
        """(Y, B) operations that each block has shown."""
        return np.array([[len(kept) for kept in blocks] for blocks in self.shown])

    def clear(self, lasting: Container[tuple[int, int]]) -> list[tuple[int, int]]:
        """Forgets operations that belong to other yes/no decisions, but for the `lasting`: their (block, mark)."""
        gone = []
        for y, b in np.ndindex(len(self.problem.years), len(self.master.blocks)):
            gone += [(b, s.mark) for s in self.shown[y][b] if (b, s.mark) not in lasting]
            self.shown[y][b] = [s for s in self.shown[y][b] if (b, s.mark) in lasting]
        return gone

    def by_place(self) -> dict[tuple[int, int], list[Shown]]:
        """(year index, block) -> operations, for another solve."""
        return {(y, b): kept for y, blocks in enumerate(self.shown) for b, kept in enumerate(blocks)}

    def best(
        self, whole: Float | None, options: Options, deadline: float, least_missing: bool = False
    ) -> Mixture | None:
        """Cheapest plan of mixed operations, integer columns fixed at `whole` or relaxed; None where sizes do not fit.

        With `least_missing` cost counts nothing: the prices then say what is lacking, and how one lack stands for another.
        """
        if not self.complete():
            return None
        matrix, weights, sums = self._matrix(whole)
        if least_missing:
            slack = np.zeros(len(matrix.cost))
            slack[len(slack) - 2 * sums[:, self.master.coupled].size :] = 1.0
            matrix = replace(matrix, cost=slack, offset=0.0)
        matrix, most = scaled(matrix), LEAST_ITERATIONS + ITERATIONS_PER_ROW * matrix.rows.shape[0]
        try:
            outcome = run(matrix, options, deadline=deadline, iterations=most)
        except SolverError:  # a status that cannot be believed
            outcome = Outcome("none", "", np.inf, -np.inf, None)
        if outcome.status == "none":  # or that does not come: another path, and no plan if that fails too
            outcome = run(matrix, options, deadline=min(deadline, time.monotonic() + PATIENCE_S), method="ipm")
        return None if outcome.x is None else self._mixture(outcome, weights, sums)

    def decided(self, start: Float, options: Options, deadline: float, enough: float) -> Float | None:
        """Columns of the plan with the yes/no decisions of the cheapest mixture that a MILP finds from those of `start`.

        It ends with the first that costs no more than `enough`.
        """
        if not self.complete():
            return None
        matrix, _, _ = self._matrix(None)
        width = self.master.width
        integer, begin = np.zeros(len(matrix.cost), dtype=bool), np.zeros(len(matrix.cost))
        integer[:width], begin[:width] = self.master.base.integer, start[:width]
        try:
            outcome = run(
                scaled(replace(matrix, integer=integer)),
                options,
                start=begin,
                deadline=deadline,
                enough=enough * COST_SCALE,
            )
        except SolverError:  # it only looks for something better
            return None
        return None if outcome.x is None else outcome.x[:width]

    def unmixed(self, start: Float, options: Options, deadline: float) -> Mixture | None:
        """The cheapest plan that a MILP finds in which each block runs one of its operations as a whole.

        Its yes/no decisions are free; those of `start` and the first operations are where it begins.
        """
        if not self.complete():
            return None
        matrix, weights, sums = self._matrix(None)
        width, first = self.master.width, [int(k[0]) for blocks in weights for k in blocks]
        integer, begin = np.zeros(len(matrix.cost), dtype=bool), np.zeros(len(matrix.cost))
        integer[:width], begin[:width] = self.master.base.integer, start[:width]
        integer[np.concatenate([k for blocks in weights for k in blocks])], begin[first] = True, 1.0
        matrix = scaled(replace(matrix, integer=integer))
        try:
            outcome = run(matrix, options, start=begin, deadline=deadline)
            if outcome.x is None:
                return None
            late = max(deadline, time.monotonic() + PATIENCE_S)  # what is found is not lost for want of a second
            settled = run(fixed(matrix, outcome.x), options, deadline=late)
        except SolverError:  # months that were committed before may still make a plan
            return None
        return None if settled.x is None else self._mixture(settled, weights, sums)

    def _matrix(self, whole: Float | None) -> tuple[Matrix, list[list[Int]], Int]:
        base, width, master = self.master.base, self.master.width, self.master
        row, column, value, lower, upper = [], [], [], [], []
        count, n = 0, width
        weights: list[list[Int]] = []
        sums = np.zeros((len(self.problem.years), master.sums.shape[1]), dtype=np.int64)
        for y in range(len(self.problem.years)):
            sums[y] = count + np.arange(master.sums.shape[1])
            row += [sums[y]]
            column += [master.sums[y]]
            value += [np.ones(len(sums[y]))]
            lower += [master.shift[y]]
            upper += [master.shift[y]]
            count += len(sums[y])
            weights.append([])
            for b, kept in enumerate(self.shown[y]):
                k = n + np.arange(len(kept))
                n += len(kept)
                weights[y].append(k)
                quantities, values = np.array([s.quantities for s in kept]), np.array([s.values for s in kept])
                ports = master.ports[y, b]
                rows = count + 1 + np.arange(len(ports))
                row += [np.tile(sums[y], len(kept)), np.full(len(kept), count), rows, np.tile(rows, len(kept))]
                column += [np.repeat(k, len(sums[y])), k, ports, np.repeat(k, len(ports))]
                value += [-quantities.ravel(), np.ones(len(kept)), np.ones(len(ports)), -values.ravel()]
                lower += [np.ones(1), np.zeros(len(ports))]
                upper += [np.ones(1), np.where(self.exact, 0.0, np.inf)]
                count += 1 + len(ports)
        coupled = sums[:, master.coupled].ravel()
        slack = n + np.arange(2 * len(coupled)).reshape(2, -1)
        row += [coupled, coupled]
        column += [slack[0], slack[1]]
        value += [np.ones(len(coupled)), -np.ones(len(coupled))]
        n += slack.size
        extra = coo_array(
            (np.concatenate(value), (np.concatenate(row), np.concatenate(column))), shape=(count, n)
        ).tocsr()
        low, up = base.lower.copy(), base.upper.copy()
        if whole is not None:
            low[base.integer] = up[base.integer] = np.rint(whole[:width][base.integer])
        mixed = n - width
        free = np.concatenate([np.ones(mixed - slack.size), np.full(slack.size, np.inf)])
        matrix = Matrix(
            np.concatenate([base.cost, np.zeros(mixed - slack.size), np.full(slack.size, MISSING_PRICE)]),
            base.offset,
            np.concatenate([low, np.zeros(mixed)]),
            np.concatenate([up, free]),
            np.zeros(n, dtype=bool),
            stack(widened(base.rows, n), extra),
            np.concatenate([base.row_lower, *lower]),
            np.concatenate([base.row_upper, *upper]),
        )
        return matrix, weights, base.rows.shape[0] + sums

    def _mixture(self, outcome: Outcome, weights: list[list[Int]], sums: Int) -> Mixture:
        x, dual = outcome.x, outcome.dual
        assert x is not None
        assert dual is not None
        plan = x[: self.master.width].copy()
        for columns, place, share in self.master.chosen_peaks:
            for y, b in np.ndindex(columns.shape):
                sums_shown = np.array([s.quantities[place] for s in self.shown[y][b]])
                plan[columns[y, b]] = dot(x[weights[y][b]], sums_shown) / share[b]
        coupled, excess = self.master.coupled, np.zeros(sums.shape)
        above, below = x[len(x) - 2 * sums[:, coupled].size :].reshape(2, len(sums), len(coupled))
        excess[:, coupled] = above - below
        shares = [
            [
                [(s.mark, float(share)) for s, share in zip(kept, x[k] / x[k].sum(), strict=True) if share > 0]
                for k, kept in zip(weights[y], self.shown[y], strict=True)
            ]
            for y in range(len(self.problem.years))
        ]
        return Mixture(outcome.objective / COST_SCALE, excess, plan, dual[sums] / COST_SCALE, shares)

    def operation(self, mixture: Mixture, crew: Crew) -> dict[str, dict[str, Float]]:
        """(Y, T) operation by component and item."""
        shape = (len(self.problem.years), self.problem.steps.count)
        tables: dict[str, dict[str, Float]] = {}
        for y in range(shape[0]):
            for b, block in enumerate(self.master.blocks):
                own = crew.mix(b, mixture.shares[y][b])
                for name, items in block.step_columns.items():
                    for item, columns in items.items():
                        table = tables.setdefault(name, {}).setdefault(item, np.zeros(shape))
                        table[y, block.part.steps] = own[columns[0] - len(block.ports)]
        return tables
