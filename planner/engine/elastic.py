"""Why a target is out of reach: slack on named limits.

    missed    the *demands* on the plan slip (gates, score, floors, caps): the least total miss
    unserved  where even that does not help, loads may stay unserved: the least energy short
    growths   the demands are kept and the *means* grow (caps of credits and removals, contract volumes, sizes, roof, yearly
              capex, connections): the least growth of any, and of each limit alone that suffices alone

Whether a growth is a way out is proven by solving with it (planner/solving/ways_out.py). Each part has a share of the time; one
that ends early says so.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array, hstack

from models.problem import ELECTRICITY, Market, Problem, not_firm
from planner.engine.bridge import Options, Outcome, SolverError, run
from planner.engine.elastic_limits import NO_KEY, Limit, demands, means, with_larger_connections
from planner.engine.matrix import Key, Matrix
from planner.engine.monolith import confirmed
from planner.engine.one_way import pairs, with_one_way
from planner.engine.own_limits import Limit as LimitKey
from planner.engine.own_limits import OwnLimits
from planner.engine.press import press

FIRST_GROWTH_SHARE = 0.4  # of the time for growths, for the least growth of any
GAP = 0.01  # an explanation needs no more
UNSERVED = "unserved "
BALANCE = "carriers.carrier_balance"
LEAST_SHORT_MW = 1e-4


@dataclass(frozen=True)
class Slack:
    """A named limit that is missed, or must grow, by `amount` in its own units from `limit`."""

    row: str
    index: Key
    limit: float
    amount: float
    key: LimitKey = NO_KEY  # of the scenario, for what grows

    @property
    def year(self) -> int | None:
        """The year in the index of its row: the only number that can be one."""
        return next((part for part in self.index if isinstance(part, int) and 1900 < part < 2200), None)


@dataclass(frozen=True)
class Explanation:
    """What is missed at least; unproven where time ran out: less may be missed then."""

    missed: tuple[Slack, ...]
    unproven: bool = False

    @property
    def unserved(self) -> bool:
        """Whether it is the loads that are short, whatever is asked of the plan."""
        return any(slack.row == BALANCE for slack in self.missed)


def explain(problem: Problem, options: Options) -> Explanation:
    """Explains an infeasible problem. Raises SolverError if it turns out to be feasible after all."""
    limit, (problem, _) = time.monotonic() + options.time_limit_s, OwnLimits().finite(not_firm(problem))
    options = replace(options, gap=max(options.gap, GAP))
    asked, outcome = _asked(problem, options, limit)
    if outcome.status == "optimal" and not _slacks(asked, outcome):  # reached only by going both ways at once
        problem = with_one_way(problem, pairs(problem))
        asked, outcome = _asked(problem, options, limit)
    if outcome.status == "infeasible":
        return Explanation(tuple(_unserved(problem, options, limit)))
    missed = tuple(_slacks(asked, outcome))
    if outcome.status == "optimal" and not missed:
        raise SolverError("the solver called a problem infeasible that has a plan")
    return Explanation(missed, unproven=outcome.status != "optimal")


def growths(problem: Problem, options: Options, given: Collection[LimitKey]) -> tuple[list[tuple[Slack, ...]], bool]:
    """Least growths of the limits that are `given`, each limit alone where it suffices; and whether time sufficed for all.

    Where none suffices alone, the least growth of them together. A limit that is neither given nor a bound of our own follows
    from a given one (what an area holds, the energy of a store by its hours), and gives way with it.
    """
    begun, (problem, own) = time.monotonic(), OwnLimits().finite(not_firm(problem))
    options = replace(options, gap=max(options.gap, GAP))
    deadline = begun + options.time_limit_s
    problem = with_larger_connections(problem)
    lifted, grown = means(problem, press(problem), own, given)
    first = _least_slack(lifted, grown, options, begun + FIRST_GROWTH_SHARE * options.time_limit_s)
    if first.x is None:
        return [], first.status == "infeasible"
    together = tuple(_slacks(grown, first))
    found, complete = [], True
    keys = list(dict.fromkeys(one.key for one in grown))
    for n, key in enumerate(keys):
        alone = [one for one in grown if one.key == key]
        now = time.monotonic()
        least = run(_elastic(lifted, alone), options, deadline=now + max(0.0, deadline - now) / (len(keys) - n))
        slacks = tuple(_slacks(alone, least))
        if slacks:
            found.append((sum(s.amount / one.scale for s in slacks for one in alone if one.index == s.index), slacks))
        complete = complete and least.status in ("optimal", "infeasible")
    alone_suffices = [slacks for _, slacks in sorted(found, key=lambda one: one[0])]
    return alone_suffices or ([together] if together else []), complete


def _asked(problem: Problem, options: Options, deadline: float) -> tuple[list[Limit], Outcome]:
    """What is asked of the plan, and the least of it that is missed."""
    matrix, asked = demands(problem, press(problem))
    return asked, _least_slack(matrix, asked, options, deadline)


def _least_slack(matrix: Matrix, limits: list[Limit], options: Options, deadline: float) -> Outcome:
    """The run that finds the least sum of relative slack; infeasible where even that does not help."""
    return confirmed(_elastic(matrix, limits), options, deadline)


def _elastic(matrix: Matrix, limits: list[Limit]) -> Matrix:
    """The matrix with one more column per limit, its relative slack, which is all that costs."""
    width, height = len(limits), matrix.rows.shape[0]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *(one.rows for one in limits)])
    columns = np.repeat(np.arange(width), [len(one.rows) for one in limits])
    scale = np.repeat([one.scale for one in limits], [len(one.rows) for one in limits])
    signed = np.where(np.isfinite(matrix.row_lower[rows]), scale, -scale)
    slack = csr_array(coo_array((signed, (rows, columns)), shape=(height, width)))
    return Matrix(
        np.concatenate([np.zeros_like(matrix.cost), np.ones(width)]),
        0.0,
        np.concatenate([matrix.lower, np.zeros(width)]),
        np.concatenate([matrix.upper, np.full(width, np.inf)]),
        np.concatenate([matrix.integer, np.zeros(width, dtype=bool)]),
        csr_array(hstack([matrix.rows, slack], format="csr")),
        matrix.row_lower,
        matrix.row_upper,
    )


def _slacks(limits: list[Limit], outcome: Outcome) -> list[Slack]:
    """Limits that give way in a solution of the elastic matrix."""
    if outcome.x is None or not limits:
        return []
    share = outcome.x[-len(limits) :]
    return [
        Slack(one.name, one.index, one.limit, float(s * one.scale), one.key)
        for one, s in zip(limits, share, strict=True)
        if s > 1e-6
    ]


def _unserved(problem: Problem, options: Options, deadline: float) -> list[Slack]:
    """Power short of each carrier and year where the loads themselves cannot be served, whatever is asked of the plan."""
    bare = replace(
        problem,
        target=None,
        durability=replace(problem.durability, own_reduction_floor=None, removal_share_path=None),
        emissions=replace(problem.emissions, caps=()),
        markets=(*problem.markets, *_last_resorts(problem)),
    )
    pressed = press(bare)
    cost = np.zeros_like(pressed.matrix.cost)
    for (quantity, name, _), column in pressed.plan_columns["operation"].items():
        if quantity == "import_mwh" and str(name).startswith(UNSERVED):
            cost[column] = 1.0
    outcome = confirmed(replace(pressed.matrix, cost=cost, offset=0.0), options, deadline)
    if outcome.x is None:
        return []
    return [
        Slack(BALANCE, (name.removeprefix(UNSERVED), y), 0.0, float(outcome.x[columns[n]].max()))
        for name, columns in pressed.step_columns["markets.import_mw"].items()
        if name.startswith(UNSERVED)
        for n, y in enumerate(problem.years)
        if outcome.x[columns[n]].max() > LEAST_SHORT_MW
    ]


def _last_resorts(problem: Problem) -> list[Market]:
    """A market without emissions for each carrier that is needed, large enough for all of it."""
    years = np.ones(len(problem.years))
    peak: dict[str, float] = {}
    for d in problem.demands:
        peak[d.carrier] = peak.get(d.carrier, 0.0) + float(d.load_mw.max() * d.index.max())
    largest = 10.0 * sum(peak.values()) + 1.0
    there = {k.name for k in problem.markets}  # of business as usual, which may leave loads unserved itself
    return [
        Market(
            UNSERVED + c,
            c,
            np.zeros(problem.steps.count),
            years,
            largest,
            scope=2 if c == ELECTRICITY else 1,
            unserved=True,
        )
        for c in peak
        if UNSERVED + c not in there
    ]
