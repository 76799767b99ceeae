"""Investments of a plan: when they are paid, depreciated, and what they are worth at the end.

K is the capex of one build [million], b its year, N the years of the horizon, a = N - (b - first year) its age at the
end.

    payments        share p_j of K in year b - (number of shares - 1) + j, in the first year if that is earlier
    depreciation    K / D * (1 + inflation)^-age,  age = 0 .. D - 1
    salvage         straight_line  K * max(0, life - a) / life
                    annuity        K * (1 - (1+r)^-(life - a)) / (1 - (1+r)^-life)
    book value      K * max(0, 1 - a / D) * (1 + inflation)^-a
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.problem import Problem
from planner.accounting.stock import Size, Stock, capex_of, sizes
from planner.plan import Plan

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Investment:
    """One build: `cost` [million] in `year`; `life_years` None has no salvage value."""

    item: str
    year: int
    cost: float
    life_years: int | None
    payment_shares: tuple[float, ...] = (1.0,)


def investments(problem: Problem, plan: Plan, stock: Stock) -> list[Investment]:
    """Every build, retrofit and management item that a plan pays for."""
    found = [one for name, size in sizes(stock).items() for one in _of_size(problem, name, size)]
    for n, y in enumerate(problem.years):
        for r in problem.retrofits:
            if plan.decision("retrofits.start", r.name, y) > 0.5:
                found.append(Investment(r.name, y, float(r.capex[n]), r.life_years, r.payment_shares))
        for m in problem.management:
            if plan.decision("management.adopt", m.name, y) > 0.5:
                found.append(Investment(m.name, y, float(m.capex[n]), None))
    return [one for one in found if one.cost]


def payments(problem: Problem, one: Investment) -> Array:
    """(Y,) capex by year of payment."""
    paid = np.zeros(len(problem.years))
    built = one.year - problem.years[0]
    for ahead, part in enumerate(reversed(one.payment_shares)):
        paid[max(0, built - ahead)] += part * one.cost
    return paid


def depreciation(problem: Problem, one: Investment) -> Array:
    """(Y,) real value of the nominal straight-line depreciation."""
    age = np.array(problem.years) - one.year
    nominal = one.cost / problem.finance.depreciation_years
    within = (age >= 0) & (age < problem.finance.depreciation_years)
    return np.where(within, nominal * (1 + problem.finance.inflation) ** -age.astype(float), 0.0)


def salvage_value(problem: Problem, one: Investment) -> float:
    """Real value at the end of the last year."""
    if one.life_years is None or problem.finance.salvage == "none":
        return 0.0
    remaining = max(0, one.life_years - _age_at_end(problem, one))
    rate = problem.finance.discount_rate
    if problem.finance.salvage == "straight_line" or rate == 0:
        return one.cost * remaining / one.life_years
    return float(one.cost * (1 - (1 + rate) ** -remaining) / (1 - (1 + rate) ** -one.life_years))


def book_value(problem: Problem, one: Investment) -> float:
    """Real value of what is not yet depreciated at the end of the last year."""
    age = _age_at_end(problem, one)
    left = max(0.0, 1 - age / problem.finance.depreciation_years)
    return float(one.cost * left * (1 + problem.finance.inflation) ** -age)


def _age_at_end(problem: Problem, one: Investment) -> int:
    return len(problem.years) - (one.year - problem.years[0])


def _of_size(problem: Problem, name: str, size: Size) -> Iterator[Investment]:
    sizing = size.sizing
    for year, built in sorted(size.builds.items()):
        cost = capex_of(sizing, built, year - problem.years[0])
        yield Investment(name, year, cost, sizing.life_years, sizing.payment_shares)
