"""Business as usual that cannot serve every load is told and never a gate."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from models.problem import Gate, Level
from planner import terminal
from planner.accounting.rating import METRICS, Facts, reaches
from planner.accounting.shortfall import Shortfall, is_comparable, shortfalls
from planner.assembly.variants import usual_of
from planner.engine import solve
from planner.figures.reading import usual as usual_of_figures
from planner.figures.style import NotDrawn
from planner.progress import Progress
from planner.reading.read import read_scenario
from planner.recheck.recheck import recheck
from planner.report.case import read_case
from planner.report.headline import headline
from planner.results.folder import read_results
from planner.results.record import open_record
from planner.solving.preparing import Prepared, opened, prepare
from planner.solving.solve import Request, run
from planner.workbook import workbook_bytes
from tests.factories import Site, rating

HEAD = """
[scenario]
name = "line"
[horizon]
first_year = 2027
last_year = 2028
period_steps = 2
period_weights = [4380]
[finance]
discount_rate = 0.0
salvage = "none"
{finance}
[emissions]
grid_factor = "custom"
grid_factor_t_per_mwh = 0.5
[solver]
resolution = "given"
gap = 1e-6
[markets.gas]
carrier = "gas"
price_per_mwh = 300
emission_factor_t_per_mwh = 0.2
[markets.grid]
carrier = "electricity"
price_per_mwh = 600
[demands.heat]
carrier = "hot_water"
values = [2.0, 1.0]
{heat}
[converters.boiler]
inputs = {{ gas = 1.0 }}
outputs = {{ hot_water = 1.0 }}
life_years = 20
{boiler}
"""
STANDS = "existing_mw = 2.0\nmax_mw = 2.0"
BUY = "capex_per_kw = 600"
NEW = "[converters.new]\ninputs = { gas = 1.0 }\noutputs = { hot_water = 1.0 }\nlife_years = 20\ncapex_per_kw = 600\n"


def scenario(folder: Path, more: str = "", *, boiler: str = BUY, heat: str = "", finance: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "scenario.toml"
    path.write_text(HEAD.format(boiler=boiler, heat=heat, finance=finance) + more, encoding="utf-8")
    return path


def prepared(folder: Path, more: str = "", **keys: str) -> Prepared:
    return prepare(opened(read_scenario(scenario(folder, more, **keys)), Progress(quiet=True)))


def short(case: Prepared) -> list[tuple[str, int, float, float]]:
    found = shortfalls(usual_of(case.problem, case.usual), case.usual)
    return [(one.carrier, one.year, pytest.approx(one.mwh), pytest.approx(one.peak_mw)) for one in found]


def test_a_greenfield_site_is_planned_and_business_as_usual_is_short_of_all(tmp_path: Path) -> None:
    case = prepared(tmp_path)
    assert short(case) == [("hot_water", y, 13_140.0, 2.0) for y in (2027, 2028)]  # (2 + 1) MW * 4,380 h
    plan = solve(case.problem, case.case.options)
    # a boiler of 2 MW for 1.2 million, and two years of 13,140 MWh at 300
    assert plan.facts.objective == pytest.approx(1.2 + 2 * 13_140 * 300 / 1e6)


@pytest.mark.parametrize(
    ("more", "keys", "expected"),
    [
        # growth by half: 3 and 1.5 MW against 2 MW
        (
            NEW + "[production.mill]\noutput = 1000\nindex = { 2026 = 1.0, 2027 = 1.5 }\n",
            {"boiler": STANDS, "heat": 'follows = "mill"'},
            [("hot_water", y, 4380.0, 1.0) for y in (2027, 2028)],
        ),
        # retired in the year before the first
        (
            NEW,
            {"boiler": STANDS + "\nexisting_until = 2026"},
            [("hot_water", y, 13_140.0, 2.0) for y in (2027, 2028)],
        ),
        # retired inside the plan is bought again where it is sold, and kept where it is not: never short
        (NEW, {"boiler": STANDS + "\nexisting_until = 2027"}, []),
    ],
)
def test_growth_and_retirement_leave_it_short(
    tmp_path: Path, more: str, keys: dict[str, str], expected: list[object]
) -> None:
    case = prepared(tmp_path, more, **keys)
    assert short(case) == expected
    assert solve(case.problem, case.case.options).decisions


def test_a_quota_leaves_it_short_of_the_energy_above_it(tmp_path: Path) -> None:
    path = scenario(tmp_path, NEW.replace("gas = 1.0", "electricity = 1.0"), boiler=STANDS)
    path.write_text(path.read_text().replace("price_per_mwh = 300", "price_per_mwh = 300\nmax_mwh_per_year = 8000"))
    case = prepare(opened(read_scenario(path), Progress(quiet=True)))
    assert [one[1:3] for one in short(case)] == [(y, 5140.0) for y in (2027, 2028)]
    assert solve(case.problem, case.case.options).decisions


def test_the_base_year_is_that_of_the_plant_that_stood_in_it(tmp_path: Path) -> None:
    """13,140 MWh of gas at 0.2, whatever is retired or outgrown in the first year; restated for half as much again."""
    growing = "[production.mill]\noutput = 1000\nindex = { 2026 = 1.0, 2027 = 1.5 }\n"
    grown = prepared(tmp_path / "a", NEW + growing, boiler=STANDS, heat='follows = "mill"').problem.base
    assert grown.gross_tco2e == pytest.approx(2628.0)
    np.testing.assert_allclose(grown.restated_tco2e, 1.5 * 2628.0)
    retired = prepared(tmp_path / "b", NEW, boiler=STANDS + "\nexisting_until = 2026").problem.base
    assert retired.gross_tco2e == pytest.approx(2628.0)
    assert retired.known


def test_a_new_line_is_restated_and_not_invented(tmp_path: Path) -> None:
    """The old line needs 13,140 MWh; a second one of the same size, with an output of nothing in the base year, doubles it."""
    line = "[production.new]\noutput = 1\nindex = { 2026 = 0.0, 2027 = 1.0 }\n"
    line += '[demands.second]\ncarrier = "hot_water"\nvalues = [2.0, 1.0]\nfollows = "new"\n'
    case = prepared(tmp_path, NEW + line, boiler=STANDS)
    assert case.problem.base.gross_tco2e == pytest.approx(2628.0)
    np.testing.assert_allclose(case.problem.base.restated_tco2e, 2 * 2628.0)


def test_without_plant_or_bills_own_reduction_is_not_defined(tmp_path: Path) -> None:
    case = prepared(tmp_path)
    assert not case.problem.base.known
    assert case.problem.durability.own_reduction_floor is None
    unknown = Facts(base_known=False)
    assert not reaches(METRICS["own_reduction_share"](unknown), "min", 0.0)
    assert not reaches(METRICS["residual_share_of_base"](unknown), "max", 1.0)
    billed = prepared(tmp_path, "[base_year.billed]\ngas = 1000\n")
    assert billed.problem.base.known
    assert billed.problem.base.gross_tco2e == pytest.approx(200.0)


def test_no_gate_on_a_base_year_that_is_not_known_is_met() -> None:
    site = Site()
    for gate in (Gate("own_reduction_share", "min", 0.0), Gate("residual_share_of_base", "max", 1.0)):
        known = site.problem(base=site.base(1e6), rating=rating(Level(1, 0.0, (gate,))), target=site.target(1))
        assert solve(known).decisions
        unknown = replace(known.base, known=False, gross_tco2e=0.0, restated_tco2e=0.0 * known.base.restated_tco2e)
        assert solve(replace(known, base=unknown)).facts.status == "infeasible"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("greenfield")
    assert run(Request(scenario(home), out=home / "out", quiet=True)) == 0
    return home / "out"


def test_nothing_is_compared_with_a_factory_that_leaves_loads_unserved(folder: Path) -> None:
    summary = read_results(folder).summary
    assert summary["business_as_usual"]["short"][0] == {
        "carrier": "hot_water",
        "year": 2027,
        "mwh": pytest.approx(13_140.0),
        "peak_mw": pytest.approx(2.0),
    }
    assert summary["naive"]["business_as_usual"] == {"note": "leaves loads unserved"}
    assert not {"payback_years", "irr", "cost_per_tonne", "avoided_tco2e"} & summary["naive"]["optimum"].keys()
    assert summary["own_reduction_share"] == {"2027": None, "2028": None}
    said = "\n".join(summary["warnings"])
    assert "short of hot water in 2027-2028 (up to 13,140 MWh a year, 2 MW)" in said
    assert "own reduction is not defined" in said
    assert recheck(folder).faults == ()


def test_its_readers_say_what_is_missing(folder: Path) -> None:
    shown = io.StringIO()
    terminal.show(read_results(folder), Console(file=shown, width=80))
    assert "What business as usual leaves unserved, so nothing is compared with it" in shown.getvalue()
    assert max(map(len, shown.getvalue().splitlines())) <= 80
    record = open_record(folder)
    assert record.usual is None
    assert record.short[0] == Shortfall("hot_water", 2027, pytest.approx(13_140.0), pytest.approx(2.0))
    with pytest.raises(NotDrawn, match="short of hot water"):
        usual_of_figures(record)
    for lang, words in (("en", "nothing is compared"), ("zh", "不作对比")):
        notes = [note for tile in headline(read_case(folder, lang)).tiles for note in tile.notes]
        assert sum(words in note for note in notes) >= 3  # cost, payback, peak cash
        assert workbook_bytes(record, lang)


def test_a_stated_price_makes_it_comparable(tmp_path: Path) -> None:
    """13,140 MWh a year at 1,000 cost 26.28 million in two years, which the plan saves but for its own 9.084."""
    home = scenario(tmp_path, finance="unserved_per_mwh = 1000")
    assert run(Request(home, out=tmp_path / "out", quiet=True)) == 0
    summary = read_results(tmp_path / "out").summary
    assert summary["naive"]["business_as_usual"]["net_present_cost"] == pytest.approx(26_280_000)
    # 1.2 million repaid by 13.14 - 3.942 million a year
    assert summary["naive"]["optimum"]["payback_years"] == pytest.approx(1.2 / (13.14 - 3.942))
    record = open_record(tmp_path / "out")
    assert record.usual is not None
    assert is_comparable(record.usual.problem, record.usual.plan)
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["business_as_usual"]["unserved_per_mwh"] == 1000
