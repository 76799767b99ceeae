"""Which days the representative year has, and what is said of series whose stamps are of other years."""

from __future__ import annotations

from collections.abc import Iterator

from planner.reading.days import NEAR, Days, shown
from planner.reading.faults import Fault
from planner.reading.series_uses import Use, day_kinds, keeps_weekdays, series_of
from planner.reading.timeseries import SeriesReader
from planner.reading.units import mwh
from planner.scenario import Scenario

HOURS = 8760


def country_of(scenario: Scenario) -> str | None:
    """The country whose public holidays count, where a tariff names holidays."""
    named = any("holiday" in day_kinds(market) for market in scenario.markets.values())
    return scenario.site.country if named else None


def days_of(scenario: Scenario, reader: SeriesReader) -> tuple[Days, str | None]:
    """The days of the representative year, and the series whose stamps they are; None where they are the base year's.

    Stamped loads decide, those of electricity before others; where their years differ, the one with the most energy. Without
    any, stamped prices decide.
    """
    country = country_of(scenario)
    found: dict[Days, dict[str, Use]] = {}
    for use in series_of(scenario):
        if keeps_weekdays(scenario, use[1]) and (days := reader.days(use[2], use[1], country)) is not None:
            found.setdefault(days, {})[use[1]] = use
    if not found:
        base_year = scenario.base_year.year or scenario.horizon.first_year - 1
        return Days.of_year(base_year, country=country), None

    def weight(days: Days) -> tuple[float, float, bool, int]:
        loads = [(_carrier(scenario, use), _energy(scenario, reader, use)) for use in found[days].values()]
        electric = sum(energy for carrier, energy in loads if carrier == "electricity")
        return electric, sum(energy for _, energy in loads), any(c is not None for c, _ in loads), days.year

    chosen = max(found, key=weight) if len(found) > 1 else next(iter(found))
    return chosen, min(found[chosen])


def _carrier(scenario: Scenario, use: Use) -> str | None:
    table, name, *_ = use[1].split(".")
    return scenario.demands[name].carrier if table == "demands" else None


def _energy(scenario: Scenario, reader: SeriesReader, use: Use) -> float:
    """MWh per year of a load; zero for anything else."""
    kind, key, keys = use
    carrier = _carrier(scenario, use)
    if carrier is None:
        return 0.0
    if kind == "load":
        return float(reader.load(keys, key, carrier).mean()) * HOURS
    demand = scenario.demands[key.split(".")[1]]
    return mwh(demand.annual_mwh or 0.0, carrier) + sum(demand.monthly_mwh or ())


def told(scenario: Scenario, reader: SeriesReader) -> Iterator[Fault]:
    """What was done to keep weekdays together, as warnings."""
    days, decided_by = days_of(scenario, reader)
    base_year = scenario.base_year.year or scenario.horizon.first_year - 1
    by_kind = [name for name, market in scenario.markets.items() if day_kinds(market)]
    follows = [f"markets.{name}" for name in by_kind]
    follows += [
        f"demands.{name}"
        for name, demand in scenario.demands.items()
        if demand.file is None and demand.values is None and isinstance(demand.profile, str)
    ]
    if decided_by is not None and days.year != base_year and follows:
        wanted = f"stamps of the base year {base_year}"
        hint = f"weekdays stay those of {shown(days.dates)}: {', '.join(sorted(follows))} follow them"
        yield Fault(decided_by, f"stamps of {days.year}", wanted, hint)
    said: set[tuple[str | None, Days | None]] = set()
    for _, key, keys in series_of(scenario):
        if not keeps_weekdays(scenario, key) or keys.file is None:
            continue
        own = reader.days(keys, key, days.country)
        if own == days or (keys.file, own) in said:
            continue
        said.add((keys.file, own))
        if own is not None:
            yield _laid_on(days, own, key, str(decided_by))
        elif decided_by is None and by_kind:
            hint = f"its first day is taken as 1 January {shown(days.dates)}"
            yield Fault(key, "a file without stamps", f"stamps, as markets.{min(by_kind)} differs by weekday", hint)


def _laid_on(days: Days, own: Days, key: str, decided_by: str) -> Fault:
    source = days.from_days(own)
    astray = int((days.kind != own.kind[source]).sum())
    apart = f", at most {NEAR} days away" + (f"; {astray} of 365 find none and stand elsewhere" if astray else "")
    return Fault(
        key,
        f"stamps of {own.year}",
        f"stamps of {days.year} as in {decided_by}",
        f"each of its days is laid on the nearest of the same kind{apart}",
    )
