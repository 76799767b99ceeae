"""Why a target is out of reach: slack on named limits, and one way back proven by solving with it.

    missed    the *demands* on the plan slip (gates, score, floors, caps): the least total miss
    unserved  where even that does not help, loads may stay unserved: the least energy short
    way       the demands are kept and the *means* grow (caps of credits and removals, contract volumes, sizes, roof, yearly
              capex, connections): the least growth of any, and the least growth of those that the cheapest plan would use
              with growth priced mildly; of the two, the cheaper plan

The plan is then solved again with exactly those limits raised. Each part has a share of the time; one that ends early says so.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array, hstack

from models.problem import ELECTRICITY, Market, Problem, not_firm
from planner.engine.bridge import Float, Options, Outcome, SolverError, run
from planner.engine.elastic_limits import Limit, demands, means, with_larger_connections
from planner.engine.matrix import Key, Matrix, Pressed
from planner.engine.monolith import confirmed, solve_matrix
from planner.engine.one_way import pairs, with_one_way
from planner.engine.own_limits import Limit as OwnLimit
from planner.engine.own_limits import OwnLimits
from planner.engine.press import press

MISSED_SHARE = 0.4  # of the time, for what is missed
LEAST_GROWTH_SHARE = 0.7  # of the time, until the way of least growth is there
GAP = 0.01  # an explanation needs no more
GROWTH_PRICE = 0.05  # of the plan's cost, for doubling one limit
UNSERVED = "unserved "
LEAST_SHORT_MW = 1e-4


@dataclass(frozen=True)
class Slack:
    """A named limit that is missed, or must grow, by `amount` in its own units from `limit`."""

    row: str
    index: Key
    limit: float
    amount: float


@dataclass(frozen=True)
class Explanation:
    """What is missed at least, and the growth of means (empty if none suffices) with the proven cost of the plan then.

    `unproven` names the parts that ran out of time: "missed" may then be smaller, and a better "way" may exist.
    """

    missed: tuple[Slack, ...]
    way: tuple[Slack, ...]
    way_objective: float  # [million], infinite without a way
    unproven: tuple[str, ...] = ()


def explain(problem: Problem, options: Options) -> Explanation:
    """Explains an infeasible problem. Raises SolverError if it turns out to be feasible after all."""
    begun, (problem, own) = time.monotonic(), OwnLimits().finite(not_firm(problem))
    options = replace(options, gap=max(options.gap, GAP))
    unproven = []
    limit = begun + MISSED_SHARE * options.time_limit_s
    asked, outcome = _asked(problem, options, limit)
    if outcome.status == "optimal" and not _slacks(asked, outcome):  # reached only by going both ways at once
        problem = with_one_way(problem, pairs(problem))
        asked, outcome = _asked(problem, options, limit)
    if outcome.status == "infeasible":
        missed = _unserved(problem, options, limit)
    else:
        missed = _slacks(asked, outcome)
        if outcome.status == "optimal" and not missed:
            raise SolverError("the solver called a problem infeasible that has a plan")
        if outcome.status != "optimal":
            unproven.append("missed")
    way, objective, proven = _way(problem, own, options, begun)
    return Explanation(tuple(missed), tuple(way), objective, tuple(unproven if proven else [*unproven, "way"]))


def _asked(problem: Problem, options: Options, deadline: float) -> tuple[list[Limit], Outcome]:
    """What is asked of the plan, and the least of it that is missed."""
    matrix, asked = demands(problem, press(problem))
    return asked, _least_slack(matrix, asked, options, deadline)


def _way(
    problem: Problem, own: Collection[OwnLimit], options: Options, begun: float
) -> tuple[list[Slack], float, bool]:
    """The growth of means that reaches the target, the cost of the plan then, and whether time sufficed."""
    deadline = begun + options.time_limit_s
    pressed = press(with_larger_connections(problem))
    lifted, grown = means(problem, pressed, own)
    least = _least_slack(lifted, grown, options, begun + LEAST_GROWTH_SHARE * options.time_limit_s)
    if least.x is None:
        return [], np.inf, least.status == "infeasible"
    way = _slacks(grown, least)
    first = _proof(pressed, lifted, grown, way, options, deadline)
    if first.x is None:
        return [], np.inf, False
    priced = _elastic(lifted, grown, lifted.cost, GROWTH_PRICE * max(1e-3, abs(first.objective)))
    used = {(s.row, s.index) for s in _slacks(grown, run(priced, options, deadline=deadline))}
    chosen = [one for one in grown if (one.name, one.index) in used]
    if not chosen or used == {(s.row, s.index) for s in way}:
        return way, first.objective, bool(chosen)
    other = _slacks(chosen, _least_slack(lifted, chosen, options, deadline))
    second = _proof(pressed, lifted, grown, other, options, deadline)
    if second.x is None or second.objective >= (1 - options.gap) * first.objective:
        return way, first.objective, second.x is not None
    return other, second.objective, True


def _proof(
    pressed: Pressed, lifted: Matrix, grown: list[Limit], way: list[Slack], options: Options, deadline: float
) -> Outcome:
    """The plan with exactly the limits of the way raised, and a hair more for the solver's tolerance."""
    of = {(one.name, one.index): one.rows for one in grown}
    upper = lifted.row_upper.copy()
    for s in way:
        upper[of[s.row, s.index]] += s.amount * (1 + 1e-6) + 1e-6
    return solve_matrix(replace(pressed, matrix=replace(lifted, row_upper=upper)), options, deadline)


def _least_slack(matrix: Matrix, limits: list[Limit], options: Options, deadline: float) -> Outcome:
    """The run that finds the least sum of relative slack; infeasible where even that does not help."""
    return confirmed(_elastic(matrix, limits, np.zeros_like(matrix.cost), 1.0), options, deadline)


def _elastic(matrix: Matrix, limits: list[Limit], cost: Float, price: float) -> Matrix:
    """The matrix with one more column per limit, its relative slack at a price."""
    width, height = len(limits), matrix.rows.shape[0]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *(one.rows for one in limits)])
    columns = np.repeat(np.arange(width), [len(one.rows) for one in limits])
    scale = np.repeat([one.scale for one in limits], [len(one.rows) for one in limits])
    signed = np.where(np.isfinite(matrix.row_lower[rows]), scale, -scale)
    slack = csr_array(coo_array((signed, (rows, columns)), shape=(height, width)))
    return Matrix(
        np.concatenate([cost, np.full(width, price)]),
        matrix.offset if cost.any() else 0.0,
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
        Slack(one.name, one.index, one.limit, float(s * one.scale))
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
        Slack("carriers.carrier_balance", (name.removeprefix(UNSERVED), y), 0.0, float(outcome.x[columns[n]].max()))
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
        Market(UNSERVED + c, c, np.zeros(problem.steps.count), years, largest, scope=2 if c == ELECTRICITY else 1)
        for c in peak
        if UNSERVED + c not in there
    ]
