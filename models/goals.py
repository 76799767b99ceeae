"""Limits on what a plan adds up to, which a study sets: capital in the first years, projects, tonnes, paper, points, cost.

    Σ_{y in years} measure[y] ≤ most                                          total_within_goal
    Σ undertaken[kind,name] ≤ most                                            projects_within_goal
    start[r,y] ≤ undertaken[r], build[v,y] ≤ largest[v]·undertaken[v],
    sign_volume[c,y] ≤ max[c]·undertaken[c]                                   project_is_undertaken

A project is a retrofit, a plant or store that is built, or a contract that is signed, however often. `points_short` of a year
is what its score lacks of the highest, `cost` the objective of the whole plan.

A study that looks for the end of a curve minimises a measure instead of cost:

    aimed = 1 + price·Σ_{y in years} measure[y]

The one keeps a relative gap meaningful where the measure reaches zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyomo.environ import Binary, ConcreteModel, Constraint, Expression, Var

from models.problem import Goal, Problem
from models.sizing import buildable
from models.terms import block

MEASURES = {
    "capex": ("finance", "capex"),
    "own_inventory": ("ledger", "own_inventory_tco2e"),
    "gross_location": ("ledger", "gross_location_tco2e"),
    "paper": ("ledger", "paper_tco2e"),
    "grid_mwh": ("ledger", "grid_mwh"),
}


def add_goals(m: ConcreteModel, problem: Problem) -> None:
    """Rows of the goals; nothing where there are none."""
    b = block(m, "goals")
    totals = [n for n, goal in enumerate(problem.goals) if goal.measure != "projects"]
    counts = [n for n, goal in enumerate(problem.goals) if goal.measure == "projects"]

    def total(b: object, n: int) -> object:
        goal = problem.goals[n]
        added = _added(m, problem, goal)
        return Constraint.Skip if isinstance(added, int | float) else added <= goal.most

    b.total_within_goal = Constraint(totals, rule=total)
    counted = counts or (problem.aim is not None and problem.aim.measure == "projects")
    steps = list(_steps(m, problem)) if counted else []
    names = list(dict.fromkeys(project for project, *_ in steps))
    b.undertaken = Var(names, domain=Binary)
    b.project_is_undertaken = Constraint(
        list(range(len(steps))), rule=lambda b, k: steps[k][1] <= steps[k][2] * b.undertaken[steps[k][0]]
    )
    b.projects_within_goal = Constraint(
        counts if names else [], rule=lambda b, n: sum(b.undertaken.values()) <= problem.goals[n].most
    )
    if problem.aim is not None:
        b.aimed = Expression(expr=1 + problem.aim.price * _added(m, problem, problem.aim))
        m.objective.set_value(b.aimed)


def _added(m: ConcreteModel, problem: Problem, goal: Goal) -> object:
    """Sum of a measure over the goal's years."""
    if goal.measure == "cost":
        return m.finance.net_present_cost + m.finance.penalties
    if goal.measure == "points_short":
        assert problem.rating is not None
        scored = [q.name for q in problem.rating.indicators if q.role == "score"]
        most = problem.rating.max_points
        return sum(most - sum(m.rating.points[q, y] for q in scored) for y in goal.years)
    if goal.measure == "projects":
        return sum(m.goals.undertaken.values())
    owner, name = MEASURES[goal.measure]
    return sum(getattr(getattr(m, owner), name)[y] for y in goal.years)


def _steps(m: ConcreteModel, problem: Problem) -> Iterator[tuple[tuple[str, str], object, float]]:
    """(project, decision, largest value) of everything that makes a project undertaken."""
    for r, y in m.retrofits.start:
        yield ("retrofits", r), m.retrofits.start[r, y], 1.0
    plant = {v.name: v.sizing for v in problem.converters}
    for v, y in m.converters.build_mw:
        yield ("converters", v), m.converters.build_mw[v, y], buildable(plant[v])
    kept = {q.name: q.energy for q in problem.stores}
    for q, y in m.stores.build_mwh:
        yield ("stores", q), m.stores.build_mwh[q, y], buildable(kept[q])
    most = {c.name: c.max_volume for c in problem.contracts}
    for c, y in m.contracts.sign_volume:
        yield ("contracts", c), m.contracts.sign_volume[c, y], most[c]
