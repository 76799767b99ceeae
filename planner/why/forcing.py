"""An option forced into a plan, forced out of it, or offered at another price: as changes of the problem.

item = find_item(problem, "heat_pump")
force_out(problem, item)                      it may not be taken (in a year, if one is named)
force_in(problem, item, size)                 it is taken, with at least this size
at_price(problem, item, 0.8)                  its capex, price or cost is 0.8 of what it is
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from models.problem import Array, Contract, Decided, DecisionTable, Problem, Sizing, Store
from models.sizing import buildable
from planner.accounting.ledger import is_delivered
from planner.accounting.stock import LEAST_SIZE, capex_of
from planner.plan import Plan

Kind = Literal["retrofits", "converters", "stores", "contracts", "instruments", "management"]
KINDS: tuple[Kind, ...] = ("retrofits", "converters", "stores", "contracts", "instruments", "management")
TABLES: dict[Kind, DecisionTable] = {
    "retrofits": "retrofits.start",
    "converters": "converters.build_mw",
    "stores": "stores.build_mwh",
    "contracts": "contracts.sign_volume",
    "instruments": "instruments.quantity",
    "management": "management.adopt",
}
SMALL_SHARE = 0.1  # of the largest size, where nothing says what the smallest sensible one is
MILLION = 1e6


class UnknownItemError(ValueError):
    """No option of that name; the message has the nearest ones."""


@dataclass(frozen=True)
class Item:
    """An option of the problem."""

    kind: Kind
    name: str

    @property
    def table(self) -> DecisionTable:
        """The decision that takes it."""
        return TABLES[self.kind]

    def of(self, problem: Problem) -> Any:
        """The option itself."""
        return next(x for x in getattr(problem, self.kind) if x.name == self.name)


def items(problem: Problem) -> tuple[Item, ...]:
    """Every option in the order of the problem."""
    return tuple(Item(kind, x.name) for kind in KINDS for x in getattr(problem, kind))


def find_item(problem: Problem, name: str) -> Item:
    """The option of a name, written with or without its kind. Raises UnknownItemError with the nearest names.

    A name without a kind that two kinds share means the first in the order of `KINDS`.
    """
    known = items(problem)
    wanted = name.strip().replace("-", "_")
    for item in known:
        if wanted in (item.name, f"{item.kind}.{item.name}"):
            return item
    names = [item.name for item in known]
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5) or [n for n in names if wanted in n][:3]
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; there are: {', '.join(names)}"
    raise UnknownItemError(f"no option is called {name!r}{hint}")


def open_years(problem: Problem, item: Item) -> tuple[int, ...]:
    """Years in which the option may be taken."""
    thing = item.of(problem)
    if item.kind == "management" and thing.already_met:
        return ()
    if item.kind == "instruments":
        return tuple(y for y, most in zip(problem.years, thing.max_per_year, strict=True) if most > 0)
    if item.kind in ("converters", "stores"):
        z = sizing_of(thing)
        return tuple(y for y in z.build_years if y in problem.years) if buildable(z) > 0 else ()
    return tuple(y for y in thing.start_years if y in problem.years)


def sizing_of(thing: Any) -> Sizing:
    """The sizes of a converter, or the energy of a store."""
    sizing: Sizing = thing.energy if isinstance(thing, Store) else thing.sizing
    return sizing


def taken(problem: Problem, plan: Plan, item: Item) -> dict[int, float]:
    """What a plan takes of the option, by year."""
    found = {y: plan.decision(item.table, item.name, y) for y in problem.years}
    return {y: value for y, value in found.items() if value > LEAST_SIZE}


def unit_of(problem: Problem, item: Item) -> str:
    """Unit of the decision; empty for what is done or not."""
    if item.kind in ("retrofits", "management"):
        return ""
    if item.kind == "contracts":
        return "MW" if is_delivered(item.of(problem)) else "MWh a year"
    if item.kind == "instruments":
        return "MWh" if item.of(problem).kind == "certificate" else "t"
    return "MW" if item.kind == "converters" else "MWh"


def sensible_size(problem: Problem, item: Item) -> float:
    """The least that counts as taking the option: its smallest segment, package or volume, else a tenth of the most.

    A purchase by the year counts from a hundredth of the base year's tonnes on.
    """
    thing = item.of(problem)
    if item.kind in ("retrofits", "management"):
        return 1.0
    if item.kind == "instruments":
        offered = float(np.minimum(thing.max_per_year, problem.base.gross_tco2e).sum())
        return SMALL_SHARE**2 * offered if offered > 0 else 1.0
    if item.kind == "contracts":
        return float(thing.min_volume) or SMALL_SHARE * _contract_room(problem, thing)
    z = sizing_of(thing)
    return z.package or min(s.min_size for s in z.segments) or SMALL_SHARE * _room(problem, thing, z)


def _room(problem: Problem, thing: Any, z: Sizing) -> float:
    """Largest build that its own limits and those it shares allow."""
    shared = [problem.group_limits[g] / use for g, use in thing.groups.items() if use > 0]
    return buildable(z, min(shared, default=np.inf))


def _contract_room(problem: Problem, c: Contract) -> float:
    """Largest volume, or what the loads could take of it if that is less."""
    hours = problem.steps.hours_per_year
    loads = [d.load_mw * float(d.index.max()) for d in problem.demands]
    energy = float(sum(load @ hours for load in loads))
    return min(c.max_volume, energy / float(hours.sum()) if is_delivered(c) else energy)


def force_in(problem: Problem, item: Item, size: float, year: int | None = None) -> Problem:
    """The problem in which the option is taken with at least `size` over all years, or in one."""
    years = open_years(problem, item) if year is None else (year,)
    forced = Decided(item.table, item.name, years, least=size)
    return replace(problem, name=f"{problem.name} with {item.name}", decided=(*problem.decided, forced))


def force_out(problem: Problem, item: Item, year: int | None = None) -> Problem:
    """The problem in which the option may not be taken, or not in one year; what stands of it stays."""

    def changed(thing: Any) -> Any:
        if item.kind == "instruments":
            none = np.where(np.array(problem.years) == year, 0.0, thing.max_per_year) if year else 0.0
            return replace(thing, max_per_year=none * np.ones(len(problem.years)))
        if item.kind == "converters":
            return replace(thing, sizing=_without(thing.sizing, year))
        if item.kind == "stores":
            return replace(thing, power=_without(thing.power, year), energy=_without(thing.energy, year))
        return replace(thing, start_years=tuple(y for y in thing.start_years if year is not None and y != year))

    return changed_option(replace(problem, name=f"{problem.name} without {item.name}"), item, changed)


def _without(z: Sizing, year: int | None) -> Sizing:
    return replace(z, build_years=tuple(y for y in z.build_years if year is not None and y != year))


def at_price(problem: Problem, item: Item, factor: float, year: int | None = None) -> Problem:
    """The problem in which the option's capex, or price where it is bought, is `factor` times what it is; in one year only
    if one is named."""
    among = np.array([year is None or y == year for y in problem.years])
    factors = np.where(among, factor, 1.0)

    def changed(thing: Any) -> Any:
        if item.kind in ("contracts", "instruments"):
            return replace(thing, price=factors * thing.price)
        if item.kind == "converters":
            return replace(thing, sizing=_priced(thing.sizing, factors))
        if item.kind == "stores":
            return replace(thing, power=_priced(thing.power, factors), energy=_priced(thing.energy, factors))
        return replace(thing, capex=factors * thing.capex)

    return changed_option(problem, item, changed)


def _priced(z: Sizing, factors: Array) -> Sizing:
    return replace(z, capex_index=factors * z.capex_index, subsidy_per_unit=factors * z.subsidy_per_unit)


def changed_option(problem: Problem, item: Item, changed: Callable[[Any], Any]) -> Problem:
    """The problem with one option changed."""
    changes: dict[str, Any] = {
        item.kind: tuple(changed(x) if x.name == item.name else x for x in getattr(problem, item.kind))
    }
    return replace(problem, **changes)


def price_today(problem: Problem, item: Item, size: float, year: int, currency: str) -> tuple[float, str]:
    """What the option costs if taken with `size` in `year`, and the unit of that price."""
    thing, n = item.of(problem), problem.years.index(year)
    if item.kind in ("contracts", "instruments"):
        claimed = item.kind == "contracts" or thing.kind == "certificate"
        return float(thing.price[n]) * MILLION, f"{currency}/{'MWh' if claimed else 't'}"
    if item.kind == "converters":
        z = thing.sizing
        return capex_of(z, size, n) / size * 1e3, f"{currency}/kW"
    if item.kind == "stores":
        power = size / max(thing.min_hours, min(thing.max_hours, 2.0))
        cost = capex_of(thing.energy, size, n) + capex_of(thing.power, power, n)
        return cost / size * 1e3, f"{currency}/kWh with its power"
    return float(thing.capex[n]) * MILLION, currency
