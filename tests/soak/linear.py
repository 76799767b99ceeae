"""Mixed-integer linear models in a few lines, for the second model: columns, rows, and the least of a cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

OPTIMAL, INFEASIBLE, UNBOUNDED = 0, 2, 3  # of scipy.optimize.milp


class NotSolved(Exception):
    """The second model has no answer either way."""


class Linear(dict[int, float]):
    """Coefficients by column; column -1 is the constant."""

    def plus(self, other: Mapping[int, float] | float, factor: float = 1.0) -> Linear:
        terms = {-1: other} if isinstance(other, int | float) else other
        for column, coefficient in terms.items():
            self[column] = self.get(column, 0.0) + factor * coefficient
        return self


@dataclass
class Rows:
    """A mixed-integer model under construction."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[int] = field(default_factory=list)
    rows: list[tuple[Linear, float, float]] = field(default_factory=list)

    def column(self, upper: float = math.inf, *, lower: float = 0.0, integer: bool = False) -> Linear:
        self.lower.append(lower)
        self.upper.append(upper)
        self.integer.append(int(integer))
        return Linear({len(self.lower) - 1: 1.0})

    def add(self, row: Linear, least: float = -math.inf, most: float = math.inf) -> None:
        constant = row.pop(-1, 0.0)
        self.rows.append((row, least - constant, most - constant))

    def equal(self, row: Linear, number: float = 0.0) -> None:
        self.add(row, number, number)

    def at_most(self, left: Linear, right: Mapping[int, float] | float) -> None:
        self.add(Linear(left).plus(right, -1.0), most=0.0)

    def least(self, cost: Linear) -> tuple[float, np.ndarray]:
        """Least cost and where; infinite where nothing fits, minus infinite where nothing ends it."""
        prices = np.zeros(len(self.lower))
        for column, price in cost.items():
            if column >= 0:
                prices[column] += price
        at = [(n, column, q) for n, (row, _, _) in enumerate(self.rows) for column, q in row.items()]
        where, columns, values = zip(*at, strict=True)
        matrix = csr_array((values, (where, columns)), shape=(len(self.rows), len(prices)))
        limits = LinearConstraint(matrix, [r[1] for r in self.rows], [r[2] for r in self.rows])
        bounds, found = Bounds(self.lower, self.upper), None
        for presolve in (True, False):
            options = {"mip_rel_gap": 1e-9, "presolve": presolve}
            found = milp(prices, constraints=limits, bounds=bounds, integrality=self.integer, options=options)
            if found.status in (OPTIMAL, UNBOUNDED):
                break
        if found.status == INFEASIBLE:
            return math.inf, np.array([])
        if found.status == UNBOUNDED:
            return -math.inf, np.array([])
        if found.status != OPTIMAL:
            raise NotSolved(found.message)
        return float(found.fun) + cost.get(-1, 0.0), found.x


def times(flow: Mapping[int, float], factor: float) -> Linear:
    """A multiple."""
    return Linear().plus(flow, factor)
