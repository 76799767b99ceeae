"""Decisions that are taken in advance: forced in, forced out, or kept as an earlier plan took them.

    least ≤ Σ_{y in years} decision[name,y] ≤ most                            decided_in_advance

`decision` is a yearly column of the plan by its own name, such as `retrofits.start`.
"""

from __future__ import annotations

import math

from pyomo.environ import ConcreteModel, Constraint

from models.problem import Decided, Problem
from models.terms import block


def add_decided(m: ConcreteModel, problem: Problem) -> None:
    """One row for each decision taken in advance."""
    b = block(m, "decided")

    def decided_in_advance(b: object, n: int) -> object:
        one = problem.decided[n]
        columns = _columns(m, one)
        if not columns and one.least > 0:
            raise ValueError(f"{one.table}: {one.name} cannot be decided in {', '.join(map(str, one.years))}")
        return (one.least, sum(columns), None if math.isinf(one.most) else one.most) if columns else Constraint.Skip

    b.decided_in_advance = Constraint(list(range(len(problem.decided))), rule=decided_in_advance)


def _columns(m: ConcreteModel, one: Decided) -> list[object]:
    owner, _, name = one.table.partition(".")
    decisions = getattr(getattr(m, owner), name)
    return [decisions[one.name, y] for y in one.years if (one.name, y) in decisions]
