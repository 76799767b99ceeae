"""What the model says of a plan: its ledger at the plan's decisions, which `verify` compares with the accountant's."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Expression, Var, value

from planner.engine.matrix import Key
from planner.engine.pool import Decisions
from planner.engine.press import key_of


def with_ledger(plan: Any, decisions: Decisions) -> dict[str, dict[Key, float]]:
    """The decisions, and every expression of the plan's `ledger` [MWh, t, tce] at them; `plan` is the Pyomo model they belong to."""
    for v in plan.component_data_objects(Var, descend_into=True):
        v.set_value(decisions[v.parent_component().name][key_of(v.index())], skip_validation=True)
    stated = {
        e.name: {key_of(index): float(value(one)) for index, one in e.items()}
        for e in plan.ledger.component_objects(Expression)
    }
    return {**{name: dict(table) for name, table in decisions.items()}, **stated}
