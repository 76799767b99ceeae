"""Why a target is out of reach: slack on named limits, and one way back proven by solving with it.

Two elastic models of the same matrix. The first lets the *demands* on the plan slip (gates, score, floors, caps) and asks for
the least total miss. The second keeps them and lets the *means* grow (caps of credits and removals, contract volumes, sizes,
roof, yearly capex) and asks for the least relative growth; the plan is then solved again with exactly those limits raised.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array, hstack

from models.problem import Problem
from planner.engine.bridge import Float, Options, SolverError, run
from planner.engine.monolith import solve_matrix
from planner.engine.press import Key, Matrix, Pressed, press

DEMANDED = (
    "rating.gate_at_least",
    "rating.gate_at_most",
    "rating.score_reached",
    "rating.gate_item_met",
    "durable_rating.gate_at_least",
    "durable_rating.gate_at_most",
    "durable_rating.score_reached",
    "durability.own_reduction_above_floor",
    "durability.removal_share_on_path",
    "ledger.cap_by_year",
    "ledger.cap_in_total",
)
MEANS = (
    "instruments.quantity_within_cap",
    "converters.total_within_limit_mw",
    "stores.total_within_limit_mw",
    "stores.total_within_limit_mwh",
    "groups.group_within_limit",
    "finance.capex_within_limit",
)
LIFTED = (
    "converters.build_mw",
    "converters.working_mw",
    "stores.build_mw",
    "stores.working_mw",
    "stores.build_mwh",
    "stores.working_mwh",
    "contracts.sign_volume",
    "contracts.volume",
)
LIFT = 20.0  # how many times a means may grow before it is no longer a suggestion


@dataclass(frozen=True)
class Slack:
    """A named row of the plan that is missed, or must grow, by `amount` in its own units from `limit`."""

    row: str
    index: Key
    limit: float
    amount: float


@dataclass(frozen=True)
class Explanation:
    """What is missed at least, and the growth of means (empty if none suffices) with the proven cost of the plan then."""

    missed: tuple[Slack, ...]
    way: tuple[Slack, ...]
    way_objective: float  # [million], infinite without a way


def explain(problem: Problem, options: Options) -> Explanation:
    """Explains an infeasible problem. Raises SolverError if it turns out to be feasible after all."""
    pressed = press(problem)
    deadline = time.monotonic() + options.time_limit_s
    demanded = [(n, i, r) for n in DEMANDED for i, r in pressed.plan_rows.get(n, {}).items()]
    missed = _least_slack(pressed.matrix, demanded, options, deadline)
    if missed is not None and not missed:
        raise SolverError("the solver called a problem infeasible that has a plan")
    lifted, rows = _lift(pressed)
    way = _least_slack(lifted, rows, options, deadline)
    if not way:
        return Explanation(tuple(missed or ()), (), np.inf)
    raised = replace(lifted, row_upper=_raised(lifted, rows, way))
    outcome = solve_matrix(replace(pressed, matrix=raised), options, deadline)
    found = () if outcome.x is None else tuple(way)
    return Explanation(tuple(missed or ()), found, outcome.objective)


def _least_slack(
    matrix: Matrix, rows: list[tuple[str, Key, int]], options: Options, deadline: float
) -> list[Slack] | None:
    """Least sum of slack, each in shares of its limit; None where even that does not help."""
    if not rows:
        return None
    index = np.array([r for _, _, r in rows])
    below = np.isfinite(matrix.row_lower[index])
    limit = np.where(below, matrix.row_lower[index], matrix.row_upper[index])
    width, height = len(rows), matrix.rows.shape[0]
    scale = np.maximum(np.abs(limit), _row_scale(matrix, index))
    signs = np.where(below, 1.0, -1.0) * scale
    slack = csr_array(coo_array((signs, (index, np.arange(width))), shape=(height, width)))
    elastic = Matrix(
        np.concatenate([np.zeros_like(matrix.cost), np.ones(width)]),
        0.0,
        np.concatenate([matrix.lower, np.zeros(width)]),
        np.concatenate([matrix.upper, np.full(width, np.inf)]),
        np.concatenate([matrix.integer, np.zeros(width, dtype=bool)]),
        csr_array(hstack([matrix.rows, slack], format="csr")),
        matrix.row_lower,
        matrix.row_upper,
    )
    outcome = run(elastic, replace(options, gap=0.01), deadline=deadline)
    if outcome.x is None:
        return None
    amount: Float = outcome.x[-width:] * scale
    return [
        Slack(name, key, float(q), float(a))
        for (name, key, _), q, a, s in zip(rows, limit, amount, outcome.x[-width:], strict=True)
        if s > 1e-6
    ]


def _row_scale(matrix: Matrix, index: np.ndarray) -> Float:
    """Size of a row without a limit of its own: its largest coefficient, at least one."""
    data, start = matrix.rows.data, matrix.rows.indptr
    largest: list[float] = [float(np.abs(data[start[r] : start[r + 1]]).max()) for r in index]
    return np.array([max(1.0, q) for q in largest])


def _lift(pressed: Pressed) -> tuple[Matrix, list[tuple[str, Key, int]]]:
    """The model in which sizes and volumes may grow beyond their bounds, and the rows that then count the growth."""
    matrix = pressed.matrix
    upper = matrix.upper.copy()
    for name in LIFTED:
        columns = list(pressed.plan_columns.get(name, {}).values())
        upper[columns] *= LIFT
    rows = [(n, i, r) for n in MEANS for i, r in pressed.plan_rows.get(n, {}).items()]
    volumes = pressed.plan_columns.get("contracts.volume", {})
    first = matrix.rows.shape[0]
    extra = csr_array(
        coo_array(
            (np.ones(len(volumes)), (np.arange(len(volumes)), list(volumes.values()))),
            shape=(len(volumes), matrix.rows.shape[1]),
        )
    )
    limits = matrix.upper[list(volumes.values())]
    rows += [("contracts.volume", i, first + n) for n, i in enumerate(volumes)]
    stacked = csr_array(
        (
            np.concatenate([matrix.rows.data, extra.data]),
            np.concatenate([matrix.rows.indices, extra.indices]),
            np.concatenate([matrix.rows.indptr, matrix.rows.indptr[-1] + extra.indptr[1:]]),
        ),
        shape=(first + len(volumes), matrix.rows.shape[1]),
    )
    lifted = replace(
        matrix,
        upper=upper,
        rows=stacked,
        row_lower=np.concatenate([matrix.row_lower, np.full(len(volumes), -np.inf)]),
        row_upper=np.concatenate([matrix.row_upper, limits]),
    )
    return lifted, rows


def _raised(matrix: Matrix, rows: list[tuple[str, Key, int]], way: list[Slack]) -> Float:
    """Upper limits of the rows with the growth of the way, and a hair more for the solver's tolerance."""
    of = {(name, key): r for name, key, r in rows}
    upper = matrix.row_upper.copy()
    for s in way:
        upper[of[s.row, s.index]] += s.amount * (1 + 1e-6) + 1e-6
    return upper
