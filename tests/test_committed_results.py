"""The results that come with the repository are those of the scenarios that come with it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from planner.solving.preparing import Settings, read
from planner.solving.written import input_hashes

ROOT = Path(__file__).parent.parent
DIGITS = 10
HALF_A_FEN = 0.005
FACTORIES = ("food-shandong", "machining-guangdong", "textile-suzhou")


@pytest.mark.parametrize("name", FACTORIES)
def test_results_belong_to_the_scenario_and_hold_its_target(name: str) -> None:
    summary = json.loads((ROOT / "results" / name / "summary.json").read_text(encoding="utf-8"))
    reading = read(ROOT / "scenarios" / name / "scenario.toml", Settings())
    assert summary["inputs"] == input_hashes(reading)
    assert summary["verified"] is True
    assert summary["gap"] <= 0.025
    rating = reading.scenario.rating
    assert rating is not None
    assert rating.target_year is not None
    years = range(rating.target_year, reading.scenario.horizon.last_year + 1)
    assert all(summary["stars"][str(y)] >= rating.target_stars for y in years)


@pytest.mark.parametrize("name", FACTORIES)
def test_the_plan_can_be_carried_out_from_the_day_of_its_decision(name: str) -> None:
    today = read(ROOT / "scenarios" / name / "scenario.toml", Settings()).scenario.horizon.today
    assert today is not None
    with (ROOT / "results" / name / "roadmap.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 50
    assert all(row["decide_by"] >= today.isoformat() and not int(row["late_days"] or 0) for row in rows)


@pytest.mark.parametrize("name", FACTORIES)
@pytest.mark.parametrize("table", ["capacities", "cash", "decisions", "emissions", "ledger", "rating"])
def test_tables_are_in_order_and_rounded(name: str, table: str) -> None:
    """Each number stands once, the years of an item ascend, and no more digits are told than mean something."""
    with (ROOT / "results" / name / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    years: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        years.setdefault((row["item"], row["metric"]), []).append(int(row["year"] or 0))
        assert len(row["value"].split("e")[0].lstrip("-0.").replace(".", "")) <= DIGITS, row
        assert row["unit"] != "CNY" or abs(float(row["value"])) >= HALF_A_FEN or row["value"] == "0", row
    assert len(rows) > 50
    assert all(of == sorted(set(of)) for of in years.values())
