"""What a plan is worth against another, usually business as usual: payback, internal rate of return, cost per tonne.

Every measure looks at the difference in cash, what the reference would have paid less what the plan pays.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from planner.accounting.accounts import Accounts

Array = NDArray[np.float64]

LOWEST_RATE, HIGHEST_RATE = -0.95, 100.0
BISECTIONS = 200
ROUNDING = 1e-9  # of the largest payment


def simple_payback(plan: Accounts, reference: Accounts) -> float | None:
    """Years until undiscounted savings have repaid the extra capex, salvage and its tax aside, counted from the first year.

    Capex is paid at the start of its year, savings come evenly over the year. 0 where the plan never pays more than the
    reference; None where it is not repaid for good within the horizon.
    """
    repaid_at: float | None = 0.0
    balance = 0.0
    capex = reference.cash("capex") - plan.cash("capex")
    left = reference.cash("salvage", "salvage_tax") - plan.cash("salvage", "salvage_tax")
    saved = reference.cash() - plan.cash() - left - capex
    for n in range(len(plan.years)):
        balance += capex[n]
        if balance < 0:
            repaid_at = None
        if balance < 0 <= balance + saved[n]:
            repaid_at = n - balance / saved[n]
        balance += saved[n]
        if balance < 0:
            repaid_at = None
    return None if repaid_at is None else float(repaid_at)


def internal_rate_of_return(plan: Accounts, reference: Accounts) -> float | None:
    """Discount rate at which the plan costs as much as the reference; None where no rate does.

    Cash falls on the dates of the accounts: capex at the start of its year, salvage at the end of the last.
    """
    times, amounts = _difference(plan, reference)

    def net_present_value(rate: float) -> float:
        return float(amounts @ (1 + rate) ** -times)

    rates = np.concatenate([np.linspace(LOWEST_RATE, 1.0, 79), np.geomspace(1.0, HIGHEST_RATE, 40)[1:]])
    values = [net_present_value(rate) for rate in rates]
    falls = [n for n in range(len(rates) - 1) if values[n] > 0 >= values[n + 1]]
    if not falls:
        return None
    low, high = float(rates[falls[-1]]), float(rates[falls[-1] + 1])
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if net_present_value(middle) > 0 else (low, middle)
    return high


def cost_per_tonne(plan: Accounts, reference: Accounts, plan_tco2e: Array, reference_tco2e: Array) -> float | None:
    """Extra net present cost per tonne avoided over the horizon [million/t], tonnes undiscounted.

    Negative where the plan saves money; None where it avoids nothing. Tonnes are (Y,) of whichever inventory is meant.
    """
    avoided = float(np.sum(reference_tco2e) - np.sum(plan_tco2e))
    if avoided <= 0 or not math.isfinite(avoided):
        return None
    return (plan.net_present_cost - reference.net_present_cost) / avoided


def _difference(plan: Accounts, reference: Accounts) -> tuple[Array, Array]:
    """Dates and what the plan saves on each; amounts that are rounding only are zero."""
    net: dict[float, float] = {}
    for row in reference.rows:
        net[row.time] = net.get(row.time, 0.0) + row.amount
    for row in plan.rows:
        net[row.time] = net.get(row.time, 0.0) - row.amount
    largest = max((abs(row.amount) for row in (*plan.rows, *reference.rows)), default=0.0)
    amounts = np.array(list(net.values()))
    return np.array(list(net)), np.where(np.abs(amounts) > ROUNDING * largest, amounts, 0.0)
