"""One way at a time: a store charges or discharges in a step, a line buys or sells. A relaxation that does both is no answer.

Doing both burns energy, or sells what is bought in the same hour. Linear rows cannot forbid it. So a plan is looked at after the
solve, and where it does both

    1. straightened   every step goes the way that its difference goes; the rest is found again at the plan's decisions. Where that
                      costs no more, as a rule, the plan stays proven: the relaxation allows more than the problem
    2. one way        where it pays, the problem is solved with a yes/no column in every step of these stores and lines

Plans made of operations that are mixed are straightened by `straight`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.problem import Problem
from planner.engine.bridge import Options, Outcome
from planner.engine.matrix import Float, Matrix, Pressed

ROUNDING = 1e-6  # relative gap that the tolerances of the solver leave
BOTH_MW = 1e-6  # of the smaller flow, from which on a step goes both ways

WAYS = {"stores.charging": "stores.charge_mw", "markets.buying": "markets.import_mw"}  # yes/no of a way: its flow
BURNS = "the plan that was found charges and discharges, or buys and sells, in one step; none without that was found"

Operation = Mapping[str, Mapping[str, Float]]


@dataclass(frozen=True)
class Pair:
    """Two flows of one thing of which a step has one: their components, and what the first does to the second's opposite."""

    table: str
    name: str
    forward: str  # component of the step
    backward: str
    forth: float = 1.0  # of one unit forward, what counts; the difference forth·forward − back·backward says which way
    back: float = 1.0


def pairs(problem: Problem) -> list[Pair]:
    """Stores, and markets that also sell."""
    found = [
        Pair(
            "stores", q.name, "stores.charge_mw", "stores.discharge_mw", q.charge_efficiency, 1 / q.discharge_efficiency
        )
        for q in problem.stores
    ]
    sellers = (k.name for k in problem.markets if k.export_price is not None)
    return found + [Pair("markets", name, "markets.import_mw", "markets.export_mw") for name in sellers]


def both_ways(problem: Problem, operation: Operation) -> list[Pair]:
    """The stores and markets whose operation does both in some step."""
    return [pair for pair in pairs(problem) if _overlap(pair, operation).max(initial=0.0) > BOTH_MW]


def _overlap(pair: Pair, operation: Operation) -> Float:
    """(Y, T) the smaller of the two flows [MW]."""
    found: Float = np.minimum(operation[pair.forward][pair.name], operation[pair.backward][pair.name])
    return found


def with_one_way(problem: Problem, found: list[Pair]) -> Problem:
    """The problem in which these stores and markets decide, in every step, which way."""
    named = {(pair.table, pair.name) for pair in found}
    return replace(
        problem,
        stores=tuple(replace(q, one_way=q.one_way or ("stores", q.name) in named) for q in problem.stores),
        markets=tuple(replace(k, one_way=k.one_way or ("markets", k.name) in named) for k in problem.markets),
    )


def straightened(pressed: Pressed, operation: Operation, found: list[Pair]) -> Matrix:
    """The model with these stores and markets going the way that the difference of their flows goes, in every step."""
    upper = pressed.matrix.upper.copy()
    for pair in found:
        forward, backward = operation[pair.forward][pair.name], operation[pair.backward][pair.name]
        ahead = pair.forth * forward >= pair.back * backward
        shut = np.where(
            ahead, pressed.step_columns[pair.backward][pair.name], pressed.step_columns[pair.forward][pair.name]
        )
        upper[shut.ravel()] = 0.0
    return replace(pressed.matrix, upper=upper)


def netted(pair: Pair, forward: Float, backward: Float) -> tuple[Float, Float]:
    """Both flows with what cancels taken away: what is stored, or crosses the fence, is the same.

    >>> pair = Pair("stores", "battery", "charge", "discharge", 0.5, 2.0)
    >>> [flow.tolist() for flow in netted(pair, np.array([8.0, 1.0]), np.array([1.0, 1.0]))]
    [[4.0, 0.0], [0.0, 0.75]]
    """
    difference = pair.forth * forward - pair.back * backward
    return np.maximum(difference, 0.0) / pair.forth, np.maximum(-difference, 0.0) / pair.back


def at_cost(outcome: Outcome, cost: float, options: Options) -> Outcome:
    """The outcome of a plan that turns out to cost something else; its bound stays."""
    bound = min(outcome.lower_bound, cost)
    within = cost - bound <= max(options.gap, ROUNDING) * max(abs(cost), 1e-9)
    status = "optimal" if within and outcome.status == "optimal" else "feasible"
    words = outcome.termination if status == outcome.status else "energy that a relaxation burns is not in the bound"
    return replace(outcome, status=status, termination=words, objective=cost, lower_bound=bound)
