"""Money over the years: one cash convention, one objective.

With n = y − first year, N years, real rate r, and τ the timing of running cash (0 start, ½ mid, 1 end of year):

    npc = Σ_y paid_capex[y]/(1+r)^n + Σ_y ((1−t)·running[y] − t·depreciation[y])/(1+r)^(n+τ) − salvage/(1+r)^N
    depreciation[y] of cost K built in b = K/D·(1+i)^−(y−b) for D years; tax terms only where t > 0
    salvage of K: straight line K·left/life, annuity K·(1−(1+r)^−left)/(1−(1+r)^−life), or none; taxed on its gain over book
    paid_capex[y] ≤ capex_limit[y]                                            capex_within_limit
    objective = npc + Σ_y penalty[y]/(1+r)^(n+τ)
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel, Constraint, Expression, Objective

from models.problem import Finance, Problem
from models.terms import Investment, Terms, block


def salvage_share(finance: Finance, life_years: int, left_years: int) -> float:
    """Share of the cost that is left after the horizon, for a thing with `left_years` of `life_years` to run.

    >>> salvage_share(Finance(0.08), 20, 5)
    0.25
    >>> round(salvage_share(Finance(0.08, salvage="annuity"), 20, 5), 4)
    0.4067
    >>> round(salvage_share(Finance(1e-17, salvage="annuity"), 20, 5), 4)
    0.25
    >>> salvage_share(Finance(0.08, salvage="none"), 20, 5)
    0.0
    """
    if finance.salvage == "none" or left_years <= 0:
        return 0.0
    r = finance.discount_rate
    if finance.salvage == "straight_line" or r == 0:
        return left_years / life_years
    return float(np.expm1(-left_years * np.log1p(r)) / np.expm1(-life_years * np.log1p(r)))


def book_share(finance: Finance, age_years: int) -> float:
    """Real share of the cost that is not yet depreciated at an age.

    >>> book_share(Finance(0.08, tax_rate=0.25, depreciation_years=10), 4)
    0.6
    """
    return max(0.0, 1 - age_years / finance.depreciation_years) * (1 + finance.inflation) ** -age_years


def end_value_share(finance: Finance, thing: Investment, age_years: int) -> float:
    """After-tax salvage at the end of the horizon as a share of the cost."""
    left = thing.life_years - age_years
    share = salvage_share(finance, thing.life_years, left) if thing.has_salvage else 0.0
    return share - finance.tax_rate * (share - book_share(finance, age_years))


def add_objective(m: ConcreteModel, problem: Problem, terms: list[Terms]) -> None:
    """Cash expressions by year, the capex limit and the objective [million]."""
    b, f, years = block(m, "finance"), problem.finance, problem.years
    first, count = years[0], len(years)
    things = [q for t in terms for q in t.investments]
    paid: dict[int, list] = {y: [] for y in years}
    for q in things:
        for back, share in enumerate(reversed(q.payment_shares)):
            paid[max(first, q.year - back)].append(share * q.cost)

    def depreciation(b: object, y: int) -> object:
        if not f.tax_rate:
            return 0.0
        return sum(
            q.cost / f.depreciation_years * (1 + f.inflation) ** -(y - q.year)
            for q in things
            if 0 <= y - q.year < f.depreciation_years
        )

    b.capex = Expression(list(years), rule=lambda b, y: sum(paid[y]))
    b.running = Expression(list(years), rule=lambda b, y: sum(sum(t.running[y]) for t in terms))
    b.depreciation = Expression(list(years), rule=depreciation)
    b.end_value = Expression(expr=sum(end_value_share(f, q, first + count - q.year) * q.cost for q in things))
    limited = [] if f.capex_limit is None else [y for y in years if np.isfinite(f.capex_limit[y - first]) and paid[y]]
    b.capex_within_limit = Constraint(limited, rule=lambda b, y: b.capex[y] <= float(f.capex_limit[y - first]))
    early = {y: (1 + f.discount_rate) ** -(y - first) for y in years}
    late = {y: (1 + f.discount_rate) ** -(y - first + f.timing_offset) for y in years}
    b.net_present_cost = Expression(
        expr=sum(
            early[y] * b.capex[y] + late[y] * ((1 - f.tax_rate) * b.running[y] - f.tax_rate * b.depreciation[y])
            for y in years
        )
        - (1 + f.discount_rate) ** -count * b.end_value
    )
    b.penalties = Expression(expr=sum(late[y] * m.durability.penalty[y] for y in years))
    m.objective = Objective(expr=b.net_present_cost + b.penalties)
