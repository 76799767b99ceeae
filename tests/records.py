"""Records of hand-made plans, without a results folder behind them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from models.problem import Finance, Problem
from planner.accounting.accounts import accounts
from planner.answer import account_for
from planner.plan import Plan
from planner.results.folder import Results
from planner.results.record import Record
from tests.factories import Site, rating
from tests.plans import dyehouse

YEARS = tuple(range(2025, 2035))
HOSTILE = (
    "=cmd|'/C calc'!A0",
    "https://evil.example/x",
    "<script>alert(1)</script>",
    "+1+1",
    "@SUM(1)",
    "{=1+1}",
    '"><img src=x onerror=alert(1)>',
    "[x]*?:/\\",
)


def record_of(problem: Problem, plan: Plan, **summary: Any) -> Record:
    """A record as `open_record` would make it."""
    told = {"status": "optimal", "currency": "CNY", "verified": True} | summary
    return Record(Results(Path("nowhere"), told, {}), account_for(problem, plan), None)


def dyehouse_record(finance: Finance | None = None, **summary: Any) -> Record:
    """The dyehouse, under other money if given, at the cost that follows."""
    problem, plan = dyehouse(YEARS)
    if finance is not None:
        problem = replace(problem, finance=finance)
        cost = accounts(problem, plan).objective
        plan = replace(plan, facts=replace(plan.facts, objective=cost, lower_bound=cost))
    return record_of(problem, plan, **summary)


def hostile_record() -> Record:
    """A factory whose owner named everything like a formula, a link or a script."""
    formula, link, script, plus, at, braces, image, odd = HOSTILE
    site = Site(years=(2025, 2026), hours=(1000.0, 500.0))
    problem = site.problem(
        name=formula,
        demands=(site.demand(braces),),
        markets=(replace(site.grid(), name=link), replace(site.gas(), name=odd)),
        converters=(site.converter(script, capex_per_mw=3.0, renewable=True),),
        retrofits=(site.retrofit(plus, {braces: 0.1}, capex=0.5),),
        instruments=(site.instrument(at, "credit", 7e-5),),
        management=(site.management(image, 0.8, 0.1),),
        rating=replace(rating(), standard=formula),
    )
    decisions = {
        "retrofits.start": {(plus, 2025): 1.0},
        "management.adopt": {(image, 2025): 1.0},
        "converters.build_mw": {(script, 2025): 2.0},
        "instruments.quantity": {(at, 2025): 100.0, (at, 2026): 100.0},
    }
    operation = {"markets.import_mw": {link: 7.0, odd: 1.0}, "converters.activity_mw": {script: 2.0}}
    plan = site.plan(decisions, operation)
    labels = {name: name for name in HOSTILE}
    told = {
        "scenario": {"name": formula, "title": script, "title_zh": link},
        "currency": formula,
        "labels": labels,
        "assumed_fields": list(HOSTILE),
        "binding": list(HOSTILE),
        "inputs": {formula: link},
    }
    return record_of(problem, plan, **told)
