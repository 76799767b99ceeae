"""The inventory by category of ISO 14064-1:2018: activity data, factor, its source and range, tonnes.

    tonnes = activity * factor

    category 1      scope 1, and what is captured on site as its own line with a minus sign
    category 2      imported electricity, steam and heat: location-based, and market-based beside it
    category 3      transport
    category 4      goods, capital goods, waste, and fuels and power before they reach the fence (upstream)
    category 5, 6   use of products; other sources

The base year is what the bills say, at base-year factors, and location-based; a market without a bill is filled from the model
and marked. A plan year is planned throughout. Credits and removals bought elsewhere stay outside all categories.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models.problem import ELECTRICITY, Market, OtherEmissions, Problem
from planner.accounting.ledger import annual, contract_mwh, grid_market, is_delivered
from planner.accounting.stock import by_year, series
from planner.assembly.base_year import billed_mwh
from planner.assembly.variants import output_growth
from planner.dossier.factors import Factor, FactorBook
from planner.plan import Plan
from planner.results.record import Record

Basis = Literal["both", "location", "market"]
Origin = Literal["billed", "modelled", "planned", "stated"]

CATEGORIES = (1, 2, 3, 4, 5, 6)
TRANSPORT = re.compile(
    r"freight|transport|shipping|haul|commut|travel|logistic|vehicle|运输|物流|通勤|差旅", re.IGNORECASE
)
GOODS = re.compile(
    r"good|purchas|material|metal|waste|capital|packag|water|采购|外购|物料|废弃|包装|原料", re.IGNORECASE
)
LEAST = 1e-9  # t
AT_ZERO = ("claimed", "direct")  # electricity whose line stands although it has no tonnes


@dataclass(frozen=True)
class Line:
    """One source in one year."""

    category: int
    item: str
    what: str  # key of the dossier's words: what kind of activity it is
    activity: float | None
    unit: str
    factor: Factor | None
    tco2e: float
    basis: Basis = "both"
    origin: Origin = "planned"
    billed: str = ""  # the bill as it was written
    guessed: bool = False  # the category was found by the name of the source

    @property
    def range_tco2e(self) -> tuple[float, float] | None:
        """Least and most tonnes by the factor's range; None where that is unknown."""
        if self.factor is None or self.factor.low_share is None or self.factor.high_share is None:
            return None
        ends = sorted((self.tco2e * self.factor.low_share, self.tco2e * self.factor.high_share))
        return ends[0], ends[1]


@dataclass(frozen=True)
class YearInventory:
    """The lines of one year, its memo and what stands below the line."""

    year: int
    planned: bool
    lines: tuple[Line, ...]
    biogenic_tco2e: float
    credits_tco2e: float
    removals_tco2e: float

    def total(self, category: int, basis: Basis = "location") -> float:
        """Tonnes of a category, location- or market-based."""
        return sum(line.tco2e for line in self.of(category, basis))

    def of(self, category: int, basis: Basis | None = None) -> list[Line]:
        """Lines of a category; of one basis, or of both."""
        return [
            line
            for line in self.lines
            if line.category == category and (basis is None or line.basis in ("both", basis))
        ]


def planned_inventory(record: Record, year: int) -> YearInventory:
    """A plan year, from the ledger of the plan."""
    n = record.answer.problem.years.index(year)
    tonnes = record.answer.tonnes
    found = (*_bought(record, n), *_unclaimed(record, n), *_plant(record, n), *_others(record, n), *_built(record, n))
    return YearInventory(
        year,
        True,
        tuple(line for line in found if abs(line.tco2e) > LEAST or line.what in AT_ZERO),
        float(tonnes.biogenic_memo_tco2e[n]),
        float(tonnes.credits_tco2e[n]),
        float(tonnes.removals_tco2e[n]),
    )


def base_inventory(record: Record) -> YearInventory:
    """The base year: bills where there are any, location-based."""
    problem, scenario = record.answer.problem, record.scenario
    written = {} if scenario is None else scenario.base_year.billed
    billed, factors = billed_mwh(written, problem.markets), FactorBook(record)
    as_written = _as_written(written, problem.markets)
    lines: list[Line] = []
    biogenic = 0.0
    for k in problem.markets:
        mwh = billed.get(k.name)
        origin: Origin = "modelled" if mwh is None else "billed"
        mwh = _modelled_mwh(record, k) if mwh is None else mwh
        biogenic += mwh * k.biogenic_factor
        tonnes = mwh * k.base_emission_factor
        factor = factors.of_market(k, k.base_emission_factor)
        bill = as_written.get(k.name, "")
        location: Basis = "location" if k.scope == 2 else "both"
        lines.append(Line(k.scope, k.name, "bought", mwh, "MWh", factor, tonnes, location, origin, bill))
        upstream = float(by_year(problem, k.upstream_factor)[0])
        factor = factors.upstream(k, upstream)
        lines.append(Line(4, k.name, "upstream", mwh, "MWh", factor, mwh * upstream, "both", origin, bill))
    lines += _base_plant(record)
    for other in problem.emissions.other:
        category, guessed = category_of(record, other)
        lines.append(
            Line(category, other.name, "stated", None, "", None, other.base_tco2e, origin="stated", guessed=guessed)
        )
    kept = tuple(line for line in lines if abs(line.tco2e) > LEAST)
    return YearInventory(problem.base.year, False, kept, biogenic, 0.0, 0.0)


def category_of(record: Record, other: OtherEmissions) -> tuple[int, bool]:
    """Category of a source outside the energy balance, and whether only its name says so."""
    if other.scope == 1:
        return 1, False
    name = f"{other.name} {record.label(other.name, 'en')} {record.label(other.name, 'zh')}"
    if TRANSPORT.search(name):
        return 3, True
    return (4, True) if GOODS.search(name) else (6, True)


def _as_written(written: object, markets: tuple[Market, ...]) -> dict[str, str]:
    """Bills as the scenario wrote them, by market."""
    first = {k.carrier: k.name for k in reversed(markets)} | {k.name: k.name for k in markets}
    bills = written.items() if isinstance(written, dict) else ()
    return {first[name]: text if isinstance(text, str) else f"{text:g} MWh" for name, text in bills if name in first}


def _modelled_mwh(record: Record, market: Market) -> float:
    """Energy of a market without a bill: business as usual of the first year at base-year output."""
    usual = record.standing
    if usual is None:
        return 0.0
    bought = annual(usual.problem, series(usual.problem, usual.plan, "markets.import_mw", market.name))
    return float(bought[0] / output_growth(usual.problem)[0])


def _through_mwh(record: Record, market: Market, n: int) -> float:
    """MWh imported in the n-th year, with what contracts deliver through the grid."""
    problem, plan = record.answer.problem, record.answer.plan
    mwh = float(annual(problem, series(problem, plan, "markets.import_mw", market.name))[n])
    if market is grid_market(problem):
        delivered = contract_mwh(problem, plan)
        mwh += sum(float(delivered[c.name][n]) for c in problem.contracts if is_delivered(c) and not c.direct_line)
    return mwh


def _bought(record: Record, n: int) -> Iterator[Line]:
    problem, factors = record.answer.problem, FactorBook(record)
    for k in problem.markets:
        mwh = _through_mwh(record, k, n)
        value, upstream = float(by_year(problem, k.emission_factor)[n]), float(by_year(problem, k.upstream_factor)[n])
        basis: Basis = "location" if k.scope == 2 and k.carrier == ELECTRICITY else "both"
        yield Line(k.scope, k.name, "bought", mwh, "MWh", factors.of_market(k, value), mwh * value, basis)
        yield Line(4, k.name, "upstream", mwh, "MWh", factors.upstream(k, upstream), mwh * upstream)


def _unclaimed(record: Record, n: int) -> Iterator[Line]:
    """Grid electricity, market-based: what is claimed at zero, a supplier's at its own factor, the rest at the uncovered one."""
    tonnes, factors = record.answer.tonnes, FactorBook(record)
    value = float(record.answer.problem.emissions.uncovered_factor[n])
    claimed = float(tonnes.grid_claims_mwh[n])
    rest = float(tonnes.grid_mwh[n] - tonnes.supplied_mwh[n] - tonnes.grid_claims_mwh[n])
    for k in record.answer.problem.markets:
        if k.supplier_factor is not None:
            mwh, own = _through_mwh(record, k, n), float(k.supplier_factor[n])
            yield Line(2, k.name, "bought", mwh, "MWh", factors.of_market(k, own), mwh * own, "market")
    if direct := float(tonnes.direct_mwh[n]):
        yield Line(2, "direct line", "direct", direct, "MWh", factors.zero(), 0.0)
    if claimed:
        yield Line(2, "electricity claimed", "claimed", claimed, "MWh", factors.zero(), 0.0, "market")
    yield Line(
        2, "electricity without a claim", "bought", rest, "MWh", factors.uncovered(value), rest * value, "market"
    )


def _base_plant(record: Record) -> Iterator[Line]:
    """Process emissions of plant in the base year, which no bill has: business as usual of the first year at base-year output."""
    usual = record.standing
    if usual is None:
        return
    growth = float(output_growth(usual.problem)[0])
    for line in _plant_of(record, usual.problem, usual.plan, 0):
        scaled = None if line.activity is None else line.activity / growth
        yield replace(line, activity=scaled, tco2e=line.tco2e / growth, origin="modelled")


def _plant(record: Record, n: int) -> Iterator[Line]:
    """Process emissions of plant, and what it captures."""
    yield from _plant_of(record, record.answer.problem, record.answer.plan, n)


def _plant_of(record: Record, problem: Problem, plan: Plan, n: int) -> Iterator[Line]:
    factors = FactorBook(record)
    for v in problem.converters:
        mwh = float(annual(problem, series(problem, plan, "converters.activity_mw", v.name))[n])
        factor = factors.of_plant(v.name, "direct_kgco2_per_mwh", v.direct_tco2e_per_mwh)
        yield Line(1, v.name, "process", mwh, "MWh", factor, mwh * v.direct_tco2e_per_mwh)
        factor = factors.of_plant(v.name, "captured_kgco2_per_mwh", -v.captured_tco2e_per_mwh)
        yield Line(1, v.name, "captured", mwh, "MWh", factor, -mwh * v.captured_tco2e_per_mwh)


def _others(record: Record, n: int) -> Iterator[Line]:
    for other in record.answer.problem.emissions.other:
        category, guessed = category_of(record, other)
        tonnes = float(by_year(record.answer.problem, other.tco2e)[n])
        yield Line(category, other.name, "stated", None, "", None, tonnes, guessed=guessed)


def _built(record: Record, n: int) -> Iterator[Line]:
    """Carbon embodied in what is built in the year: capital goods."""
    problem, money, factors = record.answer.problem, record.answer.money, FactorBook(record)
    year = problem.years[n]
    sized = [(v.name, "converters", "embodied_kgco2e_per_kw", v.sizing, "MW") for v in problem.converters]
    for s in problem.stores:
        sized.append((f"{s.name} power", "stores", "", s.power, "MW"))
        sized.append((f"{s.name} energy", "stores", "embodied_kgco2e_per_kwh", s.energy, "MWh"))
    for item, kind, key, sizing, unit in sized:
        size = money.builds.get(item, {}).get(year, 0.0)
        factor = factors.embodied(kind, item, key, sizing.embodied_tco2e_per_unit, f"t/{unit}")
        yield Line(4, item, "embodied", size, unit, factor, size * sizing.embodied_tco2e_per_unit)
    for r in problem.retrofits:
        started = float(np.round(record.answer.plan.decision("retrofits.start", r.name, year)))
        factor = factors.embodied("retrofits", r.name, "embodied_tco2e", r.embodied_tco2e, "t")
        yield Line(4, r.name, "embodied", started, "1", factor, started * r.embodied_tco2e)
