"""The base year as billed: the model's energy against it, and an inventory of it without any optimisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models.problem import Array, BaseYear, Converter, Market, OtherEmissions, Problem
from planner.plan import Plan, SolverFacts
from planner.reading.units import mwh

if TYPE_CHECKING:
    from planner.assembly.assemble import Assembly

MILLION = 1e6
ROUNDING = 1e-9  # relative, of power
TOLERANCE = 0.05  # a larger difference between model and bills is worth a warning


@dataclass(frozen=True)
class Billed:
    """Energy of one market in the base year: what the model expects against the bill [MWh]."""

    market: str
    modelled_mwh: float
    billed_mwh: float

    @property
    def difference_share(self) -> float:
        """(model - bill) / bill; infinite where nothing was billed but the model buys."""
        if self.billed_mwh == 0:
            return 0.0 if self.modelled_mwh == 0 else float("inf")
        return self.modelled_mwh / self.billed_mwh - 1

    @property
    def warning(self) -> str | None:
        """What to tell the user, if the two are more than 5 % apart."""
        if abs(self.difference_share) <= TOLERANCE:
            return None
        return (
            f"base year, {self.market}: the demands need {self.modelled_mwh:,.0f} MWh, "
            f"{self.billed_mwh:,.0f} MWh were billed ({self.difference_share:+.0%})"
        )


def billed_mwh(billed: Mapping[str, float | str], markets: tuple[Market, ...]) -> dict[str, float]:
    """Bills by market [MWh]; a bill under a carrier's name is that of the carrier's first market."""
    carrier_of = {k.name: k.carrier for k in markets}
    first = {k.carrier: k.name for k in reversed(markets)}
    total: dict[str, float] = {}
    for name, written in billed.items():
        market = name if name in carrier_of else first.get(name)
        if market is not None:
            total[market] = total.get(market, 0.0) + mwh(written, carrier_of[market])
    return total


def base_year_check(assembly: Assembly) -> tuple[Billed, ...]:
    """Each billed market against what the demands need of it through the existing plant."""
    needed = needed_mwh(assembly.problem)
    return tuple(Billed(k, needed[k], bill) for k, bill in assembly.billed_mwh.items() if k in needed)


@dataclass(frozen=True)
class Paid:
    """Cost of one market in the base year: what the model's prices make of it against the bill [currency]."""

    market: str
    modelled: float
    billed: float
    currency: str

    @property
    def warning(self) -> str | None:
        """What to tell the user, if the two are more than 5 % apart."""
        if abs(self.modelled - self.billed) <= TOLERANCE * self.billed:
            return None
        return (
            f"base year, {self.market}: at the scenario's prices it costs {self.modelled:,.0f} {self.currency}, "
            f"{self.billed:,.0f} {self.currency} were billed"
        )


def base_year_cost_check(assembly: Assembly) -> tuple[Paid, ...]:
    """Each cost in the bills against energy, demand charge and standing charge at the prices of the price year."""
    problem, head = assembly.problem, assembly.scenario
    needed = needed_mw(problem)
    first = {k.carrier: k for k in reversed(problem.markets)} | {k.name: k for k in problem.markets}
    return tuple(
        Paid(first[name].name, _cost(problem, first[name], needed[first[name].name]), billed, head.scenario.currency)
        for name, billed in head.base_year.cost.items()
        if name in first and first[name].name in needed
    )


def _cost(problem: Problem, market: Market, power_mw: Array) -> float:
    """Yearly cost of buying a load from a market [currency]; a contract demand is that of the highest peak."""
    steps = problem.steps
    cost = float(power_mw * steps.hours_per_year @ market.price) + float(_first(market.fixed_cost)[0])
    peaks = np.zeros(len(steps.months_per_billing))
    np.maximum.at(peaks, steps.billing, power_mw)
    least = max(market.ratchet_share * float(peaks.max()), market.contract_min_mw)
    if market.demand_rule == "contract":
        least = max(least, float(peaks.max()))
    cost += float(_first(market.demand_charge)[0]) * float(steps.months_per_billing @ np.maximum(peaks, least))
    return cost * MILLION


def needed_mwh(problem: Problem) -> dict[str, float]:
    """Energy that each market would have sold in the base year [MWh]."""
    hours = problem.steps.hours_per_year
    return {market: float(power_mw @ hours) for market, power_mw in needed_mw(problem).items()}


def needed_mw(problem: Problem) -> dict[str, Array]:
    """Power that each market would have delivered in the base year [MW], as far as that is clear."""
    needs = base_needs(problem)
    return {k: mw for k, mw in needs.bought_mw.items() if k not in needs.unclear}


@dataclass(frozen=True)
class Needs:
    """What the loads of the base year needed: power by market, activity by plant, and what nothing could serve [MW].

    Markets whose share is `unclear` could have been replaced by others.
    """

    bought_mw: Mapping[str, Array]
    activity_mw: Mapping[str, Array]
    unclear: frozenset[str]
    unserved: frozenset[str]  # carriers


def base_needs(problem: Problem) -> Needs:
    """The loads of the base year through what stood, without optimising anything.

    Each carrier is made by generators first, then by existing plant up to its size, step by step; what is left is
    bought from its first market, or comes down from the next hotter carrier. A carrier that is both made from fuel and
    bought leaves the split open: its market and those behind its plant are unclear. Storage and export are left out.
    """
    need: dict[str, Array] = {c.name: np.zeros(problem.steps.count) for c in problem.carriers}
    for d in problem.demands:
        need[d.carrier] = need[d.carrier] + d.load_mw * d.base_index
    market_of = {k.carrier: k.name for k in reversed(problem.markets)}
    hotter = {cool: hot for hot, cool in reversed(problem.letdowns)}
    bought: dict[str, Array] = {}
    activities: dict[str, Array] = {}
    unclear: set[str] = set()
    unserved: set[str] = set()
    for carrier in _downstream_first(problem):
        left, makers = need[carrier], _makers(problem, carrier)
        if not left.any():
            if carrier in market_of and carrier not in unclear:
                bought[market_of[carrier]] = left
            continue
        if carrier in market_of and any(v.inputs for v in makers):
            unclear |= {carrier, *(source for v in makers for source in v.inputs)}
        for v in makers:
            size = v.sizing.existing[0] * np.broadcast_to(v.availability, left.shape)
            activity = np.minimum(left / v.outputs[carrier], size)
            activities[v.name] = activities.get(v.name, 0.0) + activity
            left = left - activity * v.outputs[carrier]
            for source, ratio in v.inputs.items():
                need[source] = need[source] + activity * ratio
                if carrier in unclear:
                    unclear.add(source)
        if carrier in market_of:
            bought[market_of[carrier]] = left
            if _beyond(problem, carrier, left):
                unserved.add(carrier)
        elif carrier in hotter:
            need[hotter[carrier]] = need[hotter[carrier]] + left
        elif left.max() > ROUNDING * need[carrier].max():
            unserved.add(carrier)
    carrier_of = {k.name: k.carrier for k in problem.markets}
    return Needs(bought, activities, frozenset(k for k in bought if carrier_of[k] in unclear), frozenset(unserved))


def _beyond(problem: Problem, carrier: str, power_mw: Array) -> bool:
    """Whether the markets of a carrier together deliver less power, or less energy in a year."""
    sellers = [k for k in problem.markets if k.carrier == carrier]
    energy = [k.max_import_mwh_per_year for k in sellers]
    most_mwh = np.inf if None in energy else sum(q for q in energy if q is not None)
    margin = 1 + ROUNDING
    beyond_mw = power_mw.max() > margin * sum(k.max_import_mw for k in sellers)
    return bool(beyond_mw or power_mw @ problem.steps.hours_per_year > margin * most_mwh)


@dataclass(frozen=True)
class Stood:
    """The base year as its plant served it: energy by market [MWh], and what plant emits itself less what it captures [t]."""

    bought_mwh: Mapping[str, float]
    plant_tco2e: float


def as_it_stood(assembly: Assembly) -> Stood | None:
    """The base year served by the plant that stood in it; None where it could not, or where the split is open."""
    problem, tables = assembly.problem, assembly.scenario.converters
    year = problem.base.year

    def stood(v: Converter) -> float:
        table = tables[v.name]
        there = table.existing_until is None or year <= table.existing_until
        return (table.existing_mw or 0.0) if there else 0.0

    converters = tuple(
        replace(v, sizing=replace(v.sizing, existing=np.full_like(v.sizing.existing, stood(v))))
        for v in problem.converters
    )
    needs = base_needs(replace(problem, converters=converters))
    if needs.unserved or needs.unclear or not any(d.base_index > 0 and d.load_mw.any() for d in problem.demands):
        return None
    hours = problem.steps.hours_per_year
    net = {v.name: v.direct_tco2e_per_mwh - v.captured_tco2e_per_mwh for v in problem.converters}
    plant = sum(net[name] * float(mw @ hours) for name, mw in needs.activity_mw.items())
    return Stood({k: float(mw @ hours) for k, mw in needs.bought_mw.items()}, plant)


def _makers(problem: Problem, carrier: str) -> list[Converter]:
    """Existing plant that makes a carrier, generators first."""
    made = [v for v in problem.converters if v.sizing.existing[0] > 0 and carrier in v.outputs]
    return sorted(made, key=lambda v: len(v.inputs))


def _downstream_first(problem: Problem) -> list[str]:
    """Carriers ordered so that what existing plant makes comes before what it is made from."""
    order: list[str] = []

    def visit(carrier: str, above: tuple[str, ...]) -> None:
        if carrier in order or carrier in above:
            return
        made = [c for v in problem.converters if v.sizing.existing[0] > 0 and carrier in v.inputs for c in v.outputs]
        for other in (*made, *(cool for hot, cool in problem.letdowns if hot == carrier)):
            visit(other, (*above, carrier))
        order.append(carrier)

    for c in problem.carriers:
        visit(c.name, ())
    return order


def inventory_from_bills(assembly: Assembly) -> tuple[Problem, Plan]:
    """The base year as a problem of one year and the plan that the bills describe, for the accountant and evaluator.

    Markets deliver what was billed, evenly over the year; existing generators without fuel make what sun and wind
    allow. Nothing is optimised. Raises ValueError when [base_year] has no bills.
    """
    problem, year = assembly.problem, assembly.problem.base.year
    if not assembly.billed_mwh:
        raise ValueError("[base_year] billed is empty: there is nothing to rate")
    generators = tuple(_in_base_year(v) for v in problem.converters if not v.inputs and v.sizing.existing[0] > 0)
    one = np.ones(1)
    markets = tuple(
        replace(
            k,
            price_index=one,
            emission_factor=k.base_emission_factor,
            upstream_factor=_first(k.upstream_factor),
            supplier_factor=None if k.supplier_factor is None else one * k.base_emission_factor,
        )
        for k in problem.markets
    )
    gross = base_gross(problem, assembly.billed_mwh)
    others = tuple(replace(o, tco2e=np.array([o.base_tco2e])) for o in problem.emissions.other)
    rated = replace(
        problem,
        years=(year,),
        demands=tuple(replace(d, index=one) for d in problem.demands),
        markets=tuple(
            replace(k, fixed_cost=_first(k.fixed_cost), demand_charge=_first(k.demand_charge)) for k in markets
        ),
        converters=generators,
        stores=(),
        retrofits=(),
        contracts=(),
        instruments=(),
        management=tuple(
            replace(i, capex=np.zeros(1), opex_fixed=np.zeros(1), start_years=())
            for i in problem.management
            if i.already_met
        ),
        emissions=replace(
            problem.emissions,
            uncovered_factor=np.array([assembly.base_uncovered_factor]),
            carbon_price=problem.emissions.carbon_price[:1],
            free_allowance_tco2e=problem.emissions.free_allowance_tco2e[:1],
            other=others,
            caps=(),
        ),
        base=BaseYear(year, gross.rated, np.array([gross.scopes12]), np.array([gross.rated])),
        durability=replace(problem.durability, own_reduction_floor=None, removal_share_path=None),
        target=None,
    )
    return rated, _billed_plan(rated, assembly.billed_mwh)


def _first(values: Array | float) -> Array:
    return np.atleast_1d(np.asarray(values, dtype=np.float64))[:1]


def _in_base_year(v: Converter) -> Converter:
    sizing = replace(
        v.sizing,
        build_years=(),
        capex_index=v.sizing.capex_index[:1],
        subsidy_per_unit=0.0,
        opex_fixed=v.sizing.opex_fixed[:1],
        existing=v.sizing.existing[:1],
        existing_share=_first(v.sizing.existing_share),
    )
    return replace(v, sizing=sizing, opex_variable=_first(v.opex_variable))


def _billed_plan(problem: Problem, billed: Mapping[str, float]) -> Plan:
    steps = problem.steps
    hours = float(steps.hours_per_year.sum())
    evenly = {k.name: np.full((1, steps.count), billed.get(k.name, 0.0) / hours) for k in problem.markets}
    made = {
        v.name: np.broadcast_to(v.availability * v.sizing.existing[0], (1, steps.count)).astype(np.float64)
        for v in problem.converters
    }
    facts = SolverFacts("none", "taken from bills", 0.0, 0.0, 0.0)
    return Plan({}, {"markets.import_mw": evenly, "converters.activity_mw": made}, facts)


@dataclass(frozen=True)
class BaseGross:
    """Base-year tonnes, location-based: scope 1, scopes 1 and 2, and the scopes inside the rated boundary."""

    scope1: float
    scopes12: float
    rated: float


def base_gross(problem: Problem, energy_mwh: Mapping[str, float], plant_tco2e: float = 0.0) -> BaseGross:
    """Tonnes of the base year from the energy bought [MWh by market], at base-year factors.

    `plant_tco2e` is what plant emits itself, which is on no bill.
    """
    others: tuple[OtherEmissions, ...] = problem.emissions.other
    tonnes = {k.name: energy_mwh.get(k.name, 0.0) * k.base_emission_factor for k in problem.markets}
    upstream = sum(energy_mwh.get(k.name, 0.0) * float(_first(k.upstream_factor)[0]) for k in problem.markets)
    scope1 = sum(tonnes[k.name] for k in problem.markets if k.scope == 1)
    scope1 += plant_tco2e + sum(o.base_tco2e for o in others if o.scope == 1)
    scope2 = sum(tonnes[k.name] for k in problem.markets if k.scope == 2)
    scope3 = upstream + sum(o.base_tco2e for o in others if o.scope == 3)
    rated = problem.rating is not None and 3 in problem.rating.scopes
    return BaseGross(scope1, scope1 + scope2, scope1 + scope2 + (scope3 if rated else 0.0))
