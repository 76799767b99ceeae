"""`plan sweep`: read all, leave out what is done, solve the rest side by side, note each, write one table.

Ctrl-C or SIGTERM ends the solves that run; they are done again by the same command, the others are not.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import FrameType

import click
from rich.console import Console

from planner.progress import SIGNALS, Progress
from planner.results.folder import ResultsError, read_summary
from planner.solving.solve import BAD_INPUT, INTERRUPTED, NO_PLAN
from planner.sweep import table
from planner.sweep.jobs import Ended, How, Job, Portfolio, portfolio, scenario_files
from planner.sweep.journal import WITH_RESULTS, Journal, sweep_lock

Runner = Callable[[Sequence[Job], Path], Generator[tuple[Job, Ended], None, None]]


class SweepError(Exception):
    """The sweep cannot begin or go on; the message says why. What has ended is kept."""


@dataclass(frozen=True)
class Sweep:
    """What the command line asks for."""

    scenarios: tuple[Path, ...]
    out: Path
    how: How
    fresh: bool = False
    as_json: bool = False
    quiet: bool = False
    progress: bool = False


def run(asked: Sweep, runner: Runner) -> int:
    """Sweep and return the exit code."""
    out = asked.out.resolve()
    try:
        with sweep_lock(out), _interruptible() as stopped:
            return _run(asked, out, runner, stopped)
    except ResultsError as error:
        return _end(BAD_INPUT, str(error))
    except KeyboardInterrupt:
        return _end(INTERRUPTED, "stopped before the first solve")


def _run(asked: Sweep, out: Path, runner: Runner, stopped: Event) -> int:
    progress = Progress(asked.quiet, asked.progress)
    cases = portfolio(scenario_files(asked.scenarios), asked.how)
    journal = Journal(out, asked.fresh)
    ends: dict[str, Ended] = dict(cases.unread)
    code, words = None, ""
    with closing(journal):
        ends |= {job.case: ended for job in cases.jobs if job.case not in ends and (ended := journal.done(job))}
        todo = [job for job in cases.jobs if job.case not in ends]
        progress.say(f"{len(todo)} of {len(cases.jobs)} scenarios to solve")
        try:
            if todo:
                _solve(todo, out, runner, journal, ends, progress, stopped)
        except KeyboardInterrupt:
            code, words = INTERRUPTED, "stopped"
        except SweepError as error:
            code, words = NO_PLAN, str(error)
    return _finish(asked, cases, out, ends, code, words)


def _solve(
    todo: Sequence[Job],
    out: Path,
    runner: Runner,
    journal: Journal,
    ends: dict[str, Ended],
    progress: Progress,
    stopped: Event,
) -> None:
    """The jobs that are left, noted as they end."""
    total, before, begun = len(todo), len(ends), time.monotonic()
    with closing(runner(todo, out)) as ending:
        for job, ended in ending:
            checked = as_frozen(job, ended, out)
            ends[job.case] = checked  # before the journal: what stands there is told as ended, whenever Ctrl-C comes
            journal.note(job, checked)
            solved = len(ends) - before
            left = (
                f", about {(time.monotonic() - begun) / solved * (total - solved):,.0f} s left"
                if solved < total
                else ""
            )
            progress.say(f"{solved} of {total} solved{left}: {job.case} {_told(checked)}")
            if stopped.is_set():
                raise KeyboardInterrupt


def as_frozen(job: Job, ended: Ended, out: Path) -> Ended:
    """The same, unless the results are of other inputs than the sweep began with."""
    if ended.code not in WITH_RESULTS:
        return ended
    if read_summary(out / job.case).get("inputs") == dict(job.inputs):
        return ended
    return Ended(BAD_INPUT, "its files changed during the sweep: run the same command again", ended.seconds)


def _told(ended: Ended) -> str:
    again = f" at attempt {ended.attempts}" if ended.attempts > 1 else ""
    how = f"exit code {ended.code}" if ended.code is not None else ended.words
    return f"({how}, {ended.seconds:.1f} s{again})"


def _finish(asked: Sweep, cases: Portfolio, out: Path, ends: dict[str, Ended], code: int | None, words: str) -> int:
    rows = [table.row(job, ends.get(job.case), out) for job in cases.jobs]
    found = table.study(rows, asked.how)
    table.write(out, found)
    if asked.as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif not asked.quiet:
        table.show(found, Console())
    if code is None:
        return table.exit_code(rows)
    pending = sum(row["status"] == table.PENDING for row in rows)
    return _end(code, f"{words}: {len(rows) - pending} of {len(rows)} have ended; the same command solves the rest")


@contextmanager
def _interruptible() -> Iterator[Event]:
    """SIGTERM ends a sweep like Ctrl-C. The event says so too: an exception raised inside a finaliser is lost."""
    stopped = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(code: int, message: str) -> int:
    print(message, file=sys.stderr)
    return code
