from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from planner.cli import main
from planner.comparing.compared import compare
from planner.comparing.inputs import differing, words
from planner.comparing.outcome import decisions, kinds_of_money, verdict
from planner.comparing.page import render
from planner.results.folder import EFFECTIVE, ResultsError, Row, read_results, table_bytes
from tests.plans import dyehouse_results, forge

HOSTILE = '<img src=x onerror="alert(1)">[bold]=1+1'


def plan(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def folder(place: Path, effective: str = "", /, **changes: Any) -> Path:
    """A results folder in `place` with this effective scenario."""
    place.mkdir()
    made = dyehouse_results(place, **changes)
    (made / EFFECTIVE).write_text(f'[scenario]\nname = "{place.name}"\n{effective}', encoding="utf-8")
    return made


def summary(low: float, high: float, **more: Any) -> dict[str, Any]:
    return {"objective": high, "lower_bound": low, "currency": "CNY", "price_year": 2025, "years": [2025, 2040]} | more


@pytest.mark.parametrize(
    ("first", "other", "sign"),
    [
        (summary(9, 10), summary(10.5, 12), "higher"),
        (summary(10.5, 12), summary(9, 10), "lower"),
        (summary(9, 11), summary(10.5, 12), "undecided"),
        (summary(9, 10), summary(9, 10), "equal"),
        (summary(9, 10), summary(8, 10), "equal"),
        (summary(9, 10), summary(10.5, 12, currency="EUR"), "not_compared"),
        (summary(9, 10), summary(10.5, 12, years=[2025, 2035]), "not_compared"),
        (summary(9, 10), {"objective": None}, "not_compared"),
    ],
)
def test_a_difference_has_a_sign_where_it_is_proven(first: dict[str, Any], other: dict[str, Any], sign: str) -> None:
    assert verdict(first, other) == sign


def test_money_of_another_price_year_is_another_money() -> None:
    assert kinds_of_money([summary(1, 2), summary(1, 2, price_year=2026)]) == ["CNY 2025", "CNY 2026"]


def test_one_changed_key_is_named_as_what_differs(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", "[markets.grid]\nprice_per_mwh = 600\n")
    two = folder(tmp_path / "two", "[markets.grid]\nprice_per_mwh = 700\n")
    given = differing([read_results(one), read_results(two)])
    assert [(i.kind, i.key, i.values) for i in given] == [("scenario", "markets.grid.price_per_mwh", ("600", "700"))]
    assert words(given).startswith("One input differs, markets.grid.price_per_mwh:")
    assert "markets.grid.price_per_mwh" in words(given, "zh")


def test_series_solver_settings_and_versions_are_told_apart(tmp_path: Path) -> None:
    changes = {"inputs": {"scenario.toml": "x", "load.csv": "a" * 64}, "versions": {"numpy": "1"}}
    one = folder(tmp_path / "one", "[solver]\ngap = 0.01\n", **changes)
    changes = {"inputs": {"scenario.toml": "y", "load.csv": "b" * 64}, "versions": {"numpy": "2"}}
    two = folder(tmp_path / "two", "[solver]\ngap = 0.02\n", **changes)
    given = differing([read_results(one), read_results(two)])
    assert [(i.kind, i.key) for i in given] == [
        ("series", "load.csv"),
        ("solver", "solver.gap"),
        ("version", "numpy"),
    ]
    assert words(given) == (
        "One input differs, load.csv: with it the plans differ; solver settings and versions differ too."
    )
    assert words(given[1:]).startswith("No input differs, only solver settings and versions")
    assert words([]).startswith("No input differs:")


def test_a_plan_compared_with_itself_differs_in_nothing(tmp_path: Path) -> None:
    one = folder(tmp_path / "one")
    done = plan("compare", one, one, "--width", 80)
    assert done.exit_code == 0
    assert "Nothing differs." in done.stdout
    assert "Decisions that differ" not in done.stdout


def test_other_sizes_and_years_differ_and_hairs_do_not(tmp_path: Path) -> None:
    one, two = folder(tmp_path / "one"), folder(tmp_path / "two")
    rows = list(read_results(one).tables["decisions"])
    changed = [row._replace(value=row.value * (1.5 if row.item == "pv_roof" else 1.001)) for row in rows]
    changed = [row._replace(year=2027) if row.item == "leak_repair" else row for row in changed]
    changed.append(Row(2031, "gas_boiler", "retire", "share", 0.4))
    forge(two, "decisions.csv", table_bytes(changed))
    found = {d.item: d for d in decisions([read_results(one), read_results(two)])}
    assert set(found) == {"pv_roof", "leak_repair", "gas_boiler"}
    assert [one and one.sizes for one in found["pv_roof"].plans] == [{"MW": 8.0}, {"MW": 12.0}]
    assert [one and one.first_year for one in found["leak_repair"].plans] == [2025, 2027]
    assert found["gas_boiler"].plans[0] is None


def test_costs_stars_and_tonnes_stand_side_by_side(tmp_path: Path) -> None:
    one = folder(tmp_path / "one")
    facts = read_results(one).summary
    stars = facts["stars"] | {"2035": 1, "2036": 1}
    emissions = {year: values | {"scope1": values["scope1"] + 1} for year, values in facts["emissions_tco2e"].items()}
    raised = {"objective": facts["objective"] * 2, "lower_bound": facts["objective"] * 1.5}
    two = folder(tmp_path / "two", stars=stars, emissions_tco2e=emissions, **raised)
    told = json.loads(plan("compare", one, two, "--json").stdout)
    assert [case["id"] for case in told["cases"]] == ["A", "B"]
    assert told["costs"][0]["signs"] == ["higher"]
    assert [row["metric"] for row in told["stars"]] == ["stars.2035", "stars.2036"]
    years = len(facts["years"])
    changed = {row["metric"]: row["values"][1] - row["values"][0] for row in told["tonnes"]}
    assert changed == pytest.approx({"scope1.all_years": years, "scope1.last_year": 1.0})
    screen = plan("compare", one, two, "--width", 80).stdout
    assert re.search(r"Modelled stars 2035–2036 +5 +1", screen)
    assert max(map(len, screen.splitlines())) <= 80


def test_an_overlap_is_said_to_be_undecided(tmp_path: Path) -> None:
    one = folder(tmp_path / "one")
    high = read_results(one).summary["objective"]
    two = folder(tmp_path / "two", objective=high * 1.01, lower_bound=high * 0.99)
    assert "undecided" in plan("compare", one, two, "--width", 80).stdout


def test_a_folder_without_a_plan_is_said_so(tmp_path: Path) -> None:
    one = folder(tmp_path / "one")
    two = folder(tmp_path / "two", objective=None, status="infeasible", termination="the target is out of reach")
    done = plan("compare", one, two, "--width", 100)
    assert done.exit_code == 0
    assert "B holds no plan: the target is out of reach." in done.stdout


def test_other_horizons_are_not_compared(tmp_path: Path) -> None:
    one = folder(tmp_path / "one")
    two = folder(tmp_path / "two", years=tuple(range(2025, 2036)))
    done = plan("compare", one, two, "--width", 200)
    assert "Costs cover different years (2025–2035, 2025–2040)" in done.stdout


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_stands_alone_and_names_stay_text(tmp_path: Path, lang: str) -> None:
    given = {"scenario": {"name": HOSTILE, "file": "scenario.toml", "folder": ".."}}
    one = folder(tmp_path / "one", f"[markets.grid]\nlabel = {json.dumps(HOSTILE)}\n", **given)
    two = folder(tmp_path / "two", objective=1.0)
    done = plan("compare", one, two, "--html", tmp_path / "page.html", "--lang", lang, "--width", 80)
    assert done.exit_code == 0
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<img" not in text
    assert "<script" not in text
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", text)
    assert "default-src 'none'" in html.unescape(text)
    assert text == render(compare([one, two]), "zh" if lang == "zh" else "en"), "the same plans, the same bytes"


def test_the_figure_is_written_as_asked(tmp_path: Path) -> None:
    one, two = folder(tmp_path / "one"), folder(tmp_path / "two")
    for name, begin in (("f.svg", b"<?xml"), ("f.png", b"\x89PNG")):
        assert plan("compare", one, two, "--figure", tmp_path / name, "--json").exit_code == 0
        assert (tmp_path / name).read_bytes().startswith(begin)
    done = plan("compare", one, two, "--figure", tmp_path / "f.pdf")
    assert done.exit_code == 2
    assert "neither .svg nor .png" in done.stderr


def test_one_folder_is_no_comparison(tmp_path: Path) -> None:
    one = folder(tmp_path / "one")
    with pytest.raises(ResultsError, match="2 to 26"):
        compare([one])
    assert plan("compare", one).exit_code == 2
    (tmp_path / "empty").mkdir()
    assert plan("compare", one, tmp_path / "empty").exit_code == 2
