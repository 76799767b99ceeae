"""The rating: gates and points of a standard, as the planner's constraints.

A metric is a ratio numerator/denominator; gates and point steps are written on the product form, so that nothing is divided:

    numerator − threshold·denominator ≥ −M·(1 − star[y,l])                    gate_at_least   (sense "min")
    threshold·denominator − numerator ≥ −M·(1 − star[y,l])                    gate_at_most    (sense "max")
    numerator − least ≥ Σ_j (at_least[j] − at_least[j−1])·part[q,i,j,y] − least·reached[q,i,0,y]     points_are_earned
    part[q,i,j,y] = d·reached[q,i,j,y] + above[q,i,j,y]
    above[q,i,j,y] ≥ denominator − d − (D − d)·(1 − reached[q,i,j,y])         denominator_of_step
    reached[q,i,j,y] ≤ reached[q,i,j−1,y]                                     steps_in_order
    points[q,y] ≤ questionnaire[q] + Σ_items points·adopted + Σ_j step[j]·reached[j]   points_of_indicator
    points[q,y] ≤ max_points[q]                                               (bound)
    Σ_q points[q,y] ≥ min_score_share[l]·max_points·star[y,l]                 score_reached
    star[y,l] ≤ adopted[item,y]                                               gate_item_met
    star[y,l] ≤ star[y,l−1]                                                   levels_are_cumulative
    star[y,l] = 1  for l up to the target                                     target_reached

M is the largest shortfall that the site's own limits allow, d and D the least and the largest denominator. The part of a step is
the denominator where the step is reached, and zero where it is not (denominator·reached, in a row where the denominator is a
number); so all steps of a metric share one row, which is as tight as such rows can be. Steps that a gate of the target implies
are reached from the start: the gate demands them, and the steps above count from the last of them. What nothing on the site
abates is d of what is left. Where the target demands a neutralised share, no more can be left than can be bought to neutralise
it, which is D of it. The same rows, on the durable ledger, hold durable stars where the target asks for them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyomo.environ import Binary, Block, ConcreteModel, Constraint, NonNegativeReals, Var

from models.instruments import counted_share
from models.ledger import gross_bound_tco2e, in_scope, used_bound_mwh
from models.problem import Indicator, Metric, Problem, Rating
from models.terms import block


@dataclass(frozen=True)
class Ratio:
    """A metric in one year: numerator and denominator, a column or a number, with the bounds that size M, D and d."""

    numerator: object
    denominator: object
    numerator_min: float
    numerator_max: float
    denominator_max: float
    denominator_min: float = 0.0

    def shortfall(self, threshold: float) -> float:
        """Largest value of threshold·denominator − numerator."""
        return max(threshold * self.denominator_max - self.numerator_min, 1e-6)

    def excess(self) -> float:
        """Largest value of numerator − threshold·denominator for any threshold, the denominator being at least zero."""
        return max(self.numerator_max, 1e-6)


NEVER = Ratio(-1.0, 0.0, -1.0, 0.0, 0.0)  # a metric that is not defined reaches no threshold from below …
ALWAYS_ABOVE = Ratio(1.0, 0.0, 0.0, 1.0, 0.0)  # … and stays below none


def ratios(m: ConcreteModel, problem: Problem, y: int, durable: bool) -> dict[Metric, Ratio]:
    """All metrics of year y in the modelled or the durable ledger."""
    g, n = m.ledger, y - problem.years[0]
    used, gross, left = used_bound_mwh(problem), gross_bound_tco2e(problem), residual_bound_tco2e(problem, y, durable)
    claimed = g.durable_claimed_mwh[y] if durable else g.claimed_mwh[y]
    residual = g.durable_gross_tco2e[y] if durable else g.gross_market_tco2e[y]
    credits = g.durable_credits_tco2e[y] if durable else g.credits_tco2e[y]
    removals = g.durable_removals_tco2e[y] if durable else g.removals_tco2e[y]
    own = g.durable_own_inventory_tco2e[y] if durable else g.own_inventory_tco2e[y]
    restated, least = float(problem.base.restated_tco2e[n]), residual_least_tco2e(problem, y)
    of_base = {
        "own_reduction_share": Ratio(restated - own, restated, restated - gross, restated, restated),
        "residual_share_of_base": Ratio(residual, problem.base.gross_tco2e, 0.0, left, problem.base.gross_tco2e),
    }
    if not problem.base.known:
        of_base = {"own_reduction_share": NEVER, "residual_share_of_base": ALWAYS_ABOVE}
    return {
        "renewable_electricity_share": Ratio(claimed, g.used_mwh[y], 0.0, used, used),
        "neutralised_share": Ratio(credits + removals, residual, 0.0, gross, left, least),
        "removal_share_of_residual": Ratio(removals, residual, 0.0, gross, left, least),
        "onsite_renewable_share": Ratio(g.onsite_claim_mwh[y], g.used_mwh[y], 0.0, used, used),
        "emissions_per_tce": Ratio(residual, g.energy_tce[y], 0.0, left, 1.0),
        **of_base,
    }


def residual_least_tco2e(problem: Problem, y: int) -> float:
    """Tonnes that are left in year y whatever the plan is: the sources outside the energy balance, as far as none captures them."""
    n = y - problem.years[0]
    factors = (*(k.emission_factor for k in problem.markets), *(v.direct_tco2e_per_mwh for v in problem.converters))
    if any(np.min(q) < 0 for q in factors):
        return 0.0
    captured = max((v.capture_limit_share for v in problem.converters if v.captured_tco2e_per_mwh), default=0.0)
    scopes = {1: 1.0 - captured, 3: 1.0 if in_scope(problem, 3) else 0.0}
    return max(0.0, sum(scopes[o.scope] * float(o.tco2e[n]) for o in problem.emissions.other))


def residual_bound_tco2e(problem: Problem, y: int, durable: bool) -> float:
    """Most tonnes that a plan can leave in year y: what the site can emit, or what can be bought to neutralise them.

    The latter where the target demands a neutralised share. The durable ledger leaves no less than the modelled one, so
    that its bound holds for both.
    """
    assert problem.target is not None
    assert problem.rating is not None
    n, bound = y - problem.years[0], gross_bound_tco2e(problem)
    if not problem.target.firm:
        return bound
    ledgers = [(True, problem.target.durable_stars)] + ([] if durable else [(False, problem.target.stars)])
    for lasting, stars in ledgers:
        share = implied(problem.rating, int(stars[n]), "neutralised_share")
        if share > 0:
            bound = min(bound, _neutralised_bound_tco2e(problem, n, lasting) / share)
    return bound


def _neutralised_bound_tco2e(problem: Problem, n: int, durable: bool) -> float:
    """Most credits and removals that count in year index n of a ledger."""
    d = problem.durability
    least_years = d.min_removal_durability_years if durable else 0.0
    credits, removals = (
        sum(
            counted_share(i) * float(i.max_per_year[n])
            for i in problem.instruments
            if i.kind == kind and (kind == "credit" or i.durability_years >= least_years)
        )
        for kind in ("credit", "removal")
    )
    return removals + (min(credits, d.residual_share * problem.base.gross_tco2e) if durable else credits)


def add_rating(m: ConcreteModel, problem: Problem) -> None:
    """Star binaries of every year in which stars or points are asked for, and of the durable ledger where its stars are."""
    if problem.rating is None or problem.target is None:
        return
    first = problem.years[0]
    asked = [*problem.goals, *([problem.aim] if problem.aim else [])]
    scored = {y for goal in asked if goal.measure == "points_short" for y in goal.years}
    rated = [y for y in problem.years if problem.target.stars[y - first] > 0 or y in scored]
    held = [y for y in problem.years if problem.target.durable_stars[y - first] > 0]
    for name, durable, years, target in (
        ("rating", False, rated, problem.target.stars),
        ("durable_rating", True, held, problem.target.durable_stars),
    ):
        _add_stars(m, problem, name, years, durable, {y: int(target[y - first]) for y in years})


def _add_stars(
    m: ConcreteModel, problem: Problem, name: str, years: list[int], durable: bool, target: dict[int, int]
) -> None:
    b, rating = block(m, name), problem.rating
    assert rating is not None
    metrics = {y: ratios(m, problem, y, durable) for y in years}
    levels = {level.stars: level for level in rating.levels}
    order = sorted(levels)
    index = [(y, k) for y in years for k in order]
    b.star = Var(index, domain=Binary)
    gates = [(y, k, j) for y, k in index for j in range(len(levels[k].gates))]

    def gate(y: int, k: int, j: int) -> tuple[Ratio, object, float]:
        g = levels[k].gates[j]
        return metrics[y][g.metric], g, g.threshold

    def gate_at_least(b: Block, y: int, k: int, j: int) -> object:
        q, _, threshold = gate(y, k, j)
        big = q.shortfall(threshold)
        return q.numerator - threshold * q.denominator >= -big * (1 - b.star[y, k])

    def gate_at_most(b: Block, y: int, k: int, j: int) -> object:
        q, _, threshold = gate(y, k, j)
        big = q.excess()
        return threshold * q.denominator - q.numerator >= -big * (1 - b.star[y, k])

    b.gate_at_least = Constraint([g for g in gates if gate(*g)[1].sense == "min"], rule=gate_at_least)
    b.gate_at_most = Constraint([g for g in gates if gate(*g)[1].sense == "max"], rule=gate_at_most)
    _add_points(m, b, problem, rating, metrics, target)
    b.score_reached = Constraint(
        index,
        rule=lambda b, y, k: (
            sum(b.points[q.name, y] for q in rating.indicators if q.role == "score")
            - levels[k].min_score_share * rating.max_points * b.star[y, k]
            >= 0
        ),
    )
    _add_gate_items(m, b, problem, rating, index)
    b.levels_are_cumulative = Constraint(
        [(y, k) for y, k in index if k != order[0]],
        rule=lambda b, y, k: b.star[y, k] <= b.star[y, order[order.index(k) - 1]],
    )
    b.target_reached = Constraint([(y, k) for y, k in index if k <= target[y]], rule=lambda b, y, k: b.star[y, k] >= 1)


def implied(rating: Rating, stars: int, metric: Metric) -> float:
    """Highest value of a metric that the gates up to a level already demand; -inf where none does."""
    gates = [g for level in rating.levels if level.stars <= stars for g in level.gates]
    return max((g.threshold for g in gates if g.metric == metric and g.sense == "min"), default=-np.inf)


def _add_points(
    m: ConcreteModel, b: Block, problem: Problem, rating: Rating, metrics: dict[int, dict], target: dict[int, int]
) -> None:
    years = list(metrics)
    scored = {q.name: q for q in rating.indicators if q.role == "score"}
    steps = [
        (q, i, j, y)
        for q, x in scored.items()
        for i, metric in enumerate(x.metrics)
        for j in range(len(metric.at_least))
        for y in years
    ]
    b.points = Var([(q, y) for q in scored for y in years], bounds=lambda _, q, y: (0, scored[q].max_points))
    b.reached = Var(steps, domain=Binary)
    b.steps_in_order = Constraint(
        [k for k in steps if k[2] > 0],
        rule=lambda b, q, i, j, y: b.reached[q, i, j, y] <= b.reached[q, i, j - 1, y],
    )
    _add_steps(b, problem, scored, metrics, target)

    def points_of_indicator(b: Block, q: str, y: int) -> object:
        items = sum(x.points[q] * m.management.adopted[x.name, y] for x in problem.management if q in x.points)
        earned = sum(
            (t.points[j] - (t.points[j - 1] if j else 0.0)) * b.reached[q, i, j, y]
            for i, t in enumerate(scored[q].metrics)
            for j in range(len(t.at_least))
        )
        return b.points[q, y] - items - earned <= scored[q].questionnaire_points

    b.points_of_indicator = Constraint(list(b.points), rule=points_of_indicator)


def _add_steps(
    b: Block, problem: Problem, scored: dict[str, Indicator], metrics: dict[int, dict], target: dict[int, int]
) -> None:
    """What a metric must be for its steps to be reached."""
    assert problem.rating is not None
    assert problem.target is not None
    base = {}  # (indicator, metric, year) -> steps that the target implies, and the share they count from
    for q, i, j, y in b.reached:
        table = scored[q].metrics[i]
        demanded = implied(problem.rating, target[y], table.metric)
        count = sum(threshold <= demanded for threshold in table.at_least) if problem.target.firm else 0
        base[q, i, y] = count, table.at_least[count - 1] if count else 0.0
        if j < count:
            b.reached[q, i, j, y].setlb(1)
    free = [(q, i, j, y) for q, i, j, y in b.reached if j >= base[q, i, y][0]]

    def ratio(q: str, i: int, y: int) -> Ratio:
        found: Ratio = metrics[y][scored[q].metrics[i].metric]
        return found

    b.above = Var(
        [k for k in free if not isinstance(ratio(k[0], k[1], k[3]).denominator, float)], within=NonNegativeReals
    )

    def part(q: str, i: int, j: int, y: int) -> object:
        x, step = ratio(q, i, y), (q, i, j, y)
        if step in b.above:
            return x.denominator_min * b.reached[step] + b.above[step]
        return x.denominator * b.reached[step]

    def points_are_earned(b: Block, q: str, i: int, y: int) -> object:
        x, (first, share), at_least = ratio(q, i, y), base[q, i, y], scored[q].metrics[i].at_least
        least = 0.0 if share else x.numerator_min
        rises = zip(at_least[first:], (share, *at_least[first:]), strict=False)
        earned = sum((t - before) * part(q, i, j, y) for j, (t, before) in enumerate(rises, start=first))
        return x.numerator - share * x.denominator >= least * (1 - b.reached[q, i, first, y]) + earned

    def denominator_of_step(b: Block, q: str, i: int, j: int, y: int) -> object:
        x = ratio(q, i, y)
        span = x.denominator_max - x.denominator_min
        return b.above[q, i, j, y] >= x.denominator - x.denominator_min - span * (1 - b.reached[q, i, j, y])

    b.points_are_earned = Constraint(list(dict.fromkeys((q, i, y) for q, i, _, y in free)), rule=points_are_earned)
    b.denominator_of_step = Constraint(list(b.above), rule=denominator_of_step)


def _add_gate_items(m: ConcreteModel, b: Block, problem: Problem, rating: Rating, index: list[tuple[int, int]]) -> None:
    needed = [item for q in rating.indicators if q.role == "gate" for item in q.gate_items]

    def gate_item_met(b: Block, y: int, k: int, item: str) -> object:
        adopted = sum(m.management.adopted[x.name, y] for x in problem.management if x.gate == item)
        return b.star[y, k] - adopted <= 0

    b.gate_item_met = Constraint([(y, k, item) for y, k in index for item in needed], rule=gate_item_met)
