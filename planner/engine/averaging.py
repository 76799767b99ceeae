"""Averaging: the days of a part sorted into kinds, and one mean day for each kind.

For the days d of a kind and a row Σ_j a[j,d]·x[j,d] ≤ b[d] of one hour of theirs, the mean x̄[j] = Σ_d x[j,d]/n of any operation
satisfies

    Σ_j a[j]·x̄[j] ≤ mean b                        where the coefficients are the same on all days
    Σ_j (min_d a[j,d])·x̄[j] ≤ mean b              where they differ, for x ≥ 0; with max_d where the row is ≥

An equation with a coefficient that differs becomes the two inequalities. Sizes and loads of the plan are the same on all days, so
their coefficients are averaged. A quantity Σ_d ρ[d]·x[d] lies between n·(min ρ)·x̄ and n·(max ρ)·x̄; a block takes the end that
costs less. So whatever the site does in truth, its mean day is feasible here and costs no more: at every size the averaged block
costs no more than the block of the true days.

It would not be so if a mean coefficient were used. Heat 1 and 0 on two days with COP 4 and 2 costs 1/4 in all, a mean of 0.125; the
mean day with its heat of 1/2 at the mean COP of 3 costs 0.167.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from planner.engine.matrix import Float, Int
from planner.engine.parts import Part

SAME = 1e-12  # relative spread up to which a coefficient is the same on all days


@dataclass
class Draft:
    """A block under construction. The ports stand first among the columns, then what else is the same in all steps."""

    ports: int
    standing: int  # ports and the rest that belongs to no step
    lower: Float
    upper: Float
    rows: csr_array
    row_lower: Float
    row_upper: Float
    least: csr_array  # (quantities, columns)
    most: csr_array
    slack_hours: Float  # (columns,) hours of the year that a unit counts, of slack

    def add_columns(self, count: int, upper: float, slack_hours: float = 0.0) -> Int:
        """Columns from zero to `upper`; returns their places."""
        first = self.rows.shape[1]
        self.lower, self.upper = np.append(self.lower, np.zeros(count)), np.append(self.upper, np.full(count, upper))
        self.slack_hours = np.append(self.slack_hours, np.full(count, slack_hours))
        self.rows, self.least, self.most = (widened(m, first + count) for m in (self.rows, self.least, self.most))
        return np.arange(first, first + count)

    def add_row(self, columns: Sequence[int], values: Sequence[float], lower: float, upper: float) -> None:
        """lower ≤ Σ values·columns ≤ upper."""
        places = ([0] * len(columns), list(columns))
        self.rows = stack(self.rows, csr_array((list(values), places), shape=(1, self.rows.shape[1])))
        self.row_lower, self.row_upper = np.append(self.row_lower, lower), np.append(self.row_upper, upper)


def widened(matrix: csr_array, columns: int) -> csr_array:
    """The matrix with more columns, all zero."""
    return csr_array((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], columns))


def stack(above: csr_array, below: csr_array) -> csr_array:
    """Two matrices of the same width, one above the other."""
    return csr_array(
        (
            np.concatenate([above.data, below.data]),
            np.concatenate([above.indices, below.indices]),
            np.concatenate([above.indptr, above.indptr[-1] + below.indptr[1:]]),
        ),
        shape=(above.shape[0] + below.shape[0], above.shape[1]),
    )


def averaged(
    draft: Draft, part: Part, by_step: list[Int], by_day: list[Int], step_rows: list[Int], day_rows: list[Int]
) -> tuple[Draft, Callable[[Int], Int]]:
    """The draft with one mean day for each kind of day, and where its columns went.

    `by_step` and `step_rows` are columns and rows (1, steps) of the part, `by_day` and `day_rows` are (1, days).
    """
    assert part.kinds is not None
    per_day = len(part.steps) // len(part.kinds)
    step_kind = np.repeat(part.kinds, per_day) * per_day + np.tile(np.arange(per_day), len(part.kinds))
    columns = _merged(draft.rows.shape[1], draft.standing, step_kind, part.kinds, by_step, by_day)
    rows = _merged(draft.rows.shape[0], 0, step_kind, part.kinds, step_rows, day_rows)
    times = np.bincount(columns).astype(float)  # days that each mean column stands for

    def mean(values: Float, into: Int) -> Float:
        total: Float = np.bincount(into, values) / np.bincount(into)
        return total

    low, high, differs = _rows(draft, columns, rows)
    lower, upper = mean(draft.row_lower, rows), mean(draft.row_upper, rows)
    below, above = differs & np.isfinite(lower), differs & np.isfinite(upper)
    same = ~differs
    if np.any(draft.lower[draft.ports :] < 0) and differs.any():
        raise ValueError("a column that may be negative has no averaged block")
    least, most = (_rates(m, columns, times, pick) for m, pick in ((draft.least, np.minimum), (draft.most, np.maximum)))
    fresh = Draft(
        draft.ports,
        draft.standing,
        mean(draft.lower, columns),
        mean(draft.upper, columns),
        stack(stack(low[same], high[below]), low[above]),
        np.concatenate([lower[same], lower[below], np.full(int(above.sum()), -np.inf)]),
        np.concatenate([upper[same], np.full(int(below.sum()), np.inf), upper[above]]),
        least,
        most,
        np.bincount(columns, draft.slack_hours).astype(float),
    )

    def moved(old: Int) -> Int:
        new = columns[old.ravel()]
        kept: Int = np.unique(new)
        return kept

    return fresh, moved


def _merged(count: int, first: int, step_kind: Int, day_kind: Int, by_step: list[Int], by_day: list[Int]) -> Int:
    """(count,) new place of each column or row: the ones before `first` stay, families merge by kind, in order."""
    into = np.full(count, -1)
    into[:first] = np.arange(first)
    place = first
    for families, kind in ((by_step, step_kind), (by_day, day_kind)):
        for family in families:
            into[family.ravel()] = place + kind
            place += int(kind.max()) + 1
    if (into < 0).any():
        raise ValueError("a column or row of the block belongs to no step and no day")
    return into


def _grouped(row: Int, column: Int, value: Float, width: int) -> tuple[Int, Int, Float, Float, Float, Int]:
    """Entries merged by place: (rows, columns, least, most, sum, count)."""
    key = row * width + column
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    start = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    count = np.diff(np.append(start, len(key)))
    least, most, total = (f.reduceat(value, start) for f in (np.minimum, np.maximum, np.add))
    return key[start] // width, key[start] % width, least, most, total, count


def _rows(draft: Draft, columns: Int, rows: Int) -> tuple[csr_array, csr_array, np.ndarray]:
    """Rows with the least and with the greatest coefficients of their days, and which rows have any that differ."""
    width, height = int(columns.max()) + 1, int(rows.max()) + 1
    entries = coo_array(draft.rows)
    row, column, least, most, total, count = _grouped(rows[entries.row], columns[entries.col], entries.data, width)
    members = np.bincount(rows)[row]
    least, most = (np.where(count < members, f(q, 0.0), q) for f, q in ((np.minimum, least), (np.maximum, most)))
    standing = column < draft.standing
    least, most = (np.where(standing, total / members, q) for q in (least, most))
    spread = most - least > SAME * np.maximum(np.abs(most), np.abs(least))
    differs = np.zeros(height, dtype=bool)
    differs[row[spread]] = True
    low, high = (csr_array((q, (row, column)), shape=(height, width)) for q in (least, most))
    return low, high, differs


def _rates(rates: csr_array, columns: Int, times: Float, pick: np.ufunc) -> csr_array:
    """Quantities per unit of the mean columns: the least or the greatest rate of the days, times their number."""
    entries = coo_array(rates)
    width = len(times)
    row, column, least, most, _, count = _grouped(
        entries.row.astype(np.int64), columns[entries.col], entries.data, width
    )
    value = least if pick is np.minimum else most
    value = np.where(count < times[column], pick(value, 0.0), value)
    return csr_array((value * times[column], (row, column)), shape=(rates.shape[0], width))
