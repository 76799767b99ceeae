"""Management items: systems, procedures and statuses that the rating asks for, adopted once and kept.

Σ_b adopt[m,b] ≤ 1                                                        adopted_once
adopted[m,y] = Σ_{b ≤ y} adopt[m,b]                                       (expression; 1 if already met)
"""

from __future__ import annotations

from pyomo.environ import Binary, ConcreteModel, Constraint, Expression, Var

from models.problem import Problem
from models.terms import Investment, Terms, block


def add_management(m: ConcreteModel, problem: Problem) -> Terms:
    """Adoption by start year; its cost has no salvage."""
    b, terms, first = block(m, "management"), Terms(), problem.years[0]
    named = {i.name: i for i in problem.management}
    open_items = [i for i in problem.management if not i.already_met]
    b.adopt = Var([(i.name, y) for i in open_items for y in i.start_years], domain=Binary)
    b.adopted = Expression(
        [(i, y) for i in named for y in problem.years],
        rule=lambda b, i, y: (
            1.0 if named[i].already_met else sum(b.adopt[i, q] for q in named[i].start_years if q <= y)
        ),
    )
    b.adopted_once = Constraint(
        [i.name for i in open_items if len(i.start_years) > 1],
        rule=lambda b, i: sum(b.adopt[i, q] for q in named[i].start_years) <= 1,
    )
    for i in open_items:
        for y in i.start_years:
            cost = float(i.capex[y - first]) * b.adopt[i.name, y]
            terms.investments.append(Investment(i.name, y, cost, life_years=0, has_salvage=False))
        for n, y in enumerate(problem.years):
            if i.opex_fixed[n]:
                terms.running[y].append(float(i.opex_fixed[n]) * b.adopted[i.name, y])
    return terms
