"""`summary.json` of a solved case: what the accountant found, how well it is proven, what it rests on."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

from models.problem import Problem
from planner.accounting.shortfall import is_comparable, shortfalls
from planner.answer import MILLION, Answer, account_for, figures_of, findings
from planner.plan import Plan
from planner.rating.clauses import binding
from planner.results.folder import Row

ROUNDING = 1e-12  # a relative gap below this is none
UNSERVED = "leaves loads unserved"
PACKAGES = ("zero-carbon-planner", "highspy", "numpy", "pyomo", "scipy")


@dataclass(frozen=True)
class Beside:
    """A plan beside the optimum; `answer` is None where there is none, and `note` says why or what it leaves out."""

    answer: Answer | None
    note: str = ""
    asked: int = 0  # stars, or measures on offer, that the plan was made for


@dataclass(frozen=True)
class EveryStep:
    """What a plan costs at every step; `answer` is None where it does not hold there."""

    answer: Answer | None
    lower_bound: float  # of its cost [million], whatever was found
    words: str  # why there is no answer

    def error_share(self, plan: Plan) -> float | None:
        """(cost at every step - cost on typical days) / cost on typical days."""
        if self.answer is None:
            return None
        return (self.answer.money.objective - plan.facts.objective) / max(abs(plan.facts.objective), 1e-9)

    def told(self, plan: Plan) -> dict[str, Any]:
        """As the summary says it of a plan on typical days."""
        held = self.answer
        return {
            "status": "none" if held is None else held.plan.facts.status,
            "words": self.words,
            "objective": None if held is None else held.money.objective * MILLION,
            "lower_bound": self.lower_bound * MILLION if math.isfinite(self.lower_bound) else None,
            "error_share": self.error_share(plan),
            "stars": {} if held is None else {str(one.year): one.full.stars for one in held.rated},
            "durable_stars": {} if held is None else {str(one.year): one.durable.stars for one in held.rated},
        }


def under_rules(problem: Problem, variant: Problem, plan: Plan) -> Answer:
    """A variant's plan, accounted with the problem's rules: penalties and durable stars count again."""
    return account_for(replace(variant, durability=problem.durability), plan)


def out_of_time(plan: Plan) -> str:
    """What is said of a plan that was not proven to the gap; nothing of one that was."""
    proven = plan.facts.status == "optimal"
    return "" if proven else f"within {plan.facts.gap:.1%}, stopped at its time limit"


def proof(answer: Answer, usual: Answer | None) -> dict[str, Any]:
    """How the solver stopped and what it proved; money in the scenario's currency."""
    facts = answer.plan.facts
    gap = facts.gap if facts.gap > ROUNDING else 0.0
    gap_money = (facts.objective - facts.lower_bound) * MILLION if gap else 0.0
    extra = None
    if usual is not None:
        above = (answer.money.net_present_cost - usual.money.net_present_cost) * MILLION
        extra = gap_money / above if above > 0 else None
    return {
        "status": facts.status,
        "termination": facts.termination,
        "lower_bound": facts.lower_bound * MILLION,
        "gap": gap,
        "gap_money": gap_money,
        "gap_share_of_extra_cost": extra,
        "model": dict(facts.size),
    }


def target_of(problem: Problem) -> dict[str, Any]:
    """Stars required, from when to when; empty without a target."""
    if problem.target is None or not problem.target.stars.any():
        return {}
    years = [year for year, stars in zip(problem.years, problem.target.stars, strict=True) if stars]
    found: dict[str, Any] = {"stars": int(problem.target.stars.max()), "year": years[0], "until": years[-1]}
    if problem.rating is not None:
        found |= {"standard": problem.rating.standard, "boundary": problem.rating.boundary}
    if problem.target.durable_stars.any():
        found["durable_stars"] = int(problem.target.durable_stars.max())
    return found


def beside(plans: Mapping[str, Beside], year: int) -> dict[str, Any]:
    """The plans beside each other, worth measured against business as usual."""
    usual = comparable(plans)
    return {name: _beside(plan, usual if name != "business_as_usual" else None, year) for name, plan in plans.items()}


def comparable(plans: Mapping[str, Beside]) -> Answer | None:
    """Business as usual, where it serves what the others serve, or what it does not has a price."""
    usual = plans["business_as_usual"].answer if "business_as_usual" in plans else None
    return usual if usual is not None and is_comparable(usual.problem, usual.plan) else None


def standing(usual: Answer) -> dict[str, Any]:
    """What business as usual leaves unserved, at which price that is compared, and whether the base year is known."""
    price = usual.problem.finance.unserved_price
    return {
        "short": [
            {"carrier": one.carrier, "year": one.year, "mwh": one.mwh, "peak_mw": one.peak_mw}
            for one in shortfalls(usual.problem, usual.plan)
        ],
        "unserved_per_mwh": None if price is None else price * MILLION,
        "base_year_known": usual.problem.base.known,
    }


def _beside(plan: Beside, usual: Answer | None, year: int) -> dict[str, Any]:
    answer = plan.answer
    if answer is None:
        return {"note": plan.note}
    n = answer.problem.years.index(year)
    if not is_comparable(answer.problem, answer.plan):
        return {"note": UNSERVED}
    found: dict[str, Any] = {
        "net_present_cost": answer.money.net_present_cost * MILLION,
        "penalties": answer.money.penalties_present * MILLION,
        "capex": answer.money.capex() * MILLION,
        "own_reduction_share": answer.own_reduction()[n],
        "paper_share": float(answer.tonnes.paper_share[n]),
        "gross_location_tco2e": float(answer.tonnes.gross_location_tco2e.sum()),
    }
    if answer.rated:
        found |= {
            "stars_year_one": answer.rated[0].full.stars,
            "stars_target": answer.rated[n].full.stars,
            "durable_target": answer.rated[n].durable.stars,
        }
    if usual is not None:
        found |= worth(answer, usual)
    return {**found, "note": plan.note} if plan.note else found


def plan_rows(naive: Mapping[str, Mapping[str, Any]], currency: str) -> list[Row]:
    """The plans beside each other as a tidy table without years."""
    units = {"net_present_cost": currency, "penalties": currency, "capex": currency, "cost_per_tonne": f"{currency}/t"}
    units |= {"payback_years": "years", "avoided_tco2e": "t", "gross_location_tco2e": "t"}
    return [
        Row(None, name, metric, units.get(metric, "1"), float(value))
        for name, plan in naive.items()
        for metric, value in plan.items()
        if isinstance(value, int | float)
    ]


def worth(answer: Answer, usual: Answer) -> dict[str, float | None]:
    """Payback [years], internal rate of return and cost per tonne avoided, location-based, against business as usual."""
    whole = figures_of(answer, usual).whole
    return {
        **{name: whole[name] for name in ("payback_years", "irr", "cost_per_tonne")},
        "avoided_tco2e": whole["avoided"],
    }


def versions() -> dict[str, str]:
    """Versions of what computed the plan."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def summarise(answer: Answer, plans: Mapping[str, Beside], year: int) -> dict[str, Any]:
    """What `summary.json` says of a plan, whatever scenario it comes from."""
    return {
        **proof(answer, comparable(plans)),
        **findings(answer),
        "target": target_of(answer.problem),
        "years": list(answer.problem.years),
        "steps_per_year": answer.problem.steps.count,
        "verified": True,
        "binding": binding(answer),
        "naive": beside(plans, year) if plans else {},
        "relaxed_fields": [],  # yes/no decisions of a plan are whole, and its operation is a true one at its sizes
    }
