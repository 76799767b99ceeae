from __future__ import annotations

from pathlib import Path

import pytest

from planner.library.rating_table import RATINGS, read_rating
from planner.rating.inventory import RateError, rate_path

SCENARIOS = Path(__file__).parents[1] / "scenarios"
TABLE = read_rating(RATINGS / "t_ceca_g_0171_2022.toml")
ALL_MET = ", ".join(f'{item} = "met"' for item in TABLE.items)
GATES_MET = ", ".join(f'{item} = "met"' for item in TABLE.open_gates())
HALF_CLAIMED = """
[inventory]
year = 2024
used_mwh = 10000
claimed_mwh = 5000
scope1_tco2e = 1000
scope2_market_tco2e = 3000
credits_tco2e = 4000
base_gross_tco2e = 8000
own_inventory_tco2e = 6000
"""


def inventory(folder: Path, answers: str, numbers: str = HALF_CLAIMED, more: str = "") -> Path:
    path = folder / "inventory.toml"
    path.write_text(f"[rating]\n{more}\nquestionnaire = {{ {answers} }}\n{numbers}")
    return path


def test_the_answers_and_half_green_power_give_four_stars(tmp_path: Path) -> None:
    (report,) = rate_path(inventory(tmp_path, ALL_MET), None)
    assert report.result.stars == 4
    assert report.reach is not None
    assert report.reach[0] <= 4 <= report.reach[1]
    assert report.facts.gross_market_tco2e == 4000.0
    text = "\n".join(report.lines())
    assert text.startswith("Modelled rating 2024: 4 stars")
    assert "Missing for 5 stars:" in text
    assert "renewable electricity share at least 80 %: claim 3,000.0 MWh more renewable electricity a year" in text


def test_a_failed_gate_item_gives_no_stars_whatever_the_score(tmp_path: Path) -> None:
    answers = ALL_MET.replace('lawful_operation = "met"', 'lawful_operation = "partly"')
    (report,) = rate_path(inventory(tmp_path, answers), None)
    assert report.result.stars == 0
    assert "gate item lawful_operation: Lawful establishment and operation" in "\n".join(report.lines())


def test_each_indicator_says_what_would_add_points(tmp_path: Path) -> None:
    (report,) = rate_path(inventory(tmp_path, GATES_MET), None)
    gaps = report.as_json()["gaps"]
    assert any("energy_carbon_platform" in gap for gap in gaps["information_system"])
    assert any("renewable electricity share" in gap for gap in gaps["energy_resource"])
    full = rate_path(inventory(tmp_path, ALL_MET), None)[0].as_json()
    assert full["gaps"]["product"] == []
    assert full["points"]["product"] == 10.0


def test_a_step_reached_within_a_millionth_is_not_asked_for_again(tmp_path: Path) -> None:
    nearly = HALF_CLAIMED.replace("claimed_mwh = 5000", "claimed_mwh = 5999.999")
    text = "\n".join(rate_path(inventory(tmp_path, ALL_MET, nearly), None)[0].lines())
    assert "renewable electricity share 80 %, claim 2,000.0 MWh more" in text
    assert "renewable electricity share 60 %" not in text


def test_type_two_counts_scope_three(tmp_path: Path) -> None:
    numbers = HALF_CLAIMED + "scope3_tco2e = 500\n"
    assert rate_path(inventory(tmp_path, ALL_MET, numbers), None)[0].facts.gross_market_tco2e == 4000.0
    wide = inventory(tmp_path, ALL_MET, numbers, 'boundary = "II"')
    assert rate_path(wide, None)[0].facts.gross_market_tco2e == 4500.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[inventory]\nused_mwh = 1\n", r"no \[rating\]"),
        (
            "[rating]\n[inventory]\nused_mhw = 1\n",
            "inventory.used_mhw is no key of an inventory; did you mean used_mwh",
        ),
        ('[rating]\n[inventory]\nused_mwh = "12k"\n', "inventory.used_mwh: got '12k', wanted a number >= 0"),
        ("[rating]\n[inventory]\nused_mwh = -1\n", "wanted a number >= 0"),
        ("[rating]\n[inventory]\nused_mwh = nan\n", "wanted a number >= 0"),
        ('[rating]\nstandard = "t_ceca"\n[inventory]\n', "wanted one of .*t_ceca_g_0171_2022"),
        ('[rating]\nboundary = "III"\n[inventory]\n', "no boundary 'III'"),
        ('[rating]\nquestionnaire = { lawfull = "met" }\n[inventory]\n', "no questionnaire item 'lawfull'"),
        ("[rating\n", "inventory.toml"),
    ],
)
def test_faults(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "inventory.toml"
    path.write_text(text)
    with pytest.raises(RateError, match=message):
        rate_path(path, None)


def test_a_folder_that_holds_no_result(tmp_path: Path) -> None:
    with pytest.raises(RateError, match="is not a results folder"):
        rate_path(tmp_path, None)


def test_the_base_year_of_a_scenario_is_rated_from_its_bills() -> None:
    (report,) = rate_path(SCENARIOS / "textile-suzhou", None)
    assert report.year is not None
    assert report.result.stars == 0
    assert report.facts.gross_market_tco2e > 0
    text = "\n".join(report.lines())
    assert "neutralised share at least 100 %: offset" in text


def test_a_scenario_without_bills_or_rating(tmp_path: Path) -> None:
    text = (SCENARIOS / "two-measures" / "scenario.toml").read_text()
    path = tmp_path / "scenario.toml"
    path.write_text(text)
    with pytest.raises(RateError, match="base_year"):
        rate_path(tmp_path, None)
    head, tail = text.split("[rating]", 1)
    path.write_text(head + tail[tail.index("[durability]") :])
    with pytest.raises(RateError, match=r"has no \[rating\]"):
        rate_path(path, None)
