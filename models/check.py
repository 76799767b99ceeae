"""What every problem must satisfy before an equation is written: names that exist, shapes that fit, links that make sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from models.problem import ELECTRICITY, Problem

TOO_MUCH = 1e12  # no factory has so much of anything, in the units of the Problem
PARTS = ("demands", "retrofits", "converters", "stores", "markets", "contracts", "instruments", "management")


class ProblemError(ValueError):
    """A problem breaks rules of the model; one line for each."""


def check(problem: Problem) -> None:
    """Raises ProblemError with every fault of the problem, one per line."""
    if faults := broken(problem):
        raise ProblemError("\n".join(faults))


def broken(problem: Problem) -> list[str]:
    """Every rule that the problem breaks, each beginning with what breaks it, such as "market grid: …"."""
    return [*_names(problem), *_shapes(problem), *_steps(problem), *_rules(problem), *_sizes(problem)]


def _names(problem: Problem) -> Iterator[str]:
    carriers = {c.name for c in problem.carriers}
    demands = {d.name for d in problem.demands}
    used = [(f"demand {d.name}", d.carrier) for d in problem.demands]
    used += [(f"market {k.name}", k.carrier) for k in problem.markets]
    used += [(f"store {q.name}", q.carrier) for q in problem.stores]
    used += [(f"converter {v.name}", c) for v in problem.converters for c in (*v.inputs, *v.outputs)]
    used += [(f"retrofit {r.name}", c) for r in problem.retrofits for _, c, _ in r.side_use]
    used += [(f"letdown {a} to {b}", c) for a, b in problem.letdowns for c in (a, b)]
    yield from (f"{owner}: unknown carrier {c}" for owner, c in used if c not in carriers)
    for r in problem.retrofits:
        yield from (f"retrofit {r.name}: unknown demand {d}" for d in r.savings if d not in demands)
    required = {r.name for r in problem.retrofits} | {i.name for i in problem.management}
    for r in problem.retrofits:
        yield from (f"retrofit {r.name}: unknown requirement {q}" for q in r.requires if q not in required)
    groups = [(v.name, g) for v in (*problem.converters, *problem.stores) for g in v.groups]
    yield from (f"{v}: group {g} has no limit" for v, g in groups if g not in problem.group_limits)
    for part in PARTS:
        names = [x.name for x in getattr(problem, part)]
        yield from (f"{part}: {n} is given twice" for n in sorted({n for n in names if names.count(n) > 1}))


def _shapes(problem: Problem) -> Iterator[str]:
    years, steps = (len(problem.years),), (problem.steps.count,)
    wanted = [(f"demand {d.name}: load_mw", d.load_mw, steps) for d in problem.demands]
    wanted += [(f"demand {d.name}: index", d.index, years) for d in problem.demands]
    wanted += [(f"market {k.name}: price", k.price, steps) for k in problem.markets]
    wanted += [(f"market {k.name}: price_index", k.price_index, years) for k in problem.markets]
    wanted += [(f"retrofit {r.name}: capex", r.capex, years) for r in problem.retrofits]
    wanted += [(f"instrument {i.name}: price", i.price, years) for i in problem.instruments]
    wanted += [(f"contract {c.name}: price", c.price, years) for c in problem.contracts]
    wanted += [("base: restated_tco2e", problem.base.restated_tco2e, years)]
    for name, values, shape in wanted:
        if np.shape(values) != shape:
            yield f"{name} has shape {np.shape(values)}, wanted {shape}"
        elif not np.isfinite(values).all():
            yield f"{name} holds a number that is not finite"


def _steps(problem: Problem) -> Iterator[str]:
    steps, years = problem.steps, problem.years
    if list(years) != list(range(years[0], years[0] + len(years))):
        yield "years must be consecutive"
    chained = problem.stores or any(v.min_load_share > 0 for v in problem.converters)
    if chained and not np.allclose(steps.times_per_year, steps.times_per_year[steps.before]):
        yield "steps that follow one another must occur equally often, or stored energy would multiply"
    if abs(float(steps.months_per_billing.sum()) - 12.0) > 1e-9:
        yield "months_per_billing must sum to 12"


def _rules(problem: Problem) -> Iterator[str]:
    temperature = {c.name: c.temperature_c for c in problem.carriers}
    for k in problem.markets:
        if not k.max_import_mw >= 0:
            yield f"market {k.name}: max_import_mw must be a number from 0"
        if k.export_price is not None and not k.max_export_mw >= 0:
            yield f"market {k.name}: max_export_mw must be a number from 0"
        if k.carrier == ELECTRICITY and k.scope != 2:
            yield f"market {k.name}: imported electricity is scope 2"
        if k.supplier_factor is not None and k.carrier != ELECTRICITY:
            yield f"market {k.name}: only electricity has a supplier's factor"
    if problem.grid_connection_mw is not None and not 0 < problem.grid_connection_mw < np.inf:
        yield "grid_connection_mw must be a number above zero"
    sizings = [(f"converter {v.name}", "", v.sizing) for v in problem.converters]
    sizings += [(f"store {q.name}", " of its power", q.power) for q in problem.stores]
    sizings += [(f"store {q.name}", " of its energy", q.energy) for q in problem.stores]
    for owner, side, sizing in sizings:
        if not sizing.max_total >= 0:
            yield f"{owner}: max_total{side} must be a number from 0"
    for v in problem.converters:
        if v.min_load_share > 0 and not v.sizing.package:
            yield f"converter {v.name}: min_load_share needs a package size"
        if v.electrified_heat and ELECTRICITY not in v.inputs:
            yield f"converter {v.name}: electrified_heat needs an electricity input"
    for c in problem.contracts:
        if c.direct_line and not c.bundled:
            yield f"contract {c.name}: a direct line must carry its attributes"
    for hot, cool in problem.letdowns:
        if (temperature.get(hot) or 0.0) < (temperature.get(cool) or 0.0):
            yield f"letdown {hot} to {cool}: heat does not flow from cooler to hotter"
    if problem.target is not None and problem.rating is None:
        yield "a target needs a rating"


def _sizes(problem: Problem) -> Iterator[str]:
    """Numbers that no solver bears beside ordinary ones; where there is no limit, infinity says so."""
    named = [(f"{part.removesuffix('s')} {thing.name}", thing) for part in PARTS for thing in getattr(problem, part)]
    named += [(part, getattr(problem, part)) for part in ("finance", "emissions", "durability", "base")]
    for owner, thing in named:
        for place, largest in _largest(thing, ""):
            if TOO_MUCH <= largest < np.inf:
                yield f"{owner}: {place} is {largest:.3g}, more than any factory has"


def _largest(value: Any, place: str) -> Iterator[tuple[str, float]]:
    """The largest magnitude of each number or array inside a value, with its place."""
    if is_dataclass(value):
        for one in fields(value):
            yield from _largest(getattr(value, one.name), f"{place}.{one.name}" if place else one.name)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _largest(inner, f"{place}.{name}")
    elif isinstance(value, float | np.ndarray):
        numbers = np.abs(np.asarray(value, dtype=np.float64))
        if numbers.size:
            yield place, float(np.where(np.isfinite(numbers), numbers, 0.0).max())
    elif isinstance(value, tuple):
        for inner in value:
            if not isinstance(inner, str | int):
                yield from _largest(inner, place)
