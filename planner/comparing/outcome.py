"""What came of it: cost, stars, tonnes and decisions of plans side by side.

A plan's cost is known to lie between its proven bound and the plan in hand. Where two such intervals overlap, better plans
might turn the difference round, and its sign is undecided. Differences are against the first plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.results.folder import Results, Row
from planner.results.steps import HAIR

UNDECIDED, HIGHER, LOWER, EQUAL, NOT_COMPARED = "undecided", "higher", "lower", "equal", "not_compared"
SAME_SIZE = 0.01  # relative difference of sizes that is none
SAME_AMOUNT = 1e-6  # relative difference of amounts that is rounding
DONE = {"start": "measure", "adopt": "set up", "build": "build", "build_energy": "build", "sign": "sign"}
OTHER = {"retire": "retire", "buy": "buy in all", "use": "use in all"}
TONNES = ("gross_location", "gross_market", "net", "scope1", "scope2_location", "scope2_market", "scope3")

Number = float | None


@dataclass(frozen=True)
class Amount:
    """A number of every plan, and how the others' stand to the first's."""

    metric: str
    unit: str
    values: tuple[Number, ...]
    signs: tuple[str, ...]  # one for each plan after the first


@dataclass(frozen=True)
class Treatment:
    """What a plan does with a thing: years, sizes by unit."""

    first_year: int
    last_year: int
    count: int
    sizes: Mapping[str, float]


@dataclass(frozen=True)
class Decision:
    """A thing that the plans treat differently."""

    item: str
    verb: str
    plans: tuple[Treatment | None, ...]


def costs(cases: Sequence[Results]) -> list[Amount]:
    """Objective with its proven interval, then what it consists of."""
    first, *others = (case.summary for case in cases)
    currency = str(first.get("currency", ""))
    proven = tuple(verdict(first, other) for other in others)
    found = []
    for metric in ("objective", "net_present_cost", "lower_bound", "penalties", "capex"):
        values = tuple(case.summary.get(metric) for case in cases)
        signs = proven if metric in ("objective", "net_present_cost") else signs_of(values)
        apart = tuple(p if p == NOT_COMPARED else sign for p, sign in zip(proven, signs, strict=True))
        found.append(Amount(metric, currency, values, apart))
    return found


def verdict(first: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """How the least cost of another plan stands to the first's, as far as it is proven.

    >>> verdict({"objective": 10.0, "lower_bound": 9.0}, {"objective": 12.0, "lower_bound": 10.5})
    'higher'
    >>> verdict({"objective": 10.0, "lower_bound": 9.0}, {"objective": 10.5, "lower_bound": 9.5})
    'undecided'
    """
    both = (first, other)
    if len(kinds_of_money(both)) > 1 or len(horizons(both)) > 1 or None in (one.get("objective") for one in both):
        return NOT_COMPARED
    (low, high), (other_low, other_high) = _interval(first), _interval(other)
    if other_low > high:
        return HIGHER
    if other_high < low:
        return LOWER
    return EQUAL if _sign(high, other_high) == EQUAL else UNDECIDED


def kinds_of_money(summaries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Currencies and price years of the amounts; more than one cannot be compared."""
    return sorted({f"{one.get('currency')} {one.get('price_year')}" for one in summaries})


def horizons(summaries: Iterable[Mapping[str, Any]]) -> list[str]:
    """First to last year of the plans; costs of more than one horizon cannot be compared."""
    return sorted({f"{min(years)}–{max(years)}" for one in summaries if (years := one.get("years"))})


def tonnes(cases: Sequence[Results]) -> list[Amount]:
    """Tonnes of all years that the plans have in common, and of the last of them."""
    emitted = [case.summary.get("emissions_tco2e") or {} for case in cases]
    shared = set.intersection(*map(set, filter(None, emitted))) if any(emitted) else set()
    found = []
    for metric in TONNES:
        by_year = [{year: one[year][metric] for year in sorted(shared)} if one else {} for one in emitted]
        for name, pick in ((f"{metric}.all_years", _total), (f"{metric}.last_year", _last)):
            values = tuple(pick(years) for years in by_year)
            found.append(Amount(name, "t", values, signs_of(values)))
    return [one for one in found if any(sign != EQUAL for sign in one.signs) and any(one.values)]


def stars(cases: Sequence[Results]) -> list[Amount]:
    """Stars and durable stars of the years in which they differ."""
    found = []
    for metric in ("stars", "durable_stars"):
        years = sorted({year for case in cases for year in case.summary.get(metric) or {}})
        for year in years:
            values = tuple((case.summary.get(metric) or {}).get(year) for case in cases)
            if any(value != values[0] for value in values):
                found.append(Amount(f"{metric}.{year}", "", values, signs_of(values)))
    return found


def decisions(cases: Sequence[Results]) -> list[Decision]:
    """Things that are built, started, signed or bought at other times or in other sizes."""
    plans = [dict(_decided(case.tables.get("decisions", ()))) for case in cases]
    found = []
    for item, verb in dict.fromkeys(key for plan in plans for key in plan):
        each = tuple(plan.get((item, verb)) for plan in plans)
        if any(not _alike(each[0], other) for other in each[1:]):
            found.append(Decision(item, verb, each))
    return found


def signs_of(values: Sequence[Number]) -> tuple[str, ...]:
    """How the later values stand to the first.

    >>> signs_of((1.0, 2.0, 1.0, None))
    ('higher', 'equal', 'not_compared')
    """
    return tuple(_sign(values[0], value) for value in values[1:])


def _sign(first: Number, other: Number) -> str:
    if first is None or other is None:
        return NOT_COMPARED
    if abs(other - first) <= SAME_AMOUNT * max(abs(first), abs(other)):
        return EQUAL
    return HIGHER if other > first else LOWER


def _interval(summary: Mapping[str, Any]) -> tuple[float, float]:
    high = float(summary["objective"])
    return min(float(summary.get("lower_bound", high)), high), high


def _total(years: Mapping[str, float]) -> Number:
    return sum(years.values()) if years else None


def _last(years: Mapping[str, float]) -> Number:
    return years[max(years)] if years else None


def _decided(rows: Iterable[Row]) -> Iterator[tuple[tuple[str, str], Treatment]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        verb = DONE.get(row.metric) or OTHER.get(row.metric)
        if verb and row.year is not None and not (row.metric == "retire" and row.value < HAIR):
            groups.setdefault((row.item, verb), []).append(row)
    for key, group in groups.items():
        years = sorted({row.year or 0 for row in group})
        sizes: dict[str, float] = {}
        for row in group:
            if row.metric not in ("start", "adopt"):
                sizes[row.unit] = sizes.get(row.unit, 0.0) + row.value
        yield key, Treatment(years[0], years[-1], len(years), sizes)


def _alike(one: Treatment | None, other: Treatment | None) -> bool:
    """Done in the same years, in sizes that differ by less than is said."""
    if one is None or other is None:
        return one is other
    if (one.first_year, one.last_year, one.count) != (other.first_year, other.last_year, other.count):
        return False
    return one.sizes.keys() == other.sizes.keys() and all(
        abs(size - other.sizes[unit]) <= SAME_SIZE * max(abs(size), abs(other.sizes[unit]))
        for unit, size in one.sizes.items()
    )
