"""The master: the plan, what each part of each year sums to, and the cuts that say what those sums cost.

For every year y and group g of blocks (a season's months, say) the master has `part[q,y,g]`, the group's share of each yearly sum q
of the operation (imported MWh, energy bill, generated MWh, …):

    operation[q,y] = Σ_g part[q,y,g]                                         parts_sum_to_year
    Σ_q w[q]·part[q,y,g] ≥ constant + gradient·ports[y,g]                    one row per cut and year
    level[y,b] ≤ working size of the store in y                              level_within_size

What a block can do at given sizes and loads is the same in every year: only its prices differ, and they are the w of the cut. So a
cut made in one year holds in all, and each cut goes to a pool that every year draws on: it becomes a row of the year that breaks it.
The dual of `parts_sum_to_year` is the price that the plan puts on a quantity; it prices the next blocks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from scipy.sparse import coo_array, csr_array

from planner.engine.averaging import stack, widened
from planner.engine.block import Block, Port
from planner.engine.bridge import (
    COST_SCALE,
    Options,
    Outcome,
    SolverError,
    new_highs,
    pass_matrix,
    run,
    scaled,
    set_option,
)
from planner.engine.matrix import NOTHING, Float, Int, Key, Matrix, Pressed
from planner.engine.operator import Cut
from planner.engine.opinion import sure
from planner.engine.peaks import Peak
from planner.engine.press import Template, key_of

TIGHT = 1e-7  # dual of a cut that holds the relaxation up
INFEASIBLE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
LP_TRIES = (  # for one relaxation: solver, presolve and seconds; the first does as a rule, in much less
    ("simplex", "choose", 30.0),
    ("ipm", "choose", 16.0),
    ("simplex", "off", 60.0),
    ("ipm", "off", 60.0),  # where simplex loses its way among rows that contradict each other
)
LEAST_ITERATIONS, ITERATIONS_PER_ROW = 1000, 2  # of the first try; it takes one per row at most, or goes astray
IDLE_ROUNDS = 12  # a row that held nothing up for so many relaxations leaves the LP; the pool keeps its cut
MOST_IDLE = 600  # rows that may stay idle before any leave
POOL_TURNS = 10  # relaxations in a row, each drawing on the pool
ROUGH = 0.01  # gap of the first run of a MILP
CLOSER = 0.3  # share of the distance between bound and best decisions that the next run may leave open
SHORT_MWH = 1e-6  # by which a cut that says what cannot be reached may be broken
FROM_POOL = 2  # cuts that a year and group may take from the pool at a time


@dataclass(frozen=True)
class Pooled:
    """weights·quantities ≥ constant + gradient·slots, for one group in any year."""

    group: int
    constant: float
    weights: Float  # (Q,)
    gradient: Float  # (slots of the group,)


@dataclass
class Row:
    """A pooled cut as a row of one year: lower ≤ values·columns."""

    year: int
    group: int
    cut: int  # its place in the group's pool
    lower: float
    columns: Int
    values: Float
    idle: int = 0  # relaxations since it held one up


class Master:
    """The plan with its cuts, as one persistent LP and, on demand, as a MILP.

    `groups` gathers the blocks (by place in the year) that share their parts: fewer columns and rows, each a little weaker.
    """

    def __init__(
        self,
        template: Template,
        plan: Pressed,
        blocks: Sequence[Block],
        groups: Sequence[Sequence[int]],
        options: Options,
        cuts: list[list[Pooled]] | None = None,
        peaks: Sequence[Peak] = (),
        shift: Float | None = None,
    ) -> None:
        self.template, self.plan, self.blocks, self.groups = template, plan, blocks, groups
        self.years = template.problem.years
        quantities, operation = blocks[0].quantities, plan.plan_columns["operation"]
        self.sums = np.array([[operation[*q, y] for q in quantities] for y in self.years])  # (Y, Q) columns
        in_rows = np.diff(plan.matrix.rows.tocsc().indptr)[self.sums] > 0
        self.coupled = np.flatnonzero(in_rows.any(axis=0))  # the sums that a row of the plan uses
        self.only_cost = np.setdiff1d(np.arange(len(quantities)), self.coupled)
        self.direct_cost = plan.matrix.cost[self.sums]  # (Y, Q)
        self.shift = np.zeros(self.sums.shape) if shift is None else shift  # (Y, Q) on top of what the blocks sum to
        self.seams: dict[tuple[str, Key, int, int], int] = {}  # (component, index, year, period) -> column
        self.base = self._with_seams(plan.matrix)  # the plan, and the levels at the seams between its parts
        self.width = self.base.rows.shape[1]
        self.ports = np.array([[self._columns(y, b) for b in blocks] for y in self.years])  # (Y, B, P)
        self.chosen_peaks = [self._chosen(peak, quantities) for peak in peaks]
        self.slots, self.places = zip(*(self._slots(group) for group in groups), strict=True)
        self.matrix = self._matrix()
        self.options = options
        self.h = new_highs(options)
        set_option(self.h, "solver", "simplex")
        self.run_ends = np.inf
        self.h.cbSimplexInterrupt.subscribe(self._stop_late)
        self.h.cbIpmInterrupt.subscribe(self._stop_late)
        pass_matrix(self.h, scaled(self.matrix), relaxed=True)
        self.pool: list[list[Pooled]] = [[] for _ in groups] if cuts is None else cuts
        self.rows: list[Row] = []  # of the LP, below those of the matrix
        self.in_lp: set[tuple[int, int, int]] = set()  # (year, group, cut) of those rows
        self.value = 1.0  # of the last relaxation, to measure tolerances by
        self.tight: list[tuple[Row, float]] = []  # rows that hold it up, with their duals
        self.held: dict[tuple[int, int, int], Row] = {}  # rows that held it up when nothing was fixed
        self.fixed = False
        self.kept: dict[tuple[int, int, int], Row] = {}  # rows that held it up, or ruled it out, with whole decisions

    def _slots(self, group: Sequence[int]) -> tuple[Int, Int]:
        """((Y, S) columns, (blocks, P) slots) of a group's ports: those that several blocks read share a slot.

        The order of the slots is that of the ports, so that a pool outlives the plan it was made for.
        """
        places: dict[Port, int] = {}
        slots = np.array([[places.setdefault(port, len(places)) for port in self.blocks[b].ports] for b in group])
        columns = np.zeros((len(self.years), len(places)), dtype=np.int64)
        for place, b in zip(slots, group, strict=True):
            columns[:, place] = self.ports[:, b]
        return columns, slots

    def _chosen(self, peak: Peak, quantities: Sequence[tuple[str, str]]) -> tuple[Int, int, Float]:
        """((Y, B) columns of a peak that blocks choose, its place among the quantities, (B,) shares)."""
        named, billing = self.plan.plan_columns[peak.name], [block.part.billing for block in self.blocks]
        columns = np.array([[named[*peak.index, y, q] for q in billing] for y in self.years])
        return columns, list(quantities).index(peak.quantity), peak.share[billing]

    def _columns(self, year: int, block: Block) -> list[int]:
        named = self.plan.plan_columns
        columns = []
        for port in block.ports:
            seam = self.seams.get((port.name, port.index, year, -1 if port.period is None else port.period))
            period = () if port.period is None else (port.period,)
            columns.append(named[port.name][(*port.index, year, *period)] if seam is None else seam)
        return columns

    def _with_seams(self, plan: Matrix) -> Matrix:
        """Columns for stored energy at the seams: level[y,b] ≤ limit[y], the size of the store."""
        site, named = self.template.step.site, self.plan.plan_columns
        limits: list[int] = []
        for before, limit in site.limit.items():
            if not any(block.part.seams for block in self.blocks):
                break
            of, (name, index) = site.before[before], site.plan[limit]
            for y in self.years:
                for block in self.blocks:
                    key = (of.parent_component().name, key_of(of.index()), y, block.part.billing)
                    self.seams[key] = plan.rows.shape[1] + len(limits)
                    limits.append(named[name][(*key_of(index), y)])
        count, columns = len(limits), plan.rows.shape[1] + np.arange(len(limits))
        below = coo_array(
            (
                np.concatenate([np.ones(count), -np.ones(count)]),
                (np.tile(np.arange(count), 2), np.concatenate([columns, np.array(limits, dtype=np.int64)])),
            ),
            shape=(count, plan.rows.shape[1] + count),
        ).tocsr()
        return Matrix(
            np.append(plan.cost, np.zeros(count)),
            plan.offset,
            np.append(plan.lower, np.zeros(count)),
            np.append(plan.upper, plan.upper[np.array(limits, dtype=np.int64)]),
            np.append(plan.integer, np.zeros(count, dtype=bool)),
            stack(widened(plan.rows, plan.rows.shape[1] + count), below),
            np.append(plan.row_lower, np.full(count, -np.inf)),
            np.append(plan.row_upper, np.zeros(count)),
        )

    def _matrix(self) -> Matrix:
        """The plan with its parts: columns after the plan's, rows after the plan's."""
        base, (lowest, highest) = self.base, self._ranges()
        shape = lowest.shape
        self.part = self.width + np.arange(lowest.size).reshape(shape)
        self.links = base.rows.shape[0] + np.arange(self.sums.size).reshape(self.sums.shape)
        links = np.broadcast_to(self.links[:, None, :], shape).ravel() - base.rows.shape[0]
        extra = coo_array(
            (
                np.concatenate([np.ones(self.sums.size), -np.ones(lowest.size)]),
                (
                    np.concatenate([np.arange(self.sums.size), links]),
                    np.concatenate([self.sums.ravel(), self.part.ravel()]),
                ),
            ),
            shape=(self.sums.size, self.width + lowest.size),
        ).tocsr()
        return Matrix(
            np.append(base.cost, np.zeros(lowest.size)),
            base.offset,
            np.append(base.lower, lowest.ravel()),
            np.append(base.upper, highest.ravel()),
            np.append(base.integer, np.zeros(lowest.size, dtype=bool)),
            stack(widened(base.rows, extra.shape[1]), extra),
            np.append(base.row_lower, self.shift),
            np.append(base.row_upper, self.shift),
        )

    def _ranges(self) -> tuple[Float, Float]:
        """(Y, G, Q) least and greatest sum of each quantity within the bounds of the blocks' columns, any plan allowed."""
        shape = (len(self.years), len(self.groups), self.sums.shape[1])
        lowest, highest = np.zeros(shape), np.zeros(shape)
        for g, group in enumerate(self.groups):
            for b in group:
                block = self.blocks[b]
                adds, takes = block.least.maximum(0.0), block.least.minimum(0.0)
                most_adds, most_takes = block.most.maximum(0.0), block.most.minimum(0.0)
                for y in range(len(self.years)):
                    columns = self.ports[y, b]
                    lower, upper = block.limits(self.base.lower[columns], self.base.upper[columns])
                    lowest[y, g] += adds @ lower + takes @ upper
                    highest[y, g] += most_adds @ upper + most_takes @ lower
        return lowest, highest

    def weights(self, prices: Float) -> Float:
        """(Y, Q) weights of all quantities: the plan's price where coupled, what each costs where not."""
        weights: Float = prices.copy()
        weights[:, self.only_cost] = self.direct_cost[:, self.only_cost]
        return weights

    def pooled(self, g: int, cuts: Mapping[int, Cut], weights: Float, scale: float) -> int:
        """Puts the sum of a group's cuts, divided by `scale`, into the pool; returns its place."""
        gradient = np.zeros(self.slots[g].shape[1])
        for place, b in zip(self.places[g], self.groups[g], strict=True):
            if b in cuts:
                np.add.at(gradient, place, cuts[b].gradient)
        constant = sum(cut.constant for cut in cuts.values())
        self.pool[g].append(Pooled(g, constant / scale, weights / scale, gradient / scale))
        return len(self.pool[g]) - 1

    def row(self, y: int, g: int, k: int) -> Row:
        """Pooled cut k of group g in year index y."""
        cut = self.pool[g][k]
        columns = np.concatenate([self.part[y, g], self.slots[g][y]])
        values = np.concatenate([cut.weights, -cut.gradient])
        keep = np.abs(values) > NOTHING
        low, up = self.matrix.lower[columns[~keep]], self.matrix.upper[columns[~keep]]
        up = np.where(np.isfinite(up), up, 0.0)
        loose = np.maximum(np.maximum(values[~keep] * low, values[~keep] * up), 0.0)  # a dropped term may only loosen
        return Row(y, g, k, cut.constant - float(loose.sum()), columns[keep], values[keep])

    def violations(self, x: Float) -> list[Float]:
        """By group (years, cuts): by how much each pooled cut is broken at x, in money of the first year."""
        broken = []
        for g, cuts in enumerate(self.pool):
            if not cuts:
                broken.append(np.zeros((len(self.years), 0)))
                continue
            weights, gradients = np.array([c.weights for c in cuts]), np.array([c.gradient for c in cuts])
            constants = np.array([c.constant for c in cuts])
            at_least = constants + np.einsum("ys,ks->yk", x[self.slots[g]], gradients)
            broken.append(at_least - np.einsum("yq,kq->yk", x[self.part[:, g]], weights))
        return broken

    def separate(self, x: Float, tolerance: float, left_out: set[tuple[int, int, int]], most: int) -> list[Row]:
        """The most broken pooled cuts of each year and group at x."""
        rows = []
        for g, broken in enumerate(self.violations(x)):
            allowed = [tolerance if cut.weights.any() else SHORT_MWH for cut in self.pool[g]]
            for y in range(len(self.years)):
                worst = np.argsort(-broken[y])[: most + 4]
                fresh = [int(k) for k in worst if broken[y, k] > allowed[k] and (y, g, int(k)) not in left_out]
                rows += [self.row(y, g, k) for k in fresh[:most]]
        return rows

    def add(self, rows: Sequence[Row]) -> None:
        """Adds rows to the LP."""
        if not rows:
            return
        self.rows += rows
        self.in_lp |= {(r.year, r.group, r.cut) for r in rows}
        starts = np.concatenate([[0], np.cumsum([len(r.columns) for r in rows])[:-1]]).astype(np.int32)
        columns = np.concatenate([r.columns for r in rows]).astype(np.int32)
        values = np.concatenate([r.values for r in rows])
        lower = np.array([r.lower for r in rows])
        self.h.addRows(len(rows), lower, np.full(len(rows), np.inf), len(columns), starts, columns, values)

    def _age(self, dual: Float) -> None:
        """Notes which rows held the relaxation up, and drops those that have not for long."""
        for row, price in zip(self.rows, np.abs(dual), strict=True):
            row.idle = 0 if price > TIGHT else row.idle + 1
        idle = np.array([row.idle > IDLE_ROUNDS for row in self.rows], dtype=bool)
        if idle.sum() <= MOST_IDLE:
            return
        gone = (self.matrix.rows.shape[0] + np.flatnonzero(idle)).astype(np.int32)
        self.h.deleteRows(len(gone), gone)
        self.in_lp -= {(r.year, r.group, r.cut) for r, out in zip(self.rows, idle, strict=True) if out}
        self.rows = [r for r, out in zip(self.rows, idle, strict=True) if not out]

    def _stop_late(self, event: Any) -> None:
        event.interrupt(time.monotonic() > self.run_ends)  # HiGHS keeps the answer: a run after a late one must hear no

    def decided(self, x: Float) -> dict[str, dict[Key, float]]:
        """Yearly decisions by component and index, of the master's columns or the plan's."""
        return {
            name: {index: float(x[column]) for index, column in columns.items()}
            for name, columns in self.plan.plan_columns.items()
        }

    def decisions(self, x: Float) -> bytes:
        """The whole-number decisions of a point, to know them again."""
        return np.rint(x[self.matrix.integer]).astype(np.int64).tobytes()

    def keep(self, rows: Iterable[Row]) -> None:
        """Cuts that every MILP has from now on; the newest last."""
        for row in rows:
            self.kept.pop((row.year, row.group, row.cut), None)
            self.kept[row.year, row.group, row.cut] = row

    def fix(self, x: Float | None) -> None:
        """Fixes the integer columns at x, or frees them."""
        integer = np.flatnonzero(self.matrix.integer).astype(np.int32)
        if self.fixed:
            self.keep(r for r, _ in self.tight)
        if x is None:
            self.add([row for key, row in self.held.items() if key not in self.in_lp])
        self.fixed = x is not None
        if not len(integer):
            return
        whole = None if x is None else np.rint(x[integer])
        low, up = (self.matrix.lower[integer], self.matrix.upper[integer]) if whole is None else (whole, whole)
        self.h.changeColsBounds(len(integer), integer, low, up)

    def lp(self) -> tuple[float, Float, Float] | None:
        """(value, columns, prices (Y, Q)) of the relaxation; None if the plan has no solution, confirmed without presolve.

        Nor is there one for fixed decisions that HiGHS cannot settle: they are passed over, and nothing is proven by it.
        """
        h, status = self.h, highspy.HighsModelStatus.kNotset
        for turn, (solver, presolve, patience) in enumerate(LP_TRIES):
            if turn:  # a warm start can fail or go astray; a cold one by another path is another try
                h.clearSolver()
            set_option(h, "solver", solver)
            set_option(h, "presolve", presolve)
            set_option(h, "simplex_iteration_limit", highspy.kHighsIInf if turn else self._most_iterations())
            self.run_ends = time.monotonic() + patience
            h.run()
            status = h.getModelStatus()
            believed = status in INFEASIBLE and (self.fixed or presolve == "off")
            if status == highspy.HighsModelStatus.kOptimal or believed:
                break
        set_option(h, "solver", "simplex")
        set_option(h, "presolve", "choose")
        if status in INFEASIBLE:
            self.tight = self._in_proof()
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            if self.fixed:
                return None
            raise SolverError(f"the master ended {h.modelStatusToString(status)}")
        solution = h.getSolution()
        x, dual = np.asarray(solution.col_value), np.asarray(solution.row_dual) / COST_SCALE
        prices = dual[self.links]
        held = np.abs(dual[self.matrix.rows.shape[0] :])
        self.tight = [(r, float(p)) for r, p in zip(self.rows, held, strict=True) if p > TIGHT]
        if not self.fixed:
            self.held = {(r.year, r.group, r.cut): r for r, _ in self.tight}
        value = float(h.getInfo().objective_function_value) / COST_SCALE
        self.value = max(abs(value), 1.0)
        self._age(dual[self.matrix.rows.shape[0] :])
        return value, x, self.weights(prices)

    def _most_iterations(self) -> int:
        """Of the first try: counted, not timed, so that every machine goes on to the next one at the same relaxation."""
        return LEAST_ITERATIONS + ITERATIONS_PER_ROW * (int(self.matrix.rows.shape[0]) + len(self.rows))

    def _in_proof(self) -> list[tuple[Row, float]]:
        """Cuts that prove that the LP has no solution, for every year, with their weights; all rows where HiGHS has no proof.

        Decisions that one year cannot live with are asked for in the next one otherwise.
        """
        _, known, ray = self.h.getDualRay()
        if not known:
            return [(r, 1.0) for r in self.rows]
        weights = np.abs(ray[self.matrix.rows.shape[0] :])
        proof = {(r.group, r.cut): float(w) for r, w in zip(self.rows, weights, strict=True) if w > TIGHT}
        return [(self.row(y, g, k), w) for (g, k), w in proof.items() for y in range(len(self.years))]

    def separated(self, tolerance: float, turns: int = 1) -> tuple[float, Float, Float] | None:
        """The relaxation; the pooled cuts that it breaks by more than the tolerance come in for the next one, or `turns`."""
        each, solved = tolerance / len(self.years), None
        for _ in range(turns):
            solved = self.lp()
            if solved is None:
                break
            rows = self.separate(solved[1], each, self.in_lp, FROM_POOL)
            if not rows:
                break
            self.add(rows)
        return solved

    def milp(self, gap: float, deadline: float, start: Float | None, tree_alone: bool = False) -> Outcome:
        """The plan with whole decisions that costs least by all pooled cuts, and a bound of the problem.

        In the model are the cuts that hold the relaxation up, and those that held up the whole decisions looked at so far: a
        tenth of the LP's, and a bound as good. What each answer costs by all cuts is an LP with its decisions fixed; the cuts
        that hold that one up come in, and the model is solved again, the finer the nearer its bound is to the best decisions. Where
        each LP of the tree is large, decisions are found by the first rough run; with the `tree_alone` the finer ones only bound.
        """
        self.separated(gap * self.value, POOL_TURNS)
        bound, best, seen = -np.inf, Outcome("none", "time limit", np.inf, -np.inf, None), set[bytes]()
        rough = max(gap, ROUGH)
        while True:
            outcome = self.whole(rough, deadline, start, tree_alone=tree_alone and rough < ROUGH and start is not None)
            if outcome.status == "infeasible" and best.x is not None:
                raise SolverError("the master has no solution, and decisions with one are known")
            bound = max(bound, outcome.lower_bound)
            if outcome.x is None:
                best = replace(best, status=outcome.status) if best.x is None else best
                break
            decisions = self.decisions(outcome.x)
            known = decisions in seen
            seen.add(decisions)
            solved = None if known else self.with_decisions(outcome.x, gap)
            if solved is not None and solved[0] < best.objective:
                best = Outcome("feasible", outcome.termination, solved[0], bound, solved[1])
                start = solved[1]
            apart = np.inf if best.x is None else (best.objective - bound) / max(abs(best.objective), 1.0)
            if apart <= gap or (known and rough <= gap) or time.monotonic() > deadline:
                break
            rough = max(gap, min(ROUGH, CLOSER * apart, rough * (CLOSER if known else 1.0)))
        return replace(best, lower_bound=bound)

    def with_decisions(self, whole: Float, gap: float) -> tuple[float, Float, Float] | None:
        """The relaxation with the integer columns fixed, all pooled cuts obeyed; None where it has no solution."""
        self.fix(whole)
        solved = self.separated(0.1 * gap * self.value, POOL_TURNS)
        self.fix(None)
        return solved

    def whole(
        self, gap: float, deadline: float, start: Float | None, free: Int | None = None, tree_alone: bool = False
    ) -> Outcome:
        """One run of the MILP with the cuts that matter so far; where `free` is given, all other decisions are the start's."""
        rows = {**self.held, **self.kept}
        matrix, settings = self._with_rows(list(rows.values())), replace(self.options, gap=gap)
        if free is not None and start is not None:
            stay = np.setdiff1d(np.flatnonzero(matrix.integer), free)
            lower, upper = matrix.lower.copy(), matrix.upper.copy()
            lower[stay] = upper[stay] = np.rint(start[stay])
            matrix = replace(matrix, lower=lower, upper=upper)
        try:
            outcome = run(matrix, settings, start=start, deadline=deadline, tree_alone=tree_alone)
        except SolverError:  # seen with a start from another set of cuts
            outcome = run(matrix, settings, deadline=deadline)
        if outcome.status == "infeasible":  # of presolve alone it would not be believed
            outcome = run(matrix, settings, deadline=deadline, presolve=False)
        return outcome if free is not None else sure(matrix, settings, outcome, deadline)

    def _with_rows(self, rows: Sequence[Row]) -> Matrix:
        cuts = csr_array(
            (
                np.concatenate([np.zeros(0), *(r.values for r in rows)]),
                np.concatenate([np.zeros(0, dtype=np.int64), *(r.columns for r in rows)]),
                np.concatenate([[0], np.cumsum([len(r.columns) for r in rows])]).astype(np.int64),
            ),
            shape=(len(rows), self.matrix.rows.shape[1]),
        )
        return replace(
            self.matrix,
            rows=stack(self.matrix.rows, cuts),
            row_lower=np.concatenate([self.matrix.row_lower, [r.lower for r in rows]]),
            row_upper=np.concatenate([self.matrix.row_upper, np.full(len(rows), np.inf)]),
        )
