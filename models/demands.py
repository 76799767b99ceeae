"""Final use of energy by end use.

    load[d,y,t] = base_load[d,t]·level[d,y]                                   into the balance of its carrier
    level[d,y] = index[d,y]·remaining_share[d,y]                              level_after_retrofits
    side[r,d,y,t] = ratio[r,d]·base_load[d,t]·side_level[r,d,y]               of the side carrier
    side_level[r,d,y] = index[d,y]·treated_share[r,d,y]                       side_level_of_measure

A load below zero is energy that comes unasked; a demand is one or the other all year. `index` follows production and
growth; `remaining_share` and `treated_share` are the retrofits'. One shape per end use and one level per year keep
the rows of a step the same in every year.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel, Constraint, Var

from models.ports import data_ports, plan_ports
from models.problem import Problem
from models.retrofits import savers
from models.terms import Terms, block


def sides(problem: Problem) -> list[tuple[str, str, str, float]]:
    """(measure, end use, carrier, MWh per MWh) of every side use."""
    return [(r.name, d, c, ratio) for r in problem.retrofits for d, c, ratio in r.side_use]


def add_demands_step(s: ConcreteModel, problem: Problem) -> None:
    """Load of every end use, as a flow out of its carrier's balance."""
    b = block(s, "demands")
    load = data_ports(s, b, "base_load_mw", {d.name: d.load_mw for d in problem.demands})
    level = plan_ports(s, b, "level", [d.name for d in problem.demands])
    side_level = plan_ports(s, b, "side_level", sorted({(r, d) for r, d, _, _ in sides(problem)}))
    for d in problem.demands:
        s.site.use[d.carrier].append(load[d.name] * level[d.name])
        if np.any(d.load_mw < 0):
            s.site.surplus[d.carrier].append(-load[d.name] * level[d.name])
    for r, d, carrier, ratio in sides(problem):
        s.site.use[carrier].append(ratio * load[d] * side_level[r, d])
        if ratio < 0:
            s.site.surplus[carrier].append(-ratio * load[d] * side_level[r, d])


def add_demands(m: ConcreteModel, problem: Problem) -> Terms:
    """Levels of every end use; demands cost nothing by themselves."""
    b, years, named = block(m, "demands"), problem.years, {d.name: d for d in problem.demands}
    index = {(d, y): float(x.index[n]) for d, x in named.items() for n, y in enumerate(years)}
    treated = {d for d in named if savers(problem, d)}
    b.level = Var(list(index), bounds=lambda _, d, y: (0 if d in treated else index[d, y], index[d, y]))
    b.level_after_retrofits = Constraint(
        [(d, y) for d, y in index if d in treated],
        rule=lambda b, d, y: b.level[d, y] == index[d, y] * m.retrofits.remaining_share[d, y],
    )
    pairs = sorted({(r, d) for r, d, _, _ in sides(problem)})
    b.side_level = Var([(r, d, y) for r, d in pairs for y in years], bounds=lambda _, r, d, y: (0, index[d, y]))
    b.side_level_of_measure = Constraint(
        list(b.side_level),
        rule=lambda b, r, d, y: b.side_level[r, d, y] == index[d, y] * m.retrofits.treated_share[r, d, y],
    )
    return Terms()
