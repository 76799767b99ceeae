"""Money over the years worked by hand: discounting, salvage, tax, capex limits and payments, subsidies, carbon price.

Unless said otherwise: a flat load of 10 MW over 1,000 hours at 0.0006 million/MWh, 6.0 million a year; `plant` is a
generator that needs no input and can carry the whole load.
"""

from __future__ import annotations

import numpy as np
import pytest

from models.problem import Converter
from tests.factories import Numbers, Site
from tests.known_answers import at_cost, total

site = Site()
two = Site(years=(2025, 2026))


def plant(at: Site, capex_per_mw: float, life: int = 20, **sizing: object) -> Converter:
    return at.converter("plant", at.sizing(capex_per_mw, life=life, **sizing))


@pytest.mark.parametrize(
    ("salvage", "cost"), [("annuity", 110 / 21), ("straight_line", 10 - 5 / 1.1), ("none", 7 / 1.1)]
)
def test_salvage_rules_differ(salvage: str, cost: float) -> None:
    """10 MW at 1.0 last 2 years, horizon 1, rate 10 %; the grid would cost 7/1.1 = 6.3636.

    Annuity: 10 · (1 − 1/1.1)/(1 − 1/1.21) = 10 · 11/21 left after a year, 10 − 110/21/1.1 = 110/21 = 5.2381.
    Straight line: 5 left, 10 − 5/1.1 = 5.4545. None: 10 is too dear, the grid it is.
    """
    problem = site.problem(
        markets=(site.grid(0.0007),), converters=(plant(site, 1.0, life=2),), finance=site.finance(0.1, salvage=salvage)
    )
    at_cost(problem, cost)


@pytest.mark.parametrize(
    ("timing", "cost"), [(0.0, 6 + 6 / 1.1), (0.5, 6 / 1.1**0.5 + 6 / 1.1**1.5), (1.0, 10.413223141)]
)
def test_running_cost_falls_at_start_middle_or_end(timing: float, cost: float) -> None:
    """6.0 a year for two years at 10 %: start 6 + 6/1.1 = 11.4545; middle 10.9215; end 6/1.1 + 6/1.21 = 10.4132."""
    at_cost(two.problem(finance=two.finance(0.1, timing_offset=timing)), cost)


@pytest.mark.parametrize(("timing", "cost"), [(0.0, 5.6), (0.5, 5.6), (1.0, 6 / 1.1)])
def test_timing_decides_an_investment(timing: float, cost: float) -> None:
    """5.6 now saves 6.0 paid at the start (6.0), in the middle (5.7208) or at the end of the year (5.4545 < 5.6: no)."""
    problem = site.problem(converters=(plant(site, 0.56),), finance=site.finance(0.1, timing_offset=timing))
    at_cost(problem, cost)


def test_later_investment_is_discounted() -> None:
    """A measure of 50 % only from the second year, 2.0, at 10 %, running cost at the start: 6 + (2 + 3)/1.1."""
    half = two.retrofit("half", {"motors": 0.5}, 2.0, start_years=(2026,))
    at_cost(two.problem(retrofits=(half,), finance=two.finance(0.1, timing_offset=0.0)), 6 + 5 / 1.1)


def test_real_rate_agrees_with_nominal_money() -> None:
    """Nominal rate 8.15 %, inflation 3 %: real rate 1.0815/1.03 − 1 = 5 %.

    Nominal: 6.0 · 1.03 at the end of the first year and 6.0 · 1.03² at the end of the second, at 8.15 %:
    6.18/1.0815 + 6.3654/1.16964 = 5.714286 + 5.442177 = 11.156463, and the real model finds 6/1.05 + 6/1.1025.
    """
    nominal = sum(6.0 * 1.03**k / 1.0815**k for k in (1, 2))
    at_cost(two.problem(finance=two.finance(1.0815 / 1.03 - 1, inflation=0.03)), nominal)


def test_price_fixed_in_nominal_money_falls_in_real_money() -> None:
    """A purchase contract at 0.0005 nominal, inflation 25 %: real 0.0005, then 0.0004: 5.0 + 4.0 = 9.0."""
    fixed = two.contract(price=0.0005, index=[1.0, 0.8], start_years=(2025,), max_volume=10.0)
    at_cost(two.problem(contracts=(fixed,)), 9.0)


@pytest.mark.parametrize(("inflation", "cost"), [(0.0, 3.0), (0.25, 3.1)])
def test_tax_and_depreciation(inflation: float, cost: float) -> None:
    """4.0 of capex written off over 2 years at 25 % tax: 4 − 0.25 · (2 + 2) = 3.0.

    Book values are nominal: with inflation of 25 % the second instalment is worth 1.6: 4 − 0.25 · 3.6 = 3.1.
    """
    finance = two.finance(tax_rate=0.25, depreciation_years=2, inflation=inflation)
    at_cost(two.problem(converters=(plant(two, 0.4),), finance=finance), cost)


def test_tax_carries_part_of_running_cost() -> None:
    """Two years of 6.0 at 25 % tax: 12 · 0.75 = 9.0."""
    at_cost(two.problem(finance=two.finance(tax_rate=0.25)), 9.0)


def test_salvage_above_book_is_taxed() -> None:
    """4.0 of capex, life 4, written off over 4, horizon 2, inflation 25 %, tax 25 %, no discounting.

    Depreciation 1 + 0.8 saves 0.45. Salvage 2.0; book 4 · ½/1.25² = 1.28; tax 0.25 · 0.72 = 0.18.
    4 − 0.45 − (2 − 0.18) = 1.73.
    """
    finance = two.finance(tax_rate=0.25, depreciation_years=4, inflation=0.25, salvage="straight_line")
    at_cost(two.problem(converters=(plant(two, 0.4, life=4),), finance=finance), 1.73)


def test_capex_limit_spreads_the_building() -> None:
    """0.3 per MW pays at once, but 1.5 a year buys 5 MW: (1.5 + 5 · 0.6) + 1.5 = 6.0; without the limit 3.0."""
    free = two.problem(converters=(plant(two, 0.3),))
    at_cost(free, 3.0)
    limited = two.problem(converters=(plant(two, 0.3),), finance=two.finance(capex_limit=[1.5, np.nan]))
    plan = at_cost(limited, 6.0)
    assert plan.decision("converters.build_mw", "plant", 2026) == pytest.approx(5.0)


@pytest.mark.parametrize(("starts", "cost"), [((2026,), 0.8 + 6 + (1.2 + 3) / 1.1), ((2025,), 2.0 + 3 + 3 / 1.1)])
def test_payments_before_the_start(starts: tuple[int, ...], cost: float) -> None:
    """A measure of 50 % for 2.0, 40 % of it paid a year ahead; 10 %, running cost at the start of the year.

    Start in the second year: 0.8 in the first, 1.2 in the second: 0.8 + 6 + (1.2 + 3)/1.1. Start in the first year: both
    parts fall in it, 2.0 + 3 + 3/1.1.
    """
    half = two.retrofit("half", {"motors": 0.5}, 2.0, start_years=starts, payment_shares=(0.4, 0.6))
    at_cost(two.problem(retrofits=(half,), finance=two.finance(0.1, timing_offset=0.0)), cost)


def test_payments_ahead_meet_the_limit_of_their_year() -> None:
    """2.0 in two halves a year apart under 1.0 a year: start in the second year, 1 + 6 + 1 + 3 = 11; at once 2 > 1."""
    half = two.retrofit("half", {"motors": 0.5}, 2.0, payment_shares=(0.5, 0.5))
    at_cost(two.problem(retrofits=(half,), finance=two.finance(capex_limit=1.0)), 11.0)


def test_subsidy_of_the_first_year_brings_building_forward() -> None:
    """Load 0 then 10 MW. Capex 0.3 per MW, in the first year 70 %: 10 · 0.21 = 2.1, a year before it is needed."""
    problem = two.problem(
        demands=(two.demand(index=[0.0, 1.0]),), converters=(plant(two, 0.3, capex_index=[0.7, 1.0]),)
    )
    at_cost(problem, 2.1)


@pytest.mark.parametrize(("variable", "cost"), [(0.0001, 4.0), (-0.0001, 2.0), (0.0004, 6.0)])
def test_fee_or_subsidy_per_megawatt_hour(variable: float, cost: float) -> None:
    """0.3 per MW and 0.0001 per MWh: 3 + 1 = 4.0. A subsidy of as much: 3 − 1 = 2.0. A fee of 0.0004: 7 > 6, grid."""
    generator = site.converter("plant", site.sizing(0.3), opex_variable=variable)
    at_cost(site.problem(converters=(generator,)), cost)


@pytest.mark.parametrize(("allowance", "cost"), [(0.0, 3.2), (500.0, 3.15), (5000.0, 3.0)])
def test_carbon_price_above_a_free_allowance(allowance: float, cost: float) -> None:
    """10,000 MWh of gas at 0.0003 = 3.0 and 2,000 t; 0.0001 per tonne above the allowance; unused allowance earns nothing."""
    problem = site.problem(
        demands=(site.demand("heat", 10.0, "gas"),),
        markets=(site.gas(),),
        emissions=site.emissions(carbon_price=0.0001, free_allowance=allowance),
    )
    at_cost(problem, cost)


@pytest.mark.parametrize(("price", "cost", "size"), [(0.0, 3.0, 0.0), (0.0004, 3.6, 10.0)])
def test_carbon_price_moves_heat_off_gas(price: Numbers, cost: float, size: float) -> None:
    """Gas heat 10 MW: 3.0 + 2,000 t · price. A solar field at 0.36 per MW: 3.6, better once 3.0 + 0.8 = 3.8 is due."""
    problem = site.problem(
        demands=(site.demand("heat", 10.0, "gas"),),
        markets=(site.gas(),),
        converters=(site.converter("field", site.sizing(0.36), outputs={"gas": 1.0}),),
        emissions=site.emissions(carbon_price=price),
    )
    plan = at_cost(problem, cost)
    assert total(plan, "converters.build_mw", "field") == pytest.approx(size)


def test_fixed_cost_and_price_trend_of_a_market() -> None:
    """Basic fee 0.1 a year, price rising by 10 %: 0.2 + 6 + 6.6 = 12.8."""
    at_cost(two.problem(markets=(two.grid(price_index=[1.0, 1.1], fixed_cost=0.1),)), 12.8)
