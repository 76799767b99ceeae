from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from planner.answer import account_for, findings
from planner.results.folder import Results, Row
from planner.results.tables import tables
from planner.terminal import cost_words, milestones, number, rating_words, show, star_words
from tests.plans import dyehouse

YEARS = tuple(range(2025, 2041))


def shown(width: int, **changes: Any) -> str:
    problem, plan = dyehouse(YEARS)
    answer = account_for(problem, plan)
    worst = {"net_present_cost": 1234567890.0, "stars_year_one": 5, "stars_target": 5, "durable_target": 0}
    summary: dict[str, Any] = {
        **findings(answer),
        "status": "optimal",
        "termination": "stopped at the gap asked for",
        "gap": 0.00093,
        "resolution": "days:12",
        "steps_per_year": 288,
        "currency": "CNY",
        "verified": True,
        "scenario": {
            "name": "dyehouse",
            "title": "A dyehouse with a long title that does not end before column eighty",
        },
        "target": {"stars": 5, "year": 2030},
        "stars_range": {str(year): [0, 6] for year in YEARS},
        "naive": {name: worst for name in ("business_as_usual", "paper_only", "cheapest_first", "optimum")},
        "binding": ["5 stars in 2030: renewable electricity share at least 80 %, " + "met exactly " * 10],
        "deciding_fields": ["level 5 min_score_share"],
    } | changes
    text = io.StringIO()
    show(Results(Path("x"), summary, tables(answer, "CNY")), Console(file=text, width=width))
    return text.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_window_and_no_number_is_cut(width: int) -> None:
    text = shown(width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    for section in (
        "What to do when",
        "naive plans",
        "Stars per year",
        "Cash per year",
        "Emissions per year",
        "What binds",
    ):
        assert section in text


@pytest.mark.parametrize("width", [80, 120])
def test_numbers_of_a_column_end_in_the_same_place(width: int) -> None:
    block = shown(width).split("Emissions per year")[1].split("\n\n")[0]
    lines = [line for line in block.splitlines() if re.match(r"20\d\d ", line)]
    assert len(lines) == len(YEARS)
    assert len({tuple(match.end() for match in re.finditer(r"[\d,.]+", line)) for line in lines}) == 1


def test_a_rating_is_modelled_and_never_certified() -> None:
    text = shown(120)
    assert "Modelled rating: 5 stars (0-6 if assumptions differ) from 2030 to 2040; durable: " in text
    assert "certified" not in text


@pytest.mark.parametrize(
    ("stars", "reach", "words"),
    [
        (5, (3, 6), "5 stars (3-6 if assumptions differ)"),
        (5, (5, 5), "5 stars"),
        (1, None, "1 star"),
        (0, None, "no stars"),
        (0, (0, 3), "no stars (0-3 if assumptions differ)"),
    ],
)
def test_stars_in_words(stars: int, reach: tuple[int, int] | None, words: str) -> None:
    assert star_words(stars, reach) == words


def test_years_that_hold_the_stars() -> None:
    summary = {"stars": {"2029": 0, "2030": 5, "2031": 5, "2032": 4}, "target": {"year": 2030}}
    assert rating_words(summary) == "Modelled rating: 5 stars from 2030 to 2031"
    more = {**summary, "target": {"stars": 4, "year": 2030}}
    assert rating_words(more) == "Modelled rating: 5 stars from 2030 to 2031, then at least 4 to 2032"
    assert rating_words({}) == ""


def test_cost_beside_business_as_usual() -> None:
    summary = {"net_present_cost": 11e6, "headline": {"usual_net_present_cost": 10e6}}
    assert cost_words(summary) == "Net present cost [10k CNY]: 1,100, 100 (10.0%) above business as usual"


@pytest.mark.parametrize(("value", "text"), [(1234.5, "1,234"), (-0.0, "0"), (0.0123, "0.012"), (-12.34, "-12.3")])
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_milestones_are_first_last_and_where_sizes_change() -> None:
    sizes = [{2025: 0.0, 2026: 0.0, 2027: 1.0, 2028: 1.0}, {2025: 2.0, 2026: 2.0, 2027: 2.0, 2028: 2.0}]
    assert milestones(sizes, 5) == [2025, 2027, 2028]
    assert milestones(sizes, 2) == [2025, 2028]


def test_a_folder_with_little_in_it_is_shown_too() -> None:
    text = io.StringIO()
    summary = {"status": "infeasible", "explanation": ["5 stars in 2030 are missed by 12 points"]}
    show(
        Results(Path("x"), summary, {"cash": (Row(2025, "grid", "energy", "CNY", 0.0),)}), Console(file=text, width=80)
    )
    assert "out of reach" in text.getvalue()
    assert "missed by 12 points" in text.getvalue()
