"""Futures: what may come after the year in which it shows, as changes of a problem; and what is decided before that.

    problem_s = in_future(problem, future, revealed)       prices, factors, output, rules from `revealed` on
    shared    = decided_before(problem, revealed)          decisions that must be alike in all futures
    held      = with_decisions(problem_s, plan, shared)    a plan's decisions, taken in another future

A build is decided when its first payment falls due, so one of a year after `revealed` may have to be decided before it.
Purchases of the years before `revealed` are alike too, because nobody knows then what comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from models.problem import Array, Contract, Decided, DecisionTable, Instrument, Market, Problem
from planner.accounting.ledger import grid_market
from planner.accounting.stock import LEAST_SIZE
from planner.plan import Index, Plan

WHOLE = ("retrofits.start", "management.adopt")
SLACK = 1e-7  # relative, around a size that another plan decided


@dataclass(frozen=True)
class Future:
    """One future; multipliers are of the problem's own numbers."""

    name: str
    weight: float
    prices: Mapping[str, float] = field(default_factory=dict)  # market, instrument or contract -> multiplier
    grid_factor: float = 1.0  # of the location and the uncovered factor
    output: float = 1.0  # of every load
    removal_only: bool = False


def normalised(futures: Sequence[Future]) -> tuple[Future, ...]:
    """Weights that sum to one.

    >>> [one.weight for one in normalised([Future("a", 1.0), Future("b", 3.0)])]
    [0.25, 0.75]
    """
    total = sum(one.weight for one in futures)
    return tuple(replace(one, weight=one.weight / total) for one in futures)


def in_future(problem: Problem, future: Future, revealed: int) -> Problem:
    """The problem with a future's changes from `revealed` on; before it, it is the same in every future."""
    late = (np.array(problem.years) >= revealed).astype(float)
    grid, output = grid_market(problem), _from(late, future.output)
    return replace(
        problem,
        name=f"{problem.name} {future.name}",
        demands=tuple(replace(d, index=d.index * output) for d in problem.demands),
        base=replace(problem.base, restated_tco2e=problem.base.restated_tco2e * output),
        markets=tuple(_market(k, future, late, k is grid) for k in problem.markets),
        contracts=tuple(_contract(c, future, late) for c in problem.contracts),
        instruments=tuple(_instrument(i, problem, future, late) for i in problem.instruments),
        emissions=replace(
            problem.emissions, uncovered_factor=problem.emissions.uncovered_factor * _from(late, future.grid_factor)
        ),
    )


def _from(late: Array, times: float) -> Array:
    """(Y,) 1 before the futures part, the multiplier after."""
    return 1.0 + late * (times - 1.0)


def _market(k: Market, future: Future, late: Array, is_grid: bool) -> Market:
    """The price of what is bought and sold, and the grid's factor."""
    factor = np.broadcast_to(np.asarray(k.emission_factor, float), late.shape)
    return replace(
        k,
        price_index=k.price_index * _from(late, future.prices.get(k.name, 1.0)),
        emission_factor=factor * _from(late, future.grid_factor) if is_grid else factor,
    )


def _contract(c: Contract, future: Future, late: Array) -> Contract:
    """The price of what is signed from then on; what was signed before keeps its own."""
    return replace(c, price=c.price * _from(late, future.prices.get(c.name, 1.0)))


def _instrument(i: Instrument, problem: Problem, future: Future, late: Array) -> Instrument:
    short = i.kind == "removal" and i.durability_years < problem.durability.min_removal_durability_years
    closed = future.removal_only and (short or i.kind == "credit")
    return replace(
        i,
        price=i.price * _from(late, future.prices.get(i.name, 1.0)),
        max_per_year=np.where(late > 0, 0.0, i.max_per_year) if closed else i.max_per_year,
    )


# --- what is decided when ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """An investment that may be made in a year, and the year in which it must be decided."""

    table: DecisionTable
    index: Index
    decided: int


def options(problem: Problem) -> Iterator[Option]:
    """Every investment that a plan may make."""
    for r in problem.retrofits:
        yield from _each("retrofits.start", r.name, r.start_years, r.payment_shares)
    for i in problem.management:
        yield from _each("management.adopt", i.name, () if i.already_met else i.start_years)
    for v in problem.converters:
        yield from _each("converters.build_mw", v.name, v.sizing.build_years, v.sizing.payment_shares)
        yield from _each("converters.retired_share", v.name, v.sizing.retirable(problem.years))
    for q in problem.stores:
        yield from _each("stores.build_mw", q.name, q.power.build_years, q.power.payment_shares)
        yield from _each("stores.build_mwh", q.name, q.energy.build_years, q.energy.payment_shares)
        yield from _each("stores.retired_share", q.name, q.energy.retirable(problem.years))
    for c in problem.contracts:
        yield from _each("contracts.sign_volume", c.name, c.start_years)


def _each(
    table: DecisionTable, name: str, years: Sequence[int], payment_shares: Sequence[float] = (1.0,)
) -> Iterator[Option]:
    """A first payment before the start is a decision before it."""
    ahead = len(payment_shares) - 1
    yield from (Option(table, (name, y), y - ahead) for y in years)


Shared = list[tuple[DecisionTable, Index]]


def decided_before(problem: Problem, revealed: int) -> Shared:
    """What must be alike in all futures: investments decided before `revealed`, and purchases of the years before."""
    return [(o.table, o.index) for o in options(problem) if o.decided < revealed] + _purchases(problem, revealed)


def decided_now(problem: Problem, revealed: int) -> Shared:
    """The same if no investment may wait: all of them, and purchases of the years before `revealed`."""
    return [(o.table, o.index) for o in options(problem)] + _purchases(problem, revealed)


def _purchases(problem: Problem, revealed: int) -> Shared:
    return [("instruments.quantity", (i.name, y)) for i in problem.instruments for y in problem.years if y < revealed]


def with_decisions(problem: Problem, plan: Plan, shared: Shared) -> Problem:
    """The problem in which a plan's decisions are already taken."""
    taken = tuple(_taken(table, index, plan) for table, index in shared)
    return replace(problem, decided=(*problem.decided, *taken))


def _taken(table: DecisionTable, index: Index, plan: Plan) -> Decided:
    name, year = str(index[0]), int(index[1])
    value = plan.decision(table, *index)
    if table in WHOLE:
        value = float(round(value))
    elif value < LEAST_SIZE:
        value = 0.0
    return Decided(table, name, (year,), value * (1 - SLACK), value * (1 + SLACK))
