"""Dates by hand, money of the accounts, dependencies that come first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from planner.answer import account_for
from planner.results.folder import ResultsError
from planner.roadmap.dated import read_roadmap, roadmap
from planner.roadmap.form import Action, Roadmap
from planner.roadmap.setting import Certification, Lead, Setting
from tests.factories import Site
from tests.plans import dyehouse

YEARS = tuple(range(2025, 2033))
ANSWER = account_for(*dyehouse(YEARS))
PV = Lead("energy_facilities", "works", "工程", 2, 3, 4, commissioning_month=7)
LEAK = Lead("system_building", "energy", "能源", 1, 1, 1)
SETTING = Setting(
    "dyehouse",
    "CNY",
    date(2024, 11, 15),
    Certification(2, 2, 3),
    labels={"pv_roof": ("Rooftop PV", "屋顶光伏"), "ccer": ("CCER", "国家核证自愿减排量")},
    leads={("converters", "pv_roof"): PV, ("retrofits", "leak_repair"): LEAK},
)
ROADMAP = roadmap(ANSWER, SETTING)


def action(name: str, of: Roadmap = ROADMAP) -> Action:
    (found,) = (one for one in of.actions if one.id == name)
    return found


def test_a_build_is_dated_back_from_its_commissioning_month() -> None:
    pv = action("converters.pv_roof.build.2026")
    assert pv.commission_by == date(2026, 7, 1)
    assert pv.build_from == date(2026, 3, 1)  # 4 months before
    assert pv.order_by == date(2025, 12, 1)  # 3 months before
    assert pv.decide_by == date(2025, 10, 1)  # 2 months before
    assert (pv.size, pv.unit, pv.late_days, pv.serves_year, pv.serves_stars) == (8.0, "MW", 0, 2030, 5)
    assert (pv.text_en, pv.text_zh) == ("Build: Rooftop PV, 8 MW", "建设:屋顶光伏,8 MW")
    assert pv.one_off == pytest.approx(8.0 * 3.0e6)


def test_a_decision_before_today_is_late_and_says_what_is_possible() -> None:
    leak = action("retrofits.leak_repair.retrofit.2025")
    assert leak.decide_by == date(2024, 10, 1)  # works on 1 January 2025, three months back
    assert leak.late_days == 45  # 1 October to 15 November
    assert leak.possible_from == date(2025, 3, 1)  # three months from 1 December
    assert "before 2024-11-15" in ROADMAP.notes[-1].en
    early = roadmap(ANSWER, replace(SETTING, today=date(2024, 10, 1)))
    assert action(leak.id, early).late_days == 0
    assert action(leak.id, early).possible_from is None


def test_power_and_energy_of_a_store_are_one_action() -> None:
    battery = action("stores.battery.build.2027")
    assert (battery.size, battery.energy_mwh) == (1.0, 2.0)
    assert battery.one_off == pytest.approx(0.3e6 + 1.6e6)
    assert battery.text_en == "Build: battery, 1 MW, 2 MWh"


def test_a_claim_is_held_in_its_year_and_retired_with_the_inventory() -> None:
    bought = action("instruments.ccer.buy.2030")
    assert bought.commission_by == date(2030, 12, 1)
    assert bought.order_by == date(2030, 11, 1)  # a month to deliver
    assert bought.certify_by == date(2031, 3, 1)  # two months after the year
    assert bought.claimed_tonnes == bought.size
    assert bought.yearly == pytest.approx(
        sum(r.amount for r in ANSWER.money.rows if (r.item, r.year) == ("ccer", 2030)) * 1e6
    )


def test_the_rating_follows_its_data_year() -> None:
    rated = action("rating.rating.certify.2030")
    assert (rated.decide_by, rated.order_by) == (date(2030, 8, 1), date(2030, 10, 1))
    assert (rated.build_from, rated.commission_by) == (date(2031, 1, 1), date(2031, 5, 1))
    assert rated.certify_by == date(2031, 8, 1)  # three months of issue lag
    assert rated.renew_by == date(2032, 8, 1)
    assert rated.text_en.startswith("Data of 2030, verified and rated: 5 stars modelled, ")
    assert action("rating.rating.certify.2032").renew_by is None
    assert {a.year for a in ROADMAP.actions if a.verb == "certify"} == {2030, 2031, 2032}


def test_the_first_rating_waits_for_all_before_and_each_for_the_one_before() -> None:
    first, second = action("rating.rating.certify.2030"), action("rating.rating.certify.2031")
    assert {"management.metering.set_up.2030", "converters.pv_roof.build.2026", "contracts.ppa.sign.2030"} <= {
        *first.needs
    }
    assert second.needs == ["instruments.ccer.buy.2031", "rating.rating.certify.2030"]


def test_money_is_that_of_the_accounts() -> None:
    paid = sum(a.one_off or 0.0 for a in ROADMAP.actions) + ROADMAP.left_out.one_off
    assert paid == pytest.approx(ANSWER.money.capex() * 1e6)
    for year in ROADMAP.years:
        assert sum(a.payments.get(year.year, 0.0) for a in ROADMAP.actions) == pytest.approx(year.investment)
    everything = sum(y.investment + y.running_cost for y in ROADMAP.years)
    salvage = ANSWER.money.cash("salvage").sum() * 1e6
    assert everything == pytest.approx(ANSWER.money.cash().sum() * 1e6 - salvage)


def test_tonnes_are_those_of_the_years_and_change_from_the_base() -> None:
    gross = ANSWER.tonnes.gross_location_tco2e
    assert [y.gross_location_tco2e for y in ROADMAP.years] == pytest.approx(list(gross))
    assert sum(y.change_tco2e for y in ROADMAP.years) == pytest.approx(gross[-1] - ANSWER.problem.base.gross_tco2e)
    assert all(a.claimed_tonnes is None for a in ROADMAP.actions if a.verb != "buy")


def test_needs_are_there_and_done_before() -> None:
    done = {a.id: a.done for a in ROADMAP.actions}
    assert len(done) == len(ROADMAP.actions)
    for one in ROADMAP.actions:
        assert all(done[need] <= one.done for need in one.needs), one.id
    assert not circular({a.id: a.needs for a in ROADMAP.actions})


def circular(needs: dict[str, list[str]]) -> bool:
    """Whether anything is left when what needs nothing is taken away again and again."""
    left = dict(needs)
    while free := [name for name, of in left.items() if not set(of) & left.keys()]:
        for name in free:
            del left[name]
    return bool(left)


def renewed() -> Roadmap:
    """A contract signed twice, a boiler that gives way to a heat pump, a measure that needs a meter, a hair of PV."""
    site = Site(years=tuple(range(2026, 2034)), hours=(8760.0,))
    problem = site.problem(
        demands=(site.demand(load=1.0), site.demand("wash", 1.0, carrier="steam")),
        markets=(site.grid(), site.gas()),
        converters=(
            site.converter(
                "boiler", site.sizing(existing=2.0, retire_from=0), inputs={"gas": 1.0}, outputs={"steam": 1.0}
            ),
            site.converter("heat_pump", site.sizing(1.0), inputs={"electricity": 0.4}, outputs={"steam": 1.0}),
            site.converter("pv_roof", site.sizing(3.0, life=4), availability=0.1),
        ),
        retrofits=(site.retrofit("drives", {"motors": 0.1}, capex=0.5, requires=("metering",)),),
        contracts=(site.contract(kind="green_tariff", tenor_years=3, price=2e-5, sign_cost=0.02),),
        management=(site.management("metering", 0.8, 0.1),),
    )
    decisions = {
        "converters.build_mw": {
            **{("heat_pump", 2028): 2.0, ("heat_pump", 2030): 0.05, ("heat_pump", 2031): 1e-4},
            **{("pv_roof", 2026): 1.0, ("pv_roof", 2030): 1.0},
        },
        "converters.retired_share": {("boiler", y): 0.5 for y in site.years if y >= 2028},
        "retrofits.start": {("drives", 2027): 1.0},
        "management.adopt": {("metering", 2027): 1.0},
        "contracts.sign_volume": {("ppa", 2027): 900.0, ("ppa", 2030): 800.0},
    }
    leads = {("converters", "heat_pump"): replace(PV, commissioning_month=4), ("management", "metering"): LEAK}
    setting = Setting("mill", "CNY", date(2026, 1, 1), Certification(2, 2, 2), leads=leads)
    return roadmap(
        account_for(problem, site.plan(decisions, {"markets.import_mw": {"grid": 1.0, "gas": 1.0}})), setting
    )


def test_a_contract_is_renewed_in_time() -> None:
    found = renewed()
    first, again = action("contracts.ppa.sign.2027", found), action("contracts.ppa.renew.2030", found)
    assert (first.ends_on, first.renew_by) == (date(2030, 1, 1), again.order_by)
    assert again.order_by == date(2029, 11, 1)  # two months before it is in force
    assert (again.needs, again.ends_on, again.renew_by) == ([first.id], date(2033, 1, 1), None)
    assert first.text_en == "Sign: ppa, 900 MWh a year, 2027 to 2029"
    assert (first.one_off, first.yearly) == (pytest.approx(0.02e6), pytest.approx(900.0 * 20.0))


def test_old_plant_stays_until_its_successor_works() -> None:
    found = renewed()
    retired = action("converters.boiler.retire.2028", found)
    assert retired.needs == ["converters.heat_pump.build.2028"]
    assert retired.commission_by == date(2028, 4, 1)  # the heat pump's month, not January
    assert retired.decide_by == date(2028, 2, 1)
    assert (retired.size, retired.text_en) == (1.0, "Take out of service: boiler, 1 MW, 1 MW stay")
    assert [a.id for a in found.actions if a.verb == "retire"] == [retired.id]


def test_a_measure_comes_after_what_it_requires() -> None:
    assert action("retrofits.drives.retrofit.2027", renewed()).needs == ["management.metering.set_up.2027"]


def test_what_wears_out_is_ordered_again() -> None:
    pv = action("converters.pv_roof.build.2026", renewed())
    assert pv.ends_on == date(2030, 1, 1)
    assert pv.renew_by == action("converters.pv_roof.build.2030", renewed()).order_by


def test_a_small_build_is_an_enlargement_and_a_hair_is_left_out() -> None:
    found = renewed()
    small = action("converters.heat_pump.enlarge.2030", found)
    assert (small.minor, small.needs) == (True, ["converters.heat_pump.build.2028"])
    assert (found.left_out.actions, found.left_out.one_off) == (1, pytest.approx(1e-4 * 1e6))


def test_a_build_for_a_thousandth_of_all_investment_is_minor_and_so_is_the_end_of_a_few_percent() -> None:
    """6 million of PV, 5,000 of a fan; 3 % of a boiler ends, then half of it."""
    site = Site(years=(2026, 2027), hours=(8760.0,))
    old = site.sizing(existing=2.0, retire_from=0)
    problem = site.problem(
        demands=(site.demand(load=1.0), site.demand("wash", 0.5, carrier="steam")),
        markets=(site.grid(), site.gas()),
        converters=(
            site.converter("boiler", old, inputs={"gas": 1.0}, outputs={"steam": 1.0}),
            site.converter("pv", site.sizing(3.0), availability=0.1),
            site.converter("fan", site.sizing(0.1), availability=0.1),
        ),
    )
    decisions = {
        "converters.build_mw": {("pv", 2026): 2.0, ("fan", 2026): 0.05},
        "converters.retired_share": {("boiler", 2026): 0.03, ("boiler", 2027): 0.53},
    }
    plan = site.plan(decisions, {"markets.import_mw": {"grid": 1.0, "gas": 0.5}})
    setting = Setting("mill", "CNY", date(2026, 1, 1), Certification(2, 2, 2))
    found = {a.id: a.minor for a in roadmap(account_for(problem, plan), setting).actions}
    assert found == {
        "converters.pv.build.2026": False,
        "converters.fan.build.2026": True,
        "converters.boiler.retire.2026": True,
        "converters.boiler.retire.2027": False,
    }


def test_without_a_target_nothing_is_served_and_nothing_certified() -> None:
    found = renewed()
    assert (found.target_stars, found.target_year) == (None, None)
    assert all(a.serves_year is None and a.kind != "rating" for a in found.actions)


def test_two_measures_that_require_each_other_do_not_wait_for_ever() -> None:
    site = Site(years=(2026, 2027), hours=(8760.0,))
    pair = (
        site.retrofit("a", {"motors": 0.1}, requires=("b",)),
        site.retrofit("b", {"motors": 0.1}, requires=("a",)),
    )
    problem = site.problem(demands=(site.demand(load=1.0),), markets=(site.grid(),), retrofits=pair)
    plan = site.plan({"retrofits.start": {("a", 2026): 1.0, ("b", 2026): 1.0}}, {"markets.import_mw": {"grid": 1.0}})
    found = roadmap(account_for(problem, plan), replace(SETTING, leads={}))
    assert not circular({a.id: a.needs for a in found.actions})


def test_only_a_roadmap_is_read(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="is missing: `plan solve` writes it"):
        read_roadmap(tmp_path)
    (tmp_path / "roadmap.json").write_text('{"actions": []}')
    with pytest.raises(ResultsError, match=r"is not a roadmap: .* faults against its schema"):
        read_roadmap(tmp_path)
