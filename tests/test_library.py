"""The library: every number is sourced, every table is complete, every standard adds up."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import get_args

import pytest

from models.problem import Metric
from planner import library
from planner.library import FOLDER, Entry, Kind, LibraryError, Number, entry, load, rating
from planner.library.grid import grid_factor, grid_region, provinces
from planner.library.rating_table import RATINGS, RatingTable, read_rating, standards
from planner.reading.presets import TABLES
from planner.scenario import Market

KINDS: tuple[str, ...] = get_args(Kind)
CECA = "t_ceca_g_0171_2022"
PROVINCES = {
    *("Beijing", "Tianjin", "Hebei", "Shanxi", "Shandong", "Liaoning", "Jilin", "Heilongjiang"),
    *("Shanghai", "Jiangsu", "Zhejiang", "Anhui", "Fujian", "Henan", "Hubei", "Hunan"),
    *("Jiangxi", "Shaanxi", "Gansu", "Qinghai", "Ningxia", "Xinjiang", "Guangdong", "Guangxi"),
    *("Guizhou", "Hainan", "Yunnan", "Chongqing", "Sichuan", "Tibet"),
    "Inner Mongolia",
}


def all_numbers() -> list[tuple[str, Number]]:
    presets = [(f"{k}.{e.name}.{p}", n) for k in KINDS for e in load(k).values() for p, n in e.numbers.items()]
    return presets + [(f"{s}.{p}", n) for s in standards() for p, n in rating(s).numbers.items()]


def plain(value: object) -> object:
    """Tuples as the lists that a scenario holds."""
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return {k: plain(v) for k, v in value.items()} if isinstance(value, dict) else value


def test_every_number_has_unit_year_source_and_status() -> None:
    numbers = all_numbers()
    assert len(numbers) > 900
    for path, number in numbers:
        assert number.unit, path
        assert 1990 <= number.year <= 2030, path
        assert len(number.source) > 10, path
        assert not number.source.startswith("@"), path
        assert number.status in ("verified", "probable", "assumed"), path


def test_assumed_numbers_have_a_range_around_their_value() -> None:
    for path, number in all_numbers():
        if number.status == "assumed":
            low, value, high = (v if isinstance(v, tuple) else (v,) for v in (number.low, number.value, number.high))
            assert len(low) == len(value) == len(high), path
            assert all(a <= b <= c for a, b, c in zip(low, value, high, strict=True)), path


def test_no_table_holds_a_bare_number() -> None:
    for file in [*FOLDER.glob("*.toml"), *RATINGS.glob("*.toml")]:
        bare = [
            line for line in file.read_text(encoding="utf-8").splitlines() if re.match(r"^[\w.]+ = -?[\d.]+$", line)
        ]
        assert [line for line in bare if not line.startswith(("stars", "about.scope"))] == [], file.name


@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_in_both_languages(kind: str) -> None:
    for found in load(kind).values():
        assert re.search(r"[A-Za-z]", found.label_en), found.name
        assert re.search(r"[\u4e00-\u9fff]", found.label_zh), found.name


@pytest.mark.parametrize("kind", [*TABLES, "fuels", "tariffs"])
def test_presets_have_the_keys_of_the_scenario(kind: str) -> None:
    table = TABLES.get(kind, Market)
    for found in load(kind).values():
        table.model_validate(plain(found.values))


@pytest.mark.parametrize("kind", [*TABLES, "fuels", "tariffs"])
def test_presets_lie_in_the_plausible_range_of_their_key(kind: str) -> None:
    fields = TABLES.get(kind, Market).model_fields
    for found in load(kind).values():
        for key, value in found.values.items():
            extra = fields[key].json_schema_extra
            if isinstance(value, int | float) and isinstance(extra, dict) and "plausible" in extra and value != 0:
                low, high = extra["plausible"]
                assert low <= value <= high, f"{kind}.{found.name}.{key}"


def test_every_kind_of_plant_and_store_is_there() -> None:
    assert set(load("converters")) == {
        *("pv_roof", "pv_ground", "pv_carport", "wind", "gas_boiler", "gas_hot_water_boiler", "coal_boiler"),
        *("biomass_boiler", "e_boiler", "electrode_boiler", "heat_pump_low", "heat_pump_high", "chp_gas"),
        *("absorption_chiller", "electric_chiller", "electrolyser", "waste_heat_boiler", "carbon_capture"),
    }
    assert {e.values["carrier"] for e in load("stores").values()} == {"electricity", "hot_water", "steam", "hydrogen"}
    assert {e.values["kind"] for e in load("instruments").values()} == {"certificate", "credit", "removal"}
    assert {e.values["kind"] for e in load("contracts").values()} == {
        "as_produced",
        "baseload",
        "green_tariff",
        "virtual",
    }


def test_heat_sources_say_how_hot_they_get() -> None:
    for found in load("converters").values():
        if {"steam", "hot_water", "warm_water"} & set(found.values["outputs"]):
            assert found.values["supply_temperature_c"] >= 85, found.name


def test_renewable_electricity_and_electrified_heat_are_marked() -> None:
    converters = load("converters")
    assert {n for n, e in converters.items() if e.values.get("renewable")} == {
        *("pv_roof", "pv_ground", "pv_carport", "wind")
    }
    assert {n for n, e in converters.items() if e.values.get("electrified_heat")} == {
        *("e_boiler", "electrode_boiler", "heat_pump_low", "heat_pump_high")
    }


def test_costs_are_at_chinese_levels() -> None:
    assert 2.6 <= entry("converters", "pv_roof").values["capex_per_kw"] / 1000 <= 3.2
    battery = entry("stores", "battery_li_ion").values
    assert 0.8 <= (battery["capex_per_kwh"] + battery["capex_per_kw"] / 2) / 1000 <= 1.1


def test_converters_do_not_make_energy_except_heat_pumps_and_chillers() -> None:
    for found in load("converters").values():
        inputs, outputs = found.values.get("inputs", {}), found.values["outputs"]
        if inputs and not {"cooling", "co2"} & set(outputs):
            assert sum(outputs.values()) <= sum(inputs.values()), found.name


def test_there_are_enough_measures_of_each_category() -> None:
    measures = load("retrofits")
    assert len(measures) >= 25
    categories = {e.about["category"] for e in measures.values()}
    assert categories >= {"electricity", "steam", "compressed_air", "cooling", "process_heat", "buildings"}


def test_measures_name_measures_or_management_items() -> None:
    measures, items = load("retrofits"), load("management")
    for name, found in measures.items():
        for other in found.values.get("requires", []):
            assert other in measures or other in items, f"{name} requires {other}"
        for other in found.values.get("excludes", []):
            assert name in measures[other].values["excludes"], f"{name} excludes {other} but not the other way"
        assert found.values["saving_share"] > 0 or found.values["side_use"], name


def test_only_removals_are_durable_and_some_last_a_century() -> None:
    durable = {
        n: e.values["durability_years"] for n, e in load("instruments").items() if "durability_years" in e.values
    }
    assert set(durable) == {n for n, e in load("instruments").items() if e.values["kind"] == "removal"}
    assert {n for n, years in durable.items() if years >= 100} == {"biochar_removal", "daccs_removal", "mineralisation"}


def test_fuels_and_heat_have_factors_and_standard_coal() -> None:
    for found in load("fuels").values():
        assert found.values["tce_per_mwh"] == pytest.approx(3600 / 29307, abs=1e-4)
        assert found.about["scope"] == (2 if found.name.startswith("purchased") else 1)
        assert found.about["biogenic"] == (found.values["biogenic_t_per_mwh"] > 0)
    gas = load("fuels")["natural_gas"]
    per_m3 = gas.values["emission_factor_t_per_mwh"] * gas.about["mwh_per_nm3"] * 1000
    assert per_m3 == pytest.approx(2.16, abs=0.01)  # kg CO2 per m3


def hours_of(text: str) -> set[int]:
    start, end = (int(part) for part in text.split("-"))
    return set(range(start, end))


def test_tariffs_price_every_hour_once() -> None:
    tariffs = load("tariffs")
    assert {e.about["province"] for e in tariffs.values()} >= {
        "Jiangsu",
        "Zhejiang",
        "Guangdong",
        "Shandong",
        "Shanghai",
    }
    for found in tariffs.values():
        tou = found.values["tou"]
        assert tou["otherwise"] in tou["prices"]
        for month in range(1, 13):
            named = {
                hour: period["price"]
                for period in tou["periods"]
                if month in period.get("months", range(1, 13))
                for text in period["hours"]
                for hour in hours_of(text)
            }
            assert set(named) <= set(range(24)), found.name
            assert set(named.values()) <= set(tou["prices"]), found.name
            assert 4 <= 24 - len(named) <= 14, f"{found.name}: flat hours in month {month}"
        prices = tou["prices"]
        assert prices["deep_valley"] < prices["valley"] < prices["flat"] < prices["peak"] < prices["sharp"]


def test_every_province_has_a_factor_a_regional_grid_and_a_climate() -> None:
    assert set(provinces()) == PROVINCES
    assert len(PROVINCES) == 31
    climates = [p for e in load("climates").values() for p in e.about["provinces"]]
    assert sorted(climates) == sorted(PROVINCES)
    for province in PROVINCES:
        assert 0.05 < grid_factor(province).value < 0.9
        assert grid_factor(grid_region(province)).unit == "t/MWh"


def test_grid_factors_by_year_and_basis() -> None:
    assert grid_factor("Jiangsu").value == 0.5827
    assert grid_factor("Jiangsu", year=2022).value == 0.5978
    assert grid_factor("Jiangsu", year=2035) == grid_factor("Jiangsu", year=2023)
    average, residual, fossil = (grid_factor("China", basis).value for basis in ("average", "residual", "fossil"))
    assert average < residual < fossil
    with pytest.raises(LibraryError, match="did you mean Jiangsu"):
        grid_factor("Jiangsoo")
    with pytest.raises(LibraryError, match="up to 2010; first: 2021"):
        grid_factor("Jiangsu", year=2010)
    with pytest.raises(LibraryError, match="no 'residual' grid factor for Jiangsu"):
        grid_factor("Jiangsu", "residual")


def test_profiles_cover_the_week_and_the_year() -> None:
    assert set(load("profiles")) >= {
        *("flat", "one_shift", "two_shift", "three_shift", "office", "space_heat", "cooling", "lighting")
    }
    for found in load("profiles").values():
        values = found.values
        assert [len(values[day]) for day in ("weekday", "saturday", "sunday", "monthly")] == [24, 24, 24, 12]
        assert sum(values["monthly"]) == pytest.approx(12, abs=0.15), found.name
        assert (values["responds_to"] == "none") == ("base_temperature_c" not in values)


def test_climates_have_twelve_months_and_the_cities_hours() -> None:
    for found in load("climates").values():
        assert len(found.values["temperature_c"]) == len(found.values["pv_full_load_hours"]) == 12
    assert sum(load("climates")["east_china"].values["pv_full_load_hours"]) == pytest.approx(3.1 * 365, abs=1)


@pytest.mark.parametrize("name", standards())
def test_points_of_each_indicator_add_up_to_its_maximum(name: str) -> None:
    table = rating(name)
    scored = [indicator for indicator in table.indicators if indicator.role == "score"]
    for indicator in scored:
        items = sum(item.points.value for item in indicator.items if item.points)
        metrics = sum(metric.points.value[-1] for metric in indicator.metrics)
        assert items + metrics == indicator.max_points.value, indicator.id
    assert sum(i.max_points.value for i in scored) == table.max_points.value


@pytest.mark.parametrize("name", standards())
def test_every_item_has_both_languages_and_a_management_preset_with_its_points(name: str) -> None:
    table, presets = rating(name), load("management")
    for indicator in table.indicators:
        for item in indicator.items:
            assert re.search(r"[\u4e00-\u9fff]", item.label_zh + item.evidence_zh + item.owner_zh), item.id
            assert item.evidence_en, item.id
            assert item.owner_en, item.id
            values = presets[item.id].values
            if indicator.role == "gate":
                assert (values["gate"], values.get("points")) == (item.id, None)
            else:
                assert values["points"] == {indicator.id: item.points.value}


@pytest.mark.parametrize("name", standards())
def test_levels_rise_and_metrics_are_those_of_the_problem(name: str) -> None:
    table = rating(name)
    for boundary in table.boundaries:
        for reading in table.readings or ("",):
            for case in ("value", "lenient", "strict"):
                made = table.rating(boundary, reading, case=case)
                shares = [level.min_score_share for level in made.levels]
                assert shares == sorted(shares)
                assert [level.stars for level in made.levels] == sorted(level.stars for level in made.levels)
                metrics = [m for i in made.indicators for m in i.metrics]
                assert {m.metric for m in metrics} | {g.metric for lv in made.levels for g in lv.gates} <= set(
                    get_args(Metric)
                )
                for m in metrics:
                    assert list(m.at_least) == sorted(m.at_least)
                    assert list(m.points) == sorted(m.points)


def gates(table: RatingTable, boundary: str, reading: str, stars: int) -> dict[str, float]:
    levels = table.rating(boundary, reading).levels
    return {g.metric: g.threshold for level in levels if level.stars == stars for g in level.gates}


def test_ceca_six_stars_are_what_the_public_sources_say() -> None:
    table = rating(CECA)
    for reading in table.readings:
        assert gates(table, "I", reading, 6) == {"renewable_electricity_share": 1, "neutralised_share": 1}
        assert gates(table, "II", reading, 6) == {
            "renewable_electricity_share": 1,
            "neutralised_share": 1,
            "removal_share_of_residual": 1,
        }
    assert table.numbers["boundaries.II.levels.6.gates.removal_share_of_residual.threshold"].status == "verified"
    assert {i.id: i.role for i in table.indicators} == {
        "compliance": "gate",
        "management": "gate",
        **dict.fromkeys(("infrastructure", "information_system", "energy_resource", "product"), "score"),
        **dict.fromkeys(("ghg_reduction", "carbon_offset"), "score"),
    }
    assert [i.max_points.value for i in table.indicators if i.max_points] == [10, 10, 25, 10, 25, 20]


def test_ceca_readings_differ_below_six_stars() -> None:
    table = rating(CECA)
    assert gates(table, "I", "all_levels_full", 3) == {"neutralised_share": 1.0}
    assert gates(table, "I", "graded", 3) == {"neutralised_share": 0.5}
    assert gates(table, "I", "graded", 5) == {"renewable_electricity_share": 0.8, "neutralised_share": 0.9}


def score(table: RatingTable, done: set[str], **metrics: float) -> float:
    """Points with these items met and these values of the metrics."""
    made = table.rating("I", "all_levels_full", dict.fromkeys(done, "met"))
    total = 0.0
    for indicator in made.indicators:
        steps = sum(
            max((p for a, p in zip(m.at_least, m.points, strict=True) if metrics.get(m.metric, 0) >= a), default=0)
            for m in indicator.metrics
        )
        total += min(indicator.max_points, indicator.questionnaire_points + steps)
    return total


def test_five_stars_are_within_reach_of_a_factory_that_does_its_work() -> None:
    table = rating(CECA)
    done = set(table.items)
    good = {"renewable_electricity_share": 0.8, "onsite_renewable_share": 0.1, "own_reduction_share": 0.2}
    assert score(table, done, **good, neutralised_share=1.0) == 10 + 10 + (8 + 11 + 3) + 10 + (6 + 12) + (4 + 11)
    assert score(table, done, **good, neutralised_share=1.0) >= 80
    paper = {"renewable_electricity_share": 1.0, "neutralised_share": 1.0}
    assert 70 <= score(table, done, **paper) < 80
    assert score(table, set(), **good, neutralised_share=1.0) < 60


def test_answers_earn_points_once() -> None:
    table = rating(CECA)
    answers = {"energy_carbon_platform": "partly", "target_tracking": "met", "lawful_operation": "met"}
    made = {i.name: i for i in table.rating("I", "graded", answers).indicators}
    assert made["information_system"].questionnaire_points == 0.5 * 4 + 2
    assert "lawful_operation" not in made["compliance"].gate_items
    left = table.open_points(answers)
    assert left["energy_carbon_platform"] == {"information_system": 2.0}
    assert "target_tracking" not in left
    earned = made["information_system"].questionnaire_points
    assert earned + sum(p["information_system"] for p in left.values() if "information_system" in p) == 10
    assert set(table.open_gates({"lawful_operation": "partly"})) == set(table.open_gates())


def test_a_standard_with_another_number_is_another_standard() -> None:
    table = rating(CECA)
    path = "boundaries.I.levels.5.min_score_share"
    easier = replace(table, numbers={**table.numbers, path: replace(table.numbers[path], value=0.5)})
    assert easier.rating("I", "graded").levels[2].min_score_share == 0.5
    assert table.rating("I", "graded", case="lenient").levels[2].min_score_share == 0.7
    assert table.rating("I", "graded", case="strict").levels[2].min_score_share == 0.85


def test_second_standard_is_data_alone() -> None:
    table = rating("zero_carbon_park")
    made = table.rating("medium")
    assert [(g.metric, g.sense, g.threshold) for g in made.levels[0].gates] == [("emissions_per_tce", "max", 0.2)]
    assert table.rating("large").levels[0].gates[0].threshold == 0.3
    assert made.scopes == (1, 2)


def test_names_that_are_not_there_are_answered_with_the_nearest() -> None:
    with pytest.raises(LibraryError, match="did you mean converters"):
        load("convertors")
    with pytest.raises(LibraryError, match="did you mean battery_li_ion"):
        entry("stores", "batery_li_ion")
    with pytest.raises(LibraryError, match=f"did you mean {CECA}"):
        rating("t_ceca_g_0171")
    table = rating(CECA)
    with pytest.raises(LibraryError, match="no boundary 'III'"):
        table.rating("III", "graded")
    with pytest.raises(LibraryError, match="no reading 'grade'; did you mean graded"):
        table.rating("I", "grade")
    with pytest.raises(LibraryError, match="no questionnaire item 'eco_desing'; did you mean eco_design"):
        table.rating("I", "graded", {"eco_desing": "met"})
    with pytest.raises(LibraryError, match="eco_design is 'yes'; wanted met, partly or missing"):
        table.rating("I", "graded", {"eco_design": "yes"})


GOOD = {"value": 2, "low": 1, "high": 3, "unit": "CNY", "year": 2025, "source": "a public source", "status": "assumed"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "certain"}, "status 'certain'"),
        ({"low": None}, "assumed number needs low and high"),
        ({"low": 2.5}, "wanted low <= value <= high"),
        ({"value": [1, 2]}, "wanted low <= value <= high"),
        ({"source": "@nowhere"}, "source '@nowhere' is not in"),
        ({"hihg": 3}, "unknown \\['hihg'\\]"),
    ],
)
def test_malformed_numbers_are_refused(change: dict[str, object], said: str) -> None:
    assert library.number("here", GOOD, {}).value == 2
    with pytest.raises(LibraryError, match=said):
        library.number("here", {k: v for k, v in {**GOOD, **change}.items() if v is not None}, {})


def test_bare_numbers_are_refused() -> None:
    with pytest.raises(LibraryError, match=r"here\.capex\.0: bare number 3"):
        library.resolve("here", {"capex": [3]}, {}, {})


def test_a_copy_of_a_standard_is_read_from_any_file(tmp_path) -> None:
    text = (RATINGS / "zero_carbon_park.toml").read_text(encoding="utf-8").replace("value = 0.2,", "value = 0.15,")
    copy = tmp_path / "own.toml"
    copy.write_text(text, encoding="utf-8")
    assert read_rating(copy).rating("medium").levels[0].gates[0].threshold == 0.15
    copy.write_text("id = 3", encoding="utf-8")
    with pytest.raises(LibraryError, match=r"own\.toml\.id: bare number 3"):
        read_rating(copy)
    with pytest.raises(LibraryError, match=r"missing\.toml"):
        read_rating(tmp_path / "missing.toml")


def test_files_are_utf_8_toml_with_a_table_of_sources() -> None:
    for file in [*FOLDER.glob("*.toml"), *RATINGS.glob("*.toml")]:
        assert tomllib.loads(file.read_text(encoding="utf-8"))["sources"], file.name


def test_an_entry_is_plain_data() -> None:
    pv: Entry = entry("converters", "pv_roof")
    assert pv.values["area"] == "roof"
    assert pv.numbers["capex_per_kw"].unit == "CNY/kW"
    assert pv.values["capex_per_kw"] == pv.numbers["capex_per_kw"].value
