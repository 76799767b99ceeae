"""A first look at typical days: solved in seconds, its decisions and prices are where a whole year begins.

look = look_of(problem)
plan = solve(problem, options, starts=look(problem, options))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from models.problem import Problem, at_any_load
from planner.engine import Options, Pool, Report, SolverError, Start, solve
from planner.plan import Plan
from planner.solving.coarse import coarse
from planner.solving.full_year import is_every_step

DAYS = 8
GAP = 0.015
SHARE = 0.3  # of the time for the whole year that a look may take


def at_typical_days(problem: Problem) -> Problem:
    """A problem as a look sees it."""
    return coarse(problem, DAYS)


@dataclass(frozen=True, eq=False)
class Look:
    """What has been learnt of a site at typical days."""

    coarser: Callable[[Problem], Problem] = at_typical_days
    pool: Pool = field(default_factory=Pool)

    def __call__(self, problem: Problem, options: Options, report: Report | None = None) -> list[Start]:
        """Where the whole year of a problem may begin; empty where typical days tell nothing."""
        settings = replace(options, gap=max(options.gap, GAP), time_limit_s=SHARE * options.time_limit_s)
        before = self.pool.starts[-1] if self.pool.starts else None
        try:
            found = self.plan(problem, settings, report)
        except SolverError:  # it may be missed: the year itself is solved either way
            return []
        newest = self.pool.starts[-1] if self.pool.starts else None
        if newest is not None and newest is not before:
            return [newest]
        return [Start(found.decisions)] if found.decisions else []

    def plan(self, problem: Problem, options: Options, report: Report | None = None) -> Plan:
        """The plan of a problem at typical days. Raises SolverError."""
        return solve(at_any_load(self.coarser(problem)), options, report, self.pool)

    def __enter__(self) -> Look:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.close()


def look_of(problem: Problem) -> Look | None:
    """A look at a problem that has a whole year and something to choose by; none where it would not help."""
    return Look() if is_every_step(problem) and problem.target is not None else None
