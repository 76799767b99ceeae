"""What every measured process says of its run, and how it says it: one JSON line at the end of standard output."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version

from benchmarks.data import Case


@dataclass
class Outcome:
    """Seconds by phase, what was found, and what it took. Imports and first use are not counted."""

    objective: float | None = None
    bound: float | None = None
    status: str = "done"  # done, more than, failed
    seconds: float = 0.0
    cpu_s: float = 0.0  # of this process and of children that have ended: what a busy machine cannot stretch
    phases_s: dict[str, float] = field(default_factory=dict)
    peak_mb: float = 0.0
    size: dict[str, int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    words: str = ""

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        """Adds the time spent inside to `seconds` and to a phase."""
        begun, cpu = time.perf_counter(), _cpu_s()
        yield
        self.cpu_s += _cpu_s() - cpu
        spent = time.perf_counter() - begun
        self.phases_s[phase] = self.phases_s.get(phase, 0.0) + spent
        self.seconds += spent


@dataclass(frozen=True)
class Asked:
    """What a process is to do: a case, a task within it, a way, a relative gap, a time limit of its own, a file of its input."""

    case: Case
    task: str = "solve"
    way: str = ""
    gap: float = 1e-6
    limit_s: float = 600.0
    workers: int = 1
    threads: int = 2
    file: str = ""

    def to_json(self) -> str:
        """As one argument."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Asked:
        """Back from the argument."""
        fields = json.loads(text)
        return cls(**{**fields, "case": Case(**fields["case"])})


def answer(work: Callable[[Asked, Outcome], None], packages: tuple[str, ...], *, first: bool = True) -> None:
    """Runs `work` on the question in the first argument and prints the outcome.

    The case is first done for two days of one year and not counted: what a program imports or compiles on first use is no part
    of the comparison.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("asked", type=Asked.from_json)
    asked, outcome = parser.parse_args().asked, Outcome(versions=dict(_versions(packages)))
    if first:
        work(replace(asked, case=replace(asked.case, years=1, days=2), workers=1), Outcome())
    work(asked, outcome)
    outcome.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.flush()
    print("\n" + json.dumps(asdict(outcome)), flush=True)


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def _versions(packages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for package in packages:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            continue
