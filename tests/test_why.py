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
from planner.cli import main
from planner.engine import Options, solve
from planner.progress import Progress
from planner.solving.resolving import Resolver, Solved
from planner.why.forcing import Item, at_price, taken
from planner.why.question import Asked, Why, as_json, lines, why
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
    return why(again(), solved(problem), Asked(item, **fields), "CNY")


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


def test_a_year_can_be_asked_about() -> None:
    years = Site(years=(2025, 2026), hours=(1000.0,))
    problem = years.problem(retrofits=(years.retrofit("leaks", {"motors": 0.1}, capex=(0.2, 0.1)),))
    found = asked(problem, LEAKS, year=2026)
    assert not found.in_plan
    assert found.extra is not None
    assert found.extra.high == pytest.approx(0.5, rel=1e-3)
    assert found.switch is not None
    assert found.switch.never, "a year of saving is lost, and 2025 is no dearer for it"


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
