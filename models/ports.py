"""Ports: how one step of physics speaks of data, of the plan and of the step before it.

A port is a Pyomo variable that stands for something else, so that a row of the step reads like the equation it is:

    activity_mw[v] <= availability[v] * working_mw[v]            activity_within_size

Here `activity_mw` is a column of the step, `availability` a data port (a number per step) and `working_mw` a plan port (a
column per year). The press later replaces each port by the numbers or columns that it stands for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from pyomo.environ import ComponentMap, ConcreteModel, Var

from models.problem import Array, Problem


@dataclass
class Site:
    """What the concepts of the step tell each other and the press.

    `supply` and `use` collect the flows into and out of each carrier's balance [MW]; `exportable` those that may leave
    the site, `surplus` those that may come unasked and be dumped. `quantities` are rates per hour whose yearly sums the
    plan sees as `operation[name, item, y]`.
    """

    supply: dict[str, list] = field(default_factory=lambda: defaultdict(list))
    use: dict[str, list] = field(default_factory=lambda: defaultdict(list))
    exportable: dict[str, list] = field(default_factory=lambda: defaultdict(list))
    surplus: dict[str, list] = field(default_factory=lambda: defaultdict(list))
    quantities: dict[tuple[str, str], object] = field(default_factory=dict)
    data: ComponentMap = field(default_factory=ComponentMap)  # port -> (T,) numbers
    plan: ComponentMap = field(default_factory=ComponentMap)  # port -> (component, index): column of each year
    billing: ComponentMap = field(default_factory=ComponentMap)  # port -> (component, index): column of year and period
    before: ComponentMap = field(default_factory=ComponentMap)  # port -> column of the preceding step
    limit: ComponentMap = field(default_factory=ComponentMap)  # before port -> plan port that its column never exceeds


def new_step(problem: Problem) -> ConcreteModel:
    """An empty step with its `site` registry."""
    s = ConcreteModel(name="step")
    s.site = Site()
    return s


def data_ports(s: ConcreteModel, block: object, name: str, values: Mapping[str, Array | float]) -> dict[str, object]:
    """Numbers that may change from step to step: a plain float where constant, a port where not."""
    series = {k: np.asarray(v, dtype=float) for k, v in values.items()}
    ports = Var([k for k, v in series.items() if v.ndim])
    setattr(block, name, ports)
    for k in ports:
        s.site.data[ports[k]] = series[k]
    return {k: ports[k] if v.ndim else float(v) for k, v in series.items()}


def plan_ports(s: ConcreteModel, block: object, name: str, keys: list) -> Var:
    """Columns of the plan of the same block, name and index, one for each year."""
    ports = Var(keys)
    setattr(block, name, ports)
    for k in keys:
        s.site.plan[ports[k]] = (f"{block.name}.{name}", k)
    return ports


def billing_ports(s: ConcreteModel, block: object, name: str, keys: list) -> Var:
    """Columns of the plan of the same block, name and index, one for each year and billing period."""
    ports = Var(keys)
    setattr(block, name, ports)
    for k in keys:
        s.site.billing[ports[k]] = (f"{block.name}.{name}", k)
    return ports


def before_ports(s: ConcreteModel, block: object, name: str, of: Var, limits: Var | None = None) -> Var:
    """The value of `of` in the preceding step; `limits` are the plan ports that it stays below in every step."""
    ports = Var(list(of))
    setattr(block, name, ports)
    for k in of:
        s.site.before[ports[k]] = of[k]
        if limits is not None:
            s.site.limit[ports[k]] = limits[k]
    return ports
