"""Runs the table: `python -m benchmarks.run [--decide | --full] [--only WORDS] [--results FILE]`.

Every measurement is a process of its own with a time limit; contestants of a row take turns, so that a busy minute hits all. Seconds
are what the process measures itself, without imports; memory is the largest sum over the process and its children.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.outcome import Asked, Outcome
from benchmarks.rows import OURS, Contestant, Mode, Row, deciding, rows
from benchmarks.table import markdown, print_row, settle

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results.json"
ENOUGH_S = 8.0  # of a contestant's repeats, after which it is not repeated any more
GRACE_S = 120.0  # beyond its limit for imports and input series
SAMPLE_S = 0.1
ENVIRONMENT = {
    "raw_highs": "raw",
    "linopy_case": "linopy",
    "pyomo_case": "pyomo",
    "pypsa_case": "pypsa",
    "oemof_case": "oemof",
}


def main() -> int:
    """Measures, prints, writes the results; 1 where answers differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", dest="mode", action="store_const", const="full", help="all horizons, long limits")
    parser.add_argument(
        "--decide", dest="mode", action="store_const", const="decide", help="limits just long enough to decide targets"
    )
    parser.add_argument("--only", default="", help="rows whose title holds these words")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--environments", type=Path, default=ROOT, help="folder of the .venv-bench-* of the peers")
    parser.add_argument(
        "--markdown", action="store_true", help="measure nothing, print the results that are there for a page"
    )
    parser.set_defaults(mode="short")
    asked = parser.parse_args()
    if asked.markdown:
        print(markdown(json.loads(asked.results.read_text(encoding="utf-8"))))
        return 0
    told: dict[str, Any] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "mode": asked.mode,
        "machine": machine(),
        "load_before": os.getloadavg()[0],
        "rows": [],
    }
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(asked.mode):
            if asked.only not in row.title:
                continue
            told["rows"].append(settle(row, measure(row, asked.environments, Path(folder), asked.mode)))
            print_row(told["rows"][-1])
            told |= {"load_after": os.getloadavg()[0], "seconds": time.monotonic() - begun}
            asked.results.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(any(q["equal"] is False for r in told["rows"] for q in r["contestants"]))


def machine() -> dict[str, Any]:
    """What it runs on."""
    cpu = [
        s.split(":")[1].strip() for s in Path("/proc/cpuinfo").read_text().splitlines() if s.startswith("model name")
    ]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1e6
    return {
        "cpu": cpu[0] if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def measure(row: Row, environments: Path, folder: Path, mode: Mode) -> dict[str, dict[str, Any]]:
    """Runs of every contestant of a row by name, in turns."""
    file = folder / "matrix.npz"
    if any(c.peer == "raw_highs" for c in row.contestants):
        process(Contestant("matrix", task="matrix"), row, environments, file)
    runs: dict[str, list[Outcome]] = {c.name: [] for c in row.contestants}
    for _ in range(row.repeats):
        for c in row.contestants:
            spent = sum(r.seconds for r in runs[c.name])
            if spent < ENOUGH_S and all(r.status == "done" for r in runs[c.name]):
                ample = deciding(row, c, runs[OURS][0].seconds) if mode == "decide" and runs[OURS] else c
                runs[c.name].append(process(ample, row, environments, file))
    return {name: summed(outcomes) for name, outcomes in runs.items()}


def summed(outcomes: list[Outcome]) -> dict[str, Any]:
    """The run of median time, with the seconds of all."""
    ordered = sorted(outcomes, key=lambda r: r.seconds)
    middle = asdict(ordered[(len(ordered) - 1) // 2])
    middle["seconds"] = statistics.median(r.seconds for r in outcomes)
    return {**middle, "runs_s": [r.seconds for r in outcomes], "peak_mb": max(r.peak_mb for r in outcomes)}


def process(c: Contestant, row: Row, environments: Path, file: Path) -> Outcome:
    """One measurement."""
    module = "benchmarks.ours" if c.peer == OURS else f"benchmarks.peers.{c.peer}"
    python = sys.executable if c.peer == OURS else str(environments / f".venv-bench-{ENVIRONMENT[c.peer]}/bin/python")
    asked = Asked(row.case, c.task, c.way, c.gap, c.limit_s, c.workers, 2, str(file))
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH", ""), str(ROOT)]))
    begun = time.monotonic()
    child = subprocess.Popen(
        [python, "-m", module, asked.to_json()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=file.parent,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": ""},  # compiled once, like the peers
        start_new_session=True,
    )
    peak = Peak(child.pid)
    try:
        output, errors = child.communicate(timeout=c.limit_s + GRACE_S)
    except subprocess.TimeoutExpired:
        end(child)
        return Outcome(status="more than", seconds=c.limit_s, peak_mb=peak.stop(), words="stopped from outside")
    most = peak.stop()
    if child.returncode:
        words = errors.strip().splitlines()[-1] if errors.strip() else f"exit code {child.returncode}"
        return Outcome(status="failed", seconds=time.monotonic() - begun, peak_mb=most, words=words)
    outcome = Outcome(**json.loads(output.strip().splitlines()[-1]))
    outcome.peak_mb = max(outcome.peak_mb, most)
    return outcome


def end(child: subprocess.Popen[str]) -> None:
    """Stops a process and what it has started."""
    for pid in family(child.pid):
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue
    child.communicate()


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found, parents = [pid], {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    for known in found:
        found += [p for p, parent in parents.items() if parent == known and p not in found]
    return found


class Peak(threading.Thread):
    """Watches the resident memory of a process and its descendants."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.most_mb, self.over = pid, 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        """Samples until stopped."""
        page = os.sysconf("SC_PAGE_SIZE") / 2**20
        while not self.over.wait(SAMPLE_S):
            total = 0.0
            for pid in family(self.pid):
                try:
                    total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page
                except (FileNotFoundError, ProcessLookupError):
                    continue
            self.most_mb = max(self.most_mb, total)

    def stop(self) -> float:
        """Ends the watch: the largest sum seen [MB]."""
        self.over.set()
        self.join()
        return self.most_mb


if __name__ == "__main__":
    sys.exit(main())
