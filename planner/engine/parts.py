"""Parts of the operating year: what one block operates.

A year given hour by hour is cut into its billing periods, months as a rule. Inside a month the steps follow one another; between
months the stored energy is handed on, so the levels at the seams belong to the plan. Each month also has an *averaged* part: its
days sorted into a few kinds, and one mean day for each kind. What the averaged part costs is a lower bound of what the month
costs (see `averaging`), at a sixth of the work.

A year of representative days is cut into its billing periods too; its days are rings, so nothing is handed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.engine.matrix import Float, Int

if TYPE_CHECKING:  # a worker operates its parts without it
    from models.problem import Problem

KINDS = 4  # of days in an averaged month, its hardest day apart
COEFFICIENT_WEIGHT = (
    3.0  # of prices and proportions against loads when days are compared: their spread loosens the bound
)


@dataclass(frozen=True)
class Part:
    """Steps of one billing period, in order.

    `before` is the place of the preceding step inside the part, -1 where a stretch of steps begins. A part with `seams` takes
    its first stored energy from the part before and hands its last one on. `kinds` sorts the stretches of an averaged part.
    """

    billing: int
    steps: Int
    before: Int
    seams: bool
    kinds: Int | None = None


def is_chronological(problem: Problem) -> bool:
    """Whether every step follows the one before it, the first the last, and billing periods are stretches of the year."""
    steps = problem.steps
    order = (steps.before == np.roll(np.arange(steps.count), 1)).all() and (np.diff(steps.billing) >= 0).all()
    return bool(order) and len(steps.months_per_billing) > 1


def exact_parts(problem: Problem) -> list[Part]:
    """The parts that make the year. Raises ValueError where a step follows one of another billing period and is no seam."""
    steps, parts = problem.steps, []
    seams = is_chronological(problem)
    for b in range(len(steps.months_per_billing)):
        inside = np.flatnonzero(steps.billing == b)
        if seams:
            before = np.arange(len(inside)) - 1
        else:
            place = np.full(steps.count, -1)
            place[inside] = np.arange(len(inside))
            before = place[steps.before[inside]]
            if (before < 0).any():
                raise ValueError("a step follows one of another billing period")
        if len(inside):
            parts.append(Part(b, inside, before, seams))
    return parts


def averaged_parts(problem: Problem, step: Any) -> list[Part]:
    """The same months as days sorted into kinds; empty where the year is not given day by day."""
    per_day = round(24 / problem.steps.hours)
    exact = exact_parts(problem)
    if not is_chronological(problem) or any(len(p.steps) % per_day for p in exact):
        return []
    days = _features(problem, step, per_day)
    hardest = _hardest(problem, per_day)
    parts = []
    for part in exact:
        of_day = part.steps[::per_day] // per_day
        before = np.where(np.arange(len(part.steps)) % per_day == 0, -1, np.arange(len(part.steps)) - 1)
        parts.append(
            Part(part.billing, part.steps, before, True, _kinds(days[of_day], int(np.argmax(hardest[of_day]))))
        )
    return parts


def _features(problem: Problem, step: Any, per_day: int) -> Float:
    """(days, F) all series of the step by day, each in units of its own spread."""
    loads = {id(d) for d in step.demands.base_load_mw.values()} if len(step.demands.base_load_mw) else set()
    columns = []
    for port, series in step.site.data.items():
        spread = float(np.std(series))
        if spread > 1e-9 * (np.abs(series).max() + 1e-12):
            weight = 1.0 if id(port) in loads or "availability" in port.name else COEFFICIENT_WEIGHT
            columns.append(weight * series.reshape(-1, per_day) / spread)
    days = problem.steps.count // per_day
    return np.hstack(columns) if columns else np.zeros((days, 1))


def _hardest(problem: Problem, per_day: int) -> Float:
    """(days,) highest load of all end uses together."""
    total = np.sum([d.load_mw for d in problem.demands], axis=0) if problem.demands else np.zeros(problem.steps.count)
    highest: Float = np.broadcast_to(total, problem.steps.count).reshape(-1, per_day).max(axis=1)
    return highest


def _kinds(days: Float, hardest: int) -> Int:
    """(days,) kind of each day: the hardest one alone, the others by Ward's linkage."""
    from scipy.cluster.hierarchy import fcluster, linkage

    kinds = np.zeros(len(days), dtype=np.int64)
    others = np.delete(np.arange(len(days)), hardest)
    if len(others) > 1:
        kinds[others] = fcluster(linkage(days[others], "ward"), KINDS, "maxclust")
    elif len(others):
        kinds[others] = 1
    return kinds
