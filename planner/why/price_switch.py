"""The price of something else at which an option enters or leaves: energy of a market, carbon, a contract, a claim.

With and without the option the least cost depends on that price, so the sign of their difference is looked for:

    with(k) − without(k) < 0         at factor k of the price the option enters
    with(k) − without(k) > 0         it stays out

Factors are halved between two of proven sign. Where the gap leaves the sign open, the plans in hand decide where to look next,
and the answer is the range between the last two proven ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.problem import Problem
from planner.solving.resolving import Resolver
from planner.why.forcing import Item, at_price, find_item, force_in, force_out

FACTORS = (0.25, 4.0)
CLOSE = 1.02  # ratio of factors that are as good as the same
MOST_STEPS = 6
MILLION = 1e6
CARBON = "carbon_price"

Priced = Callable[[Problem, float], Problem]


@dataclass(frozen=True)
class Price:
    """A price that can be multiplied; `today` in `unit`, in the first year that has one."""

    name: str
    today: float
    unit: str
    priced: Priced


@dataclass(frozen=True)
class PriceSwitch:
    """Factors of a price, proven: the option is in at `inside` and out at `outside`; None where no factor in reach is proven.

    `best` is where the plans in hand meet, None where they do not in reach.
    """

    price: Price
    inside: float | None
    outside: float | None
    best: float | None

    def as_json(self) -> dict[str, str | float | None]:
        """For machines: prices in their unit."""
        today = self.price.today
        prices = {"in_at": self.inside, "out_at": self.outside, "meet_at": self.best}
        return {
            "price": self.price.name,
            "unit": self.price.unit,
            "today": today,
            **{key: None if factor is None else factor * today for key, factor in prices.items()},
        }


def find_price(problem: Problem, name: str, currency: str) -> Price:
    """A market's energy price, `carbon_price`, or the price of a contract or instrument. Raises UnknownItemError."""
    for k in problem.markets:
        if name in (k.name, f"markets.{k.name}"):
            hours = problem.steps.hours_per_year
            today = float(k.price @ hours / hours.sum() * k.price_index[0]) * MILLION

            def dearer(p: Problem, factor: float, market: str = k.name) -> Problem:
                markets = tuple(replace(q, price=factor * q.price) if q.name == market else q for q in p.markets)
                return replace(p, markets=markets)

            return Price(k.name, today, f"{currency}/MWh on average", dearer)
    if name in (CARBON, f"emissions.{CARBON}"):
        paid = problem.emissions.carbon_price
        today = float(paid[np.argmax(paid > 0)]) * MILLION
        return Price(CARBON, today, f"{currency}/t", _carbon)
    item = find_item(problem, name)
    thing = item.of(problem)
    per = "t" if item.kind == "instruments" and thing.kind != "certificate" else "MWh"
    prices = (
        thing.price if item.kind in ("contracts", "instruments") else thing.capex if hasattr(thing, "capex") else None
    )
    today = 1.0 if prices is None else float(prices[0]) * MILLION
    unit = "times today's capex" if prices is None else currency if hasattr(thing, "capex") else f"{currency}/{per}"
    return Price(item.name, today, unit, lambda p, factor: at_price(p, item, factor))


def _carbon(problem: Problem, factor: float) -> Problem:
    return replace(problem, emissions=replace(problem.emissions, carbon_price=factor * problem.emissions.carbon_price))


def price_switch(
    again: Resolver, problem: Problem, item: Item, size: float, price: Price, year: int | None = None
) -> PriceSwitch:
    """The factor of a price at which an option enters or leaves, between a quarter and four times today's."""
    signs: dict[float, tuple[int, float]] = {}

    def sign(factor: float) -> float:
        """Cost with the option above cost without it, of the plans in hand; what is proven of it is noted."""
        if factor not in signs:
            at = price.priced(problem, factor)
            words = f"with {price.name} at {factor:.3g} of its price"
            inside = again(force_in(at, item, size, year), f"{item.name} in, {words}")
            outside = again(force_out(at, item, year), f"{item.name} out, {words}")
            if inside.answer is None or outside.answer is None:
                proven = 1 if inside.infeasible else -1 if outside.infeasible else 0
                signs[factor] = (proven, proven * math.inf if proven else math.nan)
            else:
                difference = inside.cost - outside.cost
                signs[factor] = (difference.sign, inside.high - outside.high)
        return signs[factor][1]

    today = sign(1.0)
    ends = [factor for factor in FACTORS if sign(factor) * today < 0]
    if not ends:
        return _read(price, signs, None)
    low, high = sorted((1.0, ends[0]))
    for _ in range(MOST_STEPS):
        if high / low < CLOSE:
            break
        middle = math.sqrt(low * high)
        if sign(middle) * sign(low) > 0:
            low = middle
        else:
            high = middle
    return _read(price, signs, math.sqrt(low * high))


def _read(price: Price, signs: dict[float, tuple[int, float]], best: float | None) -> PriceSwitch:
    """The proven factors next to the switch."""
    near = best if best is not None else 1.0

    def closest(wanted: int) -> float | None:
        return min(
            (f for f, (proven, _) in signs.items() if proven == wanted),
            key=lambda f: abs(math.log(f / near)),
            default=None,
        )

    return PriceSwitch(price, closest(-1), closest(1), best)


def price_lines(found: PriceSwitch) -> list[str]:
    """The answer in words."""
    price = found.price

    def at(factor: float) -> str:
        return f"{factor * price.today:,.4g}"

    today = f"today {price.today:,.4g} {price.unit}"
    reach = f"between {at(FACTORS[0])} and {at(FACTORS[1])} ({today})"
    if found.best is None:
        if found.inside is not None and found.outside is None:
            return [f"It stays in at every price of {price.name} {reach}."]
        if found.outside is not None and found.inside is None:
            return [f"It stays out at every price of {price.name} {reach}."]
        return [f"Undecided how it depends on the price of {price.name} {reach}."]
    if found.inside is None or found.outside is None:
        return [
            f"It would change near a price of {price.name} of {at(found.best)} ({today}); not proven within the gap."
        ]
    return [
        f"By the price of {price.name} ({today}): in at {at(found.inside)}, out at {at(found.outside)}, both proven by solving; "
        f"the plans in hand meet at {at(found.best)}."
    ]
