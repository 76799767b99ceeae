"""`plan verify`: a results folder against itself, its inputs and the accountant, without Pyomo, solver or scenario reader.

Four questions: are the files those that were written; do the inputs still read as they did; does every row of the problem
hold for the stored plan; and do the summary and the tables say what follows from it, to 1e-6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.answer import account_for, findings
from planner.results.archive import ArchiveError, unpack
from planner.results.folder import Results, Row, changed_files, changed_inputs, changed_summary, read_results
from planner.results.tables import tables
from planner.verification.verify import Verification, verify

TOLERANCE = 1e-6  # relative


@dataclass(frozen=True)
class Report:
    """What was found wrong, what could not be compared, and what was recomputed."""

    folder: Path
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    verification: Verification | None
    compared: int  # numbers of summary and tables

    @property
    def ok(self) -> bool:
        """True where nothing is wrong."""
        return not self.faults

    def lines(self) -> list[str]:
        """For the terminal."""
        lines = [*self.notes, *self.faults]
        if self.verification is not None:
            rows = sum(self.verification.checked.values())
            lines += [
                f"{rows:,} rows of {len(self.verification.checked)} rules and {self.compared:,} reported numbers recomputed",
                f"cost recomputed {self.verification.objective_recomputed:.9g} million, "
                f"reported {self.verification.objective_reported:.9g} million "
                f"(relative difference {self.verification.relative_difference:.1e})",
            ]
        count = f"{len(self.faults)} fault{'s' * (len(self.faults) > 1)}"
        lines.append(f"{self.folder}: {'verified' if self.ok else f'NOT VERIFIED, {count}'}")
        return lines

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        found = self.verification
        return {
            "verified": self.ok,
            "faults": list(self.faults),
            "notes": list(self.notes),
            "checked": dict(found.checked) if found else {},
            "compared": self.compared,
            "objective_recomputed": found.objective_recomputed if found else None,
            "relative_difference": found.relative_difference if found else None,
        }


def recheck(folder: Path) -> Report:
    """Check a results folder; raises ResultsError where there is nothing to check."""
    results = read_results(folder, as_written=False)
    data = results.operation_bytes()
    changed, absent = changed_inputs(folder, results.summary)
    faults = [*changed_summary(results.summary), *changed_files(folder, results.summary), *changed]
    try:
        problem, plan = unpack(data)
    except ArchiveError as error:
        return Report(folder, (*faults, f"operation.npz: {error}"), tuple(absent), None, 0)
    found = verify(problem, plan)
    faults += [str(violation) for violation in found.violations]
    answer = account_for(problem, plan)
    currency = str(results.summary.get("currency", ""))
    wanted = findings(answer)
    missing = [key for key in wanted if key not in results.summary]
    faults += [f"summary.json: {key} is missing" for key in missing]
    compared = 0
    for key, value in wanted.items():
        if key not in missing:
            differing = list(_differences(key, results.summary[key], value))
            faults += [f"summary.json: {line}" for line in differing]
            compared += _count(value)
    for name, rows in tables(answer, currency).items():
        faults += _table_differences(results, name, rows)
        compared += len(rows)
    return Report(folder, tuple(faults), tuple(absent), found, compared)


def same(reported: float, recomputed: float) -> bool:
    """Equal to 1e-6 of the larger, with a floor for numbers that are zero but for rounding."""
    return abs(reported - recomputed) <= TOLERANCE * max(abs(reported), abs(recomputed), 0.1)


def _differences(path: str, reported: Any, recomputed: Any) -> Iterator[str]:
    if isinstance(recomputed, Mapping):
        keys = set(recomputed) | set(reported) if isinstance(reported, Mapping) else set()
        if not isinstance(reported, Mapping):
            yield f"{path} is {reported!r}, wanted a table"
        for key in sorted(keys):
            if key not in reported or key not in recomputed:
                yield f"{path}.{key} is {'missing' if key not in reported else 'not a number of this plan'}"
            else:
                yield from _differences(f"{path}.{key}", reported[key], recomputed[key])
    elif isinstance(reported, bool) or not isinstance(reported, int | float) or not same(reported, recomputed):
        yield f"{path} is {reported}, recomputed {recomputed:.10g}"


def _count(value: Any) -> int:
    return sum(map(_count, value.values())) if isinstance(value, Mapping) else 1


def _table_differences(results: Results, name: str, rows: tuple[Row, ...]) -> list[str]:
    reported = results.tables.get(name)
    if reported is None:
        return [f"{name}.csv is missing"]
    if [row[:4] for row in reported] != [row[:4] for row in rows]:
        return [f"{name}.csv has other rows than the plan"]
    return [
        f"{name}.csv: {old.year or ''} {old.item} {old.metric} is {old.value:.10g}, recomputed {new.value:.10g}"
        for old, new in zip(reported, rows, strict=True)
        if not same(old.value, new.value)
    ]
