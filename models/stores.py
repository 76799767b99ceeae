"""Stores keep a carrier for later: power and energy are sized apart.

    stored[s] = keep[s]·stored_before[s] + η_in[s]·Δt·charge[s] − Δt/η_out[s]·discharge[s]     stored_energy_balance
    stored[s] ≤ working_mwh[s,y]                                             energy_within_capacity
    charge[s] + discharge[s] ≤ working_mw[s,y]                               power_within_rating
    charge[s] ≤ largest[s]·charging[s],  discharge[s] ≤ largest[s]·(1 − charging[s])   charge_if_charging, discharge_if_not
    min_hours[s]·working_mw[s,y] ≤ working_mwh[s,y] ≤ max_hours[s]·working_mw[s,y]     duration_above_minimum, duration_within_maximum
    Σ_t discharge[s]·Δt ≤ cycles_per_year[s]·working_mwh[s,y]                cycles_within_limit

keep = (1 − loss_share_per_hour)^Δt. Charging and discharging share the rating, so doing both at once never pays for power. It burns
energy, though, which pays at a negative price, or where sun that would be curtailed counts as used. Where a solve shows that, the
store is `one_way`: a yes/no column for every step, and largest is the largest power that may stand.

A store with `may_export` sells its discharge only in steps where a sale earns no more than a purchase costs (`saleable`).
Elsewhere charging and discharging at once would buy and sell in the same step at a gain, and no linear row can forbid that.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Binary, ConcreteModel, Constraint, NonNegativeReals, Var

from models.ports import before_ports, data_ports, plan_ports
from models.problem import ELECTRICITY, Contract, Problem
from models.sizing import add_retirement, add_sizes
from models.terms import Terms, block, operated


def saleable_share(problem: Problem, carrier: str) -> np.ndarray | float:
    """Whether stored energy may be sold, 1 or 0 by step (T,): where no year's sale earns more than its cheapest purchase.

    One number where it is the same in all steps.
    """
    markets = [k for k in problem.markets if k.carrier == carrier]
    bought = [np.outer(k.price_index, k.price) for k in markets]
    if carrier == ELECTRICITY:
        bought += [np.full_like(bought[0], cheapest) for cheapest in map(_least_price, problem.contracts) if bought]
    sold = [np.outer(k.price_index, k.export_price) for k in markets if k.export_price is not None]
    if not bought or not sold:
        return 1.0
    harmless = (np.max(sold, axis=0) <= np.min(bought, axis=0) + 1e-12).all(axis=0)
    return float(harmless[0]) if (harmless == harmless[0]).all() else harmless.astype(float)


def _least_price(c: Contract) -> float:
    """Least price of a delivered MWh [million], infinite for contracts that deliver none."""
    if c.kind not in ("as_produced", "baseload"):
        return np.inf
    index = np.broadcast_to(c.index, c.price.shape)
    return float(c.price.min() * index.min() / index.max())


def add_stores_step(s: ConcreteModel, problem: Problem) -> None:
    """Charge, discharge and stored energy of every store in one step."""
    b, named, hours = block(s, "stores"), {q.name: q for q in problem.stores}, problem.steps.hours
    b.charge_mw = Var(list(named), domain=NonNegativeReals)
    b.discharge_mw = Var(list(named), domain=NonNegativeReals)
    b.stored_mwh = Var(list(named), domain=NonNegativeReals)
    power, energy = plan_ports(s, b, "working_mw", list(named)), plan_ports(s, b, "working_mwh", list(named))
    before = before_ports(s, b, "stored_before_mwh", b.stored_mwh, energy)
    b.stored_energy_balance = Constraint(
        list(named),
        rule=lambda b, q: (
            b.stored_mwh[q]
            == (1 - named[q].loss_share_per_hour) ** hours * before[q]
            + named[q].charge_efficiency * hours * b.charge_mw[q]
            - hours / named[q].discharge_efficiency * b.discharge_mw[q]
        ),
    )
    b.energy_within_capacity = Constraint(list(named), rule=lambda b, q: b.stored_mwh[q] <= energy[q])
    b.power_within_rating = Constraint(list(named), rule=lambda b, q: b.charge_mw[q] + b.discharge_mw[q] <= power[q])
    one_way = [q for q, x in named.items() if x.one_way]
    largest = {q: max(named[q].power.max_total, float(named[q].power.existing.max(initial=0.0))) for q in one_way}
    b.charging = Var(one_way, domain=Binary)
    b.charge_if_charging = Constraint(one_way, rule=lambda b, q: b.charge_mw[q] <= largest[q] * b.charging[q])
    b.discharge_if_not = Constraint(one_way, rule=lambda b, q: b.discharge_mw[q] <= largest[q] * (1 - b.charging[q]))
    sellers = {q: saleable_share(problem, x.carrier) for q, x in named.items() if x.may_export}
    saleable = data_ports(s, b, "saleable_share", sellers)
    for q, x in named.items():
        s.site.use[x.carrier].append(b.charge_mw[q])
        s.site.supply[x.carrier].append(b.discharge_mw[q])
        if x.may_export:
            s.site.exportable[x.carrier].append(saleable[q] * b.discharge_mw[q])
        if x.opex_variable or x.cycles_per_year is not None:
            s.site.quantities["discharged_mwh", q] = 1.0 * b.discharge_mw[q]


def add_stores(m: ConcreteModel, problem: Problem) -> Terms:
    """Power and energy sizes by vintage, duration and cycle limits, variable cost."""
    b, years, named = block(m, "stores"), problem.years, {q.name: q for q in problem.stores}
    add_retirement(b, {q: x.energy for q, x in named.items()}, years)
    terms = add_sizes(b, problem, {q: x.power for q, x in named.items()}, "mw")
    energy = add_sizes(b, problem, {q: x.energy for q, x in named.items()}, "mwh")
    terms.investments += energy.investments
    for y in years:
        terms.running[y] += energy.running[y]
        terms.scope3_tco2e[y] += energy.scope3_tco2e[y]
    index = [(q, y) for q in named for y in years]
    b.duration_above_minimum = Constraint(
        [(q, y) for q, y in index if named[q].min_hours > 0],
        rule=lambda b, q, y: named[q].min_hours * b.working_mw[q, y] <= b.working_mwh[q, y],
    )
    b.duration_within_maximum = Constraint(
        [(q, y) for q, y in index if np.isfinite(named[q].max_hours)],
        rule=lambda b, q, y: b.working_mwh[q, y] <= named[q].max_hours * b.working_mw[q, y],
    )
    b.cycles_within_limit = Constraint(
        [(q, y) for q, y in index if named[q].cycles_per_year is not None],
        rule=lambda b, q, y: operated(m, "discharged_mwh", q, y) <= named[q].cycles_per_year * b.working_mwh[q, y],
    )
    for q, y in index:
        if named[q].opex_variable:
            terms.running[y].append(named[q].opex_variable * operated(m, "discharged_mwh", q, y))
    return terms
