"""`plan myopic`: the plan of someone who looks only some years ahead, against the plan that sees them all.

    for y = first, first + step, …:  solve years … y + foresight − 1 with all before y decided; keep what is decided before y + step

The last window reaches the end of the horizon; its plan is the short-sighted plan, with the past as it was decided. Where a
window has no plan any more, the years that are not yet decided give up what is asked of them, later ones first: durable stars,
then one level after the other, at last the planning rules. What was given up in a year that is then decided stays given up.

The certificate cliff is where short sight ends: years that lose the stars asked for, or need more paper than with foresight.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from models.problem import Problem, Target
from planner.answer import Answer, account_for
from planner.myopic.window import kept, until
from planner.solving.resolving import Interval, Resolver, Solved

MORE_PAPER = 0.01  # of gross emissions, above the paper with foresight: a year that must buy more


@dataclass(frozen=True)
class Window:
    """One look ahead: years decided before, years seen, and what had to be given up."""

    decided_until: int | None
    last: int
    cost: float  # [million] of the window's plan
    given_up: str


@dataclass(frozen=True, eq=False)
class Myopic:
    """The short-sighted plan. `answer` is accounted under the problem's own rules; None where some window has no plan."""

    foresight: int
    step: int
    windows: tuple[Window, ...]
    answer: Answer | None
    extra: Interval | None  # cost above the least cost with full foresight [million]
    lost: tuple[int, ...] = ()  # years with fewer stars or durable stars than asked for
    paper: tuple[int, ...] = ()  # years that need more paper than with foresight
    asked: Mapping[int, str] = field(default_factory=dict)  # what was given up, by year
    note: str = ""  # why there is no plan


def myopic(again: Resolver, plan: Solved, foresight: int, step: int = 1) -> Myopic:
    """Roll a window of `foresight` years over the problem, deciding `step` years at a time."""
    problem, years = plan.problem, plan.problem.years
    if foresight < 1 or not 1 <= step <= foresight:
        raise ValueError("a window needs at least one year, and decides at most all that it sees")
    asked, windows, begun = problem, list[Window](), 0
    given_up: dict[int, str] = {}
    while True:
        last = years[min(begun + foresight, len(years)) - 1]
        before = years[begun - 1] if begun else None
        windows_left = 1 + max(0, math.ceil((len(years) - begun - foresight) / step))
        decides = min(years[begun + step - 1 : begun + step] or (last,))
        found = _looked(again.until(windows_left / 2), asked, last, before, decides)
        seen, words, solved = found
        if solved.answer is None:
            why = (
                "no plan, whatever is given up"
                if solved.infeasible
                else "no plan in its time; a longer --time-limit tells"
            )
            return Myopic(
                foresight, step, tuple(windows), None, None, asked=given_up, note=f"the window to {last} has {why}"
            )
        windows.append(Window(before, last, solved.high, words))
        if last == years[-1]:
            return _end(plan, solved, foresight, step, tuple(windows), given_up)
        decided = years[begun : begun + step]
        if words:
            given_up |= dict.fromkeys(_fewer(asked, seen, decided), words)
        asked = _as_decided(asked, seen, decided)
        asked = replace(asked, decided=(*problem.decided, *kept(problem, solved.answer.plan, decided[-1])))
        begun += step


def _looked(
    again: Resolver, asked: Problem, last: int, before: int | None, decides: int
) -> tuple[Problem, str, Solved]:
    """The first problem of a window that has a plan: what was asked, else with something given up.

    Only what is proven out of reach is given up; where a solve ends without a plan and without proof, so does the search.
    """
    for problem, words in _rungs(until(asked, last), before, decides):
        text = f"seen to {last}" + (f", {words}" if words else "")
        solved = again(problem, text)
        if not solved.infeasible:
            break
    return problem, words, solved


def _rungs(problem: Problem, before: int | None, decides: int) -> Iterator[tuple[Problem, str]]:
    """A window with less and less asked of the years that are open; first of those beyond what is decided now."""
    yield problem, ""
    open_years = np.array([before is None or y > before for y in problem.years])
    later = np.array([y > decides for y in problem.years])
    where = [(later, "later years")] if later.any() else []
    for years, whose in [*where, (open_years, "the years ahead")]:
        target = problem.target
        if target is not None and problem.rating is not None:
            if (target.durable_stars * years).any():
                yield _lowered(problem, years, None), f"no durable stars in {whose}"
            most = int((target.stars * years).max())
            for stars in (*sorted((q.stars for q in problem.rating.levels if q.stars < most), reverse=True), 0):
                if stars < most:
                    yield _lowered(problem, years, stars), f"{stars} stars in {whose}"
        yield _without_rules(_lowered(problem, years, 0), years), f"no rule in {whose}"


def _lowered(problem: Problem, years: np.ndarray, stars: int | None) -> Problem:
    """The problem without durable stars in the years, and with at most so many stars."""
    target = problem.target
    if target is None:
        return problem
    lower = target.stars if stars is None else np.where(years, np.minimum(target.stars, stars), target.stars)
    return replace(problem, target=Target(lower, np.where(years, 0, target.durable_stars)))


def _without_rules(problem: Problem, years: np.ndarray) -> Problem:
    rules = problem.durability

    def open_path(path: np.ndarray | None) -> np.ndarray | None:
        return None if path is None else np.where(years, np.nan, path)

    caps = tuple(
        replace(cap, limit=open_path(cap.limit), total=None if years.any() else cap.total)
        for cap in problem.emissions.caps
    )
    return replace(
        problem,
        durability=replace(
            rules,
            own_reduction_floor=open_path(rules.own_reduction_floor),
            removal_share_path=open_path(rules.removal_share_path),
        ),
        emissions=replace(problem.emissions, caps=caps),
    )


def _fewer(asked: Problem, seen: Problem, decided: tuple[int, ...]) -> list[int]:
    """Years that are decided with less than was asked of them."""
    before, now = asked.target, seen.target
    if before is None or now is None:
        return []
    return [
        y
        for n, y in enumerate(seen.years)
        if y in decided and (now.stars[n] < before.stars[n] or now.durable_stars[n] < before.durable_stars[n])
    ]


def _as_decided(asked: Problem, seen: Problem, decided: tuple[int, ...]) -> Problem:
    """What is asked from now on: of the years just decided, only what was asked when they were."""
    count = len(seen.years)
    within = np.array([y in decided for y in asked.years])

    def joined(whole: np.ndarray | None, part: np.ndarray | None) -> np.ndarray | None:
        if whole is None:
            return None
        wide = whole.copy()
        wide[:count] = np.nan if part is None else part
        return np.where(within, wide, whole)

    rules, seen_rules = asked.durability, seen.durability
    target = asked.target
    if target is not None and seen.target is not None:
        wide = [
            np.concatenate([new, old[count:]])
            for new, old in ((seen.target.stars, target.stars), (seen.target.durable_stars, target.durable_stars))
        ]
        target = Target(np.where(within, wide[0], target.stars), np.where(within, wide[1], target.durable_stars))
    caps = tuple(
        replace(cap, limit=joined(cap.limit, part.limit))
        for cap, part in zip(asked.emissions.caps, seen.emissions.caps, strict=True)
    )
    return replace(
        asked,
        target=target,
        durability=replace(
            rules,
            own_reduction_floor=joined(rules.own_reduction_floor, seen_rules.own_reduction_floor),
            removal_share_path=joined(rules.removal_share_path, seen_rules.removal_share_path),
        ),
        emissions=replace(asked.emissions, caps=caps),
    )


def _end(
    plan: Solved, solved: Solved, foresight: int, step: int, windows: tuple[Window, ...], given_up: dict[int, str]
) -> Myopic:
    """The short-sighted plan beside the plan with foresight."""
    assert plan.answer is not None
    assert solved.answer is not None
    answer = account_for(plan.problem, solved.answer.plan)
    cost = Interval(answer.money.objective, answer.money.objective)
    lost = tuple(lost_years(answer))
    extra = cost - plan.cost
    return Myopic(
        foresight=foresight,
        step=step,
        windows=windows,
        answer=answer,
        extra=extra if lost else extra.at_least(0.0),
        lost=lost,
        paper=tuple(paper_years(answer, plan.answer)),
        asked=given_up,
    )


def lost_years(answer: Answer) -> Iterator[int]:
    """Years with fewer stars, or fewer durable stars, than asked for."""
    target = answer.problem.target
    for n, one in enumerate(answer.rated):
        if target is not None and (one.full.stars < target.stars[n] or one.durable.stars < target.durable_stars[n]):
            yield one.year


def paper_years(answer: Answer, other: Answer) -> Iterator[int]:
    """Years that need more tonnes of paper than another plan does."""
    tonnes, there = answer.tonnes, other.tonnes.paper_tco2e
    for n, year in enumerate(answer.problem.years):
        if tonnes.paper_tco2e[n] > there[n] + MORE_PAPER * abs(tonnes.gross_location_tco2e[n]):
            yield year
