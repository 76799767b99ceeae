"""The order of a solve by cuts: the relaxation, decisions at hand, whole decisions, until bound and plan meet.

    1. relax         the relaxation with averaged blocks; with exact ones once there is a plan. By the cuts of a pool at first
    2. begin         operations of the pool's last plans, mixed anew: a plan that no block is asked for. Where that does not come
                     near the bound, decisions that came with the problem or its pool, operated
    3. whole         the master as a MILP: its bound is a bound of the problem
    4. improve       its decisions made cheaper, a few at a time, as averaged blocks see them
    5. operate       exact blocks with these decisions fixed; the best mixture of what they showed is a plan
    6. back to 3 until bound and plan meet

The bound is valid at any time; the plan is a true operation at true sizes, so its cost is real.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np

from models.problem import Problem
from planner.engine.bridge import Float, Options, Outcome, Report, SolverError, interrupted, too_dear
from planner.engine.inner import Mixture
from planner.engine.master import POOL_TURNS, Row
from planner.engine.meeting import EXACT, MISSING, Agenda
from planner.engine.neighbourhood import Costed, improved
from planner.engine.one_way import BURNS, at_cost, both_ways
from planner.engine.pins import NO_PINS, Pins
from planner.engine.pool import Decisions, Place, Pool, Quantity, Start
from planner.engine.rounds import MOST_ROUNDS, Rounds
from planner.engine.stated import with_stated
from planner.engine.straight import straight_plan

FIRST_PATIENCE_S = 10.0  # for the first MILP; where no decisions are known, as long as all before it. Later ones longer
FIRST_PATIENCE_SHARE = 0.5  # of the time limit that the first MILP may take
MOST_MEETINGS = 20  # rounds of coarse blocks, for the relaxation or to see what yes/no decisions cost
MOST_COSTINGS = 3  # of decisions near the last ones, before they are operated in full
AGREED = 0.5  # share of the tolerance within which cuts and blocks agree on a cost
WORTH = 0.1  # share of the gap that decisions must promise to save to be operated in full
OWN_SHARE = (
    0.25  # of what a plan lies above the bound, that its own decisions may still save when others are looked for
)
COARSEST = 0.01  # gap beyond which coarser cuts would only let the MILP ask for decisions that serve nothing
COARSEST_LP = 1e-3  # to which averaged blocks are asked where nothing is yes or no: exact ones follow at once
OPERATING_SHARE = 0.25  # of the time limit that the search for cheaper decisions leaves for operating them
MIXING_PATIENCE_S = 10.0  # for the decisions of the best mixture of operations at hand
MIXING_SHARE = 0.4  # of the time limit that this may take
MIXED = 0.9  # share of the gap above the bound at which those decisions will do
NEAR = 2.0  # times the gap above the bound, within which decisions are worth being operated in full
MOST_STALLS = 3
MOST_LOSSES = 2  # decisions given up before a plan of them was found; from then on each is looked at to the end
MOST_STARTS = 2  # that are costed, of those that have a solution
MOST_RULING = 500  # cuts, the last to rule over whole decisions, that the next MILP begins with
NO_PLAN_SHARE = 0.5  # of the time limit after which cuts without any plan leave the rest to the model in one piece
NO_PLAN_LEAST_S = 60.0  # but not before
LARGEST_FALLBACK = 40_000  # steps over all years up to which it does so

Operation = dict[str, dict[str, Float]]
Solved = tuple[Decisions, Operation, dict[str, int], Outcome]


class Decomposition(Rounds):
    """One problem being solved by cuts."""

    def __init__(
        self,
        problem: Problem,
        options: Options,
        report: Report | None = None,
        pool: Pool | None = None,
        pins: Pins = NO_PINS,
        starts: Iterable[Start] = (),
        shift: Float | None = None,
    ) -> None:
        self.owns_pool = pool is None
        super().__init__(problem, options, Pool() if pool is None else pool, pins, shift)
        self.searched = self.deadline - OPERATING_SHARE * options.time_limit_s  # when what was found must be operated
        self.hopeless = time.monotonic() + max(NO_PLAN_SHARE * options.time_limit_s, NO_PLAN_LEAST_S)
        self.report = report or (lambda words, bound, cost: None)
        self.master.keep(self._rows(self.pool.ruling))
        self.master.add(self._rows(dict.fromkeys((*self.pool.holding, *self.pool.ruling))))
        self.earlier = set[tuple[int, int]]().union(*self.pool.lasting)  # operations of earlier plans, worth keeping
        self.lasting = set[tuple[int, int]]()  # and those of the best plan
        self.decides = bool(self.master.matrix.integer.any())  # whether anything is yes or no
        self.offered = starts  # asked for only where the pool does not lead near the bound
        self.best: Mixture | None = None
        self.operation: Operation = {}  # of the best plan
        self.operated: set[bytes] = set()  # decisions that blocks have been asked to operate
        self.pool.deep = self.pool.deep or self.coarse == EXACT
        self.settled = False  # whether the last MILP reached its gap
        self.promising: Start | None = None  # decisions that have not led to a better plan in time, cheaper by the cuts
        self.stalls = 0  # times that decisions came back which led to no plan, or to nothing that was not known
        self.known = (-np.inf, np.inf)  # bound and cost after decisions were last operated
        self.losses = 0  # times that decisions were given up without a plan
        self.bound = -np.inf  # that no plan can beat

    def solve(self) -> tuple[Outcome, Mixture | None]:
        """The best plan found, with the bound that no plan can beat."""
        warm = self.pool.warm
        if not (self._by_pool() if warm else self._relax()):
            return self._infeasible()
        start = self._begin()
        if warm and not (self._reached() or self._more_cuts()):
            return self._infeasible()
        spent = self.options.time_limit_s - (self.deadline - time.monotonic())
        first = max(FIRST_PATIENCE_S, spent) if start is None else FIRST_PATIENCE_S
        patience = min(first, FIRST_PATIENCE_SHARE * self.options.time_limit_s)
        stuck = start is None or not self.operated  # what is near a mixture was looked at with it
        while not (self.stop() or self._reached() or self.stalls == MOST_STALLS or self._hopeless()):
            if stuck or self.settled or start is None:  # an MILP that ended at its gap soon bounds anew
                begun = time.monotonic()
                until = self.deadline if begun > self.searched else self.searched
                whole = self.master.milp(
                    0.5 * self.options.gap, min(until, begun + patience), start, tree_alone=self.coarse != EXACT
                )
                self.timings.add("whole", begun)
                self.settled = whole.gap <= 0.5 * self.options.gap
                patience *= 1.3 if whole.x is not None else 3.0
                if whole.status == "infeasible":
                    return self._infeasible()
                self.bound = max(self.bound, whole.lower_bound)
                self.report("plan in hand", self.bound, self.cost)
                if whole.x is None or self._reached():
                    continue
                start = self._cheapest(whole.x)
            start, stuck = self._step(start, again=stuck)
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
        """Whether the plan in hand will do, or it is known that none does."""
        return self._will_do(self.cost) or too_dear(self.bound, self.options)

    def _will_do(self, cost: float) -> bool:
        enough = self.options.enough
        return np.isfinite(cost) and (self._within_gap(cost) or (enough is not None and cost <= enough))

    def _within_gap(self, cost: float) -> bool:
        return cost - self.bound <= self.options.gap * max(abs(cost), 1e-9)

    def _infeasible(self) -> tuple[Outcome, None]:
        """The end where the master has no solution. Raises SolverError where a plan is in hand, which says otherwise."""
        if self.best is not None:
            raise SolverError("the master has no solution, and a plan is in hand")
        return Outcome("infeasible", "the plan has no solution", np.inf, np.inf, None), None

    def _hopeless(self) -> bool:
        small = len(self.problem.years) * self.problem.steps.count <= LARGEST_FALLBACK
        return self.best is None and self.coarse == EXACT and small and time.monotonic() > self.hopeless

    def _rows(self, places: Iterable[Place]) -> list[Row]:
        """Cuts of the pool as rows, of the years that this problem has."""
        return [self.master.row(*place) for place in places if place[0] < len(self.problem.years)]

    def _by_pool(self) -> bool:
        """The relaxation by the cuts that earlier solves have left. False if it has no solution."""
        begun = time.monotonic()
        solved = self.master.lp()
        if solved is not None:
            solved = self.master.separated(0.5 * self.fine * self.master.value, POOL_TURNS)
        self.timings.add("master", begun)
        self.relaxed = self.bound = np.inf if solved is None else solved[0]
        return solved is not None

    def _more_cuts(self) -> bool:
        """Cuts of the relaxation's own sizes and prices, after those of the pool. False if it has no solution."""
        if not self.converge(0.5 * self.fine, self.coarse):
            return False
        self.bound = max(self.bound, self.relaxed)
        return self.bound < np.inf

    def _relax(self) -> bool:
        """The relaxation from seeds, where nothing is known yet. False if it has no solution."""
        self.seed()
        if not self.converge(2.0 * (self.fine if self.decides else COARSEST_LP), self.coarse):
            return False
        self.probe()
        if self.decides:  # otherwise to operate the plan is the same
            exact = self._averages_mislead()
            inner, tolerance = (self.inner, self.fine) if exact else (self.rough, 0.1 * self.fine)
            self.relaxed = max(self.relaxed, self.meet(inner, Agenda(None, tolerance), MOST_MEETINGS)[0])
        self.bound = self.relaxed
        return self.bound < np.inf

    def _averages_mislead(self) -> bool:
        """Whether averaged blocks miss more of the true cost than the gap that is asked for, as some years tell."""
        solved = None if self.coarse == EXACT or self.stop() else self.master.lp()
        if solved is None:
            return False
        _, x, prices = solved
        years = self._few()
        averaged, exact = (self.cut_at(x, prices, kind, years)[0] for kind in (self.coarse, EXACT))
        return (exact - averaged) * len(self.all_years()) > self.options.gap * abs(solved[0]) * len(years)

    def _shallow(self) -> bool:
        """Whether exact blocks may still raise the bound that averaged ones gave."""
        return self.decides and not (self.pool.deep or self.settled)

    def _deepen(self) -> None:
        """The relaxation once more by exact blocks, after the first plan that averaged ones do not bring within the gap."""
        if self._reached() or self.stop():
            return
        self.pool.deep = True
        self._clear()
        value, _ = self.meet(self.inner, Agenda(None, 0.2 * self.fine), MOST_MEETINGS)
        if value == np.inf:
            self._infeasible()
        self.bound = max(self.bound, min(value, self.cost))
        self.report("plan in hand", self.bound, self.cost)

    def _begin(self) -> Float | None:
        """Decisions to begin with, those of a plan where one is found."""
        self._mix()
        if self.best is not None and self._near(self.cost):
            return self._columns(self.best.plan)
        return self._start()

    def _mix(self) -> None:
        """The best plan of operations at hand: with decisions that are known, then with all of them free."""
        if not self.inner.complete():
            return
        points = [self._point(one.decisions) for one in self.pool.starts]
        distinct = {self.master.decisions(x): x for x in points}.values()
        known = [self.mixture(self.inner, x) for x in distinct]
        fit = [mixture for mixture in known if mixture is not None and mixture.missing < MISSING]
        if not fit:
            return
        self._keep(min(fit, key=lambda mixture: mixture.cost))
        assert self.best is not None
        if not (self._reached() or self.stop()):
            begun = time.monotonic()
            patience = min(MIXING_PATIENCE_S, MIXING_SHARE * self.options.time_limit_s)
            decided = self.inner.decided(
                self.best.plan,
                replace(self.options, gap=WORTH * self.options.gap),
                min(self.searched, begun + patience),
                self.bound + MIXED * self.options.gap * abs(self.bound),
            )
            self.timings.add("inner", begun)
            mixture = None if decided is None else self.mixture(self.inner, decided)
            if mixture is not None and mixture.missing < MISSING:
                self._keep(mixture)
        self.report("plan in hand", self.bound, self.cost)

    def _start(self) -> Float | None:
        """Operates the decisions that cost least by the cuts, among those that came with the problem and its pool."""
        starts = [
            (self._point(one.decisions), self._prices(one)) for one in (*self.offered, *reversed(self.pool.starts))
        ]
        if not self.decides:  # what is not yes or no need not be looked for
            starts.append((self._point({}), None))
        begun, distinct = time.monotonic(), dict[bytes, tuple[Float, Float | None]]()
        for x, prices in starts:
            distinct.setdefault(self.master.decisions(x), (x, prices))
        costs: list[tuple[float, int, Float, Float | None]] = []
        for x, prices in distinct.values():
            if self.stop() or len(costs) == MOST_STARTS:
                break
            solved = self.master.with_decisions(x, self.fine)
            if solved is not None:
                costs.append((solved[0], -len(costs), x, prices))
        self.timings.add("whole", begun)
        if not costs:
            return None
        cost, _, start, hint = min(costs, key=lambda choice: choice[:2])
        if self.best is None or self._near(cost):  # a plan in hand may do where more would not pay
            self._operate(start, hint=hint)
        return start

    def _step(self, start: Float, again: bool) -> tuple[Float, bool]:
        """Operates decisions near `start` if they promise a better plan: where to look next, and whether that led nowhere new.

        Those that were operated before are so `again` if the bound asks for them once more: closer then.
        """
        solved = self.master.with_decisions(start, self.fine)
        if solved is None:
            return start, True
        decided, hint = self._improved(Costed(solved[0], start))
        promising, known = decided.cost < self._cutoff(), self.master.decisions(decided.x) in self.operated
        if promising and (again or not known):
            self.promising = Start(self.master.decided(decided.x), {} if hint is None else self._priced(hint))
            self._operate(decided.x, hint=hint)
        return self._cheapest(decided.x), known or not promising

    def _cheapest(self, x: Float) -> Float:
        """The given decisions or those of the best plan, whichever cost less by the cuts."""
        if self.best is None or self.stop():
            return x
        points = [x, self._columns(self.best.plan)]
        solved = [self.master.with_decisions(point, self.fine) for point in points]
        return points[int(np.argmin([np.inf if found is None else found[0] for found in solved]))]

    def _improved(self, decided: Costed) -> tuple[Costed, Float | None]:
        """Cheaper decisions near the given ones, by the cuts and by what blocks say where those have none; their prices."""
        for _ in range(MOST_COSTINGS):
            begun, last = time.monotonic(), decided
            decided = improved(self.master, last, self.options.gap, self.bound, self.searched)
            self.timings.add("near", begun)
            cost, prices = self.costed(decided.x)
            agreed = cost - decided.cost <= AGREED * self.fine * abs(cost)
            same = self.master.decisions(decided.x) == self.master.decisions(last.x)
            decided = Costed(cost, decided.x)
            if agreed or same or self.stop():
                break
        return decided, prices

    def _near(self, cost: float) -> bool:
        """Whether decisions that cost so much by the cuts are worth being operated in full."""
        return cost - self.bound <= NEAR * self.options.gap * abs(self.bound)

    def _operate(self, whole: Float, rounds: int = MOST_ROUNDS, hint: Float | None = None) -> None:
        """Looks for a plan with the yes/no decisions of `whole`; the best plan so far stays in hand.

        The first plan is only the first mixture: a better bound says how much better it need be.
        """
        decisions = self.master.decisions(whole)
        again = decisions in self.operated
        self.operated.add(decisions)
        tolerance = (0.02 if again else 0.2) * self.fine
        shallow = self._shallow()
        value, plan = self.plan_at(whole, tolerance, rounds, hint, closer=again)
        self._keep(plan)
        known, self.known = self.known, (self.bound, self.cost)
        nothing_new = plan is None or np.allclose(known, self.known, rtol=1e-9, atol=0.0)
        self.stalls += again and nothing_new and not self._cutoff() <= value < np.inf
        if plan is not None and shallow:
            self._deepen()
            if not self._reached():
                self._keep(self.plan_at(whole, tolerance, rounds)[1])
        self.report("plan in hand", self.bound, self.cost)

    def _keep(self, plan: Mixture | None) -> None:
        """Keeps a plan that is better than the best so far."""
        if plan is not None and plan.cost < self.cost:
            self.best, self.operation, self.promising = plan, self.inner.operation(plan, self.crew), None
            self.lasting = plan.marks

    def _clear(self) -> None:
        """Forgets operations that belong to neither the best plan nor one of the pool's last."""
        self.crew.forget(self.inner.clear(self.earlier | self.lasting))

    def _cutoff(self) -> float:
        """Cost from which decisions are not worth being looked at further."""
        enough = np.inf if self.options.enough is None else self.options.enough
        return min(enough, self.cost - WORTH * self.options.gap * abs(self.cost)) if self.best is not None else enough

    def _found(self, cost: float, least: float, closer: bool) -> bool:
        """Tells of a plan; whether it will do, or the bound or decisions other than its own (at least so dear) come next."""
        best = min(cost, self.cost)
        if not self.decides:
            self.bound = max(self.bound, least)
        self.report("plan in hand", self.bound, best)
        elsewhere = not closer and cost - least <= OWN_SHARE * (cost - self.bound)
        return self._will_do(best) or self._shallow() or elsewhere

    def _columns(self, plan: Float) -> Float:
        """Columns of the master that have those of a plan, zero beyond."""
        return np.concatenate([plan, np.zeros(self.master.matrix.rows.shape[1] - self.master.width)])

    def _point(self, decisions: Decisions) -> Float:
        """Columns of the master that have the given decisions, zero elsewhere."""
        x = np.zeros(self.master.matrix.rows.shape[1])
        for name, columns in self.master.plan.plan_columns.items():
            for index, column in columns.items():
                x[column] = decisions.get(name, {}).get(index, 0.0)
        return x

    def costed(self, whole: Float) -> tuple[float, Float | None]:
        """What coarse blocks say that the yes/no decisions of `whole` cost at least, and their prices; the cuts stay."""
        self.master.fix(whole)
        cost, mixture = self.meet(self.rough, Agenda(whole, 0.1 * self.fine, self._cutoff()), MOST_MEETINGS)
        self.master.fix(None)
        return cost if np.isfinite(cost) else np.inf, None if mixture is None else mixture.prices

    def plan_at(
        self,
        whole: Float,
        tolerance: float,
        rounds: int = MOST_ROUNDS,
        hint: Float | None = None,
        closer: bool = False,
    ) -> tuple[float, Mixture | None]:
        """(what the decisions of `whole` cost at least, the best plan with them); no plan where they cost more than the best."""
        self._clear()
        self.master.fix(whole)
        told = partial(self._found, closer=closer)
        lost = (
            np.inf if closer or self.losses == MOST_LOSSES else self.bound + NEAR * self.options.gap * abs(self.bound)
        )
        found = self.meet(self.inner, Agenda(whole, tolerance, self._cutoff(), told, lost), rounds, hint)
        self.losses += found[1] is None and lost < found[0] < self._cutoff()
        self.master.fix(None)
        return found

    def end(self) -> None:
        """Leaves the operations and decisions of the best plan to the pool; closes one that nobody else uses, or whose crew broke."""
        if self.owns_pool or self.crew.broken:
            self.pool.close()
            return
        if self.lasting:
            self.pool.lasting.append(self.lasting)
        self.earlier = set[tuple[int, int]]().union(*self.pool.lasting)
        self._clear()
        if self.best is not None:
            self.pool.starts.append(Start(self.master.decided(self.best.plan), self._priced(self.best.prices)))
        if self.promising is not None:
            self.pool.starts.append(self.promising)
        self.pool.ruling, self.pool.holding = list(self.master.kept)[-MOST_RULING:], list(self.master.held)
        self.pool.shown = self.inner.by_place()

    def _priced(self, prices: Float) -> dict[Quantity, Float]:
        """Prices (Y, Q) by component and item."""
        return dict(zip(self.blocks[0].quantities, prices.T, strict=True))

    def _prices(self, start: Start) -> Float | None:
        """(Y, Q) prices of a start; None where it does not have all of them."""
        found = [start.prices.get(quantity) for quantity in self.blocks[0].quantities]
        fit = [one for one in found if one is not None and len(one) == len(self.problem.years)]
        return np.column_stack(fit) if found and len(fit) == len(found) else None

    def _outcome(self) -> Outcome:
        best, bound = self.best, self.bound
        words = "interrupted" if interrupted.is_set() else "time limit"
        if self.stalls == MOST_STALLS:
            words = "stalled: the blocks show no better plan with the decisions that the bound asks for"
        if self._reached():
            words = "costs no more than is enough" if self._will_do(self.cost) else "no plan costs so little"
        if best is None:
            return Outcome("none", words, np.inf, bound, None, seconds=self.timings.seconds)
        bound = min(bound, best.cost)
        status, words = ("optimal", "Optimal") if self._within_gap(best.cost) else ("feasible", words)
        return Outcome(status, words, best.cost, bound, best.plan, seconds=self.timings.seconds)


def decomposed(
    problem: Problem,
    options: Options,
    report: Report | None = None,
    pool: Pool | None = None,
    pins: Pins = NO_PINS,
    starts: Iterable[Start] = (),
) -> Solved:
    """Solves by cuts a problem whose units run at any load."""
    solver = Decomposition(problem, options, report, pool, pins, starts)
    try:
        outcome, mixture = solver.solve()
        if mixture is None:
            return {}, {}, solver.size(), outcome
        operation = solver.operation
        if both_ways(problem, operation):
            straight = straight_plan(problem, solver.master, mixture, operation, options)
            if straight is None:
                return (
                    {},
                    {},
                    solver.size(),
                    replace(outcome, status="none", termination=BURNS, objective=np.inf, x=None),
                )
            mixture, operation = straight
            outcome = at_cost(outcome, mixture.cost, options)
        decisions = with_stated(solver.template.plan, solver.master.decided(mixture.plan))
        return decisions, operation, solver.size(), outcome
    finally:
        solver.end()
