"""The ladder of a workshop that can climb it: two-measures with certificates on sale."""

from __future__ import annotations

import io
import json
import re
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from models.problem import Problem, Target
from planner.cli import main
from planner.engine import Options, solve
from planner.ladder.climb import FIRST_SHARE, Ladder
from planner.ladder.rungs import ASSUMED, Rung, asked, rungs
from planner.ladder.show import show_ladder
from planner.ladder.study import study
from planner.progress import Progress
from planner.solving.preparing import Prepared, Settings, opened, prepare, read
from planner.solving.resolving import Resolver, Solved
from planner.studies.kept import read_study

SCENARIO = Path(__file__).parents[1] / "scenarios" / "two-measures" / "scenario.toml"
CERTIFICATES = '[instruments.gec]\nkind = "certificate"\nprice = 5\nmax_per_year = 20000\n\n[instruments.credit]'
TEXT = SCENARIO.read_text().replace("[instruments.credit]", CERTIFICATES)
YEARS = (2027, 2028)
FULL = "all_levels_full"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ladder")
    (folder / "scenario.toml").write_text(TEXT)
    return folder


@cache
def prepared(case: Path) -> Prepared:
    return prepare(opened(read(case / "scenario.toml", Settings()), Progress(quiet=True)))


@cache
def climbed(case: Path, seconds: float = 300.0) -> Ladder:
    problem, standard = prepared(case).problem, prepared(case).case.standard
    assert standard is not None
    again = Resolver(prepared(case).case.options, Progress(quiet=True))
    ladder = Ladder(problem, standard, rungs(problem, standard, YEARS), again, time.monotonic() + seconds)
    ladder.climb()
    return ladder


@cache
def told(case: Path) -> dict[str, Any]:
    return study(climbed(case), "two-measures", "CNY")


def row(case: Path, stars: int, first_year: int = 2027, reading: str = FULL, assumed: str = "best") -> dict[str, Any]:
    wanted = (stars, first_year, reading, assumed)
    rows = told(case)["rows"]
    return next(r for r in rows if (r["stars"], r["first_year"], r["reading"], r["assumed"]) == wanted)


def test_the_first_plan_serves_as_many_stars_as_it_can_and_may_take_a_third_of_the_time(case: Path) -> None:
    limits: dict[str, float] = {}

    class Noting(Resolver):
        def __call__(self, problem: Problem, words: str, options: Options | None = None) -> Solved:
            limits[words] = (options or self.options).time_limit_s
            return super().__call__(problem, words, options)

    problem, standard = prepared(case).problem, prepared(case).case.standard
    assert standard is not None
    again = Noting(prepared(case).case.options, Progress(quiet=True))
    ladder = Ladder(problem, standard, rungs(problem, standard, (2028,)), again, time.monotonic() + 300.0)
    ladder.climb()
    own = [rung for rung in reversed(ladder.rungs) if (rung.reading, rung.assumed) == (FULL, "best")]
    tries = next(n for n, rung in enumerate(own, start=1) if ladder.solved[rung].answer is not None)
    allowed = list(limits.values())
    assert next(iter(limits)).startswith("6 stars from 2028")
    assert min(allowed[:tries]) > 100.0
    assert max(allowed[:tries]) <= FIRST_SHARE * 300.0
    assert allowed[tries] < allowed[0] / 2


def test_rungs_are_the_scenarios_own_first_then_every_reading_and_end(case: Path) -> None:
    found = climbed(case).rungs
    assert found[:8] == [Rung(stars, year, FULL, "best") for year in YEARS for stars in (3, 4, 5, 6)]
    assert found[8] == Rung(3, 2027, "graded", "best")
    assert len(found) == len(set(found)) == 8 + 4 + 4 * 2 * 2


def test_costs_rise_with_level_hold_length_and_strictness(case: Path) -> None:
    ladder = climbed(case)
    for less in ladder.rungs:
        for more in ladder.rungs:
            if less.asks_no_more_than(more):
                assert ladder.cost(less).low <= ladder.cost(more).low + 1e-9
                assert ladder.cost(less).high <= ladder.cost(more).high + 1e-9


def test_a_rung_costs_what_solving_it_costs(case: Path) -> None:
    ladder, rung = climbed(case), Rung(4, 2028, FULL, "best")
    direct = solve(asked(ladder.problem, ladder.standard, rung), prepared(case).case.options)
    assert ladder.cost(rung).high == pytest.approx(direct.facts.objective, rel=1e-6)


def test_six_stars_are_out_of_reach_but_for_the_easiest_numbers(case: Path) -> None:
    assert row(case, 6)["status"] == "infeasible"
    assert row(case, 6, assumed="low")["status"] == "optimal"
    assert row(case, 5, assumed="high")["status"] == "infeasible"


def test_paper_is_cheaper_in_year_one_and_dearer_over_the_horizon(case: Path) -> None:
    three = row(case, 3)
    assert three["paper_cash_first_year"] < three["cash_first_year"]
    assert three["paper_cost"] > three["net_present_cost"]
    assert set(three["paper_durable_stars"].values()) == {0}
    assert three["durable_status"] == "infeasible"


def test_a_plan_that_is_durable_as_it_is_needs_no_further_solve(case: Path) -> None:
    ladder, rung = climbed(case), Rung(3, 2027, FULL, "best")
    problem, solves = ladder.solved[rung].problem, ladder.again.solves
    assert problem.target is not None
    stars = problem.target.stars
    found = ladder.durable_already(rung, replace(problem, target=Target(stars, 0 * stars)))
    assert found is not None
    assert (found.low, found.high) == (ladder.cost(rung).low, ladder.cost(rung).high)
    assert ladder.durable_already(rung, replace(problem, target=Target(stars, stars))) is None
    assert ladder.again.solves == solves


def test_price_of_a_star_is_the_difference_to_the_level_below(case: Path) -> None:
    three, four = row(case, 3, reading="graded"), row(case, 4, reading="graded")
    assert four["marginal"] == pytest.approx(four["objective"] - three["objective"])
    assert four["marginal_least"] <= four["marginal"] <= four["marginal_most"]
    without = told(case)["without_stars"]
    assert row(case, 3)["marginal"] == pytest.approx(row(case, 3)["objective"] - without)


def test_what_binds_is_said_of_the_rungs_own_standard(case: Path) -> None:
    assert any("neutralised share at least 100 %" in line for line in row(case, 3)["binding"])


def test_what_no_lower_rung_can_do_is_not_solved_again(case: Path) -> None:
    ladder = climbed(case)
    solved = [q.problem.name for q in ladder.solved.values() if q.infeasible and q.problem.target is not None]
    assert solved
    assert ladder.again.solves < 1 + len(ladder.rungs) + 16


def test_a_plan_of_a_rung_above_serves_where_it_is_cheaper(case: Path) -> None:
    ladder = climbed(case)
    less, more = Rung(3, 2028, FULL, "best"), Rung(3, 2027, FULL, "best")
    worse = replace(ladder, solved={**ladder.solved, less: replace(ladder.solved[less], answer=None)})
    assert worse.best(less) is min(
        (q for r, q in worse.solved.items() if less.asks_no_more_than(r)), key=lambda q: q.high
    )
    assert worse.cost(less).high <= ladder.cost(more).high
    assert worse.answer(less) is not None


def test_without_time_nothing_is_claimed(case: Path) -> None:
    rows = study(climbed(case, -1.0), "two-measures", "CNY")["rows"]
    assert {r["status"] for r in rows} == {"none"}
    assert all(r["objective"] is None and r["marginal"] is None for r in rows)


def test_cash_is_shown_and_penalties_are_told_beside_it(case: Path) -> None:
    found = told(case)
    cash = row(case, 3)["net_present_cost"]
    charged = [
        r | {"penalties": 2.5e6, "paper_cost": cash, "paper_penalties": 1.5e6} if r["stars"] == 3 else r
        for r in found["rows"]
    ]
    out = io.StringIO()
    show_ladder({**found, "rows": charged}, Console(file=out, width=120))
    assert f"{cash / 1e4:,.0f}" in out.getvalue()
    assert re.search(rf"^3 .* {cash / 1e4:,.0f} +250 .* {cash / 1e4:,.0f}\+150 ", out.getvalue(), re.M)


def test_ladder_fits_the_window(case: Path) -> None:
    out = io.StringIO()
    show_ladder(told(case), Console(file=out, width=80))
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    assert "graded, easiest" in text
    assert "3 stars from 2027, 4 stars from 2027, 5 stars from 2027: 5 stars" in " ".join(text.split())


def test_command_writes_the_study_beside_the_results(case: Path) -> None:
    out, run = str(case / "out"), CliRunner()
    asked_for = ["ladder", str(case), "--out", out, "--time-limit", "60", "--gap", "0.01", "--json"]
    missing = run.invoke(main, asked_for)
    assert missing.exit_code == 2
    assert "plan solve" in missing.stderr
    assert run.invoke(main, ["solve", str(case), "--out", out, "--no-naive", "--quiet"]).exit_code == 0
    done = run.invoke(main, asked_for)
    assert done.exit_code == 0, done.output
    assert done.stderr == ""  # no terminal, and nobody listens
    assert json.loads(done.stdout)["rows"][0]["stars"] == 3
    assert len(read_study(case / "out", "ladder")["rows"]) == 4 * len(ASSUMED) * 2
    wrong = run.invoke(main, [*asked_for, "--first-years", "2020"])
    assert (wrong.exit_code, "2020 is not in the plan" in wrong.stderr) == (2, True)
    assert run.invoke(main, [*asked_for, "--first-years", "soon"]).exit_code == 2
