"""What keeps stars from being bought on paper: floors, paths, and a penalty that grows with reliance.

    own_inventory[y] ≤ (1 − floor[y])·restated[y]                             own_reduction_above_floor
    removals[y] ≥ path[y]·(credits[y] + removals[y])                          removal_share_on_path
    Σ_k excess[y,k] ≥ paper[y] − threshold·gross_location[y]                  excess_over_threshold
    excess[y,k] ≤ M·streak[y,k]                                               reliance_is_seen
    Σ_k streak[y,k] = relied[y]                                               one_streak
    streak[y,0] ≤ 1 − relied[y−1]                                             streak_begins
    streak[y,k] ≤ streak[y−1,k−1] (+ streak[y−1,K] for k = K)                 streak_goes_on
    penalty[y] = Σ_k (per_tonne + k·step)·excess[y,k]

The streak of a year that relies on paper is the number k of years before it that did so without a break, K at most: a walk from
year to year. So each further year in a row makes the same tonne dearer, up to K steps. The penalty is no cash: it steers the plan
and is reported apart. M is the most paper that the instruments' caps allow, or twice what the site can emit.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Binary, Block, ConcreteModel, Constraint, Expression, Var

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
    most = d.penalty_steps if d.penalty_step_per_tonne > 0 else 0
    steps = {y: range(min(n, most) + 1) for n, y in enumerate(years)}
    b.excess_tco2e = Var([(y, k) for y in years for k in steps[y]], bounds=(0, big))
    b.excess_over_threshold = Constraint(
        years,
        rule=lambda b, y: (
            sum(b.excess_tco2e[y, k] for k in steps[y])
            >= g.paper_tco2e[y] - d.paper_threshold_share * g.gross_location_tco2e[y]
        ),
    )
    if most:
        _add_streaks(b, steps, most, big)
    b.penalty = Expression(
        list(problem.years),
        rule=lambda b, y: sum(
            (d.penalty_per_tonne + k * d.penalty_step_per_tonne) * b.excess_tco2e[y, k] for k in steps.get(y, ())
        ),
    )


def _add_streaks(b: Block, steps: dict[int, range], most: int, big: float) -> None:
    years, streaks = list(steps), list(b.excess_tco2e)
    b.relied = Var(years, bounds=(0, 1))
    b.streak = Var(streaks, domain=Binary)
    b.reliance_is_seen = Constraint(streaks, rule=lambda b, y, k: b.excess_tco2e[y, k] <= big * b.streak[y, k])
    b.one_streak = Constraint(years, rule=lambda b, y: sum(b.streak[y, k] for k in steps[y]) == b.relied[y])
    b.streak_begins = Constraint(years[1:], rule=lambda b, y: b.streak[y, 0] <= 1 - b.relied[y - 1])

    def streak_goes_on(b: Block, y: int, k: int) -> object:
        before = [(y - 1, k - 1), *([(y - 1, most)] if k == most else [])]
        return b.streak[y, k] <= sum(b.streak[q] for q in before if q in b.streak)

    b.streak_goes_on = Constraint([(y, k) for y, k in streaks if k > 0], rule=streak_goes_on)
