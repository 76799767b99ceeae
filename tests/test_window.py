"""A window is the problem of its years, with nothing left over from later ones; what was decided stays decided."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.check import check
from models.problem import Decided, EmissionCap
from planner.myopic.window import YEARLY, kept, until
from tests.factories import Site
from tests.plans import dyehouse

TEN = tuple(range(2025, 2035))


def test_a_window_is_a_sound_problem_and_the_whole_is_itself() -> None:
    problem, plan = dyehouse(TEN)
    window = until(problem, 2029)
    check(window)
    assert window.years == (2025, 2026, 2027, 2028, 2029)
    assert window.contracts[0].start_years == window.years
    assert window.target is not None
    assert len(window.target.stars) == 5
    assert window.steps is problem.steps
    assert until(problem, 2034) is problem
    decided = kept(problem, plan, 2026)
    assert Decided("retrofits.start", "leak_repair", (2025,), 1, 1) in decided
    assert all(one.years[0] <= 2026 for one in decided)


def test_a_cap_on_the_sum_is_shared_out_by_the_year() -> None:
    problem = Site(years=(2025, 2026, 2027, 2028)).problem()
    capped = replace(problem, emissions=replace(problem.emissions, caps=(EmissionCap("budget", "net", total=8000.0),)))
    assert until(capped, 2026).emissions.caps[0].total == pytest.approx(4000.0)


def test_every_yearly_field_of_a_problem_is_cut() -> None:
    """No array of the dyehouse keeps ten values where five years are left."""
    window = until(dyehouse(TEN)[0], 2029)

    def arrays(thing: object) -> list[np.ndarray]:
        if isinstance(thing, np.ndarray):
            return [thing]
        if isinstance(thing, tuple):
            return [a for part in thing for a in arrays(part)]
        return (
            [a for part in vars(thing).values() for a in arrays(part)] if hasattr(thing, "__dataclass_fields__") else []
        )

    assert not [a for a in arrays(window) if a.shape[:1] == (10,)]
    assert set(YEARLY) >= {"Demand", "Sizing", "Market"}
