"""A plan whose investments stand: what is built, retrofitted, retired, signed and adopted is kept, the rest decided again.

    parts = [one_year(problem, plan, y) for y in problem.years]       independent of each other
    again = re_operated(problem, plan, options)                        a plan of the whole problem

With the investments given, the years are independent: their loads, sizes, volumes and points are numbers. Each year becomes a
problem of its own, with the end-use factor in its loads, working sizes as existing stock, contracts by signing year at their
signed volume, and adopted items as already met. Contracts of one year are purchases and are decided again, like instruments,
contract demand and operation. Two rules join the years:

    steps of the penalty        the state is the number of years of reliance that lie behind; the best path over the states is
                                exact, because the cost of a year depends on nothing else of the past
    cap on the sum of tonnes    where the separate years break it, all years are solved together, investments pinned

Costs that no longer depend on a decision (capex, salvage, upkeep of what stands) are left out of the years; the accountant
counts them on the whole plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np

from models.problem import (
    Array,
    Contract,
    Converter,
    DecisionTable,
    Demand,
    EmissionCap,
    Instrument,
    ManagementItem,
    Market,
    OtherEmissions,
    Problem,
    Rating,
    Sizing,
    Store,
)
from planner.accounting.stock import LEAST_SIZE, Size, Stock, stock_of
from planner.plan import Index, Plan

HAIR = 3e-7  # relative: what rounding may have taken from a size or a threshold that the plan meets exactly
POINT_HAIR = 5e-7  # the same of a score: half of what the evaluator allows
INVESTMENTS = tuple(table for table in get_args(DecisionTable) if table != "instruments.quantity")
Pins = Mapping[str, Mapping[Index, float]]


@dataclass(frozen=True)
class Part:
    """One year as a problem of its own; `pins` are its decisions that are given, `signed` the years behind its contracts."""

    problem: Problem
    pins: Pins
    signed: Mapping[str, tuple[str, int]]  # contract of the part -> contract and signing year of the plan


def is_purchase(c: Contract) -> bool:
    """A contract of one year binds nobody longer than a certificate does."""
    return c.tenor_years <= 1


def investments_of(problem: Problem, plan: Plan) -> dict[str, dict[Index, float]]:
    """The decisions that stand, by name and index, as the plan has them."""
    bought = {c.name for c in problem.contracts if is_purchase(c)}
    return {
        name: {index: value for index, value in plan.decisions[name].items() if index[0] not in bought}
        for name in INVESTMENTS
        if name in plan.decisions
    }


def one_year(problem: Problem, plan: Plan, year: int, stock: Stock | None = None) -> Part:
    """A year of the problem with the plan's investments standing."""
    stock, n = stock or stock_of(problem, plan), problem.years.index(year)
    contracts, pins, signed = _contracts(problem, stock, year)
    embodied = OtherEmissions("embodied", 3, np.array([_embodied(problem, plan, stock, year)]))
    emissions, rules = problem.emissions, problem.durability
    part = replace(
        problem,
        name=f"{problem.name} {year}",
        years=(year,),
        demands=(*(_demand(d, stock, n) for d in problem.demands), *_side_use(stock, n)),
        markets=tuple(_market(k, problem, n) for k in problem.markets),
        finance=replace(problem.finance, capex_limit=None),
        emissions=replace(
            emissions,
            uncovered_factor=_at(emissions.uncovered_factor, problem, n),
            carbon_price=_at(emissions.carbon_price, problem, n),
            free_allowance_tco2e=_at(emissions.free_allowance_tco2e, problem, n),
            other=(*(replace(o, tco2e=_at(o.tco2e, problem, n)) for o in emissions.other), embodied),
            caps=tuple(_cap(cap, problem, n) for cap in emissions.caps if cap.limit is not None),
        ),
        base=replace(
            problem.base,
            restated_tco2e=_at(problem.base.restated_tco2e, problem, n),
            business_as_usual_tco2e=_at(problem.base.business_as_usual_tco2e, problem, n),
        ),
        retrofits=(),
        converters=tuple(_converter(v, stock.converters[v.name], problem, n) for v in problem.converters),
        stores=tuple(_store(q, stock, n) for q in problem.stores),
        contracts=contracts,
        instruments=tuple(_instrument(i, problem, n) for i in problem.instruments),
        management=tuple(_adopted(i) for i in problem.management if _is_adopted(i, stock, n)),
        group_limits={},
        rating=None if problem.rating is None else _within_a_hair(problem.rating),
        durability=replace(
            rules,
            own_reduction_floor=_path(rules.own_reduction_floor, problem, n, HAIR),
            removal_share_path=_path(rules.removal_share_path, problem, n, HAIR),
        ),
        decided=(),
        goals=(),
        target=None
        if problem.target is None
        else replace(
            problem.target,
            stars=problem.target.stars[n : n + 1],
            durable_stars=problem.target.durable_stars[n : n + 1],
        ),
    )
    return Part(part, pins, signed)


def joined(problem: Problem, plan: Plan, parts: Iterable[tuple[Part, Plan]]) -> Plan:
    """A plan of the whole problem: the investments of `plan`, and what the years decided."""
    solved = list(parts)
    decisions: dict[str, dict[Index, float]] = {k: dict(v) for k, v in investments_of(problem, plan).items()}
    for part, answer in solved:
        for name in ("instruments.quantity", "markets.contract_demand_mw"):
            decisions.setdefault(name, {}).update(answer.decisions.get(name, {}))
        _add_contracts(decisions, part, answer)
    operation: dict[str, dict[str, Array]] = {}
    for name in {name for _, answer in solved for name in answer.operation}:
        items: dict[str, list[Array]] = {}
        for n, (part, answer) in enumerate(solved):
            for item, values in answer.operation.get(name, {}).items():
                whole = part.signed[item][0] if name == "contracts.delivered_mw" else item
                rows = items.setdefault(whole, [np.zeros((1, problem.steps.count)) for _ in solved])
                rows[n] = rows[n] + values
        operation[name] = {item: np.concatenate(rows) for item, rows in items.items()}
    return Plan(decisions, operation, plan.facts)


def _add_contracts(decisions: dict[str, dict[Index, float]], part: Part, answer: Plan) -> None:
    year = part.problem.years[0]
    yearly = decisions.setdefault("contracts.annual_mwh", {})
    for (name, _), mwh in answer.decisions.get("contracts.annual_mwh", {}).items():
        whole = part.signed[str(name)][0]
        yearly[whole, year] = yearly.get((whole, year), 0.0) + mwh
    for (name, _), volume in answer.decisions.get("contracts.sign_volume", {}).items():
        if (name, year) not in part.pins.get("contracts.sign_volume", {}):
            decisions.setdefault("contracts.sign_volume", {})[part.signed[str(name)][0], year] = volume


def _at(values: Array | float, problem: Problem, n: int) -> Array:
    """(1,) the value of the n-th year."""
    return np.broadcast_to(np.asarray(values, float), (len(problem.years),))[n : n + 1].copy()


def _path(values: Array | None, problem: Problem, n: int, hair: float) -> Array | None:
    return None if values is None or np.isnan(values[n]) else _at(values, problem, n) - hair


def _demand(d: Demand, stock: Stock, n: int) -> Demand:
    return replace(d, index=np.array([float(d.index[n]) * float(stock.factors[d.name][n])]))


def _side_use(stock: Stock, n: int) -> list[Demand]:
    """What the retrofits draw from other carriers, and what they free of them as a load below zero."""
    freed = {carrier: -mw[n] for carrier, mw in stock.freed_mw.items() if np.any(mw[n])}
    drawn = {carrier: mw[n] - freed.get(carrier, 0.0) for carrier, mw in stock.side_use_mw.items()}
    loads = [(f"side use of {carrier}", carrier, mw) for carrier, mw in drawn.items() if np.any(mw > 0)]
    loads += [(f"freed of {carrier}", carrier, mw) for carrier, mw in freed.items()]
    return [Demand(name, carrier, mw, np.ones(1)) for name, carrier, mw in loads]


def _market(k: Market, problem: Problem, n: int) -> Market:
    return replace(
        k,
        price_index=_at(k.price_index, problem, n),
        fixed_cost=0.0,
        demand_charge=_at(k.demand_charge, problem, n),
        emission_factor=_at(k.emission_factor, problem, n),
        upstream_factor=_at(k.upstream_factor, problem, n),
        supplier_factor=None if k.supplier_factor is None else _at(k.supplier_factor, problem, n),
    )


def _cap(cap: EmissionCap, problem: Problem, n: int) -> EmissionCap:
    assert cap.limit is not None
    return replace(cap, limit=_at(cap.limit, problem, n) * (1 + HAIR))


def _standing(z: Sizing, size: Size, n: int) -> Sizing:
    """The working size as existing stock; its upkeep no longer depends on a decision."""
    working = float(size.working[n])
    working = 0.0 if working < LEAST_SIZE else working * (1 + HAIR)
    return replace(
        z,
        build_years=(),
        capex_index=np.ones(1),
        subsidy_per_unit=0.0,
        max_total=working,
        opex_fixed=np.zeros(1),
        existing=np.array([working]),
        existing_share=1.0,
        retire_from=None,
        embodied_tco2e_per_unit=0.0,
    )


def _converter(v: Converter, size: Size, problem: Problem, n: int) -> Converter:
    return replace(v, sizing=_standing(v.sizing, size, n), opex_variable=_at(v.opex_variable, problem, n), groups={})


def _store(q: Store, stock: Stock, n: int) -> Store:
    """Power and energy as they stand: their proportion was a matter of building."""
    power, energy = stock.store_power[q.name], stock.store_energy[q.name]
    return replace(
        q,
        power=_standing(q.power, power, n),
        energy=_standing(q.energy, energy, n),
        min_hours=0.0,
        max_hours=np.inf,
        groups={},
    )


def _instrument(i: Instrument, problem: Problem, n: int) -> Instrument:
    return replace(i, price=_at(i.price, problem, n), max_per_year=_at(i.max_per_year, problem, n))


def _is_adopted(i: ManagementItem, stock: Stock, n: int) -> bool:
    return i.already_met or bool(stock.adopted[i.name][n])


def _adopted(i: ManagementItem) -> ManagementItem:
    return replace(i, capex=np.zeros(1), opex_fixed=np.zeros(1), start_years=(), already_met=True)


def _within_a_hair(rating: Rating) -> Rating:
    """The standard with thresholds that a plan meets although its numbers were rounded; the evaluator allows more."""
    levels = tuple(
        replace(
            level,
            min_score_share=level.min_score_share - POINT_HAIR / max(rating.max_points, 1.0),
            gates=tuple(
                replace(g, threshold=g.threshold * (1 - HAIR if g.sense == "min" else 1 + HAIR)) for g in level.gates
            ),
        )
        for level in rating.levels
    )
    return replace(rating, levels=levels)


def _embodied(problem: Problem, plan: Plan, stock: Stock, year: int) -> float:
    """Tonnes embodied in what is built in a year."""
    sized = (*stock.converters.values(), *stock.store_power.values(), *stock.store_energy.values())
    built = sum(size.builds.get(year, 0.0) * size.sizing.embodied_tco2e_per_unit for size in sized)
    return built + sum(
        r.embodied_tco2e * round(plan.decision("retrofits.start", r.name, year)) for r in problem.retrofits
    )


def _contracts(
    problem: Problem, stock: Stock, year: int
) -> tuple[tuple[Contract, ...], Pins, dict[str, tuple[str, int]]]:
    """Each signing year in force as a contract of its own at its own price, and the contracts of one year on offer."""
    first, n = problem.years[0], problem.years.index(year)
    found: list[Contract] = []
    volumes: dict[Index, float] = {}
    signed: dict[str, tuple[str, int]] = {}
    for c in problem.contracts:
        index = np.broadcast_to(np.asarray(c.index, float), (len(problem.years),))
        if is_purchase(c):
            if year in c.start_years:
                most = min(c.max_volume, *_decided(problem, c.name, year))
                found.append(
                    replace(c, price=_at(c.price, problem, n), index=1.0, start_years=(year,), max_volume=most)
                )
                signed[c.name] = (c.name, year)
            continue
        for begun, in_force in stock.volumes[c.name].items():
            if not in_force[n]:
                continue
            name, volume = f"{c.name} of {begun}", float(in_force[n])
            price = float(c.price[begun - first] * index[n] / index[begun - first])
            found.append(
                replace(
                    c,
                    name=name,
                    price=np.array([price]),
                    index=1.0,
                    start_years=(year,),
                    min_volume=0.0,
                    max_volume=volume,
                    sign_cost=0.0,
                )
            )
            volumes[name, year], signed[name] = volume, (c.name, begun)
    return tuple(found), {"contracts.sign_volume": volumes} if volumes else {}, signed


def _decided(problem: Problem, contract: str, year: int) -> list[float]:
    """What may be signed at most, where that was decided in advance."""
    signing = [one for one in problem.decided if one.table == "contracts.sign_volume" and one.name == contract]
    return [one.most for one in signing if one.years == (year,)] or [np.inf]
