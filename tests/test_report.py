from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from planner.accounting.rating import METRICS, facts_of
from planner.answer import account_for
from planner.cli import main
from planner.report import write_report
from planner.report.case import Case, read_case
from planner.report.compare import Line, differences
from planner.report.explorer import curve
from planner.report.headline import headline, last_held
from planner.report.page import digest, plain, render, sections
from planner.report.phrases import phrase
from planner.report.words import WORDS, Language
from planner.results.folder import ResultsError, summary_bytes
from tests.plans import dyehouse
from tests.report_case import CLOSING, FORMULA, IMAGE, TURNED, YEARS, report_case

MOST_BYTES = 2_000_000
ORDER = ["when", "ladder", "explore", "lasting", "money", "tonnes", "energy", "assumptions", "proof"]


class Text(HTMLParser):
    """Text of a page, and its elements with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report_case(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module", params=["en", "zh"])
def case(folder: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Case:
    if request.param == "zh":  # without the archive, so without figures
        folder = report_case(tmp_path_factory.mktemp("bare"))
        (folder / "operation.npz").unlink()
    return read_case(folder, request.param)


@pytest.fixture(scope="module")
def page(case: Case) -> str:
    return render(case)


def test_chapters_stand_in_the_order_in_which_a_board_reads(case: Case, page: str) -> None:
    assert [section.key for section in sections(case)] == ORDER
    assert re.findall(r'<section id="(\w+)"', page) == ["answer", *ORDER]


def test_the_page_is_small_and_holds_all_that_it_shows(page: str) -> None:
    assert len(page.encode()) < MOST_BYTES
    for tag, attributes in Text(page).elements:
        for name in ("src", "href", "xlink:href", "action", "data", "poster"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,", "data:image/")), (tag, name, attributes)
        assert not any(name.startswith("on") or name == "style" for name in attributes), (tag, attributes)


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(page: str) -> None:
    policies = [a["content"] for tag, a in Text(page).elements if a.get("http-equiv") == "Content-Security-Policy"]
    style = re.findall(r"<style>(.*?)</style>", page, flags=re.S)
    script = re.findall(r"<script>(.*?)</script>", page, flags=re.S)
    assert (len(policies), len(style), len(script)) == (1, 1, 1)
    assert policies[0] == (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src '{digest(style[0])}'; script-src '{digest(script[0])}'"
    )


def test_hostile_names_stay_text(page: str) -> None:
    read = Text(page)
    assert not any(tag == "img" for tag, _ in read.elements)
    said = "".join(read.words)
    for name in (CLOSING, IMAGE, FORMULA):
        assert name in said
    assert "gnp.exe" in said
    assert not set(TURNED[:1] + TURNED[-1:]) & set(page)


def test_what_is_referred_to_is_there_once(page: str) -> None:
    ids = Counter(attributes["id"] for _, attributes in Text(page).elements if attributes.get("id"))
    referred = set(re.findall(r'(?:url\(|href=")#([^")]+)', page))
    assert referred >= set(ORDER)
    assert {name: ids[name] for name in referred if ids[name] != 1} == {}


def test_equal_results_give_equal_pages(case: Case, page: str) -> None:
    assert render(case) == page


def test_peak_cash_is_the_deepest_balance_against_business_as_usual(folder: Path) -> None:
    case = read_case(folder, "en")
    found = case.headline
    assert found is not None
    saved = found.yearly["cumulative_saving"]
    assert len(saved) == len(YEARS)
    tile = next(tile for tile in headline(case).tiles if tile.name == "Peak cash")
    assert tile.value == f"{max(0.0, -saved.min()) / 1e4:,.0f}"


def test_stars_are_held_until_there_are_fewer() -> None:
    assert last_held({"2030": 5, "2031": 6, "2032": 4, "2033": 5}, "2030", 5) == 2031


def test_this_plan_joins_the_curve_where_no_point_is_it(folder: Path) -> None:
    case = read_case(folder, "en")
    points = curve(case, case.studies["pareto"])
    assert [point.x for point in points] == sorted(point.x for point in points)
    assert sum(point.is_plan for point in points) == 1
    objective = case.summary["objective"]
    study: dict[str, Any] = {
        "against": "stars",
        "points": [{"id": "own", "objective": objective, "net_present_cost": 1.0, "x": 5.0}],
    }
    assert [(point.name, point.is_plan, point.apart) for point in curve(case, study)] == [("own", True, False)]
    study["points"][0]["objective"] = 0.5 * objective  # the curve has something better: its line passes this plan by
    assert {(point.is_plan, point.apart) for point in curve(case, study)} == {(False, False), (True, True)}


def test_differences_look_at_what_is_built_in_all() -> None:
    words = Language("en", "CNY")

    def line(years: str, verb: str, item: str, size: str = "", invest: float = 0.0) -> Line:
        return Line(years, verb, item, size, invest)

    before = [
        line("2026", "build", "PV", "2 MW"),
        line("2028", "enlarge", "PV", "1 MW"),
        line("2027", "measure", "LED"),
    ]
    after = [line("2026", "build", "PV", "3.01 MW"), line("2030", "build", "pump", "4 MW, 5 MWh", 9.0)]
    assert differences(words, before, after) == [
        ["+", "build: pump", "2030, 4.00 MW, 5.00 MWh"],
        ["−", "measure: LED", "2027"],
    ]
    assert differences(words, before[2:], [line("2029", "measure", "LED")]) == [
        ["~", "measure: LED", "moved from 2027 to 2029"]
    ]
    assert differences(words, before[:1], [line("2026", "build", "PV", "4 MW")]) == [
        ["~", "build: PV", "2.00 becomes 4.00 MW"]
    ]


def test_studies_that_are_missing_are_named_by_their_command(tmp_path: Path) -> None:
    results = report_case(tmp_path)
    for path in (results / "studies").iterdir():
        path.unlink()
    (results / "roadmap.json").unlink()
    (results / "operation.npz").unlink()
    said = "".join(Text(render(read_case(results, "en"))).words)
    for command in ("solve", "pareto", "ladder", "stress", "factors", "abatement", "alternatives"):
        assert f"Run: plan {command} " in said or f"with: plan {command} " in said


def test_a_chapter_with_nothing_in_it_bears_its_title_once(tmp_path: Path) -> None:
    folder = report_case(tmp_path)
    for study in (folder / "studies").iterdir():
        study.unlink()
    chapters = render(read_case(folder, "en")).split("<h2>")[1:]
    titles = [(chapter.split("</h2>")[0], re.findall(r"<h3>(.*?)</h3>", chapter)) for chapter in chapters]
    assert len(titles) == len(ORDER)
    assert not [title for title, below in titles if title in below]


def test_what_is_embodied_in_a_part_is_named_by_the_thing_and_the_part(folder: Path) -> None:
    case = read_case(folder, "en")
    assert case.label("roof_store energy embodied") == "Roof store, energy, embodied"
    assert case.label("battery energy embodied").startswith(case.label("battery"))


def test_an_infeasible_case_says_why(tmp_path: Path) -> None:
    lines = ["No plan reaches the target.", CLOSING]
    results = tmp_path / "results"
    results.mkdir()
    summary = {
        "status": "infeasible",
        "termination": "out of reach",
        "verified": False,
        "explanation": lines,
        "price_year": 2025,
    }
    (results / "summary.json").write_bytes(summary_bytes(summary))
    said = "".join(Text(render(read_case(results, "en"))).words)
    assert "There is no plan" in said
    assert all(line in said for line in lines)


def test_a_case_without_a_rating_has_no_stars_to_show(tmp_path: Path) -> None:
    bare = {"stars": {}, "durable_stars": {}, "score": {}, "stars_range": {}, "target": {}}
    results = report_case(tmp_path, **bare)
    (results / "operation.npz").unlink()
    for path in (results / "studies").iterdir():
        path.unlink()
    case = read_case(results, "en")
    assert headline(case).tiles[0].name == "Net present cost"
    assert "Stars year by year" not in render(case)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "durable: 4 stars, neutralised share at least 100 %: met exactly in 2030",
            "可持续:4星,中和比例不低于100 %:恰好满足于2030",
        ),
        ("6 stars in 2030 if 80", "若为80,则2030年6星"),
        ("adds PV 2 MW in 2030", "2030年新增PV 2 MW"),
        ("4 stars in 2028 would also take: remove 3,633.0 t more", "2028年达到4星还需:再清除3,633.0 t"),
        (
            "no single one; all together at their strict ends 0 stars, at their lenient ends 3",
            "单项均不改变;全部取严0星,全部取宽3星",
        ),
        ("a sentence that no rule knows", "a sentence that no rule knows"),
    ],
)
def test_sentences_of_the_results_are_told_in_chinese(english: str, chinese: str) -> None:
    assert phrase(english, "zh") == chinese
    assert phrase(english, "en") == english


def test_every_remedy_of_the_evaluator_is_told_in_chinese() -> None:
    facts = facts_of(account_for(*dyehouse(YEARS)).tonnes, 0)
    for ratio in METRICS.values():
        one = ratio(facts)
        told = phrase(f"6 stars in 2030 would also take: {one.remedy.format(gap=f'1.0 {one.unit}')}", "zh")
        assert not re.search(r"[a-z]{4,}", told), told


def test_control_characters_are_dropped_and_letters_of_all_scripts_stay() -> None:
    assert plain(f"a{TURNED}\x00\u200fb\nc שלום 苏州") == "agnp.exeb\nc שלום 苏州"


def test_every_word_has_both_languages_with_the_same_blanks() -> None:
    for key, (english, chinese) in WORDS.items():
        blanks = [sorted(re.findall(r"{\w+}", words)) for words in (english, chinese)]
        assert english, key
        assert chinese, key
        assert blanks[0] == blanks[1], key


def test_no_word_of_the_page_is_a_key(case: Case) -> None:
    headings = [h for s in sections(case) for b in s.blocks if b.kind == "table" for h in b.headings]
    assert headings
    assert not [heading for heading in headings if "_" in heading]


def test_the_command_writes_beside_the_results_or_where_it_is_told(tmp_path: Path) -> None:
    run, folder = CliRunner(), report_case(tmp_path / "case")
    (folder / "operation.npz").unlink()  # without figures it is quick
    assert run.invoke(main, ["report", str(folder)]).exit_code == 0
    assert run.invoke(main, ["report", str(folder), "--lang", "zh"]).exit_code == 0
    assert {"report.html", "report.zh.html"} <= {path.name for path in folder.iterdir()}
    out = tmp_path / "new" / "page.html"
    assert run.invoke(main, ["report", str(folder), "--out", str(out)]).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    wrong = run.invoke(main, ["report", str(tmp_path)])
    assert wrong.exit_code == 2
    assert "not a results folder" in wrong.output


def test_a_study_of_another_kind_is_refused(tmp_path: Path) -> None:
    results = report_case(tmp_path)
    (results / "studies" / "stress.json").write_text('{"kind": "other"}')
    with pytest.raises(ResultsError, match="not a study of kind stress"):
        write_report(results, "en")


def test_a_word_that_is_missing_in_a_template_is_an_error(case: Case) -> None:
    words: Any = case.words
    with pytest.raises(KeyError):
        words("no such word")


def test_the_ladder_says_which_of_its_numbers_count_penalties(folder: Path) -> None:
    said = "".join(Text(render(read_case(folder, "en"))).words)
    assert "count penalties for paper too." in said
    assert "净现值成本为现金" in "".join(Text(render(read_case(folder, "zh"))).words)
