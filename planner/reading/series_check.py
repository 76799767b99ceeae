"""Reads every series of a scenario once, to know its faults and implausible sizes before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from planner.reading.alignment import told
from planner.reading.faults import Fault, ScenarioFaults
from planner.reading.timeseries import Array, Numbers, SeriesReader
from planner.scenario import Scenario, SeriesKeys
from planner.scenario.base import SeriesFile

LOAD_PEAK_MW = (0.001, 500.0)
MEAN_PRICE_PER_MWH = (10.0, 3000.0)
MEAN_TEMPERATURE_C = (-15.0, 40.0)
WATT_MW = 1e-6
OUTLIER_TIMES = 10.0
OUTLIER_SHARE = 0.002  # of the numbers, at least two, that may be outliers: 17 hours of a year
FEWEST_TO_COMPARE = 24
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
            if kind in ("load", "shape"):
                warnings += _outlier(reader.numbers(keys, key))
                warnings += _below_a_watt(reader.numbers(keys, key), series, kind)
            faults += _never(series, key) if kind == "shape" and key.startswith("demands.") else ()
            faults += _no_share(series, key) if kind == "shape" and not key.startswith("demands.") else ()
            warnings += _unlikely(series, kind, key, keys, scenario.scenario.currency)
        except ScenarioFaults as found:
            faults += [fault for fault in map(_of_weather, found.faults) if not _told(fault, faults)]
    return faults, warnings if faults else [*warnings, *told(scenario, reader)]


def _told(fault: Fault, faults: list[Fault]) -> bool:
    """Whether a fault is told already: one of a line of a file, however many series the file holds."""
    if fault.file and fault.line is not None:
        return any((fault.file, fault.line, fault.got) == (other.file, other.line, other.got) for other in faults)
    return fault in faults


def _never(series: Array, key: str) -> Iterator[Fault]:
    """A shape that is zero all year, onto which no energy can be laid."""
    if not series.any():
        yield Fault(key, "zero all year", "a profile with some load")


def _outlier(found: Numbers) -> Iterator[Fault]:
    """A few numbers that are many times as large as all others."""
    values = np.abs(found.values)
    if len(values) < FEWEST_TO_COMPARE:
        return
    rank = len(values) - max(2, round(OUTLIER_SHARE * len(values)))
    usual = float(np.partition(values, rank)[rank])
    at = int(values.argmax())
    if usual > 0 and values[at] > OUTLIER_TIMES * usual:
        hint = "a wrong digit or unit in one line? the demand charge and every size follow the peak"
        got = f"{found.values[at]:g}, {values[at] / usual:,.0f} times what is otherwise reached"
        yield found.fault(at, got, f"numbers up to {OUTLIER_TIMES:g} times {usual:g}", hint)


def _below_a_watt(found: Numbers, series: Array, kind: str) -> Iterator[Fault]:
    """Numbers that are nothing, such as the residue of a spreadsheet's difference."""
    nothing = (series != 0) & (np.abs(series) < WATT_MW)
    if not nothing.any():
        return
    small = np.where(found.values == 0, np.inf, np.abs(found.values))
    what = "below a watt" if kind == "load" else "below a watt per MW"
    times = int(nothing.sum())
    got = f"{found.values[int(small.argmin())]:g}, {what}, and such in {times:,} step{'s' if times > 1 else ''}"
    yield found.fault(int(small.argmin()), got, "0 or more", "a remainder of rounding? it counts for nothing")


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
