"""A curve as a study, in words, on the terminal and by command."""

from __future__ import annotations

import io
import json
import shutil
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from planner.cli import main
from planner.engine import Options
from planner.pareto.axes import axis_of
from planner.pareto.changes import changes
from planner.pareto.curve import Curve, trace
from planner.pareto.show import show_pareto
from planner.pareto.study import study
from planner.progress import Progress
from planner.results.folder import Row
from planner.solving.resolving import Resolver
from planner.studies.kept import read_study
from tests.test_pareto import paper_site, two_measures

SCENARIOS = Path(__file__).parents[1] / "scenarios"
LABELS = {"drives": "Speed-controlled drives", "pv": "Roof PV"}
CURRENCY = "CNY"


@cache
def told(against: str) -> dict[str, Any]:
    problem = two_measures() if against == "tonnes" else paper_site()
    again = Resolver(Options(gap=1e-9, time_limit_s=60.0), Progress(quiet=True))
    curve = Curve(problem, axis_of(against, problem), again, time.monotonic() + 60.0)
    trace(curve, 12)
    return study(curve, (2030,), "toy", CURRENCY, lambda name: LABELS.get(name, name))


def test_points_have_their_proof_their_plan_and_what_changed() -> None:
    first, second, third, fourth = told("tonnes")["points"]
    assert first["label"] == "5,000 t"
    assert first["changes"] == first["steps"] == []
    assert "sign" not in first
    assert second["net_present_cost"] == pytest.approx(6.4e6)
    assert second["lower_bound"] <= second["objective"]
    assert (second["status"], second["verified"], second["sign"]) == ("optimal", True, "dearer")
    assert second["above_previous_least"] <= 0.4e6 <= second["above_previous_most"] + 1
    assert second["changes"] == ["adds Speed-controlled drives in 2030"]
    assert second["steps"] == [
        {"year": "2030", "text": "measure: Speed-controlled drives", "size": "", "invest": pytest.approx(1e6)}
    ]
    assert third["changes"] == ["adds motors in 2030", "drops Speed-controlled drives"]
    assert fourth["tonnes_total"] == fourth["tonnes_final"] == pytest.approx(3600)


def test_a_level_out_of_reach_is_a_point_without_a_plan() -> None:
    last = told("stars")["points"][-1]
    assert (last["label"], last["status"], last["x"], last["net_present_cost"]) == ("5 stars", "infeasible", 5, None)


def test_changes_say_what_was_added_resized_moved_and_dropped() -> None:
    before = [
        Row(2028, "pv", "build", "MW", 2.0),
        Row(2028, "pv", "capex", CURRENCY, 6e6),
        Row(2028, "drives", "start", "", 1.0),
        Row(2028, "ccer", "buy", "t", 1000.0),
        Row(2029, "ccer", "buy", "t", 3000.0),
        Row(2028, "leaks", "start", "", 1.0),
    ]
    after = [
        Row(2028, "pv", "build", "MW", 4.0),
        Row(2028, "pv", "capex", CURRENCY, 12e6),
        Row(2027, "drives", "start", "", 1.0),
        Row(2028, "ccer", "buy", "t", 500.0),
        Row(2027, "lights", "start", "", 1.0),
        Row(2027, "lights", "capex", CURRENCY, 1e6),
    ]
    assert changes(before, after, lambda name: LABELS.get(name, name)) == [
        "Roof PV: 2.00 to 4.00 MW",
        "adds lights in 2027",
        "Speed-controlled drives: 2028 to 2027",
        "ccer: 2,000 to 500 t/year",
        "drops leaks",
    ]
    assert changes(before, before, str) == []


@pytest.mark.parametrize("against", ["tonnes", "stars"])
def test_curve_fits_the_window(against: str) -> None:
    out = io.StringIO()
    show_pareto(told(against), Console(file=out, width=80))
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    assert ("out of reach" in text) is (against == "stars")
    assert ("p2: adds Speed-controlled drives in 2030" in text) is (against == "tonnes")


def test_a_wide_interval_fits_the_window_and_reads_undecided() -> None:
    points = [dict(point) for point in told("tonnes")["points"]]
    points[1] |= {"sign": "undecided", "above_previous_least": -3_920_000.0, "above_previous_most": 138_440_000.0}
    points[2] |= {"status": "feasible", "label": "53.3 % paper", "objective": 412_520_000.0, "gap": 0.3155}
    points[3] |= {"status": "none", "net_present_cost": None}
    out = io.StringIO()
    show_pareto({**told("tonnes"), "points": points}, Console(file=out, width=80))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    said = {line.split()[0]: line for line in lines if line.startswith("p") and ":" not in line}
    assert " ".join(said["p2"].split()).endswith("-392 to 13,844 undecided")
    assert said["p3"].rstrip().endswith("limited")
    assert "p4" not in said
    assert f"no plan of its own was found at {points[3]['label']}:" in " ".join(" ".join(lines).split())


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pareto")
    (folder / "scenario.toml").write_text((SCENARIOS / "two-measures" / "scenario.toml").read_text())
    done = CliRunner().invoke(main, ["solve", str(folder), "--out", str(folder / "out"), "--no-naive", "--quiet"])
    assert done.exit_code == 0, done.output
    return folder


def test_command_traces_the_curve_and_writes_it(solved: Path) -> None:
    """The cheap end is the solved plan; the tight end has all 1 MW of PV in all three years: 4,771 t each."""
    words = ["pareto", str(solved), "--out", str(solved / "out"), "--against", "tonnes", "--points", "3"]
    done = CliRunner().invoke(main, [*words, "--json"])
    assert done.exit_code == 0, done.output
    points = json.loads(done.stdout)["points"]
    summary = json.loads((solved / "out" / "summary.json").read_text())
    assert points[0]["objective"] == pytest.approx(summary["objective"], rel=1e-5)
    assert points[-1]["x"] == pytest.approx(3 * 4771, rel=1e-6)
    assert [p["id"] for p in read_study(solved / "out", "pareto")["points"]] == ["p1", "p2", "p3"]
    assert "dearer" in (solved / "out" / "studies" / "pareto.csv").read_text()
    free = CliRunner().invoke(main, [*words, "--stars", "0"])
    assert free.exit_code == 0
    assert "two-measures: least cost against location-based tonnes" in free.stdout


def test_command_refuses_what_it_cannot_do(solved: Path, tmp_path: Path) -> None:
    run = CliRunner()
    missing = run.invoke(main, ["pareto", str(solved), "--out", str(tmp_path / "none")])
    assert (missing.exit_code, "plan solve" in missing.stderr) == (2, True)
    twice = run.invoke(main, ["pareto", str(solved), str(solved), "--out", str(solved / "out")])
    assert (twice.exit_code, "--out is for one scenario" in twice.stderr) == (2, True)
    (tmp_path / "scenario.toml").write_text("[scenario]\nnam = 1\n")
    assert run.invoke(main, ["pareto", str(tmp_path)]).exit_code == 2
    form = run.invoke(main, ["pareto", str(solved), "--figure", "curve.pdf"])
    assert (form.exit_code, "neither in .svg nor in .png" in form.stderr) == (2, True)


def test_several_scenarios_share_one_picture(solved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("north", "south")
    for name in names:
        text = (solved / "scenario.toml").read_text().replace('name = "two-measures"', f'name = "{name}"')
        (tmp_path / name).mkdir()
        (tmp_path / name / "scenario.toml").write_text(text)
        shutil.copytree(solved / "out", tmp_path / "results" / name)
    done = CliRunner().invoke(main, ["pareto", *names, "--points", "2", "--json", "--figure", "curves.svg"])
    assert done.exit_code == 0, done.output
    assert [one["scenario"] for one in json.loads(done.stdout)] == list(names)
    assert all((tmp_path / "results" / name / "studies" / "pareto.json").is_file() for name in names)
    picture = (tmp_path / "curves.svg").read_text()
    assert all(name in picture for name in names)
