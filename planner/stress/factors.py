"""`plan factors`: the same plan counted under every grid factor set. The accountant alone; nothing is solved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from models.problem import Problem
from planner.accounting.ledger import Inventory, inventory
from planner.accounting.rating import rate_years
from planner.plan import Plan
from planner.stress.factor_sets import FactorSet, under
from planner.stress.stressing import asked_years

TONNES = ("scope2_location", "scope2_market", "gross_location", "gross_market", "net")


def factors_study(problem: Problem, plan: Plan, sets: tuple[FactorSet, ...]) -> dict[str, Any]:
    """Stars, durable stars and tonnes by year under each set."""
    return {
        "kind": "factors",
        "scenario": problem.name,
        "years": asked_years(problem),
        "rows": [_row(under(one)(problem), plan, one) for one in sets],
        "omitted": list(_omitted(sets)),
    }


def _row(problem: Problem, plan: Plan, one: FactorSet) -> dict[str, Any]:
    tonnes, rated = inventory(problem, plan), rate_years(problem, plan)
    years = [str(y) for y in problem.years]
    target = np.zeros(len(problem.years)) if problem.target is None else problem.target.stars
    short = [one.year for one, stars in zip(rated, target, strict=False) if one.full.stars < stars]
    row: dict[str, Any] = {
        "set": one.name,
        "label": one.label,
        "label_zh": one.label_zh,
        "stars": {str(r.year): r.full.stars for r in rated},
        "durable_stars": {str(r.year): r.durable.stars for r in rated},
        "lost_year": short[0] if short else None,
        "own_reduction_share": dict(zip(years, _own(tonnes), strict=True)),
    }
    for name in TONNES:
        row[f"{name}_tco2e"] = dict(zip(years, map(float, getattr(tonnes, f"{name}_tco2e")), strict=True))
    return row


def _omitted(sets: tuple[FactorSet, ...]) -> Iterator[str]:
    """What the sets leave out, in words."""
    if not any(one.name == "provincial" for one in sets):
        yield "provincial and regional factors: the scenario names no province"
    if any(one.location is not None and one.base_grid_mwh is None for one in sets):
        yield "own reduction: the base year keeps its own factor, because its electricity is not known"


def _own(tonnes: Inventory) -> list[float | None]:
    """Own reduction by year; None where the base year is not known."""
    return [float(share) if tonnes.base_known else None for share in tonnes.own_reduction_share]
