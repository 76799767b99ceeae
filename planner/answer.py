"""A plan with everything that the accountant says about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from models.problem import Problem
from planner.accounting.accounts import Accounts, accounts
from planner.accounting.headline import Headline, headline
from planner.accounting.ledger import Inventory, inventory
from planner.accounting.rating import RatedYear, rate_years
from planner.plan import Plan
from planner.verification.verify import LEAST_OBJECTIVE

MILLION = 1e6
BOUND_TOLERANCE = 1e-6  # relative, of a bound that the solver proved in its own tolerances


@dataclass(frozen=True, eq=False)
class Answer:
    """Problem and plan, and the money, tonnes and stars that follow from them alone."""

    problem: Problem
    plan: Plan
    money: Accounts
    tonnes: Inventory
    rated: tuple[RatedYear, ...]

    def own_reduction(self) -> list[float | None]:
        """Share of the base year by which own emissions are lower, by year; None where the base year is not known."""
        return [float(share) if self.tonnes.base_known else None for share in self.tonnes.own_reduction_share]


def account_for(problem: Problem, plan: Plan) -> Answer:
    """Recompute money, tonnes and stars of a plan."""
    return Answer(problem, plan, accounts(problem, plan), inventory(problem, plan), rate_years(problem, plan))


def figures_of(answer: Answer, usual: Answer | None) -> Headline:
    """What every output shows of a plan, beside business as usual where there is one to compare with."""
    other = None if usual is None else (usual.money, usual.tonnes)
    return headline((answer.money, answer.tonnes), other)


def at_accounted_cost(problem: Problem, plan: Plan) -> Plan:
    """The plan with what it really costs as its objective, where the solver reported more and proved no more than its gap.

    A solver that stops within its gap may leave a yes/no decision on that is not needed, such as a year of reliance on paper
    without any excess: it then reports a penalty that no rule asks for; and a peak may stay below the planned one. A plan that
    costs more than reported, or less than the bound that was proven, stays as it is, for `verify` to find; so does it find any
    other difference, since the plan carries the model's own cash by year.
    """
    facts = plan.facts
    objective = accounts(problem, plan).objective
    slack = BOUND_TOLERANCE * max(abs(objective), LEAST_OBJECTIVE)
    if not facts.lower_bound - slack <= objective < facts.objective:
        return plan
    bound = min(facts.lower_bound, objective)
    gap = (objective - bound) / max(abs(objective), 1e-9)
    return replace(plan, facts=replace(facts, objective=objective, lower_bound=bound, gap=gap))


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
        "own_reduction_share": dict(zip(years, answer.own_reduction(), strict=True)),
        "paper_share": dict(zip(years, map(float, tonnes.paper_share), strict=True)),
    }
