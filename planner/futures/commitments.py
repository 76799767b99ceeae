"""What to commit to now and what may wait, from plans that are good in one future or another.

Committed is what every favourite decides before the futures part. The rest need not be decided for all: only some plans take
it, or take it later.
The last responsible year of an option is the earliest in which a plan that takes it must decide; after it, the best
answer to that future is gone. A store is one option, whatever its power and energy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.problem import DecisionTable, Problem
from planner.accounting.stock import LEAST_SIZE
from planner.futures.future import Shared, options
from planner.plan import Index, Plan

KINDS: dict[DecisionTable, str] = {
    "retrofits.start": "retrofit",
    "management.adopt": "management",
    "converters.build_mw": "plant",
    "stores.build_mwh": "store",
    "contracts.sign_volume": "contract",
}
Taken = dict[tuple[str, str], int]  # (kind, item) -> earliest year of decision


def commitments(problem: Problem, favourites: Mapping[str, Sequence[Plan]], early: Shared) -> dict[str, Any]:
    """`commit` and `wait` lists; a favourite with a plan for each future counts what it takes in any of them."""
    decided = {(o.table, o.index): o.decided for o in options(problem)}
    before = set(early)
    at_once = [_taken(plans[:1], decided, before) for plans in favourites.values()]
    ever = [_taken(plans, decided, set(decided)) for plans in favourites.values()]
    items = dict.fromkeys(item for taken in ever for item in taken)
    commit, wait = [], []
    for kind, item in items:
        years = [taken[kind, item] for taken in ever if (kind, item) in taken]
        row: dict[str, Any] = {"kind": kind, "item": item, "last_responsible_year": min(years)}
        if all((kind, item) in taken for taken in at_once):
            commit.append(row)
        else:
            names = [name for name, taken in zip(favourites, ever, strict=True) if (kind, item) in taken]
            wait.append({**row, "taken_in": names})
    return {"commit": sorted(commit, key=_order), "wait": sorted(wait, key=_order)}


def _order(row: Mapping[str, Any]) -> tuple[int, str]:
    return row["last_responsible_year"], row["item"]


def _taken(
    plans: Sequence[Plan], decided: Mapping[tuple[DecisionTable, Index], int], among: set[tuple[DecisionTable, Index]]
) -> Taken:
    """Earliest year in which each option is decided, by any of the plans."""
    taken: Taken = {}
    for table, kind in KINDS.items():
        for plan in plans:
            for index, value in plan.decisions.get(table, {}).items():
                if value > LEAST_SIZE and (table, index) in among:
                    item = (kind, str(index[0]))
                    taken[item] = min(taken.get(item, decided[table, index]), decided[table, index])
    return taken
