"""The numbers that a result rests on: value, unit, source and status, from the effective scenario and the library.

A number that equals its preset's comes from the library, with its source and status (verified, probable, assumed); any other
was given by the scenario. Defaults of the planner's own keys are named as such. What the library once said but the scenario
replaced is not listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic.fields import FieldInfo

from planner.library import Number, load
from planner.library.grid import grid_factor, grid_region
from planner.reading.presets import TABLES
from planner.results.record import Record
from planner.scenario import Market, Scenario
from planner.scenario.base import Table

Standing = Literal["verified", "probable", "assumed", "scenario", "default"]

GENERAL = ("horizon", "finance", "emissions", "durability", "site")
NAMED = ("production", "markets", *TABLES)
PRICES = frozenset({"price_per_mwh", "tou", "file", "values"})  # one of these in a market displaces its tariff's others
NOT_ASSUMED = frozenset({"label", "label_zh", "file", "column", "layout", "leap_day", "preset", "caps", "other"})


@dataclass(frozen=True)
class Assumption:
    """One number, or list of numbers, by the key that a scenario may override."""

    key: str
    value: Any
    unit: str
    status: Standing
    source: str = ""
    year: int | None = None
    low: Any = None
    high: Any = None


def assumptions(record: Record) -> list[Assumption]:
    """Every number of the case in the order of the scenario; empty where the folder has no effective scenario."""
    if record.scenario is None:
        return []
    return [*_general(record.scenario), *_things(record.scenario), *_grid(record.scenario), *_standard(record)]


def sourced(key: str, number: Number) -> Assumption:
    """A number of the library."""
    return Assumption(
        key, number.value, number.unit, number.status, number.source, number.year, number.low, number.high
    )


def _general(scenario: Scenario) -> Iterator[Assumption]:
    for name in GENERAL:
        yield from _own(name, getattr(scenario, name), {})
    for name, other in scenario.emissions.other.items():
        yield from _own(f"emissions.other.{name}", other, {})


def _things(scenario: Scenario) -> Iterator[Assumption]:
    for kind in NAMED:
        for name, table in getattr(scenario, kind).items():
            yield from _own(f"{kind}.{name}", table, library_numbers(kind, name, table))


def library_numbers(kind: str, name: str, table: Table) -> Mapping[str, Number]:
    """Numbers of the library behind a table of the scenario, by path inside it."""
    if kind in TABLES:
        entry = load(kind).get(getattr(table, "preset", None) or name)
        fields = TABLES[kind].model_fields.keys()
        return {} if entry is None else {p: n for p, n in entry.numbers.items() if p.split(".")[0] in fields}
    found: dict[str, Number] = {}
    if kind == "markets":
        for library, key in (("fuels", "fuel"), ("tariffs", "tariff")):
            chosen = getattr(table, key)
            entry = load(library).get(chosen) if chosen is not None else None
            found |= {} if entry is None else _of_market(table, entry.numbers)
    return found


def _of_market(table: Table, numbers: Mapping[str, Number]) -> dict[str, Number]:
    """Numbers of a fuel or tariff where the market is silent; its own price displaces all of theirs."""
    own = {key for key, value in table if value is not None}
    silent = type(table).model_fields.keys() - own
    if own & PRICES:
        silent -= PRICES
    return {path: number for path, number in numbers.items() if path.split(".")[0] in silent}


def _own(where: str, table: Table, numbers: Mapping[str, Number]) -> Iterator[Assumption]:
    fields = type(table).model_fields
    written = {key for key, value in table if _is_number(value)}
    for key, value in table:
        if key not in written or key in NOT_ASSUMED:
            continue
        inside = [path for path in numbers if path.startswith(f"{key}.")]
        if inside and all(_same_inside(table, path, numbers[path]) for path in inside):
            continue  # its numbers are listed one by one
        number = numbers.get(key)
        if number is not None and _same(number.value, value):
            yield sourced(f"{where}.{key}", number)
        elif not (fields[key].default == value and numbers):
            is_default = fields[key].default == value
            yield Assumption(
                f"{where}.{key}", _plain(value), _unit(fields[key]), "default" if is_default else "scenario"
            )
    for path, number in numbers.items():
        if path in fields:
            holds = isinstance(table, Market) and getattr(table, path) is None
        else:
            holds = _same_inside(table, path, number)
        if holds:
            yield sourced(f"{where}.{path}", number)


def _same_inside(table: Table, path: str, number: Number) -> bool:
    """Whether a nested key holds the library's number; a market leaves its tariff's and fuel's keys empty."""
    top, *rest = path.split(".")
    value = getattr(table, top)
    if value is None:
        return isinstance(table, Market)
    node: Any = value.model_dump() if isinstance(value, Table) else value
    for part in rest:
        if isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
            node = node.model_dump() if isinstance(node, Table) else node
        elif isinstance(node, Mapping) and part in node:
            node = node[part]
        else:
            return False
    return _same(number.value, node)


def _grid(scenario: Scenario) -> Iterator[Assumption]:
    """The published grid factors, where the scenario has none of its own."""
    for key, found in (("grid_factor", grid_number(scenario)), ("uncovered", uncovered_number(scenario))):
        if found is not None:
            region, number = found
            yield sourced(f"emissions.{key}: {region} {number.year}", number)


def grid_number(scenario: Scenario) -> tuple[str, Number] | None:
    """Region and published location-based grid factor; None where the scenario has its own."""
    keys, province = scenario.emissions, scenario.scenario.province
    if keys.grid_factor == "custom" or (province is None and keys.grid_factor != "national"):
        return None
    region = "China" if keys.grid_factor == "national" else str(province)
    region = grid_region(region) if keys.grid_factor == "regional" else region
    return region, grid_factor(region, "average", keys.grid_factor_year)


def uncovered_number(scenario: Scenario) -> tuple[str, Number] | None:
    """Region and published factor of electricity without a claim; None where the scenario has its own."""
    keys = scenario.emissions
    if keys.uncovered_t_per_mwh is not None:
        return None
    if keys.uncovered == "average":
        return grid_number(scenario)
    mix, place = grid_factor("China", keys.uncovered, keys.grid_factor_year), grid_number(scenario)
    if place is not None and keys.uncovered == "residual" and place[1].scalar > mix.scalar:
        return place
    own = keys.grid_factor_t_per_mwh
    if (
        own is not None
        and keys.uncovered == "residual"
        and (max(own.values()) if isinstance(own, dict) else own) > mix.scalar
    ):
        return None
    return f"China {keys.uncovered}", mix


def _standard(record: Record) -> Iterator[Assumption]:
    table, rating = record.standard, record.answer.problem.rating
    if table is None or rating is None:
        return
    others = tuple(f"boundaries.{name}." for name in table.boundaries if name != rating.boundary)
    for path, number in table.numbers.items():
        if not path.startswith(others):
            yield sourced(f"rating.{path}", number)


def _is_number(value: Any) -> bool:
    if isinstance(value, Mapping):
        return bool(value) and all(_is_number(v) for v in value.values())
    if isinstance(value, list | tuple):
        return bool(value) and all(_is_number(v) for v in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _same(library: Any, own: Any) -> bool:
    if isinstance(library, tuple):
        return isinstance(own, list | tuple) and len(own) == len(library) and all(map(_same, library, own))
    return isinstance(own, int | float) and not isinstance(own, bool) and abs(own - library) <= 1e-12 * abs(library)


def _unit(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""
