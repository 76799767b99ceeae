"""A job as bytes: what goes to a machine that shares no disk with this one, and what comes back.

Out go the scenario and the files that it names. Back come the files of its results folder; each must have a plain name and
the hash that the summary says, else nothing of them is written.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.results.folder import SUMMARY, sha256, write_results, writer_lock
from planner.solving.solve import BAD_INPUT
from planner.sweep.jobs import Ended, How, Job, program
from planner.sweep.journal import WITH_RESULTS
from planner.sweep.process import Processes, solve_apart

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
ANY_MACHINE = "python"  # a version in which machines may differ


class ParcelError(Exception):
    """What came back is not what a solve writes; the message says what is wrong."""


@dataclass(frozen=True)
class Parcel:
    """A job without its machine."""

    case: str
    scenario: str  # name of its file
    files: Mapping[str, bytes]  # by path inside the scenario's folder
    how: How
    program: Mapping[str, str]


@dataclass(frozen=True)
class Returned:
    """How it ended, and the files of its results folder."""

    ended: Ended
    files: Mapping[str, bytes]


def packed(job: Job) -> Parcel:
    """The job with the bytes that its key speaks of. Raises ParcelError if they have changed."""
    files = {name: (job.scenario.parent / name).read_bytes() for name in job.inputs}
    for name, data in files.items():
        if sha256(data) != job.inputs[name]:
            raise ParcelError(f"{name} changed during the sweep: run the same command again")
    return Parcel(job.case, job.scenario.name, files, job.how, program())


def solve_parcel(parcel: Parcel, folder: Path | None = None) -> Returned:
    """Solves a parcel where it arrives, in a folder of its own below `folder`, of which nothing is left."""
    if differing := [name for name, version in parcel.program.items() if _differs(name, version)]:
        here = ", ".join(f"{name} is {program().get(name, 'missing')[:12]}" for name in differing)
        there = ", ".join(parcel.program[name][:12] for name in differing)
        return Returned(Ended(BAD_INPUT, f"the worker runs another program: {here}, wanted {there}"), {})
    with tempfile.TemporaryDirectory(dir=folder, prefix="plan-") as place:
        inputs, results = Path(place) / "scenario", Path(place) / "results" / parcel.case
        for name, data in parcel.files.items():
            (inputs / name).parent.mkdir(parents=True, exist_ok=True)
            (inputs / name).write_bytes(data)
        ended = solve_apart(inputs / parcel.scenario, results, parcel.how, Processes())
        files = {path.name: path.read_bytes() for path in results.iterdir()} if ended.code in WITH_RESULTS else {}
    return Returned(ended, files)


def unpacked(job: Job, returned: Returned, folder: Path) -> Ended:
    """Writes the results that came back as if they had been made here. Raises ParcelError."""
    if returned.ended.code not in WITH_RESULTS:
        return returned.ended
    files = {name: data for name, data in returned.files.items() if name != SUMMARY}
    summary = _summary(returned.files.get(SUMMARY))
    for name, data in files.items():
        if not PLAIN.fullmatch(name):
            raise ParcelError(f"a file named {name!r} came back: refused")
        if summary["files"].get(name) != sha256(data):
            raise ParcelError(f"{name} came back with other bytes than its summary says")
    if missing := summary["files"].keys() - files.keys():
        raise ParcelError(f"{', '.join(sorted(missing))} did not come back")
    home = Path(os.path.relpath(job.scenario.parent.resolve(), folder.resolve())).as_posix()
    scenario = {**summary["scenario"], "folder": home}
    with writer_lock(folder):
        write_results(folder, {**summary, "scenario": scenario}, files)
    return returned.ended


def _summary(data: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(data or b"")
    except ValueError as error:
        raise ParcelError(f"no readable {SUMMARY} came back: {error}") from error
    if not (isinstance(found, dict) and all(isinstance(found.get(key), dict) for key in ("files", "scenario"))):
        raise ParcelError(f"the {SUMMARY} that came back is none that a solve writes")
    return found


def _differs(name: str, version: str) -> bool:
    return name != ANY_MACHINE and program().get(name) != version
