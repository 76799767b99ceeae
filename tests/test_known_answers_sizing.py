"""Sizes worked by hand: peaks, packages, economies of scale, vintages, ageing, retirement, shared limits.

Unless said otherwise: 1,000 hours a year in one step, no discounting, electricity at 0.0006 million/MWh, so that 1 MW of
flat electric load costs 0.6 million a year. Money in millions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.problem import Problem, Segment
from tests.factories import Site
from tests.known_answers import at_cost, total

site = Site()


def boiler_house(at: Site, load: float, index: float | list[float] = 1.0, **sizing: Any) -> Problem:
    """A steam load, free gas, and boilers that are the only source of steam."""
    return at.problem(
        demands=(at.demand("steam", load, "steam", index),),
        markets=(at.gas(0.0),),
        converters=(at.converter("boiler", at.sizing(**sizing), inputs={"gas": 1.0}, outputs={"steam": 1.0}),),
    )


def test_boiler_is_sized_to_the_peak() -> None:
    """Steam 4 and 9 MW, 100 h each; boiler 0.5 per MW, efficiency 0.9, gas 0.0003.

    Size 9 MW: 9 · 0.5 = 4.5. Gas (4 + 9) · 100 / 0.9 = 1,444.4 MWh · 0.0003 = 0.433333. Sum 4.933333.
    """
    two = Site(hours=(100, 100))
    problem = two.problem(
        demands=(two.demand("steam", [4, 9], "steam"),),
        markets=(two.gas(0.0003),),
        converters=(two.converter("boiler", two.sizing(0.5), inputs={"gas": 1 / 0.9}, outputs={"steam": 1.0}),),
    )
    plan = at_cost(problem, 4.5 + 1300 / 0.9 * 0.0003)
    assert plan.decision("converters.build_mw", "boiler", 2025) == pytest.approx(9.0)


def test_packages_round_the_size_up() -> None:
    """Steam 9 MW from 2 MW boilers at 0.5 per MW: five of them, 10 · 0.5 = 5.0."""
    plan = at_cost(boiler_house(site, 9.0, capex_per_unit=0.5, package=2.0), 5.0)
    assert plan.decision("converters.packages_mw", "boiler", 2025) == pytest.approx(5.0)


@pytest.mark.parametrize(("load", "cost"), [(3.0, 3.0), (8.0, 7.0)])
def test_larger_pieces_are_cheaper_per_megawatt(load: float, cost: float) -> None:
    """Up to 4 MW 1.0 per MW; from 4 to 10 MW 1.0 + 0.75 per MW.

    3 MW: 3 · 1.0 = 3.0 (the second piece starts at 4: 1 + 3 = 4). 8 MW: 1 + 8 · 0.75 = 7.0.
    """
    segments = (Segment(0.0, 4.0, 0.0, 1.0), Segment(4.0, 10.0, 1.0, 0.75))
    at_cost(boiler_house(site, load, segments=segments), cost)


@pytest.mark.parametrize(("capex", "cost", "size"), [(0.2, 1.0, 5.0), (0.3, 1.2, 0.0)])
def test_least_size_is_built_whole_or_not_at_all(capex: float, cost: float, size: float) -> None:
    """Load 2 MW costs 1.2 from the grid. A generator of at least 5 MW costs 5 · 0.2 = 1.0: built. At 5 · 0.3 = 1.5: not."""
    problem = site.problem(
        demands=(site.demand(load=2.0),), converters=(site.converter("plant", site.sizing(capex, 20.0, min_size=5.0)),)
    )
    plan = at_cost(problem, cost)
    assert total(plan, "converters.build_mw", "plant") == pytest.approx(size)


@pytest.mark.parametrize(("fixed", "cost"), [(2.0, 3.0), (5.5, 6.0)])
def test_fixed_cost_is_paid_once_or_avoided(fixed: float, cost: float) -> None:
    """10 MW load, 6.0 from the grid. Generator: fixed + 10 · 0.1. 2 + 1 = 3.0 pays; 5.5 + 1 = 6.5 does not."""
    plant = site.converter("plant", site.sizing(0.1, capex_fixed=fixed))
    at_cost(site.problem(converters=(plant,)), cost)


def test_subsidy_follows_the_size() -> None:
    """The generator of 2.0 and 10 · 0.1 with 0.05 per MW from the state: 3.0 − 0.5 = 2.5, with or without a fixed cost."""
    given = np.full(1, 0.05)
    plant = site.converter("plant", site.sizing(0.1, capex_fixed=2.0, subsidy_per_unit=given))
    at_cost(site.problem(converters=(plant,)), 2.5)
    plain = site.converter("plant", site.sizing(0.1, subsidy_per_unit=given))
    at_cost(site.problem(converters=(plain,)), 0.5)


def test_total_size_is_limited() -> None:
    """At most 4 MW of a generator at 0.1 per MW: 4 · 0.1 + 6 · 0.6 = 4.0."""
    at_cost(site.problem(converters=(site.converter("pv", site.sizing(0.1, 4.0)),)), 4.0)


def test_roof_goes_to_the_use_that_gains_most_per_area() -> None:
    """Roof 6. PV uses 1 per MW, capex 0.1, saves 0.6: gains 0.5 per roof. Solar heat uses 2 per MW, capex 0.2, saves
    steam at 1.4: gains 1.2 per MW, 0.6 per roof, but only 2 MW are needed: 4 of the roof. The other 2 take 2 MW of PV.

    2 · 0.2 + 2 · 0.1 + (10 − 2) · 0.6 = 0.4 + 0.2 + 4.8 = 5.4.
    """
    problem = site.problem(
        demands=(site.demand(), site.demand("steam", 2.0, "steam")),
        markets=(site.grid(), site.market("steam", "steam", 0.0014)),
        converters=(
            site.converter("pv", site.sizing(0.1), groups={"roof": 1.0}),
            site.converter("solar heat", site.sizing(0.2), outputs={"steam": 1.0}, groups={"roof": 2.0}),
        ),
        group_limits={"roof": 6.0},
    )
    plan = at_cost(problem, 5.4)
    assert total(plan, "converters.build_mw", "pv") == pytest.approx(2.0)


@pytest.mark.parametrize(("index", "cost"), [(1.0, 6.0), ([1.0, 0.9, 0.8, 0.7], 5.4)])
def test_what_wears_out_is_built_again(index: float | list[float], cost: float) -> None:
    """3 MW of boilers that last 2 of 4 years, 1.0 per MW: 3 + 3 = 6. Falling prices: 3 · 1.0 + 3 · 0.8 = 5.4."""
    four = Site(years=(2025, 2026, 2027, 2028))
    plan = at_cost(boiler_house(four, 3.0, capex_per_unit=1.0, life=2, capex_index=index), cost)
    assert plan.decision("converters.build_mw", "boiler", 2025) == pytest.approx(3.0)
    assert plan.decision("converters.build_mw", "boiler", 2027) == pytest.approx(3.0)


def test_existing_stock_is_replaced_when_it_retires() -> None:
    """Boilers of 5 MW stand until the second year; 3 MW are needed in the third: 3 · 1.0 = 3.0, paid in the third."""
    three = Site(years=(2025, 2026, 2027))
    plan = at_cost(boiler_house(three, 3.0, capex_per_unit=1.0, existing=[5.0, 5.0, 0.0]), 3.0)
    assert plan.decision("converters.build_mw", "boiler", 2025) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("index", "retire_from", "cost"),
    [([1, 0.4], 2025, 1.4), ([1, 0.4], 2026, 1.4), ([1, 0.4], 2027, 2.0), ([1, 0.4], None, 2.0), ([0.4, 1], 2025, 2.0)],
)
def test_early_retirement_saves_upkeep_and_is_final(index: list[float], retire_from: int | None, cost: float) -> None:
    """10 MW of old boilers, upkeep 0.1 per MW and year. Load 10 then 4 MW: 1.0 + 0.4 = 1.4 with retirement in 2026, else 2.0.

    Load 4 then 10 MW: what is retired does not come back and a new boiler is dear, so all of it is kept: 2.0.
    """
    two = Site(years=(2025, 2026))
    problem = boiler_house(
        two,
        10.0,
        index=index,
        capex_per_unit=9.0,
        existing=10.0,
        retire_from=retire_from,
        opex_fixed=0.1,
        max_total=20.0,
    )
    at_cost(problem, cost)


def test_degradation_asks_for_a_supplement() -> None:
    """8 MW both years, works at 1.0 then 0.8. Build 8, next year 8 · 0.8 = 6.4, add 1.6: 9.6 · 1.0 (10 at once cost 10)."""
    two = Site(years=(2025, 2026))
    problem = two.problem(
        demands=(two.demand(load=8.0),),
        markets=(two.grid(max_import_mw=0.0),),
        converters=(two.converter("plant", two.sizing(1.0, share_by_age=[1.0, 0.8])),),
    )
    plan = at_cost(problem, 9.6)
    assert plan.decision("converters.build_mw", "plant", 2026) == pytest.approx(1.6)


def test_commissioning_in_the_year_halves_its_first_yield() -> None:
    """Works half of its first year: 10 MW of load take 20 MW at 0.25 = 5.0, cheaper than 6.0; at full share 2.5."""
    late = site.converter("plant", site.sizing(0.25, share_by_age=[0.5, 1.0]))
    at_cost(site.problem(converters=(late,)), 5.0)


def test_existing_size_counts_towards_the_shared_limit() -> None:
    """Roof for 5 MW, 3 already there: 2 more at 0.1, so 0.2 + (10 − 5) · 0.6 = 3.2."""
    pv = site.converter("pv", site.sizing(0.1, existing=3.0), groups={"roof": 1.0})
    at_cost(site.problem(converters=(pv,), group_limits={"roof": 5.0}), 3.2)


def test_store_duration_links_power_and_energy() -> None:
    """Prices 0 and 0.001, 100 days; a lossless store of at least 4 h per MW, energy 0.01 per MWh, power free.

    Shifting the whole 10 MW needs 10 MWh and 10 MW, but 10 MW ask for 40 MWh: 0.4. It saves 10 · 100 · 0.001 = 1.0 of 1.0.
    """
    day = Site(hours=(100, 100))
    store = day.store(energy=day.sizing(0.01), min_hours=4.0)
    problem = day.problem(markets=(day.grid([0.0, 0.001]),), stores=(store,))
    plan = at_cost(problem, 0.4)
    assert total(plan, "stores.build_mwh", "battery") == pytest.approx(40.0)
