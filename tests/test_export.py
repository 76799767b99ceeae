from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from planner.cli import main
from planner.export.package import Field, Piece, descriptor
from planner.export.targets import TARGETS, export
from planner.results.folder import EFFECTIVE, OPERATION, ResultsError, read_results
from planner.scenario.effective import toml
from tests.plans import dyehouse_results, edit_summary, forge

YEARS = (2025, 2026, 2027, 2028, 2029, 2030)
SCENARIO = {
    "scenario": {"name": "dyehouse", "province": "Jiangsu", "city": "Suzhou"},
    "markets": {"grid": {"tariff": "jiangsu_35kv"}, "gas": {"fuel": "natural_gas"}},
    "converters": {"pv_roof": {"profile": "pv", "renewable": True}, "gas_boiler": {"outputs": {"steam": 1.0}}},
    "stores": {"battery": {"carrier": "electricity"}},
    "retrofits": {"leak_repair": {"savings": {"motors": 0.1}}},
    "management": {"metering": {"capex": 8e5}},
}


def plan(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def needed(target: str) -> None:
    """Skip where the extra of a target is not installed."""
    if target == "parquet":
        pytest.importorskip("pyarrow")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = dyehouse_results(tmp_path, YEARS, price_year=2025)
    (folder / EFFECTIVE).write_text(toml(SCENARIO), encoding="utf-8")
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("target", TARGETS)
def test_the_descriptor_lists_every_file_with_its_hash_and_fields(results: Path, target: str) -> None:
    needed(target)
    place, files = export(results, target)
    assert place == results.resolve() / "export" / target
    there = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    assert there == set(files)
    package = json.loads((place / "datapackage.json").read_text(encoding="utf-8"))
    assert package["currency"] == "CNY"
    assert {one["path"] for one in package["resources"]} == there - {"datapackage.json"}
    assert len({one["name"] for one in package["resources"]}) == len(package["resources"])
    for one in package["resources"]:
        data = (place / one["path"]).read_bytes()
        assert one["bytes"] == len(data)
        assert one["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
        if one["format"] == "csv":
            header = next(csv.reader(io.StringIO(data.decode())))
            assert [field["name"] for field in one["schema"]["fields"]] == header, one["path"]


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_plan_gives_the_same_bytes(results: Path, target: str) -> None:
    needed(target)
    once, _ = export(results, target)
    first = {path.name: path.read_bytes() for path in once.rglob("*") if path.is_file()}
    again, _ = export(results, target)
    assert first == {path.name: path.read_bytes() for path in again.rglob("*") if path.is_file()}


def test_the_iamc_table_agrees_with_the_summary(results: Path) -> None:
    place, _ = export(results, "iamc")
    table = {row["Variable"]: row for row in rows(place / "iamc.csv")}
    summary = read_results(results).summary
    scope1 = table["Emissions|Kyoto Gases|Scope 1"]
    assert (scope1["Region"], scope1["Scenario"], scope1["Unit"]) == ("Jiangsu|Suzhou", "dyehouse", "t CO2-equiv/yr")
    for year in map(str, YEARS):
        assert float(scope1[year]) == pytest.approx(summary["emissions_tco2e"][year]["scope1"])
        whole = float(table["Final Energy|Industry"][year])
        parts = [float(row[year]) for name, row in table.items() if name.startswith("Final Energy|Industry|")]
        assert sum(parts) == pytest.approx(whole)
    invested = sum(float(table["Investment"][str(year)]) for year in YEARS)
    assert invested == pytest.approx(summary["capex"])
    assert float(table["Capacity|Electricity|Solar|PV"]["2030"]) == 8.0
    assert float(table["Capacity|Electricity|Storage Capacity"]["2030"]) == 2.0
    assert float(table["Investment|Energy Efficiency"]["2025"]) == 500000.0


def test_a_price_is_what_is_paid_by_what_is_bought(results: Path) -> None:
    place, _ = export(results, "iamc")
    table = {row["Variable"]: row for row in rows(place / "iamc.csv")}
    price = table["Price|Final Energy|Industry|Electricity"]
    assert price["Unit"] == "CNY_2025/MWh"
    demand_charge = 40000 * 12 * 9.0 / (9.0 * 8760)  # 9 MW all year at 0.6 CNY/kWh and 40 CNY/kW-month
    assert float(price["2025"]) == pytest.approx(600 + demand_charge)
    meanings = rows(place / "variables.csv")
    assert {row["variable"] for row in meanings} == set(table)
    assert {row["standard"] for row in meanings} == {"True", "False"}


def test_what_is_not_bought_has_no_price(results: Path) -> None:
    ledger = (results / "ledger.csv").read_text().replace("2027,gas,import,MWh,194666.6667", "2027,gas,import,MWh,0")
    forge(results, "ledger.csv", ledger.encode())
    place, _ = export(results, "iamc")
    table = {row["Variable"]: row for row in rows(place / "iamc.csv")}
    assert table["Price|Final Energy|Industry|Gases"]["2027"] == ""
    assert table["Final Energy|Industry|Gases"]["2027"] == "0.0"


def test_json_holds_every_table(results: Path) -> None:
    place, _ = export(results, "json")
    document = json.loads((place / "plan.json").read_text(encoding="utf-8"))
    read = read_results(results)
    assert {name: len(table) for name, table in document["tables"].items()} == {
        name: len(table) for name, table in read.tables.items()
    }
    assert [field["name"] for field in document["fields"]] == ["year", "item", "metric", "unit", "value"]
    assert document["summary"]["net_present_cost"] == read.summary["net_present_cost"]
    assert (place / "tables" / "cash.csv").read_bytes() == (results / "cash.csv").read_bytes()


def test_parquet_says_its_units(results: Path) -> None:
    parquet: Any = pytest.importorskip("pyarrow.parquet")
    place, _ = export(results, "parquet")
    cash = parquet.read_table(place / "cash.parquet")
    assert cash.schema.names == ["year", "item", "metric", "unit", "value"]
    assert json.loads(cash.schema.metadata[b"units"])["energy"] == "CNY"
    operation = parquet.read_table(place / "operation.parquet")
    assert json.loads(operation.schema.metadata[b"units"])["markets.import_mw"] == "MW"
    steps = parquet.read_table(place / "steps.parquet")
    assert steps.schema.field("duration").metadata == {b"unit": b"h"}
    found = operation.to_pydict()
    bought = [
        value
        for year, quantity, item, value in zip(
            found["year"], found["quantity"], found["item"], found["value"], strict=True
        )
        if (year, quantity, item) == (2026, "markets.import_mw", "grid")
    ]
    assert bought == [5.0, 9.0]


def test_without_its_extra_parquet_says_what_to_install(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = plan("export", results, "--to", "parquet")
    assert done.exit_code == 2
    assert "pip install -e '.[parquet]'" in done.stderr


def test_the_calendar_has_the_dates_of_the_roadmap(results: Path) -> None:
    place, _ = export(results, "calendar")
    assert (place / "roadmap.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    (results / "roadmap.json").unlink()
    done = plan("export", results, "--to", "calendar")
    assert done.exit_code == 2
    assert "roadmap.json is missing" in done.stderr


def test_the_command_says_where(results: Path, tmp_path: Path) -> None:
    done = plan("export", results, "--to", "json", "--out", tmp_path / "there")
    assert done.exit_code == 0
    assert done.stdout.endswith("datapackage.json lists them\n")
    told = json.loads(plan("export", results, "--to", "json", "--out", tmp_path / "there", "--json").stdout)
    assert told["files"][-1] == "datapackage.json"


def test_other_folders_are_not_replaced(results: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear board")
    done = plan("export", results, "--to", "json", "--out", tmp_path / "mine")
    assert done.exit_code == 2
    assert "refusing to write into it" in done.stderr
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear board"
    assert plan("export", results, "--to", "json", "--out", tmp_path / "mine" / "letter.txt").exit_code == 2


def test_a_file_of_others_in_an_export_is_not_written_over(results: Path, tmp_path: Path) -> None:
    """Also where one of theirs is a folder of the name of ours."""
    out = tmp_path / "mine"
    assert plan("export", results, "--to", "calendar", "--out", out).exit_code == 0
    (out / "tables" / "notes.txt").mkdir(parents=True)
    (out / "iamc.csv").write_text("mine")
    done = plan("export", results, "--to", "iamc", "--out", out)
    assert done.exit_code == 2
    assert done.stderr == f"{out / 'iamc.csv'}: not of the planner, which would write there\n"
    assert (out / "iamc.csv").read_text() == "mine"
    (out / "iamc.csv").unlink()
    (out / "iamc.csv").mkdir()
    (out / "iamc.csv" / "letter.txt").write_text("dear board")
    assert plan("export", results, "--to", "iamc", "--out", out).exit_code == 2
    assert (out / "iamc.csv" / "letter.txt").read_text() == "dear board"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_without_a_plan_there_is_nothing_to_export(results: Path) -> None:
    edit_summary(results, status="infeasible")
    with pytest.raises(ResultsError, match="holds no plan"):
        export(results, "json")


def test_without_the_archive_it_says_how_to_make_it(results: Path) -> None:
    forge(results, OPERATION, b"not an archive")
    with pytest.raises(ResultsError, match="not a readable archive"):
        export(results, "pypsa")
    (results / OPERATION).unlink()
    done = plan("export", results, "--to", "pypsa")
    assert done.exit_code == 2
    assert "plan solve" in done.stderr
    assert plan("export", results, "--to", "iamc").exit_code == 0, "tables are enough"


def test_a_package_is_tabular_only_where_every_file_is_a_table() -> None:
    table, other = Piece("a.csv", b"x\n1\n", (Field("x", "integer", "MW"),)), Piece("b.ics", b"")
    assert json.loads(descriptor("A b", "t", [table], {}))["profile"] == "tabular-data-package"
    mixed = json.loads(descriptor("A b", "t", [table, other], {}))
    assert (mixed["name"], mixed["profile"]) == ("a-b", "data-package")
    assert mixed["resources"][0]["schema"]["fields"] == [{"name": "x", "type": "integer", "unit": "MW"}]
