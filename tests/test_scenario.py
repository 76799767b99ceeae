"""Every message of a bad scenario, its line and column; presets; the starter, the JSON Schema and the reference."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from planner import library
from planner.assembly.validate import validate
from planner.reading.faults import ScenarioFaults
from planner.reading.findings import places_of
from planner.reading.presets import TABLES, with_presets
from planner.reading.read import read_scenario
from planner.reading.reference import reference
from planner.scenario import Market, Scenario, value_in, values_in
from planner.scenario.schema import json_schema
from planner.scenario.starter import STARTER, write_starter
from tests.bad_scenarios import AFTER, BAD, GOOD, MAGNITUDES, NEXT

ROOT = Path(__file__).parent.parent


def written(folder: Path, text: str) -> Path:
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, text: str) -> list[str]:
    path = written(folder, text)
    with pytest.raises(ScenarioFaults) as caught:
        read_scenario(path)
    return [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]


def warnings_of(folder: Path, text: str) -> list[str]:
    path = written(folder, text)
    return [str(warning).removeprefix(f"{path}:") for warning in read_scenario(path).warnings]


def test_good_scenario(tmp_path: Path) -> None:
    reading = read_scenario(written(tmp_path, GOOD))
    assert reading.warnings == ()
    assert reading.folder == tmp_path
    assert reading.scenario.horizon.step_minutes == 60
    assert read_scenario(tmp_path).scenario == reading.scenario


@pytest.mark.parametrize("case", BAD)
def test_message(tmp_path: Path, case: str) -> None:
    added, message = BAD[case]
    faults = faults_of(tmp_path, GOOD + added)
    assert any(message in fault for fault in faults), faults


@pytest.mark.parametrize("case", BAD)
def test_one_mistake_is_not_many_faults(tmp_path: Path, case: str) -> None:
    """A wrong key may have a consequence or two, not a page."""
    assert len(faults_of(tmp_path, GOOD + BAD[case][0])) <= 2


@pytest.mark.parametrize("stars", ["7", '"five"'])
def test_a_wrong_target_is_no_fault_of_the_durable_stars(tmp_path: Path, stars: str) -> None:
    faults = faults_of(tmp_path, GOOD + f"[rating]\ntarget_stars = {stars}\n[durability]\ndurable_stars = 3")
    assert [fault.split(":")[2].strip() for fault in faults] == ["rating.target_stars"]


def test_without_required_tables(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "[site]\nroof_m2 = -5\n[finance]\ntimming = 3\n")
    assert [fault.split(":")[2].strip() for fault in faults[:4]] == ["scenario", "horizon", "demands", "markets"]
    assert any("roof_m2: got -5" in fault for fault in faults)
    assert any("timming" in fault for fault in faults)


def test_years_the_wrong_way_round(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, GOOD.replace("last_year = 2030", "last_year = 2020"))
    assert "6:13: horizon.last_year: got 2020, wanted a year from 2026 on" in faults
    faults = faults_of(tmp_path, GOOD.replace("last_year = 2030", "last_year = 2096"))
    assert "6:13: horizon.last_year: got 71 years, wanted at most 60 years" in faults
    faults = faults_of(tmp_path, GOOD.replace("last_year = 2030", "last_year = 2030\ntoday = 2031-01-01"))
    assert faults == ["7:9: horizon.today: got 2031-01-01, wanted a day up to 2030, the last year"]


def test_province(tmp_path: Path) -> None:
    assert faults_of(tmp_path, GOOD.replace('province = "Jiangsu"\n', "")) == [
        '1:2: scenario.province: got nothing, wanted a province, for the grid factor; or emissions.grid_factor = "national"'
    ]
    (fault,) = faults_of(tmp_path, GOOD.replace("Jiangsu", "Jiangsoo"))
    assert fault.startswith('3:12: scenario.province: got "Jiangsoo", wanted a province: one of Anhui, ')
    assert fault.endswith("did you mean Jiangsu")


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = (
        GOOD + '[finance]\ndiscount_rate = "x"\ntiming = "y"\n[retrofits.a]\nsavings = { zzz = 0.1 }\nlife_years = 0\n'
    )
    text += '[demands.b]\ncarrier = "q"\nfile = "../b.csv"\n'
    keys = [fault.split(": ")[1] for fault in faults_of(tmp_path, text)]
    assert keys == [
        "finance.discount_rate",
        "finance.timing",
        "retrofits.a.capex",
        "retrofits.a.savings.zzz",
        "retrofits.a.life_years",
        "demands.b.carrier",
        "demands.b.file",
    ]


def test_syntax_faults(tmp_path: Path) -> None:
    assert faults_of(tmp_path, GOOD + "[site]\nroof_m2 = 5k\n")[0].startswith(f"{AFTER}:12: got ")
    (fault,) = faults_of(tmp_path, GOOD + "[site]\nroof_m2 = 5\nroof_m2 = 6\n")
    assert fault.startswith(f"{NEXT + 2}:")
    assert fault.endswith("the same key or table stands twice")
    (fault,) = faults_of(tmp_path, GOOD + "[horizon]\n")
    assert "the same key or table stands twice" in fault
    (fault,) = faults_of(tmp_path, GOOD + 'x = "')
    assert fault.startswith(f"{NEXT}:")


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ScenarioFaults, match="No such file or directory, wanted a scenario file"):
        read_scenario(tmp_path / "scenario.toml")
    written(tmp_path, GOOD + "#" * 2**21)
    with pytest.raises(ScenarioFaults, match="at most 2 MB"):
        read_scenario(tmp_path)


def test_column_counts_characters(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, GOOD + 'site = { "中文" = 1, roof_m2 = -1 }\n'.replace("site", "[site]\nweather", 1))
    assert any(fault.startswith(f"{AFTER}:13: site.weather.中文: got an unknown key") for fault in faults)


def test_places_in_arrays_and_quoted_keys() -> None:
    places = places_of('[[a.b]]\nc = [1, # one\n  { "d e" = 2 }]\n[[a.b]]\n[a.b.f]\ng.h = 3\n')
    assert places["a", "b", 0, "c", 1, "d e"].value == (3, 13)
    assert places["a", "b", 1, "f", "g", "h"].key == (6, 1)


@pytest.mark.parametrize("case", MAGNITUDES)
def test_implausible_magnitude(tmp_path: Path, case: str) -> None:
    added, message = MAGNITUDES[case]
    warnings = warnings_of(tmp_path, GOOD + added)
    assert any(message in warning for warning in warnings), warnings


SERIES = '[demands.x]\ncarrier = "electricity"\nfile = "x.csv"\ncolumn = "value"\n'
PRICE = '[markets.x]\ncarrier = "electricity"\nfile = "x.csv"\nunit = "CNY/MWh"\n'
WEATHER = '[site.weather]\nfile = "x.csv"\n'


@pytest.mark.parametrize(
    ("value", "added", "message"),
    [
        (8500, SERIES, "24:10: demands.x.column: got a peak of 8,500 MW, wanted 0.001 to 500 MW; is the column in kW?"),
        (
            0.09,
            PRICE,
            "24:8: markets.x.unit: got 0.09 CNY/MWh on average, wanted 10 to 3000; is the column in CNY/kWh?",
        ),
        (287, WEATHER + 'temperature_column = "value"\n', "got 287 °C on average, wanted -15 to 40 °C; in kelvin?"),
    ],
)
def test_series_of_implausible_size(tmp_path: Path, value: float, added: str, message: str) -> None:
    (tmp_path / "x.csv").write_text("value\n" + f"{value}\n" * 8760)
    (warning,) = warnings_of(tmp_path, GOOD + added)
    assert message in warning


def test_weather_that_is_no_output_per_kw(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("value\n" + "950\n" * 8760)
    (fault,) = faults_of(tmp_path, GOOD + WEATHER + 'pv_column = "value"\n')
    assert fault == (
        f"{AFTER + 1}:13: site.weather.pv_column: got up to 950, wanted output per installed kW, 0 to 1; "
        "irradiance or power is no such share"
    )


def test_weather_has_one_file(tmp_path: Path) -> None:
    two = '[site.weather]\nfile = "none.csv"\npv_column = "pv"\nwind_column = "wind"\n'
    assert faults_of(tmp_path, GOOD + two) == [
        f'{AFTER}:8: site.weather.file: got "none.csv", wanted a file that exists'
    ]


def test_first_year_in_quotes_says_nothing_of_the_base_year(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, GOOD.replace("2026", '"2026"') + "[base_year]\nyear = 2025\n")
    assert fault.startswith("5:14: horizon.first_year")


def test_currency_of_the_library(tmp_path: Path) -> None:
    euro = GOOD.replace('name = "good"', 'name = "good"\ncurrency = "EUR"')
    (warning,) = warnings_of(tmp_path, euro + "[rating]\n")
    assert warning == (
        '3:12: scenario.currency: got "EUR", wanted CNY, the currency of the library; nothing is converted; still in CNY: '
        "converters.gas_boiler.capex_per_kw, converters.gas_boiler.opex_fixed_per_kw_year, "
        "converters.gas_boiler.opex_variable_per_mwh, markets.gas.fuel, management items of the standard that have no "
        "table, durability.penalty_per_t, durability.penalty_step_per_t"
    )
    own = "opex_fixed_per_kw_year = 2\nopex_variable_per_mwh = 1\ncapex_per_kw = 60\n"
    owned = euro.replace('fuel = "natural_gas"', 'fuel = "natural_gas"\nprice_per_mwh = 34')
    assert warnings_of(tmp_path, owned + own) == []


def test_price_series_in_another_currency(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("value\n" + "0.6\n" * 8760)
    (warning,) = warnings_of(tmp_path, GOOD + PRICE.replace("CNY/MWh", "EUR/kWh"))
    assert warning.endswith('markets.x.unit: got "EUR/kWh", wanted CNY/MWh or CNY/kWh; amounts are not converted')
    assert warnings_of(tmp_path, GOOD + PRICE.replace("CNY/MWh", "元/kWh")) == []


def test_presets_are_never_implausible(tmp_path: Path) -> None:
    assert warnings_of(tmp_path, GOOD + "[converters.e_boiler]\n[stores.steam_accumulator]\n[instruments.ccer]\n") == []


def test_given_periods(tmp_path: Path) -> None:
    given = GOOD.replace(
        "last_year = 2030", "last_year = 2030\nperiod_weights = [200, 165]\nperiod_steps = 2\nstep_minutes = 60"
    )
    given += '[solver]\nresolution = "given"\n[demands.x]\ncarrier = "electricity"\nvalues = [1.0, 2.0, 3.0, 4.0]\n'
    assert any("got 730 hours in all, wanted 8760 hours" in warning for warning in warnings_of(tmp_path, given))
    faults = faults_of(tmp_path, given.replace("values = [1.0, 2.0, 3.0, 4.0]", "values = [1.0, 2.0, 3.0]"))
    assert faults == ["28:10: demands.x.values: got 3 values, wanted 4, the steps of [horizon]"]
    (fault,) = faults_of(tmp_path, given.replace('resolution = "given"', 'resolution = "full"'))
    assert 'solver.resolution: got "full", wanted given, because [horizon] has period_weights' in fault
    (fault,) = faults_of(tmp_path, given.replace("period_steps = 2", "period_steps = 2\nperiod_months = [1]"))
    assert "horizon.period_months: got 1 months, wanted 2, one per period" in fault


def test_rating_copy_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("id = ", encoding="utf-8")
    (fault,) = faults_of(tmp_path, GOOD + '[rating]\nfile = "own.toml"')
    assert "rating.file: got own.toml:1:1: " in fault
    assert "wanted a rating standard as TOML" in fault
    copy = (library.FOLDER / "ratings" / "t_ceca_g_0171_2022.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(copy, encoding="utf-8")
    assert read_scenario(written(tmp_path, GOOD + '[rating]\nfile = "own.toml"')).scenario.rating is not None


# presets


@pytest.mark.parametrize("kind", TABLES)
def test_library_fits_the_schema(kind: str) -> None:
    names = {name: {} for name in library.load(kind)}
    full, findings = with_presets({kind: names})
    assert findings == []
    for name, table in full[kind].items():
        TABLES[kind].model_validate(table)
        assert set(library.load(kind)[name].values) <= set(TABLES[kind].model_fields), name


@pytest.mark.parametrize("kind", ["tariffs", "fuels"])
def test_market_presets_fit_the_schema(kind: str) -> None:
    for entry in library.load(kind).values():
        assert set(entry.values) <= set(Market.model_fields)


def merged(table: str, name: str, keys: dict[str, Any]) -> dict[str, Any]:
    full, findings = with_presets({table: {name: keys}})
    assert findings == []
    found: dict[str, Any] = full[table][name]
    return found


def test_given_keys_win_over_the_preset() -> None:
    preset = library.load("converters")["pv_roof"].values
    assert merged("converters", "pv_roof", {})["capex_per_kw"] == preset["capex_per_kw"]
    assert merged("converters", "pv_roof", {"capex_per_kw": 1.0})["capex_per_kw"] == 1.0
    other = merged("converters", "east_roof", {"preset": "pv_roof"})
    assert other["life_years"] == preset["life_years"]
    assert other["label"].endswith("(east_roof)")
    assert merged("converters", "thing", {"cop": 3.0}) == {"cop": 3.0}


def test_another_way_displaces_the_preset() -> None:
    assert "capex_per_annual_mwh" not in merged("retrofits", "led_lighting", {"capex": 1e6})
    assert "applies_to" not in merged("retrofits", "led_lighting", {"savings": {"lighting": 0.4}})
    hourly = next(name for name, entry in library.load("converters").items() if "carnot_share" in entry.values)
    assert "carnot_share" not in merged("converters", hourly, {"cop": 3.0})
    assert "capex_per_kw" not in merged("converters", "e_boiler", {"capex_segments": []})


def test_preset_keeps_the_end_uses_that_exist() -> None:
    demands = {"line_1": {"carrier": "electricity", "end_use": "motors"}}
    full, _ = with_presets({"demands": demands, "retrofits": {"motor_ie5": {}}})
    assert full["retrofits"]["motor_ie5"]["applies_to"] == ["motors"]


def test_preset_brings_the_management_item_that_it_requires(tmp_path: Path) -> None:
    measures = '[retrofits.energy_management]\napplies_to = ["motors"]\n[retrofits.flash_steam_recovery]\napplies_to = ["drying"]\n'
    scenario = read_scenario(written(tmp_path, GOOD + measures)).scenario
    assert scenario.retrofits["energy_management"].requires == ["energy_carbon_platform"]
    assert scenario.management["energy_carbon_platform"].capex
    assert scenario.retrofits["flash_steam_recovery"].requires == []  # another retrofit, which the site does not have


def test_value_between_years() -> None:
    assert values_in({2030: 0.0, 2040: 1.0}, [2029, 2030, 2035, 2041]) == [0.0, 0.0, 0.5, 1.0]
    assert value_in(3, 2030) == 3.0


# starter, schema, reference, speed


def test_starter(tmp_path: Path) -> None:
    path = write_starter(tmp_path / "mill")
    assert path == tmp_path / "mill" / "scenario.toml"
    assert len(path.read_text(encoding="utf-8").splitlines()) < 20
    assert all(len(line) <= 130 for line in STARTER.splitlines())
    assert read_scenario(path).warnings == ()
    assert read_scenario(path).scenario.scenario.name == "mill"
    with pytest.raises(FileExistsError, match="does not overwrite"):
        write_starter(tmp_path / "mill")
    with pytest.raises(ValueError, match='"Big Mill" cannot name a case'):
        write_starter(tmp_path / "Big Mill")


def test_validate_report(tmp_path: Path) -> None:
    bills = "[base_year]\nbilled = { grid = 5000, gas = 5000 }\n"
    report = validate(written(tmp_path, GOOD + bills + "[converters.pv_roof]\n"))
    assert report.lines[0].startswith("warning: ")
    assert report.lines[-6:] == [
        "good: 2026–2030, 2 demands, 2 markets, 0 retrofits, 2 converters, 0 stores, 0 contracts, 0 instruments, 0 management",
        "motors: 5,000 MWh a year, peak 0.5708 MW",
        "drying: 6,711 MWh a year, peak 1.339 MW",
        "base year, grid: model 5,000 MWh, billed 5,000 MWh",
        "base year, gas: model 7,295 MWh, billed 5,000 MWh",
        "no faults, 2 warning(s)",
    ]


def _numbers(node: dict[str, Any]) -> list[dict[str, Any]]:
    branches = node.get("anyOf", [node])
    inner = [b["additionalProperties"] for b in branches if isinstance(b.get("additionalProperties"), dict)]
    return [b for b in [*branches, *inner] if b.get("type") in ("number", "integer") and "enum" not in b]


def test_every_key_is_described() -> None:
    for name, table in Scenario.model_json_schema()["$defs"].items():
        assert table["description"], name
        for key, node in table["properties"].items():
            assert node["description"], (name, key)
            for number in _numbers(node):
                bounded = {"minimum", "exclusiveMinimum"} & set(number) and {"maximum", "exclusiveMaximum"} & set(
                    number
                )
                assert "unit" in node, (name, key)
                assert bounded or "plausible" in node, (name, key)


def test_json_schema() -> None:
    schema = json_schema()
    json.dumps(schema)
    key = schema["$defs"]["Site"]["properties"]["roof_m2"]
    assert key["description"] == "Roof free for PV [m²]. Usually 100 to 1e+06."
    assert schema["additionalProperties"] is False
    tomllib.loads(GOOD)


def test_reference_is_up_to_date() -> None:
    assert (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8") == reference()


def test_reading_imports_neither_pandas_nor_pyomo(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    code = (
        "import sys; from planner.reading.read import read_scenario; read_scenario(sys.argv[1]);"
        "print([m for m in ('pandas', 'pyomo', 'scipy', 'rich', 'matplotlib', 'tree_sitter', 'numpy') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout.strip() == "[]"


def test_validation_is_quick(tmp_path: Path) -> None:
    """The main scenario in less than half a second of processor time, over what an empty Python takes.

    Python's own files of compiled modules are kept, as for an installed program.
    """
    kept = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {"PYTHONPYCACHEPREFIX": str(tmp_path)}

    def seconds(*command: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *command], check=True, cwd=ROOT, stdout=subprocess.DEVNULL, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    code = "from planner.cli import main; main(['validate', 'scenarios/textile-suzhou'])"
    imports = min(seconds("-c", "import numpy, pydantic, click") for _ in range(5))
    assert min(seconds("-c", code) for _ in range(5)) < 4.5 * imports, "half a second on an idle machine"


def test_validation_of_bills_does_not_import_scipy() -> None:
    code = "import sys; from planner.assembly.validate import validate; validate(sys.argv[1]); print('scipy' in sys.modules)"
    case = ROOT / "scenarios" / "textile-suzhou" / "scenario.toml"
    ran = subprocess.run([sys.executable, "-c", code, str(case)], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "False"


def test_changes_stand_in_place_of_what_is_written(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + "[rating]\ntarget_stars = 3\ntarget_year = 2030")
    changed = read_scenario(path, {"rating": {"target_stars": 4}, "solver": {"gap": 0.02}}).scenario
    assert changed.rating is not None
    assert (changed.rating.target_stars, changed.rating.target_year, changed.solver.gap) == (4, 2030, 0.02)
    with pytest.raises(ScenarioFaults, match=r"scenario\.toml:\d+:\d+: rating\.target_stars: got 2, wanted a level"):
        read_scenario(path, {"rating": {"target_stars": 2}})
    with pytest.raises(ScenarioFaults, match=r"solver\.gap: got 7"):
        read_scenario(path, {"solver": {"gap": 7}})
