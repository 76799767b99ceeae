"""How much of a solve goes into building the model and handing it to the solver.

    python benchmarks/build_share.py scenarios/textile-suzhou/scenario.toml

Solves into a folder that is thrown away and reads the timings of its summary.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from planner.results import read_results
from planner.solving import Request, run

SOLVER = "solver_"  # prefix of the solver's own timings in summary.json
BUILDING = ("build", "hand_over")
LIMIT = 0.10


def main() -> int:
    """Print the timings and the share; 1 where the share is above the limit, the exit code of the solve if it failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", type=Path)
    scenario = parser.parse_args().scenario
    with tempfile.TemporaryDirectory() as folder:
        code = run(Request(scenario, Path(folder) / "result", naive=False, quiet=True))
        if code:
            return code
        timings = read_results(Path(folder) / "result").summary["timings_s"]
    seconds = {name.removeprefix(SOLVER): s for name, s in timings.items() if name.startswith(SOLVER)}
    total = seconds.pop("total")
    building = sum(seconds.get(name, 0.0) for name in BUILDING)
    for name, spent in seconds.items():
        print(f"{name:<12}{spent:8.2f} s")
    print(f"{'whole solve':<12}{total:8.2f} s")
    print(f"build + hand-over : whole solve = {building / total:.4f} (wanted below {LIMIT})")
    return int(building >= LIMIT * total)


if __name__ == "__main__":
    sys.exit(main())
