"""The committed series of the shipped factories are what the generator writes, and have the totals that it states."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

SCENARIOS = Path(__file__).parents[1] / "scenarios"
sys.path.insert(0, str(SCENARIOS))

import generate  # noqa: E402
from sites import FACTORIES, Factory  # noqa: E402

CASES = [factory.case for factory in FACTORIES]


def columns(path: Path) -> dict[str, list[str]]:
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    return {name: [row[position] for row in rows] for position, name in enumerate(header)}


@pytest.mark.parametrize("factory", FACTORIES, ids=CASES)
def test_running_the_generator_reproduces_the_committed_files_byte_for_byte(factory: Factory):
    for path, text in generate.files_of(factory):
        assert path.read_bytes() == text.encode(), path


@pytest.mark.parametrize("factory", FACTORIES, ids=CASES)
def test_every_end_use_has_its_stated_energy_per_year(factory: Factory):
    for name, uses in factory.files.items():
        series = columns(SCENARIOS / factory.case / name)
        for use in uses:
            load_mw = np.array(series[f"{use.name}_mw"], dtype=float)
            assert load_mw.sum() == pytest.approx(use.annual_mwh, rel=1e-4)
            assert load_mw.min() >= 0.0


@pytest.mark.parametrize("factory", FACTORIES, ids=CASES)
def test_weather_keeps_the_monthly_climatology(factory: Factory):
    series = columns(SCENARIOS / factory.case / "weather.csv")
    month = np.array([int(stamp[5:7]) for stamp in series["time"]])
    for index in range(12):
        inside = month == index + 1
        temperature = np.array(series["temperature_c"], dtype=float)[inside]
        assert temperature.mean() == pytest.approx(factory.climate.temperature_c[index], abs=0.01)
        for column, hours in (("pv", factory.climate.pv_hours), ("wind", factory.climate.wind_hours)):
            output = np.array(series[column], dtype=float)[inside]
            assert output.sum() == pytest.approx(hours[index], rel=1e-3)
            assert 0.0 <= output.min() <= output.max() <= 1.0


@pytest.mark.parametrize("factory", FACTORIES, ids=CASES)
def test_files_are_one_year_of_hours_and_small(factory: Factory):
    for path, _ in generate.files_of(factory):
        stamps = columns(path)["time"]
        assert len(stamps) == 8760
        assert stamps[0] == "2025-01-01T00:00+08:00"
        assert stamps[-1] == "2025-12-31T23:00+08:00"
        assert path.stat().st_size < 700_000


def test_spring_festival_stops_the_dyehouse():
    dyeing = columns(SCENARIOS / "textile-suzhou" / "heat.csv")
    steam_mw = np.array(dyeing["dyeing_steam_mw"], dtype=float)
    festival = np.array([stamp.startswith("2025-01-29") for stamp in dyeing["time"]])
    assert steam_mw[festival].mean() < 0.1 * steam_mw.mean()


def test_a_stream_belongs_to_its_name():
    assert np.array_equal(generate.wander("a", 50, 0.5, 1.0), generate.wander("a", 50, 0.5, 1.0))
    assert not np.array_equal(generate.wander("a", 50, 0.5, 1.0), generate.wander("b", 50, 0.5, 1.0))
