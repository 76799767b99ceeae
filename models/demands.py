"""Final use of energy by end use.

    load[d,y,t] = base_load[d,t]·index[d,y]·remaining_share[d,y]              into the balance of its carrier
    side[r,d,y,t] = ratio[r,d]·base_load[d,t]·index[d,y]·treated_share[r,d,y]   of the side carrier

`index` follows production and growth; `remaining_share` and `treated_share` are the retrofits'.
"""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel

from models.ports import data_ports, plan_ports
from models.problem import Problem
from models.retrofits import chain
from models.terms import Terms


def add_demands_step(s: ConcreteModel, problem: Problem) -> None:
    """Load of every end use, as a flow out of its carrier's balance."""
    s.demands, s.retrofits = Block(), Block()
    full = {d.name: d.index[:, None] * d.load_mw[None, :] for d in problem.demands}
    load = data_ports(s, s.demands, "full_load_mw", full)
    treated = [d.name for d in problem.demands if chain(problem, d.name)]
    remaining = plan_ports(s, s.retrofits, "remaining_share", treated)
    sides = [(r.name, d, c, ratio) for r in problem.retrofits for d, c, ratio in r.side_use]
    share = plan_ports(s, s.retrofits, "treated_share", sorted({(r, d) for r, d, _, _ in sides}))
    for d in problem.demands:
        factor = remaining[d.name] if d.name in treated else 1.0
        s.site.use[d.carrier].append(load[d.name] * factor)
    for r, d, carrier, ratio in sides:
        s.site.use[carrier].append(ratio * load[d] * share[r, d])


def add_demands(m: ConcreteModel, problem: Problem) -> Terms:
    """Demands decide nothing over the years; they add no terms."""
    return Terms()
