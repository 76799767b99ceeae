"""A meeting: the relaxation from below and the best mixture from above, for one set of decisions, until they meet or neither moves.

    open      operations at prices that a plan of the same decisions would pay, where such are known
    run       rounds of blocks at the relaxation's sizes and prices; every few rounds a mixture, and blocks at its prices

The first mixture is of what was shown before; it may be a plan already. Once there is one, the next point lies between it and the
relaxation's: near what is known to work. A mixture that lacks something asks for just that; one whose prices are those of the
relaxation asks for nothing, and the next one comes a round sooner.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.engine.inner import Inner, Mixture
from planner.engine.matrix import Float

if TYPE_CHECKING:
    from planner.engine.rounds import Rounds

EXACT = "exact"  # kind of blocks; the other is averaged
STEP_BACK = 0.5  # share of the last point in the next one
MISSING = 1e-6  # quantity below which a mixture lacks nothing
MOST_OPENINGS = 4  # rounds until every block has served its loads
MOST_LACKING = 3  # rounds that ask for what first operations lack
MIXTURE_EVERY = 3  # rounds of blocks from one mixture to the next; one less after one of agreed prices
AGREED_PRICE = 1e-3  # relative difference up to which prices are the same
NO_PRICE = 1e-9  # [million per unit] and absolute
LOST_ROUNDS = 15  # without a plan, after which decisions that cost too much are given up


@dataclass(frozen=True)
class Agenda:
    """What is looked for: the decisions of `whole`, or none, to a relative `tolerance`.

    A meeting ends early where the relaxation reaches the `cutoff`. `better` hears what each better mixture costs and what its
    decisions cost at least, and says whether that will do. Decisions that cost more than `lost` are given up where no plan of
    theirs is found soon.
    """

    whole: Float | None
    tolerance: float
    cutoff: float = np.inf
    better: Callable[[float, float], bool] = lambda *_: False
    lost: float = np.inf


class Meeting:
    """The rounds of one agenda, with operations from and to `inner`."""

    def __init__(self, rounds: Rounds, inner: Inner, agenda: Agenda) -> None:
        self.rounds, self.master, self.inner, self.agenda = rounds, rounds.master, inner, agenda
        self.kind = EXACT if inner is rounds.inner else rounds.coarse
        self.best: Mixture | None = None
        self.core: Float | None = None  # columns of the best mixture, or the last point before there was one
        self.prices: Float | None = None  # of the last round
        self.due = 0  # round of the next mixture
        self.before = (-np.inf, np.inf)  # the relaxation and the best cost at the last mixture

    def open(self, hint: Float) -> None:
        """Operations at the prices (Y, Q) of the hint: of every block at sizes that serve its loads, then of what they lack."""
        if self._at_hand():
            return
        rounds, unserved = self.rounds, np.arange(len(self.rounds.all_years()))
        for _ in range(MOST_OPENINGS):
            solved = self.master.separated(self.agenda.tolerance * self.master.value)
            if solved is None or solved[0] >= self.agenda.cutoff or rounds.stop():
                return
            x = solved[1]
            if not len(unserved):
                break
            before = self.inner.count()
            rounds.cut_at(x, hint, self.kind, unserved.tolist())
            silent = (self.inner.count() == before).any(axis=1)
            unserved = unserved[silent[unserved]]  # with all their months, which fit at the same sizes only
        for _ in range(MOST_LACKING):
            mixture = self._mixture(least_missing=True)
            if rounds.stop() or mixture is None or mixture.missing < MISSING:
                break
            rounds.cut_at(x, mixture.prices, self.kind, costed=False)

    def run(self, most: int) -> float:
        """Up to `most` rounds; the value of the last relaxation, infinite where it has no solution."""
        value = -np.inf
        for turn in range(most):
            begun = time.monotonic()
            solved = self.master.separated(self.agenda.tolerance * self.master.value)
            self.rounds.timings.add("master", begun)
            if solved is None:
                return np.inf
            value, x, prices = solved
            if self._over(turn, value):
                break
            mixing = turn >= self.due
            self.due = turn + MIXTURE_EVERY if mixing else self.due
            if turn > 0 or not self.inner.complete():
                self._ask(turn, x, prices, mixing)
            if turn == MIXTURE_EVERY and self.kind == self.rounds.coarse:
                self.rounds.show(x, self.kind)
            mixture = self._mixture() if mixing else None
            if mixture is None or (turn == 0 and mixture.missing >= MISSING):
                continue
            if self._met(mixture, value, x, prices) or self._still(value):
                break
        return value

    def _over(self, turn: int, value: float) -> bool:
        """Whether there is no time, or no hope, left."""
        lost = self.best is None and turn >= LOST_ROUNDS and value > self.agenda.lost
        return self.rounds.stop() or value >= self.agenda.cutoff or lost

    def _ask(self, turn: int, x: Float, prices: Float, mixing: bool) -> None:
        """A round of blocks between the last point and the relaxation's; of all years before the mixtures of a first solve."""
        first = not self.rounds.pool.lasting  # of this site: later solves mix what the plans before have shown
        every = self.kind != EXACT or turn == 0 or (mixing and first)
        at = x if self.core is None or mixing else STEP_BACK * self.core + (1 - STEP_BACK) * x
        priced = prices if self.prices is None else STEP_BACK * self.prices + (1 - STEP_BACK) * prices
        years = self.rounds.all_years() if every else self.rounds.years_in_turn(turn)
        self.rounds.cut_at(at, priced, self.kind, years)
        self.core, self.prices = at if self.best is None else self.core, priced

    def _met(self, mixture: Mixture, value: float, x: Float, prices: Float) -> bool:
        """Whether a mixture ends the meeting; if not, blocks have been asked for what would make it a plan, or cheaper."""
        ask, beyond = self.rounds.cut_at, x[self.master.width :]  # the columns of the master that a plan does not have
        columns = np.concatenate([mixture.plan, 0.0 * beyond])
        if mixture.missing >= MISSING:  # what it lacks, asked of the blocks where the relaxation believes in it
            lacking = self._mixture(least_missing=True)
            if lacking is not None:
                ask(x, lacking.prices, self.kind, costed=False)
                ask(columns, lacking.prices, self.kind, costed=False)
            return False
        if self.best is None or mixture.cost < self.best.cost:
            self.best, self.core = mixture, np.concatenate([mixture.plan, beyond])
            if self.agenda.better(mixture.cost, value):
                return True
        if self.best.cost - value <= 2 * self._small(value):
            return True
        if self._agree(mixture.prices, prices):
            self.due -= 1
        else:
            ask(columns, mixture.prices, self.kind)  # what would make it cheaper
        return False

    def _still(self, value: float) -> bool:
        """Whether neither the relaxation nor the best mixture has moved since the last mixture."""
        before, self.before = self.before, (value, np.inf if self.best is None else self.best.cost)
        little = 0.1 * self._small(value)
        return self.best is not None and self.before[0] - before[0] < little and before[1] - self.before[1] < little

    def _small(self, value: float) -> float:
        return self.agenda.tolerance * max(abs(value), 1.0)

    def _mixture(self, least_missing: bool = False) -> Mixture | None:
        return self.rounds.mixture(self.inner, self.agenda.whole, least_missing)

    def _at_hand(self) -> bool:
        """Whether what was shown before can be mixed to a plan."""
        mixture = self._mixture()
        return mixture is not None and mixture.missing < MISSING

    def _agree(self, prices: Float, others: Float) -> bool:
        """Whether two prices of the coupled quantities are the same: blocks would show nothing new at the second."""
        used = self.master.coupled
        return np.allclose(prices[:, used], others[:, used], rtol=AGREED_PRICE, atol=NO_PRICE)
