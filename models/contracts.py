"""Green power contracts: sign or not, how much, when; pay for what is delivered and at least for the agreed share.

    delivered[c] ≤ profile[c,t]·volume[c,y]                                   delivered_within_volume
    volume[c,y] = Σ_{y−tenor < b ≤ y} sign_volume[c,b]                        volume_in_force
    min[c]·signed[c,b] ≤ sign_volume[c,b] ≤ max[c]·signed[c,b]                signed_above_minimum, signed_within_maximum
    share[c]·yield[c]·sign_volume[c,b] ≤ paid[c,b,y] ≤ yield[c]·sign_volume[c,b]   take_or_pay, paid_within_volume
    Σ_b paid[c,b,y] ≥ delivered_mwh[c,y]                                      delivered_is_paid
    Σ_t annual green tariff ≤ grid import                                     (ledger: claims_within_grid)

`yield` is the year's MWh per unit of volume: the profile's full-load hours, or 1 for yearly volumes ("green_tariff",
"virtual"), whose delivery is `annual_mwh[c,y]`. A contract signed in b pays price[b]·index[y]/index[b] for life.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Binary, Block, ConcreteModel, Constraint, NonNegativeReals, Var

from models.ports import data_ports, plan_ports
from models.problem import ELECTRICITY, Contract, Problem
from models.terms import Terms, block, operated

PHYSICAL = ("as_produced", "baseload")


def add_contracts_step(s: ConcreteModel, problem: Problem) -> None:
    """Delivery of the physical contracts in one step."""
    b, named = block(s, "contracts"), {c.name: c for c in problem.contracts if c.kind in PHYSICAL}
    b.delivered_mw = Var(list(named), domain=NonNegativeReals)
    volume = plan_ports(s, b, "volume", list(named))
    profile = data_ports(s, b, "profile", {c: x.profile for c, x in named.items()})
    b.delivered_within_volume = Constraint(list(named), rule=lambda b, c: b.delivered_mw[c] <= profile[c] * volume[c])
    for c in named:
        s.site.supply[ELECTRICITY].append(b.delivered_mw[c])
        s.site.quantities["delivered_mwh", c] = 1.0 * b.delivered_mw[c]


def yield_mwh(c: Contract, problem: Problem) -> float:
    """MWh per year that one unit of volume can deliver."""
    if c.kind not in PHYSICAL:
        return 1.0
    return float((problem.steps.hours_per_year * np.broadcast_to(c.profile, problem.steps.count)).sum())


def delivered_mwh(m: ConcreteModel, c: Contract, y: int) -> object:
    """Delivery of a year, physical or yearly."""
    return operated(m, "delivered_mwh", c.name, y) if c.kind in PHYSICAL else m.contracts.annual_mwh[c.name, y]


def add_contracts(m: ConcreteModel, problem: Problem) -> Terms:
    """Signatures, volumes in force and payments by signing year."""
    b, years, named = block(m, "contracts"), problem.years, {c.name: c for c in problem.contracts}
    signings = [(c, q) for c, x in named.items() for q in x.start_years]
    b.sign_volume = Var(signings, bounds=lambda _, c, q: (0, named[c].max_volume))
    chosen = [(c, q) for c, q in signings if named[c].min_volume > 0 or named[c].sign_cost > 0]
    b.signed = Var(chosen, domain=Binary)
    b.signed_above_minimum = Constraint(
        [(c, q) for c, q in chosen if named[c].min_volume > 0],
        rule=lambda b, c, q: b.sign_volume[c, q] >= named[c].min_volume * b.signed[c, q],
    )
    b.signed_within_maximum = Constraint(
        chosen, rule=lambda b, c, q: b.sign_volume[c, q] <= named[c].max_volume * b.signed[c, q]
    )
    index = [(c, y) for c in named for y in years]
    in_force = {(c, y): [q for q in named[c].start_years if q <= y < q + named[c].tenor_years] for c, y in index}
    b.volume = Var(index, bounds=lambda _, c, y: (0, named[c].max_volume))
    b.volume_in_force = Constraint(
        index, rule=lambda b, c, y: b.volume[c, y] == sum(b.sign_volume[c, q] for q in in_force[c, y])
    )
    b.annual_mwh = Var([(c, y) for c, y in index if named[c].kind not in PHYSICAL], domain=NonNegativeReals)
    return _add_payments(m, b, problem, in_force)


def _add_payments(m: ConcreteModel, b: Block, problem: Problem, in_force: dict) -> Terms:
    named, terms, first = {c.name: c for c in problem.contracts}, Terms(), problem.years[0]
    output = {c: yield_mwh(x, problem) for c, x in named.items()}
    pairs = [(c, q, y) for (c, y), signings in in_force.items() for q in signings]
    b.paid_mwh = Var(pairs, domain=NonNegativeReals)
    b.take_or_pay = Constraint(
        [k for k in pairs if named[k[0]].take_or_pay_share > 0],
        rule=lambda b, c, q, y: b.paid_mwh[c, q, y] >= named[c].take_or_pay_share * output[c] * b.sign_volume[c, q],
    )
    b.paid_within_volume = Constraint(
        pairs, rule=lambda b, c, q, y: b.paid_mwh[c, q, y] <= output[c] * b.sign_volume[c, q]
    )
    b.delivered_is_paid = Constraint(
        list(in_force),
        rule=lambda b, c, y: sum(b.paid_mwh[c, q, y] for q in in_force[c, y]) - delivered_mwh(m, named[c], y) >= 0,
    )
    for c, q, y in pairs:
        index = np.broadcast_to(named[c].index, len(problem.years))
        price = float(named[c].price[q - first] * index[y - first] / index[q - first])
        terms.running[y].append(price * b.paid_mwh[c, q, y])
    for c, q in b.signed:
        if named[c].sign_cost:
            terms.running[q].append(named[c].sign_cost * b.signed[c, q])
    return terms
