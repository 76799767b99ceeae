"""The price at which an option enters or leaves a plan, from real re-solves and proven on both sides.

Let `k` be the factor on the option's price, `out` the least cost without it and `in(k)` the least cost with it forced in.

    in(k) is concave and does not fall with k: the least of the costs c + k·K of all plans that take the option
    switch value   the k at which in(k) = out

Each plan gives a line that bounds `in` from above, for every k; each proven bound gives a point below `in`, and between two
such points so does their chord. Where the lowest line meets `out` is the next k to solve at (Newton's step): from the second
step on it comes from below, and it ends after a few. Lines against the proven bound of `out` say below which price the option
surely enters; chords against the plan without it say above which price it surely stays out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.problem import Problem
from planner.accounting.accounts import accounts
from planner.solving.resolving import Resolver, Solved
from planner.why.forcing import Item, at_price, force_in

MOST_STEPS = 6
CLOSE = 2e-3  # factors that are as good as the same
BESIDE = 1.5  # times the last factor: where the right end of the last chord is found
FLAT = 1e-9  # million per unit of factor: the option costs nothing that a factor could change


@dataclass(frozen=True)
class Point:
    """`in(factor)` lies above `low`, and below `fixed + k * scaled` at every factor k."""

    factor: float
    low: float
    fixed: float
    scaled: float


@dataclass(frozen=True)
class Switch:
    """Factors on today's price: below `enters` the option surely enters, above `stays_out` it surely does not.

    `enters` is 0 where it may not enter even for free, and `never` where that is proven.
    """

    enters: float
    stays_out: float
    best: float  # where the plans in hand cost the same with and without it
    never: bool
    points: tuple[Point, ...]


def switch_value(
    again: Resolver, item: Item, size: float, out: Solved, held: Solved, year: int | None
) -> Switch | None:
    """The switch value of an option, from a plan `held` that takes it at today's price.

    None where nothing of its cost depends on its price, or a plan is missing.
    """
    if held.answer is None or out.answer is None:
        return None
    forced = force_in(held.problem, item, size, year)
    points = [_line(forced, item, 1.0, held, year)]
    if points[0].scaled < FLAT:
        return None
    for _ in range(MOST_STEPS):
        factor = max(0.0, meeting(points, out.high))
        if any(abs(factor - p.factor) < CLOSE * max(1.0, factor) for p in points):
            break
        points.append(_point(again, forced, item, factor, year))
        if math.isinf(points[-1].fixed):
            points.pop()
            break
        if factor == 0.0 and meeting(points, out.high) <= 0.0:
            break
    beyond = max(p.factor for p in points)
    if lower_meeting(points, out.high) is None and meeting(points, out.high) > 0.0:
        points.append(_point(again, forced, item, max(beyond, meeting(points, out.high)) * BESIDE, year))
    return read_switch(points, out)


def read_switch(points: list[Point], out: Solved) -> Switch:
    """What points and the plan without the option prove together."""
    known = [p for p in points if math.isfinite(p.fixed)]
    free = [p for p in points if p.factor == 0.0]
    never = any(p.low > out.high for p in free)
    crossing = lower_meeting(points, out.high)
    return Switch(
        enters=max(0.0, meeting(known, out.cost.low)),
        stays_out=math.inf if crossing is None else crossing,
        best=max(0.0, meeting(known, out.high)),
        never=never,
        points=tuple(sorted(points, key=lambda p: p.factor)),
    )


def meeting(points: list[Point], cost: float) -> float:
    """Largest factor at which some line costs no more than `cost`.

    >>> meeting([Point(1.0, 9.0, 6.0, 4.0), Point(0.5, 7.0, 7.0, 1.0)], 8.0)
    1.0
    """
    return max((cost - p.fixed) / p.scaled for p in points if math.isfinite(p.fixed))


def lower_meeting(points: list[Point], cost: float) -> float | None:
    """Smallest factor above which the chords say that `in` costs more than `cost`; None where no bound does.

    >>> lower_meeting([Point(0.5, 7.0, 7.0, 1.0), Point(1.0, 9.0, 6.0, 4.0)], 8.0)
    0.75
    """
    ordered = sorted((p for p in points if p.low > -math.inf), key=lambda p: p.factor)
    above = next((n for n, p in enumerate(ordered) if p.low > cost), None)
    if above is None:
        return None
    right = ordered[above]
    if above == 0:
        return right.factor
    left = ordered[above - 1]
    return left.factor + (right.factor - left.factor) * (cost - left.low) / (right.low - left.low)


def _point(again: Resolver, forced: Problem, item: Item, factor: float, year: int | None) -> Point:
    """The problem with the option forced in, solved at a factor of its price."""
    solved = again(at_price(forced, item, factor, year), f"{item.name} at {factor:.3g} of its price")
    return _line(forced, item, factor, solved, year)


def _line(forced: Problem, item: Item, factor: float, solved: Solved, year: int | None) -> Point:
    """The line of a plan, from its cost at two prices as the accountant counts it."""
    if solved.answer is None:
        return Point(factor, solved.low, math.inf, 0.0)
    once, twice = (accounts(at_price(forced, item, k, year), solved.answer.plan).objective for k in (1.0, 2.0))
    return Point(factor, solved.cost.low, 2 * once - twice, twice - once)
