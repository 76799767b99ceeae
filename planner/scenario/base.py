"""What every scenario table has in common: strict tables, described keys, paths over years, series in files."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Chapter = Literal[
    "goals_and_strategy",
    "energy_planning",
    "intelligent_control",
    "industrial_synergy",
    "system_building",
    "energy_facilities",
    "environmental_control",
]


class Table(BaseModel):
    """A table of the scenario: unknown keys, wrong types, infinities and NaN are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True, defer_build=True)


def key(
    description: str,
    default: Any = None,
    *,
    unit: str | None = None,
    plausible: tuple[float, float] | None = None,
    form: str | None = None,
    factory: Callable[[], Any] | None = None,
    **limits: Any,
) -> Any:
    """A key of a table: what it means, its unit, its default (`...`: required) and its plausible range.

    `form` says in words what a pattern asks for. Breaking `limits` (ge, gt, le, lt, min_length, max_length, pattern) is
    a fault, leaving `plausible` a warning.
    """
    extra: dict[str, Any] = {}
    if unit is not None:
        extra["unit"] = unit
    if form is not None:
        extra["form"] = form
    if plausible is not None:
        extra["plausible"] = list(plausible)
    start: dict[str, Any] = {"default_factory": factory} if factory is not None else {"default": default}
    return Field(description=description, json_schema_extra=extra or None, **start, **limits)


def money(description: str, default: Any = None, *, unit: str = "CNY", plausible: tuple[float, float]) -> Any:
    """A price or cost that may not be negative."""
    return key(description, default, unit=unit, plausible=plausible, ge=0)


def share(description: str, default: Any = None, *, plausible: tuple[float, float] | None = None) -> Any:
    """A share between 0 and 1."""
    return key(description, default, unit="share", plausible=plausible, ge=0, le=1)


def efficiency(description: str, *, plausible: tuple[float, float]) -> Any:
    """A share of energy that is kept, above 0."""
    return key(description, None, unit="share", plausible=plausible, gt=0, le=1)


def rate(description: str, default: Any = 0.0, *, plausible: tuple[float, float] = (-0.15, 0.15)) -> Any:
    """A rate of change per year, 0.02 = 2 % per year."""
    return key(description, default, unit="per year", plausible=plausible, gt=-1, lt=1)


def calendar_year(description: str, default: Any = None) -> Any:
    """A calendar year."""
    return key(description, default, unit="year", ge=1990, le=2100)


def months(description: str, default: Any = None) -> Any:
    """A whole number of months."""
    return key(description, default, unit="months", plausible=(0, 36), ge=0, le=120)


def years(description: str, default: Any = None, *, plausible: tuple[float, float] = (1, 60)) -> Any:
    """A whole number of years."""
    return key(description, default, unit="years", plausible=plausible, ge=1, le=100)


def _year_key(written: Any) -> Any:
    """TOML keys are strings; a year is four digits."""
    return int(written) if isinstance(written, str) and len(written) == 4 and written.isdigit() else written


def _iso_day(written: Any) -> Any:
    """A day as TOML writes it, or as text."""
    try:
        return date.fromisoformat(written) if isinstance(written, str) else written
    except ValueError:
        return written


DAY_FORM = {"form": "a day from 1990 to 2100 such as 2025-10-01"}
Day = Annotated[
    date,
    BeforeValidator(_iso_day),
    Field(ge=date(1990, 1, 1), le=date(2100, 12, 31), json_schema_extra=DAY_FORM),
]
Year = Annotated[int, BeforeValidator(_year_key), Field(ge=1990, le=2100)]
NonNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Month = Annotated[int, Field(ge=1, le=12)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Quantity = NonNegative | str
YearPath = NonNegative | Annotated[dict[Year, NonNegative], Field(min_length=1)]
SharePath = Share | Annotated[dict[Year, Share], Field(min_length=1)]


def value_in(path: float | dict[int, float], in_year: int) -> float:
    """Value of a path in a year: linear between the years given, constant before the first and after the last.

    >>> value_in({2030: 100.0, 2040: 200.0}, 2035)
    150.0
    >>> value_in({2030: 100.0, 2040: 200.0}, 2026), value_in(80, 2026)
    (100.0, 80.0)
    """
    if not isinstance(path, dict):
        return float(path)
    known = sorted(path)
    if in_year <= known[0]:
        return float(path[known[0]])
    for before, after in itertools.pairwise(known):
        if in_year <= after:
            part = (in_year - before) / (after - before)
            return float(path[before] + part * (path[after] - path[before]))
    return float(path[known[-1]])


def values_in(path: float | dict[int, float], in_years: Iterable[int]) -> list[float]:
    """`value_in` for several years."""
    return [value_in(path, in_year) for in_year in in_years]


class SeriesKeys(Table):
    """Keys that read a series from a file of the scenario's folder, or give a handful of steps in place."""

    file: str | None = key("CSV file inside the scenario's folder (UTF-8 or GB18030)")
    column: str | None = key("column of the file; not needed if it has one column of numbers")
    time_column: str | None = key("column of ISO time stamps; default: the first column if it holds stamps")
    layout: Literal["column", "day_rows"] = key(
        "column: one row per step; day_rows: one row per day with 24, 48 or 96 values, as meters export it", "column"
    )
    unit: str | None = key(
        "unit of the numbers: MW, kW, MWh, kWh (per step), CNY/MWh, CNY/kWh, share, percent, C; "
        "default MW for loads, CNY/MWh for prices, share for profiles, C for temperatures"
    )
    leap_day: Literal["refuse", "drop", "keep"] = key(
        "what becomes of a 366-day year: drop leaves out 29 February, keep leaves out 31 December", "refuse"
    )
    values: list[float] | None = key(
        "the steps themselves, for a handful of steps: as many as [horizon] has steps in its given periods",
        min_length=1,
    )


class SeriesFile(SeriesKeys):
    """A series in place of a named profile, for example `profile = { file = "pv.csv", column = "cf" }`."""


class Labelled(Table):
    """A named table that results show under a label."""

    label: str | None = key("name in results, English")
    label_zh: str | None = key("name in results, Chinese")


class Preset(Labelled):
    """A named table whose keys the library may supply."""

    preset: str | None = key("library entry that supplies the keys not given here; default: the entry of the same name")
    permit_months: int | None = months(
        "filings, permits, tender and approvals before the order or signature; this and the next two date the roadmap"
    )
    lead_time_months: int | None = months("from order to start on site; of contracts and claims to the first delivery")
    build_months: int | None = months("on site until it works")
    chapter: Chapter | None = key("implementation step to which the roadmap counts it")
    owner: str | None = key("who does it, in the roadmap, English")
    owner_zh: str | None = key("who does it, in the roadmap, Chinese")
