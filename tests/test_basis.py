"""Numbers that a result rests on: those of the library keep source and status, the scenario's own are named as such."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from planner.assembly.assemble import assemble
from planner.results.basis import Assumption, assumptions, grid_number, uncovered_number
from planner.results.record import Record
from planner.solving.preparing import Settings, read
from tests.records import dyehouse_record

CASES = ("textile-suzhou", "food-shandong", "machining-guangdong")


def record_of_case(case: str) -> tuple[Record, set[str]]:
    """A record with a shipped scenario, and the assumed fields that its assembly found."""
    assembly = assemble(read(Path("scenarios") / case / "scenario.toml", Settings(resolution="days:8")))
    record = replace(dyehouse_record(), scenario=assembly.scenario)
    answer = replace(record.answer, problem=replace(record.answer.problem, rating=assembly.problem.rating))
    return replace(record, answer=answer), {used.key for used in assembly.assumed}


@pytest.mark.parametrize("case", CASES)
def test_every_assumed_number_of_the_assembly_is_listed(case: str) -> None:
    record, assumed = record_of_case(case)
    listed = {one.key for one in assumptions(record) if one.status == "assumed"}
    assert all(is_displaced(record, key) for key in assumed - listed)
    assert not {key for key in listed - assumed if key.startswith(("markets.", "rating."))}


def is_displaced(record: Record, key: str) -> bool:
    """Whether the scenario says the same in another way, so that the preset's key is empty."""
    assert record.scenario is not None
    kind, name, field = key.split(".")
    return getattr(getattr(record.scenario, kind)[name], field) is None


def by_key(case: str) -> dict[str, Assumption]:
    record, _ = record_of_case(case)
    return {one.key: one for one in assumptions(record)}


def test_what_the_scenario_writes_is_not_the_librarys() -> None:
    listed = by_key("textile-suzhou")
    assert (listed["markets.gas.price_per_mwh"].status, listed["markets.gas.price_per_mwh"].value) == (
        "scenario",
        335.0,
    )
    assert listed["finance.tax_rate"].status == "default"
    factor = listed["markets.gas.emission_factor_t_per_mwh"]
    assert (factor.status, factor.low, factor.unit) == ("verified", 0.198, "t/MWh")
    assert factor.source.startswith("NDRC")


def test_an_own_price_displaces_the_tariffs() -> None:
    listed = by_key("textile-suzhou")
    assert "markets.grid.tou.prices.flat" in listed
    assert "markets.gas.tou.prices.flat" not in listed


def test_published_grid_factors_are_named() -> None:
    record, _ = record_of_case("textile-suzhou")
    assert record.scenario is not None
    found = grid_number(record.scenario)
    assert found is not None
    assert (found[0], found[1].value) == ("Jiangsu", 0.5827)
    rest = uncovered_number(record.scenario)
    assert rest is not None
    assert rest[0] == "China residual"
    dirtier, _ = record_of_case("food-shandong")  # Shandong's 0.6191 is above the residual mix of China, 0.6096
    assert dirtier.scenario is not None
    assert uncovered_number(dirtier.scenario) == grid_number(dirtier.scenario)


def test_a_result_without_its_scenario_lists_nothing() -> None:
    assert assumptions(dyehouse_record()) == []
