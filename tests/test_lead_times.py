"""Who, how long and in which chapter: from the scenario, else the preset, else the kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from planner import library
from planner.answer import account_for
from planner.assembly.assemble import Assembly, assemble
from planner.assembly.lead_times import first_retirement_year, first_workable_year
from planner.engine import solve
from planner.progress import Progress
from planner.reading.faults import ScenarioFaults
from planner.reading.read import read_scenario
from planner.roadmap.dated import roadmap
from planner.roadmap.setting import KINDS, Setting, certification, lead_of_kind, setting_of
from planner.roadmap.words import CHAPTERS
from planner.scenario import Store
from planner.scenario.base import Chapter
from planner.solving.preparing import Settings, opened, prepare, read

TWO_MEASURES = (Path(__file__).parents[1] / "scenarios" / "two-measures" / "scenario.toml").read_text(encoding="utf-8")


def assembled(tmp_path: Path, changed: str = "", added: str = "") -> Assembly:
    text = TWO_MEASURES.replace("last_year = 2029\n", f"last_year = 2029\n{changed}", 1) + added
    (tmp_path / "scenario.toml").write_text(text, encoding="utf-8")
    return assemble(read_scenario(tmp_path / "scenario.toml"))


def setting(tmp_path: Path, changed: str = "", added: str = "") -> Setting:
    return setting_of(assembled(tmp_path, changed, added))


def test_a_preset_says_how_long_and_the_scenario_says_otherwise(tmp_path: Path) -> None:
    added = """
[converters.heat_pump_low]
max_mw = 1.0

[converters.e_boiler]
max_mw = 1.0
lead_time_months = 9
commissioning_month = 7
owner = "energy team"
chapter = "environmental_control"

[converters.turbine]
preset = "wind"
permit_months = 1
lead_time_months = 2
build_months = 3
"""
    found = setting(tmp_path, added=added)
    preset, changed, own = (found.lead("converters", name) for name in ("heat_pump_low", "e_boiler", "turbine"))
    assert (preset.permit_months, preset.lead_time_months, preset.build_months, preset.basis) == (1, 4, 2, "preset")
    assert (changed.permit_months, changed.lead_time_months, changed.commissioning_month) == (3, 9, 7)
    assert (changed.owner_en, changed.owner_zh, changed.basis) == ("energy team", "energy team", "preset")
    assert (preset.chapter, changed.chapter) == ("energy_facilities", "environmental_control")
    assert (own.months, own.basis) == (6, "scenario")


def test_without_preset_the_kind_decides(tmp_path: Path) -> None:
    added = """
[converters.kiln]
inputs = { electricity = 1.0 }
outputs = { steam = 0.9 }
life_years = 9
capex_per_kw = 900
max_mw = 1.0
"""
    lead = setting(tmp_path, added=added).lead("converters", "kiln")
    assert lead == lead_of_kind("converters")
    assert (lead.basis, lead.chapter, lead.owner_zh) == ("kind", "energy_facilities", "设备工程部")


def test_an_item_of_the_standard_belongs_to_its_owner(tmp_path: Path) -> None:
    lead = setting(tmp_path, added="\n[management.energy_carbon_platform]\n").lead(
        "management", "energy_carbon_platform"
    )
    assert (lead.owner_en, lead.chapter) == ("information technology", "intelligent_control")
    assert lead.after == ("metering_three_level",)


def test_today_is_the_first_day_of_the_plan_unless_given(tmp_path: Path) -> None:
    assert setting(tmp_path).today == date(2027, 1, 1)
    assert setting(tmp_path, changed="today = 2026-10-01\n").today == date(2026, 10, 1)
    assert setting(tmp_path, changed='today = "2026-10-01"\n').today == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("today", "month", "year"),
    [
        (date(2026, 5, 1), 1, 2027),  # 2 + 4 + 2 months: from 1 January 2027
        (date(2026, 5, 2), 1, 2028),  # a day late
        (date(2026, 5, 2), 2, 2027),
        (date(2026, 1, 1), 9, 2026),
        (None, 1, None),
    ],
)
def test_nothing_works_before_it_could_if_decided_today(today: date | None, month: int, year: int | None) -> None:
    store = Store(permit_months=2, lead_time_months=4, build_months=2, commissioning_month=month)
    assert first_workable_year("stores", store, today) == year


def test_old_plant_stands_until_its_end_is_permitted() -> None:
    days = (date(2026, 11, 1), date(2026, 11, 2), None)  # two months before 1 January
    assert [first_retirement_year("converters", day) for day in days] == [2027, 2028, None]


def test_what_cannot_work_yet_is_not_offered(tmp_path: Path) -> None:
    added = """
[stores.battery_li_ion]
permit_months = 2
lead_time_months = 4
build_months = 2

[converters.old_boiler]
preset = "gas_boiler"
existing_mw = 1.0
may_retire = true

[contracts.solar_ppa]
price_basis = "real"
max_mw = 1.0
earliest_year = 2029
"""
    free = assembled(tmp_path, added=added).problem
    bound = assembled(tmp_path, changed="today = 2026-06-15\n", added=added).problem
    years = {s.name: s.power.build_years for s in bound.stores}
    assert {s.name: s.power.build_years for s in free.stores} == {"battery_li_ion": (2027, 2028, 2029)}
    assert years == {"battery_li_ion": (2028, 2029)}
    old = [next(c for c in problem.converters if c.name == "old_boiler").sizing for problem in (free, bound)]
    assert [boiler.retirable(free.years) for boiler in old] == [(2027, 2028, 2029)] * 2  # two months are enough
    assert bound.contracts[0].start_years == free.contracts[0].start_years == (2029,)
    late = {m.name: m.start_years for m in bound.retrofits}
    assert late == {m.name: m.start_years for m in free.retrofits}  # six months: from 1 January 2027


def test_a_plan_decided_today_is_never_late_and_never_cheaper(tmp_path: Path) -> None:
    plans, late = [], []
    for changed in ("", "today = 2027-03-01\n"):
        assembled(tmp_path, changed=changed)
        case = opened(read(tmp_path / "scenario.toml", Settings()), Progress(quiet=True))
        problem = prepare(case).problem
        plans.append(account_for(problem, solve(problem, case.options)))
        counted = replace(setting_of(case.assembly), today=date(2027, 3, 1))
        late.append([a.id for a in roadmap(plans[-1], counted).actions if a.late_days > 0])
    at_once = ["converters.pv.build.2027", "retrofits.drives.retrofit.2027", "retrofits.insulation.retrofit.2027"]
    assert late == [at_once, []]
    assert plans[1].money.objective > plans[0].money.objective


@pytest.mark.parametrize("written", ["2026", '"soon"', '"2026-02-30"', "1899-01-01", "2026-10-01T08:00:00"])
def test_what_is_no_day_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(ScenarioFaults, match=r"horizon\.today.*a day from 1990 to 2100 such as 2025-10-01"):
        setting(tmp_path, changed=f"today = {written}\n")


def test_months_are_whole_and_not_negative(tmp_path: Path) -> None:
    for written in ("-1", "2.5"):
        with pytest.raises(ScenarioFaults, match=r"lead_time_months.*a whole number ≥ 0"):
            setting(tmp_path, added=f"\n[converters.e_boiler]\nlead_time_months = {written}\n")


def test_the_issue_lag_may_be_given() -> None:
    assert certification().issue_lag_months == 2
    assert certification(5).issue_lag_months == 5


def test_the_chapters_of_scenario_and_roadmap_are_the_same() -> None:
    assert tuple(CHAPTERS) == get_args(Chapter)


def test_every_preset_has_a_chapter_and_comes_after_known_items() -> None:
    for kind in KINDS:
        assert lead_of_kind(kind).chapter in CHAPTERS
        for name, entry in library.load(kind).items():
            assert entry.about.get("chapter", "goals_and_strategy") in CHAPTERS, name
            assert set(entry.about.get("after", ())) <= library.load("management").keys(), name
            assert name not in entry.about.get("after", ()), name


def test_every_plant_store_and_contract_has_months_of_its_own() -> None:
    for kind in ("converters", "stores", "contracts"):
        for name, entry in library.load(kind).items():
            assert {"permit_months", "lead_time_months"} <= entry.values.keys(), name
