"""The grid factor sets of the library, as paths for one problem: what the location is multiplied by, and what is uncovered.

    location[y]  = published factor of the place * (1 + trend)^(y - data year)
    uncovered[y] = residual likewise but at least the location's, fossil as published, or the location's

A set changes one of the two and leaves the other as the plan has it. The base year changes with the location factor: its grid
electricity, billed or modelled, whichever is less, is emitted at the new factor and restated for output.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from models.problem import Array, Problem
from planner.accounting.ledger import grid_market
from planner.accounting.stock import by_year
from planner.assembly.base_year import billed_mwh, needed_mwh
from planner.assembly.money import PUBLISHED_TREND
from planner.assembly.variants import output_growth
from planner.library import Number
from planner.library.grid import grid_factor, grid_region
from planner.results.folder import EFFECTIVE


@dataclass(frozen=True)
class GridContext:
    """What a problem does not know of its grid: where it is, the trend, and the base year's electricity."""

    province: str | None = None
    trend: float = PUBLISHED_TREND
    base_grid_mwh: float | None = None  # bought in the base year; None: the base year keeps its factor


def context_of(folder: Path, problem: Problem) -> GridContext:
    """Of a results folder, from its effective scenario; the base year's electricity is billed, else what the loads need."""
    path, grid = folder / EFFECTIVE, grid_market(problem)
    scenario = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    billed = billed_mwh(scenario.get("base_year", {}).get("billed", {}), problem.markets)
    needed = needed_mwh(problem)
    known = {**needed, **{name: min(mwh, needed.get(name, mwh)) for name, mwh in billed.items()}}
    return GridContext(
        scenario.get("scenario", {}).get("province"),
        scenario.get("emissions", {}).get("grid_factor_trend_per_year", PUBLISHED_TREND),
        None if grid is None else known.get(grid.name),
    )


@dataclass(frozen=True, eq=False)
class FactorSet:
    """Factors [t/MWh]; None leaves what the plan was made with."""

    name: str
    label: str
    label_zh: str
    location: Array | None = None  # (Y,)
    base: float | None = None
    uncovered: Array | None = None  # (Y,)
    base_grid_mwh: float | None = None


def factor_sets(problem: Problem, context: GridContext) -> tuple[FactorSet, ...]:
    """The set of the plan, then every other set of the library that applies to its place."""
    return (
        FactorSet("own", "as planned", "按规划"),
        *_location_sets(problem, context),
        *_uncovered_sets(problem, context),
    )


def _location_sets(problem: Problem, context: GridContext) -> Iterator[FactorSet]:
    places: list[tuple[str, str, str, str, str]] = []
    if context.province is not None:
        region = grid_region(context.province)
        places.append(("provincial", context.province, "average", f"provincial, {context.province}", "省级平均"))
        places.append(("regional", region, "average", f"regional, {region}", "区域平均"))
    places.append(("national", "China", "average", "national average", "全国平均"))
    places.append(("iea", "China", "average_iea", "national, IEA", "全国平均(IEA)"))
    for name, place, basis, label, label_zh in places:
        factor = _path(grid_factor(place, basis), context.trend)
        years = np.array([factor(y) for y in problem.years])
        yield FactorSet(name, label, label_zh, years, factor(problem.base.year), base_grid_mwh=context.base_grid_mwh)


def _uncovered_sets(problem: Problem, context: GridContext) -> Iterator[FactorSet]:
    residual = _path(grid_factor("China", "residual"), context.trend)
    fossil = grid_factor("China", "fossil")
    grid = grid_market(problem)
    location = by_year(problem, 0.0 if grid is None else grid.emission_factor)
    yield FactorSet(
        "residual",
        "uncovered at residual",
        "未覆盖电量按剩余因子",
        uncovered=np.maximum([residual(y) for y in problem.years], location),
    )
    if grid is not None:
        yield FactorSet("average", "uncovered at average", "未覆盖电量按平均因子", uncovered=location)
    yield FactorSet(
        "fossil", "uncovered at fossil", "未覆盖电量按化石因子", uncovered=np.full(len(problem.years), fossil.scalar)
    )


def _path(number: Number, trend: float) -> Callable[[int], float]:
    return lambda year: number.scalar * (1 + trend) ** max(0, year - number.year)


def under(one: FactorSet) -> Callable[[Problem], Problem]:
    """The problem as it would be counted under a set."""

    def change(problem: Problem) -> Problem:
        grid, location, uncovered = grid_market(problem), one.location, one.uncovered
        if uncovered is not None:
            problem = replace(problem, emissions=replace(problem.emissions, uncovered_factor=uncovered))
        if grid is None or location is None or one.base is None:
            return problem
        counted = replace(grid, emission_factor=location)
        if one.base_grid_mwh is not None:
            counted = replace(counted, base_emission_factor=one.base)
            problem = _with_base(problem, one.base_grid_mwh * (one.base - grid.base_emission_factor))
        return replace(problem, markets=tuple(counted if k is grid else k for k in problem.markets))

    return change


def _with_base(problem: Problem, added_t: float) -> Problem:
    """The base year with so many more tonnes of electricity, restated for output."""
    base, restated = problem.base, problem.base.restated_tco2e + added_t * output_growth(problem)
    return replace(problem, base=replace(base, gross_tco2e=base.gross_tco2e + added_t, restated_tco2e=restated))
