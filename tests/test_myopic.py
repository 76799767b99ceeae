"""Short sight: with full foresight it is the optimum; with less it costs no less, and a cliff that can be seen by hand.

The site pays 6 million a year. Drives save a fifth of it, 1.2 million a year, for 2 million and hold for ever: they pay after
two years. Whoever sees one year does not buy them (without salvage).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.problem import Gate, Level, Problem
from planner.cli import main
from planner.engine import Options
from planner.myopic.study import study, words
from planner.myopic.walk import Myopic, myopic
from planner.progress import Progress
from planner.solving.resolving import Resolver, Solved
from planner.why.forcing import Item, taken
from tests.factories import Site, rating
from tests.plans import dyehouse_results

SITE = Site(years=(2025, 2026, 2027, 2028), hours=(1000.0,))
DRIVES = Item("retrofits", "drives")


def again() -> Resolver:
    return Resolver(Options(gap=1e-6, time_limit_s=60.0), Progress(quiet=True))


def solved(problem: Problem) -> Solved:
    return again()(problem, "the plan")


def factory(**fields: object) -> Problem:
    return SITE.problem(retrofits=(SITE.retrofit("drives", {"motors": 0.2}, capex=2.0),), **fields)


def rolled(problem: Problem, foresight: int, step: int = 1) -> Myopic:
    return myopic(again(), solved(problem), foresight, step)


def test_with_full_foresight_it_is_the_optimum() -> None:
    problem = factory()
    found = rolled(problem, 4)
    assert len(found.windows) == 1
    assert found.answer is not None
    assert found.answer.money.objective == pytest.approx(solved(problem).high)
    assert rolled(problem, 9).windows == found.windows


def test_one_year_of_foresight_never_buys_what_pays_after_two() -> None:
    """Four years at 6 million against 2 + 4 x 4.8."""
    found = rolled(factory(), 1)
    assert found.answer is not None
    assert found.extra is not None
    assert taken(found.answer.problem, found.answer.plan, DRIVES) == {}
    assert found.answer.money.objective == pytest.approx(24.0)
    assert found.extra.low == pytest.approx(24.0 - 21.2, rel=1e-4)
    assert [w.last for w in found.windows] == [2025, 2026, 2027, 2028]


def test_two_years_of_foresight_buy_it_and_what_is_decided_stays() -> None:
    found = rolled(factory(), 2)
    assert found.answer is not None
    assert taken(found.answer.problem, found.answer.plan, DRIVES) == {2025: 1.0}
    assert found.extra is not None
    assert found.extra.high == pytest.approx(0.0, abs=1e-4)


def test_short_sight_never_costs_less() -> None:
    problem = factory(converters=(SITE.converter("pv", SITE.sizing(1.5, max_total=5.0), renewable=True),))
    best = solved(problem)
    for foresight, step in ((1, 1), (2, 1), (2, 2), (3, 2), (4, 1)):
        found = myopic(again(), best, foresight, step)
        assert found.answer is not None
        assert found.answer.money.objective >= best.high * (1 - 1e-6)


def rated_factory() -> Problem:
    """One star from 2027 on asks for 2026's drives: they are sold in 2025 and 2026 only; else paper must do."""
    site = SITE
    drives = site.retrofit("drives", {"motors": 0.5}, capex=16.0, start_years=(2025, 2026))
    star = rating(Level(1, 0.0, (Gate("neutralised_share", "min", 0.5),)))
    return site.problem(
        retrofits=(drives,),
        instruments=(site.instrument("ccer", "credit", 4e-3),),
        rating=star,
        target=site.target((0, 0, 1, 1)),
        emissions=site.emissions(uncovered=0.5),
    )


def test_the_certificate_cliff_is_seen() -> None:
    """With foresight 5000 t become 2500 and half of them, 1250 t, is paper; without the drives it is 2500 t."""
    problem = rated_factory()
    best = solved(problem)
    assert best.answer is not None
    assert taken(problem, best.answer.plan, Item("retrofits", "drives"))
    found = myopic(again(), best, 1)
    assert found.answer is not None
    assert found.lost == ()
    assert found.paper == (2027, 2028)
    assert found.answer.tonnes.paper_tco2e == pytest.approx([0, 0, 2500, 2500], rel=1e-4)
    assert best.answer.tonnes.paper_tco2e == pytest.approx([0, 0, 1250, 1250], rel=1e-4)
    written = study(found, best, "CNY")
    assert [row["paper_tco2e"] > row["paper_tco2e_foresight"] + 1 for row in written["rows"]] == [
        False,
        False,
        True,
        True,
    ]


def test_a_window_without_a_plan_gives_up_stars_and_says_so() -> None:
    site = SITE
    drives = site.retrofit("drives", {"motors": 0.5}, capex=16.0, start_years=(2025, 2026))
    star = rating(Level(1, 0.0, (Gate("own_reduction_share", "min", 0.4),)))
    problem = site.problem(retrofits=(drives,), rating=star, target=site.target((0, 0, 1, 1)))
    best = solved(problem)
    found = myopic(again(), best, 1)
    assert found.answer is not None
    assert found.lost == (2027, 2028)
    assert found.asked == {2027: "0 stars in the years ahead"}
    told = " ".join(words(study(found, best, "CNY")))
    assert "loses the stars asked for in 2027-2028" in told
    enough = myopic(again(), best, 2)
    assert enough.lost == ()


def test_a_window_that_ends_without_plan_or_proof_gives_nothing_up() -> None:
    class Stopped(Resolver):
        def __call__(self, problem: Problem, words: str, options: Options | None = None) -> Solved:
            return Solved(problem, None, 0.0)

    best = solved(factory())
    found = myopic(Stopped(Options(), Progress(quiet=True)), best, 2)
    assert found.answer is None
    assert found.asked == {}
    assert words(study(found, best, "CNY")) == [
        "Seeing 2 years at a time, the window to 2026 has no plan in its time; a longer --time-limit tells."
    ]


def test_a_window_that_decides_more_than_it_sees_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="decides at most"):
        rolled(factory(), 1, 2)
    folder = dyehouse_results(tmp_path, years=tuple(range(2025, 2031)))
    assert CliRunner().invoke(main, ["myopic", str(folder), "--foresight", "1", "--step", "2"]).exit_code == 2


def test_the_command_writes_its_study(tmp_path: Path) -> None:
    folder = dyehouse_results(tmp_path, years=tuple(range(2025, 2031)))
    done = CliRunner().invoke(main, ["myopic", str(folder), "--foresight", "3", "--step", "3", "--gap", "0.0001"])
    assert done.exit_code == 0, done.output
    written = json.loads((folder / "studies" / "myopic.json").read_text())
    assert len(written["rows"]) == 6
    assert written["status"] == "found"
    assert max(map(len, done.output.splitlines())) <= 80
