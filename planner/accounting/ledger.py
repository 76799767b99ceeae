"""The yearly inventory: megawatt-hours with their claims, tonnes by scope, own reduction and paper share.

Computed from a problem and a plan alone, without the optimisation model. In a year:

    grid = imports of electricity markets + contract deliveries through the grid
    supplied = imports from suppliers with a factor of their own
    direct = deliveries over a direct line
    onsite_claim = onsite_renewable - surrendered,  surrendered = min(exported, onsite_renewable)
    used = grid + direct + on-site generation - exported
    grid_claims = bundled deliveries through the grid + green tariff + virtual + counted certificates  (<= grid - supplied)
    claimed = onsite_claim + direct + grid_claims
    scope2_market = (grid - supplied - grid_claims) * uncovered factor + supplied at its supplier's factor
        + imported heat at its factor
    gross = scope1 - captured + scope2 (+ scope3 where the rating has it)
    net = gross_market - credits - removals
    own_inventory = scope 1 and 2 at base-year factors, location-based; electrified heat is credited only with power of
        bundled durable contracts (on-site and direct-line power has no grid factor to begin with)
    paper = credits + removals that do not last + counted certificates * uncovered factor
    excess = max(0, paper - threshold * gross_location)

Instruments count as quantity * (1 - buffer_share) * delivery_share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.problem import ELECTRICITY, Contract, Instrument, Market, Problem
from planner.accounting.stock import Stock, by_year, series, sizes, stock_of
from planner.plan import Plan

Array = NDArray[np.float64]

TCE_PER_MWH_ELECTRICITY = 0.1229  # calorific equivalent, GB/T 2589-2020
EMISSION_SCOPES = ("scope1", "captured", "scope2_location", "scope2_market", "scope3", "biogenic_memo")


@dataclass(frozen=True, eq=False)
class Source:
    """Tonnes of one source in one scope, by year; `scope` is one of EMISSION_SCOPES."""

    scope: str
    item: str
    tco2e: Array


@dataclass(frozen=True, eq=False)
class Inventory:
    """One value per year (Y,) in every field but the last three."""

    grid_mwh: Array
    supplied_mwh: Array  # part of it, from suppliers with a factor of their own
    direct_mwh: Array
    onsite_generation_mwh: Array
    onsite_renewable_mwh: Array
    exported_mwh: Array
    surrendered_mwh: Array
    onsite_claim_mwh: Array
    used_mwh: Array
    delivered_claims_mwh: Array  # bundled contracts through the grid
    green_tariff_claims_mwh: Array
    virtual_claims_mwh: Array
    certificate_claims_mwh: Array
    grid_claims_mwh: Array  # the four above
    claimed_mwh: Array
    hourly_matched_mwh: Array  # renewable supply used in the step in which it was made, certificates aside
    credited_mwh: Array  # grid electricity of electrified heat that own reduction counts at zero
    energy_tce: Array
    scope1_tco2e: Array
    captured_tco2e: Array
    scope2_location_tco2e: Array
    scope2_market_tco2e: Array
    scope3_tco2e: Array
    biogenic_memo_tco2e: Array
    gross_location_tco2e: Array
    gross_market_tco2e: Array
    credits_tco2e: Array
    removals_tco2e: Array
    net_tco2e: Array
    own_inventory_tco2e: Array
    restated_tco2e: Array
    own_reduction_share: Array
    paper_tco2e: Array
    paper_share: Array
    excess_tco2e: Array
    base_gross_tco2e: float
    base_known: bool  # False: own reduction is not defined
    sources: tuple[Source, ...]


def inventory(problem: Problem, plan: Plan) -> Inventory:
    """The inventory of every year of a plan."""
    stock = stock_of(problem, plan)
    contracts = contract_mwh(problem, plan)
    claims = _claims(problem, contracts, counted(problem, plan, "certificate"))
    electricity = _electricity(problem, plan, contracts)
    renewable, exported = electricity["onsite_renewable"], electricity["exported"]
    surrendered = np.minimum(exported, renewable)
    grid_claims = sum(claims.values(), np.zeros(len(problem.years)))
    open_mwh = electricity["grid"] - electricity["supplied"] - grid_claims
    sources = emission_sources(problem, plan, stock, open_mwh)
    totals = _scope_totals(problem, sources)
    credited = _credited(problem, plan, contracts)
    own = _own_inventory(problem, plan, totals, electricity["delivered"] - credited)
    credits, removals = counted(problem, plan, "credit"), counted(problem, plan, "removal")
    market = totals["gross_market"]
    lasting = counted(problem, plan, "removal", problem.durability.min_removal_durability_years)
    paper = credits + removals - lasting + claims["certificate"] * problem.emissions.uncovered_factor
    return Inventory(
        grid_mwh=electricity["grid"],
        supplied_mwh=electricity["supplied"],
        direct_mwh=electricity["direct"],
        onsite_generation_mwh=electricity["onsite_generation"],
        onsite_renewable_mwh=renewable,
        exported_mwh=exported,
        surrendered_mwh=surrendered,
        onsite_claim_mwh=renewable - surrendered,
        used_mwh=electricity["grid"] + electricity["direct"] + electricity["onsite_generation"] - exported,
        delivered_claims_mwh=claims["delivered"],
        green_tariff_claims_mwh=claims["green_tariff"],
        virtual_claims_mwh=claims["virtual"],
        certificate_claims_mwh=claims["certificate"],
        grid_claims_mwh=grid_claims,
        claimed_mwh=renewable - surrendered + electricity["direct"] + grid_claims,
        hourly_matched_mwh=_hourly_matched(problem, plan),
        credited_mwh=credited,
        energy_tce=_energy_tce(problem, plan, renewable),
        scope1_tco2e=totals["scope1"],
        captured_tco2e=totals["captured"],
        scope2_location_tco2e=totals["scope2_location"],
        scope2_market_tco2e=totals["scope2_market"],
        scope3_tco2e=totals["scope3"],
        biogenic_memo_tco2e=totals["biogenic_memo"],
        gross_location_tco2e=totals["gross_location"],
        gross_market_tco2e=market,
        credits_tco2e=credits,
        removals_tco2e=removals,
        net_tco2e=market - credits - removals,
        own_inventory_tco2e=own,
        restated_tco2e=problem.base.restated_tco2e,
        own_reduction_share=share(problem.base.restated_tco2e - own, problem.base.restated_tco2e),
        paper_tco2e=paper,
        paper_share=share(paper, totals["gross_location"]),
        excess_tco2e=_excess(problem, paper, totals["gross_location"]),
        base_gross_tco2e=problem.base.gross_tco2e,
        base_known=problem.base.known,
        sources=sources,
    )


def durable(problem: Problem, plan: Plan, full: Inventory) -> Inventory:
    """What is left of an inventory when paper counts nothing.

    No certificates; contracts shorter than `min_contract_years` leave their MWh uncovered, also over a direct line,
    where the grid's base-year factor counts as own emissions; credits count up to `residual_share` of base-year gross
    emissions; removals only if they last.
    """
    rules = problem.durability
    lasting = {c.name: c.tenor_years >= rules.min_contract_years for c in problem.contracts}
    contracts = contract_mwh(problem, plan)
    kept = {name: mwh * lasting[name] for name, mwh in contracts.items()}
    claims = _claims(problem, kept, np.zeros(len(problem.years)))
    grid_claims = sum(claims.values(), np.zeros(len(problem.years)))
    direct = sum((kept[c.name] for c in problem.contracts if c.direct_line), np.zeros(len(problem.years)))
    uncovered = full.grid_mwh - full.supplied_mwh - grid_claims + full.direct_mwh - direct
    sources = emission_sources(problem, plan, stock_of(problem, plan), uncovered)
    totals = _scope_totals(problem, sources)
    credits = np.minimum(full.credits_tco2e, rules.residual_share * problem.base.gross_tco2e)
    removals = counted(problem, plan, "removal", rules.min_removal_durability_years)
    grid = grid_market(problem)
    own = full.own_inventory_tco2e + (grid.base_emission_factor if grid else 0.0) * (full.direct_mwh - direct)
    return replace(
        full,
        direct_mwh=direct,
        grid_mwh=full.grid_mwh + full.direct_mwh - direct,
        delivered_claims_mwh=claims["delivered"],
        green_tariff_claims_mwh=claims["green_tariff"],
        virtual_claims_mwh=claims["virtual"],
        certificate_claims_mwh=claims["certificate"],
        grid_claims_mwh=grid_claims,
        claimed_mwh=full.onsite_claim_mwh + direct + grid_claims,
        scope2_market_tco2e=totals["scope2_market"],
        gross_market_tco2e=totals["gross_market"],
        credits_tco2e=credits,
        removals_tco2e=removals,
        net_tco2e=totals["gross_market"] - credits - removals,
        own_inventory_tco2e=own,
        own_reduction_share=share(full.restated_tco2e - own, full.restated_tco2e),
        paper_tco2e=credits,
        paper_share=share(credits, full.gross_location_tco2e),
        excess_tco2e=_excess(problem, credits, full.gross_location_tco2e),
        sources=sources,
    )


def share(part: Array, whole: Array) -> Array:
    """part / whole, and zero where the whole is zero."""
    quotient: Array = np.divide(part, whole, out=np.zeros_like(part, dtype=float), where=np.abs(whole) > 0)
    return quotient


def annual(problem: Problem, per_step: Array) -> Array:
    """(Y,) MWh per year of a (Y, T) power [MW]."""
    energy: Array = per_step @ problem.steps.hours_per_year
    return energy


def grid_market(problem: Problem) -> Market | None:
    """The public grid: the first electricity market that is no supplier with a factor of its own; contracts deliver through it."""
    return next((k for k in electricity_markets(problem) if k.supplier_factor is None), None)


def electricity_markets(problem: Problem) -> list[Market]:
    """Those that deliver electricity; what business as usual cannot serve is none."""
    return [k for k in problem.markets if k.carrier == ELECTRICITY and not k.unserved]


def is_delivered(contract: Contract) -> bool:
    """True where a contract brings power step by step, false where it brings attributes by the year."""
    return contract.kind in ("as_produced", "baseload")


def contract_mwh(problem: Problem, plan: Plan) -> dict[str, Array]:
    """(Y,) MWh that each contract delivers, or whose attributes are used, in each year."""
    return {
        c.name: annual(problem, series(problem, plan, "contracts.delivered_mw", c.name))
        if is_delivered(c)
        else np.array([plan.decision("contracts.annual_mwh", c.name, y) for y in problem.years])
        for c in problem.contracts
    }


def counting_share(instrument: Instrument) -> float:
    """What counts of one unit bought, after reversal buffer and delivery risk."""
    return (1 - instrument.buffer_share) * instrument.delivery_share


def counted(problem: Problem, plan: Plan, kind: str, min_durability_years: float = 0.0) -> Array:
    """(Y,) counted MWh or tonnes of all instruments of a kind that last at least so long."""
    total = np.zeros(len(problem.years))
    for i in problem.instruments:
        if i.kind == kind and i.durability_years >= min_durability_years:
            bought = [plan.decision("instruments.quantity", i.name, y) for y in problem.years]
            total = total + counting_share(i) * np.array(bought)
    return total


def onsite_electricity_mw(problem: Problem, plan: Plan) -> tuple[Array, Array]:
    """(Y, T) electricity made on site: all of it, and the renewable part."""
    total = np.zeros((len(problem.years), problem.steps.count))
    renewable = total.copy()
    for v in problem.converters:
        if ELECTRICITY in v.outputs:
            output = series(problem, plan, "converters.activity_mw", v.name) * v.outputs[ELECTRICITY]
            total = total + output
            renewable = renewable + output * v.renewable
    return total, renewable


def emission_sources(problem: Problem, plan: Plan, stock: Stock, uncovered_mwh: Array) -> tuple[Source, ...]:
    """Every emission source by scope; `uncovered_mwh` (Y,) is electricity without a claim, at the uncovered factor."""
    rows: list[Source] = []
    for k in problem.markets:
        rows += _market_sources(problem, k, _through_market_mwh(problem, plan, k), plan)
    rows.append(
        Source("scope2_market", "electricity without a claim", uncovered_mwh * problem.emissions.uncovered_factor)
    )
    for v in problem.converters:
        activity = annual(problem, series(problem, plan, "converters.activity_mw", v.name))
        rows.append(Source("scope1", v.name, activity * v.direct_tco2e_per_mwh))
        rows.append(Source("captured", v.name, activity * v.captured_tco2e_per_mwh))
    rows += [Source(f"scope{o.scope}", o.name, by_year(problem, o.tco2e)) for o in problem.emissions.other]
    rows += _embodied(problem, plan, stock)
    return tuple(row for row in rows if np.any(row.tco2e))


def _through_market_mwh(problem: Problem, plan: Plan, market: Market) -> Array:
    """(Y,) MWh imported from a market; deliveries through the grid pass through the grid market."""
    mwh = annual(problem, series(problem, plan, "markets.import_mw", market.name))
    if market is grid_market(problem):
        contracts = contract_mwh(problem, plan)
        mwh = mwh + sum(contracts[c.name] for c in problem.contracts if is_delivered(c) and not c.direct_line)
    return mwh


def _market_sources(problem: Problem, market: Market, mwh: Array, plan: Plan) -> list[Source]:
    direct = mwh * by_year(problem, market.emission_factor)
    rows = [Source("scope3", f"{market.name} upstream", mwh * by_year(problem, market.upstream_factor))]
    rows.append(Source("biogenic_memo", market.name, mwh * market.biogenic_factor))
    if market.scope == 1:
        return [Source("scope1", market.name, direct), *rows]
    rows.append(Source("scope2_location", market.name, direct))
    if market.carrier != ELECTRICITY:
        rows.append(Source("scope2_market", market.name, direct))
    elif market.supplier_factor is not None:
        rows.append(Source("scope2_market", market.name, mwh * market.supplier_factor))
    return rows


def _embodied(problem: Problem, plan: Plan, stock: Stock) -> list[Source]:
    """Tonnes embodied in what is built, in the year of building."""
    rows = [
        Source(
            "scope3",
            f"{name} embodied",
            np.array([size.builds.get(y, 0.0) for y in problem.years]) * size.sizing.embodied_tco2e_per_unit,
        )
        for name, size in sizes(stock).items()
    ]
    for r in problem.retrofits:
        started = np.array([round(plan.decision("retrofits.start", r.name, y)) for y in problem.years], float)
        rows.append(Source("scope3", f"{r.name} embodied", started * r.embodied_tco2e))
    return rows


def _scope_totals(problem: Problem, sources: tuple[Source, ...]) -> dict[str, Array]:
    """Sum of each scope, and the gross inventories inside the rated boundary."""
    zero = np.zeros(len(problem.years))
    totals = {scope: sum((s.tco2e for s in sources if s.scope == scope), zero) for scope in EMISSION_SCOPES}
    rated = problem.rating.scopes if problem.rating else (1, 2)
    inside = totals["scope1"] - totals["captured"] + (totals["scope3"] if 3 in rated else zero)
    return totals | {
        "gross_location": inside + totals["scope2_location"],
        "gross_market": inside + totals["scope2_market"],
    }


def _electricity(problem: Problem, plan: Plan, contracts: Mapping[str, Array]) -> dict[str, Array]:
    """(Y,) MWh of electricity by origin, and exported."""
    zero = np.zeros(len(problem.years))
    markets = [k.name for k in electricity_markets(problem)]
    bought = {k: annual(problem, series(problem, plan, "markets.import_mw", k)) for k in markets}
    imported = sum(bought.values(), zero)
    exported = sum((annual(problem, series(problem, plan, "markets.export_mw", k)) for k in markets), zero)
    delivered = [c for c in problem.contracts if is_delivered(c)]
    over_grid = sum((contracts[c.name] for c in delivered if not c.direct_line), zero)
    generation, renewable = onsite_electricity_mw(problem, plan)
    return {
        "grid": imported + over_grid,
        "supplied": sum((bought[k.name] for k in problem.markets if k.supplier_factor is not None), zero),
        "delivered": over_grid,
        "direct": sum((contracts[c.name] for c in delivered if c.direct_line), zero),
        "onsite_generation": annual(problem, generation),
        "onsite_renewable": annual(problem, renewable),
        "exported": exported,
    }


def _claims(problem: Problem, contracts: Mapping[str, Array], certificates: Array) -> dict[str, Array]:
    """(Y,) MWh of grid electricity claimed, by type of claim."""
    zero = np.zeros(len(problem.years))
    bundled = [c for c in problem.contracts if c.bundled]
    return {
        "delivered": sum((contracts[c.name] for c in bundled if is_delivered(c) and not c.direct_line), zero),
        "green_tariff": sum((contracts[c.name] for c in bundled if c.kind == "green_tariff"), zero),
        "virtual": sum((contracts[c.name] for c in bundled if c.kind == "virtual"), zero),
        "certificate": certificates,
    }


def _hourly_matched(problem: Problem, plan: Plan) -> Array:
    """Renewable MWh used in the step of their making: on site less exports, direct line, bundled deliveries."""
    generation, renewable = onsite_electricity_mw(problem, plan)
    exported = sum(
        (series(problem, plan, "markets.export_mw", k.name) for k in electricity_markets(problem)),
        np.zeros_like(generation),
    )
    used = generation - exported
    clean = renewable - np.minimum(exported, renewable)
    for k in electricity_markets(problem):
        used = used + series(problem, plan, "markets.import_mw", k.name)
    for c in problem.contracts:
        delivered = series(problem, plan, "contracts.delivered_mw", c.name)
        used = used + delivered
        clean = clean + delivered * (c.bundled or c.direct_line)
    return annual(problem, np.minimum(np.maximum(used, 0.0), clean))


def _credited(problem: Problem, plan: Plan, contracts: Mapping[str, Array]) -> Array:
    """Grid electricity of electrified heat that bundled durable contracts cover."""
    zero = np.zeros(len(problem.years))
    eligible = [
        contracts[c.name]
        for c in problem.contracts
        if c.bundled
        and c.tenor_years >= problem.durability.min_contract_years
        and ((is_delivered(c) and not c.direct_line) or c.kind == "green_tariff")
    ]
    electrified = [
        annual(problem, series(problem, plan, "converters.activity_mw", v.name) * v.inputs[ELECTRICITY])
        for v in problem.converters
        if v.electrified_heat and ELECTRICITY in v.inputs
    ]
    return np.minimum(sum(eligible, zero), sum(electrified, zero))


def _own_inventory(problem: Problem, plan: Plan, totals: Mapping[str, Array], over_grid_mwh: Array) -> Array:
    """Scopes 1 and 2 at the base-year factor of each market; `over_grid_mwh` are deliveries that are not credited."""
    own = totals["scope1"] - totals["captured"]
    grid = grid_market(problem)
    own = own + over_grid_mwh * (grid.base_emission_factor if grid else 0.0)
    for k in problem.markets:
        mwh = annual(problem, series(problem, plan, "markets.import_mw", k.name))
        if k.scope == 1:
            own = own + mwh * (k.base_emission_factor - by_year(problem, k.emission_factor))
        else:
            own = own + mwh * k.base_emission_factor
    return own


def _excess(problem: Problem, paper: Array, gross_location: Array) -> Array:
    return np.maximum(0.0, paper - problem.durability.paper_threshold_share * gross_location)


def _energy_tce(problem: Problem, plan: Plan, onsite_renewable_mwh: Array) -> Array:
    """Energy consumed [tce]: imports by market, contract deliveries and on-site renewable electricity."""
    every = contract_mwh(problem, plan)
    delivered = sum((every[c.name] for c in problem.contracts if is_delivered(c)), np.zeros(len(problem.years)))
    total = TCE_PER_MWH_ELECTRICITY * (onsite_renewable_mwh + delivered)
    for k in problem.markets:
        mwh = annual(problem, series(problem, plan, "markets.import_mw", k.name))
        total = total + mwh * problem.emissions.energy_tce_per_mwh.get(k.name, 0.0)
    return total
