"""Checks of what a study asks on top of a problem: decisions taken in advance, and goals."""

from __future__ import annotations

import math

import numpy as np

from models.problem import Goal, Problem
from planner.accounting.accounts import Accounts
from planner.accounting.ledger import Inventory
from planner.accounting.rating import rate_years
from planner.plan import Plan
from planner.verification.rows import RELATIVE_TOLERANCE, STEP_TOLERANCE, Findings

PROJECTS = ("retrofits.start", "converters.build_mw", "stores.build_mwh", "contracts.sign_volume")


def check_asked(problem: Problem, plan: Plan, books: Accounts, full: Inventory, findings: Findings) -> None:
    """least <= sum of a decision over its years <= most; totals within their goals."""
    for one in problem.decided:
        taken = sum(plan.decision(one.table, one.name, y) for y in one.years)
        said, item = "decided in advance", f"{one.table} {one.name}"
        findings.at_most(said, item, one.least, taken, unit="", tolerance=STEP_TOLERANCE)
        if math.isfinite(one.most):
            findings.at_most(said, item, taken, one.most, unit="", tolerance=STEP_TOLERANCE)
    for goal in problem.goals:
        total = goal_total(problem, plan, books, full, goal)
        tolerance = RELATIVE_TOLERANCE * max(1.0, abs(goal.most))
        findings.at_most("total within goal", goal.measure, total, goal.most, unit="", tolerance=tolerance)


def goal_total(problem: Problem, plan: Plan, books: Accounts, full: Inventory, goal: Goal) -> float:
    """What the plan adds up to, in the unit of the goal."""
    if goal.measure == "projects":
        return float(len(projects(plan)))
    if goal.measure == "cost":
        return books.objective
    if goal.measure == "points_short":
        assert problem.rating is not None
        return sum(
            problem.rating.max_points - one.full.score for one in rate_years(problem, plan) if one.year in goal.years
        )
    yearly = {
        "capex": books.cash("capex"),
        "own_inventory": full.own_inventory_tco2e,
        "gross_location": full.gross_location_tco2e,
        "paper": full.paper_tco2e,
        "grid_mwh": full.grid_mwh,
    }
    among = np.isin(problem.years, goal.years)
    return float(yearly[goal.measure][among].sum())


def projects(plan: Plan) -> tuple[tuple[str, str], ...]:
    """(kind, name) of every retrofit that starts, plant or store that is built, contract that is signed."""
    found: dict[tuple[str, str], None] = {}
    for table in PROJECTS:
        for (name, *_), value in plan.decisions.get(table, {}).items():
            if value > STEP_TOLERANCE:
                found[table.partition(".")[0], str(name)] = None
    return tuple(found)
