"""Markets: what crosses the fence, at which price, and the demand charge on its peak.

    import[k] ≤ max_import[k]     export[k] ≤ max_export[k]                   (bounds)
    import[k] + Σ_c delivered over the grid[c] ≤ max_import[k]                connection_within_limit
    Σ_k import[k] + Σ_c delivered over the grid[c] ≤ connection               imports_within_connection
    Σ_k export[k] ≤ connection                                                exports_within_connection
        (over all electricity markets, where one alone does not say it)
    import[k] + Σ_c delivered over the grid[c] ≤ peak[k,y,b]                  peak_covers_import
    Σ_t import[k]·Δt ≤ max_import_mwh_per_year[k]                             import_within_year
    import[k] ≤ max_import[k]·buying[k],  export[k] ≤ max_export[k]·(1 − buying[k])   import_if_buying, export_if_not
    peak rule:      peak[k,y,b] ≤ highest[k,y];  peak[k,y,b] ≥ ratchet[k]·highest[k,y]    highest_peak, ratchet
                    cost = charge[k,y]·Σ_b months[b]·peak[k,y,b]
    contract rule:  peak[k,y,b] ≤ tolerance[k]·contract[k,y] + over[k,y,b]    peak_within_contract
                    cost = charge[k,y]·(12·contract[k,y] + factor[k]·Σ_b months[b]·over[k,y,b])

A market that buys and sells is one line: where a solve shows that doing both in a step pays (a sale dearer than the purchase), it is
`one_way`, with a yes/no column for every step.

Energy over the grid from contracts counts towards connection and peak of the grid market (the first electricity market that
is no supplier with a factor of its own).
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Binary, Block, ConcreteModel, Constraint, Expression, NonNegativeReals, Var

from models.ports import billing_ports, data_ports
from models.problem import ELECTRICITY, Market, Problem
from models.terms import Terms, block, operated


def grid_market(problem: Problem) -> Market | None:
    """The market that stands for the public grid: the first that sells electricity without a supplier's factor."""
    grids = (k for k in problem.markets if k.carrier == ELECTRICITY and k.supplier_factor is None and not k.unserved)
    return next(grids, None)


def suppliers(problem: Problem) -> list[Market]:
    """Electricity markets with a factor of their own, market-based."""
    return [k for k in problem.markets if k.carrier == ELECTRICITY and k.supplier_factor is not None]


def import_bound_mwh(k: Market, hours: float) -> float:
    """Most that a market can deliver in a year [MWh]; infinite where nothing limits it."""
    limits = (k.max_import_mw * hours, k.max_import_mwh_per_year, k.useful_import_mwh_per_year)
    return min(limit for limit in limits if limit is not None)


def add_markets_step(s: ConcreteModel, problem: Problem) -> None:
    """Import and export of every market in one step, with their price as a yearly quantity."""
    b, named, grid = block(s, "markets"), {k.name: k for k in problem.markets}, grid_market(problem)
    b.import_mw = Var(list(named), domain=NonNegativeReals, bounds=lambda _, k: (0, named[k].max_import_mw))
    sellers = [k for k, x in named.items() if x.export_price is not None]
    b.export_mw = Var(sellers, domain=NonNegativeReals, bounds=lambda _, k: (0, named[k].max_export_mw))
    one_way = [k for k in sellers if named[k].one_way]
    b.buying = Var(one_way, domain=Binary)
    b.import_if_buying = Constraint(one_way, rule=lambda b, k: b.import_mw[k] <= named[k].max_import_mw * b.buying[k])
    b.export_if_not = Constraint(
        one_way, rule=lambda b, k: b.export_mw[k] <= named[k].max_export_mw * (1 - b.buying[k])
    )
    price = data_ports(s, b, "price", {k: x.price for k, x in named.items()})
    feed_in = data_ports(s, b, "export_price", {k: named[k].export_price for k in sellers})
    over_grid = [c.name for c in problem.contracts if c.name in s.contracts.delivered_mw and not c.direct_line]
    delivered = sum(s.contracts.delivered_mw[c] for c in over_grid)
    charged = [k for k, x in named.items() if x.demand_rule != "none"]
    peak = billing_ports(s, b, "peak_mw", charged)

    def drawn(k: str) -> object:
        return b.import_mw[k] + (delivered if grid is not None and k == grid.name else 0.0)

    b.peak_covers_import = Constraint(charged, rule=lambda b, k: drawn(k) <= peak[k])
    b.connection_within_limit = Constraint(
        [grid.name] if grid is not None and over_grid else [], rule=lambda b, k: drawn(k) <= named[k].max_import_mw
    )
    _add_connection(b, problem, delivered if over_grid else 0.0)
    for k, x in named.items():
        s.site.supply[x.carrier].append(b.import_mw[k])
        s.site.quantities["import_mwh", k] = 1.0 * b.import_mw[k]
        cost = price[k] * b.import_mw[k]
        if k in sellers:
            s.site.use[x.carrier].append(b.export_mw[k])
            s.site.quantities["export_mwh", k] = 1.0 * b.export_mw[k]
            cost = cost - feed_in[k] * b.export_mw[k]
        s.site.quantities["energy_cost", k] = cost


def _add_connection(b: Block, problem: Problem, delivered: object) -> None:
    """One limit for what all electricity markets and contracts bring over the fence in a step, one for what all take."""
    limit = problem.grid_connection_mw
    electric = [k for k in problem.markets if k.carrier == ELECTRICITY and not k.unserved]
    sold = [k for k in electric if k.export_price is not None]

    def shared(markets: list[Market], most: str) -> list[str]:
        alone = len(markets) == 1 and (limit is None or getattr(markets[0], most) <= limit)
        return [] if limit is None or not markets or alone else [ELECTRICITY]

    b.imports_within_connection = Constraint(
        shared(electric, "max_import_mw"),
        rule=lambda b, _: sum(b.import_mw[k.name] for k in electric) + delivered <= limit,
    )
    b.exports_within_connection = Constraint(
        shared(sold, "max_export_mw"), rule=lambda b, _: sum(b.export_mw[k.name] for k in sold) <= limit
    )


def add_markets(m: ConcreteModel, problem: Problem) -> Terms:
    """Energy bills, demand charges and yearly limits of every market."""
    b, years, named, terms = block(m, "markets"), problem.years, {k.name: k for k in problem.markets}, Terms()
    limited = [k for k, x in named.items() if x.max_import_mwh_per_year is not None]
    b.import_within_year = Constraint(
        [(k, y) for k in limited for y in years],
        rule=lambda b, k, y: operated(m, "import_mwh", k, y) <= named[k].max_import_mwh_per_year,
    )
    for k, x in named.items():
        for n, y in enumerate(years):
            terms.running[y].append(float(x.price_index[n]) * operated(m, "energy_cost", k, y))
            fixed = np.broadcast_to(x.fixed_cost, len(years))[n]
            if fixed:
                terms.running[y].append(float(fixed))
            for q, t in ((x.emission_factor, terms.scope1_tco2e), (x.upstream_factor, terms.scope3_tco2e)):
                factor = float(np.broadcast_to(q, len(years))[n])
                if factor and (x.scope == 1 or t is terms.scope3_tco2e):
                    t[y].append(factor * operated(m, "import_mwh", k, y))
    _add_demand_charges(b, problem, terms)
    return terms


def _add_demand_charges(b: Block, problem: Problem, terms: Terms) -> None:
    charged = {k.name: k for k in problem.markets if k.demand_rule != "none"}
    contracted = [k for k, x in charged.items() if x.demand_rule == "contract"]
    years, months = problem.years, problem.steps.months_per_billing
    periods = range(len(months))
    index = [(k, y, q) for k in charged for y in years for q in periods]
    b.peak_mw = Var(index, bounds=lambda _, k, y, q: (0, charged[k].max_import_mw))
    ratcheted = [(k, y) for k, x in charged.items() if x.demand_rule == "peak" and x.ratchet_share > 0 for y in years]
    b.highest_peak_mw = Var(ratcheted, domain=NonNegativeReals)
    of_ratchet = [(k, y, q) for k, y in ratcheted for q in periods]
    b.highest_peak = Constraint(of_ratchet, rule=lambda b, k, y, q: b.peak_mw[k, y, q] <= b.highest_peak_mw[k, y])
    b.ratchet = Constraint(
        of_ratchet,
        rule=lambda b, k, y, q: b.peak_mw[k, y, q] >= charged[k].ratchet_share * b.highest_peak_mw[k, y],
    )
    b.contract_demand_mw = Var(
        [(k, y) for k in contracted for y in years],
        bounds=lambda _, k, y: (least := charged[k].contract_min_mw, max(least, charged[k].max_import_mw)),
    )
    over_index = [(k, y, q) for k, y, q in index if k in contracted]
    b.over_contract_mw = Var(over_index, domain=NonNegativeReals)
    b.peak_within_contract = Constraint(
        over_index,
        rule=lambda b, k, y, q: (
            b.peak_mw[k, y, q]
            <= charged[k].contract_tolerance * b.contract_demand_mw[k, y] + b.over_contract_mw[k, y, q]
        ),
    )

    def demand_charge(b: Block, k: str, y: int) -> object:
        x, charge = charged[k], float(np.broadcast_to(charged[k].demand_charge, len(years))[years.index(y)])
        if k not in contracted:
            return charge * sum(float(months[q]) * b.peak_mw[k, y, q] for q in periods)
        over = sum(float(months[q]) * b.over_contract_mw[k, y, q] for q in periods)
        return charge * (12.0 * b.contract_demand_mw[k, y] + x.contract_excess_factor * over)

    b.demand_charge = Expression([(k, y) for k in charged for y in years], rule=demand_charge)
    for k, y in b.demand_charge:
        terms.running[y].append(b.demand_charge[k, y])
