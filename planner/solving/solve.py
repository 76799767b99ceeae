"""`plan solve`: read, assemble, solve, check, write, show.

    scenario -> problem -> business as usual fills the base -> plan -> accountant and verify -> plans beside it -> folder

Nothing is written as a success that the accountant does not confirm. An interrupt stops the solver and keeps its plan.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from models.problem import Problem
from planner import terminal
from planner.answer import MILLION, Answer, account_for, at_accounted_cost
from planner.assembly.assemble import Assembly
from planner.assembly.variants import business_as_usual
from planner.engine import Pool, SolverError, Start, explain, interrupted, solve
from planner.library import LibraryError
from planner.plan import Plan
from planner.progress import Progress, stopping
from planner.rating.assumptions import deciding, reach
from planner.reading.faults import ScenarioFaults
from planner.reading.read import Reading
from planner.results.archive import pack
from planner.results.folder import (
    EFFECTIVE,
    OPERATION,
    USUAL,
    ResultsError,
    read_results,
    sha256,
    table_bytes,
    write_results,
    writer_lock,
)
from planner.results.tables import tables
from planner.roadmap.dated import roadmap
from planner.roadmap.files import roadmap_files
from planner.roadmap.setting import setting_of
from planner.scenario.effective import effective_toml
from planner.solving import first_look
from planner.solving.beside import plans_beside
from planner.solving.explaining import explain_in_words
from planner.solving.first_look import Look, look_of
from planner.solving.full_year import at_resolution, is_every_step, operated_at_every_step
from planner.solving.preparing import Case, Prepared, Settings, UsualNotSolved, opened, prepare, read, results_folder
from planner.solving.summary import Beside, plan_rows, summarise, target_of, versions
from planner.verification.verify import verify

DONE, BAD_INPUT, INFEASIBLE, LIMIT, NO_PLAN, UNVERIFIED, INTERRUPTED = 0, 2, 3, 4, 5, 6, 130
EXPLAINED_AT = "days:8"  # what is out of reach at every step
BESIDE_TIME_SHARE = 0.4  # of the time limit, for the plans beside the optimum; and what the optimum left of its own


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    scenario: Path
    out: Path | None = None
    settings: Settings = field(default_factory=Settings)
    naive: bool = True
    quiet: bool = False
    as_json: bool = False
    progress: bool = False  # on stderr even where that is no terminal


def run(request: Request) -> int:
    """Solve a scenario and return the exit code."""
    try:
        with stopping(interrupted):
            return _run(request)
    except ScenarioFaults as faults:
        return _end(BAD_INPUT, str(faults))
    except (ResultsError, LibraryError) as error:
        return _end(BAD_INPUT, str(error))
    except SolverError as error:
        return _end(NO_PLAN, f"no plan: {error}")


def _run(request: Request) -> int:
    progress = Progress(request.quiet, request.progress)
    with progress.phase("read"):
        reading = read(request.scenario, request.settings)
    folder = results_folder(reading, request.out)
    with writer_lock(folder):
        case = opened(reading, progress)
        try:
            prepared = prepare(case)
        except UsualNotSolved as usual:
            if usual.infeasible:
                return _infeasible(case, folder, request, usual.problem, str(usual))
            return _end(NO_PLAN, str(usual))
        look = look_of(prepared.problem)
        with Pool() as pool, look or nullcontext():
            return _solve(prepared, folder, request, pool, look)


def _solve(prepared: Prepared, folder: Path, request: Request, pool: Pool, look: Look | None) -> int:
    case, problem, usual = prepared.case, prepared.problem, prepared.usual
    progress = case.progress
    with progress.phase("solve", f"solve {problem.steps.count} steps a year, {len(problem.years)} years"):
        begun = time.monotonic()
        starts = _first(look, problem, case)
        left = max(1.0, case.options.time_limit_s - (time.monotonic() - begun))
        plan = solve(problem, replace(case.options, time_limit_s=left), progress.report, pool, starts=starts)
    if plan.facts.status == "infeasible":
        return _infeasible(case, folder, request, problem)
    if not plan.decisions:
        longer = "" if interrupted.is_set() else "; a longer --time-limit may find one"
        return _end(NO_PLAN, f"stopped without a plan: {plan.facts.termination}{longer}")
    with progress.phase("verify"):
        plan = at_accounted_cost(problem, plan)
        answer, found = account_for(problem, plan), verify(problem, plan)
    if not found.ok:
        return _end(
            UNVERIFIED, "\n".join(["the plan failed verification; nothing was written", *map(str, found.violations)])
        )
    unused = max(0.0, case.options.time_limit_s - progress.seconds["solve"])
    seconds = BESIDE_TIME_SHARE * case.options.time_limit_s + unused
    checked = _checked(case, answer)
    plans = plans_beside(answer, usual, case.options, seconds, progress, pool, look) if request.naive else {}
    _write(case, folder, answer, usual, plans, {**_context(case, folder, request.settings, answer), **checked})
    _show(folder, request)
    if interrupted.is_set():
        return INTERRUPTED
    return DONE if plan.facts.status == "optimal" else LIMIT


def _first(look: Look | None, problem: Problem, case: Case) -> list[Start]:
    """Where typical days say that a whole year may begin: a first plan soon, and most often a good one."""
    if look is None:
        return []
    case.progress.say(f"a first look at typical days (days:{first_look.DAYS})")

    def told(_: str, lower_bound: float, cost: float) -> None:
        case.progress.report("on typical days", lower_bound, cost)

    return look(problem, case.options, told)


def _checked(case: Case, answer: Answer) -> dict[str, Any]:
    """The key of the summary that says what a plan of typical days costs at every step of the year."""
    if not case.reading.scenario.solver.resolution.startswith("days:") or interrupted.is_set():
        return {}
    with case.progress.phase("every_step", "operate the plan at every step of the year"):
        found = operated_at_every_step(case.reading, answer.problem, answer.plan, case.options, case.progress)
    held = found.answer
    return {
        "every_step": {
            "status": "none" if held is None else held.plan.facts.status,
            "words": found.words,
            "objective": None if held is None else held.money.objective * MILLION,
            "lower_bound": found.lower_bound * MILLION if math.isfinite(found.lower_bound) else None,
            "error_share": found.error_share(answer.plan),
            "stars": {} if held is None else {str(one.year): one.full.stars for one in held.rated},
            "durable_stars": {} if held is None else {str(one.year): one.durable.stars for one in held.rated},
        }
    }


def _infeasible(case: Case, folder: Path, request: Request, problem: Problem, first: str = "") -> int:
    """Explain, write the explanation as the result, and end with its exit code."""
    with case.progress.phase("explain"):
        asked = problem
        if is_every_step(problem):  # slack on every limit is for a smaller model
            asked = at_resolution(case.reading, problem, EXPLAINED_AT)
            first = f"{first} Explained on typical days ({EXPLAINED_AT}).".strip()
        lines = [*filter(None, [first]), *explain_in_words(asked, explain(asked, case.options), case.currency)]
    summary = {
        "status": "infeasible",
        "termination": "the target is out of reach",
        "verified": False,
        "explanation": lines,
        "target": target_of(problem),
        **_context(case, folder, request.settings, None),
        "versions": versions(),
    }
    write_results(folder, summary, _scenario_file(case))
    if request.as_json:
        click.echo(json.dumps(dict(read_results(folder).summary), indent=2, ensure_ascii=False))
    return _end(INFEASIBLE, "\n".join(map(terminal.wrapped, lines)))


def _target_year(problem: Problem) -> int:
    """First year with a target, else the last year."""
    if problem.target is not None and problem.target.stars.any():
        return problem.years[int((problem.target.stars > 0).argmax())]
    return problem.years[-1]


def _context(case: Case, folder: Path, given: Settings, answer: Answer | None) -> dict[str, Any]:
    """Keys of the summary that come from the scenario, the command line, the standard and the clock."""
    scenario = case.reading.scenario
    head, notes = scenario.scenario, case.assembly
    context: dict[str, Any] = {
        "scenario": {
            "name": head.name,
            "title": head.title,
            "title_zh": head.title_zh,
            "file": case.reading.path.name,
            "folder": Path(os.path.relpath(case.reading.folder.resolve(), folder)).as_posix(),
        },
        "currency": head.currency,
        "price_year": head.price_year or scenario.horizon.first_year,
        "resolution": scenario.solver.resolution,
        "given": given.changes(),
        "labels": {name: label for name, (label, _) in notes.labels.items()},
        "assumed_fields": assumed(notes),
        "warnings": case.warnings(),
        "inputs": input_hashes(case.reading),
        "timings_s": dict(case.progress.seconds),
    }
    standard = case.standard
    if answer is not None and standard is not None:
        context["stars_range"] = {str(year): stars for year, stars in reach(standard, answer).items()}
        context["deciding_fields"] = deciding(standard, answer, _target_year(answer.problem))
    return context


def assumed(assembly: Assembly) -> list[str]:
    """Library numbers with status assumed that the problem rests on, in words."""
    return [
        f"{used.key} = {used.number.value} {used.number.unit} ({used.number.low} to {used.number.high})"
        for used in assembly.assumed
    ]


def input_hashes(reading: Reading) -> dict[str, str]:
    """Hash of the scenario and of every file that it names, by path inside its folder."""
    named = {reading.path.name, *_files(reading.scenario.model_dump())}
    return {name: sha256((reading.folder / name).read_bytes()) for name in sorted(named)}


def _files(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("file"), str):
            yield value["file"]
        for item in value.values():
            yield from _files(item)
    elif isinstance(value, list):
        for item in value:
            yield from _files(item)


def _scenario_file(case: Case) -> dict[str, bytes]:
    return {EFFECTIVE: effective_toml(case.reading.scenario).encode()}


def _write(
    case: Case, folder: Path, answer: Answer, usual: Plan, plans: dict[str, Beside], context: dict[str, Any]
) -> None:
    currency = case.currency
    files = {f"{name}.csv": table_bytes(rows) for name, rows in tables(answer, currency).items()}
    files |= roadmap_files(roadmap(answer, setting_of(case.assembly)))
    files |= {OPERATION: _packed(answer.problem, answer.plan), **_scenario_file(case)}
    files[USUAL] = _packed(business_as_usual(answer.problem), usual)
    summary = summarise(answer, plans, _target_year(answer.problem), context)
    if plans:
        files["plans.csv"] = table_bytes(plan_rows(summary["naive"], currency))
    write_results(folder, summary, files)


def _packed(problem: Problem, plan: Plan) -> bytes:
    """Without timings, which stand in the summary: the archive is the same every time."""
    return pack(problem, replace(plan, facts=replace(plan.facts, timings_s={})))


def _show(folder: Path, request: Request) -> None:
    results = read_results(folder)
    if request.as_json:
        click.echo(json.dumps(dict(results.summary), indent=2, ensure_ascii=False))
    elif not request.quiet:
        terminal.show(results, Console())


def _end(code: int, message: str) -> int:
    print(message, file=sys.stderr)
    return code
