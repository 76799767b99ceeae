"""Checks of every step: balances of all carriers and the limits of everything that works on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.problem import ELECTRICITY, Contract, Converter, Problem, Store
from planner.accounting.ledger import annual, is_delivered
from planner.accounting.running import through_market_mw
from planner.accounting.stock import Stock, series
from planner.plan import Plan
from planner.verification.rows import RELATIVE_TOLERANCE, STEP_TOLERANCE, Findings

Array = NDArray[np.float64]


def check_operation(problem: Problem, plan: Plan, stock: Stock, findings: Findings) -> None:
    """Everything that must hold in a step, and the yearly limits on operation."""
    _check_names(problem, plan, findings)
    _check_balances(problem, plan, stock, findings)
    for v in problem.converters:
        _check_converter(problem, plan, stock, v, findings)
    for s in problem.stores:
        _check_store(problem, plan, stock, s, findings)
    _check_markets(problem, plan, findings)
    _check_connection(problem, plan, findings)
    _check_exports(problem, plan, findings)
    _check_dumping(problem, plan, stock, findings)
    _check_deliveries(problem, plan, stock, findings)


def known_series(problem: Problem) -> dict[str, set[str]]:
    """Items that may appear in each table of the operation."""
    stores = {s.name for s in problem.stores}
    return {
        "converters.activity_mw": {v.name for v in problem.converters},
        "converters.online": {v.name for v in problem.converters if v.min_load_share > 0},
        "stores.charge_mw": stores,
        "stores.discharge_mw": stores,
        "stores.stored_mwh": stores,
        "markets.import_mw": {k.name for k in problem.markets},
        "markets.export_mw": {k.name for k in problem.markets},
        "contracts.delivered_mw": {c.name for c in problem.contracts if is_delivered(c)},
        "heat.letdown_mw": {f"{hot}>{cool}" for hot, cool in problem.letdowns},
        "carriers.dump_mw": {c.name for c in problem.carriers if c.dumping},
    }


def yearly_tolerance(problem: Problem, scale: Array | float = 0.0) -> Array:
    """What the tolerance of steps [MW] adds up to in a year [MWh], or the relative one if larger."""
    steps = STEP_TOLERANCE * float(problem.steps.hours_per_year.sum())
    tolerance: Array = np.maximum(steps, RELATIVE_TOLERANCE * np.abs(np.asarray(scale, float)))
    return tolerance


def _check_names(problem: Problem, plan: Plan, findings: Findings) -> None:
    """Only things of the problem are operated, and none runs backwards."""
    for table, items in known_series(problem).items():
        for item, values in plan.operation.get(table, {}).items():
            findings.at_most(
                f"{table} not negative", item, -np.asarray(values), 0.0, unit="MW", tolerance=STEP_TOLERANCE
            )
            if item not in items:
                findings.at_most(f"{table} exists", item, np.abs(values), 0.0, unit="MW", tolerance=STEP_TOLERANCE)


def _check_balances(problem: Problem, plan: Plan, stock: Stock, findings: Findings) -> None:
    shape = (len(problem.years), problem.steps.count)
    supply = {c.name: np.zeros(shape) for c in problem.carriers}
    use = {c.name: np.zeros(shape) for c in problem.carriers}
    for d in problem.demands:
        use[d.carrier] += np.outer(d.index * stock.factors[d.name], d.load_mw)
    for carrier, drawn in stock.side_use_mw.items():
        use[carrier] += drawn
    for k in problem.markets:
        supply[k.carrier] += series(problem, plan, "markets.import_mw", k.name)
        use[k.carrier] += series(problem, plan, "markets.export_mw", k.name)
    for c in problem.contracts:
        if is_delivered(c):
            supply[ELECTRICITY] += series(problem, plan, "contracts.delivered_mw", c.name)
    for v in problem.converters:
        activity = series(problem, plan, "converters.activity_mw", v.name)
        for carrier, ratio in v.inputs.items():
            use[carrier] += ratio * activity
        for carrier, ratio in v.outputs.items():
            supply[carrier] += ratio * activity
    for s in problem.stores:
        supply[s.carrier] += series(problem, plan, "stores.discharge_mw", s.name)
        use[s.carrier] += series(problem, plan, "stores.charge_mw", s.name)
    for hot, cool in problem.letdowns:
        let_down = series(problem, plan, "heat.letdown_mw", f"{hot}>{cool}")
        use[hot] += let_down
        supply[cool] += let_down
    for one in problem.carriers:
        if one.dumping:
            use[one.name] += series(problem, plan, "carriers.dump_mw", one.name)
        findings.equal(
            "carrier balance", one.name, supply[one.name], use[one.name], unit="MW", tolerance=STEP_TOLERANCE
        )
        made, drawn = annual(problem, supply[one.name]), annual(problem, use[one.name])
        findings.equal("energy of the year", one.name, made, drawn, unit="MWh", tolerance=yearly_tolerance(problem))


def _check_converter(problem: Problem, plan: Plan, stock: Stock, v: Converter, findings: Findings) -> None:
    activity = series(problem, plan, "converters.activity_mw", v.name)
    working = stock.converters[v.name].working[:, None]
    limit = working * np.asarray(v.availability, float)
    findings.at_most("activity within size", v.name, activity, limit, unit="MW", tolerance=STEP_TOLERANCE)
    if v.min_load_share > 0 and v.sizing.package:
        online = series(problem, plan, "converters.online", v.name)
        running = v.sizing.package * online
        findings.whole("units online are whole", v.name, online, unit="units")
        findings.at_most("online within size", v.name, running, working, unit="MW", tolerance=STEP_TOLERANCE)
        findings.at_most("activity within online", v.name, activity, running, unit="MW", tolerance=STEP_TOLERANCE)
        least = v.min_load_share * running
        findings.at_most("minimum load", v.name, least, activity, unit="MW", tolerance=STEP_TOLERANCE)


def _check_store(problem: Problem, plan: Plan, stock: Stock, s: Store, findings: Findings) -> None:
    steps = problem.steps
    charge, discharge, stored = (
        series(problem, plan, f"stores.{flow}", s.name) for flow in ("charge_mw", "discharge_mw", "stored_mwh")
    )
    power, energy = stock.store_power[s.name].working, stock.store_energy[s.name].working
    kept = (1 - s.loss_share_per_hour) ** steps.hours * stored[:, steps.before]
    after = kept + steps.hours * (s.charge_efficiency * charge - discharge / s.discharge_efficiency)
    findings.equal("stored energy balance", s.name, stored, after, unit="MWh", tolerance=STEP_TOLERANCE)
    findings.at_most(
        "power within rating", s.name, charge + discharge, power[:, None], unit="MW", tolerance=STEP_TOLERANCE
    )
    findings.at_most(
        "charges or discharges", s.name, np.minimum(charge, discharge), 0.0, unit="MW", tolerance=STEP_TOLERANCE
    )
    findings.at_most("energy within capacity", s.name, stored, energy[:, None], unit="MWh", tolerance=STEP_TOLERANCE)
    findings.at_most(
        "duration above minimum", s.name, s.min_hours * power, energy, unit="MWh", tolerance=STEP_TOLERANCE
    )
    if np.isfinite(s.max_hours):
        findings.at_most(
            "duration within maximum", s.name, energy, s.max_hours * power, unit="MWh", tolerance=STEP_TOLERANCE
        )
    if s.cycles_per_year is not None:
        limit, cycled = s.cycles_per_year * energy, annual(problem, discharge)
        findings.at_most("cycles within limit", s.name, cycled, limit, unit="MWh", tolerance=yearly_tolerance(problem))


def _check_markets(problem: Problem, plan: Plan, findings: Findings) -> None:
    for k in problem.markets:
        drawn = through_market_mw(problem, plan, k)
        sold = series(problem, plan, "markets.export_mw", k.name)
        most = k.max_export_mw if k.export_price is not None else 0.0
        findings.at_most("import within limit", k.name, drawn, k.max_import_mw, unit="MW", tolerance=STEP_TOLERANCE)
        both = np.minimum(series(problem, plan, "markets.import_mw", k.name), sold)
        findings.at_most("buys or sells", k.name, both, 0.0, unit="MW", tolerance=STEP_TOLERANCE)
        findings.at_most("export within limit", k.name, sold, most, unit="MW", tolerance=STEP_TOLERANCE)
        if k.max_import_mwh_per_year is not None:
            bought = annual(problem, series(problem, plan, "markets.import_mw", k.name))
            findings.at_most(
                "import within the year's limit",
                k.name,
                bought,
                k.max_import_mwh_per_year,
                unit="MWh",
                tolerance=yearly_tolerance(problem),
            )


def _check_connection(problem: Problem, plan: Plan, findings: Findings) -> None:
    """All electricity bought and delivered in a step goes through one connection, and all that is sold."""
    limit = problem.grid_connection_mw
    electric = [k for k in problem.markets if k.carrier == ELECTRICITY and not k.unserved]
    if limit is None or not electric:
        return
    drawn = sum(through_market_mw(problem, plan, k) for k in electric)
    sold = sum(series(problem, plan, "markets.export_mw", k.name) for k in electric)
    for rule, power in (("imports within connection", drawn), ("exports within connection", sold)):
        findings.at_most(rule, ELECTRICITY, power, limit, unit="MW", tolerance=STEP_TOLERANCE)


def _check_exports(problem: Problem, plan: Plan, findings: Findings) -> None:
    """Nothing is bought to be sold: exports are at most what is made, or discharged where it may, in the same step."""
    for carrier in problem.carriers:
        sold = sum(
            series(problem, plan, "markets.export_mw", k.name) for k in problem.markets if k.carrier == carrier.name
        )
        made = sum(
            v.outputs[carrier.name] * series(problem, plan, "converters.activity_mw", v.name)
            for v in problem.converters
            if carrier.name in v.outputs
        )
        released = _may_sell(problem, carrier.name) * sum(
            series(problem, plan, "stores.discharge_mw", s.name)
            for s in problem.stores
            if s.carrier == carrier.name and s.may_export
        )
        findings.at_most(
            "export within generation", carrier.name, sold, made + released, unit="MW", tolerance=STEP_TOLERANCE
        )
        if carrier.name == ELECTRICITY:
            every = np.zeros((len(problem.years), problem.steps.count))
            sold_mwh, made_mwh = annual(problem, sold + every), annual(problem, made + every)
            findings.at_most(
                "sales within the year's generation",
                carrier.name,
                sold_mwh,
                made_mwh,
                unit="MWh",
                tolerance=yearly_tolerance(problem, made_mwh),
            )


def _check_dumping(problem: Problem, plan: Plan, stock: Stock, findings: Findings) -> None:
    """No energy is spent for nothing: what is dumped came unasked, from by-products, minimum loads, measures or loads below zero."""
    freed = {c.name: np.zeros((len(problem.years), problem.steps.count)) for c in problem.carriers}
    for v in problem.converters:
        if not v.made_at_will:
            for carrier, ratio in v.outputs.items():
                freed[carrier] += ratio * series(problem, plan, "converters.activity_mw", v.name)
    for carrier, drawn in stock.freed_mw.items():
        freed[carrier] += drawn
    for d in problem.demands:
        if np.any(d.load_mw < 0):
            freed[d.carrier] -= np.outer(d.index * stock.factors[d.name], d.load_mw)
    for group in problem.flowing_together:
        if any(v.made_at_will and set(v.outputs) & set(group) for v in problem.converters):
            dumped = sum(series(problem, plan, "carriers.dump_mw", c) for c in group)
            most = sum(freed[c] for c in group)
            findings.at_most("dumped within surplus", group[0], dumped, most, unit="MW", tolerance=STEP_TOLERANCE)


def _may_sell(problem: Problem, carrier: str) -> Array:
    """(T,) 1 where stored energy may be sold: no year's sale earns more than the cheapest purchase, else 0."""
    may = np.ones(problem.steps.count)
    markets = [k for k in problem.markets if k.carrier == carrier]
    delivered = [c for c in problem.contracts if is_delivered(c) and carrier == ELECTRICITY]
    least = min((_least_price(c) for c in delivered), default=np.inf)
    for seller in markets:
        if seller.export_price is None:
            continue
        earned = np.outer(seller.price_index, seller.export_price)
        for k in markets:
            paid = np.minimum(np.outer(k.price_index, k.price), least)
            may[(earned > paid + 1e-12).any(axis=0)] = 0.0
    return may


def _least_price(contract: Contract) -> float:
    """The lowest price that a delivered MWh can have [million]."""
    index = np.broadcast_to(contract.index, contract.price.shape)
    return float(contract.price.min() * index.min() / index.max())


def _check_deliveries(problem: Problem, plan: Plan, stock: Stock, findings: Findings) -> None:
    for c in problem.contracts:
        volume = sum(stock.volumes[c.name].values(), np.zeros(len(problem.years)))
        if is_delivered(c):
            delivered = series(problem, plan, "contracts.delivered_mw", c.name)
            limit = volume[:, None] * np.asarray(c.profile, float)
            findings.at_most("delivery within volume", c.name, delivered, limit, unit="MW", tolerance=STEP_TOLERANCE)
        else:
            used = np.array([plan.decision("contracts.annual_mwh", c.name, y) for y in problem.years])
            findings.at_most(
                "delivery within volume", c.name, used, volume, unit="MWh", tolerance=yearly_tolerance(problem)
            )
