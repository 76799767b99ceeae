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
from planner.accounting.shortfall import short_words, shortfalls
from planner.assembly.assemble import Assembly, assemble
from planner.assembly.base_year import TOLERANCE, BaseGross, as_it_stood, base_gross
from planner.assembly.money import OpenCap, in_force
from planner.assembly.usual import as_operated
from planner.plan import Plan
from planner.reading.read import Reading

UNKNOWN_BASE = (
    "base year: nothing that stood could serve the loads and nothing is billed, so it is not known; own reduction is not defined "
    "and no gate on it is met ([base_year] billed would define it)"
)
NO_BASE = BaseGross(0.0, 0.0, 0.0)
GRAMS = 6  # decimals of tonnes: what lies below depends on the processor


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


def usual_of(problem: Problem, bau: Plan) -> Problem:
    """Business as usual as its plan operates it, with what the standing plant leaves unserved."""
    return as_operated(business_as_usual(problem), bau)


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


def raised(problem: Problem, stars: int) -> Problem:
    """The problem with more stars required in the years of its target."""
    assert problem.target is not None
    required = (problem.target.stars > 0) * stars
    return replace(problem, target=replace(problem.target, stars=required))


def at_resolution(reading: Reading, problem: Problem, resolution: str) -> Problem:
    """The same problem, base year and limits included, with its year cut another way."""
    solver = reading.scenario.solver.model_copy(update={"resolution": resolution})
    other = assemble(replace(reading, scenario=reading.scenario.model_copy(update={"solver": solver}))).problem
    return replace(
        other,
        base=problem.base,
        emissions=replace(other.emissions, caps=problem.emissions.caps),
        instruments=problem.instruments,
        retrofits=problem.retrofits,
        management=problem.management,
        target=problem.target,
        durability=problem.durability,
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
    """The assembly's problem with its base year, from the bills and the solved business as usual.

        billed   = energy as billed, else as modelled
        modelled = all energy as business as usual buys it in the first year, / output in that year; where business as usual
                   cannot serve that year, as the plant that stood in the base year needed it
        base     = the one of the two with fewer tonnes of scopes 1 and 2
        restated[y] = other sources[y] + (base - other sources of the base year) * output[y]

    So what the model does not explain of a bill is no reduction, and what business as usual will buy is no base. Caps and
    instrument limits that are shares of the base year or of business as usual become tonnes. Where nothing was billed and
    nothing stood that could serve the loads the base year is not known: it is zero, and own reduction is not defined.
    """
    problem = assembly.problem
    usual = usual_of(problem, bau)
    found, output = inventory(usual, bau), output_growth(problem)
    years = base_years(assembly, bau)
    gross = min(years, key=lambda one: one.scopes12, default=NO_BASE)
    others = [o for o in problem.emissions.other if o.scope == 1] if years else []
    energy = gross.scopes12 - sum(o.base_tco2e for o in others)
    restated = np.round(sum((o.tco2e for o in others), energy * output), GRAMS)
    caps = tuple(_resolved(problem, open_cap, gross, found) for open_cap in assembly.open_caps)
    base = BaseYear(
        problem.base.year,
        round(gross.rated, GRAMS),
        restated,
        np.round(found.gross_location_tco2e, GRAMS),
        known=bool(years),
    )
    return replace(
        problem,
        base=base,
        emissions=replace(problem.emissions, caps=(*problem.emissions.caps, *caps)),
        instruments=tuple(_limited(i, assembly.open_shares, gross.rated) for i in problem.instruments),
        durability=problem.durability if years or assembly.floor_written else _without_floor(problem.durability),
    )


def _without_floor(rules: Durability) -> Durability:
    return replace(rules, own_reduction_floor=None)


def base_years(assembly: Assembly, bau: Plan) -> tuple[BaseGross, ...]:
    """Tonnes of the base year by the bills, as far as there are any, and by the model alone; none where it is not known."""
    usual = usual_of(assembly.problem, bau)
    growth = float(output_growth(usual)[0])
    if all(one.year > usual.years[0] for one in shortfalls(usual, bau)) and growth > 0:
        bought = {k.name: float(annual(usual, bau.operation["markets.import_mw"][k.name])[0]) for k in usual.markets}
        modelled = {name: mwh / growth for name, mwh in bought.items()}
        plant = _plant_tco2e(usual, bau) / growth
    else:
        stood = as_it_stood(assembly)
        if stood is None:
            return (base_gross(usual, assembly.billed_mwh),) if assembly.billed_mwh else ()
        modelled, plant = dict(stood.bought_mwh), stood.plant_tco2e
    return base_gross(usual, {**modelled, **assembly.billed_mwh}, plant), base_gross(usual, modelled, plant)


def usual_warnings(assembly: Assembly, bau: Plan) -> list[str]:
    """What to tell the user of business as usual: bills and model that are more than 5 % of the tonnes apart, loads that it
    leaves unserved, and a base year that is not known."""
    years, said = base_years(assembly, bau), []
    usual = usual_of(assembly.problem, bau)
    short = shortfalls(usual, bau)
    if short:
        said.append(f"business as usual is short of {short_words(short)}; {_compared(usual)}")
        if shares := [f"emissions.caps {one.name}" for one in assembly.open_caps if one.cap.share_of_base is None]:
            said.append(
                f"{', '.join(shares)}: a share of what business as usual emits without the loads that it leaves unserved"
            )
    if not years:
        said.append(UNKNOWN_BASE)
        shares = [f"instruments.{name}.max_share_of_base" for name in assembly.open_shares]
        shares += [f"emissions.caps {one.name}" for one in assembly.open_caps if one.cap.share_of_base is not None]
        if shares:
            said.append(f"{', '.join(shares)}: a share of the base year, which is not known, is nothing")
    elif (warning := _apart(*years)) is not None:
        said.append(warning)
    return said


def _compared(usual: Problem) -> str:
    price = usual.finance.unserved_price
    if price is None:
        return "savings, payback and return are left out (finance.unserved_per_mwh would price what is missing)"
    return f"it is counted at {price * 1e6:,.0f} per MWh (finance.unserved_per_mwh)"


def _apart(billed: BaseGross, modelled: BaseGross | None = None) -> str | None:
    """That bills and model differ by more than 5 % of the tonnes."""
    if modelled is None or abs(modelled.scopes12 - billed.scopes12) <= TOLERANCE * abs(billed.scopes12):
        return None
    return (
        f"base year: {billed.scopes12:,.0f} t of scopes 1 and 2 by the bills, {modelled.scopes12:,.0f} t by the model; "
        f"own reduction is counted from the lower"
    )


def _plant_tco2e(usual: Problem, bau: Plan) -> float:
    """What plant emits itself, less what it captures, in the first year of business as usual [t]."""
    activity = bau.operation.get("converters.activity_mw", {})
    net = {v.name: v.direct_tco2e_per_mwh - v.captured_tco2e_per_mwh for v in usual.converters}
    return sum(q * float(annual(usual, activity[v])[0]) for v, q in net.items() if q and v in activity)


def output_growth(problem: Problem) -> Array:
    """(Y,) base-year tonnes of energy at the loads of each plan year, by their indices alone.

    A demand weighs by the tonnes that its carrier costs through what stands and is sold: of electricity the grid's, of
    heat its network's, else its fuel's.
    """
    hours = problem.steps.hours_per_year
    energy = np.array([float(d.load_mw @ hours) for d in problem.demands])
    tonnes = energy * np.array([_tonnes_per_mwh(problem, d.carrier, ()) for d in problem.demands])
    weight = tonnes if tonnes.sum() > 0 else energy
    if not weight.sum() > 0:
        return np.ones(len(problem.years))
    base = float(weight @ np.array([d.base_index for d in problem.demands])) or float(weight.sum())
    return np.asarray(weight @ np.array([d.index for d in problem.demands]) / base, dtype=np.float64)


def _tonnes_per_mwh(problem: Problem, carrier: str, above: tuple[str, ...]) -> float:
    """Base-year tonnes of a MWh: of the carrier's market, else of the first plant that makes it, else of a hotter one."""
    if carrier in above:
        return 0.0
    for k in problem.markets:
        if k.carrier == carrier:
            return k.base_emission_factor
    path = (*above, carrier)
    for v in problem.converters:
        if carrier in v.outputs and v.inputs and v.sizing.existing[0] > 0:
            fuel = sum(float(np.mean(q)) * _tonnes_per_mwh(problem, c, path) for c, q in v.inputs.items())
            return (fuel + v.direct_tco2e_per_mwh) / float(np.mean(sum(v.outputs.values())))
    return next((_tonnes_per_mwh(problem, hot, path) for hot, cool in problem.letdowns if cool == carrier), 0.0)


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
