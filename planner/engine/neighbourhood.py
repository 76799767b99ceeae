"""Whole decisions made cheaper, a few at a time: those of some years in a row, or of one kind in all years, are free; the rest stay.

A MILP of all yes/no decisions needs minutes to find good ones; one of five years' decisions needs a second or two, and where it
ends the next begins (large neighbourhood search: Pisinger and Ropke 2010). What an answer costs is the relaxation with its
decisions fixed and all pooled cuts obeyed, so every step down is a true one by all that is known of the blocks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from planner.engine.bridge import interrupted
from planner.engine.master import Master
from planner.engine.matrix import Float, Int

WINDOW_YEARS, WINDOW_STEP = 5, 3  # years in a row that are free, and from the first of them to the first of the next
PATIENCE_S = 2.0  # for one neighbourhood
MOST_TRIES = 3  # of one neighbourhood, each with the cuts that the last one's answer brought in
WORTH = 0.1  # share of the gap that is worth another look
NEAR_ENOUGH = 0.5  # share of the gap that may be left to the bound; operating the decisions takes the rest
FINER = 0.5  # share of the gap to which a neighbourhood is solved


@dataclass(frozen=True)
class Costed:
    """Whole decisions at the columns that suit them best by the cuts, and what those cost."""

    cost: float
    x: Float


def neighbourhoods(master: Master) -> list[Int]:
    """Integer columns that are free together: those of some years in a row, then those of each component in all years."""
    years, integer = list(master.years), master.matrix.integer
    named = {
        name: [(set(index).intersection(years), column) for index, column in columns.items() if integer[column]]
        for name, columns in master.plan.plan_columns.items()
    }
    dated = [decision for decisions in named.values() for decision in decisions]
    windows = [set(years[first : first + WINDOW_YEARS]) for first in range(0, len(years), WINDOW_STEP)]
    inside = [[column for when, column in dated if when & window] for window in windows]
    kinds = [[column for _, column in decisions] for decisions in named.values()]
    return [np.array(columns, dtype=np.int64) for columns in (*inside, *kinds) if columns]


def improved(master: Master, decided: Costed, gap: float, bound: float, deadline: float) -> Costed:
    """Decisions that cost no more than `decided`: no neighbourhood has cheaper ones, or they are well within the gap of the bound."""
    fields, best, still, turn = neighbourhoods(master), decided, 0, 0
    while still < len(fields):
        if (
            best.cost - bound <= NEAR_ENOUGH * gap * abs(best.cost)
            or time.monotonic() > deadline
            or interrupted.is_set()
        ):
            break
        found = _in(master, best, fields[turn % len(fields)], gap, deadline)
        still = 0 if best.cost - found.cost > WORTH * gap * abs(best.cost) else still + 1
        best, turn = found, turn + 1
    return best


def _in(master: Master, best: Costed, free: Int, gap: float, deadline: float) -> Costed:
    """The best decisions found with the given columns free; again where cuts were missing that make the answer dearer."""
    for _ in range(MOST_TRIES):
        answer = master.whole(FINER * gap, min(deadline, time.monotonic() + PATIENCE_S), best.x, free)
        if answer.x is None or master.decisions(answer.x) == master.decisions(best.x):
            break
        solved = master.with_decisions(answer.x, gap)
        if solved is not None and solved[0] < best.cost:
            best = Costed(solved[0], solved[1])
        if solved is not None and solved[0] - answer.objective <= WORTH * gap * abs(best.cost):
            break
    return best
