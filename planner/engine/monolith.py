"""One model, one solve: presses a problem, runs it, and turns the columns back into a plan.

After a mixed-integer run the binaries are rounded and fixed and the rest is solved again; the plan is that second answer.
A point that does not survive the fixing, or costs more by it than the gap allows, is not an answer.
"""

from __future__ import annotations

import time

import numpy as np

from models.problem import Problem
from planner.engine.bridge import Float, Options, Outcome, SolverError, fixed, interrupted, run
from planner.engine.press import Pressed, press
from planner.plan import Plan, SolverFacts

FIXING_TOLERANCE = 1e-4  # relative cost that rounding the binaries may move before the answer is refused


def solve(problem: Problem, options: Options | None = None) -> Plan:
    """Least-cost plan of a problem with its proven bound. Raises SolverError where the solver cannot be believed."""
    options = options or Options()
    begun = time.monotonic()
    pressed = press(problem)
    built = time.monotonic()
    outcome = solve_matrix(pressed, options, begun + options.time_limit_s)
    seconds = {"build": built - begun, **outcome.seconds, "total": time.monotonic() - begun}
    matrix = pressed.matrix
    size = {
        "rows": matrix.rows.shape[0],
        "columns": matrix.rows.shape[1],
        "nonzeros": int(matrix.rows.nnz),
        "integers": int(matrix.integer.sum()),
    }
    facts = SolverFacts(
        outcome.status, outcome.termination, outcome.objective, outcome.lower_bound, outcome.gap, seconds, size
    )
    if outcome.x is None:
        return Plan({}, {}, facts)
    return Plan(*tables(pressed, outcome.x), facts)


def solve_matrix(pressed: Pressed, options: Options, deadline: float) -> Outcome:
    """Runs the pressed model and confirms what the solver says of it."""
    matrix = pressed.matrix
    outcome = run(matrix, options, deadline=deadline)
    if outcome.status == "infeasible":
        again = run(matrix, options, presolve=False, deadline=deadline)
        if again.status != "infeasible":
            outcome = again
    if outcome.status == "unbounded":
        raise SolverError("the model is unbounded: some price pays for itself without limit")
    if outcome.x is None or not matrix.integer.any():
        return outcome
    return settle(pressed, options, outcome)


def settle(pressed: Pressed, options: Options, outcome: Outcome) -> Outcome:
    """The plan at the rounded binaries: what is reported is what a real decision would cost."""
    assert outcome.x is not None
    polished = run(fixed(pressed.matrix, outcome.x), options, deadline=time.monotonic() + options.time_limit_s)
    if polished.x is None:
        if interrupted.is_set():
            return outcome
        raise SolverError(f"the plan does not survive rounding its yes/no decisions: {polished.termination}")
    rise = polished.objective - outcome.objective
    if rise > max(options.gap, FIXING_TOLERANCE) * max(abs(outcome.objective), 1.0):
        raise SolverError(f"rounding the yes/no decisions raises the cost by {rise:.4g} million")
    x = polished.x.copy()
    x[pressed.matrix.integer] = np.rint(outcome.x[pressed.matrix.integer])
    seconds = {**outcome.seconds, "polish": sum(polished.seconds.values())}
    bound = min(outcome.lower_bound, polished.objective)
    status = "optimal" if outcome.status == "optimal" else "feasible"
    return Outcome(status, outcome.termination, polished.objective, bound, x, seconds)


def tables(pressed: Pressed, x: Float) -> tuple[dict, dict]:  # type: ignore[type-arg]
    """Columns by name: yearly decisions and (Y, T) operation."""
    decisions = {
        name: {index: float(x[column]) for index, column in columns.items()}
        for name, columns in pressed.plan_columns.items()
    }
    operation = {
        name: {item: x[columns] for item, columns in items.items()} for name, items in pressed.step_columns.items()
    }
    return decisions, operation
