"""The cash account of a plan, recomputed from problem and plan alone, to check the model and to show the money.

Millions, real; costs positive, revenue and salvage negative. With n = y - first year, N years, discount rate r:

    capex paid in y                         (1 + r)^-n
    running cash and penalties of y         (1 + r)^-(n + timing_offset)
    salvage, at the end of the last year    (1 + r)^-N

    net_present_cost = discounted cash;  objective = net_present_cost + discounted penalties

Penalties are no cash: excess * penalty_per_tonne, plus penalty_step_per_tonne * excess for each of the penalty_steps
years before y in which paper exceeded its threshold too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.problem import Problem
from planner.accounting.investment import Investment, book_value, depreciation, investments, payments, salvage_value
from planner.accounting.ledger import Inventory, inventory
from planner.accounting.running import running_rows
from planner.accounting.stock import Stock, sizes, stock_of
from planner.plan import Plan

Array = NDArray[np.float64]

Kind = Literal[
    "capex",
    "opex_fixed",
    "opex_variable",
    "energy",
    "demand_charge",
    "export_revenue",
    "contract",
    "instrument",
    "management",
    "carbon",
    "tax",
    "salvage",
    "salvage_tax",
]

RUNNING: tuple[Kind, ...] = (
    "opex_fixed",
    "opex_variable",
    "energy",
    "demand_charge",
    "export_revenue",
    "contract",
    "instrument",
    "management",
    "carbon",
)  # paid by the year, before tax
RELIANCE_SHARE = 1e-6  # of base-year gross emissions: excess above this is reliance on paper


@dataclass(frozen=True)
class CashRow:
    """One amount of one year [million], undiscounted, `time` years after the start of the first year, and discounted."""

    year: int
    item: str
    kind: Kind
    amount: float
    time: float
    present: float


@dataclass(frozen=True, eq=False)
class Accounts:
    """Money of a plan [million] and what stands for it. Arrays are (Y,)."""

    years: tuple[int, ...]
    rows: tuple[CashRow, ...]
    investments: tuple[Investment, ...]  # by the year in which they are decided to work
    net_present_cost: float
    penalties: Array  # undiscounted
    penalties_present: float
    objective: float
    capacities: Mapping[str, Array]  # nameplate [MW or MWh]
    working: Mapping[str, Array]  # after degradation and commissioning [MW or MWh]
    builds: Mapping[str, Mapping[int, float]]  # size by build year
    installed: Mapping[str, Array]  # retrofits, 0 or 1
    adopted: Mapping[str, Array]  # management items, 0 or 1
    end_use_factors: Mapping[str, Array]  # share of each load that remains
    volumes: Mapping[str, Array]  # contract volume in force [MW or MWh per year]

    def cash(self, *kinds: str) -> Array:
        """(Y,) undiscounted cash of the given kinds, or of all."""
        return np.array(
            [
                sum(row.amount for row in self.rows if row.year == y and (not kinds or row.kind in kinds))
                for y in self.years
            ]
        )

    def capex(self) -> float:
        """Undiscounted investment of all years [million]."""
        return sum(row.amount for row in self.rows if row.kind == "capex")


def accounts(problem: Problem, plan: Plan) -> Accounts:
    """Recompute every payment of a plan."""
    stock, full = stock_of(problem, plan), inventory(problem, plan)
    built = investments(problem, plan, stock)
    rows = tuple(_rows(problem, plan, stock, full, built))
    penalties = penalties_of(problem, full)
    net_present_cost = sum(row.present for row in rows)
    penalties_present = float(penalties @ running_discount(problem))
    everything = sizes(stock)
    zero = np.zeros(len(problem.years))
    return Accounts(
        years=problem.years,
        rows=rows,
        investments=tuple(built),
        net_present_cost=net_present_cost,
        penalties=penalties,
        penalties_present=penalties_present,
        objective=net_present_cost + penalties_present,
        capacities={name: size.nameplate for name, size in everything.items()},
        working={name: size.working for name, size in everything.items()},
        builds={name: size.builds for name, size in everything.items()},
        installed=stock.installed,
        adopted=stock.adopted,
        end_use_factors=stock.factors,
        volumes={name: sum(vintages.values(), zero) for name, vintages in stock.volumes.items()},
    )


def running_discount(problem: Problem) -> Array:
    """(Y,) present value of one unit of running cash."""
    return np.array([_present(problem, 1.0, time) for time in _running_times(problem)])


def _running_times(problem: Problem) -> list[float]:
    return [n + problem.finance.timing_offset for n in range(len(problem.years))]


def _present(problem: Problem, amount: float, time: float) -> float:
    return float(amount * (1 + problem.finance.discount_rate) ** -time)


def _row(problem: Problem, year: int, item: str, kind: Kind, *, amount: float, time: float) -> CashRow:
    return CashRow(year, item, kind, float(amount), float(time), _present(problem, amount, time))


def penalties_of(problem: Problem, full: Inventory) -> Array:
    """(Y,) penalties on paper tonnes above the threshold, rising with each of the years just before that relied on paper too."""
    rules, excess = problem.durability, full.excess_tco2e
    relied = excess > RELIANCE_SHARE * problem.base.gross_tco2e
    steps = np.array([relied[max(0, n - rules.penalty_steps) : n].sum() for n in range(len(excess))])
    penalties: Array = excess * (rules.penalty_per_tonne + rules.penalty_step_per_tonne * steps)
    return penalties


def _rows(problem: Problem, plan: Plan, stock: Stock, full: Inventory, built: list[Investment]) -> Iterator[CashRow]:
    yield from _capex_rows(problem, built)
    times = _running_times(problem)
    running = np.zeros(len(problem.years))
    for item, kind, cash in running_rows(problem, plan, stock, full):
        running = running + cash
        for n in np.flatnonzero(cash):
            yield _row(problem, problem.years[n], item, kind, amount=cash[n], time=times[n])
    yield from _tax_rows(problem, built, running)
    yield from _salvage_rows(problem, built)


def _capex_rows(problem: Problem, built: list[Investment]) -> Iterator[CashRow]:
    for one in built:
        for n, paid in enumerate(payments(problem, one)):
            if paid:
                yield _row(problem, problem.years[n], one.item, "capex", amount=paid, time=n)


def _tax_rows(problem: Problem, built: list[Investment], running: Array) -> Iterator[CashRow]:
    """Running cost and depreciation reduce the tax: -t * (running + depreciation)."""
    rate = problem.finance.tax_rate
    if rate:
        depreciated = sum((depreciation(problem, one) for one in built), np.zeros(len(problem.years)))
        for n, time in enumerate(_running_times(problem)):
            saved = -rate * (running[n] + depreciated[n])
            yield _row(problem, problem.years[n], "profit tax", "tax", amount=saved, time=time)


def _salvage_rows(problem: Problem, built: list[Investment]) -> Iterator[CashRow]:
    """Value at the end of the last year, and the tax on what it exceeds the books."""
    last, end, rate = problem.years[-1], len(problem.years), problem.finance.tax_rate
    for one in built:
        value = salvage_value(problem, one)
        taxed = rate * (value - book_value(problem, one)) if rate else 0.0
        if value:
            yield _row(problem, last, one.item, "salvage", amount=-value, time=end)
        if taxed:
            yield _row(problem, last, one.item, "salvage_tax", amount=taxed, time=end)
