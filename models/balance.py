"""The balance of every carrier in every step, and what may leave the site.

    Σ supply[c] = Σ use[c] + dump[c]                                          carrier_balance
    Σ_c dump[c] ≤ Σ_c surplus[c]      over carriers that flow together          dumped_within_surplus
    Σ export[c] ≤ Σ generation[c] + Σ saleable[s]·discharge[s]                 export_within_generation

Heat may flow down from a hotter carrier to a cooler one (`letdown_mw`), never up. Dumping exists only where the
carrier allows it, and where plant makes it at will, only of what may come unasked: by-products, output of plant with
a minimum load, heat that a measure frees. So no electricity is spent, and claimed, for nothing. Nothing bought can be
sold back in the same step, because exports are bounded by what the site makes then.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Var

from models.problem import Problem
from models.terms import block


def add_balance_step(s: ConcreteModel, problem: Problem) -> None:
    """Balances of all carriers from the flows that the other concepts registered."""
    heat, b, site = block(s, "heat"), block(s, "carriers"), s.site
    paths = {f"{hot}>{cool}": (hot, cool) for hot, cool in problem.letdowns}
    heat.letdown_mw = Var(list(paths), domain=NonNegativeReals)
    for path, (hot, cool) in paths.items():
        site.use[hot].append(heat.letdown_mw[path])
        site.supply[cool].append(heat.letdown_mw[path])
    dumping = {c.name for c in problem.carriers if c.dumping}
    willed = {c for v in problem.converters if v.made_at_will for c in v.outputs}
    spilling = [group for group in problem.flowing_together if dumping.intersection(group)]
    bounded = {group[0]: group for group in spilling if willed.intersection(group)}
    sealed = {c for group in bounded.values() if not any(site.surplus[c] for c in group) for c in group}
    b.dump_mw = Var([c.name for c in problem.carriers if c.name in dumping - sealed], domain=NonNegativeReals)
    for c in b.dump_mw:
        site.use[c].append(b.dump_mw[c])
    b.dumped_within_surplus = Constraint(
        [first for first, group in bounded.items() if first not in sealed],
        rule=lambda b, first: (
            sum(b.dump_mw[c] for c in bounded[first] if c in dumping)
            <= sum(flow for c in bounded[first] for flow in site.surplus[c])
        ),
    )
    active = [c.name for c in problem.carriers if site.supply[c.name] or site.use[c.name]]
    b.carrier_balance = Constraint(active, rule=lambda b, c: sum(site.supply[c]) == sum(site.use[c]))
    sold = {k.carrier for k in problem.markets if k.export_price is not None}
    b.export_within_generation = Constraint(
        [c for c in active if c in sold],
        rule=lambda b, c: (
            sum(s.markets.export_mw[k.name] for k in problem.markets if k.carrier == c and k.export_price is not None)
            <= sum(site.exportable[c])
        ),
    )
