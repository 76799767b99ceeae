"""Alternatives: within the slack, better in their aim, and proven; a case that can be done by hand.

The site pays 6 million a year for 10 GWh of grid power over four years, 24 million in all. PV at 1.99 million per MW saves
0.6 million a year and MW: building it in the first year, 10 MW, costs 19.9 and leaves nothing to buy.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.problem import Goal, Problem
from planner.alternatives.aims import AIMS, Alternative, alternatives, measured, study
from planner.cli import main
from planner.engine import Options
from planner.progress import Progress
from planner.solving.resolving import Resolver, Solved
from planner.verification.asked import projects
from tests.factories import Site
from tests.plans import dyehouse_results

SITE = Site(years=(2025, 2026, 2027, 2028), hours=(1000.0,))


def again() -> Resolver:
    return Resolver(Options(gap=1e-6, time_limit_s=60.0), Progress(quiet=True))


def factory() -> Problem:
    """Two measures that hardly pay, and PV that pays over four years and not over three."""
    return SITE.problem(
        converters=(SITE.converter("pv", SITE.sizing(1.99, max_total=10.0), renewable=True),),
        retrofits=(
            SITE.retrofit("leaks", {"motors": 0.02}, capex=0.4),
            SITE.retrofit("lamps", {"motors": 0.02}, capex=0.39),
        ),
    )


@pytest.fixture(scope="module")
def found() -> tuple[Solved, dict[str, Alternative]]:
    plan = again()(factory(), "the plan")
    return plan, {one.aim.name: one for one in alternatives(again(), plan, 0.05)}


def test_each_is_within_the_slack_and_better_in_its_aim(found: tuple[Solved, dict[str, Alternative]]) -> None:
    plan, others = found
    assert set(others) == {aim.name for aim in AIMS}
    better = [one for one in others.values() if one.solved is not None]
    assert {one.aim.name for one in better} >= {"capex_now", "projects"}
    for one in better:
        assert one.solved is not None
        assert one.solved.high <= 1.05 * plan.high * (1 + 1e-6)
        assert one.solved.high >= plan.high * (1 - 1e-6)
        assert one.value < one.before
        assert one.bound <= one.value * (1 + 1e-6)


def test_the_bound_of_a_proven_aim_is_its_value(found: tuple[Solved, dict[str, Alternative]]) -> None:
    """Each MW left out of the first three years costs 4 x 0.6 - 1.99 = 0.41 million: 5 % of the cost leaves 2.3 MW out."""
    _, others = found
    one = others["capex_now"]
    assert one.solved is not None
    assert one.bound == pytest.approx(one.value, abs=0.05 * one.before)
    assert one.value == pytest.approx(one.before - 2.3 * 1.99, abs=0.05 * one.before)


def test_fewer_projects_are_counted_as_the_accountant_counts(found: tuple[Solved, dict[str, Alternative]]) -> None:
    plan, others = found
    one = others["projects"]
    assert plan.answer is not None
    assert one.solved is not None
    assert one.solved.answer is not None
    assert len(projects(plan.answer.plan)) == one.before
    assert len(projects(one.solved.answer.plan)) == one.value == measured(one.solved.answer, Goal("projects"))


def test_an_aim_that_is_reached_already_is_left_out() -> None:
    plan = again()(SITE.problem(), "the plan")
    others = {one.aim.name: one for one in alternatives(again(), plan, 0.05)}
    assert others["projects"].note == "nothing left to improve"
    assert others["grid"].note == "none found within the slack"


def test_the_study_has_steps_changes_and_money_in_currency(found: tuple[Solved, dict[str, Alternative]]) -> None:
    plan, others = found
    written = study(plan, list(others.values()), 0.05, "CNY", str)
    row = next(row for row in written["rows"] if row["aim"] == "capex_now")
    assert row["value_in_plan"] > 1e6
    assert 0 <= row["extra_cost"] <= 0.05 * plan.high * 1e6 * (1 + 1e-6)
    assert row["steps"]
    assert row["changes"]


def test_the_command_writes_its_study(tmp_path: Path) -> None:
    folder = dyehouse_results(tmp_path, years=tuple(range(2025, 2031)))
    done = CliRunner().invoke(main, ["alternatives", str(folder), "--gap", "0.001", "--progress"])
    assert "projects: at most" in done.stderr
    assert done.exit_code == 0, done.output
    written = json.loads((folder / "studies" / "alternatives.json").read_text())
    assert [row["aim"] for row in written["rows"]] == [aim.name for aim in AIMS]
    assert "fewest projects" in done.output
    assert max(map(len, done.output.splitlines())) <= 80


def test_aims_without_time_say_so() -> None:
    plan = again()(factory(), "the plan")
    late = replace(again(), ends=time.monotonic())
    notes = {one.aim.name: one.note for one in alternatives(late, plan, 0.05)}
    assert notes["capex_now"] == notes["projects"] == "none found within the slack in its time"
