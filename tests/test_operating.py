from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from models.problem import Carrier, Durability, EmissionCap, Gate, Level
from planner.accounting.accounts import accounts
from planner.answer import account_for
from planner.engine import Options, Pool, monolith, solve
from planner.plan import Plan
from planner.solving.fixed import investments_of, one_year
from planner.solving.operating import NotOperable, Run, Year, _confirm, cheapest_path, operate
from planner.solving.resolving import UnverifiedError
from planner.verification.verify import verify
from tests.factories import Site, rating
from tests.full_years import chronological
from tests.random_factory import rich
from tests.random_options import varied

EXACT = Options(gap=1e-7)


@pytest.mark.parametrize("seed", [0])
def test_without_stress_the_years_cost_what_the_plan_costs(seed):
    problem = rich(seed)
    plan = solve(problem, EXACT)
    again = operate(problem, plan, EXACT)
    assert again.all_kept
    assert again.answer.money.objective == pytest.approx(plan.facts.objective, rel=2e-6)
    found = verify(problem, again.answer.plan)
    assert found.ok, found.violations


def test_years_operated_by_cuts_of_one_pool_cost_what_they_cost_alone(monkeypatch: pytest.MonkeyPatch):
    problem = chronological()
    plan = solve(problem, EXACT)
    alone = operate(problem, plan, EXACT)
    monkeypatch.setattr(monolith, "LARGEST_PIECE", 0)
    with Pool() as pool:
        together = operate(problem, plan, Options(gap=1e-4), pool=pool)
        assert pool.warm
    assert together.kept == alone.kept
    assert together.answer.money.objective == pytest.approx(alone.answer.money.objective, rel=2e-4)
    assert verify(problem, together.answer.plan).ok


@pytest.mark.parametrize("seed", [0])
def test_every_kind_of_option_stands_as_it_was_decided(seed):
    problem = varied(seed)
    plan = solve(problem, EXACT)
    again = operate(problem, plan, EXACT)
    assert again.answer.money.objective == pytest.approx(plan.facts.objective, rel=1e-5, abs=1e-5)
    assert verify(problem, again.answer.plan).ok


@pytest.mark.parametrize(("per_tonne", "best"), [(1.0, 100 + 250 + 300), (0.0, 0 + 250 + 200)])
def test_the_penalty_that_grows_with_reliance_takes_the_best_path(per_tonne: float, best: float):
    """Three years of 100 t paper at 1 per t (or none) and 2 more for each year of it before; a removal is 4, 2.5 or 9 per t.

    Relying in all years costs 100 + 300 + 500 = 900 (600); relying, removing, relying 100 + 250 + 300 = 650 (450); removing twice
    before the last year 400 + 250 + 100 = 750 (650).
    """
    site = Site(years=(2025, 2026, 2027), hours=(1000.0,))
    problem = site.problem(
        demands=(site.demand(load=0.2),),
        instruments=(
            site.instrument("credit", "credit", 0.0),
            site.instrument("removal", "removal", (4.0, 2.5, 9.0), durability_years=1000.0),
        ),
        emissions=site.emissions(uncovered=0.5),
        durability=Durability(per_tonne, 2.0, 3, 0.0),
        rating=rating(Level(1, 0.0, (Gate("neutralised_share", "min", 1.0),))),
        target=site.target(1),
        base=site.base(100.0),
    )
    plan = solve(problem, EXACT)
    again = operate(problem, plan, EXACT)
    energy = 3 * 200 * 0.0006
    assert plan.facts.objective == pytest.approx(best + energy)
    assert again.answer.money.objective == pytest.approx(best + energy, rel=1e-5)
    assert again.answer.tonnes.removals_tco2e == pytest.approx([0, 100, 0], abs=1e-3)
    assert again.answer.plan.facts.lower_bound <= best + energy + 1e-6


def test_what_no_path_costs_less_than_is_of_all_paths():
    """Relying costs 10 and no less; not relying 12 in the plan in hand, and no less than 4 by what is proven."""
    problem = Site(years=(2025,)).problem(durability=Durability(1.0, 1.0, 1, 0.0), base=Site().base(100.0))
    plan = solve(problem, EXACT)

    def run(objective: float, lower_bound: float, excess_tco2e: float) -> Run:
        facts = replace(plan.facts, objective=objective, lower_bound=lower_bound)
        return Run(replace(plan, facts=facts), excess_tco2e)

    year = SimpleNamespace(run=lambda behind: run(10.0, 10.0, 50.0), without_excess=lambda: run(12.0, 4.0, 0.0))
    path = cheapest_path(problem, [year])
    assert (path.cost, path.lower_bound, path.runs[0].excess_tco2e) == (10.0, 4.0, 50.0)


def test_stars_that_no_year_gave_up_are_not_lost_unseen():
    problem = rich(0)
    plan = solve(problem, Options(gap=0.05))
    years = [Year(one_year(problem, plan, y), EXACT) for y in problem.years]
    unpaid = replace(plan, decisions={k: v for k, v in plan.decisions.items() if not k.startswith("instruments.")})
    facts = replace(plan.facts, objective=accounts(problem, unpaid).objective)
    bought = {
        k: v
        for k, v in unpaid.decisions.items()
        if k.split(".")[0] not in ("rating", "durable_rating", "ledger", "finance")
    }
    answer = account_for(problem, Plan(bought, plan.operation, facts))
    with pytest.raises(UnverifiedError, match="target stars"):
        _confirm(answer, years, sums_given_up=False)
    for one in years:
        one._rung = len(one._rungs) - 1
    _confirm(answer, years, sums_given_up=True)


def test_heat_that_a_measure_frees_above_the_load_is_still_dumped_year_by_year():
    """0.3 of 10 MW of drives free 3 MW of steam, 1 is used; a boiler that could make steam at will stands beside."""
    site = Site(years=(2025, 2026), hours=(1000.0,))
    boiler = site.converter("boiler", site.sizing(existing=5.0), inputs={"gas": 1.25}, outputs={"steam": 1.0})
    freeing = site.retrofit(
        "heat", {"motors": 0.1}, 0.0, side_use=(("motors", "steam", -0.3), ("motors", "steam", 0.05))
    )
    problem = site.problem(
        demands=(site.demand(), site.demand("steam", 1.0, "steam")),
        markets=(site.grid(), site.gas()),
        converters=(boiler,),
        retrofits=(freeing,),
        carriers=(Carrier("electricity"), Carrier("steam", dumping=True, is_heat=True), Carrier("gas")),
    )
    plan = solve(problem, EXACT)
    assert plan.operation["carriers.dump_mw"]["steam"] == pytest.approx(1.5)  # 3 freed, 0.5 drawn, 1 used
    part = one_year(problem, plan, 2026).problem
    assert verify(part, solve(part, EXACT)).ok
    again = operate(problem, plan, EXACT).answer
    assert again.money.objective == pytest.approx(plan.facts.objective, rel=1e-6)


@pytest.mark.parametrize(("waste", "gas_mw", "dumped_mw"), [(2.0, 3.75, 0.0), (7.0, 0.0, 2.0)])
def test_heat_that_comes_unasked_is_counted_once_year_by_year(waste: float, gas_mw: float, dumped_mw: float):
    """5 MW of steam less the waste: 3 MW from gas at 1.25 MWh per MWh, or 2 MW too much."""
    site = Site(years=(2025, 2026), hours=(1000.0,))
    boiler = site.converter("boiler", site.sizing(existing=5.0), inputs={"gas": 1.25}, outputs={"steam": 1.0})
    problem = site.problem(
        demands=(site.demand(), site.demand("process", 5.0, "steam"), site.demand("waste", -waste, "steam")),
        markets=(site.grid(), site.gas()),
        converters=(boiler,),
        carriers=(Carrier("electricity"), Carrier("steam", dumping=True, is_heat=True), Carrier("gas")),
    )
    plan = solve(problem, EXACT)
    assert verify(problem, plan).ok
    again = operate(problem, plan, EXACT).answer
    for operated in (plan, again.plan):
        assert operated.operation["markets.import_mw"]["gas"] == pytest.approx(gas_mw)
        assert operated.operation["carriers.dump_mw"]["steam"] == pytest.approx(dumped_mw)
    assert again.money.objective == pytest.approx(plan.facts.objective, rel=1e-6)


def test_what_stands_is_not_decided_again():
    site = Site(years=(2025, 2026), hours=(1000.0,))
    pv = site.converter("pv", capex_per_mw=0.1, availability=0.5, renewable=True)
    problem = site.problem(converters=(pv,))
    plan = site.plan({"converters.build_mw": {("pv", 2026): 4.0}})
    again = operate(problem, plan, EXACT).answer
    assert again.money.capacities["pv"] == pytest.approx([0.0, 4.0])
    assert again.money.objective == pytest.approx(0.4 + (10_000 + 8_000) * 0.0006)
    assert one_year(problem, plan, 2026).problem.converters[0].sizing.existing == pytest.approx([4.0], rel=1e-6)


def test_contracts_of_one_year_are_purchases():
    site = Site(years=(2025,), hours=(1000.0,))
    long, short = site.contract("long", tenor_years=5), site.contract("short", "green_tariff", tenor_years=1)
    problem = site.problem(contracts=(long, short))
    plan = site.plan({"contracts.sign_volume": {("long", 2025): 2.0, ("short", 2025): 100.0}})
    assert investments_of(problem, plan)["contracts.sign_volume"] == {("long", 2025): 2.0}
    again = operate(problem, plan, EXACT).answer
    assert again.plan.decision("contracts.sign_volume", "short", 2025) == 0.0
    assert again.money.volumes["long"] == pytest.approx([2.0])
    assert again.money.objective == pytest.approx(2000 * 0.0005 + 8000 * 0.0006)


def test_a_year_gives_up_rules_before_stars_and_stars_before_loads():
    problem = rich(0)
    plan = solve(problem, Options(gap=0.05))
    again = operate(replace(problem, instruments=()), plan, EXACT)
    assert not again.all_kept
    dark = replace(problem, markets=tuple(replace(k, max_import_mw=0.01) for k in problem.markets))
    with pytest.raises(NotOperable, match="loads cannot be met"):
        operate(dark, plan, EXACT)


def test_a_cap_on_the_sum_joins_the_years():
    """Two years of 10 MW for 1,000 h at 0.5 t/MWh; a green generator costs more, so the cap of 8,000 t takes 4,000 MWh of it."""
    site = Site(years=(2025, 2026), hours=(1000.0,))
    green = site.converter("green", sizing=site.sizing(existing=10.0), opex_variable=(0.001, 0.002), renewable=True)
    cap = EmissionCap("budget", "gross_location", total=8000.0)
    problem = site.problem(converters=(green,), emissions=site.emissions(caps=(cap,)))
    plan = solve(problem, EXACT)
    again = operate(problem, plan, EXACT).answer
    assert again.money.objective == pytest.approx(16_000 * 0.0006 + 4000 * 0.001)
    assert again.tonnes.gross_location_tco2e == pytest.approx([3000.0, 5000.0])
