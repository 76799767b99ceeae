"""Reads every series of a scenario once, to know its faults before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from planner.faults import Fault, ScenarioFaults
from planner.scenario import Scenario, SeriesKeys
from planner.scenario.base import SeriesFile
from planner.timeseries import SeriesReader


def read_all(scenario: Scenario, folder: Path, uses: Iterable[tuple[str, str, SeriesKeys]]) -> list[Fault]:
    """Faults of all series, given as (kind, key, keys), and of the weather file."""
    reader = reader_of(scenario, folder)
    faults: list[Fault] = []
    for kind, key, keys in [*uses, *weather_uses(scenario)]:
        try:
            if kind == "load":
                reader.load(keys, key, scenario.demands[key.split(".")[1]].carrier)
            else:
                getattr(reader, kind)(keys, key)
        except ScenarioFaults as found:
            faults += [fault for fault in found.faults if fault not in faults]
    return faults


def reader_of(scenario: Scenario, folder: Path) -> SeriesReader:
    """The reader with the scenario's step and, for given periods, their number of steps."""
    weights = scenario.horizon.period_weights
    given = None if weights is None else len(weights) * scenario.horizon.period_steps
    return SeriesReader(folder, scenario.horizon.step_minutes, given)


def weather_uses(scenario: Scenario) -> list[tuple[str, str, SeriesKeys]]:
    """The columns of the weather file as series."""
    weather = scenario.site.weather
    if weather is None:
        return []
    kinds = (("temperature", "temperature_column"), ("shape", "pv_column"), ("shape", "wind_column"))
    return [
        (kind, f"site.weather.{name}", SeriesFile(file=weather.file, column=column, leap_day=weather.leap_day))
        for kind, name in kinds
        if (column := getattr(weather, name)) is not None
    ]
