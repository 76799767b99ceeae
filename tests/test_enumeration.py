"""Every combination of decisions of a small factory, priced without the model: the cheapest is the model's optimum.

Two years, three steps of 1,000 hours with electric loads of 10, 12 and 14 MW, growing by 10 %. Decisions:

    four measures, each never, from the first or from the second year; c excludes b, e needs a       3^4
    a measure d that lasts one year, done in either year, both or none                               2^2
    generators in packages of 1 MW, up to 4 MW together, each year                                   15
    two management items, each never, from the first or from the second year                         3^2
    2 MW of flat renewable power by contract, signed in the first year or not                        2

Exclusion and prerequisite leave 5 · 6 of the 81 combinations of the four: 30 · 4 · 15 · 9 · 2 = 32,400 are priced. Contract
and generators together never exceed the load; what is signed is paid anyway and a generator costs less to run than the
grid, so the operation of each combination is plain. The target of the second year asks for points from own reduction,
renewable share and management.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from models.problem import Gate, Indicator, Level, MetricPoints, Problem
from planner.accounting.rating import rate_years
from planner.plan import Plan
from tests.factories import Site, rating
from tests.known_answers import at_cost

site = Site(years=(2025, 2026), hours=(1000, 1000, 1000))
LOAD, GROWTH, HOURS = np.array([10.0, 12.0, 14.0]), (1.0, 1.1), 1000.0
GRID_PRICE = np.array([0.0004, 0.0006, 0.0009])
RATE, BASE_FACTOR, BASE_T = 0.08, 0.5, 18_000.0
RESTATED_T = (18_000.0, 19_800.0)
MEASURES = {  # name: saving, capex in both years, upkeep a year, life
    "a": (0.10, (13.0, 12.0), 0.05, 10),
    "b": (0.15, (19.5, 19.0), 0.0, 8),
    "c": (0.20, (36.0, 33.0), 0.1, 15),
    "d": (0.05, (1.25, 1.2), 0.0, 1),
    "e": (0.12, (17.0, 14.0), 0.0, 12),
}
PACKAGE_MW, MOST_PACKAGES, GENERATOR_CAPEX, GENERATOR_FIXED, GENERATOR_LIFE = 1.0, 4, 9.5, 0.4, 10
GENERATOR_INDEX, GENERATOR_OPEX, GENERATOR_VARIABLE = (1.0, 0.85), 0.03, 0.0001
ITEMS = {"meters": ((0.5, 0.4), 0.05, 15.0), "system": ((1.1, 1.0), 0.02, 20.0)}
CONTRACT_MW, CONTRACT_PRICE = 2.0, 0.00072
OWN_STEPS, OWN_POINTS = (0.10, 0.25, 0.40), (10.0, 20.0, 30.0)
SHARE_STEPS, SHARE_POINTS = (0.16, 0.20), (15.0, 25.0)
LEAST_REDUCTION, STARS = 0.05, 3

Starts = dict[str, tuple[int, ...]]  # name -> years of start, counted from the first
Choice = tuple[Starts, tuple[int, int], Starts, bool]


def the_factory(needed: float) -> Problem:
    """The same factory as data of the model; without a target where no points are needed."""
    requires, excludes = {"e": ("a",)}, {"c": ("b",)}
    metrics = (
        MetricPoints("own_reduction_share", OWN_STEPS, OWN_POINTS),
        MetricPoints("renewable_electricity_share", SHARE_STEPS, SHARE_POINTS),
    )
    return site.problem(
        demands=(site.demand(load=LOAD, index=GROWTH),),
        markets=(site.grid(GRID_PRICE),),
        retrofits=tuple(
            site.retrofit(
                name,
                {"motors": saving},
                capex,
                life_years=life,
                opex_fixed=upkeep,
                requires=requires.get(name, ()),
                excludes=excludes.get(name, ()),
            )
            for name, (saving, capex, upkeep, life) in MEASURES.items()
        ),
        converters=(
            site.converter(
                "generator",
                site.sizing(
                    GENERATOR_CAPEX,
                    PACKAGE_MW * MOST_PACKAGES,
                    GENERATOR_LIFE,
                    capex_fixed=GENERATOR_FIXED,
                    package=PACKAGE_MW,
                    capex_index=GENERATOR_INDEX,
                    opex_fixed=GENERATOR_OPEX,
                ),
                opex_variable=GENERATOR_VARIABLE,
            ),
        ),
        contracts=(
            site.contract(
                kind="baseload",
                price=CONTRACT_PRICE,
                start_years=(2025,),
                min_volume=CONTRACT_MW,
                max_volume=CONTRACT_MW,
            ),
        ),
        management=tuple(
            site.management(name, capex, upkeep, points={"management": points})
            for name, (capex, upkeep, points) in ITEMS.items()
        ),
        finance=site.finance(RATE, timing_offset=0.5, salvage="straight_line"),
        base=replace(site.base(BASE_T), restated_tco2e=np.array(RESTATED_T)),
        rating=rating(
            Level(STARS, needed / 100, (Gate("own_reduction_share", "min", LEAST_REDUCTION),)),
            indicators=(Indicator("energy", "score", 40.0, 0.0, metrics), Indicator("management", "score", 30.0)),
        ),
        target=site.target([0, STARS]) if needed else None,
    )


def choices() -> Iterator[Choice]:
    """Every combination that exclusion, prerequisite and size limit allow."""
    once, any_year = ((), (0,), (1,)), ((), (0,), (1,), (0, 1))
    measures = (
        dict(zip(MEASURES, starts, strict=True))
        for starts in itertools.product(*(any_year if name == "d" else once for name in MEASURES))
    )
    allowed = [m for m in measures if not (m["b"] and m["c"]) and (not m["e"] or (m["a"] and m["a"] <= m["e"]))]
    packages = [p for p in itertools.product(range(MOST_PACKAGES + 1), repeat=2) if sum(p) <= MOST_PACKAGES]
    items = [dict(zip(ITEMS, starts, strict=True)) for starts in itertools.product(once, repeat=len(ITEMS))]
    yield from itertools.product(allowed, packages, items, (False, True))


def left_after(measures: Starts, n: int) -> float:
    """Share of the load that remains in the n-th year."""
    left = 1.0
    for name, starts in measures.items():
        saving, _, _, life = MEASURES[name]
        if any(start <= n < start + life for start in starts):
            left *= 1 - saving
    return left


def points(grid_mwh: float, claimed_mwh: float, used_mwh: float, items: Starts) -> float:
    """Points of the second year; none below the gate."""
    reduction, share = 1 - BASE_FACTOR * grid_mwh / RESTATED_T[1], claimed_mwh / used_mwh
    if reduction < LEAST_REDUCTION:
        return 0.0
    own = max((p for at, p in zip(OWN_STEPS, OWN_POINTS, strict=True) if reduction >= at), default=0.0)
    green = max((p for at, p in zip(SHARE_STEPS, SHARE_POINTS, strict=True) if share >= at), default=0.0)
    managed = sum(ITEMS[name][2] for name, starts in items.items() if starts)
    return min(40.0, own + green) + min(30.0, managed)


def salvaged(cost: float, life: int, start: int) -> float:
    """Straight-line value after the second year."""
    return cost * max(0, life - (2 - start)) / life


def price(choice: Choice) -> tuple[float, float]:
    """Net present cost of a combination [million] and its points in the second year."""
    measures, packages, items, signed = choice
    running, capex, end, standing = [0.0, 0.0], [0.0, 0.0], 0.0, 0.0
    for name, starts in measures.items():
        _, cost, upkeep, life = MEASURES[name]
        for start in starts:
            capex[start] += cost[start]
            end += salvaged(cost[start], life, start)
            for n in range(start, min(2, start + life)):
                running[n] += upkeep
    for name, starts in items.items():
        for start in starts:
            capex[start] += ITEMS[name][0][start]
            for n in range(start, 2):
                running[n] += ITEMS[name][1]
    year_hours, contract = HOURS * len(LOAD), CONTRACT_MW * signed
    for n, count in enumerate(packages):
        standing += PACKAGE_MW * count
        if count:
            paid = GENERATOR_INDEX[n] * (GENERATOR_FIXED + GENERATOR_CAPEX * PACKAGE_MW * count)
            capex[n] += paid
            end += salvaged(paid, GENERATOR_LIFE, n)
        left = left_after(measures, n)
        at_full_load = HOURS * GROWTH[n] * left * float(LOAD @ GRID_PRICE)
        running[n] += at_full_load - (contract + standing) * HOURS * float(GRID_PRICE.sum())
        running[n] += standing * (GENERATOR_OPEX + year_hours * GENERATOR_VARIABLE)
        running[n] += contract * year_hours * CONTRACT_PRICE
    used = HOURS * GROWTH[1] * left * float(LOAD.sum())
    late = [(1 + RATE) ** -(n + 0.5) for n in range(2)]
    cost = capex[0] + capex[1] / (1 + RATE) + running[0] * late[0] + running[1] * late[1] - end / (1 + RATE) ** 2
    return cost, points(used - standing * year_hours, contract * year_hours, used, items)


def started(plan: Plan, decision: str, name: str) -> tuple[int, ...]:
    """Years in which an item starts in a plan, counted from the first."""
    return tuple(n for n, year in enumerate(site.years) if plan.decision(decision, name, year) > 0.5)


@pytest.fixture(scope="module")
def priced() -> list[tuple[float, float, Choice]]:
    """(cost, points, combination) of them all."""
    return [(*price(choice), choice) for choice in choices()]


def test_operation_of_every_combination_is_plain(priced: list[tuple[float, float, Choice]]) -> None:
    assert len(priced) == 32_400
    least = min(left_after(measures, n) * GROWTH[n] for _, _, (measures, *_) in priced for n in range(2))
    assert least * LOAD.min() > CONTRACT_MW + PACKAGE_MW * MOST_PACKAGES


@pytest.mark.parametrize("needed", [0.0, 30.0, 40.0, 55.0, 65.0, 70.0])
def test_enumeration_finds_the_optimum_of_the_model(needed: float, priced: list[tuple[float, float, Choice]]) -> None:
    reached = [(cost, choice) for cost, earned, choice in priced if earned >= needed]
    assert len(reached) > 2**10
    cost, (measures, packages, items, signed) = min(reached, key=lambda one: one[0])
    problem = the_factory(needed)
    plan = at_cost(problem, cost)
    assert not needed or rate_years(problem, plan)[1].full.stars == STARS
    assert {name: started(plan, "retrofits.start", name) for name in MEASURES} == measures
    assert {name: started(plan, "management.adopt", name) for name in ITEMS} == items
    built = [plan.decision("converters.build_mw", "generator", year) / PACKAGE_MW for year in site.years]
    assert built == pytest.approx(packages)
    assert plan.decision("contracts.sign_volume", "ppa", 2025) == pytest.approx(CONTRACT_MW * signed)
