"""Every flow of energy into and out of every carrier, step by step: what the energy figures are drawn from.

Supply is positive, use negative; the flows of a carrier sum to zero in every step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.problem import ELECTRICITY, Problem
from planner.accounting.ledger import is_delivered
from planner.accounting.stock import series, stock_of
from planner.figures.reading import Array
from planner.plan import Plan

Kind = Literal["market", "contract", "converter", "store", "letdown", "demand", "dumped"]


@dataclass(frozen=True, eq=False)
class Flow:
    """Power of one thing into (positive) or out of (negative) one carrier, (Y, T) [MW]."""

    carrier: str
    kind: Kind
    item: str
    mw: Array


def flows(problem: Problem, plan: Plan) -> tuple[Flow, ...]:
    """All that are not zero throughout."""
    every = (*_bought_and_used(problem, plan), *_converted(problem, plan), *_moved(problem, plan))
    return tuple(flow for flow in every if np.any(flow.mw))


def _bought_and_used(problem: Problem, plan: Plan) -> Iterator[Flow]:
    stock = stock_of(problem, plan)
    for k in problem.markets:
        yield Flow(k.carrier, "market", k.name, series(problem, plan, "markets.import_mw", k.name))
        yield Flow(k.carrier, "market", k.name, -series(problem, plan, "markets.export_mw", k.name))
    for c in problem.contracts:
        if is_delivered(c):
            yield Flow(ELECTRICITY, "contract", c.name, series(problem, plan, "contracts.delivered_mw", c.name))
    for d in problem.demands:
        yield Flow(d.carrier, "demand", d.name, -np.outer(d.index * stock.factors[d.name], d.load_mw))
    for carrier, drawn in stock.side_use_mw.items():
        yield Flow(carrier, "demand", "retrofits", -np.maximum(drawn, 0.0))
        yield Flow(carrier, "demand", "retrofits", np.maximum(-drawn, 0.0))


def _converted(problem: Problem, plan: Plan) -> Iterator[Flow]:
    for v in problem.converters:
        activity = series(problem, plan, "converters.activity_mw", v.name)
        for carrier, ratio in v.inputs.items():
            yield Flow(carrier, "converter", v.name, -activity * ratio)
        for carrier, ratio in v.outputs.items():
            yield Flow(carrier, "converter", v.name, activity * ratio)


def _moved(problem: Problem, plan: Plan) -> Iterator[Flow]:
    for s in problem.stores:
        yield Flow(s.carrier, "store", s.name, series(problem, plan, "stores.discharge_mw", s.name))
        yield Flow(s.carrier, "store", s.name, -series(problem, plan, "stores.charge_mw", s.name))
    for hot, cool in problem.letdowns:
        let_down = series(problem, plan, "heat.letdown_mw", f"{hot}>{cool}")
        yield Flow(hot, "letdown", f"{hot}>{cool}", -let_down)
        yield Flow(cool, "letdown", f"{hot}>{cool}", let_down)
    for c in problem.carriers:
        if c.dumping:
            yield Flow(c.name, "dumped", c.name, -series(problem, plan, "carriers.dump_mw", c.name))
