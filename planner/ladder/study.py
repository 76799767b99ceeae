"""A ladder as a study: one row for each rung, with the price of its last star, what binds, and paper and durable prices."""

from __future__ import annotations

import math
from typing import Any

from planner.answer import MILLION, Answer
from planner.ladder.climb import Ladder
from planner.ladder.rungs import Rung
from planner.pareto.curve import CLOSED
from planner.rating.clauses import binding
from planner.solving.resolving import Interval, Solved
from planner.solving.summary import under_rules


def study(ladder: Ladder, scenario: str, currency: str) -> dict[str, Any]:
    """The study `ladder`; money in the scenario's currency."""
    without = ladder.without
    return {
        "kind": "ladder",
        "scenario": scenario,
        "currency": currency,
        "reading": ladder.standard.reading,
        "without_stars": None if without is None or without.answer is None else _cash(without.answer),
        "solves": ladder.again.solves,
        "rows": [_row(ladder, rung) for rung in ladder.rungs if rung in ladder.solved],
    }


def _row(ladder: Ladder, rung: Rung) -> dict[str, Any]:
    own, answer, cost = ladder.solved[rung], ladder.answer(rung), ladder.cost(rung)
    found: dict[str, Any] = {
        "stars": rung.stars,
        "first_year": rung.first_year,
        "reading": rung.reading,
        "assumed": rung.assumed,
        "status": _status(own, cost, ladder.again.options.gap),
        "objective": _money(cost.high),
        "net_present_cost": None if answer is None else _cash(answer),
        "penalties": None if answer is None else answer.money.penalties_present * MILLION,
        "lower_bound": _money(cost.low),
        "gap": _gap(cost),
        **_marginal(cost, ladder.below(rung)),
        "binding": [] if answer is None else binding(answer),
        "durable_stars": {} if answer is None else {str(one.year): one.durable.stars for one in answer.rated},
        "cash_first_year": None if answer is None else _first_year(answer),
    }
    return found | _paper(ladder, rung) | _durable(ladder, rung)


def _marginal(cost: Interval, below: Interval | None) -> dict[str, float | None]:
    """Cost above the level below: of the plans in hand, and what it is proven to lie between; never less than nothing."""
    if below is None or not math.isfinite(cost.high):
        return {"marginal": None, "marginal_least": None, "marginal_most": None}
    proven = (cost - below).at_least(0.0)
    return {
        "marginal": _money(cost.high - below.high),
        "marginal_least": _money(proven.low),
        "marginal_most": _money(proven.high),
    }


def _paper(ladder: Ladder, rung: Rung) -> dict[str, Any]:
    """The paper plan, with the penalties that it was spared counted beside its cash."""
    if rung not in ladder.paper:
        return {"paper_status": None, "paper_cost": None}
    solved = ladder.paper[rung]
    found: dict[str, Any] = {"paper_status": _status(solved, solved.cost, ladder.again.options.gap), "paper_cost": None}
    if solved.answer is not None:
        answer = under_rules(ladder.solved[rung].problem, solved.problem, solved.answer.plan)
        found |= {
            "paper_cost": _cash(answer),
            "paper_penalties": answer.money.penalties_present * MILLION,
            "paper_cash_first_year": _first_year(answer),
            "paper_durable_stars": {str(one.year): one.durable.stars for one in answer.rated},
        }
    return found


def _durable(ladder: Ladder, rung: Rung) -> dict[str, Any]:
    """What the same stars cost if they must be durable."""
    if rung not in ladder.durable:
        return {"durable_status": None, "durable_cost": None}
    solved = ladder.durable[rung]
    status = _status(solved, solved.cost, ladder.again.options.gap)
    if solved.answer is None:
        return {"durable_status": status, "durable_cost": None}
    charged = solved.answer.money.penalties_present * MILLION
    return {"durable_status": status, "durable_cost": _cash(solved.answer), "durable_penalties": charged}


def _status(solved: Solved, cost: Interval, gap: float) -> str:
    if not math.isfinite(cost.high):
        return "infeasible" if solved.infeasible else "none"
    found = _gap(cost)
    return "optimal" if found is not None and found <= max(gap, CLOSED) else "feasible"


def _gap(cost: Interval) -> float | None:
    if not (math.isfinite(cost.low) and math.isfinite(cost.high)):
        return None
    return (cost.high - cost.low) / max(abs(cost.high), 1e-9)


def _money(value: float) -> float | None:
    return value * MILLION if math.isfinite(value) else None


def _cash(answer: Answer) -> float:
    return answer.money.net_present_cost * MILLION


def _first_year(answer: Answer) -> float:
    """Cash of the first year of the plan, investments included."""
    return float(answer.money.cash()[0]) * MILLION
