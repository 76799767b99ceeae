"""Running cash of a plan by year: energy, demand charges, upkeep, contracts, instruments and the carbon price.

    energy          sum over t of hours[t] * price[t] * import[t] * price_index[y];  exports likewise, as revenue
    demand charge   peak      charge * sum over b of months[b] * max(peak[b], ratchet_share * largest peak)
                    contract  charge * (12 * contract + factor * sum over b of months[b] * above[b]),
                              above[b] = max(0, peak[b] - tolerance * contract)
    contract        price[y0] * index[y] / index[y0] * paid[y0];  paid between take_or_pay_share and all of what is
                    available, together at least what is delivered, the cheapest vintage first
    carbon          carbon_price * max(0, scope1 - captured - free allowance)

The peak of the public grid counts what contracts deliver through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.problem import Contract, Market, Problem
from planner.accounting.ledger import Inventory, annual, contract_mwh, grid_market, is_delivered
from planner.accounting.stock import Stock, by_year, series, sizes
from planner.plan import Plan

if TYPE_CHECKING:
    from planner.accounting.accounts import Kind

Array = NDArray[np.float64]
Row = tuple[str, "Kind", Array]


def running_rows(problem: Problem, plan: Plan, stock: Stock, full: Inventory) -> Iterator[Row]:
    """(item, kind, cash (Y,) [million]) of everything paid by the year, before tax."""
    for market in problem.markets:
        yield from _market_rows(problem, plan, market)
    yield from _upkeep_rows(problem, plan, stock)
    delivered = contract_mwh(problem, plan)
    for c in problem.contracts:
        yield c.name, "contract", contract_payment(problem, c, stock.volumes[c.name], delivered[c.name])
    for i in problem.instruments:
        bought = np.array([plan.decision("instruments.quantity", i.name, y) for y in problem.years])
        yield i.name, "instrument", i.price * bought
    for m in problem.management:
        yield m.name, "management", m.opex_fixed * stock.adopted[m.name]
    taxed = np.maximum(0.0, full.scope1_tco2e - full.captured_tco2e - problem.emissions.free_allowance_tco2e)
    yield "carbon price", "carbon", problem.emissions.carbon_price * taxed


def through_market_mw(problem: Problem, plan: Plan, market: Market) -> Array:
    """(Y, T) power drawn through a market's connection: imports, and at the public grid what contracts deliver."""
    power = series(problem, plan, "markets.import_mw", market.name)
    if market is grid_market(problem):
        for c in problem.contracts:
            if is_delivered(c) and not c.direct_line:
                power = power + series(problem, plan, "contracts.delivered_mw", c.name)
    return power


def billing_peaks(problem: Problem, power: Array) -> Array:
    """(Y, B) highest power of each billing period [MW]."""
    steps = problem.steps
    return np.stack(
        [power[:, steps.billing == b].max(axis=1, initial=0.0) for b in range(len(steps.months_per_billing))], axis=1
    )


def demand_charges(problem: Problem, plan: Plan, market: Market) -> Array:
    """(Y,) demand charges of one market [million]."""
    if market.demand_rule == "none":
        return np.zeros(len(problem.years))
    peaks = billing_peaks(problem, through_market_mw(problem, plan, market))
    months, charge = problem.steps.months_per_billing, by_year(problem, market.demand_charge)
    if market.demand_rule == "peak":
        least = market.ratchet_share * peaks.max(axis=1, keepdims=True)
        billed: Array = np.maximum(peaks, least) @ months
        return charge * billed
    contract = np.array([plan.decision("markets.contract_demand_mw", market.name, y) for y in problem.years])
    above = np.maximum(0.0, peaks - market.contract_tolerance * contract[:, None])
    cost: Array = charge * (12 * contract + market.contract_excess_factor * (above @ months))
    return cost


def contract_payment(problem: Problem, contract: Contract, volumes: Mapping[int, Array], delivered: Array) -> Array:
    """(Y,) what a contract costs: the least that its vintages and take-or-pay allow, and the cost of signing."""
    index = by_year(problem, contract.index)
    first = problem.years[0]
    cost = np.zeros(len(problem.years))
    for y0 in volumes:
        cost[y0 - first] += contract.sign_cost
    for n in range(len(problem.years)):
        offers = [
            (
                float(contract.price[y0 - first] * index[n] / index[y0 - first]),
                available_mwh(problem, contract, volume[n]),
            )
            for y0, volume in volumes.items()
            if volume[n]
        ]
        cost[n] += _merit_order(offers, contract.take_or_pay_share, float(delivered[n]))
    return cost


def available_mwh(problem: Problem, contract: Contract, volume: float) -> float:
    """MWh a year that a volume can deliver."""
    if not is_delivered(contract):
        return volume
    profile = np.broadcast_to(np.asarray(contract.profile, float), (problem.steps.count,))
    return float(volume * (profile @ problem.steps.hours_per_year))


def _merit_order(offers: list[tuple[float, float]], least_share: float, delivered: float) -> float:
    """Cost of paying at least `least_share` of each offer (price, MWh) and together at least what is delivered."""
    cost = sum(price * least_share * mwh for price, mwh in offers)
    missing = delivered - sum(least_share * mwh for _, mwh in offers)
    for price, mwh in sorted(offers):
        spare = (1 - least_share) * mwh
        more = spare if price < 0 else min(spare, max(0.0, missing))
        cost += price * more
        missing -= more
    return cost


def _market_rows(problem: Problem, plan: Plan, market: Market) -> Iterator[Row]:
    bought = series(problem, plan, "markets.import_mw", market.name) * market.price
    yield market.name, "energy", annual(problem, bought) * market.price_index
    if market.export_price is not None:
        sold = series(problem, plan, "markets.export_mw", market.name) * market.export_price
        yield market.name, "export_revenue", -annual(problem, sold) * market.price_index
    yield market.name, "demand_charge", demand_charges(problem, plan, market)
    yield market.name, "opex_fixed", by_year(problem, market.fixed_cost)


def _upkeep_rows(problem: Problem, plan: Plan, stock: Stock) -> Iterator[Row]:
    for name, size in sizes(stock).items():
        yield name, "opex_fixed", size.sizing.opex_fixed * size.nameplate
    for r in problem.retrofits:
        yield r.name, "opex_fixed", r.opex_fixed * stock.installed[r.name]
    for v in problem.converters:
        activity = series(problem, plan, "converters.activity_mw", v.name)
        starts = _starts_per_year(problem, plan, v.name)
        yield (
            v.name,
            "opex_variable",
            annual(problem, activity) * by_year(problem, v.opex_variable) + starts * v.start_cost,
        )
    for s in problem.stores:
        discharged = annual(problem, series(problem, plan, "stores.discharge_mw", s.name))
        yield s.name, "opex_variable", s.opex_variable * discharged


def _starts_per_year(problem: Problem, plan: Plan, converter: str) -> Array:
    """(Y,) unit starts a year, from the number of units online."""
    online = series(problem, plan, "converters.online", converter)
    started = np.maximum(0.0, online - online[:, problem.steps.before])
    starts: Array = started @ problem.steps.times_per_year
    return starts
