"""Small scenarios for sweeps, and `plan` as a process that can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "scenarios" / "two-measures" / "scenario.toml").read_text(encoding="utf-8")
LONGEST_S = 240.0  # on a machine that does something else as well
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def write_case(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """Two-measures under another name, with texts replaced."""
    text = TEXT
    for before, after in (('name = "two-measures"', f'name = "{name}"'), *changes):
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    (folder / name).mkdir(parents=True)
    (folder / name / "scenario.toml").write_text(text, encoding="utf-8")
    return folder / name


def write_portfolio(folder: Path, count: int) -> Path:
    """Scenarios that differ in the price of credits, the cost of PV and the cost of insulation."""
    for n in range(count):
        write_case(
            folder,
            f"case-{n:02}",
            ("price = 80", f"price = {60 + 5 * n}"),
            ("capex_per_kw = 2800", f"capex_per_kw = {2000 + 100 * n}"),
            ("capex = 850000", f"capex = {500000 + 40000 * (n % 12)}"),
        )
    return folder


def plan_process(*words: object) -> subprocess.Popen[str]:
    """`plan` as a process."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", "from planner.cli import main; main()", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )


def finished(*words: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `plan`."""
    with plan_process(*words) as process:
        out, err = process.communicate(timeout=LONGEST_S)
    return process.returncode, out, err


@contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the test's own, ended with the block."""
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=ENVIRONMENT)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_S
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.03)


def journal(out: Path) -> list[dict[str, Any]]:
    """Whole lines of a sweep's journal."""
    path = out / ".sweep.jsonl"
    lines = []
    for text in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            lines.append(json.loads(text))
        except ValueError:
            continue
    return lines


def rows(out: Path) -> dict[str, dict[str, Any]]:
    """The rows of `sweep.json` by case."""
    return {row["case"]: row for row in json.loads((out / "sweep.json").read_text(encoding="utf-8"))["rows"]}
