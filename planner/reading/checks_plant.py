"""Checks of what stands on the site or may be built: demands, converters, stores, retrofits, management items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from planner import library
from planner.reading.checks import Context, known
from planner.reading.findings import Finding, shown
from planner.reading.findings import Path as KeyPath
from planner.reading.magnitudes import TOO_MUCH
from planner.reading.units import QuantityError, mwh
from planner.scenario import Converter, Demand, Retrofit
from planner.scenario.base import Table
from planner.scenario.things import BuildKeys, SizedKeys


def plant_findings(at: Context) -> Iterator[Finding]:
    """Faults of demands, plant and measures."""
    for name, demand in at.scenario.demands.items():
        yield from _demand(at, ("demands", name), demand)
    for name, converter in at.scenario.converters.items():
        path = ("converters", name)
        yield from _build(at, path, converter)
        yield from _sized(path, converter)
        yield from _converter(at, path, converter)
    for name, store in at.scenario.stores.items():
        path = ("stores", name)
        yield from _build(at, path, store)
        yield from _sized(path, store)
        yield from required(path, store, "carrier", "charge_efficiency", "discharge_efficiency", "capex_per_kwh")
        yield from known((*path, "carrier"), store.carrier, at.carriers, "a carrier")
        yield from ordered(path, store, "min_hours", "max_hours")
        yield from ordered(path, store, "existing_mwh", "max_mwh")
    for name, retrofit in at.scenario.retrofits.items():
        yield from _build(at, ("retrofits", name), retrofit)
        yield from _retrofit(at, ("retrofits", name), retrofit)
    yield from _requires_itself(at.scenario.retrofits)
    yield from _management(at)


def required(path: KeyPath, table: Table, *keys: str) -> Iterator[Finding]:
    """Keys that neither the scenario nor a preset gives."""
    for key in keys:
        if getattr(table, key) is None:
            hint = "no preset supplies it" if getattr(table, "preset", "") is None else ""
            description = type(table).model_fields[key].description
            yield Finding((*path, key), "nothing", f"{description}", hint)


def ordered(path: KeyPath, table: Table, low: str, high: str) -> Iterator[Finding]:
    """Two keys of which the first may not exceed the second."""
    small, large = getattr(table, low), getattr(table, high)
    if small is not None and large is not None and small > large:
        yield Finding((*path, high), f"{large:g}", f"at least {small:g}, the {low}")


def option_years(at: Context, path: KeyPath, table: Any) -> Iterator[Finding]:
    """earliest_year and latest_year must leave a year of the horizon."""
    horizon = at.scenario.horizon
    first, last = table.earliest_year, table.latest_year
    if first is not None and first > horizon.last_year:
        yield Finding((*path, "earliest_year"), str(first), f"a year up to {horizon.last_year}, the last year")
    if last is not None and last < horizon.first_year:
        yield Finding((*path, "latest_year"), str(last), f"a year from {horizon.first_year} on, the first year")
    if first is not None and last is not None and last < first:
        yield Finding((*path, "latest_year"), str(last), f"a year from {first} on, the earliest_year")


def _demand(at: Context, path: KeyPath, demand: Demand) -> Iterator[Finding]:
    yield from known((*path, "carrier"), demand.carrier, at.carriers, "a carrier")
    yield from known((*path, "follows"), demand.follows, at.names("production"), "a production")
    ways = [key for key in ("file", "values", "annual_mwh", "monthly_mwh") if getattr(demand, key) is not None]
    if len(ways) != 1:
        got = " and ".join(ways) or "nothing"
        hint = "put the file into profile to use it as a shape" if "file" in ways else ""
        yield Finding((*path, ways[1]) if ways else path, got, "one of annual_mwh, monthly_mwh, file, values", hint)
    if isinstance(demand.profile, str):
        yield from known((*path, "profile"), demand.profile, library.load("profiles"), "a profile of the library")
    if demand.monthly_mwh is not None and at.scenario.horizon.period_weights is not None:
        hint = "given periods are no months; annual_mwh or values give their loads"
        yield Finding((*path, "monthly_mwh"), "monthly bills", "no monthly_mwh beside horizon.period_weights", hint)
    if demand.annual_mwh is not None:
        yield from quantity((*path, "annual_mwh"), demand.annual_mwh, demand.carrier)


def quantity(path: KeyPath, written: float | str, carrier: str) -> Iterator[Finding]:
    """A quantity that cannot be read in MWh."""
    try:
        found = mwh(written, carrier)
    except QuantityError as error:
        yield Finding(path, shown(written), str(error))
        return
    if isinstance(written, str) and found >= TOO_MUCH:
        yield Finding(path, shown(written), f"less than {TOO_MUCH:.0e} MWh")


def _build(at: Context, path: KeyPath, table: BuildKeys) -> Iterator[Finding]:
    yield from option_years(at, path, table)
    if table.payment_shares is not None and abs(sum(table.payment_shares) - 1) > 1e-6:
        yield Finding((*path, "payment_shares"), f"a sum of {sum(table.payment_shares):g}", "shares that sum to 1")


def _sized(path: KeyPath, table: SizedKeys) -> Iterator[Finding]:
    yield from ordered(path, table, "min_mw", "max_mw")
    yield from ordered(path, table, "existing_mw", "max_mw")
    yield from required(path, table, "life_years")


def _converter(at: Context, path: KeyPath, converter: Converter) -> Iterator[Finding]:
    for side in ("inputs", "outputs"):
        for carrier in getattr(converter, side) or {}:
            yield from known((*path, side, carrier), carrier, at.carriers, "a carrier", at_key=True)
    if not converter.outputs and converter.captured_kgco2_per_mwh is None:
        yield Finding(
            (*path, "outputs"), "nothing", "a table of carrier to MWh per MWh of activity", _preset_hint(converter)
        )
    if converter.cop is not None and "electricity" in (converter.inputs or {}):
        yield Finding(
            (*path, "cop"), f"{converter.cop:g}", "no cop beside inputs.electricity", "electricity in is 1/cop"
        )
    makes_power_of = "electricity" in (converter.inputs or {}) or converter.cop or converter.carnot_share
    if converter.electrified_heat and not makes_power_of:
        yield Finding((*path, "electrified_heat"), "true", "electricity among its inputs, or a cop")
    if converter.carnot_share is not None:
        yield from required(path, converter, "cop_source", "cop_sink_c")
    if converter.min_load_share and converter.package_mw is None:
        yield Finding((*path, "package_mw"), "nothing", "the size of a unit", "required by min_load_share")
    existing = converter.existing_mw or 0.0
    may_grow = converter.max_mw is None or converter.max_mw > existing
    costs = (converter.capex_per_kw, converter.capex_segments, converter.capex_fixed)
    if may_grow and all(cost is None for cost in costs):
        yield Finding(
            (*path, "capex_per_kw"), "nothing", "an investment cost", "or max_mw = existing_mw, to build no more"
        )
    yield from _segments(path, converter)
    supply = converter.supply_temperature_c
    for carrier in converter.outputs or {}:
        wanted = at.temperature(carrier)
        if supply is not None and wanted is not None and wanted > supply:
            got = f"{carrier} at {wanted:g} °C"
            yield Finding((*path, "outputs"), got, f"heat up to {supply:g} °C, its supply_temperature_c")


def _preset_hint(table: Any) -> str:
    return "the library has no preset of this name" if table.preset is None else ""


def _segments(path: KeyPath, converter: Converter) -> Iterator[Finding]:
    above = 0.0
    least = min((segment.min_mw for segment in converter.capex_segments or ()), default=0.0)
    if converter.max_mw is not None and least > converter.max_mw:
        wanted = f"one that begins at or below {converter.max_mw:g}, its max_mw"
        yield Finding((*path, "capex_segments"), f"pieces from {least:g} MW on", wanted)
    for position, segment in enumerate(converter.capex_segments or ()):
        place = (*path, "capex_segments", position)
        if segment.min_mw < above:
            yield Finding((*place, "min_mw"), f"{segment.min_mw:g}", f"at least {above:g}, the end of the piece before")
        if segment.max_mw <= segment.min_mw:
            yield Finding((*place, "max_mw"), f"{segment.max_mw:g}", f"more than {segment.min_mw:g}, its min_mw")
        above = segment.max_mw


def _retrofit(at: Context, path: KeyPath, retrofit: Retrofit) -> Iterator[Finding]:
    yield from required(path, retrofit, "life_years")
    if retrofit.savings is None and not (retrofit.applies_to and retrofit.saving_share is not None):
        yield Finding((*path, "savings"), "nothing", "savings, or applies_to with saving_share", _preset_hint(retrofit))
    for demand in retrofit.savings or {}:
        yield from known((*path, "savings", demand), demand, at.names("demands"), "a demand", at_key=True)
    treated = retrofit.applies_to or []
    if not _written(at, path, "applies_to") and treated and not set(treated) & set(at.end_uses):
        got = f"none of its end uses {', '.join(treated)}"
        yield Finding(
            (*path, "applies_to"), got, "a demand, or its end_use, that it treats", "set applies_to or savings"
        )
    elif _written(at, path, "applies_to"):
        for position, end_use in enumerate(treated):
            yield from known((*path, "applies_to", position), end_use, at.end_uses, "a demand or end use")
    if retrofit.capex is None and retrofit.capex_per_annual_mwh is None:
        yield Finding((*path, "capex"), "nothing", "capex or capex_per_annual_mwh", _preset_hint(retrofit))
    for position, use in enumerate(retrofit.side_use or ()):
        place = (*path, "side_use", position)
        yield from known((*place, "carrier"), use.carrier, at.carriers, "a carrier")
        yield from known((*place, "demand"), use.demand, at.names("demands"), "a demand")
    yield from _relations(at, path, retrofit)


def _written(at: Context, path: KeyPath, key: str) -> bool:
    table = at.written.get(str(path[0]), {}).get(path[1])
    return isinstance(table, Mapping) and key in table


def _relations(at: Context, path: KeyPath, retrofit: Retrofit) -> Iterator[Finding]:
    measures = at.names("retrofits")
    items = dict.fromkeys([*at.names("management"), *at.scenario.management])  # a preset may have brought one
    for key, words, what in (
        ("requires", [*measures, *items], "a retrofit or management item"),
        ("excludes", measures, "a retrofit"),
    ):
        for position, name in enumerate(getattr(retrofit, key) or ()):
            place = (*path, key, position)
            if not _written(at, path, key) and name not in words and key == "excludes":
                continue  # a preset names what the site may not have
            yield from known(place, name, words, what)
            if name == path[1]:
                yield Finding(place, f'"{name}"', "another measure than itself")
    both = set(retrofit.requires or ()) & set(retrofit.excludes or ())
    for name in sorted(both):
        yield Finding((*path, "excludes"), f'"{name}"', "a measure that it does not require")


def _requires_itself(retrofits: Mapping[str, Retrofit]) -> Iterator[Finding]:
    """Measures that require each other in a circle, each circle once."""
    seen: set[str] = set()
    for first in retrofits:
        trail = _circle(retrofits, first, (first,))
        if len(trail) > 2 and not seen.intersection(trail):
            seen.update(trail)
            got = " requires ".join(trail)
            yield Finding(("retrofits", first, "requires"), got, "measures that do not require each other")


def _circle(retrofits: Mapping[str, Retrofit], first: str, trail: tuple[str, ...]) -> tuple[str, ...]:
    """The shortest way found from a measure back to itself along what is required; empty if there is none."""
    for other in retrofits[trail[-1]].requires or () if trail[-1] in retrofits else ():
        if other == first:
            return (*trail, other)
        if other not in trail and (found := _circle(retrofits, first, (*trail, other))):
            return found
    return ()


def _management(at: Context) -> Iterator[Finding]:
    indicators = [indicator["id"] for indicator in at.standard.get("indicators", ())]
    for name, item in at.scenario.management.items():
        path = ("management", name)
        yield from option_years(at, path, item)
        if at.standard and _written(at, path, "points"):
            for indicator in item.points or {}:
                where = (*path, "points", indicator)
                yield from known(where, indicator, indicators, "an indicator of the standard", at_key=True)
        if at.standard and _written(at, path, "gate"):
            yield from known((*path, "gate"), item.gate, at.items, "a gate item of the standard")
        if item.capex is None and item.status != "met":
            yield from required(path, item, "capex")
