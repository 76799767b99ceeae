"""Checks of what crosses the fence, and of balances that nothing supplies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planner import library
from planner.reading.checks import Context, known
from planner.reading.checks_plant import option_years, ordered, quantity, required
from planner.reading.findings import Finding
from planner.reading.findings import Path as KeyPath
from planner.reading.series_uses import day_kinds
from planner.scenario import Contract, Market, TimeOfUse

SAME_MONEY = {"CNY": ("元", "RMB", "¥"), "EUR": ("€",), "USD": ("$", "US$")}
_HOURS = re.compile(r"^(\d{1,2})(?::([0-5]\d))?-(\d{1,2})(?::([0-5]\d))?$")


def supply_findings(at: Context) -> Iterator[Finding]:
    """Faults of markets, contracts, instruments, billed quantities and balances."""
    for name, market in at.scenario.markets.items():
        yield from _market(at, ("markets", name), market)
    for name, contract in at.scenario.contracts.items():
        yield from _contract(at, ("contracts", name), contract)
    for name, instrument in at.scenario.instruments.items():
        path = ("instruments", name)
        yield from required(path, instrument, "kind", "price")
        if instrument.max_per_year is None and instrument.max_share_of_base is None:
            yield Finding((*path, "max_per_year"), "nothing", "max_per_year or max_share_of_base")
        yield from ordered(path, instrument, "first_year", "last_year")
    yield from _holidays(at)
    for name, written in at.scenario.base_year.billed.items():
        yield from quantity(("base_year", "billed", name), written, carrier_of(at, name))
    if at.suppliers_known:
        yield from _supplied(at)


def carrier_of(at: Context, name: str) -> str:
    """Carrier of a market, or the carrier itself."""
    market = at.scenario.markets.get(name)
    return name if market is None else market_carrier(market) or name


def market_carrier(market: Market) -> str | None:
    """Carrier of a market: its own, its fuel's, or electricity with a tariff."""
    if market.carrier is not None:
        return market.carrier
    if market.fuel is not None:
        fuels = library.load("fuels")
        return fuels[market.fuel].values["carrier"] if market.fuel in fuels else None
    return "electricity" if market.tariff is not None else None


def _market(at: Context, path: KeyPath, market: Market) -> Iterator[Finding]:
    if market.tariff is not None:
        yield from known((*path, "tariff"), market.tariff, library.load("tariffs"), "a tariff of the library")
    if market.fuel is not None:
        yield from known((*path, "fuel"), market.fuel, library.load("fuels"), "a fuel of the library")
    yield from known((*path, "carrier"), market.carrier, at.carriers, "a carrier")
    if market.carrier is None and market.tariff is None and market.fuel is None:
        yield from required(path, market, "carrier")
    ways = [key for key in ("price_per_mwh", "tou", "file", "values") if getattr(market, key) is not None]
    if len(ways) > 1 or (not ways and market.tariff is None and market.fuel is None):
        got = " and ".join(ways) or "nothing"
        place = (*path, ways[1]) if ways else path
        yield Finding(place, got, "one of price_per_mwh, tou, file, values, or a tariff or fuel")
    if market.tou is not None:
        yield from _time_of_use((*path, "tou"), market.tou)
    money, per, _ = (market.unit or "").partition("/")
    currency = at.scenario.scenario.currency
    if per and money not in (currency, *SAME_MONEY.get(currency, ())):
        wanted = f"{currency}/MWh or {currency}/kWh"
        at.warnings.append(Finding((*path, "unit"), f'"{market.unit}"', wanted, "amounts are not converted"))
    if market.max_export_mw and market.export_price_per_mwh is None:
        yield Finding((*path, "export_price_per_mwh"), "nothing", "a price", "required by max_export_mw")
    if market.demand_rule in ("peak", "contract") and market.tariff is None:
        yield from required(path, market, "demand_charge_per_kw_month")
    carrier = market_carrier(market)
    if carrier != "electricity" and market.fuel is None and market.emission_factor_t_per_mwh is None:
        hint = "every carrier has an emission line; 0 if it truly has none"
        yield Finding((*path, "emission_factor_t_per_mwh"), "nothing", "a factor [t CO2e/MWh], or a fuel", hint)


def _time_of_use(path: KeyPath, tou: TimeOfUse) -> Iterator[Finding]:
    yield from known((*path, "otherwise"), tou.otherwise, tou.prices, "a name in prices")
    for position, period in enumerate(tou.periods):
        place = (*path, "periods", position)
        yield from known((*place, "price"), period.price, tou.prices, "a name in prices")
        for item, hours in enumerate(period.hours):
            if hours_of_day(hours) is None:
                yield Finding((*place, "hours", item), f'"{hours}"', "hours such as 8-11 or 8:30-10, within 0 to 24")


def _holidays(at: Context) -> Iterator[Finding]:
    """Where a tariff names holidays, the country's must be known."""
    if any("holiday" in day_kinds(market) for market in at.scenario.markets.values()):
        from planner.reading.days import public_holidays  # numpy only where it is needed

        country = at.scenario.site.country
        try:
            public_holidays(country, at.scenario.horizon.first_year)
        except KeyError:
            hint = "a tariff names holidays"
            yield Finding(("site", "country"), f'"{country}"', "a country, or a part of one, with known holidays", hint)


def hours_of_day(written: str) -> tuple[float, float] | None:
    """Beginning and end of a span of hours; None if it cannot be read. A span over midnight ends before it begins.

    >>> hours_of_day("8:30-11"), hours_of_day("22-6"), hours_of_day("8-25")
    ((8.5, 11.0), (22.0, 6.0), None)
    """
    match = _HOURS.match(written.replace(" ", ""))
    if match is None:
        return None
    begin = int(match[1]) + int(match[2] or 0) / 60
    end = int(match[3]) + int(match[4] or 0) / 60
    return (begin, end) if begin <= 24 and end <= 24 and begin != end else None


def _contract(at: Context, path: KeyPath, contract: Contract) -> Iterator[Finding]:
    yield from option_years(at, path, contract)
    yield from required(path, contract, "kind", "price_per_mwh", "tenor_years")
    delivers = contract.kind in ("as_produced", "baseload")
    if delivers and contract.max_mw is None:
        yield from required(path, contract, "max_mw")
    if contract.kind in ("green_tariff", "virtual") and contract.max_mwh_per_year is None:
        yield from required(path, contract, "max_mwh_per_year")
    if contract.kind == "as_produced" and contract.profile is None:
        yield from required(path, contract, "profile")
    if contract.direct_line and contract.bundled is False:
        hint = "what comes over a line of its own is green by its origin"
        yield Finding((*path, "bundled"), "false", "true, or direct_line = false", hint)
    yield from ordered(path, contract, "min_mw", "max_mw")
    yield from ordered(path, contract, "min_mwh_per_year", "max_mwh_per_year")


def _supplied(at: Context) -> Iterator[Finding]:
    """Every carrier that is used must come from somewhere; hotter heat may serve cooler."""
    plan = at.scenario
    supply = {market_carrier(market) for market in plan.markets.values()}
    supply |= {carrier for converter in plan.converters.values() for carrier in converter.outputs or {}}
    supply |= {
        use.carrier for retrofit in plan.retrofits.values() for use in retrofit.side_use or () if use.mwh_per_mwh < 0
    }
    if any(contract.kind in ("as_produced", "baseload") for contract in plan.contracts.values()):
        supply.add("electricity")
    heat = [at.temperature(carrier) for carrier in supply if carrier is not None]
    hottest = max((temperature for temperature in heat if temperature is not None), default=-273.0)
    used: list[tuple[KeyPath, str]] = [(("demands", name, "carrier"), d.carrier) for name, d in plan.demands.items()]
    for name, converter in plan.converters.items():
        inputs = set(converter.inputs or {}) | ({"electricity"} if converter.cop or converter.carnot_share else set())
        used += [(("converters", name, "inputs", carrier), carrier) for carrier in sorted(inputs)]
    for path, carrier in used:
        temperature = at.temperature(carrier)
        from_hotter = temperature is not None and temperature <= hottest
        if carrier in at.carriers and carrier not in supply and not from_hotter:
            yield Finding(path, carrier, "a carrier that a market, converter or contract supplies")
