"""A results folder opened again: names in both languages, business as usual, and what is no plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.results.folder import ResultsError
from planner.results.record import open_record
from tests.plans import dyehouse_results, edit_summary
from tests.records import YEARS, dyehouse_record


def test_the_archive_gives_the_plan_back(tmp_path: Path) -> None:
    record = open_record(dyehouse_results(tmp_path, YEARS))
    assert record.answer.money.net_present_cost == pytest.approx(dyehouse_record().answer.money.net_present_cost)
    assert record.target_year == YEARS[5]
    assert record.title("zh") == "dyehouse"


def test_business_as_usual_is_solved_again_without_options() -> None:
    usual = dyehouse_record().usual
    assert usual is not None
    assert not usual.problem.retrofits
    assert usual.tonnes.gross_location_tco2e[0] > 0


def test_names_come_from_the_scenario_then_the_library_then_the_key(tmp_path: Path) -> None:
    folder = dyehouse_results(tmp_path, YEARS)
    record = open_record(folder)
    assert record.label("pv_roof", "en") == "Rooftop photovoltaics"
    assert record.label("my_pump power", "en") == "My pump, power"
    assert record.label("carbon price", "zh") == "碳价"
    assert record.label("ghg_inventory_verified", "zh") == "温室气体核算与第三方核查"


def test_a_folder_without_a_plan_is_refused(tmp_path: Path) -> None:
    folder = dyehouse_results(tmp_path, YEARS)
    edit_summary(folder, status="infeasible")
    with pytest.raises(ResultsError, match="holds no plan"):
        open_record(folder)


def test_a_scenario_that_is_none_is_refused(tmp_path: Path) -> None:
    folder = dyehouse_results(tmp_path, YEARS)
    (folder / "scenario.effective.toml").write_text("a = 1\n", encoding="utf-8")
    with pytest.raises(ResultsError, match="is not a scenario"):
        open_record(folder)
