"""A problem in one piece with some of its yearly decisions given: what is pinned is no longer decided.

Meant for small models: one operating year, or a horizon of few steps.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from models.problem import Problem
from planner.engine.bridge import Options
from planner.engine.monolith import solve_matrix, tables
from planner.engine.press import Key, Pressed, press
from planner.plan import Plan, SolverFacts

Pins = Mapping[str, Mapping[Key, float]]  # component -> index -> value
NOISE = 1e-7  # a value below it was not decided: solver noise


def solve_pinned(problem: Problem, pins: Pins, options: Options) -> Plan:
    """Least-cost plan with the pinned decisions as they are. Raises KeyError for a decision that the model does not have."""
    begun = time.monotonic()
    pressed = pinned(press(problem), pins)
    outcome = solve_matrix(pressed, options, begun + options.time_limit_s)
    decisions, operation = ({}, {}) if outcome.x is None else tables(pressed, outcome.x)
    seconds = {**outcome.seconds, "total": time.monotonic() - begun}
    facts = SolverFacts(
        outcome.status, outcome.termination, outcome.objective, outcome.lower_bound, outcome.gap, seconds
    )
    return Plan(decisions, operation, facts)


def pinned(pressed: Pressed, pins: Pins) -> Pressed:
    """The matrix with the pinned columns fixed; noise is zero, yes/no decisions are whole."""
    matrix = pressed.matrix
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    for name, values in pins.items():
        for index, value in values.items():
            column = pressed.plan_columns[name][index]
            settled = 0.0 if abs(value) < NOISE else float(value)
            lower[column] = upper[column] = round(settled) if matrix.integer[column] else settled
    return replace(pressed, matrix=replace(matrix, lower=lower, upper=upper))
