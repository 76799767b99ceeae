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
from dataclasses import dataclass, field

import numpy as np
from pyomo.repn import generate_standard_repn

from models.problem import Problem
from planner.engine.blocks import Operator
from planner.engine.bridge import Float, Options, Outcome, Report, SolverError, interrupted
from planner.engine.inner import Inner, Mixture, Shown
from planner.engine.master import Master, Origin
from planner.engine.press import Key, compile_template, press_block, press_plan

SLACK_PRICE = 0.05  # [million/MWh] of unserved load: a hundred times any energy price
STEP_BACK = 0.5  # share of the last point in the next one
LARGEST_FLOW = 1e4  # [MW] closes the columns of a block; no site has more
UNSERVED_MW = 5e-6  # in any step, below which a block counts as served; half of what `verify` allows
MISSING = 1e-6  # quantity below which a mixture lacks nothing
CARBON_SEEDS = (
    (0.0, 0.0),
    (0.3, 2e-4),
    (0.6, 1e-3),
    (1.0, 2e-4),
)  # (share of the largest size, carbon price [million/t])
PROBE_PRICE = 5e-3  # [million per unit] that pushes a quantity to its end
FIRST_PATIENCE_S = 15.0  # for the first MILP; each later one may take half as long again
MOST_ROUNDS = 80
MOST_MIXTURES = 15
COARSEST = 0.01  # gap beyond which coarser cuts would only let the MILP ask for decisions that serve nothing
MOST_STALLS = 3
NO_PLAN_SHARE = 0.5  # of the time limit after which cuts without any plan leave the rest to the model in one piece
NO_PLAN_LEAST_S = 60.0  # but not before

Decisions = dict[str, dict[Key, float]]
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

    def __init__(self, problem: Problem, options: Options, report: Report | None = None) -> None:
        self.problem, self.options = problem, options
        self.deadline = time.monotonic() + options.time_limit_s
        self.hopeless = time.monotonic() + max(NO_PLAN_SHARE * options.time_limit_s, NO_PLAN_LEAST_S)
        self.report = report or (lambda words, bound, cost: None)
        self.timings = Timings()
        begun = time.monotonic()
        self.template = compile_template(problem)
        parts = [np.flatnonzero(problem.steps.billing == b) for b in range(len(problem.steps.months_per_billing))]
        self.blocks = [press_block(self.template, steps, LARGEST_FLOW) for steps in parts if len(steps)]
        self.operators = [Operator(block, options) for block in self.blocks]
        self.master = Master(problem, press_plan(self.template), self.blocks, options)
        self.inner, self.keeping = Inner(problem, self.master), False
        self.stalls = 0  # times that decisions came back for which no plan was found
        self.relaxed = -np.inf  # value of the last relaxation
        rate = 1 + problem.finance.discount_rate
        self.discount = rate ** -np.arange(1.0, len(problem.years) + 1)
        self.timings.add("build", begun)

    def cut_at(self, x: Float, prices: Float) -> tuple[float, float]:
        """Solves every block at the master's point; adds the cuts. Returns (violation at x, MWh unserved)."""
        begun, master = time.monotonic(), self.master
        weights, rows, violation, unserved = master.weights(prices), [], 0.0, 0.0
        origins: list[Origin | None] = []
        for b, operator in enumerate(self.operators):
            for y in range(len(self.problem.years)):
                at = x[master.ports[y, b]]
                cut = operator.solve(at, weights[y], SLACK_PRICE * self.discount[y], (y, "cost"))
                rows.append(master.cut_row(y, b, prices[y], cut))
                origins.append((y, b, prices[y]))
                violation += max(0.0, rows[-1][0] - float(rows[-1][2] @ x[rows[-1][1]]))
                if cut.short_mw <= UNSERVED_MW:
                    if self.keeping:
                        self.inner.add(y, b, Shown(at, cut.quantities, cut.columns))
                else:
                    unserved += cut.slack
                    proof = operator.solve(at, np.zeros_like(weights[y]), 1e-3, (y, "reach"))
                    rows.append(master.reach_row(y, b, proof))
                    origins.append(None)
        master.add(rows, origins)
        self.timings.add("blocks", begun)
        return violation, unserved

    def seed(self) -> None:
        """First cuts: from nothing built to everything built, at carbon prices from none to high."""
        m = self.master.matrix
        low, high = np.maximum(m.lower, -LARGEST_FLOW), np.minimum(m.upper, LARGEST_FLOW)
        direct, tonnes = self.master.direct_cost[:, self.master.coupled], self._tonnes()
        for share, price in CARBON_SEEDS:
            self.cut_at(low + share * (high - low), direct + price * self.discount[:, None] * tonnes)

    def probe(self) -> None:
        """Cuts that say how far each coupled quantity can be pushed up or down at the relaxation's sizes."""
        solved = self.master.lp()
        if solved is None:
            return
        _, x, prices = solved
        for q in range(prices.shape[1]):
            for push in (PROBE_PRICE, -PROBE_PRICE):
                pushed = prices.copy()
                pushed[:, q] += push * self.discount
                self.cut_at(x, pushed)

    def _tonnes(self) -> Float:
        """(Y, coupled) gross market-based tonnes per unit of each coupled quantity."""
        plan, quantities = self.template.plan, self.blocks[0].quantities
        tonnes = np.zeros((len(self.problem.years), len(self.master.coupled)))
        for n, y in enumerate(self.problem.years):
            repn = generate_standard_repn(plan.ledger.gross_market_tco2e[y])
            factor = {v.name: float(c) for c, v in zip(repn.linear_coefs, repn.linear_vars, strict=True)}
            names = [plan.operation[*quantities[q], y].name for q in self.master.coupled]
            tonnes[n] = [factor.get(name, 0.0) for name in names]
        return tonnes

    def converge(self, tolerance: float) -> bool:
        """Cuts until the relaxation (with whatever is fixed) moves no more. False if it has no solution."""
        last_x = last_prices = None
        value, stalled = -np.inf, False
        for _ in range(MOST_ROUNDS):
            begun = time.monotonic()
            solved = self.master.lp()
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
            violation, unserved = self.cut_at(at, priced)

            last_x, last_prices = at, priced
            if self._stop() or (stalled and violation < small and unserved < 1.0):
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
        gap = self.options.gap
        fine = min(gap, COARSEST)
        self.seed()
        if not self.converge(0.2 * fine):
            return Outcome("infeasible", "the plan has no solution", np.inf, np.inf, None), None
        self.probe()
        if not self.converge(0.2 * fine):
            return Outcome("infeasible", "the plan has no solution", np.inf, np.inf, None), None
        best: Mixture | None = None
        bound, start, seen, patience = -np.inf, None, set[bytes](), FIRST_PATIENCE_S
        while not self._stop() and not (best is None and time.monotonic() > self.hopeless):
            begun = time.monotonic()
            whole = self.master.milp(0.7 * gap, min(self.deadline, begun + patience), start)
            self.timings.add("whole", begun)
            patience *= 1.5 if whole.x is not None else 3.0
            if whole.status == "infeasible":
                return Outcome("infeasible", "the plan has no solution", np.inf, np.inf, None), None
            bound = max(bound, whole.lower_bound)
            if whole.x is None:
                continue
            start = whole.x
            decisions = np.rint(whole.x[self.master.matrix.integer]).astype(np.int8).tobytes()
            plan = self.plan_at(whole.x, (0.02 if decisions in seen else 0.1) * fine)
            self.stalls += decisions in seen and plan is None
            seen.add(decisions)
            if self.stalls == MOST_STALLS:
                break
            if plan is not None and (best is None or plan.cost < best.cost):
                best = plan
            cost = np.inf if best is None else best.cost
            self.report("plan in hand", bound, cost)
            if best is not None and cost - bound <= gap * max(abs(cost), 1e-9):
                break
        return self._outcome(best, bound), best

    def plan_at(self, whole: Float, tolerance: float) -> Mixture | None:
        """The best plan with the yes/no decisions of `whole`: cuts with them fixed, and the mixture of what blocks showed."""
        self.inner.clear()
        self.keeping = True
        self.master.fix(np.where(self.master.matrix.integer, np.rint(whole), whole))
        plan = self._mixed(whole, tolerance) if self.converge(tolerance) else None
        self.keeping = False
        self.master.fix(None)
        return plan

    def _mixed(self, whole: Float, tolerance: float) -> Mixture | None:
        """Mixtures, and what they lack asked of the blocks, until one is a plan as cheap as the relaxation says."""
        self.show()
        for _ in range(MOST_MIXTURES):
            if self.inner.complete() or self._stop() or (solved := self.master.lp()) is None:
                break
            self.cut_at(*solved[1:])
        best: Mixture | None = None
        padding = np.zeros(self.master.matrix.rows.shape[1] - self.master.width)
        last = np.inf
        for _ in range(MOST_MIXTURES):
            begun = time.monotonic()
            try:
                mixture = self.inner.best(whole, self.options, time.monotonic() + self.options.time_limit_s)
            except SolverError:
                mixture = None
            self.timings.add("inner", begun)
            if mixture is None:
                break
            if mixture.missing < MISSING and (best is None or mixture.cost < best.cost):
                best = mixture
            small = tolerance * max(abs(self.relaxed), 1.0)
            if (best is not None and best.cost - self.relaxed <= 2 * small) or last - mixture.cost < 0.1 * small:
                break
            last = mixture.cost
            self.cut_at(np.concatenate([mixture.plan, padding]), mixture.prices)
        return best

    def show(self) -> None:
        """Operations at the relaxation's own sizes, at the prices of every cut that holds it up."""
        solved = self.master.lp()
        if solved is None:
            return
        begun, x = time.monotonic(), solved[1]
        for y, b, prices in self.master.tight():
            at = x[self.master.ports[y, b]]
            weights = self.master.weights(np.broadcast_to(prices, self.master.sums[:, self.master.coupled].shape))[y]
            cut = self.operators[b].solve(at, weights, SLACK_PRICE * self.discount[y], (y, "cost"))
            if cut.short_mw <= UNSERVED_MW:
                self.inner.add(y, b, Shown(at, cut.quantities, cut.columns))
        self.timings.add("blocks", begun)

    def _outcome(self, best: Mixture | None, bound: float) -> Outcome:
        words = "interrupted" if interrupted.is_set() else "time limit"
        if self.stalls == MOST_STALLS:
            words = "stalled: the blocks serve no plan with the decisions that the bound asks for"
        if best is None:
            return Outcome("none", words, np.inf, bound, None, seconds=self.timings.seconds)
        bound = min(bound, best.cost)
        reached = best.cost - bound <= self.options.gap * max(abs(best.cost), 1e-9)
        status, words = ("optimal", "Optimal") if reached else ("feasible", words)
        return Outcome(status, words, best.cost, bound, best.plan, seconds=self.timings.seconds)


def decomposed(problem: Problem, options: Options, report: Report | None = None) -> Solved:
    """Solves by cuts. Raises SolverError where the model's units run or stand, which blocks cannot say."""
    if any(v.min_load_share > 0 for v in problem.converters):
        raise SolverError("units with a least load need the model in one piece")
    solver = Decomposition(problem, options, report)
    outcome, mixture = solver.solve()
    if mixture is None:
        return {}, {}, solver.size(), outcome
    decisions = {
        name: {index: float(mixture.plan[column]) for index, column in columns.items()}
        for name, columns in solver.master.plan.plan_columns.items()
    }
    return decisions, solver.inner.operation(mixture), solver.size(), outcome
