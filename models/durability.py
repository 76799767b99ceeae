"""What keeps stars from being bought on paper: floors, paths, and a penalty that grows with reliance.

    own_inventory[y] ≤ (1 − floor[y])·restated[y]                             own_reduction_above_floor
    removals[y] ≥ path[y]·(credits[y] + removals[y])                          removal_share_on_path
    excess[y] ≥ paper[y] − threshold·gross_location[y]                        excess_over_threshold
    excess[y] ≤ M·relied[y]                                                   reliance_is_seen
    again[y,k] ≥ excess[y] − M·(1 − relied[y−k])                              reliance_is_remembered
    penalty[y] = per_tonne·excess[y] + step·Σ_k again[y,k]                    k = 1..K

Paper is certificates, credits and removals that do not last. So each of the K years before that relied on paper too
makes the same tonne dearer, in a row or not: a year of rest does not bring back the first price. The penalty is no
cash: it steers the plan and is reported apart. M is the most paper that the instruments' caps allow, or twice what the
site can emit.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Binary, Block, ConcreteModel, Constraint, Expression, Var

from models.instruments import counted_share, is_paper
from models.ledger import gross_bound_tco2e
from models.problem import Problem
from models.terms import block


def paper_bound_tco2e(problem: Problem) -> float:
    """Most paper tonnes in a year: the instruments' caps, or what the site can emit twice over."""
    worst = float(problem.emissions.uncovered_factor.max())
    caps = sum(
        counted_share(i) * float(i.max_per_year.max()) * (worst if i.kind == "certificate" else 1.0)
        for i in problem.instruments
        if is_paper(i, problem.durability)
    )
    return float(min(caps, 2.0 * gross_bound_tco2e(problem)))


def add_durability(m: ConcreteModel, problem: Problem) -> None:
    """Floors, paths and the penalty expression `durability.penalty[y]` [million]."""
    b, d, first, g = block(m, "durability"), problem.durability, problem.years[0], m.ledger
    floors = [] if d.own_reduction_floor is None else _given(problem, d.own_reduction_floor)
    b.own_reduction_above_floor = Constraint(
        floors,
        rule=lambda b, y: (
            g.own_inventory_tco2e[y]
            <= (1 - float(d.own_reduction_floor[y - first])) * float(problem.base.restated_tco2e[y - first])
        ),
    )
    bought = any(i.kind in ("credit", "removal") for i in problem.instruments)
    path = [] if d.removal_share_path is None or not bought else _given(problem, d.removal_share_path)
    b.removal_share_on_path = Constraint(
        path,
        rule=lambda b, y: (
            g.removals_tco2e[y] >= float(d.removal_share_path[y - first]) * (g.credits_tco2e[y] + g.removals_tco2e[y])
        ),
    )
    _add_penalty(m, b, problem)


def _given(problem: Problem, values: np.ndarray) -> list[int]:
    return [y for y in problem.years if np.isfinite(values[y - problem.years[0]])]


def _add_penalty(m: ConcreteModel, b: Block, problem: Problem) -> None:
    d, g, big = problem.durability, m.ledger, paper_bound_tco2e(problem)
    paper = any(is_paper(i, d) for i in problem.instruments)
    years = list(problem.years) if paper and (d.penalty_per_tonne or d.penalty_step_per_tonne) else []
    most = d.penalty_steps if d.penalty_step_per_tonne > 0 else 0
    before = [(y, k) for n, y in enumerate(years) for k in range(1, min(n, most) + 1)]
    b.excess_tco2e = Var(years, bounds=(0, big))
    b.excess_over_threshold = Constraint(
        years,
        rule=lambda b, y: b.excess_tco2e[y] >= g.paper_tco2e[y] - d.paper_threshold_share * g.gross_location_tco2e[y],
    )
    b.relied = Var(years if most else [], domain=Binary)
    b.again_tco2e = Var(before, bounds=(0, big))
    b.reliance_is_seen = Constraint(list(b.relied), rule=lambda b, y: b.excess_tco2e[y] <= big * b.relied[y])
    b.reliance_is_remembered = Constraint(
        before, rule=lambda b, y, k: b.again_tco2e[y, k] >= b.excess_tco2e[y] - big * (1 - b.relied[y - k])
    )

    def penalty(b: Block, y: int) -> object:
        if y not in b.excess_tco2e:
            return 0.0
        again = sum(b.again_tco2e[q] for q in before if q[0] == y)
        return d.penalty_per_tonne * b.excess_tco2e[y] + d.penalty_step_per_tonne * again

    b.penalty = Expression(list(problem.years), rule=penalty)
