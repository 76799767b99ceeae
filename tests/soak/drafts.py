"""A scenario before it is a file: its tables as TOML will have them, and its CSV files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Tables = dict[str, Any]


@dataclass
class Draft:
    """Tables by name, CSV texts by file name, and whether `small_model` covers all of it."""

    tables: Tables
    files: dict[str, str] = field(default_factory=dict)
    covered: bool = True

    def copy(self) -> Draft:
        return Draft(deepcopy(self.tables), dict(self.files), self.covered)

    def write(self, folder: Path) -> Path:
        """The scenario file, written with its CSV files."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        path = folder / "scenario.toml"
        path.write_text(toml(self.tables), encoding="utf-8")
        return path


def toml(tables: Mapping[str, Any]) -> str:
    """Tables of two levels as headings, what is deeper inline.

    >>> print(toml({"a": {"x": 1}, "b": {"c": {"y": [1.5], "z": {"u": True}}}}), end="")
    [a]
    x = 1
    [b.c]
    y = [1.5]
    z = { u = true }
    """
    lines: list[str] = []
    for name, table in tables.items():
        named = {k: v for k, v in table.items() if isinstance(v, Mapping)} if name in NAMED else {}
        own = {k: v for k, v in table.items() if k not in named}
        if own or not named:
            lines += [f"[{name}]", *(f"{key} = {value(item)}" for key, item in own.items())]
        for key, keys in named.items():
            lines += [f"[{name}.{key}]", *(f"{word} = {value(item)}" for word, item in keys.items())]
    return "\n".join(lines) + "\n"


NAMED = (
    "production",
    "demands",
    "markets",
    "retrofits",
    "converters",
    "stores",
    "contracts",
    "instruments",
    "management",
    "b",
)


def value(item: Any) -> str:
    """One value as TOML."""
    if isinstance(item, Mapping):
        return "{ " + ", ".join(f"{key} = {value(inner)}" for key, inner in item.items()) + " }"
    if isinstance(item, list | tuple):
        return "[" + ", ".join(map(value, item)) + "]"
    if isinstance(item, bool):
        return str(item).lower()
    if isinstance(item, str):
        return json.dumps(item, ensure_ascii=False)
    return repr(item) if isinstance(item, int) else repr(float(item))


def csv_text(heading: str, numbers: list[float]) -> str:
    """One column under a heading."""
    return "\n".join([heading, *(repr(float(x)) for x in numbers)]) + "\n"


def numbers_of(keys: Mapping[str, Any], files: Mapping[str, str]) -> list[float]:
    """The numbers of a series, from the table itself or from its file."""
    if "values" in keys:
        return [float(x) for x in keys["values"]]
    lines = files[keys["file"]].splitlines()
    at = lines[0].split(",").index(keys["column"]) if "column" in keys else 0
    return [float(line.split(",")[at]) for line in lines[1:]]
