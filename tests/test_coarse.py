"""A year made coarse keeps what it adds up to, and every decision."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.problem import Problem
from planner.assembly.assemble import assemble
from planner.assembly.variants import at_resolution
from planner.engine import monolith
from planner.reading.read import read_scenario
from planner.solving.coarse import coarse
from planner.solving.first_look import DAYS, Look, look_of
from tests.full_years import chronological
from tests.test_full_year import CUTS

SCENARIOS = Path(__file__).parents[1] / "scenarios"


@pytest.fixture(scope="module")
def year() -> Problem:
    return assemble(read_scenario(SCENARIOS / "machining-guangdong")).problem


def test_every_load_and_every_bill_keeps_its_sum(year: Problem) -> None:
    few = coarse(year, DAYS)
    assert few.steps.count == DAYS * 24
    assert few.steps.hours_per_year.sum() == pytest.approx(8760.0)
    for fine, rough in zip(year.demands, few.demands, strict=True):
        assert rough.load_mw @ few.steps.hours_per_year == pytest.approx(fine.load_mw @ year.steps.hours_per_year)
    load, rough_load = (
        np.sum([d.load_mw for d in problem.demands if d.carrier == "electricity"], axis=0) for problem in (year, few)
    )
    bill, rough_bill = (
        problem.markets[0].price * each @ problem.steps.hours_per_year
        for problem, each in ((year, load), (few, rough_load))
    )
    assert year.markets[0].carrier == "electricity"
    assert rough_bill == pytest.approx(bill)


def test_what_is_decided_and_asked_for_stays(year: Problem) -> None:
    few = coarse(year, DAYS)
    assert few.target is year.target
    assert few.retrofits is year.retrofits
    assert [v.sizing for v in few.converters] == [v.sizing for v in year.converters]


def test_the_days_are_those_of_the_scenario_where_they_are_picked_by_the_same() -> None:
    reading = read_scenario(SCENARIOS / "food-shandong")
    year = assemble(reading).problem
    few, picked = coarse(year, DAYS), at_resolution(reading, year, f"days:{DAYS}")
    assert few.steps.labels == picked.steps.labels
    for one, other in zip(few.demands, picked.demands, strict=True):
        np.testing.assert_allclose(one.load_mw, other.load_mw)
    for one, other in zip(few.markets, picked.markets, strict=True):
        np.testing.assert_allclose(one.price, other.price)


def test_too_few_days_become_as_many_as_the_tariff_needs(year: Problem) -> None:
    few = coarse(year, 2)
    assert few.steps.count > 2 * 24
    for carrier in {d.carrier for d in year.demands}:
        before, after = (
            sum(float(d.load_mw @ p.steps.hours_per_year) for d in p.demands if d.carrier == carrier)
            for p in (year, few)
        )
        assert after == pytest.approx(before)


def test_a_look_is_of_a_whole_year_with_something_to_choose_by(year: Problem) -> None:
    assert look_of(year) is not None
    assert look_of(replace(year, target=None)) is None
    assert look_of(coarse(year, DAYS)) is None


def test_a_look_gives_decisions_and_prices_to_begin_with(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = chronological()
    monkeypatch.setattr(monolith, "LARGEST_PIECE", 0)
    with Look(lambda whole: whole) as look:
        (start,) = look(problem, CUTS)
    assert start.decisions["retrofits.start"]
    assert start.prices
    assert all(len(prices) == len(problem.years) for prices in start.prices.values())
