from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from planner.reading.read import read_scenario
from planner.scenario.effective import effective_toml, toml

SCENARIOS = Path(__file__).parents[1] / "scenarios"


@pytest.mark.parametrize(
    "tables",
    [
        {"a": 1, "b": {"c": {"d": True}}, "e": [{"x": 1.5, "y": "ü"}, {}]},
        {"odd key": {"2030": 0.1, 'quote"d': 'a\\b"\n\t\x7f'}},
        {"empty": {}, "after": {"z": [[1, 2], []]}} | {"big": 1e300, "small": 5e-324},
    ],
)
def test_toml_is_read_back_as_it_was(tables: dict[str, object]) -> None:
    written = tomllib.loads(toml(tables))
    assert written == {key: value for key, value in tables.items() if value != {}}


@pytest.mark.parametrize("name", ["two-measures", "textile-suzhou"])
def test_the_effective_scenario_is_the_same_scenario(name: str, tmp_path: Path) -> None:
    scenario = read_scenario(SCENARIOS / name).scenario
    for series in (SCENARIOS / name).glob("*.csv"):
        (tmp_path / series.name).write_bytes(series.read_bytes())
    (tmp_path / "scenario.toml").write_text(effective_toml(scenario), encoding="utf-8")
    assert effective_toml(read_scenario(tmp_path).scenario) == effective_toml(scenario)
