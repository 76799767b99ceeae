"""One solve in a process of its own: what happens to it happens to nothing else, and its memory ends with it.

The child gets its task as one line on stdin and keeps stdin open: when this process ends, however that happens, the child
reads the end of stdin and ends too. One thread in every library, and hashes that do not vary from run to run.
A child that ends without an exit code of `plan solve` has died; it is tried once more.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from planner.solving.solve import BAD_INPUT, DONE, INFEASIBLE, LIMIT, NO_PLAN, UNVERIFIED
from planner.sweep.jobs import Ended, How

ANSWERS = (DONE, BAD_INPUT, INFEASIBLE, LIMIT, NO_PLAN, UNVERIFIED)
ATTEMPTS = 2
LONGEST_WORDS = 4000
ALONE = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    "PYTHONHASHSEED": "0",
}
CHILD = (
    "import json, sys\n"
    "task = json.loads(sys.stdin.readline())\n"
    "sys.path[:] = task['path']\n"
    "from planner.sweep.worker import work\n"
    "work(task)\n"
)


class Processes:
    """The children that live, so that all of them can be ended at once."""

    def __init__(self) -> None:
        self.living: set[subprocess.Popen[bytes]] = set()
        self.lock = threading.Lock()
        self.stopped = False

    def start(self) -> subprocess.Popen[bytes] | None:
        """A child that waits for its task; None after `stop`."""
        with self.lock:
            if self.stopped:
                return None
            child = subprocess.Popen(
                [sys.executable, "-c", CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**os.environ, **ALONE},
                **_apart(),
            )
            self.living.add(child)
            return child

    def ended(self, child: subprocess.Popen[bytes]) -> None:
        """It has been waited for."""
        with self.lock:
            self.living.discard(child)

    def stop(self) -> None:
        """Ends all children, and starts no more. What they have not written whole will be done again."""
        with self.lock:
            self.stopped = True
            for child in self.living:
                child.kill()


def solve_apart(scenario: Path, folder: Path, how: How, processes: Processes) -> Ended:
    """`plan solve` in a process of its own, writing `folder`; once more if the process dies."""
    begun = time.monotonic()
    settings = {name: value for name, value in vars(how.settings).items() if value is not None}
    task = {
        "path": sys.path,
        "parent": os.getpid(),
        "scenario": str(scenario.resolve()),
        "out": str(folder.resolve()),
        "settings": settings,
        "naive": how.naive,
    }
    code, words, attempts = None, "stopped", 0
    while code is None and attempts < ATTEMPTS and not processes.stopped:
        attempts += 1
        code, words = _once(task, processes)
    return Ended(code, words, round(time.monotonic() - begun, 3), attempts)


def _once(task: dict[str, Any], processes: Processes) -> tuple[int | None, str]:
    child = processes.start()
    if child is None:
        return None, "stopped"
    assert child.stdin is not None
    assert child.stderr is not None
    with suppress(BrokenPipeError), child.stdin as line, child.stderr as said:  # closing what it never read
        try:
            line.write(json.dumps(task).encode() + b"\n")
            line.flush()
        except BrokenPipeError:
            pass  # it died at once: its exit code says so
        words = said.read().decode(errors="replace").strip()[-LONGEST_WORDS:]
        code = child.wait()
    processes.ended(child)
    if code in ANSWERS:
        return code, words
    last = words.splitlines()[-1] if words else ""
    return None, f"its process {_death(code)}{': ' if last else ''}{last}"


def _death(code: int) -> str:
    """How a process ended, in words.

    >>> _death(-9), _death(1)
    ('was killed by SIGKILL', 'ended with exit code 1')
    """
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was killed by {signal.Signals(-code).name}"


def _apart() -> dict[str, Any]:
    """A group of its own, so that Ctrl-C reaches the sweep and not its children."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"process_group": 0}
