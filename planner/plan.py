"""The answer as plain tables: what was decided and how the site is operated, before any accounting.

`decisions[name][index]` holds every yearly variable of the model under its own name, for example
`decisions["converters.build_mw"]["pv_roof", 2027]`. `operation[name][item]` holds a `(Y, T)` array per item, for example
`operation["markets.import_mw"]["grid"]`. The accountant reads nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Index = tuple[str | int, ...]
Decisions = Mapping[str, Mapping[Index, float]]  # variable -> index -> value


@dataclass(frozen=True)
class SolverFacts:
    """What the bridge established about a solve. Money in millions, penalties included in `objective`."""

    status: str  # optimal, feasible, infeasible, none
    termination: str  # why the solver stopped, in words
    objective: float
    lower_bound: float
    gap: float  # relative to |objective|
    timings_s: Mapping[str, float] = field(default_factory=dict)
    size: Mapping[str, int] = field(default_factory=dict)  # rows, columns, nonzeros, binaries
    own_limits: Mapping[str, float] = field(
        default_factory=dict
    )  # bounds where the problem has none, by key: none decides


@dataclass(frozen=True)
class Plan:
    """Decisions by year and operation by step, as the solver left them."""

    decisions: Decisions
    operation: Mapping[str, Mapping[str, NDArray[np.float64]]]
    facts: SolverFacts

    def decision(self, name: str, *index: str | int) -> float:
        """Value of one decision; 0 where the model has no such variable."""
        return self.decisions.get(name, {}).get(tuple(index), 0.0)
