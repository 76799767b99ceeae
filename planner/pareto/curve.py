"""The curve: what the least cost is at each limit, proven from both sides.

f(u) is the least cost of a plan with no more than u of what the axis limits. A solve at limit l proves

    f(u) ≥ low       for every u ≤ l, since a tighter limit never costs less
    f(u) ≤ high      for every u from what its plan reaches on

so low rises and high falls over all solves together. Between them lies what is not known: rectangles as wide as the axis is
unexplored and as high as the cost is unproven. The next limit lies in the largest, which is where the curve bends.

    1. cheap end    no limit; then the tightest plan that costs no more (an aim, with cost as its goal), where the least
                    cost is known well enough for that to mean something
    2. tight end    the least that any plan can reach (known, or an aim); then the cheapest plan that reaches it
    3. between      largest rectangle first, until there are enough points or nothing is left to find; a point that does not come
                    within the gap soon is left with the gap it has
    4. signs        where a point is not proven dearer than its neighbour, again with a smaller gap, until one is not reached

Where the axis has steps only (stars), each is solved for itself.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from models.problem import Goal, Problem
from planner.answer import Answer
from planner.engine import Options, SolverError, interrupted
from planner.pareto.axes import Axis
from planner.solving.resolving import Interval, Resolver, Solved, costed, verified

NARROW = 2e-3  # of the curve's width or height, below which nothing more is looked for
COST_HAIR = 1e-7  # relative: what rounding leaves of a cost
TIGHTER = 1e-4  # of what is limited, below which a tie-break only used up the rounding of the cost
TIE_GAP = 1e-3  # relative gap of the cheap end, above which its plan is one of many as good
CLOSED = 1e-6  # relative gap that only rounding leaves
FINER = 0.2  # of the gap, when a sign is undecided
FINEST_GAP = 1e-6
MOST_TIGHTENINGS = 3  # of one point
LONGER = 1.0  # times what the solves of the curve took, that one of them may take again
FIRST_SHARE = 0.6  # of the time, for the first solve, without which there is no curve
END_SHARE = 0.4  # of the time that is left, for finding an end
TIE_SHARE = 0.1  # of the time that is left, for the tie-break at the cheap end
MOST_TRIES = 2.0  # times the points asked for, that are looked for between the ends
MOST_SOLVES = 3.0  # times what the first solve took, that a curve may take where nobody says how long
LEAST_POINT_S = 10.0  # for each point, but no less
LEAST_TAKEN = 0.5  # of what the last plan took, below which a solve is not worth its start
LEAST_S = 1.0


@dataclass(frozen=True, eq=False)
class Tried:
    """One solve: at which limit (infinite: none), what came of it, and what its plan has of what is limited."""

    limit: float
    solved: Solved
    short: float  # infinite without a plan

    @property
    def low(self) -> float:
        """No plan within the limit costs less [million]."""
        return self.solved.cost.low

    @property
    def high(self) -> float:
        """What its plan costs [million]."""
        return self.solved.high


@dataclass(frozen=True, eq=False)
class Point:
    """A plan of the curve that no other beats, and what the least cost at its place lies between."""

    tried: Tried
    cost: Interval

    @property
    def answer(self) -> Answer:
        """The plan, accounted."""
        assert self.tried.solved.answer is not None
        return self.tried.solved.answer


@dataclass
class Curve:
    """All solves of one curve."""

    problem: Problem
    axis: Axis
    again: Resolver
    deadline: float
    most_solves: float = math.inf  # times what the first solve takes, that all together may
    known_s: float = 0.0  # that the solve took whose plan is known
    begun: float = field(default_factory=time.monotonic)
    tried: list[Tried] = field(default_factory=list)
    least_short: float = -math.inf  # no plan can reach less
    first_s: float = 0.0  # that the first solve took, or the one whose plan is known
    took_s: float = 0.0  # the last one with a plan
    spent_s: float = 0.0  # all solves together

    @property
    def gap(self) -> float:
        """Relative gap at which a cost counts as proven."""
        return max(self.again.options.gap, CLOSED)

    def points(self) -> list[Point]:
        """Plans that no other beats, the cheapest first."""
        held = sorted((t for t in self.tried if t.solved.answer is not None), key=lambda t: (t.high, t.short))
        kept: list[Tried] = []
        for one in held:
            if kept and one.short >= kept[-1].short - self._hair(one.short):
                continue
            if kept and one.high <= kept[-1].high + COST_HAIR * max(1.0, abs(one.high)):
                kept.pop()  # as cheap and tighter
            kept.append(one)
        return [Point(one, Interval(min(self.low(one.short), one.high), one.high)) for one in kept]

    def low(self, short: float) -> float:
        """Proven: no plan with no more than `short` costs less."""
        return max((t.low for t in self.tried if t.limit >= short - self._hair(short)), default=-math.inf)

    def without_plan(self) -> list[Tried]:
        """Limits at which there is no plan, or none was found in time and no other solve closes the gap there."""
        points, found = self.points(), []
        for one in (t for t in self.tried if t.solved.answer is None):
            high = min((p.cost.high for p in points if p.tried.short <= one.limit), default=math.inf)
            known = math.isfinite(high) and high - self.low(one.limit) <= self.gap * abs(high)
            if one.solved.infeasible or not known:
                found.append(one)
        return found

    @staticmethod
    def _hair(short: float) -> float:
        return 1e-6 * max(1.0, abs(short))

    # --- solving ----------------------------------------------------------------------------------------------------

    def left(self) -> float:
        """Seconds until the deadline; none once interrupted."""
        return 0.0 if interrupted.is_set() else self.deadline - time.monotonic()

    def at(self, limit: float, gap: float | None = None, share: float = 1.0, most_s: float = math.inf) -> Tried:
        """Solves with a limit; `share` of the time that is left is the most it may take, and `most_s` seconds.

        A solver that cannot be believed at one limit leaves that limit without a plan, not the curve.
        """
        problem = self.problem if math.isinf(limit) else self.axis.limited(self.problem, limit)
        words = "without a limit" if math.isinf(limit) else f"at {self.words(limit)}"
        begun, before = time.monotonic(), self.again.solves
        solved = self.again(problem, f"{self.axis.name}: {words}", self._options(gap, share, most_s))
        took = time.monotonic() - begun
        self.first_s = self.first_s or (took if self.again.solves > before else self.known_s)
        self.took_s, self.spent_s = self.took_s if solved.answer is None else took, self.spent_s + took
        short = math.inf if solved.answer is None else self.axis.short(solved.answer)
        self.tried.append(Tried(limit, solved, short))
        return self.tried[-1]

    def limit_time(self, count: int) -> None:
        """Ends a curve of so many points by what its first solve took, once that is known."""
        if self.first_s:
            most_s = max(self.most_solves * self.first_s, count * LEAST_POINT_S)
            self.deadline = min(self.deadline, self.begun + most_s)

    def words(self, short: float) -> str:
        """A place on the axis."""
        return self.axis.words(self.axis.shown(self.problem, short))

    def _options(self, gap: float | None, share: float, most_s: float = math.inf) -> Options:
        options = self.again.options
        limit = max(LEAST_S, share * self.left(), min(LEAST_TAKEN * self.took_s, self.left()))
        return replace(options, gap=options.gap if gap is None else gap, time_limit_s=min(limit, most_s))

    def aim(self, most_cost: float = math.inf) -> tuple[Tried | None, float]:
        """The plan with the least of what is limited that costs no more than `most_cost`, and what no plan is below.

        Its cost is proven by nothing yet: the lower bound is that of the plans found before.
        """
        problem = self.problem
        if math.isfinite(most_cost):
            within = Goal("cost", most_cost + COST_HAIR * max(1.0, abs(most_cost)))
            problem = replace(problem, goals=(*problem.goals, within))
        aimed = self.axis.aimed(problem)
        if aimed is None or self.left() <= 0:
            return None, -math.inf
        words = f"{self.axis.name}: its {'cheap' if math.isfinite(most_cost) else 'tight'} end"
        share = TIE_SHARE if math.isfinite(most_cost) else END_SHARE
        try:
            plan = self.again.plan(aimed, words, self._options(None, share), apart=True)
        except SolverError:
            return None, -math.inf
        least = self.axis.bound(plan.facts.lower_bound) if np.isfinite(plan.facts.lower_bound) else -math.inf
        if not plan.decisions:
            return None, least
        solved = verified(self.problem, costed(self.problem, plan, -math.inf), words)
        assert solved.answer is not None
        short = self.axis.short(solved.answer)
        return Tried(short, solved, short), least


def trace(curve: Curve, count: int) -> None:
    """Fills a curve with so many points, or as many as there are or as time allows."""
    steps = curve.axis.steps(curve.problem)
    if steps:
        for n, step in enumerate(steps):
            if curve.left() > 0:
                curve.at(step, share=1.0 / (len(steps) - n))
    else:
        _ends(curve, count)
        _between(curve, count)
    _decide_signs(curve)


def _ends(curve: Curve, count: int) -> None:
    """Both ends, each with the other number as its tie-break."""
    cheap = curve.at(math.inf, share=FIRST_SHARE)
    curve.limit_time(count)
    if cheap.solved.answer is None:
        return
    tighter, _ = curve.aim(cheap.high) if cheap.high - cheap.low <= TIE_GAP * abs(cheap.high) else (None, 0.0)
    if tighter is not None and tighter.short < cheap.short - TIGHTER * max(1.0, abs(cheap.short)):
        curve.tried.append(tighter)
    floor = curve.axis.floor(curve.problem)
    if np.isfinite(floor) and curve.at(floor, share=END_SHARE).solved.answer is not None:
        curve.least_short = floor
    else:
        tight, curve.least_short = curve.aim()
        if tight is not None:
            curve.tried.append(tight)
            curve.at(tight.short, share=END_SHARE)
    curve.limit_time(count)


def _between(curve: Curve, count: int) -> None:
    """Points where most is unknown, until there are enough or enough has been tried.

    What one point leaves of its time is for those that follow.
    """
    seen: set[float] = set()
    for turns in range(math.ceil(MOST_TRIES * count), 0, -1):
        wanted = next((limit for limit in unknown(curve) if limit not in seen), None)
        lacking = count - len(curve.points())
        if wanted is None or lacking <= 0 or curve.left() <= LEAST_S:
            return
        seen.add(wanted)
        most_s = max(LEAST_POINT_S, curve.left() / lacking)
        curve.at(wanted, share=1.0 / min(turns, lacking), most_s=most_s)


def unknown(curve: Curve) -> Iterator[float]:
    """Where to look next: limits inside the rectangles between proven bound and plans in hand, the largest first.

    What the gap leaves open is no height: a rectangle is as high as its plans differ in cost, or as it is unproven beyond the gap.
    Only where none has a height is the rest looked at. A limit is the middle of its rectangle; but where a limit was already tried
    without finding a plan on it, the curve has a step, and a limit just below the next plan tells at once what the step is.
    """
    points = curve.points()
    if len(points) < 2:
        return
    width = points[0].tried.short - points[-1].tried.short
    height = points[-1].cost.high - points[0].cost.high
    reached = {p.tried.short for p in points}
    edges = {t.limit for t in curve.tried if math.isfinite(t.limit)} | reached
    among = sorted(e for e in edges if points[-1].tried.short <= e <= points[0].tried.short)
    areas = []
    for left, right in pairwise(among):
        is_step = right in reached and all(abs(left - short) > NARROW * width for short in reached)
        limit = right - 0.5 * NARROW * width if is_step else (left + right) / 2
        high = min(p.cost.high for p in points if p.tried.short <= limit)
        rise = min(p.cost.high for p in points if p.tried.short <= left) - min(
            p.cost.high for p in points if p.tried.short <= right
        )
        missing = high - curve.low(limit)
        if right - left > NARROW * width and missing > NARROW * height:
            bend = max(rise, missing - curve.gap * abs(high))
            areas.append((-(right - left) * max(bend, 0.0), -(right - left) * missing, limit))
    yield from (limit for *_, limit in sorted(areas))


def _decide_signs(curve: Curve) -> None:
    """Again with a smaller gap where a point is not proven dearer than the one before it.

    A gap that is not reached in the time that the solves of the curve took is not asked of the other points either; where points
    have not reached their own, none is.
    """
    if any(p.cost.high - p.cost.low > (curve.gap + CLOSED) * abs(p.cost.high) for p in curve.points()):
        return
    most_s = max(LEAST_S, LONGER * curve.spent_s / max(len(curve.tried), 1))
    gaps: dict[float, list[float]] = {}
    while curve.left() > LEAST_S:
        points = curve.points()
        pairs = [(a, b) for a, b in pairwise(points) if (b.cost - a.cost).sign == 0]
        loose = [p for pair in pairs for p in pair if len(gaps.get(p.tried.short, ())) < MOST_TIGHTENINGS]
        if not loose:
            return
        widest = max(loose, key=lambda p: p.cost.high - p.cost.low)
        before = gaps.setdefault(widest.tried.short, [])
        gap = FINER * (before[-1] if before else curve.again.options.gap)
        if gap < FINEST_GAP:
            return
        before.append(gap)
        limit = math.inf if widest is points[0] else widest.tried.short
        if curve.axis.steps(curve.problem):
            limit = widest.tried.limit
        if not curve.at(limit, gap=gap, share=0.5, most_s=most_s).solved.within(gap + CLOSED):
            return
