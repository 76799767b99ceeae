"""What the commands that solve a result again share: their options, and how they end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.arguments import refuse

if TYPE_CHECKING:
    from planner.results.folder import Results
    from planner.solving.resolving import Resolver, Solved

NO_PLAN, UNVERIFIED, INTERRUPTED = 5, 6, 130
LEAST_GAP = 1e-4
ALL_SOLVES_S = 600.0  # of a study, unless told otherwise

GAP = click.option(
    "--gap", type=click.FloatRange(0, 1, max_open=True), help="Relative gap of each solve.  [default: the plan's]"
)
TIME_LIMIT = click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    default=ALL_SOLVES_S,
    show_default=True,
    metavar="SECONDS",
    help="Limit of all solves together.",
)
YEAR_TIME_LIMIT = click.option(
    "--time-limit",
    "year_limit_s",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Limit of each year's solve.",
)
QUIET = click.option("--quiet", is_flag=True, help="No progress.")


@dataclass(frozen=True)
class Study:
    """A result, its plan, and the means to solve it again."""

    results: Results
    plan: Solved
    again: Resolver

    @property
    def currency(self) -> str:
        """Of every amount that is shown."""
        return str(self.results.summary.get("currency", "CNY"))

    def label(self, name: str) -> str:
        """What the user calls an item."""
        return str(self.results.summary.get("labels", {}).get(name, name))

    def label_zh(self, name: str) -> str:
        """The same in Chinese."""
        from planner.results.record import Record

        assert self.plan.answer is not None
        return Record(self.results, self.plan.answer, None).label(name, "zh")


@contextmanager
def studied(folder: Path, gap: float | None, time_limit_s: float, quiet: bool, progress: bool) -> Iterator[Study]:
    """The plan of a results folder, solved to the gap that is asked for; failures end with their exit codes."""
    from planner.engine import Options, SolverError, Start, interrupted
    from planner.progress import Progress, stopping
    from planner.results.folder import ResultsError, read_results
    from planner.solving.first_look import look_of
    from planner.solving.preparing import workers_here
    from planner.solving.resolving import Resolver, UnverifiedError, solved_before

    try:
        results = read_results(folder)
        plan = solved_before(results)
        assert plan.answer is not None
        proven = plan.answer.plan.facts.gap
        asked = max(LEAST_GAP, proven) if gap is None else gap
        options = Options(gap=asked, time_limit_s=time_limit_s, workers=workers_here())
        again = Resolver(
            options, Progress(quiet, progress), look_of(plan.problem), plan, ends=time.monotonic() + time_limit_s
        )
        again.pool.starts.append(Start(plan.answer.plan.decisions))
        with stopping(interrupted):
            if gap is not None and gap < proven:
                plan = again.sharper(plan)
            yield Study(results, plan, again)
    except ResultsError as error:
        refuse(str(error))
    except UnverifiedError as error:
        click.echo(str(error), err=True)
        sys.exit(UNVERIFIED)
    except SolverError as error:
        click.echo(f"no plan: {error}", err=True)
        sys.exit(NO_PLAN)
    if interrupted.is_set():
        sys.exit(INTERRUPTED)
