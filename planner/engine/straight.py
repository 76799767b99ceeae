"""A plan of mixed operations made to go one way in every step.

A mixture does both where one of its operations charges and another discharges. Each block of it is straightened:

    1. less           what cancels is taken away; less is bought or made than was burned
    2. anew           where that leaves too much of something, all is operated anew, each store and line the way that it went

The plan of these operations is found anew. Where it costs more than the mixture, it has lost what held a limit exactly: blocks then
show, at its prices, other operations that go the same ways. Mixtures of those go one way too.
"""

from __future__ import annotations

import time

import numpy as np
from scipy.sparse import csr_array, hstack

from models.problem import Problem
from planner.engine.block import Block
from planner.engine.bridge import Options, SolverError, run, scaled
from planner.engine.inner import Inner, Mixture, Shown
from planner.engine.master import Master
from planner.engine.matrix import Float, Int, Matrix
from planner.engine.meeting import MISSING
from planner.engine.one_way import BOTH_MW, Operation, netted, pairs

ROUNDING_MW = 1e-5  # that the balance of a step may miss, as blocks may
MOST_TURNS = 6  # in which blocks show other operations
ENOUGH = 0.1  # share of the gap by which the straight plan may cost more than the mixture
SAME_PRICE = 1e-6  # relative difference of prices at which a year shows the same
PATIENCE_S = 60.0  # for all of that


def straight_plan(
    problem: Problem, master: Master, mixed: Mixture, operation: Operation, options: Options
) -> tuple[Mixture, dict[str, dict[str, Float]]] | None:
    """A plan of mixed operations with nothing going both ways, and its operation; None where none is found.

    Whole decisions stay, and no size shrinks below what the operation uses; what is bought by the year follows the sums.
    """
    straightening = _Straightening(problem, master, mixed, operation, options)
    settled = straightening.solve()
    return None if settled is None else (settled, straightening.operation(settled))


class _Straightening:
    """The blocks of a plan, and the operations of each that go one way."""

    def __init__(
        self, problem: Problem, master: Master, mixed: Mixture, operation: Operation, options: Options
    ) -> None:
        self.problem, self.master, self.mixed, self.options = problem, master, mixed, options
        self.before = operation
        self.inner = Inner(problem, master, {})
        self.places = list(np.ndindex(*master.ports.shape[:2]))
        self.parts: dict[tuple[int, int], list[Float]] = {}  # (year index, block) -> operations, by their mark
        self.shut: dict[tuple[int, int], Int] = {}  # columns that the first of them leaves at 0
        self.deadline = time.monotonic() + PATIENCE_S

    def solve(self) -> Mixture | None:
        """The cheapest mixture of operations that go the same ways."""
        priced = self.master.weights(self.mixed.prices)
        for y, b in self.places:
            part = self._first(y, b, priced[y])
            if part is None:
                return None
            self._show(y, b, part)
        settled = self._settled()
        weights = np.full_like(priced, np.nan)
        for _ in range(MOST_TURNS):
            if settled is None or self._enough(settled) or time.monotonic() > self.deadline:
                break
            asked, weights = weights, self.master.weights(settled.prices)
            for y, b in self.places:
                if np.allclose(asked[y], weights[y], rtol=SAME_PRICE, atol=0.0):
                    continue
                part = self._anew(y, b, self.parts[y, b][0], weights[y])
                if part is not None:
                    self._show(y, b, part)
            settled = self._settled()
        return None if settled is None or settled.missing > MISSING else settled

    def operation(self, settled: Mixture) -> dict[str, dict[str, Float]]:
        """(Y, T) operation by component and item."""
        after = {name: {item: table.copy() for item, table in items.items()} for name, items in self.before.items()}
        for y, b in self.places:
            block = self.master.blocks[b]
            part = sum((share * self.parts[y, b][mark] for mark, share in settled.shares[y][b]), np.zeros(1))
            for name, items in block.step_columns.items():
                for item, columns in items.items():
                    after[name][item][y, block.part.steps] = part[columns.ravel()]
        return after

    def _enough(self, settled: Mixture) -> bool:
        return settled.missing <= MISSING and settled.cost <= self.mixed.cost * (1.0 + ENOUGH * self.options.gap)

    def _settled(self) -> Mixture | None:
        return self.inner.best(self.mixed.plan, self.options, max(self.deadline, time.monotonic() + 1.0))

    def _show(self, y: int, b: int, part: Float) -> None:
        block, kept = self.master.blocks[b], self.parts.setdefault((y, b), [])
        self.inner.add(y, b, Shown(part[: len(block.ports)], block.least @ part, len(kept)))
        kept.append(part)

    def _first(self, y: int, b: int, weights: Float) -> Float | None:
        """The block's operation with what cancels taken away; operated anew where that is none."""
        block, x = self.master.blocks[b], self._columns(y, b)
        after, shut, moved = straightened_flows(self.problem, block, x)
        self.shut[y, b] = shut
        if not moved.any():
            return x
        named = block.step_columns
        free = np.setdiff1d(
            np.concatenate(
                [
                    columns.ravel()[moved]
                    for component, items in named.items()
                    if component.split(".")[0] != "stores" and component != "converters.started"
                    for columns in items.values()
                ]
            ),
            np.flatnonzero(block.matrix.integer),
        )
        dumped = [columns.ravel() for columns in named.get("carriers.dump_mw", {}).values()]
        may_rise = np.isin(np.arange(len(x)), np.concatenate([free[:0], *dumped]))
        less = _cheapest(block, after, free, np.where(may_rise, self._most(block, x), after), weights, self.options)
        if less is None:
            return self._anew(y, b, after, weights)
        after[free] = less
        return self._with_peaks(block, after)

    def _anew(self, y: int, b: int, x: Float, weights: Float) -> Float | None:
        """The cheapest operation of the block at the ports of `x` with all going the way that it went."""
        block, after = self.master.blocks[b], x.copy()
        upper = self._most(block, x)
        upper[np.concatenate([block.slack, self.shut[y, b]])] = 0.0
        own = np.arange(len(x))[block.own_columns()]
        free = np.setdiff1d(own, np.flatnonzero(block.matrix.integer))
        settled = _cheapest(block, after, free, upper, weights, self.options)
        if settled is None:
            return None
        after[free] = settled
        return self._with_peaks(block, after)

    def _most(self, block: Block, x: Float) -> Float:
        ports = x[: len(block.ports)]
        return block.limits(ports, ports)[1]

    def _with_peaks(self, block: Block, x: Float) -> Float:
        for peak in range(len(block.ports), len(block.ports) + len(self.master.chosen_peaks)):
            x[peak] = _needed(block, x, peak)
        return x

    def _columns(self, y: int, b: int) -> Float:
        """Columns of a block in a year of the mixture: its ports, the peaks that it chooses, its flows."""
        block, plan = self.master.blocks[b], self.mixed.plan
        x = np.zeros(block.matrix.rows.shape[1])
        x[: len(block.ports)] = plan[self.master.ports[y, b]]
        for k, (columns, _, _) in enumerate(self.master.chosen_peaks):
            x[len(block.ports) + k] = plan[columns[y, b]]
        for name, items in block.step_columns.items():
            for item, columns in items.items():
                x[columns.ravel()] = self.before[name][item][y, block.part.steps]
        return x


def straightened_flows(problem: Problem, block: Block, x: Float) -> tuple[Float, Int, Float]:
    """(columns with what cancels taken away, columns of the ways that are then not gone, (steps,) whether any flow changed)."""
    named, after, moved = block.step_columns, x.copy(), np.zeros(len(block.part.steps), dtype=bool)
    shut = [np.zeros(0, dtype=np.int64)]
    for pair in pairs(problem):
        columns = [named[component][pair.name].ravel() for component in (pair.forward, pair.backward)]
        forward, backward = (x[of] for of in columns)
        both = np.minimum(forward, backward) > BOTH_MW
        flows = netted(pair, forward, backward)
        for of, flow in zip(columns, flows, strict=True):
            after[of[both]] = flow[both]
        shut.append(np.where(flows[1] > 0.0, *columns))
        moved |= both
    return after, np.concatenate(shut), moved


def _cheapest(block: Block, x: Float, free: Int, upper: Float, weights: Float, options: Options) -> Float | None:
    """The cheapest values of the `free` columns up to `upper`, with all others as they are in `x`; None where there are none."""
    rows = block.matrix.rows[:, free].tocsr()
    used = np.flatnonzero(np.diff(rows.indptr))
    held = x.copy()
    held[free] = 0.0
    rest, count = block.matrix.rows[used] @ held, len(used)
    each = np.arange(count)
    slack = csr_array(
        (np.tile([1.0, -1.0], count), (np.repeat(each, 2), np.arange(2 * count))), shape=(count, 2 * count)
    )
    matrix = Matrix(
        np.concatenate([block.cost(weights, 0.0)[free], np.ones(2 * count)]),
        0.0,
        np.concatenate([block.matrix.lower[free], np.zeros(2 * count)]),
        np.concatenate([upper[free], np.full(2 * count, ROUNDING_MW)]),
        np.zeros(len(free) + 2 * count, dtype=bool),
        csr_array(hstack([rows[used], slack], format="csr")),
        block.matrix.row_lower[used] - rest,
        block.matrix.row_upper[used] - rest,
    )
    try:
        outcome = run(scaled(matrix), options)
    except SolverError:
        return None
    return None if outcome.x is None else outcome.x[: len(free)]


def _needed(block: Block, x: Float, peak: int) -> float:
    """The least value of a peak that the block chooses, at an operation."""
    rows = block.matrix.rows.tocsc()
    of_peak = rows.indices[rows.indptr[peak] : rows.indptr[peak + 1]]
    without = x.copy()
    without[peak] = 0.0
    return float(max(0.0, np.max(block.matrix.rows[of_peak] @ without, initial=0.0)))
