"""Shares of any game sum to the whole; sampled ones come near the exact ones and repeat with their seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.abatement.shapley import exact_shares, sampled_shares

SAVINGS = {"leaks": 0.1, "drives": 0.2, "lamps": 0.05}


def by_hand(chosen: frozenset[str]) -> np.ndarray:
    """What is saved of 100 by savings that multiply."""
    return np.array([100.0 * (1 - np.prod([1 - SAVINGS[name] for name in chosen]))])


@given(st.lists(st.floats(-100, 100), min_size=16, max_size=16))
def test_shares_of_any_game_sum_to_the_whole(values: list[float]) -> None:
    def value(chosen: frozenset[str]) -> np.ndarray:
        return np.array([values[sum(1 << "abcd".index(who) for who in chosen)]])

    whole = values[15] - values[0]
    for shares in (exact_shares("abcd", value), sampled_shares("abcd", value, 6, seed=1)):
        assert float(sum(shares.share.values())[0]) == pytest.approx(whole, abs=1e-6)


def test_sampled_shares_are_within_a_few_errors_and_repeat_with_the_seed() -> None:
    exact = exact_shares([*SAVINGS], by_hand)
    sampled = sampled_shares([*SAVINGS], by_hand, 200, seed=7)
    for name, share in exact.share.items():
        error = np.maximum(sampled.error[name], 1e-9)
        assert (np.abs(sampled.share[name] - share) <= 5 * error).all()
    again = sampled_shares([*SAVINGS], by_hand, 200, seed=7)
    assert all((again.share[name] == sampled.share[name]).all() for name in SAVINGS)
