"""What business as usual cannot serve, where the standing plant does not suffice.

    plan = solve(while_solving(usual))        the least unserved, then the least cost
    at_stated_price(usual, plan)              the same plan at the price of what is unserved
    as_operated(usual, plan)                  the problem that it answers

It is a comparison and no gate: a new line, growth, a quota or plant that is retired leave it short, and the plan is solved all the
same. What is unserved costs `finance.unserved_price`, or nothing where none is stated; nothing is compared with it then.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.problem import ELECTRICITY, Array, Market, Problem, Sizing
from planner.accounting.accounts import accounts
from planner.accounting.ledger import annual
from planner.accounting.stock import series
from planner.plan import Plan

UNSERVED = "unserved "  # before the name of a carrier; no name of a scenario holds a blank
DEARER = (
    100.0  # times the dearest energy: what is unserved while solving, so that nothing is left unserved to save money
)
RUNNING = "finance.running"  # cash by year, as the model states it
LEAST_HOURS = 10.0  # of a year that plant bought again for it would have to run, at the least


def as_operated(usual: Problem, plan: Plan) -> Problem:
    """Business as usual as a plan operates it: with unserved carriers where the standing plant does not suffice."""
    short = any(str(name).startswith(UNSERVED) for name in plan.operation.get("markets.import_mw", {}))
    return with_unserved(usual, usual.finance.unserved_price or 0.0) if short else usual


def with_unserved(usual: Problem, price: float) -> Problem:
    """Business as usual in which load of every carrier may stay unserved at a price [million/MWh]."""
    years, steps = np.ones(len(usual.years)), usual.steps.count
    unserved = tuple(
        Market(
            name=UNSERVED + carrier,
            carrier=carrier,
            price=np.full(steps, price),
            price_index=years,
            max_import_mw=peak_mw,
            scope=2 if carrier == ELECTRICITY else 1,
            unserved=True,
        )
        for carrier, peak_mw in _peaks(usual).items()
    )
    return replace(usual, markets=(*usual.markets, *unserved))


def while_solving(usual: Problem) -> Problem:
    """The same at a price above all that serving could cost."""
    energy = max((float(np.max(k.price) * np.max(k.price_index)) for k in usual.markets), default=0.0)
    sizes = [v.sizing for v in usual.converters] + [z for q in usual.stores for z in (q.power, q.energy)]
    bought = max((_unit_cost(z) for z in sizes if z.build_years), default=0.0)
    return with_unserved(usual, DEARER * max(energy, usual.finance.unserved_price or 0.0, 1e-4) + bought / LEAST_HOURS)


def at_stated_price(usual: Problem, plan: Plan) -> Plan:
    """A plan that was made at another price of what is unserved, with what it costs at the stated one; its gap in money stays."""
    stated = as_operated(usual, plan)
    dearer = unserved_cost(while_solving(usual), plan) - unserved_cost(stated, plan)
    running = {
        index: cash - float(dearer[usual.years.index(int(index[0]))]) for index, cash in plan.decisions[RUNNING].items()
    }
    plan = replace(plan, decisions={**plan.decisions, RUNNING: running})
    cost = accounts(stated, plan).objective
    behind = plan.facts.objective - plan.facts.lower_bound
    gap = min(1.0, behind / max(abs(cost), 1e-9))
    return replace(plan, facts=replace(plan.facts, objective=cost, lower_bound=cost - behind, gap=gap))


def unserved_cost(usual: Problem, plan: Plan) -> Array:
    """(Y,) what the unserved energy costs at the prices of a problem [million]."""
    power = {k.name: series(usual, plan, "markets.import_mw", k.name) for k in usual.markets if k.unserved}
    costs = (annual(usual, power[k.name] * k.price) for k in usual.markets if k.unserved)
    return np.asarray(sum(costs, np.zeros(len(usual.years))), dtype=np.float64)


def _unit_cost(sizing: Sizing) -> float:
    """Most that a unit costs [million/MW or MWh], its fixed cost on the smallest size that is sold."""
    return max(
        (s.capex_per_unit + s.capex_fixed / max(s.min_size, 0.1 * s.max_size, 1e-3) for s in sizing.segments),
        default=0.0,
    )


def _peaks(problem: Problem) -> dict[str, float]:
    """Highest load of each carrier in any year [MW]."""
    loads: dict[str, Array] = {}
    for d in problem.demands:
        loads[d.carrier] = loads.get(d.carrier, 0.0) + np.outer(d.index, d.load_mw)
    return {carrier: max(float(load.max()), 1e-6) for carrier, load in loads.items()}
