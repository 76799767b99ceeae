"""Shares of a whole that several players make together: exact by enumeration, or sampled with a stated error.

    share[i] = Σ_{S without i} |S|!·(n−|S|−1)!/n! · (value(S + i) − value(S))

A player's share is the mean of what it adds over all orders in which the players may come; shares sum to the value of all
less the value of none. A value may have several numbers. Source: L. S. Shapley, A value for n-person games, 1953, equation 13.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial, sqrt
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Player = TypeVar("Player", bound=Hashable)
Value = Callable[[frozenset[Player]], Array]


@dataclass(frozen=True, eq=False)
class Shares(Generic[Player]):
    """Shares by player, and the standard error of each where they were sampled."""

    share: Mapping[Player, Array]
    error: Mapping[Player, Array]
    orders: int | None = None  # that were sampled; None: all


def exact_shares(players: Sequence[Player], value: Value[Player]) -> Shares[Player]:
    """Shares from the value of every subset: 2^n values.

    >>> found = exact_shares(["a", "b"], lambda s: np.array([10.0 * ("a" in s) + 4.0 * (len(s) == 2)]))
    >>> {who: float(share[0]) for who, share in found.share.items()}
    {'a': 12.0, 'b': 2.0}
    """
    n = len(players)
    share = {}
    for who in players:
        others = [q for q in players if q != who]
        added = np.zeros_like(value(frozenset()))
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            for before in combinations(others, size):
                added = added + weight * (value(frozenset((*before, who))) - value(frozenset(before)))
        share[who] = added
    return Shares(share, {who: np.zeros_like(part) for who, part in share.items()})


def sampled_shares(players: Sequence[Player], value: Value[Player], orders: int, seed: int) -> Shares[Player]:
    """Shares from random orders, each with its reverse, so that early and late places come equally often.

    Every order sums to the whole, and so do the shares. The error is the standard error of the pairs' means.
    """
    generator = np.random.default_rng(seed)
    pairs = max(1, orders // 2)
    found: dict[Player, list[Array]] = {who: [] for who in players}
    for _ in range(pairs):
        order = [players[k] for k in generator.permutation(len(players))]
        forward, backward = _added(order, value), _added(order[::-1], value)
        for who in players:
            found[who].append((forward[who] + backward[who]) / 2)
    share = {who: np.mean(parts, axis=0) for who, parts in found.items()}
    spread = {who: np.std(parts, axis=0, ddof=1) if pairs > 1 else np.abs(share[who]) for who, parts in found.items()}
    return Shares(share, {who: one / sqrt(pairs) for who, one in spread.items()}, 2 * pairs)


def _added(order: Sequence[Player], value: Value[Player]) -> dict[Player, Array]:
    """What each player adds when they come in this order."""
    before, there = value(frozenset()), frozenset[Player]()
    found = {}
    for who in order:
        there = there | {who}
        after = value(there)
        found[who] = after - before
        before = after
    return found
