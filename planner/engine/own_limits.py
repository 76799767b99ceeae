"""Finite bounds where the problem has no limit: the solver needs them, and they must never decide.

A market, a size, a sale or a purchase of claims may be unlimited (infinite in the `Problem`). Its bound is what could ever be useful:

    need[c]  = demand[c] + sale[c] + charging[c] + Σ_o worst[c,o]·need[o]     most that a step uses of carrier c [MW]
    worst[c,o] = largest input of c per unit of o, over all converters that make o; 1 where heat flows down from c to o
    import   ≤ 1.25·need                sale ≤ what the generators with limits make, and all that the site needs
    size     ≤ 2·need of its product; of a generator, over its mean availability and without charging
    charging ≤ the need of a day in one step;  stored ≤ the need of a week, of a day where days are apart
    certificates ≤ all electricity that can be used, credits and removals ≤ all tonnes that can be emitted

A plan that comes near such a bound is no answer yet: the bound is widened and the problem solved again, until the plan stays below or
gains nothing by more. Where it gains without end, some purchase or sale pays for itself, and the answer says which.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.contracts import PHYSICAL
from models.instruments import counted_share
from models.ledger import gross_bound_tco2e, used_bound_mwh
from models.markets import grid_market
from models.problem import CO2, ELECTRICITY, Array, Converter, Instrument, Market, Problem, Sizing, Store
from planner.engine.bridge import Options, SolverError, interrupted
from planner.engine.parts import is_chronological
from planner.plan import Plan

NEAR = 0.9  # share of a bound from which on a plan has reached it
WIDER = 8.0  # times, what a bound that is reached becomes
MOST_WIDENINGS = 3  # after which what still pays is unlimited
ROOM = 1.25  # of a bound of flow or claims above what is useful
ROOM_OF_SIZE = 2.0
LEAST_MW = 1e-3
TIE = 1e-7  # relative cost below which the plan of the narrower bounds is kept
LEAST_AVAILABILITY = 0.05
WEEK_DAYS = 7

Limit = tuple[str, str, str]  # table, name, key of the scenario: ("markets", "grid", "max_mw")


class UnlimitedProfit(SolverError):
    """A purchase, a sale or a size pays for itself the more, the larger it is."""


@dataclass
class OwnLimits:
    """The bounds of problems that share a site, `wider` times what is useful since a plan has reached some."""

    wider: float = 1.0

    def finite(self, problem: Problem) -> tuple[Problem, dict[Limit, float]]:
        """The problem with a bound wherever it has no limit, and these bounds."""
        return _Bounds(problem, self.wider).applied()

    def widen(self, limits: Iterable[Limit]) -> None:
        """Makes all bounds wider for the sake of some. Raises UnlimitedProfit where that has been done often enough."""
        if self.wider >= WIDER**MOST_WIDENINGS:
            raise UnlimitedProfit(f"unlimited profit from {' and '.join(map(_words, limits))}: {_REMEDY}")
        self.wider *= WIDER


_REMEDY = (
    "the more of it, the lower the cost. Write the limits that hold there, or look at the prices: a sale dearer than the "
    "purchase, a negative price, a subsidy above the cost"
)


def _words(limit: Limit) -> str:
    table, name, key = limit
    of = {
        "max_mw": "buying from" if table == "markets" else "the size of",
        "max_mwh": "the energy size of",
        "max_export_mw": "selling to",
        "max_mwh_per_year": "buying from",
        "max_per_year": "buying",
    }
    return f"{of[key]} {table}.{name} ({key} is not given)"


def finite(problem: Problem) -> Problem:
    """The problem with a bound wherever it has no limit."""
    return OwnLimits().finite(problem)[0]


class _Bounds:
    """What could ever be useful on the site of a problem."""

    def __init__(self, problem: Problem, wider: float) -> None:
        self.problem, self.wider = problem, wider
        self.own: dict[Limit, float] = {}
        self.derived = False  # whether a limit follows from others of the problem's own
        self.carriers = [c.name for c in problem.carriers]
        steps = problem.steps
        self.hours_of_day = 24.0 / min(steps.hours, 24.0)  # a day's need in one step, as a multiple of its mean
        self.worst = self._worst()
        peak, annual = self._demand()
        bare = self._need(peak)
        self.sold = {k.name: self._sale(k, bare) for k in problem.markets if k.export_price is not None}
        sale = dict.fromkeys(self.carriers, 0.0)
        for k in problem.markets:
            sale[k.carrier] += self.sold.get(k.name, 0.0)
        self.bare = self._need({c: peak[c] + sale[c] for c in self.carriers})
        self.charging = {q.name: self._charging(q) for q in problem.stores}
        charged = dict.fromkeys(self.carriers, 0.0)
        for q in problem.stores:
            charged[q.carrier] += self.charging[q.name]
        self.need = self._need({c: peak[c] + sale[c] + charged[c] for c in self.carriers})
        hours = float(steps.hours_per_year.sum())
        lost = {c: self._lost(c) for c in self.carriers}
        self.annual = self._need({c: lost[c] * annual[c] + sale[c] * hours for c in self.carriers})

    def applied(self) -> tuple[Problem, dict[Limit, float]]:
        """The bounded problem and its bounds."""
        problem = replace(
            self.problem,
            converters=tuple(replace(v, sizing=self._sized(v)) for v in self.problem.converters),
            stores=tuple(map(self._store, self.problem.stores)),
            markets=tuple(map(self._market, self.problem.markets)),
        )
        if any(not np.isfinite(i.max_per_year).all() for i in problem.instruments):
            problem = replace(problem, instruments=tuple(self._claimed(problem)))
        return (problem if self.own or self.derived else self.problem), self.own

    def _claimed(self, problem: Problem) -> Iterator[Instrument]:
        """The instruments, of which no more than what the bounded problem can use or emit is of use."""
        claims, tonnes = used_bound_mwh(problem), gross_bound_tco2e(problem)
        for i in problem.instruments:
            most = ROOM * max(claims if i.kind == "certificate" else tonnes, 1.0) / max(counted_share(i), 1e-3)
            if not np.isfinite(i.max_per_year).all():
                self.own["instruments", i.name, "max_per_year"] = most
                i = replace(i, max_per_year=np.where(np.isfinite(i.max_per_year), i.max_per_year, most))
            yield i

    def _own(self, limit: Limit, useful: float) -> float:
        bound = max(useful, LEAST_MW) * self.wider
        self.own[limit] = bound
        return bound

    def _demand(self) -> tuple[dict[str, float], dict[str, float]]:
        """Highest power [MW] and energy [MWh/year] of each carrier in any year, side uses of measures included."""
        peak, annual = dict.fromkeys(self.carriers, 0.0), dict.fromkeys(self.carriers, 0.0)
        hours, named = self.problem.steps.hours_per_year, {d.name: d for d in self.problem.demands}
        uses = [(d, d.carrier, 1.0) for d in self.problem.demands]
        uses += [(named[d], c, ratio) for r in self.problem.retrofits for d, c, ratio in r.side_use if d in named]
        for d, carrier, ratio in uses:
            load = np.maximum(d.load_mw, 0.0) * max(float(d.index.max()), 0.0) * max(ratio, 0.0)
            peak[carrier] += float(load.max())
            annual[carrier] += float(load @ hours)
        return peak, annual

    def _worst(self) -> dict[str, dict[str, float]]:
        worst: dict[str, dict[str, float]] = {c: {} for c in self.carriers}
        for v in self.problem.converters:
            made = {o: _least_positive(ratio) for o, ratio in v.outputs.items() if np.max(ratio) > 0}
            for c, taken in v.inputs.items():
                for o, ratio in made.items():
                    worst[c][o] = max(worst[c].get(o, 0.0), max(float(np.max(taken)), 0.0) / ratio)
        for hot, cool in self.problem.letdowns:
            worst[hot][cool] = max(worst[hot].get(cool, 0.0), 1.0)
        return worst

    def _need(self, final: Mapping[str, float]) -> dict[str, float]:
        """Use of each carrier along all chains of carriers; a chain is no longer than there are carriers."""
        need = dict(final)
        for _ in self.carriers:
            need = {c: final[c] + sum(q * need[o] for o, q in self.worst[c].items() if o != c) for c in self.carriers}
        return need

    def _lost(self, carrier: str) -> float:
        """Energy that goes into the stores of a carrier for a unit that comes out, at worst."""
        kept = [q.charge_efficiency * q.discharge_efficiency for q in self.problem.stores if q.carrier == carrier]
        return ROOM / max(min(kept), 0.1) if kept else 1.0

    def _sale(self, k: Market, need: Mapping[str, float]) -> float:
        if np.isfinite(k.max_export_mw):
            return k.max_export_mw
        made = sum(need.values())
        for v in self.problem.converters:
            size = _most(v.sizing)
            if k.carrier in v.outputs and np.isfinite(size):
                made += size * float(np.max(v.outputs[k.carrier]))
        if k.carrier == ELECTRICITY:
            made += sum(c.max_volume for c in self.problem.contracts if c.kind in PHYSICAL)
        return made

    def _charging(self, q: Store) -> float:
        """Highest charging power that is useful [MW]."""
        limits = [_most(q.power)]
        energy = _most(q.energy)
        if np.isfinite(energy):
            limits.append(energy / (q.charge_efficiency * min(self.problem.steps.hours, 24.0)))
        useful = self.hours_of_day * self.bare[q.carrier] / q.charge_efficiency
        return min(*limits, useful)

    def _market(self, k: Market) -> Market:
        if not np.isfinite(k.max_import_mw):
            delivered = sum(c.max_volume for c in self.problem.contracts if _shares(self.problem, k, c.name))
            most = self._own(("markets", k.name, "max_mw"), ROOM * self.need[k.carrier] + delivered)
            limit = ("markets", k.name, "max_mwh_per_year")
            of_year = None
            if k.max_import_mwh_per_year is None and not delivered:
                of_year = self._own(limit, ROOM * self.annual[k.carrier])
            k = replace(k, max_import_mw=most, useful_import_mwh_per_year=of_year)
        if k.export_price is not None and not np.isfinite(k.max_export_mw):
            k = replace(k, max_export_mw=self._own(("markets", k.name, "max_export_mw"), self.sold[k.name]))
        return k

    def _sized(self, v: Converter) -> Sizing:
        if np.isfinite(v.sizing.max_total):
            return v.sizing
        if not v.sizing.build_years:
            return replace(v.sizing, max_total=_most(replace(v.sizing, max_total=0.0)))
        in_groups = [self.problem.group_limits[g] / use for g, use in v.groups.items() if use > 0]
        generates = not v.inputs
        need = self.bare if generates else self.need
        made = {o: _least_positive(q) for o, q in v.outputs.items() if o != CO2 and np.max(q) > 0}
        useful = max((need[o] / q for o, q in made.items()), default=sum(self.need.values()))
        if generates:
            useful /= max(float(np.mean(v.availability)), LEAST_AVAILABILITY)
        limit = ("converters", v.name, "max_mw")
        return self._bounded(v.sizing, ROOM_OF_SIZE * useful, min(in_groups, default=np.inf), limit)

    def _store(self, q: Store) -> Store:
        power, energy = q.power, q.energy
        days = WEEK_DAYS if is_chronological(self.problem) else 1
        if not np.isfinite(power.max_total):
            least = _most(energy) / q.min_hours if q.min_hours > 0 else np.inf
            power = self._bounded(power, ROOM * self.charging[q.name], least, ("stores", q.name, "max_mw"))
        if not np.isfinite(energy.max_total):
            kept = _most(power) * q.max_hours
            useful = ROOM * days * 24.0 * self.bare[q.carrier] / q.discharge_efficiency
            energy = self._bounded(energy, useful, kept, ("stores", q.name, "max_mwh"))
        return replace(q, power=power, energy=energy)

    def _bounded(self, sizing: Sizing, useful: float, given: float, limit: Limit) -> Sizing:
        """A sizing with a bound on top of what stands; the problem's own limit where one `given` elsewhere is smaller."""
        stands = float(sizing.existing.max(initial=0.0))
        least = max((s.min_size for s in sizing.segments), default=0.0)
        useful = max(useful, 2.0 * least, 2.0 * (sizing.package or 0.0), LEAST_MW) * self.wider
        most = stands + useful
        if given <= most:
            most, self.derived = given, True
        else:
            self.own[limit] = most
        segments = tuple(replace(s, max_size=min(s.max_size, most)) for s in sizing.segments)
        return replace(sizing, max_total=most, segments=segments)


def _shares(problem: Problem, k: Market, contract: str) -> bool:
    """Whether a contract is delivered through the connection of a market."""
    c = next(c for c in problem.contracts if c.name == contract)
    grid = grid_market(problem)
    return c.kind in PHYSICAL and not c.direct_line and grid is not None and grid.name == k.name


def _most(sizing: Sizing) -> float:
    return max(sizing.max_total, float(sizing.existing.max(initial=0.0)))


def _least_positive(ratio: float | Array) -> float:
    values = np.atleast_1d(np.asarray(ratio, dtype=np.float64))
    return float(values[values > 0].min())


def reached(problem: Problem, own: Mapping[Limit, float], plan: Plan) -> list[Limit]:
    """The bounds of ours that a plan of the bounded problem comes near."""
    used = {limit: use(problem, plan, limit[1]) for limit, use in ((one, _USE[one[0], one[2]]) for one in own)}
    return [limit for limit, bound in own.items() if used[limit] >= NEAR * bound]


def _bought_mw(problem: Problem, plan: Plan, name: str) -> float:
    flow = plan.operation["markets.import_mw"][name]
    delivered = plan.operation.get("contracts.delivered_mw", {})
    flow = flow + sum(np.asarray(q) for c, q in delivered.items() if _shares(problem, _market_of(problem, name), c))
    return float(np.max(flow))


def _market_of(problem: Problem, name: str) -> Market:
    return next(k for k in problem.markets if k.name == name)


def _bought_mwh(problem: Problem, plan: Plan, name: str) -> float:
    return float(np.max(plan.operation["markets.import_mw"][name] @ problem.steps.hours_per_year))


def _sold_mw(problem: Problem, plan: Plan, name: str) -> float:
    return float(np.max(plan.operation["markets.export_mw"][name]))


def _stands(table: str, sizing: Callable[[Problem, str], Sizing]) -> Callable[[Problem, Plan, str], float]:
    """What stands of a size in its largest year, if any of it is built."""

    def largest(problem: Problem, plan: Plan, name: str) -> float:
        z, builds = sizing(problem, name), plan.decisions.get(table, {})
        built = {int(year): size for (of, year), size in builds.items() if of == name and size > 0}
        if not built:
            return 0.0
        return max(
            float(z.existing[n]) + sum(size for b, size in built.items() if b <= y < b + z.life_years)
            for n, y in enumerate(problem.years)
        )

    return largest


def _claimed(problem: Problem, plan: Plan, name: str) -> float:
    return max((plan.decision("instruments.quantity", name, y) for y in problem.years), default=0.0)


def _converter(problem: Problem, name: str) -> Sizing:
    return next(v.sizing for v in problem.converters if v.name == name)


def _of_store(problem: Problem, name: str) -> Store:
    return next(q for q in problem.stores if q.name == name)


_USE: dict[tuple[str, str], Callable[[Problem, Plan, str], float]] = {
    ("markets", "max_mw"): _bought_mw,
    ("markets", "max_mwh_per_year"): _bought_mwh,
    ("markets", "max_export_mw"): _sold_mw,
    ("converters", "max_mw"): _stands("converters.build_mw", _converter),
    ("stores", "max_mw"): _stands("stores.build_mw", lambda problem, name: _of_store(problem, name).power),
    ("stores", "max_mwh"): _stands("stores.build_mwh", lambda problem, name: _of_store(problem, name).energy),
    ("instruments", "max_per_year"): _claimed,
}


def within_own_limits(
    problem: Problem, options: Options, limits: OwnLimits, solve: Callable[[Problem, Options], Plan]
) -> Plan:
    """The plan of a problem by a `solve` that needs finite bounds, none of which decides.

    A bound that a plan reaches is widened; it decides nothing where the wider one saves nothing. Where time ends first, nothing is
    proven of the problem itself, and the plan says so.
    """
    deadline, best, asked = time.monotonic() + options.time_limit_s, None, False
    close: list[Limit] = []
    while True:
        bounded, own = limits.finite(problem)
        left = max(1.0, deadline - time.monotonic())
        try:
            plan = solve(bounded, options if best is None and not asked else replace(options, time_limit_s=left))
        except SolverError as error:
            if best is None:
                raise
            return _unproven(
                best, str(error), close, own
            )  # wider ones are too much for the solver: the plan in hand stays
        if plan.facts.status == "infeasible" and own and not asked and best is None:
            limits, asked = (
                OwnLimits(WIDER * limits.wider),
                True,
            )  # what is out of reach by all that is useful is so by more
            continue
        kept, low = plan, plan.facts.lower_bound
        if best is not None and not plan.facts.objective < _worth(best, options):
            kept = plan if plan.facts.objective < best.facts.objective - TIE * abs(best.facts.objective) else best
            return _with_bound(kept, low, options, own)
        close = reached(bounded, own, plan) if plan.decisions else []
        if not close:
            return _with_bound(plan, low, options, own)
        if time.monotonic() > deadline or interrupted.is_set():
            return _unproven(plan, plan.facts.termination, close, own)
        best = kept
        limits.widen(close)


def _unproven(plan: Plan, termination: str, close: Iterable[Limit], own: Mapping[Limit, float]) -> Plan:
    """A plan that came near bounds of ours, where what wider ones are worth is not known."""
    words = f"{termination}; {' and '.join(map(_words, close))} may be worth more"
    facts = replace(plan.facts, status="feasible", termination=words, lower_bound=-np.inf, gap=np.inf)
    return replace(plan, facts=replace(facts, own_limits=_named(own)))


def _worth(best: Plan, options: Options) -> float:
    """The cost below which a plan is cheaper than the best one beyond what the solver leaves open."""
    return best.facts.objective - max(options.gap, 1e-6) * abs(best.facts.objective)


def _with_bound(plan: Plan, low: float, options: Options, own: Mapping[Limit, float]) -> Plan:
    facts = plan.facts
    low = min(low, facts.objective) if plan.decisions else low
    gap = facts.gap if low == facts.lower_bound else (facts.objective - low) / max(abs(facts.objective), 1e-9)
    within = facts.status != "optimal" or gap <= max(options.gap, 1e-6)
    status = facts.status if within else "feasible"
    return replace(plan, facts=replace(facts, status=status, lower_bound=low, gap=gap, own_limits=_named(own)))


def _named(own: Mapping[Limit, float]) -> dict[str, float]:
    return {".".join(limit): bound for limit, bound in own.items()}
