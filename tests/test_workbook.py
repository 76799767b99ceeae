"""The workbook: LibreOffice recalculates what the accountant found; names stay text; equal input gives equal bytes."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from models.problem import Finance
from planner.accounting.accounts import accounts
from planner.accounting.measures import internal_rate_of_return, simple_payback
from planner.answer import MILLION
from planner.cli import main
from planner.results.record import Record
from planner.words import LANGS
from planner.workbook import workbook_bytes, write_workbook
from planner.workbook.words import SHEETS
from planner.workbook.words import WORDS as OWN_WORDS
from tests.plans import dyehouse_results
from tests.records import HOSTILE, YEARS, dyehouse_record, hostile_record
from tests.spreadsheet import Cell, read, recalculated, without_values

FINANCES = {
    "plain": Finance(0.06),
    "taxed": Finance(0.08, 0.5, "annuity", inflation=0.02, tax_rate=0.25, depreciation_years=5),
    "early": Finance(0.0, 0.0, "straight_line", inflation=0.03, tax_rate=0.15, depreciation_years=20),
    "bare": Finance(0.07, 1.0, "none"),
}
OTHER_RATE = 0.113


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Record, Path]]:
    folder = tmp_path_factory.mktemp("workbooks")
    found = {}
    for name, finance in FINANCES.items():
        record = dyehouse_record(finance)
        path = folder / f"{name}.xlsx"
        path.write_bytes(workbook_bytes(record, "en"))
        found[name] = record, path
    return found


@pytest.fixture(scope="module")
def calculated(
    written: dict[str, tuple[Record, Path]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, dict[str, Cell]]]:
    folder = tmp_path_factory.mktemp("office")
    paths = [without_values(path, folder / path.name) for _, path in written.values()]
    rate = find(read(written["taxed"][1])["Pro forma"], "Discount rate, real", column="C")
    changed = {("Pro forma", rate): OTHER_RATE}
    paths.append(without_values(written["taxed"][1], folder / "other_rate.xlsx", changed))
    return recalculated(paths, folder)


def find(sheet: dict[str, Cell], label: str, column: str) -> str:
    """Reference of the cell in `column` of the first row whose first cell says `label`."""
    rows = [reference for reference, cell in sheet.items() if re.match(r"A\d", reference) and cell.value == label]
    return column + rows[0].removeprefix("A")


def value(sheet: dict[str, Cell], label: str, column: str = "C") -> float | str:
    return sheet[find(sheet, label, column)].value


@pytest.mark.parametrize("name", FINANCES)
def test_libreoffice_recalculates_the_net_present_cost_of_the_plan(written, calculated, name) -> None:
    record, _ = written[name]
    cost = record.answer.money.net_present_cost * MILLION
    sheets = calculated[name]
    assert value(sheets["Pro forma"], "Net present cost, from the cells above") == pytest.approx(cost, rel=1e-9)
    assert record.usual is not None
    usual = record.usual.money.net_present_cost * MILLION
    assert value(sheets["BAU pro forma"], "Net present cost, from the cells above") == pytest.approx(usual, rel=1e-9)


@pytest.mark.parametrize("name", FINANCES)
def test_every_cached_value_is_what_libreoffice_calculates(written, calculated, name) -> None:
    cached, fresh = read(written[name][1]), calculated[name]
    formulas = 0
    for sheet, cells in cached.items():
        for reference, cell in cells.items():
            if cell.formula is None:
                continue
            formulas += 1
            other = fresh[sheet][reference].value if reference in fresh[sheet] else ""
            if isinstance(cell.value, float):
                assert other == pytest.approx(cell.value, rel=1e-9, abs=1e-6), (sheet, reference, cell.formula)
            else:
                assert other == cell.value, (sheet, reference, cell.formula)
    assert formulas > 500


@pytest.mark.parametrize("name", FINANCES)
def test_payback_and_rate_of_return_are_those_of_the_accountant(written, calculated, name) -> None:
    record, _ = written[name]
    usual = record.usual
    assert usual is not None
    sheet = calculated[name]["Against BAU"]
    for label, found in (
        ("Simple payback", simple_payback(record.answer.money, usual.money)),
        ("Internal rate of return", internal_rate_of_return(record.answer.money, usual.money)),
    ):
        shown = value(sheet, label)
        assert isinstance(shown, str) if found is None else shown == pytest.approx(found, rel=1e-6)


def test_another_discount_rate_gives_what_the_accountant_recomputes(written, calculated) -> None:
    record, _ = written["taxed"]
    problem, plan = record.answer.problem, record.answer.plan
    other = replace(problem, finance=replace(problem.finance, discount_rate=OTHER_RATE))
    expected = accounts(other, plan).net_present_cost * MILLION
    assert expected != pytest.approx(record.answer.money.net_present_cost * MILLION, rel=1e-3)
    shown = value(calculated["other_rate"]["Pro forma"], "Net present cost, from the cells above")
    assert shown == pytest.approx(expected, rel=1e-9)


def test_values_stand_beside_the_formulas_for_viewers_that_do_not_calculate(written) -> None:
    record, path = written["taxed"]
    sheet = read(path)["Pro forma"]
    cell = sheet[find(sheet, "Net present cost, from the cells above", "C")]
    assert cell.formula is not None
    assert cell.value == pytest.approx(record.answer.money.net_present_cost * MILLION, rel=1e-12)


def test_ledger_sheets_hold_the_plans_tonnes(written) -> None:
    record, path = written["plain"]
    sheet, tonnes = read(path)["Emissions"], record.answer.tonnes
    assert value(sheet, "Gross, location-based, boundary I") == pytest.approx(tonnes.gross_location_tco2e[0])
    assert value(sheet, "Scope 1") == pytest.approx(tonnes.scope1_tco2e[0])


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_names_stay_text(lang, tmp_path: Path) -> None:
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(workbook_bytes(hostile_record(), lang))
    with zipfile.ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if "externalLink" in name or "vba" in name]
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets")}
    names = {name for sheet in parts.values() for name in re.findall(r"<f>([^<]*)</f>", sheet)}
    assert names
    assert not [formula for formula in names for hostile in HOSTILE if hostile in formula or "evil" in formula]
    assert not any("hyperlink" in sheet for sheet in parts.values())
    texts = {cell.value for sheet in read(path).values() for cell in sheet.values() if cell.formula is None}
    assert {"=cmd|'/C calc'!A0", "    +1+1", "    @SUM(1)"} <= {
        text.rstrip() for text in texts if isinstance(text, str)
    }


def test_sheet_names_are_ours_and_allowed() -> None:
    for english, chinese in SHEETS.values():
        for name in (english, chinese):
            assert 0 < len(name) <= 31
            assert not set(name) & set("[]:*?/\\'")


@pytest.mark.parametrize("lang", LANGS)
def test_equal_input_gives_equal_bytes(lang) -> None:
    assert workbook_bytes(dyehouse_record(), lang) == workbook_bytes(dyehouse_record(), lang)


def test_every_word_is_in_both_languages() -> None:
    for english, chinese in OWN_WORDS.values():
        assert english
        assert re.search("[\u4e00-\u9fff]", chinese)
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", chinese))


def test_a_factory_without_business_as_usual_still_has_its_pro_forma(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Record, "usual", None)
    path = tmp_path / "alone.xlsx"
    path.write_bytes(workbook_bytes(dyehouse_record(), "en"))
    sheets = read(path)
    assert "BAU pro forma" not in sheets
    assert np.isfinite(float(value(sheets["Pro forma"], "Net present cost, from the cells above")))


def test_the_workbook_is_written_whole_beside_the_summary(tmp_path: Path) -> None:
    folder = dyehouse_results(tmp_path, YEARS)
    assert write_workbook(folder, "en") == folder / "plan.xlsx"
    assert write_workbook(folder, "zh") == folder / "plan.zh.xlsx"
    assert not list(folder.glob(".*"))


def test_the_command_says_what_is_no_results_folder(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["workbook", str(tmp_path)])
    assert done.exit_code == 2
    assert "is not a results folder" in done.output
