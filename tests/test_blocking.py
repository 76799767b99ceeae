"""What stands in the way of an option is named in the scenario's own keys, and lifted to see whether it matters."""

from __future__ import annotations

from planner.why.blocking import blockers
from planner.why.forcing import Item, find_item
from tests.factories import Site
from tests.test_why import LEAKS, SITE, asked, said, solved


def test_a_full_roof_a_spent_budget_and_a_missing_prerequisite_are_named() -> None:
    years = Site(years=(2025, 2026), hours=(1000.0,))
    good = years.converter("pv", years.sizing(0.3, max_total=50.0), groups={"roof": 5000.0}, renewable=True)
    other = years.converter("solar_heat", years.sizing(0.9, max_total=50.0), groups={"roof": 5000.0})
    leaks = years.retrofit("leaks", {"motors": 0.1}, capex=0.1, requires=("meters",))
    problem = years.problem(
        converters=(good, other),
        retrofits=(leaks,),
        management=(years.management("meters", 5.0),),
        group_limits={"roof": 10000.0},
        finance=years.finance(capex_limit=(0.6, 0.0)),
    )
    answer = solved(problem).answer
    assert answer is not None
    roof = [one.words for one in blockers(answer, Item("converters", "solar_heat"))]
    assert roof[0] == "site.roof_m2 10,000 m²: full in 2025-2026, used by pv"
    assert any(words.startswith("finance.annual_capex_limit 0: spent in 2025-2026") for words in roof)
    assert "retrofits.leaks.requires meters, which the plan does not take" in [
        one.words for one in blockers(answer, LEAKS)
    ]
    found = asked(problem, LEAKS)
    assert found.lifted is not None
    assert found.lifted_taken
    assert "With these lifted it enters" in said(found)


def test_windows_exclusions_caps_and_met_items_are_named() -> None:
    problem = SITE.problem(
        retrofits=(
            SITE.retrofit("leaks", {"motors": 0.1}, capex=0.1, excludes=("drives",)),
            SITE.retrofit("drives", {"motors": 0.2}, capex=0.1),
            SITE.retrofit("late", {"motors": 0.2}, capex=0.1, start_years=()),
        ),
        management=(SITE.management("meters", already_met=True),),
        contracts=(SITE.contract(price=0.0001, max_volume=2.0),),
    )
    answer = solved(problem).answer
    assert answer is not None
    words = {
        name: [one.words for one in blockers(answer, find_item(problem, name))] for name in ("leaks", "late", "ppa")
    }
    assert words["leaks"] == ["retrofits.drives, which the plan takes, excludes leaks"]
    assert words["late"] == ["retrofits.late: no year of the plan in which it may be taken"]
    assert words["ppa"] == ["contracts.ppa.max_mw 2: reached in 2025"]
    assert blockers(answer, Item("management", "meters"))[0].words == "management.meters: already met today"
    found = asked(problem, Item("retrofits", "late"))
    assert "It cannot be forced in" in said(found)


def test_a_connection_that_is_used_up_is_named() -> None:
    boiler = SITE.converter("e_boiler", SITE.sizing(0.1), inputs={"electricity": 1.0}, outputs={"steam": 1.0})
    burner = SITE.converter(
        "burner", SITE.sizing(existing=9.0, max_total=9.0), inputs={"gas": 1.0}, outputs={"steam": 1.0}
    )
    problem = SITE.problem(
        demands=(SITE.demand(), SITE.demand("dyeing", 5.0, carrier="steam")),
        markets=(SITE.grid(max_import_mw=10.0), SITE.gas(0.0009, max_import_mwh_per_year=5000.0)),
        converters=(boiler, burner),
    )
    answer = solved(problem).answer
    assert answer is not None
    boiler_words = [one.words for one in blockers(answer, Item("converters", "e_boiler"))]
    assert boiler_words == ["markets.grid.max_mw 10 MW: reached in 2025"]
    burner_words = [one.words for one in blockers(answer, Item("converters", "burner"))]
    assert "markets.gas.max_mwh_per_year 5,000 MWh: reached in 2025" in burner_words
    found = asked(problem, Item("converters", "e_boiler"))
    assert found.lifted_taken, "with a wider connection it would replace the dearer gas"
