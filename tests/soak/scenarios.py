"""Hazard: a wrong optimum. Each random scenario is planned, and solved again by SCIP and by the second model."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from planner.engine.one_way import pairs, with_one_way
from planner.engine.own_limits import WIDER, OwnLimits
from planner.engine.press import press
from planner.results.archive import unpack
from planner.results.folder import read_results
from tests.soak import second_solver
from tests.soak.draws import drawn, rated
from tests.soak.linear import NotSolved
from tests.soak.planned import SOLVED, Solved, solved
from tests.soak.small_model import least_cost
from tests.soak.trial import Outcome

HAZARD = 0
RATED_EVERY = 4  # scenarios: one with a rating, for SCIP alone
CLOSE = 2e-6  # relative: the gap asked for, and tolerances of two solvers
LEAST_MONEY = 1e3  # below which money is compared as if it were this [currency]
SCIP_S = 20.0
INFEASIBLE = 3


def trial(seed: int, number: int, folder: Path) -> Outcome:
    """One scenario against both second opinions."""
    random = np.random.default_rng([seed, HAZARD, number])
    draft = rated(random) if number % RATED_EVERY == RATED_EVERY - 1 else drawn(random)
    plan = solved(draft.write(folder), folder / "results")
    counts = {_kind(plan): 1}
    wrong = [f"says what no user should read: {plan.internal}"] if plan.internal else []
    if plan.code not in (*SOLVED, INFEASIBLE):
        return Outcome(1, (*wrong, f"exit {plan.code}: {plan.said[-300:]}"), counts)
    try:
        if draft.covered:
            wrong += against("the second model", plan, least_cost(draft))
        else:
            counts["with a rating"] = 1
    except NotSolved:
        counts["without the second model"] = 1
    if second_solver.SCIP and plan.code in SOLVED:
        problem, _ = unpack(read_results(folder / "results").operation_bytes())
        problem, _ = OwnLimits(WIDER).finite(with_one_way(problem, pairs(problem)))
        status, cost, bound = second_solver.least(press(problem).matrix, SCIP_S)
        if status in ("optimal", "gaplimit"):
            wrong += against("SCIP on the same matrix", plan, cost * 1e6)
        elif status == "infeasible":
            wrong.append("SCIP finds no plan at all")
        else:
            counts["SCIP at its limit"] = 1
            if plan.objective < bound * 1e6 - tolerance(plan.objective):
                wrong.append(f"{plan.objective:.10g} is below SCIP's bound {bound * 1e6:.10g}")
    return Outcome(1, tuple(wrong), counts)


def _kind(plan: Solved) -> str:
    return {0: "optimal", 4: "stopped at a limit", 3: "infeasible"}.get(plan.code, "other ends")


def tolerance(cost: float) -> float:
    return CLOSE * max(abs(cost), LEAST_MONEY)


def against(whom: str, plan: Solved, cost: float) -> list[str]:
    """What is wrong with a plan if the least cost is `cost`."""
    if plan.code == INFEASIBLE:
        return [] if math.isinf(cost) and cost > 0 else [f"out of reach, but {whom} pays {cost:.10g}"]
    if plan.code == 4:
        low = plan.summary.get("lower_bound")
        below = low is not None and low > cost + tolerance(cost)
        return [f"the bound {low:.10g} is above what {whom} pays, {cost:.10g}"] if below else []
    if abs(plan.objective - cost) <= tolerance(cost):
        return []
    return [f"optimal at {plan.objective:.10g}, {whom} pays {cost:.10g}"]
