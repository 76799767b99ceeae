from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from models.problem import Problem
from planner.cli import main
from planner.commands.solve import command as solve_command
from planner.engine import Options, SolverError, interrupted, solve
from planner.plan import Plan
from planner.progress import Progress, stopping
from planner.report.case import GIVEN_BY, read_case
from planner.results.folder import writer_lock
from planner.solving import solve as solving

TEXT = (Path(__file__).parents[1] / "scenarios" / "two-measures" / "scenario.toml").read_text()
KEYS = {
    *("status", "termination", "objective", "net_present_cost", "penalties", "lower_bound", "gap", "gap_money"),
    *(
        "resolution",
        "steps_per_year",
        "stars",
        "durable_stars",
        "emissions_tco2e",
        "own_reduction_share",
        "paper_share",
    ),
    *("verified", "assumed_fields", "relaxed_fields", "timings_s", "versions"),
}
Change = Callable[[Plan], Plan]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "scenario.toml").write_text(TEXT)
    return tmp_path / "case"


def run(case: Path, *words: object) -> Result:
    out = case.parent / "out"
    return CliRunner().invoke(main, ["solve", str(case), "--out", str(out), "--no-naive", *map(str, words)])


def summary(case: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((case.parent / "out" / "summary.json").read_text())
    return found


def changed(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """The engine's plan for the target is changed; business as usual is as it is."""

    def changed_solve(problem: Problem, options: Options, *_: object, **__: object) -> Plan:
        plan = solve(problem, options)
        return plan if problem.target is None else change(plan)

    monkeypatch.setattr(solving, "solve", changed_solve)


def stopped(plan: Plan) -> Plan:
    return replace(plan, facts=replace(plan.facts, status="feasible", termination="time limit"))


def nothing(plan: Plan) -> Plan:
    return Plan({}, {}, replace(plan.facts, status="none", termination="time limit"))


def test_the_command_that_makes_a_plan_again_asks_what_the_first_one_did(case: Path) -> None:
    assert run(case, "--stars", 3, "--year", 2029, "--gap", 0.001).exit_code == 0
    assert summary(case)["given"] == {
        "solver": {"gap": 0.001},
        "rating": {"target_stars": 3, "target_year": 2029},
    }
    program, name, *words = read_case(case.parent / "out", "en").solve_command().split()
    assert (program, name) == ("plan", "solve")
    assert words[1:-2] == ["--gap", "0.001", "--stars", "3", "--year", "2029"]
    assert set(GIVEN_BY.values()) <= {option for parameter in solve_command.params for option in parameter.opts}


def test_a_scenario_becomes_a_verified_result(case: Path) -> None:
    done = CliRunner().invoke(main, ["solve", str(case), "--out", str(case.parent / "out")])
    assert done.exit_code == 0, done.output
    assert "Modelled rating: 3 stars" in done.output
    found = summary(case)
    assert found.keys() >= KEYS
    assert (found["status"], found["verified"]) == ("optimal", True)
    assert found["stars"] == {"2027": 0, "2028": 3, "2029": 3}
    assert next(iter(found["naive"])) == "business_as_usual"
    assert CliRunner().invoke(main, ["verify", str(case.parent / "out")]).exit_code == 0


def test_json_is_the_summary(case: Path) -> None:
    done = run(case, "--json")
    assert json.loads(done.stdout) == summary(case)


def test_quiet_prints_nothing(case: Path) -> None:
    assert run(case, "--quiet").output == ""


def test_settings_of_the_command_line_go_into_the_effective_scenario(case: Path) -> None:
    run(case, "--gap", 0.02, "--threads", 2, "--time-limit", 30)
    text = (case.parent / "out" / "scenario.effective.toml").read_text()
    assert 'resolution = "given"\ngap = 0.02\ntime_limit_s = 30.0\nthreads = 2\n' in text


def test_an_infeasible_target_ends_with_3_and_one_way_to_reach_it(case: Path) -> None:
    path = case / "scenario.toml"
    path.write_text(TEXT.replace("max_per_year = 10000", "max_per_year = 3000"))
    done = run(case)
    assert done.exit_code == 3
    assert "2028-2029: 3 stars, neutralised share at least 100 %: missed by 1,771 t CO2e" in done.stderr
    assert "raise instruments.credit.max_per_year from 3,000 to 4,771 t CO2e" in done.stderr
    assert summary(case)["status"] == "infeasible"
    assert json.loads(run(case, "--json").stdout)["explanation"]


def test_a_limit_with_a_plan_ends_with_4(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, stopped)
    done = run(case)
    assert done.exit_code == 4
    assert "Stopped at the time limit, holding a plan within" in done.output
    assert summary(case)["status"] == "feasible"


def test_a_limit_without_a_plan_ends_with_5_and_keeps_the_old_result(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(case)
    before = summary(case)
    changed(monkeypatch, nothing)
    done = run(case)
    assert done.exit_code == 5
    assert "stopped without a plan: time limit" in done.stderr
    assert summary(case) == before


def test_a_plan_that_fails_verification_ends_with_6_and_is_not_written(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cheaper(plan: Plan) -> Plan:
        return replace(plan, facts=replace(plan.facts, objective=0.99 * plan.facts.objective))

    changed(monkeypatch, cheaper)
    done = run(case)
    assert done.exit_code == 6
    assert "cost as reported: objective: off by" in done.stderr
    assert not (case.parent / "out").exists()


def test_an_interrupt_writes_the_plan_in_hand_and_ends_with_130(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupting(plan: Plan) -> Plan:
        signal.raise_signal(signal.SIGINT)
        return stopped(plan)

    changed(monkeypatch, interrupting)
    done = CliRunner().invoke(main, ["solve", str(case), "--out", str(case.parent / "out")])
    assert done.exit_code == 130
    assert summary(case)["status"] == "feasible"
    assert summary(case)["naive"]["paper_only"] == {"note": "left out: no time"}


def test_an_interrupt_without_a_plan_ends_with_5(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupting(plan: Plan) -> Plan:
        signal.raise_signal(signal.SIGINT)
        return nothing(plan)

    changed(monkeypatch, interrupting)
    assert run(case).exit_code == 5
    assert not (case.parent / "out").exists()


def test_a_solver_that_cannot_be_believed_ends_with_5(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(plan: Plan) -> Plan:
        raise SolverError("HiGHS ended with status Unknown")

    changed(monkeypatch, refuse)
    done = run(case)
    assert (done.exit_code, done.stderr) == (5, "no plan: HiGHS ended with status Unknown\n")


def test_faults_and_bad_settings_end_with_2(case: Path) -> None:
    assert run(case, "--resolution", "weeks:3").exit_code == 2
    with writer_lock(case.parent / "out"):
        done = run(case)
    assert done.exit_code == 2
    assert "another `plan solve` is writing" in done.stderr
    (case / "scenario.toml").write_text(TEXT + "\n[horizons]\n")
    done = run(case)
    assert done.exit_code == 2
    assert "did you mean horizon" in done.stderr


def test_the_first_interrupt_sets_the_flag_and_the_second_ends() -> None:
    with stopping(interrupted):
        signal.raise_signal(signal.SIGINT)
        assert interrupted.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with stopping(interrupted):
        assert not interrupted.is_set()


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    flag = threading.Event()

    def enter() -> None:
        with stopping(flag):
            pass

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert not flag.is_set()


def test_progress_is_silent_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(quiet=False)
    with progress.phase("read"):
        pass
    assert capsys.readouterr().err == ""
    assert progress.seconds["read"] >= 0.0


def test_progress_says_plan_bound_and_gap(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    progress = Progress(quiet=False)
    monkeypatch.setattr(progress, "speaks", True)
    progress.report("plan in hand", 95.0, 100.0)
    progress.report("plan in hand", 96.0, 100.0)
    assert capsys.readouterr().err.endswith(" s  plan in hand: 100.00 million, none below 95.00, gap 5.00%\n")
    progress.reported = 0.0
    progress.report("plan in hand", 96.0, float("inf"))
    assert capsys.readouterr().err.endswith(" s  plan in hand: none yet, none below 96.00 million\n")
