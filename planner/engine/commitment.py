"""Unit commitment: a plan whose units run or stand in every step, where a least load says they must.

    1. at any load   the problem without least loads and starts, solved by cuts: its bound holds, since it allows more
    2. commit        each month of each year with whole units, at the plan's sizes, peaks and levels, and at its prices: quickly at
                     first, then thoroughly where whole units cost most
    3. settle        the years once more, with what the months sum to: purchases and yes/no decisions follow the units
    4. shift         by what the months miss of what the years ask, their sums are missed on purpose in 1, and so on from there

A month begins with all units standing; what already ran is no start, and is taken off the cost of the year. In step 3 each month
runs one of its operations as a whole, of all that were committed so far; the result is a plan of the true problem at its true cost.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace

import numpy as np

from models.problem import Problem, at_any_load
from planner.engine.block import Block
from planner.engine.bridge import Options, Outcome, Report, interrupted
from planner.engine.committer import ROUNDING, Commit
from planner.engine.crew import Crew
from planner.engine.decompose import Decomposition, Operation, Solved
from planner.engine.inner import Inner, Mixture, Shown
from planner.engine.master import Master
from planner.engine.matrix import Float, Key
from planner.engine.meeting import MISSING
from planner.engine.one_way import BURNS, at_cost, both_ways
from planner.engine.pins import NO_PINS, Pins
from planner.engine.pool import Pool, Start
from planner.engine.rounds import DEARER, Rounds, cut_apart
from planner.engine.stated import with_stated
from planner.engine.straight import straight_plan

LOOSE_GAP = 0.5  # share of the gap within which a plan at any load is found
LOOSE_SHARE = 0.75  # of the time that is left, for a plan at any load
MILPS = 4  # that a month may need over the years; in the others the units of the year before will do
LEAST_PATIENCE_S, MOST_PATIENCE_S = 1.0, 20.0  # for one of them
APART = 5e-4  # [million per unit] that a month pays for what it adds to a sum that a rule of the years uses: as much as energy costs
WORTH = 0.1  # share of the gap that thorough months could save at most
LITTLE = 0.05  # share of what whole units cost in a month, that another thorough run must save
FARTHER = 1.5  # times what is missing, by which the next plan at any load is shifted
STOPS_H = (3.0, 12.0)  # stops so short may cost more than they save
MOST_TURNS = 8  # of plans at any load and their months
MONTHS_GAP, LEAST_GAP = 0.2, 2e-3  # share of the gap to which a month is solved, and what no month is asked to beat


class Commitment:
    """The months of a problem whose units run or stand, and its years."""

    def __init__(self, problem: Problem, options: Options, pins: Pins) -> None:
        self.problem, self.options = problem, options
        self.deadline = time.monotonic() + options.time_limit_s
        self.template, plan, peaks, blocks = cut_apart(problem, pins)
        each = (1 - LOOSE_SHARE) * options.time_limit_s * options.workers / (MILPS * len(blocks))
        patience = float(np.clip(each, LEAST_PATIENCE_S, MOST_PATIENCE_S))
        monthly = replace(options, gap=max(MONTHS_GAP * options.gap, LEAST_GAP), time_limit_s=patience)
        self.crew = Crew(blocks, monthly, options.workers)
        self.master = Master(self.template, plan, blocks, [range(len(blocks))], options, peaks=peaks)
        self.inner = Inner(problem, self.master, {})
        shape = (len(problem.years), len(blocks))
        self.above = np.full(shape, np.inf)  # [million] that whole units cost more in a month
        self.loose_cost = np.zeros(shape)  # [million] of the months at any load
        self.best: Mixture | None = None
        self.cost = np.inf  # of the best plan
        self.operation: Operation = {}

    def within(self, bound: float) -> bool:
        """Whether the best plan is within the gap of a bound."""
        return self.best is not None and self.cost - bound <= self.options.gap * max(abs(self.cost), 1e-9)

    def stop(self) -> bool:
        """Whether time is up or the user has asked for the end."""
        return interrupted.is_set() or time.monotonic() > self.deadline

    def follow(self, loose: Decomposition, found: Mixture, bound: float, report: Report) -> Float | None:
        """Whole units in a plan at any load: (Y, Q) by how much its sums are too high then.

        None where time, or the loads of a month, allow no plan.
        """
        tasks, blocks = self._tasks(loose, found), range(len(self.master.blocks))
        self.above[:] = np.inf
        for n, year in enumerate(self.problem.years):
            if self.stop():
                return None
            report(f"whole units in {year}", bound, self.cost)
            self._commit([(n, b) for b in blocks], tasks)
        x = self._columns(loose.master, found.plan)
        quick = self._settle(x)
        self._thoroughly(tasks, x, bound, report)
        mixture = self._settle(x) or quick
        return None if mixture is None else mixture.excess[:, self._places(loose)]

    def _tasks(self, loose: Decomposition, found: Mixture) -> list[list[Commit]]:
        """[y][b] what a month of a plan at any load is asked to do with whole units."""
        x, weights = self._columns(loose.master, found.plan), self._weights(loose, found.prices)
        target, apart = self._target(loose, found), np.zeros_like(weights)
        apart[:, self.master.coupled] = APART * loose.discount[:, None]
        self.loose_cost = np.einsum("yq,ybq->yb", weights, target)
        dearest = np.abs(weights).max(axis=1)
        return [
            [
                Commit(
                    b,
                    x[self.master.ports[n, b]],
                    weights[n],
                    max(loose.slack_price[n], DEARER * dearest[n]),
                    target[n, b],
                    apart[n],
                    self._units(loose.operation, n, block),
                )
                for b, block in enumerate(self.master.blocks)
            ]
            for n in range(len(self.problem.years))
        ]

    def _units(self, operation: Operation, n: int, block: Block) -> tuple[Float, ...]:
        """Numbers of units to try for an operation at any load in the steps of a block, in the order of their columns.

        As many as its activity needs; no more than it keeps above their least load; as needed, without stops shorter than `STOPS_H`.
        """
        from scipy.ndimage import grey_closing

        ways = [np.zeros(block.matrix.rows.shape[1]) for _ in range(2 + len(STOPS_H))]
        steps = [round(hours / self.problem.steps.hours) for hours in STOPS_H]
        for v in self.problem.converters:
            columns = block.step_columns["converters.online"].get(v.name)
            if columns is None or v.sizing.package is None:
                continue
            units = operation["converters.activity_mw"][v.name][n, block.part.steps] / v.sizing.package
            needed = np.ceil(units - ROUNDING)
            kept = np.minimum(needed, np.floor(units / v.min_load_share + ROUNDING))
            closed = [grey_closing(needed, count + 1) if count else needed for count in steps]
            for way, tried in zip(ways, (needed, kept, *closed), strict=True):
                way[columns[0]] = tried
        return tuple(way[block.matrix.integer] for way in ways)

    def _commit(self, places: Sequence[tuple[int, int]], tasks: list[list[Commit]], thorough: bool = False) -> None:
        """Commits months (year index, block), and notes what whole units cost there where they serve."""
        asked = [replace(tasks[n][b], thorough=thorough) for n, b in places]
        for (n, b), task, answer in zip(places, asked, self.crew.commit(asked), strict=True):
            if answer.mark is not None:
                self.inner.add(n, b, Shown(task.values, answer.quantities, answer.mark))
                self.above[n, b] = min(self.above[n, b], answer.cost - self.loose_cost[n, b])

    def _thoroughly(self, tasks: list[list[Commit]], x: Float, bound: float, report: Report) -> None:
        """Thoroughly where whole units cost most, a month for each worker at a time; the other years may use what is found.

        A month in which that saves little is done, in all years.
        """
        done, workers, years = set[int](), self.options.workers, range(len(tasks))
        months = len(self.master.blocks)
        while not (self.stop() or self.within(bound)):
            left = np.array([0.0 if b in done else self.above[:, b].max() for b in range(months)])
            little = 0.0 if self.best is None else WORTH * self.options.gap * abs(self.cost)
            if len(done) == months or left.sum() <= little:
                break
            report("whole units", bound, self.cost)
            of_workers = [max(range(w, months, workers), key=lambda b: left[b]) for w in range(min(workers, months))]
            places = [(int(self.above[:, b].argmax()), b) for b in of_workers if b not in done]
            before = [self.above[place] for place in places]
            self._commit(places, tasks, thorough=True)
            self._commit([(n, b) for _, b in places for n in years], tasks)
            if self.best is None:
                self._settle(x)
            done |= {b for (n, b), was in zip(places, before, strict=True) if not self.above[n, b] < (1 - LITTLE) * was}

    def _settle(self, x: Float) -> Mixture | None:
        """The cheapest plan of the months committed so far; it is the best one where nothing is missing."""
        mixture = self.inner.unmixed(x, self.options, self.deadline)
        if mixture is not None and mixture.missing < MISSING:
            operation = self.inner.operation(mixture, self.crew)
            twice = self._counted_twice(operation)
            cost = mixture.cost - sum(float(starts @ self._start_cost(v)) for v, starts in twice.items())
            if cost < self.cost:
                self.best, self.operation, self.cost = mixture, operation, cost
        return mixture

    def _counted_twice(self, operation: Operation) -> dict[str, Float]:
        """(Y,) starts at the beginning of a month by units that already ran at the end of the month before, by converter."""
        steps = self.problem.steps
        first = np.array([block.part.steps[0] for block in self.master.blocks if block.part.seams], dtype=np.int64)
        return {
            v: np.minimum(online[:, first], online[:, steps.before[first]]) @ steps.times_per_year[first]
            for v, online in operation.get("converters.online", {}).items()
        }

    def _start_cost(self, v: str) -> Float:
        """(Y,) [million] of a start."""
        cost: Float = self.master.direct_cost[:, self.master.blocks[0].quantities.index(("starts", v))]
        return cost

    def decisions(self, best: Mixture) -> dict[str, dict[Key, float]]:
        """Those of the best plan; its starts are those of the year, not of each month by itself."""
        found = self.master.decided(best.plan)
        for v, starts in self._counted_twice(self.operation).items():
            for year, twice in zip(self.problem.years, starts, strict=True):
                found["operation"]["starts", v, year] -= float(twice)
        return with_stated(self.template.plan, found)

    def _columns(self, loose: Master, plan: Float) -> Float:
        """Columns of the years with the values of a plan at any load, seams included."""
        x, named = np.zeros(self.master.width), self.master.plan.plan_columns
        for name, columns in loose.plan.plan_columns.items():
            for index, column in columns.items():
                x[named[name][index]] = plan[column]
        for key, column in loose.seams.items():
            x[self.master.seams[key]] = plan[column]
        return x

    def _weights(self, loose: Rounds, prices: Float) -> Float:
        """(Y, Q) what a plan at any load pays for each quantity; what it does not know costs what it costs."""
        weights = self.master.direct_cost.copy()
        weights[:, self._places(loose)] = prices
        return self.master.weights(weights)

    def _target(self, loose: Rounds, found: Mixture) -> Float:
        """(Y, B, Q) what each month of a plan at any load sums to; nothing of what it does not know."""
        target = np.zeros((*self.master.ports.shape[:2], self.master.sums.shape[1]))
        for n, b in np.ndindex(*target.shape[:2]):
            shown = {one.mark: one.quantities for one in loose.inner.shown[n][b]}
            target[n, b, self._places(loose)] = sum(share * shown[mark] for mark, share in found.shares[n][b])
        return target

    def _places(self, loose: Rounds) -> list[int]:
        """Where the quantities of the problem at any load stand among all."""
        return [self.master.blocks[0].quantities.index(quantity) for quantity in loose.blocks[0].quantities]

    def __enter__(self) -> Commitment:
        return self

    def __exit__(self, *_: object) -> None:
        self.crew.close()


def committed(
    problem: Problem,
    options: Options,
    report: Report | None = None,
    pool: Pool | None = None,
    pins: Pins = NO_PINS,
    starts: Iterable[Start] = (),
) -> Solved:
    """Solves a problem whose units run or stand."""
    loose, tell = at_any_load(problem), report or (lambda words, bound, cost: None)
    with Commitment(problem, options, pins) as months, nullcontext(pool) if pool is not None else Pool() as shared:
        bound, shift, seconds, size = -np.inf, None, dict[str, float](), dict[str, int]()
        for turn in range(MOST_TURNS):
            left = LOOSE_SHARE * (months.deadline - time.monotonic())
            settings = replace(options, gap=LOOSE_GAP * options.gap, time_limit_s=left)
            solver = Decomposition(
                loose, settings, lambda words, low, cost: tell("at any load", low, cost), shared, pins, starts, shift
            )
            try:
                outcome, found = solver.solve()
                seconds = {name: seconds.get(name, 0.0) + took for name, took in outcome.seconds.items()}
                if turn == 0:
                    bound, size = outcome.lower_bound, solver.size()
                    if found is None:
                        return {}, {}, size, replace(outcome, seconds=seconds)
                begun = time.monotonic()
                excess = None if found is None else months.follow(solver, found, bound, tell)
                seconds["units"] = seconds.get("units", 0.0) + time.monotonic() - begun
                tell("plan in hand", bound, months.cost)
            finally:
                solver.end()
            if excess is None or months.best is not None or months.stop():
                break
            shift = FARTHER * excess if shift is None else shift + FARTHER * excess
        return _answer(months, bound, size, seconds)


def _answer(months: Commitment, bound: float, size: dict[str, int], seconds: dict[str, float]) -> Solved:
    """The best plan with whole units; the bound of the plan at any load holds for it."""
    stopped = "interrupted" if interrupted.is_set() else "time limit" if months.stop() else ""
    if months.best is None:
        words = stopped or "a plan was found for units at any load, none for whole units"
        return {}, {}, size, Outcome("none", words, np.inf, bound, None, seconds=seconds)
    cost, near = months.cost, months.within(bound)
    words = "Optimal" if near else stopped or "least loads are not in the bound"
    outcome = Outcome(
        "optimal" if near else "feasible", words, cost, min(bound, cost), months.best.plan, seconds=seconds
    )
    best = months.best
    if both_ways(months.problem, months.operation):
        straight = straight_plan(months.problem, months.master, best, months.operation, months.options)
        if straight is None:
            return {}, {}, size, replace(outcome, status="none", termination=BURNS, objective=np.inf, x=None)
        before, (best, months.operation) = best.cost, straight
        outcome = at_cost(outcome, cost + best.cost - before, months.options)
    return months.decisions(best), months.operation, size, outcome
