"""One way at a time: a store charges or discharges in a step, a line buys or sells. A relaxation that does both is no answer.

Doing both burns energy, or sells what is bought in the same hour. Linear rows cannot forbid it. So a plan is looked at after the
solve, and where it does both

    1. straightened   every step goes the way that its difference goes; the rest is found again at the plan's decisions. Where that
                      costs no more, as a rule, the plan stays proven: the relaxation allows more than the problem
    2. one way        where it pays, the problem is solved with a yes/no column in every step of these stores and lines

A plan made of operations that are mixed does both where one charges and another discharges. There only what flows too much is taken
away, step by step: less is bought or made than was burned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack

from models.problem import Problem
from planner.engine.block import Block
from planner.engine.bridge import COST_SCALE, Options, Outcome, SolverError, run, scaled
from planner.engine.master import Master
from planner.engine.matrix import Float, Int, Matrix, Pressed

ROUNDING = 1e-6  # relative gap that the tolerances of the solver leave
BOTH_MW = 1e-6  # of the smaller flow, from which on a step goes both ways
ROUNDING_MW = 1e-5  # that the balance of a step may miss, as blocks may

WAYS = {"stores.charging": "stores.charge_mw", "markets.buying": "markets.import_mw"}  # yes/no of a way: its flow
BURNS = "the plan that was found charges and discharges, or buys and sells, in one step; none without that was found"

Operation = Mapping[str, Mapping[str, Float]]


@dataclass(frozen=True)
class Pair:
    """Two flows of one thing of which a step has one: their components, and what the first does to the second's opposite."""

    table: str
    name: str
    forward: str  # component of the step
    backward: str
    forth: float = 1.0  # of one unit forward, what counts; the difference forth·forward − back·backward says which way
    back: float = 1.0


def pairs(problem: Problem) -> list[Pair]:
    """Stores, and markets that also sell."""
    found = [
        Pair(
            "stores", q.name, "stores.charge_mw", "stores.discharge_mw", q.charge_efficiency, 1 / q.discharge_efficiency
        )
        for q in problem.stores
    ]
    sellers = (k.name for k in problem.markets if k.export_price is not None)
    return found + [Pair("markets", name, "markets.import_mw", "markets.export_mw") for name in sellers]


def both_ways(problem: Problem, operation: Operation) -> list[Pair]:
    """The stores and markets whose operation does both in some step."""
    return [pair for pair in pairs(problem) if _overlap(pair, operation).max(initial=0.0) > BOTH_MW]


def _overlap(pair: Pair, operation: Operation) -> Float:
    """(Y, T) the smaller of the two flows [MW]."""
    found: Float = np.minimum(operation[pair.forward][pair.name], operation[pair.backward][pair.name])
    return found


def with_one_way(problem: Problem, found: list[Pair]) -> Problem:
    """The problem in which these stores and markets decide, in every step, which way."""
    named = {(pair.table, pair.name) for pair in found}
    return replace(
        problem,
        stores=tuple(replace(q, one_way=q.one_way or ("stores", q.name) in named) for q in problem.stores),
        markets=tuple(replace(k, one_way=k.one_way or ("markets", k.name) in named) for k in problem.markets),
    )


def straightened(pressed: Pressed, operation: Operation, found: list[Pair]) -> Matrix:
    """The model with these stores and markets going the way that the difference of their flows goes, in every step."""
    upper = pressed.matrix.upper.copy()
    for pair in found:
        forward, backward = operation[pair.forward][pair.name], operation[pair.backward][pair.name]
        ahead = pair.forth * forward >= pair.back * backward
        shut = np.where(
            ahead, pressed.step_columns[pair.backward][pair.name], pressed.step_columns[pair.forward][pair.name]
        )
        upper[shut.ravel()] = 0.0
    return replace(pressed.matrix, upper=upper)


def netted(pair: Pair, forward: Float, backward: Float) -> tuple[Float, Float]:
    """Both flows with what cancels taken away: what is stored, or crosses the fence, is the same.

    >>> pair = Pair("stores", "battery", "charge", "discharge", 0.5, 2.0)
    >>> [flow.tolist() for flow in netted(pair, np.array([8.0, 1.0]), np.array([1.0, 1.0]))]
    [[4.0, 0.0], [0.0, 0.75]]
    """
    difference = pair.forth * forward - pair.back * backward
    return np.maximum(difference, 0.0) / pair.forth, np.maximum(-difference, 0.0) / pair.back


def straight_plan(
    problem: Problem, master: Master, plan: Float, operation: Operation, prices: Float, options: Options
) -> tuple[float, Float, dict[str, dict[str, Float]]] | None:
    """A plan of mixed operations with nothing going both ways: (cost, columns of the plan, operation); None where none is found.

    `prices` (Y, Q) are what the plan pays for another unit of each sum. Whole decisions, sizes and levels stay; what is bought by the
    year follows the sums.
    """
    after = {name: {item: table.copy() for item, table in items.items()} for name, items in operation.items()}
    x, weights, sums = plan[: master.width].copy(), master.weights(prices), np.zeros(master.sums.shape)
    for y, b in np.ndindex(*master.ports.shape[:2]):
        block = master.blocks[b]
        before = _columns_of(master, x, operation, y, b)
        part = _straight_part(problem, block, len(master.chosen_peaks), before, weights[y], options)
        if part is None:
            return None
        sums[y] += block.least @ part
        for columns, place, share in master.chosen_peaks:
            x[columns[y, b]] = (block.least @ part)[place] / share[b]
        for name, items in block.step_columns.items():
            for item, columns in items.items():
                after[name][item][y, block.part.steps] = part[columns.ravel()]
    lower, upper = master.base.lower.copy(), master.base.upper.copy()
    stay = np.union1d(np.flatnonzero(master.base.integer), master.ports.ravel())
    lower[stay] = upper[stay] = np.where(master.base.integer[stay], np.rint(x[stay]), x[stay])
    lower[master.sums] = upper[master.sums] = sums + master.shift
    matrix = replace(master.base, lower=lower, upper=upper, integer=np.zeros_like(master.base.integer))
    try:
        outcome = run(scaled(matrix), options)
    except SolverError:
        return None
    if outcome.x is None:
        return None
    found = outcome.x
    for columns, _, _ in master.chosen_peaks:
        found[columns] = x[columns]
    return outcome.objective / COST_SCALE, found, after


def at_cost(outcome: Outcome, cost: float, options: Options) -> Outcome:
    """The outcome of a plan that turns out to cost something else; its bound stays."""
    bound = min(outcome.lower_bound, cost)
    within = cost - bound <= max(options.gap, ROUNDING) * max(abs(cost), 1e-9)
    status = "optimal" if within and outcome.status == "optimal" else "feasible"
    words = outcome.termination if status == outcome.status else "energy that a relaxation burns is not in the bound"
    return replace(outcome, status=status, termination=words, objective=cost, lower_bound=bound)


def _columns_of(master: Master, plan: Float, operation: Operation, y: int, b: int) -> Float:
    """Columns of a block in a year of a plan: its ports, the peaks that it chooses, its flows."""
    block = master.blocks[b]
    x = np.zeros(block.matrix.rows.shape[1])
    x[: len(block.ports)] = plan[master.ports[y, b]]
    for k, (columns, _, _) in enumerate(master.chosen_peaks):
        x[len(block.ports) + k] = plan[columns[y, b]]
    for name, items in block.step_columns.items():
        for item, columns in items.items():
            x[columns.ravel()] = operation[name][item][y, block.part.steps]
    return x


def _straight_part(
    problem: Problem, block: Block, peaks: int, x: Float, weights: Float, options: Options
) -> Float | None:
    """The operation `x` of a block with nothing going both ways, all flows no larger than before but for what is dumped.

    `weights` (Q,) price what is taken away; the block chooses so many `peaks`. None where there is no such operation.
    """
    named, after, moved = block.step_columns, x.copy(), np.zeros(len(block.part.steps), dtype=bool)
    for pair in pairs(problem):
        columns = [named[component][pair.name].ravel() for component in (pair.forward, pair.backward)]
        forward, backward = (x[of] for of in columns)
        both = np.minimum(forward, backward) > BOTH_MW
        for of, flow in zip(columns, netted(pair, forward, backward), strict=True):
            after[of[both]] = flow[both]
        moved |= both
    if not moved.any():
        return x
    of_steps = [
        columns.ravel()[moved]
        for component, items in named.items()
        if component.split(".")[0] != "stores" and component != "converters.started"
        for columns in items.values()
    ]
    free = np.setdiff1d(np.concatenate(of_steps), np.flatnonzero(block.matrix.integer))
    outcome = _less(block, after, free, weights, options)
    if outcome is None:
        return None
    after[free] = outcome
    for peak in range(len(block.ports), len(block.ports) + peaks):
        after[peak] = _needed(block, after, peak)
    return after


def _less(block: Block, x: Float, free: Int, weights: Float, options: Options) -> Float | None:
    """The cheapest values of the `free` columns, no larger than in `x`, with all others as they are."""
    rows = block.matrix.rows[:, free].tocsr()
    used = np.flatnonzero(np.diff(rows.indptr))
    held = x.copy()
    held[free] = 0.0
    rest, count = block.matrix.rows[used] @ held, len(used)
    each = np.arange(count)
    slack = csr_array(
        (np.tile([1.0, -1.0], count), (np.repeat(each, 2), np.arange(2 * count))), shape=(count, 2 * count)
    )
    dumped = [columns.ravel() for columns in block.step_columns.get("carriers.dump_mw", {}).values()]
    may_rise = np.isin(free, np.concatenate([free[:0], *dumped]))
    matrix = Matrix(
        np.concatenate([block.cost(weights, 0.0)[free], np.ones(2 * count)]),
        0.0,
        np.concatenate([block.matrix.lower[free], np.zeros(2 * count)]),
        np.concatenate([np.where(may_rise, block.matrix.upper[free], x[free]), np.full(2 * count, ROUNDING_MW)]),
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
