"""Solving again with something changed: every plan goes through the engine, the accountant and `verify`.

    again = Resolver(options, progress)
    solved = again(changed_problem, "with the heat pump forced in")
    solved.low, solved.high             what its least cost is proven to lie between [million]

Differences of two least costs are intervals too; where the interval holds zero, nothing is decided.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.problem import Problem
from planner.accounting.accounts import accounts
from planner.answer import Answer, account_for, at_accounted_cost
from planner.engine import Options, Pool, SolverError, Start, interrupted, solve
from planner.plan import Plan
from planner.progress import Progress
from planner.results.archive import ArchiveError, same, unpack
from planner.results.folder import OPERATION, Results, ResultsError
from planner.solving.first_look import Look
from planner.verification.verify import verify

ROUNDING = 1e-7  # relative, of a cost: what solver tolerances leave
PATIENCE = 0.5  # share of the time that is left that one solve may take
LEAST_S = 2.0  # below which a solve is not worth its start


class UnverifiedError(Exception):
    """A plan that was found again failed verification; the message lists how."""


@dataclass(frozen=True)
class Interval:
    """What a number is proven to lie between."""

    low: float
    high: float

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def at_least(self, least: float) -> Interval:
        """The interval above a number that is known to be no more."""
        return Interval(max(self.low, least), max(self.high, least))

    @property
    def sign(self) -> int:
        """1 or -1 where the sign is proven, else 0."""
        return 1 if self.low > 0 else -1 if self.high < 0 else 0


@dataclass(frozen=True, eq=False)
class Solved:
    """A problem solved again; `answer` is None where no plan was found, `infeasible` where there is proven to be none."""

    problem: Problem
    answer: Answer | None
    low: float
    infeasible: bool = False
    note: str = ""  # why there is no plan

    @property
    def high(self) -> float:
        """Cost of the plan in hand [million], infinite without one."""
        return math.inf if self.answer is None else self.answer.money.objective

    @property
    def cost(self) -> Interval:
        """What the least cost lies between [million]; to the rounding of the solver."""
        scale = ROUNDING * max(1.0, abs(self.low)) if math.isfinite(self.low) else 0.0
        return Interval(min(self.low - scale, self.high), self.high)

    def within(self, gap: float) -> bool:
        """Whether the plan is proven to cost no more than the relative gap above the least cost."""
        return self.answer is not None and self.high - self.low <= gap * max(abs(self.high), 1e-9)


@dataclass
class Resolver:
    """Solves variants with the same settings, one after the other, until `ends` by the monotonic clock."""

    options: Options
    progress: Progress
    look: Look | None = None  # where each whole year begins
    known: Solved | None = None  # a problem that was solved before: not solved again for a gap that it has
    pool: Pool = field(default_factory=Pool)  # what one solve learns of the site, the next ones use
    ends: float = math.inf
    solves: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def __call__(self, problem: Problem, words: str, options: Options | None = None) -> Solved:
        """The least-cost plan of a problem, accounted and verified; what fails has no plan, and its note says why."""
        if interrupted.is_set():
            return Solved(problem, None, -math.inf)
        if self.left_s < LEAST_S:
            return Solved(problem, None, -math.inf, note="no time left")
        gap, known = (options or self.options).gap, self.known
        if known is not None and known.answer is not None and known.within(gap):
            alike = replace(known.problem, name=problem.name)  # a rung of a ladder bears its stars in its name
            if same(problem, alike):
                return verified(problem, known.answer.plan, words)
        try:
            plan = self.plan(problem, words, options)
        except SolverError as error:  # one solve of many: what it would have told is not known
            return Solved(problem, None, -math.inf, note=str(error))
        if not plan.decisions:
            infeasible = plan.facts.status == "infeasible"
            low = math.inf if infeasible else plan.facts.lower_bound
            return Solved(problem, None, low, infeasible, plan.facts.termination)
        try:
            return verified(problem, at_accounted_cost(problem, plan), words)
        except UnverifiedError as error:  # told where the point stands; the others are not lost
            return Solved(problem, None, -math.inf, note=" ".join(str(error).split()))

    def plan(self, problem: Problem, words: str, options: Options | None = None, apart: bool = False) -> Plan:
        """What the engine answers, not yet accounted. What is solved `apart` leaves the pool as it is.

        A problem with another objective has other blocks, which would take the place of those that the rest shares.
        """
        self.solves += 1
        settings = options or self.options
        settings = replace(settings, time_limit_s=min(settings.time_limit_s, PATIENCE * self.left_s))
        starts = () if apart else self._looked(problem, settings)
        with self.progress.phase(words):
            plan = solve(problem, settings, self.progress.report, None if apart else self.pool, starts=starts)
        self.seconds[words] = self.progress.seconds[words]
        return plan

    @property
    def left_s(self) -> float:
        """Seconds until the end."""
        return self.ends - time.monotonic()

    def until(self, parts: float) -> Resolver:
        """The same, with one of so many equal parts of the time that is left."""
        return replace(self, ends=time.monotonic() + self.left_s / max(1.0, parts))

    def _looked(self, problem: Problem, options: Options) -> Iterator[Start]:
        """What a look tells, for a solve that asks for it."""
        if self.look is not None:
            yield from self.look(problem, options)

    def sharper(self, plan: Solved) -> Solved:
        """The same problem solved to the gap of these settings; the better plan and the better bound of both."""
        found = self(plan.problem, "the plan itself, to a smaller gap")
        answer = found.answer if found.answer is not None and found.high < plan.high else plan.answer
        low = max(plan.low, found.low) if not found.infeasible else plan.low
        return Solved(plan.problem, answer, low)


def verified(problem: Problem, plan: Plan, words: str) -> Solved:
    """A plan that has been accounted for and agrees. Raises UnverifiedError."""
    found = verify(problem, plan)
    if not found.ok:
        faults = "\n".join(map(str, found.violations))
        raise UnverifiedError(f"a plan found again ({words}) failed verification:\n{faults}")
    return Solved(problem, account_for(problem, plan), plan.facts.lower_bound)


def costed(problem: Problem, plan: Plan, low: float) -> Plan:
    """A plan that was found for another objective, with what it costs as its objective and a known bound of the least cost."""
    cost = accounts(problem, plan).objective
    return replace(plan, facts=replace(plan.facts, objective=cost, lower_bound=min(low, cost)))


def solved_before(results: Results) -> Solved:
    """The plan of a results folder. Raises ResultsError where it is not there or has no plan."""
    try:
        return _accounted(results.operation_bytes())
    except ArchiveError as error:
        raise ResultsError(f"{results.folder}: operation.npz: {error}") from error


def _accounted(archive: bytes) -> Solved:
    problem, plan = unpack(archive)
    return Solved(problem, account_for(problem, plan), min(plan.facts.lower_bound, plan.facts.objective))


def plan_before(folder: Path) -> Solved | None:
    """The plan that a results folder holds; none where it has no readable archive."""
    try:
        return _accounted((folder / OPERATION).read_bytes())
    except (OSError, ArchiveError):
        return None
