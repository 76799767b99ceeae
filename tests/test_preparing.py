from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.engine import Options, solve
from planner.plan import Plan
from planner.progress import Progress
from planner.results.folder import ResultsError
from planner.solving import preparing
from planner.solving.preparing import Settings, UsualNotSolved, opened, prepare, read, results_folder

SCENARIO = Path(__file__).parents[1] / "scenarios" / "two-measures" / "scenario.toml"


def test_a_scenario_becomes_a_problem_with_its_base_year() -> None:
    case = opened(read(SCENARIO, Settings()), Progress(quiet=True))
    prepared = prepare(case)
    assert case.currency == "CNY"
    assert prepared.problem.target is not None
    np.testing.assert_allclose(prepared.problem.base.business_as_usual_tco2e, 6190.0)  # 10,380 MWh at 0.5, 5,000 at 0.2
    assert solve(prepared.problem, case.options).facts.status == "optimal"


def test_settings_of_the_command_line_stand_above_the_scenarios() -> None:
    settings = Settings(resolution="given", gap=0.02, time_limit_s=30.0, threads=1)
    solver = read(SCENARIO, settings).scenario.solver
    assert (solver.resolution, solver.gap, solver.time_limit_s, solver.threads) == ("given", 0.02, 30.0, 1)
    assert read(SCENARIO, Settings()).scenario.solver.gap == 1e-6


def test_a_resolution_that_is_none_is_refused() -> None:
    with pytest.raises(ResultsError, match="weeks:3"):
        read(SCENARIO, Settings(resolution="weeks:3"))


def test_results_are_in_a_folder_of_the_scenarios_name_unless_told_otherwise(tmp_path: Path) -> None:
    reading = read(SCENARIO, Settings())
    assert results_folder(reading, None) == Path("results/two-measures").resolve()
    assert results_folder(reading, tmp_path) == tmp_path


@pytest.mark.parametrize(("status", "infeasible"), [("infeasible", True), ("none", False)])
def test_business_as_usual_without_a_plan_says_why(
    status: str, infeasible: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_plan(problem: object, options: Options) -> Plan:
        return Plan({}, {}, replace(solve(problem, options).facts, status=status, termination="time limit"))

    monkeypatch.setattr(preparing, "solve", without_plan)
    with pytest.raises(UsualNotSolved, match=r"cannot meet the loads|time limit") as caught:
        prepare(opened(read(SCENARIO, Settings()), Progress(quiet=True)))
    assert caught.value.infeasible is infeasible
