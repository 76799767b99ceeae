"""Findings of `verify`: a limit, what was found, and by how much it is missed.

A value passes within `tolerance`, given in the unit of the row:

    per step            1e-5 MW or MWh, or 1e-6 of the limit if larger (the solver's feasibility is 1e-7 on scaled rows)
    per year            1e-6 of the scale of the row, at least what the step tolerance adds up to over the year
    whole numbers       1e-5
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

STEP_TOLERANCE = 1e-5  # MW or MWh in one step
RELATIVE_TOLERANCE = 1e-6
WHOLE_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Violation:
    """A row that does not hold: by `amount` in `unit`, at worst in `year` and `step`, in `rows` years or steps."""

    rule: str
    item: str
    year: int | None
    step: int | None
    amount: float
    unit: str
    rows: int = 1

    def __str__(self) -> str:
        place = "" if self.year is None else f" in {self.year}"
        place += "" if self.step is None else f", step {self.step}"
        more = f" (and {self.rows - 1} more)" if self.rows > 1 else ""
        return f"{self.rule}: {self.item}{place}: off by {self.amount:.6g} {self.unit}{more}"


@dataclass
class Findings:
    """Collects violations, and counts the rows that were looked at, by rule."""

    years: tuple[int, ...]
    violations: list[Violation] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)

    def at_most(
        self, rule: str, item: str, value: ArrayLike, limit: ArrayLike, *, unit: str, tolerance: ArrayLike = 0.0
    ) -> None:
        """value <= limit for a scalar, (Y,) or (Y, T); NaN limits are no limits, NaN values fail."""
        value, limit = np.broadcast_arrays(np.asarray(value, float), np.asarray(limit, float))
        given = ~np.isnan(limit)
        over = np.where(given, value - np.where(given, limit, 0.0), -np.inf)
        allowed = np.maximum(tolerance, RELATIVE_TOLERANCE * np.where(np.isfinite(limit), np.abs(limit), 0.0))
        self._note(rule, item, over, over <= allowed, unit, int(given.sum()))

    def equal(
        self, rule: str, item: str, value: ArrayLike, wanted: ArrayLike, *, unit: str, tolerance: ArrayLike = 0.0
    ) -> None:
        """value == wanted for a scalar, (Y,) or (Y, T)."""
        value, wanted = np.broadcast_arrays(np.asarray(value, float), np.asarray(wanted, float))
        off = np.abs(value - wanted)
        self._note(rule, item, off, off <= np.maximum(tolerance, RELATIVE_TOLERANCE * np.abs(wanted)), unit, off.size)

    def whole(self, rule: str, item: str, value: ArrayLike, *, unit: str) -> None:
        """value is a whole number."""
        value = np.asarray(value, float)
        off = np.abs(value - np.round(value))
        self._note(rule, item, off, off <= WHOLE_TOLERANCE, unit, off.size)

    def fail(self, rule: str, item: str, year: int | None, amount: float, unit: str) -> None:
        """Note a violation that is found by other means."""
        self.checked[rule] = self.checked.get(rule, 0) + 1
        self.violations.append(Violation(rule, item, year, None, amount, unit))

    def _note(self, rule: str, item: str, off: np.ndarray, passes: np.ndarray, unit: str, rows: int) -> None:
        self.checked[rule] = self.checked.get(rule, 0) + rows
        if passes.all():
            return
        off = np.where(passes, -np.inf, np.where(np.isnan(off), np.inf, off))
        worst = np.unravel_index(int(np.argmax(off)), off.shape)
        year = self.years[worst[0]] if off.ndim else None
        step = int(worst[1]) if off.ndim == 2 else None
        self.violations.append(Violation(rule, item, year, step, float(off[worst]), unit, int((~passes).sum())))
