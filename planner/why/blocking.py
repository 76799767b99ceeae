"""What stands in the way of an option besides its price: limits that are used up, rules, and windows.

Each blocker has words in the scenario's own keys and units. Where lifting it makes sense it has the problem without it, so
that a re-solve can tell whether it matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from models.problem import ELECTRICITY, Contract, Converter, Market, Problem, Retrofit, Sizing, Store
from planner.accounting.ledger import is_delivered
from planner.accounting.stock import series, sizes, stock_of
from planner.answer import MILLION, Answer
from planner.rating.clauses import years_words
from planner.why.forcing import Item, changed_option, open_years, sizing_of, taken, unit_of

FULL = 1 - 1e-4  # share of a limit from which on it counts as used up
MORE = 10.0  # times a limit that is lifted: no limit, and still a finite number

Lift = Callable[[Problem], Problem]


@dataclass(frozen=True)
class Blocker:
    """A limit in words, and the problem without it; None where it cannot be lifted."""

    words: str
    lift: Lift | None = None


def blockers(answer: Answer, item: Item) -> list[Blocker]:
    """Everything that stands in the way of the option, or of more of it, in the plan."""
    problem = answer.problem
    thing = item.of(problem)
    if item.kind == "management" and thing.already_met:
        return [Blocker(f"management.{item.name}: already met today")]
    found = [*_window(problem, item)]
    if item.kind == "retrofits":
        found += [*_rules(answer, thing)]
    if item.kind in ("converters", "stores"):
        found += [*_groups(answer, thing), *_largest(answer, item, sizing_of(thing))]
    if item.kind == "converters":
        found += [*_fence(answer, thing)]
    if item.kind == "contracts":
        found += [*_volume(answer, item, thing), *_claims(answer, thing)]
    if item.kind == "instruments":
        found += [*_offered(answer, item)]
    return [*found, *_budget(answer, item)]


def _window(problem: Problem, item: Item) -> Iterator[Blocker]:
    """No year in which it may be taken, or none before the target."""
    years = open_years(problem, item)
    key = f"{item.kind}.{item.name}"
    if not years:
        yield Blocker(f"{key}: no year of the plan in which it may be taken", _opened(item))
        return
    target = problem.target
    first = [y for y, s in zip(problem.years, target.stars, strict=True) if s] if target is not None else []
    if first and years[0] > first[0]:
        yield Blocker(f"{key}.earliest_year {years[0]}: after the target year {first[0]}", _opened(item))
    elif item.kind != "instruments" and years[-1] < problem.years[-1] and first and years[-1] < first[0]:
        yield Blocker(f"{key}.latest_year {years[-1]}: before the target year {first[0]}", _opened(item))


def _opened(item: Item) -> Lift | None:
    if item.kind == "instruments":
        return None

    def lift(problem: Problem) -> Problem:
        def opened(x: Any) -> Any:
            if isinstance(x, Converter):
                return replace(x, sizing=replace(x.sizing, build_years=problem.years))
            if isinstance(x, Store):
                power, energy = (replace(z, build_years=problem.years) for z in (x.power, x.energy))
                return replace(x, power=power, energy=energy)
            return replace(x, start_years=problem.years)

        return changed_option(problem, item, opened)

    return lift


def _rules(answer: Answer, r: Retrofit) -> Iterator[Blocker]:
    """Prerequisites that are not in the plan, and measures in it that exclude this one."""
    problem, stock = answer.problem, stock_of(answer.problem, answer.plan)
    met = {i.name for i in problem.management if i.already_met}
    done = {name for name, there in {**stock.installed, **stock.adopted}.items() if there.any()} | met

    def freed(problem: Problem) -> Problem:
        others = {q.name for q in problem.retrofits if r.name in q.excludes} | {r.name}
        free = tuple(
            replace(q, requires=() if q.name == r.name else q.requires, excludes=()) if q.name in others else q
            for q in problem.retrofits
        )
        return replace(problem, retrofits=free)

    for other in r.requires:
        if other not in done:
            yield Blocker(f"retrofits.{r.name}.requires {other}, which the plan does not take", freed)
    excluding = [q.name for q in problem.retrofits if r.name in q.excludes or q.name in r.excludes]
    for other in excluding:
        if other in done:
            yield Blocker(f"retrofits.{other}, which the plan takes, excludes {r.name}", freed)


def _groups(answer: Answer, thing: Converter | Store) -> Iterator[Blocker]:
    """Areas and connections that it shares and that are used up."""
    problem, stock = answer.problem, stock_of(answer.problem, answer.plan)
    for group in thing.groups:
        limit = problem.group_limits[group]
        used = {
            v.name: v.groups[group] * stock.converters[v.name].nameplate
            for v in problem.converters
            if group in v.groups
        }
        used |= {
            q.name: q.groups[group] * stock.store_energy[q.name].nameplate for q in problem.stores if group in q.groups
        }
        most = np.sum(list(used.values()), axis=0)
        full = [y for y, value in zip(problem.years, most, strict=True) if value >= FULL * limit]
        if full:
            by = [name for name, area in used.items() if area.max() > 0.01 * limit]
            yield Blocker(
                f"site.{group}_m2 {limit:,.0f} m²: full in {years_words(full)}, used by {', '.join(by)}",
                partial(_larger, group),
            )


def _larger(group: str, problem: Problem) -> Problem:
    return replace(problem, group_limits={**problem.group_limits, group: MORE * problem.group_limits[group]})


def _largest(answer: Answer, item: Item, z: Sizing) -> Iterator[Blocker]:
    name = item.name if item.kind == "converters" else f"{item.name} energy"
    stands = sizes(stock_of(answer.problem, answer.plan))[name].nameplate
    full = [
        y for y, mw in zip(answer.problem.years, stands, strict=True) if z.max_total > 0 and mw >= FULL * z.max_total
    ]
    if full:
        unit = unit_of(answer.problem, item)
        key = "max_mw" if item.kind == "converters" else "max_mwh"
        yield Blocker(f"{item.kind}.{item.name}.{key} {z.max_total:g} {unit}: reached in {years_words(full)}")


def _fence(answer: Answer, v: Converter) -> Iterator[Blocker]:
    """What it draws across the fence, or would sell, where the connection or the delivery is used up."""
    problem, plan = answer.problem, answer.plan
    hours = problem.steps.hours_per_year
    for k in problem.markets:
        drawn, sold = (series(problem, plan, f"markets.{q}_mw", k.name) for q in ("import", "export"))
        limits = []
        if k.carrier in v.inputs:
            limits.append(("max_mw", "MW", drawn.max(axis=1), k.max_import_mw))
            if k.max_import_mwh_per_year is not None:
                limits.append(("max_mwh_per_year", "MWh", drawn @ hours, k.max_import_mwh_per_year))
        elif k.carrier in v.outputs and k.export_price is not None:
            limits.append(("max_export_mw", "MW", sold.max(axis=1), k.max_export_mw))
        for key, unit, used, limit in limits:
            full = [y for y, value in zip(problem.years, used, strict=True) if limit > 0 and value >= FULL * limit]
            if full:
                words = f"markets.{k.name}.{key} {limit:,.6g} {unit}: reached in {years_words(full)}"
                yield Blocker(words, partial(_wider, k.name))


def _wider(name: str, problem: Problem) -> Problem:
    def wider(k: Market) -> Market:
        yearly = k.max_import_mwh_per_year
        return replace(
            k,
            max_import_mw=MORE * k.max_import_mw,
            max_export_mw=MORE * k.max_export_mw,
            max_import_mwh_per_year=None if yearly is None else MORE * yearly,
        )

    return replace(problem, markets=tuple(wider(k) if k.name == name else k for k in problem.markets))


def _volume(answer: Answer, item: Item, c: Contract) -> Iterator[Blocker]:
    volume = answer.money.volumes[c.name]
    full = [y for y, value in zip(answer.problem.years, volume, strict=True) if value >= FULL * c.max_volume]
    if full:
        key = "max_mw" if is_delivered(c) else "max_mwh_per_year"
        words = f"contracts.{c.name}.{key} {c.max_volume:,.6g}: reached in {years_words(full)}"
        more = MORE * c.max_volume
        yield Blocker(words, lambda p: changed_option(p, item, lambda x: replace(x, max_volume=more)))


def _claims(answer: Answer, c: Contract) -> Iterator[Blocker]:
    """Grid electricity that is all claimed already."""
    tonnes, years = answer.tonnes, answer.problem.years
    if c.direct_line or not any(k.carrier == ELECTRICITY for k in answer.problem.markets):
        return
    claimed = zip(years, tonnes.grid_claims_mwh, tonnes.grid_mwh - tonnes.supplied_mwh, strict=True)
    full = [y for y, claims, grid in claimed if grid > 0 and claims >= FULL * grid]
    if full:
        yield Blocker(f"all grid electricity is claimed already in {years_words(full)}: there is no more to claim")


def _offered(answer: Answer, item: Item) -> Iterator[Blocker]:
    most, bought = item.of(answer.problem).max_per_year, taken(answer.problem, answer.plan, item)
    years = answer.problem.years
    full = [y for y, limit in zip(years, most, strict=True) if 0 < limit <= bought.get(y, 0.0) / FULL]
    if full:
        yield Blocker(f"instruments.{item.name}.max_per_year: used up in {years_words(full)}", _more_of(item))


def _more_of(item: Item) -> Lift:
    return lambda p: changed_option(p, item, lambda i: replace(i, max_per_year=MORE * i.max_per_year))


def _budget(answer: Answer, item: Item) -> Iterator[Blocker]:
    """Years in which the capital budget is spent."""
    limit = answer.problem.finance.capex_limit
    if limit is None or item.kind in ("contracts", "instruments"):
        return
    paid = zip(answer.problem.years, answer.money.cash("capex"), limit, strict=True)
    full = [y for y, capex, most in paid if np.isfinite(most) and capex >= FULL * most]
    if full:
        least = float(np.nanmin(limit)) * MILLION
        yield Blocker(
            f"finance.annual_capex_limit {least:,.0f}: spent in {years_words(full)}",
            lambda p: replace(p, finance=replace(p.finance, capex_limit=None)),
        )
