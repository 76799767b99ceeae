"""Comparisons beside a solved case: `<results folder>/studies/KIND.json` and the same as a table, KIND.csv.

A study is a JSON object with `kind` and a list of points or rows, each an object. The table has one line for each of them:
plain values as columns, values by year as one column for each year (`stars_2030`), lists of words joined. What a table cannot
hold stays in the JSON. Both are replaced whole, under the lock of the folder. A study keeps the hash of the plan it speaks of:
once the case is solved again to another plan, it stays where it is and is no longer shown. Money is in the scenario's currency.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from planner.results.folder import OPERATION, ResultsError, read_summary, rounded, table_of, writer_lock

FOLDER = "studies"
PLAN = "plan"  # key of a study: hash of the plan that it speaks of
LISTS = ("points", "rows")  # where a study keeps its objects


class OtherPlanError(ResultsError):
    """A study speaks of another plan than the one that its folder holds."""


def write_study(folder: Path, study: Mapping[str, Any]) -> Path:
    """Write a study beside the results in `folder`; returns the JSON's path. Raises ResultsError on any other folder."""
    folder = folder.resolve()
    kind = str(study["kind"])
    with writer_lock(folder):
        summary = read_summary(folder)
        place = folder / FOLDER
        place.mkdir(exist_ok=True)
        kept = rounded({**study, PLAN: _plan_of(summary)})
        text = json.dumps(kept, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        replace_file(place / f"{kind}.csv", table(kept))
        replace_file(place / f"{kind}.json", text.encode())
    return place / f"{kind}.json"


def read_study(folder: Path, kind: str) -> dict[str, Any]:
    """A study that was written; raises ResultsError with the command that makes it."""
    path = folder / FOLDER / f"{kind}.json"
    if not path.is_file():
        raise ResultsError(f"{path} is missing: `plan {kind}` writes it")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultsError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(found, dict) or found.get("kind") != kind:
        raise ResultsError(f"{path} is not a study of kind {kind}")
    if found.get(PLAN) != _plan_of(read_summary(folder, as_written=False)):
        raise OtherPlanError(f"{path} speaks of another plan than the folder holds: `plan {kind}` writes it anew")
    return found


def _plan_of(summary: Mapping[str, Any]) -> str | None:
    """Hash of the plan of a results folder; None where it holds none."""
    found = table_of(summary, "files").get(OPERATION)
    return None if found is None else str(found)


def studies(folder: Path) -> tuple[str, ...]:
    """Kinds of the studies beside the results in `folder`, but for those that speak of another plan."""
    kinds = sorted(path.stem for path in (folder / FOLDER).glob("*.json"))
    return tuple(kind for kind in kinds if not _of_another_plan(folder, kind))


def _of_another_plan(folder: Path, kind: str) -> bool:
    """Whether a study is one, and the case has been solved again since to another plan."""
    try:
        read_study(folder, kind)
    except OtherPlanError:
        return True
    except ResultsError:
        return False
    return False


def table(study: Mapping[str, Any]) -> bytes:
    """The objects of a study as CSV.

    >>> print(table({"kind": "x", "rows": [{"id": "a", "stars": {"2030": 5}, "told": ["b", "c"]}]}).decode(), end="")
    id,stars_2030,told
    a,5,b; c
    """
    lines = [dict(_cells(row)) for name in LISTS for row in study.get(name, ())]
    columns = dict.fromkeys(name for line in lines for name in line)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return buffer.getvalue().encode()


def _cells(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}_{key}", item) for key, item in value.items() if not isinstance(item, Mapping | list))
        elif isinstance(value, list):
            if all(isinstance(item, str) for item in value):
                yield name, "; ".join(value)
        else:
            yield name, value


def replace_file(path: Path, data: bytes) -> None:
    """The file with these bytes, never half of them."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(data)
    os.replace(fresh, path)
