"""Warnings about numbers of an implausible size, with the unit that was probably meant."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from math import log, sqrt
from typing import Any, get_args

from pydantic import BaseModel

from planner.library import load
from planner.reading.findings import Finding, Path
from planner.reading.units import QuantityError, mwh_per_unit
from planner.scenario import Scenario

# unit of the key -> (what was typed, factor from what was typed to the unit)
MISTAKES: dict[str, tuple[tuple[str, float], ...]] = {
    "MW": (("kW", 1e-3), ("GW", 1e3)),
    "MWh": (("kWh", 1e-3), ("万kWh", 10.0), ("GWh", 1e3)),
    "share": (("percent", 0.01),),
    "share per year": (("percent", 0.01),),
    "per year": (("percent", 0.01),),
    "CNY/MWh": (("CNY/kWh", 1e3), ("fen/kWh", 10.0)),
    "CNY/kW": (("CNY/MW", 1e-3), ("CNY/W", 1e3), ("万元/kW", 1e4)),
    "CNY/kWh": (("CNY/MWh", 1e-3), ("CNY/Wh", 1e3)),
    "CNY/kW-year": (("CNY/MW-year", 1e-3),),
    "CNY/kW-month": (("CNY/MW-month", 1e-3), ("CNY/kW-year", 1 / 12)),
    "CNY": (("万元", 1e4), ("million", 1e6)),
    "CNY/year": (("万元/year", 1e4), ("million/year", 1e6)),
    "t CO2e/MWh": (("kg/MWh", 1e-3), ("g/kWh", 1e-3)),
    "t CO2e": (("kg", 1e-3), ("万吨", 1e4)),
    "kg CO2e/MWh": (("t/MWh", 1e3),),
    "kg CO2e/kW": (("t/kW", 1e3), ("kg/MW", 1e-3)),
    "m²": (("亩", 666.7), ("hectares", 1e4)),
    "h": (("minutes", 1 / 60),),
    "h/year": (("hours per day", 365.0), ("share of the year", 8760.0)),
    "tce/MWh": (("kgce/MWh", 1e-3),),
    "MWh/MWh": (("percent", 0.01),),
    "°C": (("kelvin", 0.0),),
}


LARGEST_FLOAT = sys.float_info.max  # a whole number of TOML may be larger
TOO_MUCH = 1e12  # no factory has so much of anything; no solver bears it beside ordinary numbers
BILLED_IN = ("Nm3", "t")  # units of a fuel's bill, the likelier first


def too_much(tables: Mapping[str, Any]) -> list[Finding]:
    """A fault for each number that is too much for any factory, from the scenario or from a preset."""
    return [
        Finding(path, f"{value:g}", f"a number below {TOO_MUCH:.0e}")
        for path, value in _numbers(tables, ())
        if abs(value) >= TOO_MUCH
    ]


def implausible(given: Mapping[str, Any], currency: str = "CNY") -> list[Finding]:
    """A warning for each number that the scenario gives outside its plausible range; presets are not looked at."""
    return [
        Finding(
            path,
            f"{value:g}",
            f"{low:g} to {high:g} {_money(unit, currency)}".rstrip(),
            _hint(value, unit, low, high, currency, _per_mwh(given, path)),
        )
        for path, value, unit, low, high in _outside(Scenario, given, ())
    ]


def _money(unit: str, currency: str) -> str:
    return unit.replace("CNY", currency)


def _per_mwh(given: Mapping[str, Any], path: Path) -> dict[str, float]:
    """For the price of a fuel: the units of its bills, and how many of them make a MWh."""
    if path[0] != "markets" or path[-1] != "price_per_mwh":
        return {}
    table = given["markets"].get(path[1], {})
    fuel = load("fuels").get(str(table.get("fuel")))
    carrier = table.get("carrier") or (path[1] if fuel is None else fuel.values["carrier"])
    found = {}
    for unit in BILLED_IN:
        with suppress(QuantityError):
            found[unit] = 1 / mwh_per_unit(unit, str(carrier))
    return found


def _hint(value: float, unit: str, low: float, high: float, currency: str, billed: Mapping[str, float]) -> str:
    """The unit that was probably typed: of a fuel's price the one that comes nearest to the middle of what is plausible."""
    meant = {
        f"in {_money(typed, currency)}": value - 273.15 if typed == "kelvin" else value * factor
        for typed, factor in MISTAKES.get(unit, ())
    }
    meant |= {f"by the {one}": value * factor for one, factor in billed.items()}
    likely = {words: number for words, number in meant.items() if low <= number <= high}
    if not likely:
        return "check the unit"
    first = next(iter(likely))
    words = min(likely, key=lambda one: abs(log(likely[one] / sqrt(low * high)))) if billed else first
    return f"typed {words}? then write {likely[words]:.6g}"


def _outside(model: type[BaseModel], table: Any, path: Path) -> Iterator[tuple[Path, float, str, float, float]]:
    if not isinstance(table, Mapping):
        return
    for name, info in model.model_fields.items():
        if name not in table:
            continue
        extra: Any = info.json_schema_extra or {}
        if "plausible" in extra:
            low, high = extra["plausible"]
            for inner, value in _numbers(table[name], (*path, name)):
                if not low <= value <= high and value != 0:
                    yield inner, value, str(extra.get("unit", "")), low, high
        for inside in _models(info.annotation):
            yield from _below(inside, table[name], (*path, name), _depth(info.annotation))


def _below(
    model: type[BaseModel], value: Any, path: Path, named: bool
) -> Iterator[tuple[Path, float, str, float, float]]:
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from _outside(model, item, (*path, position))
    elif isinstance(value, Mapping) and named:
        for name, item in value.items():
            yield from _outside(model, item, (*path, name))
    else:
        yield from _outside(model, value, path)


def _depth(annotation: Any) -> bool:
    """Whether the annotation is a table of named tables."""
    return getattr(annotation, "__origin__", None) is dict or any(_depth(part) for part in get_args(annotation))


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _numbers(value: Any, path: Path) -> Iterator[tuple[Path, float]]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value) if abs(value) < LARGEST_FLOAT else LARGEST_FLOAT
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _numbers(item, (*path, position))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _numbers(item, (*path, name))
