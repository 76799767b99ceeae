"""What the commands that compare plans of a scenario share: the prepared case, its results folder, and how they end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from planner.arguments import PROGRESS, refuse

if TYPE_CHECKING:
    from planner.solving.preparing import Prepared
    from planner.solving.resolving import Resolver

INFEASIBLE, LIMIT, NO_PLAN, UNVERIFIED, INTERRUPTED = 3, 4, 5, 6, 130
LIMIT_FACTOR = 3.0  # times the scenario's time limit that a comparison may take

Command = TypeVar("Command", bound=Callable[..., Any])


def solver_options(command: Command) -> Command:
    """The options of every command that solves a scenario more than once."""
    for option in (
        click.option("--quiet", is_flag=True, help="No progress and no tables."),
        PROGRESS,
        click.option("--threads", type=click.IntRange(0, 256), help="Threads of the solver."),
        click.option(
            "--time-limit",
            type=click.FloatRange(0, min_open=True),
            metavar="SECONDS",
            help="Limit of all solves together.  [default: three times the scenario's]",
        ),
        click.option("--gap", type=click.FloatRange(0, 1, max_open=True), help="Relative gap of each solve."),
        click.option(
            "--resolution", metavar="days:N|full|given", help="Operating year: N typical days, all steps, or as given."
        ),
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class Subject:
    """A prepared case, the folder of its results, and the means to solve variants of it."""

    prepared: Prepared
    folder: Path
    again: Resolver
    time_limit_s: float
    solved_s: float  # that the solve of the folder's plan took

    @property
    def name(self) -> str:
        """Of the scenario."""
        return self.prepared.case.reading.scenario.scenario.name

    def label(self, item: str) -> str:
        """What the user calls an item, in English."""
        labels = self.prepared.case.assembly.labels
        name, _, part = item.partition(" ")
        return f"{labels[name][0] if name in labels else name.replace('_', ' ')} {part}".strip()


@contextmanager
def subject(
    path: Path,
    out: Path | None,
    resolution: str | None,
    gap: float | None,
    time_limit: float | None,
    threads: int | None,
    quiet: bool,
    progress: bool,
) -> Iterator[Subject]:
    """The scenario, prepared, whose results folder must be there; failures end with their exit codes."""
    from models.check import ProblemError
    from planner.engine import SolverError, Start, interrupted
    from planner.library import LibraryError
    from planner.progress import Progress, stopping
    from planner.reading.faults import ScenarioFaults
    from planner.results.folder import ResultsError, read_results
    from planner.solving.first_look import look_of
    from planner.solving.preparing import Settings, UsualNotSolved, opened, prepare, read, results_folder
    from planner.solving.resolving import Resolver, UnverifiedError, plan_before
    from planner.studies.starts import read_starts, write_starts

    try:
        reading = read(path, Settings(resolution, gap, threads=threads))
        folder = results_folder(reading, out)
        solved_s = float(read_results(folder).summary.get("timings_s", {}).get("solve", 0.0))
        with stopping(interrupted):
            case = opened(reading, Progress(quiet, progress))
            limit = time_limit or LIMIT_FACTOR * case.options.time_limit_s
            prepared = prepare(case)
            before = plan_before(folder)
            again = Resolver(case.options, case.progress, look_of(prepared.problem), before)
            again.pool.starts.extend(read_starts(folder))
            if before is not None and before.answer is not None:
                again.pool.starts.append(Start(before.answer.plan.decisions))
            yield Subject(prepared, folder, again, limit, solved_s)
            write_starts(folder, again.pool.starts)
    except ScenarioFaults as faults:
        refuse(str(faults))
    except (ResultsError, LibraryError, ProblemError) as error:
        refuse(str(error))
    except UsualNotSolved as error:
        ended(str(error), INFEASIBLE if error.infeasible else NO_PLAN)
    except UnverifiedError as error:
        ended(str(error), UNVERIFIED)
    except SolverError as error:
        ended(f"no plan: {error}", NO_PLAN)
    if interrupted.is_set():
        sys.exit(INTERRUPTED)


def ended(message: str, code: int) -> NoReturn:
    """Say why on stderr and end with the code."""
    click.echo(message, err=True)
    sys.exit(code)


def end_by(statuses: Iterable[str]) -> None:
    """End with the exit code of what was found: nothing if every solve reached its gap or was proven to have no plan."""
    found = set(statuses)
    if not found & {"optimal", "feasible"}:
        if found == {"infeasible"}:
            ended("out of reach, whatever the limit: `plan solve` says by how much", INFEASIBLE)
        ended("stopped without a plan: a longer --time-limit may find one", NO_PLAN)
    if found & {"feasible", "none"}:
        sys.exit(LIMIT)
