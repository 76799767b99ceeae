"""The evaluator of rating standards: which level a year's inventory holds, and what would close the next one.

A standard is data (`models.problem.Rating`); this file knows only how to read it:

    metric >= threshold  is  numerator >= threshold * denominator, so that nothing of nothing passes
    points of an indicator = min(max_points, questionnaire + adopted items + reached metric steps)
    score = sum of the points of scored indicators
    stars = highest level such that it and every level below have all gate items met, all gates passed and
            score >= min_score_share * max_points

Numerators within 1e-6 of their threshold, relative to the site's own scale, count as reached.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from models.problem import Gate, Indicator, Level, ManagementItem, Metric, MetricPoints, Problem, Rating
from planner.accounting.ledger import Inventory, durable, inventory
from planner.accounting.stock import stock_of
from planner.plan import Plan

TOLERANCE = 1e-6  # relative; the solver's own feasibility is finer
POINT_TOLERANCE = 1e-6  # points
UNDEFINED = "give [base_year] billed: without a base year this is not defined"
NOTHING = 1e-9  # relative to the site's own scale: the rounding of a sum that comes to nothing


@dataclass(frozen=True)
class Facts:
    """What a standard asks of one year's inventory: MWh and tonnes, and the base year's."""

    claimed_mwh: float = 0.0
    used_mwh: float = 0.0
    onsite_claim_mwh: float = 0.0
    gross_market_tco2e: float = 0.0
    credits_tco2e: float = 0.0
    removals_tco2e: float = 0.0
    own_inventory_tco2e: float = 0.0
    restated_tco2e: float = 0.0
    base_gross_tco2e: float = 0.0
    base_known: bool = True  # False: own reduction is not defined, and no gate on it is met
    energy_tce: float = 0.0


@dataclass(frozen=True)
class Ratio:
    """A metric as a fraction: `numerator` in `unit`, the `scale` that tolerances refer to, and how to move it."""

    numerator: float
    denominator: float
    unit: str
    scale: float
    remedy: str  # "{gap} of what", for a "min" gate; for a "max" gate the same amount is to be avoided

    @property
    def value(self) -> float:
        """The share itself; NaN for nothing of nothing, which a sum of many terms only nearly is."""
        nothing = abs(self.denominator) <= NOTHING * max(self.scale, 1.0)
        return float("nan") if nothing else self.numerator / self.denominator


def _renewable(f: Facts) -> Ratio:
    return Ratio(f.claimed_mwh, f.used_mwh, "MWh", f.used_mwh, "claim {gap} more renewable electricity a year")


def _neutralised(f: Facts) -> Ratio:
    offset = f.credits_tco2e + f.removals_tco2e
    return Ratio(offset, f.gross_market_tco2e, "t", f.base_gross_tco2e, "offset {gap} more, by credits or removals")


def _removed(f: Facts) -> Ratio:
    return Ratio(f.removals_tco2e, f.gross_market_tco2e, "t", f.base_gross_tco2e, "remove {gap} more")


def _own_reduction(f: Facts) -> Ratio:
    if not f.base_known:
        return Ratio(-1.0, 0.0, "t", 1.0, UNDEFINED)
    reduced = f.restated_tco2e - f.own_inventory_tco2e
    return Ratio(reduced, f.restated_tco2e, "t", f.base_gross_tco2e, "reduce own emissions by {gap} more")


def _onsite(f: Facts) -> Ratio:
    return Ratio(f.onsite_claim_mwh, f.used_mwh, "MWh", f.used_mwh, "make {gap} more renewable electricity on site")


def _intensity(f: Facts) -> Ratio:
    return Ratio(f.gross_market_tco2e, f.energy_tce, "t", f.base_gross_tco2e, "emit {gap} less for the energy used")


def _residual(f: Facts) -> Ratio:
    if not f.base_known:
        return Ratio(1.0, 0.0, "t", 1.0, UNDEFINED)
    return Ratio(f.gross_market_tco2e, f.base_gross_tco2e, "t", f.base_gross_tco2e, "emit {gap} less")


METRICS: Mapping[Metric, Callable[[Facts], Ratio]] = {
    "renewable_electricity_share": _renewable,
    "neutralised_share": _neutralised,
    "removal_share_of_residual": _removed,
    "own_reduction_share": _own_reduction,
    "onsite_renewable_share": _onsite,
    "emissions_per_tce": _intensity,
    "residual_share_of_base": _residual,
}


@dataclass(frozen=True)
class Clause:
    """One demand of one level. `margin` is by how much it is met, negative by how much it is missed, in `unit`."""

    level: int
    kind: Literal["gate_item", "gate", "score"]
    subject: str  # gate item, metric or "score"
    sense: Literal["min", "max"]
    value: float
    threshold: float
    passed: bool
    margin: float
    unit: str
    relative_margin: float  # margin over the site's scale
    remedy: str  # what would close it, empty where passed

    @property
    def gap(self) -> float:
        """What is missing, in `unit`; zero where the clause passes."""
        return 0.0 if self.passed else max(0.0, -self.margin)


@dataclass(frozen=True)
class RatingResult:
    """Stars of one year and why. `missing` holds the failed clauses of the next level, `clauses` all."""

    stars: int
    score: float
    max_points: float
    points: Mapping[str, float]
    clauses: tuple[Clause, ...]
    missing: tuple[Clause, ...]
    binding: Clause | None  # the clause of the held levels that is met most narrowly


def rate(rating: Rating, facts: Facts, done: Collection[ManagementItem]) -> RatingResult:
    """Rate one year. `done` are the management items adopted so far and those already met."""
    item_points, gate_items_met = _item_points(done), {m.gate for m in done}
    points = {
        i.name: indicator_points(i, facts, item_points.get(i.name, 0.0)) for i in rating.indicators if i.role == "score"
    }
    score = sum(points.values())
    items = [
        _item_clause(name, name in gate_items_met)
        for i in rating.indicators
        if i.role == "gate"
        for name in i.gate_items
    ]
    stars, clauses, missing = 0, list(items), [c for c in items if not c.passed]
    held = not missing
    for level in sorted(rating.levels, key=lambda one: one.stars):
        demands = [*_gate_clauses(level, facts), _score_clause(level, score, rating.max_points)]
        clauses += demands
        failed = [c for c in demands if not c.passed]
        if held and not failed:
            stars = level.stars
        elif held:
            held, missing = False, failed
    demanding = [c for c in clauses if c.level <= stars and c.kind != "gate_item" and c.threshold]
    binding = min(demanding, key=_narrowness, default=None)
    return RatingResult(stars, score, rating.max_points, points, tuple(clauses), tuple(missing), binding)


def indicator_points(indicator: Indicator, facts: Facts, item_points: float) -> float:
    """Points of one scored indicator, at most its maximum."""
    earned = indicator.questionnaire_points + item_points + sum(metric_points(m, facts) for m in indicator.metrics)
    return min(indicator.max_points, earned)


def metric_points(scale: MetricPoints, facts: Facts) -> float:
    """Points of the highest step that the metric has reached; zero below the first."""
    ratio = METRICS[scale.metric](facts)
    reached = [p for at, p in zip(scale.at_least, scale.points, strict=True) if reaches(ratio, "min", at)]
    return reached[-1] if reached else 0.0


def facts_of(full: Inventory, n: int) -> Facts:
    """Facts of the n-th year of an inventory."""
    return Facts(
        claimed_mwh=float(full.claimed_mwh[n]),
        used_mwh=float(full.used_mwh[n]),
        onsite_claim_mwh=float(full.onsite_claim_mwh[n]),
        gross_market_tco2e=float(full.gross_market_tco2e[n]),
        credits_tco2e=float(full.credits_tco2e[n]),
        removals_tco2e=float(full.removals_tco2e[n]),
        own_inventory_tco2e=float(full.own_inventory_tco2e[n]),
        restated_tco2e=float(full.restated_tco2e[n]),
        base_gross_tco2e=full.base_gross_tco2e,
        base_known=full.base_known,
        energy_tce=float(full.energy_tce[n]),
    )


@dataclass(frozen=True)
class RatedYear:
    """The rating of one year, full and durable."""

    year: int
    full: RatingResult
    durable: RatingResult


def rate_years(problem: Problem, plan: Plan) -> tuple[RatedYear, ...]:
    """Stars and durable stars of every year; empty where the problem has no rating."""
    if problem.rating is None:
        return ()
    full = inventory(problem, plan)
    lasting = durable(problem, plan, full)
    adopted = stock_of(problem, plan).adopted
    rated = []
    for n, year in enumerate(problem.years):
        done = [m for m in problem.management if m.already_met or adopted[m.name][n]]
        results = [rate(problem.rating, facts_of(one, n), done) for one in (full, lasting)]
        rated.append(RatedYear(year, *results))
    return tuple(rated)


def gate_words(metric: str, sense: str, threshold: float) -> str:
    """A gate as a rule.

    >>> gate_words("renewable_electricity_share", "min", 0.8)
    'renewable electricity share at least 80 %'
    """
    limit = f"{threshold:g}" if metric == "emissions_per_tce" else f"{100 * threshold:g} %"
    return f"{metric.replace('_', ' ')} {'at least' if sense == 'min' else 'at most'} {limit}"


def _item_points(done: Collection[ManagementItem]) -> dict[str, float]:
    """Points of items by indicator."""
    points: dict[str, float] = {}
    for m in done:
        for indicator, earned in m.points.items():
            points[indicator] = points.get(indicator, 0.0) + earned
    return points


def _margin(ratio: Ratio, sense: str, threshold: float) -> float:
    beyond = ratio.numerator - threshold * ratio.denominator
    return beyond if sense == "min" else -beyond


def _scale(ratio: Ratio, threshold: float) -> float:
    return max(abs(ratio.numerator), abs(threshold * ratio.denominator), ratio.scale)


def reaches(ratio: Ratio, sense: str, threshold: float) -> bool:
    """Whether a metric is at its threshold or better, to a millionth of the site's scale."""
    return _margin(ratio, sense, threshold) >= -TOLERANCE * _scale(ratio, threshold)


def _gate_clauses(level: Level, facts: Facts) -> list[Clause]:
    return [_gate_clause(level.stars, gate, METRICS[gate.metric](facts)) for gate in level.gates]


def _gate_clause(stars: int, gate: Gate, ratio: Ratio) -> Clause:
    margin, passed = _margin(ratio, gate.sense, gate.threshold), reaches(ratio, gate.sense, gate.threshold)
    scale = _scale(ratio, gate.threshold)
    return Clause(
        level=stars,
        kind="gate",
        subject=gate.metric,
        sense=gate.sense,
        value=ratio.value,
        threshold=gate.threshold,
        passed=passed,
        margin=margin,
        unit=ratio.unit,
        relative_margin=margin / scale if scale else 0.0,
        remedy="" if passed else ratio.remedy.format(gap=f"{-margin:,.1f} {ratio.unit}"),
    )


def _score_clause(level: Level, score: float, max_points: float) -> Clause:
    needed = level.min_score_share * max_points
    passed = score >= needed - POINT_TOLERANCE
    remedy = "" if passed else f"earn {needed - score:.1f} more points"
    relative = (score - needed) / max_points if max_points else 0.0
    return Clause(
        level.stars, "score", "score", "min", score, needed, passed, score - needed, "points", relative, remedy
    )


def _item_clause(name: str, met: bool) -> Clause:
    remedy = "" if met else f"meet the gate item {name}"
    return Clause(
        0, "gate_item", name, "min", float(met), 1.0, met, float(met) - 1.0, "items", float(met) - 1.0, remedy
    )


def _narrowness(clause: Clause) -> float:
    return clause.relative_margin
