"""A problem of a whole year, made coarse: the same problem on a few typical days.

Every series becomes its mean over the days that each typical day stands for (see `planner.assembly.typical_days`); what is paid or
converted by the MWh is weighted with the load behind it. Sizes, years, money and rules stay as they are, so decisions of the one
are decisions of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.problem import ELECTRICITY, Array, Converter, Problem
from planner.assembly.typical_days import RepresentativeYear, typical_days


def coarse(problem: Problem, days: int) -> Problem:
    """The problem with a year of so many typical days, or of more where its tariffs need them."""
    loads = _loads(problem)
    others = sorted(
        ((c, load) for c, load in loads.items() if c != ELECTRICITY), key=lambda named: -float(named[1].sum())
    )
    prices = [m.price for m in problem.markets if np.ptp(m.price)]
    year = typical_days(
        days,
        problem.steps.hours,
        {**loads, **_weather(problem)},
        _net_load(problem, loads),
        prices=prices,
        annual_peaks=dict(others),
    )
    demands = tuple(replace(d, load_mw=year.project(d.load_mw)) for d in problem.demands)
    markets = tuple(
        replace(
            m,
            price=year.project(m.price, loads.get(m.carrier)),
            export_price=None if m.export_price is None else year.project(m.export_price),
        )
        for m in problem.markets
    )
    return replace(
        problem,
        steps=year.steps,
        demands=demands,
        markets=markets,
        converters=tuple(_converter(v, year, loads) for v in problem.converters),
        contracts=tuple(replace(c, profile=_projected(c.profile, year)) for c in problem.contracts),
    )


def _loads(problem: Problem) -> dict[str, Array]:
    """carrier -> (T,) load of all its end uses [MW]."""
    loads: dict[str, Array] = {}
    for d in problem.demands:
        loads[d.carrier] = loads.get(d.carrier, 0.0) + np.asarray(d.load_mw, dtype=np.float64)
    return loads


def _weather(problem: Problem) -> dict[str, Array]:
    """Series that sun, wind and temperature shape: availability, proportions by the step, delivery profiles."""
    series = {f"{v.name} availability": v.availability for v in problem.converters}
    series |= {f"{v.name} {c}": ratio for v in problem.converters for c, ratio in v.inputs.items()}
    series |= {f"{c.name} profile": c.profile for c in problem.contracts}
    return {name: values for name, values in series.items() if isinstance(values, np.ndarray)}


def _net_load(problem: Problem, loads: Mapping[str, Array]) -> Array:
    """(T,) electric load less what existing generators make, plus what existing electric plant draws for the other loads."""
    net = loads.get(ELECTRICITY, np.zeros(problem.steps.count))
    for v in problem.converters:
        size = float(v.sizing.existing[0])
        if size and ELECTRICITY in v.outputs:
            net = net - size * v.availability * v.outputs[ELECTRICITY]
        elif size and ELECTRICITY in v.inputs and v.outputs:
            carrier, made = next(iter(v.outputs.items()))
            net = net + np.minimum(loads.get(carrier, 0.0) / made, size) * v.inputs[ELECTRICITY]
    return np.asarray(net, dtype=np.float64)


def _converter(v: Converter, year: RepresentativeYear, loads: Mapping[str, Array]) -> Converter:
    weight = loads.get(next(iter(v.outputs), ""))
    return replace(
        v,
        inputs={c: _projected(ratio, year, weight) for c, ratio in v.inputs.items()},
        outputs={c: _projected(ratio, year, weight) for c, ratio in v.outputs.items()},
        availability=_projected(v.availability, year),
    )


def _projected(values: float | Array, year: RepresentativeYear, weight: Array | None = None) -> float | Array:
    return year.project(values, weight) if isinstance(values, np.ndarray) else values
