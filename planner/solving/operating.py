"""The years of a plan operated again with its investments standing: each at least cost, and on the highest level left.

    again = operate(problem, plan, options)
    again.all_kept                      every year meets its target
    again.answer                        the plan that results, accounted on the problem

A year that cannot meet what is asked of it gives up, in this order: the planning rules (floor, caps, removal path), the durable
stars, then one level after the other. What it has then is for the evaluator to say.

The steps of the penalty join the years. With s of the last K years reliant on paper, a year pays (penalty + step·s) per tonne; its
cost depends on nothing else of the past, so the cheapest path over which of them were is the cheapest plan:

    best[y+1, (.., 0)]  = min of best[y, (a, ..)] + cost of y without excess
    best[y+1, (.., 1)]  = min of best[y, (a, ..)] + cost of y at the rate of its past, where it has an excess

A cap on the sum of tonnes joins them too: where the separate years break it, all of them are solved together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.problem import Array, Problem, Target
from planner.accounting.accounts import RELIANCE_SHARE, accounts
from planner.accounting.ledger import inventory
from planner.accounting.stock import stock_of
from planner.answer import Answer, account_for
from planner.engine import Options, Pool, solve
from planner.plan import Plan
from planner.solving.fixed import Part, investments_of, joined, one_year
from planner.solving.resolving import UnverifiedError
from planner.verification.verify import verify

SUM_TOLERANCE = 1e-6  # relative, of a cap on the sum of tonnes
SUM_OF_YEARS = "cumulative emission cap"  # the rule of `verify` that no year can keep alone


Past = tuple[bool, ...]  # which of the last years relied on paper


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
    def asked(self) -> Problem:
        """The year with what is asked of it on its rung."""
        return self._rungs[self._rung]

    @property
    def eased(self) -> bool:
        """Whether it had to give anything up."""
        return self._rung > 0

    @property
    def kept(self) -> bool:
        """Whether the stars asked of the year are met."""
        asked, given = self.part.problem.target, self.asked.target
        return asked is None or given is None or bool((given.stars >= asked.stars).all())

    @property
    def lasting(self) -> bool:
        """Whether the durable stars asked of the year are met too."""
        target = self.part.problem.target
        return target is None or self.asked.target is target

    def run(self, behind: int) -> Run:
        """The year with that many years of reliance behind it."""
        found = self._runs.get(behind) or self._solved(self.asked, behind) or self._lower(behind)
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
            self._runs[None] = self._solved(self.asked, None)
        return self._runs[None]

    def _solved(self, problem: Problem, behind: int | None) -> Run | None:
        rules, pins = problem.durability, dict(self.part.pins)
        rate = rules.penalty_per_tonne + rules.penalty_step_per_tonne * (behind or 0)
        if behind is None:  # at any rate: there is none
            rate += rules.penalty_step_per_tonne
            pins["durability.excess_tco2e"] = {(self.year,): 0.0}
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
    path = cheapest_path(problem, years)
    runs, found = (
        path.runs,
        joined(problem, plan, [(one.part, run.plan) for one, run in zip(years, path.runs, strict=True)]),
    )
    unproven = max(0.0, path.cost - path.lower_bound)
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
    _confirm(answer, years, sums_given_up=not all(kept.values()))
    return Operated(answer, kept, years)


def _confirm(answer: Answer, years: Sequence[Year], sums_given_up: bool) -> None:
    """What no year had to give up is kept in the plan of all years. Raises UnverifiedError."""
    found = verify(_still_asked(answer.problem, years), answer.plan).violations
    wrong = [v for v in found if not (v.rule == SUM_OF_YEARS and sums_given_up)]
    if wrong:
        raise UnverifiedError("\n".join(["the plan operated again failed verification", *map(str, wrong)]))


def _still_asked(problem: Problem, years: Sequence[Year]) -> Problem:
    """The problem without what its years had to give up."""
    rules, free = problem.durability, np.array([one.eased for one in years])
    caps = tuple(replace(cap, limit=_lifted(cap.limit, free, np.inf)) for cap in problem.emissions.caps)
    left = replace(
        problem,
        durability=replace(
            rules,
            own_reduction_floor=_lifted(rules.own_reduction_floor, free, -np.inf),
            removal_share_path=_lifted(rules.removal_share_path, free, 0.0),
        ),
        emissions=replace(problem.emissions, caps=caps),
    )
    if problem.target is None:
        return left
    given = [one.asked.target for one in years]
    stars, durable = (
        np.concatenate([np.zeros(1, dtype=np.int64) if t is None else getattr(t, name) for t in given])
        for name in ("stars", "durable_stars")
    )
    return replace(left, target=replace(problem.target, stars=stars, durable_stars=durable))


def _lifted(limit: Array | None, free: NDArray[np.bool_], nothing: float) -> Array | None:
    return None if limit is None else np.where(free, nothing, limit)


@dataclass(frozen=True)
class Path:
    """The runs of the years, what they cost, and what no choice of runs can cost less than [million]."""

    runs: tuple[Run, ...]
    cost: float
    lower_bound: float


def cheapest_path(problem: Problem, years: Sequence[Year]) -> Path:
    """The run of each year, such that cost and penalties with their steps are least over all years."""
    rules = problem.durability
    most = rules.penalty_steps if rules.penalty_step_per_tonne > 0 else 0
    least = RELIANCE_SHARE * problem.base.gross_tco2e
    best: dict[Past, tuple[float, float, tuple[Run, ...]]] = {(): (0.0, 0.0, ())}
    for one, weight in zip(years, _weights(problem), strict=True):
        after: dict[Past, tuple[float, float, tuple[Run, ...]]] = {}
        for past, (cost, bound, runs) in best.items():
            run = one.run(sum(past))
            relied = run.excess_tco2e > least
            moves = [(relied, run)]
            if relied and most and (clean := one.without_excess()) is not None:
                moves.append((False, clean))
            for relies, move in moves:
                now, facts = (*past, relies)[max(0, len(past) + 1 - most) :], move.plan.facts
                there = after.get(now, (np.inf, np.inf, ()))
                path = (cost + weight * facts.objective, (*runs, move))
                cheaper = path if path[0] < there[0] else (there[0], there[2])
                after[now] = cheaper[0], min(there[1], bound + weight * facts.lower_bound), cheaper[1]
        best = after
    cost, _, chosen = min(best.values(), key=lambda end: end[0])
    return Path(chosen, cost, min(bound for _, bound, _ in best.values()))


def _weights(problem: Problem) -> list[float]:
    """Present value of a year's own cost, which is already discounted within its year."""
    return [(1 + problem.finance.discount_rate) ** -n for n in range(len(problem.years))]


def _sums_kept(answer: Answer) -> bool:
    caps = [cap for cap in answer.problem.emissions.caps if cap.total is not None]
    return all(
        float(getattr(answer.tonnes, f"{cap.metric}_tco2e").sum()) <= (cap.total or 0.0) * (1 + SUM_TOLERANCE)
        for cap in caps
    )
