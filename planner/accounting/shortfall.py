"""What a plan leaves unserved: only business as usual may, since its plant is what happens to stand.

    unserved[c,y] = Σ_t hours[t]·unserved_mw[c,y,t]

Where something is unserved, its cost is that of another factory, so comparisons with it need a price of what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.problem import Problem
from planner.accounting.ledger import annual
from planner.accounting.stock import series
from planner.plan import Plan

LEAST_SHARE = 1e-6  # of the power that could be missing: below it is what tolerances leave


@dataclass(frozen=True)
class Shortfall:
    """Energy of a carrier that is unserved in a year [MWh], and the highest power that is [MW]."""

    carrier: str
    year: int
    mwh: float
    peak_mw: float


def shortfalls(problem: Problem, plan: Plan) -> tuple[Shortfall, ...]:
    """What is unserved, by carrier and year; empty where every load is served."""
    found = []
    for k in problem.markets:
        if not k.unserved:
            continue
        power = series(problem, plan, "markets.import_mw", k.name)
        energy = annual(problem, power)
        for n, year in enumerate(problem.years):
            peak = float(power[n].max(initial=0.0))
            if peak > LEAST_SHARE * k.max_import_mw:
                found.append(Shortfall(k.carrier, year, float(energy[n]), peak))
    return tuple(found)


def is_comparable(problem: Problem, plan: Plan) -> bool:
    """Whether a plan serves what others serve, or what it does not has a price."""
    return problem.finance.unserved_price is not None or not shortfalls(problem, plan)


def short_words(short: tuple[Shortfall, ...]) -> str:
    """By carrier: the years, most energy of a year and highest power.

    >>> short_words((Shortfall("hot_water", 2028, 4380.0, 1.0), Shortfall("hot_water", 2029, 2190.0, 0.5)))
    'hot water in 2028-2029 (up to 4,380 MWh a year, 1 MW)'
    """
    carriers = dict.fromkeys(one.carrier for one in short)
    return "; ".join(_of_carrier(c, [one for one in short if one.carrier == c]) for c in carriers)


def _of_carrier(carrier: str, short: list[Shortfall]) -> str:
    first, last = min(one.year for one in short), max(one.year for one in short)
    years = str(first) if first == last else f"{first}-{last}"
    energy, peak = max(one.mwh for one in short), max(one.peak_mw for one in short)
    upto = "" if len(short) == 1 else "up to "
    return f"{carrier.replace('_', ' ')} in {years} ({upto}{energy:,.0f} MWh a year, {peak:,.3g} MW)"
