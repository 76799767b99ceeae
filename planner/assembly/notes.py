"""What an assembly remembers besides the problem: numbers taken from the library, labels, warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner import library
from planner.library import Number
from planner.reading.faults import Fault, ScenarioFaults
from planner.scenario.base import Preset


@dataclass(frozen=True)
class Used:
    """A library number that the problem rests on: `key` is where the scenario may override it."""

    key: str
    preset: str
    number: Number


@dataclass
class Notes:
    """Collected while assembling."""

    written: Mapping[str, Any]  # the scenario as in its file, without presets
    used: list[Used] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)  # name -> English, Chinese

    def warn(self, said: str) -> None:
        """Note one warning, once."""
        if said not in self.warnings:
            self.warnings.append(said)

    def use(self, key: str, preset: str, numbers: Mapping[str, Number]) -> None:
        """Note the library numbers behind `key`."""
        for path, number in numbers.items():
            self.used.append(Used(f"{key}.{path}" if path else key, preset, number))

    def label(self, name: str, table: Any) -> None:
        """Note the labels of a table; its name stands in for those it lacks."""
        english = getattr(table, "label", None) or name.replace("_", " ")
        self.labels[name] = english, getattr(table, "label_zh", None) or english

    def inherits(self, kind: str, name: str, table: Preset) -> None:
        """Note label and preset numbers of a table that the reader has completed from the library."""
        self.label(name, table)
        entry = library.load(kind).get(table.preset or name)
        if entry is not None:
            own = self.written.get(kind, {}).get(name, {})
            kept = type(table).model_fields.keys() - own.keys()
            self.use(f"{kind}.{name}", entry.name, {p: n for p, n in entry.numbers.items() if p.split(".")[0] in kept})


def refuse(key: str, got: str, wanted: str, hint: str = "") -> ScenarioFaults:
    """One fault that only assembling can find, as an exception to raise."""
    return ScenarioFaults([Fault(key, got, wanted, hint)])


def lists(value: Any) -> Any:
    """Tuples of the library as the lists that scenario tables hold."""
    if isinstance(value, tuple | list):
        return [lists(v) for v in value]
    if isinstance(value, Mapping):
        return {k: lists(v) for k, v in value.items()}
    return value
