"""The first years of a problem, and decisions that an earlier plan has taken for good.

    until(problem, 2030)                      the problem as it is seen by someone who does not look beyond 2030
    kept(problem, plan, 2027)                 what the plan decided up to 2027, as decisions taken in advance

Whoever plans to the end of a window sees a salvage value there, as at the end of a horizon. A cap on the sum of tonnes is shared
out by the year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

import numpy as np

from models.problem import Decided, DecisionTable, EmissionCap, Problem, Steps
from planner.plan import Plan

YEARLY = {
    "Demand": ("index",),
    "Retrofit": ("capex", "opex_fixed"),
    "Sizing": ("capex_index", "opex_fixed", "existing", "existing_share", "subsidy_per_unit"),
    "Converter": ("opex_variable",),
    "Market": ("price_index", "fixed_cost", "demand_charge", "emission_factor", "upstream_factor", "supplier_factor"),
    "Contract": ("price", "index"),
    "Instrument": ("price", "max_per_year"),
    "ManagementItem": ("capex", "opex_fixed"),
    "OtherEmissions": ("tco2e",),
    "EmissionCap": ("limit",),
    "Durability": ("own_reduction_floor", "removal_share_path"),
    "Target": ("stars", "durable_stars"),
    "BaseYear": ("restated_tco2e", "business_as_usual_tco2e"),
    "Finance": ("capex_limit",),
    "Emissions": ("uncovered_factor", "carbon_price", "free_allowance_tco2e"),
}  # fields with one value per year
CALENDAR = ("years", "start_years", "build_years")  # fields that list years
YES_OR_NO = ("retrofits.start", "management.adopt")
HAIR = 1e-6  # relative, and at least in the unit of the decision: what rounding may move


def until(problem: Problem, last: int) -> Problem:
    """The problem of the years up to `last`."""
    if last >= problem.years[-1]:
        return problem
    count = problem.years.index(last) + 1
    cut: Problem = _cut(problem, last, count)
    caps = tuple(_shared_out(cap, count / len(problem.years)) for cap in cut.emissions.caps)
    return replace(cut, name=f"{problem.name} to {last}", emissions=replace(cut.emissions, caps=caps))


def _cut(thing: Any, last: int, count: int) -> Any:
    """A dataclass with its yearly fields and its lists of years cut off, and so all that it holds."""
    if isinstance(thing, tuple):
        return tuple(_cut(part, last, count) for part in thing)
    whole = not is_dataclass(thing) or isinstance(thing, Steps)
    if whole:
        return thing
    yearly = YEARLY.get(type(thing).__name__, ())
    changes: dict[str, Any] = {}
    for one in fields(thing):
        value = getattr(thing, one.name)
        if one.name in yearly:
            changes[one.name] = value[:count] if isinstance(value, np.ndarray) and value.ndim else value
        elif one.name in CALENDAR:
            changes[one.name] = tuple(y for y in value if y <= last)
        elif isinstance(value, tuple) or is_dataclass(value):
            changes[one.name] = _cut(value, last, count)
    return replace(thing, **changes)


def _shared_out(cap: EmissionCap, share: float) -> EmissionCap:
    return cap if cap.total is None else replace(cap, total=share * cap.total)


def kept(problem: Problem, plan: Plan, last: int) -> tuple[Decided, ...]:
    """Everything that a plan decides in the years up to `last`, to a hair."""
    return tuple(_kept(problem, plan, last))


def _kept(problem: Problem, plan: Plan, last: int) -> Iterator[Decided]:
    for table in get_args(DecisionTable):
        for (name, year, *_), value in plan.decisions.get(table, {}).items():
            if int(year) > last or year not in problem.years:
                continue
            if table in YES_OR_NO:
                yield Decided(table, str(name), (int(year),), round(value), round(value))
                continue
            hair = HAIR * max(1.0, abs(value))
            yield Decided(table, str(name), (int(year),), max(0.0, value - hair), max(0.0, value) + hair)
