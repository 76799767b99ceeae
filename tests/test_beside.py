from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from models.problem import Problem
from planner.answer import Answer, account_for
from planner.assembly.assemble import assemble
from planner.assembly.variants import business_as_usual, with_base
from planner.engine import Options, Pool, interrupted, solve
from planner.plan import Plan
from planner.progress import Progress
from planner.reading.read import read_scenario
from planner.solving import beside as side
from planner.solving.beside import OUT_OF_REACH, plans_beside
from planner.solving.cheapest_first import Measure, cheapest_first, measures
from planner.solving.first_look import Look
from planner.solving.summary import Beside, beside

SCENARIO = Path(__file__).parents[1] / "scenarios" / "two-measures"
OPTIONS = Options(gap=1e-6, time_limit_s=60.0)


@pytest.fixture(scope="module")
def solved() -> tuple[Answer, Plan]:
    assembly = assemble(read_scenario(SCENARIO))
    usual = solve(business_as_usual(assembly.problem), OPTIONS)
    problem = with_base(assembly, usual)
    return account_for(problem, solve(problem, OPTIONS)), usual


def test_every_plan_stands_beside_the_optimum(solved: tuple[Answer, Plan]) -> None:
    answer, usual = solved
    plans = plans_beside(answer, usual, OPTIONS, 60.0, Progress(quiet=True), Pool())
    assert list(plans) == ["business_as_usual", "paper_only", "cheapest_first", "6_stars", "optimum"]
    rows = beside(plans, 2028)
    assert rows["business_as_usual"]["capex"] == 0.0
    assert rows["6_stars"] == {"note": "out of reach"}
    naive, best = rows["cheapest_first"], rows["optimum"]
    assert naive["net_present_cost"] >= best["net_present_cost"] * (1 - 1e-9)
    assert naive["stars_target"] == best["stars_target"] == 3
    saved = rows["business_as_usual"]["gross_location_tco2e"] - best["gross_location_tco2e"]
    assert best["avoided_tco2e"] == pytest.approx(saved)


def test_paper_reaches_the_level_that_its_points_allow(solved: tuple[Answer, Plan]) -> None:
    answer, usual = solved
    problem = answer.problem
    assert problem.rating is not None
    easier = tuple(replace(level, min_score_share=level.min_score_share - 0.2) for level in problem.rating.levels)
    lenient = replace(answer, problem=replace(problem, rating=replace(problem.rating, levels=easier)))
    rows = beside(plans_beside(lenient, usual, OPTIONS, 60.0, Progress(quiet=True), Pool()), 2028)
    assert rows["paper_only"]["stars_year_one"] == 3
    assert rows["paper_only"]["durable_target"] == 0
    assert rows["paper_only"]["capex"] == 0.0
    assert rows["paper_only"]["paper_share"] == pytest.approx(1.0)


def test_a_look_at_typical_days_leads_to_the_same_plans(solved: tuple[Answer, Plan]) -> None:
    answer, usual = solved
    alone = beside(plans_beside(answer, usual, OPTIONS, 60.0, Progress(quiet=True), Pool()), 2028)
    with Look(lambda problem: problem) as look:
        looked = beside(plans_beside(answer, usual, OPTIONS, 60.0, Progress(quiet=True), Pool(), look), 2028)
    assert looked["6_stars"] == alone["6_stars"]
    assert looked["cheapest_first"]["net_present_cost"] == pytest.approx(
        alone["cheapest_first"]["net_present_cost"], rel=2 * side.BESIDE_GAP
    )


def test_measures_that_are_enough_on_typical_days_alone_are_joined_by_more(
    solved: tuple[Answer, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, usual = solved
    order = measures(answer.problem)
    tried: list[int] = []

    def counted(problem: Problem, taken: Sequence[Measure]) -> Problem:
        tried.append(len(taken))
        return cheapest_first(problem, taken)

    monkeypatch.setattr(side, "cheapest_first", counted)
    target = answer.problem.target
    assert target is not None
    none = replace(target, stars=target.stars * 0, durable_stars=target.durable_stars * 0)
    rules, emissions = business_as_usual(answer.problem).durability, replace(answer.problem.emissions, caps=())

    def easy(problem: Problem) -> Problem:
        return replace(problem, target=none, durability=rules, emissions=emissions)  # nothing to reach there

    with Look(easy) as look:
        plans = plans_beside(answer, usual, OPTIONS, 60.0, Progress(quiet=True), Pool(), look)
    found = beside(plans, 2028)["cheapest_first"]
    assert found["stars_target"] == 3
    at_full = tried[tried.index(0) + 1 :]  # no measure is enough there; then one more each until the target is reached
    assert at_full == list(range(at_full[-1] + 1))
    assert 0 < at_full[-1] <= len(order)


def test_without_time_the_plans_are_left_out_and_it_is_said(solved: tuple[Answer, Plan]) -> None:
    answer, usual = solved
    rows = beside(plans_beside(answer, usual, OPTIONS, -1.0, Progress(quiet=True), Pool()), 2028)
    assert rows["cheapest_first"] == rows["paper_only"] == {"note": "left out: no time"}
    assert rows["optimum"]["stars_target"] == 3


def test_an_interrupt_leaves_the_rest_out(solved: tuple[Answer, Plan]) -> None:
    interrupted.set()
    begun = time.monotonic()
    try:
        rows = beside(plans_beside(*solved, OPTIONS, 60.0, Progress(quiet=True), Pool()), 2028)
    finally:
        interrupted.clear()
    assert rows["6_stars"] == {"note": "left out: no time"}
    assert time.monotonic() - begun < 5.0


@pytest.mark.parametrize(
    ("said", "note"), [("left out: no time", "left out: no time"), (OUT_OF_REACH, "paper alone reaches no level")]
)
def test_only_a_level_proven_out_of_reach_is_called_so(
    solved: tuple[Answer, Plan], monkeypatch: pytest.MonkeyPatch, said: str, note: str
) -> None:
    monkeypatch.setattr(side, "solved", lambda *_: Beside(None, said))
    budget = side.Budget(Options(), time.monotonic() + 60)
    assert side.on_paper(solved[0].problem, [3, 4], budget).note == note
