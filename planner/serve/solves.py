"""The one solve that runs: `plan solve` as a process of its own, so that stopping it is what Ctrl-C is and the server lives on.

    idle ── start ──→ running ── stop ──→ stopping ──→ ended, with an exit code
                         └───────────────────────────────↗

What it says on stderr is kept line by line for every page that watches.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import planner
from planner.lifeline import ENDS_WITH

MOST_LINES = 2000
SECONDS_TO_STOP = 20.0  # for the plan in hand, when the server ends
PROGRAM = (sys.executable, "-P", "-c", "from planner.start import main; main()")


MEANING = {  # of a target: option of `plan solve`, table and key of the scenario
    "stars": ("--stars", "rating", "target_stars"),
    "year": ("--year", "rating", "target_year"),
    "durable_stars": ("--durable-stars", "durability", "durable_stars"),
    "gap": ("--gap", "solver", "gap"),
    "time_limit_s": ("--time-limit", "solver", "time_limit_s"),
}


class Busy(Exception):
    """A solve is running; there is one at a time."""


@dataclass(frozen=True)
class Targets:
    """What is asked of a solve; None leaves the scenario's own."""

    stars: int | None = None
    year: int | None = None
    durable_stars: int | None = None
    gap: float | None = None
    time_limit_s: float | None = None

    def arguments(self) -> list[str]:
        """As options of `plan solve`."""
        return [f"{MEANING[key][0]}={value}" for key, value in vars(self).items() if value is not None]

    def changes(self) -> dict[str, dict[str, float]]:
        """As keys of the scenario's tables."""
        tables: dict[str, dict[str, float]] = {}
        for key, value in vars(self).items():
            if value is not None:
                _, table, name = MEANING[key]
                tables.setdefault(table, {})[name] = value
        return tables


@dataclass
class Solve:
    """A solve, from its start on."""

    scenario: str  # names of folders
    out: str
    process: subprocess.Popen[str]
    begun: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)
    code: int | None = None
    ended: float | None = None
    asked_to_stop: bool = False

    @property
    def runs(self) -> bool:
        """Until the process has ended and all it said is here."""
        return self.code is None

    @property
    def age(self) -> float:
        """Seconds from its start to its end, or until now."""
        return (self.ended or time.monotonic()) - self.begun

    def listen(self) -> None:
        """Keep what the process says until it ends; runs in a thread of its own."""
        with self.process as process:
            for line in process.stderr or ():
                if len(self.lines) < MOST_LINES:
                    self.lines.append(line.rstrip("\r\n"))
        self.ended = time.monotonic()
        self.code = process.returncode

    def stop(self) -> None:
        """What Ctrl-C does: the plan in hand is written. Asked again: end at once, nothing is written."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT if sys.platform != "win32" else signal.SIGTERM)
        self.asked_to_stop = True


class Solver:
    """Starts solves, one at a time, and remembers the last."""

    def __init__(self) -> None:
        self.last: Solve | None = None
        self._lock = threading.Lock()

    def start(self, scenario: Path, out: Path, targets: Targets) -> Solve:
        """Start `plan solve`; raises Busy while another runs."""
        with self._lock:
            if self.last is not None and self.last.runs:
                raise Busy
            self.last = Solve(scenario.name, out.name, _process(scenario, out, targets.arguments()))
        threading.Thread(target=self.last.listen, name="solve", daemon=True).start()
        return self.last

    def end(self) -> None:
        """Stop what runs and give it time to write the plan in hand."""
        solve = self.last
        if solve is None or not solve.runs:
            return
        solve.stop()
        try:
            solve.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            solve.process.kill()
            solve.process.wait()


def _process(scenario: Path, out: Path, arguments: Sequence[str]) -> subprocess.Popen[str]:
    """`plan solve` in its own session: Ctrl-C at the server's terminal reaches it through the server only."""
    home = str(Path(planner.__file__).parent.parent)
    paths = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [*PROGRAM, "solve", str(scenario), f"--out={out}", "--progress", *arguments],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1", ENDS_WITH: str(os.getpid())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
