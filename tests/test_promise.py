"""What `plan validate` passes is solved: the model's own rules, form and size are told by reading, at their line."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from models import check
from planner.assembly import assemble as assembling
from planner.assembly.assemble import assemble
from planner.assembly.validate import validate
from planner.cli import main
from planner.library import toml_text
from planner.reading import series_check
from planner.reading.faults import ScenarioFaults
from planner.reading.read import read_scenario
from tests.bad_scenarios import GOOD, NEXT
from tests.snapshot_problems import markets

LINE = """\
[contracts.line]
kind = "as_produced"
price_per_mwh = 400
profile = "flat"
tenor_years = 10
max_mw = 1
direct_line = true
bundled = false
"""
PUMP = """\
[converters.pump]
inputs = { gas = 0.3 }
outputs = { steam = 1.0 }
life_years = 10
max_mw = 1
capex_per_kw = 1000
electrified_heat = true
"""
GIVEN = "last_year = 2030\nperiod_weights = [200, 165]\nperiod_steps = 1"
SERIES = '[demands.x]\ncarrier = "electricity"\nfile = "x.csv"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, text: str) -> list[str]:
    path = written(folder, text)
    with pytest.raises(ScenarioFaults) as caught:
        validate(path)
    return [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]


def warnings_of(folder: Path, text: str) -> list[str]:
    path = written(folder, text)
    return [warning.removeprefix(f"{path}:") for warning in validate(path).warnings]


@pytest.mark.parametrize("module", [assembling, check, toml_text, series_check])
def test_doctests(module: object) -> None:
    assert doctest.testmod(module).failed == 0


# the model's rules, told by reading


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD + LINE, f"{NEXT + 7}:11: contracts.line.bundled: got false, wanted true, or direct_line = false;"),
        (GOOD + PUMP, f"{NEXT + 6}:20: converters.pump.electrified_heat: got true, wanted electricity among"),
        (
            GOOD + "[emissions]\ncarbon_price = {}\n",
            f"{NEXT + 1}:16: emissions.carbon_price: got an empty table, wanted a number ≥ 0 or a table of at least one",
        ),
        (
            GOOD.replace("annual_mwh = 5000", f"monthly_mwh = {[9] * 12}").replace("last_year = 2030", GIVEN)
            + '[solver]\nresolution = "given"\n',
            "11:15: demands.motors.monthly_mwh: got monthly bills, wanted no monthly_mwh beside horizon.period_weights",
        ),
        (
            GOOD
            + "[converters.e_boiler]\nmax_mw = 1\ncapex_segments = [{ min_mw = 2, max_mw = 3, capex_fixed = 1 }]\n",
            f"{NEXT + 2}:18: converters.e_boiler.capex_segments: got pieces from 2 MW on, wanted one that begins at or",
        ),
    ],
)
def test_rules_of_the_model(tmp_path: Path, text: str, fault: str) -> None:
    (found,) = faults_of(tmp_path, text)
    assert found.startswith(fault), found


def test_a_rule_that_only_the_model_knows_is_told_at_its_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembling, "broken", lambda _: ["market grid: no such thing"])
    assert faults_of(tmp_path, GOOD) == [
        "14:2: markets.grid: got keys that the model cannot take, wanted others; no such thing"
    ]


def test_what_only_assembling_finds_has_a_line(tmp_path: Path) -> None:
    zero = '[demands.x]\ncarrier = "electricity"\nannual_mwh = 5\nprofile = { file = "x.csv" }\n'
    (tmp_path / "x.csv").write_text("share\n" + "0\n" * 8760)
    (fault,) = faults_of(tmp_path, GOOD + zero)
    assert fault == f"{NEXT + 3}:11: demands.x.profile: got zero all year, wanted a profile with some load"


# too much


@pytest.mark.parametrize(
    ("added", "key"),
    [
        ("[site]\nroof_m2 = 1e12\n", "site.roof_m2: got 1e+12, wanted a number below 1e+12"),
        ("[base_year]\ncost = { grid = 4e15 }\n", "base_year.cost.grid: got 4e+15, wanted a number below 1e+12"),
        (
            '[base_year]\nbilled = { grid = "3e10 TWh" }\n',
            'base_year.billed.grid: got "3e10 TWh", wanted less than 1e+12',
        ),
        (f"[production.p]\noutput = 1{'0' * 400}\n", "production.p.output: got 1000000000000000000000000000000000000…"),
        ("[production.p]\noutput = 1" + "0" * 5000, f"{NEXT + 1}:10: got a number of too many digits"),
    ],
)
def test_too_much_is_refused_with_its_field(tmp_path: Path, added: str, key: str) -> None:
    assert any(key in fault for fault in faults_of(tmp_path, GOOD + added))


def test_too_much_in_a_series_is_refused_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("mw\n" + "1\n" * 8000 + "1e12\n" + "1\n" * 759)
    assert faults_of(tmp_path, GOOD + SERIES) == ["x.csv:8002: demands.x: got 1e+12, wanted numbers below 1e+12"]


def test_a_product_that_is_too_much_is_refused_at_its_table(tmp_path: Path) -> None:
    """0.9e6 million, times 1.99 to the power of 54 years after the price year, is 1e22 million."""
    text = (
        GOOD.replace("2026", "2080")
        .replace("2030", "2084")
        .replace('name = "good"', 'name = "good"\nprice_year = 2026')
    )
    text += "[retrofits.r]\nsavings = { motors = 0.1 }\nlife_years = 9\ncapex = 9e11\ncapex_trend_per_year = 0.99\n"
    (fault,) = faults_of(tmp_path, text)
    assert fault.startswith(
        f"{NEXT + 1}:2: retrofits.r: got keys that the model cannot take, wanted others; capex is 1"
    )
    assert fault.endswith(", more than any factory has")


def test_hand_built_problems_are_held_to_the_same_size() -> None:
    one = markets()
    large = replace(one.markets[0], price=-2e12 + 0 * one.markets[0].price)
    assert f"market {large.name}: price is 2e+12, more than any factory has" in check.broken(
        replace(one, markets=(large, *one.markets[1:]))
    )


# form


@pytest.mark.parametrize(
    "value",
    ["[" * 90_000, "[" * 40 + "]" * 40, "{a=" * 30_000, "{a=" * 40 + "1" + "}" * 40],
)
def test_nesting_is_a_fault_at_its_line(tmp_path: Path, value: str) -> None:
    (fault,) = faults_of(tmp_path, GOOD + f"[site]\nx = {value}\n")
    assert fault.startswith(f"{NEXT + 1}:")
    assert fault.endswith("got tables or lists too deep inside each other, wanted at most 16 levels")


@pytest.mark.parametrize("header", ["{}x = 1", "[{}x]", "[[{}x]]"])
def test_a_long_dotted_key_is_a_fault_at_its_line(tmp_path: Path, header: str) -> None:
    (fault,) = faults_of(tmp_path, GOOD + header.format("a." * 20_000))
    assert fault.startswith(f"{NEXT}:")
    assert "too deep inside each other" in fault
    assert len(fault) < 200


def test_sizes_are_looked_at_before_reading(tmp_path: Path) -> None:
    """Files with nothing but a length; reading them would take gigabytes."""
    for name in ("scenario.toml", "x.csv", "own.toml"):
        with (tmp_path / name).open("wb") as file:
            os.truncate(file.fileno(), 4 * 2**30)
    with pytest.raises(ScenarioFaults, match=r"scenario\.toml: got 4,096\.0 MB, wanted at most 2 MB; series belong"):
        validate(tmp_path)
    faults = faults_of(tmp_path, GOOD + SERIES + '[rating]\nfile = "own.toml"\n')
    assert any("rating.file: got own.toml" in fault and "4,096.0 MB" in fault for fault in faults), faults
    assert any("demands.x.file: got 4,096 MB, wanted at most 64 MB" in fault for fault in faults), faults


@pytest.mark.parametrize(
    "own", [b"\xff\xfe\x00", b"id = 3\n", b"boundaries = 3\nindicators = []\n", b"x = " + b"[" * 9999]
)
def test_a_rating_of_another_form_is_one_fault(tmp_path: Path, own: bytes) -> None:
    (tmp_path / "own.toml").write_bytes(own)
    (fault,) = faults_of(tmp_path, GOOD + '[rating]\nfile = "own.toml"\n')
    assert fault.startswith(f"{NEXT + 1}:8: rating.file: got own.toml")


def test_a_missing_working_folder_is_one_line(tmp_path: Path) -> None:
    code = (
        "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir(os.getcwd()); from planner.cli import main;"
        "main(['new', 'mill'])"
    )
    here = {"PYTHONPATH": str(Path(__file__).parent.parent)}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=os.environ | here, check=False
    )
    assert (ran.returncode, ran.stderr) == (2, "the working folder no longer exists: change into one that does\n")


@pytest.mark.parametrize("data", [b"[" * 9999, b"\xff\xff", b""])
def test_an_inventory_to_be_rated_of_another_form(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "inventory.toml").write_bytes(data)
    if not data:
        os.truncate(tmp_path / "inventory.toml", 2**30)
    ran = CliRunner().invoke(main, ["rate", str(tmp_path / "inventory.toml")])
    assert (ran.exit_code, ran.exception.__class__) == (2, SystemExit)


# loads as they are read


def test_each_demand_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("mw\n" + "2\n" * 8759 + "3.5\n")
    assert "x: 17,522 MWh a year, peak 3.5 MW" in validate(written(tmp_path, GOOD + SERIES)).lines


def test_residues_are_told_once_per_series(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("mw\n" + "2\n" * 8000 + "5.551115123125783e-17\n" * 760)
    (warning,) = warnings_of(tmp_path, GOOD + SERIES)
    assert warning.startswith(
        "x.csv:8002: demands.x: got 5.55112e-17, below a watt, and such in 760 steps, wanted 0 or"
    )


def test_an_hour_a_thousand_times_too_large(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("mw\n" + "2\n" * 100 + "2000\n" + "2.5\n" * 8659)
    warnings = warnings_of(tmp_path, GOOD + SERIES)
    assert any(w.startswith("x.csv:102: demands.x: got 2000, 800 times what is otherwise reached") for w in warnings)


def test_a_load_in_kwh_without_its_unit(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("used\n" + "157\n" * 8760)
    connected = GOOD + SERIES + "[site]\ngrid_connection_mw = 1.25\n"
    (warning,) = warnings_of(tmp_path, connected)
    assert warning == (
        f"{NEXT + 2}:8: demands.x.file: got a peak of 157 MW behind a grid connection of 1.25 MW, wanted loads that the site "
        'can draw; are the numbers kWh per step, or kW? then unit = "kWh" or "kW"'
    )
    assert warnings_of(tmp_path, connected.replace('"x.csv"\n', '"x.csv"\nunit = "kWh"\n')) == []


def test_a_series_of_nothing_against_a_bill(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("mw\n" + "0\n" * 8760)
    only = GOOD.replace("annual_mwh = 5000", 'file = "x.csv"') + "[base_year]\nbilled = { grid = 5000 }\n"
    warnings = warnings_of(tmp_path, only)
    assert "9:8: demands.motors.file: got 0 MW all year, wanted a load; is it the right column?" in warnings
    assert "base year, grid: the demands need 0 MWh, 5,000 MWh were billed (-100%)" in warnings


@pytest.mark.parametrize(
    ("header", "row", "fault"),
    [
        ("a,b", "1,2,383", "got 3 fields, wanted 2, as the first line has 2 headings; a decimal comma? write 2.383"),
        ("a", "1234,5", "got 2 fields, wanted 1, as the first line has 1 heading; a decimal comma? write 1234.5"),
        ("a,b", "1,2,", "got 3 fields, wanted 2, as the first line has 2 headings; end the lines without a separator"),
        ("a;b", "7;1.234,5", "without thousands separators"),
        ("a,b", "7", "got 1 field, wanted 2, as the first line has 2 headings"),
        ("a", "1_000", 'got "1_000", wanted a number; write numbers with a decimal point and without thousands'),
        ("a", "１２", 'got "１２", wanted a number; write numbers with the digits 0 to 9'),
        ("a", "٣", 'got "٣", wanted a number; write numbers with the digits 0 to 9'),
        ("a", "1 000", "without thousands separators"),
        ("a", "1'000", "without thousands separators"),
    ],
)
def test_numbers_written_in_another_form_are_refused_at_their_line(
    tmp_path: Path, header: str, row: str, fault: str
) -> None:
    usual = "1;2" if ";" in header else "1,2" if "," in header else "1"
    (tmp_path / "x.csv").write_text("\n".join([header, *[usual] * 8759, row]), encoding="utf-8")
    column = 'column = "b"\n' if len(header) > 1 else ""
    (found,) = faults_of(tmp_path, GOOD + SERIES + column)
    assert found.startswith("x.csv:8761: demands.x")
    assert fault in found


@pytest.mark.parametrize(
    "text", ["12,5 MWh", "1_000 MWh", "１２ MWh", "12.5.1 MWh", "9 t_steam 1.2.3 MPa", "9 t_steam wet"]
)
def test_quantities_in_another_form_are_refused(tmp_path: Path, text: str) -> None:
    (fault,) = faults_of(tmp_path, GOOD.replace('"9000 t_steam"', f'"{text}"'))
    assert fault.startswith(f'12:14: demands.drying.annual_mwh: got "{text}", wanted ')


def test_a_problem_that_passes_is_the_one_that_is_solved(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    validate(path)
    assert check.broken(assemble(read_scenario(path)).problem) == []
