"""`python -m tests.soak`: random trials for as long as is asked; `make soak MINUTES=30 SEED=2`.

    --minutes 30            how long in all, shared among the hazards; without it until the numbers are tried
    --seed 2                another seed is another set of trials; the same seed and number is the same trial
    --hazards scenarios,…   which
    --count scenarios=2000  how many trials of a hazard at most
    --only scenarios:17     one trial again, in the folder of failures

What was tried is kept in the folder of failures; the same command goes on after it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.soak import second_solver
from tests.soak.hazards import HAZARDS, warm
from tests.soak.trial import Outcome, Tally, run_trials

RECORD = "record-{seed}.jsonl"


def main(arguments: list[str] | None = None) -> int:
    """Run, tell one line for each hazard, and end with 1 where something is wrong."""
    asked = _arguments(arguments)
    kept: Path = asked.kept
    kept.mkdir(parents=True, exist_ok=True)
    if not second_solver.SCIP:
        print("without SCIP: pip install pyscipopt", file=sys.stderr)
    warm()
    if asked.only:
        hazard, number = asked.only.split(":")
        tallies = [_tried(hazard, asked, iter([int(number)]), kept, None, None)]
    else:
        tallies = list(_all(asked, kept))
    for tally in tallies:
        print(tally.line())
        for text in tally.wrong:
            print(f"    {text[:300]}")
    return int(any(tally.failed for tally in tallies))


def _all(asked: argparse.Namespace, kept: Path) -> Iterator[Tally]:
    """Every hazard in turn, each with its share of the time that is left."""
    record = kept / RECORD.format(seed=asked.seed)
    before = _before(record)
    chosen = asked.hazards.split(",")
    counts = dict(pair.split("=") for pair in asked.count.split(",") if pair)
    end = time.monotonic() + 60 * asked.minutes if asked.minutes else None
    weights = [HAZARDS[hazard].weight for hazard in chosen]
    for n, hazard in enumerate(chosen):
        done = before.get(hazard, {})
        most = int(counts.get(hazard, HAZARDS[hazard].count if end is None else 10**9))
        now = time.monotonic()
        until = None if end is None else now + (end - now) * weights[n] / sum(weights[n:])
        tally = _tried(hazard, asked, (q for q in range(most) if q not in done), kept, record, until)
        for number, outcome in done.items():
            tally.add(number, outcome)
        yield tally


def _tried(
    hazard: str, asked: argparse.Namespace, numbers: Iterator[int], kept: Path, record: Path | None, until: float | None
) -> Tally:
    def done(number: int, outcome: Outcome) -> None:
        if record is not None:
            with record.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"hazard": hazard, "number": number, **asdict(outcome)}) + "\n")
        for text in outcome.wrong:
            print(f"{hazard}:{number} {text[:300]}", file=sys.stderr, flush=True)

    one = HAZARDS[hazard]
    limit = float("inf") if until is None else until
    return run_trials(
        hazard, one.trial, asked.seed, numbers, kept, workers=asked.workers, limit_s=one.limit_s, until=limit, done=done
    )


def _before(record: Path) -> dict[str, dict[int, Outcome]]:
    """What an earlier run of the same seed has tried."""
    found: dict[str, dict[int, Outcome]] = {}
    for line in record.read_text(encoding="utf-8").splitlines() if record.exists() else ():
        one = json.loads(line)
        outcome = Outcome(one["tried"], tuple(one["wrong"]), one["counts"])
        found.setdefault(one["hazard"], {})[one["number"]] = outcome
    return found


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description="Random trials of the planner.")
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hazards", default=",".join(HAZARDS))
    parser.add_argument("--count", default="")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--kept", type=Path, default=Path("soak-failures"))
    parser.add_argument("--only", default="")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
