"""How the commands that compare plans of a scenario find it, and how they end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from planner.engine import SolverError, Start
from planner.results.folder import write_results, writer_lock
from planner.solving.resolving import UnverifiedError
from planner.studies.of_scenario import LIMIT_FACTOR, Subject, end_by, subject
from planner.studies.starts import read_starts, write_starts

SCENARIO = Path(__file__).parents[1] / "scenarios" / "two-measures" / "scenario.toml"
NOTHING = (None, None, None, None, True, False)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    with writer_lock(tmp_path / "out"):
        write_results(tmp_path / "out", {"status": "optimal"}, {})
    return tmp_path / "out"


def test_subject_is_the_prepared_scenario_with_its_settings(results: Path) -> None:
    with subject(SCENARIO, results, None, 0.02, None, 1, quiet=True, progress=False) as found:
        assert (found.name, found.folder) == ("two-measures", results)
        assert (found.again.options.gap, found.again.options.threads) == (0.02, 1)
        assert found.time_limit_s == LIMIT_FACTOR * found.again.options.time_limit_s
        assert found.prepared.problem.target is not None
        assert found.label("pv") == "pv"
        assert found.label("green_power power") == "green power power"
    with subject(SCENARIO, results, None, None, 7.0, None, quiet=True, progress=False) as found:
        assert found.time_limit_s == 7.0


def test_a_scenario_without_results_is_refused_before_anything_is_solved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, subject(SCENARIO, tmp_path / "none", *NOTHING):
        pytest.fail("not reached")
    assert ended.value.code == 2
    assert "plan solve" in capsys.readouterr().err


def test_faults_end_with_their_code(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scenario.toml").write_text(SCENARIO.read_text().replace('name = "two-measures"', "nam = 1"))
    with pytest.raises(SystemExit) as ended, subject(tmp_path / "scenario.toml", results, *NOTHING):
        pytest.fail("not reached")
    assert ended.value.code == 2
    assert "scenario.toml" in capsys.readouterr().err


def test_a_site_that_business_as_usual_cannot_serve_is_studied_all_the_same(results: Path, tmp_path: Path) -> None:
    text = (
        SCENARIO.read_text().replace("existing_mw = 1.5", "existing_mw = 0.5").replace("max_mw = 1.5", "max_mw = 0.5")
    )
    (tmp_path / "scenario.toml").write_text(text)
    with subject(tmp_path / "scenario.toml", results, *NOTHING) as found:
        assert found.name == "two-measures"


@pytest.mark.parametrize(("error", "code"), [(SolverError("odd"), 5), (UnverifiedError("wrong"), 6)])
def test_failures_inside_end_with_their_codes(error: Exception, code: int, results: Path) -> None:
    def fail(_: Subject) -> None:
        raise error

    failing: Callable[[Subject], None] = fail
    with pytest.raises(SystemExit) as ended, subject(SCENARIO, results, *NOTHING) as found:
        failing(found)
    assert ended.value.code == code


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        (["optimal", "infeasible"], None),
        (["optimal", "feasible"], 4),
        (["optimal", "none"], 4),
        (["infeasible"], 3),
        (["none", "infeasible"], 5),
        ([], 5),
    ],
)
def test_the_end_says_what_was_found(statuses: list[str], code: int | None) -> None:
    if code is None:
        end_by(statuses)
        return
    with pytest.raises(SystemExit) as ended:
        end_by(statuses)
    assert ended.value.code == code


def test_a_study_begins_where_an_earlier_one_of_the_folder_ended(results: Path) -> None:
    decisions = {"retrofits.start": {("leds", 2030): 1.0, ("leds", 2031): 0.0}}
    with subject(SCENARIO, results, *NOTHING) as found:
        assert not found.again.pool.starts
        found.again.pool.starts.append(Start(decisions, {("import_mwh", "grid"): np.array([0.5, 0.25])}))
    with subject(SCENARIO, results, *NOTHING) as found:
        (start,) = found.again.pool.starts
        assert start.decisions == decisions
        assert start.prices["import_mwh", "grid"].tolist() == [0.5, 0.25]


def test_starts_that_cannot_be_read_are_none(results: Path) -> None:
    assert read_starts(results) == []
    write_starts(results, [Start({"retrofits.start": {("leds", 2030): 1.0}})])
    path = results / "studies" / "starts.npz"
    path.write_bytes(path.read_bytes()[:100])
    assert read_starts(results) == []
