"""The results folder: what `plan solve` leaves behind, whole or not at all.

    results/<case>/
      summary.json               status, money, gap, stars, tonnes, hashes of inputs, of every other file and of itself
      cash.csv, emissions.csv …  tidy tables: year, item, metric, unit, value
      roadmap.csv, .json, .ics   dated actions (`planner.roadmap.dated`)
      scenario.effective.toml    the scenario with every default written out
      operation.npz              problem, decisions and operation at full precision; not committed
      usual.npz                  the same of business as usual
      beside.npz                 decisions and operation of the other plans beside it
      inputs.zip                 the scenario and the files that it names, as they were read

A folder is written beside its place and moved there, so an earlier result is never half-overwritten, and there is one
writer at a time. Only files that the summary names are replaced; whatever else is in the folder stays.
Money in files is in the scenario's currency, not in millions.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from planner.results.place import recover, replace_folder

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

SUMMARY = "summary.json"
DIGEST = "digest"  # key of the summary's own hash
OPERATION = "operation.npz"
USUAL = "usual.npz"
BESIDE = "beside.npz"
INPUTS = "inputs.zip"
PLANS = "plans.csv"
HEADLINE = "headline.csv"
ROADMAP = "roadmap.csv"  # one row an action, no tidy table
EFFECTIVE = "scenario.effective.toml"
COLUMNS = ("year", "item", "metric", "unit", "value")
SIGNIFICANT_DIGITS = 10
ROUNDING = 1e-8  # below it a number is what rounding left of zero


class ResultsError(Exception):
    """A results folder cannot be read or written; the message says why and what to do."""


class Row(NamedTuple):
    """One number of a tidy table. `year` is None for totals and for values that hold for the whole plan."""

    year: int | None
    item: str
    metric: str
    unit: str
    value: float


@dataclass(frozen=True)
class Results:
    """A results folder that has been read: everything but the operation."""

    folder: Path
    summary: Mapping[str, Any]
    tables: Mapping[str, tuple[Row, ...]]

    def operation_bytes(self) -> bytes:
        """The full-precision archive; raises ResultsError with the command that makes it again."""
        path = self.folder / OPERATION
        if not path.is_file():
            raise ResultsError(
                f"{path} is missing: problem and operation at full precision are not committed.\n"
                f"Make it again with: plan solve {shown(scenario_of(self.folder, self.summary))} --out {shown(self.folder)}"
            )
        return path.read_bytes()


# --- writing ----------------------------------------------------------------------------------------------------------


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the right to write `folder`; raises ResultsError when another process has it.

    The lock is the operating system's, so it ends with the process however that ends.
    """
    folder = folder.resolve()
    refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.parent / f".{folder.name}.lock"
    with path.open("a+") as handle:
        if not (try_lock(handle.fileno()) and _is_still_at(handle.fileno(), path)):
            raise ResultsError(f"another `plan solve` is writing {folder}: wait for it or choose another --out")
        recover(folder, _written)
        try:
            yield
        finally:
            if sys.platform != "win32":  # an open file cannot be removed there
                path.unlink(missing_ok=True)


def refuse_foreign(folder: Path) -> None:
    """Raise ResultsError if `folder` holds something that `plan` did not write and would therefore delete."""
    if folder.is_file():
        raise ResultsError(f"{folder} is a file; --out must name a folder")
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / SUMMARY).is_file():
            raise ResultsError(f"{folder} holds other files and no {SUMMARY}: refusing to write into it")
        if not _record(folder):
            raise ResultsError(
                f"{folder / SUMMARY} is not one that `plan solve` wrote: refusing to write into {folder}"
            )


def write_results(folder: Path, summary: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Replace what the planner wrote into `folder` by these files and `summary.json`, which gets their hashes and its own.

    What else is in the folder stays. Call inside `writer_lock`; raises OSError where the files cannot be written.
    """
    hashes = {name: sha256(data) for name, data in sorted(files.items())}
    said = summary_bytes({**summary, "files": hashes})
    replace_folder(folder, {**files, SUMMARY: said}, _written)


def _written(folder: Path) -> list[str]:
    """Files of a results folder that the planner wrote, as its summary says."""
    return [SUMMARY, *table_of(_record(folder), "files")]


def _record(folder: Path) -> dict[str, Any]:
    """The summary of a folder, whoever edited it since; empty where `plan solve` wrote none."""
    try:
        found = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and "status" in found and isinstance(found.get("files"), dict) else {}


def summary_bytes(summary: Mapping[str, Any]) -> bytes:
    """`summary.json`, with the hash of all that it says in its last line."""
    kept = rounded({key: value for key, value in summary.items() if key != DIGEST})
    said = json.loads(json.dumps(kept, allow_nan=False))  # keys are text from now on
    return (json.dumps({**said, DIGEST: _digest(said)}, indent=2, ensure_ascii=False) + "\n").encode()


def _digest(said: Mapping[str, Any]) -> str:
    """Of the values, not of how they are laid out."""
    return sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())


def table_bytes(rows: Iterable[Row]) -> bytes:
    """A tidy CSV table, ten significant digits, the rounding of sums that come to nothing as 0, LF line ends."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(["" if row.year is None else row.year, row.item, row.metric, row.unit, _number(row.value)])
    return buffer.getvalue().encode()


def rounded(value: Any) -> Any:
    """The same JSON value with floats at ten significant digits and non-finite ones as null."""
    if isinstance(value, Mapping):
        return {str(key): rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    if isinstance(value, bool | str | int) or value is None:
        return value
    number = float(value)
    return float(_number(number)) if math.isfinite(number) else None


def sha256(data: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()


def _number(value: float) -> str:
    settled = 0.0 if abs(value) < ROUNDING else float(value)
    return f"{settled:.{SIGNIFICANT_DIGITS}g}"


def try_lock(descriptor: int) -> bool:
    """Whether the open file could be locked for this process; the lock ends with the process."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_still_at(descriptor: int, path: Path) -> bool:
    """Whether the open lock file is the one at `path`, not one that its last holder has just removed."""
    return path.exists() and os.path.samestat(os.fstat(descriptor), path.stat())


# --- reading ----------------------------------------------------------------------------------------------------------


def read_results(folder: Path, *, as_written: bool = True) -> Results:
    """Read summary and tables; raises ResultsError when the folder is no results folder.

    So it does where they are not `as_written` by `plan solve`, unless they need not be.
    """
    summary = read_summary(folder, as_written=as_written)
    if as_written:
        _refuse_changed(folder, summary, changed_files(folder, summary, whole=False))
    tables = {path.stem: _read_table(path) for path in sorted(folder.glob("*.csv")) if path.name != ROADMAP}
    return Results(folder, summary, tables)


def read_summary(folder: Path, *, as_written: bool = True) -> dict[str, Any]:
    """`summary.json` as it stands; raises ResultsError where that is not `as_written` by `plan solve`, unless it need not be."""
    path = folder / SUMMARY
    if not path.is_file():
        raise ResultsError(f"{folder} is not a results folder: no {SUMMARY} (`plan solve SCENARIO` writes one)")
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultsError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(summary, dict) or "status" not in summary:
        raise ResultsError(f"{path} is not a summary that `plan solve` wrote: no status in it")
    if as_written:
        _refuse_changed(folder, summary, changed_summary(summary))
    return summary


def _refuse_changed(folder: Path, summary: Mapping[str, Any], wrong: list[str]) -> None:
    if wrong:
        again = f"plan solve {shown(scenario_of(folder, summary))} --out {shown(folder)}"
        raise ResultsError(
            f"{shown(folder)}: {', '.join(wrong)}.\nWhat differs: `plan verify {shown(folder)}`.\nTo write it anew: `{again}`."
        )


def changed_summary(summary: Mapping[str, Any]) -> list[str]:
    """A line where a summary does not say what it said when it was written."""
    said = {key: value for key, value in summary.items() if key != DIGEST}
    return [] if summary.get(DIGEST) == _digest(said) else [f"{SUMMARY} is not what `plan solve` wrote"]


def changed_files(folder: Path, summary: Mapping[str, Any], *, whole: bool = True) -> list[str]:
    """Lines on result files that differ from the hashes in the summary, or are missing: any of a `whole` folder, else tables."""
    wrong = []
    for name, digest in table_of(summary, "files").items():
        path = folder / Path(name).name
        if not path.is_file():
            wrong += [f"{name} is missing"] if whole or path.suffix == ".csv" else []
        elif sha256(path.read_bytes()) != digest:
            wrong.append(f"{name} is not what `plan solve` wrote")
    return wrong


def changed_inputs(folder: Path, summary: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Inputs of the scenario that differ from what was solved, and those that are not there to compare."""
    base = scenario_of(folder, summary).parent.resolve()
    changed, absent = [], []
    for name, digest in table_of(summary, "inputs").items():
        path = base / name
        if not path.is_file():
            absent.append(f"input {shown(path)} is not there: not compared")
        elif sha256(path.read_bytes()) != digest:
            changed.append(f"input {shown(path)} has changed since this plan was made: run `plan solve` again")
    return changed, absent


def scenario_of(folder: Path, summary: Mapping[str, Any]) -> Path:
    """The scenario file that a folder's plan was solved from."""
    told = table_of(summary, "scenario")
    return folder / str(told.get("folder", ".")) / str(told.get("file", "scenario.toml"))


def table_of(summary: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """What a summary holds under a key; nothing where that is no table, as after an edit by hand."""
    found = summary.get(key)
    return found if isinstance(found, dict) else {}


def shown(path: Path) -> str:
    """A path relative to the working folder if it is inside it."""
    path = path.resolve()
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)


def _read_table(path: Path) -> tuple[Row, ...]:
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.reader(handle)
            header = tuple(next(reader, ()))
            if header != COLUMNS:
                raise ResultsError(f"{path}:1: columns are {','.join(header)}, wanted {','.join(COLUMNS)}")
            return tuple(Row(int(r[0]) if r[0] else None, r[1], r[2], r[3], float(r[4])) for r in reader)
    except (ValueError, IndexError) as error:
        raise ResultsError(f"{path}: not a tidy table: {error}") from error
