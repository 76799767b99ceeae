"""Every series that a scenario reads, with what it is."""

from __future__ import annotations

from collections.abc import Iterator

from planner import library
from planner.scenario import Market, Scenario, SeriesKeys

Use = tuple[str, str, SeriesKeys]  # kind (load, shape or price), key, keys


def series_of(scenario: Scenario) -> Iterator[Use]:
    """Every series but the weather's."""
    for name, demand in scenario.demands.items():
        if demand.file is not None or demand.values is not None:
            yield "load", f"demands.{name}", demand
        if isinstance(demand.profile, SeriesKeys):
            yield "shape", f"demands.{name}.profile", demand.profile
    for name, market in scenario.markets.items():
        if market.file is not None or market.values is not None:
            yield "price", f"markets.{name}", market
    for table in ("converters", "contracts"):
        for name, thing in getattr(scenario, table).items():
            if isinstance(thing.profile, SeriesKeys):
                yield "shape", f"{table}.{name}.profile", thing.profile


def keeps_weekdays(scenario: Scenario, key: str) -> bool:
    """Whether a series follows weekdays: loads, prices, and availability that is not sun or wind; those keep their season."""
    table, name, *_ = key.split(".")
    return table in ("demands", "markets") or (table == "converters" and not scenario.converters[name].renewable)


def day_kinds(market: Market) -> frozenset[str]:
    """The kinds of day, such as workday or holiday, between which a tariff differs, the market's own or the library's."""
    if market.tou is not None:
        return frozenset(period.days for period in market.tou.periods) - {"all"}
    own_price = market.file is not None or market.values is not None or market.price_per_mwh is not None
    entry = None if market.tariff is None or own_price else library.load("tariffs").get(market.tariff)
    periods = () if entry is None else entry.values.get("tou", {}).get("periods", ())
    return frozenset(period.get("days", "all") for period in periods) - {"all"}
