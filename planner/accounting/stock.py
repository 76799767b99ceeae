"""What stands in each year of a plan: sizes, retrofits, management items and contracts in force.

Read from a plan's decisions alone, for the accountant. Shapes are (Y,) unless said otherwise.

    nameplate[y] = existing[y] * (1 - retired_share[y]) + sum of builds with b <= y < b + life
    working[y]   = existing[y] * existing_share[y] * (1 - retired_share[y]) + sum of build[b] * share_by_age[y - b]
                   + renewed_share * min(build[y], build[y - life])
    factor[d, y] = product over retrofits k, in problem order, of 1 - saving[k, d] * active[k, y]
    side use     = ratio * load[t] * index[y] * factor before k * active[k, y]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.problem import Contract, Problem, Retrofit, Segment, Sizing
from planner.plan import Plan

Array = NDArray[np.float64]

LEAST_SIZE = 1e-7  # a size below this [MW, MWh or MWh per year] was not built or signed: solver noise


@dataclass(frozen=True, eq=False)
class Size:
    """Size of one thing [MW or MWh]: `builds` by build year, and what stands and works in each year."""

    sizing: Sizing
    builds: Mapping[int, float]
    retired_share: Array
    existing: Array  # after early retirement
    nameplate: Array
    working: Array


@dataclass(frozen=True, eq=False)
class Stock:
    """Everything that stands, by name."""

    converters: Mapping[str, Size]
    store_power: Mapping[str, Size]
    store_energy: Mapping[str, Size]
    installed: Mapping[str, Array]  # retrofit -> number installed, 0 or 1
    active: Mapping[str, Array]  # retrofit -> share of the year in which it works
    adopted: Mapping[str, Array]  # management item -> 0 or 1, without those already met
    factors: Mapping[str, Array]  # demand -> share of the load that remains
    side_use_mw: Mapping[str, Array]  # carrier -> (Y, T) load added by retrofits, less what they free
    freed_mw: Mapping[str, Array]  # carrier -> (Y, T) what they free
    volumes: Mapping[str, Mapping[int, Array]]  # contract -> signing year -> volume in force


def stock_of(problem: Problem, plan: Plan) -> Stock:
    """What the plan's decisions make stand in each year."""
    installed = {
        r.name: _alive(problem, _starts(problem, plan, "retrofits.start", r.name), r.life_years)
        for r in problem.retrofits
    }
    active = {
        r.name: installed[r.name] - (1 - r.first_year_share) * _at(problem, _first_starts(problem, plan, r))
        for r in problem.retrofits
    }
    factors, side_use_mw, freed_mw = _end_use(problem, active)
    horizon = len(problem.years)
    return Stock(
        converters={v.name: _size(problem, plan, "converters.build_mw", v.name, v.sizing) for v in problem.converters},
        store_power={s.name: _size(problem, plan, "stores.build_mw", s.name, s.power) for s in problem.stores},
        store_energy={s.name: _size(problem, plan, "stores.build_mwh", s.name, s.energy) for s in problem.stores},
        installed=installed,
        active=active,
        adopted={
            m.name: _alive(problem, _starts(problem, plan, "management.adopt", m.name), horizon)
            for m in problem.management
        },
        factors=factors,
        side_use_mw=side_use_mw,
        freed_mw=freed_mw,
        volumes={c.name: _volumes(problem, plan, c) for c in problem.contracts},
    )


def series(problem: Problem, plan: Plan, name: str, item: str) -> Array:
    """(Y, T) operation of one item; zero where the plan has none."""
    values = plan.operation.get(name, {}).get(item)
    shape = (len(problem.years), problem.steps.count)
    return np.zeros(shape) if values is None else np.broadcast_to(np.asarray(values, float), shape)


def by_year(problem: Problem, value: Array | float) -> Array:
    """(Y,) from a number or one value per year."""
    return np.broadcast_to(np.asarray(value, float), (len(problem.years),))


def sizes(stock: Stock) -> dict[str, Size]:
    """Every size under a name to show: stores have a power and an energy size."""
    return {
        **stock.converters,
        **{f"{name} power": size for name, size in stock.store_power.items()},
        **{f"{name} energy": size for name, size in stock.store_energy.items()},
    }


def capex_of(sizing: Sizing, size: float, n: int) -> float:
    """Capex of one build in the n-th year [million], less its subsidy: the cheapest segment that admits it, else the nearest."""
    if size < LEAST_SIZE:
        return 0.0
    tolerance = 1e-6 * max(1.0, size)
    feasible = [s for s in sizing.segments if s.min_size - tolerance <= size <= s.max_size + tolerance]
    nearest = min(sizing.segments, key=lambda s: max(s.min_size - size, size - s.max_size))
    listed = min(_segment_cost(s, size) for s in feasible or [nearest])
    subsidy = np.broadcast_to(sizing.subsidy_per_unit, sizing.capex_index.shape)
    return float(sizing.capex_index[n] * listed - subsidy[n] * size)


def _segment_cost(segment: Segment, size: float) -> float:
    return segment.capex_fixed + segment.capex_per_unit * size


def _starts(problem: Problem, plan: Plan, name: str, item: str) -> list[int]:
    """Years in which a yes-or-no decision of one item is taken."""
    return [y for y in problem.years if plan.decision(name, item, y) > 0.5]


def _first_starts(problem: Problem, plan: Plan, r: Retrofit) -> list[int]:
    """Years in which a measure is started and does not take the place of one that has worked until then."""
    starts = _starts(problem, plan, "retrofits.start", r.name)
    return [y for y in starts if y - r.life_years not in starts]


def _at(problem: Problem, years: list[int]) -> Array:
    return np.array([float(years.count(y)) for y in problem.years])


def _alive(problem: Problem, starts: list[int], life: int) -> Array:
    return np.array([float(sum(b <= y < b + life for b in starts)) for y in problem.years])


def _size(problem: Problem, plan: Plan, column: str, name: str, sizing: Sizing) -> Size:
    """`column` is the decision that builds it, such as "stores.build_mwh"."""
    kind = column.split(".", maxsplit=1)[0]
    builds = {y: size for y in problem.years if (size := plan.decision(column, name, y)) > 0.0}
    retired = np.array([plan.decision(f"{kind}.retired_share", name, y) for y in problem.years])
    existing = sizing.existing * (1 - retired)
    nameplate, working = existing.copy(), existing * by_year(problem, sizing.existing_share)
    for n, y in enumerate(problem.years):
        for built, size in builds.items():
            if built <= y < built + sizing.life_years:
                nameplate[n] += size
                working[n] += size * sizing.share_by_age[y - built]
        working[n] += sizing.renewed_share * min(builds.get(y, 0.0), builds.get(y - sizing.life_years, 0.0))
    return Size(sizing, builds, retired, existing, nameplate, working)


def _end_use(
    problem: Problem, active: Mapping[str, Array]
) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    """Remaining share of each load, what the retrofits draw from other carriers on balance, and what they free of them.

    A side use is counted on the load that all other measures leave.
    """
    factors = {d.name: np.ones(len(problem.years)) for d in problem.demands}
    side_use: dict[str, Array] = {}
    freed: dict[str, Array] = {}
    loads = {d.name: np.outer(d.index, d.load_mw) for d in problem.demands}
    for r in problem.retrofits:
        for demand in r.savings:
            factors[demand] = factors[demand] * _kept(r, demand, active)
        for demand, carrier, ratio in r.side_use:
            others = [_kept(q, demand, active) for q in problem.retrofits if q.name != r.name]
            drawn = ratio * loads[demand] * np.prod([active[r.name], *others], axis=0)[:, None]
            side_use[carrier] = side_use.get(carrier, 0.0) + drawn
            if ratio < 0:
                freed[carrier] = freed.get(carrier, 0.0) - drawn
    return factors, side_use, freed


def _kept(r: Retrofit, demand: str, active: Mapping[str, Array]) -> Array:
    """(Y,) share of a load that one measure leaves."""
    return np.asarray(1 - r.savings.get(demand, 0.0) * active[r.name])


def _volumes(problem: Problem, plan: Plan, contract: Contract) -> dict[int, Array]:
    """Volume in force by signing year: y0 <= y < y0 + tenor."""
    years = np.array(problem.years)
    signed = {y: plan.decision("contracts.sign_volume", contract.name, y) for y in problem.years}
    return {
        y0: volume * ((years >= y0) & (years < y0 + contract.tenor_years)).astype(float)
        for y0, volume in signed.items()
        if volume > LEAST_SIZE
    }
