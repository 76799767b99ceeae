"""What may happen to a plan after its investments are made: each test is a change of the problem, and of what stands.

    hit = test.apply(problem, plan)        the problem as it would be then, and the plan with what is left of it

Prices and rules change in all years. Steps of a day are known where a period is a whole day; else the tariff test is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from models.problem import Array, Contract, Instrument, Market, Problem
from planner.accounting.ledger import grid_market
from planner.accounting.stock import LEAST_SIZE
from planner.plan import Plan
from planner.solving.fixed import is_purchase
from planner.stress.factor_sets import FactorSet, under
from planner.words import LANGS, Names

DEEP_VALLEY = 0.8  # of the lowest price of the year
MIDDAY = (11.0, 14.0)  # hours of the day
CHANGED_FACTORS = ("national", "fossil")  # sets that a plan is stressed with
CERTIFICATES_DEARER, CREDITS_DEARER, GAS_DEARER, OUTPUT_LEFT = 10.0, 3.0, 2.0, 0.8

Hit = tuple[Problem, Plan]


@dataclass(frozen=True)
class StressTest:
    """A change with its name and labels; `apply` gives the problem and plan that are left."""

    name: str
    label: str
    label_zh: str
    apply: Callable[[Problem, Plan], Hit]


def stress_tests(problem: Problem, plan: Plan, names: Names, sets: tuple[FactorSet, ...]) -> Iterator[StressTest]:
    """The tests that mean something for a plan: a site without gas has no gas test."""
    kinds = {i.kind for i in problem.instruments}
    if "credit" in kinds:
        yield StressTest("credits_vanish", "Credits vanish", "碳信用失效", _on_problem(without_credits))
    if "certificate" in kinds:
        yield StressTest("certificates_vanish", "Certificates vanish", "绿证失效", _on_problem(without_certificates))
        yield StressTest(
            "certificates_x10",
            "Certificates cost ten times as much",
            "绿证价格涨至十倍",
            _on_problem(dearer("certificate", CERTIFICATES_DEARER)),
        )
    for c in signed(problem, plan):
        english, chinese = (names.name(c.name, lang) for lang in LANGS)
        yield StressTest(f"ends_{c.name}", f"Contract ends: {english}", f"合同终止:{chinese}", ending(c.name))
    if "credit" in kinds:
        yield StressTest(
            "credits_x3",
            "Credits cost three times as much",
            "碳信用价格涨至三倍",
            _on_problem(dearer("credit", CREDITS_DEARER)),
        )
    for one in sets:
        yield StressTest(
            f"factors_{one.name}", f"Grid factors: {one.label}", f"电网因子:{one.label_zh}", _on_problem(under(one))
        )
    if (midday := midday_steps(problem)) is not None and grid_market(problem) is not None:
        yield StressTest(
            "midday_valley", "Midday becomes deep valley", "午间转为深谷电价", _on_problem(deep_valley(midday))
        )
    yield StressTest("output_down", "Output falls by 20 %", "产量下降20%", _on_problem(less_output))
    if any(k.carrier == "gas" for k in problem.markets):
        yield StressTest("gas_x2", "Gas costs twice as much", "天然气价格翻倍", _on_problem(dearer_gas))
    if kinds & {"credit", "removal"}:
        yield StressTest("removal_only", "Only lasting removals count", "仅认可长期清除", _on_problem(removals_only))


def signed(problem: Problem, plan: Plan) -> list[Contract]:
    """Contracts that the plan signs."""
    volumes = plan.decisions.get("contracts.sign_volume", {})
    names = {name for (name, _), volume in volumes.items() if volume > LEAST_SIZE}
    return [c for c in problem.contracts if c.name in names]


def _on_problem(change: Callable[[Problem], Problem]) -> Callable[[Problem, Plan], Hit]:
    return lambda problem, plan: (change(problem), plan)


def _instruments(problem: Problem, change: Callable[[Instrument], Instrument]) -> Problem:
    return replace(problem, instruments=tuple(change(i) for i in problem.instruments))


def _none_left(i: Instrument) -> Instrument:
    return replace(i, max_per_year=np.zeros_like(i.max_per_year))


def without_credits(problem: Problem) -> Problem:
    """No credit can be bought."""
    return _instruments(problem, lambda i: _none_left(i) if i.kind == "credit" else i)


def without_certificates(problem: Problem) -> Problem:
    """No unbundled certificate can be bought."""
    return _instruments(problem, lambda i: _none_left(i) if i.kind == "certificate" else i)


def removals_only(problem: Problem) -> Problem:
    """Neither credits nor short-lived removals count: only removals that last as durable stars ask."""
    least = problem.durability.min_removal_durability_years

    def change(i: Instrument) -> Instrument:
        short = i.kind == "credit" or (i.kind == "removal" and i.durability_years < least)
        return _none_left(i) if short else i

    return _instruments(problem, change)


def dearer(kind: str, times: float) -> Callable[[Problem], Problem]:
    """The price of a kind of instrument, multiplied."""
    return lambda problem: _instruments(problem, lambda i: replace(i, price=i.price * times) if i.kind == kind else i)


def ending(name: str) -> Callable[[Problem, Plan], Hit]:
    """A contract is terminated and not offered again: it delivers nothing and costs nothing."""

    def apply(problem: Problem, plan: Plan) -> Hit:
        left = tuple(replace(c, start_years=()) if c.name == name and is_purchase(c) else c for c in problem.contracts)
        volumes = plan.decisions["contracts.sign_volume"]
        kept = {index: volume for index, volume in volumes.items() if index[0] != name}
        return replace(problem, contracts=left), replace(
            plan, decisions={**plan.decisions, "contracts.sign_volume": kept}
        )

    return apply


def midday_steps(problem: Problem) -> Array | None:
    """(T,) 1 in the steps of midday, 0 in others; None where periods are not whole days."""
    steps = problem.steps
    a_day = round(24 / steps.hours)
    if steps.count % a_day or abs(a_day * steps.hours - 24) > 1e-9:
        return None
    hour = (np.arange(steps.count) % a_day) * steps.hours
    return ((hour >= MIDDAY[0]) & (hour < MIDDAY[1])).astype(float)


def deep_valley(midday: Array) -> Callable[[Problem], Problem]:
    """Power of the public grid is cheapest at midday, when the sun shines on everybody's roof; so is what is sold."""

    def change(problem: Problem) -> Problem:
        grid = grid_market(problem)
        return replace(problem, markets=tuple(_deep(k, midday) if k is grid else k for k in problem.markets))

    return change


def _deep(k: Market, midday: Array) -> Market:
    valley = DEEP_VALLEY * float(k.price.min())
    price = np.where(midday > 0, valley, k.price)
    sold = None if k.export_price is None else np.where(midday > 0, np.minimum(k.export_price, valley), k.export_price)
    return replace(k, price=price, export_price=sold)


def less_output(problem: Problem) -> Problem:
    """All loads fall with output, and so does the base year restated for it."""
    return replace(
        problem,
        demands=tuple(replace(d, index=d.index * OUTPUT_LEFT) for d in problem.demands),
        base=replace(problem.base, restated_tco2e=problem.base.restated_tco2e * OUTPUT_LEFT),
    )


def dearer_gas(problem: Problem) -> Problem:
    """The price of natural gas, doubled."""
    dear = tuple(replace(k, price=k.price * GAS_DEARER) if k.carrier == "gas" else k for k in problem.markets)
    return replace(problem, markets=dear)
