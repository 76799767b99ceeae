"""The benchmarks' own pieces: the common problem against a hand value, the table, the results that are kept."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from benchmarks.cases import common_problem, factory
from benchmarks.data import Case, Common, Weather, common, weather
from benchmarks.outcome import Asked, Outcome
from benchmarks.reproduce import FACTORIES, ROOT, judged
from benchmarks.rows import OURS, Contestant, Mode, Row, deciding, rows
from benchmarks.run import family, machine, summed
from benchmarks.table import lines, markdown, same, settle
from planner.engine import Options, solve
from planner.results.folder import summary_bytes

HOURS = 4
FREE = {"rate": 0.0, "pv_capex": 0.0, "pv_opex": 0.0, "battery_capex": 0.0, "battery_opex": 0.0}


def site(**fields: float) -> tuple[Common, Weather]:
    """Four hours of 10 MW at prices 1, 2, 3, 4, with sun in the second hour."""
    sun, price = np.array([0.0, 1.0, 0.0, 0.0]), np.array([1.0, 2.0, 3.0, 4.0])
    flat, none = np.full(HOURS, 10.0), np.zeros(HOURS)
    q = Common(1.0, flat, np.ones(1), sun, price, np.ones(1), **{**FREE, "export_price": 0.5, **fields})
    return q, Weather(1.0, np.zeros(HOURS, dtype=np.int64), flat, none, none, sun, none, none, price)


def cost(**fields: float) -> float:
    return solve(common_problem(*site(**fields)), Options(gap=1e-9)).facts.objective


def test_without_anything_built_the_load_is_bought() -> None:
    assert cost(pv_most_mw=1e-9, battery_most_mwh=1e-9) == pytest.approx(10 * (1 + 2 + 3 + 4))


def test_free_pv_serves_its_hour_and_sells_the_rest() -> None:
    assert cost(pv_most_mw=16.0, battery_most_mwh=1e-9) == pytest.approx(10 * (1 + 3 + 4) - 6 * 0.5)


def test_a_lossless_battery_moves_the_cheap_hour_to_the_dear_one() -> None:
    # 5 MWh at half of it per hour: 2.5 MW bought at 1 and 2.5 at 2, used at 3 and 4
    lossless = {"efficiency": 1.0, "loss_per_hour": 0.0}
    assert cost(pv_most_mw=1e-9, battery_most_mwh=5.0, **lossless) == pytest.approx(100 - 2.5 * 4 - 2.5 * 3 + 2.5 + 5)


def test_capex_counts_by_the_share_that_the_horizon_carries() -> None:
    q, w = site(pv_capex=1.0, rate=0.05, pv_most_mw=16.0, battery_most_mwh=1e-9)
    objective = solve(common_problem(q, w), Options(gap=1e-9)).facts.objective
    assert objective == pytest.approx(16 * q.once + q.discount[0] * (10 * (1 + 3 + 4) - 6 * 0.5))
    assert replace(q, growth=np.ones(25)).once == pytest.approx(1.0)


def test_the_year_is_whole_and_finer_steps_keep_its_energy() -> None:
    hourly, fine = weather(Case()), weather(Case(step_minutes=15))
    assert (len(hourly.price), len(fine.price)) == (8760, 35040)
    assert fine.electricity_mw.mean() == pytest.approx(hourly.electricity_mw.mean(), rel=1e-3)
    assert set(np.unique(fine.month)) == set(range(12))


def test_a_sale_earns_less_than_any_purchase() -> None:
    q = common(Case())
    assert q.export_price < q.price.min()


def test_the_factory_has_all_that_the_comparison_promises() -> None:
    p = factory(Case("factory", 10, days=2))
    assert len(p.retrofits) == 8
    assert {v.name for v in p.converters} >= {"pv", "wind", "chp", "heat_pump", "electrode_boiler", "gas_boiler"}
    assert [q.name for q in p.stores] == ["battery", "tank"]
    assert p.target is not None
    assert p.target.stars.max() == 4


def outcome(
    seconds: float, objective: float | None = 100.0, status: str = "done", **fields: float
) -> dict[str, object]:
    return summed([Outcome(objective=objective, status=status, seconds=seconds, **fields)])


ROW = Row("one", Case(), (Contestant(OURS), Contestant("HiGHS ipx", "raw_highs")), {"HiGHS": 4.0}, target_s=3.0)


def test_ratios_are_given_where_answers_agree() -> None:
    told = settle(ROW, {OURS: outcome(2.0), "HiGHS ipx": outcome(10.0, 100.001)})
    assert [q["ratio"] for q in told["contestants"]] == [1.0, 5.0]
    assert [t["met"] for t in told["targets"]] == [True, True]
    assert "HiGHS ipx" in "\n".join(lines(told))


def test_another_answer_has_no_ratio_and_is_told() -> None:
    told = settle(ROW, {OURS: outcome(2.0), "HiGHS ipx": outcome(10.0, 101.0)})
    assert told["contestants"][1]["ratio"] is None
    assert any("NO" in line for line in lines(told))


def test_who_does_not_finish_is_more_than() -> None:
    told = settle(ROW, {OURS: outcome(2.0), "HiGHS ipx": outcome(120.0, None, "more than")})
    assert any("> 120.00" in line and "> 60.00" in line for line in lines(told))
    assert told["targets"][0]["at_least"]


def test_the_page_says_more_than_and_the_gap() -> None:
    runs = {OURS: outcome(2.0, bound=99.9), "HiGHS ipx": outcome(120.0, None, "more than")}
    page = markdown({"rows": [settle(ROW, runs)]})
    assert "| one | ours | 2.0 |  | gap 1.0e-03 |" in page
    assert "| more than 120.0 | more than 60.0 |" in page


def test_a_limit_too_short_for_a_target_decides_nothing() -> None:
    told = settle(ROW, {OURS: outcome(2.0), "HiGHS ipx": outcome(6.0, None, "more than")})
    assert told["targets"][0]["met"] is None
    assert any("not decided" in line for line in lines(told))


def test_an_unfinished_run_of_ours_meets_no_target() -> None:
    told = settle(ROW, {OURS: outcome(2.0, None, "more than"), "HiGHS ipx": outcome(10.0)})
    assert not any(t["met"] for t in told["targets"])


def test_the_median_of_the_runs_is_told() -> None:
    runs = [Outcome(seconds=s, peak_mb=s) for s in (3.0, 1.0, 8.0)]
    told = summed(runs)
    assert (told["seconds"], told["runs_s"], told["peak_mb"]) == (3.0, [3.0, 1.0, 8.0], 8.0)


def test_objectives_that_are_not_known_are_neither_equal_nor_different() -> None:
    assert same(outcome(1.0), outcome(1.0, None)) is None


def test_every_row_is_named_once_and_checks_where_a_row_is() -> None:
    for mode in get_args(Mode):
        titles = [row.title for row in rows(mode)]
        assert len(titles) == len(set(titles))
        assert all(row.checked_at in ("", *titles) for row in rows(mode))
        assert all(row.contestants[0].name == OURS for row in rows(mode))


def test_a_peer_may_take_as_long_as_its_target_needs_to_be_decided() -> None:
    row = next(row for row in rows("decide") if row.title == "common, 5 y")
    limits = {c.name: deciding(row, c, ours_s=3.0).limit_s for c in row.contestants}
    assert limits["PyPSA"] == pytest.approx(1.1 * 50 * 3.0)
    assert limits["HiGHS hipo"] == pytest.approx(1.1 * 25 * 3.0)
    assert limits[OURS] == row.contestants[0].limit_s


def test_questions_and_results_survive_json() -> None:
    asked = Asked(Case("factory", 3), "build", workers=2)
    assert Asked.from_json(asked.to_json()) == asked
    told = settle(ROW, {OURS: outcome(2.0), "HiGHS ipx": outcome(10.0)})
    assert json.loads(json.dumps(told)) == told
    assert {"cpu", "cores", "memory_gb", "system", "python"} <= machine().keys()


def test_children_count_as_family() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert child.pid in family(child.pid)
    finally:
        child.communicate(b"\n")


def test_kept_results_are_rows_of_their_mode_with_equal_answers() -> None:
    kept = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    assert {"date", "mode", "machine", "load_before", "load_after", "rows"} <= kept.keys()
    assert kept["rows"]
    assert {row["title"] for row in kept["rows"]} <= {row.title for row in rows(kept["mode"])}
    assert all(q["equal"] is not False for row in kept["rows"] for q in row["contestants"])


def copied(tmp_path: Path, **changes: float) -> tuple[Path, Path]:
    """Committed results, and a copy whose summary says something else."""
    committed, fresh = ROOT / "results" / FACTORIES[0], tmp_path / FACTORIES[0]
    shutil.copytree(committed, fresh, ignore=shutil.ignore_patterns("*.npz"))
    summary = json.loads((fresh / "summary.json").read_text(encoding="utf-8"))
    (fresh / "summary.json").write_bytes(summary_bytes({**summary, **changes}))
    return committed, fresh


def test_the_same_tables_are_reproduced(tmp_path: Path) -> None:
    assert judged(*copied(tmp_path)) == (True, "the same digits in 7 tables")


def test_another_plan_within_the_gap_contradicts_nothing(tmp_path: Path) -> None:
    committed, fresh = copied(tmp_path)
    with (fresh / "cash.csv").open("a", encoding="utf-8") as file:
        file.write("one more line\n")
    assert judged(committed, fresh) == (
        True,
        "another plan, +0.00% in cost, within what both solves leave open; differs in cash",
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lower_bound": 1e12, "objective": 1e12}, "none below 1,000,000,000,000 was proven"),
        ({"objective": 1.0, "lower_bound": 1.0}, "a plan costs 1, and none below"),
        ({"stars": dict.fromkeys(map(str, range(2026, 2039)), 5)}, "misses the stars"),
        ({"inputs": {}}, "not the one that was solved"),
    ],
)
def test_a_result_that_contradicts_the_other_is_told(tmp_path: Path, changes: dict[str, float], words: str) -> None:
    agreed, told = judged(*copied(tmp_path, **changes))
    assert not agreed
    assert words in told
