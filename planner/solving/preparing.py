"""From a scenario file to a problem with its base year: what every command that solves does first.

scenario + settings -> reading -> assembly, options -> business as usual -> problem with base

case = opened(read(path, Settings(resolution="days:8")), progress)
prepared = prepare(case)
plan = solve(prepared.problem, case.options)
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.problem import Problem
from planner.answer import at_accounted_cost
from planner.assembly.assemble import Assembly, assemble
from planner.assembly.usual import at_stated_price, while_solving
from planner.assembly.variants import business_as_usual, usual_warnings, with_base
from planner.engine import Options, solve
from planner.plan import Plan
from planner.progress import Progress
from planner.rating.assumptions import Standard
from planner.reading.read import Reading, read_scenario
from planner.results.folder import ResultsError
from planner.solving.variants import USUAL_GAP
from planner.solving.written import Source, input_bytes

MOST_WORKERS = 2  # unless asked for: more need more memory
SHORT_GAP = 1e-3  # times the gap where loads are unserved at a price far above all others
RESOLUTION = re.compile(r"^(full|given|days:([1-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-5]))$")


class UsualNotSolved(Exception):
    """Business as usual has no plan. `problem` and `plan` say whether it cannot have one or the time ran out."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        self.infeasible = plan.facts.status == "infeasible"
        words = (
            "Even business as usual cannot meet the loads."
            if self.infeasible
            else f"stopped without a plan for business as usual: {plan.facts.termination}"
        )
        super().__init__(words)


@dataclass(frozen=True)
class Settings:
    """Solver settings and targets that the command line gives; None leaves the scenario's own."""

    resolution: str | None = None
    gap: float | None = None
    time_limit_s: float | None = None
    threads: int | None = None
    workers: int | None = None
    target_stars: int | None = None
    target_year: int | None = None
    durable_stars: int | None = None

    def changes(self) -> dict[str, dict[str, Any]]:
        """The settings as keys of the scenario's tables."""
        given = {
            "solver": ("resolution", "gap", "time_limit_s", "threads", "workers"),
            "rating": ("target_stars", "target_year"),
            "durability": ("durable_stars",),
        }
        tables = {
            table: {key: value for key in keys if (value := getattr(self, key)) is not None}
            for table, keys in given.items()
        }
        return {table: keys for table, keys in tables.items() if keys}


@dataclass(frozen=True)
class Case:
    """A scenario on its way to a plan."""

    source: Source
    options: Options
    progress: Progress

    @property
    def reading(self) -> Reading:
        """The scenario as it was read."""
        return self.source.reading

    @property
    def assembly(self) -> Assembly:
        """What it says of the problem."""
        return self.source.assembly

    @property
    def currency(self) -> str:
        """Of every amount that is written."""
        return self.source.currency

    @property
    def standard(self) -> Standard | None:
        """The rating table as the scenario uses it; None without a rating."""
        return self.source.standard


@dataclass(frozen=True)
class Prepared:
    """A case with its plan for business as usual and the problem whose base year that plan fills."""

    case: Case
    usual: Plan
    problem: Problem


def read(path: Path, settings: Settings) -> Reading:
    """The scenario with the settings in it. Raises ScenarioFaults, and ResultsError for a setting that is none."""
    if settings.resolution is not None and not RESOLUTION.match(settings.resolution):
        raise ResultsError(f"--resolution: got {settings.resolution!r}, wanted days:N, full or given")
    return read_scenario(path, settings.changes())


def results_folder(reading: Reading, out: Path | None) -> Path:
    """Where a scenario's results are: `out`, or results/NAME."""
    return (out or Path("results") / reading.scenario.scenario.name).resolve()


def workers_here() -> int:
    """Processes that operate the year, unless the scenario says how many."""
    return min(MOST_WORKERS, os.cpu_count() or 1)


def opened(reading: Reading, progress: Progress, settings: Settings | None = None) -> Case:
    """The assembled case; its warnings are said. `settings` are those that the scenario was read with."""
    with progress.phase("assemble"):
        given = (settings or Settings()).changes()
        source = Source(reading, assemble(reading), input_bytes(reading), given)
    keys = reading.scenario.solver
    options = Options(
        gap=keys.gap,
        time_limit_s=keys.time_limit_s,
        threads=keys.threads or Options().threads,
        workers=keys.workers or workers_here(),
        seed=keys.seed,
    )
    case = Case(source, options, progress)
    for warning in source.warnings():
        progress.say(f"warning: {warning}")
    return case


def prepare(case: Case) -> Prepared:
    """The problem with its base year. Raises UsualNotSolved where business as usual has no plan."""
    with case.progress.phase("business_as_usual"):
        usual = solved_usual(case.assembly.problem, replace(case.options, gap=min(case.options.gap, USUAL_GAP)))
    for said in usual_warnings(case.assembly, usual):
        case.progress.say(f"warning: {said}")
    return Prepared(case, usual, with_base(case.assembly, usual))


def solved_usual(asked: Problem, options: Options) -> Plan:
    """The plan for business as usual; where the standing plant does not suffice, with what it leaves unserved."""
    problem = business_as_usual(asked)
    usual = solve(problem, options)
    if usual.facts.status == "infeasible":
        problem = while_solving(problem)
        usual = solve(problem, replace(options, gap=SHORT_GAP * options.gap))
        if usual.decisions:
            return at_stated_price(business_as_usual(asked), usual)
    if not usual.decisions:
        raise UsualNotSolved(problem, usual)
    return at_accounted_cost(problem, usual)
