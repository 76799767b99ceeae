"""What the model says of a plan: its ledger and its cash at the plan's decisions, which `verify` compares with the accountant's."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Expression, Var, value

from planner.engine.idle import without_idle
from planner.engine.matrix import Key
from planner.engine.pool import Decisions
from planner.engine.press import key_of


def with_stated(plan: Any, decisions: Decisions) -> dict[str, dict[Key, float]]:
    """The decisions without those that serve nothing, and what the Pyomo model `plan` says at them, by year.

    Its `ledger` [MWh, t, tce], and investment, running cost and demand charges [million].
    """
    decisions = without_idle(decisions)
    for v in plan.component_data_objects(Var, descend_into=True):
        v.set_value(decisions[v.parent_component().name][key_of(v.index())], skip_validation=True)
    told = [
        *plan.ledger.component_objects(Expression),
        plan.finance.capex,
        plan.finance.running,
        plan.markets.demand_charge,
    ]
    stated = {e.name: {key_of(index): float(value(one)) for index, one in e.items()} for e in told}
    return {**{name: dict(table) for name, table in decisions.items()}, **stated}
