"""Trials side by side: each in a process of its own, forked from one that has loaded everything, with a time limit.

A trial is a function of (seed, number, folder) that returns an `Outcome`; what it prints goes to a file of its folder. A
folder of a trial that failed is kept, with what to type to see it again.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

OUTCOME, SAID = "outcome.json", "said.txt"
PAUSE_S = 0.01


@dataclass(frozen=True)
class Outcome:
    """What a trial saw: how many things it tried, which of them were wrong, and counts worth telling."""

    tried: int = 1
    wrong: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


Trial = Callable[[int, int, Path], Outcome]


@dataclass
class Tally:
    """One line for one hazard."""

    hazard: str
    trials: int = 0
    tried: int = 0
    failed: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, number: int, outcome: Outcome) -> None:
        self.trials += 1
        self.tried += outcome.tried
        self.failed += len(outcome.wrong)
        self.counts.update(outcome.counts)
        self.wrong += [f"{self.hazard}:{number} {text}" for text in outcome.wrong]

    def line(self) -> str:
        told = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))
        return f"{self.hazard}: {self.tried} tried, {self.failed} failed" + (f" ({told})" if told else "")


@dataclass(frozen=True)
class Running:
    number: int
    folder: Path
    since: float


def run_trials(
    hazard: str,
    trial: Trial,
    seed: int,
    numbers: Iterable[int],
    kept: Path | None,
    *,
    workers: int = 2,
    limit_s: float = 90.0,
    until: float = float("inf"),
    done: Callable[[int, Outcome], None] = lambda number, outcome: None,
) -> Tally:
    """Runs the trials of these numbers, until a time of the monotonic clock; `done` hears of each."""
    gc.collect()
    gc.freeze()  # what is loaded stays shared with the children
    tally, running, waiting = Tally(hazard), dict[int, Running](), iter(numbers)
    exhausted = False
    while running or not exhausted:
        while not exhausted and len(running) < workers:
            number = next(waiting, None) if time.monotonic() < until else None
            if number is None:
                exhausted = True
                break
            folder = Path(tempfile.mkdtemp(prefix=f"soak-{hazard}-{number}-"))
            running[_fork(trial, seed, number, folder)] = Running(number, folder, time.monotonic())
        for child in list(running):
            one = running[child]
            ended, _ = os.waitpid(child, os.WNOHANG)
            late = time.monotonic() - one.since > limit_s
            if not ended and not late:
                continue
            if not ended:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
            del running[child]
            outcome = _outcome(one.folder, limit_s if not ended else None)
            tally.add(one.number, outcome)
            done(one.number, outcome)
            _put_away(hazard, seed, one, outcome, kept)
        time.sleep(PAUSE_S)
    gc.unfreeze()
    return tally


def _fork(trial: Trial, seed: int, number: int, folder: Path) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    if child := os.fork():
        return child
    code = 1
    try:
        os.setsid()
        said = os.open(folder / SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        outcome = trial(seed, number, folder)
        (folder / OUTCOME).write_text(json.dumps(asdict(outcome)), encoding="utf-8")
        code = 0
    except BaseException:  # the harness itself: told as a failure of the trial
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _outcome(folder: Path, late_s: float | None) -> Outcome:
    if late_s is not None:
        return Outcome(wrong=(f"hangs: no end within {late_s:g} s",))
    try:
        found = json.loads((folder / OUTCOME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = (folder / SAID).read_text(encoding="utf-8", errors="replace") if (folder / SAID).exists() else ""
        return Outcome(wrong=(f"the trial ended without an outcome: {said[-400:]}",))
    return Outcome(found["tried"], tuple(found["wrong"]), found["counts"])


def _put_away(hazard: str, seed: int, one: Running, outcome: Outcome, kept: Path | None) -> None:
    if not outcome.wrong or kept is None:
        shutil.rmtree(one.folder, ignore_errors=True)
        return
    place = kept / f"{hazard}-{seed}-{one.number}"
    shutil.rmtree(place, ignore_errors=True)
    shutil.move(one.folder, place)
    again = f"python -m tests.soak --seed {seed} --only {hazard}:{one.number}"
    (place / "wrong.txt").write_text("\n".join([*outcome.wrong, "", again, ""]), encoding="utf-8")
