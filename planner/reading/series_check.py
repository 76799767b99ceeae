"""Reads every series of a scenario once, to know its faults and implausible sizes before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from planner.reading.alignment import told
from planner.reading.faults import Fault, ScenarioFaults
from planner.reading.timeseries import Array, SeriesReader
from planner.scenario import Scenario, SeriesKeys
from planner.scenario.base import SeriesFile

LOAD_PEAK_MW = (0.001, 500.0)
MEAN_PRICE_PER_MWH = (10.0, 3000.0)
MEAN_TEMPERATURE_C = (-15.0, 40.0)
MOST_OUTPUT = 1.5  # per installed kW; above it the column holds something else


def read_all(
    scenario: Scenario, folder: Path, uses: Iterable[tuple[str, str, SeriesKeys]]
) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of all series, given as (kind, key, keys), and of the weather file."""
    reader = reader_of(scenario, folder)
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for kind, key, keys in [*uses, *weather_uses(scenario)]:
        try:
            if kind == "load":
                series = reader.load(keys, key, scenario.demands[key.split(".")[1]].carrier)
            else:
                series = getattr(reader, kind)(keys, key)
            faults += _no_share(series, key) if kind == "shape" and not key.startswith("demands.") else ()
            warnings += _unlikely(series, kind, key, keys, scenario.scenario.currency)
        except ScenarioFaults as found:
            faults += [fault for fault in map(_of_weather, found.faults) if fault not in faults]
    return faults, warnings if faults else [*warnings, *told(scenario, reader)]


def _of_weather(fault: Fault) -> Fault:
    """The weather table has one file, and its columns under their own names."""
    if not fault.key.startswith("site.weather."):
        return fault
    return replace(fault, key="site.weather.file" if fault.key.endswith(".file") else fault.key.removesuffix(".column"))


def _no_share(series: Array, key: str) -> Iterator[Fault]:
    """Output per installed kW that is none."""
    most = float(series.max())
    if most > MOST_OUTPUT:
        hint = "in percent? then divide by 100" if most <= 100 * MOST_OUTPUT else "irradiance or power is no such share"
        yield Fault(key, f"up to {most:g}", "output per installed kW, 0 to 1", hint)


def _unlikely(series: Array, kind: str, key: str, keys: SeriesKeys, currency: str) -> Iterator[Fault]:
    """Loads, prices and temperatures of an implausible size, with the unit that was probably meant."""
    place = f"{key}.unit" if keys.unit is not None else f"{key}.column" if keys.column is not None else key
    if kind == "load":
        low, high = LOAD_PEAK_MW
        peak = float(series.max())
        if not low <= peak <= high and peak > 0:
            meant = next((u for u, factor in (("kW", 1e-3), ("MW", 1e3)) if low <= peak * factor <= high), None)
            hint = f'is the column in {meant}? then unit = "{meant}"' if meant is not None else "check the unit"
            yield Fault(place, f"a peak of {peak:,.6g} MW", f"{low:g} to {high:g} MW", hint)
    elif kind == "price":
        low, high = MEAN_PRICE_PER_MWH
        mean = float(np.abs(series).mean())
        if not low <= mean <= high and mean > 0:
            per = next((u for u, factor in (("kWh", 1e3), ("MWh", 1e-3)) if low <= mean * factor <= high), None)
            hint = f'is the column in {currency}/{per}? then unit = "{currency}/{per}"' if per else "check the unit"
            yield Fault(place, f"{mean:,.4g} {currency}/MWh on average", f"{low:g} to {high:g}", hint)
    elif kind == "temperature":
        low, high = MEAN_TEMPERATURE_C
        mean = float(series.mean())
        if not low <= mean <= high:
            hint = "in kelvin? then subtract 273.15" if mean > 200 else "in °F? then convert" if mean > high else ""
            yield Fault(key, f"{mean:.3g} °C on average", f"{low:g} to {high:g} °C", hint)


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
