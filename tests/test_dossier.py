"""The dossier: categories add up to the ledger, planned and actual stay apart, names stay text, evidence is missing unless told."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.problem import OtherEmissions
from planner.assembly.assemble import assemble
from planner.assembly.base_year import base_gross
from planner.cli import main
from planner.dossier import write_dossier
from planner.dossier.evidence import evidence
from planner.dossier.inventory import CATEGORIES, base_inventory, category_of, planned_inventory
from planner.dossier.inventory_section import inventory_sections
from planner.dossier.page import render
from planner.dossier.words import WORDS
from planner.results.folder import ResultsError
from planner.results.record import Record
from planner.scenario.effective import effective_toml
from planner.solving.preparing import Settings, read
from planner.words import LANGS
from tests.factories import Site
from tests.plans import dyehouse_results
from tests.records import HOSTILE, YEARS, dyehouse_record, hostile_record, record_of

SCENARIO = Path("scenarios/food-shandong")


class Page(HTMLParser):
    """Sections by id with their nature and text; every tag and attribute seen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sections: dict[str, tuple[str, str]] = {}
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._open: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        found = dict(attrs)
        if tag == "section":
            self._open = found["id"] or ""
            self.sections[self._open] = found["data-nature"] or "", ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            nature, text = self.sections[self._open]
            self.sections[self._open] = nature, text + data


def real(tmp_path: Path) -> Record:
    """A shipped scenario with a plan that buys what its bills say: sources, factors and labels as users have them."""
    assembly = assemble(read(SCENARIO / "scenario.toml", Settings(resolution="days:8")))
    problem = assembly.problem
    steps = float(problem.steps.hours_per_year.sum())
    site = Site(years=problem.years, hours=tuple(problem.steps.hours_per_year))
    bought = {k.name: assembly.billed_mwh.get(k.name, 0.0) / steps for k in problem.markets}
    plan = site.plan({}, {"markets.import_mw": bought})
    gross = base_gross(problem, assembly.billed_mwh)
    problem = replace(problem, base=replace(problem.base, gross_tco2e=gross.rated))
    record = record_of(problem, plan)
    (tmp_path / "scenario.effective.toml").write_text(effective_toml(assembly.scenario), encoding="utf-8")
    return replace(record, scenario=assembly.scenario, results=replace(record.results, folder=tmp_path))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return real(tmp_path_factory.mktemp("shipped"))


@pytest.mark.parametrize("make", ["shipped", "dyehouse"])
def test_totals_by_category_are_those_of_the_ledger(make: str, shipped: Record) -> None:
    record = shipped if make == "shipped" else dyehouse_record()
    tonnes = record.answer.tonnes
    for n, year in enumerate(record.answer.problem.years):
        found = planned_inventory(record, year)
        assert found.total(1) == pytest.approx(tonnes.scope1_tco2e[n] - tonnes.captured_tco2e[n])
        assert found.total(2, "location") == pytest.approx(tonnes.scope2_location_tco2e[n])
        assert found.total(2, "market") == pytest.approx(tonnes.scope2_market_tco2e[n])
        assert sum(found.total(c) for c in (3, 4, 5, 6)) == pytest.approx(tonnes.scope3_tco2e[n])
        assert found.biogenic_tco2e == pytest.approx(tonnes.biogenic_memo_tco2e[n])


def test_every_source_of_the_ledger_has_a_line(shipped: Record) -> None:
    for record in (shipped, dyehouse_record()):
        year = record.answer.problem.years[-1]
        items = {line.item for line in planned_inventory(record, year).lines}
        for source in record.answer.tonnes.sources:
            owner = source.item.removesuffix(" upstream").removesuffix(" embodied")
            if source.scope != "biogenic_memo" and source.tco2e[-1]:
                assert owner in items, source.item


def test_every_line_is_its_activity_times_its_factor(shipped: Record) -> None:
    for found in (base_inventory(shipped), planned_inventory(shipped, 2030)):
        for line in found.lines:
            if line.factor is not None and line.activity is not None:
                assert line.tco2e == pytest.approx(line.activity * line.factor.value)


def test_base_year_is_what_the_plan_measures_reductions_against(shipped: Record) -> None:
    found, rating = base_inventory(shipped), shipped.answer.problem.rating
    inside = CATEGORIES if rating is not None and 3 in rating.scopes else (1, 2)
    assert sum(found.total(c) for c in inside) == pytest.approx(shipped.answer.problem.base.gross_tco2e)
    bills = {line.item: line.billed for line in found.lines if line.what == "bought"}
    assert bills["coal"] == "7170 t"


def test_a_base_below_the_bills_is_said(shipped: Record) -> None:
    problem = shipped.answer.problem
    lower = replace(problem, base=replace(problem.base, gross_tco2e=0.9 * problem.base.gross_tco2e))
    said = {}
    for name, one in (("equal", problem), ("lower", lower)):
        record = replace(shipped, answer=replace(shipped.answer, problem=one))
        said[name] = inventory_sections(record, base_inventory(record), "en")[0].lead
    assert "Reductions are measured against the lower" not in said["equal"]
    assert f"{0.9 * problem.base.gross_tco2e:,.0f} t. Reductions are measured against the lower" in said["lower"]


def test_ranges_follow_the_factor_and_are_unknown_without_one(shipped: Record) -> None:
    lines = {(line.item, line.what): line for line in base_inventory(shipped).lines}
    coal = lines["coal", "bought"]
    assert coal.factor is not None
    assert coal.factor.status == "probable"
    assert coal.range_tco2e == pytest.approx((coal.tco2e * 0.321 / 0.3406, coal.tco2e * 0.352 / 0.3406))
    assert lines["grid", "bought"].range_tco2e is None
    assert lines["refrigerant_leaks", "stated"].range_tco2e is None


def test_sources_outside_the_energy_balance_find_their_category() -> None:
    site = Site()
    names = {"freight": 3, "purchased_metal": 4, "waste": 4, "odds": 6}
    others = tuple(OtherEmissions(name, 3, site.yearly(1.0), 1.0) for name in names)
    record = record_of(site.problem(emissions=site.emissions(other=others)), site.plan())
    assert {o.name: category_of(record, o) for o in others} == {n: (c, True) for n, c in names.items()}
    assert category_of(record, OtherEmissions("freight", 1, site.yearly(1.0))) == (1, False)


@pytest.mark.parametrize("lang", LANGS)
def test_planned_and_actual_never_share_a_chapter(shipped: Record, lang) -> None:
    page = Page(render(shipped, [2030, 2035], lang))
    natures = {key: nature for key, (nature, _) in page.sections.items()}
    base = shipped.answer.problem.base.year
    assert natures[f"inventory-{base}"] == natures["evidence-actual"] == "actual"
    planned = {"inventory-2030", "inventory-2035", "assessment-2030", "projects", "evidence-planned"}
    assert {natures[key] for key in planned} == {"planned"}
    for nature, text in page.sections.values():
        if nature == "actual":
            assert "2030" not in text


def test_power_over_a_direct_line_has_a_line_at_zero() -> None:
    site = Site(years=(2025, 2026))
    contract = site.contract(name="wire", direct_line=True)
    decisions = {"contracts.sign_volume": {("wire", 2025): 4.0}}
    operation = {"markets.import_mw": {"grid": 6.0}, "contracts.delivered_mw": {"wire": 4.0}}
    record = record_of(site.problem(contracts=(contract,)), site.plan(decisions, operation))
    found = planned_inventory(record, 2026)
    (line,) = [line for line in found.lines if line.what == "direct"]
    assert (line.activity, line.tco2e) == (4000.0, 0.0)
    assert found.total(2) == pytest.approx(record.answer.tonnes.scope2_location_tco2e[1])
    assert "Power over a direct line" in render(record, [2026], "en")


def test_a_planned_year_has_no_bill_and_an_actual_one_no_claim(shipped: Record) -> None:
    assert not any(line.billed for line in planned_inventory(shipped, 2030).lines)
    assert not any(line.basis == "market" for line in base_inventory(shipped).lines)


def test_what_stands_in_for_a_bill_is_neither_actual_nor_planned() -> None:
    record = dyehouse_record()
    page = Page(render(record, [2030], "en"))
    nature, text = page.sections[f"filled-{YEARS[0] - 1}"]
    assert nature == ""
    assert "Gas" in text or "gas" in text
    assert "for want of bills" in text


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_names_stay_text(lang) -> None:
    text = render(hostile_record(), [2026], lang)
    page = Page(text)
    assert {"script", "img", "iframe", "form"}.isdisjoint(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    links = [value for name, value in page.attributes if name in ("href", "src")]
    assert all(value is not None and (value.startswith("#") or value == "data:,") for value in links)
    shown = "".join(words for _, words in page.sections.values())
    assert HOSTILE[2] in shown or HOSTILE[6] in shown


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_allows_nothing_but_its_own_style(shipped: Record, lang) -> None:
    text = render(shipped, [2030], lang)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy[1] or "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    assert "style=" not in text


def test_the_page_never_says_certified(shipped: Record) -> None:
    for text in (render(shipped, [2030], "en"), render(dyehouse_record(), [2030], "en")):
        assert not re.search(r"\b(is|are|was|were|be|been) certified\b|certified (factory|level|stars)", text)
        assert "not a certificate" in text


def test_evidence_is_missing_unless_the_file_says_otherwise(shipped: Record, tmp_path: Path) -> None:
    assert not any(one.present for one in evidence(shipped, [2030], "en"))
    file = tmp_path / "evidence.toml"
    base = shipped.answer.problem.base.year
    file.write_text(f'["bill.grid.{base}"]\nowner = "Ms Li"\ndate = 2026-03-01\nstatus = "present"\nwhere = "box 3"\n')
    (there,) = [one for one in evidence(shipped, [2030], "en", file) if one.present]
    assert (there.id, there.owner, there.dated, there.where) == (f"bill.grid.{base}", "Ms Li", "2026-03-01", "box 3")
    assert not there.planned


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('["bill.gird.2025"]\nstatus = "present"', "did you mean bill.grid.2025"),
        ('["bill.grid.2025"]\nstate = "present"', "did you mean status"),
        ('["bill.grid.2025"]\nstatus = "yes"', "wanted present or missing"),
        ('["bill.grid.2025"]\ndate = 5', "wanted a date"),
        ("bill = 3", "wanted a table"),
        ("[", "evidence.toml"),
    ],
)
def test_faults_of_the_evidence_file_are_named(shipped: Record, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "evidence.toml"
    file.write_text(text)
    with pytest.raises(ResultsError, match=re.escape(said)):
        evidence(shipped, [2030], "en", file)


def test_every_purchase_contract_and_meter_asks_for_evidence() -> None:
    record = dyehouse_record()
    ids = {one.id for one in evidence(record, [2031], "en")}
    assert {"meter.grid", "meter.gas", "meter.pv_roof", "bill.gas.2024", "bill.gas.2031"} <= ids
    assert {"retirement.ccer.2031", "contract.ppa.2030"} <= ids
    assert "retirement.gec.2031" not in ids  # none is bought


@pytest.mark.parametrize("lang", LANGS)
def test_equal_input_gives_an_equal_page(shipped: Record, lang) -> None:
    assert render(shipped, [2030], lang) == render(shipped, [2030], lang)


def test_every_word_is_in_both_languages() -> None:
    for english, chinese in WORDS.values():
        assert english
        assert re.search("[\u4e00-\u9fff]", chinese)
        assert set(re.findall(r"{\w+", english)) == set(re.findall(r"{\w+", chinese))


def test_the_command_writes_beside_the_summary_and_refuses_other_years(tmp_path: Path) -> None:
    folder = dyehouse_results(tmp_path, YEARS)
    assert write_dossier(folder, "zh") == folder / "dossier.zh.html"
    done = CliRunner().invoke(main, ["dossier", str(folder), "--year", "2099"])
    assert done.exit_code == 2
    assert "the plan has 2025 to 2034" in done.output
