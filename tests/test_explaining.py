from __future__ import annotations

from models.problem import Gate, Level
from planner.engine import Explanation, Slack
from planner.solving.explaining import explain_in_words
from tests.factories import Site, rating

SITE = Site(years=(2030, 2031, 2032))
LEVEL = Level(5, 0.8, (Gate("renewable_electricity_share", "min", 0.8), Gate("neutralised_share", "min", 1.0)))
PROBLEM = SITE.problem(
    instruments=(SITE.instrument("ccer", "credit"), SITE.instrument("gec", "certificate")),
    contracts=(SITE.contract("ppa"), SITE.contract("green", kind="green_tariff")),
    rating=rating(LEVEL),
)


def words(missed: tuple[Slack, ...] = (), unproven: bool = False) -> list[str]:
    return explain_in_words(PROBLEM, Explanation(missed, unproven))


def missed(row: str, *index: str | int, amount: float = 12.0) -> str:
    return words((Slack(row, index, 100.0, amount),))[1].strip()


def test_each_demand_is_named_in_its_own_unit() -> None:
    gate = "5 stars, renewable electricity share at least 80 %: missed by 1,234 MWh"
    assert missed("rating.gate_at_least", 2030, 5, 0, amount=1234.0) == f"2030: {gate}"
    assert missed("durable_rating.gate_at_least", 2030, 5, 1) == (
        "2030: 5 durable stars, neutralised share at least 100 %: missed by 12 t CO2e"
    )
    assert missed("rating.score_reached", 2030, 5, amount=6.25) == "2030: 5 stars, score: missed by 6.25 points"
    assert missed("rating.gate_item_met", 2030, 5, "verified").startswith("2030: 5 stars, gate item verified")
    floor = "2030: durability.own_reduction_floor: missed by 12 t CO2e"
    assert missed("durability.own_reduction_above_floor", 2030) == floor
    path = "2030: durability.removal_share_path: missed by 12 t CO2e of removals"
    assert missed("durability.removal_share_on_path", 2030) == path
    assert missed("ledger.cap_by_year", "cap", 2030) == "2030: emissions.caps cap: missed by 12 t CO2e"
    assert missed("ledger.cap_in_total", "cap") == "emissions.caps cap: missed by 12 t CO2e"


def test_what_is_short_of_the_loads_comes_before_any_target() -> None:
    short = tuple(Slack("carriers.carrier_balance", ("electricity", y), 0.0, a) for y, a in ((2031, 1.25), (2032, 0.5)))
    assert words(short) == [
        "The loads cannot be served, whatever the target. What is short at least:",
        "  2031-2032, worst 2031: electricity: 1.25 MW short",
    ]


def test_what_ran_out_of_time_is_said() -> None:
    assert words(unproven=True)[1:] == [
        "  (not known)",
        "  Time ran out: less may be missing. A longer --time-limit tells.",
    ]


def test_years_are_joined_and_the_worst_is_named_where_they_differ() -> None:
    slacks = tuple(Slack("rating.score_reached", (y, 5), 80.0, a) for y, a in ((2030, 5.0), (2031, 9.0), (2032, 5.0)))
    assert words(slacks)[1] == "  2030-2032, worst 2031: 5 stars, score: missed by 9 points"
    alike = tuple(Slack("rating.score_reached", (y, 5), 80.0, 5.0) for y in SITE.years)
    assert words(alike)[1] == "  2030-2032: 5 stars, score: missed by 5 points"
