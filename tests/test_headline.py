"""Each headline figure has one definition and one value: by hand, and in all six outputs of one small solve."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from planner.answer import account_for, figures_of
from planner.cli import main
from planner.dossier import write_dossier
from planner.report.case import read_case
from planner.report.page import render
from planner.results.folder import read_results
from planner.results.key_figures import SHOWN, key_figures, read_headline
from planner.results.tables import decisions, headlines
from planner.terminal import show
from planner.words import say
from planner.workbook import write_workbook
from tests import spreadsheet
from tests.factories import Site

THREE = Site(years=(2025, 2026, 2027))
SCENARIO = (Path(__file__).parents[1] / "scenarios" / "two-measures" / "scenario.toml").read_text()
CHANGES = {  # paid in three instalments from the year in which the prices allow it, paper that is charged, tax on what is left
    "last_year = 2029": "last_year = 2031",
    'salvage = "none"': 'salvage = "straight_line"\ntax_rate = 0.25\ninflation = 0.02',
    "penalty = false": "penalty_per_t = 600",
    "target_year = 2028": "target_year = 2029",
    "max_mw = 1.0": "max_mw = 1.0\nearliest_year = 2029\npayment_shares = [0.2, 0.3, 0.5]",
}


def test_every_figure_by_hand() -> None:
    """10 MW of grid power at 0.6 a 1000 MWh: 6 million a year. 5 MW of PV from the third year on cost 4, half of it a year before."""
    sizing = THREE.sizing(0.8, payment_shares=(0.5, 0.5), life=4)
    pv = THREE.converter("pv", sizing, renewable=True)
    finance = THREE.finance(0.0, salvage="straight_line", tax_rate=0.25, depreciation_years=4)
    problem = THREE.problem(converters=(pv,), finance=finance)
    load = {"markets.import_mw": {"grid": 10.0}}
    built = {"converters.build_mw": {("pv", 2027): 5.0}}
    sun = np.array([0.0, 0.0, 5.0])[:, None]
    flows = {"markets.import_mw": {"grid": 10.0 - sun}, "converters.activity_mw": {"pv": sun}}
    usual = account_for(problem, THREE.plan({}, load))
    answer = account_for(problem, THREE.plan(built, flows))
    found = figures_of(answer, usual)
    np.testing.assert_allclose(found.yearly["investment"], [0.0, 2e6, 2e6])
    # tax on 6: -1.5; in the third year on 3 + 1 of depreciation: -1
    np.testing.assert_allclose(found.yearly["running_cost"], [4.5e6, 4.5e6, 2e6])
    np.testing.assert_allclose(found.yearly["salvage"], [0.0, 0.0, -3e6])  # three quarters, at its book value
    np.testing.assert_allclose(found.yearly["usual_cash"], [4.5e6, 4.5e6, 4.5e6])
    np.testing.assert_allclose(found.yearly["cumulative_saving"], [0.0, -2e6, 1.5e6])
    assert found.whole["investment"] == pytest.approx(4e6)
    assert found.whole["cumulative_saving"] == found.whole["saving"] == pytest.approx(1.5e6)
    assert found.whole["peak_cash"] == pytest.approx(2e6)
    assert found.whole["payback_years"] is None  # 2.5 of savings do not repay 4, salvage aside
    assert found.whole["electricity_used"] == pytest.approx(30_000)
    assert found.whole["grid_electricity"] == pytest.approx(25_000)
    assert found.whole["hourly_matched"] == pytest.approx(5_000)
    spent = [row for row in decisions(problem, answer.plan, answer.money, "CNY") if row.metric == "capex"]
    assert [(row.year, row.value) for row in spent] == [(2027, pytest.approx(4e6))]


def test_tax_on_salvage_repays_nothing() -> None:
    """Books are empty after a year: half a million of tax on a salvage of two, which a payback leaves aside with it."""
    finance = THREE.finance(0.0, salvage="straight_line", tax_rate=0.25, depreciation_years=1)
    sizing = THREE.sizing(0.8, life=6)
    problem = THREE.problem(converters=(THREE.converter("pv", sizing, renewable=True),), finance=finance)
    flows = {"markets.import_mw": {"grid": 5.0}, "converters.activity_mw": {"pv": 5.0}}
    answer = account_for(problem, THREE.plan({"converters.build_mw": {("pv", 2025): 5.0}}, flows))
    usual = account_for(problem, THREE.plan({}, {"markets.import_mw": {"grid": 10.0}}))
    assert answer.money.cash("salvage_tax").sum() == pytest.approx(0.5)
    # 4 paid; saved 3 x 0.75 a year, and 1 of tax by depreciation in the first: 3.25, then 2.25
    assert figures_of(answer, usual).whole["payback_years"] == pytest.approx(1 + 0.75 / 2.25)


def test_without_business_as_usual_nothing_is_compared() -> None:
    problem = THREE.problem()
    found = figures_of(account_for(problem, THREE.plan({}, {"markets.import_mw": {"grid": 10.0}})), None)
    assert not found.is_compared
    again = read_headline(headlines(found, "CNY"))
    assert again is not None
    for one in (found, again):
        told = {line.name: line.value for line in key_figures(one, "CNY", "en")}
        for name in ("payback_years", "irr", "cumulative_saving", "usual_cash", "saved_net_present_cost"):
            assert told[name] == "not comparable"
        assert told["total_cash"] == "1,800"


# --- six outputs ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Solved without the naive plans, everything written."""
    place = tmp_path_factory.mktemp("headline")
    text = SCENARIO
    for old, new in CHANGES.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (place / "scenario.toml").write_text(text)
    done = CliRunner().invoke(main, ["solve", str(place), "--out", str(place / "out"), "--no-naive"])
    assert done.exit_code == 0, done.output
    return place / "out"


def numbers(text: str) -> float | str:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return text


def on_terminal(folder: Path) -> dict[str, Any]:
    text = io.StringIO()
    show(read_results(folder), Console(file=text, width=80))
    found = {}
    for name in SHOWN:
        label = re.escape(say(f"headline.{name}", "en"))
        (told,) = re.findall(
            rf"^{label}\s\s+(not \w+(?: in the plan)?|nothing avoided|\S+)(?:\s|$)", text.getvalue(), re.M
        )
        found[name] = numbers(told)
    return found


def in_cells(page: str) -> dict[str, Any]:
    """The table of key figures of a page: the cell beside each label."""
    found, (_, page) = {}, page.split(f">{say('headline', 'en')}<")
    for name in SHOWN:
        label = re.escape(html.escape(say(f"headline.{name}", "en")))
        (told,) = re.findall(rf"<t[dh][^>]*>(?:<bdi>)?{label}(?:</bdi>)?</t[dh]>\s*<td[^>]*>(?:<bdi>)?([^<]*)<", page)
        found[name] = numbers(html.unescape(told))
    return found


def in_workbook(folder: Path, tmp: Path) -> dict[str, Any]:
    sheet = next(iter(spreadsheet.read(write_workbook(folder, "en", tmp / "plan.xlsx")).values()))
    labels = {cell.value: key for key, cell in sheet.items() if key.startswith("A")}
    values = {name: sheet["B" + labels[say(f"headline.{name}", "en")][1:]].value for name in SHOWN}
    return values | {"irr": 100 * values["irr"]} if isinstance(values["irr"], float) else values


def test_all_six_outputs_say_the_same(folder: Path, tmp_path: Path) -> None:
    with (folder / "headline.csv").open() as file:
        rows = list(csv.DictReader(file))
    table = {row["metric"]: float(row["value"]) for row in rows if not row["year"]}
    assert set(table) >= set(SHOWN)
    scale = {"irr": 0.01} | dict.fromkeys(("avoided", "electricity_used", "grid_electricity", "hourly_matched"), 1.0)
    scale |= {"payback_years": 1.0, "cost_per_tonne": 1.0}
    assert table["penalties"] > 0
    exact = {name: table[name] / scale.get(name, 1e4) for name in SHOWN}
    outputs = {
        "terminal": on_terminal(folder),
        "report": in_cells(render(read_case(folder, "en"))),
        "dossier": in_cells(write_dossier(folder, "en", tmp_path / "dossier.html").read_text()),
    }
    book = in_workbook(folder, tmp_path)
    for name, value in exact.items():
        assert book[name] == pytest.approx(value, rel=1e-6, abs=1e-6), name
        rounding = 0.0501 if name in ("payback_years", "irr") else 0.501
        for output, told in outputs.items():
            assert told[name] == pytest.approx(value, abs=rounding), (output, name)


def test_investment_is_the_same_in_the_roadmap_and_by_year(folder: Path) -> None:
    """Three instalments, one decision: the roadmap's action and the terminal's step have all of it."""
    summary = json.loads((folder / "summary.json").read_text())
    whole = summary["headline"]
    assert summary["capex"] == pytest.approx(whole["investment"])
    assert whole["investment"] > 0
    roadmap = json.loads((folder / "roadmap.json").read_text())
    assert sum(year["investment"] for year in roadmap["years"]) == pytest.approx(whole["investment"], rel=1e-6)
    assert sum(year["running_cost"] for year in roadmap["years"]) == pytest.approx(whole["running_cost"], rel=1e-6)
    with (folder / "roadmap.csv").open() as file:
        actions = {row["item"]: float(row["one_off"]) for row in csv.DictReader(file) if row["one_off"]}
    assert sum(actions.values()) == pytest.approx(whole["investment"], rel=1e-6)
    with (folder / "cash.csv").open() as file:
        paid = [float(row["value"]) for row in csv.DictReader(file) if (row["item"], row["metric"]) == ("pv", "capex")]
    assert [share * actions["pv"] for share in (0.2, 0.3, 0.5)] == pytest.approx(paid, rel=1e-6)
    text = io.StringIO()
    show(read_results(folder), Console(file=text, width=80))
    (step,) = re.findall(r"^2029 +build: pv .* ([\d,.]+)$", text.getvalue(), re.M | re.I)
    assert float(step.replace(",", "")) == pytest.approx(actions["pv"] / 1e4, abs=0.5)


def test_payback_is_known_without_the_naive_plans(folder: Path) -> None:
    page = render(read_case(folder, "en"))
    payback = json.loads((folder / "summary.json").read_text())["headline"]["payback_years"]
    assert payback is not None
    assert f"{payback:.1f} years" in page


def test_a_short_business_as_usual_is_compared_nowhere(tmp_path: Path) -> None:
    """Half of the process heat has no boiler today: there is a plan, and nothing to compare it with."""
    text = SCENARIO.replace("existing_mw = 1.5", "existing_mw = 0.5\ncapex_per_kw = 500").replace(
        "target_stars = 3", ""
    )
    (tmp_path / "scenario.toml").write_text(text.replace("target_year = 2028", ""))
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["solve", str(tmp_path), "--out", str(out), "--no-naive"])
    assert done.exit_code == 0, done.output
    assert json.loads((out / "summary.json").read_text())["headline"]["payback_years"] is None
    page = write_dossier(out, "en", tmp_path / "dossier.html").read_text()
    for told in (on_terminal(out), in_cells(render(read_case(out, "en"))), in_cells(page), in_workbook(out, tmp_path)):
        for name in ("payback_years", "irr", "cumulative_saving", "usual_cash", "avoided"):
            assert told[name] == "not comparable"
        assert isinstance(told["total_cash"], float)
