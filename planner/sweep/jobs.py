"""What a sweep solves: scenarios found and read once, each known by a hash of everything that its plan depends on.

    key = SHA-256 of (inputs: name -> SHA-256, settings, versions, program)

One solver thread for each job, whatever the scenario says, and nothing handed from one job to the next: a plan does not
depend on who computed it, beside what, or in which order.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from planner.library import LibraryError
from planner.reading.faults import ScenarioFaults
from planner.results.folder import ResultsError, sha256
from planner.solving.preparing import Settings, read
from planner.solving.solve import BAD_INPUT
from planner.solving.summary import versions
from planner.solving.written import input_hashes

SCENARIO_FILE = "scenario.toml"
PROGRAM = ("planner", "models")  # packages whose files decide a plan


@dataclass(frozen=True)
class How:
    """What the command line asks of every solve."""

    settings: Settings
    naive: bool = True


@dataclass(frozen=True)
class Job:
    """One scenario to solve."""

    case: str
    scenario: Path  # its file
    inputs: Mapping[str, str]  # SHA-256 by name inside its folder
    how: How
    key: str


@dataclass(frozen=True)
class Ended:
    """How a job ended. `code` is the exit code of its solve; None if its process died, or was never there."""

    code: int | None
    words: str = ""
    seconds: float = 0.0
    attempts: int = 1


@dataclass(frozen=True)
class Portfolio:
    """The jobs in the order they were named, and those that cannot be read with the reason."""

    jobs: tuple[Job, ...]
    unread: Mapping[str, Ended]


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """Scenario files in order, each once: a file, the scenario.toml of a folder, or those of the folders in it.

    Raises ResultsError for a folder without any.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        files = [path]
        if path.is_dir():
            here = path / SCENARIO_FILE
            files = [here] if here.is_file() else sorted(path.glob(f"*/{SCENARIO_FILE}"))
        if not files:
            raise ResultsError(f"{path} holds no {SCENARIO_FILE}, nor does a folder in it")
        for file in files:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def portfolio(files: Sequence[Path], how: How) -> Portfolio:
    """Reads every scenario. Raises ResultsError for two of one name, because they would share a results folder."""
    jobs: list[Job] = []
    unread: dict[str, Ended] = {}
    by_name: dict[str, Path] = {}
    for file in files:
        inputs: dict[str, str] = {}
        try:
            reading = read(file, how.settings)
            name, inputs = reading.scenario.scenario.name, input_hashes(reading)
        except (ScenarioFaults, LibraryError) as error:
            name = _name_of_unread(file)
            unread[name] = Ended(BAD_INPUT, str(error))
        if name in by_name:
            raise ResultsError(f"{by_name[name]} and {file} are both called {name}: their results would share a folder")
        by_name[name] = file
        jobs.append(Job(name, file, inputs, how, key_of(inputs, how)))
    return Portfolio(tuple(jobs), unread)


def key_of(inputs: Mapping[str, str], how: How) -> str:
    """What a job is known by."""
    settings = {name: value for name, value in asdict(how.settings).items() if value is not None}
    known = {"inputs": dict(inputs), "settings": settings, "naive": how.naive, "program": program()}
    return sha256(json.dumps(known, sort_keys=True).encode())


@cache
def program() -> Mapping[str, str]:
    """Versions of what computes a plan, and one hash of the program's own files."""
    root = Path(__file__).parents[2]
    files = [
        path
        for package in PROGRAM
        for path in sorted((root / package).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    hashes = [f"{path.relative_to(root).as_posix()} {sha256(path.read_bytes())}" for path in files]
    return {**versions(), "files": sha256("\n".join(hashes).encode())}


def _name_of_unread(file: Path) -> str:
    """Of a scenario with faults: as written, else its folder's."""
    try:
        head: Any = tomllib.loads(file.read_text(encoding="utf-8")).get("scenario")
    except (OSError, ValueError):
        head = None
    name = head.get("name") if isinstance(head, dict) else None
    return name if isinstance(name, str) and name else file.resolve().parent.name
