"""Solves the shipped factories anew and holds the plans against those in results/: `python -m benchmarks.reproduce`.

A plan is reproduced where every table has the same digits. Where versions or time limits led to another plan, it may contradict
nothing: the same inputs, the stars that are asked for, and neither plan cheaper than what the other's solve has proven.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FACTORIES = ("machining-guangdong", "textile-suzhou", "food-shandong")
TABLES = ("capacities", "cash", "decisions", "emissions", "ledger", "rating", "roadmap")
ROUNDING = 1e-6  # relative, of costs and bounds


def main() -> int:
    """Solves all, prints a line for each; 1 where one contradicts what is committed."""
    agreed = True
    for name in FACTORIES:
        with tempfile.TemporaryDirectory() as folder:
            begun, fresh = time.monotonic(), Path(folder) / name
            scenario = ROOT / "scenarios" / name / "scenario.toml"
            plan = Path(sys.executable).with_name("plan")
            subprocess.run([plan, "solve", scenario, "--no-naive", "--quiet", "--out", fresh], check=True)
            fine, words = judged(ROOT / "results" / name, fresh)
            print(f"{name}: {words} ({time.monotonic() - begun:.0f} s)", flush=True)
            agreed = agreed and fine
    return 0 if agreed else 1


def judged(committed: Path, fresh: Path) -> tuple[bool, str]:
    """Whether two results of one scenario agree, and in which words."""
    before, now = (json.loads((folder / "summary.json").read_text(encoding="utf-8")) for folder in (committed, fresh))
    if before["inputs"] != now["inputs"]:
        return False, "the scenario is not the one that was solved"
    if not (_reaches(before) and _reaches(now)):
        return False, "a plan misses the stars that are asked for"
    for one, other in ((before, now), (now, before)):
        if one["objective"] < other["lower_bound"] - ROUNDING * abs(other["lower_bound"]):
            return False, f"a plan costs {one['objective']:,.0f}, and none below {other['lower_bound']:,.0f} was proven"
    differ = [t for t in TABLES if (committed / f"{t}.csv").read_bytes() != (fresh / f"{t}.csv").read_bytes()]
    if not differ:
        return True, f"the same digits in {len(TABLES)} tables"
    dearer = now["objective"] / before["objective"] - 1
    words = f"another plan, {dearer:+.2%} in cost, within what both solves leave open; differs in {', '.join(differ)}"
    return True, words


def _reaches(summary: dict[str, Any]) -> bool:
    target = summary["target"]
    years = [str(year) for year in range(target["year"], target["until"] + 1)]
    held = (min(summary[kind][year] for year in years) >= target[kind] for kind in ("stars", "durable_stars"))
    return summary["verified"] and all(held)


if __name__ == "__main__":
    sys.exit(main())
