"""Ways out of a target that is out of reach: changes of the scenario's own keys, each proven by solving with it.

grown limits   the engine's least growth becomes keys of the scenario, rounded up: `from` is what stands in the scenario
demands        a later target year, fewer stars, fewer durable stars
proof          the scenario is read again with the change, assembled, solved; what has no plan then is no way out
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.problem import ELECTRICITY, Problem
from planner.accounting.shortfall import shortfalls
from planner.assembly.assemble import assemble
from planner.assembly.variants import at_resolution, usual_of, with_base
from planner.engine import Options, Slack, growths, interrupted, solve
from planner.plan import Plan
from planner.reading.faults import ScenarioFaults
from planner.reading.read import Reading, read_scenario
from planner.scenario.base import value_in
from planner.solving.preparing import Case, solved_usual

MILLION = 1e6
DIGITS = 4  # of a limit that is raised, rounded up
AREAS = ("roof_m2", "carport_m2", "ground_m2")
LIMITS = {
    "converters": ("max_mw",),
    "stores": ("max_mw", "max_mwh"),
    "markets": ("max_mw", "max_mwh_per_year"),
    "contracts": ("max_mw", "max_mwh_per_year"),
    "instruments": ("max_per_year",),
}
BY_YEAR = ("max_per_year", "annual_capex_limit")
NO_WAY = "Larger limits alone do not help: lower the target, or add an option that serves it."
NO_SUPPLY = "Look at existing_mw and max_mw of what serves them, and at the units of the loads."
MOST_WAYS = 6
ROOMS = (0.0, 1e-3)  # share above the least growth, the second where tolerances leave the first too small
FIRST_SHARE = 0.4  # of the time of a family of ways, for the one that asks for most
FINDING_SHARE = 0.35  # of the time for ways out, until the growths are found

Key = tuple[str, str, str]  # table, name, key: ("markets", "grid", "max_mw"), ("site", "", "roof_m2")
Tables = dict[str, dict[str, Any]]
Prover = Callable[[Tables, float], "Proof"]  # of changed tables, within seconds


@dataclass(frozen=True)
class Proof:
    """What solving with a change gave: a plan's cost, no plan (proven), or neither in time."""

    cost: float | None  # in the scenario's currency
    optimal: bool = True
    in_time: bool = True


@dataclass(frozen=True)
class Way:
    """A change of the scenario in words, with the tables that it changes."""

    lines: tuple[str, ...]
    tables: Tables


@dataclass(frozen=True)
class Found:
    """Ways out with their proofs, ways that were not proven in time, and whether all growths were looked at in time."""

    proven: tuple[tuple[Way, Proof], ...]
    open: tuple[Way, ...]
    complete: bool


def ways_out(reading: Reading, problem: Problem, options: Options, proof: Prover, unserved: bool = False) -> Found:
    """All ways out that time allows to prove; where loads are unserved whatever is asked for, asking for less is none."""
    deadline = time.monotonic() + options.time_limit_s
    finding = replace(options, time_limit_s=FINDING_SHARE * options.time_limit_s)
    found, complete = growths(_with_written_limits(reading, problem), finding, limits_of(reading))
    grown = [[_grown(reading, problem, slacks, room) for room in ROOMS] for slacks in found]
    families = [*([] if unserved else _demands(reading, problem)), *grown]
    proven: list[tuple[Way, Proof]] = []
    late: list[Way] = []
    for n, family in enumerate(families):
        if len(proven) == MOST_WAYS:
            break
        left = (deadline - time.monotonic()) / (len(families) - n)
        way, tried = first_proven(family, proof, time.monotonic() + left)
        if tried.cost is not None:
            proven.append((way, tried))
        elif not tried.in_time:
            late.append(way)
    return Found(tuple(proven), tuple(late), complete)


def first_proven(family: Sequence[Way], proof: Prover, until: float) -> tuple[Way, Proof]:
    """The first of a family that has a plan, by halving: what comes later asks for less. Where none is proven, one that was tried."""

    def tried(n: int, share: float = 1.0) -> Proof:
        left = share * (until - time.monotonic())
        return proof(family[n].tables, left) if left > 0 else Proof(None, in_time=False)

    last = len(family) - 1
    first = tried(0, FIRST_SHARE if last else 1.0)
    if first.cost is not None or not last:
        return family[0], first
    low, high, best = 0, last, tried(last)
    if best.cost is None:
        return (family[last], best) if first.in_time else (family[0], first)
    while high - low > 1:
        middle = (low + high) // 2
        found = tried(middle)
        if not found.in_time:
            break
        low, high, best = (low, middle, found) if found.cost is not None else (middle, high, best)
    return family[high], best


def prover(case: Case, usual: Plan, resolution: str | None) -> Prover:
    """Proofs on a case with its plan for business as usual, on another `resolution` than its own where one is given."""
    was_short = bool(shortfalls(usual_of(case.assembly.problem, usual), usual))

    def proof(tables: Tables, seconds: float) -> Proof:
        begun, given = time.monotonic(), case.source.given
        changes = {name: {**given.get(name, {}), **tables.get(name, {})} for name in {**given, **tables}}
        try:
            reading = read_scenario(case.reading.path, changes)
        except ScenarioFaults:  # the change breaks another rule
            return Proof(None)
        assembly = assemble(reading)
        options = replace(case.options, time_limit_s=seconds)
        problem = with_base(assembly, solved_usual(assembly.problem, options) if was_short else usual)
        problem = problem if resolution is None else at_resolution(reading, problem, resolution)
        left = seconds - (time.monotonic() - begun)
        if left <= 0 or interrupted.is_set():
            return Proof(None, in_time=False)
        plan = solve(problem, replace(options, time_limit_s=left))
        if not plan.decisions:
            return Proof(None, in_time=plan.facts.status == "infeasible")
        return Proof(plan.facts.objective * MILLION, plan.facts.status == "optimal")

    return proof


def limits_of(reading: Reading) -> set[Key]:
    """The limits that the scenario has, of its own or by a preset, by table, name and key."""
    scenario = reading.scenario
    found = {
        (table, name, key)
        for table, keys in LIMITS.items()
        for name, one in getattr(scenario, table).items()
        for key in keys
        if getattr(one, key) is not None or (key == "max_per_year" and one.max_share_of_base is not None)
    }
    found |= {("site", "", key) for key in (*AREAS, "grid_connection_mw") if getattr(scenario.site, key)}
    return found | (
        {("finance", "", "annual_capex_limit")} if scenario.finance.annual_capex_limit is not None else set()
    )


def _with_written_limits(reading: Reading, problem: Problem) -> Problem:
    """The problem whose markets have their own limits alone, without the site's connection, which has a row of its own."""
    written = {name: one.max_mw for name, one in reading.scenario.markets.items()}
    markets = (
        replace(k, max_import_mw=np.inf if written[k.name] is None else float(written[k.name] or 0.0))
        if k.carrier == ELECTRICITY
        else k
        for k in problem.markets
    )
    return replace(problem, markets=tuple(markets))


def _grown(reading: Reading, problem: Problem, slacks: Sequence[Slack], room: float) -> Way:
    """The change that grown limits of the engine are in the scenario, with a share of room where rounding leaves too little."""
    needed: dict[Key, dict[int | None, float]] = {}
    for slack in slacks:
        most = (slack.limit + slack.amount) * (1 + room)
        needed.setdefault(slack.key, {})[slack.year] = most * (MILLION if slack.key[0] == "finance" else 1.0)
    lines: list[str] = []
    tables: Tables = {}
    for (table, name, key), by_year in needed.items():
        for own, values in _keys_of(reading, problem, (table, name, key), by_year):
            lines += _raise(reading, problem, (table, name, own), values, tables)
    return Way(tuple(lines), tables)


def _keys_of(
    reading: Reading, problem: Problem, limit: Key, needed: Mapping[int | None, float]
) -> Iterator[tuple[str, Mapping[int | None, float]]]:
    """The keys of the scenario that hold a limit, with what each must allow."""
    table, name, key = limit
    if table != "instruments":
        yield key, needed
        return
    instrument = reading.scenario.instruments[name]
    base, share = problem.base.gross_tco2e, instrument.max_share_of_base
    if instrument.max_per_year is not None:
        path = instrument.max_per_year
        short: dict[int | None, float] = {
            y: q for y, q in needed.items() if y is not None and q > _at(path, y) * (1 + 1e-9)
        }
        if short:
            yield "max_per_year", short
    if share is not None and base > 0 and max(needed.values()) / base > share:
        yield "max_share_of_base", {None: max(needed.values()) / base}


def _raise(
    reading: Reading, problem: Problem, limit: Key, needed: Mapping[int | None, float], tables: Tables
) -> Iterator[str]:
    """The words of one limit raised; the change is put into the tables."""
    table, name, key = limit
    scenario = getattr(reading.scenario, table)
    one = scenario[name] if name else scenario
    old = getattr(one, key)
    if key in BY_YEAR:
        explicit = isinstance(old, Mapping) and key == "annual_capex_limit"  # other years have none
        path = {y: float(_at(old, y)) for y in problem.years if not explicit or y in old}
        raised = {y: _up(q) for y, q in needed.items() if y is not None}
        if not isinstance(old, Mapping):
            raised = dict.fromkeys(raised, max(raised.values()))
        new: Any = path | raised
        words: list[tuple[float, float, int | None]] = [(path[y], raised[y], y) for y in sorted(raised)]
    else:
        new = _up(max(needed.values()))
        words = [(old, new, None)]
    if name:
        items = tables.setdefault(table, dict(reading.written.get(table, {})))
        items[name] = {**items.get(name, {}), key: new}
    else:
        tables.setdefault(table, {})[key] = new
    own = reading.written.get(table, {})
    preset = "" if not name or key in own.get(name, {}) else " (the preset's limit)"
    unit = _unit(reading, limit)
    spans: dict[tuple[float, float], list[int]] = {}
    for a, b, y in words:
        spans.setdefault((a, b), []).extend([] if y is None else [y])
    named = ".".join(filter(None, (table, name, key)))
    for (a, b), years in spans.items():
        yield f"raise {named}{preset} from {_number(a)} to {_number(b)}{unit}{_in_years(years)}"


def _unit(reading: Reading, limit: Key) -> str:
    table, name, key = limit
    if key == "max_per_year":
        return " MWh" if reading.scenario.instruments[name].kind == "certificate" else " t CO2e"
    if table == "finance":
        return f" {reading.scenario.scenario.currency}"
    units = {"max_mw": " MW", "grid_connection_mw": " MW", "max_mwh": " MWh", "max_mwh_per_year": " MWh"}
    return units.get(key, " m²" if key in AREAS else "")


def _demands(reading: Reading, problem: Problem) -> Iterator[list[Way]]:
    """Families of ways that ask for less, each from what asks for most to what asks for least."""
    rating, durable = reading.scenario.rating, reading.scenario.durability.durable_stars
    if rating is None or problem.rating is None or not rating.target_stars:
        return
    levels = sorted((level.stars for level in problem.rating.levels), reverse=True)
    year, stars = rating.target_year, rating.target_stars
    later = [] if year is None else [y for y in problem.years if y > year]
    yield from filter(
        None,
        (
            [_set(("rating", "target_year"), y, year or y) for y in later],
            [_set(("rating", "target_stars"), n, stars, n if durable > n else None) for n in levels if n < stars],
            [_set(("durability", "durable_stars"), n, durable) for n in [*levels, 0] if n < durable],
        ),
    )


def _set(key: tuple[str, str], new: int, old: int, durable: int | None = None) -> Way:
    tables: Tables = {key[0]: {key[1]: new}}
    words = f"set {'.'.join(key)} to {new} instead of {old}"
    if durable is not None:
        tables["durability"] = {"durable_stars": durable}
        words += f", and durability.durable_stars to {durable}"
    return Way((words,), tables)


def proven_words(found: Found, currency: str, unserved: bool = False) -> list[str]:
    """Lines for the terminal and the summary."""
    lines: list[str] = []
    if found.proven:
        several = len(found.proven) > 1
        lines.append(
            "Ways to reach it, each proven by solving with it:"
            if several
            else "One way to reach it, proven by solving with it:"
        )
        for way, proof in sorted(found.proven, key=lambda one: one[1].cost or 0.0):
            most = "" if proof.optimal else "at most "
            lines += [f"  {line}" for line in _joined(way)]
            lines.append(
                f"    The plan then costs {most}{proof.cost:,.0f} {currency} (net present cost with penalties)."
            )
    elif found.complete and not found.open:
        lines.append(NO_SUPPLY if unserved else NO_WAY)
    if found.open:
        lines.append("Not proven before time ran out (a longer --time-limit may prove it):")
        lines += [f"  {line}" for way in found.open for line in _joined(way)]
    if not found.complete:
        lines.append("Time ran out before all ways were looked at. A longer --time-limit may find more.")
    return lines


def _joined(way: Way) -> list[str]:
    return [line if n == 0 else f"and {line}" for n, line in enumerate(way.lines)]


def _at(path: float | Mapping[int, float], year: int) -> float:
    return value_in(path if isinstance(path, float | int) else dict(path), year)


def _up(value: float) -> float:
    """Rounded up to a few digits; what the solver's tolerance leaves is no more."""
    unit = 10.0 ** (math.floor(math.log10(max(value, 1e-9))) - DIGITS + 1)
    return float(f"{math.ceil(value / unit - 1e-3) * unit:.12g}")


def _number(value: float) -> str:
    return f"{value:,.12g}"


def _in_years(years: Collection[int]) -> str:
    if not years:
        return ""
    first, last = min(years), max(years)
    if last - first + 1 == len(years):
        return f" in {first}" if first == last else f" in {first}-{last}"
    return f" in {', '.join(map(str, sorted(years)))}"
