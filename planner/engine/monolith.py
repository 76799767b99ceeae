"""From a problem to a plan: in one piece where the model is small, by cuts where it is not.

After a mixed-integer run the binaries are rounded and fixed and the rest is solved again; the plan is that second answer.
A point that does not survive the fixing, or costs more by it than the gap allows, is not an answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from models.contracts import PHYSICAL
from models.problem import Problem, at_any_load
from planner.engine.bridge import Float, Options, Outcome, Report, SolverError, fixed, interrupted, run, too_dear
from planner.engine.commitment import committed
from planner.engine.decompose import LARGEST_FALLBACK, Operation, Solved, decomposed
from planner.engine.matrix import Matrix, Pressed
from planner.engine.one_way import BOTH_MW, WAYS, Pair, at_cost, both_ways, straightened, with_one_way
from planner.engine.opinion import sure
from planner.engine.own_limits import OwnLimits, within_own_limits
from planner.engine.parts import is_chronological
from planner.engine.pins import NO_PINS, Pins, pinned
from planner.engine.pool import Decisions, Pool, Start
from planner.engine.press import compile_template, press_template
from planner.engine.stated import with_stated
from planner.plan import Plan, SolverFacts

FIXING_TOLERANCE = 1e-4  # relative cost that rounding the binaries may move before the answer is refused
ROUNDING = 1e-6  # relative gap that the tolerances of the solver leave
LEAST_POLISH_S = 30.0  # for the polish, even where the time limit has passed
UNITS_SHARE = 0.5  # of the time, for the months of units that run or stand, where the model in one piece may follow
LEAST_LEFT_S = 5.0  # below which another attempt is not worth its start
LARGEST_PIECE = 600  # steps over all years up to which one model is faster than cuts
LARGEST_UNSHAPED = 10_000  # the same where neither measures nor deliveries shape the operation, only claims are bought
LARGEST_PLAIN = 60_000  # the same for a whole year where there is nothing to choose but sizes


def in_one_piece(problem: Problem, shared: bool) -> bool:
    """Whether the model is solved whole: few steps in all, or little that shapes the operation. Units that run or stand do.

    A whole year that is one of many is solved by the cuts that it `shared` with the others, however little there is to choose.
    """
    options = (problem.retrofits, problem.contracts, problem.instruments, problem.management)
    shaping = problem.retrofits or any(c.kind in PHYSICAL for c in problem.contracts)
    steps = len(problem.years) * problem.steps.count
    if at_any_load(problem) is not problem:
        return steps <= LARGEST_PIECE
    if not is_chronological(problem):
        return steps <= (LARGEST_PIECE if shaping else LARGEST_UNSHAPED) or not any(options)
    return steps <= LARGEST_PIECE or (not shared and not any(options) and steps <= LARGEST_PLAIN)


def solve(
    problem: Problem,
    options: Options | None = None,
    report: Report | None = None,
    pool: Pool | None = None,
    pins: Pins = NO_PINS,
    starts: Iterable[Start] = (),
) -> Plan:
    """Least-cost plan of a problem with its proven bound; `pins` are decisions that are given, `starts` are some to begin with.

    Solves that share a `pool` re-use blocks and cuts where they operate the same site. Raises SolverError where the solver
    cannot be believed.
    """
    options = options or Options()
    limits = OwnLimits() if pool is None else pool.own_limits
    return within_own_limits(problem, options, limits, lambda p, o: _solved(p, o, report, pool, pins, starts))


def _solved(
    problem: Problem, options: Options, report: Report | None, pool: Pool | None, pins: Pins, starts: Iterable[Start]
) -> Plan:
    begun = time.monotonic()
    solved = (
        whole(problem, options, report, pins)
        if in_one_piece(problem, shared=pool is not None)
        else by_cuts(problem, options, report, pool, pins, starts)
    )
    return _plan(solved, begun)


def _plan(solved: Solved, begun: float) -> Plan:
    decisions, operation, size, outcome = solved
    seconds = {**outcome.seconds, "total": time.monotonic() - begun}
    facts = SolverFacts(
        outcome.status, outcome.termination, outcome.objective, outcome.lower_bound, outcome.gap, seconds, size
    )
    return Plan(decisions, operation, facts)


def by_cuts(
    problem: Problem,
    options: Options,
    report: Report | None,
    pool: Pool | None = None,
    pins: Pins = NO_PINS,
    starts: Iterable[Start] = (),
) -> Solved:
    """Cuts; where they find no plan in their time, the model in one piece with what is left, and the better bound.

    So too where units run or stand: the bound by cuts knows no least load, and the model in one piece does.
    """
    begun, steps = time.monotonic(), len(problem.years) * problem.steps.count
    units, small = at_any_load(problem) is not problem, steps <= LARGEST_FALLBACK
    share = UNITS_SHARE if units and small else 1.0
    solve_cut = committed if units else decomposed
    solved = solve_cut(problem, replace(options, time_limit_s=share * options.time_limit_s), report, pool, pins, starts)
    cut, left = solved[3], options.time_limit_s - (time.monotonic() - begun)
    answered = cut.status == "optimal" or (cut.status != "none" and not units) or too_dear(cut.lower_bound, options)
    if answered or not small or interrupted.is_set() or left < LEAST_LEFT_S:
        return solved
    found = whole(
        problem, replace(options, time_limit_s=left), report, pins, (solved[0], solved[1]) if solved[0] else None
    )
    bound, seconds = max(found[3].lower_bound, cut.lower_bound), {**cut.seconds, **found[3].seconds}
    best = found if found[3].objective <= cut.objective else solved
    outcome = replace(best[3], lower_bound=min(bound, best[3].objective), seconds=seconds)
    within = outcome.gap <= options.gap
    return *best[:3], replace(outcome, status="optimal" if within and outcome.status != "none" else outcome.status)


def whole(
    problem: Problem,
    options: Options,
    report: Report | None = None,
    pins: Pins = NO_PINS,
    start: tuple[Decisions, Operation] | None = None,
) -> Solved:
    """The model in one piece, which may begin with a plan."""
    begun = time.monotonic()
    template = compile_template(problem)
    pressed = pinned(press_template(template), pins)
    built = time.monotonic() - begun
    deadline = begun + options.time_limit_s
    outcome = solve_matrix(pressed, options, deadline, report, None if start is None else columns_of(pressed, *start))
    while outcome.x is not None and (found := both_ways(problem, tables(pressed, outcome.x)[1])):
        straight = _straight(pressed, outcome, found, options, deadline)
        if straight is not None and straight.status == "optimal":
            outcome = straight
            break
        problem = with_one_way(problem, found)
        template, bound, before = compile_template(problem), outcome.lower_bound, pressed
        pressed = pinned(press_template(template), pins)
        known = None if straight is None or straight.x is None else columns_of(pressed, *tables(before, straight.x))
        outcome = solve_matrix(pressed, options, deadline, report, known)
        outcome = replace(outcome, lower_bound=max(bound, outcome.lower_bound))
    outcome = replace(outcome, seconds={"build": built, **outcome.seconds})
    matrix = pressed.matrix
    size = {
        "rows": matrix.rows.shape[0],
        "columns": matrix.rows.shape[1],
        "nonzeros": int(matrix.rows.nnz),
        "integers": int(matrix.integer.sum()),
    }
    if outcome.x is None:
        return {}, {}, size, outcome
    decisions, operation = tables(pressed, outcome.x)
    return with_stated(template.plan, decisions), operation, size, outcome


def _straight(
    pressed: Pressed, outcome: Outcome, found: list[Pair], options: Options, deadline: float
) -> Outcome | None:
    """The plan with the given stores and lines going one way in every step: "optimal" where that is within the gap."""
    assert outcome.x is not None
    decided = replace(pressed, matrix=fixed(pressed.matrix, outcome.x))
    other = run(straightened(decided, tables(pressed, outcome.x)[1], found), options, deadline=deadline)
    return None if other.x is None else at_cost(replace(outcome, x=other.x), other.objective, options)


def columns_of(pressed: Pressed, decisions: Decisions, operation: Operation) -> Float:
    """Columns that have the values of a plan; the way of a step by its flow."""
    x = np.zeros(len(pressed.matrix.cost))
    for name, columns in pressed.plan_columns.items():
        for index, column in columns.items():
            x[column] = decisions.get(name, {}).get(index, 0.0)
    for name, items in pressed.step_columns.items():
        for item, of in items.items():
            if item in operation.get(name, {}):
                x[of] = operation[name][item]
            elif name in WAYS:
                x[of] = operation[WAYS[name]][item] > BOTH_MW
    return x


def confirmed(
    matrix: Matrix, options: Options, deadline: float, report: Report | None = None, start: Float | None = None
) -> Outcome:
    """One run; "infeasible" is what a second one without presolve says."""
    outcome = run(matrix, options, deadline=deadline, report=report, start=start)
    return run(matrix, options, presolve=False, deadline=deadline) if outcome.status == "infeasible" else outcome


def solve_matrix(
    pressed: Pressed, options: Options, deadline: float, report: Report | None = None, start: Float | None = None
) -> Outcome:
    """Runs the pressed model and confirms what the solver says of it."""
    matrix = pressed.matrix
    outcome = sure(matrix, options, confirmed(matrix, options, deadline, report, start), deadline)
    if outcome.status == "unbounded":
        raise SolverError("the model is unbounded: some price pays for itself without limit")
    if outcome.x is None or not matrix.integer.any():
        return outcome
    return settle(pressed, options, outcome, deadline)


def settle(pressed: Pressed, options: Options, outcome: Outcome, deadline: float) -> Outcome:
    """The plan at the rounded binaries: what is reported is what a real decision would cost.

    It gets what is left of the time, and `LEAST_POLISH_S` at least; without an answer then, the plan stays as it was found.
    """
    assert outcome.x is not None
    deadline = max(deadline, time.monotonic() + LEAST_POLISH_S)
    polished = run(fixed(pressed.matrix, outcome.x), options, deadline=deadline)
    if polished.x is None:
        if polished.status == "none":
            return replace(outcome, status="feasible", termination=polished.termination)
        raise SolverError(f"the plan does not survive rounding its yes/no decisions: {polished.termination}")
    rise = polished.objective - outcome.objective
    if rise > max(options.gap, FIXING_TOLERANCE) * max(abs(outcome.objective), 1.0):
        raise SolverError(f"rounding the yes/no decisions raises the cost by {rise:.4g} million")
    x = polished.x.copy()
    x[pressed.matrix.integer] = np.rint(outcome.x[pressed.matrix.integer])
    seconds = {**outcome.seconds, "polish": sum(polished.seconds.values())}
    bound = min(outcome.lower_bound, polished.objective)
    within = polished.objective - bound <= max(options.gap, ROUNDING) * max(abs(polished.objective), 1e-9)
    status = "optimal" if outcome.status == "optimal" and within else "feasible"
    return Outcome(status, outcome.termination, polished.objective, bound, x, seconds=seconds)


def tables(pressed: Pressed, x: Float) -> tuple[Decisions, Operation]:
    """Columns by name: yearly decisions and (Y, T) operation."""
    decisions = {
        name: {index: float(x[column]) for index, column in columns.items()}
        for name, columns in pressed.plan_columns.items()
    }
    operation = {
        name: {item: x[columns] for item, columns in items.items()} for name, items in pressed.step_columns.items()
    }
    return decisions, operation
