"""Options are found by name, forced both ways, and have a least size that counts as taking them."""

from __future__ import annotations

import pytest

from planner.why.forcing import Item, UnknownItemError, find_item, force_in, force_out, sensible_size
from tests.test_why import LEAKS, SITE, solved, with_leaks


def test_names_are_found_with_their_kind_and_the_nearest_is_offered() -> None:
    problem = with_leaks(1.0)
    assert find_item(problem, "retrofits.leaks") == LEAKS
    with pytest.raises(UnknownItemError, match="did you mean leaks"):
        find_item(problem, "leeks")


def test_the_least_size_of_each_kind() -> None:
    packaged = SITE.converter("pv", SITE.sizing(1.0, max_total=50.0, package=2.5))
    least = SITE.converter("chp", SITE.sizing(1.0, max_total=50.0, min_size=4.0))
    problem = SITE.problem(converters=(packaged, least), instruments=(SITE.instrument("ccer", "credit", 1e-4, 300.0),))
    assert sensible_size(problem, Item("converters", "pv")) == 2.5
    assert sensible_size(problem, Item("converters", "chp")) == 4.0
    assert sensible_size(problem, Item("instruments", "ccer")) == pytest.approx(3.0)


def test_forced_in_is_never_cheaper_than_the_optimum() -> None:
    for capex in (0.1, 0.59, 0.61, 2.0):
        problem = with_leaks(capex)
        best = solved(problem)
        for forced in (force_in(problem, LEAKS, 1.0), force_out(problem, LEAKS)):
            assert solved(forced).high >= best.high - 1e-6
