"""What two or more plans were given: keys of the effective scenario that differ, series that differ, versions that differ."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.comparing.phrases import phrase
from planner.results.folder import EFFECTIVE, Results
from planner.words import Lang

ABSENT = "–"
NAMES = {"scenario.name", "scenario.title", "scenario.title_zh"}  # what a scenario is called changes no plan
SOLVER = "solver."
SHORT = 12  # letters of a hash that are shown


@dataclass(frozen=True)
class Given:
    """An input that is not the same everywhere: kind, key, and its value in each plan."""

    kind: str  # scenario, series, solver, version
    key: str
    values: tuple[str, ...]


def differing(cases: Sequence[Results]) -> list[Given]:
    """Inputs that differ, the scenario's keys first."""
    flat = [flattened(_effective(case)) for case in cases]
    found = []
    for key, values in _unequal(flat):
        if key not in NAMES:
            kind = "solver" if key.startswith(SOLVER) else "scenario"
            found.append(Given(kind, key, tuple(ABSENT if v is None else _shown(v) for v in values)))
    series = [
        {k: v for k, v in case.summary.get("inputs", {}).items() if k != case.summary["scenario"].get("file")}
        for case in cases
    ]
    for key, values in _unequal(series):
        found.append(Given("series", key, tuple(ABSENT if v is None else str(v)[:SHORT] for v in values)))
    for key, values in _unequal([case.summary.get("versions", {}) for case in cases]):
        found.append(Given("version", key, tuple(map(str, values))))
    order = ("scenario", "series", "solver", "version")
    return sorted(found, key=lambda one: order.index(one.kind))


def flattened(table: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Keys with their path, tables of lists with their place.

    >>> flattened({"a": {"b": 1, "c": [2, 3]}, "d": [{"e": 4}]})
    {'a.b': 1, 'a.c': [2, 3], 'd[0].e': 4}
    """
    found: dict[str, Any] = {}
    for key, value in table.items():
        here = f"{path}.{key}" if path else str(key)
        if isinstance(value, Mapping):
            found |= flattened(value, here)
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            for n, one in enumerate(value):
                found |= flattened(one, f"{here}[{n}]")
        else:
            found[here] = value
    return found


def words(given: Sequence[Given], lang: Lang = "en") -> str:
    """What may be said of the cause: one difference is the cause, several are so together."""
    asked = [one for one in given if one.kind in ("scenario", "series")]
    others = [kind for kind in ("solver", "version") if any(one.kind == kind for one in given)]
    named = phrase("and", lang).join(phrase(f"kind.{kind}", lang) for kind in others)
    if not asked:
        return phrase("only_others", lang, others=named) if others else phrase("none_differs", lang)
    besides = phrase("besides", lang, others=named) if others else ""
    if len(asked) == 1:
        return phrase("one_differs", lang, name=asked[0].key, besides=besides)
    return phrase("many_differ", lang, count=len(asked), besides=besides)


def _unequal(tables: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[Any]]]:
    for key in dict.fromkeys(key for table in tables for key in table):
        values = [table.get(key) for table in tables]
        if any(value != values[0] for value in values):
            yield key, values


def _effective(case: Results) -> dict[str, Any]:
    path = case.folder / EFFECTIVE
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _shown(value: Any) -> str:
    """A value as it stands in a scenario."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
