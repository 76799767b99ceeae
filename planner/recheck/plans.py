"""Stored plans against the problems that the scenario gives: their form, every row, cost, bound, gap and status.

A bound is the word of the solver that proved it. What can be told of it without solving again: it is no higher than the cost of
the plan, the gap is the distance of the two, and a plan is called optimal where that is within the gap that was asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from models.problem import Problem
from planner.answer import account_for
from planner.assembly.variants import at_resolution, usual_of
from planner.plan import Plan, SolverFacts
from planner.results.archive import ArchiveError, unbundle, unpack
from planner.results.folder import BESIDE
from planner.solving import variants
from planner.solving.fixed import investments_of
from planner.solving.summary import Beside, EveryStep, out_of_time, under_rules
from planner.solving.variants import BESIDE_GAP, EVERY_STEP_GAP, names_beside, variant
from planner.solving.written import EVERY_STEP, Source
from planner.verification.verify import verify

SOLVER_GAP = 1e-6  # relative, within which a solver's tolerances may leave any plan
ROUNDING = 1e-9
OPTIMAL = "Optimal"
NOTES = ("out of reach", "paper alone reaches no level")  # of a plan that is not there; or "left out" and why
PINNED = 1e-5  # relative, or of a unit: how exactly a solve takes decisions that are given


class PlansError(Exception):
    """An archive of the folder holds no plans; the message says which and why."""


def read_plan(folder: Path, name: str) -> tuple[Problem, Plan]:
    """Problem and plan of an archive. Raises PlansError."""
    if not (folder / name).is_file():
        raise PlansError(f"{name} is missing")
    try:
        return unpack((folder / name).read_bytes())
    except ArchiveError as error:
        raise PlansError(f"{name}: {error}") from error


def read_beside(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """The plans beside it as they are kept; none where the solve made none. Raises PlansError."""
    if not (folder / BESIDE).is_file():
        return {}
    try:
        kept = unbundle((folder / BESIDE).read_bytes())
    except ArchiveError as error:
        raise PlansError(f"{BESIDE}: {error}") from error
    if not all(isinstance(one, Mapping) and isinstance(one.get("plan"), Plan | None) for one in kept.values()):
        raise PlansError(f"{BESIDE}: not the plans beside a plan")
    return kept


def plan_faults(said: str, problem: Problem, plan: Plan, gap: float) -> list[str]:
    """What is wrong with a stored plan of a problem that was solved to a gap."""
    broken = [str(violation) for violation in verify(problem, plan).violations]
    return [f"{said}: {line}" for line in [*broken, *proof_faults(plan.facts, gap)]]


def proof_faults(facts: SolverFacts, gap: float) -> Iterator[str]:
    """Bound, gap, status and termination against each other."""
    cost, bound = facts.objective, facts.lower_bound
    if not bound <= cost + SOLVER_GAP * max(abs(cost), 1e-3):
        yield f"the lower bound {bound:.10g} is above the cost {cost:.10g}"
    distance = max(0.0, cost - bound) / max(abs(cost), 1e-9)
    if not abs(facts.gap - distance) <= ROUNDING + SOLVER_GAP * abs(distance):
        yield f"the gap is {facts.gap:.10g}, from bound and cost {distance:.10g}"
    within = distance <= max(gap, SOLVER_GAP) * (1 + SOLVER_GAP)
    if facts.status not in ("optimal", "feasible"):
        yield f"a plan of status {facts.status}"
    elif facts.status == "optimal" and not within:
        yield f"called optimal with a gap of {distance:.4g}, asked for {gap:.4g}"
    elif facts.status == "optimal" and facts.termination != OPTIMAL:
        yield f"called optimal, and its solve ended with: {facts.termination}"
    elif facts.status == "feasible" and facts.termination == OPTIMAL and within:
        yield "called feasible, and its solve ended within the gap that was asked for"


def form_faults(said: str, problem: Problem, plan: Plan) -> list[str]:
    """Numbers where numbers belong, so that the accountant can count."""
    return [f"{said}: {line}" for line in _form(problem, plan)]


def _form(problem: Problem, plan: Plan) -> Iterator[str]:
    shape = (len(problem.years), problem.steps.count)
    for table, items in plan.operation.items():
        for item, values in items.items():
            if not isinstance(values, np.ndarray) or values.dtype.kind != "f" or values.shape != shape:
                yield f"{table} {item} is no series of {shape[0]} years and {shape[1]} steps"
            elif not np.isfinite(values).all():
                yield f"{table} {item} is not a number somewhere"
    for table, entries in plan.decisions.items():
        for index, value in entries.items():
            if not isinstance(index, tuple) or not isinstance(value, int | float) or not math.isfinite(value):
                yield f"{table} {index} is {value!r}, no number"
    facts = (plan.facts.objective, plan.facts.lower_bound, plan.facts.gap)
    if not all(isinstance(one, int | float) and math.isfinite(one) for one in facts):
        yield "cost, bound and gap are not numbers"


def beside_of(
    problem: Problem, usual: Plan, answer: Beside, kept: Mapping[str, Mapping[str, Any]], gap: float
) -> tuple[dict[str, Beside], list[str]]:
    """The plans beside the optimum as they are told, and what is wrong with them."""
    found: dict[str, Beside] = {}
    faults: list[str] = []
    for name in names_beside(problem):
        if name == variants.USUAL:
            found[name] = Beside(under_rules(problem, usual_of(problem, usual), usual))
        elif name == variants.OPTIMUM:
            found[name] = answer
        elif name not in kept:
            faults.append(f"{BESIDE}: {name} is missing")
        else:
            found[name], wrong = _beside(problem, name, kept[name], max(gap, BESIDE_GAP))
            faults += [f"{BESIDE}: {line}" for line in wrong]
    faults += [f"{BESIDE}: {name} is nothing of this plan" for name in kept if name not in {*found, EVERY_STEP}]
    return found, faults


def _beside(problem: Problem, name: str, kept: Mapping[str, Any], gap: float) -> tuple[Beside, list[str]]:
    plan, note = kept["plan"], str(kept.get("note"))
    if plan is None:
        wrong = [] if note in NOTES or note.startswith("left out: ") else [f"{name}: {note!r} is no reason for no plan"]
        return Beside(None, note), wrong
    try:
        asked = variant(problem, name, kept["asked"])
    except (KeyError, TypeError, ValueError) as error:
        return Beside(None, note), [f"{name}: {error}"]
    if wrong := form_faults(name, asked, plan):
        return Beside(None, note), wrong
    wrong = plan_faults(name, asked, plan, gap)
    higher = [n for n in variants.levels_of(problem) if name == variants.PAPER and n > kept["asked"]]
    notes = {out_of_time(plan), *(f"{stars} stars not tried to the end: no time" for stars in higher)}
    if note not in notes:
        wrong.append(f"{name}: {note!r} is not what its solve says: {out_of_time(plan)!r}")
    return Beside(under_rules(problem, asked, plan), note), wrong


def every_step_of(source: Source, problem: Problem, plan: Plan, kept: Mapping[str, Any]) -> tuple[EveryStep, list[str]]:
    """What a plan of typical days costs at every step, as it is told, and what is wrong with it."""
    bound, words, held = float(kept["lower_bound"]), str(kept["words"]), kept["plan"]
    if held is None:
        return EveryStep(None, bound, words), [] if words else [f"{EVERY_STEP}: no plan, and no word why"]
    full = at_resolution(source.reading, problem, "full")
    if wrong := form_faults(EVERY_STEP, full, held):
        return EveryStep(None, bound, words), [f"{BESIDE}: {line}" for line in wrong]
    wrong = plan_faults(EVERY_STEP, full, held, max(source.reading.scenario.solver.gap, EVERY_STEP_GAP))
    for table, pins in investments_of(problem, plan).items():
        for index, value in pins.items():
            if abs(held.decision(table, *index) - value) > PINNED * max(1.0, abs(value)):
                wrong.append(f"{EVERY_STEP}: {table} {index} is {held.decision(table, *index)}, wanted {value}")
    if bound != held.facts.lower_bound or words:
        wrong.append(f"{EVERY_STEP}: bound or words are not those of its plan")
    return EveryStep(account_for(full, held), bound, words), [f"{BESIDE}: {line}" for line in wrong]
