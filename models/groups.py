"""Limits that several technologies share: roof area, ground area, grid connection.

Σ_v use[v,g]·nameplate[v,y] + Σ_s use[s,g]·nameplate[s,y] ≤ limit[g]      group_within_limit
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint

from models.problem import Problem
from models.terms import block


def add_groups(m: ConcreteModel, problem: Problem) -> None:
    """Shared limits by year, over new and existing sizes."""
    b = block(m, "groups")

    def group_within_limit(b: object, g: str, y: int) -> object:
        used = sum(
            v.groups[g] * m.converters.nameplate_mw[v.name, y] for v in problem.converters if g in v.groups
        ) + sum(q.groups[g] * m.stores.nameplate_mwh[q.name, y] for q in problem.stores if g in q.groups)
        if isinstance(used, int | float):
            return Constraint.Skip
        return used <= problem.group_limits[g]

    b.group_within_limit = Constraint(list(problem.group_limits), list(problem.years), rule=group_within_limit)
