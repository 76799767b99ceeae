"""Every rung solved, and what the rungs prove of each other.

A rung that asks for less never costs more, so its plan may be that of a rung above, its bound holds for all above, and where it
has no plan none above has one. Beside the rungs of the scenario's own standard stand

    paper      the same stars in the same years from certificates, yearly green power and credits alone, nothing built
    durable    the same stars held in the durable ledger too
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace

import numpy as np

from models.problem import Problem, Target
from planner.answer import Answer, account_for
from planner.assembly.variants import paper_only
from planner.engine import Options, interrupted
from planner.ladder.rungs import Rung, asked
from planner.pareto.axes import with_stars
from planner.rating.assumptions import Standard
from planner.solving.resolving import Interval, Resolver, Solved

LEAST_S = 1.0
PATIENCE = 2.0  # of an even share of the time that is left, for one solve
FIRST_SHARE = 0.35  # of the time that is left, for the first plan: what it tells of the site, all others use


@dataclass
class Ladder:
    """All solves of one ladder."""

    problem: Problem
    standard: Standard
    rungs: list[Rung]
    again: Resolver
    deadline: float
    solved: dict[Rung, Solved] = field(default_factory=dict)
    paper: dict[Rung, Solved] = field(default_factory=dict)
    durable: dict[Rung, Solved] = field(default_factory=dict)
    without: Solved | None = None  # the plan that is asked for no stars
    learnt: bool = False  # whether a solve has found a plan

    def climb(self) -> None:
        """Solves everything in the order in which a reader needs it, as far as time allows.

        The scenario's own rungs from the highest down: what serves many stars tells most of the site.
        """
        own = [r for r in self.rungs if r.reading == self.standard.reading and r.assumed == "best"]
        left = 1 + len(self.rungs) + 2 * len(own)
        for rung in reversed(own):
            self._rung(rung, left)
            left -= 1
        self.without = self._solve(with_stars(self.problem, self.problem.years, 0), "no stars", left)
        left -= 1
        for rung in own:
            self.paper[rung] = self._solve(self.on_paper(rung), f"{rung.stars} stars on paper", left)
            self.durable[rung] = self._durable(rung, left - 1)
            left -= 2
        for rung in self.rungs:
            if rung not in own:
                self._rung(rung, left)
                left -= 1

    def _rung(self, rung: Rung, left: int) -> None:
        words = f"{rung.stars} stars from {rung.first_year}, {rung.reading or 'one reading'}, {rung.assumed}"
        problem = asked(self.problem, self.standard, rung)
        if any(q.infeasible and other.asks_no_more_than(rung) for other, q in self.solved.items()):
            self.solved[rung] = Solved(problem, None, math.inf, infeasible=True)
            return
        alike = next((q for q in self.solved.values() if same(q.problem, problem)), None)
        self.solved[rung] = alike or self._solve(problem, words, left)

    def on_paper(self, rung: Rung) -> Problem:
        """The paper plan of a rung: what `paper_only` allows, for the years of the rung."""
        problem = asked(self.problem, self.standard, rung)
        target = problem.target
        assert target is not None
        bought = Target(target.stars, np.zeros_like(target.stars))
        return replace(paper_only(problem, rung.stars), target=bought)

    def _durable(self, rung: Rung, left: int) -> Solved:
        problem = asked(self.problem, self.standard, rung)
        assert problem.target is not None
        problem = replace(problem, target=Target(problem.target.stars, problem.target.stars))
        if self.solved[rung].infeasible or any(
            q.infeasible and other.asks_no_more_than(rung) for other, q in self.durable.items()
        ):
            return Solved(problem, None, math.inf, infeasible=True)
        words = f"{rung.stars} durable stars from {rung.first_year}"
        return self.durable_already(rung, problem) or self._solve(problem, words, left)

    def durable_already(self, rung: Rung, problem: Problem) -> Solved | None:
        """The plan of a rung where it has the durable stars of the problem as it is: what more is asked then costs no more."""
        best, target = self.best(rung), problem.target
        assert target is not None
        if best.answer is None:
            return None
        answer = account_for(problem, best.answer.plan)
        lacking = any(one.durable.stars < least for one, least in zip(answer.rated, target.durable_stars, strict=True))
        return None if lacking else Solved(problem, answer, self.cost(rung).low)

    def _solve(self, problem: Problem, words: str, left: int) -> Solved:
        seconds = 0.0 if interrupted.is_set() else self.deadline - time.monotonic()
        if seconds < LEAST_S:
            return Solved(problem, None, -math.inf)
        options: Options = self.again.options
        share = PATIENCE / max(1, left) if self.learnt else FIRST_SHARE
        limit, solves = min(seconds, max(LEAST_S, share * seconds)), self.again.solves
        solved = self.again(problem, words, replace(options, time_limit_s=limit))
        self.learnt = self.learnt or (self.again.solves > solves and solved.answer is not None)
        return solved

    # --- what the rungs prove of each other ---------------------------------------------------------------------------

    def cost(self, rung: Rung) -> Interval:
        """What the least cost of a rung lies between [million]; infinite where there is no plan."""
        best = self.best(rung)
        low = max((q.cost.low for r, q in self._weaker(rung)), default=-math.inf)
        return Interval(min(low, best.high), best.high)

    def best(self, rung: Rung) -> Solved:
        """The cheapest plan in hand that serves a rung, its own or that of a rung above."""
        own = self.solved[rung]
        above = [q for r, q in self.solved.items() if rung.asks_no_more_than(r) and q.answer is not None]
        return min([own, *above], key=lambda q: q.high)

    def answer(self, rung: Rung) -> Answer | None:
        """Its plan, rated by the standard of the rung itself."""
        best, own = self.best(rung), self.solved[rung]
        if best.answer is None or best is own:
            return best.answer
        return account_for(own.problem, best.answer.plan)

    def _weaker(self, rung: Rung) -> list[tuple[Rung, Solved]]:
        return [(r, q) for r, q in self.solved.items() if r.asks_no_more_than(rung)]

    def below(self, rung: Rung) -> Interval | None:
        """Cost of the level below a rung, or of no stars; None where it has no plan."""
        lower = [r for r in self.solved if r.stars < rung.stars and replace(r, stars=rung.stars) == rung]
        if lower:
            found = self.cost(max(lower, key=lambda r: r.stars))
        elif self.without is not None:
            found = Interval(self.without.cost.low, min(self.without.high, self.cost(rung).high))
        else:
            return None
        return found if math.isfinite(found.low) and math.isfinite(found.high) else None


def same(one: Problem, other: Problem) -> bool:
    """Whether two problems of one ladder ask for the same: equal levels up to the target, points and years."""
    assert one.rating is not None
    assert other.rating is not None
    assert one.target is not None
    assert other.target is not None
    most = int(max(one.target.stars.max(), other.target.stars.max()))
    levels = [[level for level in q.rating.levels if level.stars <= most] for q in (one, other) if q.rating is not None]
    return (
        bool((one.target.stars == other.target.stars).all())
        and bool((one.target.durable_stars == other.target.durable_stars).all())
        and levels[0] == levels[1]
        and one.rating.indicators == other.rating.indicators
        and one.rating.max_points == other.rating.max_points
    )
