"""Comparisons beside a solved case: `<results folder>/studies/KIND.json` and the same as a table, KIND.csv.

A study is a JSON object with `kind` and a list of points or rows, each an object. The table has one line for each of them:
plain values as columns, values by year as one column for each year (`stars_2030`), lists of words joined. What a table cannot
hold stays in the JSON. Both are replaced whole, under the lock of the folder; solving the case again removes them, because
they speak of another plan. Money is in the scenario's currency.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from planner.results.folder import ResultsError, read_summary, rounded, writer_lock

FOLDER = "studies"
LISTS = ("points", "rows")  # where a study keeps its objects


def write_study(folder: Path, study: Mapping[str, Any]) -> Path:
    """Write a study beside the results in `folder`; returns the JSON's path. Raises ResultsError on any other folder."""
    folder = folder.resolve()
    kind = str(study["kind"])
    with writer_lock(folder):
        read_summary(folder)
        place = folder / FOLDER
        place.mkdir(exist_ok=True)
        kept = rounded(study)
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
    return found


def studies(folder: Path) -> tuple[str, ...]:
    """Kinds of the studies beside the results in `folder`."""
    return tuple(sorted(path.stem for path in (folder / FOLDER).glob("*.json")))


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
