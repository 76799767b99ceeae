"""Verify a plan without the model: recompute everything from its decisions and operation, and compare.

    verify(problem, plan).ok        every row of the problem holds, every requirement is met, and cost, tonnes, points and
                                    stars agree with what the solver reported to 1e-6

`planner.verification.rows` states the tolerances. Cost is compared with `plan.facts.objective`, which includes penalties; tonnes,
megawatt-hours and yearly cash with what the model states of them, where the plan carries it; stars and points may be more than
the model needed to claim, never less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.problem import EmissionCap, Problem
from planner.accounting.accounts import RUNNING, Accounts, accounts
from planner.accounting.ledger import Inventory, durable, inventory
from planner.accounting.rating import RatedYear, rate_years
from planner.accounting.stock import stock_of
from planner.plan import Plan
from planner.verification.asked import check_asked
from planner.verification.decisions import check_decisions
from planner.verification.operation import check_operation, yearly_tolerance
from planner.verification.rows import RELATIVE_TOLERANCE, Findings, Violation

Array = NDArray[np.float64]

LEAST_OBJECTIVE = 1e-3  # million: an objective closer to zero is compared on this scale
LEAST_TONNES = 1e-6  # a gram: what rounding leaves of nothing
REPORTED = (
    "grid_mwh",
    "direct_mwh",
    "used_mwh",
    "onsite_renewable_mwh",
    "grid_claims_mwh",
    "energy_tce",
    "scope1_tco2e",
    "captured_tco2e",
    "scope2_location_tco2e",
    "scope2_market_tco2e",
    "scope3_tco2e",
    "gross_location_tco2e",
    "gross_market_tco2e",
    "credits_tco2e",
    "removals_tco2e",
    "paper_tco2e",
)  # quantities that the model states as equations, so that equality can be asked


@dataclass(frozen=True)
class Verification:
    """The outcome: violations, how many rows of each rule were checked, and cost as reported and as recomputed."""

    violations: tuple[Violation, ...]
    checked: Mapping[str, int]
    objective_reported: float
    objective_recomputed: float
    accounts: Accounts
    inventory: Inventory
    durable: Inventory
    rated: tuple[RatedYear, ...]

    @property
    def ok(self) -> bool:
        """True where nothing is violated."""
        return not self.violations

    @property
    def relative_difference(self) -> float:
        """Recomputed against reported objective."""
        scale = max(abs(self.objective_recomputed), LEAST_OBJECTIVE)
        return abs(self.objective_reported - self.objective_recomputed) / scale


def verify(problem: Problem, plan: Plan) -> Verification:
    """Recompute and compare a plan, and list everything that is wrong with it."""
    findings = Findings(problem.years)
    stock, books = stock_of(problem, plan), accounts(problem, plan)
    full = inventory(problem, plan)
    rated = rate_years(problem, plan)
    check_decisions(problem, plan, stock, books, findings)
    check_operation(problem, plan, stock, findings)
    _check_claims(problem, full, findings)
    _check_caps(problem, full, findings)
    _check_durability(problem, full, findings)
    _check_stars(problem, plan, rated, findings)
    _check_reported(problem, plan, full, findings)
    _check_cash(problem, plan, books, findings)
    check_asked(problem, plan, books, full, findings)
    scale = max(abs(books.objective), LEAST_OBJECTIVE)
    findings.equal(
        "cost as reported",
        "objective",
        plan.facts.objective,
        books.objective,
        unit="million",
        tolerance=RELATIVE_TOLERANCE * scale,
    )
    return Verification(
        tuple(findings.violations),
        dict(sorted(findings.checked.items())),
        plan.facts.objective,
        books.objective,
        books,
        full,
        durable(problem, plan, full),
        rated,
    )


def _check_claims(problem: Problem, full: Inventory, findings: Findings) -> None:
    """No megawatt-hour of the grid carries two claims, and capture stays within its share of scope 1."""
    tolerance = yearly_tolerance(problem, full.used_mwh)
    most = full.grid_mwh - full.supplied_mwh
    findings.at_most("claims within grid", "electricity", full.grid_claims_mwh, most, unit="MWh", tolerance=tolerance)
    captured = {row.item: row.tco2e for row in full.sources if row.scope == "captured"}
    for v in problem.converters:
        if not v.captured_tco2e_per_mwh:
            continue
        within = [q.name for q in problem.converters if q.capture_limit_share <= v.capture_limit_share]
        findings.at_most(
            "capture within scope 1",
            v.name,
            sum((captured[q] for q in within if q in captured), np.zeros(len(problem.years))),
            v.capture_limit_share * full.scope1_tco2e,
            unit="t",
            tolerance=_tonnes(problem, full.scope1_tco2e),
        )


def _tonnes(problem: Problem, scale: Array | float = 0.0) -> Array:
    """Tolerance of a yearly tonnage [t]."""
    tolerance: Array = RELATIVE_TOLERANCE * np.maximum(problem.base.gross_tco2e, np.abs(np.asarray(scale, float)))
    return np.maximum(tolerance, LEAST_TONNES)


def _cap_tonnes(cap: EmissionCap, full: Inventory) -> Array:
    tonnes: Array = getattr(full, f"{cap.metric}_tco2e")
    return tonnes


def _check_caps(problem: Problem, full: Inventory, findings: Findings) -> None:
    for cap in problem.emissions.caps:
        tonnes = _cap_tonnes(cap, full)
        if cap.limit is not None:
            findings.at_most("emission cap", cap.name, tonnes, cap.limit, unit="t", tolerance=_tonnes(problem))
        if cap.total is not None:
            findings.at_most(
                "cumulative emission cap",
                cap.name,
                float(tonnes.sum()),
                cap.total,
                unit="t",
                tolerance=float(_tonnes(problem)) * len(problem.years),
            )


def _check_durability(problem: Problem, full: Inventory, findings: Findings) -> None:
    rules = problem.durability
    if rules.own_reduction_floor is not None:
        most = (1 - rules.own_reduction_floor) * problem.base.restated_tco2e
        findings.at_most(
            "own reduction above floor",
            "own emissions",
            full.own_inventory_tco2e,
            most,
            unit="t",
            tolerance=_tonnes(problem),
        )
    if rules.removal_share_path is not None:
        least = rules.removal_share_path * (full.credits_tco2e + full.removals_tco2e)
        findings.at_most(
            "removal share on path",
            "removals",
            np.where(np.isnan(least), -np.inf, least),
            full.removals_tco2e,
            unit="t",
            tolerance=_tonnes(problem),
        )


def _check_stars(problem: Problem, plan: Plan, rated: tuple[RatedYear, ...], findings: Findings) -> None:
    """Targets are reached, and the model claims no star and no point that the evaluator does not give."""
    if problem.target is not None:
        full = [one.full.stars for one in rated] or [0] * len(problem.years)
        lasting = [one.durable.stars for one in rated] or [0] * len(problem.years)
        findings.at_most("target stars", "rating", problem.target.stars, full, unit="stars")
        findings.at_most("target durable stars", "rating", problem.target.durable_stars, lasting, unit="stars")
    for n, one in enumerate(rated):
        for block, result in (("rating", one.full), ("durable_rating", one.durable)):
            claimed = plan.decisions.get(f"{block}.star", {})
            stars = max((int(i[1]) for i, value in claimed.items() if i[0] == one.year and value > 0.5), default=0)
            if stars > result.stars:
                findings.fail("stars as reported", block, problem.years[n], stars - result.stars, "stars")
            for (name, year, *_), points in plan.decisions.get(f"{block}.points", {}).items():
                off = points - result.points.get(str(name), 0.0)
                if year == one.year and off > RELATIVE_TOLERANCE * max(1.0, result.max_points):
                    findings.fail("points as reported", f"{block} {name}", one.year, off, "points")


def _check_reported(problem: Problem, plan: Plan, full: Inventory, findings: Findings) -> None:
    """Yearly quantities of the model's ledger, where the plan carries them."""
    for name in REPORTED:
        table = plan.decisions.get(f"ledger.{name}")
        if table:
            recomputed: Array = getattr(full, name)
            reported = [table.get((y,), float("nan")) for y in problem.years]
            unit = name.rsplit("_", maxsplit=1)[-1].replace("tco2e", "t")
            tolerance = yearly_tolerance(problem, full.used_mwh) if unit == "mwh" else _tonnes(problem, recomputed)
            findings.equal("ledger as reported", name, reported, recomputed, unit=unit, tolerance=tolerance)


def _check_cash(problem: Problem, plan: Plan, books: Accounts, findings: Findings) -> None:
    """Yearly cash of the model, where the plan carries it: all of it agrees, but that a peak may stay below the planned one."""
    stated = {
        name: plan.decisions.get(name, {}) for name in ("finance.capex", "finance.running", "markets.demand_charge")
    }
    if not stated["finance.running"]:
        return
    capex, running = (np.array([stated[f"finance.{q}"][y,] for y in problem.years]) for q in ("capex", "running"))
    planned = np.array(
        [sum(q for (_, y), q in stated["markets.demand_charge"].items() if y == year) for year in problem.years]
    )
    charged, tolerance = books.cash("demand_charge"), RELATIVE_TOLERANCE * max(1e-3, float(np.abs(running).max()))
    findings.equal("capex as reported", "capex", capex, books.cash("capex"), unit="million", tolerance=tolerance)
    findings.at_most(
        "demand charge as reported", "demand charge", charged, planned, unit="million", tolerance=tolerance
    )
    paid = books.cash(*RUNNING) - charged
    findings.equal("running cost as reported", "running", running - planned, paid, unit="million", tolerance=tolerance)
