"""Presets and factors as tables with sources: what things cost, save, emit and count for in a rating.

One file per kind. `load("converters")["pv_roof"].values` holds plain values under the same keys as the scenario's table
of that kind, so a preset and a scenario's own keys merge like two dictionaries; `.numbers["capex_per_kw"]` holds value,
low, high, unit, year, source and status of each number. Keys that a scenario does not have are in `.about`.

In the files a number is `{ value, low, high, unit, year, source, status }`, `source = "@id"` refers to the table
`[sources]` of the file, and status is verified (two independent public sources), probable (one) or assumed (our
judgement; then low and high are given). Bare numbers are refused. A list of numbers has lists as low and high.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from planner.library.toml_text import TomlError, bounded_bytes, parsed

if TYPE_CHECKING:
    from planner.library.rating_table import RatingTable

FOLDER = Path(__file__).parent

Kind = Literal[
    "converters",
    "stores",
    "retrofits",
    "management",
    "contracts",
    "instruments",
    "fuels",
    "tariffs",
    "climates",
    "profiles",
    "grid_factors",
    "lead_times",
]
Status = Literal["verified", "probable", "assumed"]
Value = float | tuple[float, ...]


class LibraryError(ValueError):
    """A library table is malformed, or a name is not in it."""


@dataclass(frozen=True)
class Number:
    """A sourced number or list of numbers; low and high bound what it may reasonably be."""

    value: Value
    low: Value | None
    high: Value | None
    unit: str
    year: int
    source: str
    status: Status

    @property
    def scalar(self) -> float:
        """Its value, which is no list."""
        assert not isinstance(self.value, tuple)
        return float(self.value)


@dataclass(frozen=True)
class Entry:
    """A preset: `values` for the scenario's table, `numbers` by dotted path, `about` for everything else."""

    name: str
    label_en: str
    label_zh: str
    values: Mapping[str, Any]
    numbers: Mapping[str, Number]
    about: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""


def load(kind: str) -> Mapping[str, Entry]:
    """All entries of a kind, by name; the file is read once."""
    if kind not in get_args(Kind):
        raise LibraryError(f"library has no kind {kind!r}; {nearest(kind, get_args(Kind))}")
    return _load(kind)


def entry(kind: str, name: str) -> Entry:
    """One entry.

    >>> entry("converters", "pv_roof").values["renewable"]
    True
    >>> entry("converters", "pv_rof")
    Traceback (most recent call last):
        ...
    planner.library.LibraryError: library has no converters named 'pv_rof'; did you mean pv_roof?
    """
    entries = load(kind)
    if name not in entries:
        raise LibraryError(f"library has no {kind} named {name!r}; {nearest(name, entries)}")
    return entries[name]


@cache
def rating(name: str) -> RatingTable:
    """A rating standard by name, e.g. t_ceca_g_0171_2022."""
    from planner.library.rating_table import RATINGS, read_rating, standards  # imports this module

    if name not in standards():
        raise LibraryError(f"library has no rating standard named {name!r}; {nearest(name, standards())}")
    return read_rating(RATINGS / f"{name}.toml")


def nearest(name: str, known: Iterable[str]) -> str:
    """Advice on a misspelt name: the nearest one, or all."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else "known: " + ", ".join(names)


@cache
def _load(kind: str) -> Mapping[str, Entry]:
    if kind == "grid_factors":
        from planner.library.grid import grid_entries  # imports this module

        return grid_entries()
    path = FOLDER / f"{kind}.toml"
    tables = read_toml(path)
    sources = tables.pop("sources", {})
    return {name: _entry(f"{path.name}: {name}", name, table, sources) for name, table in tables.items()}


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a library file, or of a user's copy of one."""
    try:
        return parsed(bounded_bytes(path).decode())
    except TomlError as error:
        raise LibraryError(f"{path.name}:{error.line}:{error.column}: {error.got}") from error
    except UnicodeDecodeError:
        raise LibraryError(f"{path.name}: text that is not UTF-8") from None
    except OSError as error:
        raise LibraryError(f"{path.name}: {error.strerror}") from error


def _entry(where: str, name: str, table: dict[str, Any], sources: Mapping[str, str]) -> Entry:
    numbers: dict[str, Number] = {}
    plain = dict(table)
    try:
        labels = plain.pop("label_en"), plain.pop("label_zh")
    except KeyError as missing:
        raise LibraryError(f"{where}: no {missing.args[0]}") from None
    remark = plain.pop("remark", "")
    about = resolve(where, plain.pop("about", {}), sources, numbers, "about")
    return Entry(name, *labels, resolve(where, plain, sources, numbers), numbers, about, remark)


def resolve(where: str, node: Any, sources: Mapping[str, str], numbers: dict[str, Number], path: str = "") -> Any:
    """`node` with every number table replaced by its plain value; the numbers are added to `numbers` by dotted path.

    Items of a list are known in the path by their id, metric or stars where they have one, else by their position.
    """
    if isinstance(node, dict):
        if "value" in node:
            numbers[path] = number(f"{where}.{path}", node, sources)
            return numbers[path].value
        return {k: resolve(where, v, sources, numbers, f"{path}.{k}" if path else k) for k, v in node.items()}
    if isinstance(node, list):
        return [resolve(where, v, sources, numbers, f"{path}.{_item_name(i, v)}") for i, v in enumerate(node)]
    if isinstance(node, int | float) and not isinstance(node, bool) and COUNTS.isdisjoint(path.split(".")):
        raise LibraryError(f"{where}.{path}: bare number {node}; wanted a table with value, unit, year, source, status")
    return node


COUNTS = frozenset({"stars", "scope", "months"})  # names of things, not quantities


def _item_name(position: int, item: Any) -> str:
    named = item if isinstance(item, dict) else {}
    return str(next((named[k] for k in ("id", "metric", "stars") if k in named), position))


def number(where: str, table: Mapping[str, Any], sources: Mapping[str, str]) -> Number:
    """A number table, checked: all fields there, a known status and source, low <= value <= high."""
    unknown = set(table) - set(Number.__dataclass_fields__)
    missing = {"value", "unit", "year", "source", "status"} - set(table)
    if unknown or missing:
        raise LibraryError(f"{where}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    if table["status"] not in get_args(Status):
        raise LibraryError(f"{where}: status {table['status']!r}; {nearest(table['status'], get_args(Status))}")
    source: str = table["source"]
    if source.startswith("@"):
        if source[1:] not in sources:
            raise LibraryError(f"{where}: source {source!r} is not in [sources]; {nearest(source[1:], sources)}")
        source = sources[source[1:]]
    value, low, high = (_frozen(table.get(k)) for k in ("value", "low", "high"))
    if value is None or (table["status"] == "assumed" and (low is None or high is None)):
        raise LibraryError(f"{where}: an assumed number needs low and high")
    if not (_ordered(low, value) and _ordered(value, high)):
        raise LibraryError(f"{where}: wanted low <= value <= high, got {low}, {value}, {high}")
    return Number(value, low, high, table["unit"], table["year"], source, table["status"])


def _frozen(value: Any) -> Value | None:
    return tuple(value) if isinstance(value, list) else value


def _ordered(smaller: Value | None, larger: Value | None) -> bool:
    if smaller is None or larger is None:
        return True
    if isinstance(smaller, tuple) and isinstance(larger, tuple):
        return len(smaller) == len(larger) and all(a <= b for a, b in zip(smaller, larger, strict=True))
    return not isinstance(smaller, tuple) and not isinstance(larger, tuple) and smaller <= larger
