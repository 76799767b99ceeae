"""A plan with everything that the accountant says about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.problem import Problem
from planner.accounts import Accounts, accounts
from planner.ledger import Inventory, inventory
from planner.plan import Plan
from planner.rating import RatedYear, rate_years

MILLION = 1e6


@dataclass(frozen=True, eq=False)
class Answer:
    """Problem and plan, and the money, tonnes and stars that follow from them alone."""

    problem: Problem
    plan: Plan
    money: Accounts
    tonnes: Inventory
    rated: tuple[RatedYear, ...]


def account_for(problem: Problem, plan: Plan) -> Answer:
    """Recompute money, tonnes and stars of a plan."""
    return Answer(problem, plan, accounts(problem, plan), inventory(problem, plan), rate_years(problem, plan))


def findings(answer: Answer) -> dict[str, Any]:
    """The keys of `summary.json` that follow from problem and plan; `verify` recomputes exactly these.

    Money in the scenario's currency.
    """
    tonnes, years = answer.tonnes, [str(year) for year in answer.problem.years]
    scopes = (
        "scope1",
        "captured",
        "scope2_location",
        "scope2_market",
        "scope3",
        "gross_location",
        "gross_market",
        "net",
    )
    return {
        "objective": answer.money.objective * MILLION,
        "net_present_cost": answer.money.net_present_cost * MILLION,
        "penalties": answer.money.penalties_present * MILLION,
        "capex": answer.money.capex() * MILLION,
        "stars": {str(one.year): one.full.stars for one in answer.rated},
        "durable_stars": {str(one.year): one.durable.stars for one in answer.rated},
        "score": {str(one.year): one.full.score for one in answer.rated},
        "emissions_tco2e": {
            year: {scope: float(getattr(tonnes, f"{scope}_tco2e")[n]) for scope in scopes}
            for n, year in enumerate(years)
        },
        "own_reduction_share": dict(zip(years, map(float, tonnes.own_reduction_share), strict=True)),
        "paper_share": dict(zip(years, map(float, tonnes.paper_share), strict=True)),
    }
