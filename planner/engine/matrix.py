"""What the press makes and the solver takes: matrices as arrays, with the names of their columns and rows.

Nothing here knows Pyomo, so that a worker that only solves does not load it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Key = tuple[str | int, ...]
Columns = dict[str, dict[Key, int]]  # component -> index -> column

NOTHING = 1e-9  # a coefficient up to it is none: HiGHS drops it without a word


def dot(a: Float, b: Float) -> float:
    """Σ a·b, added up in one order on every processor; BLAS, behind `a @ b`, chooses its own, and another last digit.

    One such digit is enough for simplex to end at another of several best corners, and for a solve at another plan.
    """
    return float(np.einsum("i,i->", a, b))


@dataclass(frozen=True)
class Matrix:
    """A mixed-integer linear model as arrays: min cost·x + offset, row_lower ≤ A·x ≤ row_upper, lower ≤ x ≤ upper.

    Coefficients that are nothing leave here, before anything counts or cuts.
    """

    cost: Float
    offset: float
    lower: Float
    upper: Float
    integer: NDArray[np.bool_]
    rows: csr_array
    row_lower: Float
    row_upper: Float

    def __post_init__(self) -> None:
        nothing = np.abs(self.rows.data) <= NOTHING
        if nothing.any():
            rows = self.rows.copy()
            rows.data[nothing] = 0.0
            rows.eliminate_zeros()
            object.__setattr__(self, "rows", rows)


@dataclass(frozen=True)
class Pressed:
    """A matrix with the names of its columns and rows."""

    matrix: Matrix
    plan_columns: Columns
    step_columns: dict[str, dict[str, Int]]  # component -> item -> (Y, T) columns
    plan_rows: Columns  # constraint -> index -> row
