"""Why: a hand-computed measure, forced both ways, its switch value confirmed on both sides, and what blocks it.

The site pays 10 MW x 1000 h x 0.0006 = 6 million a year. Leak repair saves a tenth of it: 0.6 million in the one year.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.problem import Problem
from planner.answer import account_for
from planner.blocking import blockers
from planner.cli import main
from planner.engine import Options, solve
from planner.forcing import Item, UnknownItemError, at_price, find_item, force_in, force_out, sensible_size, taken
from planner.price_switch import find_price, price_lines, price_switch
from planner.progress import Progress
from planner.resolving import Interval, Resolver, Solved
from planner.why import Asked, Why, as_json, lines, why
from tests.factories import Site
from tests.plans import dyehouse_results

SITE = Site(years=(2025,), hours=(1000.0,))
LEAKS = Item("retrofits", "leaks")
PV = Item("converters", "pv")


def again() -> Resolver:
    return Resolver(Options(gap=1e-6, time_limit_s=60.0), Progress(quiet=True))


def solved(problem: Problem) -> Solved:
    return again()(problem, "the plan")


def asked(problem: Problem, item: Item, **fields: object) -> Why:
    return why(again(), solved(problem), Asked(item, **fields), "CNY")  # type: ignore[arg-type]


def with_leaks(capex: float, **fields: object) -> Problem:
    return SITE.problem(retrofits=(SITE.retrofit("leaks", {"motors": 0.1}, capex=capex),), **fields)


def said(found: Why) -> str:
    return "\n".join(lines(found, found.item.name, "CNY"))


def test_a_measure_too_dear_costs_what_it_does_not_save_and_enters_below_its_saving() -> None:
    found = asked(with_leaks(1.0), LEAKS)
    assert not found.in_plan
    assert found.extra is not None
    assert found.switch is not None
    assert found.extra.low == pytest.approx(0.4, rel=1e-4)
    assert found.extra.high == pytest.approx(0.4, rel=1e-4)
    assert found.switch.enters == pytest.approx(0.6, rel=1e-3)
    assert found.switch.stays_out == pytest.approx(0.6, rel=1e-3)
    assert "enters below 600,000 CNY (today 1,000,000)" in said(found)
    assert "No limit, rule or window is in its way" in said(found)


def test_a_measure_that_pays_is_missed_by_its_gain_and_stays_up_to_its_saving() -> None:
    found = asked(with_leaks(0.2), LEAKS)
    assert found.in_plan
    assert found.extra is not None
    assert found.switch is not None
    assert found.extra.high == pytest.approx(0.4, rel=1e-4)
    assert found.switch.enters == pytest.approx(3.0, rel=1e-3)
    assert found.switch.stays_out == pytest.approx(3.0, rel=1e-3)
    assert "leaks is in the plan: 2025." in said(found)
    assert "stays in below 600,000 CNY (today 200,000)" in said(found)


@pytest.mark.parametrize("capex", [0.3, 1.5])
def test_the_switch_value_is_confirmed_by_solving_on_both_sides(capex: float) -> None:
    """Leaks save 0.6. Drives save 1.2 for 1.1; after leaks only 1.08, so they leave when leaks enter: 0.6 - 0.1 = 0.5."""
    problem = SITE.problem(
        retrofits=(
            SITE.retrofit("leaks", {"motors": 0.1}, capex=capex),
            SITE.retrofit("drives", {"motors": 0.2}, capex=1.1),
        )
    )
    found = asked(problem, LEAKS)
    assert found.switch is not None
    for factor, enters in ((0.99 * found.switch.enters, True), (1.01 * found.switch.stays_out, False)):
        plan = solve(at_price(problem, LEAKS, factor), Options(gap=1e-6))
        assert bool(taken(problem, plan, LEAKS)) == enters
    assert found.switch.stays_out * capex == pytest.approx(0.5, rel=1e-3)


def test_a_size_enters_at_what_its_first_units_are_worth() -> None:
    """PV of 1000 full-load hours is worth 0.6 million per MW; up to 10 MW, above that it can only be dumped."""
    pv = SITE.converter("pv", SITE.sizing(1.0, max_total=50.0), renewable=True)
    found = asked(SITE.problem(converters=(pv,)), PV)
    assert found.size == pytest.approx(5.0)
    assert found.switch is not None
    assert found.switch.best == pytest.approx(0.6, rel=1e-3)
    assert "enters below 600 CNY/kW (today 1,000)" in said(found)


def test_what_can_never_pay_does_not_enter_even_for_free() -> None:
    problem = SITE.problem(retrofits=(SITE.retrofit("leaks", {"motors": 0.1}, capex=1.0, opex_fixed=0.7),))
    found = asked(problem, LEAKS)
    assert found.switch is not None
    assert found.switch.never
    assert "would not enter even for free" in said(found)


def test_an_option_without_price_has_no_switch_value() -> None:
    found = asked(SITE.problem(retrofits=(SITE.retrofit("leaks", {"motors": 0.1}, opex_fixed=0.7),)), LEAKS)
    assert found.switch is None
    assert found.extra is not None
    assert found.extra.low == pytest.approx(0.1, rel=1e-3)


def test_forced_in_is_never_cheaper_than_the_optimum() -> None:
    for capex in (0.1, 0.59, 0.61, 2.0):
        problem = with_leaks(capex)
        best = solved(problem)
        for forced in (force_in(problem, LEAKS, 1.0), force_out(problem, LEAKS)):
            assert solved(forced).high >= best.high - 1e-6


def test_what_the_gap_does_not_decide_is_said_so() -> None:
    problem = with_leaks(0.61)
    plan = solved(problem)
    loose = Solved(problem, plan.answer, plan.low - 0.1)
    found = why(again(), loose, Asked(LEAKS), "CNY")
    assert found.extra is not None
    assert found.extra.low == pytest.approx(0.01, abs=1e-3)
    worse = Solved(problem, plan.answer, 5.0)
    blurred = why(Resolver(Options(gap=1e-6), Progress(quiet=True)), worse, Asked(LEAKS), "CNY")
    assert blurred.extra is not None
    assert blurred.extra.high > 0.5


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


def test_the_price_of_power_at_which_a_measure_enters() -> None:
    """It saves 1000 MWh for 1.0 million: worth it from 0.001 million per MWh on, 5/3 of today's price."""
    problem = with_leaks(1.0)
    price = find_price(problem, "grid", "CNY")
    assert price.today == pytest.approx(600.0)
    found = price_switch(again(), problem, LEAKS, 1.0, price)
    assert found.inside is not None
    assert found.outside is not None
    assert found.best == pytest.approx(5 / 3, rel=0.03)
    assert found.outside < 5 / 3 < found.inside
    for factor, enters in ((found.inside, True), (found.outside, False)):
        plan = solve(price.priced(problem, factor), Options(gap=1e-6))
        assert bool(taken(problem, plan, LEAKS)) == enters
    assert "both proven by solving" in price_lines(found)[0]


def test_a_price_that_changes_nothing_is_said_so() -> None:
    problem = with_leaks(9.0)
    found = price_switch(again(), problem, LEAKS, 1.0, find_price(problem, "grid", "CNY"))
    assert found.best is None
    assert "stays out at every price of grid between 150 and 2,400" in price_lines(found)[0]


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


def test_a_year_can_be_asked_about() -> None:
    years = Site(years=(2025, 2026), hours=(1000.0,))
    problem = years.problem(retrofits=(years.retrofit("leaks", {"motors": 0.1}, capex=(0.2, 0.1)),))
    found = asked(problem, LEAKS, year=2026)
    assert not found.in_plan
    assert found.extra is not None
    assert found.extra.high == pytest.approx(0.5, rel=1e-3)
    assert found.switch is not None
    assert found.switch.never, "a year of saving is lost, and 2025 is no dearer for it"


def test_names_are_found_with_their_kind_and_the_nearest_is_offered() -> None:
    problem = with_leaks(1.0)
    assert find_item(problem, "retrofits.leaks") == LEAKS
    with pytest.raises(UnknownItemError, match="did you mean leaks"):
        find_item(problem, "leeks")


def test_the_least_size_of_each_kind() -> None:
    packaged = SITE.converter("pv", SITE.sizing(1.0, max_total=50.0, package=2.5))
    least = SITE.converter("chp", SITE.sizing(1.0, max_total=50.0, min_size=4.0))
    problem = SITE.problem(converters=(packaged, least), instruments=(SITE.instrument("ccer", "credit", 1e-4, 300.0),))
    assert sensible_size(problem, Item("converters", "pv")) == 2.5
    assert sensible_size(problem, Item("converters", "chp")) == 4.0
    assert sensible_size(problem, Item("instruments", "ccer")) == pytest.approx(3.0)


def test_intervals_subtract_to_what_is_proven() -> None:
    difference = Interval(4.0, 5.0) - Interval(1.0, 2.0)
    assert (difference.low, difference.high, difference.sign) == (2.0, 4.0, 1)
    assert (Interval(0.0, 1.0) - Interval(0.5, 2.0)).sign == 0


def test_an_item_that_the_target_needs_is_indispensable() -> None:
    problem = with_leaks(2.0)
    capped = replace(problem, durability=replace(problem.durability, own_reduction_floor=SITE.yearly(0.09)))
    found = asked(capped, LEAKS)
    assert found.other is not None
    assert found.other.infeasible
    assert "indispensable" in said(found)


def test_the_command_answers_in_words_and_in_json(tmp_path: Path) -> None:
    folder = dyehouse_results(tmp_path, years=tuple(range(2025, 2031)))
    unknown = CliRunner().invoke(main, ["why", str(folder), "leak_reqair"])
    assert unknown.exit_code == 2
    assert "did you mean leak_repair?" in unknown.output
    done = CliRunner().invoke(main, ["why", str(folder), "leak_repair", "--json", "--gap", "0.0001"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.output)
    assert answer["kind"] == "retrofits"
    assert answer["lines"]
    assert answer["extra_cost"][0] >= 0
    assert math.isfinite(answer["extra_cost"][1])


def test_json_has_money_in_currency() -> None:
    found = asked(with_leaks(1.0), LEAKS)
    assert as_json(found, "Leaks", "CNY")["enters_below"] == pytest.approx(6e5, rel=1e-3)


def test_plans_of_the_resolver_are_accounted() -> None:
    problem = with_leaks(1.0)
    answer = solved(problem).answer
    assert answer is not None
    assert account_for(problem, answer.plan).money.objective == pytest.approx(6.0)
