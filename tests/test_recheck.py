from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.results.archive import pack, unpack
from planner.results.folder import ResultsError, summary_bytes
from planner.results.recheck import recheck, same
from tests.plans import dyehouse_results, edit_summary, forge

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return dyehouse_results(tmp_path)


def test_what_was_written_is_verified(folder: Path) -> None:
    report = recheck(folder)
    assert report.faults == ()
    assert report.compared > 1000
    assert report.lines()[-1] == f"{folder}: verified"
    assert report.as_json()["verified"] is True


def test_verifying_needs_neither_pyomo_nor_solver(folder: Path) -> None:
    code = (
        "import sys\nfor name in ('pyomo', 'highspy', 'scipy', 'pandas', 'pydantic'):\n    sys.modules[name] = None\n"
        "from planner.cli import main\nmain(['verify', sys.argv[1]])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, folder], check=False, capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(": verified\n")


def test_a_changed_number_in_the_summary_is_found(folder: Path) -> None:
    cost = json.loads((folder / "summary.json").read_text())["net_present_cost"]
    edit_summary(folder, net_present_cost=cost * (1 + 1e-5))
    (fault,) = recheck(folder).faults
    assert fault.startswith("summary.json: net_present_cost is")


def test_a_summary_without_its_own_hash_is_found(folder: Path) -> None:
    path = folder / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"title": "Six stars"}))
    assert recheck(folder).faults == ("summary.json is not what `plan solve` wrote",)


@pytest.mark.parametrize("value", ["a lot", 5, [], None, {}])
def test_a_key_of_another_kind_is_told_like_any_other(folder: Path, value: object) -> None:
    path = folder / "summary.json"
    summary = json.loads(path.read_text())
    for key in summary:
        path.write_text(json.dumps(summary | {key: value}))
        if summary[key] != value:
            assert "summary.json is not what `plan solve` wrote" in recheck(folder).faults


@pytest.mark.parametrize("key", ["stars", "durable_stars", "emissions_tco2e", "paper_share"])
def test_a_changed_year_in_the_summary_is_found(folder: Path, key: str) -> None:
    values = json.loads((folder / "summary.json").read_text())[key]
    changed = {"scope1": 0.0} if key == "emissions_tco2e" else 6
    edit_summary(folder, **{key: values | {"2033": changed}})
    assert any(fault.startswith(f"summary.json: {key}.2033") for fault in recheck(folder).faults)


def test_a_missing_key_is_found(folder: Path) -> None:
    summary = json.loads((folder / "summary.json").read_text())
    del summary["durable_stars"]
    (folder / "summary.json").write_bytes(summary_bytes(summary))
    assert recheck(folder).faults == ("summary.json: durable_stars is missing",)


def test_a_changed_byte_of_the_operation_is_found(folder: Path) -> None:
    path = folder / "operation.npz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    report = recheck(folder)
    assert "operation.npz is not what `plan solve` wrote" in report.faults
    assert not report.ok


def test_a_forged_operation_fails_the_accountant(folder: Path) -> None:
    problem, plan = unpack((folder / "operation.npz").read_bytes())
    imports = plan.operation["markets.import_mw"]
    less = {**imports, "grid": np.asarray(imports["grid"]) * 0.99}
    forged = replace(plan, operation={**plan.operation, "markets.import_mw": less})
    forge(folder, "operation.npz", pack(problem, forged))
    faults = recheck(folder).faults
    assert any("balance" in fault for fault in faults)
    assert any(fault.startswith("summary.json: net_present_cost") for fault in faults)


def test_a_forged_table_is_found(folder: Path) -> None:
    text = (folder / "cash.csv").read_text()
    forge(
        folder, "cash.csv", text.replace("2026,pv_roof,capex,CNY,24000000", "2026,pv_roof,capex,CNY,14000000").encode()
    )
    (fault,) = recheck(folder).faults
    assert fault == "cash.csv: 2026 pv_roof capex is 14000000, recomputed 24000000"
    forge(folder, "cash.csv", text.replace("2026,pv_roof", "2026,pv_ground").encode())
    assert "cash.csv has other rows than the plan" in recheck(folder).faults


def test_changed_and_absent_inputs(folder: Path) -> None:
    scenario = folder.parent / "scenario.toml"
    scenario.write_text("# another dyehouse\n")
    (fault,) = recheck(folder).faults
    assert "has changed since this plan was made" in fault
    scenario.unlink()
    report = recheck(folder)
    assert report.ok
    assert "not compared" in report.notes[0]


def test_a_folder_without_operation_says_how_to_make_it(folder: Path) -> None:
    (folder / "operation.npz").unlink()
    with pytest.raises(ResultsError, match=r"plan solve .*scenario\.toml --out .*results"):
        recheck(folder)


def test_equal_to_a_millionth() -> None:
    assert same(1e6, 1e6 + 0.5)
    assert not same(1e6, 1e6 + 2.0)
    assert same(0.0, 1e-10)
    assert not same(0.0, 1e-5)
