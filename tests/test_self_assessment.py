"""Clauses and items of a year with the standard's figures behind them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from planner.assembly.assemble import assemble
from planner.rating.self_assessment import assess, indicator_words, items, result_in
from planner.results.record import Record
from planner.solving.preparing import Settings, read
from tests.factories import Site
from tests.records import dyehouse_record, record_of


@pytest.fixture(scope="module")
def record() -> Record:
    """The dyehouse of the scenarios under a plan that adopts one item in 2030."""
    assembly = assemble(read(Path("scenarios/textile-suzhou/scenario.toml"), Settings(resolution="days:8")))
    problem = assembly.problem
    site = Site(years=problem.years, hours=tuple(problem.steps.hours_per_year))
    plan = site.plan(
        {"management.adopt": {("energy_carbon_platform", 2030): 1.0}}, {"markets.import_mw": {"grid": 1.0}}
    )
    return replace(record_of(problem, plan), scenario=assembly.scenario)


def test_every_clause_of_the_evaluator_is_there_with_its_figure(record: Record) -> None:
    result = result_in(record, 2030)
    assert result is not None
    found = assess(record, 2030)
    assert [one.clause for one in found] == list(result.clauses)
    statuses = {(one.level, one.clause.subject): one.figure.status for one in found if one.figure is not None}
    assert statuses[6, "renewable_electricity_share"] == "verified"
    assert statuses[5, "renewable_electricity_share"] == "assumed"
    assert statuses[3, "score"] == "assumed"
    figures = {(one.level, one.clause.subject): one.figure.value for one in found if one.figure is not None}
    for one in found:
        if one.clause.kind == "gate":
            assert figures[one.level, one.clause.subject] == one.clause.threshold


def test_items_say_where_they_stand_today_and_by_the_plan(record: Record) -> None:
    found = {one.item.id: one for one in items(record, 2030)}
    assert (found["lawful_operation"].today, found["lawful_operation"].in_place) == ("met", True)
    platform = found["energy_carbon_platform"]
    assert (platform.today, platform.in_place, platform.planned_from) == ("missing", True, 2030)
    assert not {one.item.id: one for one in items(record, 2029)}["energy_carbon_platform"].in_place
    assert found["metering_three_level"].today == "partly"
    assert found["metering_three_level"].planned_from is None


def test_indicators_have_names_in_both_languages(record: Record) -> None:
    assert indicator_words(record, "infrastructure", "zh") == "基础设施"
    assert indicator_words(record, "own_heading", "en") == "own heading"


def test_a_standard_of_the_users_own_has_clauses_without_figures() -> None:
    own = dyehouse_record()  # its standard is none of the library's
    found = assess(own, own.target_year)
    assert found
    assert all(one.figure is None for one in found)
    assert items(own, own.target_year) == []
