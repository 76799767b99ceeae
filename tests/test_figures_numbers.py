"""The numbers that figures draw: parts sum to the whole, and energy that flows in flows out."""

from __future__ import annotations

from pathlib import Path

import figure_case
import numpy as np
import pytest
from figure_case import close

from planner.accounting.ledger import annual
from planner.answer import Answer
from planner.figures import (
    abatement,
    cash_flow,
    dispatch,
    emissions,
    energy_flow,
    heat,
    ladder,
    load_duration,
    pareto,
    stress,
    timeline,
)
from planner.figures.flows import flows
from planner.figures.layered import Link, layered
from planner.figures.style import NotDrawn, folded, plain, shortened, wide


@pytest.fixture
def plan() -> Answer:
    return figure_case.answer()


@pytest.fixture
def usual(tmp_path: Path) -> Answer:
    found = figure_case.record(tmp_path).usual
    assert found is not None
    return found


def test_wedges_lead_from_business_as_usual_to_net(plan: Answer, usual: Answer) -> None:
    found = emissions.wedges(plan, usual)
    assert close(found.top - sum(found.parts.values()), found.net)
    assert close(found.net, plan.tonnes.net_tco2e)
    assert close(found.top, usual.tonnes.gross_location_tco2e)


def test_a_wedge_is_what_its_measure_avoids(plan: Answer, usual: Answer) -> None:
    found = emissions.wedges(plan, usual)
    motors = 6 * 2000 + 4 * 2000 + 5 * 2380 + 3 * 2380
    installed = plan.money.installed["drives"]
    assert installed.any()
    assert close(found.parts["efficiency"], 0.2 * motors * 0.3 * installed)
    assert close(found.parts["onsite_power"], 0.3 * plan.tonnes.onsite_claim_mwh)
    assert close(found.parts["credits"], plan.tonnes.credits_tco2e)


def test_intensity_of_steam_is_that_of_the_gas_it_burns(usual: Answer) -> None:
    found = emissions.intensities(usual.problem, usual.plan)
    assert close(found["electricity"], 0.3)
    assert close(found["gas"], 0.2)
    assert close(found["steam"], 0.2 * 1.1)


def test_gains_add_up_to_the_net_present_cost_that_is_saved(plan: Answer, usual: Answer) -> None:
    found = cash_flow.gains(plan.money, usual.money)
    assert close(found.total, sum(found.parts.values()))
    assert close(found.cumulative[-1], found.total.sum())
    assert close(found.discounted[-1], 100 * (usual.money.net_present_cost - plan.money.net_present_cost))
    assert close(found.total, 100 * (usual.money.cash() - plan.money.cash()))


def test_flows_of_a_carrier_cancel_in_every_step(plan: Answer) -> None:
    for carrier in ("electricity", "gas", "steam"):
        total = sum(flow.mw for flow in flows(plan.problem, plan.plan) if flow.carrier == carrier)
        assert np.abs(total).max() < 1e-6


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_energy_that_flows_into_a_node_flows_out(plan: Answer, year: int) -> None:
    every = energy_flow.links(plan.problem, plan.plan, year)
    into, out = {}, {}
    for link in every:
        out[link.source] = out.get(link.source, 0.0) + link.mwh
        into[link.target] = into.get(link.target, 0.0) + link.mwh
    for node in into.keys() & out.keys():
        assert into[node] == pytest.approx(out[node], rel=1e-6, abs=1e-3), node
    sources = sum(mwh for node, mwh in out.items() if node not in into)
    sinks = sum(mwh for node, mwh in into.items() if node not in out)
    assert sources == pytest.approx(sinks, rel=1e-6)
    assert sum(link.mwh for link in energy_flow.gathered(every)) <= sum(link.mwh for link in every) + 1e-6


def test_a_diagram_stands_in_columns_without_overlap() -> None:
    a, b, c, d = ("source", "a"), ("carrier", "b"), ("converter", "c"), ("demand", "d")
    layout = layered(
        (Link(a, b, "x", 10.0), Link(b, c, "x", 4.0), Link(c, b, "x", 1.0), Link(b, d, "x", 7.0), Link(c, d, "y", 3.0))
    )
    rank = dict(zip(layout.nodes, layout.rank, strict=True))
    assert rank == {a: 0, b: 1, c: 2, d: 3}  # the way back from c to b does not count
    for bands in layout.bands(0.01):
        assert all(0.0 <= value <= 1.05 for value in bands)
    assert layout.through[layout.nodes.index(b)] == 11.0


def test_supplies_less_other_uses_are_end_use(plan: Answer) -> None:
    for carrier in ("electricity", "steam"):
        one = dispatch.operation(plan.problem, plan.plan, carrier, 2027)
        assert close(sum(one.supply.values()) - sum(one.taken.values()), one.end_use)
    assert dispatch.carriers(plan.problem, plan.plan, 2027) == ["electricity", "steam"]


def test_the_day_of_the_highest_load_is_shown(plan: Answer) -> None:
    steps = plan.problem.steps
    shown = dispatch.windows(steps, np.array([1.0, 1.0, 1.0, 9.0]), np.zeros(4))
    assert any(3 in window.steps for window in shown)
    assert all(len(window.steps) == 2 for window in shown)


def test_of_a_full_year_two_weeks_are_shown() -> None:
    from planner.assembly.typical_days import full_year

    load, sun = np.zeros(8760), np.zeros(8760)
    load[200], sun[5000:5100] = 1.0, 1.0
    windows = dispatch.windows(full_year(1.0).steps, load, sun)
    assert [window.words for window in windows] == ["week 2", "week 31"]
    assert all(len(window.steps) == 168 for window in windows)


def test_the_area_under_a_load_curve_is_the_energy(plan: Answer) -> None:
    grid = plan.problem.markets[0]
    power = load_duration.exchange(plan, grid, 2027)
    found = load_duration.curve(plan.problem, power)
    assert found.hours[-1] == pytest.approx(8760.0)
    assert np.all(np.diff(found.mw) <= 1e-12)
    assert found.mwh == pytest.approx(plan.tonnes.grid_mwh[1] - plan.tonnes.exported_mwh[1])


def test_consumption_is_what_the_ledger_says_was_used(plan: Answer) -> None:
    charging = annual(plan.problem, plan.plan.operation["stores.charge_mw"]["battery"])
    back = annual(plan.problem, plan.plan.operation["stores.discharge_mw"]["battery"])
    used = load_duration.consumption(plan, 2028) @ plan.problem.steps.hours_per_year
    assert used == pytest.approx((plan.tonnes.used_mwh - charging + back)[2])


def test_strips_show_what_stands(plan: Answer) -> None:
    found = {strip.item: strip for strip in timeline.strips(plan)}
    assert close(found["pv_roof"].size, plan.money.capacities["pv_roof"])
    assert close(found["drives"].size, plan.money.installed["drives"])
    kinds = [strip.kind for strip in timeline.strips(plan)]
    assert kinds == sorted(kinds, key=list(timeline.LOOKS).index)


def test_sizes_are_written_where_they_change() -> None:
    strip = timeline.Strip("converters", "x", np.array([0.0, 2.0, 2.0, 2.1, 5.0]), "MW")
    assert list(timeline.written_sizes(strip, (2026, 2027, 2028, 2029, 2030))) == [(2027, "2 MW"), (2030, "5 MW")]


def test_abatement_steps_stand_side_by_side_cheapest_first() -> None:
    found = abatement.bars(figure_case.STUDIES["abatement"]["rows"], {"pv_roof": "PV"})
    assert [(bar.name, bar.start, bar.tonnes, bar.cost_per_tonne) for bar in found] == [
        ("drives", 0.0, 500.0, -200.0),
        ("PV", 500.0, 1500.0, 20.0),
    ]


def test_a_dear_hair_does_not_flatten_the_rest() -> None:
    hair = abatement.Bar("hair", 1000.0, 5.0, 90000.0)
    low, high = abatement.limits((abatement.Bar("a", 0.0, 1000.0, 50.0), hair))
    assert (low, high) == (0.0, 150.0)


def test_heat_has_a_line_for_each_test_and_gaps_where_there_is_no_plan() -> None:
    rows = [*figure_case.STUDIES["stress"]["rows"], {"test": "broken", "label": "Broken", "stars": {}}]
    found = heat.heat(rows, "stars", [2026, 2028], "zh")
    assert found.names == ("无压力", "碳信用全部消失", "Broken")
    assert found.stars[:2].tolist() == [[5.0, 5.0], [0.0, 0.0]]
    assert np.isnan(found.stars[2]).all()


def test_keeping_a_level_costs_or_fails() -> None:
    kept, lost = figure_case.STUDIES["stress"]["rows"]
    assert stress.kept_words(kept, "en") == "0"
    assert stress.kept_words(kept | {"extra_cost": -2.5e6}, "en") == "−250"
    assert stress.kept_words(lost, "zh") == "2027年起失去"


def test_only_points_with_a_plan_are_joined() -> None:
    study = figure_case.STUDIES["pareto"]
    broken = {"x": 6, "net_present_cost": None, "status": "infeasible"}
    assert [p["x"] for p in pareto.solved({"points": [*study["points"], broken]})] == [0, 3, 4, 5]


def test_curves_of_different_axes_do_not_share_a_picture() -> None:
    study = figure_case.STUDIES["pareto"]
    with pytest.raises(ValueError, match="same axis"):
        pareto.figure_of([study, study | {"against": "paper"}], "CNY", "en")


def test_named_plans_stand_where_the_axis_can_hold_them() -> None:
    summary = {"naive": {"optimum": {"net_present_cost": 3e8, "stars_target": 5}, "paper_only": {"note": "none"}}}
    assert pareto.named_plans(summary, "stars") == (pareto.Plan("optimum", 5.0, 30000.0),)
    assert pareto.named_plans(summary, "score") == ()


def test_the_ladder_has_every_level() -> None:
    figure = ladder.figure_of(figure_case.STUDIES["ladder"], "CNY", "en")
    assert [t.get_text().split("\n")[0] for t in figure.axes[0].get_xticklabels()] == [
        f"{n} stars" for n in (3, 4, 5, 6)
    ]


def test_nothing_to_show_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotDrawn, match="plan stress"):
        stress.draw(figure_case.record(tmp_path), "en")
    with pytest.raises(NotDrawn, match="runs from 2026 to 2028"):
        energy_flow.draw(figure_case.record(tmp_path), "en", 2050)
    with pytest.raises(NotDrawn, match="no measure"):
        abatement.figure_of((), 2027, "CNY", "en")


def test_numbers_and_names_are_short() -> None:
    assert [plain(x) for x in (1234.5, 12.34, 0.5, -0.001)] == ["1,234", "12.3", "0.5", "0"]
    assert wide(shortened("定型机与烘干机风机", 10)) <= 10
    assert all(wide(line) <= 16 for line in folded("High-temperature heat pump for waste heat 27.6", 16, 3).split("\n"))
