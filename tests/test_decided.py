"""Decisions taken in advance: the model keeps to them, and the accountant finds a plan that does not.

The site pays 6 million a year; drives for 1.0 save 1.2 a year, PV at 0.5 million per MW saves 0.6 a year and MW.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.problem import Decided, Problem
from planner.engine import Options, solve
from planner.verification.verify import verify
from planner.why.forcing import Item, taken
from tests.factories import Site

SITE = Site(years=(2025, 2026), hours=(1000.0,))
OPTIONS = Options(gap=1e-9, time_limit_s=60.0)
DRIVES, PV = Item("retrofits", "drives"), Item("converters", "pv")


def factory(*decided: Decided) -> Problem:
    return SITE.problem(
        retrofits=(SITE.retrofit("drives", {"motors": 0.2}, capex=1.0),),
        converters=(SITE.converter("pv", SITE.sizing(0.5, max_total=4.0), renewable=True),),
        decided=decided,
    )


def test_what_is_decided_is_done_and_what_is_ruled_out_is_not() -> None:
    late = Decided("retrofits.start", "drives", (2026,), least=1.0)
    small = Decided("converters.build_mw", "pv", (2025, 2026), least=1.0, most=1.5)
    problem = factory(late, small)
    plan = solve(problem, OPTIONS)
    assert taken(problem, plan, DRIVES) == {2026: 1.0}
    assert taken(problem, plan, PV) == pytest.approx({2025: 1.5})
    assert plan.facts.objective == pytest.approx(1.0 + 0.75 + 0.6 * (8.5 + 6.5))
    assert verify(problem, plan).ok


def test_the_accountant_finds_what_is_not_kept() -> None:
    plan = solve(factory(), OPTIONS)
    for decided in (
        Decided("retrofits.start", "drives", (2026,), least=1.0),
        Decided("converters.build_mw", "pv", (2025, 2026), most=1.5),
    ):
        found = verify(replace(factory(), decided=(decided,)), plan)
        assert [v.rule for v in found.violations] == ["decided in advance"]


def test_what_cannot_be_decided_in_a_year_is_refused() -> None:
    with pytest.raises(ValueError, match=r"retrofits.start: drives cannot be decided in 2031"):
        solve(factory(Decided("retrofits.start", "drives", (2031,), least=1.0)), OPTIONS)
