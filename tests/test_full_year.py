"""A year given step by step: cut into months, averaged over days, solved by cuts, it is what it is in one piece."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.cases import problem as benchmark
from benchmarks.data import Case
from models.problem import EmissionCap, Problem
from planner.answer import at_accounted_cost
from planner.engine import decompose, master, meeting, monolith
from planner.engine.block import Block
from planner.engine.bridge import Options, SolverError, run, set_option
from planner.engine.crew import Crew, Task
from planner.engine.decompose import Decomposition, decomposed
from planner.engine.matrix import Float
from planner.engine.meeting import EXACT as EXACT_BLOCKS
from planner.engine.monolith import whole
from planner.engine.operator import Operator
from planner.engine.parts import averaged_parts, exact_parts, is_chronological
from planner.engine.peaks import BILLED, free_peaks, with_sums
from planner.engine.pool import PLANS_KEPT, Pool, Start
from planner.engine.press import Template, compile_template, press, press_plan
from planner.engine.press_block import largest_flow, press_block
from planner.engine.rounds import SLACK_PRICE
from planner.plan import Plan, SolverFacts
from planner.solving.cheapest_first import cheapest_first, measures
from planner.verification.verify import REPORTED, verify
from tests.full_years import STEPS_A_DAY, chronological

EXACT = Options(gap=1e-7, time_limit_s=120)
CUTS = Options(gap=2e-3, time_limit_s=120)


def blocks_of(problem: Problem) -> tuple[list[Block], list[Block]]:
    """(exact, averaged) blocks of the months."""
    template = compile_template(problem)
    averaged = averaged_parts(problem, template.step)
    return [press_block(template, p) for p in exact_parts(problem)], [press_block(template, p) for p in averaged]


def random_values(block: Block, random: np.random.Generator) -> np.ndarray:
    """Sizes, levels, peaks and seams somewhere between nothing and plenty."""
    plenty = {"level": 1.1, "side_level": 1.0, "stored_mwh": 8.0, "working_mwh": 20.0, "peak_mw": 30.0}
    most = [plenty.get(port.name.split(".")[1], 10.0) for port in block.ports]
    return random.uniform(0.0, 1.0, len(most)) * np.array(most)


def random_weights(block: Block, random: np.random.Generator) -> np.ndarray:
    """Costs, and prices of both signs on everything else."""
    names = [name for name, _ in block.quantities]
    return np.array([1.0 if n == "energy_cost" else random.uniform(-2e-4, 4e-4) for n in names])


def test_months_follow_one_another_and_days_are_sorted_into_kinds() -> None:
    problem = chronological(days_a_month=6)
    assert is_chronological(problem)
    exact, averaged = blocks_of(problem)
    assert [len(b.part.steps) for b in exact] == [24] * 12
    assert all(
        b.part.kinds is not None and np.bincount(b.part.kinds)[0] == 1 for b in averaged
    )  # the hardest day alone
    assert all(0 < b.matrix.rows.shape[0] < e.matrix.rows.shape[0] for b, e in zip(averaged, exact, strict=True))
    seams = {(p.period for p in b.ports if p.name == "stores.stored_mwh") for b in exact}
    assert len(seams) == 12
    assert {p.period for p in exact[0].ports if p.name == "stores.stored_mwh"} == {11, 0}


@pytest.mark.parametrize("seed", range(4))
def test_cuts_of_both_kinds_are_below_the_true_cost_at_every_size(seed: int) -> None:
    """Q(x') >= constant + gradient·x' both ways, and what averaged days prove is below what the true days cost."""
    random = np.random.default_rng(seed)
    exact, averaged = blocks_of(chronological(days_a_month=5, seed=seed))
    for month in (0, 6):
        true, mean = Operator(exact[month], CUTS), Operator(averaged[month], CUTS)
        points = [random_values(exact[month], random) for _ in range(4)]
        weights = random_weights(exact[month], random)
        costs = []
        for at in points:
            cut = true.solve(at, weights, SLACK_PRICE, "test")
            costs.append(float(weights @ cut.quantities) + SLACK_PRICE * cut.slack)
            assert cut.constant + cut.gradient @ at == pytest.approx(costs[-1], rel=1e-6, abs=1e-7)
        for operator in (true, mean):
            for at in points:
                cut = operator.solve(at, weights, SLACK_PRICE, "test")
                for other, cost in zip(points, costs, strict=True):
                    assert cut.constant + cut.gradient @ other <= cost + 1e-6 * max(1.0, abs(cost))


def test_a_peak_with_a_charge_of_its_own_is_found_and_one_with_a_ratchet_is_not() -> None:
    """0.04 million per MW and month: each month counts once, at 0.04 million discounted."""
    ratcheted, plain = (compile_template(chronological(plain=q)) for q in (False, True))
    assert free_peaks(ratcheted, press_plan(ratcheted)) == []
    plan = press_plan(plain)
    (peak,) = free_peaks(plain, plan)
    assert (peak.name, peak.index, peak.most) == ("markets.peak_mw", ("grid",), 30.0)
    assert peak.share == pytest.approx(np.ones(12))
    assert peak.rate == pytest.approx(0.04 / 1.08 ** np.array([1, 2]), rel=1e-9)
    summed = with_sums(plan, [peak], (2026, 2027))
    assert summed.matrix.cost[[summed.plan_columns["operation"][*peak.quantity, y] for y in (2026, 2027)]].tolist() == [
        *peak.rate
    ]
    assert all(summed.matrix.cost[column] == 0.0 for column in summed.plan_columns["markets.peak_mw"].values())


@pytest.mark.parametrize("seed", range(3))
def test_cuts_of_blocks_that_choose_their_peak_are_below_the_true_cost_at_every_size(seed: int) -> None:
    random = np.random.default_rng(seed)
    problem = chronological(days_a_month=5, seed=seed, plain=True)
    template = compile_template(problem)
    peaks = free_peaks(template, press_plan(template))
    parts = exact_parts(problem)[4], averaged_parts(problem, template.step)[4]
    true, mean = (Operator(press_block(template, part, peaks), CUTS) for part in parts)
    assert all(port.name != "markets.peak_mw" for port in true.block.ports)
    weights = random_weights(true.block, random)
    weights[[name.startswith(BILLED) for name, _ in true.block.quantities]] = 0.04
    points = [random_values(true.block, random) for _ in range(4)]
    costs = []
    for at in points:
        cut = true.solve(at, weights, 5.0, "test")
        costs.append(float(weights @ cut.quantities) + 5.0 * cut.slack)
        assert cut.constant + cut.gradient @ at == pytest.approx(costs[-1], rel=1e-6, abs=1e-7)
    for operator in (true, mean):
        for at in points:
            cut = operator.solve(at, weights, 5.0, "test")
            for other, cost in zip(points, costs, strict=True):
                assert cut.constant + cut.gradient @ other <= cost + 1e-6 * max(1.0, abs(cost))


def merged(template: Template, month: int) -> Block:
    """The averaged month with all its days in one kind, however they differ."""
    part = averaged_parts(template.problem, template.step)[month]
    assert part.kinds is not None
    return press_block(template, replace(part, kinds=np.zeros_like(part.kinds)))


def test_a_mean_day_costs_no_more_than_the_true_days_whatever_their_cop() -> None:
    """Heat 1 and 0 MW with 1/4 and 1/2 MWh of electricity per MWh: 0.125 MWh an hour; the mean ratio would take 0.1875."""
    problem = chronological(days_a_month=4, plain=True)
    odd = np.repeat(np.arange(48) % 2, STEPS_A_DAY)
    motors, washing = problem.demands
    pump = replace(problem.converters[1], inputs={"electricity": np.where(odd == 0, 0.25, 0.5)})
    site = replace(
        problem,
        demands=(replace(motors, load_mw=0.0 * motors.load_mw), replace(washing, load_mw=1.0 - odd)),
        converters=(problem.converters[0], pump, problem.converters[2]),
        markets=tuple(replace(k, price=np.full(192, 0.001)) for k in problem.markets),
    )
    template = compile_template(site)
    true, mean = press_block(template, exact_parts(site)[3]), merged(template, 3)
    given = {"demands.level": 1.0, "markets.peak_mw": 30.0}
    at = np.array([10.0 if "heat_pump" in port.index else given.get(port.name, 0.0) for port in true.ports])
    weights = np.array([1.0 if name == "energy_cost" else 0.0 for name, _ in true.quantities])
    costs = [
        c.constant + c.gradient @ at for c in (Operator(q, CUTS).solve(at, weights, 5.0, "") for q in (true, mean))
    ]
    assert costs[0] == pytest.approx(8760 / 12 * 0.125 * 0.001)
    assert costs[1] == pytest.approx(costs[0])  # the cheaper end of the range is that of the day with heat


@pytest.mark.parametrize("seed", range(4))
def test_even_days_of_all_kinds_in_one_bound_the_true_month_from_below(seed: int) -> None:
    random = np.random.default_rng(seed)
    problem = chronological(days_a_month=5, seed=seed)
    template = compile_template(problem)
    for month in (1, 7):
        true = Operator(press_block(template, exact_parts(problem)[month]), CUTS)
        mean = Operator(merged(template, month), CUTS)
        for _ in range(3):
            at, weights = random_values(true.block, random), random_weights(true.block, random)
            cut, proof = (o.solve(at, weights, SLACK_PRICE, "test") for o in (true, mean))
            cost = float(weights @ cut.quantities) + SLACK_PRICE * cut.slack
            assert proof.constant + proof.gradient @ at <= cost + 1e-7 * max(1.0, abs(cost))


def test_a_linear_year_by_cuts_is_the_year_in_one_piece() -> None:
    problem = chronological(years=(2026,), days_a_month=3, plain=True)
    *_, one = whole(problem, EXACT)
    decisions, operation, _, cuts = decomposed(problem, replace(EXACT, gap=1e-6))
    assert cuts.lower_bound <= one.objective * (1 + 1e-7)
    assert cuts.objective == pytest.approx(one.objective, rel=1e-6)
    for (market, year, month), peak in decisions["markets.peak_mw"].items():
        drawn = operation["markets.import_mw"][market][year - 2026, month * 12 : (month + 1) * 12]
        assert peak == pytest.approx(drawn.max(), abs=1e-6)
    facts = SolverFacts(cuts.status, cuts.termination, cuts.objective, cuts.lower_bound, cuts.gap)
    assert verify(problem, at_accounted_cost(problem, Plan(decisions, operation, facts))).violations == ()


@pytest.mark.parametrize("seed", range(3))
def test_whole_decisions_by_cuts_enclose_the_model_in_one_piece(seed: int) -> None:
    problem = chronological(seed=seed)
    *_, one = whole(problem, EXACT)
    decisions, operation, _, cuts = decomposed(problem, CUTS)
    assert one.status == cuts.status == "optimal"
    assert cuts.lower_bound <= one.objective * (1 + 1e-7)
    assert one.objective * (1 - 1e-7) <= cuts.objective <= one.objective * (1 + 2 * CUTS.gap)
    facts = SolverFacts(cuts.status, cuts.termination, cuts.objective, cuts.lower_bound, cuts.gap)
    assert verify(problem, at_accounted_cost(problem, Plan(decisions, operation, facts))).violations == ()


def test_a_worker_loads_no_model() -> None:
    """Half a second and 80 MB that each worker would take for nothing."""
    words = "import sys, planner.engine.worker; sys.exit(any(m.split('.')[0] == 'pyomo' for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0


def test_two_workers_answer_what_one_does() -> None:
    exact, averaged = blocks_of(chronological())
    random, blocks = np.random.default_rng(0), [*exact, *averaged]
    tasks = [
        Task(b, y, random_values(block, random), random_weights(block, random), SLACK_PRICE, keep=True)
        for b, block in enumerate(blocks)
        for y in (0, 1)
    ]
    one, two = Crew(blocks, CUTS, 1), Crew(blocks, CUTS, 2)
    try:
        for a, b in zip(one.work(tasks), two.work(tasks), strict=True):
            assert a.served == b.served
            assert a.cut.constant == b.cut.constant
            assert (a.cut.gradient == b.cut.gradient).all()
        assert two.work(tasks[:3])[0].cut.constant == one.work(tasks[:3])[0].cut.constant
    finally:
        two.close()


def test_a_pool_serves_problems_that_operate_alike_and_is_renewed_for_others() -> None:
    problem = chronological()
    cap = EmissionCap("cap", "gross_market", limit=np.full(2, 11900.0))
    tighter = replace(problem, emissions=replace(problem.emissions, caps=(cap,)))
    *_, fresh = decomposed(tighter, CUTS)
    with Pool() as pool:
        *_, first = decomposed(problem, CUTS, pool=pool)
        held = sum(map(len, pool.cuts))
        *_, second = decomposed(tighter, CUTS, pool=pool)
        assert sum(map(len, pool.cuts)) > held > 0
        more = replace(problem, demands=tuple(replace(d, load_mw=1.1 * d.load_mw) for d in problem.demands))
        decomposed(more, replace(CUTS, gap=0.05), pool=pool)
    assert first.objective <= second.objective * (1 + CUTS.gap)
    assert second.lower_bound <= fresh.objective
    assert fresh.lower_bound <= second.objective


def test_the_naive_plans_of_a_site_share_its_pool() -> None:
    problem = chronological()
    order = measures(problem)
    assert len(order) > 2
    with Pool() as pool:
        decomposed(problem, CUTS, pool=pool)
        first = pool.cuts[0][0]
        for taken in (order[:1], order[:-1]):
            *_, naive = decomposed(cheapest_first(problem, taken), CUTS, pool=pool)
            assert pool.cuts[0][0] is first
            *_, fresh = decomposed(cheapest_first(problem, taken), CUTS)
            assert naive.lower_bound <= fresh.objective
            assert fresh.lower_bound <= naive.objective


def test_a_solve_begins_with_the_plan_and_the_operations_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """No block is operated again to have the last plan in hand; what it costs at another price of carbon is counted anew."""
    problem = chronological()
    dearer = replace(problem, emissions=replace(problem.emissions, carbon_price=problem.emissions.carbon_price + 1e-6))
    with Pool() as pool:
        decisions, _, _, first = decomposed(problem, CUTS, pool=pool)
        solver = Decomposition(dearer, CUTS, pool=pool)
        monkeypatch.setattr(solver, "cut_at", None)
        whole = solver._point(pool.starts[-1].decisions)  # sizes may differ from the plan's: it was made to go one way
        assert solver.master.decisions(whole) == solver.master.decisions(solver._point(decisions))
        solver.master.fix(whole)
        mixture = solver.mixture(solver.inner, whole)
    assert mixture is not None
    assert mixture.missing == pytest.approx(0.0, abs=1e-6)
    assert first.lower_bound < mixture.cost < 1.1 * first.objective


def with_drives(started: float) -> dict[str, dict[Any, float]]:
    """New drives in the first year, or never."""
    return {"retrofits.start": {("drives", 2026): started, ("drives", 2027): 0.0}}


def test_operations_of_two_plans_are_mixed_to_better_decisions_without_any_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Known are the decisions of the dearer plan and the operations of both: the cheaper decisions are found again."""
    problem = chronological()
    problem = replace(problem, emissions=replace(problem.emissions, caps=()))
    with Pool() as pool:
        costs = [decomposed(problem, CUTS, pool=pool, pins=with_drives(q))[3].objective for q in (0.0, 1.0)]
        kept = [len(shown) for shown in pool.shown.values()]
        assert min(kept) >= 2  # operations of both plans
        dearer = int(np.argmax(costs))
        known = next(s for s in pool.starts if round(s.decisions["retrofits.start"]["drives", 2026]) == dearer)
        pool.starts.clear()
        pool.starts.append(known)
        solver = Decomposition(problem, CUTS, pool=pool)
        assert solver._by_pool()
        monkeypatch.setattr(solver, "cut_at", None)
        solver._mix()
        assert solver.best is not None
        assert solver.bound <= solver.cost <= min(costs) * (1 + 1e-6)
        assert max(costs) > min(costs) * 1.001
        drives = solver.master.decided(solver.best.plan)["retrofits.start"]["drives", 2026]
        assert round(drives) != dearer


def never() -> Iterator[Start]:
    """Where to begin, of which nobody may want to know."""
    raise AssertionError("asked")
    yield


def test_a_start_is_asked_for_only_where_the_pool_has_no_plan() -> None:
    problem = chronological()
    with pytest.raises(AssertionError, match="asked"):
        decomposed(problem, CUTS, starts=never())
    with Pool() as pool:
        *_, first = decomposed(problem, CUTS, pool=pool)
        *_, again = decomposed(problem, CUTS, pool=pool, starts=never())
    assert again.objective == pytest.approx(first.objective, rel=CUTS.gap)


def test_a_pool_keeps_the_operations_of_its_last_plans_and_no_others() -> None:
    problem = chronological()
    with Pool() as pool:
        for carbon_price in np.linspace(0.0, 4e-4, PLANS_KEPT + 2):
            emissions = replace(problem.emissions, carbon_price=np.full(2, carbon_price))
            decomposed(replace(problem, emissions=emissions), CUTS, pool=pool)
        assert len(pool.lasting) == PLANS_KEPT
        shown = {(b, s.mark) for (_, b), kept in pool.shown.items() for s in kept}
        assert shown == set().union(*pool.lasting)


def test_a_plan_that_costs_no_more_than_is_enough_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = chronological()
    *_, best = decomposed(problem, CUTS)
    closer = replace(CUTS, gap=1e-6)
    *_, found = decomposed(problem, replace(closer, enough=1.02 * best.objective))
    assert found.objective <= 1.02 * best.objective
    assert found.lower_bound <= best.objective
    assert (found.status, found.termination) == ("feasible", "costs no more than is enough")
    monkeypatch.setattr(monolith, "whole", None)  # what is known not to be there is not looked for by another way
    decisions, _, _, none = monolith.by_cuts(problem, replace(closer, enough=0.98 * best.lower_bound), None)
    assert not decisions
    assert 0.98 * best.lower_bound < none.lower_bound <= best.objective
    assert none.termination == "no plan costs so little"


def test_first_operations_are_at_the_prices_of_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = chronological()
    with Pool() as pool:
        *_, first = decomposed(problem, CUTS, pool=pool)
        start = pool.starts[-1]
    solver = Decomposition(problem, CUTS, starts=[start])
    whole_numbers, hint = solver._point(start.decisions), solver._prices(start)
    assert hint is not None
    assert hint.shape == (2, len(solver.blocks[0].quantities))
    assert solver._relax()
    solver.pool.deep = True  # else the first mixture would do, for a better bound to come
    asked: list[Float] = []
    cut_at = solver.cut_at

    def noted(x: Float, prices: Float, *rest: Any, **more: Any) -> tuple[float, float]:
        asked.append(prices)
        return cut_at(x, prices, *rest, **more)

    monkeypatch.setattr(solver, "cut_at", noted)
    value, plan = solver.plan_at(whole_numbers, 1e-3, hint=hint, closer=True)
    assert asked[0] is hint
    assert plan is not None
    assert value <= plan.cost * (1 + 1e-9)
    assert plan.cost == pytest.approx(first.objective, rel=2e-3)
    solver.end()


@pytest.mark.parametrize(
    ("cost", "least", "closer", "ends"),
    [
        (104.0, 103.5, False, True),  # an eighth of what it lies above the bound is its own decisions'
        (104.0, 102.0, False, False),  # half of it
        (104.0, 103.5, True, False),  # the bound asks for these decisions once more
        (100.0, 90.0, True, True),  # at the bound any plan will do
    ],
)
def test_where_a_plan_can_save_little_others_are_looked_for(
    cost: float, least: float, closer: bool, ends: bool
) -> None:
    solver = Decomposition(chronological(), CUTS)
    solver.bound, solver.pool.deep = 100.0, True
    assert solver._found(cost, least, closer) is ends
    solver.end()


def test_decisions_far_from_the_bound_are_given_up_twice_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "LOST_ROUNDS", 0)
    problem = chronological()
    with Pool() as pool:
        decomposed(problem, CUTS, pool=pool)
        start = pool.starts[-1]
    solver = Decomposition(problem, CUTS)
    whole_numbers = solver._point(start.decisions)
    solver.seed()
    solver.bound, solver.pool.deep = 1.0, True  # far below what any plan costs
    plans = [solver.plan_at(whole_numbers, 1e-3)[1] for _ in range(3)]
    assert [plan is None for plan in plans] == [True, True, False]
    assert solver.plan_at(whole_numbers, 1e-3, closer=True)[1] is not None
    solver.end()


def test_prices_of_other_years_are_no_prices_to_begin_with() -> None:
    problem = chronological()
    with Pool() as pool:
        decomposed(problem, CUTS, pool=pool)
        start = pool.starts[-1]
    short = replace(start, prices={name: prices[:1] for name, prices in start.prices.items()})
    solver = Decomposition(problem, CUTS, starts=[short])
    assert solver._prices(short) is None
    solver.end()


@pytest.mark.parametrize("largest", [0, monolith.LARGEST_PIECE])
def test_ledger_and_cash_of_the_model_are_compared_with_the_accountants(
    largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monolith, "LARGEST_PIECE", largest)
    problem = chronological()
    plan = at_accounted_cost(problem, monolith.solve(problem, CUTS))
    found = verify(problem, plan)
    assert found.ok, found.violations
    assert found.checked["ledger as reported"] == len(REPORTED) * len(problem.years)
    for table, rule in (
        ("ledger.grid_mwh", "ledger as reported"),
        ("finance.capex", "capex as reported"),
        ("finance.running", "running cost as reported"),
    ):
        ((year,), _) = max(plan.decisions[table].items(), key=lambda item: abs(item[1]))
        told = {**plan.decisions[table], (year,): 1.001 * plan.decisions[table][year,]}
        (wrong,) = verify(problem, replace(plan, decisions={**plan.decisions, table: told})).violations
        assert (wrong.rule, wrong.year) == (rule, year)
    charges = {key: 0.9 * value for key, value in plan.decisions["markets.demand_charge"].items()}
    wrong_charges = verify(
        problem, replace(plan, decisions={**plan.decisions, "markets.demand_charge": charges})
    ).violations
    assert {v.rule for v in wrong_charges} == {"demand charge as reported", "running cost as reported"}


def test_no_solution_with_a_plan_in_hand_is_an_error_and_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = chronological()
    monkeypatch.setattr(Decomposition, "_more_cuts", lambda self: False)
    with Pool() as pool:
        decomposed(problem, CUTS, pool=pool)
        with pytest.raises(SolverError, match="a plan is in hand"):
            decomposed(problem, replace(CUTS, gap=0.0), pool=pool)


def test_cuts_of_a_large_problem_use_all_of_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of it is left to the model in one piece only where that would be tried."""
    problem = replace(chronological(), markets=())
    solver = Decomposition(problem, CUTS)
    solver.hopeless, solver.coarse = 0.0, EXACT_BLOCKS
    assert solver._hopeless()
    monkeypatch.setattr(decompose, "LARGEST_FALLBACK", 0)
    assert not solver._hopeless()
    solver.end()


def test_a_cap_that_no_operation_reaches_is_infeasible(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relaxation believes in it until the blocks are asked what can be reached at any cost; no presolve is believed."""
    told: list[object] = []

    def heard(h: object, name: str, value: object) -> None:
        told.extend([value] if name in ("solver", "presolve") else [])
        set_option(h, name, value)

    monkeypatch.setattr(master, "set_option", heard)
    problem = chronological()
    cap = EmissionCap("cap", "gross_market", limit=np.full(2, 11800.0))
    out_of_reach = replace(problem, emissions=replace(problem.emissions, caps=(cap,)))
    *_, one = whole(out_of_reach, EXACT)
    *_, cuts = decomposed(out_of_reach, CUTS)
    assert one.status == cuts.status == "infeasible"
    assert told[-3:] == ["off", "simplex", "choose"]


def test_pinned_decisions_stay_as_they_are() -> None:
    problem = chronological()
    problem = replace(problem, emissions=replace(problem.emissions, caps=()))
    pins = {"converters.build_mw": {("pv", 2026): 3.0, ("pv", 2027): 0.0}, "retrofits.start": {("drives", 2026): 1.0}}
    decisions, _, _, pinned = decomposed(problem, CUTS, pins=pins)
    *_, free = decomposed(problem, CUTS)
    assert decisions["converters.build_mw"]["pv", 2026] == pytest.approx(3.0)
    assert decisions["retrofits.start"]["drives", 2026] == pytest.approx(1.0)
    assert pinned.objective >= free.lower_bound


def test_no_flow_is_larger_than_what_closes_the_columns() -> None:
    problem = chronological()
    assert largest_flow(problem) > max(float(d.load_mw.max()) for d in problem.demands)


def test_every_hour_of_a_linear_year_by_cuts_is_the_year_in_one_piece() -> None:
    """PV, a battery, a tariff and export over 8,760 hours."""
    site = benchmark(Case())
    one = run(press(site).matrix, EXACT, method="ipm")
    *_, cuts = decomposed(site, replace(EXACT, gap=1e-6))
    assert site.steps.count == 8760
    assert one.status == cuts.status == "optimal"
    assert cuts.lower_bound <= one.objective * (1 + 1e-7)
    assert cuts.objective == pytest.approx(one.objective, rel=1e-6)


def test_a_plain_year_is_solved_in_one_piece_unless_it_is_one_of_many() -> None:
    site = benchmark(Case())
    assert monolith.in_one_piece(site, shared=False)
    assert not monolith.in_one_piece(site, shared=True)
    assert monolith.in_one_piece(chronological(), shared=True)  # 576 steps
