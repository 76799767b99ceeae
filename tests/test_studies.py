from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner.results.folder import ResultsError, write_results, writer_lock
from planner.studies.kept import read_study, studies, write_study

STUDY: dict[str, Any] = {
    "kind": "pareto",
    "scenario": "mill",
    "points": [
        {
            "id": "a",
            "cost": 1.0 / 3.0,
            "stars": {2030: 5},
            "changes": ["more sun", "fewer credits"],
            "steps": [{"y": 1}],
        },
        {"id": "b", "cost": float("inf"), "stars": {}, "changes": []},
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with writer_lock(tmp_path / "mill"):
        write_results(tmp_path / "mill", {"status": "optimal"}, {})
    return tmp_path / "mill"


def test_a_study_comes_back_and_its_table_has_one_line_for_each_point(folder: Path) -> None:
    assert write_study(folder, STUDY) == folder / "studies" / "pareto.json"
    found = read_study(folder, "pareto")
    assert found["points"][0]["stars"] == {"2030": 5}
    assert found["points"][1]["cost"] is None
    assert (folder / "studies" / "pareto.csv").read_text() == (
        "id,cost,stars_2030,changes\na,0.3333333333,5,more sun; fewer credits\nb,,,\n"
    )
    assert studies(folder) == ("pareto",)
    assert sorted(path.name for path in (folder / "studies").iterdir()) == ["pareto.csv", "pareto.json"]


def test_a_study_replaces_the_one_of_its_kind(folder: Path) -> None:
    write_study(folder, STUDY)
    write_study(folder, {**STUDY, "points": []})
    assert read_study(folder, "pareto")["points"] == []


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="not a results folder"):
        write_study(tmp_path / "nothing", STUDY)
    assert not (tmp_path / "nothing").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    with pytest.raises(ResultsError, match="refusing"):
        write_study(tmp_path / "other", STUDY)
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["letter.txt"]


def test_a_study_that_is_missing_names_its_command(folder: Path) -> None:
    with pytest.raises(ResultsError, match="`plan ladder` writes it"):
        read_study(folder, "ladder")


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"kind": "ladder"})])
def test_what_is_no_study_of_its_kind_is_refused(folder: Path, text: str) -> None:
    write_study(folder, STUDY)
    (folder / "studies" / "pareto.json").write_text(text)
    with pytest.raises(ResultsError, match="not"):
        read_study(folder, "pareto")
