"""What each action waits for, and the dates that follow.

    a measure or management item     what it requires, and the items that come before it
    an enlargement, a renewal        what it enlarges or follows
    old plant out of service         what takes over its carrier, or a cooler one that it supplies, or saves it by then
    a claim                          the items that come before it
    the rating of a data year        the rating before, and every action that first serves this year

An action that works earlier than what it needs is moved to that day, its own order and decision with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models.problem import Problem
from planner.assembly.lead_times import earlier
from planner.roadmap.form import Action
from planner.roadmap.setting import Setting


@dataclass
class _Settling:
    problem: Problem
    setting: Setting
    targets: list[int]
    drafts: Mapping[str, Action]
    settled: dict[str, Action] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)  # what is being settled, so that a circle ends


def with_needs(drafts: list[Action], problem: Problem, setting: Setting, targets: list[int]) -> list[Action]:
    """The actions with their needs, none of them done before what it needs."""
    work = _Settling(problem, setting, targets, {action.id: action for action in drafts})
    return [_settle(work, action) for action in drafts]


def _settle(work: _Settling, action: Action) -> Action:
    if action.id in work.settled:
        return work.settled[action.id]
    work.open.append(action.id)
    needs = [
        _settle(work, work.drafts[need])
        for need in dict.fromkeys(_needs(work, action))
        if need != action.id and need not in work.open
    ]
    work.open.pop()
    moved = _moved(action, max((need.done for need in needs), default=action.done))
    work.settled[action.id] = moved.model_copy(update={"needs": sorted(need.id for need in needs)})
    return work.settled[action.id]


def _moved(action: Action, day: date) -> Action:
    """The action, complete on `day` at the earliest."""
    months = (day.year - action.done.year) * 12 + day.month - action.done.month
    if months <= 0:
        return action
    names = ("decide_by", "order_by", "build_from", "commission_by", "certify_by")
    moved: dict[str, Any] = {name: earlier(at, -months) for name in names if (at := getattr(action, name)) is not None}
    return action.model_copy(update=moved)


def _needs(work: _Settling, action: Action) -> Iterator[str]:
    lead = work.setting.lead(action.kind, action.item)
    required = {r.name: r.requires for r in work.problem.retrofits}
    yield from _latest(work, action, lead.after, ("management",))
    if action.kind == "retrofits":
        yield from _latest(work, action, required.get(action.item, ()), ("retrofits", "management"))
    if action.verb in ("enlarge", "renew", "retrofit"):
        yield from _before(work, action)
    if action.verb == "retire":
        yield from _successors(work, action)
    if action.verb == "certify":
        yield from _rated_on(work, action)


def _latest(work: _Settling, action: Action, names: tuple[str, ...], kinds: tuple[str, ...]) -> Iterator[str]:
    """The last action on each of these items up to the year of this one."""
    for name in names:
        found = [a for a in work.drafts.values() if a.item == name and a.kind in kinds and a.year <= action.year]
        yield from (a.id for a in sorted(found, key=lambda a: a.year)[-1:])


def _before(work: _Settling, action: Action) -> Iterator[str]:
    """The last action on the same thing before this one."""
    verbs = ("build", "retrofit", "sign", "renew")
    found = [a for a in work.drafts.values() if (a.kind, a.item) == (action.kind, action.item) and a.verb in verbs]
    before = [a.id for a in sorted(found, key=lambda a: a.year) if a.year < action.year]
    yield from before[-1:]


def _successors(work: _Settling, action: Action) -> Iterator[str]:
    """What takes over heat or power of the retired plant or saves it, since plant of this kind was last retired."""
    mine = _carriers(work, action)
    mine |= {cooler for hot, cooler in work.problem.letdowns if hot in mine}
    retired = [a.year for a in work.drafts.values() if a.verb == "retire" and a.item == action.item]
    since = max((year for year in retired if year < action.year), default=work.problem.years[0] - 1)
    for other in work.drafts.values():
        takes_over = other.verb in ("build", "retrofit") and since < other.year <= action.year
        if takes_over and mine & _carriers(work, other):
            yield other.id


def _carriers(work: _Settling, action: Action) -> set[str]:
    """What plant delivers, a store keeps, a measure saves."""
    problem, name = work.problem, action.item
    if action.kind == "converters":
        return {carrier for v in problem.converters if v.name == name for carrier in v.outputs}
    if action.kind == "stores":
        return {s.carrier for s in problem.stores if s.name == name}
    saved = {demand for r in problem.retrofits if r.name == name for demand in r.savings}
    return {d.carrier for d in problem.demands if d.name in saved}


def _rated_on(work: _Settling, action: Action) -> Iterator[str]:
    earlier_years = [year for year in work.targets if year < action.year]
    since = max(earlier_years, default=work.problem.years[0] - 1)
    yield from (a.id for a in work.drafts.values() if a.verb == "certify" and a.year == since)
    for other in work.drafts.values():
        if other.verb not in ("certify", "retire") and not other.minor and since < other.year <= action.year:
            yield other.id
