"""Certificates, credits and removals: claims bought by the year.

quantity[i,y] ≤ max_per_year[i,y]                                         quantity_within_cap
counted[i,y] = (1 − buffer[i])·delivery[i]·quantity[i,y]                  (what the ledger counts)
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Var

from models.problem import Durability, Instrument, Problem
from models.terms import Terms, block


def counted_share(i: Instrument) -> float:
    """Share of what is bought that counts: after reversal buffer and expected delivery.

    >>> counted_share(Instrument("a", "removal", np.ones(1), np.ones(1), buffer_share=0.2, delivery_share=0.5))
    0.4
    """
    return (1.0 - i.buffer_share) * i.delivery_share


def is_paper(i: Instrument, rules: Durability) -> bool:
    """Whether what is bought is paper: certificates, credits, and removals that do not last."""
    return i.kind != "removal" or i.durability_years < rules.min_removal_durability_years


def counted(m: ConcreteModel, problem: Problem, kind: str, y: int, least_durability_years: float = 0.0) -> object:
    """What counts in year y of all instruments of a kind [MWh or t]."""
    return sum(
        counted_share(i) * m.instruments.quantity[i.name, y]
        for i in problem.instruments
        if i.kind == kind and i.durability_years >= least_durability_years
    )


def add_instruments(m: ConcreteModel, problem: Problem) -> Terms:
    """Quantities and their cost."""
    b, terms, first = block(m, "instruments"), Terms(), problem.years[0]
    named = {i.name: i for i in problem.instruments}
    b.quantity = Var([(i, y) for i in named for y in problem.years], domain=NonNegativeReals)
    b.quantity_within_cap = Constraint(
        [(i, y) for i, y in b.quantity if np.isfinite(named[i].max_per_year[y - first])],
        rule=lambda b, i, y: b.quantity[i, y] <= float(named[i].max_per_year[y - first]),
    )
    for i, y in b.quantity:
        terms.running[y].append(float(named[i].price[y - first]) * b.quantity[i, y])
    return terms
