"""The naive planner: every option by its own cost per tonne, taken one after the other until the target is reached.

Each option is judged alone, in the first year, against what energy costs and emits today; that options save the same
energy twice, change each other's worth, or earn points is not seen. That blindness is what a plan is compared with.

    unit cost = (capex as an annuity + yearly cost - energy saved at today's price) / tonnes saved a year
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.problem import ELECTRICITY, Array, Contract, Converter, Instrument, Problem, Retrofit, Sizing
from planner.accounting.ledger import counting_share, is_delivered
from planner.assembly.variants import continued

HALF_LOAD = 0.5  # share of the year at which a naive planner runs plant without a profile


@dataclass(frozen=True)
class Worth:
    """What a MWh of a carrier costs [million] and emits [t] on the site today."""

    price: float
    tonnes: float


@dataclass(frozen=True)
class Measure:
    """An option with its own cost per tonne [million/t]; infinite if it saves none."""

    kind: str
    name: str
    cost_per_tonne: float


def cheapest_first(problem: Problem, taken: Sequence[Measure]) -> Problem:
    """The problem with only the measures that were `taken` on offer, and all management items.

    The fewest of `measures`, taken in their order, that reach the target are the naive plan; more are never out of reach. What is
    not on offer stays in the problem, so that all numbers of measures are of one site and share what is learnt of it.
    """
    kept = {(m.kind, m.name) for m in taken}
    return replace(
        problem,
        name=f"{problem.name} cheapest first",
        retrofits=tuple(r if ("retrofits", r.name) in kept else replace(r, start_years=()) for r in problem.retrofits),
        converters=tuple(
            v if ("converters", v.name) in kept else replace(v, sizing=_not_extended(v.sizing, problem.years))
            for v in problem.converters
        ),
        stores=tuple(
            q
            if ("stores", q.name) in kept
            else replace(q, power=_not_extended(q.power, problem.years), energy=_not_extended(q.energy, problem.years))
            for q in problem.stores
        ),
        contracts=tuple(c if ("contracts", c.name) in kept else replace(c, start_years=()) for c in problem.contracts),
        instruments=tuple(
            i if ("instruments", i.name) in kept else replace(i, max_per_year=np.zeros_like(i.max_per_year))
            for i in problem.instruments
        ),
    )


def _not_extended(sizing: Sizing, years: tuple[int, ...]) -> Sizing:
    """What stands goes on, like for like; nothing is added."""
    return continued(sizing, years, 1.0) if sizing.existing.any() else replace(sizing, build_years=())


def measures(problem: Problem) -> tuple[Measure, ...]:
    """Every option, cheapest per tonne first; equal costs keep the problem's order."""
    return tuple(sorted(_measures(problem), key=lambda m: m.cost_per_tonne))


def _measures(problem: Problem) -> Iterator[Measure]:
    worth = worths(problem)
    for r in problem.retrofits:
        yield Measure("retrofits", r.name, _retrofit(problem, r, worth))
    for v in problem.converters:
        if v.sizing.build_years:
            yield Measure("converters", v.name, _converter(problem, v, worth))
    for q in problem.stores:
        if q.energy.build_years:
            yield Measure("stores", q.name, float("inf"))
    for c in problem.contracts:
        yield Measure("contracts", c.name, _contract(problem, c, worth))
    for i in problem.instruments:
        yield Measure("instruments", i.name, _instrument(problem, i))


def worths(problem: Problem) -> Mapping[str, Worth]:
    """Price and tonnes of each carrier: its market's, else its existing plant's, else the next hotter carrier's."""
    hours = problem.steps.hours_per_year
    found: dict[str, Worth] = {}
    for k in reversed(problem.markets):
        found[k.carrier] = Worth(float(k.price @ hours / hours.sum() * k.price_index[0]), k.base_emission_factor)
    for _ in problem.carriers:
        for v in problem.converters:
            made = [c for c in v.outputs if c not in found]
            if made and v.sizing.existing.any() and all(c in found for c in v.inputs):
                price = sum(_mean(q) * found[c].price for c, q in v.inputs.items()) + float(_mean(v.opex_variable))
                tonnes = sum(_mean(q) * found[c].tonnes for c, q in v.inputs.items()) + v.direct_tco2e_per_mwh
                found[made[0]] = Worth(price / _mean(v.outputs[made[0]]), tonnes / _mean(v.outputs[made[0]]))
        for hot, cool in problem.letdowns:
            if cool not in found and hot in found:
                found[cool] = found[hot]
    return found


def _mean(values: Array | float) -> float:
    return float(np.mean(values))


def _flow(worth: Mapping[str, Worth], flows: Mapping[str, float]) -> Worth:
    known = {c: q for c, q in flows.items() if c in worth}
    return Worth(sum(q * worth[c].price for c, q in known.items()), sum(q * worth[c].tonnes for c, q in known.items()))


def annuity_factor(life_years: int, rate: float) -> float:
    """Yearly payment per unit of capex.

    >>> round(annuity_factor(10, 0.08), 4), annuity_factor(10, 1e-17), annuity_factor(10, 0.0)
    (0.149, 0.1, 0.1)
    """
    return rate / -math.expm1(-life_years * math.log1p(rate)) if rate > 0 else 1 / life_years


def _unit_cost(yearly_cost: float, tonnes: float) -> float:
    return yearly_cost / tonnes if tonnes > 1e-9 else float("inf")


def _retrofit(problem: Problem, r: Retrofit, worth: Mapping[str, Worth]) -> float:
    hours = problem.steps.hours_per_year
    loads = {d.name: (d.carrier, float(d.load_mw @ hours)) for d in problem.demands}
    saved: dict[str, float] = {}
    for demand, share in r.savings.items():
        carrier, energy = loads[demand]
        saved[carrier] = saved.get(carrier, 0.0) + share * energy
    for demand, carrier, ratio in r.side_use:
        saved[carrier] = saved.get(carrier, 0.0) - ratio * loads[demand][1]
    gain = _flow(worth, saved)
    capex = float(r.capex[0]) * annuity_factor(r.life_years, problem.finance.discount_rate)
    return _unit_cost(capex + float(r.opex_fixed[0]) - gain.price, gain.tonnes)


def _converter(problem: Problem, v: Converter, worth: Mapping[str, Worth]) -> float:
    """Per MW, at the profile's yield or at half load."""
    hours = problem.steps.hours_per_year
    shaped = isinstance(v.availability, np.ndarray)
    energy = float(np.broadcast_to(v.availability, hours.shape) @ hours) * (1.0 if shaped else HALF_LOAD)
    flows = {c: _mean(q) * energy for c, q in v.outputs.items()}
    for c, q in v.inputs.items():
        flows[c] = flows.get(c, 0.0) - _mean(q) * energy
    gain = _flow(worth, flows)
    last = v.sizing.segments[-1]
    per_mw = last.capex_per_unit + (last.capex_fixed / last.max_size if last.max_size > 0 else 0.0)
    subsidy = float(np.atleast_1d(v.sizing.subsidy_per_unit)[0])
    paid = per_mw * float(v.sizing.capex_index[0]) - subsidy
    capex = paid * annuity_factor(v.sizing.life_years, problem.finance.discount_rate)
    running = float(v.sizing.opex_fixed[0]) + _mean(v.opex_variable) * energy
    own = (v.captured_tco2e_per_mwh - v.direct_tco2e_per_mwh) * energy
    return _unit_cost(capex + running - gain.price, gain.tonnes + own)


def _contract(problem: Problem, c: Contract, worth: Mapping[str, Worth]) -> float:
    premium = float(c.price[0]) - (worth[ELECTRICITY].price if is_delivered(c) and ELECTRICITY in worth else 0.0)
    return _unit_cost(premium, float(problem.emissions.uncovered_factor[0]))


def _instrument(problem: Problem, i: Instrument) -> float:
    tonnes = counting_share(i) * (float(problem.emissions.uncovered_factor[0]) if i.kind == "certificate" else 1.0)
    return _unit_cost(float(i.price[0]), tonnes)
