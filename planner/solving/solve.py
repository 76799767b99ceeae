"""`plan solve`: read, assemble, solve, check, write, show.

    scenario -> problem -> business as usual fills the base -> plan -> accountant and verify -> plans beside it -> folder

Nothing is written as a success that the accountant does not confirm. An interrupt stops the solver and keeps its plan.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from models.check import ProblemError
from models.problem import Problem
from planner import terminal
from planner.answer import Answer, account_for, at_accounted_cost
from planner.assembly.variants import at_resolution
from planner.engine import Pool, SolverError, Start, UnlimitedProfit, explain, interrupted, solve
from planner.library import LibraryError
from planner.plan import Plan
from planner.progress import Progress, stopping
from planner.reading.faults import ScenarioFaults
from planner.results.folder import (
    ResultsError,
    read_results,
    write_results,
    writer_lock,
)
from planner.results.place import ForeignFile
from planner.solving import first_look
from planner.solving.beside import plans_beside
from planner.solving.explaining import explain_in_words
from planner.solving.first_look import Look, look_of
from planner.solving.full_year import is_every_step, operated_at_every_step
from planner.solving.preparing import Case, Prepared, Settings, UsualNotSolved, opened, prepare, read, results_folder
from planner.solving.summary import EveryStep, target_of, versions
from planner.solving.ways_out import proven_words, prover, ways_out
from planner.solving.written import Solved, scenario_files
from planner.verification.verify import verify

DONE, BAD_INPUT, INFEASIBLE, LIMIT, NO_PLAN, UNVERIFIED, INTERRUPTED = 0, 2, 3, 4, 5, 6, 130
EXPLAINED_AT = "days:8"  # what is out of reach at every step
MISSED_TIME_SHARE = 0.4  # of the time limit, for what is missed of a target out of reach
WAYS_TIME_SHARE = 0.6  # of the time limit, for the ways to reach it
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
    except (ProblemError, UnlimitedProfit) as error:
        return _end(BAD_INPUT, str(error))
    except SolverError as error:
        return _end(NO_PLAN, f"no plan: {error}")


def _run(request: Request) -> int:
    progress = Progress(request.quiet, request.progress)
    with progress.phase("read"):
        reading = read(request.scenario, request.settings)
    folder = results_folder(reading, request.out)
    with writer_lock(folder):
        case = opened(reading, progress, request.settings)
        try:
            prepared = prepare(case)
        except UsualNotSolved as usual:
            if usual.infeasible:
                return _infeasible(case, folder, request, usual.problem, None, str(usual))
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
        return _infeasible(case, folder, request, problem, usual)
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
    every_step = _at_every_step(case, answer)
    plans = plans_beside(answer, usual, case.options, seconds, progress, pool, look) if request.naive else {}
    _write(case, folder, Solved(answer, usual, plans, every_step))
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


def _at_every_step(case: Case, answer: Answer) -> EveryStep | None:
    """A plan of typical days, operated at every step of the year; None for any other."""
    if not case.reading.scenario.solver.resolution.startswith("days:") or interrupted.is_set():
        return None
    with case.progress.phase("every_step", "operate the plan at every step of the year"):
        return operated_at_every_step(case.reading, answer.problem, answer.plan, case.options, case.progress)


def _infeasible(
    case: Case, folder: Path, request: Request, problem: Problem, usual: Plan | None, first: str = ""
) -> int:
    """Explain, write the explanation as the result, and end with its exit code. Ways out start from business as usual."""
    with case.progress.phase("explain"):
        asked, resolution = problem, None
        if is_every_step(problem):  # slack on every limit is for a smaller model
            asked, resolution = at_resolution(case.reading, problem, EXPLAINED_AT), EXPLAINED_AT
            first = f"{first} Explained on typical days ({EXPLAINED_AT}).".strip()
        options = replace(case.options, time_limit_s=MISSED_TIME_SHARE * case.options.time_limit_s)
        missed = explain(asked, options)
        lines = [*filter(None, [first]), *explain_in_words(asked, missed)]
        if usual is not None:
            options = replace(case.options, time_limit_s=WAYS_TIME_SHARE * case.options.time_limit_s)
            found = ways_out(case.reading, asked, options, prover(case, usual, resolution), missed.unserved)
            lines += proven_words(found, case.currency, missed.unserved)
    summary = {
        "status": "infeasible",
        "termination": "the target is out of reach",
        "verified": False,
        "explanation": lines,
        "target": target_of(problem),
        **case.source.told(),
    }
    _save(case, folder, summary, scenario_files(case.source))
    if request.as_json:
        click.echo(json.dumps(dict(read_results(folder).summary), indent=2, ensure_ascii=False))
    return _end(INFEASIBLE, "\n".join(map(terminal.wrapped, lines)))


def _placed(
    summary: dict[str, Any], case: Case, folder: Path, seconds: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """A summary with where its scenario lies, what the clock said, and what computed it."""
    home = Path(os.path.relpath(case.reading.folder.resolve(), folder)).as_posix()
    timings = {**case.progress.seconds, **{f"solver_{name}": s for name, s in (seconds or {}).items()}}
    scenario = {**summary["scenario"], "folder": home}
    return {**summary, "scenario": scenario, "timings_s": timings, "versions": versions()}


def _write(case: Case, folder: Path, found: Solved) -> None:
    summary = found.told(case.source)
    seconds = found.answer.plan.facts.timings_s
    _save(case, folder, summary, found.files(case.source, summary), seconds)


def _save(
    case: Case,
    folder: Path,
    summary: dict[str, Any],
    files: Mapping[str, bytes],
    seconds: Mapping[str, float] | None = None,
) -> None:
    """Write a results folder; where that fails, one in another place, which the error that is raised then names."""
    try:
        write_results(folder, _placed(summary, case, folder, seconds), files)
    except OSError as error:
        why = error.strerror or str(error)
        where = error.filename if isinstance(error, ForeignFile) else folder
        for place in (
            Path(home) / f"plan-{folder.name}-{os.getpid()}" for home in (tempfile.gettempdir(), Path.home())
        ):
            with suppress(OSError):
                write_results(place, _placed(summary, case, place, seconds), files)
                raise ResultsError(f"{where}: {why}; the answer is saved in {place}") from error
        raise ResultsError(f"{where}: {why}; nor could the answer be saved elsewhere") from error


def _show(folder: Path, request: Request) -> None:
    results = read_results(folder)
    if request.as_json:
        click.echo(json.dumps(dict(results.summary), indent=2, ensure_ascii=False))
    elif not request.quiet:
        terminal.show(results, Console())


def _end(code: int, message: str) -> int:
    print(message, file=sys.stderr)
    return code
