"""`plan verify`: a results folder against the scenario that it answers, without Pyomo and without the solver.

The problem is assembled anew from the scenario and the series in the folder. Then: is `scenario.effective.toml` that scenario, and
the archived problem that problem; does every row hold for the stored plan, for business as usual and for the plans beside it; do
bound, gap and status agree; and do the summary and every other file say what follows, to 1e-6? Hashes are checked too, but nothing
rests on them: who edits a number can make them anew.

What is taken as it stands, because nothing in the folder can prove it:

    lower_bound        no higher than the cost, and in agreement with gap, status and termination; `--prove` solves again
    timings_s, versions, model      what the clock, the machine and the solver said of the run
    scenario.folder    where the scenario lay; where it still lies there, its files are compared
    notes              on plans that were not found: out of reach, or no time
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.problem import Problem
from planner.answer import account_for
from planner.assembly.variants import usual_of, with_base
from planner.plan import Plan
from planner.recheck.differences import MOST_TOLD, differences, same
from planner.recheck.plans import PlansError, beside_of, every_step_of, form_faults, plan_faults, read_beside, read_plan
from planner.recheck.source import SourceError, source_of
from planner.results.folder import (
    BESIDE,
    DIGEST,
    INPUTS,
    OPERATION,
    SUMMARY,
    USUAL,
    Results,
    changed_files,
    changed_inputs,
    changed_summary,
    read_results,
    rounded,
    table_of,
)
from planner.solving.summary import Beside
from planner.solving.variants import USUAL_GAP
from planner.solving.written import EVERY_STEP, Solved, Source
from planner.verification.verify import Verification, verify

UNPROVEN = (DIGEST, "files", "timings_s", "versions")  # hashes, which are looked at apart; and what the machine said
BAD_NUMBERS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)  # of plans that are none


@dataclass(frozen=True)
class Report:
    """What was found wrong, what could not be compared, and what was recomputed."""

    folder: Path
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    verification: Verification | None
    compared: int  # numbers and words of the summary and the other files

    @property
    def ok(self) -> bool:
        """True where nothing is wrong."""
        return not self.faults

    def lines(self) -> list[str]:
        """For the terminal."""
        lines = [*self.notes, *self.faults]
        if self.verification is not None:
            rows = sum(self.verification.checked.values())
            lines += [
                f"{rows:,} rows of {len(self.verification.checked)} rules and {self.compared:,} reported values recomputed",
                f"cost recomputed {self.verification.objective_recomputed:.9g} million, "
                f"reported {self.verification.objective_reported:.9g} million "
                f"(relative difference {self.verification.relative_difference:.1e})",
            ]
        count = f"{len(self.faults)} fault{'s' * (len(self.faults) > 1)}"
        lines.append(f"{self.folder}: {'verified' if self.ok else f'NOT VERIFIED, {count}'}")
        return lines

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        found = self.verification
        return {
            "verified": self.ok,
            "faults": list(self.faults),
            "notes": list(self.notes),
            "checked": dict(found.checked) if found else {},
            "compared": self.compared,
            "objective_recomputed": found.objective_recomputed if found else None,
            "relative_difference": found.relative_difference if found else None,
        }


def recheck(folder: Path) -> Report:
    """Check a results folder; raises ResultsError where there is nothing to check."""
    results = read_results(folder, as_written=False)
    results.operation_bytes()
    changed, absent = changed_inputs(folder, results.summary)
    faults = [*changed_summary(results.summary), *changed_files(folder, results.summary), *changed]
    try:
        with source_of(folder, results.summary) as source:
            wrong, found, compared = _against(results, source)
    except (SourceError, PlansError) as error:
        return Report(folder, (*faults, str(error)), tuple(absent), None, 0)
    return Report(folder, tuple(dict.fromkeys([*faults, *wrong])), tuple(absent), found, compared)


def _against(results: Results, source: Source) -> tuple[list[str], Verification | None, int]:
    """The folder against what its scenario gives: faults, what the accountant found, and how much was compared."""
    folder, without_base = results.folder, source.assembly.problem
    archived, plan = read_plan(folder, OPERATION)
    as_usual, usual = read_plan(folder, USUAL)
    faults = form_faults("business as usual", usual_of(without_base, usual), usual)
    if faults := [*faults, *form_faults("the plan", without_base, plan)]:
        return faults, None, 0
    try:
        problem = with_base(source.assembly, usual)
        faults = differences(f"{OPERATION}: ", archived, problem, exact=True)
        faults += differences(f"{USUAL}: ", as_usual, usual_of(problem, usual), exact=True)
        gap = source.reading.scenario.solver.gap
        faults += plan_faults("business as usual", usual_of(problem, usual), usual, min(gap, USUAL_GAP))
        faults += plan_faults("the plan", problem, plan, gap)
        solved, wrong = _solved(results, source, problem, plan, usual)
        told = rounded(solved.told(source))
        pages = solved.pages(source, told)
        faults += [*wrong, *_summary_faults(results.summary, told), *_names(results.summary, set(pages), folder)]
        for name, data in pages.items():
            faults += _page_faults(folder, name, data)
        return faults, verify(problem, plan), _count(told) + sum(data.count(b"\n") for data in pages.values())
    except BAD_NUMBERS as error:
        return [*faults, f"the stored plans cannot be accounted for ({type(error).__name__}: {error})"], None, 0


def _solved(results: Results, source: Source, problem: Problem, plan: Plan, usual: Plan) -> tuple[Solved, list[str]]:
    """The stored plans as `plan solve` told them."""
    kept = read_beside(results.folder)
    answer = account_for(problem, plan)
    gap = source.reading.scenario.solver.gap
    naive: dict[str, Beside] = {}
    faults: list[str] = []
    if results.summary.get("naive") or kept.keys() - {EVERY_STEP}:
        naive, faults = beside_of(problem, usual, Beside(answer), kept, gap)
    if EVERY_STEP not in kept:
        return Solved(answer, usual, naive), faults
    every_step, wrong = every_step_of(source, problem, plan, kept[EVERY_STEP])
    return Solved(answer, usual, naive, every_step), [*faults, *wrong]


def _summary_faults(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    told = {key: value for key, value in found.items() if key not in UNPROVEN}
    told["scenario"] = {key: value for key, value in table_of(told, "scenario").items() if key != "folder"}
    lines = []
    for key in [*wanted, *(key for key in told if key not in wanted)]:
        if key not in told:
            lines.append(f"{SUMMARY}: {key} is missing")
        elif key not in wanted:
            lines.append(f"{SUMMARY}: {key} is nothing of this plan")
        else:
            lines += differences(f"{SUMMARY}: {key}", told[key], json.loads(json.dumps(wanted[key])))
    return lines


def _names(summary: Mapping[str, Any], pages: set[str], folder: Path) -> list[str]:
    """Files that a solve does not write, and those that it would write and the summary does not name."""
    wanted = {*pages, OPERATION, USUAL, INPUTS} | ({BESIDE} if (folder / BESIDE).is_file() else set())
    named = set(table_of(summary, "files"))
    lines = [f"{SUMMARY}: files does not name {name}" for name in sorted(wanted - named)]
    return lines + [f"{SUMMARY}: files names {name}, nothing of this plan" for name in sorted(named - wanted)]


def _page_faults(folder: Path, name: str, wanted: bytes) -> list[str]:
    """A file that people read, against what the scenario and the plan make of it."""
    if not (folder / name).is_file():
        return [f"{name} is missing"]
    found = (folder / name).read_bytes()
    if found == wanted:
        return []
    if name.endswith(".json"):
        try:
            return differences(f"{name}: ", json.loads(found), json.loads(wanted))
        except ValueError as error:
            return [f"{name} is not readable JSON: {error}"]
    old, new = (text.decode("utf-8", "replace") for text in (found, wanted))
    lines = list(_cells(name, old, new) if name.endswith(".csv") else _lines(name, old, new))
    return (
        lines if len(lines) <= MOST_TOLD else [*lines[:MOST_TOLD], f"{name}: {len(lines) - MOST_TOLD} more differences"]
    )


def _lines(name: str, old: str, new: str) -> Iterator[str]:
    before, after = old.splitlines(), new.splitlines()
    for n, (one, other) in enumerate(zip(before, after, strict=False), start=1):
        if one != other:
            yield f"{name}:{n}: {one}, wanted {other}"
    if len(before) != len(after):
        yield f"{name} has {len(before)} lines, wanted {len(after)}"


def _cells(name: str, old: str, new: str) -> Iterator[str]:
    before, after = (list(csv.reader(text.splitlines())) for text in (old, new))
    header = after[0]
    for n, (one, other) in enumerate(zip(before, after, strict=False), start=1):
        if len(one) != len(other):
            yield f"{name}:{n}: {','.join(one)}, wanted {','.join(other)}"
            continue
        for column, cell, value in zip(header, one, other, strict=True):
            if cell != value and not _alike(cell, value):
                yield f"{name}:{n}: {column} is {cell}, wanted {value}"
    if len(before) != len(after):
        yield f"{name} has {len(before)} lines, wanted {len(after)}"


def _alike(cell: str, value: str) -> bool:
    try:
        return same(float(cell), float(value))
    except ValueError:
        return False


def _count(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_count, value.values()))
    return sum(map(_count, value)) if isinstance(value, list) else 1
