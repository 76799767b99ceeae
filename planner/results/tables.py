"""The accountant's findings as tidy tables: `year, item, metric, unit, value`, money in the scenario's currency.

decisions   what is started, built, signed, adopted, retired and bought in which year, and its whole capex
cash        every payment by kind; item "all" holds totals, present values and penalties
emissions   tonnes by source and scope; item "all" holds the totals and what follows from them
ledger      electricity with its claims; energy through every market, converter and store
capacities  nameplate and working sizes
headline    what every output shows, by year and for the whole plan (`planner.accounting.headline`); written beside the others
rating      stars, points by indicator, and the shares that gates look at; durable ones beside them
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.problem import Problem
from planner.accounting.accounts import Accounts
from planner.accounting.headline import UNITS, Headline
from planner.accounting.ledger import Inventory, annual, is_delivered
from planner.accounting.rating import METRICS, RatedYear, facts_of
from planner.accounting.stock import LEAST_SIZE, series
from planner.answer import Answer
from planner.plan import Plan
from planner.results.folder import Row

ALL = "all"
MILLION = 1e6
LEAST_CASH = 0.005  # in the scenario's currency: half a fen, below which a payment is what rounding left of none
ONCE = {"retrofits.start": "start", "management.adopt": "adopt"}
SIZED = {
    "converters.build_mw": ("build", "MW"),
    "stores.build_mw": ("build", "MW"),
    "stores.build_mwh": ("build_energy", "MWh"),
    "converters.retired_share": ("retire", "share"),
    "stores.retired_share": ("retire", "share"),
}


def tables(answer: Answer, currency: str) -> dict[str, tuple[Row, ...]]:
    """Every table by name."""
    problem, plan = answer.problem, answer.plan
    return {
        "decisions": tuple(decisions(problem, plan, answer.money, currency)),
        "cash": tuple(cash(answer.money, currency)),
        "emissions": tuple(emissions(problem, answer.tonnes)),
        "ledger": tuple(ledger(problem, plan, answer.tonnes)),
        "capacities": tuple(capacities(answer.money)),
        "rating": tuple(ratings(answer.tonnes, answer.rated)),
    }


def decisions(problem: Problem, plan: Plan, money: Accounts, currency: str) -> Iterator[Row]:
    """Decisions year by year, each followed by the capex that it causes, all instalments together, whenever they are paid."""
    for year in problem.years:
        yield from _decided(problem, plan, year)
        spent: dict[str, float] = {}
        for one in money.investments:
            if one.year == year:
                spent[owner(one.item)] = spent.get(owner(one.item), 0.0) + one.cost
        for item, cost in spent.items():
            yield Row(year, item, "capex", currency, cost * MILLION)
        for i in problem.instruments:
            bought = plan.decision("instruments.quantity", i.name, year)
            if bought > LEAST_SIZE:
                yield Row(year, i.name, "buy", "MWh" if i.kind == "certificate" else "t", bought)
        for c in problem.contracts:
            used = plan.decision("contracts.annual_mwh", c.name, year)
            if used > LEAST_SIZE:
                yield Row(year, c.name, "use", "MWh", used)


def headlines(found: Headline, currency: str) -> Iterator[Row]:
    """Every figure of the headline by year, then those of the whole plan; what is not known has no row."""
    for metric, values in found.yearly.items():
        for year, value in zip(found.years, values, strict=True):
            yield Row(year, ALL, metric, UNITS.get(metric, currency), float(value))
    for metric, total in found.whole.items():
        if total is not None:
            unit = f"{currency}/t" if metric == "cost_per_tonne" else UNITS.get(metric, currency)
            yield Row(None, ALL, metric, unit, total)


def _decided(problem: Problem, plan: Plan, year: int) -> Iterator[Row]:
    for name, metric in ONCE.items():
        for index, value in plan.decisions.get(name, {}).items():
            if index[1] == year and value > 0.5:
                yield Row(year, str(index[0]), metric, "1", 1.0)
    for name, (metric, unit) in SIZED.items():
        for index, value in plan.decisions.get(name, {}).items():
            more = value - (plan.decision(name, index[0], year - 1) if metric == "retire" else 0.0)
            if index[1] == year and more > LEAST_SIZE:
                yield Row(year, str(index[0]), metric, unit, more)
    for c in problem.contracts:
        volume = plan.decision("contracts.sign_volume", c.name, year)
        if volume > LEAST_SIZE:
            yield Row(year, c.name, "sign", "MW" if is_delivered(c) else "MWh", volume)


def cash(money: Accounts, currency: str) -> Iterator[Row]:
    """Payments of half a fen or more, and per year their total, present value and penalties (which are no cash)."""
    amounts: dict[tuple[str, str], dict[int, float]] = {}  # several builds of an item may end, or be paid, in one year
    for one in money.rows:
        by_year = amounts.setdefault((one.item, one.kind), {})
        by_year[one.year] = by_year.get(one.year, 0.0) + one.amount
    for (item, kind), by_year in amounts.items():
        paid = {year: amount * MILLION for year, amount in sorted(by_year.items())}
        yield from (
            Row(year, item, kind, currency, amount) for year, amount in paid.items() if abs(amount) >= LEAST_CASH
        )
    for n, year in enumerate(money.years):
        rows = [one for one in money.rows if one.year == year]
        yield Row(year, ALL, "total", currency, sum(one.amount for one in rows) * MILLION)
        yield Row(year, ALL, "present_value", currency, sum(one.present for one in rows) * MILLION)
        yield Row(year, ALL, "penalties", currency, float(money.penalties[n]) * MILLION)


def emissions(problem: Problem, tonnes: Inventory) -> Iterator[Row]:
    """Tonnes by source, then the totals."""
    for source in tonnes.sources:
        for year, value in zip(problem.years, source.tco2e, strict=True):
            yield Row(year, source.item, source.scope, "t", float(value))
    for n, year in enumerate(problem.years):
        for field, values in vars(tonnes).items():
            if field.endswith("_tco2e") and isinstance(values, np.ndarray):
                yield Row(year, ALL, field.removesuffix("_tco2e"), "t", float(values[n]))
        for field in ("own_reduction_share", "paper_share") if problem.base.known else ("paper_share",):
            yield Row(year, ALL, field, "1", float(getattr(tonnes, field)[n]))


def ledger(problem: Problem, plan: Plan, tonnes: Inventory) -> Iterator[Row]:
    """Electricity with its claims, then energy by market, contract, converter and store."""
    for n, year in enumerate(problem.years):
        for field, values in vars(tonnes).items():
            if field.endswith("_mwh"):
                yield Row(year, "electricity", field.removesuffix("_mwh"), "MWh", float(values[n]))
    flows = (
        ("markets.import_mw", "import"),
        ("markets.export_mw", "export"),
        ("contracts.delivered_mw", "delivered"),
        ("converters.activity_mw", "activity"),
        ("stores.discharge_mw", "discharge"),
        ("carriers.dump_mw", "dumped"),
        ("heat.letdown_mw", "let_down"),
    )
    for name, metric in flows:
        for item in plan.operation.get(name, {}):
            energy = annual(problem, series(problem, plan, name, item))
            if np.any(energy > LEAST_SIZE):
                for year, value in zip(problem.years, energy, strict=True):
                    yield Row(year, item, metric, "MWh", float(value))


def capacities(money: Accounts) -> Iterator[Row]:
    """Nameplate and working size by year; stores as `NAME power` and `NAME energy`."""
    for metric, sizes in (("nameplate", money.capacities), ("working", money.working)):
        for item, values in sizes.items():
            unit = "MWh" if item.endswith(" energy") else "MW"
            for year, value in zip(money.years, values, strict=True):
                yield Row(year, item, metric, unit, float(value))


def ratings(tonnes: Inventory, rated: tuple[RatedYear, ...]) -> Iterator[Row]:
    """Stars, score, points and metric values of each rated year."""
    for n, one in enumerate(rated):
        yield Row(one.year, ALL, "stars", "1", float(one.full.stars))
        yield Row(one.year, ALL, "durable_stars", "1", float(one.durable.stars))
        yield Row(one.year, ALL, "score", "points", one.full.score)
        yield Row(one.year, ALL, "durable_score", "points", one.durable.score)
        yield Row(one.year, ALL, "max_points", "points", one.full.max_points)
        facts = facts_of(tonnes, n)
        for metric, ratio in METRICS.items():
            value = ratio(facts).value
            if np.isfinite(value):
                yield Row(one.year, ALL, metric, "1", value)
        for indicator, points in one.full.points.items():
            yield Row(one.year, indicator, "points", "points", points)


def owner(item: str) -> str:
    """The store of a `NAME power` or `NAME energy` size; any other name as it is."""
    return item.removesuffix(" power").removesuffix(" energy")
