"""The engine: press, bridge and solve. The only package that names the solver.

`solve(problem, Options(...)) -> Plan`; a `Pool` lets several solves share blocks and cuts; `explain` says by how much an
infeasible target is missed, `growths` which limits would have to grow for it.
`interrupted` is the flag that a signal handler sets to stop with the plan in hand.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.engine.bridge import Options, Report, SolverError, interrupted
    from planner.engine.elastic import Explanation, Slack, explain, growths
    from planner.engine.monolith import solve
    from planner.engine.own_limits import UnlimitedProfit
    from planner.engine.pool import Pool, Start

HOMES = {
    "bridge": ("Options", "Report", "SolverError", "interrupted"),
    "elastic": ("Explanation", "Slack", "explain", "growths"),
    "monolith": ("solve",),
    "own_limits": ("UnlimitedProfit",),
    "pool": ("Pool", "Start"),
}
__all__ = [
    "Explanation",
    "Options",
    "Pool",
    "Report",
    "Slack",
    "SolverError",
    "Start",
    "UnlimitedProfit",
    "explain",
    "growths",
    "interrupted",
    "solve",
]


def __getattr__(name: str) -> Any:
    """A name from its home, loaded when it is first asked for: a worker needs no model, a command no solver."""
    home = next((home for home, names in HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
