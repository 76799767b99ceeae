"""Abatement shares: equal to brute force on four measures, summing to the whole, from operations that can be done by hand.

The site draws 10 GWh a year at 0.0006 million and 0.5 t per MWh. Leaks, drives and lamps save 10, 20 and 5 % of what is left;
PV makes 2 GWh. With any subset the grid brings 10000·0.9^leaks·0.8^drives·0.95^lamps − 2000·pv MWh.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from planner.abatement.study import study
from planner.abatement.worth import (
    COST,
    TONNES,
    Abatement,
    Operation,
    abatement,
    at_tonne_price,
    cost_per_tonne,
    fullest_year,
    grouped,
    measures_of,
    price_as_planned,
    yearly_costs,
)
from planner.answer import Answer, account_for
from planner.cli import main
from planner.engine import Options
from planner.solving.fixed import one_year
from planner.solving.resolving import Solved
from planner.why.forcing import Item
from tests.factories import Site
from tests.plans import dyehouse_results

SITE = Site(years=(2025, 2026), hours=(1000.0,))
SAVINGS = {"leaks": 0.1, "drives": 0.2, "lamps": 0.05}
CAPEX = {"leaks": 0.1, "drives": 4.0, "lamps": 1.0, "pv": 5.0}
OPTIONS = Options(gap=1e-6, time_limit_s=60.0)


def planned() -> Answer:
    problem = SITE.problem(
        retrofits=tuple(
            SITE.retrofit(name, {"motors": share}, capex=CAPEX[name], life_years=10) for name, share in SAVINGS.items()
        ),
        converters=(SITE.converter("pv", SITE.sizing(2.5, max_total=2.0, life=10), renewable=True),),
    )
    decisions = {
        "retrofits.start": {(name, 2025): 1.0 for name in SAVINGS},
        "converters.build_mw": {("pv", 2025): 2.0},
    }
    left = 10.0 * np.prod([1 - share for share in SAVINGS.values()])
    operation = {"markets.import_mw": {"grid": left - 2.0}, "converters.activity_mw": {"pv": 2.0}}
    return account_for(problem, SITE.plan(decisions, operation))


def by_hand(chosen: frozenset[str]) -> np.ndarray:
    """Tonnes saved and cost of a subset."""
    left = 10_000.0
    for name, share in SAVINGS.items():
        left *= 1 - share * (name in chosen)
    left -= 2000.0 * ("pv" in chosen)
    return np.array([0.5 * (10_000.0 - left), 0.0006 * (left - 10_000.0) + sum(CAPEX[name] for name in chosen) / 10])


@pytest.fixture(scope="module")
def found() -> Abatement:
    answer = planned()
    return abatement(answer, grouped(answer.problem, measures_of(answer, 2025)), 2025, OPTIONS)


def test_every_subset_is_operated_as_by_hand(found: Abatement) -> None:
    answer = planned()
    operation = Operation(answer, 2025, OPTIONS)
    measures = measures_of(answer, 2025)
    nothing = operation.value(())
    assert nothing[TONNES] == pytest.approx(5000.0)
    for chosen in (measures[:1], measures[1:3], measures):
        value = operation.value(chosen)
        wanted = by_hand(frozenset(item.name for item in chosen))
        assert nothing[TONNES] - value[TONNES] == pytest.approx(wanted[TONNES], rel=1e-5)
        assert value[COST] - nothing[COST] == pytest.approx(wanted[COST], rel=1e-5)


def test_shares_equal_brute_force_over_all_orders_of_four_measures(found: Abatement) -> None:
    names = [*SAVINGS, "pv"]
    added: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for order in permutations(names):
        for n, name in enumerate(order):
            added[name].append(by_hand(frozenset(order[: n + 1])) - by_hand(frozenset(order[:n])))
    for name in names:
        assert found.shares.share[name] == pytest.approx(np.mean(added[name], axis=0), rel=1e-4)
        assert found.first_in[name] == pytest.approx(by_hand(frozenset({name})), rel=1e-4)
        last = by_hand(frozenset(names)) - by_hand(frozenset(names) - {name})
        assert found.last_in[name] == pytest.approx(last, rel=1e-4)


def test_shares_sum_to_the_whole(found: Abatement) -> None:
    total = sum(found.shares.share.values())
    assert total == pytest.approx(by_hand(frozenset([*SAVINGS, "pv"])), rel=1e-5)
    assert found.solves == 16


def test_the_naive_curve_promises_more_than_it_saves_and_its_regret_is_never_negative(found: Abatement) -> None:
    rates = [cost_per_tonne(found.first_in[step.group]) for step in found.steps]
    assert rates == sorted(rates)
    assert found.steps[-1].promised > found.steps[-1].saved
    for step in found.steps:
        assert step.best_cost is not None
        assert step.cost >= step.best_cost - 1e-9


def test_many_measures_of_a_kind_come_together() -> None:
    problem = SITE.problem(
        retrofits=tuple(SITE.retrofit(f"measure_{n}", {"motors": 0.01}) for n in range(9)),
        converters=(SITE.converter("pv", renewable=True),),
    )
    measures = (*(Item("retrofits", r.name) for r in problem.retrofits), Item("converters", "pv"))
    assert [(group.name, len(group.members)) for group in grouped(problem, measures)] == [
        ("efficiency: electricity", 9),
        ("pv", 1),
    ]
    assert len(grouped(problem, measures, each=True)) == 10


def test_what_has_ended_or_is_bought_again_is_no_measure() -> None:
    answer = planned()
    short = tuple(replace(r, life_years=1) for r in answer.problem.retrofits)
    problem = replace(answer.problem, retrofits=short)
    shorter = account_for(problem, answer.plan)
    assert [item.name for item in measures_of(shorter, 2026)] == ["pv"]
    assert fullest_year(shorter) == 2025


def test_a_price_on_tonnes_is_written_into_what_emits() -> None:
    answer = planned()
    part = one_year(answer.problem, answer.plan, 2025)
    assert at_tonne_price(part, 1e-4).markets[0].price == pytest.approx(0.0006 + 0.5e-4)


class Rising(Operation):
    """Emits twice what the plan does, least (a fifth more than the plan) at 400 CNY/t, and more at higher prices."""

    def _operated(self, chosen: frozenset[Item]) -> np.ndarray:
        planned_t = float(self.answer.tonnes.own_inventory_tco2e[0])
        times = {0.0: 2.0, 1e-4: 1.9, 2e-4: 1.6, 4e-4: 1.2}.get(self.price, 1.5 + 1e2 * self.price)
        return np.array([times * planned_t, 1.0])


def test_operation_pays_the_price_at_which_least_is_emitted_where_none_reaches_the_plan() -> None:
    operation = Rising(planned(), 2025, OPTIONS)
    price_as_planned(operation, [])
    assert operation.price == 4e-4
    (known,) = operation.known.values()  # nothing that was operated at another price
    assert known[TONNES] == pytest.approx(1.2 * operation.answer.tonnes.own_inventory_tco2e[0])


def test_costs_of_a_year_are_annuities_and_upkeep() -> None:
    costs = yearly_costs(planned(), 2025)
    assert costs[Item("converters", "pv")] == pytest.approx(0.5)
    assert costs[Item("retrofits", "drives")] == pytest.approx(0.4)


def test_the_study_has_its_rows_and_the_naive_plan_its_regret(found: Abatement) -> None:
    plan = Solved(planned().problem, planned(), 10.0)
    written = study(found, "CNY", {"cheapest_first": {"net_present_cost": 3e7, "penalties": 1e6}}, plan, (str, str))
    assert {row["item"] for row in written["rows"]} == {*SAVINGS, "pv"}
    assert written["naive_regret"]["most"] == pytest.approx(3.1e7 - 10e6)
    assert sum(row["tonnes_shapley"] for row in written["rows"]) == pytest.approx(written["tonnes_saved"])


def test_what_saves_next_to_nothing_has_no_cost_per_tonne(found: Abatement) -> None:
    """4 t of more than 2,000 t at 40,000 CNY would read as 10,000 CNY/t."""
    shares = found.shares.share | {"pv": np.array([4.0, 0.04])}
    slight = replace(found, shares=replace(found.shares, share=shares))
    rows = {
        row["item"]: row for row in study(slight, "CNY", {}, Solved(planned().problem, None, 0.0), (str, str))["rows"]
    }
    assert rows["pv"]["cost_per_t"] is None
    assert rows["drives"]["cost_per_t"] == pytest.approx(
        1e6 * found.shares.share["drives"][1] / found.shares.share["drives"][0]
    )


def test_the_command_writes_its_study(tmp_path: Path) -> None:
    folder = dyehouse_results(tmp_path, years=tuple(range(2025, 2031)))
    done = CliRunner().invoke(main, ["abatement", str(folder)])
    assert done.exit_code == 0, done.output
    written = json.loads((folder / "studies" / "abatement.json").read_text())
    rows = {row["item"]: row for row in written["rows"]}
    assert set(rows) >= {"leak_repair", "pv_roof", "battery"}
    assert rows["pv_roof"]["label_zh"] == "屋顶光伏"
    assert max(map(len, done.output.splitlines())) <= 80
    assert CliRunner().invoke(main, ["abatement", str(folder), "--year", "2050"]).exit_code == 2
