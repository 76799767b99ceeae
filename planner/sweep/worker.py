"""What runs in the process of one solve: `plan solve`, quietly, as long as the process that asked for it lives."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from planner.lifeline import end_with

LONGEST_WAIT_S = 20.0  # for the orphans of a killed sweep to notice


def work(task: Mapping[str, Any]) -> NoReturn:
    """Solve and end with the exit code of `plan solve`."""
    end_with(int(task["parent"]))
    from planner.solving.preparing import Settings
    from planner.solving.solve import Request, run

    folder = Path(task["out"])
    _until_free(folder)
    request = Request(Path(task["scenario"]), folder, Settings(**task["settings"]), task["naive"], quiet=True)
    sys.exit(run(request))


def _until_free(folder: Path) -> None:
    """Wait while another process still writes the folder; whether it ever may be written is for the solve to say."""
    from planner.results.folder import ResultsError, refuse_foreign, writer_lock

    deadline = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < deadline:
        try:
            refuse_foreign(folder)
        except ResultsError:
            return
        try:
            with writer_lock(folder):
                return
        except ResultsError:
            time.sleep(0.2)
