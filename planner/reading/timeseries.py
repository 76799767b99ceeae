"""Series of a whole year as means per step: read from CSV files or given in place, one 365-day year, checked.

`SeriesReader(folder, step_minutes=60).load(keys, key="demands.process")` gives MW per step; `.price`, `.shape` and
`.temperature` likewise. A file of 15, 30 or 60 minutes becomes the scenario's step by taking means, or by holding the
longer step. `from_bills` puts twelve monthly totals on a shape.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from planner.reading.days import Days
from planner.reading.faults import Fault, ScenarioFaults, did_you_mean, one_of
from planner.reading.findings import shown
from planner.reading.magnitudes import TOO_MUCH
from planner.reading.timefiles import MOST_SHOWN, CsvFile, read_csv, refuse
from planner.reading.timestamps import Stamps, check_year, is_plain_year, read_stamp
from planner.reading.units import QuantityError, mwh_per_unit
from planner.scenario.base import SeriesKeys

Array = NDArray[np.float64]

DAYS = 365
FEBRUARY_29 = 59  # days of the year before it
LEAP_DAY, LAST_DAY = "02-29", "12-31"
MINUTES_PER_DAY = 1440
STEPS_PER_DAY = (24, 48, 72, 96, 144, 288, 1440)  # 60, 30, 20, 15, 10, 5, 1 minutes
DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
STAMP = "a stamp such as 2025-01-31T13:45+08:00"
DATE_LIKE = re.compile(r"\s*\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$")
POWER_MW = {"kW": 1e-3, "MW": 1.0, "GW": 1e3}


@dataclass(frozen=True)
class Numbers:
    """The numbers of a series as they stand, with the file and the line of each row; of `values` in the scenario without."""

    values: Array
    key: str
    file: str = ""
    lines: Sequence[int] = ()

    def line(self, position: int) -> int | None:
        """The line of the number at a position; a row of a day holds several."""
        return self.lines[position * len(self.lines) // len(self.values)] if self.lines else None

    def fault(self, position: int, got: str, wanted: str, hint: str = "") -> Fault:
        """A fault or warning at the line of a number."""
        return Fault(self.key, got, wanted, hint, self.file, self.line(position))


@dataclass
class SeriesReader:
    """Reads the series of one scenario folder; a file is opened once.

    `given_steps`: the scenario gives its own few steps (resolution = "given"), and every series must have that many.
    """

    folder: Path
    step_minutes: int = 60
    given_steps: int | None = None
    _files: dict[str, CsvFile] = field(default_factory=dict)
    _years: dict[tuple[str, int, str], int] = field(default_factory=dict)  # year of the stamps that have been checked

    def load(self, keys: SeriesKeys, key: str, carrier: str = "electricity") -> Array:
        """Load of a carrier [MW] per step; never negative."""
        series, minutes = self._series(keys, key)
        factor = self._load_factor(keys.unit, carrier, minutes, key)
        return self._steps_not_negative(keys, key, series * factor, minutes)

    def price(self, keys: SeriesKeys, key: str) -> Array:
        """Energy price [currency/MWh] per step; may be negative."""
        factors = {"MWh": 1.0, "kWh": 1e3, "GJ": 3.6}
        unit = keys.unit or "CNY/MWh"
        per = unit.rpartition("/")[2]
        if "/" not in unit or per not in factors:
            raise refuse(f"{key}.unit", f'"{unit}"', "CNY/MWh, CNY/kWh or CNY/GJ")
        series, minutes = self._series(keys, key)
        return self._steps(series * factors[per], minutes)

    def shape(self, keys: SeriesKeys, key: str) -> Array:
        """Profile or availability [share] per step; never negative."""
        factors = {"share": 1.0, "percent": 0.01, "%": 0.01}
        unit = keys.unit or "share"
        if unit not in factors:
            raise refuse(f"{key}.unit", f'"{unit}"', one_of(list(factors)), did_you_mean(unit, list(factors)))
        series, minutes = self._series(keys, key)
        return self._steps_not_negative(keys, key, series * factors[unit], minutes)

    def temperature(self, keys: SeriesKeys, key: str) -> Array:
        """Temperature [°C] per step."""
        if keys.unit not in (None, "C", "°C", "℃"):
            raise refuse(f"{key}.unit", f'"{keys.unit}"', "C")
        series, minutes = self._series(keys, key)
        return self._steps(series, minutes)

    def days(self, keys: SeriesKeys, key: str, country: str | None = None) -> Days | None:
        """The days whose values a file holds, by its stamps; None for a series without stamps.

        Public holidays are those of the country, if one is given.
        """
        if self.given_steps is not None or keys.file is None:
            return None
        table, _, year = self._table(keys, key)
        if year is None:
            return None
        whole = len(table.rows) in {(DAYS + 1) * k for k in ((1,) if keys.layout == "day_rows" else STEPS_PER_DAY)}
        without = LAST_DAY if whole and keys.leap_day == "keep" else LEAP_DAY
        return Days.of_year(year, without=without, country=country)

    def _load_factor(self, unit: str | None, carrier: str, minutes: float, key: str) -> float:
        """MW per number of the file: a power, a quantity per hour, or a quantity per step."""
        unit = unit or "MW"
        if unit in POWER_MW:
            return POWER_MW[unit]
        per_hour = unit.endswith("/h")
        try:
            energy = mwh_per_unit(unit.removesuffix("/h"), carrier)
        except QuantityError as error:
            hint = did_you_mean(unit, list(POWER_MW))
            raise refuse(f"{key}.unit", f'"{unit}"', f"MW, kW or, per step, {error}", hint) from None
        return energy if per_hour else energy * 60 / minutes

    def numbers(self, keys: SeriesKeys, key: str) -> Numbers:
        """The numbers of a series as they stand, each below what is refused as too much."""
        if keys.values is not None:
            found = Numbers(np.asarray(keys.values, dtype=float), f"{key}.values")
        elif keys.file is None:
            raise refuse(key, "neither file nor values", "one of file, values")
        else:
            table, stamp_at, _ = self._table(keys, key)
            read = _day_rows if keys.layout == "day_rows" else _column
            found = Numbers(read(table, keys, key, stamp_at), key, table.name, table.lines)
        most = int(np.abs(found.values).argmax())
        if abs(found.values[most]) >= TOO_MUCH:
            raise ScenarioFaults([found.fault(most, f"{found.values[most]:g}", f"numbers below {TOO_MUCH:.0e}")])
        return found

    def _table(self, keys: SeriesKeys, key: str) -> tuple[CsvFile, int | None, int | None]:
        """A file, and the column and year of its stamps if it has any; stamps are checked once."""
        assert keys.file is not None
        if keys.file not in self._files:
            self._files[keys.file] = read_csv(self.folder, keys.file, f"{key}.file")
        table = self._files[keys.file]
        stamp_at = _stamp_column(table, keys, key)
        if stamp_at is None:
            return table, None, None
        seen = (table.name, stamp_at, keys.leap_day)
        if seen not in self._years:
            self._years[seen] = _check_stamps(table, stamp_at, keys, key)
        return table, stamp_at, self._years[seen]

    def _series(self, keys: SeriesKeys, key: str) -> tuple[Array, float]:
        """The numbers of one 365-day year and their step [min]; given steps keep the scenario's step."""
        found = self.numbers(keys, key)
        return self._year(found.values, keys, found.key, found.file)

    def _steps_not_negative(self, keys: SeriesKeys, key: str, series: Array, minutes: float) -> Array:
        """Means over the scenario's step, none of them negative."""
        steps = self._steps(series, minutes)
        if steps.min() < 0:
            found = self.numbers(keys, key)
            at = int(found.values.argmin())
            got = f"{found.values[at]:g} at step {int(steps.argmin()) + 1}"
            raise ScenarioFaults([found.fault(at, got, "numbers that are not negative")])
        return steps

    def _year(self, series: Array, keys: SeriesKeys, key: str, file: str) -> tuple[Array, float]:
        if self.given_steps is not None:
            if len(series) != self.given_steps:
                raise refuse(key, f"{len(series)} values", f"{self.given_steps}, the steps of [horizon]", file=file)
            return series, float(self.step_minutes)
        for per_day in STEPS_PER_DAY:
            if len(series) == DAYS * per_day:
                return series, MINUTES_PER_DAY / per_day
            if len(series) == (DAYS + 1) * per_day:
                return _without_leap_day(series, per_day, keys.leap_day, key, file), MINUTES_PER_DAY / per_day
        raise refuse(
            key, f"{len(series)} values", "a whole year: 8760, 17520 or 35040 values", _short(len(series)), file=file
        )

    def _steps(self, series: Array, minutes: float) -> Array:
        """Means over the scenario's step; a longer step of the file is held."""
        if self.given_steps is not None:
            return series
        common = int(np.gcd(int(minutes), self.step_minutes))
        fine = np.repeat(series, int(minutes) // common)
        means: Array = fine.reshape(-1, self.step_minutes // common).mean(axis=1)
        return means


def from_bills(shape: Array, monthly_mwh: list[float], step_minutes: int) -> Array:
    """Load [MW] per step with the shape inside each month and the month's billed total.

    >>> load = from_bills(np.ones(8760), [31 * 24.0] * 12, 60)
    >>> float(load[0]), round(float(load[31 * 24]), 4)
    (1.0, 1.1071)

    Raises:
        ScenarioFaults: a month has a total but no shape.
    """
    hours = step_minutes / 60
    month = month_of_step(step_minutes)
    totals = np.bincount(month, weights=shape, minlength=12) * hours
    empty = [m + 1 for m in range(12) if monthly_mwh[m] > 0 and totals[m] <= 0]
    if empty:
        raise refuse("monthly_mwh", f"energy in month {empty[0]}", "a profile that is not zero in that month")
    factor = np.divide(monthly_mwh, totals, out=np.zeros(12), where=totals > 0)
    return np.asarray(shape * factor[month], dtype=np.float64)


def month_of_step(step_minutes: int) -> NDArray[np.int64]:
    """Month 0..11 of each step of a 365-day year.

    >>> [int(m) for m in month_of_step(60)[[0, 31 * 24 - 1, 31 * 24, -1]]]
    [0, 0, 1, 11]
    """
    per_day = MINUTES_PER_DAY // step_minutes
    return np.repeat(np.arange(12), np.array(DAYS_IN_MONTH) * per_day)


def _short(count: int) -> str:
    for per_day in STEPS_PER_DAY[:4]:
        missing = DAYS * per_day - count
        if 0 < missing <= 31 * per_day:
            return f"{missing} values of {MINUTES_PER_DAY // per_day} minutes are missing"
    return "for a handful of steps set solver.resolution = given" if count < 1000 else ""


def _without_leap_day(series: Array, per_day: int, choice: str, key: str, file: str) -> Array:
    if choice == "refuse":
        hint = "leap_day = drop leaves out 29 February, leap_day = keep leaves out 31 December"
        raise refuse(key, "a leap year of 366 days", "365 days", hint, file=file)
    days = series.reshape(DAYS + 1, per_day)
    kept = np.delete(days, FEBRUARY_29 if choice == "drop" else DAYS, axis=0)
    return np.ascontiguousarray(kept.reshape(-1))


def _stamp_column(table: CsvFile, keys: SeriesKeys, key: str) -> int | None:
    if keys.time_column is not None:
        return _find(table, keys.time_column, f"{key}.time_column")
    first, line = table.rows[0][0], table.lines[0]
    if read_stamp(first) is not None:
        return 0
    if DATE_LIKE.match(first):
        raise refuse(f"{key}.time_column", f'"{first}"', STAMP, "year, month, day", file=table.name, line=line)
    return None


def _find(table: CsvFile, column: str, key: str) -> int:
    if column not in table.header:
        hint = did_you_mean(column, table.header)
        raise refuse(key, f'"{column}"', f"a column of {table.name}: {one_of(table.header)}", hint)
    if table.header.count(column) > 1:
        raise refuse(key, f'"{column}" twice in the header', "columns with different names", file=table.name, line=1)
    return table.header.index(column)


def _column(table: CsvFile, keys: SeriesKeys, key: str, stamp_at: int | None) -> Array:
    """One column of numbers."""
    named = keys.column is not None
    at = _find(table, keys.column or "", f"{key}.column") if named else _only_numbers(table, stamp_at, key)
    return _numbers(table, [at], key)[:, 0]


def _only_numbers(table: CsvFile, stamp_at: int | None, key: str) -> int:
    columns = [j for j in range(len(table.header)) if j != stamp_at and not (j == 0 and _is_index(table))]
    if len(columns) != 1:
        names = [table.header[j] for j in columns]
        hint = 'a row per day? then layout = "day_rows"' if len(table.rows) in (DAYS, DAYS + 1) else ""
        raise refuse(f"{key}.column", "nothing", f"a column of {table.name}: {one_of(names)}", hint)
    return columns[0]


def _is_index(table: CsvFile) -> bool:
    """Whether the first of several columns counts the rows, from 0 or 1."""
    first, last, count = table.rows[0][0].strip(), table.rows[-1][0].strip(), len(table.rows)
    return len(table.header) > 1 and (first, last) in (("0", str(count - 1)), ("1", str(count)))


def _check_stamps(table: CsvFile, stamp_at: int, keys: SeriesKeys, key: str) -> int:
    """The calendar year of the stamps."""
    if is_plain_year([row[stamp_at] for row in table.rows]):
        return int(table.rows[0][stamp_at][:4])
    times, offsets, faults = [], [], []
    for row, line in zip(table.rows, table.lines, strict=True):
        stamp = read_stamp(row[stamp_at])
        if stamp is None:
            faults.append(Fault(key, shown(row[stamp_at]), STAMP, "", table.name, line))
        else:
            times.append(stamp[0])
            offsets.append(stamp[1])
    if faults:
        raise ScenarioFaults(faults[:MOST_SHOWN])
    check_year(Stamps(times, offsets, table.lines, key, table.name), may_miss_leap_day=keys.leap_day == "drop")
    return times[0].year


def _day_rows(table: CsvFile, keys: SeriesKeys, key: str, stamp_at: int | None) -> Array:
    """Rows of one day each, as meters export them: the date, perhaps other columns, then 24, 48 or 96 values."""
    columns = _columns_of_day(table, key)
    if stamp_at is None:
        raise refuse(
            f"{key}.time_column",
            f'"{table.rows[0][0]}"',
            "a date in the first column",
            file=table.name,
            line=table.lines[0],
        )
    return _numbers(table, columns, key).reshape(-1)


def _columns_of_day(table: CsvFile, key: str) -> list[int]:
    """The columns named by a time of day or a running number; else the last 96, 48 or 24."""
    named = [j for j, name in enumerate(table.header) if _names_a_step(name)]
    if len(named) in STEPS_PER_DAY[:4]:
        return named
    width = len(table.header)
    for per_day in (96, 48, 24):
        if per_day < width <= per_day + 4:
            return list(range(width - per_day, width))
    raise refuse(key, f"{width} columns", "a date and 24, 48 or 96 values in each row", file=table.name, line=1)


def _names_a_step(name: str) -> bool:
    hour, colon, rest = name.partition(":")
    if colon:
        return hour.strip().isdigit() and rest[:2].isdigit()
    return name.lstrip("PpTtVvHh点").isdigit()


def _numbers(table: CsvFile, columns: list[int], key: str) -> Array:
    """The cells of some columns (rows, columns); every cell that is no finite number is a fault."""
    if (found := table.read.get(tuple(columns))) is not None:
        return found
    try:
        numbers = np.array([list(map(float, map(itemgetter(j), table.rows))) for j in columns]).T
        plain = table.is_plain or all(_plain(row[j]) for row in table.rows for j in columns)
        if np.isfinite(numbers).all() and plain:
            numbers.flags.writeable = False
            table.read[tuple(columns)] = numbers
            return numbers
    except ValueError:
        pass
    faults = []
    for row, line in zip(table.rows, table.lines, strict=True):
        for j in columns:
            wrong = _wrong_number(row[j])
            if wrong:
                faults.append(
                    Fault(f"{key}: column {table.header[j]}", wrong[0], "a number", wrong[1], table.name, line)
                )
    hidden = len(faults) - MOST_SHOWN
    more = [Fault(key, f"{hidden} more cells that are no numbers", "none", "", table.name)] if hidden > 0 else []
    raise ScenarioFaults(faults[:MOST_SHOWN] + more)


def _plain(cell: str) -> bool:
    """Whether what Python reads as a number is written as one."""
    return cell.isascii() and "_" not in cell


def _wrong_number(cell: str) -> tuple[str, str] | None:
    """What was found instead of a number, and a hint; None for a finite number.

    >>> _wrong_number("2.383"), _wrong_number("1_000")
    (None, ('"1_000"', 'write numbers with a decimal point and without thousands separators'))
    """
    text = cell.strip()
    if not text:
        return "an empty cell", "gaps are not filled; fill it before"
    if NUMBER.match(text):
        return None if np.isfinite(float(text)) else (shown(text), "")
    if any(char.isdigit() and not char.isascii() for char in text):
        return shown(text), "write numbers with the digits 0 to 9"
    separated = any(mark in text for mark in ",_'\u2019 \u00a0\u202f")
    return shown(text), "write numbers with a decimal point and without thousands separators" if separated else ""
