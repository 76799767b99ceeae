"""`plan abatement`: what each measure of a plan saves and costs when measures change each other's worth.

    value(S)     own tonnes and cost of one year with the measures S standing at the plan's sizes, operated again
    first in     value of the measure alone, less that of none
    last in      value of all, less that of all without it
    share        the mean over all orders (Shapley): shares sum to the whole

Own tonnes are the inventory that own reduction is measured on: location-based, base-year factors. Plant that stands today
stands in every subset, so that the loads are met without any measure. Cost is the year's running cost, and annuities and upkeep
of the measures. A plant saves what it runs, and it runs for the plan's reasons: operation pays a price per own tonne, the lowest
of `PRICES` at which the whole set emits no more than the plan; where none does, the one at which it emits least.

The naive abatement curve takes measures by cost per tonne first in. Its regret at each step is what it costs above the cheapest
subset that saves as much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from models.problem import ELECTRICITY, Array, Converter, Market, Problem, Sizing
from planner.abatement.shapley import Shares, exact_shares, sampled_shares
from planner.accounting.accounts import accounts
from planner.accounting.investment import investments
from planner.accounting.ledger import inventory
from planner.accounting.stock import LEAST_SIZE, stock_of
from planner.answer import Answer
from planner.engine import Options, Pool, solve
from planner.plan import Index, Plan
from planner.solving.cheapest_first import annuity_factor
from planner.solving.fixed import Part, is_purchase, one_year
from planner.solving.resolving import UnverifiedError
from planner.verification.verify import verify
from planner.why.forcing import Item, items, taken

MOST_EXACT = 9  # groups up to which every subset is operated
ORDERS = 24  # sampled where there are more
PRICES = (0.0, 1e-4, 2e-4, 4e-4, 8e-4, 1.6e-3, 3.2e-3, 1e-2)  # [million/t] that operation pays for an own tonne
AS_PLANNED = 1.005  # of the plan's own tonnes
TONNES, COST = 0, 1


@dataclass(frozen=True)
class Group:
    """Measures that come together."""

    name: str
    members: tuple[Item, ...]


@dataclass(frozen=True, eq=False)
class Abatement:
    """Shares by group; tonnes saved are positive, cost is million a year."""

    year: int
    price: float  # [million/t] that operation paid
    groups: tuple[Group, ...]
    before: Array  # tonnes emitted and cost of none
    after: Array  # of all
    first_in: dict[str, Array]
    last_in: dict[str, Array]
    shares: Shares[str]
    steps: tuple[Step, ...]
    solves: int


@dataclass(frozen=True)
class Step:
    """One step of the naive curve: what it promised and saved in all up to here, what it costs, and the cheapest that saves as
    much (None where not every subset is known)."""

    group: str
    promised: float
    saved: float
    cost: float
    best_cost: float | None
    best: tuple[str, ...] = ()


@dataclass
class Operation:
    """Values of subsets in one year, each operated once."""

    answer: Answer
    year: int
    options: Options
    price: float = 0.0
    known: dict[frozenset[Item], Array] = field(default_factory=dict)
    told: Callable[[int], None] = lambda count: None  # how many subsets are known
    pools: dict[frozenset[str], Pool] = field(default_factory=dict)  # by contracts: such subsets operate one site

    def __post_init__(self) -> None:
        self.base = without_purchases(self.answer.problem)
        self.yearly = yearly_costs(self.answer, self.year)

    def value(self, measures: Iterable[Item]) -> Array:
        """Own tonnes emitted, and cost [million], with these measures."""
        chosen = frozenset(measures)
        if chosen not in self.known:
            self.known[chosen] = self._operated(chosen)
            self.told(len(self.known))
        return self.known[chosen]

    def _operated(self, chosen: frozenset[Item]) -> Array:
        plan = only(self.answer.plan, chosen)
        part = one_year(self.base, plan, self.year, stock_of(self.base, plan))
        priced = at_tonne_price(part, self.price)
        pool = self.pools.setdefault(frozenset(c.name for c in priced.contracts), Pool())
        operated = solve(priced, self.options, pool=pool, pins=part.pins)
        words = ", ".join(sorted(item.name for item in chosen)) or "nothing"
        if not operated.decisions:
            raise UnverifiedError(f"{self.year} cannot be operated with {words}: {operated.facts.termination}")
        found = verify(priced, operated)
        if not found.ok:
            raise UnverifiedError(f"{self.year} with {words}:\n" + "\n".join(map(str, found.violations)))
        operated = claimed(part, operated, self.answer.plan)
        tonnes = float(inventory(part.problem, operated).own_inventory_tco2e[0])
        running = accounts(part.problem, operated).net_present_cost
        running *= (1 + part.problem.finance.discount_rate) ** part.problem.finance.timing_offset
        return np.array([tonnes, running + sum(self.yearly[item] for item in chosen)])


def abatement(
    answer: Answer,
    groups: tuple[Group, ...],
    year: int,
    options: Options,
    seed: int = 0,
    told: Callable[[int], None] = lambda count: None,
) -> Abatement:
    """Shares of every group in the own tonnes saved and the cost of a year; `told` hears how many subsets are operated."""
    operation = Operation(answer, year, options, told=told)
    whole = [item for group in groups for item in group.members]
    price_as_planned(operation, whole)
    members = {group.name: group.members for group in groups}
    names = tuple(members)
    nothing = operation.value(())

    def saved(chosen: frozenset[str]) -> Array:
        found = operation.value(item for name in chosen for item in members[name])
        return np.array([nothing[TONNES] - found[TONNES], found[COST] - nothing[COST]])

    everything = frozenset(names)
    first = {name: saved(frozenset({name})) for name in names}
    last = {name: saved(everything) - saved(everything - {name}) for name in names}
    exact = len(names) <= MOST_EXACT
    shares = exact_shares(names, saved) if exact else sampled_shares(names, saved, ORDERS, seed)
    return Abatement(
        year=year,
        price=operation.price,
        groups=groups,
        before=nothing,
        after=operation.value(whole),
        first_in=first,
        last_in=last,
        shares=shares,
        steps=tuple(naive_curve(first, saved, exact=exact)),
        solves=len(operation.known),
    )


def price_as_planned(operation: Operation, whole: list[Item]) -> None:
    """Sets the lowest price per tonne at which all measures together emit no more than the plan does, or else least.

    More may rise with the price: it is paid for power that counts as none once it is claimed as green.
    """
    tonnes, years = operation.answer.tonnes, operation.answer.problem.years
    planned = float(tonnes.own_inventory_tco2e[years.index(operation.year)])
    emitted: dict[float, float] = {}
    known: dict[float, dict[frozenset[Item], Array]] = {}
    for price in PRICES:
        operation.price, operation.known = price, {}
        emitted[price] = float(operation.value(whole)[TONNES])
        if emitted[price] <= AS_PLANNED * planned:
            return
        known[price] = operation.known
    least = min(emitted, key=emitted.__getitem__)
    operation.price, operation.known = least, known[least]


def naive_curve(first: dict[str, Array], saved: Callable[[frozenset[str]], Array], *, exact: bool) -> Iterator[Step]:
    """Groups by cost per tonne first in, those that save nothing alone at the end."""
    order = sorted(first, key=lambda name: cost_per_tonne(first[name]))
    every = [saved(frozenset(q)) for q in _subsets(tuple(first))] if exact else []
    subsets = list(_subsets(tuple(first))) if exact else []
    promised = 0.0
    for n, name in enumerate(order, start=1):
        promised += float(first[name][TONNES])
        here = saved(frozenset(order[:n]))
        as_good = [k for k, value in enumerate(every) if value[TONNES] >= here[TONNES] - 1e-6 * abs(here[TONNES])]
        best = min(as_good, key=lambda k: float(every[k][COST]), default=None)
        yield Step(
            name,
            promised,
            float(here[TONNES]),
            float(here[COST]),
            None if best is None else float(every[best][COST]),
            () if best is None else subsets[best],
        )


def cost_per_tonne(value: Array) -> float:
    """Million per tonne; infinite where nothing is saved."""
    return float(value[COST] / value[TONNES]) if value[TONNES] > 1e-6 else float("inf")


def _subsets(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for size in range(len(names) + 1):
        yield from combinations(names, size)


# --- which measures --------------------------------------------------------------------------------------------------


def measures_of(answer: Answer, year: int) -> tuple[Item, ...]:
    """What the plan has done that stands in the year: retrofits, plant beside what stood, stores, lasting contracts."""
    problem, found = answer.problem, []
    n = problem.years.index(year)
    stock = stock_of(problem, answer.plan)
    for item in items(problem):
        amounts = taken(problem, answer.plan, item)
        stands = item.kind in ("retrofits", "converters", "stores", "contracts") and bool(amounts)
        thing = item.of(problem)
        if item.kind == "retrofits":
            stands = stands and bool(stock.installed[item.name][n])
        elif item.kind == "converters":
            alive = any(y <= year < y + thing.sizing.life_years for y in amounts)
            stands = stands and alive and not _renewed(problem, thing)
        elif item.kind == "stores":
            stands = stands and any(y <= year < y + thing.energy.life_years for y in amounts)
        elif item.kind == "contracts":
            stands = stands and not is_purchase(thing) and bool(answer.money.volumes[item.name][n] > LEAST_SIZE)
        if stands:
            found.append(item)
    return tuple(found)


def _renewed(problem: Problem, v: Converter) -> bool:
    """Plant bought again like for like is no measure."""
    return bool(v.sizing.existing.any()) and not v.renewable and not _is_electric_heat(problem, v)


def _is_electric_heat(problem: Problem, v: Converter) -> bool:
    return ELECTRICITY in v.inputs and any(c.is_heat for c in problem.carriers if c.name in v.outputs)


def fullest_year(answer: Answer) -> int:
    """The first year in which most of what the plan does stands; with a target, among the years that have one."""
    target, years = answer.problem.target, answer.problem.years
    asked = [y for y, stars in zip(years, target.stars, strict=True) if stars] if target is not None else []
    return max(asked or years, key=lambda y: (len(measures_of(answer, y)), -y))


def grouped(problem: Problem, measures: tuple[Item, ...], *, each: bool = False) -> tuple[Group, ...]:
    """Each measure by itself while every subset can be operated, else those of a kind together."""
    if each or len(measures) <= MOST_EXACT:
        return tuple(Group(item.name, (item,)) for item in measures)
    found: dict[str, list[Item]] = {}
    for item in measures:
        found.setdefault(_kind_words(problem, item), []).append(item)
    return tuple(
        Group(name if len(members) > 1 else members[0].name, tuple(members)) for name, members in found.items()
    )


def _kind_words(problem: Problem, item: Item) -> str:
    thing = item.of(problem)
    if item.kind == "retrofits":
        carriers = {d.carrier for d in problem.demands if d.name in thing.savings}
        return "efficiency: electricity" if carriers <= {ELECTRICITY} else "efficiency: heat and other"
    if item.kind == "converters":
        if thing.renewable:
            return "renewables on site"
        return "electric heat" if _is_electric_heat(problem, thing) else "other plant"
    if item.kind == "stores":
        return "batteries" if thing.carrier == ELECTRICITY else "heat stores"
    return "green power contracts"


# --- the year with some of them ---------------------------------------------------------------------------------------


def without_purchases(problem: Problem) -> Problem:
    """The problem without target, paper, purchases and penalties; plant of today stands in every year."""
    growth = max((float(d.index.max()) for d in problem.demands), default=1.0)
    return replace(
        problem,
        rating=None,
        target=None,
        instruments=(),
        management=(),
        contracts=tuple(c for c in problem.contracts if not is_purchase(c)),
        converters=tuple(
            replace(v, sizing=_always(v.sizing, 1.0 if v.renewable else growth)) for v in problem.converters
        ),
        stores=tuple(replace(q, power=_always(q.power, 1.0), energy=_always(q.energy, 1.0)) for q in problem.stores),
        emissions=replace(problem.emissions, caps=()),
        durability=replace(
            problem.durability,
            penalty_per_tonne=0.0,
            penalty_step_per_tonne=0.0,
            own_reduction_floor=None,
            removal_share_path=None,
        ),
        decided=(),
        goals=(),
    )


def _always(z: Sizing, growth: float) -> Sizing:
    return replace(z, existing=np.full_like(z.existing, float(z.existing.max(initial=0.0)) * max(1.0, growth)))


def only(plan: Plan, chosen: frozenset[Item]) -> Plan:
    """The plan with nothing but these measures done; nothing is retired."""
    kept = {(item.kind, item.name) for item in chosen}

    def is_kept(table: str, index: tuple[str | int, ...]) -> bool:
        kind, _, decision = table.partition(".")
        return decision != "retired_share" and (kind, index[0]) in kept

    decisions = {
        table: {index: value for index, value in values.items() if is_kept(table, index)}
        for table, values in plan.decisions.items()
        if table.partition(".")[0] in ("retrofits", "converters", "stores", "contracts")
    }
    return replace(plan, decisions=decisions)


def claimed(part: Part, operated: Plan, plan: Plan) -> Plan:
    """The year with its yearly green power taken as far as the plan takes it and the grid's power reaches.

    Nothing in an operation without a rating asks for it, and own tonnes count it for electric heat.
    """
    year = part.problem.years[0]
    left = float(inventory(part.problem, operated).grid_mwh[0])
    claims: dict[Index, float] = {}
    used: dict[str, float] = {}
    for name, _ in operated.decisions.get("contracts.annual_mwh", {}):
        whole, _ = part.signed[str(name)]
        wanted = plan.decision("contracts.annual_mwh", whole, year) - used.get(whole, 0.0)
        mwh = max(0.0, min(operated.decision("contracts.sign_volume", name, year), wanted, left))
        claims[name, year] = mwh
        used[whole] = used.get(whole, 0.0) + mwh
        left -= mwh
    return replace(operated, decisions={**operated.decisions, "contracts.annual_mwh": claims})


def at_tonne_price(part: Part, price: float) -> Problem:
    """The year with a price on every own tonne, written into what emits it."""

    def market(k: Market) -> Market:
        return replace(k, price=k.price + price * k.base_emission_factor / float(k.price_index[0]))

    def converter(v: Converter) -> Converter:
        tonnes = v.direct_tco2e_per_mwh - v.captured_tco2e_per_mwh
        return replace(v, opex_variable=v.opex_variable + price * tonnes)

    problem = part.problem
    if not price:
        return problem
    return replace(
        problem,
        markets=tuple(map(market, problem.markets)),
        converters=tuple(map(converter, problem.converters)),
    )


def yearly_costs(answer: Answer, year: int) -> dict[Item, float]:
    """Annuity and upkeep of each measure in a year [million], by what the plan spends on it."""
    problem, plan = answer.problem, answer.plan
    n, rate = problem.years.index(year), problem.finance.discount_rate
    stock = stock_of(problem, plan)
    costs = dict.fromkeys(items(problem), 0.0)
    named = {item.name: item for item in costs}
    for one in investments(problem, plan, stock):
        item = named[one.item.removesuffix(" power").removesuffix(" energy")]
        if one.life_years and one.year <= year < one.year + one.life_years:
            costs[item] += one.cost * annuity_factor(one.life_years, rate)
    for r in problem.retrofits:
        costs[Item("retrofits", r.name)] += float(r.opex_fixed[n] * stock.installed[r.name][n])
    for v in problem.converters:
        size = stock.converters[v.name]
        costs[Item("converters", v.name)] += float(v.sizing.opex_fixed[n] * (size.nameplate[n] - size.existing[n]))
    for q in problem.stores:
        for z, size in ((q.power, stock.store_power[q.name]), (q.energy, stock.store_energy[q.name])):
            costs[Item("stores", q.name)] += float(z.opex_fixed[n] * (size.nameplate[n] - size.existing[n]))
    return costs
