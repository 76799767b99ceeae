from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from models.problem import Gate, Level, Problem
from planner.assembly.variants import paper_only
from planner.cli import main
from planner.engine import Options, solve
from planner.plan import Plan
from planner.progress import Progress
from planner.stress.factor_sets import GridContext, factor_sets, under
from planner.stress.factors import factors_study
from planner.stress.stress_tests import (
    StressTest,
    deep_valley,
    ending,
    midday_steps,
    stress_tests,
    without_certificates,
)
from planner.stress.stressing import KEPT, LOST, NOT_OPERABLE, operates_alike, stress
from planner.studies.kept import read_study
from planner.words import Names
from tests.factories import Site, rating
from tests.plans import dyehouse_results

SCENARIO = Path(__file__).parents[1] / "scenarios" / "two-measures"
EXACT = Options(gap=1e-7)
QUIET = Progress(quiet=True)
site = Site(years=(2025, 2026, 2027), hours=(1000.0, 1000.0))


def green(**changes) -> Problem:
    """10 MW on the grid; one star from 2026 asks for green power: PV of 10 MW for 3 or certificates for 0.001 per MWh."""
    fields = {
        "converters": (site.converter("pv", site.sizing(0.3, max_total=12.0), renewable=True),),
        "instruments": (site.instrument("gec", "certificate", 0.0001), site.instrument("ccer", "credit", 0.0001)),
        "rating": rating(Level(1, 0.0, (Gate("renewable_electricity_share", "min", 1.0),))),
        "target": site.target((0, 1, 1)),
    }
    return site.problem(**{**fields, **changes})


def rows_of(problem: Problem, plan: Plan, names: tuple[str, ...]) -> dict[str, dict]:
    tests = [test for test in stress_tests(problem, plan, Names({}), ()) if test.name in names]
    study = stress(problem, plan, tests, EXACT, QUIET)
    return {row["test"]: row for row in study["rows"]}


def test_a_plan_on_paper_loses_its_stars_and_the_optimum_does_not():
    problem = green()
    best, paper = solve(problem, EXACT), paper_only(problem, 1)
    assert best.decision("converters.build_mw", "pv", 2025) == pytest.approx(10.0)
    on_paper = solve(paper, EXACT)
    names = ("certificates_vanish", "certificates_x10", "credits_vanish")
    kept, lost = rows_of(problem, best, names), rows_of(paper, on_paper, names)
    assert [kept[name]["status"] for name in names] == [KEPT] * 3
    assert kept["certificates_vanish"]["stars"] == {"2025": 1, "2026": 1, "2027": 1}
    assert lost["certificates_vanish"]["stars"] == {"2025": 0, "2026": 0, "2027": 0}
    assert lost["certificates_vanish"]["lost_year"] == 2025
    assert (lost["certificates_vanish"]["status"], lost["certificates_vanish"]["extra_cost"]) == (LOST, None)
    assert lost["credits_vanish"]["status"] == KEPT


def test_tests_of_claims_operate_the_same_site_and_those_of_plant_and_prices_another():
    problem = green()
    assert operates_alike(problem, replace(problem, instruments=()))
    dearer = tuple(replace(m, price=2 * m.price) for m in problem.markets)
    assert not operates_alike(problem, replace(problem, markets=dearer))


def test_what_is_dearer_is_lost_on_the_planned_spending_and_can_be_bought_back():
    """20,000 MWh of certificates a year for 0.0001: at ten times the price holding the star in 3 years costs 3·18 more."""
    paper = paper_only(green(), 1)
    row = rows_of(paper, solve(paper, EXACT), ("certificates_x10",))["certificates_x10"]
    assert row["lost_year"] == 2025
    assert row["extra_cost"] == pytest.approx(54e6, rel=1e-5)
    assert row["extra_cost_as_planned"] == pytest.approx(-6e6, rel=1e-5)  # no star, no certificates


def test_output_and_gas_change_the_bill_by_hand():
    problem = site.problem(
        demands=(site.demand(load=10.0), site.demand("boiling", 2.0, carrier="gas")), markets=(site.grid(), site.gas())
    )
    plan = solve(problem, EXACT)
    rows = rows_of(problem, plan, ("output_down", "gas_x2"))
    energy, gas = 3 * 20_000 * 0.0006, 3 * 4000 * 0.0003
    assert rows["output_down"]["extra_cost"] == pytest.approx(-0.2 * (energy + gas) * 1e6)
    assert rows["gas_x2"]["extra_cost"] == pytest.approx(gas * 1e6)
    assert rows["none"]["extra_cost"] == 0.0


def test_a_contract_that_ends_delivers_and_costs_nothing():
    problem = green(converters=(), contracts=(site.contract("ppa", price=0.0005),))
    plan = solve(problem, EXACT)
    _, left = ending("ppa")(problem, plan)
    assert not [index for index in left.decisions["contracts.sign_volume"] if index[0] == "ppa"]
    row = rows_of(problem, plan, ("ends_ppa",))["ends_ppa"]
    assert row["lost_year"] == 2026
    assert row["status"] == KEPT  # certificates hold it
    bought_back = 60_000 * (0.0006 - 0.0005) + 40_000 * 0.0001
    assert row["extra_cost"] == pytest.approx(bought_back * 1e6, rel=1e-5)


def test_a_site_that_cannot_be_operated_is_said_so():
    problem = site.problem(contracts=(site.contract("ppa", price=0.0001),), markets=(site.grid(max_import_mw=10.0),))
    plan = solve(problem, EXACT)
    dark = StressTest("dark", "Dark", "断电", lambda p, q: (replace(p, markets=(site.grid(max_import_mw=1.0),)), q))
    study = stress(problem, plan, [dark], EXACT, QUIET)
    assert study["rows"][1]["status"] == NOT_OPERABLE


def test_midday_is_known_where_periods_are_days():
    day = Site(hours=(365.0,) * 24)
    midday = midday_steps(day.problem())
    assert list(np.flatnonzero(midday)) == [11, 12, 13]
    assert midday_steps(site.problem()) is None
    cheap = deep_valley(midday)(day.problem(markets=(day.grid(np.linspace(0.0004, 0.0008, 24), export_price=0.0006),)))
    assert cheap.markets[0].price[11:14] == pytest.approx([0.00032] * 3)
    assert cheap.markets[0].export_price[11:14] == pytest.approx([0.00032] * 3)
    assert cheap.markets[0].price[10] > 0.0005


def test_only_what_the_problem_has_is_tested():
    problem = site.problem()
    assert [test.name for test in stress_tests(problem, site.plan(), Names({}), ())] == ["output_down"]
    assert without_certificates(green()).instruments[0].max_per_year == pytest.approx([0.0] * 3)


def test_factors_by_hand():
    """10,000 MWh a year: national average of 2023 is 0.5306, trend −3 % a year from then on; the base year moves with it."""
    year = Site(years=(2025,), hours=(1000.0,))
    problem = year.problem(base=year.base(5000.0))
    sets = {one.name: one for one in factor_sets(problem, GridContext("Jiangsu", -0.03, base_grid_mwh=10_000.0))}
    assert list(sets) == ["own", "provincial", "regional", "national", "iea", "residual", "average", "fossil"]
    rows = {
        row["set"]: row
        for row in factors_study(problem, year.plan({}, {"markets.import_mw": {"grid": 10.0}}), tuple(sets.values()))[
            "rows"
        ]
    }
    assert rows["own"]["scope2_location_tco2e"]["2025"] == pytest.approx(5000.0)
    assert rows["national"]["scope2_location_tco2e"]["2025"] == pytest.approx(10_000 * 0.5306 * 0.97**2)
    assert rows["fossil"]["scope2_market_tco2e"]["2025"] == pytest.approx(8273.0)
    assert rows["average"]["scope2_market_tco2e"]["2025"] == pytest.approx(5000.0)
    base_factor = 0.5306 * 0.97
    moved = under(sets["national"])(problem)
    assert moved.base.gross_tco2e == pytest.approx(10_000 * base_factor)
    assert moved.base.restated_tco2e == pytest.approx([10_000 * base_factor])
    assert rows["national"]["own_reduction_share"]["2025"] == pytest.approx(0.0, abs=1e-9)


def test_commands_write_their_studies(tmp_path):
    results = dyehouse_results(tmp_path, years=tuple(range(2025, 2032)))
    done = CliRunner().invoke(main, ["factors", str(results)])
    assert done.exit_code == 0, done.output
    assert "national average" in done.output
    assert "provincial" in done.output.splitlines()[-1]
    assert {row["set"] for row in read_study(results, "factors")["rows"]} >= {"own", "national", "fossil"}
    done = CliRunner().invoke(main, ["stress", str(results), "--test", "credits_vanish", "--json"])
    assert done.exit_code == 0, done.output
    assert [row["test"] for row in json.loads(done.output)["rows"]] == ["none", "credits_vanish"]
    assert read_study(results, "stress")["rows"][1]["status"] == LOST
    done = CliRunner().invoke(main, ["stress", str(results), "--test", "credits_vanish", "--paper", "--progress"])
    assert "the plan without stress" in done.stderr
    assert done.exit_code == 0, done.output
    assert read_study(results, "stress")["paper_only"][1]["status"] == LOST
    assert "on paper only" in done.output
    done = CliRunner().invoke(main, ["stress", str(results), "--test", "credit_vanish"])
    assert done.exit_code == 2
    assert "there are" in done.output
