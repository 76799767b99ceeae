"""The years of a plan operated again with its investments standing: each at least cost, and on the highest level left.

    again = operate(problem, plan, options)
    again.all_kept                      every year meets its target
    again.answer                        the plan that results, accounted on the problem

A year that cannot meet what is asked of it gives up, in this order: the planning rules (floor, caps, removal path), the durable
stars, then one level after the other. What it has then is for the evaluator to say.

The steps of the penalty join the years. With s years of reliance behind it, a year pays (penalty + step·s) per tonne; its cost
depends on nothing else of the past, so the cheapest path over s is the cheapest plan:

    best[y+1, 0]           = min over s of best[y, s] + cost of y without excess
    best[y+1, min(s+1,K)]  = best[y, s] + cost of y at rate s, where it has an excess

A cap on the sum of tonnes joins them too: where the separate years break it, all of them are solved together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.problem import Problem, Target
from planner.accounts import RELIANCE_SHARE, accounts
from planner.answer import Answer, account_for
from planner.engine import Options, Pool, solve
from planner.fixed import Part, investments_of, joined, one_year
from planner.ledger import inventory
from planner.plan import Plan
from planner.resolving import UnverifiedError
from planner.stock import stock_of
from planner.verify import verify

SUM_TOLERANCE = 1e-6  # relative, of a cap on the sum of tonnes
MAY_BE_GIVEN_UP = (
    "target stars",
    "target durable stars",
    "own reduction above floor",
    "removal share on path",
    "emission cap",
    "cumulative emission cap",
)  # rules of `verify` that a year may have had to give up


class NotOperable(Exception):
    """A year has no operation: its loads cannot be met with what stands, or the time ran out."""


@dataclass(frozen=True)
class Run:
    """A year at one rate of the penalty [million, t]."""

    plan: Plan
    excess_tco2e: float


@dataclass(frozen=True, eq=False)
class Operated:
    """A plan operated again; `kept` says by year whether it has the stars asked for."""

    answer: Answer
    kept: Mapping[int, bool]
    years: tuple[Year, ...]

    @property
    def all_kept(self) -> bool:
        """Whether every year has them."""
        return all(self.kept.values())

    @property
    def all_lasting(self) -> bool:
        """Whether every year has the durable stars asked for too."""
        return self.all_kept and all(one.lasting for one in self.years)


class Year:
    """One year, solved once for each rate of the penalty that is asked for, on the first rung that it can stand on."""

    def __init__(self, part: Part, options: Options, pool: Pool | None = None) -> None:
        self.part, self.options, self.pool, self.year = part, options, pool, part.problem.years[0]
        self._runs: dict[int | None, Run | None] = {}
        self._rungs = tuple(rungs(part.problem))
        self._rung = 0

    @property
    def kept(self) -> bool:
        """Whether the stars asked of the year are met."""
        asked, given = self.part.problem.target, self._rungs[self._rung].target
        return asked is None or given is None or bool((given.stars >= asked.stars).all())

    @property
    def lasting(self) -> bool:
        """Whether the durable stars asked of the year are met too."""
        target = self.part.problem.target
        return target is None or self._rungs[self._rung].target is target

    def run(self, behind: int) -> Run:
        """The year with that many years of reliance behind it."""
        found = self._runs.get(behind) or self._solved(self._rungs[self._rung], behind) or self._lower(behind)
        self._runs[behind] = found
        return found

    def _lower(self, behind: int) -> Run:
        """The first rung that has a plan, found by halving: each asks less than the one before."""
        failed, holds, held = self._rung, len(self._rungs), None
        while holds - failed > 1:
            rung = (failed + holds) // 2 if held is not None else len(self._rungs) - 1
            found = self._solved(self._rungs[rung], behind)
            if found is not None:
                holds, held = rung, found
            elif held is None:
                break
            else:
                failed = rung
        if held is None:
            raise NotOperable(f"{self.year}: the loads cannot be met with what stands")
        self._rung = holds
        return held

    def without_excess(self) -> Run | None:
        """The year with no more paper than is free of penalty; None where that is impossible."""
        if None not in self._runs:
            self._runs[None] = self._solved(self._rungs[self._rung], None)
        return self._runs[None]

    def _solved(self, problem: Problem, behind: int | None) -> Run | None:
        rules, pins = problem.durability, dict(self.part.pins)
        rate = rules.penalty_per_tonne + rules.penalty_step_per_tonne * (behind or 0)
        if behind is None:
            pins["durability.excess_tco2e"] = {(self.year, 0): 0.0}
        flat = replace(problem, durability=replace(rules, penalty_per_tonne=rate, penalty_step_per_tonne=0.0))
        plan = solve(flat, self.options, pool=self.pool, pins=pins)
        if plan.facts.status == "infeasible":
            return None
        if not plan.decisions:
            raise NotOperable(f"{self.year}: {plan.facts.termination}")
        return Run(plan, float(inventory(flat, plan).excess_tco2e[0]))


def rungs(problem: Problem) -> Iterator[Problem]:
    """A year with less and less asked of it, down to serving its loads."""
    yield problem
    bare = replace(
        problem,
        durability=replace(problem.durability, own_reduction_floor=None, removal_share_path=None),
        emissions=replace(problem.emissions, caps=()),
    )
    rules = problem.durability
    if problem.emissions.caps or rules.own_reduction_floor is not None or rules.removal_share_path is not None:
        yield bare
    if problem.target is None or problem.rating is None:
        return
    asked, durable = int(problem.target.stars[0]), int(problem.target.durable_stars[0])
    if durable:
        yield replace(bare, target=_target(asked, 0))
    for stars in sorted((level.stars for level in problem.rating.levels if level.stars < asked), reverse=True):
        yield replace(bare, target=_target(stars, 0))
    if asked:
        yield replace(bare, target=_target(0, 0))


def _target(stars: int, durable: int) -> Target:
    return Target(np.array([stars], dtype=np.int64), np.array([durable], dtype=np.int64))


def operate(
    problem: Problem, plan: Plan, options: Options, known: Mapping[int, Year] | None = None, pool: Pool | None = None
) -> Operated:
    """The plan with its investments standing, operated again under `problem`; `known` years are not solved again.

    The years of a whole year by the hour operate the same site: what one shows of it, the others use through the `pool`.

    Raises NotOperable where a year has no operation at all, UnverifiedError where the accountant finds more amiss than what had
    to be given up.
    """
    stock = stock_of(problem, plan)
    years = tuple((known or {}).get(y) or Year(one_year(problem, plan, y, stock), options, pool) for y in problem.years)
    runs = cheapest_path(problem, years)
    found = joined(problem, plan, [(one.part, run.plan) for one, run in zip(years, runs, strict=True)])
    unproven = sum(
        weight * (run.plan.facts.objective - run.plan.facts.lower_bound)
        for weight, run in zip(_weights(problem), runs, strict=True)
    )
    objective = accounts(problem, found).objective
    gap = unproven / max(abs(objective), 1e-9)
    facts = replace(
        plan.facts,
        status="optimal" if all(run.plan.facts.status == "optimal" for run in runs) else "feasible",
        termination="operated again by the year",
        objective=objective,
        lower_bound=objective - unproven,
        gap=gap,
        timings_s={"total": sum(run.plan.facts.timings_s["total"] for run in runs)},
        size={},
    )
    answer = account_for(problem, replace(found, facts=facts))
    kept = {one.year: one.kept for one in years}
    if all(kept.values()) and not _sums_kept(answer):
        whole = solve(problem, options, pins=investments_of(problem, plan))
        if whole.decisions:
            answer = account_for(problem, whole)
        else:
            kept = dict.fromkeys(kept, False)
    _confirm(answer)
    return Operated(answer, kept, years)


def _confirm(answer: Answer) -> None:
    wrong = [v for v in verify(answer.problem, answer.plan).violations if v.rule not in MAY_BE_GIVEN_UP]
    if wrong:
        raise UnverifiedError("\n".join(["the plan operated again failed verification", *map(str, wrong)]))


def cheapest_path(problem: Problem, years: Sequence[Year]) -> list[Run]:
    """The run of each year, such that cost and penalties with their steps are least over all years."""
    rules = problem.durability
    most = rules.penalty_steps if rules.penalty_step_per_tonne > 0 else 0
    least = RELIANCE_SHARE * problem.base.gross_tco2e
    best: dict[int, tuple[float, list[Run]]] = {0: (0.0, [])}
    for one, weight in zip(years, _weights(problem), strict=True):
        after: dict[int, tuple[float, list[Run]]] = {}
        for behind, (cost, path) in best.items():
            run = one.run(behind)
            relied = run.excess_tco2e > least
            moves = [(min(behind + 1, most) if relied else 0, run)]
            if relied and most and (clean := one.without_excess()) is not None:
                moves.append((0, clean))
            for state, move in moves:
                total = cost + weight * move.plan.facts.objective
                if state not in after or total < after[state][0]:
                    after[state] = (total, [*path, move])
        best = after
    return min(best.values(), key=lambda end: end[0])[1]


def _weights(problem: Problem) -> list[float]:
    """Present value of a year's own cost, which is already discounted within its year."""
    return [(1 + problem.finance.discount_rate) ** -n for n in range(len(problem.years))]


def _sums_kept(answer: Answer) -> bool:
    caps = [cap for cap in answer.problem.emissions.caps if cap.total is not None]
    return all(
        float(getattr(answer.tonnes, f"{cap.metric}_tco2e").sum()) <= (cap.total or 0.0) * (1 + SUM_TOLERANCE)
        for cap in caps
    )
