"""Rounds: blocks at the master's sizes and prices, cuts back to the master, mixtures of what the blocks showed.

    seed, probe      cuts at a few sizes and carbon prices, and of how far each sum can be pushed
    converge         the master's relaxation until blocks at its own prices prove nothing new worth having
    meet             the relaxation from below and the best mixture from above, until they meet

Every cut is a lower bound whatever the point it was made at, so a relaxation bounds at any time. Points are taken between the
last good one and the master's (in-out), which keeps prices calm. The master's own prices stop telling blocks apart long before its
relaxation is as high as it could be; the prices of the best mixture are those at which they say most. A block that cannot serve
its loads at any price gives a second cut with cost weight zero, which no price can buy off.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from pyomo.repn import generate_standard_repn

from models.problem import Problem
from planner.engine.block import Block
from planner.engine.bridge import Float, Options, SolverError, interrupted
from planner.engine.crew import Answer, Task
from planner.engine.inner import Inner, Mixture, Shown
from planner.engine.master import Master, Row
from planner.engine.matrix import Pressed, dot
from planner.engine.meeting import EXACT, STEP_BACK, Agenda, Meeting
from planner.engine.parts import averaged_parts, exact_parts, is_chronological
from planner.engine.peaks import Peak, free_peaks, with_sums
from planner.engine.pins import Pins, pinned
from planner.engine.pool import Pool
from planner.engine.press import Template, compile_template, press_plan
from planner.engine.press_block import press_block

SLACK_PRICE = 0.05  # [million/MWh] of unserved load: a hundred times any energy price
HIGHEST_PRICE = 5e-3  # [million per unit] in a row of the master; cuts at higher prices are scaled down
DEARER = 5.0  # times the highest price of a quantity, or charge for one step's peak, that unserved load costs at least
LARGEST_SEED = 1e4  # [MW or MWh] of a size that nothing limits, in the seeds
AVERAGED = "averaged"  # kind of blocks; the other is exact
SEASONS = 4  # groups of months that share an estimate
CARBON_SEEDS = (
    (0.0, 0.0),
    (0.3, 2e-4),
    (0.6, 1e-3),
    (1.0, 2e-4),
)  # (share of the largest size, carbon price [million/t])
RANDOM_SEEDS = 40  # more cuts, each at random sizes and prices in one year
FEW_SEEDS, FEW_OF_A_YEAR = 8, 4  # where nothing is whole: so many, and at most so many of each year
SEEDS_AT_ONCE = 6  # that blocks are sent together; between them a solve can be stopped
SEED_CARBON_PRICES = (0.0, 1e-4, 3e-4, 1e-3, 3e-3)  # [million/t]
PROBE_PRICE = 5e-3  # [million per unit] that pushes a quantity to its end
MOST_ROUNDS = 80
YEARS_APART = 3  # of the years whose blocks are solved in a round; in a first solve all years' are before a mixture
MOST_SHOWN = 2  # operations of each year and season that are shown at prices of old cuts
LATE_MIXTURE_S = 15.0  # that a mixture may take, even where the time limit has passed


@dataclass(frozen=True)
class Point:
    """Where blocks are to be operated: columns of the master, (Y, Q) prices, and the years (by index)."""

    x: Float
    prices: Float
    years: Sequence[int]


@dataclass
class Timings:
    """Seconds spent in each part."""

    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, begun: float) -> None:
        """Adds the time since `begun`."""
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begun


def cut_apart(problem: Problem, pins: Pins) -> tuple[Template, Pressed, list[Peak], list[Block]]:
    """Both models of a problem, its plan with what is pinned, the peaks that blocks choose, and the exact blocks."""
    template = compile_template(problem)
    pressed = pinned(press_plan(template), pins)
    peaks = free_peaks(template, pressed)
    blocks = [press_block(template, part, peaks) for part in exact_parts(problem)]
    return template, with_sums(pressed, peaks, problem.years), peaks, blocks


class Rounds:
    """Master, blocks and mixtures of one problem; `shift` (Y, Q) comes on top of what the blocks sum to."""

    def __init__(self, problem: Problem, options: Options, pool: Pool, pins: Pins, shift: Float | None = None) -> None:
        self.problem, self.options, self.pool = problem, options, pool
        self.deadline = time.monotonic() + options.time_limit_s
        self.timings = Timings()
        begun = time.monotonic()
        if is_chronological(problem):
            pool.start(options.workers)
        self.template, plan, peaks, self.blocks = cut_apart(problem, pins)
        averaged = [press_block(self.template, part, peaks) for part in averaged_parts(problem, self.template.step)]
        self.first = {EXACT: 0, AVERAGED: len(self.blocks)}  # place of the first block of each kind in the crew
        self.coarse = AVERAGED if averaged else EXACT
        seasons = min(SEASONS, len(self.blocks)) if averaged else len(self.blocks)
        groups = [tuple(map(int, group)) for group in np.array_split(np.arange(len(self.blocks)), seasons)]
        workers = replace(options, workers=options.workers if averaged else 1)  # small blocks are not worth a process
        self.crew = pool.crew([*self.blocks, *averaged], workers, len(groups))
        self.master = Master(self.template, plan, self.blocks, groups, options, pool.cuts, peaks, shift)
        self.group_of = {b: g for g, group in enumerate(groups) for b in group}
        self.inner, self.rough = Inner(problem, self.master, pool.shown), Inner(problem, self.master, {})
        self.showing: Inner | None = None  # where operations go that blocks show
        self.marks = itertools.count()  # of operations that no crew keeps
        self.rough_marks: set[tuple[int, int]] = set()  # of the last mixture of coarse operations
        self.relaxed = -np.inf  # value of the last relaxation
        rate = 1 + problem.finance.discount_rate
        self.discount = rate ** -np.arange(1.0, len(problem.years) + 1)
        charged = [peak.rate * peak.share.max() / problem.steps.hours for peak in peaks]
        self.slack_price = np.max([SLACK_PRICE * self.discount, *(DEARER * q for q in charged)], axis=0)  # (Y,)
        self.timings.add("build", begun)

    def cut_at(
        self, x: Float, prices: Float, kind: str, years: Sequence[int] | None = None, costed: bool = True
    ) -> tuple[float, float]:
        """Solves the blocks of the years (all) at the master's point; adds the cuts. Returns (violation at x, MWh unserved).

        What is not `costed` has the prices alone: such a cut says what can be reached, whatever it costs.
        """
        return self.cut_at_all([Point(x, prices, self.all_years() if years is None else years)], kind, costed)

    def cut_at_all(self, points: Sequence[Point], kind: str, costed: bool = True) -> tuple[float, float]:
        """The same for several points that need not wait for one another; sums over all."""
        begun, master, first = time.monotonic(), self.master, self.first[kind]
        keep, tasks, priced = self.showing is self.inner, [], []
        for k, point in enumerate(points):
            prices = point.prices
            weights = (
                master.weights(prices)
                if costed
                else np.where(np.isin(np.arange(prices.shape[1]), master.coupled), prices, 0.0)
            )
            dearest = np.abs(weights[:, master.coupled]).max(axis=1, initial=0.0)
            slack = np.maximum(self.slack_price, DEARER * dearest)  # no price makes it worth not to serve
            scale = self.discount * np.maximum(1.0, dearest / (HIGHEST_PRICE * self.discount))  # rows of like size
            priced.append((weights, scale))
            tasks += [
                Task(first + b, y, point.x[master.ports[y, b]], weights[y], slack[y], keep, k)
                for b in range(len(self.blocks))
                for y in point.years
            ]
        answers, own, violation, unserved = iter(self.crew.work(tasks)), list[Row](), 0.0, 0.0
        for point, (weights, scale) in zip(points, priced, strict=True):
            found = {(y, b): next(answers) for b in range(len(self.blocks)) for y in point.years}
            rows = [
                master.row(y, g, master.pooled(g, {b: found[y, b].cut for b in master.groups[g]}, weights[y], scale[y]))
                for y in point.years
                for g in range(len(master.groups))
            ]
            for row in rows:
                violation += self.discount[row.year] * max(0.0, row.lower - dot(row.values, point.x[row.columns]))
            own += rows
            for (y, b), answer in found.items():
                if answer.reach is not None:
                    unserved += answer.cut.slack
                    g = self.group_of[b]
                    own.append(master.row(y, g, master.pooled(g, {b: answer.reach}, np.zeros_like(weights[y]), 1.0)))
                else:
                    self._add(y, b, point.x[master.ports[y, b]], answer)
        master.add(own)
        self.timings.add(f"{kind} blocks", begun)
        return violation, unserved

    def _add(self, y: int, b: int, values: Float, answer: Answer) -> None:
        """Keeps what a block showed, where mixtures are being made."""
        if self.showing is not None:
            mark = next(self.marks) if answer.mark is None else answer.mark
            self.showing.add(y, b, Shown(values, answer.cut.quantities, mark))

    def seed(self) -> None:
        """First cuts: from nothing built to everything built, at carbon prices from none to high."""
        points = list(self._seeds())
        for first in range(0, len(points), SEEDS_AT_ONCE):
            if self.stop():
                return
            self.cut_at_all(points[first : first + SEEDS_AT_ONCE], self.coarse)

    def _seeds(self) -> Iterator[Point]:
        m = self.master.matrix
        low, high = np.maximum(m.lower, -LARGEST_SEED), np.minimum(m.upper, LARGEST_SEED)
        direct, tonnes = self.master.direct_cost, self._tonnes()
        for share, price in CARBON_SEEDS:
            prices = direct + price * self.discount[:, None] * tonnes
            yield Point(low + share * (high - low), prices, self._few())
        random, count = np.random.default_rng(self.options.seed), len(self.problem.years)
        for k in range(RANDOM_SEEDS if m.integer.any() else min(FEW_SEEDS, FEW_OF_A_YEAR * count)):
            x = low + random.uniform(0.0, 1.0, len(low)) ** 2 * (high - low)
            prices = direct + random.choice(SEED_CARBON_PRICES) * self.discount[:, None] * tonnes
            if len(self.master.coupled):
                pushed = random.choice(self.master.coupled)
                prices[:, pushed] += random.choice([-1.0, 0.0, 1.0]) * PROBE_PRICE * self.discount
            yield Point(x, prices, [k % count])

    def probe(self) -> None:
        """Cuts that say how far each coupled quantity can be pushed up or down at the relaxation's sizes."""
        solved = self.master.lp()
        if solved is None:
            return
        _, x, prices = solved
        for q in self.master.coupled:
            if self.stop():
                return
            pushed = [prices.copy(), prices.copy()]
            pushed[0][:, q] += PROBE_PRICE * self.discount
            pushed[1][:, q] -= PROBE_PRICE * self.discount
            self.cut_at_all([Point(x, one, self._few()) for one in pushed], self.coarse)

    def converge(self, tolerance: float, kind: str, rounds: int = MOST_ROUNDS) -> bool:
        """Cuts until the relaxation (with whatever is fixed) moves no more. False if it has no solution."""
        last_x = last_prices = None
        value, stalled = -np.inf, False
        for turn in range(rounds):
            if self.stop():
                break
            begun = time.monotonic()
            small = tolerance * max(abs(self.relaxed), 1.0)
            solved = self.master.separated(small) if np.isfinite(self.relaxed) else self.master.lp()
            self.timings.add("master", begun)
            if solved is None:
                return False
            gain, (value, x, prices) = solved[0] - value, solved
            self.relaxed = value
            small = tolerance * max(abs(value), 1.0)
            stalled = gain < 0.2 * small
            if last_x is None or last_prices is None or stalled:
                at, priced = x, prices
            else:
                at = STEP_BACK * last_x + (1 - STEP_BACK) * x
                priced = STEP_BACK * last_prices + (1 - STEP_BACK) * prices
            every = stalled or kind == EXACT
            years = self.all_years() if every else self.years_in_turn(turn)
            violation, unserved = self.cut_at(at, priced, kind, years)
            last_x, last_prices = at, priced
            if every and stalled and violation < small and unserved < 1.0:
                break
        return True

    def meet(
        self, inner: Inner, agenda: Agenda, rounds: int, hint: Float | None = None
    ) -> tuple[float, Mixture | None]:
        """(what the agenda's decisions cost at least, the best mixture with them), after so many rounds at most.

        The `hint` (Y, Q) are prices that a plan of the same decisions would pay, where such are known.
        """
        if inner is self.rough:
            inner.clear(self.rough_marks)
        self.showing, meeting = inner, Meeting(self, inner, agenda)
        if hint is not None:
            meeting.open(hint)
        value = meeting.run(rounds)
        self.showing = None
        if inner is self.rough and meeting.best is not None:
            self.rough_marks = meeting.best.marks
        return value, meeting.best

    def show(self, x: Float, kind: str) -> None:
        """Operations at the relaxation's own sizes, at the prices of the cuts that most hold it up."""
        begun, master, shown = time.monotonic(), self.master, dict[tuple[int, int], int]()
        keep, places, tasks = self.showing is self.inner, [], []
        for row, _ in sorted(master.tight, key=lambda held: -held[1]):
            weights, place = master.pool[row.group][row.cut].weights, (row.year, row.group)
            if not weights.any() or shown.get(place, 0) == MOST_SHOWN:
                continue
            shown[place] = shown.get(place, 0) + 1
            for b in master.groups[row.group]:
                values, slack = x[master.ports[row.year, b]], self.slack_price[row.year]
                places.append((row.year, b, values))
                tasks.append(Task(self.first[kind] + b, row.year, values, weights, slack, keep))
        for (y, b, values), answer in zip(places, self.crew.work(tasks), strict=True):
            if answer.served:
                self._add(y, b, values, answer)
        self.timings.add(f"{kind} blocks", begun)

    def size(self) -> dict[str, int]:
        """Rows, columns, non-zeros and integers of the model in one piece."""
        base, years = self.master.plan.matrix, len(self.problem.years)
        rows, columns, nonzeros = (
            int(q + years * sum(part))
            for q, part in zip(
                (*base.rows.shape, base.rows.nnz),
                zip(*((*b.matrix.rows.shape, b.matrix.rows.nnz) for b in self.blocks), strict=True),
                strict=True,
            )
        )
        return {"rows": rows, "columns": columns, "nonzeros": nonzeros, "integers": int(base.integer.sum())}

    def stop(self) -> bool:
        """Whether time is up or the user has asked for the end."""
        return interrupted.is_set() or time.monotonic() > self.deadline

    def mixture(self, inner: Inner, whole: Float | None, least_missing: bool = False) -> Mixture | None:
        """The cheapest mixture of what was shown; None where the blocks have not shown enough."""
        if not inner.complete():
            return None
        begun = time.monotonic()
        try:
            return inner.best(whole, self.options, max(self.deadline, begun + LATE_MIXTURE_S), least_missing)
        except SolverError:
            return None
        finally:
            self.timings.add("inner", begun)

    def all_years(self) -> range:
        """The years, by index."""
        return range(len(self.problem.years))

    def years_in_turn(self, turn: int) -> range:
        """Those whose blocks are solved in a round."""
        apart = min(YEARS_APART, len(self.problem.years))
        return range(turn % apart, len(self.problem.years), apart)

    def _few(self) -> list[int]:
        """First, middle and last year: what they show holds for all."""
        count = len(self.problem.years)
        return sorted({0, count // 2, count - 1})

    def _tonnes(self) -> Float:
        """(Y, Q) gross market-based tonnes per unit of each quantity."""
        plan, quantities = self.template.plan, self.blocks[0].quantities
        tonnes = np.zeros((len(self.problem.years), len(quantities)))
        for n, y in enumerate(self.problem.years):
            repn = generate_standard_repn(plan.ledger.gross_market_tco2e[y])
            factor = {v.name: float(c) for c, v in zip(repn.linear_coefs, repn.linear_vars, strict=True)}
            tonnes[n] = [
                factor.get(plan.operation[*q, y].name, 0.0) if (*q, y) in plan.operation else 0.0 for q in quantities
            ]
        return tonnes
