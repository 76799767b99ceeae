"""`plan verify` finds every edit of a results folder, however consistently hashes are made anew."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.problem import Problem
from planner.answer import account_for
from planner.plan import Plan
from planner.recheck import differences as differences_module
from planner.recheck import recheck as recheck_module
from planner.recheck.plans import form_faults, plan_faults
from planner.recheck.proving import proven_again
from planner.recheck.recheck import UNPROVEN, recheck
from planner.recheck.source import inputs_of
from planner.results.archive import bundle, pack, unbundle, unpack
from planner.results.folder import ResultsError
from planner.results.tables import tables
from planner.solving.variants import variant
from planner.solving.written import zipped
from planner.verification.decisions import allowed_years
from planner.verification.verify import REPORTED
from tests.verified import edited, forge, solved_case, solved_once

ROOT = Path(__file__).parents[1]
READ_FIRST = (
    "scenario.file",
    "given",
    "inputs",
)  # keys by which the scenario is read again: each has a test of its own
CASH = ("finance.capex", "finance.running")  # of the model, compared with the accountant's


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return solved_case(tmp_path)


@pytest.fixture
def every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """All differences are told, not the first dozen."""
    for module in (differences_module, recheck_module):
        monkeypatch.setattr(module, "MOST_TOLD", 10**6)


def summary_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


def missed(paths: list[str], faults: tuple[str, ...], said: str) -> list[str]:
    """Edited places that no fault names."""
    named = {
        match[1] for fault in faults if (match := re.match(rf"{re.escape(said)}(.*?)(?:\[\d+\])* (?:is|has) ", fault))
    }
    return [path for path in paths if path not in named and re.sub(r"(\[\d+\])+$", "", path) not in named]


def test_a_folder_is_verified_also_where_it_stands_alone(folder: Path) -> None:
    report = recheck(folder)
    assert (report.faults, report.notes) == ((), ())
    assert report.compared > 1000
    assert report.lines()[-1] == f"{folder}: verified"
    shutil.rmtree(folder.parent / "case")
    alone = recheck(folder)
    assert alone.as_json()["verified"] is True
    assert len([note for note in alone.notes if "not compared" in note]) == len(summary_of(folder)["inputs"])


def test_verifying_needs_neither_pyomo_nor_solver(folder: Path) -> None:
    code = (
        "import sys\nfor name in ('pyomo', 'highspy', 'scipy', 'pandas'):\n    sys.modules[name] = None\n"
        "from planner.cli import main\nmain(['verify', sys.argv[1]])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, folder], check=False, capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(": verified\n")


# --- the summary ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("every_line")
def test_every_value_of_the_summary_is_compared(folder: Path) -> None:
    """All but what nothing can prove: the clock, the machine, and where the scenario lay."""
    said = summary_of(folder)
    asked = {key: value for key, value in said.items() if key not in (*UNPROVEN, *READ_FIRST)}
    asked["scenario"] = {k: v for k, v in said["scenario"].items() if k not in ("file", "folder")}
    other, paths = edited(asked)
    forge(folder, **{**other, "scenario": {**said["scenario"], **other["scenario"]}})
    faults = recheck(folder).faults
    assert len(paths) > 200
    assert missed(paths, faults, "summary.json: ") == []


def test_a_key_that_is_missing_or_of_no_plan_is_named(folder: Path) -> None:
    said = summary_of(folder)
    kept = {key: said.pop(key) for key in ("status", "scenario", "given", "inputs", "files", "naive", "digest")}
    forge_all = {"files": {**kept["files"], "notes.txt": "0" * 64}, "stars_won": 7}
    (folder / "summary.json").write_text(json.dumps(kept))
    forge(folder, **forge_all)
    faults = recheck(folder).faults
    for key in said.keys() - set(UNPROVEN):
        assert f"summary.json: {key} is missing" in faults
    assert "summary.json: stars_won is nothing of this plan" in faults
    assert "summary.json: files names notes.txt, nothing of this plan" in faults


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("scenario", {"file": "other.toml", "folder": "../case"}, "holds no scenario named other.toml"),
        ("given", {}, "scenario.effective.toml:"),
        ("given", {"rating": {"target_stars": 9}}, "target_stars"),
        ("inputs", {}, "summary.json: inputs.load.csv is missing"),
        ("naive", {}, "summary.json: naive.optimum is missing"),
    ],
)
def test_what_the_scenario_is_read_by_cannot_be_another(folder: Path, key: str, value: Any, fault: str) -> None:
    forge(folder, **{key: value})
    assert any(fault in line for line in recheck(folder).faults)


@pytest.mark.parametrize("value", ["a lot", [], None])
def test_keys_of_another_kind_are_told_like_any_other(folder: Path, value: object) -> None:
    said = summary_of(folder)
    forge(folder, **{key: value for key in said if key not in ("files", "scenario", "given", "inputs")})
    faults = recheck(folder).faults
    for key in said.keys() - {*UNPROVEN, "scenario", "given", "inputs"}:
        assert said[key] == value or any(fault.startswith(f"summary.json: {key}") for fault in faults)


def test_a_summary_without_its_own_hash_is_found(folder: Path) -> None:
    path = folder / "summary.json"
    path.write_text(json.dumps(summary_of(folder) | {"timings_s": {}}))
    assert recheck(folder).faults == ("summary.json is not what `plan solve` wrote",)


# --- the files that people read ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("every_line")
def test_every_cell_and_line_of_every_file_is_compared(folder: Path) -> None:
    changed: dict[str, bytes] = {}
    wanted: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".csv":
            header, *rows = (line.split(",") for line in path.read_text(encoding="utf-8").splitlines())
            quoted = any('"' in cell for row in rows for cell in row)
            rows = [[row[0], *(f"{cell}9" for cell in row[1:])] if not quoted else [*row, "9"] for row in rows]
            changed[path.name] = "\n".join(",".join(row) for row in [header, *rows]).encode() + b"\n"
            wanted += [f"{path.name}:{n + 2}: " for n in range(len(rows))]
        elif path.suffix in (".toml", ".ics"):
            lines = path.read_text(encoding="utf-8").splitlines()
            changed[path.name] = "\n".join(f"{line} " for line in lines).encode()
            wanted += [f"{path.name}:{n + 1}: " for n in range(len(lines))]
    roadmap, paths = edited(json.loads((folder / "roadmap.json").read_text(encoding="utf-8")))
    changed["roadmap.json"] = json.dumps(roadmap).encode()
    forge(folder, changed)
    faults = recheck(folder).faults
    assert len(changed) == 12
    assert [place for place in wanted if not any(fault.startswith(place) for fault in faults)] == []
    assert missed(paths, faults, "roadmap.json: ") == []


def test_a_cell_is_told_with_its_line(folder: Path) -> None:
    text = (folder / "cash.csv").read_text()
    line = next(n for n, row in enumerate(text.splitlines(), start=1) if row.startswith("2027,drives,capex,CNY,"))
    forge(folder, {"cash.csv": text.replace("drives,capex,CNY,300000", "drives,capex,CNY,200000").encode()})
    assert recheck(folder).faults == (f"cash.csv:{line}: value is 200000, wanted 300000",)


def test_files_that_are_missing_or_no_files_are_named(folder: Path) -> None:
    forge(folder, {"roadmap.json": b"{", "usual.npz": b"x"})
    (folder / "beside.npz").unlink()
    faults = recheck(folder).faults
    assert "beside.npz is missing" in faults
    assert any(fault.startswith("usual.npz: not a readable archive") for fault in faults)
    forge(folder, {"usual.npz": (solved_once() / "results" / "usual.npz").read_bytes(), "inputs.zip": b"x"})
    assert any("inputs.zip is not readable" in fault for fault in recheck(folder).faults)
    forge(folder, {"inputs.zip": zipped({"../scenario.toml": b""})})
    assert any("not a file of a scenario's folder" in fault for fault in recheck(folder).faults)
    (folder / "operation.npz").unlink()
    with pytest.raises(ResultsError, match=r"plan solve .*scenario\.toml --out .*results"):
        recheck(folder)


# --- scenario and problem ---------------------------------------------------------------------------------------------


def test_another_scenario_in_the_folder_is_not_the_one_that_was_solved(folder: Path) -> None:
    """Also where scenario, series, effective scenario and their hashes agree: the archived problem is another."""
    inputs = inputs_of(folder)
    cheaper = inputs | {"scenario.toml": inputs["scenario.toml"].replace(b"capex = 300000", b"capex = 200000")}
    effective = (folder / "scenario.effective.toml").read_bytes().replace(b"300000", b"200000")
    forge(folder, {"inputs.zip": zipped(cheaper), "scenario.effective.toml": effective})
    assert any("retrofits[drives].capex[0] is 0.3, wanted 0.2" in fault for fault in recheck(folder).faults)
    lower = inputs | {"load.csv": inputs["load.csv"].replace(b"2.0", b"1.0")}
    forge(folder, {"inputs.zip": zipped(lower)})
    assert any("demands[motors].load_mw[0] is 2, wanted 1" in fault for fault in recheck(folder).faults)


def test_inputs_that_have_changed_beside_the_folder_are_named(folder: Path) -> None:
    (folder.parent / "case" / "load.csv").write_text("motors,heat\n")
    (fault,) = recheck(folder).faults
    assert "has changed since this plan was made" in fault


@pytest.mark.usefixtures("every_line")
@pytest.mark.parametrize("name", ["operation.npz", "usual.npz"])
def test_every_value_of_an_archived_problem_is_compared(folder: Path, name: str) -> None:
    problem, plan = unpack((folder / name).read_bytes())
    other, paths = edited(problem)
    forge(folder, {name: pack(other, plan)})
    assert len(paths) > 100
    assert missed(paths, recheck(folder).faults, f"{name}: ") == []


# --- the plans --------------------------------------------------------------------------------------------------------


def stored_plans(folder: Path) -> Iterator[tuple[str, Problem, Plan, float]]:
    """Every stored plan with the problem that it answers and the gap that it was solved to."""
    problem, plan = unpack((folder / "operation.npz").read_bytes())
    yield "the plan", problem, plan, 1e-4
    yield "business as usual", *unpack((folder / "usual.npz").read_bytes()), 1e-4
    for name, kept in unbundle((folder / "beside.npz").read_bytes()).items():
        if kept["plan"] is not None:
            yield name, variant(problem, name, kept["asked"]), kept["plan"], 0.01


def edits(problem: Problem, plan: Plan) -> Iterator[tuple[str, Plan]]:
    """A plan with one number changed: of each series, of each table of decisions that counts, of the facts of its solve.

    Left out are columns of the model that the accountant computes itself and no reader reads: a later solve may begin from them,
    and proves what it finds. So are stars and points that the model claims: it needs to claim no more than the target.
    """
    for table, series in plan.operation.items():
        for item, values in series.items():
            other = values.copy()
            other.flat[-1] += 0.01
            yield f"{table} {item}", replace(plan, operation={**plan.operation, table: {**series, item: other}})
    counted = {*allowed_years(problem), *CASH, *(f"ledger.{name}" for name in REPORTED if problem.target is not None)}
    for table in counted & plan.decisions.keys():
        entries = plan.decisions[table]
        for index, value in sorted(entries.items(), key=lambda one: -abs(one[1]))[:: max(1, len(entries) - 1)]:
            changed = {**plan.decisions, table: {**entries, index: value + 1.0}}
            yield f"{table} {index}", replace(plan, decisions=changed)
    for name, value in dataclasses.asdict(plan.facts).items():
        if name in ("status", "termination"):
            yield name, replace(plan, facts=replace(plan.facts, **{name: f"{value}, edited"}))
        elif isinstance(value, float):
            yield name, replace(plan, facts=replace(plan.facts, **{name: value + 0.01}))


def test_every_number_of_every_stored_plan_is_checked(folder: Path) -> None:
    for said, problem, plan, gap in stored_plans(folder):
        assert plan_faults(said, problem, plan, gap) == []
        told = tables(account_for(problem, plan), "CNY")
        for edit, other in edits(problem, plan):
            found = plan_faults(said, problem, other, gap)
            assert found or tables(account_for(problem, other), "CNY") != told, f"{said}: {edit}"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_none_are_told(folder: Path, value: float) -> None:
    problem, plan = unpack((folder / "operation.npz").read_bytes())
    start = {**plan.decisions, "retrofits.start": {("drives", 2027): value}}
    bought = {**plan.operation, "markets.import_mw": {"grid": np.full((2, 4), value), "gas": np.zeros(3)}}
    wrong = Plan(start, bought, replace(plan.facts, gap=value))
    assert len(form_faults("the plan", problem, wrong)) == 4
    forge(folder, {"operation.npz": pack(problem, wrong)})
    assert recheck(folder).faults == tuple(form_faults("the plan", problem, wrong))


@pytest.mark.usefixtures("every_line")
def test_plans_beside_that_were_edited_are_named(folder: Path) -> None:
    kept = unbundle((folder / "beside.npz").read_bytes())
    naive = kept["cheapest_first"]
    dear = {table: dict(rows) for table, rows in naive["plan"].decisions.items()}
    dear["instruments.quantity"]["credit", 2028] += 500.0
    other = {
        "cheapest_first": {**naive, "plan": replace(naive["plan"], decisions=dear)},
        "paper_only": {**kept["paper_only"], "asked": 9},
        "6_stars": {**kept["6_stars"], "note": "forgotten"},
        "7_stars": kept["6_stars"],
    }
    forge(folder, {"beside.npz": bundle(other)})
    faults = recheck(folder).faults
    for said in (
        "beside.npz: cheapest_first: cost as reported",
        "beside.npz: paper_only: no plan paper_only is made for 9",
        "beside.npz: 6_stars: 'forgotten' is no reason for no plan",
        "beside.npz: 7_stars is nothing of this plan",
        "summary.json: naive.cheapest_first",
        "plans.csv",
    ):
        assert any(fault.startswith(said) for fault in faults), said


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"lower_bound": 1.1}, "the lower bound"),
        ({"lower_bound": 0.9}, "the gap is 0, from bound and cost 0.1"),
        ({"lower_bound": 0.9, "gap": 0.1}, "called optimal with a gap of 0.1, asked for 0.0001"),
        ({"status": "feasible"}, "called feasible, and its solve ended within the gap"),
        ({"termination": "time limit"}, "called optimal, and its solve ended with: time limit"),
        ({"objective": 1.1}, "cost as reported"),
    ],
)
def test_bound_gap_and_status_agree_also_where_every_copy_is_edited(
    folder: Path, changes: dict[str, Any], fault: str
) -> None:
    problem, plan = unpack((folder / "operation.npz").read_bytes())
    cost = plan.facts.objective
    facts = {key: value * cost if key in ("lower_bound", "objective") else value for key, value in changes.items()}
    said = {key: value * 1e6 if key in ("lower_bound", "objective") else value for key, value in facts.items()}
    if "gap" in said:
        said["gap_money"] = said["gap"] * cost * 1e6
    forge(folder, {"operation.npz": pack(problem, replace(plan, facts=replace(plan.facts, **facts)))}, **said)
    assert any(fault in line for line in recheck(folder).faults)


def test_a_bound_raised_to_the_cost_is_refuted_by_solving_again(folder: Path) -> None:
    """A dear plan whose every number agrees, called optimal: nothing but a cheaper plan says that it is not."""
    assert proven_again(folder, 60.0)[0] == []
    problem, plan = unpack((folder / "operation.npz").read_bytes())
    naive = unbundle((folder / "beside.npz").read_bytes())["cheapest_first"]["plan"]
    cost = account_for(problem, naive).money.objective
    assert cost > 1.01 * plan.facts.objective
    dear = replace(naive, facts=replace(plan.facts, objective=cost, lower_bound=cost, gap=0.0))
    (folder / "operation.npz").write_bytes(pack(problem, dear))
    assert plan_faults("the plan", problem, dear, 1e-4) == []
    (fault,), _ = proven_again(folder, 60.0)
    assert fault == f"the plan: the lower bound {cost:.10g} is refuted: a plan costs {plan.facts.objective:.10g}"


def test_equal_to_a_millionth() -> None:
    same = differences_module.same
    assert same(1e6, 1e6 + 0.5)
    assert not same(1e6, 1e6 + 2.0)
    assert same(0.0, 1e-10)
    assert not same(0.0, 1e-5)
    assert not same(math.nan, 1.0)
