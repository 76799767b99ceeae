"""Which clauses bind: what the plan meets exactly, and what the next star would take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import numpy as np

from planner.accounting.rating import Clause, RatingResult, gate_words
from planner.answer import Answer

NARROW = 1e-4  # relative margin below which a clause is called met exactly


def binding(answer: Answer) -> list[str]:
    """Every clause that is met exactly, with the years in which it is; then what the next star would take."""
    found = [*_rated(answer), *_durability(answer), *_limits(answer)]
    clauses = dict.fromkeys(what for what, _ in found)
    lines = [f"{what}: met exactly in {years_words([y for other, y in found if other == what])}" for what in clauses]
    return lines + list(next_star(answer))


def next_star(answer: Answer) -> Iterator[str]:
    """What the next level misses in the target year, or in the last year without a target."""
    target = answer.problem.target
    years = [] if target is None else [y for y, s in zip(answer.problem.years, target.stars, strict=True) if s]
    year = years[0] if years else answer.problem.years[-1]
    for one in answer.rated:
        if one.year == year and one.full.missing:
            level = max(clause.level for clause in one.full.missing)
            needs = "; ".join(clause.remedy for clause in one.full.missing)
            yield f"{f'{level} stars' if level else 'Any star'} in {year} would also take: {needs}"


def clause_words(clause: Clause) -> str:
    """A clause as a rule of its level."""
    if clause.kind == "gate_item":
        return f"gate item {clause.subject}"
    if clause.kind == "score":
        return f"{clause.level} stars, score at least {clause.threshold:g} points"
    return f"{clause.level} stars, {gate_words(clause.subject, clause.sense, clause.threshold)}"


def _rated(answer: Answer) -> Iterator[tuple[str, int]]:
    for one in answer.rated:
        yield from ((words, one.year) for words in _narrow(one.full))
        if answer.problem.target is not None and answer.problem.target.durable_stars.any():
            yield from ((f"durable: {words}", one.year) for words in _narrow(one.durable))


def _narrow(result: RatingResult) -> Iterable[str]:
    """Clauses of the highest level held that have no room left."""
    for clause in result.clauses:
        held = clause.level == result.stars and clause.kind != "gate_item"
        if held and clause.passed and clause.value and abs(clause.relative_margin) < NARROW:
            yield clause_words(clause)


def _durability(answer: Answer) -> Iterator[tuple[str, int]]:
    rules, tonnes = answer.problem.durability, answer.tonnes
    for n, year in enumerate(answer.problem.years):
        if rules.own_reduction_floor is not None:
            floor = float(rules.own_reduction_floor[n])
            if abs(float(tonnes.own_reduction_share[n]) - floor) < NARROW:
                yield f"durability.own_reduction_floor {100 * floor:g} %", year
        if rules.removal_share_path is not None:
            path, removals = float(rules.removal_share_path[n]), float(tonnes.removals_tco2e[n])
            offsets = removals + float(tonnes.credits_tco2e[n])
            if path > 0 and offsets > 0 and abs(removals - path * offsets) < NARROW * offsets:
                yield f"durability.removal_share_path {100 * path:g} %", year


def _limits(answer: Answer) -> Iterator[tuple[str, int]]:
    problem = answer.problem
    for cap in problem.emissions.caps:
        tonnes = getattr(answer.tonnes, f"{cap.metric}_tco2e")
        for n, year in enumerate(problem.years):
            if cap.limit is not None and abs(tonnes[n] - cap.limit[n]) < NARROW * max(1.0, abs(cap.limit[n])):
                yield f"emissions.caps {cap.name} {cap.limit[n]:,.0f} t", year
    capex, limit = answer.money.cash("capex"), problem.finance.capex_limit
    for n, year in enumerate(problem.years):
        if limit is not None and np.isfinite(limit[n]) and abs(capex[n] - limit[n]) < NARROW * max(1e-6, limit[n]):
            yield "finance.annual_capex_limit", year
    for i in problem.instruments:
        for n, year in enumerate(problem.years):
            bought, most = answer.plan.decision("instruments.quantity", i.name, year), i.max_per_year[n]
            if np.isfinite(most) and most > 0 and bought > (1 - NARROW) * most:
                yield f"instruments.{i.name}.max_per_year", year


def years_words(years: Iterable[int]) -> str:
    """Years with runs joined, `2030-2034, 2036`."""
    runs = [list(run) for _, run in groupby(enumerate(sorted(set(years))), key=lambda pair: pair[1] - pair[0])]
    return ", ".join(str(r[0][1]) if len(r) == 1 else f"{r[0][1]}-{r[-1][1]}" for r in runs)
