from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.problem import Durability, EmissionCap
from planner.answer import Answer, account_for
from planner.rating.clauses import binding
from tests.plans import dyehouse

YEARS = tuple(range(2025, 2033))


def answer(**changes: object) -> Answer:
    problem, plan = dyehouse(YEARS)
    return account_for(replace(problem, **changes), plan)


def test_a_gate_met_exactly_is_named_with_its_years() -> None:
    problem, plan = dyehouse(YEARS)
    bought = {key: value / 1.001 for key, value in plan.decisions["instruments.quantity"].items()}
    exact = replace(plan, decisions={**plan.decisions, "instruments.quantity": bought})
    lines = binding(account_for(problem, exact))
    assert "5 stars, neutralised share at least 100 %: met exactly in 2030-2032" in lines


def test_a_clause_with_room_does_not_bind() -> None:
    assert binding(answer()) == []


def test_floors_caps_and_limits_bind_where_they_are_met_exactly() -> None:
    base = answer()
    own = base.tonnes.own_reduction_share[-1]
    floor = np.where(np.array(YEARS) >= 2031, own, np.nan)
    cap = EmissionCap("ceiling", "gross_location", limit=np.array(base.tonnes.gross_location_tco2e))
    capex = np.where(np.array(YEARS) == 2026, base.money.cash("capex"), np.nan)
    tight = answer(
        durability=Durability(own_reduction_floor=floor),
        emissions=replace(base.problem.emissions, caps=(cap,)),
        finance=replace(base.problem.finance, capex_limit=capex),
    )
    lines = "\n".join(binding(tight))
    assert f"durability.own_reduction_floor {100 * own:g} %: met exactly in 2031-2032" in lines
    assert "emissions.caps ceiling" in lines
    assert "finance.annual_capex_limit: met exactly in 2026" in lines


def test_what_the_next_star_would_take() -> None:
    problem, plan = dyehouse(YEARS)
    assert problem.rating is not None
    top = replace(problem.rating.levels[-1], stars=6, min_score_share=0.75)
    harder = replace(problem, rating=replace(problem.rating, levels=(*problem.rating.levels, top)))
    assert binding(account_for(harder, plan))[-1] == "6 stars in 2030 would also take: earn 15.0 more points"
