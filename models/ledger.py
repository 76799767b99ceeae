"""The ledger: MWh of electricity with at most one claim each, and tonnes by scope.

    grid[y]    = imports of electricity + contract deliveries over the grid
    supplied[k,y] = imports from a supplier with a factor of its own
    used[y]    = grid + direct lines + generation on site − export
    onsite_claim[y] ≤ renewable generation − export + M·all_renewable_sold[y] export_gives_up_claim
    onsite_claim[y] ≤ M·(1 − all_renewable_sold[y])                           nothing_left_to_claim
    onsite_claim[y] ≤ all generation − export                                 sold_beyond_renewable
    onsite_claim[y] ≤ renewable generation                                    claim_within_renewable
    grid_claims[y]  = bundled deliveries + green tariff + virtual + certificates
    grid_claims[y] ≤ grid[y] − Σ supplied                                     claims_within_grid
    scope2_location = grid·factor + Σ heat import·factor
    scope2_market   = (grid − Σ supplied − grid_claims)·uncovered_factor + Σ supplied·supplier_factor + Σ heat import·factor
    gross_*         = scope1 − captured + scope2_* (+ scope3 inside the boundary)
    Σ_v captured[v] ≤ limit·scope1, v whose limit is no higher                capture_within_scope1, for each limit
    own_inventory   = Σ import·base-year factor of its market + direct − captured + grid base_factor·(deliveries − credited)
    credited ≤ bundled lasting contract MWh;  credited ≤ electricity of electrified heat    credited_by_contract, credited_by_heat
    durable_own     = own_inventory + grid base_factor·direct lines shorter than min_contract_years
    paid_tco2e ≥ scope1 − captured − free_allowance                           carbon_price_covers_scope1
    durable_credits ≤ credits                                                 durable_credits_within_credits
    tonnage[metric,y] ≤ limit[y];  Σ_y tonnage ≤ total                        cap_by_year, cap_in_total

Exports give up their claim, renewable first, and are no more over the year than what the site makes: what was bought and stored
is not sold with its claim kept. Where other generation may be sold too, the binary `all_renewable_sold` says that exports exceed
the renewable generation, and then nothing is left to claim. M is what can be generated at most, and the last two rows follow for
whole decisions: with neither, half a yes would let a site sell its sun and claim it too.
The durable ledger counts no certificates, no contract shorter than `min_contract_years`, credits up to `residual_share` of
the base year and only lasting removals.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Binary, Block, ConcreteModel, Constraint, Expression, NonNegativeReals, Var

from models.contracts import PHYSICAL, delivered_mwh, yield_mwh
from models.instruments import counted
from models.markets import grid_market, import_bound_mwh, suppliers
from models.problem import ELECTRICITY, Contract, Converter, Market, Problem
from models.terms import Terms, block, operated

TCE_PER_MWH = 0.1229  # electricity at its calorific value, GB/T 2589-2020


def add_ledger(m: ConcreteModel, problem: Problem, terms: list[Terms]) -> Terms:
    """Expressions of both ledgers, the rows that bound claims, and the carbon price."""
    b = block(m, "ledger")
    _add_electricity(m, b, problem)
    _add_tonnes(m, b, problem, terms)
    _add_own_reduction(m, b, problem)
    _add_durable(m, b, problem)
    _add_caps(b, problem)
    return _carbon_price(b, problem)


def electricity_ratio(v: Converter) -> float | np.ndarray:
    """MWh of electricity per MWh of activity."""
    return v.outputs.get(ELECTRICITY, 0.0)


def in_scope(problem: Problem, scope: int) -> bool:
    """Whether a scope is inside the rated boundary; scopes 1 and 2 without a rating."""
    return scope in (problem.rating.scopes if problem.rating else (1, 2))


def _add_electricity(m: ConcreteModel, b: Block, problem: Problem) -> None:
    years, markets = list(problem.years), [k for k in problem.markets if k.carrier == ELECTRICITY and not k.unserved]
    over_grid = [c for c in problem.contracts if c.kind in PHYSICAL and not c.direct_line]
    direct = [c for c in problem.contracts if c.kind in PHYSICAL and c.direct_line]
    producers = [v for v in problem.converters if ELECTRICITY in v.outputs]
    sellers = [k for k in markets if k.export_price is not None]

    def generated(y: int, only_renewable: bool) -> object:
        return sum(operated(m, "generated_mwh", v.name, y) for v in producers if v.renewable or not only_renewable)

    b.grid_mwh = Expression(
        years,
        rule=lambda b, y: (
            sum(operated(m, "import_mwh", k.name, y) for k in markets) + sum(delivered_mwh(m, c, y) for c in over_grid)
        ),
    )
    b.direct_mwh = Expression(years, rule=lambda b, y: sum(delivered_mwh(m, c, y) for c in direct))
    b.export_mwh = Expression(years, rule=lambda b, y: sum(operated(m, "export_mwh", k.name, y) for k in sellers))
    b.onsite_renewable_mwh = Expression(years, rule=lambda b, y: generated(y, True))
    b.used_mwh = Expression(
        years, rule=lambda b, y: b.grid_mwh[y] + b.direct_mwh[y] + generated(y, False) - b.export_mwh[y]
    )
    _add_onsite_claim(m, b, problem, producers, bool(sellers))

    def claims(y: int, least_tenor: int) -> object:
        return sum(
            delivered_mwh(m, c, y)
            for c in problem.contracts
            if c.bundled and not c.direct_line and c.tenor_years >= least_tenor
        )

    def supplied(y: int) -> object:
        return sum(operated(m, "import_mwh", k.name, y) for k in suppliers(problem))

    lasting = problem.durability.min_contract_years
    short_lines = [c for c in direct if c.tenor_years < lasting]
    b.short_direct_mwh = Expression(years, rule=lambda b, y: sum(delivered_mwh(m, c, y) for c in short_lines))
    b.certificate_mwh = Expression(years, rule=lambda b, y: counted(m, problem, "certificate", y))
    b.contract_claims_mwh = Expression(years, rule=lambda b, y: claims(y, 0))
    b.lasting_claims_mwh = Expression(years, rule=lambda b, y: claims(y, lasting))
    b.grid_claims_mwh = Expression(years, rule=lambda b, y: b.contract_claims_mwh[y] + b.certificate_mwh[y])
    b.claims_within_grid = Constraint(
        years if problem.contracts or any(i.kind == "certificate" for i in problem.instruments) else [],
        rule=lambda b, y: b.grid_claims_mwh[y] - b.grid_mwh[y] + supplied(y) <= 0,
    )
    b.claimed_mwh = Expression(years, rule=lambda b, y: b.onsite_claim_mwh[y] + b.direct_mwh[y] + b.grid_claims_mwh[y])


def _add_onsite_claim(m: ConcreteModel, b: Block, problem: Problem, producers: list[Converter], sells: bool) -> None:
    years, others = list(problem.years), [v for v in producers if not v.renewable]
    claimed_most = sum(generation_bound_mwh(v, problem) for v in producers if v.renewable)
    beyond_most = sum(generation_bound_mwh(v, problem) for v in others)
    b.onsite_claim_mwh = Var(years, domain=NonNegativeReals)
    b.all_renewable_sold = Var(years if sells and others else [], domain=Binary)

    def export_gives_up_claim(b: Block, y: int) -> object:
        beyond = beyond_most * b.all_renewable_sold[y] if y in b.all_renewable_sold else 0.0
        return b.onsite_claim_mwh[y] - b.onsite_renewable_mwh[y] + b.export_mwh[y] <= beyond

    def sold_beyond_renewable(b: Block, y: int) -> object:
        beyond = sum(operated(m, "generated_mwh", v.name, y) for v in others)
        return b.onsite_claim_mwh[y] - b.onsite_renewable_mwh[y] + b.export_mwh[y] <= beyond

    b.export_gives_up_claim = Constraint(years, rule=export_gives_up_claim)
    b.nothing_left_to_claim = Constraint(
        list(b.all_renewable_sold),
        rule=lambda b, y: b.onsite_claim_mwh[y] <= claimed_most * (1 - b.all_renewable_sold[y]),
    )
    b.sold_beyond_renewable = Constraint(list(b.all_renewable_sold), rule=sold_beyond_renewable)
    b.claim_within_renewable = Constraint(
        list(b.all_renewable_sold), rule=lambda b, y: b.onsite_claim_mwh[y] <= b.onsite_renewable_mwh[y]
    )


def generation_bound_mwh(v: Converter, problem: Problem) -> float:
    """Most electricity that a converter can make in a year, from its size limits [MWh]."""
    hours = problem.steps.hours_per_year
    per_mw = float((hours * np.broadcast_to(v.availability, hours.shape) * electricity_ratio(v)).sum())
    return per_mw * max(v.sizing.max_total, v.sizing.existing.max(initial=0.0))


def _add_tonnes(m: ConcreteModel, b: Block, problem: Problem, terms: list[Terms]) -> None:
    years, grid, count = list(problem.years), grid_market(problem), len(problem.years)
    first = problem.years[0]
    scope2 = [k for k in problem.markets if k.scope == 2]
    heat = [k for k in scope2 if k.carrier != ELECTRICITY]
    over_grid = [c for c in problem.contracts if c.kind in PHYSICAL and not c.direct_line]
    direct = [c for c in problem.contracts if c.kind in PHYSICAL and c.direct_line]
    other = problem.emissions.other

    def factor(q: object, y: int) -> float:
        return float(np.broadcast_to(q, count)[y - first])

    def imported(k: object, y: int) -> object:
        return factor(k.emission_factor, y) * operated(m, "import_mwh", k.name, y)

    def rows(kind: str, y: int) -> object:
        return sum(sum(getattr(t, kind)[y]) for t in terms)

    def others(scope: int, y: int) -> float:
        return sum(float(o.tco2e[y - first]) for o in other if o.scope == scope)

    b.scope1_tco2e = Expression(years, rule=lambda b, y: rows("scope1_tco2e", y) + others(1, y))
    b.captured_tco2e = Expression(years, rule=lambda b, y: rows("captured_tco2e", y))
    b.scope2_heat_tco2e = Expression(years, rule=lambda b, y: sum(imported(k, y) for k in heat))

    def location(b: Block, y: int) -> object:
        by_contract = sum(delivered_mwh(m, c, y) for c in over_grid)
        bought = sum(imported(k, y) for k in scope2 if k.carrier == ELECTRICITY)
        return bought + (factor(grid.emission_factor, y) * by_contract if grid else 0.0) + b.scope2_heat_tco2e[y]

    def upstream(b: Block, y: int) -> object:
        by_contract = sum(delivered_mwh(m, c, y) for c in over_grid)
        return rows("scope3_tco2e", y) + (factor(grid.upstream_factor, y) if grid else 0.0) * by_contract + others(3, y)

    b.scope2_location_tco2e = Expression(years, rule=location)
    b.scope3_tco2e = Expression(years, rule=upstream)
    uncovered = problem.emissions.uncovered_factor

    def market_based(b: Block, y: int) -> object:
        own = sum(
            (factor(k.supplier_factor, y) - float(uncovered[y - first])) * operated(m, "import_mwh", k.name, y)
            for k in suppliers(problem)
        )
        open_mwh = b.grid_mwh[y] - b.grid_claims_mwh[y]
        return float(uncovered[y - first]) * open_mwh + own + b.scope2_heat_tco2e[y]

    b.scope2_market_tco2e = Expression(years, rule=market_based)
    inside3 = 1.0 if in_scope(problem, 3) else 0.0
    for basis in ("location", "market"):
        scope2_tco2e = getattr(b, f"scope2_{basis}_tco2e")
        setattr(
            b,
            f"gross_{basis}_tco2e",
            Expression(
                years,
                rule=lambda b, y, q=scope2_tco2e: (
                    b.scope1_tco2e[y] - b.captured_tco2e[y] + q[y] + inside3 * b.scope3_tco2e[y]
                ),
            ),
        )
    b.credits_tco2e = Expression(years, rule=lambda b, y: counted(m, problem, "credit", y))
    b.removals_tco2e = Expression(years, rule=lambda b, y: counted(m, problem, "removal", y))
    least = problem.durability.min_removal_durability_years
    b.durable_removals_tco2e = Expression(years, rule=lambda b, y: counted(m, problem, "removal", y, least))
    b.paper_tco2e = Expression(
        years,
        rule=lambda b, y: (
            b.credits_tco2e[y]
            + b.removals_tco2e[y]
            - b.durable_removals_tco2e[y]
            + float(uncovered[y - first]) * b.certificate_mwh[y]
        ),
    )
    b.energy_tce = Expression(
        years,
        rule=lambda b, y: (
            sum(q * operated(m, "import_mwh", k, y) for k, q in problem.emissions.energy_tce_per_mwh.items())
            + TCE_PER_MWH * (b.onsite_renewable_mwh[y] + sum(delivered_mwh(m, c, y) for c in (*over_grid, *direct)))
        ),
    )
    _add_capture_limits(m, b, problem)


def _add_capture_limits(m: ConcreteModel, b: Block, problem: Problem) -> None:
    """Plant that captures up to a share of scope 1 stays within it, together with all that reaches no further."""
    plant = [v for v in problem.converters if v.captured_tco2e_per_mwh]
    shares = sorted({v.capture_limit_share for v in plant})

    def capture_within_scope1(b: Block, n: int, y: int) -> object:
        within = [v for v in plant if v.capture_limit_share <= shares[n]]
        captured = sum(v.captured_tco2e_per_mwh * operated(m, "activity_mwh", v.name, y) for v in within)
        return captured <= shares[n] * b.scope1_tco2e[y]

    b.capture_within_scope1 = Constraint(range(len(shares)), list(problem.years), rule=capture_within_scope1)


def _add_own_reduction(m: ConcreteModel, b: Block, problem: Problem) -> None:
    years, grid, first = list(problem.years), grid_market(problem), problem.years[0]
    lasting = [
        c
        for c in problem.contracts
        if c.bundled
        and not c.direct_line
        and c.kind != "virtual"
        and c.tenor_years >= problem.durability.min_contract_years
    ]
    heaters = [v.name for v in problem.converters if v.electrified_heat]
    b.credited_mwh = Var(years if lasting and heaters else [], domain=NonNegativeReals)
    b.credited_by_contract = Constraint(
        list(b.credited_mwh),
        rule=lambda b, y: b.credited_mwh[y] <= sum(delivered_mwh(m, c, y) for c in lasting),
    )
    b.credited_by_heat = Constraint(
        list(b.credited_mwh),
        rule=lambda b, y: b.credited_mwh[y] <= sum(operated(m, "electric_heat_mwh", v, y) for v in heaters),
    )

    def own_inventory(b: Block, y: int) -> object:
        bought = sum(k.base_emission_factor * operated(m, "import_mwh", k.name, y) for k in problem.markets)
        direct = sum(v.direct_tco2e_per_mwh * operated(m, "activity_mwh", v.name, y) for v in problem.converters) + sum(
            float(o.tco2e[y - first]) for o in problem.emissions.other if o.scope == 1
        )
        credited = b.credited_mwh[y] if y in b.credited_mwh else 0.0
        over_grid = sum(delivered_mwh(m, c, y) for c in problem.contracts if _is_over_grid(c))
        delivered = (grid.base_emission_factor if grid else 0.0) * (over_grid - credited)
        return bought + direct - b.captured_tco2e[y] + delivered

    b.own_inventory_tco2e = Expression(years, rule=own_inventory)


def _add_durable(m: ConcreteModel, b: Block, problem: Problem) -> None:
    years, d, first, grid = list(problem.years), problem.durability, problem.years[0], grid_market(problem)
    b.durable_claimed_mwh = Expression(
        years,
        rule=lambda b, y: b.onsite_claim_mwh[y] + b.direct_mwh[y] - b.short_direct_mwh[y] + b.lasting_claims_mwh[y],
    )
    b.durable_gross_tco2e = Expression(
        years,
        rule=lambda b, y: (
            b.gross_market_tco2e[y]
            + float(problem.emissions.uncovered_factor[y - first])
            * (b.grid_claims_mwh[y] - b.lasting_claims_mwh[y] + b.short_direct_mwh[y])
        ),
    )
    b.durable_own_inventory_tco2e = Expression(
        years,
        rule=lambda b, y: (
            b.own_inventory_tco2e[y] + (grid.base_emission_factor if grid else 0.0) * b.short_direct_mwh[y]
        ),
    )
    held = problem.target is not None and bool(problem.target.durable_stars.any())
    b.durable_credits_tco2e = Var(years if held else [], bounds=(0, d.residual_share * problem.base.gross_tco2e))
    b.durable_credits_within_credits = Constraint(
        list(b.durable_credits_tco2e), rule=lambda b, y: b.durable_credits_tco2e[y] - b.credits_tco2e[y] <= 0
    )


def _add_caps(b: Block, problem: Problem) -> None:
    caps = {c.name: c for c in problem.emissions.caps}
    first = problem.years[0]

    def tonnage(metric: str, y: int) -> object:
        if metric == "net":
            return b.gross_market_tco2e[y] - b.credits_tco2e[y] - b.removals_tco2e[y]
        return getattr(b, f"{metric}_tco2e")[y]

    yearly = [
        (c, y) for c, x in caps.items() if x.limit is not None for y in problem.years if np.isfinite(x.limit[y - first])
    ]
    b.cap_by_year = Constraint(
        yearly, rule=lambda b, c, y: tonnage(caps[c].metric, y) <= float(caps[c].limit[y - first])
    )
    b.cap_in_total = Constraint(
        [c for c, x in caps.items() if x.total is not None],
        rule=lambda b, c: sum(tonnage(caps[c].metric, y) for y in problem.years) <= caps[c].total,
    )


def _carbon_price(b: Block, problem: Problem) -> Terms:
    terms, first, e = Terms(), problem.years[0], problem.emissions
    priced = [y for y in problem.years if e.carbon_price[y - first] > 0]
    b.paid_tco2e = Var(priced, domain=NonNegativeReals)
    b.carbon_price_covers_scope1 = Constraint(
        priced,
        rule=lambda b, y: (
            b.paid_tco2e[y] >= b.scope1_tco2e[y] - b.captured_tco2e[y] - float(e.free_allowance_tco2e[y - first])
        ),
    )
    for y in priced:
        terms.running[y].append(float(e.carbon_price[y - first]) * b.paid_tco2e[y])
    return terms


def drawn_bound_mwh(k: Market, problem: Problem) -> float:
    """Most that a market can deliver in a year; through the grid market also what contracts bring [MWh]."""
    hours, grid = float(problem.steps.hours_per_year.sum()), grid_market(problem)
    if grid is not None and k.name == grid.name and any(_is_over_grid(c) for c in problem.contracts):
        return k.max_import_mw * hours
    return import_bound_mwh(k, hours)


def _is_over_grid(c: Contract) -> bool:
    return c.kind in PHYSICAL and not c.direct_line


def contracted_bound_mwh(problem: Problem) -> float:
    """Most that contracts bring beside the grid market: direct lines, and all where there is no grid market [MWh]."""
    grid = grid_market(problem)
    beside = [c for c in problem.contracts if c.kind in PHYSICAL and (grid is None or c.direct_line)]
    return sum(c.max_volume * yield_mwh(c, problem) for c in beside)


def used_bound_mwh(problem: Problem) -> float:
    """Most electricity that the site can use in a year, from its limits [MWh]."""
    bought = sum(drawn_bound_mwh(k, problem) for k in problem.markets if k.carrier == ELECTRICITY)
    made = sum(generation_bound_mwh(v, problem) for v in problem.converters if ELECTRICITY in v.outputs)
    return bought + contracted_bound_mwh(problem) + made


def gross_bound_tco2e(problem: Problem) -> float:
    """Most that the site can emit in a year by any ledger, from its limits [t]."""
    hours, e = float(problem.steps.hours_per_year.sum()), problem.emissions
    grid = grid_market(problem)
    dirtiest = max(float(e.uncovered_factor.max()), grid.base_emission_factor if grid else 0.0)
    total = dirtiest * contracted_bound_mwh(problem)
    for k in problem.markets:
        factors = (np.max(k.emission_factor), k.base_emission_factor)
        uncovered = float(e.uncovered_factor.max()) if k.carrier == ELECTRICITY else 0.0
        worst = max(*map(float, factors), uncovered) + float(np.max(k.upstream_factor))
        total += worst * drawn_bound_mwh(k, problem)
    for v in problem.converters:
        size = max(v.sizing.max_total, v.sizing.existing.max(initial=0.0))
        total += v.direct_tco2e_per_mwh * size * hours
    sizings = [v.sizing for v in problem.converters] + [z for q in problem.stores for z in (q.power, q.energy)]
    embodied = sum(z.max_total * z.embodied_tco2e_per_unit for z in sizings if z.embodied_tco2e_per_unit) + sum(
        r.embodied_tco2e for r in problem.retrofits
    )
    return total + sum(float(o.tco2e.max()) for o in e.other) + embodied
