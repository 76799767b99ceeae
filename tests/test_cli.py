from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planner.cli import COMMANDS, main
from tests.plans import dyehouse_results
from tests.programs import FONT, needed
from tests.report_case import report_case
from tests.verified import solved_case

ROOT = Path(__file__).parents[1]
HEAVY = ("pyomo", "pandas", "matplotlib", "numpy", "pydantic", "scipy", "highspy", "rich", "tree_sitter")


def plan(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def python(code: str, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


def test_help_imports_nothing_heavy() -> None:
    done = python(
        "import sys\nfrom planner.cli import main\nmain(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    assert done.stderr == ""
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("command", ["figures", "report", "dossier", "workbook"])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, command: str) -> None:
    if command == "figures":
        needed(FONT)
    results = report_case(tmp_path)
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(main, [command, str(results), "--out", str(tmp_path / "file" / "x")])
    assert done.exit_code == 2
    assert str(tmp_path / "file") in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_help_is_quick() -> None:
    def seconds(code: str) -> float:
        begun = time.perf_counter()
        python(code)
        return time.perf_counter() - begun

    code = "from planner.cli import main; main(['--help'])"
    extra = min(seconds(code) for _ in range(5)) - min(seconds("pass") for _ in range(5))
    assert extra < 0.25, "100 ms on an idle machine, with room for a busy one"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    done = plan(name, "--help")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: main {name}")
    assert " ".join(plan("--help").stdout.split()).count(f"{name} {COMMANDS[name]}") == 1


def test_an_unknown_command_is_refused() -> None:
    done = plan("slove")
    assert done.exit_code == 2
    assert "slove" in done.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["frobnicate"], "No such command"),
        (["solve"], "Missing argument"),
        (["solve", "nowhere.toml"], "does not exist"),
        (["solve", ".", "--gap", "2"], "--gap"),
        (["show", "nowhere"], "does not exist"),
        (["rate", "nowhere.toml"], "does not exist"),
    ],
)
def test_bad_usage_ends_with_2(words: list[str], message: str) -> None:
    done = plan(*words)
    assert done.exit_code == 2
    assert message in done.output


def test_new_writes_a_scenario_that_validates_and_never_over_another(tmp_path: Path) -> None:
    folder = tmp_path / "mill"
    done = plan("new", folder)
    assert done.exit_code == 0, done.output
    assert len((folder / "scenario.toml").read_text().splitlines()) < 20
    assert plan("validate", folder).exit_code == 0
    again = plan("new", folder)
    assert again.exit_code == 2
    assert "exists already" in again.output


def test_faults_are_listed_with_their_place(tmp_path: Path) -> None:
    plan("new", tmp_path / "mill")
    path = tmp_path / "mill" / "scenario.toml"
    path.write_text(path.read_text() + "\n[finnance]\ndiscount_rate = 0.1\n")
    done = plan("validate", path)
    assert done.exit_code == 2
    assert "did you mean finance" in done.output
    assert f"{path}:{len(path.read_text().splitlines()) - 1}:" in done.output
    assert json.loads(plan("validate", path, "--json").output)["ok"] is False


def test_schema_is_json(tmp_path: Path) -> None:
    done = plan("schema")
    assert "properties" in json.loads(done.output)
    assert plan("schema", "--out", tmp_path / "schema.json").exit_code == 0
    assert json.loads((tmp_path / "schema.json").read_text()) == json.loads(done.output)


def test_show_and_its_json(tmp_path: Path) -> None:
    folder = dyehouse_results(tmp_path)
    done = plan("show", folder, "--width", 80)
    assert done.exit_code == 0
    assert "Modelled rating: 5 stars" in done.output
    assert max(map(len, done.output.splitlines())) <= 80
    assert json.loads(plan("show", folder, "--json").output)["stars"]["2033"] == 5
    assert plan("show", tmp_path).exit_code == 2


def test_a_curve_does_not_begin_from_the_operation_of_another_solve(tmp_path: Path) -> None:
    plan("new", tmp_path / "mill")
    folder = dyehouse_results(tmp_path)
    (folder / "operation.npz").write_bytes(b"another's")
    done = plan("pareto", tmp_path / "mill", "--out", folder)
    assert done.exit_code == 2
    assert "operation.npz is not what `plan solve` wrote" in done.output


def test_verify_ends_with_0_6_or_2(tmp_path: Path) -> None:
    folder = solved_case(tmp_path)
    assert plan("verify", folder).exit_code == 0
    assert json.loads(plan("verify", folder, "--json").output)["faults"] == []
    (folder / "cash.csv").write_text("year,item,metric,unit,value\n")
    done = plan("verify", folder)
    assert done.exit_code == 6
    assert "NOT VERIFIED" in done.output
    (folder / "operation.npz").unlink()
    done = plan("verify", folder)
    assert done.exit_code == 2
    assert "Make it again with: plan solve" in done.output


def test_rate_of_a_results_folder(tmp_path: Path) -> None:
    folder = dyehouse_results(tmp_path)
    done = plan("rate", folder, "--year", 2033)
    assert done.exit_code == 0
    assert done.output.startswith("Modelled rating 2033: 5 stars")
    assert max(map(len, done.output.splitlines())) <= 80
    assert len(json.loads(plan("rate", folder, "--json").output)) == 16
    assert plan("rate", folder, "--year", 1999).exit_code == 2
