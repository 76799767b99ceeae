"""Ways out of a target out of reach: the scenario's own keys and numbers, each proven by solving with it.

The factory uses 1 MW around the clock, 8,760 MWh a year of 0.5 t. From 2028 on no more than 1,000 t may be left by market, so
2,000 MWh may be unclaimed and 6,760 must be green.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from planner.engine import solve
from planner.progress import Progress
from planner.reading.read import read_scenario
from planner.results.folder import read_results
from planner.solving.preparing import Prepared, opened, prepare
from planner.solving.solve import INFEASIBLE, Request, run
from planner.solving.ways_out import Found, Proof, Tables, Way, first_proven, proven_words, prover, ways_out

HEAD = """
[scenario]
name = "far"
[horizon]
first_year = 2027
last_year = 2029
period_steps = 2
period_weights = [4380]
[finance]
discount_rate = 0.0
salvage = "none"
{finance}
[site]
{site}
[emissions]
grid_factor = "custom"
grid_factor_t_per_mwh = 0.5
uncovered = "average"
{caps}
[solver]
resolution = "given"
gap = 1e-6
time_limit_s = 60
[durability]
penalty = false
floor = false
[markets.grid]
carrier = "electricity"
price_per_mwh = 600
{grid}
[demands.load]
carrier = "electricity"
values = [1.0, 1.0]
"""
CAP = 'caps = [{ metric = "gross_market", from_year = 2028, limit_t = 1000 }]'
PV = """
[converters.pv]
outputs = { electricity = 1.0 }
renewable = true
profile = "none"
capex_per_kw = 3000
life_years = 25
"""
GEC = '[instruments.gec]\nkind = "certificate"\nprice = 20\n'
CREDIT = '[instruments.credit]\nkind = "credit"\nprice = 80\n'
ITEMS = """
lawful_operation no_major_incident no_eliminated_equipment mandatory_energy_limits top_management_commitment
management_systems ghg_inventory_verified zero_carbon_plan green_building efficient_lighting
efficient_general_equipment metering_three_level environmental_control energy_carbon_platform
carbon_statistics energy_carbon_analysis target_tracking energy_benchmarking material_saving water_saving
eco_design product_carbon_footprint supplier_carbon_management reduction_plan reduction_project_monitoring
offset_procedure registry_retirement
"""
QUESTIONS = """
[rating]
target_stars = 3
target_year = 2028
[rating.questionnaire]
"""


def prepared(
    folder: Path, more: str, *, site: str = "", finance: str = "", caps: str = CAP, grid: str = ""
) -> Prepared:
    path = folder / "scenario.toml"
    path.write_text(HEAD.format(site=site, finance=finance, caps=caps, grid=grid) + more, encoding="utf-8")
    return prepare(opened(read_scenario(path), Progress(quiet=True)))


def found(case: Prepared) -> list[tuple[tuple[str, ...], float]]:
    """Words and cost of each way; what each changes is solved once more here, from the file on."""
    options = case.case.options
    ways = ways_out(case.case.reading, case.problem, options, prover(case.case, case.usual, None))
    assert ways.complete
    assert not ways.open
    for way, proof in ways.proven:
        again = prepare(opened(read_scenario(case.case.reading.path, way.tables), Progress(quiet=True)))
        assert solve(again.problem, options).facts.objective == pytest.approx((proof.cost or math.inf) / 1e6, rel=1e-5)
    return [(way.lines, proof.cost or math.inf) for way, proof in ways.proven]


def lines(case: Prepared) -> set[str]:
    return {" and ".join(words) for words, _ in found(case)}


def test_every_limit_that_helps_is_a_way_of_its_own(tmp_path: Path) -> None:
    """0.5 MW of PV and 2,000 certificates are 6,380 MWh: 380 more certificates, or 380 / 8,760 MW on 10 m2 per kW."""
    roof = PV + 'area = "roof"\narea_m2_per_kw = 10\n'
    case = prepared(
        tmp_path, roof + GEC + "max_per_year = 2000\n", site="roof_m2 = 5000", finance="annual_capex_limit = 9e6"
    )
    assert lines(case) == {
        "raise site.roof_m2 from 5,000 to 5,434 m²",
        "raise instruments.gec.max_per_year from 2,000 to 2,380 MWh in 2028-2029",
    }


def test_a_limit_is_told_from_what_is_written_whatever_stands(tmp_path: Path) -> None:
    """0.5 MW stands and 0.5 is written: 6,760 MWh need 0.77169 MW in all."""
    case = prepared(tmp_path, PV + "existing_mw = 0.5\nmax_mw = 0.6\n")
    assert lines(case) == {"raise converters.pv.max_mw from 0.6 to 0.7717 MW"}


def test_a_budget_grows_in_the_year_that_needs_it(tmp_path: Path) -> None:
    """0.77169 MW cost 2.31507 million by 2028: 1 million a year leaves 0.31507 more, in one of the two years."""
    words = lines(prepared(tmp_path, PV + "max_mw = 5\n", finance="annual_capex_limit = 1e6"))
    assert len(words) == 1
    assert words <= {
        f"raise finance.annual_capex_limit from 1,000,000 to {to} CNY in {years}"
        for to, years in (("1,316,000", "2027"), ("1,316,000", "2028"), ("1,158,000", "2027-2028"))
    }


def test_a_share_of_the_base_year_is_raised_as_a_share(tmp_path: Path) -> None:
    """Net 1,000 t of 4,380 t: credits for 3,380 t, 0.7717 of the base year where 0.5 is written."""
    caps = CAP.replace("gross_market", "net")
    case = prepared(tmp_path, CREDIT + "max_share_of_base = 0.5\n", caps=caps)
    assert lines(case) == {"raise instruments.credit.max_share_of_base from 0.5 to 0.7717"}
    both = prepared(tmp_path, CREDIT + "max_share_of_base = 0.5\nmax_per_year = 3000\n", caps=caps)
    assert lines(both) == {
        "raise instruments.credit.max_per_year from 3,000 to 3,380 t CO2e in 2028-2029 and "
        "raise instruments.credit.max_share_of_base from 0.5 to 0.7717"
    }


def test_a_limit_of_a_preset_is_named_as_one(tmp_path: Path) -> None:
    """The library's 3,000 t a year against 3,380 t."""
    case = prepared(tmp_path, "[instruments.daccs_removal]\n", caps=CAP.replace("gross_market", "net"))
    (words,) = lines(case)
    assert words.startswith("raise instruments.daccs_removal.max_per_year (the preset's limit) from 3,000 to ")


def test_a_connection_is_the_site_s_where_the_site_has_it(tmp_path: Path) -> None:
    """1 MW needed behind 0.8 MW: the market has no limit of its own, or one that is wider."""
    for grid in ("", "max_mw = 5"):
        case = prepared(tmp_path, "", site="grid_connection_mw = 0.8", caps="", grid=grid)
        assert lines(case) == {"raise site.grid_connection_mw from 0.8 to 1 MW"}
    assert lines(prepared(tmp_path, "", caps="", grid="max_mw = 0.8")) == {"raise markets.grid.max_mw from 0.8 to 1 MW"}


def test_a_later_year_and_fewer_stars_are_ways(tmp_path: Path) -> None:
    """All tonnes neutralised from 2028, with credits from 2029 on only. Four stars take points of 80 % green power."""
    questions = QUESTIONS + "".join(f'{item} = "met"\n' for item in ITEMS.split())
    credit = CREDIT + "max_per_year = 9000\n"
    words = lines(
        prepared(tmp_path, GEC + "max_per_year = 4380\n" + credit + "first_year = 2029\n" + questions, caps="")
    )
    assert words == {
        "set rating.target_year to 2029 instead of 2028",
        "raise instruments.gec.max_per_year from 4,380 to 8,760 MWh in 2028",
    }
    more = questions.replace("target_stars = 3", "target_stars = 4").replace("target_year = 2028", "target_year = 2029")
    words = lines(prepared(tmp_path, GEC + "max_per_year = 2000\n" + credit + more, caps=""))
    assert words == {
        "set rating.target_stars to 3 instead of 4",
        "raise instruments.gec.max_per_year from 2,000 to 7,008 MWh in 2029",
    }


def test_what_is_not_proven_in_time_is_told_as_such(tmp_path: Path) -> None:
    case = prepared(tmp_path, GEC + "max_per_year = 2000\n")

    def late(_: Tables, __: float) -> Proof:
        return Proof(None, in_time=False)

    told = proven_words(ways_out(case.case.reading, case.problem, case.case.options, late), "CNY")
    assert told == [
        "Not proven before time ran out (a longer --time-limit may prove it):",
        "  raise instruments.gec.max_per_year from 2,000 to 6,760 MWh in 2028-2029",
    ]
    assert proven_words(Found((), (), complete=False), "CNY") == [
        "Time ran out before all ways were looked at. A longer --time-limit may find more."
    ]


@pytest.mark.parametrize(("holds_from", "calls"), [(0, [0]), (3, [0, 5, 2, 3]), (5, [0, 5, 2, 3, 4]), (9, [0, 5])])
def test_the_way_that_asks_for_most_is_found_by_halving(holds_from: int, calls: list[int]) -> None:
    family = [Way((f"{n}",), {"n": {"n": n}}) for n in range(6)]
    asked: list[int] = []

    def proof(tables: Tables, _: float) -> Proof:
        asked.append(tables["n"]["n"])
        return Proof(1.0 if asked[-1] >= holds_from else None)

    way, tried = first_proven(family, proof, math.inf)
    assert asked == calls
    assert (tried.cost is not None, way.lines[0]) == (holds_from < 6, str(min(holds_from, 5)))


def test_an_easier_way_is_tried_where_time_runs_out_on_the_first() -> None:
    family = [Way((f"{n}",), {"n": {"n": n}}) for n in range(2)]
    way, tried = first_proven(family, lambda t, _: Proof(1.0) if t["n"]["n"] else Proof(None, in_time=False), math.inf)
    assert (way, tried.cost) == (family[1], 1.0)


def test_what_does_not_help_is_not_given(tmp_path: Path) -> None:
    """Nothing for sale: neither a larger connection nor a larger budget makes power green."""
    case = prepared(tmp_path, "", site="grid_connection_mw = 2", finance="annual_capex_limit = 1e6", grid="max_mw = 2")
    assert found(case) == []
    assert proven_words(Found((), (), complete=True), "CNY")[0].startswith("Larger limits alone do not help")
    assert proven_words(Found((), (), complete=True), "CNY", unserved=True)[0].startswith("Look at existing_mw")


def test_the_cheapest_way_comes_first_with_its_cost() -> None:
    dear, cheap = (Way((word,), {}) for word in ("raise a", "raise b"))
    told = proven_words(Found(((dear, Proof(2e6)), (cheap, Proof(1e6, optimal=False))), (), complete=True), "CNY")
    assert told == [
        "Ways to reach it, each proven by solving with it:",
        "  raise b",
        "    The plan then costs at most 1,000,000 CNY (net present cost with penalties).",
        "  raise a",
        "    The plan then costs 2,000,000 CNY (net present cost with penalties).",
    ]


def test_the_command_ends_with_its_code_and_keeps_the_explanation(tmp_path: Path) -> None:
    case = prepared(tmp_path, GEC + "max_per_year = 2000\n")
    code = run(Request(case.case.reading.path, tmp_path / "out", naive=False, quiet=True))
    assert code == INFEASIBLE
    told = json.dumps(dict(read_results(tmp_path / "out").summary))
    assert "raise instruments.gec.max_per_year from 2,000 to 6,760 MWh in 2028-2029" in told
