"""Other problems made from a problem: business as usual and the paper-only plan; and the base year.

bau = solve(business_as_usual(assembly.problem))
problem = with_base(assembly, bau)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.problem import (
    Array,
    BaseYear,
    Converter,
    Durability,
    EmissionCap,
    Instrument,
    Problem,
    Sizing,
    Store,
    Target,
)
from planner.accounting.ledger import Inventory, annual, inventory
from planner.assembly.assemble import Assembly
from planner.assembly.base_year import BaseGross, base_gross
from planner.assembly.money import OpenCap, in_force
from planner.plan import Plan


def business_as_usual(problem: Problem) -> Problem:
    """The factory as it stands: no measures, contracts or instruments, no target and no limit.

    Existing plant goes on. Where it reaches the end of its life inside the plan, or production outgrows it, the same
    kind may be bought again, as a factory without a plan would do; where the scenario sells no such plant, it stays.
    """
    return replace(
        problem,
        name=f"{problem.name} business as usual",
        converters=_standing(problem),
        stores=_kept_stores(problem),
        retrofits=(),
        contracts=(),
        instruments=(),
        management=(),
        target=None,
        durability=_without_penalty(problem.durability),
        finance=replace(problem.finance, capex_limit=None),
        emissions=replace(problem.emissions, caps=()),
    )


def paper_only(problem: Problem, level: int) -> Problem:
    """Stars on paper: certificates, green power bought by the year, credits, questionnaire items; nothing is built.

    `level` stars are required from the first year on, without penalty, floor, removal path or durable stars; papers are
    in order at once. The highest level that solves is the plan's.
    """
    years = np.array(problem.years)
    bought = tuple(
        replace(c, tenor_years=1, start_years=problem.years, min_volume=0.0, sign_cost=0.0)
        for c in problem.contracts
        if c.kind in ("green_tariff", "virtual")
    )
    return replace(
        business_as_usual(problem),
        name=f"{problem.name} paper only",
        contracts=bought,
        instruments=problem.instruments,
        management=tuple(replace(i, start_years=problem.years) for i in problem.management),
        target=Target(stars=np.full(len(years), level), durable_stars=np.zeros(len(years), dtype=np.int64)),
    )


def _without_penalty(rules: Durability) -> Durability:
    """The rules with nothing to pay and nothing to reach; how durable stars are counted stays."""
    return replace(
        rules,
        penalty_per_tonne=0.0,
        penalty_step_per_tonne=0.0,
        own_reduction_floor=None,
        removal_share_path=None,
    )


def _standing(problem: Problem) -> tuple[Converter, ...]:
    growth = max((float(d.index.max()) for d in problem.demands), default=1.0)
    return tuple(
        replace(v, sizing=continued(v.sizing, problem.years, 1.0 if v.renewable else max(1.0, growth)))
        for v in problem.converters
        if v.sizing.existing.any()
    )


def _kept_stores(problem: Problem) -> tuple[Store, ...]:
    years = problem.years
    return tuple(
        replace(q, power=continued(q.power, years, 1.0), energy=continued(q.energy, years, 1.0))
        for q in problem.stores
        if q.energy.existing.any()
    )


def continued(sizing: Sizing, years: tuple[int, ...], growth: float) -> Sizing:
    """Existing stock, bought again like for like where it ends or is outgrown; kept for free if it is not for sale then."""
    most = float(sizing.existing.max())
    gone = [y for y, stands in zip(years, sizing.existing, strict=True) if stands < most]
    for_sale = all(any(b <= y < b + sizing.life_years for b in sizing.build_years if b >= gone[0]) for y in gone)
    if gone and not for_sale:
        return replace(
            sizing, existing=np.full_like(sizing.existing, most), build_years=(), retire_from=None, max_total=most
        )
    renewed = bool(gone) or growth > 1.0
    return replace(
        sizing,
        build_years=sizing.build_years if renewed else (),
        max_total=max(most * growth, most),
        retire_from=None,
    )


def with_base(assembly: Assembly, bau: Plan) -> Problem:
    """The assembly's problem with its base year, from the solved business as usual.

        base energy of a market = billed, or bought under business as usual in the first year / growth since the base
        year restated[y] = base scopes 1 and 2 * own inventory of business as usual[y] / the same in the base year's
        output

    Caps and instrument limits that are shares of the base year or of business as usual become tonnes.
    """
    problem = assembly.problem
    usual = business_as_usual(problem)
    found = inventory(usual, bau)
    gross = _base_tonnes(assembly, usual, bau)
    growth = output_growth(problem)
    own = found.own_inventory_tco2e
    restated = gross.scopes12 * own * growth / own[0] if own[0] > 0 else own
    caps = tuple(_resolved(problem, open_cap, gross, found) for open_cap in assembly.open_caps)
    return replace(
        problem,
        base=BaseYear(problem.base.year, gross.rated, restated, found.gross_location_tco2e),
        emissions=replace(problem.emissions, caps=(*problem.emissions.caps, *caps)),
        instruments=tuple(_limited(i, assembly.open_shares, gross.rated) for i in problem.instruments),
    )


def output_growth(problem: Problem) -> float:
    """Energy use of the first plan year relative to the base year, by output and growth alone."""
    hours = problem.steps.hours_per_year
    base = sum(float(d.load_mw @ hours) for d in problem.demands)
    first = sum(float(d.load_mw @ hours) * float(d.index[0]) for d in problem.demands)
    return first / base if base > 0 else 1.0


def _base_tonnes(assembly: Assembly, usual: Problem, bau: Plan) -> BaseGross:
    growth = output_growth(usual)
    energy: dict[str, float] = {}
    for k in usual.markets:
        bought = annual(usual, bau.operation["markets.import_mw"][k.name])[0] / growth
        energy[k.name] = assembly.billed_mwh.get(k.name, float(bought))
    return base_gross(usual, energy)


def _resolved(problem: Problem, open_cap: OpenCap, gross: BaseGross, usual: Inventory) -> EmissionCap:
    """A cap in tonnes: a share of business as usual of each year, or of the base year (scope 1 alone if it limits
    that)."""
    cap = open_cap.cap
    whole: Array | float = gross.scope1 if cap.metric == "scope1" else gross.rated
    share = cap.share_of_base
    if share is None:
        whole = {
            "gross_location": usual.gross_location_tco2e,
            "gross_market": usual.gross_market_tco2e,
            "scope1": usual.scope1_tco2e,
            "net": usual.net_tco2e,
        }[cap.metric]
        share = cap.share_of_bau or 0.0
    return EmissionCap(open_cap.name, cap.metric, limit=in_force(cap, problem.years) * share * whole)


def _limited(instrument: Instrument, shares: Mapping[str, float], base_tco2e: float) -> Instrument:
    share = shares.get(instrument.name)
    if share is None:
        return instrument
    offered = np.minimum(instrument.max_per_year, share * base_tco2e)
    return replace(instrument, max_per_year=offered)
