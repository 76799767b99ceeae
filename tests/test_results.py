from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from planner.results import folder as results
from planner.results.folder import (
    ResultsError,
    Row,
    read_results,
    read_summary,
    summary_bytes,
    table_bytes,
    write_results,
    writer_lock,
)

SUMMARY = {"status": "optimal", "net_present_cost": 1.0 / 3.0, "stars": {2025: 0, 2026: 5}}
ROWS = (Row(2025, "grid", "energy", "CNY", 1234567.891), Row(None, "all", "net_present_cost", "CNY", -0.0))


def write(folder: Path, **files: bytes) -> None:
    with writer_lock(folder):
        write_results(folder, SUMMARY, {"cash.csv": table_bytes(ROWS), **files})


def test_tables_and_summary_come_back_as_written(tmp_path: Path) -> None:
    folder = tmp_path / "mill"
    write(folder)
    read = read_results(folder)
    assert read.tables["cash"] == (
        Row(2025, "grid", "energy", "CNY", 1234567.891),
        Row(None, "all", *ROWS[1][2:4], 0.0),
    )
    assert read.summary["net_present_cost"] == 0.3333333333
    assert read.summary["stars"] == {"2025": 0, "2026": 5}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mill"]


def test_table_is_tidy_csv() -> None:
    assert table_bytes(ROWS) == (
        b"year,item,metric,unit,value\n2025,grid,energy,CNY,1234567.891\n,all,net_present_cost,CNY,0\n"
    )


def test_what_rounding_leaves_of_zero_is_zero() -> None:
    assert table_bytes([Row(2030, "all", "net", "t", -5e-14)]).splitlines()[1] == b"2030,all,net,t,0"


def test_non_finite_numbers_become_null(tmp_path: Path) -> None:
    assert results.rounded({"gap": float("inf"), "bound": float("nan")}) == {"gap": None, "bound": None}


def test_a_new_result_replaces_the_old_one_whole(tmp_path: Path) -> None:
    folder = tmp_path / "mill"
    write(folder, **{"old.csv": b"x"})
    write(folder)
    assert not (folder / "old.csv").exists()


def test_a_failing_write_leaves_the_old_result(tmp_path: Path) -> None:
    folder = tmp_path / "mill"
    write(folder)
    before = (folder / "summary.json").read_bytes()
    with pytest.raises(TypeError), writer_lock(folder):
        write_results(folder, {**SUMMARY, "status": object()}, {"cash.csv": b"half"})
    assert (folder / "summary.json").read_bytes() == before
    write(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mill"]


def test_a_writer_killed_between_renames_is_recovered(tmp_path: Path) -> None:
    folder = tmp_path / "mill"
    write(folder)
    folder.rename(tmp_path / ".mill.old")
    (tmp_path / ".mill.new").mkdir()
    with writer_lock(folder):
        assert read_summary(folder)["status"] == "optimal"
        assert not (tmp_path / ".mill.new").exists()


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "mill"
    code = (
        "import sys; from pathlib import Path; from planner.results.folder import writer_lock\n"
        "with writer_lock(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"
    )
    root = str(Path(__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=-1, stdout=-1, text=True, env=environment
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ResultsError, match="another `plan solve` is writing"), writer_lock(folder):
            pass
        other.kill()
    write(folder)


def test_foreign_folders_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")
    with pytest.raises(ResultsError, match="refusing to write into it"):
        write(tmp_path)
    with pytest.raises(ResultsError, match="is a file"):
        write(tmp_path / "thesis.doc")
    assert (tmp_path / "thesis.doc").exists()


def test_a_changed_table_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "mill"
    write(folder)
    assert results.changed_files(folder, read_summary(folder)) == []
    table = folder / "cash.csv"
    table.write_text(table.read_text().replace("1234567", "1034567"))
    assert results.changed_files(folder, read_summary(folder)) == ["cash.csv is not what `plan solve` wrote"]
    table.unlink()
    assert results.changed_files(folder, read_summary(folder)) == ["cash.csv is missing"]


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "is not a results folder"), ("{", "not readable JSON"), ("[]", "no status in it")],
)
def test_unreadable_summaries(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "summary.json").write_text(content)
    with pytest.raises(ResultsError, match=message):
        read_summary(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [("a,b\n", "columns are a,b"), ("year,item,metric,unit,value\n2025,a,b,c,ten\n", "not a tidy table")],
)
def test_unreadable_tables(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "summary.json").write_bytes(summary_bytes(SUMMARY))
    (tmp_path / "cash.csv").write_text(content)
    with pytest.raises(ResultsError, match=message):
        read_results(tmp_path)


def test_a_summary_that_was_edited_is_refused(tmp_path: Path) -> None:
    """Laid out otherwise it says the same; with another number, or none of its own hash, it is not believed."""
    folder = tmp_path / "mill"
    write(folder)
    said = json.loads((folder / "summary.json").read_text())
    (folder / "summary.json").write_text(json.dumps(said, sort_keys=True))
    assert read_results(folder).summary == said
    for changed in ({**said, "stars": {"2025": 6, "2026": 6}}, SUMMARY, {**said, "scenario": "mine"}):
        (folder / "summary.json").write_text(json.dumps(changed))
        with pytest.raises(ResultsError, match=r"(?s)mill: summary.json is not what `plan solve` wrote.*plan verify"):
            read_results(folder)
        assert read_results(folder, as_written=False).summary["status"] == "optimal"


def test_a_table_that_was_edited_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "mill"
    write(folder)
    (folder / "cash.csv").write_bytes(table_bytes(ROWS).replace(b"1234567", b"1"))
    with pytest.raises(ResultsError, match=r"mill: cash.csv is not what `plan solve` wrote"):
        read_results(folder)
    (folder / "cash.csv").unlink()
    with pytest.raises(ResultsError, match=r"mill: cash.csv is missing"):
        read_results(folder)
    assert dict(read_results(folder, as_written=False).tables) == {}


def test_an_operation_of_another_solve_is_refused_and_none_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "mill"
    write(folder, **{"operation.npz": b"ours"})
    (folder / "operation.npz").write_bytes(b"another's")
    with pytest.raises(ResultsError, match=r"mill: operation.npz is not what `plan solve` wrote"):
        read_results(folder)
    (folder / "operation.npz").unlink()
    assert read_results(folder).tables["cash"]


def test_missing_operation_says_how_to_make_it(tmp_path: Path) -> None:
    folder = tmp_path / "mill"
    with writer_lock(folder):
        write_results(folder, {**SUMMARY, "scenario": {"folder": "../scenarios/mill", "file": "scenario.toml"}}, {})
    with pytest.raises(ResultsError, match=r"plan solve .*/scenarios/mill/scenario.toml --out .*/mill"):
        read_results(folder).operation_bytes()
