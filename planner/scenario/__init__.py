"""The scenario: every table and key that `scenario.toml` may have, with unit, default and plausible range."""

from __future__ import annotations

from planner.scenario.base import Name, SeriesFile, SeriesKeys, Table, YearPath, key, value_in, values_in
from planner.scenario.case import (
    BaseYear,
    Cap,
    Durability,
    Emissions,
    Finance,
    Head,
    Horizon,
    OtherEmission,
    Production,
    Rating,
    Site,
    Solver,
    WeatherFile,
)
from planner.scenario.futures import Future, FuturesRules
from planner.scenario.supply import Contract, Instrument, Market, TariffPeriod, TimeOfUse
from planner.scenario.things import (
    CapexSegment,
    Carrier,
    Converter,
    Demand,
    Management,
    Retrofit,
    SideUse,
    Store,
)


class Scenario(Table):
    """One factory, its options and its target."""

    scenario: Head = key("the case", ...)
    horizon: Horizon = key("years and steps", ...)
    site: Site = key("space, connection, weather", factory=Site)
    base_year: BaseYear = key("billed totals", factory=BaseYear)
    finance: Finance = key("cash-flow convention", factory=Finance)
    emissions: Emissions = key("accounting and limits", factory=Emissions)
    rating: Rating | None = key("rating aimed at; without it none is evaluated")
    durability: Durability = key("what keeps a rating from being bought on paper", factory=Durability)
    solver: Solver = key("resolution and limits of the computation", factory=Solver)
    production: dict[Name, Production] = key("outputs", factory=dict)
    carriers: dict[Name, Carrier] = key("carriers that are not built in", factory=dict)
    demands: dict[Name, Demand] = key("end uses of energy", ..., min_length=1)
    markets: dict[Name, Market] = key("purchase and sale", ..., min_length=1)
    retrofits: dict[Name, Retrofit] = key("efficiency measures", factory=dict)
    converters: dict[Name, Converter] = key("plant", factory=dict)
    stores: dict[Name, Store] = key("storage", factory=dict)
    contracts: dict[Name, Contract] = key("supply contracts", factory=dict)
    instruments: dict[Name, Instrument] = key("certificates, credits, removals", factory=dict)
    management: dict[Name, Management] = key("management items of the rating", factory=dict)
    futures: list[Future] = key("what may come, for plan futures", factory=list)
    futures_rules: FuturesRules = key("when the futures part, and what is asked then", factory=FuturesRules)


__all__ = [
    "BaseYear",
    "Cap",
    "CapexSegment",
    "Carrier",
    "Contract",
    "Converter",
    "Demand",
    "Durability",
    "Emissions",
    "Finance",
    "Future",
    "FuturesRules",
    "Head",
    "Horizon",
    "Instrument",
    "Management",
    "Market",
    "OtherEmission",
    "Production",
    "Rating",
    "Retrofit",
    "Scenario",
    "SeriesFile",
    "SeriesKeys",
    "SideUse",
    "Site",
    "Solver",
    "Store",
    "TariffPeriod",
    "TimeOfUse",
    "WeatherFile",
    "YearPath",
    "value_in",
    "values_in",
]
