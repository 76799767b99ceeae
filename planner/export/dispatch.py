"""The dispatch of one plan year as a problem: what runs when, with everything that the plan decided fixed.

Fixed are the sizes that work, the loads after measures, the contract volumes in force, the highest draw of each billing
period, and how many units run where units run or stand. Left free is the dispatch, at least operating cost:

    Σ price·import − Σ export_price·export + Σ variable cost of converters and stores + contract payments

The plan's own dispatch obeys yearly rules besides: claims on electricity, caps, the rating, the price of carbon. They tie
the hours to certificates, credits and stars, which no energy-system tool knows. So the least operating cost is at most the
plan's own; the difference is what those rules cost in that year's operation.

Demand charges, fixed costs and the agreed part of contracts are constants here: the draw may not exceed the plan's peaks.
A contract pays the mean price of the vintages in force for what is delivered beyond its agreed part.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from models.problem import Array, Contract, Durability, Emissions, Finance, Market, Problem
from planner.accounting.accounts import CashRow
from planner.accounting.ledger import is_delivered
from planner.accounting.running import billing_peaks, through_market_mw
from planner.accounting.stock import LEAST_SIZE, Stock, by_year, series, stock_of
from planner.engine import Options, SolverError
from planner.engine.matrix import Key
from planner.engine.monolith import solve_matrix
from planner.engine.own_limits import finite
from planner.engine.press import press
from planner.plan import Plan
from planner.solving.fixed import one_year

OPERATING = ("energy", "export_revenue", "opex_variable", "contract")  # kinds of cash that operation decides


@dataclass(frozen=True, eq=False)
class Dispatch:
    """One year of a plan as a problem without decisions. Money in millions."""

    problem: Problem  # of that year alone
    peaks_mw: dict[str, Array]  # charged market -> (B,) highest draw of each billing period
    online: dict[str, Array]  # converter with units -> (T,) number that runs
    volumes: dict[str, float]  # delivered contract -> MW in force

    @property
    def year(self) -> int:
        """The year that is operated."""
        return self.problem.years[0]


def dispatch_of(problem: Problem, plan: Plan, year: int) -> Dispatch:
    """The dispatch of a year of a plan."""
    n, stock = problem.years.index(year), stock_of(problem, plan)
    part = finite(one_year(problem, plan, year, stock).problem)
    contracts, volumes = _contracts(problem, stock, n)
    peaks = {
        k.name: billing_peaks(problem, through_market_mw(problem, plan, k))[n]
        for k in problem.markets
        if k.demand_rule != "none"
    }
    standing = [v for v in part.converters if v.sizing.existing[0] > LEAST_SIZE]
    online = {v.name: series(problem, plan, "converters.online", v.name)[n] for v in standing if v.min_load_share > 0}
    alone = replace(
        part,
        markets=tuple(map(_uncharged, part.markets)),
        converters=tuple(replace(v, captured_tco2e_per_mwh=0.0) for v in standing),
        stores=tuple(
            replace(q, min_hours=0.0, max_hours=max(q.max_hours, 2 * _hours(q.energy.existing, q.power.existing)))
            for q in part.stores
            if min(q.power.existing[0], q.energy.existing[0]) > LEAST_SIZE
        ),
        contracts=contracts,
        instruments=(),
        management=(),
        rating=None,
        target=None,
        durability=Durability(),
        finance=Finance(discount_rate=0.0, timing_offset=0.0, salvage="none"),
        emissions=Emissions(part.emissions.uncovered_factor, np.zeros(1), np.zeros(1)),
    )
    return Dispatch(alone, peaks, online, volumes)


def least_cost(case: Dispatch, options: Options | None = None) -> float:
    """Least operating cost of the year [million]; raises SolverError where the site cannot be operated so."""
    settings = options or Options()
    pressed = press(case.problem)
    lower, upper = pressed.matrix.lower.copy(), pressed.matrix.upper.copy()
    for (name, index), (low, high) in _bounds(case).items():
        column = pressed.plan_columns.get(name, {}).get(index)
        if column is not None:
            lower[column], upper[column] = low, high
    for name, count in case.online.items():
        columns = pressed.step_columns["converters.online"][name].ravel()
        lower[columns] = upper[columns] = count
    matrix = replace(pressed.matrix, lower=lower, upper=upper, integer=np.zeros_like(pressed.matrix.integer))
    outcome = solve_matrix(replace(pressed, matrix=matrix), settings, time.monotonic() + settings.time_limit_s)
    if outcome.status != "optimal":
        raise SolverError(f"operation of {case.year} at the plan's sizes and peaks: {outcome.termination}")
    return float(outcome.objective)


def operating_cost(rows: Iterable[CashRow], year: int) -> float:
    """Operating cost of a year as the accountant has it [million], from the cash rows of a plan."""
    return float(sum(row.amount for row in rows if row.year == year and row.kind in OPERATING))


def _bounds(case: Dispatch) -> dict[tuple[str, Key], tuple[float, float]]:
    """Plan columns that are given: peaks at most the plan's, volumes as signed, claims and what they forbid left out."""
    year = case.year
    found: dict[tuple[str, Key], tuple[float, float]] = {
        ("markets.peak_mw", (k, year, b)): (0.0, float(peak))
        for k, peaks in case.peaks_mw.items()
        for b, peak in enumerate(peaks)
    }
    found |= {("contracts.sign_volume", (c, year)): (volume, volume) for c, volume in case.volumes.items()}
    return {**found, ("ledger.onsite_claim_mwh", (year,)): (-np.inf, 0.0)}


def _uncharged(k: Market) -> Market:
    """The market with its peaks in sight and no charge on them."""
    rule = k.demand_rule if k.demand_rule == "none" else "peak"
    return replace(k, demand_rule=rule, demand_charge=0.0, ratchet_share=0.0, fixed_cost=0.0)


def _hours(energy: Array, power: Array) -> float:
    return float(energy[0] / power[0])


def _contracts(problem: Problem, stock: Stock, n: int) -> tuple[tuple[Contract, ...], dict[str, float]]:
    """Delivered contracts in force, each as one at the mean price of its vintages, and their volumes [MW]."""
    year, first = problem.years[n], problem.years[0]
    contracts, volumes = [], {}
    for c in problem.contracts:
        in_force = {y0: float(volume[n]) for y0, volume in stock.volumes[c.name].items() if volume[n] > 0}
        if not is_delivered(c) or not in_force:
            continue
        index, total = by_year(problem, c.index), sum(in_force.values())
        paid = sum(v * float(c.price[y0 - first] * index[n] / index[y0 - first]) for y0, v in in_force.items())
        volumes[c.name] = total
        contracts.append(
            replace(
                c,
                price=np.array([paid / total]),
                index=1.0,
                start_years=(year,),
                min_volume=0.0,
                max_volume=total,
                sign_cost=0.0,
            )
        )
    return tuple(contracts), volumes
