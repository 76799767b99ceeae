"""The roadmap as JSON, CSV and iCalendar, with names that would break out of each."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import icalendar
import jsonschema
import pytest
from click.testing import CliRunner

from planner.cli import main
from planner.roadmap.calendar_file import calendar, escaped, folded
from planner.roadmap.dated import read_roadmap, roadmap
from planner.roadmap.files import COLUMNS, csv_bytes, json_bytes, json_schema, roadmap_files
from planner.roadmap.form import Roadmap
from planner.roadmap.setting import Lead
from tests.test_roadmap import ANSWER, PV, ROADMAP, SETTING

HOSTILE = "=cmd|'/c calc'!A1,\"a\";\r\n<script>alert(1)</script>\\n\x07屋顶"
ONE_LINE = "=cmd|'/c calc'!A1,\"a\"; <script>alert(1)</script>\\n 屋顶"


def hostile() -> Roadmap:
    """Labels, owner and title as someone might write them who wants to run something."""
    owner: Lead = replace(PV, owner_en=HOSTILE, owner_zh="@SUM(A1)")
    setting = replace(
        SETTING,
        title_zh=HOSTILE,
        labels={"pv_roof": (HOSTILE, HOSTILE)},
        leads={("converters", "pv_roof"): owner},
    )
    return roadmap(ANSWER, setting)


def test_json_keeps_its_published_schema() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for found in (ROADMAP, hostile()):
        check.validate(json.loads(json_bytes(found)))
    broken = json.loads(json_bytes(ROADMAP))
    broken["actions"][0]["verb"] = "hope"
    assert not check.is_valid(broken)


def test_the_command_publishes_the_schema() -> None:
    done = CliRunner().invoke(main, ["schema", "--of", "roadmap"])
    assert done.exit_code == 0
    assert json.loads(done.output) == json_schema()


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    for name, data in roadmap_files(hostile()).items():
        (tmp_path / name).write_bytes(data)
    read = read_roadmap(tmp_path)
    assert [a.id for a in read.actions] == [a.id for a in hostile().actions]
    assert [a.decide_by for a in read.actions] == [a.decide_by for a in hostile().actions]
    assert json_bytes(read) == json_bytes(hostile())


def test_csv_has_one_row_an_action_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_bytes(hostile()).decode(), newline="")))
    assert [row["id"] for row in rows] == [a.id for a in hostile().actions]
    assert tuple(rows[0]) == COLUMNS
    pv = next(row for row in rows if row["id"] == "converters.pv_roof.build.2026")
    assert pv["text_en"] == f"Build: {ONE_LINE}, 8 MW"
    assert (pv["owner_zh"], pv["owner_en"][:6]) == ("'@SUM(A1)", "'=cmd|")
    assert (pv["decide_by"], pv["one_off"], pv["needs"]) == ("2025-10-01", "24000000", "")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@", "\t", "\r"))]


def test_calendar_comes_back_as_it_was() -> None:
    found = hostile()
    read = icalendar.Calendar.from_ical(calendar(found))
    events = {str(event["UID"]): event for event in read.walk("VEVENT")}
    decide = events["dyehouse.converters.pv_roof.build.2026.decide_by@zero-carbon-planner"]
    assert str(decide["SUMMARY"]) == f"Decide: {ONE_LINE}, 8 MW / 决策:{ONE_LINE},8 MW"
    assert decide["DTSTART"].dt == date(2025, 10, 1)
    assert (str(read["VERSION"]), str(read["X-WR-CALNAME"])) == ("2.0", escaped(ONE_LINE))  # read back as it stands
    names = ("decide_by", "order_by", "build_from", "commission_by", "certify_by", "ends_on", "renew_by")
    dates = [getattr(a, name) for a in found.actions if not a.minor for name in names]
    assert len(events) == len(read.walk("VEVENT")) == sum(day is not None for day in dates)
    assert not read.walk("VALARM")


def test_a_late_decision_is_marked_in_the_calendar() -> None:
    text = calendar(ROADMAP).decode().replace("\r\n ", "")
    assert "SUMMARY:LATE/已逾期 Decide: leak repair" in text
    assert r"Late by 45 days\; if decided on 2024-11-15\, from 2025-03-01" in text


def test_calendar_lines_are_folded_and_the_bytes_are_stable() -> None:
    data = calendar(hostile())
    assert data == calendar(hostile())
    assert data.endswith(b"END:VCALENDAR\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is cut
        assert b"\n" not in line
        assert b"\r" not in line


@pytest.mark.parametrize("text", ["", "a" * 74, "a" * 75, "a" * 76, "字" * 100, "a字" * 50])
def test_folding_loses_nothing(text: str) -> None:
    assert folded(text).replace(b"\r\n ", b"").decode() == text + "\r\n"


def test_text_is_escaped_once() -> None:
    assert escaped("a\\b;c,d\r\ne") == "a\\\\b\\;c\\,d\\ne"


def test_solve_writes_all_three(tmp_path: Path) -> None:
    scenario = Path(__file__).parents[1] / "scenarios" / "two-measures"
    done = CliRunner().invoke(main, ["solve", str(scenario), "--out", str(tmp_path / "out"), "--no-naive", "--quiet"])
    assert done.exit_code == 0, done.output
    read = read_roadmap(tmp_path / "out")
    assert (read.target_stars, read.target_year, read.today) == (3, 2028, date(2027, 1, 1))
    assert {(a.item, a.verb) for a in read.actions} >= {("pv", "build"), ("credit", "buy"), ("rating", "certify")}
    for name, data in roadmap_files(read).items():
        assert (tmp_path / "out" / name).read_bytes() == data, name
    assert CliRunner().invoke(main, ["verify", str(tmp_path / "out")]).exit_code == 0
    shown = CliRunner().invoke(main, ["show", str(tmp_path / "out")]).output
    assert "What to do when" in shown
    assert f"{sum(a.late_days > 0 for a in read.actions)} decisions were due before 2027-01-01" in shown
