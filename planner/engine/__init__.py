"""The engine: press, bridge and solve. The only package that names the solver.

`solve(problem, Options(...)) -> Plan`; a `Pool` lets several solves share blocks and cuts; `explain` says by how much an
infeasible target is missed and one way back.
`interrupted` is the flag that a signal handler sets to stop with the plan in hand.
"""

from __future__ import annotations

from planner.engine.bridge import Options, SolverError, interrupted
from planner.engine.elastic import Explanation, Slack, explain
from planner.engine.monolith import solve, solve_pinned
from planner.engine.pool import Pool

__all__ = ["Explanation", "Options", "Pool", "Slack", "SolverError", "explain", "interrupted", "solve", "solve_pinned"]
