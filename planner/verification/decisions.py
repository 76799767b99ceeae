"""Checks of what is decided by the year: sizes, choices, contracts, instruments and their limits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.problem import Problem
from planner.accounting.accounts import Accounts
from planner.accounting.ledger import is_delivered
from planner.accounting.stock import LEAST_SIZE, Size, Stock, sizes
from planner.plan import Plan
from planner.verification.rows import RELATIVE_TOLERANCE, STEP_TOLERANCE, WHOLE_TOLERANCE, Findings

Array = NDArray[np.float64]
YES_OR_NO = ("retrofits.start", "management.adopt")


def check_decisions(problem: Problem, plan: Plan, stock: Stock, books: Accounts, findings: Findings) -> None:
    """Everything that must hold by year before any step is operated."""
    _check_allowed(problem, plan, findings)
    for name, size in sizes(stock).items():
        _check_size(problem, name, size, findings)
    _check_groups(problem, stock, findings)
    _check_retrofits(problem, stock, findings)
    _check_contracts(problem, plan, stock, findings)
    _check_purchases(problem, plan, findings)
    if problem.finance.capex_limit is not None:
        limit = problem.finance.capex_limit
        tolerance = RELATIVE_TOLERANCE * max(1.0, books.capex())
        findings.at_most("capex within limit", "all", books.cash("capex"), limit, unit="million", tolerance=tolerance)


def allowed_years(problem: Problem) -> dict[str, Mapping[str, tuple[int, ...]]]:
    """Years in which each decision of each item may differ from zero."""
    every = problem.years
    existing = {"converters": {v.name: v.sizing for v in problem.converters}}
    existing["stores"] = {s.name: s.energy for s in problem.stores}
    return {
        "retrofits.start": {r.name: r.start_years for r in problem.retrofits},
        "management.adopt": {m.name: () if m.already_met else m.start_years for m in problem.management},
        "converters.build_mw": {v.name: v.sizing.build_years for v in problem.converters},
        "converters.retired_share": {v: z.retirable(every) for v, z in existing["converters"].items()},
        "stores.build_mw": {s.name: s.power.build_years for s in problem.stores},
        "stores.build_mwh": {s.name: s.energy.build_years for s in problem.stores},
        "stores.retired_share": {s: z.retirable(every) for s, z in existing["stores"].items()},
        "contracts.sign_volume": {c.name: c.start_years for c in problem.contracts},
        "contracts.annual_mwh": {c.name: every for c in problem.contracts if not is_delivered(c)},
        "markets.contract_demand_mw": {k.name: every for k in problem.markets if k.demand_rule == "contract"},
        "instruments.quantity": {i.name: every for i in problem.instruments},
    }


def _check_allowed(problem: Problem, plan: Plan, findings: Findings) -> None:
    """Decisions name things of the problem, in years in which they may be taken, and are not negative."""
    for table, items in allowed_years(problem).items():
        for (name, year, *_), value in plan.decisions.get(table, {}).items():
            least = WHOLE_TOLERANCE if table in YES_OR_NO else STEP_TOLERANCE
            permitted = year in items.get(str(name), ()) and year in problem.years
            most = (1.0 if table in YES_OR_NO else np.inf) if permitted else 0.0
            findings.at_most(f"{table} allowed", f"{name} in {year}", value, most, unit="", tolerance=least)
            findings.at_most(f"{table} not negative", f"{name} in {year}", -value, 0.0, unit="", tolerance=least)
            if table in YES_OR_NO:
                findings.whole(f"{table} is yes or no", f"{name} in {year}", value, unit="")


def _check_size(problem: Problem, name: str, size: Size, findings: Findings) -> None:
    sizing = size.sizing
    for year, built in size.builds.items():
        if built < LEAST_SIZE:
            continue
        outside = min(max(s.min_size - built, built - s.max_size) for s in sizing.segments)
        tolerance = max(STEP_TOLERANCE, RELATIVE_TOLERANCE * built)
        findings.at_most("build in a segment", f"{name} in {year}", outside, 0.0, unit="MW or MWh", tolerance=tolerance)
        if sizing.package:
            findings.whole("build in packages", f"{name} in {year}", built / sizing.package, unit="packages")
    limit = np.maximum(sizing.max_total, sizing.existing)
    findings.at_most("total within limit", name, size.nameplate, limit, unit="MW or MWh", tolerance=STEP_TOLERANCE)
    retired = size.retired_share
    findings.at_most("retired share within one", name, retired, 1.0, unit="share", tolerance=RELATIVE_TOLERANCE)
    before = np.concatenate([[0.0], retired[:-1]])
    findings.at_most("retirement is final", name, before, retired, unit="share", tolerance=RELATIVE_TOLERANCE)


def _check_groups(problem: Problem, stock: Stock, findings: Findings) -> None:
    for group, limit in problem.group_limits.items():
        used = np.zeros(len(problem.years))
        for v in problem.converters:
            used = used + v.groups.get(group, 0.0) * stock.converters[v.name].nameplate
        for s in problem.stores:
            used = used + s.groups.get(group, 0.0) * stock.store_energy[s.name].nameplate
        findings.at_most("group within limit", group, used, limit, unit="of the group", tolerance=STEP_TOLERANCE)


def _check_retrofits(problem: Problem, stock: Stock, findings: Findings) -> None:
    """Once at a time, with what they require, without what they exclude."""
    met = {m.name: np.ones(len(problem.years)) for m in problem.management if m.already_met}
    standing = {**stock.installed, **stock.adopted, **met}
    nothing = np.zeros(len(problem.years))
    for name, count in {**stock.installed, **stock.adopted}.items():
        findings.at_most("done once", name, count, 1.0, unit="times")
    for r in problem.retrofits:
        here = stock.installed[r.name]
        for other in r.requires:
            findings.at_most("requires", f"{r.name}: {other}", here, standing.get(other, nothing), unit="items")
        for other in r.excludes:
            findings.at_most("excludes", f"{r.name}: {other}", here + standing.get(other, nothing), 1.0, unit="items")


def _check_contracts(problem: Problem, plan: Plan, stock: Stock, findings: Findings) -> None:
    unit = "MW or MWh per year"
    for c in problem.contracts:
        signed = {y: plan.decision("contracts.sign_volume", c.name, y) for y in problem.years}
        for year, volume in signed.items():
            if volume > STEP_TOLERANCE:
                findings.at_most(
                    "volume above minimum",
                    f"{c.name} in {year}",
                    c.min_volume,
                    volume,
                    unit=unit,
                    tolerance=STEP_TOLERANCE,
                )
        in_force = sum(stock.volumes[c.name].values(), np.zeros(len(problem.years)))
        findings.at_most("volume within maximum", c.name, in_force, c.max_volume, unit=unit, tolerance=STEP_TOLERANCE)


def _check_purchases(problem: Problem, plan: Plan, findings: Findings) -> None:
    for i in problem.instruments:
        bought = np.array([plan.decision("instruments.quantity", i.name, y) for y in problem.years])
        findings.at_most(
            "purchase within cap", i.name, bought, i.max_per_year, unit="MWh or t", tolerance=STEP_TOLERANCE
        )
    for k in problem.markets:
        if k.demand_rule == "contract":
            contracted = np.array([plan.decision("markets.contract_demand_mw", k.name, y) for y in problem.years])
            findings.at_most(
                "contract demand above minimum",
                k.name,
                k.contract_min_mw,
                contracted,
                unit="MW",
                tolerance=STEP_TOLERANCE,
            )
