"""Hazard: a stop at any moment. `plan solve`, `plan sweep` and `plan serve` are stopped or killed while they run.

After a stop: the exit code that the manual names, no trace, no process that lives on, notes and results that were there
before still there and whole, no half-written file. After a kill: no process that lives on, and the same command then ends well.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from planner.results.folder import ResultsError, read_results
from tests.soak.drafts import Draft
from tests.soak.draws import Random, drawn
from tests.soak.planned import INTERNAL, solved
from tests.soak.trial import Outcome
from tests.soak.variants import every_series

HAZARD = 3
MARK = "SOAK_TRIAL"  # an environment variable by which every process of a trial is known
GONE_S = 20.0  # in which all processes of a trial must be gone
ENDS_S = 60.0
NOTES = "what the owner wrote beside the results\n"
ENDED = (0, 3, 4, 5)  # before the stop came
STOPS = {  # a process that the signal ends before Python hears of it is 128 + its number to a shell
    signal.SIGINT: (*ENDED, 130, -signal.SIGINT),
    signal.SIGTERM: (*ENDED, 130, 143, -signal.SIGTERM),
}
RUNNER = [str(Path(sys.executable).with_name("plan"))]


def trial(seed: int, number: int, folder: Path) -> Outcome:
    """One command, stopped or killed at a random moment."""
    random = np.random.default_rng([seed, HAZARD, number])
    command = str(random.choice(["solve", "solve", "sweep", "serve"]))
    sign = signal.Signals(int(random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGKILL])))
    words, out = _command(command, random, folder)
    noted = (out / "notes.txt").exists()
    after_s = float(random.choice([0.02, 0.2, 1.0, 2.0, 4.0])) * float(random.random()) + 0.01
    mark = f"{os.getpid()}-{seed}-{number}"
    wrong = [f"{command} {sign.name} after {after_s:.2f} s: {text}" for text in _stopped(words, sign, after_s, mark)]
    if sign is signal.SIGKILL and command != "serve":
        code, said = _run_to_end(words, mark)
        if (code not in ENDED and "time limit" not in said) or INTERNAL.search(said):
            wrong.append(f"{command} after a kill ends with {code}: {said[-300:]}")
    wrong += [
        f"{command} {sign.name} after {after_s:.2f} s: {text}"
        for text in _files(out, noted, sign is not signal.SIGKILL)
    ]
    return Outcome(1, tuple(wrong), {f"{command} {sign.name}": 1})


def _command(command: str, random: Random, folder: Path) -> tuple[list[str], Path]:
    """Words of the command, and the folder of results with the owner's notes in it."""
    out = folder / "results"
    for n in range(3 if command == "sweep" else 1):
        draft = _longer(drawn(random))
        draft.tables["scenario"]["name"] = f"case-{n}"
        draft.write(folder / "cases" / f"case-{n}")
    out.mkdir()
    if command == "serve":
        return [*RUNNER, "serve", str(out), "--port", "0"], out
    if command == "sweep":
        return [*RUNNER, "sweep", str(folder / "cases"), "--out", str(out), "--no-naive", "--jobs", "2"], out
    case = folder / "cases" / "case-0"
    if random.random() < 0.4:  # results of an earlier run, with notes beside them
        solved(case, out)
        (out / "notes.txt").write_text(NOTES, encoding="utf-8")
    return [*RUNNER, "solve", str(case), "--out", str(out), "--progress"], out


def _longer(draft: Draft) -> Draft:
    """Each period many times over, so that the solve takes a while and has worker processes."""
    horizon = draft.tables["horizon"]
    times = max(1, 700 // (horizon["period_steps"] * len(horizon["period_weights"])))
    horizon["period_weights"] = [w / times for w in horizon["period_weights"]]
    return draft if times == 1 else _repeated(draft, times)


def _repeated(draft: Draft, times: int) -> Draft:
    horizon = draft.tables["horizon"]
    horizon["period_weights"] = [w for w in horizon["period_weights"] for _ in range(times)]
    if "period_months" in horizon:
        horizon["period_months"] = [m for m in horizon["period_months"] for _ in range(times)]
    length = horizon["period_steps"]

    def again(series: list[float]) -> list[float]:
        return [x for k in range(0, len(series), length) for x in series[k : k + length] * times]

    every_series(draft, again)
    return draft


@contextlib.contextmanager
def _process(words: list[str], mark: str) -> Iterator[subprocess.Popen[str]]:
    env = {
        **os.environ,
        MARK: mark,
        "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), os.environ.get("PYTHONPATH")])),
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, stdout=pipe, stderr=subprocess.STDOUT, text=True, env=env, start_new_session=True
    ) as one:
        try:
            yield one
        finally:
            one.kill()


def _stopped(words: list[str], sign: signal.Signals, after_s: float, mark: str) -> list[str]:
    """What is wrong with how a command ends that is stopped."""
    wrong = []
    with _process(words, mark) as one:
        time.sleep(after_s)
        one.send_signal(sign)
        try:
            said, _ = one.communicate(timeout=ENDS_S)
        except subprocess.TimeoutExpired:
            one.kill()
            said, _ = one.communicate()
            wrong.append(f"no end within {ENDS_S:g} s")
        print(said)
    if sign in STOPS and one.returncode not in STOPS[sign] and not wrong:
        wrong.append(f"exit {one.returncode}: {said[-300:]}")
    if found := INTERNAL.search(said):
        wrong.append(f"says what no user should read: {said[max(0, found.start() - 200) : found.end() + 600]}")
    until = time.monotonic() + GONE_S
    while (left := _alive(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    for process in left:
        wrong.append(f"a process lives on: {process}")
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(process.split()[0]), signal.SIGKILL)
    return wrong


def _alive(mark: str) -> list[str]:
    """Processes of a trial by the variable that they have inherited."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if words:  # a process that has ended and is not yet waited for has none
                    found.append(f"{folder.name} {words[:120]}")
    return found


def _run_to_end(words: list[str], mark: str) -> tuple[int, str]:
    with _process(words, mark) as one:
        try:
            said, _ = one.communicate(timeout=2 * ENDS_S)
        except subprocess.TimeoutExpired:
            return 999, f"no end within {2 * ENDS_S:g} s"
    return one.returncode, said


def _files(out: Path, noted: bool, tidy: bool) -> Iterator[str]:
    """What is wrong with the files after it: results that cannot be read, notes that are gone, pieces left behind."""
    notes = out / "notes.txt"
    if noted and (not notes.exists() or notes.read_text(encoding="utf-8") != NOTES):
        yield "the owner's notes are gone or changed"
    for summary in [*out.glob("summary.json"), *out.glob("*/summary.json")]:
        try:
            read_results(summary.parent)
        except ResultsError as error:
            yield f"results that cannot be read: {error}"
    around = [*out.parent.iterdir(), *out.iterdir()]
    pieces = [p.name for p in around if re.search(r"\.(tmp|part|new|old)\b|^\.tmp|~$", p.name)]
    if tidy and pieces:
        yield f"left behind: {', '.join(pieces)}"
