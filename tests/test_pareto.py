"""Curves whose points a reader can work out, and what holds for every curve."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from models.problem import Gate, Indicator, Level, Problem
from planner.engine import Options, SolverError, interrupted, solve
from planner.pareto.axes import Axis, axis_of, with_stars
from planner.pareto.curve import Curve, trace
from planner.plan import Plan
from planner.progress import Progress
from planner.solving.resolving import Resolver, Solved
from tests.factories import Site, rating
from tests.random_factory import rich

YEAR = Site(years=(2030,), hours=(1000.0,))
EXACT = Options(gap=1e-9, time_limit_s=60.0)
NEUTRAL = Gate("neutralised_share", "min", 1.0)


def traced(problem: Problem, against: str, count: int = 12, options: Options = EXACT, seconds: float = 60.0) -> Curve:
    axis = axis_of(against, problem)
    curve = Curve(problem, axis, Resolver(options, Progress(quiet=True)), time.monotonic() + seconds)
    trace(curve, count)
    return curve


def shown(curve: Curve) -> list[tuple[float, float]]:
    """(place on the axis, cost) of every point."""
    return [(curve.axis.shown(curve.problem, p.tried.short), p.cost.high) for p in curve.points()]


def close(*pairs: tuple[float, float]) -> list[object]:
    return [pytest.approx(pair, rel=1e-5, abs=1e-6) for pair in pairs]


def two_measures() -> Problem:
    """10,000 MWh at 0.6 million per GWh and 0.5 t/MWh: 6.0 million, 5,000 t.

    Drives save a tenth for 1.0: 5.4 + 1.0 = 6.4, 4,500 t. Motors save a fifth for 3.0: 4.8 + 3.0 = 7.8, 4,000 t.
    Both save 28 %: 4.32 + 4.0 = 8.32, 3,600 t.
    """
    return YEAR.problem(
        retrofits=(YEAR.retrofit("drives", {"motors": 0.1}, 1.0), YEAR.retrofit("motors", {"motors": 0.2}, 3.0))
    )


def test_curve_of_two_measures_has_its_four_plans() -> None:
    curve = traced(two_measures(), "tonnes")
    assert shown(curve) == close((5000, 6.0), (4500, 6.4), (4000, 7.8), (3600, 8.32))
    assert curve.least_short == pytest.approx(3600)
    assert [(b.cost - a.cost).sign for a, b in pairwise(curve.points())] == [1, 1, 1]
    assert curve.again.solves <= 12


def test_cuts_find_the_same_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.engine.monolith.LARGEST_PIECE", 0)
    curve = traced(two_measures(), "tonnes", options=Options(gap=1e-4, time_limit_s=60.0))
    assert [place for place, _ in shown(curve)] == [pytest.approx(t, rel=1e-3) for t in (5000, 4500, 4000, 3600)]
    assert [cost for _, cost in shown(curve)] == [pytest.approx(c, rel=1e-3) for c in (6.0, 6.4, 7.8, 8.32)]


def test_the_end_that_costs_the_same_but_emits_less_is_the_cheap_end() -> None:
    """Lights cost what they save, 0.3: 6.0 with and without them, but 4,750 t; with the motors 4.56 + 3.3 = 7.86, 3,800 t."""
    problem = YEAR.problem(
        retrofits=(YEAR.retrofit("lights", {"motors": 0.05}, 0.3), YEAR.retrofit("motors", {"motors": 0.2}, 3.0))
    )
    curve = traced(problem, "tonnes")
    assert shown(curve) == close((4750, 6.0), (4000, 7.8), (3800, 7.86))


def test_a_plan_that_costs_the_same_and_reaches_more_takes_the_place_of_the_other() -> None:
    """Drives now cost 1.8 more than they save: as dear as the motors, and dirtier."""
    problem = YEAR.problem(
        retrofits=(YEAR.retrofit("drives", {"motors": 0.1}, 2.4), YEAR.retrofit("motors", {"motors": 0.2}, 3.0))
    )
    assert shown(traced(problem, "tonnes")) == close((5000, 6.0), (4000, 7.8), (3600, 9.72))


def test_final_tonnes_are_those_of_the_last_year() -> None:
    site = Site(years=(2029, 2030), hours=(1000.0,))
    problem = site.problem(retrofits=(site.retrofit("drives", {"motors": 0.1}, 5.0),))
    assert shown(traced(problem, "final-tonnes")) == close((5000, 12.0), (4500, 15.8))  # drives save 0.6 in either year


def paper_site() -> Problem:
    """8,000 t at the uncovered factor to neutralise: credits at 100, removals at 1,000 per tonne. Nothing else."""
    return YEAR.problem(
        instruments=(
            YEAR.instrument("ccer", "credit", 0.0001),
            YEAR.instrument("biochar", "removal", 0.001, durability_years=500.0),
        ),
        rating=rating(
            Level(3, 0.0, (Gate("neutralised_share", "min", 0.5),)),
            Level(4, 0.0, (NEUTRAL,)),
            Level(5, 0.0, (NEUTRAL, Gate("renewable_electricity_share", "min", 0.5))),
        ),
        target=YEAR.target(4),
    )


def test_paper_goes_from_credits_to_removals() -> None:
    curve = traced(paper_site(), "paper", count=3)
    assert shown(curve) == close((1.6, 6.8), (0.8, 10.4), (0.0, 14.0))  # of the 5,000 t of business as usual
    assert curve.least_short == 0.0  # no paper at all has a plan: found by its limit, without an aim
    assert not any("tight end" in words for words in curve.again.seconds)


def test_each_level_is_a_step_and_a_level_without_a_plan_is_said() -> None:
    curve = traced(paper_site(), "stars")
    assert shown(curve) == close((0, 6.0), (3, 6.4), (4, 6.8))
    assert [(t.limit, t.solved.infeasible) for t in curve.without_plan()] == [(-5, True)]


def test_a_level_that_comes_with_the_next_at_no_cost_is_no_point() -> None:
    problem = paper_site()
    alike = rating(Level(3, 0.0, (NEUTRAL,)), Level(4, 0.0, (NEUTRAL,)))
    assert shown(traced(replace(problem, rating=alike), "stars")) == close((0, 6.0), (4, 6.8))


def test_score_rises_by_items_from_the_questionnaire_to_the_highest() -> None:
    problem = YEAR.problem(
        rating=rating(Level(3, 0.0, ()), indicators=(Indicator("energy", "score", 80.0, 30.0),)),
        target=YEAR.target(3),
        management=(
            YEAR.management("meters", 1.0, points={"energy": 10.0}),
            YEAR.management("platform", 5.0, points={"energy": 20.0}),
        ),
    )
    curve = traced(problem, "score")
    assert shown(curve) == close((30, 6.0), (40, 7.0), (50, 11.0), (60, 12.0))
    assert shown(traced(replace(problem, target=None), "score")) == shown(curve)


@cache
def random_curve() -> Curve:
    return traced(rich(6, 0), "tonnes", count=4, options=Options(gap=1e-2, time_limit_s=20.0), seconds=60.0)


def test_bounds_and_plans_of_a_random_factory_rise_together() -> None:
    points = random_curve().points()
    assert len(points) > 1
    for a, b in pairwise(points):
        assert b.tried.short < a.tried.short
        assert a.cost.high < b.cost.high
        assert a.cost.low <= b.cost.low + 1e-9
    assert all(p.cost.low <= p.cost.high for p in points)


def test_ends_of_a_random_factory_are_those_of_direct_solves() -> None:
    curve, problem = random_curve(), rich(6, 0)
    points, options = curve.points(), Options(gap=1e-2, time_limit_s=60.0)
    plan = solve(problem, options)
    assert points[0].cost.low <= plan.facts.objective + 1e-6
    assert plan.facts.lower_bound <= points[0].cost.high + 1e-6
    tight = solve(curve.axis.limited(problem, points[-1].tried.short), options)
    assert points[-1].cost.low <= tight.facts.objective + 1e-6
    assert tight.facts.lower_bound <= points[-1].cost.high + 1e-6
    assert curve.least_short <= points[-1].tried.short + 1e-3


class Vague(Resolver):
    """Proves no more than the gap that it is asked for."""

    def __call__(self, problem: Problem, words: str, options: Options | None = None) -> Solved:
        solved = super().__call__(problem, words, replace(EXACT, gap=1e-9))
        gap = (options or self.options).gap
        return Solved(problem, solved.answer, solved.high * (1 - gap), solved.infeasible)


def vague(problem: Problem, seconds: float, again: Resolver) -> Curve:
    curve = Curve(problem, axis_of("tonnes", problem), again, time.monotonic() + seconds)
    trace(curve, 4)
    return curve


def test_a_sign_that_is_open_is_decided_by_smaller_gaps() -> None:
    curve = vague(two_measures(), 60.0, Vague(Options(gap=0.3, time_limit_s=60.0), Progress(quiet=True)))
    assert [(b.cost - a.cost).sign for a, b in pairwise(curve.points())] == [1, 1, 1]
    assert curve.points()[1].cost.low > 6.0


def test_without_time_a_sign_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.pareto.curve._decide_signs", lambda curve: None)
    curve = vague(two_measures(), 60.0, Vague(Options(gap=0.3, time_limit_s=60.0), Progress(quiet=True)))
    signs = [(b.cost - a.cost).sign for a, b in pairwise(curve.points())]
    assert 0 in signs
    assert -1 not in signs


def test_a_limit_that_the_solver_fails_at_is_said_until_another_settles_it() -> None:
    class Failing(Resolver):
        def plan(self, problem: Problem, words: str, options: Options | None = None, apart: bool = False) -> Plan:
            if problem.goals and 4200 < problem.goals[0].most < 4400:
                raise SolverError("odd status")
            return super().plan(problem, words, options, apart)

    again = Failing(EXACT, Progress(quiet=True))
    curve = Curve(two_measures(), axis_of("tonnes", two_measures()), again, time.monotonic() + 60.0)
    trace(curve, 3)
    assert [(t.limit, t.solved.note, t.solved.infeasible) for t in curve.without_plan()] == [
        (4300.0, "odd status", False)
    ]
    curve.at(4499.0)
    assert curve.without_plan() == []


@pytest.mark.parametrize(("first_s", "ends_s"), [(100.0, 300.0), (20.0, 120.0), (0.0, 900.0), (400.0, 900.0)])
def test_a_curve_ends_by_what_its_first_solve_took(first_s: float, ends_s: float) -> None:
    problem = two_measures()
    curve = Curve(problem, axis_of("tonnes", problem), Resolver(EXACT, Progress(True)), 1900.0, 3.0, begun=1000.0)
    curve.first_s = first_s  # none where the plan was known: then the other end tells
    curve.limit_time(12)
    assert curve.deadline == 1000.0 + ends_s


@pytest.mark.parametrize("known_s", [0.0, 70.0])
def test_a_known_plan_took_what_its_own_solve_took(known_s: float) -> None:
    problem = two_measures()
    again = Resolver(EXACT, Progress(quiet=True))
    again.known = again(problem, "the plan itself")
    curve = Curve(problem, axis_of("tonnes", problem), again, time.monotonic() + 60.0, known_s=known_s)
    assert curve.at(math.inf).solved.answer is not None
    assert (again.solves, curve.first_s) == (1, known_s)
    curve.at(4600.0)
    assert again.solves == 2
    assert curve.first_s == known_s or (known_s == 0.0 < curve.first_s < 60.0)


def test_time_that_is_over_leaves_nothing() -> None:
    curve = traced(paper_site(), "stars", seconds=-1.0)
    assert curve.points() == curve.without_plan() == []


def test_an_interrupted_curve_keeps_what_it_has() -> None:
    class Stopping(Resolver):
        def __call__(self, problem: Problem, words: str, options: Options | None = None) -> Solved:
            solved = super().__call__(problem, words, options)
            interrupted.set()
            return solved

    curve = Curve(two_measures(), axis_of("tonnes", two_measures()), Stopping(EXACT, Progress(True)), math.inf)
    try:
        trace(curve, 12)
    finally:
        interrupted.clear()
    assert shown(curve) == close((5000, 6.0))
    assert curve.without_plan() == []


def test_an_axis_needs_what_it_measures() -> None:
    with pytest.raises(ValueError, match="needs a \\[rating\\]"):
        axis_of("score", two_measures())


def test_stars_of_some_years_leave_durable_stars_no_higher() -> None:
    problem = replace(paper_site(), target=YEAR.target(4, 4))
    target = with_stars(problem, (2030,), 3).target
    assert target is not None
    assert (target.stars.tolist(), target.durable_stars.tolist()) == ([3], [3])


@pytest.mark.parametrize(
    ("against", "value", "words"),
    [
        ("tonnes", 1234.5, "1,234 t"),
        ("paper", 0.125, "12.5 % paper"),
        ("score", 70.0, "70.0 points"),
        ("stars", 5, "5 stars"),
    ],
)
def test_places_are_said_in_their_unit(against: str, value: float, words: str) -> None:
    axis: Axis = axis_of(against, paper_site())
    assert axis.words(value) == words
