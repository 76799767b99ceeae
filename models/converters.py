"""Converters turn carriers into carriers; without inputs they are generators with an availability profile.

    activity[v] ≤ availability[v,t]·working[v,y]                              activity_within_size
    input[v,c] = in_ratio[v,c,t]·activity[v]     output[v,c] = out_ratio[v,c,t]·activity[v]
    package[v]·online[v] ≥ activity[v] ≥ min_load[v]·package[v]·online[v]     activity_within_online, activity_above_minimum
    package[v]·online[v] ≤ working[v,y]                                       online_within_size
    started[v] ≥ online[v] − online_before[v]                                 started_if_newly_online

Whole units run or stand (`online` counts them) only where `min_load_share` is positive.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Block, ConcreteModel, Constraint, NonNegativeIntegers, NonNegativeReals, Var

from models.ports import before_ports, data_ports, plan_ports
from models.problem import ELECTRICITY, Converter, Problem
from models.sizing import add_retirement, add_sizes
from models.terms import Terms, block, operated


def add_converters_step(s: ConcreteModel, problem: Problem) -> None:
    """Activity, limits and flows of every converter in one step."""
    b, named = block(s, "converters"), {v.name: v for v in problem.converters}
    b.activity_mw = Var(list(named), domain=NonNegativeReals)
    working = plan_ports(s, b, "working_mw", list(named))
    availability = data_ports(s, b, "availability", {v: c.availability for v, c in named.items()})
    b.activity_within_size = Constraint(list(named), rule=lambda b, v: b.activity_mw[v] <= availability[v] * working[v])
    into = data_ports(s, b, "in_ratio", {f"{v}:{c}": q for v, x in named.items() for c, q in x.inputs.items()})
    out = data_ports(s, b, "out_ratio", {f"{v}:{c}": q for v, x in named.items() for c, q in x.outputs.items()})
    for v, x in named.items():
        for c in x.inputs:
            s.site.use[c].append(into[f"{v}:{c}"] * b.activity_mw[v])
        for c in x.outputs:
            flow = out[f"{v}:{c}"] * b.activity_mw[v]
            s.site.supply[c].append(flow)
            s.site.exportable[c].append(flow)
            if not x.made_at_will:
                s.site.surplus[c].append(flow)
            if c == ELECTRICITY:
                s.site.quantities["generated_mwh", v] = flow
        if x.electrified_heat:
            s.site.quantities["electric_heat_mwh", v] = into[f"{v}:{ELECTRICITY}"] * b.activity_mw[v]
        if np.any(x.opex_variable) or x.direct_tco2e_per_mwh or x.captured_tco2e_per_mwh:
            s.site.quantities["activity_mwh", v] = 1.0 * b.activity_mw[v]
    _add_units_step(s, b, working, [x for x in problem.converters if x.min_load_share > 0], problem.steps.hours)


def _add_units_step(s: ConcreteModel, b: Block, working: Var, units: list[Converter], hours: float) -> None:
    named = {v.name: v for v in units}
    b.online = Var(list(named), domain=NonNegativeIntegers)
    b.started = Var(list(named), domain=NonNegativeReals)
    online_before = before_ports(s, b, "online_before", b.online)
    b.activity_within_online = Constraint(
        list(named), rule=lambda b, v: b.activity_mw[v] <= named[v].sizing.package * b.online[v]
    )
    b.activity_above_minimum = Constraint(
        list(named),
        rule=lambda b, v: b.activity_mw[v] >= named[v].min_load_share * named[v].sizing.package * b.online[v],
    )
    b.online_within_size = Constraint(
        list(named), rule=lambda b, v: named[v].sizing.package * b.online[v] <= working[v]
    )
    b.started_if_newly_online = Constraint(
        list(named), rule=lambda b, v: b.started[v] >= b.online[v] - online_before[v]
    )
    for v in named:
        s.site.quantities["starts", v] = b.started[v] / hours


def add_converters(m: ConcreteModel, problem: Problem) -> Terms:
    """Sizes by vintage, variable cost and process emissions of every converter."""
    b, years = block(m, "converters"), problem.years
    sizings = {v.name: v.sizing for v in problem.converters}
    add_retirement(b, sizings, years)
    terms = add_sizes(b, problem, sizings, "mw")
    for v in problem.converters:
        for n, y in enumerate(years):
            activity = operated(m, "activity_mwh", v.name, y)
            cost = v.opex_variable if isinstance(v.opex_variable, float | int) else float(v.opex_variable[n])
            if cost:
                terms.running[y].append(cost * activity)
            if v.start_cost and v.min_load_share > 0:
                terms.running[y].append(v.start_cost * operated(m, "starts", v.name, y))
            if v.direct_tco2e_per_mwh:
                terms.scope1_tco2e[y].append(v.direct_tco2e_per_mwh * activity)
            if v.captured_tco2e_per_mwh:
                terms.captured_tco2e[y].append(v.captured_tco2e_per_mwh * activity)
    return terms
