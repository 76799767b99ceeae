from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.problem import ELECTRICITY, Demand, Problem, Sizing, Steps
from planner.engine import Options, solve
from planner.export import network
from planner.export.dispatch import dispatch_of, least_cost
from planner.export.network import cycles_of, network_of
from planner.export.pypsa import pypsa_pieces
from tests.factories import Site
from tests.network_cost import network_cost

SITE = Site(years=(2025, 2026), hours=(100.0,) * 4 + (265.0,) * 4, billing=(0,) * 4 + (1,) * 4)
SUN = [0.0, 0.6, 0.9, 0.0, 0.0, 0.2, 0.4, 0.0]
PRICE = [0.0003, 0.0006, 0.0009, 0.0006, 0.0004, 0.0006, 0.0011, 0.0005]


def costs(problem: Problem, folder: Path) -> list[tuple[float, float, float]]:
    """(cost of the network, what it must cost, the plan's own less the constant) of every year."""
    plan = solve(problem, Options(gap=1e-6))
    assert plan.decisions, plan.facts
    for piece in pypsa_pieces(problem, plan, "CNY"):
        path = folder / piece.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(piece.data)
    found = []
    with (folder / "operating_cost.csv").open() as handle:
        for row in csv.DictReader(handle):
            wanted, own = float(row["network_objective"]), float(row["plan_operating_cost"]) - float(row["constant"])
            found.append((network_cost(folder / row["year"]), wanted, own))
    return found


def agree(problem: Problem, folder: Path) -> list[tuple[float, float, float]]:
    found = costs(problem, folder)
    for cost, wanted, own in found:
        assert cost == pytest.approx(wanted, rel=1e-7, abs=1.0)
        assert wanted <= own + 1e-6 * abs(own) + 1.0
    return found


def standing(size: float) -> Sizing:
    """A size that is there; no more can be had."""
    return SITE.sizing(existing=size, build_years=())


def sunny(cycles: float = 60.0, stored_mwh: float = 8.0, **fields: object) -> Problem:
    """More sun than load at noon, a battery worked hard, and a sale that would pay for buying in the same step."""
    pv = SITE.converter("pv", availability=SUN, renewable=True, sizing=standing(20.0))
    battery = SITE.store(
        power=standing(3.0),
        energy=standing(stored_mwh),
        charge_efficiency=0.95,
        discharge_efficiency=0.9,
        loss_share_per_hour=0.01,
        cycles_per_year=cycles,
        opex_variable=1e-5,
        may_export=True,
    )
    grid = SITE.grid(PRICE, price_index=[1.0, 1.1], export_price=0.00045, demand_rule="peak", demand_charge=0.03)
    values = {"converters": (pv,), "stores": (battery,), "markets": (grid,)}
    return SITE.problem(**(values | fields))


def test_sun_battery_sale_and_peaks_cost_the_same(tmp_path: Path) -> None:
    agree(sunny(), tmp_path)


@pytest.mark.parametrize("limit", ["battery rating", "battery cycles", "electricity for sale"])
def test_every_right_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """Were the right wider, the network would be cheaper: the limits of this site bind, and the network holds them."""

    def wider(net: network.Network, name: str, **limits: float) -> None:
        more = {"supply": 100.0, "e_sum_max": 1e6} if name == limit else {}
        given(net, name, **(limits | more))

    given, grid = network._add_right, SITE.grid([-0.0003, *PRICE[1:]], export_price=0.00045)
    burning = {"cycles": 1e4, "stored_mwh": 1.0} if limit == "battery rating" else {}  # paid to use power, soon full
    problem = sunny(**burning, markets=(grid,))
    held = [cost for cost, _, _ in costs(problem, tmp_path / "held")]
    monkeypatch.setattr(network, "_add_right", wider)
    free = [cost for cost, _, _ in costs(problem, tmp_path / "free")]
    assert all(less < cost - 1.0 for less, cost in zip(free, held, strict=True))


def test_a_yearly_limit_and_what_a_measure_draws_cost_the_same(tmp_path: Path) -> None:
    drives = SITE.retrofit("drives", {"motors": 0.2}, capex=0.01, side_use=(("motors", "steam", -0.05),))
    boiler = SITE.converter("boiler", standing(5.0), inputs={"gas": 1.1}, outputs={"steam": 1.0})
    hot = SITE.converter("electrode", SITE.sizing(0.001, 5.0), inputs={ELECTRICITY: 1.02}, outputs={"steam": 1.0})
    steam = SITE.demand("drying", load=[2, 3, 1, 2, 3, 2, 1, 1], carrier="steam")
    grid = SITE.grid(PRICE)
    gas = SITE.gas(max_import_mwh_per_year=3000.0)
    problem = SITE.problem(
        demands=(SITE.demand(), steam), retrofits=(drives,), converters=(boiler, hot), markets=(grid, gas)
    )
    agree(problem, tmp_path)


def test_heat_pumps_hour_by_hour_cogeneration_and_letdown_cost_the_same(tmp_path: Path) -> None:
    pump = SITE.converter(
        "pump",
        SITE.sizing(0.01, 4.0),
        inputs={ELECTRICITY: 1 / np.array([3, 3.5, 4, 3.2, 2.5, 2.8, 3, 2.6])},
        outputs={"hot_water": 1.0},
        opex_variable=2e-6,
    )
    engine = SITE.converter(
        "engine", SITE.sizing(0.01, 4.0), inputs={"gas": 2.4}, outputs={ELECTRICITY: 1.0, "steam": 0.8}
    )
    boiler = SITE.converter("boiler", standing(5.0), inputs={"gas": 1.1}, outputs={"steam": 1.0})
    problem = SITE.problem(
        demands=(
            SITE.demand(),
            SITE.demand("wash", load=[1, 2, 1, 0, 2, 1, 0, 0], carrier="hot_water"),
            SITE.demand("drying", load=[1, 2, 1, 1, 2, 1, 1, 1], carrier="steam"),
        ),
        converters=(pump, engine, boiler),
        markets=(SITE.grid(PRICE, export_price=0.0004), SITE.gas()),
        letdowns=(("steam", "hot_water"),),
    )
    dumped = tuple(replace(c, dumping=c.is_heat) for c in problem.carriers)
    agree(replace(problem, carriers=dumped), tmp_path)


@pytest.mark.parametrize("agreed", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("direct", [True, False])
def test_contracts_cost_the_same_whatever_share_is_agreed(tmp_path: Path, agreed: float, direct: bool) -> None:
    ppa = SITE.contract(price=0.00045, profile=SUN, max_volume=6.0, take_or_pay_share=agreed, direct_line=direct)
    agree(sunny(contracts=(ppa,), converters=()), tmp_path)


def test_units_run_as_the_plan_has_them(tmp_path: Path) -> None:
    engine = SITE.converter(
        "engine",
        SITE.sizing(package=2.0, existing=4.0, max_total=4.0, build_years=()),
        inputs={"gas": 2.0},
        outputs={ELECTRICITY: 1.0},
        min_load_share=0.5,
        start_cost=1e-4,
    )
    problem = SITE.problem(converters=(engine,), markets=(SITE.grid(PRICE), SITE.gas(0.0003)))
    agree(problem, tmp_path)


def test_a_plan_that_obeys_claims_costs_no_less_than_the_network(tmp_path: Path) -> None:
    cap = SITE.emissions(carbon_price=0.0005)
    boiler = SITE.converter("boiler", standing(5.0), inputs={"gas": 1.1}, outputs={"steam": 1.0})
    hot = SITE.converter("electrode", standing(5.0), inputs={ELECTRICITY: 1.0}, outputs={"steam": 1.0})
    problem = SITE.problem(
        demands=(SITE.demand(), SITE.demand("drying", load=2.0, carrier="steam")),
        converters=(boiler, hot),
        markets=(SITE.grid(PRICE), SITE.gas(0.0004)),
        emissions=cap,
    )
    assert all(wanted < own - 1.0 for _, wanted, own in agree(problem, tmp_path))


def test_demand_that_a_plan_has_not_seen_has_no_dispatch() -> None:
    problem = SITE.problem(markets=(SITE.grid(PRICE, demand_rule="peak", demand_charge=0.03),))
    case = dispatch_of(problem, solve(problem), 2025)
    assert least_cost(case) > 0
    more = Demand("more", ELECTRICITY, np.full(8, 1.0), np.ones(1))
    beyond = replace(case, problem=replace(case.problem, demands=(*case.problem.demands, more)))
    from planner.engine import SolverError

    with pytest.raises(SolverError, match="2025 at the plan's sizes and peaks"):
        least_cost(beyond)


def test_things_of_one_name_stay_apart(tmp_path: Path) -> None:
    plant = SITE.converter("gas", SITE.sizing(0.001, 4.0), outputs={ELECTRICITY: 1.0, "steam": 0.5})
    boiler = SITE.converter("boiler", standing(5.0), inputs={"gas": 1.1}, outputs={"steam": 1.0})
    tank = SITE.store("steam", carrier="steam", power=SITE.sizing(0.001, 2.0), energy=SITE.sizing(0.001, 4.0))
    problem = SITE.problem(
        demands=(SITE.demand("gas"), SITE.demand("steam", load=[4, 1, 3, 4, 2, 4, 2, 3], carrier="steam")),
        markets=(SITE.grid(PRICE), SITE.gas()),
        converters=(plant, boiler),
        stores=(tank,),
    )
    agree(problem, tmp_path)


def test_a_store_of_a_chronological_year_is_one_store() -> None:
    steps = Steps(
        hours=1.0,
        times_per_year=np.full(8, 1095.0),
        before=np.roll(np.arange(8), 1),
        billing=np.zeros(8, dtype=np.int64),
        months_per_billing=np.array([12.0]),
        period=np.zeros(8, dtype=np.int64),
    )
    problem = replace(sunny(), steps=steps, markets=(SITE.grid(PRICE),))
    net = network_of(dispatch_of(problem, solve(problem), 2026))
    assert list(net.static["stores"]) == ["battery"]
    two = network_of(dispatch_of(sunny(), solve(sunny()), 2026))
    assert list(two.static["stores"]) == ["battery day 1", "battery day 2"]


def test_steps_out_of_order_cannot_be_chained() -> None:
    with pytest.raises(ValueError, match="in order"):
        list(cycles_of(np.array([2, 0, 3, 1])))
