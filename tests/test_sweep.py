from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planner.cli import main
from planner.lifeline import PARENT_ENDED
from planner.results.folder import ResultsError, read_summary, writer_lock
from planner.solving.preparing import Settings
from planner.solving.solve import Request
from planner.solving.solve import run as solve_here
from planner.sweep import local, sweeping
from planner.sweep.jobs import Ended, How, Job, portfolio, scenario_files
from planner.sweep.journal import Journal, sweep_lock
from planner.sweep.local import cores, locally
from planner.sweep.process import Processes, solve_apart
from planner.sweep.sweeping import Sweep, SweepError
from planner.sweep.table import exit_code, untimed
from tests.sweep_cases import LONGEST_S, journal, rows, write_case

HOW = How(Settings(threads=1), naive=False)
OUT_OF_REACH = ("own_reduction_floor = 0.20", "own_reduction_floor = 0.95")
MISSPELT = ("discount_rate = 0.10", "discount_rat = 0.10")


class Here:
    """Solves jobs in this process and counts them."""

    def __init__(self, stop_after: int = 1000, error: type[BaseException] = KeyboardInterrupt) -> None:
        self.solved: list[str] = []
        self.stop_after, self.error = stop_after, error

    def __call__(self, jobs: Sequence[Job], out: Path) -> Generator[tuple[Job, Ended], None, None]:
        for job in jobs:
            if len(self.solved) == self.stop_after:
                raise self.error("the connection was lost")
            self.solved.append(job.case)
            yield job, Ended(solve_here(Request(job.scenario, out / job.case, job.how.settings, False, quiet=True)))


class Mortal(Processes):
    """Its first children are killed as soon as they live."""

    def __init__(self, deaths: int) -> None:
        super().__init__()
        self.deaths = deaths

    def start(self) -> subprocess.Popen[bytes] | None:
        child = super().start()
        self.deaths -= 1
        if child is not None and self.deaths >= 0:
            child.kill()
        return child


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    for name, price in (("a", 80), ("b", 90)):
        write_case(tmp_path / "cases", name, ("price = 80", f"price = {price}"))
    return tmp_path / "cases"


def asked(cases: Path, *, fresh: bool = False) -> Sweep:
    return Sweep((cases,), cases.parent / "out", HOW, fresh=fresh, quiet=True)


def plan(*words: object) -> Result:
    return CliRunner().invoke(main, ["sweep", *map(str, words)])


# --- jobs -------------------------------------------------------------------------------------------------------------


def test_scenarios_are_files_folders_and_folders_of_folders(cases: Path) -> None:
    (cases / "no-scenario").mkdir()
    a, b = cases / "a" / "scenario.toml", cases / "b" / "scenario.toml"
    assert scenario_files([cases]) == [a, b]
    assert scenario_files([b, cases, cases / "a"]) == [b, a]
    with pytest.raises(ResultsError, match=r"no-scenario holds no scenario.toml"):
        scenario_files([cases / "no-scenario"])


def test_two_scenarios_of_one_name_are_refused(cases: Path) -> None:
    write_case(cases / "more", "b")
    with pytest.raises(ResultsError, match="are both called b"):
        portfolio(scenario_files([cases, cases / "more"]), HOW)


def test_a_job_is_known_by_inputs_and_settings_wherever_it_lies(cases: Path, tmp_path: Path) -> None:
    def keys(how: How = HOW) -> list[str]:
        return [job.key for job in portfolio(scenario_files([cases]), how).jobs]

    before = keys()
    assert len({*before, *keys(How(Settings(threads=1, gap=0.01), False)), *keys(replace(HOW, naive=True))}) == 6
    cases.rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").rename(cases)
    assert keys() == before
    scenario = cases / "a" / "scenario.toml"
    scenario.write_text(scenario.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    assert [was == now for was, now in zip(before, keys(), strict=True)] == [False, True]


# --- the sweep --------------------------------------------------------------------------------------------------------


def test_what_has_ended_is_not_solved_again(cases: Path) -> None:
    first, second, third = Here(), Here(), Here()
    assert [sweeping.run(asked(cases), runner) for runner in (first, second)] == [0, 0]
    assert (first.solved, second.solved) == (["a", "b"], [])
    assert sweeping.run(asked(cases, fresh=True), third) == 0
    assert third.solved == ["a", "b"]
    found = rows(cases.parent / "out")
    assert {row["status"] for row in found.values()} == {"optimal"}
    assert found["a"]["stars"] == {"2027": 0, "2028": 3, "2029": 3}
    assert found["a"]["net_present_cost"] < found["b"]["net_present_cost"]
    assert found["a"]["scenario"] == "../cases/a/scenario.toml"


@pytest.mark.parametrize("change", ["result", "summary", "half", "input", "torn"])
def test_what_is_not_whole_any_more_is_solved_again(cases: Path, change: str) -> None:
    sweeping.run(asked(cases), Here())
    folder = cases.parent / "out" / "b"
    if change == "result":
        (folder / "cash.csv").write_text("")
    elif change == "summary":
        (folder / "summary.json").write_text((folder / "summary.json").read_text() + " ")
    elif change == "half":
        (folder / "operation.npz").unlink()
    elif change == "input":
        with (cases / "b" / "scenario.toml").open("a") as file:
            file.write("# other\n")
    else:
        path = cases.parent / "out" / ".sweep.jsonl"
        path.write_bytes(path.read_bytes()[:-30])
    again, after = Here(), Here()
    assert sweeping.run(asked(cases), again) == sweeping.run(asked(cases), after) == 0
    assert (again.solved, after.solved) == (["b"], [])


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt, 130), (SweepError, 5)])
def test_a_sweep_that_ends_early_keeps_what_it_has(
    cases: Path, error: type[BaseException], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweeping.run(asked(cases), Here(1, error)) == code
    assert "1 of 2 have ended; the same command solves the rest" in capsys.readouterr().err
    assert [row["status"] for row in rows(cases.parent / "out").values()] == ["optimal", "pending"]
    rest = Here()
    assert sweeping.run(asked(cases), rest) == 0
    assert rest.solved == ["b"]


def test_a_ctrl_c_whose_exception_is_lost_ends_the_sweep_all_the_same(
    cases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Deaf(Here):
        def __call__(self, jobs: Sequence[Job], out: Path) -> Generator[tuple[Job, Ended], None, None]:
            for ended in super().__call__(jobs, out):
                with suppress(KeyboardInterrupt):  # as Python does inside a finaliser
                    signal.raise_signal(signal.SIGINT)
                yield ended

    assert sweeping.run(asked(cases), Deaf()) == 130
    assert "1 of 2 have ended; the same command solves the rest" in capsys.readouterr().err


def test_a_scenario_that_changes_while_it_is_solved_is_told(cases: Path) -> None:
    class Changing(Here):
        def __call__(self, jobs: Sequence[Job], out: Path) -> Generator[tuple[Job, Ended], None, None]:
            with jobs[0].scenario.open("a") as file:
                file.write("# changed\n")
            yield from super().__call__(jobs, out)

    assert sweeping.run(asked(cases), Changing()) == 2
    found = rows(cases.parent / "out")
    assert (found["a"]["status"], found["b"]["status"]) == ("refused", "optimal")
    assert "changed during the sweep" in found["a"]["words"]


def test_one_sweep_at_a_time_into_a_folder(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = cases.parent / "out"
    with sweep_lock(out):
        assert sweeping.run(asked(cases), Here()) == 2
    assert "another `plan sweep` is writing into" in capsys.readouterr().err


def test_exit_code_is_the_gravest() -> None:
    def of(*codes: int | None) -> int:
        return exit_code([{"exit_code": code} for code in codes])

    assert [of(0, 0), of(0, 4), of(4, 3), of(3, 2), of(2, 5), of(5, 6), of(0, None)] == [0, 4, 3, 2, 5, 6, 5]


def test_the_command_tells_each_scenario_its_own_end(cases: Path) -> None:
    write_case(cases, "c-out-of-reach", OUT_OF_REACH)
    write_case(cases, "d-misspelt", MISSPELT)
    out = cases.parent / "out"
    words = (cases, "--out", out, "--no-naive", "--progress")
    done = plan(*words)
    assert done.exit_code == 2
    found = rows(out)
    assert [(row["status"], row["exit_code"]) for row in found.values()] == [
        ("optimal", 0),
        ("optimal", 0),
        ("infeasible", 3),
        ("refused", 2),
    ]
    assert "4 of 4 solved" not in done.stderr
    assert "3 of 3 solved" in done.stderr
    assert "did you mean discount_rate" in found["d-misspelt"]["words"]
    assert "own_reduction_floor" in found["c-out-of-reach"]["words"]
    assert "c-out-of-reach infeasible" in " ".join(done.stdout.split())
    header, *lines = (out / "sweep.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("case,scenario,status,exit_code,currency,net_present_cost,gap,stars_2027")
    assert len(lines) >= 4
    again = plan(*words[:-1], "--json")
    assert json.loads(again.stdout) == json.loads((out / "sweep.json").read_text(encoding="utf-8"))


def test_a_sweep_may_ask_for_other_stars(cases: Path) -> None:
    done = plan(cases, "--out", cases.parent / "out", "--no-naive", "--quiet", "--stars", 3, "--year", 2029)
    assert done.exit_code == 0
    for name in ("a", "b"):
        target = json.loads((cases.parent / "out" / name / "summary.json").read_text(encoding="utf-8"))["target"]
        assert (target["stars"], target["year"]) == (3, 2029)


# --- processes --------------------------------------------------------------------------------------------------------


@pytest.fixture
def job(cases: Path) -> Job:
    return portfolio(scenario_files([cases / "a"]), HOW).jobs[0]


def test_a_dead_process_costs_one_retry(job: Job, tmp_path: Path) -> None:
    ended = solve_apart(job.scenario, tmp_path / "one", HOW, Mortal(1))
    assert (ended.code, ended.attempts) == (0, 2)
    assert read_summary(tmp_path / "one")["inputs"] == job.inputs


def test_a_process_that_dies_twice_leaves_the_rest_alone(cases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "Processes", lambda: Mortal(2))
    assert sweeping.run(asked(cases), locally(1)) == 5
    found = rows(cases.parent / "out")
    assert (found["a"]["status"], found["a"]["exit_code"]) == ("failed", None)
    assert "killed by SIGKILL" in found["a"]["words"]
    assert found["b"]["status"] == "optimal"
    assert [line["attempts"] for line in journal(cases.parent / "out")] == [2, 1]


def test_the_same_bytes_in_a_process_and_here(cases: Path, job: Job) -> None:
    out = cases.parent
    assert solve_apart(job.scenario, out / "apart" / "a", HOW, Processes()).code == 0
    assert list(Here()([job], out / "here")) == [(job, Ended(0))]
    assert untimed(out / "apart" / "a") == untimed(out / "here" / "a")


def test_nothing_starts_after_the_stop(job: Job, tmp_path: Path) -> None:
    processes = Processes()
    processes.stop()
    assert solve_apart(job.scenario, tmp_path / "none", HOW, processes).code is None
    assert not (tmp_path / "none").exists()


def test_a_child_ends_where_who_asked_is_not_its_parent(job: Job, tmp_path: Path) -> None:
    child = Processes().start()
    assert child is not None
    assert child.stdin is not None
    assert child.stderr is not None
    task = {
        "path": sys.path,
        "parent": 0,  # which is not its parent
        "scenario": str(job.scenario),
        "out": str(tmp_path / "held"),
        "settings": {},
        "naive": False,
    }
    with writer_lock(tmp_path / "held"), child.stderr:  # so that it waits
        with child.stdin as line:
            line.write(json.dumps(task).encode() + b"\n")
        assert child.wait(timeout=LONGEST_S) == PARENT_ENDED


def test_cores_are_counted() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)


# --- journal ----------------------------------------------------------------------------------------------------------


def test_a_torn_line_counts_for_nothing_and_is_not_continued(job: Job, tmp_path: Path) -> None:
    path = tmp_path / ".sweep.jsonl"
    path.write_bytes(b'[]\n{"case": "a"}\n\xff\xfe\n{"case": "a", "key": "12')
    lines = Journal(tmp_path, fresh=False)
    assert lines.lines == {}
    lines.note(job, Ended(5, "no plan"))
    lines.close()
    assert [line["case"] for line in journal_lines(path)] == ["a"]
    again = Journal(tmp_path, fresh=False)
    assert again.lines["a"]["code"] == 5
    assert again.done(job) is None, "without results there is nothing to keep"
    again.close()


def journal_lines(path: Path) -> list[dict[str, object]]:
    found = []
    for text in path.read_bytes().splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and "code" in line:
            found.append(line)
    return found
