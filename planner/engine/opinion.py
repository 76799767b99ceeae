"""A second opinion on "optimal": the solver has called wrong optima optimal (HiGHS 1.15.1, presolve on, 4 of 3,700 small models).

An LP is believed by its own certificate, recomputed here from the primal and dual values:

    bound = Σ_rows (π⁺·lower − π⁻·upper) + Σ_columns (d⁺·lower − d⁻·upper),   d = c − Aᵀπ

A mixed-integer model is solved once more on another path (no presolve, another seed), whole where the first run was quick, else for a
tenth of its time. Where the two differ, the better plan is kept and a third path decides: the bound is the least of those that
do not contradict the plan.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from planner.engine.bridge import COST_SCALE, Float, Options, Outcome, SolverError, interrupted, run, scaled
from planner.engine.matrix import Matrix, dot

QUICK_S = 0.5  # of a first run, up to which the second may take as long as it needs
QUICK_PATIENCE_S = 5.0
SHARE = 0.1  # of a longer first run's time
AGREED = 1e-6  # relative, of two optima that are the same, or of a bound and its plan
UNPRICED = 1e-7  # reduced cost that the solver takes for zero, where a column has no bound


def sure(matrix: Matrix, options: Options, outcome: Outcome, deadline: float) -> Outcome:
    """What is to be believed of a run that called its answer optimal."""
    if outcome.status != "optimal" or outcome.x is None or interrupted.is_set():
        return outcome
    if not matrix.integer.any():
        return _certified(matrix, options, outcome, deadline)
    begun, took = time.monotonic(), outcome.seconds.get("run", 0.0)
    patience = QUICK_PATIENCE_S if took <= QUICK_S else SHARE * took
    other = _again(matrix, options, 1, min(deadline, begun + patience))
    if not _better(other, outcome, options):
        return _told(outcome, begun)
    third = _again(matrix, options, 2, deadline)
    best = min((other, third), key=lambda one: one.objective)
    bounds = [one.lower_bound for one in (other, third) if one.lower_bound <= best.objective]
    bound = min([best.objective, *bounds])
    within = best.objective - bound <= max(options.gap, AGREED) * max(abs(best.objective), 1e-9)
    status = "optimal" if within and third.status == "optimal" else "feasible"
    return _told(replace(best, status=status, lower_bound=bound, seconds=outcome.seconds), begun)


def _again(matrix: Matrix, options: Options, path: int, deadline: float) -> Outcome:
    """A run without presolve from another seed; nothing where it fails."""
    try:
        return run(matrix, replace(options, seed=options.seed + path), presolve=False, deadline=deadline)
    except SolverError:
        return Outcome("none", "", np.inf, -np.inf, None)


def _better(other: Outcome, outcome: Outcome, options: Options) -> bool:
    """Whether another run has a plan below what the first called the least."""
    apart = max(AGREED, 0.01 * options.gap) * max(abs(outcome.objective), 1e-9)
    return other.x is not None and other.objective < outcome.lower_bound - apart


def _told(outcome: Outcome, begun: float) -> Outcome:
    return replace(outcome, seconds={**outcome.seconds, "second_opinion": time.monotonic() - begun})


def _certified(matrix: Matrix, options: Options, outcome: Outcome, deadline: float) -> Outcome:
    """An LP with the bound that its own duals prove; solved again on another path where they prove too little."""
    begun = time.monotonic()
    bound, tolerance = proven(matrix, outcome), max(AGREED, 0.1 * options.gap) * max(abs(outcome.objective), 1e-9)
    if bound < outcome.objective - tolerance:
        try:
            other = run(scaled(matrix), options, presolve=False, deadline=deadline)
        except SolverError:
            other = Outcome("none", "", np.inf, -np.inf, None)
        if other.status == "optimal" and other.x is not None and other.dual is not None:
            cost = other.objective / COST_SCALE
            outcome = replace(other, objective=cost, dual=other.dual / COST_SCALE, seconds=outcome.seconds)
            bound = proven(matrix, outcome)
    enough = bound >= outcome.objective - tolerance
    return _told(replace(outcome, lower_bound=outcome.objective if enough else bound), begun)


def proven(matrix: Matrix, outcome: Outcome) -> float:
    """The bound that the duals of an LP prove, whatever the solver says of them."""
    assert outcome.dual is not None
    dual = np.where(np.isfinite(matrix.row_lower), outcome.dual, np.minimum(outcome.dual, 0.0))
    dual = np.where(np.isfinite(matrix.row_upper), dual, np.maximum(dual, 0.0))
    reduced = matrix.cost - matrix.rows.T @ dual
    lower, upper = (_at_zero(reduced, limit) for limit in (matrix.lower, matrix.upper))
    rows = dot(np.where(dual > 0, _finite(matrix.row_lower), _finite(matrix.row_upper)), dual)
    columns = np.where(reduced > 0, reduced * _finite(lower), reduced * _finite(upper))
    if (np.isinf(lower) & (reduced > 0)).any() or (np.isinf(upper) & (reduced < 0)).any():
        return -np.inf
    return float(rows + columns.sum() + matrix.offset)


def _at_zero(reduced: Float, limit: Float) -> Float:
    """The limits of columns; zero where a column without one has a reduced cost that is none."""
    return np.where(np.isinf(limit) & (np.abs(reduced) <= UNPRICED), 0.0, limit)


def _finite(limit: Float) -> Float:
    return np.where(np.isfinite(limit), limit, 0.0)
