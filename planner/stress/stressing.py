"""`plan stress`: a solved plan, its investments standing, when something goes wrong.

For each test two questions, in the order in which a factory asks them:

    stars, durable stars     what it has if it spends on paper (certificates, credits, removals, power contracts of one year)
                             no more than it planned to: in each year the highest level that its plant and contracts reach
    extra cost               what holding the level costs above the plan, if it may buy what is still for sale;
                             "cannot be kept" where no purchase and no operation helps; "kept, not durable" where the
                             stars can be bought back and the durable stars that the target asks for cannot

The base of comparison is the plan itself, operated again without any stress. Costs are net present cost; a planned level is the
target, or without a target the stars that the plan has. The steps by which the penalty on paper grows from year to year steer
planning and are no cash: here each year pays the first step, so that every year is solved once.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.problem import Decided, Instrument, Problem, Target
from planner.accounting.rating import rate_years
from planner.answer import MILLION
from planner.engine import Options, Pool
from planner.plan import Plan
from planner.progress import Progress
from planner.solving.beside import Budget, on_paper
from planner.solving.fixed import is_purchase
from planner.solving.operating import NotOperable, Operated, operate
from planner.stress.stress_tests import StressTest, stress_tests
from planner.words import Names

KEPT, NOT_DURABLE, LOST, NOT_OPERABLE = "kept", "kept, not durable", "cannot be kept", "cannot be operated"
OPERATED = ("demands", "converters", "stores", "markets", "contracts")  # what shapes the operation of a problem
ROUNDING = 1e-6  # relative, of a purchase against what was planned


@dataclass(frozen=True)
class Stressed:
    """What a test leaves: on the planned spending, and where the level is bought back."""

    test: StressTest
    planned: Operated | None  # on the planned spending; None where it cannot be operated
    kept: Operated | None  # with the level held; None where it cannot be kept


def stress(
    problem: Problem, plan: Plan, tests: Sequence[StressTest], options: Options, progress: Progress
) -> dict[str, Any]:
    """The study: one row for the plan without stress, one for each test."""
    asked = to_be_held(problem, plan)
    with Pool() as pool:
        with progress.phase("stress", "the plan without stress"):
            calm = operate(asked, plan, options, pool=pool)
        rows = [_row("none", "No stress", "无压力", asked, calm, calm, calm)]
        for test in tests:
            with progress.phase("stress", test.label), Pool() as own:
                hit = under_stress(asked, plan, calm, test, options, (pool, own))
            rows.append(_row(test.name, test.label, test.label_zh, asked, calm, hit.planned, hit.kept))
    return {"kind": "stress", "scenario": problem.name, "years": asked_years(asked), "rows": rows}


def stress_on_paper(
    problem: Problem, only: Sequence[str], options: Options, progress: Progress
) -> list[dict[str, Any]]:
    """The same rows for the plan on paper only, at the highest level that it reaches; none where it reaches no level."""
    levels = [] if problem.rating is None else [level.stars for level in problem.rating.levels]
    with progress.phase("stress", "the plan on paper only"):
        deadline = time.monotonic() + options.time_limit_s * max(1, len(levels))
        found = on_paper(problem, levels, Budget(options, deadline))
    if found.answer is None:
        return []
    paper, plan = found.answer.problem, found.answer.plan
    tests = [test for test in stress_tests(paper, plan, Names({}), ()) if not only or test.name in only]
    rows: list[dict[str, Any]] = stress(paper, plan, tests, options, progress)["rows"]
    return rows


def asked_years(problem: Problem) -> list[int]:
    """Years in which stars are asked for; all where none are."""
    target = problem.target
    asked = [] if target is None else [y for y, stars in zip(problem.years, target.stars, strict=True) if stars]
    return asked or list(problem.years)


def to_be_held(problem: Problem, plan: Plan) -> Problem:
    """The problem without the steps of the penalty, and with the plan's own stars as its target if it has none."""
    problem = replace(problem, durability=replace(problem.durability, penalty_step_per_tonne=0.0))
    if problem.rating is None or (problem.target is not None and problem.target.stars.any()):
        return problem
    stars = np.array([one.full.stars for one in rate_years(problem, plan)], dtype=np.int64)
    return replace(problem, target=Target(stars, np.zeros_like(stars)))


def under_stress(
    problem: Problem, plan: Plan, calm: Operated, test: StressTest, options: Options, pools: tuple[Pool, Pool]
) -> Stressed:
    """One test. Years that need no more paper than planned are the same in both answers and are solved once.

    Of the two pools the first is of the site without stress, the second serves a test that changes how it is operated.
    """
    hit, left = test.apply(problem, plan)
    pool = pools[0] if operates_alike(problem, hit) else pools[1]
    try:
        kept = operate(hit, left, options, pool=pool)
        capped = within_spending(problem, hit, calm.answer.plan)
        modest = {one.year: one for one in kept.years if one.lasting and _is_within(capped, kept.answer.plan, one.year)}
        planned = operate(capped, left, options, modest, pool)
    except NotOperable:
        return Stressed(test, None, None)
    return Stressed(test, planned, kept if kept.all_kept else None)


def operates_alike(problem: Problem, hit: Problem) -> bool:
    """Whether a test leaves loads, plant, stores, prices of energy and contracts as they were."""
    return all(getattr(problem, name) is getattr(hit, name) for name in OPERATED)


def within_spending(before: Problem, hit: Problem, plan: Plan) -> Problem:
    """The stressed problem in which paper is bought for the planned money at most: less of it where it became dearer."""
    planned = {i.name: i for i in before.instruments}
    most = tuple(
        Decided("contracts.sign_volume", c.name, (y,), most=plan.decision("contracts.sign_volume", c.name, y))
        for c in hit.contracts
        if is_purchase(c)
        for y in c.start_years
    )
    return replace(
        hit,
        instruments=tuple(_affordable(planned[i.name], i, hit.years, plan) for i in hit.instruments),
        decided=(*hit.decided, *most),
    )


def _affordable(before: Instrument, after: Instrument, years: tuple[int, ...], plan: Plan) -> Instrument:
    bought = np.array([plan.decision("instruments.quantity", after.name, y) for y in years])
    cheaper = np.divide(before.price, after.price, out=np.ones_like(after.price), where=after.price > before.price)
    return replace(after, max_per_year=np.minimum(after.max_per_year, bought * cheaper))


def _is_within(capped: Problem, plan: Plan, year: int) -> bool:
    """Whether a year's purchases stay within the planned spending."""
    n = capped.years.index(year)
    limits = [("instruments.quantity", i.name, float(i.max_per_year[n])) for i in capped.instruments]
    limits += [(one.table, one.name, one.most) for one in capped.decided if one.years == (year,)]
    return all(plan.decision(table, name, year) <= most * (1 + ROUNDING) + ROUNDING for table, name, most in limits)


def _row(
    name: str,
    label: str,
    label_zh: str,
    asked: Problem,
    calm: Operated,
    planned: Operated | None,
    kept: Operated | None,
) -> dict[str, Any]:
    """Money in the scenario's currency; extra cost is None where the level cannot be kept."""
    row: dict[str, Any] = {"test": name, "label": label, "label_zh": label_zh}
    if planned is None:
        return row | {"stars": {}, "durable_stars": {}, "extra_cost": None, "lost_year": None, "status": NOT_OPERABLE}
    base, rated = calm.answer.money.net_present_cost, planned.answer.rated
    required = {} if asked.target is None else dict(zip(asked.years, map(int, asked.target.stars), strict=True))
    lost = [one.year for one in rated if one.full.stars < required.get(one.year, 0)]
    return row | {
        "stars": {str(one.year): one.full.stars for one in rated},
        "durable_stars": {str(one.year): one.durable.stars for one in rated},
        "extra_cost_as_planned": (planned.answer.money.net_present_cost - base) * MILLION,
        "extra_cost": None if kept is None else (kept.answer.money.net_present_cost - base) * MILLION,
        "lost_year": lost[0] if lost else None,
        "status": LOST if kept is None else KEPT if kept.all_lasting else NOT_DURABLE,
    }
