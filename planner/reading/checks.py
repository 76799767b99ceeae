"""Checks that look beyond one key: references, years, and keys that need or exclude each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from planner import library
from planner.library import LibraryError, read_toml
from planner.reading.faults import ScenarioFaults, did_you_mean, one_of
from planner.reading.findings import Finding, shown
from planner.reading.findings import Path as KeyPath
from planner.reading.presets import TABLES
from planner.reading.timefiles import path_inside
from planner.scenario import Scenario
from planner.scenario.carriers import BUILT_IN

LIBRARY_CURRENCY = "CNY"


@dataclass
class Context:
    """The scenario, its folder, and the names that it may refer to."""

    scenario: Scenario
    folder: Path
    written: Mapping[str, Any]  # as in the file: names exist even if their table has faults
    suppliers_known: bool = True  # False while a table that supplies carriers has faults
    horizon_known: bool = True  # False while the years have faults
    warnings: list[Finding] = field(default_factory=list)

    def names(self, table: str) -> list[str]:
        """Names of a table, those with faults included."""
        found = self.written.get(table)
        return list(found) if isinstance(found, Mapping) else []

    @cached_property
    def carriers(self) -> list[str]:
        """Built-in carriers and the scenario's own."""
        return [*BUILT_IN, *self.names("carriers")]

    @cached_property
    def end_uses(self) -> list[str]:
        """Demands by name and by end use."""
        named = (d.end_use for d in self.scenario.demands.values() if d.end_use)
        return list(dict.fromkeys([*self.names("demands"), *named]))

    def temperature(self, carrier: str) -> float | None:
        """Supply temperature of a heat carrier."""
        own = self.scenario.carriers.get(carrier)
        if own is not None and own.temperature_c is not None:
            return own.temperature_c
        return BUILT_IN[carrier].temperature_c if carrier in BUILT_IN else None

    @cached_property
    def standard(self) -> Mapping[str, Any]:
        """The rating standard's table; empty if there is none or it cannot be read."""
        rating = self.scenario.rating
        if rating is None:
            return {}
        try:
            if rating.file is not None:
                return _own_standard(self.folder, rating.file)
            return (
                read_toml(library.FOLDER / "ratings" / f"{rating.standard}.toml")
                if rating.standard in standards()
                else {}
            )
        except (LibraryError, ScenarioFaults):
            return {}

    @cached_property
    def items(self) -> list[str]:
        """Questionnaire items of the standard."""
        return [item["id"] for indicator in self.standard.get("indicators", ()) for item in indicator.get("items", ())]


def _own_standard(folder: Path, file: str) -> Mapping[str, Any]:
    """The tables of a user's copy of a standard. Raises ScenarioFaults and LibraryError where it is none."""
    from planner.library.rating_table import read_rating  # needed for a copy only

    return read_rating(path_inside(folder, file, "rating.file")).tables


def standards() -> list[str]:
    """Rating standards of the library."""
    return sorted(path.stem for path in (library.FOLDER / "ratings").glob("*.toml"))


def known(
    path: KeyPath, word: str | None, words: Iterable[str], what: str, *, at_key: bool = False
) -> Iterator[Finding]:
    """A finding if a name is given and is not among those that exist."""
    listed = list(words)
    if word is not None and word not in listed:
        yield Finding(path, shown(word), f"{what}: {one_of(listed)}", did_you_mean(word, listed), at_key)


def case_findings(at: Context) -> Iterator[Finding]:
    """Faults of the case's own tables."""
    _currency(at)
    yield from _years(at)
    yield from _base_year(at)
    yield from _finance(at)
    yield from _emissions(at)
    yield from _rating(at)
    yield from _resolution(at)
    yield from _site(at)


def _currency(at: Context) -> None:
    """The library's prices are not converted."""
    currency = at.scenario.scenario.currency
    if currency == LIBRARY_CURRENCY:
        return
    kept = list(_in_library_money(at))
    if kept:
        wanted = f"{LIBRARY_CURRENCY}, the currency of the library"
        hint = f"nothing is converted; still in {LIBRARY_CURRENCY}: {', '.join(kept)}"
        at.warnings.append(Finding(("scenario", "currency"), shown(currency), wanted, hint))


def _in_library_money(at: Context) -> Iterator[str]:
    """What the scenario leaves to the library's or the schema's amounts of money."""
    for kind in TABLES:
        for name in at.names(kind):
            table, written = getattr(at.scenario, kind).get(name), at.written[kind][name]
            fields = type(table).model_fields.items() if table is not None else ()
            for key, info in fields:
                unit = (
                    (info.json_schema_extra or {}).get("unit", "") if isinstance(info.json_schema_extra, dict) else ""
                )
                if key not in written and LIBRARY_CURRENCY in str(unit) and getattr(table, key):
                    yield f"{kind}.{name}.{key}"
    for name, market in at.scenario.markets.items():
        own = (market.price_per_mwh, market.tou, market.file, market.values)
        if market.tariff is not None or (market.fuel is not None and all(price is None for price in own)):
            yield f"markets.{name}.{'fuel' if market.tariff is None else 'tariff'}"
    if at.scenario.rating is not None:
        yield "management items of the standard that have no table"
        if at.scenario.durability.penalty:
            yield from (
                f"durability.{key}"
                for key in ("penalty_per_t", "penalty_step_per_t")
                if key not in at.scenario.durability.model_fields_set
            )


def _years(at: Context) -> Iterator[Finding]:
    horizon = at.scenario.horizon
    if horizon.last_year < horizon.first_year:
        yield Finding(("horizon", "last_year"), str(horizon.last_year), f"a year from {horizon.first_year} on")
    elif horizon.last_year - horizon.first_year >= 60:
        span = horizon.last_year - horizon.first_year + 1
        yield Finding(("horizon", "last_year"), f"{span} years", "at most 60 years")
    if horizon.today is not None and horizon.today.year > horizon.last_year >= horizon.first_year:
        yield Finding(("horizon", "today"), str(horizon.today), f"a day up to {horizon.last_year}, the last year")


def _base_year(at: Context) -> Iterator[Finding]:
    base, horizon = at.scenario.base_year, at.scenario.horizon
    if at.horizon_known and base.year is not None and base.year > horizon.first_year:
        yield Finding(("base_year", "year"), str(base.year), f"a year up to {horizon.first_year}, the first year")
    buyable = [*at.names("markets"), *at.carriers]
    for table in ("billed", "cost"):
        for name in getattr(base, table):
            yield from known(("base_year", table, name), name, buyable, "a market or carrier", at_key=True)
    for name in base.output:
        yield from known(("base_year", "output", name), name, at.names("production"), "a production", at_key=True)


def _finance(at: Context) -> Iterator[Finding]:
    finance = at.scenario.finance
    if finance.inflation is not None:
        return
    reasons = {
        "finance.price_basis is nominal": finance.price_basis == "nominal",
        "finance.tax_rate is above 0 and depreciation is nominal": finance.tax_rate > 0,
        **{
            f"contracts.{name}.price_basis is nominal": contract.price_basis == "nominal"
            for name, contract in at.scenario.contracts.items()
        },
    }
    for reason, holds in reasons.items():
        if holds:
            yield Finding(("finance", "inflation"), "nothing", "a rate per year", f"required because {reason}")
            return


def _emissions(at: Context) -> Iterator[Finding]:
    emissions = at.scenario.emissions
    if emissions.grid_factor == "custom" and emissions.grid_factor_t_per_mwh is None:
        yield Finding(("emissions", "grid_factor_t_per_mwh"), "nothing", "a number [t CO2e/MWh]", "required for custom")
    if emissions.grid_factor != "custom" and emissions.grid_factor_t_per_mwh is not None:
        place = ("emissions", "grid_factor_t_per_mwh")
        yield Finding(place, "an own factor", f"none, because grid_factor is {emissions.grid_factor}", "or custom")
    if emissions.grid_factor in ("provincial", "regional"):
        regions = library.load("grid_factors")
        provinces = [name for name, entry in regions.items() if entry.about["region_type"] == "province"]
        province = at.scenario.scenario.province
        if province is None:
            hint = 'or emissions.grid_factor = "national"'
            yield Finding(("scenario", "province"), "nothing", "a province, for the grid factor", hint)
        yield from known(("scenario", "province"), province, provinces, "a province")
    for name, other in emissions.other.items():
        path = ("emissions", "other", name, "follows")
        yield from known(path, other.follows, at.names("production"), "a production")
    for position, cap in enumerate(emissions.caps):
        limits = [cap.limit_t, cap.share_of_bau, cap.share_of_base, cap.cumulative_t]
        if sum(limit is not None for limit in limits) != 1:
            given = f"{sum(limit is not None for limit in limits)} limits"
            yield Finding(
                ("emissions", "caps", position), given, "one of limit_t, share_of_bau, share_of_base, cumulative_t"
            )
        for key in ("year", "from_year"):
            yield from _in_horizon(("emissions", "caps", position, key), getattr(cap, key), at)


def _in_horizon(path: KeyPath, value: int | None, at: Context) -> Iterator[Finding]:
    horizon = at.scenario.horizon
    if value is not None and not horizon.first_year <= value <= horizon.last_year:
        yield Finding(path, str(value), f"a year from {horizon.first_year} to {horizon.last_year}")


def _rating(at: Context) -> Iterator[Finding]:
    rating, durability = at.scenario.rating, at.scenario.durability
    if rating is None:
        if durability.durable_stars > 0:
            yield Finding(
                ("durability", "durable_stars"), str(durability.durable_stars), "a [rating] that awards stars"
            )
        return
    if rating.file is None:
        yield from known(("rating", "standard"), rating.standard, standards(), "a rating standard")
    else:
        try:
            _own_standard(at.folder, rating.file)
        except ScenarioFaults as faults:
            yield Finding(("rating", "file"), faults.faults[0].got, faults.faults[0].wanted, faults.faults[0].hint)
        except LibraryError as error:
            yield Finding(("rating", "file"), str(error), "a rating standard as TOML")
    if at.standard:
        yield from _rating_words(at)
    if rating.target_stars and rating.target_year is None:
        yield Finding(("rating", "target_year"), "nothing", "the year from which target_stars is required")
    for key in ("target_year", "hold_until"):
        yield from _in_horizon(("rating", key), getattr(rating, key), at)
    if rating.hold_until and rating.target_year and rating.hold_until < rating.target_year:
        yield Finding(("rating", "hold_until"), str(rating.hold_until), f"a year from {rating.target_year} on")


def _rating_words(at: Context) -> Iterator[Finding]:
    rating = at.scenario.rating
    assert rating is not None
    boundaries = at.standard.get("boundaries", {})
    yield from known(("rating", "boundary"), rating.boundary, list(boundaries), "a boundary of the standard")
    levels = [level["stars"] for level in boundaries.get(rating.boundary, {}).get("levels", ())]
    durable = at.scenario.durability.durable_stars
    wanted = one_of([str(level) for level in levels])
    for path, stars in ((("rating", "target_stars"), rating.target_stars), (("durability", "durable_stars"), durable)):
        if stars and levels and stars not in levels:
            yield Finding(path, str(stars), f"a level of the standard: {wanted}")
    if durable and not (rating.target_stars or at.written["rating"].get("target_stars")):  # a wrong one is told already
        yield Finding(("durability", "durable_stars"), str(durable), "rating.target_stars, with whose year they begin")
    for item in rating.questionnaire:
        yield from known(("rating", "questionnaire", item), item, at.items, "an item of the standard", at_key=True)


def _resolution(at: Context) -> Iterator[Finding]:
    horizon, resolution = at.scenario.horizon, at.scenario.solver.resolution
    if (resolution == "given") != (horizon.period_weights is not None):
        if resolution == "given":
            yield Finding(("horizon", "period_weights"), "nothing", "how often each given period occurs in a year")
        else:
            yield Finding(("solver", "resolution"), shown(resolution), "given, because [horizon] has period_weights")
    if horizon.period_weights is None:
        return
    if horizon.period_months is not None and len(horizon.period_months) != len(horizon.period_weights):
        got = f"{len(horizon.period_months)} months"
        yield Finding(("horizon", "period_months"), got, f"{len(horizon.period_weights)}, one per period")
    hours = sum(horizon.period_weights) * horizon.period_steps * horizon.step_minutes / 60
    if abs(hours - 8760) > 1:
        at.warnings.append(
            Finding(("horizon", "period_weights"), f"{hours:g} hours in all", "8760 hours, a whole year")
        )


def _site(at: Context) -> Iterator[Finding]:
    site = at.scenario.site
    if site.climate is not None:
        yield from known(("site", "climate"), site.climate, library.load("climates"), "a climate of the library")
    for name, converter in at.scenario.converters.items():
        area = converter.area
        if area is not None and getattr(site, f"{area}_m2") == 0:
            got = f"0 m² of {area}"
            at.warnings.append(
                Finding(("converters", name), got, f"site.{area}_m2 above 0", "without it none can be built")
            )
