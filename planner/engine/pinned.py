"""A problem in one piece with some of its yearly decisions given: what is pinned is no longer decided.

Meant for small models: one operating year, or a horizon of few steps.
"""

from __future__ import annotations

import time

from models.problem import Problem
from planner.engine.bridge import Options
from planner.engine.monolith import solve_matrix, tables
from planner.engine.pins import Pins, pinned
from planner.engine.press import press
from planner.plan import Plan, SolverFacts


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
