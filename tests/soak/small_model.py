"""The least cost of a scenario, written a second time from docs/mathematics.md and docs/accounting.md.

It shares no code with `models` or `planner`. It reads the tables of a draft, tries every combination of retrofits, and for
each solves a small mixed-integer model of its own. It covers given periods with demands, production, retrofits, converters,
stores, markets, contracts, instruments, caps, a carbon price, the penalty on paper, tax and salvage; no rating, no tariffs,
fuels or presets of the library, no nominal prices.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tests.soak.drafts import Draft
from tests.soak.linear import Linear, times
from tests.soak.small_factory import MILLION, Factory, Investment, Measures, there
from tests.soak.small_parts import ADD

LARGEST_MW = 20.0  # of plant and connections in a draft, beside what loads need


def cost_with(draft: Draft, measures: Measures) -> float:
    """Least net present cost with penalties [million], the retrofits given."""
    f = Factory(draft, measures)
    for add in ADD:
        add(f)
    cost = _objective(f)
    value, x = f.rows.least(cost)
    decided: list[tuple[Linear, Linear, Linear]] = []
    while x.size and (wasted := [pair for pair in f.either if _both(pair, x)]):
        for pair in wasted:
            f.either.remove(pair)
            first, largest = f.rows.column(1.0, integer=True), f.room + LARGEST_MW
            f.rows.at_most(pair[0], times(first, largest))
            f.rows.at_most(pair[1], times(first, -largest).plus(largest))
            decided.append((first, *pair))
        value, x = f.rows.least(cost)
    if not (decided and x.size):
        return value
    for first, one, other in decided:  # what is not chosen is nothing, not a millionth of the largest flow
        off = other if x[_column(first)] > 0.5 else one
        f.rows.upper[_column(off)] = 0.0
    return f.rows.least(cost)[0]


def _column(flow: Linear) -> int:
    return next(iter(flow))


def _both(flows: tuple[Linear, Linear], x: np.ndarray) -> bool:
    return min(sum(x[c] * q for c, q in flow.items()) for flow in flows) > 1e-7


def _objective(f: Factory) -> Linear:
    money = f.table("finance")
    rate, tax, price = money.get("discount_rate", 0.08), money.get("tax_rate", 0.0), money.get("inflation", 0.0)
    late = {"start": 0.0, "mid": 0.5, "end": 1.0}[money.get("timing", "end")]
    write_off = money.get("depreciation_years", 10)
    cost, capex = Linear(), [Linear() for _ in f.years]
    for one in f.investments:
        for back, share in enumerate(reversed(one.payments)):
            capex[max(0, one.year - back)].plus(one.cost, share)
        for y in range(one.year, min(f.count, one.year + write_off)):
            real = (1 + price) ** -(y - one.year)
            cost.plus(one.cost, -tax / write_off * real * (1 + rate) ** -(y + late))
        cost.plus(one.cost, -_end_value(f, one, rate, tax, price, write_off) * (1 + rate) ** -f.count)
    for y, year in enumerate(f.of_year):
        cost.plus(capex[y], (1 + rate) ** -y).plus(year.running, (1 - tax) * (1 + rate) ** -(y + late))
        if "annual_capex_limit" in money:
            f.rows.at_most(capex[y], money["annual_capex_limit"] / MILLION)
        cost.plus(_penalty(f, y), (1 + rate) ** -(y + late))
    return cost


def _end_value(f: Factory, one: Investment, rate: float, tax: float, inflation: float, write_off: int) -> float:
    age = f.count - one.year
    left, kind = one.life - age, f.table("finance").get("salvage", "straight_line")
    share = 0.0
    if left > 0 and kind == "straight_line":
        share = left / one.life
    elif left > 0 and kind == "annuity":
        share = (1 - (1 + rate) ** -left) / (1 - (1 + rate) ** -one.life) if rate else left / one.life
    book = max(0.0, 1 - age / write_off) * (1 + inflation) ** -age
    return share - tax * (share - book)


def _penalty(f: Factory, y: int) -> Linear:
    """Cost of paper above its threshold, and more where earlier years relied on it too."""
    rules = f.table("durability")
    year = f.of_year[y]
    if not rules.get("penalty", True) or not year.paper:
        return Linear()
    gross = Linear(year.scope1).plus(year.location)
    excess, most = f.rows.column(), 1e6
    f.rows.at_most(Linear(year.paper).plus(gross, -rules.get("paper_threshold_share", 0.1)), excess)
    relied = f.rows.column(1.0, integer=True)
    f.rows.at_most(excess, times(relied, most))
    f.relied[y] = relied
    cost = Linear().plus(excess, rules.get("penalty_per_t", 600.0) / MILLION)
    for back in range(1, rules.get("penalty_steps", 3) + 1):
        if (earlier := f.relied.get(y - back)) is not None:
            again = f.rows.column()
            f.rows.at_most(Linear(excess).plus(earlier, most).plus(-most), again)
            cost.plus(again, rules.get("penalty_step_per_t", 300.0) / MILLION)
    return cost


def combinations(draft: Draft) -> Iterator[Measures]:
    """Every choice of retrofits and their years that lives, prerequisites and exclusions allow."""
    tables = draft.tables.get("retrofits", {})
    plain = Factory(draft, {})
    ways = [list(_starts(plain, keys)) for keys in tables.values()]
    for chosen in itertools.product(*ways):
        measures = dict(zip(tables, chosen, strict=True))
        if all(_allowed(tables, measures, name, plain.count) for name in tables):
            yield measures


def _starts(factory: Factory, keys: Mapping[str, Any]) -> Iterator[tuple[int, ...]]:
    life = keys["life_years"]
    years = sorted({y for b in factory.window(keys) for y in range(b, factory.count, life)})
    for count in range(len(years) + 1):
        for chosen in itertools.combinations(years, count):
            if all(b - a >= life for a, b in itertools.pairwise(chosen)):
                yield chosen


def _allowed(tables: Mapping[str, Any], measures: Measures, name: str, count: int) -> bool:
    keys = tables[name]
    years = [y for y in range(count) if there(keys, measures[name], y)]
    needed = all(there(tables[q], measures[q], y) for q in keys.get("requires", ()) for y in years)
    return needed and not any(there(tables[q], measures[q], y) for q in keys.get("excludes", ()) for y in years)


def least_cost(draft: Draft) -> float:
    """Least net present cost with penalties [currency]; infinite where nothing fits."""
    return MILLION * min(cost_with(draft, measures) for measures in combinations(draft))
