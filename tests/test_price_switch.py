"""The price of something else at which an option enters, confirmed by solving at both proven factors."""

from __future__ import annotations

import pytest

from planner.engine import Options, solve
from planner.why.forcing import taken
from planner.why.price_switch import find_price, price_lines, price_switch
from tests.test_why import LEAKS, again, with_leaks


def test_the_price_of_power_at_which_a_measure_enters() -> None:
    """It saves 1000 MWh for 1.0 million: worth it from 0.001 million per MWh on, 5/3 of today's price."""
    problem = with_leaks(1.0)
    price = find_price(problem, "grid", "CNY")
    assert price.today == pytest.approx(600.0)
    found = price_switch(again(), problem, LEAKS, 1.0, price)
    assert found.inside is not None
    assert found.outside is not None
    assert found.best == pytest.approx(5 / 3, rel=0.03)
    assert found.outside < 5 / 3 < found.inside
    for factor, enters in ((found.inside, True), (found.outside, False)):
        plan = solve(price.priced(problem, factor), Options(gap=1e-6))
        assert bool(taken(problem, plan, LEAKS)) == enters
    assert "both proven by solving" in price_lines(found)[0]


def test_a_price_that_changes_nothing_is_said_so() -> None:
    problem = with_leaks(9.0)
    found = price_switch(again(), problem, LEAKS, 1.0, find_price(problem, "grid", "CNY"))
    assert found.best is None
    assert "stays out at every price of grid between 150 and 2,400" in price_lines(found)[0]
