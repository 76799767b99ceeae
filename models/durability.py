"""What keeps stars from being bought on paper: floors, paths, and a penalty that grows with reliance.

    own_inventory[y] ≤ (1 − floor[y])·restated[y]                             own_reduction_above_floor
    removals[y] ≥ path[y]·(credits[y] + removals[y])                          removal_share_on_path
    excess[y] ≥ paper[y] − threshold·gross_location[y]                        excess_over_threshold
    excess[y] ≤ M·relied[y]                                                   reliance_is_seen
    streak[y,k] ≥ Σ_{j=0..k} relied[y−j] − k                                  streak_of_reliance
    repeated[y,k] ≥ excess[y] − M·(1 − streak[y,k])                           repeated_excess
    penalty[y] = per_tonne·excess[y] + step·Σ_{k=1..K} repeated[y,k]

So each further year in a row makes the same tonne dearer, up to K steps. The penalty is no cash: it steers the plan and is
reported apart. M is the most paper that the instruments' caps allow, or twice what the site can emit.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Binary, Block, ConcreteModel, Constraint, Expression, NonNegativeReals, Var

from models.instruments import counted_share
from models.ledger import gross_bound_tco2e
from models.problem import Problem
from models.terms import block


def paper_bound_tco2e(problem: Problem) -> float:
    """Most paper tonnes in a year: the instruments' caps, or what the site can emit twice over."""
    worst = float(problem.emissions.uncovered_factor.max())
    caps = sum(
        counted_share(i) * float(i.max_per_year.max()) * (worst if i.kind == "certificate" else 1.0)
        for i in problem.instruments
        if i.kind in ("certificate", "credit")
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
    paper = any(i.kind in ("certificate", "credit") for i in problem.instruments)
    years = list(problem.years) if paper and (d.penalty_per_tonne or d.penalty_step_per_tonne) else []
    stepped = years if d.penalty_step_per_tonne > 0 else []
    runs = [(y, k) for y in stepped for k in range(1, d.penalty_steps + 1) if y - k >= problem.years[0]]
    b.excess_tco2e = Var(years, bounds=(0, big))
    b.relied = Var(stepped, domain=Binary)
    b.streak = Var(runs, bounds=(0, 1))
    b.repeated_tco2e = Var(runs, domain=NonNegativeReals)
    b.excess_over_threshold = Constraint(
        years,
        rule=lambda b, y: b.excess_tco2e[y] >= g.paper_tco2e[y] - d.paper_threshold_share * g.gross_location_tco2e[y],
    )
    b.reliance_is_seen = Constraint(stepped, rule=lambda b, y: b.excess_tco2e[y] <= big * b.relied[y])
    b.streak_of_reliance = Constraint(
        runs, rule=lambda b, y, k: b.streak[y, k] >= sum(b.relied[y - j] for j in range(k + 1)) - k
    )
    b.repeated_excess = Constraint(
        runs, rule=lambda b, y, k: b.repeated_tco2e[y, k] >= b.excess_tco2e[y] - big * (1 - b.streak[y, k])
    )

    def penalty(b: Block, y: int) -> object:
        if y not in b.excess_tco2e:
            return 0.0
        repeated = sum(b.repeated_tco2e[y, k] for k in range(1, d.penalty_steps + 1) if (y, k) in b.repeated_tco2e)
        return d.penalty_per_tonne * b.excess_tco2e[y] + d.penalty_step_per_tonne * repeated

    b.penalty = Expression(list(problem.years), rule=penalty)
