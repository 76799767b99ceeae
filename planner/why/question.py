"""`plan why`: what it would take for an option to enter a plan, or to leave it, proven by solving again.

    forced in        least cost with the option taken, above the least cost
    forced out       least cost without it, above the least cost
    switch value     the price at which it would enter or leave
    blocked by       limits, rules and windows in its way; lifted together in one more solve, where they can be

An option that is in the plan is forced out, one that is not is forced in. The bounds of the plan and of the forced plan
sharpen each other: a forced plan is a plan, and no forced plan costs less than the least cost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from models.problem import Problem
from planner.answer import MILLION
from planner.solving.resolving import Interval, Resolver, Solved
from planner.why.blocking import Blocker, blockers
from planner.why.forcing import Item, force_in, force_out, open_years, price_today, sensible_size, taken, unit_of
from planner.why.switching import Switch, switch_value


@dataclass(frozen=True)
class Asked:
    """The question: an option, perhaps in one year, and the least size that counts as taking it."""

    item: Item
    year: int | None = None
    size: float | None = None
    switch: bool = True


@dataclass(frozen=True, eq=False)
class Why:
    """The answer. Costs in millions; `other` is the plan with the option forced the other way."""

    item: Item
    year: int | None
    size: float
    taken: dict[int, float]
    plan: Solved
    other: Solved | None
    extra: Interval | None
    blocked: tuple[Blocker, ...]
    lifted: Solved | None
    lifted_taken: dict[int, float]
    switch: Switch | None
    price: tuple[float, str] | None

    @property
    def in_plan(self) -> bool:
        """Whether the plan takes the option (in the year asked for)."""
        return bool(self.taken)


def why(again: Resolver, plan: Solved, asked: Asked, currency: str) -> Why:
    """Ask why an option is, or is not, in a plan."""
    assert plan.answer is not None
    problem, item = plan.answer.problem, asked.item
    amounts = taken(problem, plan.answer.plan, item)
    if asked.year is not None:
        amounts = {y: value for y, value in amounts.items() if y == asked.year}
    found = tuple(blockers(plan.answer, item))
    possible = (
        open_years(problem, item)
        if asked.year is None
        else tuple(y for y in open_years(problem, item) if y == asked.year)
    )
    least = asked.size or sensible_size(problem, item)
    size = min(least, sum(amounts.values())) if amounts else least
    other = _other(again, problem, asked, size, inside=bool(amounts)) if possible else None
    plan, extra = _sharpened(plan, other)
    lifted = None if amounts else _lifted(again, problem, found)
    switch = None
    if other is not None and asked.switch:
        out, held = (other, plan) if amounts else (plan, other)
        switch = switch_value(again, item, size, out, held, asked.year)
    return Why(
        item=item,
        year=asked.year,
        size=size,
        taken=amounts,
        plan=plan,
        other=other,
        extra=extra,
        blocked=found,
        lifted=lifted,
        lifted_taken={} if lifted is None or lifted.answer is None else taken(problem, lifted.answer.plan, item),
        switch=switch,
        price=price_today(problem, item, size, (*amounts, *possible)[0], currency) if amounts or possible else None,
    )


def _other(again: Resolver, problem: Problem, asked: Asked, size: float, *, inside: bool) -> Solved:
    """The plan with the option forced the other way."""
    words = asked.item.name + ("" if asked.year is None else f" in {asked.year}")
    if inside:
        return again(force_out(problem, asked.item, asked.year), f"without {words}")
    return again(force_in(problem, asked.item, size, asked.year), f"with {words}")


def _sharpened(plan: Solved, other: Solved | None) -> tuple[Solved, Interval | None]:
    """The plan, and what the forced one costs more: never less than nothing."""
    if other is None or other.infeasible:
        return plan, None
    best = Interval(plan.cost.low, min(plan.high, other.high))
    forced = other.cost.at_least(plan.cost.low)
    return plan, (forced - best).at_least(0.0)


def _lifted(again: Resolver, problem: Problem, found: tuple[Blocker, ...]) -> Solved | None:
    """The plan with everything lifted that stands in the way and can be lifted."""
    lifts = [one.lift for one in found if one.lift is not None]
    if not lifts:
        return None
    freed = problem
    for lift in lifts:
        freed = lift(freed)
    return again(replace(freed, name=f"{problem.name} without limits"), "with what blocks it lifted")


def lines(found: Why, label: str, currency: str) -> list[str]:
    """The answer in words."""
    unit = unit_of(found.plan.problem, found.item)
    name = f"{label} ({found.item.kind}.{found.item.name})" if label != found.item.name else found.item.name
    said = [f"{name} is {'in' if found.in_plan else 'not in'} the plan{_when(found, unit)}."]
    said += list(_forced_words(found, unit, currency))
    said += _switch_words(found)
    if found.blocked:
        said += ["In its way:" if not found.in_plan else "In the way of more of it:"]
        said += [f"  {one.words}" for one in found.blocked]
        said += _lifted_words(found, unit, currency)
    elif not found.in_plan:
        said.append("No limit, rule or window is in its way: what decides is its price.")
    return said


def _when(found: Why, unit: str) -> str:
    if not found.taken:
        return "" if found.year is None else f" of {found.year}"
    if not unit:
        return f": {', '.join(str(y) for y in found.taken)}"
    return ": " + ", ".join(f"{value:,.3g} {unit} in {year}" for year, value in found.taken.items())


def _forced_words(found: Why, unit: str, currency: str) -> list[str]:
    other = found.other
    what = f"at least {found.size:,.3g} {unit} of it" if unit else "it"
    what += "" if found.year is None else f" in {found.year}"
    if other is None:
        return ["It cannot be forced in: there is no year in which it may be taken."]
    way = f"Without {what if found.year else 'it'}" if found.in_plan else f"With {what} forced in"
    if other.infeasible:
        return [f"{way} no plan reaches the target" + (": it is indispensable." if found.in_plan else ".")]
    if other.answer is None or found.extra is None:
        known = found.extra is not None and found.extra.low > 0
        cost = (
            f"it costs at least {_money(found.extra.low)} {currency} more"
            if known and found.extra
            else "what it costs is not known"
        )
        return [f"{way} no plan was found ({other.note}); {cost}."]
    least, most = _money(found.extra.low), _money(found.extra.high)
    between = "proven" if least == most else f"proven between {least} and {most} {currency}"
    more = other.high - found.plan.high
    if found.extra.low > 0:
        return [f"{way} the plan costs {_money(more)} {currency} more ({between})."]
    decided = "undecided: the gap is larger than the difference"
    if more < 0:
        return [f"{way} a plan was found that costs {_money(-more)} {currency} less than the plan in hand ({decided})."]
    return [f"{way} the plan in hand costs {_money(more)} {currency} more ({between}): {decided}."]


def _switch_words(found: Why) -> list[str]:
    switch = found.switch
    if switch is None or found.price is None:
        return []
    price, unit = found.price

    def at(factor: float) -> str:
        return f"{_number(factor * price)} {unit}"

    today = f"today {_number(price)}"
    if switch.never:
        return [f"It would not enter even for free ({today} {unit})."]
    verb = "stays in" if found.in_plan else "enters"
    if switch.enters <= 0:
        about = (
            f"the plans in hand meet at {at(switch.best)}"
            if switch.best > 0
            else "not even for free in the plans in hand"
        )
        return [f"Undecided at which price it {verb} ({today} {unit}): {about}. A smaller --gap tells."]
    words = f"It {verb} below {at(switch.enters)} ({today})"
    if math.isinf(switch.stays_out):
        return [f"{words}; up to which price beyond is not proven."]
    if switch.stays_out - switch.enters < 0.005 * switch.stays_out:
        return [f"{words} and {'leaves' if found.in_plan else 'stays out'} above; both proven by solving."]
    return [
        f"{words} and {'leaves' if found.in_plan else 'stays out'} above {at(switch.stays_out)}; undecided between."
    ]


def _lifted_words(found: Why, unit: str, currency: str) -> list[str]:
    lifted = found.lifted
    if lifted is None or lifted.answer is None:
        return []
    if not found.lifted_taken:
        return ["With these lifted it still does not enter: what decides is its price."]
    amount = sum(found.lifted_taken.values())
    size = f" ({amount:,.3g} {unit})" if unit else ""
    saved = (found.plan.cost - lifted.cost).at_least(0.0)
    return [
        f"With these lifted it enters{size} and the plan costs between {_money(saved.low)} and {_money(saved.high)} "
        f"{currency} less."
    ]


def as_json(found: Why, label: str, currency: str) -> dict[str, Any]:
    """For machines; money in the scenario's currency."""

    def money(interval: Interval | None) -> list[float | None] | None:
        if interval is None:
            return None
        return [value * MILLION if math.isfinite(value) else None for value in (interval.low, interval.high)]

    price = found.price
    switch = found.switch
    return {
        "item": found.item.name,
        "kind": found.item.kind,
        "label": label,
        "year": found.year,
        "in_plan": found.in_plan,
        "taken": {str(y): value for y, value in found.taken.items()},
        "size": found.size,
        "unit": unit_of(found.plan.problem, found.item),
        "forced": "out" if found.in_plan else "in",
        "infeasible": found.other is not None and found.other.infeasible,
        "extra_cost": money(found.extra),
        "decided": found.extra is not None and found.extra.low > 0,
        "price_today": None if price is None else price[0],
        "price_unit": None if price is None else price[1],
        "enters_below": None if switch is None or price is None else switch.enters * price[0],
        "stays_out_above": None
        if switch is None or price is None or math.isinf(switch.stays_out)
        else switch.stays_out * price[0],
        "never_enters": switch is not None and switch.never,
        "blocked_by": [one.words for one in found.blocked],
        "enters_if_lifted": None if found.lifted is None else bool(found.lifted_taken),
        "lines": lines(found, label, currency),
    }


def _money(value: float) -> str:
    return _number(value * MILLION)


def _number(value: float) -> str:
    """Four digits are enough for words.

    >>> _number(599_999.4), _number(12.345)
    ('600,000', '12.35')
    """
    rounded = float(f"{value:.4g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:,.4g}"
