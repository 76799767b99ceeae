from __future__ import annotations

from dataclasses import replace

import pytest

from planner.answer import Answer, account_for
from planner.library.rating_table import RATINGS, read_rating
from planner.rating.assumptions import Standard, deciding, reach
from tests.factories import Site

TABLE = read_rating(RATINGS / "t_ceca_g_0171_2022.toml")
ALL_MET = dict.fromkeys(TABLE.items, "met")
STANDARD = Standard(TABLE, "I", "all_levels_full", ALL_MET)
SITE = Site(years=(2030,), hours=(1000.0,))


def half_green() -> Answer:
    """10,000 MWh, half of it from PV, and all that is emitted offset: four stars."""
    problem = SITE.problem(
        converters=(SITE.converter("pv", renewable=True),),
        instruments=(SITE.instrument("ccer", "credit"),),
        rating=STANDARD.rating(),
        base=SITE.base(8000.0),
    )
    decisions = {"converters.build_mw": {("pv", 2030): 5.0}, "instruments.quantity": {("ccer", 2030): 4000.0}}
    operation = {"converters.activity_mw": {"pv": 5.0}, "markets.import_mw": {"grid": 5.0}}
    return account_for(problem, SITE.plan(decisions, operation))


def test_the_reach_holds_the_stars_and_ends_where_assumed_fields_do() -> None:
    answer = half_green()
    assert answer.rated[0].full.stars == 4
    ((low, high),) = reach(STANDARD, answer).values()
    assert low < 4 <= high


def test_one_field_that_decides_is_named_with_the_value_at_which_it_does() -> None:
    lines = deciding(STANDARD, half_green(), 2030)
    path = "boundaries.I.levels.4.gates.renewable_electricity_share.threshold"
    assert any(line.startswith(path) and "3 stars in 2030 if 0.7" in line for line in lines)
    assert not any(line.startswith("boundaries.II") for line in lines)


def test_fields_that_are_verified_do_not_move() -> None:
    assert all(number.status == "assumed" for number in STANDARD.assumed().values())
    firm = {path: replace(number, status="verified", low=None, high=None) for path, number in TABLE.numbers.items()}
    sure = replace(STANDARD, table=replace(TABLE, numbers=firm, readings=()))
    assert deciding(sure, half_green(), 2030) == []


def test_another_reading_is_an_assumption_too() -> None:
    answer = half_green()
    unoffset = replace(answer, tonnes=replace(answer.tonnes, credits_tco2e=0.8 * answer.tonnes.credits_tco2e))
    lines = deciding(STANDARD, unoffset, 2030)
    assert any(line.startswith("reading = all_levels_full (assumed)") for line in lines)


def test_fields_that_only_decide_together_are_said_to() -> None:
    numbers = {path: replace(number, low=number.value, high=number.value) for path, number in TABLE.numbers.items()}
    answer, firm = half_green(), replace(TABLE, numbers=numbers, readings=())
    four, points = "boundaries.I.levels.4.min_score_share", answer.rated[0].full.score
    numbers[four] = replace(numbers[four], high=(points - 0.5) / 100.0)  # alone: just passed
    assert deciding(replace(STANDARD, table=replace(firm, numbers=numbers)), answer, 2030) == []
    (scale,) = [path for path in numbers if path.endswith("metrics.renewable_electricity_share.points")]
    fewer = tuple(value - 1.0 for value in numbers[scale].value)
    numbers[scale] = replace(numbers[scale], low=fewer)  # alone: a point less, far above 70
    (line,) = deciding(replace(STANDARD, table=replace(firm, numbers=numbers)), answer, 2030)
    assert line == "no single one; all together at their strict ends 3 stars, at their lenient ends 4"


@pytest.mark.parametrize("case", ["lenient", "strict"])
def test_rating_of_a_case_keeps_levels(case: str) -> None:
    stars = [level.stars for level in STANDARD.rating(case).levels]
    assert stars == [3, 4, 5, 6]
