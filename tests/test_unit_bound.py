"""Where units run or stand, the model in one piece follows the months: its bound knows the least load."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.problem import Problem
from planner.engine import Options
from planner.engine.monolith import by_cuts
from tests.factories import Site


def engine_for_a_small_load() -> Problem:
    """1 MW and 4 MW in turn; an engine of 4 MW runs at 3 MW or more, at 0.0001/MWh of fuel; the grid sells at 0.0006.

    In the large hour it runs for 0.0004; in the small one it would make 3 MW, of which nobody takes 2, so the grid serves: 0.0006.
    At any load both hours would cost 0.0001 a MWh.
    """
    site = Site(hours=(365.0,) * 24, billing=(0,) * 12 + (1,) * 12)
    before = np.concatenate([np.roll(np.arange(12), 1), 12 + np.roll(np.arange(12), 1)])
    plant = site.converter(
        "engine", site.sizing(existing=4.0, build_years=(), package=4.0), inputs={"gas": 1.0}, min_load_share=0.75
    )
    problem = site.problem(
        demands=(site.demand(load=[1.0, 4.0] * 12),), markets=(site.grid(), site.gas(0.0001)), converters=(plant,)
    )
    return replace(problem, steps=replace(problem.steps, before=before))


def test_the_bound_of_units_reaches_their_plan() -> None:
    _, _, _, outcome = by_cuts(engine_for_a_small_load(), Options(gap=1e-6, time_limit_s=60, threads=1), None)
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(365 * 12 * (0.0006 + 0.0004))
    assert outcome.lower_bound == pytest.approx(outcome.objective)
