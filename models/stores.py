"""Stores keep a carrier for later: power and energy are sized apart.

    stored[s] = keep[s]·stored_before[s] + η_in[s]·Δt·charge[s] − Δt/η_out[s]·discharge[s]     stored_energy_balance
    stored[s] ≤ working_mwh[s,y]                                             energy_within_capacity
    charge[s] + discharge[s] ≤ working_mw[s,y]                               power_within_rating
    min_hours[s]·working_mw[s,y] ≤ working_mwh[s,y] ≤ max_hours[s]·working_mw[s,y]     duration_above_minimum, duration_within_maximum
    Σ_t discharge[s]·Δt ≤ cycles_per_year[s]·working_mwh[s,y]                cycles_within_limit

keep = (1 − loss_share_per_hour)^Δt. Charging and discharging share the rating, so doing both at once never pays for power.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Var

from models.ports import before_ports, plan_ports
from models.problem import Problem
from models.sizing import add_retirement, add_sizes
from models.terms import Terms, block, operated


def add_stores_step(s: ConcreteModel, problem: Problem) -> None:
    """Charge, discharge and stored energy of every store in one step."""
    b, named, hours = block(s, "stores"), {q.name: q for q in problem.stores}, problem.steps.hours
    b.charge_mw = Var(list(named), domain=NonNegativeReals)
    b.discharge_mw = Var(list(named), domain=NonNegativeReals)
    b.stored_mwh = Var(list(named), domain=NonNegativeReals)
    before = before_ports(s, b, "stored_before_mwh", b.stored_mwh)
    power, energy = plan_ports(s, b, "working_mw", list(named)), plan_ports(s, b, "working_mwh", list(named))
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
    for q, x in named.items():
        s.site.use[x.carrier].append(b.charge_mw[q])
        s.site.supply[x.carrier].append(b.discharge_mw[q])
        if x.may_export:
            s.site.exportable[x.carrier].append(b.discharge_mw[q])
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
        index, rule=lambda b, q, y: b.working_mwh[q, y] <= named[q].max_hours * b.working_mw[q, y]
    )
    b.cycles_within_limit = Constraint(
        [(q, y) for q, y in index if named[q].cycles_per_year is not None],
        rule=lambda b, q, y: operated(m, "discharged_mwh", q, y) <= named[q].cycles_per_year * b.working_mwh[q, y],
    )
    for q, y in index:
        if named[q].opex_variable:
            terms.running[y].append(named[q].opex_variable * operated(m, "discharged_mwh", q, y))
    return terms
