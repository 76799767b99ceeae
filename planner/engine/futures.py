"""Several futures of one plan as one model: their matrices side by side, joined by what must be decided before they part.

    min Σ_s weight[s]·cost[s]
    decision[s] = decision[0]        for every decision that is shared        shared_decision
    Σ_s weight[s]·given_up[s] ≤ 1 − hold_probability                          held_with_probability
    star[s] ≥ 1 − given_up[s]        for every star that is required          target_reached_unless_given_up

Each future is pressed by itself; only rows are added here, so the mathematics of a plan stays where it is. Solved in one
piece: meant for few steps or few futures.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import block_diag, coo_array, csr_array, hstack, vstack

from models.problem import Problem, not_firm
from planner.engine.bridge import Float, Options
from planner.engine.matrix import Int, Key, Matrix, Pressed
from planner.engine.monolith import solve_matrix, tables
from planner.engine.own_limits import OwnLimits, reached
from planner.engine.press import Template, compile_template, press_template
from planner.engine.stated import with_stated
from planner.plan import Plan, SolverFacts

TARGETS = ("rating.target_reached", "durable_rating.target_reached")


def solve_futures(
    problems: Sequence[Problem],
    weights: Sequence[float],
    shared: Collection[tuple[str, Key]],
    options: Options,
    hold_probability: float = 1.0,
) -> tuple[list[Plan], SolverFacts]:
    """One plan per future, alike in the shared (table, index), at least expected cost; none where there is no plan.

    `weights` sum to one. With a hold probability below one, futures of at most the rest of the weight may give their stars up.
    """
    own, deadline = OwnLimits(), time.monotonic() + options.time_limit_s
    while True:
        bounded, limits = zip(*map(own.finite, problems), strict=True)
        left = replace(options, time_limit_s=max(1.0, deadline - time.monotonic()))
        plans, facts = _solved(bounded, weights, shared, left, hold_probability)
        near = {
            limit for one, of, plan in zip(bounded, limits, plans, strict=False) for limit in reached(one, of, plan)
        }
        if not near or time.monotonic() > deadline:
            return plans, facts
        own.widen(sorted(near))


def _solved(
    problems: Sequence[Problem],
    weights: Sequence[float],
    shared: Collection[tuple[str, Key]],
    options: Options,
    hold_probability: float,
) -> tuple[list[Plan], SolverFacts]:
    begun = time.monotonic()
    templates = [compile_template(one if hold_probability == 1.0 else not_firm(one)) for one in problems]
    pressed = [press_template(template) for template in templates]
    matrix = side_by_side([one.matrix for one in pressed], weights)
    offsets = np.cumsum([0, *(one.matrix.rows.shape[1] for one in pressed)])
    matrix = _with_rows(matrix, _shared_rows(pressed, offsets, shared, matrix.rows.shape[1]))
    if hold_probability < 1.0:
        matrix = _with_given_up(matrix, pressed, weights, hold_probability)
    outcome = solve_matrix(Pressed(matrix, {}, {}, {}), options, begun + options.time_limit_s)
    facts = SolverFacts(
        outcome.status,
        outcome.termination,
        outcome.objective,
        outcome.lower_bound,
        outcome.gap,
        {"total": time.monotonic() - begun},
        {"rows": matrix.rows.shape[0], "columns": matrix.rows.shape[1], "integers": int(matrix.integer.sum())},
    )
    if outcome.x is None:
        return [], facts
    parts = np.split(outcome.x, offsets[1:])
    return [_plan(*future, facts) for future in zip(templates, pressed, parts, strict=False)], facts


def _plan(template: Template, pressed: Pressed, x: Float, facts: SolverFacts) -> Plan:
    matrix = pressed.matrix
    cost = float(matrix.cost @ x) + matrix.offset
    own = replace(facts, objective=cost, lower_bound=-np.inf, gap=np.inf)  # what is proven is proven of all together
    decisions, operation = tables(pressed, x)
    return Plan(with_stated(template.plan, decisions), operation, own)


def side_by_side(matrices: Sequence[Matrix], weights: Sequence[float]) -> Matrix:
    """The matrices on the diagonal, each cost times its weight."""
    pairs = list(zip(matrices, weights, strict=True))
    return Matrix(
        np.concatenate([weight * one.cost for one, weight in pairs]),
        float(sum(weight * one.offset for one, weight in pairs)),
        np.concatenate([one.lower for one in matrices]),
        np.concatenate([one.upper for one in matrices]),
        np.concatenate([one.integer for one in matrices]),
        csr_array(block_diag([one.rows for one in matrices], format="csr")),
        np.concatenate([one.row_lower for one in matrices]),
        np.concatenate([one.row_upper for one in matrices]),
    )


def _shared_rows(
    pressed: Sequence[Pressed], offsets: Int, shared: Collection[tuple[str, Key]], width: int
) -> csr_array:
    """decision[s] − decision[0] = 0, one row for each shared decision of each future but the first."""
    pairs = [
        (one.plan_columns[table][index] + start, pressed[0].plan_columns[table][index])
        for one, start in zip(pressed[1:], offsets[1:], strict=False)
        for table, index in shared
        if index in one.plan_columns.get(table, {}) and index in pressed[0].plan_columns.get(table, {})
    ]
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    rows = np.repeat(np.arange(len(pairs)), 2)
    signs = np.tile([1.0, -1.0], len(pairs))
    return csr_array(coo_array((signs, (rows, columns.ravel())), shape=(len(pairs), width)))


def _with_rows(matrix: Matrix, rows: csr_array) -> Matrix:
    """The matrix with more rows that must come to zero."""
    zero = np.zeros(rows.shape[0])
    return replace(
        matrix,
        rows=csr_array(vstack([matrix.rows, rows], format="csr")),
        row_lower=np.concatenate([matrix.row_lower, zero]),
        row_upper=np.concatenate([matrix.row_upper, zero]),
    )


def _with_given_up(
    matrix: Matrix, pressed: Sequence[Pressed], weights: Sequence[float], hold_probability: float
) -> Matrix:
    """One yes/no column per future: its stars are given up. Their weight stays within what need not be held."""
    count, height = len(pressed), matrix.rows.shape[0]
    rows, columns = [], []
    row_start = 0
    for s, one in enumerate(pressed):
        for name in TARGETS:
            of = [row_start + row for row in one.plan_rows.get(name, {}).values()]
            rows += of
            columns += [s] * len(of)
        row_start += one.matrix.rows.shape[0]
    given_up = csr_array(coo_array((np.ones(len(rows)), (rows, columns)), shape=(height, count)))
    limit = np.concatenate([np.zeros(matrix.rows.shape[1]), weights])[None, :]
    wide = csr_array(hstack([matrix.rows, given_up], format="csr"))
    return Matrix(
        np.concatenate([matrix.cost, np.zeros(count)]),
        matrix.offset,
        np.concatenate([matrix.lower, np.zeros(count)]),
        np.concatenate([matrix.upper, np.ones(count)]),
        np.concatenate([matrix.integer, np.ones(count, dtype=bool)]),
        csr_array(vstack([wide, csr_array(limit)], format="csr")),
        np.concatenate([matrix.row_lower, [-np.inf]]),
        np.concatenate([matrix.row_upper, [1.0 - hold_probability + 1e-9]]),
    )
