"""The balance of every carrier in every step, and what may leave the site.

    Σ supply[c] = Σ use[c] + dump[c]                                          carrier_balance
    Σ export[c] ≤ Σ generation[c] + Σ saleable[s]·discharge[s]                 export_within_generation

Heat may flow down from a hotter carrier to a cooler one (`letdown_mw`), never up. Dumping exists only where the carrier
allows it. Nothing bought can be sold back in the same step, because exports are bounded by what the site makes then.
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
    b.dump_mw = Var([c.name for c in problem.carriers if c.dumping], domain=NonNegativeReals)
    for c in b.dump_mw:
        site.use[c].append(b.dump_mw[c])
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
