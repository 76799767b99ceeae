"""A first look at typical days: solved in seconds, its decisions are where a whole year begins.

look = Look(at_resolution(reading, problem, RESOLUTION))
plan = solve(problem, options, starts=look(look.problem, options))
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from models.problem import Problem
from planner.engine import Options, Pool, Report, SolverError, solve
from planner.plan import Decisions

RESOLUTION = "days:8"
GAP = 0.015
SHARE = 0.3  # of the time for the whole year that a look may take


@dataclass(frozen=True, eq=False)
class Look:
    """The problem at typical days, and what has been learnt of it."""

    problem: Problem
    pool: Pool = field(default_factory=Pool)

    def __call__(self, variant: Problem, options: Options, report: Report | None = None) -> list[Decisions]:
        """Decisions of a variant's plan, to begin its whole year with; none where none were found."""
        settings = replace(options, gap=max(options.gap, GAP), time_limit_s=SHARE * options.time_limit_s)
        try:
            found = solve(variant, settings, report, self.pool)
        except SolverError:  # it may be missed: the year itself is solved either way
            return []
        return [found.decisions] if found.decisions else []

    def __enter__(self) -> Look:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.close()
