"""The starter of `plan new` is a plan that solves."""

from __future__ import annotations

from pathlib import Path

from planner.answer import account_for
from planner.assembly.assemble import assemble
from planner.assembly.variants import business_as_usual, with_base
from planner.engine import Options, solve
from planner.reading.read import read_scenario
from planner.scenario.starter import write_starter
from planner.verification.verify import verify


def test_starter_solves_and_verifies(tmp_path: Path) -> None:
    reading = read_scenario(write_starter(tmp_path / "mill"))
    assembly = assemble(reading)
    options = Options(gap=reading.scenario.solver.gap, time_limit_s=120.0)
    problem = with_base(assembly, solve(business_as_usual(assembly.problem), options))
    plan = solve(problem, options)
    assert plan.facts.status == "optimal", plan.facts
    assert verify(problem, plan).ok
    assert [one.full.stars for one in account_for(problem, plan).rated][-3:] == [3, 3, 3]
