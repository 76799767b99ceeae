"""What must not change the cost of a plan, or may only lower it, does not: order, names, splits, steps, weights, money, limits."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.metamorphic import VARIANTS, Variant, cost, failures, scenario


@pytest.mark.parametrize("seed", [4, 5])
def test_changes_that_decide_nothing_change_nothing(tmp_path: Path, seed: int) -> None:
    assert list(failures(tmp_path, seed)) == []


def test_random_scenarios_are_not_all_alike(tmp_path: Path) -> None:
    costs = [cost(tmp_path / str(seed), scenario(seed)) for seed in range(3)]
    assert len(set(costs)) == 3
    assert sum(map(math.isfinite, costs)) == 2


def test_a_variant_says_when_a_cost_is_wrong() -> None:
    same, lower = VARIANTS[0], next(v for v in VARIANTS if v.never_dearer)
    assert same.holds(5.0, 5.000001)
    assert not same.holds(5.0, 4.9)
    assert lower.holds(5.0, 4.9)
    assert not lower.holds(5.0, 5.1)
    assert same.holds(math.inf, math.inf)
    assert not lower.holds(5.0, math.inf)
    assert Variant("tenfold", same.change, factor=10.0).holds(5.0, 50.0)
