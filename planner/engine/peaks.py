"""Billing peaks that nothing but their own charge asks for: each block chooses its own.

A demand charge per billing period, without ratchet or contract, ties the peak to the operation of its period and to nothing else:

    import[t] ≤ peak[y,b]  for all steps t of period b         cost of the year: rate[y]·Σ_b share[b]·peak[y,b]

Such a peak is a column of its block instead of one of the master, which then has one dimension less for every year and period. What
is billed, Σ_b share[b]·peak[y,b], is one more of the year's sums, at rate[y].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.engine.averaging import widened
from planner.engine.matrix import Float, Key, Pressed
from planner.engine.press import Template, key_of

BILLED = "billed "  # before the name of a peak: the name of its sum


@dataclass(frozen=True)
class Peak:
    """A peak [MW] that its block may choose, between zero and `most`."""

    name: str  # of its component in the plan
    index: Key
    most: float
    share: Float  # (periods,) by which each period's peak counts in the sum
    rate: Float  # (years,) [million] per unit of the sum

    @property
    def quantity(self) -> tuple[str, str]:
        """Its sum among the year's sums."""
        return BILLED + self.name, str(self.index[0])


def free_peaks(template: Template, plan: Pressed) -> list[Peak]:
    """The billing ports that no row of the plan holds, with a charge that is the same in all periods but for their shares."""
    problem, found = template.problem, []
    periods = range(len(problem.steps.months_per_billing))
    used = np.diff(plan.matrix.rows.tocsc().indptr) > 0
    for name, index in dict.fromkeys(template.step.site.billing.values()):
        key = key_of(index)
        columns = np.array([[plan.plan_columns[name][*key, y, q] for q in periods] for y in problem.years])
        cost, upper = plan.matrix.cost[columns], plan.matrix.upper[columns]
        share = cost[0] / max(cost[0, 0], 1e-300) if cost[0, 0] > 0 else np.ones(len(periods))
        rate = cost[:, 0]
        charged = np.allclose(cost, rate[:, None] * share, rtol=1e-12, atol=0.0) and (cost >= 0).all()
        open_ = (plan.matrix.lower[columns] == 0).all() and (upper == upper[0, 0]).all() and np.isfinite(upper[0, 0])
        if charged and open_ and not used[columns].any():
            found.append(Peak(name, key, float(upper[0, 0]), share, rate))
    return found


def with_sums(plan: Pressed, peaks: Sequence[Peak], years: Sequence[int]) -> Pressed:
    """The plan with a column for what is billed of each peak and year, which bears the charge in the peaks' place."""
    if not peaks:
        return plan
    m, count = plan.matrix, len(peaks) * len(years)
    first, cost = m.rows.shape[1], np.append(m.cost, np.concatenate([peak.rate for peak in peaks]))
    operation = dict(plan.plan_columns["operation"])
    for k, peak in enumerate(peaks):
        for column in (c for key, c in plan.plan_columns[peak.name].items() if key[: len(peak.index)] == peak.index):
            cost[column] = 0.0
        operation |= {(*peak.quantity, y): first + k * len(years) + n for n, y in enumerate(years)}
    matrix = replace(
        m,
        cost=cost,
        lower=np.append(m.lower, np.zeros(count)),
        upper=np.append(m.upper, np.full(count, np.inf)),
        integer=np.append(m.integer, np.zeros(count, dtype=bool)),
        rows=widened(m.rows, first + count),
    )
    return replace(plan, matrix=matrix, plan_columns={**plan.plan_columns, "operation": operation})
