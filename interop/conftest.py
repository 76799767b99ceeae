"""Exports of solved scenarios, written by `plan` of another environment; nothing of ours is imported here.

PLAN names the command, `plan` on the path by default. RESULTS names a folder of ready results, to be used where it holds
the case; others are solved.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CASES = ("two-measures", "textile-suzhou")


def run_plan(*words: object) -> None:
    """Run a command of the planner; stopping at its time limit with a plan (4) is well."""
    command = [os.environ.get("PLAN", "plan"), *map(str, words)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode in (0, 4), done.stderr


@pytest.fixture(scope="session", params=CASES)
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder."""
    ready = Path(os.environ.get("RESULTS", "")) / request.param
    if "RESULTS" in os.environ and (ready / "operation.npz").is_file():
        return ready.resolve()
    folder = tmp_path_factory.mktemp("results") / request.param
    coarse = () if request.param == "two-measures" else ("--resolution", "days:8", "--time-limit", 120)
    run_plan("solve", f"scenarios/{request.param}", "--out", folder, "--no-naive", "--quiet", *coarse)
    return folder


@pytest.fixture(scope="session")
def export(results: Path, tmp_path_factory: pytest.TempPathFactory):
    """`export(target)` -> folder."""
    made: dict[str, Path] = {}

    def folder(target: str) -> Path:
        if target not in made:
            made[target] = tmp_path_factory.mktemp(target) / "out"
            run_plan("export", results, "--to", target, "--out", made[target])
        return made[target]

    return folder
