"""`plan futures`: what to commit to now and what to wait for, when several futures are possible.

    expected    one plan for all futures: shared until they part, each at its own best afterwards, at least expected cost
    now         the same if every investment had to be decided today: only purchases and operation follow the future
    value of waiting = cost of now − cost of expected        never negative: what may wait may also be decided now
    regret[p,s] = cost of future s when p's early decisions are taken − least cost known of future s
    CVaR[p]     = mean cost of the dearest `cvar_share` of the probability

Favourites are each future's own optimum and the expected plan. Small cases are solved as one model. In large ones the expected
plan is the favourite with the least expected cost, the bound is that of a planner who knows the future, and the stars are held
in every future whatever the hold probability. Costs are the objective: net present cost and penalties.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.problem import Problem
from planner.accounting.accounts import accounts
from planner.accounting.rating import rate_years
from planner.answer import MILLION, at_accounted_cost
from planner.engine import Options, Pool
from planner.engine.futures import solve_futures
from planner.futures.commitments import commitments
from planner.futures.future import Future, Shared, decided_before, decided_now, in_future, normalised, with_decisions
from planner.plan import Plan
from planner.scenario import Scenario
from planner.solving.operating import NotOperable, operate
from planner.solving.resolving import Resolver
from planner.stress.stressing import asked_years
from planner.verification.verify import verify

EXPECTED = "expected"
LARGEST_TREE = 2_000  # steps over all years and futures up to which one model is solved
ONE_PIECE, BEST_FAVOURITE = "one model of all futures", "the best of the futures' own optima"


class NoPlanForFutures(Exception):
    """A future has no plan (`infeasible`), or none that is found in time; the message says which."""

    def __init__(self, message: str, infeasible: bool) -> None:
        super().__init__(message)
        self.infeasible = infeasible


@dataclass(frozen=True)
class Rules:
    """When the futures part, with which probability stars are held, and the share of the worst that CVaR looks at."""

    revealed: int
    hold_probability: float = 1.0
    cvar_share: float = 0.2


@dataclass(frozen=True, eq=False)
class Tree:
    """A plan for each future, alike where it must be, and what they cost [million]."""

    plans: tuple[Plan, ...]
    costs: tuple[float, ...]
    expected: float
    lower_bound: float


@dataclass(frozen=True, eq=False)
class Study:
    """What the parts of the study share."""

    problems: tuple[Problem, ...]
    futures: tuple[Future, ...]
    rules: Rules
    again: Resolver  # one for all: futures differ in prices, factors and loads, hardly ever in what the site can do

    @property
    def options(self) -> Options:
        """Of each solve."""
        return self.again.options

    @property
    def weights(self) -> list[float]:
        """Of the futures."""
        return [one.weight for one in self.futures]

    @property
    def in_one_piece(self) -> bool:
        """Whether one model of all futures is small enough."""
        return sum(len(p.years) * p.steps.count for p in self.problems) <= LARGEST_TREE


def futures_of(scenario: Scenario) -> tuple[tuple[Future, ...], Rules]:
    """The futures of a scenario and its rules."""
    rules = scenario.futures_rules
    futures = tuple(
        Future(one.name, one.weight, one.prices, one.grid_factor, one.output, one.removal_only)
        for one in scenario.futures
    )
    revealed = rules.revealed or scenario.horizon.last_year
    return futures, Rules(revealed, rules.hold_probability, rules.cvar_share)


def futures_study(problem: Problem, futures: Sequence[Future], rules: Rules, again: Resolver) -> dict[str, Any]:
    """Expected cost, value of waiting, regrets, and what to commit to. Money in the scenario's currency."""
    futures = normalised(futures)
    study = Study(tuple(in_future(problem, one, rules.revealed) for one in futures), futures, rules, again)
    own = [_optimum(again, p, one.name) for p, one in zip(study.problems, futures, strict=True)]
    early = decided_before(problem, rules.revealed)
    costs = {one.name: evaluated(study, own, n, early) for n, one in enumerate(futures)}
    with again.progress.phase("futures", "one plan for all futures"):
        best = tree(study, own, early, list(costs.values()))
    with again.progress.phase("futures", "everything decided now"):
        now = all_now(study, own)
    best = _least([best, now, *costs.values()], study, own)
    if best is None:
        raise NoPlanForFutures("no early decisions were found that hold the stars in every future", infeasible=True)
    every = {**{name: tree.costs for name, tree in costs.items()}, EXPECTED: best.costs}
    shown = [_future(one, p, plan) for one, p, plan in zip(futures, study.problems, best.plans, strict=True)]
    favourites = {**{one.name: (plan,) for one, plan in zip(futures, own, strict=True)}, EXPECTED: best.plans}
    return {
        "kind": "futures",
        "scenario": problem.name,
        "method": ONE_PIECE if study.in_one_piece else BEST_FAVOURITE,
        "years": asked_years(problem),
        "revealed": rules.revealed,
        "hold_probability": rules.hold_probability,
        "cvar_share": rules.cvar_share,
        "expected_cost": best.expected * MILLION,
        "lower_bound": min(best.lower_bound, best.expected) * MILLION,
        "now_cost": None if now is None else now.expected * MILLION,
        "value_of_waiting": None if now is None else (now.expected - best.expected) * MILLION,
        "cvar": cvar(best.costs, study.weights, rules.cvar_share) * MILLION,
        "held_probability": sum(one["weight"] for one in shown if one["held"]),
        "futures": shown,
        "rows": _rows(study, every),
        **commitments(problem, favourites, early),
    }


def _least(found: Sequence[Tree | None], study: Study, own: Sequence[Plan]) -> Tree | None:
    """The cheapest plan for all futures, against the bound of the first: it might have found the others too.

    Where the first has none, the bound is that of a planner who knows the future.
    """
    trees = [one for one in found if one is not None and np.isfinite(one.expected)]
    if not trees:
        return None
    known = float(np.dot(study.weights, [plan.facts.lower_bound for plan in own]))
    bound = known if found[0] is None else found[0].lower_bound
    return replace(min(trees, key=lambda one: one.expected), lower_bound=bound)


def _optimum(again: Resolver, problem: Problem, name: str) -> Plan:
    found = again(problem, f"the best plan for {name}")
    if found.answer is None:
        why = "no plan reaches what is asked" if found.infeasible else f"no plan yet ({found.note})"
        raise NoPlanForFutures(f"future {name}: {why}", found.infeasible)
    return found.answer.plan


def evaluated(study: Study, own: Sequence[Plan], chosen: int, shared: Shared) -> Tree:
    """The early decisions of one future's optimum taken in every future, each at its best afterwards.

    Infinite where there is no plan; in its own future it is the optimum. All of these solves together have the time of the optima.
    """
    options = replace(study.options, time_limit_s=study.options.time_limit_s / max(1, len(study.problems) - 1))
    plans, costs = [], []
    for n, (p, one) in enumerate(zip(study.problems, study.futures, strict=True)):
        if n == chosen:
            plan, cost = own[n], own[n].facts.objective
        else:
            words = f"early decisions for {study.futures[chosen].name} in {one.name}"
            found = study.again(with_decisions(p, own[chosen], shared), words, options)
            plan, cost = (own[n] if found.answer is None else found.answer.plan), found.high
        plans.append(plan)
        costs.append(cost)
    return _tree(study, plans, costs, -np.inf)


def tree(study: Study, own: Sequence[Plan], shared: Shared, known: Sequence[Tree]) -> Tree | None:
    """One plan for all futures at least expected cost; None where there is none. `known` are the favourites."""
    if study.in_one_piece:
        return _solved(study, shared)
    best = min(known, key=lambda one: one.expected)
    bound = float(np.dot(study.weights, [plan.facts.lower_bound for plan in own]))
    return replace(best, lower_bound=bound) if np.isfinite(best.expected) else None


def all_now(study: Study, own: Sequence[Plan]) -> Tree | None:
    """The same if no investment may wait; in large cases each future's optimum as it stands, operated in every future."""
    if study.in_one_piece:
        return _solved(study, decided_now(study.problems[0], study.rules.revealed))
    with Pool() as pool:
        tried = [_standing(study, plan, pool) for plan in own]
    best = min(tried, key=lambda one: one.expected)
    return best if np.isfinite(best.expected) else None


def _standing(study: Study, plan: Plan, pool: Pool) -> Tree:
    """A plan with all its investments, operated in every future; infinite where its stars are lost."""
    plans, costs = [], []
    for p in study.problems:
        try:
            again = operate(p, plan, study.options, pool=pool)
        except NotOperable:
            plans.append(plan)
            costs.append(np.inf)
            continue
        plans.append(again.answer.plan)
        costs.append(again.answer.money.objective if again.all_lasting else np.inf)
    return _tree(study, plans, costs, -np.inf)


def _solved(study: Study, shared: Shared) -> Tree | None:
    """One model of all futures."""
    plans, facts = solve_futures(study.problems, study.weights, shared, study.options, study.rules.hold_probability)
    if not plans:
        return None
    plans = [at_accounted_cost(p, plan) for p, plan in zip(study.problems, plans, strict=True)]
    return _tree(study, plans, [plan.facts.objective for plan in plans], facts.lower_bound)


def _tree(study: Study, plans: Sequence[Plan], costs: Sequence[float], lower_bound: float) -> Tree:
    return Tree(tuple(plans), tuple(costs), float(np.dot(study.weights, costs)), lower_bound)


def _future(one: Future, problem: Problem, plan: Plan) -> dict[str, Any]:
    """A future under the expected plan: cost, stars, and whether the accountant confirms it."""
    rated = rate_years(problem, plan)
    cost = accounts(problem, plan)
    asked = [0] * len(rated) if problem.target is None else list(problem.target.stars)
    checked = verify(problem, plan)
    return {
        "name": one.name,
        "weight": one.weight,
        "net_present_cost": cost.net_present_cost * MILLION,
        "stars": {str(r.year): r.full.stars for r in rated},
        "durable_stars": {str(r.year): r.durable.stars for r in rated},
        "held": all(r.full.stars >= stars for r, stars in zip(rated, asked, strict=True)),
        "verified": all(v.rule.startswith("target") for v in checked.violations),
    }


def _rows(study: Study, costs: dict[str, tuple[float, ...]]) -> list[dict[str, Any]]:
    """One row per favourite: its cost and regret in each future, expected and in the worst of them."""
    least = [min(column) for column in zip(*costs.values(), strict=True)]
    rows = []
    for name, of in costs.items():
        regret = {one.name: (c - low) * MILLION for one, c, low in zip(study.futures, of, least, strict=True)}
        rows.append(
            {
                "plan": name,
                "expected_cost": float(np.dot(study.weights, of)) * MILLION,
                "cvar": cvar(of, study.weights, study.rules.cvar_share) * MILLION,
                "worst_regret": max(regret.values()),
                "cost": {one.name: c * MILLION for one, c in zip(study.futures, of, strict=True)},
                "regret": regret,
            }
        )
    return rows


def cvar(costs: Sequence[float], weights: Sequence[float], worst_share: float) -> float:
    """Mean cost of the dearest `worst_share` of the probability.

    >>> cvar([10.0, 20.0], [0.75, 0.25], 0.5), cvar([10.0, 20.0], [0.75, 0.25], 1.0)
    (15.0, 12.5)
    """
    left, total = worst_share, 0.0
    for cost, weight in sorted(zip(costs, weights, strict=True), reverse=True):
        part = min(left, weight)
        total += part * cost if part else 0.0
        left -= part
    return total / worst_share
