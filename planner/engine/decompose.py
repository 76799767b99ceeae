"""Coordination: blocks at the master's sizes and prices, cuts back to the master, whole decisions last.

    1. seeds         cuts at a few sizes and carbon prices
    2. converge      the master's relaxation until the blocks prove nothing new worth having
    3. whole         the master as a MILP: its bound is a bound of the problem
    4. plan          converge again with its yes/no decisions fixed; the best mixture of the operations shown is a plan
    5. back to 3 until bound and plan meet

Every cut is a lower bound whatever the point it was made at, so the bound is valid at any time; the plan is a true operation
at true sizes, so its cost is real. Points are taken between the last good one and the master's (in-out), which keeps prices calm.
A block that cannot serve its loads at any price gives a second cut with cost weight zero, which no price can buy off.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from pyomo.repn import generate_standard_repn

from models.problem import Problem
from planner.engine.bridge import Float, Options, Outcome, Report, SolverError, interrupted
from planner.engine.crew import Task
from planner.engine.inner import Inner, Mixture, Shown
from planner.engine.master import Master
from planner.engine.parts import averaged_parts, exact_parts
from planner.engine.peaks import free_peaks, with_sums
from planner.engine.pins import NO_PINS, Pins, pinned
from planner.engine.pool import Decisions, Pool
from planner.engine.press import compile_template, press_plan
from planner.engine.press_block import press_block

SLACK_PRICE = 0.05  # [million/MWh] of unserved load: a hundred times any energy price
HIGHEST_PRICE = 5e-3  # [million per unit] in a row of the master; cuts at higher prices are scaled down
DEARER = 5.0  # times the highest price of a quantity, or charge for one step's peak, that unserved load costs at least
STEP_BACK = 0.5  # share of the last point in the next one
LARGEST_SEED = 1e4  # [MW or MWh] of a size that nothing limits, in the seeds
EXACT, AVERAGED = "exact", "averaged"
SEASONS = 4  # groups of months that share an estimate
MISSING = 1e-6  # quantity below which a mixture lacks nothing
CARBON_SEEDS = (
    (0.0, 0.0),
    (0.3, 2e-4),
    (0.6, 1e-3),
    (1.0, 2e-4),
)  # (share of the largest size, carbon price [million/t])
RANDOM_SEEDS, FEW_SEEDS = 40, 8  # more cuts, each at random sizes and prices in one year; few where nothing is whole
SEED_CARBON_PRICES = (0.0, 1e-4, 3e-4, 1e-3, 3e-3)  # [million/t]
PROBE_PRICE = 5e-3  # [million per unit] that pushes a quantity to its end
FIRST_PATIENCE_S = 15.0  # for the first MILP; each later one may take longer
FIRST_PATIENCE_SHARE = 0.15  # of the time limit that the first MILP may take
MOST_ROUNDS = 80
YEARS_APART = 3  # of the years whose averaged blocks are solved in one round; the others draw on their cuts
MOST_SHOWN = 2  # operations of each year and season that are shown at prices of old cuts
MIXTURE_EVERY = 3  # rounds of blocks from one mixture to the next
COSTING_ROUNDS = 10  # of averaged blocks, to see what yes/no decisions cost
MOST_COARSE = 4  # decisions that are only costed by averaged blocks before the best of them is operated in full
COARSEST = 0.01  # gap beyond which coarser cuts would only let the MILP ask for decisions that serve nothing
MOST_STALLS = 3
MOST_RULING = 500  # cuts, the last to rule over whole decisions, that the next MILP begins with
NO_PLAN_SHARE = 0.5  # of the time limit after which cuts without any plan leave the rest to the model in one piece
NO_PLAN_LEAST_S = 60.0  # but not before
LATE_SHARE = 0.3  # of the time limit after which the best decisions so far are operated in full

Operation = dict[str, dict[str, Float]]
Solved = tuple[Decisions, Operation, dict[str, int], Outcome]


@dataclass
class Timings:
    """Seconds spent in each part."""

    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, begun: float) -> None:
        """Adds the time since `begun`."""
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begun


class Decomposition:
    """One problem being solved by cuts."""

    def __init__(
        self,
        problem: Problem,
        options: Options,
        report: Report | None = None,
        pool: Pool | None = None,
        pins: Pins = NO_PINS,
        starts: Sequence[Decisions] = (),
    ) -> None:
        self.problem, self.options = problem, options
        self.deadline = time.monotonic() + options.time_limit_s
        self.hopeless = time.monotonic() + max(NO_PLAN_SHARE * options.time_limit_s, NO_PLAN_LEAST_S)
        self.late = time.monotonic() + LATE_SHARE * options.time_limit_s
        self.report = report or (lambda words, bound, cost: None)
        self.timings = Timings()
        begun = time.monotonic()
        self.template = compile_template(problem)
        pressed = pinned(press_plan(self.template), pins)
        peaks = free_peaks(self.template, pressed)
        plan = with_sums(pressed, peaks, problem.years)
        self.blocks = [press_block(self.template, part, peaks) for part in exact_parts(problem)]
        averaged = [press_block(self.template, part, peaks) for part in averaged_parts(problem, self.template.step)]
        self.first = {EXACT: 0, AVERAGED: len(self.blocks)}  # place of the first block of each kind in the crew
        self.coarse = AVERAGED if averaged else EXACT
        seasons = min(SEASONS, len(self.blocks)) if averaged else len(self.blocks)
        groups = [tuple(map(int, group)) for group in np.array_split(np.arange(len(self.blocks)), seasons)]
        self.pool, self.owns_pool = (Pool(), True) if pool is None else (pool, False)
        workers = replace(options, workers=options.workers if averaged else 1)  # small blocks are not worth a process
        self.crew = self.pool.crew([*self.blocks, *averaged], workers, len(groups))
        self.master = Master(self.template, plan, self.blocks, groups, options, self.pool.cuts, peaks)
        self.master.keep(self.master.row(*place) for place in self.pool.ruling if place[0] < len(problem.years))
        self.group_of = {b: g for g, group in enumerate(groups) for b in group}
        self.inner, self.keeping = Inner(problem, self.master, self.pool.shown), False
        self.lasting = {
            (b, s.mark) for (_, b), kept in self.pool.shown.items() for s in kept
        }  # operations worth keeping
        self.starts = [self._point(decisions) for decisions in (*starts, *reversed(self.pool.plans))]
        self.best: Mixture | None = None
        self.operation: Operation = {}  # of the best plan
        self.operated: set[bytes] = set()  # decisions that blocks have been asked to operate
        self.stalls = 0  # times that decisions came back for which no plan was found
        self.relaxed = -np.inf  # value of the last relaxation
        self.bound = -np.inf  # that no plan can beat
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
        begun, master, first = time.monotonic(), self.master, self.first[kind]
        years = self._years() if years is None else years
        weights = (
            master.weights(prices)
            if costed
            else np.where(np.isin(np.arange(prices.shape[1]), master.coupled), prices, 0.0)
        )
        places = [(y, b) for b in range(len(self.blocks)) for y in years]
        keep = self.keeping and kind == EXACT
        dearest = np.abs(weights[:, master.coupled]).max(axis=1, initial=0.0)
        slack = np.maximum(self.slack_price, DEARER * dearest)  # no price makes it worth not to serve
        tasks = [Task(first + b, y, x[master.ports[y, b]], weights[y], slack[y], keep) for y, b in places]
        scale = self.discount * np.maximum(1.0, dearest / (HIGHEST_PRICE * self.discount))  # rows of like size
        answers = dict(zip(places, self.crew.work(tasks), strict=True))
        own, violation, unserved = [], 0.0, 0.0
        for y in years:
            for g, group in enumerate(master.groups):
                place = master.pooled(g, {b: answers[y, b].cut for b in group}, weights[y], scale[y])
                own.append(master.row(y, g, place))
                violation += self.discount[y] * max(0.0, own[-1].lower - float(own[-1].values @ x[own[-1].columns]))
        for (y, b), answer in answers.items():
            if answer.reach is not None:
                unserved += answer.cut.slack
                g = self.group_of[b]
                place = master.pooled(g, {b: answer.reach}, np.zeros_like(weights[y]), 1.0)
                own.append(master.row(y, g, place))
            elif answer.mark is not None:
                self.inner.add(y, b, Shown(x[master.ports[y, b]], answer.cut.quantities, answer.mark))
        master.add(own)
        self.timings.add(f"{kind} blocks", begun)
        return violation, unserved

    def _years(self) -> range:
        return range(len(self.problem.years))

    def _few(self) -> list[int]:
        """First, middle and last year: what they show holds for all."""
        count = len(self.problem.years)
        return sorted({0, count // 2, count - 1})

    def seed(self) -> None:
        """First cuts: from nothing built to everything built, at carbon prices from none to high."""
        m = self.master.matrix
        low, high = np.maximum(m.lower, -LARGEST_SEED), np.minimum(m.upper, LARGEST_SEED)
        direct, tonnes = self.master.direct_cost, self._tonnes()
        for share, price in CARBON_SEEDS:
            if self._stop():
                return
            self.cut_at(
                low + share * (high - low), direct + price * self.discount[:, None] * tonnes, self.coarse, self._few()
            )
        random, count = np.random.default_rng(self.options.seed), len(self.problem.years)
        for k in range(RANDOM_SEEDS if m.integer.any() else FEW_SEEDS):
            if self._stop():
                return
            x = low + random.uniform(0.0, 1.0, len(low)) ** 2 * (high - low)
            prices = direct + random.choice(SEED_CARBON_PRICES) * self.discount[:, None] * tonnes
            if len(self.master.coupled):
                pushed = random.choice(self.master.coupled)
                prices[:, pushed] += random.choice([-1.0, 0.0, 1.0]) * PROBE_PRICE * self.discount
            self.cut_at(x, prices, self.coarse, [k % count])

    def probe(self) -> None:
        """Cuts that say how far each coupled quantity can be pushed up or down at the relaxation's sizes."""
        solved = self.master.lp()
        if solved is None:
            return
        _, x, prices = solved
        for q in self.master.coupled:
            for push in (PROBE_PRICE, -PROBE_PRICE):
                if self._stop():
                    return
                pushed = prices.copy()
                pushed[:, q] += push * self.discount
                self.cut_at(x, pushed, self.coarse, self._few())

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

    def converge(self, tolerance: float, kind: str, rounds: int = MOST_ROUNDS) -> bool:
        """Cuts until the relaxation (with whatever is fixed) moves no more. False if it has no solution."""
        last_x = last_prices = None
        value, stalled = -np.inf, False
        for turn in range(rounds):
            if self._stop():
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
            years = self._years() if every else range(turn % YEARS_APART, len(self.problem.years), YEARS_APART)
            violation, unserved = self.cut_at(at, priced, kind, years)
            last_x, last_prices = at, priced
            if every and stalled and violation < small and unserved < 1.0:
                break
        return True

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

    def _stop(self) -> bool:
        return interrupted.is_set() or time.monotonic() > self.deadline

    def solve(self) -> tuple[Outcome, Mixture | None]:
        """The best plan found, with the bound that no plan can beat."""
        if not self._relax():
            return Outcome("infeasible", "the plan has no solution", np.inf, np.inf, None), None
        start = self._begin()
        patience = min(FIRST_PATIENCE_S, FIRST_PATIENCE_SHARE * self.options.time_limit_s)
        seen = set(self.operated)
        promising: list[tuple[float, int, Float]] = []  # averaged cost of decisions that were not operated in full yet
        while not (self._stop() or self._reached() or self.stalls == MOST_STALLS or self._hopeless()):
            begun = time.monotonic()
            whole = self.master.milp(0.5 * self.options.gap, min(self.deadline, begun + patience), start)
            self.timings.add("whole", begun)
            patience *= 1.3 if whole.x is not None else 3.0
            if whole.status == "infeasible" and self.best is None:
                return Outcome("infeasible", "the plan has no solution", np.inf, np.inf, None), None
            if whole.status == "infeasible":
                raise SolverError("the master has no solution, and a plan is in hand")
            self.bound = max(self.bound, whole.lower_bound)
            self.report("plan in hand", self.bound, self.cost)
            if whole.x is None or self._reached():
                continue
            chosen = whole.x
            if self.coarse == AVERAGED and self.master.decisions(chosen) not in seen:
                seen.add(self.master.decisions(chosen))
                promising.append((self.averaged_cost(chosen), -len(seen), chosen))
                promising.sort(key=lambda choice: choice[:2])
                cheapest, _, chosen = promising[0]
                start = chosen
                late = self.best is None and time.monotonic() > self.late
                if not (self._near(cheapest) or late or len(promising) >= MOST_COARSE):
                    continue
                promising.clear()
            self._operate(chosen)
        return self._outcome(), self.best

    @property
    def cost(self) -> float:
        """Of the best plan; infinite without one."""
        return np.inf if self.best is None else self.best.cost

    @property
    def fine(self) -> float:
        """Relative tolerance of relaxations and of plans with their decisions fixed."""
        return min(self.options.gap, COARSEST)

    def _reached(self) -> bool:
        return self.best is not None and self.cost - self.bound <= self.options.gap * max(abs(self.cost), 1e-9)

    def _hopeless(self) -> bool:
        return self.best is None and self.coarse == EXACT and time.monotonic() > self.hopeless

    def _relax(self) -> bool:
        """The relaxation, from seeds where nothing is known yet. False if it has no solution."""
        warm = self.pool.warm
        if not warm:
            self.seed()
        for tolerance in (2.0 * self.fine, 0.5 * self.fine):
            if not self.converge(tolerance, self.coarse):
                return False
            if tolerance > self.fine and not warm:
                self.probe()
        self.bound = self.relaxed
        return True

    def _begin(self) -> Float | None:
        """Operates the decisions that cost least by the cuts, among those that came with the problem and its pool."""
        begun, distinct = time.monotonic(), {self.master.decisions(x): x for x in self.starts}
        costs: list[tuple[float, int, Float]] = []
        for x in distinct.values():
            solved = None if self._stop() else self.master.with_decisions(x, self.fine)
            if solved is not None:
                costs.append((solved[0], -len(costs), x))
        self.timings.add("whole", begun)
        if not costs:
            return None
        cost, _, start = min(costs, key=lambda choice: choice[:2])
        at_hand = self.inner.complete()  # a mixture of what was shown before may do where more would not pay
        self._operate(start, 1 if at_hand and not self._near(cost) else MOST_ROUNDS)
        return start

    def _near(self, cost: float) -> bool:
        """Whether decisions that cost so much by the cuts are worth being operated in full."""
        return cost - self.bound <= 2.0 * self.options.gap * abs(self.bound)

    def _operate(self, whole: Float, rounds: int = MOST_ROUNDS) -> None:
        """Looks for a plan with the yes/no decisions of `whole`; the best plan so far stays in hand."""
        decisions = self.master.decisions(whole)
        again = decisions in self.operated
        self.operated.add(decisions)
        plan = self.plan_at(whole, (0.02 if again else 0.2) * self.fine, rounds)
        self.stalls += again and plan is None
        if plan is not None and plan.cost < self.cost:
            self.best, self.operation = plan, self.inner.operation(plan, self.crew)
            self.lasting = plan.marks
        self.report("plan in hand", self.bound, self.cost)

    def _point(self, decisions: Decisions) -> Float:
        """Columns of the master that have the given decisions, zero elsewhere."""
        x = np.zeros(self.master.matrix.rows.shape[1])
        for name, columns in self.master.plan.plan_columns.items():
            for index, column in columns.items():
                x[column] = decisions.get(name, {}).get(index, 0.0)
        return x

    def averaged_cost(self, whole: Float) -> float:
        """What the averaged blocks say that the yes/no decisions of `whole` cost at least; their cuts stay."""
        self.master.fix(whole)
        cost = self.relaxed if self.converge(self.fine, AVERAGED, COSTING_ROUNDS) else np.inf
        self.master.fix(None)
        return cost if np.isfinite(cost) else np.inf

    def plan_at(self, whole: Float, tolerance: float, rounds: int = MOST_ROUNDS) -> Mixture | None:
        """The best plan with the yes/no decisions of `whole`: cuts with them fixed, and mixtures of what blocks showed.

        Once there is a plan, the next point lies between it and the relaxation's: near what is known to work.
        """
        self.crew.forget(self.inner.clear(self.lasting))
        self.keeping = True
        self.master.fix(whole)
        best = self._between(whole, tolerance, rounds)
        self.keeping = False
        self.master.fix(None)
        return best

    def _between(self, whole: Float, tolerance: float, rounds: int) -> Mixture | None:
        """Relaxation from below and mixtures from above, until they meet or neither moves.

        The first mixture is of what was shown before; it may be a plan already.
        """
        master, best = self.master, None
        core, last_prices, before = None, None, (-np.inf, np.inf)
        padding = np.zeros(master.matrix.rows.shape[1] - master.width)
        for turn in range(rounds):
            begun = time.monotonic()
            solved = master.separated(tolerance * master.value)
            self.timings.add("master", begun)
            if solved is None or self._stop():
                break
            value, x, prices = solved
            small = tolerance * max(abs(value), 1.0)
            mixing = turn % MIXTURE_EVERY == 0
            if turn > 0 or not self.inner.complete():
                at = x if core is None or mixing else STEP_BACK * core + (1 - STEP_BACK) * x
                priced = prices if last_prices is None else STEP_BACK * last_prices + (1 - STEP_BACK) * prices
                self.cut_at(at, priced, EXACT)
                core, last_prices = at if best is None else core, priced
            if turn == MIXTURE_EVERY:
                self.show(x)
            mixture = self._mixture(whole) if mixing else None
            if mixture is None or (turn == 0 and mixture.missing >= MISSING):
                continue
            shown = np.concatenate([mixture.plan, padding])
            if mixture.missing >= MISSING:  # what it lacks, asked of the blocks where the relaxation believes in it
                lacking = self._mixture(whole, least_missing=True)
                if lacking is not None:
                    self.cut_at(x, lacking.prices, EXACT, costed=False)
                    self.cut_at(shown, lacking.prices, EXACT, costed=False)
            else:
                self.cut_at(shown, mixture.prices, EXACT)  # what would make it cheaper
                if best is None or mixture.cost < best.cost:
                    best, core = mixture, shown
                    core[master.width :] = x[master.width :]
                    self.report("plan in hand", self.bound, min(best.cost, self.cost))
            now = (value, np.inf if best is None else best.cost)
            still = best is not None and now[0] - before[0] < 0.1 * small and before[1] - now[1] < 0.1 * small
            if still or now[1] - value <= 2 * small:
                break
            before = now
        return best

    def _mixture(self, whole: Float, least_missing: bool = False) -> Mixture | None:
        """The cheapest mixture of what was shown; None where the blocks have not shown enough."""
        if not self.inner.complete():
            return None
        begun = time.monotonic()
        try:
            return self.inner.best(whole, self.options, time.monotonic() + self.options.time_limit_s, least_missing)
        except SolverError:
            return None
        finally:
            self.timings.add("inner", begun)

    def show(self, x: Float) -> None:
        """Operations at the relaxation's own sizes, at the prices of the cuts that most hold it up."""
        begun, master, shown = time.monotonic(), self.master, dict[tuple[int, int], int]()
        tasks = []
        for row, _ in sorted(master.tight, key=lambda held: -held[1]):
            weights, place = master.pool[row.group][row.cut].weights, (row.year, row.group)
            if not weights.any() or shown.get(place, 0) == MOST_SHOWN:
                continue
            shown[place] = shown.get(place, 0) + 1
            tasks += [
                Task(b, row.year, x[master.ports[row.year, b]], weights, self.slack_price[row.year], True)
                for b in master.groups[row.group]
            ]
        for task, answer in zip(tasks, self.crew.work(tasks), strict=True):
            if answer.mark is not None:
                self.inner.add(task.year, task.block, Shown(task.values, answer.cut.quantities, answer.mark))
        self.timings.add("exact blocks", begun)

    def end(self) -> None:
        """Leaves the operations and decisions of the best plan to the pool; closes one that nobody else uses."""
        if self.owns_pool:
            self.pool.close()
            return
        self.crew.forget(self.inner.clear(self.lasting))
        self.pool.ruling = list(self.master.kept)[-MOST_RULING:]
        self.pool.shown = self.inner.by_place()
        if self.best is not None:
            self.pool.plans.append(self.decided(self.best))

    def decided(self, plan: Mixture) -> Decisions:
        """Yearly decisions by component and index."""
        return {
            name: {index: float(plan.plan[column]) for index, column in columns.items()}
            for name, columns in self.master.plan.plan_columns.items()
        }

    def _outcome(self) -> Outcome:
        best, bound = self.best, self.bound
        words = "interrupted" if interrupted.is_set() else "time limit"
        if self.stalls == MOST_STALLS:
            words = "stalled: the blocks serve no plan with the decisions that the bound asks for"
        if best is None:
            return Outcome("none", words, np.inf, bound, None, seconds=self.timings.seconds)
        bound = min(bound, best.cost)
        status, words = ("optimal", "Optimal") if self._reached() else ("feasible", words)
        return Outcome(status, words, best.cost, bound, best.plan, seconds=self.timings.seconds)


def decomposed(
    problem: Problem,
    options: Options,
    report: Report | None = None,
    pool: Pool | None = None,
    pins: Pins = NO_PINS,
    starts: Sequence[Decisions] = (),
) -> Solved:
    """Solves by cuts. Raises SolverError where the model's units run or stand, which blocks cannot say."""
    if any(v.min_load_share > 0 for v in problem.converters):
        raise SolverError("units with a least load need the model in one piece")
    solver = Decomposition(problem, options, report, pool, pins, starts)
    try:
        outcome, mixture = solver.solve()
        if mixture is None:
            return {}, {}, solver.size(), outcome
        return solver.decided(mixture), solver.operation, solver.size(), outcome
    finally:
        solver.end()
