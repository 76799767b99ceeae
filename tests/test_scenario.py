"""Every message of a bad scenario, its line and column; presets; the starter, the JSON Schema and the reference."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from planner import library
from planner.faults import ScenarioFaults
from planner.findings import places_of
from planner.presets import TABLES, with_presets
from planner.reading import read_scenario
from planner.scenario import Market, Scenario, value_in, values_in
from planner.scenario_reference import reference
from planner.schema import json_schema
from planner.starter import STARTER, write_starter
from planner.validate import validate

ROOT = Path(__file__).parent.parent

GOOD = """\
[scenario]
name = "good"
province = "Jiangsu"
[horizon]
first_year = 2026
last_year = 2030
[demands.motors]
carrier = "electricity"
annual_mwh = 5000
[demands.drying]
carrier = "steam"
annual_mwh = "9000 t_steam"
profile = "two_shift"
[markets.grid]
carrier = "electricity"
price_per_mwh = 650
[markets.gas]
fuel = "natural_gas"
[converters.gas_boiler]
existing_mw = 3.0
"""


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


# a line added to GOOD -> the whole message
LINES = GOOD.count("\n")
NEXT = LINES + 1
AFTER = LINES + 2
BAD: dict[str, tuple[str, str]] = {
    "unknown table": (
        "[futures]\n",
        f"{NEXT}:2: futures: got an unknown key, wanted a key of the scenario; known: base_year, carriers, "
        "contracts, converters, demands, durability, emissions, finance, horizon, instruments, management, markets, "
        "production, rating, retrofits, scenario, site, solver, stores",
    ),
    "misspelt key": (
        '[finance]\ntimming = "end"',
        f"{AFTER}:1: finance.timming: got an unknown key, wanted a key of [finance]; did you mean timing",
    ),
    "misspelt word": (
        '[finance]\ntiming = "ende"',
        f'{AFTER}:10: finance.timing: got "ende", wanted one of start, mid, end; did you mean end',
    ),
    "text for a number": (
        '[converters.pv_roof]\ncapex_per_kw = "2k"',
        f'{AFTER}:16: converters.pv_roof.capex_per_kw: got "2k", wanted a number ≥ 0 [CNY/kW]',
    ),
    "quoted number": (
        '[site]\nroof_m2 = "500"',
        f'{AFTER}:11: site.roof_m2: got "500", wanted a number ≥ 0 [m²]; did you mean 500 without quotes',
    ),
    "negative": ("[site]\nroof_m2 = -1", f"{AFTER}:11: site.roof_m2: got -1, wanted a number ≥ 0 [m²]"),
    "percent": (
        "[finance]\ndiscount_rate = 8",
        f"{AFTER}:17: finance.discount_rate: got 8, wanted a number ≥ 0 and < 1 [per year]; did you mean 0.08, as 8 %",
    ),
    "not a number": ("[site]\nroof_m2 = nan", f"{AFTER}:11: site.roof_m2: got nan, wanted a number ≥ 0 [m²]"),
    "infinite": ("[site]\nroof_m2 = inf", f"{AFTER}:11: site.roof_m2: got inf, wanted a number ≥ 0 [m²]"),
    "yes for a number": ("[site]\nroof_m2 = true", f"{AFTER}:11: site.roof_m2: got true, wanted a number ≥ 0 [m²]"),
    "half years": (
        "[converters.pv_roof]\nlife_years = 25.5",
        f"{AFTER}:14: converters.pv_roof.life_years: got 25.5, wanted a whole number ≥ 1 and ≤ 100 [years]",
    ),
    "number for a table": ("[converters]\npv_roof = 5", f"{AFTER}:11: converters.pv_roof: got 5, wanted a table"),
    "bad year": (
        "[emissions]\ncarbon_price = { '2o30' = 80 }",
        f'{AFTER}:18: emissions.carbon_price.2o30: got "2o30", wanted a year from 1990 to 2100',
    ),
    "bad name": (
        '[demands."space-heat"]\ncarrier = "steam"\nannual_mwh = 5',
        f'{NEXT}:2: demands.space-heat: got "space-heat", wanted a name of letters, digits and _ that begins with a letter',
    ),
    "missing key": (
        "[production.cloth]\n",
        f"{NEXT}:2: production.cloth.output: got nothing, wanted a number > 0 [the production's]; this key is required",
    ),
    "unknown preset": (
        '[stores.cell]\npreset = "batery_li_ion"',
        f'{AFTER}:10: stores.cell.preset: got "batery_li_ion", wanted a preset of stores: one of battery_li_ion, '
        "hot_water_tank, hydrogen_tank, phase_change_store, steam_accumulator; did you mean battery_li_ion",
    ),
    "unknown tariff": ('[markets.b]\ntariff = "jiangsu"', "did you mean jiangsu_35kv"),
    "unknown fuel": ('[markets.b]\nfuel = "gas"', "wanted a fuel of the library"),
    "unknown carrier": (
        '[demands.x]\ncarrier = "steem"\nannual_mwh = 5',
        f'{AFTER}:11: demands.x.carrier: got "steem", wanted a carrier: one of biomass, co2, coal, compressed_air, '
        "cooling, diesel, electricity, gas, hot_water, hydrogen, steam, warm_water; did you mean steam",
    ),
    "carrier of a converter": (
        "[converters.gadget]\nlife_years = 9\ncapex_per_kw = 100\noutputs = { heat = 1.0 }",
        f'{NEXT + 3}:13: converters.gadget.outputs.heat: got "heat", wanted a carrier',
    ),
    "nothing supplies": (
        '[demands.cold]\ncarrier = "cooling"\nannual_mwh = 5',
        f"{AFTER}:11: demands.cold.carrier: got cooling, wanted a carrier that a market, converter or contract supplies",
    ),
    "no factor": (
        '[markets.heat]\ncarrier = "steam"\nprice_per_mwh = 300',
        f"{NEXT}:2: markets.heat.emission_factor_t_per_mwh: got nothing, wanted a factor [t CO2e/MWh], or a fuel; "
        "every carrier has an emission line; 0 if it truly has none",
    ),
    "two prices": (
        '[markets.b]\ncarrier = "electricity"\nprice_per_mwh = 300\nvalues = [1.0]',
        "markets.b.values: got price_per_mwh and values, wanted one of price_per_mwh, tou, file, values, or a tariff",
    ),
    "no carrier": ("[markets.b]\nprice_per_mwh = 300", "markets.b.carrier: got nothing, wanted carrier traded"),
    "export without price": (
        '[markets.b]\ntariff = "jiangsu_35kv"\nmax_export_mw = 1',
        "markets.b.export_price_per_mwh: got nothing, wanted a price; required by max_export_mw",
    ),
    "demand charge missing": (
        '[markets.b]\ncarrier = "electricity"\nprice_per_mwh = 600\ndemand_rule = "peak"',
        "markets.b.demand_charge_per_kw_month: got nothing, wanted demand charge",
    ),
    "tariff period": (
        '[markets.b]\ncarrier = "electricity"\n[markets.b.tou]\nprices = { flat = 600, peak = 900 }\n'
        'periods = [{ price = "peek", hours = ["8-11"] }]',
        f'{NEXT + 4}:22: markets.b.tou.periods[0].price: got "peek", wanted a name in prices: one of flat, peak; '
        "did you mean peak",
    ),
    "tariff hours": (
        '[markets.b]\ncarrier = "electricity"\n[markets.b.tou]\nprices = { flat = 600, peak = 900 }\n'
        'periods = [{ price = "peak", hours = ["8-25"] }]',
        f'{NEXT + 4}:39: markets.b.tou.periods[0].hours[0]: got "8-25", wanted hours such as 8-11 or 8:30-10',
    ),
    "no load": (
        '[demands.x]\ncarrier = "electricity"',
        f"{NEXT}:2: demands.x: got nothing, wanted one of annual_mwh, monthly_mwh, file, values",
    ),
    "two loads": (
        '[demands.x]\ncarrier = "electricity"\nannual_mwh = 5\nfile = "x.csv"',
        "demands.x.annual_mwh: got file and annual_mwh, wanted one of annual_mwh, monthly_mwh, file, values; "
        "put the file into profile",
    ),
    "eleven months": (
        '[demands.x]\ncarrier = "electricity"\nmonthly_mwh = [1,1,1,1,1,1,1,1,1,1,1]',
        "demands.x.monthly_mwh: got a list, wanted a list of 12 (a number ≥ 0) [MWh]",
    ),
    "unknown profile": (
        '[demands.x]\ncarrier = "electricity"\nannual_mwh = 5\nprofile = "two_shifts"',
        "wanted a profile of the library: one of",
    ),
    "unknown unit": (
        '[demands.x]\ncarrier = "electricity"\nannual_mwh = "5 Mwh"',
        'demands.x.annual_mwh: got "5 Mwh", wanted a unit of electricity: MWh, kWh',
    ),
    "unknown production": (
        '[demands.x]\ncarrier = "electricity"\nannual_mwh = 5\nfollows = "cloth"',
        'demands.x.follows: got "cloth", wanted a production: nothing (there is none)',
    ),
    "unknown market in bills": (
        "[base_year]\nbilled = { gird = 5 }",
        f'{AFTER}:12: base_year.billed.gird: got "gird", wanted a market or carrier: one of',
    ),
    "bill that cannot be read": (
        '[base_year]\nbilled = { gas = "5 barrels" }',
        f'{AFTER}:18: base_year.billed.gas: got "5 barrels", wanted a unit of gas',
    ),
    "output of nothing": ("[base_year]\noutput = { cloth = 5 }", "base_year.output.cloth: got"),
    "base year too late": ("[base_year]\nyear = 2027", "base_year.year: got 2027, wanted a year up to 2026"),
    "inflation nominal": (
        '[finance]\nprice_basis = "nominal"',
        f"{NEXT}:2: finance.inflation: got nothing, wanted a rate per year; required because finance.price_basis is nominal",
    ),
    "inflation tax": ("[finance]\ntax_rate = 0.25", "required because finance.tax_rate is above 0"),
    "custom factor": (
        '[emissions]\ngrid_factor = "custom"',
        f"{NEXT}:2: emissions.grid_factor_t_per_mwh: got nothing, wanted a number [t CO2e/MWh]; required for custom",
    ),
    "two caps": (
        "[[emissions.caps]]\nlimit_t = 5000\nshare_of_base = 0.5",
        f"{NEXT}:3: emissions.caps[0]: got 2 limits, wanted one of limit_t, share_of_bau, share_of_base, cumulative_t",
    ),
    "cap out of time": (
        "[[emissions.caps]]\nlimit_t = 5000\n[[emissions.caps]]\nlimit_t = 4000\nyear = 2041",
        f"{NEXT + 4}:8: emissions.caps[1].year: got 2041, wanted a year from 2026 to 2030",
    ),
    "unknown standard": ('[rating]\nstandard = "t_ceca"', 'rating.standard: got "t_ceca", wanted a rating standard'),
    "unknown boundary": ('[rating]\nboundary = "III"', 'rating.boundary: got "III", wanted a boundary of the standard'),
    "unknown level": (
        "[rating]\ntarget_stars = 2\ntarget_year = 2030",
        "rating.target_stars: got 2, wanted a level of the standard: one of 3, 4, 5, 6",
    ),
    "target without year": (
        "[rating]\ntarget_stars = 5",
        "rating.target_year: got nothing, wanted the year from which target_stars is required",
    ),
    "target too late": (
        "[rating]\ntarget_stars = 5\ntarget_year = 2031",
        "rating.target_year: got 2031, wanted a year from 2026 to 2030",
    ),
    "hold before target": (
        "[rating]\ntarget_stars = 5\ntarget_year = 2030\nhold_until = 2029",
        "rating.hold_until: got 2029, wanted a year from 2030 on",
    ),
    "unknown item": (
        '[rating]\nquestionnaire = { water_savings = "met" }',
        f'{AFTER}:19: rating.questionnaire.water_savings: got "water_savings", wanted an item of the standard',
    ),
    "rating file missing": ('[rating]\nfile = "own.toml"', 'rating.file: got "own.toml", wanted a file that exists'),
    "stars without rating": ("[durability]\ndurable_stars = 3", "durability.durable_stars: got 3, wanted a [rating]"),
    "given without weights": (
        '[solver]\nresolution = "given"',
        f"{5 - 1}:2: horizon.period_weights: got nothing, wanted how often each given period occurs in a year",
    ),
    "bad resolution": ('[solver]\nresolution = "day:8"', 'got "day:8", wanted days:N such as days:8, full, or given'),
    "unknown climate": ('[site]\nclimate = "east"', 'site.climate: got "east", wanted a climate of the library'),
    "saving of nothing": (
        "[retrofits.vsd]\nsavings = { motor = 0.1 }\ncapex = 90000\nlife_years = 9",
        f'{AFTER}:13: retrofits.vsd.savings.motor: got "motor", wanted a demand: one of drying, motors; did you mean motors',
    ),
    "saving in percent": (
        "[retrofits.vsd]\nsavings = { motors = 10 }\ncapex = 90000\nlife_years = 9",
        f"{AFTER}:22: retrofits.vsd.savings.motors: got 10, wanted a number ≥ 0 and ≤ 1 [share]; did you mean 0.1, as 10 %",
    ),
    "no saving": ("[retrofits.vsd]\ncapex = 90000\nlife_years = 9", "wanted savings, or applies_to with saving_share"),
    "preset treats nothing": (
        "[retrofits.led_lighting]\n",
        f"{NEXT}:2: retrofits.led_lighting.applies_to: got none of its end uses lighting, wanted a demand, or its end_use",
    ),
    "unknown end use": (
        '[retrofits.led_lighting]\napplies_to = ["lamps"]',
        f'{AFTER}:15: retrofits.led_lighting.applies_to[0]: got "lamps", wanted a demand or end use',
    ),
    "retrofit without cost": (
        "[retrofits.vsd]\nsavings = { motors = 0.1 }\nlife_years = 9",
        "retrofits.vsd.capex: got nothing, wanted capex or capex_per_annual_mwh; the library has no preset of this name",
    ),
    "requires nothing": (
        '[retrofits.motor_ie5]\nrequires = ["ghost"]',
        f'{AFTER}:13: retrofits.motor_ie5.requires[0]: got "ghost", wanted a retrofit or management item: motor_ie5',
    ),
    "excludes itself": (
        '[retrofits.motor_ie5]\nexcludes = ["motor_ie5"]',
        'retrofits.motor_ie5.excludes[0]: got "motor_ie5", wanted another measure than itself',
    ),
    "excludes what it requires": (
        '[retrofits.motor_ie5]\n[retrofits.vsd_fans_pumps]\napplies_to = ["motors"]\nrequires = ["motor_ie5"]\n'
        'excludes = ["motor_ie5"]',
        'retrofits.vsd_fans_pumps.excludes: got "motor_ie5", wanted a measure that it does not require',
    ),
    "side use": (
        '[retrofits.motor_ie5]\nside_use = [{ carrier = "stem", mwh_per_mwh = 0.1 }]',
        f'{AFTER}:25: retrofits.motor_ie5.side_use[0].carrier: got "stem", wanted a carrier',
    ),
    "payment": (
        "[retrofits.motor_ie5]\npayment_shares = [0.5, 0.4]",
        "retrofits.motor_ie5.payment_shares: got a sum of 0.9, wanted shares that sum to 1",
    ),
    "too late": (
        "[retrofits.motor_ie5]\nearliest_year = 2031",
        "retrofits.motor_ie5.earliest_year: got 2031, wanted a year up to 2030, the last year",
    ),
    "too early": (
        "[retrofits.motor_ie5]\nlatest_year = 2025",
        "retrofits.motor_ie5.latest_year: got 2025, wanted a year from 2026 on, the first year",
    ),
    "window closed": (
        "[retrofits.motor_ie5]\nearliest_year = 2028\nlatest_year = 2027",
        "retrofits.motor_ie5.latest_year: got 2027, wanted a year from 2028 on, the earliest_year",
    ),
    "size limits": (
        "[converters.e_boiler]\nmin_mw = 5\nmax_mw = 2",
        "converters.e_boiler.max_mw: got 2, wanted at least 5, the min_mw",
    ),
    "converter without output": (
        "[converters.gadget]\nlife_years = 9\ncapex_per_kw = 100",
        "converters.gadget.outputs: got nothing, wanted a table of carrier to MWh per MWh of activity; the library has no",
    ),
    "converter without cost": (
        "[converters.gadget]\nlife_years = 9\noutputs = { steam = 1.0 }",
        "converters.gadget.capex_per_kw: got nothing, wanted an investment cost; or max_mw = existing_mw",
    ),
    "converter without life": (
        "[converters.gadget]\ncapex_per_kw = 900\noutputs = { steam = 1.0 }",
        "converters.gadget.life_years: got nothing, wanted technical life; no preset supplies it",
    ),
    "cop twice": (
        "[converters.hp]\ncapex_per_kw = 900\nlife_years = 9\ncop = 3\ninputs = { electricity = 0.3 }\noutputs = { steam = 1 }",
        "converters.hp.cop: got 3, wanted no cop beside inputs.electricity",
    ),
    "carnot without source": (
        "[converters.hp]\ncapex_per_kw = 900\nlife_years = 9\ncarnot_share = 0.5\ncop_sink_c = 80\noutputs = { steam = 1 }",
        "converters.hp.cop_source: got nothing, wanted heat source",
    ),
    "minimum load of no unit": (
        "[converters.e_boiler]\nmin_load_share = 0.3",
        "converters.e_boiler.package_mw: got nothing, wanted the size of a unit; required by min_load_share",
    ),
    "too cool for steam": (
        "[converters.e_boiler]\nsupply_temperature_c = 120",
        "converters.e_boiler.outputs: got steam at 165 °C, wanted heat up to 120 °C, its supply_temperature_c",
    ),
    "capex pieces": (
        "[converters.e_boiler]\ncapex_segments = [{ min_mw = 0, max_mw = 2, capex_per_kw = 900 }, "
        "{ min_mw = 1, max_mw = 1, capex_per_kw = 800 }]",
        "converters.e_boiler.capex_segments[1].min_mw: got 1, wanted at least 2, the end of the piece before",
    ),
    "store without carrier": (
        "[stores.pit]\ncapex_per_kwh = 50\ncharge_efficiency = 1.0\ndischarge_efficiency = 1.0\nlife_years = 9",
        "stores.pit.carrier: got nothing, wanted carrier stored; no preset supplies it",
    ),
    "contract without price": (
        '[contracts.deal]\nkind = "as_produced"\ntenor_years = 5\nmax_mw = 2\nprofile = "pv"',
        "contracts.deal.price_per_mwh: got nothing, wanted all-in price",
    ),
    "contract without volume": (
        '[contracts.deal]\nkind = "virtual"\ntenor_years = 5\nprice_per_mwh = 20',
        "contracts.deal.max_mwh_per_year: got nothing, wanted largest volume",
    ),
    "instrument without limit": (
        '[instruments.claim]\nkind = "credit"\nprice = 50',
        "instruments.claim.max_per_year: got nothing, wanted max_per_year or max_share_of_base",
    ),
    "points of nothing": (
        "[rating]\n[management.metering_three_level]\npoints = { infrastucture = 2 }",
        f'{NEXT + 2}:12: management.metering_three_level.points.infrastucture: got "infrastucture", '
        "wanted an indicator of the standard",
    ),
    "gate of nothing": (
        '[rating]\n[management.metering_three_level]\ngate = "metering"',
        'management.metering_three_level.gate: got "metering", wanted a gate item of the standard',
    ),
    "file missing": (
        '[demands.x]\ncarrier = "electricity"\nfile = "load.csv"',
        'demands.x.file: got "load.csv", wanted a file that exists',
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_message(tmp_path: Path, case: str) -> None:
    added, message = BAD[case]
    faults = faults_of(tmp_path, GOOD + added)
    assert any(message in fault for fault in faults), faults


@pytest.mark.parametrize("case", BAD)
def test_one_mistake_is_not_many_faults(tmp_path: Path, case: str) -> None:
    """A wrong key may have a consequence or two, not a page."""
    assert len(faults_of(tmp_path, GOOD + BAD[case][0])) <= 2


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


MAGNITUDES = {
    "kW for MW": (
        "[converters.e_boiler]\nmax_mw = 2500",
        "max_mw: got 2500, wanted 0.01 to 1000 MW; typed in kW? then write 2.5",
    ),
    "CNY/kWh": ("[markets.b]\ncarrier = 'electricity'\nprice_per_mwh = 0.65", "typed in CNY/kWh? then write 650"),
    "percent": (
        "[converters.e_boiler]\ncapex_trend_per_year = -0.5",
        "wanted -0.15 to 0.15 per year; typed in percent?",
    ),
    "万元": (
        "[retrofits.motor_ie5]\ncapex = 120",
        "got 120, wanted 1000 to 1e+09 CNY; typed in 万元? then write 1.2e+06",
    ),
    "kWh": ("[demands.x]\ncarrier = 'electricity'\nannual_mwh = 12000000", "typed in kWh? then write 12000"),
    "g/kWh": (
        "[markets.b]\ncarrier = 'steam'\nprice_per_mwh = 300\nemission_factor_t_per_mwh = 390",
        "typed in kg/MWh? then write 0.39",
    ),
    "kelvin": (
        "[converters.hp]\ncapex_per_kw = 900\nlife_years = 9\ncarnot_share = 0.5\ncop_sink_c = 353.15\ncop_source = 30\n"
        "outputs = { hot_water = 1 }",
        "cop_sink_c: got 353.15, wanted 0 to 250 °C; typed in kelvin? then write 80",
    ),
    "no idea": ("[stores.battery_li_ion]\nmin_hours = 5000\nmax_hours = 6000", "check the unit"),
    "no roof": (
        "[converters.pv_roof]\n",
        "converters.pv_roof: got 0 m² of roof, wanted site.roof_m2 above 0; without it none",
    ),
}


@pytest.mark.parametrize("case", MAGNITUDES)
def test_implausible_magnitude(tmp_path: Path, case: str) -> None:
    added, message = MAGNITUDES[case]
    warnings = warnings_of(tmp_path, GOOD + added)
    assert any(message in warning for warning in warnings), warnings


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
    assert "rating.file: got own.toml: " in fault
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
    assert report.lines[-4:] == [
        "good: 2026–2030, 2 demands, 2 markets, 0 retrofits, 2 converters, 0 stores, 0 contracts, 0 instruments, 0 management",
        "base year, grid: model 5,000 MWh, billed 5,000 MWh",
        "base year, gas: model 7,295 MWh, billed 5,000 MWh",
        "no faults, 2 warnings",
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
        "import sys; from planner.validate import validate; validate(sys.argv[1]);"
        "print([m for m in ('pandas', 'pyomo', 'scipy', 'rich', 'matplotlib', 'tree_sitter', 'numpy') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout.strip() == "[]"


def test_validation_is_quick(tmp_path: Path) -> None:
    """The command in less than half a second of processor time, over what an empty Python takes."""

    def seconds(*command: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *command], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    written(tmp_path, GOOD)
    code = f"from planner.cli import main; main(['validate', '{tmp_path}'])"
    empty = min(seconds("-c", "pass") for _ in range(2))
    assert min(seconds("-c", code) for _ in range(3)) - empty < 0.5
