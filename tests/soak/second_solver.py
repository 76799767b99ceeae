"""SCIP on the matrix that the planner gives to its own solver."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import numpy as np

from planner.engine.matrix import Matrix

SCIP = find_spec("pyscipopt") is not None


def load() -> None:
    """Loads SCIP where it is installed."""
    if SCIP:
        import_module("pyscipopt")


def least(matrix: Matrix, time_limit_s: float) -> tuple[str, float, float]:
    """Status, least objective and its bound, by SCIP."""
    from pyscipopt import Model, quicksum

    model = Model()
    model.hideOutput()
    model.setParam("limits/time", time_limit_s)
    model.setParam("limits/gap", 1e-7)
    kinds = np.where(matrix.integer, "I", "C")
    infinity = model.infinity()

    def bound(number: float) -> float | None:
        return None if abs(number) >= min(infinity, 1e20) else float(number)

    columns = [
        model.addVar(vtype=str(kind), lb=bound(low), ub=bound(high), obj=float(cost))
        for kind, low, high, cost in zip(kinds, matrix.lower, matrix.upper, matrix.cost, strict=True)
    ]
    rows = matrix.rows
    for n in range(rows.shape[0]):
        at = slice(rows.indptr[n], rows.indptr[n + 1])
        if not rows.data[at].any():
            continue  # no column is left in it
        terms = quicksum(float(q) * columns[c] for c, q in zip(rows.indices[at], rows.data[at], strict=True))
        low, high = bound(matrix.row_lower[n]), bound(matrix.row_upper[n])
        if low is not None and high is not None and low == high:
            model.addCons(terms == low)
            continue
        if low is not None:
            model.addCons(terms >= low)
        if high is not None:
            model.addCons(terms <= high)
    model.optimize()
    status = str(model.getStatus())
    found = float(model.getObjVal()) + matrix.offset if model.getNSols() else np.inf
    limit = float(model.getDualbound()) + matrix.offset
    return status, found, limit
