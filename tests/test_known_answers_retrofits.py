"""Efficiency measures worked by hand: overlap, exclusion, prerequisites, side use, first year, life.

Unless said otherwise: a flat load of 10 MW over 1,000 hours at 0.0006 million/MWh, 6.0 million a year.
"""

from __future__ import annotations

from itertools import permutations

import pytest

from models.problem import Problem, Retrofit
from tests.factories import Site
from tests.known_answers import at_cost, infeasible, total

site = Site()
two = Site(years=(2025, 2026))


def measure(name: str, saving: float, capex: float, at: Site = site, **fields: object) -> Retrofit:
    """A measure on the motors."""
    return at.retrofit(name, {"motors": saving}, capex, **fields)


def test_one_measure_pays() -> None:
    """Saves 20 % of 6.0 = 1.2 for 1.0: 1.0 + 4.8 = 5.8."""
    at_cost(site.problem(retrofits=(measure("a", 0.2, 1.0),)), 5.8)


def test_upkeep_can_make_a_measure_not_pay() -> None:
    """Saves 1.2 for 1.0 and 0.3 a year of upkeep: left undone, 6.0."""
    at_cost(site.problem(retrofits=(measure("a", 0.2, 1.0, opex_fixed=0.3),)), 6.0)


def test_two_savings_multiply() -> None:
    """20 % and 30 %: 6 · 0.8 · 0.7 = 3.36, not 6 · 0.5; with 0.5 + 0.5 of capex 4.36."""
    at_cost(site.problem(retrofits=(measure("a", 0.2, 0.5), measure("b", 0.3, 0.5))), 4.36)


def test_overlap_takes_away_the_second_reason() -> None:
    """Two measures of 50 % for 2.0 each. One saves 3.0, the second only 1.5: one is done, 2.0 + 3.0 = 5.0.

    Adding the savings up would do both and promise 4.0.
    """
    plan = at_cost(site.problem(retrofits=(measure("a", 0.5, 2.0), measure("b", 0.5, 2.0))), 5.0)
    assert total(plan, "retrofits.start", "a") + total(plan, "retrofits.start", "b") == pytest.approx(1.0)


def test_three_savings_multiply() -> None:
    """20, 30 and 50 %: 6 · 0.8 · 0.7 · 0.5 = 1.68, with 3 · 0.3 of capex 2.58."""
    measures = (measure("a", 0.2, 0.3), measure("b", 0.3, 0.3), measure("c", 0.5, 0.3))
    at_cost(site.problem(retrofits=measures), 2.58)


def test_exclusive_measures_leave_the_better_one() -> None:
    """a: 0.2 + 6 · 0.7 = 4.4. b: 1.0 + 6 · 0.6 = 4.6. Both would cost 1.2 + 6 · 0.42 = 3.72, but they exclude each other."""
    a, b = measure("a", 0.3, 0.2), measure("b", 0.4, 1.0, excludes=("a",))
    plan = at_cost(site.problem(retrofits=(a, b)), 4.4)
    assert total(plan, "retrofits.start", "b") == pytest.approx(0.0)


@pytest.mark.parametrize(("meter", "cost"), [(0.5, 5.7), (1.0, 6.0)])
def test_prerequisite_is_paid_too(meter: float, cost: float) -> None:
    """A measure of 30 % for 1.0 needs meters that save nothing. 0.5 + 1.0 + 4.2 = 5.7; with meters at 1.0 6.2 > 6.0."""
    meters, control = measure("meters", 0.0, meter), measure("control", 0.3, 1.0, requires=("meters",))
    at_cost(site.problem(retrofits=(control, meters)), cost)


@pytest.mark.parametrize(("system", "cost"), [(0.5, 5.7), (1.0, 6.0)])
def test_measure_may_need_a_management_item(system: float, cost: float) -> None:
    """30 % for 1.0 by control that needs an energy management system: 0.5 + 1.0 + 4.2 = 5.7; at 1.0 6.2 > 6.0."""
    control = measure("control", 0.3, 1.0, requires=("system",))
    at_cost(site.problem(retrofits=(control,), management=(site.management("system", system),)), cost)


def test_heat_recovery_frees_steam() -> None:
    """Saves 10 % of 10 MW and frees 0.1 MWh of steam per MWh that stood before: 1 MW of the 2 MW bought at 0.0004.

    0.5 + 6 · 0.9 + (2 − 1) · 1,000 · 0.0004 = 6.3, against 6.8.
    """
    recovery = measure("recovery", 0.1, 0.5, side_use=(("motors", "steam", -0.1),))
    problem = site.problem(
        demands=(site.demand(), site.demand("dyeing", 2.0, "steam")),
        markets=(site.grid(), site.market("steam", "steam", 0.0004)),
        retrofits=(recovery,),
    )
    at_cost(problem, 6.3)


def with_steam(*measures: Retrofit, at: Site = site) -> Problem:
    """10 MW of motors and 2 MW of steam bought at 0.0004."""
    return at.problem(
        demands=(at.demand(), at.demand("dyeing", 2.0, "steam")),
        markets=(at.grid(), at.market("steam", "steam", 0.0004)),
        retrofits=measures,
    )


@pytest.mark.parametrize("drives_first", [True, False])
def test_side_use_acts_on_what_the_others_leave_in_any_order(drives_first: bool) -> None:
    """20 % by drives; recovery saves 10 % of the 8 MW left and frees 0.8 MW of steam, whichever table comes first.

    0.3 + 0.5 + 6 · 0.8 · 0.9 + (2 − 0.8) · 0.4 = 0.8 + 4.32 + 0.48 = 5.6.
    """
    drives = measure("drives", 0.2, 0.3)
    recovery = measure("recovery", 0.1, 0.5, side_use=(("motors", "steam", -0.1),))
    at_cost(with_steam(*((drives, recovery) if drives_first else (recovery, drives))), 5.6)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_two_side_uses_each_count_what_the_other_leaves(order: tuple[int, ...]) -> None:
    """Drives leave 0.8. a saves 50 % and frees 0.1 MW per MW of 10 · 0.8 · 0.6; b saves 40 %, 0.1 per MW of 10 · 0.8 · 0.5.

    Motors 6 · 0.8 · 0.5 · 0.6 = 1.44; steam (2 − 0.48 − 0.4) · 0.4 = 0.448; capex 0.3: 2.188.
    """
    measures = (
        measure("drives", 0.2, 0.1),
        measure("a", 0.5, 0.1, side_use=(("motors", "steam", -0.1),)),
        measure("b", 0.4, 0.1, side_use=(("motors", "steam", -0.1),)),
    )
    at_cost(with_steam(*(measures[n] for n in order)), 2.188)


@pytest.mark.parametrize("swapped", [False, True])
def test_side_use_of_a_first_year_in_part_counts_what_the_others_leave(swapped: bool) -> None:
    """a: 20 %, half of its first year; b: nothing saved, 0.1 MW of steam freed per MW left, half of its first year.

    2025: motors 6 · 0.9 = 5.4; steam (2 − 0.5 · 0.1 · 9) · 0.4 = 0.62. 2026: 4.8 and (2 − 0.8) · 0.4 = 0.48. Capex 0.2:
    11.5.
    """
    a = measure("a", 0.2, 0.1, two, first_year_share=0.5)
    b = measure("b", 0.0, 0.1, two, first_year_share=0.5, side_use=(("motors", "steam", -0.1),))
    at_cost(with_steam(*((b, a) if swapped else (a, b)), at=two), 11.5)


def test_side_use_of_electricity_costs() -> None:
    """A steam measure saves 50 % of 4 MW at 0.0004 (0.8) and draws 0.1 MW per MW treated: 0.4 MW · 0.6 = 0.24.

    0.4 + 0.8 + 0.24 = 1.44, against 1.6.
    """
    vapour = site.retrofit("vapour recompression", {"steam": 0.5}, 0.4, side_use=(("steam", "electricity", 0.1),))
    problem = site.problem(
        demands=(site.demand("steam", 4.0, "steam"),),
        markets=(site.grid(), site.market("steam", "steam", 0.0004)),
        retrofits=(vapour,),
    )
    at_cost(problem, 1.44)


def test_first_year_works_in_part() -> None:
    """20 %, working half of its first year: 1.0 + 6 · 0.9 + 6 · 0.8 = 11.2."""
    at_cost(two.problem(retrofits=(measure("a", 0.2, 1.0, two, first_year_share=0.5),)), 11.2)


def test_partial_first_years_overlap_exactly() -> None:
    """20 % and 50 %, both half-active in the first year: 6 · 0.9 · 0.75 + 6 · 0.8 · 0.5 = 4.05 + 2.4, capex 1.0: 7.45."""
    a, b = measure("a", 0.2, 0.5, two, first_year_share=0.5), measure("b", 0.5, 0.5, two, first_year_share=0.5)
    at_cost(two.problem(retrofits=(a, b)), 7.45)


def test_short_life_is_renewed_while_it_pays() -> None:
    """20 % for one year at 0.5: 2 · (0.5 + 4.8) = 10.6. Dearer in the second year (1.5): 0.5 + 4.8 + 6.0 = 11.3."""
    at_cost(two.problem(retrofits=(measure("a", 0.2, 0.5, two, life_years=1),)), 10.6)
    at_cost(two.problem(retrofits=(two.retrofit("a", {"motors": 0.2}, [0.5, 1.5], life_years=1),)), 11.3)


def test_waiting_for_a_lower_price_pays() -> None:
    """2.0 now or 0.5 next year, saving 1.2 a year: 2 + 9.6 = 11.6 against 6 + 0.5 + 4.8 = 11.3."""
    plan = at_cost(two.problem(retrofits=(two.retrofit("a", {"motors": 0.2}, [2.0, 0.5]),)), 11.3)
    assert plan.decision("retrofits.start", "a", 2026) == pytest.approx(1.0)


def test_growth_makes_a_measure_pay_later() -> None:
    """Load 10 then 20 MW, a measure of 20 % that lasts one year for 1.5: saves 1.2 (no) then 2.4 (yes): 6 + 1.5 + 9.6."""
    grows = two.demand(index=[1.0, 2.0])
    problem = two.problem(demands=(grows,), retrofits=(measure("a", 0.2, 1.5, two, life_years=1),))
    plan = at_cost(problem, 17.1)
    assert plan.decision("retrofits.start", "a", 2025) == pytest.approx(0.0)


def test_one_measure_on_two_end_uses() -> None:
    """10 % of 10 MW electricity and 25 % of 4 MW steam at 0.0004 for 0.9: 5.4 + 1.2 + 0.9 = 7.5, against 7.6."""
    problem = site.problem(
        demands=(site.demand(), site.demand("steam", 4.0, "steam")),
        markets=(site.grid(), site.market("steam", "steam", 0.0004)),
        retrofits=(site.retrofit("insulation", {"motors": 0.1, "steam": 0.25}, 0.9),),
    )
    at_cost(problem, 7.5)


def test_too_little_supply_makes_measures_necessary() -> None:
    """Grid of 8 MW, load 10 MW: the measure of 20 % is done at any price, 50 + 4.8; one of 19 % does not suffice."""
    weak = site.grid(max_import_mw=8.0)
    at_cost(site.problem(markets=(weak,), retrofits=(measure("a", 0.2, 50.0),)), 54.8)
    assert infeasible(site.problem(markets=(weak,), retrofits=(measure("a", 0.19, 0.0),)))


def test_a_measure_is_renewed_at_the_end_of_its_life() -> None:
    """Saves 1.2 a year for 0.5, lasts two of four years: done twice, 2 · 0.5 + 4 · 4.8 = 20.2, against 24 undone."""
    four = Site(years=(2025, 2026, 2027, 2028))
    again = measure("a", 0.2, 0.5, four, life_years=2, start_years=(2025, 2027))
    plan = at_cost(four.problem(retrofits=(again,)), 20.2)
    assert total(plan, "retrofits.start", "a") == pytest.approx(2.0)
