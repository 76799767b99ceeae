"""Never touch what is not ours: folders of others are refused, what others put into ours stays, and what cannot be written is said."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from planner.results.folder import ResultsError, read_results, refuse_foreign, write_results, writer_lock
from planner.results.place import ForeignFile, beside, replace_folder
from planner.start import INTERRUPTED
from planner.studies.kept import read_study, studies, write_study

SUMMARY = {"status": "optimal"}
MILL = Path(__file__).parent.parent / "scenarios" / "two-measures" / "scenario.toml"
PLAN = [sys.executable, "-c", "from planner.start import main; main()"]


def written(folder: Path, **files: bytes) -> None:
    with writer_lock(folder):
        write_results(folder, SUMMARY, {name.replace("_", "."): data for name, data in files.items()})


def test_what_others_put_into_a_results_folder_stays(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    written(folder, cash_csv=b"1", old_csv=b"2")
    (folder / "notes").mkdir()
    (folder / "notes" / "board.txt").write_text("keep")
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("notes")
    written(folder, cash_csv=b"3")
    assert (folder / "cash.csv").read_bytes() == b"3"
    assert not (folder / "old.csv").exists()
    assert (folder / "notes" / "board.txt").read_text() == "keep"
    assert (folder / "empty").is_dir()
    assert (folder / "link").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


@pytest.mark.parametrize("text", ['{"other": 1}', "not JSON", "[]", '{"status": "optimal"}'])
def test_a_summary_of_others_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "summary.json").write_text(text)
    (tmp_path / "notes.txt").write_text("keep")
    with pytest.raises(ResultsError, match="not one that `plan solve` wrote"):
        refuse_foreign(tmp_path)
    done = subprocess.run(
        [*PLAN, "solve", str(MILL), "--out", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert (tmp_path / "notes.txt").read_text() == "keep"


def test_a_file_of_others_is_not_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    written(folder, cash_csv=b"1")
    (folder / "new.csv").write_text("mine")
    with pytest.raises(ForeignFile, match=r"new\.csv"):
        written(folder, cash_csv=b"2", new_csv=b"3")
    assert (folder / "new.csv").read_text() == "mine"
    assert (folder / "cash.csv").read_bytes() == b"1"


@pytest.mark.parametrize("moved", [False, True])
def test_a_writer_that_died_loses_nothing(tmp_path: Path, moved: bool) -> None:
    """It died after the earlier folder had moved away, before or after the new one was in its place."""
    folder = tmp_path / "out"
    written(folder, cash_csv=b"1")
    (folder / "notes.txt").write_text("keep")
    folder.rename(beside(folder.resolve(), "old"))
    if moved:
        written(tmp_path / "fresh", cash_csv=b"2")
        (tmp_path / "fresh").rename(folder)
    written(folder, cash_csv=b"3")
    assert (folder / "notes.txt").read_text() == "keep"
    assert (folder / "cash.csv").read_bytes() == b"3"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_a_full_disk_leaves_the_earlier_result_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    written(folder, cash_csv=b"1")

    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        replace_folder(folder, {"cash.csv": b"2"}, lambda place: ["cash.csv", "summary.json"])
    assert (folder / "cash.csv").read_bytes() == b"1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_plan_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    """No file may be larger than 4 kB: neither the folder that was asked for nor another can take the plan."""
    done = subprocess.run(
        [*PLAN, "solve", str(MILL), "--no-naive", "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
        env={**os.environ, "TMPDIR": str(tmp_path), "HOME": str(tmp_path)},
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "File too large; nor could the answer be saved elsewhere" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_plan_is_saved_elsewhere_where_its_folder_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from planner.solving import solve
    from planner.solving.preparing import Settings

    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    whole = write_results

    def full(folder: Path, *rest: Any) -> None:
        if folder == out:
            raise OSError(28, "No space left on device", str(folder))
        whole(folder, *rest)

    monkeypatch.setattr(solve, "write_results", full)
    assert solve.run(solve.Request(MILL, out, Settings(), naive=False, quiet=True)) == 2
    said = capsys.readouterr().err
    place = elsewhere / f"plan-out-{os.getpid()}"
    assert said == f"{out}: No space left on device; the answer is saved in {place}\n"
    assert read_results(place).summary["status"] == "optimal"
    assert not out.exists()


def test_a_study_of_another_plan_stays_and_is_not_shown(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    written(folder, operation_npz=b"1")
    write_study(folder, {"kind": "ladder", "rows": []})
    assert studies(folder) == ("ladder",)
    written(folder, operation_npz=b"2")
    assert (folder / "studies" / "ladder.json").is_file()
    assert studies(folder) == ()
    with pytest.raises(ResultsError, match="speaks of another plan"):
        read_study(folder, "ladder")
    assert json.loads((folder / "studies" / "ladder.json").read_text())["rows"] == []


@pytest.mark.parametrize("after_s", [0.05, 0.15, 0.3, 0.6])
def test_an_interrupt_while_it_starts_ends_it_without_a_trace(tmp_path: Path, after_s: float) -> None:
    code = "import planner.start; print('here', flush=True); planner.start.main()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, "solve", str(MILL), "--quiet", "--out", str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "here\n"
    time.sleep(after_s)
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=60)[1]
    assert child.returncode in (0, INTERRUPTED, 5), said  # 0: it had ended before
    assert "Traceback" not in said
    assert "Aborted" not in said


SLOW = """
import sys, time
from planner import start
class Slow:
    def find_spec(self, name, *rest):
        if name == "planner.cli":
            print("here", flush=True)
            time.sleep(60)
sys.meta_path.insert(0, Slow())
start.main()
"""


def test_an_interrupt_while_the_command_line_loads_ends_it_without_a_trace() -> None:
    child = subprocess.Popen([sys.executable, "-c", SLOW], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "here\n"
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=60)[1]
    assert (child.returncode, said) == (INTERRUPTED, "")


PARENT = """
import os, subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-m", "planner.engine.worker", str(os.getpid())])
print(worker.pid, flush=True)
time.sleep(60)
"""


def test_workers_end_with_a_parent_that_was_killed() -> None:
    """The worker hears no end of its letters, as one that is at work would not: this process keeps them open."""
    letters, end = os.pipe()
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=letters, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()  # not read to its end, which the worker holds
    lives = True
    for _ in range(200):
        lives = _lives(worker)
        if not lives:
            break
        time.sleep(0.1)
    else:
        os.kill(worker, signal.SIGKILL)
    os.close(letters)
    os.close(end)
    assert not lives, "the worker lives on"


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
