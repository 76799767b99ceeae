"""The case itself: who, when, where, base year, money, emissions, rating, durability, solver."""

from __future__ import annotations

from typing import Literal

from planner.scenario.base import (
    Day,
    Labelled,
    Month,
    NonNegative,
    Positive,
    Quantity,
    SharePath,
    Table,
    Year,
    YearPath,
    calendar_year,
    key,
    money,
    months,
    rate,
    share,
    years,
)


class Head(Table):
    """What the case is called and where it stands."""

    name: str = key(
        "name of the case and of its results folder",
        ...,
        pattern=r"^[a-z0-9][a-z0-9-]*$",
        max_length=60,
        form="a name in lower-case letters, digits and hyphens",
    )
    title: str = key("title in the report, English", "")
    title_zh: str = key("title in the report, Chinese", "")
    currency: str = key(
        "currency of every amount", "CNY", pattern=r"^[A-Z]{3}$", form="three capital letters such as CNY"
    )
    price_year: int | None = calendar_year("year of whose prices all real amounts are; default: the first year")
    province: str | None = key("province, English, for grid factor, tariff and climate, e.g. Jiangsu")
    city: str | None = key("city, for the report")


class Horizon(Table):
    """The years of the plan and the length of a step."""

    first_year: int = calendar_year("first year in which something may be built", ...)
    last_year: int = calendar_year("last year of the plan", ...)
    today: Day | None = key(
        "day on which the plan is decided: nothing works before its lead time from then has passed, and the roadmap counts from it; "
        "default: 1 January of the first year, and what had to be decided earlier is marked late"
    )
    step_minutes: Literal[15, 20, 30, 60] = key("length of an operating step", 60, unit="min")
    period_weights: list[Positive] | None = key(
        "only for resolution = given: how often each given period occurs in a year",
        unit="times per year",
        min_length=1,
    )
    period_steps: int = key(
        "only for resolution = given: steps per period; storage is cyclic in it", 24, unit="steps", ge=1, le=35040
    )
    period_months: list[Month] | None = key("only for resolution = given: calendar month of each period", unit="month")


class WeatherFile(Table):
    """Hourly weather of a year, instead of the climate of the library."""

    file: str = key("CSV file inside the scenario's folder with a full year", ...)
    temperature_column: str | None = key("column of outdoor temperature", unit="°C")
    pv_column: str | None = key("column of PV output per installed kW", unit="share")
    wind_column: str | None = key("column of wind output per installed kW", unit="share")
    leap_day: Literal["refuse", "drop", "keep"] = key("as for series", "refuse")


class Site(Table):
    """Space, grid connection and weather."""

    roof_m2: float = key("roof free for PV", 0.0, unit="m²", plausible=(100, 1e6), ge=0)
    carport_m2: float = key("parking area free for PV carports", 0.0, unit="m²", plausible=(50, 3e5), ge=0)
    ground_m2: float = key("ground free for PV", 0.0, unit="m²", plausible=(100, 5e6), ge=0)
    grid_connection_mw: float | None = key(
        "most of all electricity bought and delivered over the grid together in a step, and of all sold; default: no limit",
        unit="MW",
        plausible=(0.1, 500),
        gt=0,
    )
    country: str = key(
        "country whose public holidays a tariff with days = holiday means, or a part of one: CN, DE, DE-BY",
        "CN",
        pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
        form="a country such as CN, or a part of one such as DE-BY",
    )
    climate: str | None = key("climate of the library (temperature, PV and wind by the hour); default: by province")
    weather: WeatherFile | None = key("own weather instead of the library's climate")


class BaseYear(Table):
    """What was billed in the base year; the model is compared with it and own reduction starts from it."""

    year: int | None = calendar_year("base year; default: the year before the first")
    billed: dict[str, Quantity] = key(
        "quantity by market or carrier: MWh, or with a unit such as '310 万Nm3', '12000 t_steam'",
        factory=dict,
        unit="MWh",
    )
    cost: dict[str, NonNegative] = key(
        "cost by market or carrier, with demand charge and standing charge; compared at the prices of the price year",
        factory=dict,
        unit="CNY",
        plausible=(1e4, 1e10),
    )
    output: dict[str, Positive] = key(
        "output by production; default: that of [production.NAME]",
        factory=dict,
        unit="the production's",
        plausible=(1, 1e9),
    )


class Finance(Table):
    """One cash-flow convention for the whole plan."""

    discount_rate: float = key(
        "discount rate, real or nominal according to price_basis",
        0.08,
        unit="per year",
        plausible=(0.01, 0.2),
        ge=0,
        lt=1,
    )
    inflation: float | None = key(
        "inflation; required as soon as anything is nominal or taxed",
        unit="per year",
        plausible=(0, 0.1),
        gt=-0.5,
        lt=1,
    )
    price_basis: Literal["real", "nominal"] = key(
        "whether discount_rate and the trends that the scenario writes include inflation; the library's are real. "
        "Without a trend every price and cost keeps its real value",
        "real",
    )
    timing: Literal["start", "mid", "end"] = key("when in a year running cash flows", "end")
    salvage: Literal["straight_line", "annuity", "none"] = key("value left at the end of the horizon", "straight_line")
    tax_rate: float = share("profit tax; 0: before tax", 0.0, plausible=(0, 0.35))
    depreciation_years: int = years("straight-line depreciation for tax", 10, plausible=(3, 25))
    unserved_per_mwh: float | None = money(
        "price of a MWh that business as usual cannot serve, at which savings, payback and return are then measured; "
        "default: none, and they are left out where it is short",
        unit="CNY/MWh",
        plausible=(500, 1e6),
    )
    annual_capex_limit: YearPath | None = key(
        "most to be spent on investment per year: a number, or by year (years not named are free)",
        unit="CNY",
        plausible=(1e5, 1e10),
    )


class OtherEmission(Labelled):
    """A source outside the energy balance: process carbon, refrigerant, SF6, wastewater, freight, goods, waste."""

    scope: Literal[1, 3] = key("scope", ...)
    tco2e: YearPath = key(
        "emission in the base year's output, a number or by year", ..., unit="t CO2e", plausible=(0, 1e6)
    )
    follows: str | None = key("production that it follows")


class Cap(Table):
    """A limit on tonnes: exactly one of limit_t, share_of_bau, share_of_base, cumulative_t."""

    name: str | None = key("name in results")
    metric: Literal["gross_location", "gross_market", "scope1", "net"] = key("what is limited", "gross_location")
    year: int | None = calendar_year("the only year in which it holds")
    from_year: int | None = calendar_year("first year in which it holds; default: the first year")
    limit_t: float | None = key("yearly limit", unit="t CO2e", plausible=(0, 1e7), ge=0)
    share_of_bau: float | None = key("yearly limit as a share of business as usual", unit="share", ge=0, le=2)
    share_of_base: float | None = key("yearly limit as a share of the base year", unit="share", ge=0, le=2)
    cumulative_t: float | None = key("limit on the sum over all years", unit="t CO2e", plausible=(0, 1e8), ge=0)


class Emissions(Table):
    """How emissions are counted and what they cost."""

    grid_factor: Literal["provincial", "regional", "national", "custom"] = key(
        "which grid factor set counts", "provincial"
    )
    grid_factor_year: int | None = calendar_year(
        "data year of the factor; default: the latest in the library, for an own factor the base year"
    )
    grid_factor_t_per_mwh: YearPath | None = key(
        "own factor for grid_factor = custom, a number or by year", unit="t CO2e/MWh", plausible=(0.02, 1.2)
    )
    grid_factor_trend_per_year: float | None = rate(
        "change of the grid factor after its data year; default: -0.03 for a published factor, 0 for an own one", None
    )
    uncovered: Literal["residual", "average", "fossil"] = key(
        "factor of grid electricity without a claim, market-based; residual is no cleaner than the grid of the place",
        "residual",
    )
    uncovered_t_per_mwh: YearPath | None = key(
        "own factor of grid electricity without a claim", unit="t CO2e/MWh", plausible=(0.02, 1.2)
    )
    carbon_price: YearPath = key("price of scope 1 above the allowance", 0.0, unit="CNY/t", plausible=(0, 2000))
    carbon_price_trend: float | None = rate("change of the carbon price after the first year", None)
    free_allowance_t: YearPath = key("free allowance", 0.0, unit="t CO2e", plausible=(0, 1e7))
    gwp_set: Literal["AR5", "AR6"] = key("global warming potentials of the factors", "AR6")
    other: dict[str, OtherEmission] = key("sources outside the energy balance", factory=dict)
    caps: list[Cap] = key("limits on tonnes", factory=list)


class Rating(Table):
    """The rating aimed at."""

    standard: str = key("rating standard of the library", "t_ceca_g_0171_2022")
    file: str | None = key("edited copy of a standard, a TOML file inside the scenario's folder, instead of standard")
    boundary: str = key("boundary type of the standard: I (scopes 1 and 2) or II (with scope 3)", "I")
    reading: Literal["all_levels_full", "graded"] = key("reading of 'offset' at the lower levels", "all_levels_full")
    target_stars: int | None = key(
        "stars to be reached; default: no target, stars are reported", unit="stars", ge=0, le=6
    )
    target_year: int | None = calendar_year("year from which they are required")
    issue_lag_months: int | None = months("from the verified inventory to the certificate, in the roadmap")
    hold: bool = key("hold them to hold_until", True)
    hold_until: int | None = calendar_year("last year in which they are required; default: the last year")
    questionnaire: dict[str, Literal["met", "partly", "missing"]] = key(
        "state of the standard's management items today; not named: missing", factory=dict
    )


class Durability(Table):
    """What keeps a rating from being bought on paper."""

    penalty: bool = key("penalise reliance on paper", True)
    penalty_per_t: float = money(
        "cost of a paper tonne above the threshold", 600.0, unit="CNY/t", plausible=(50, 10000)
    )
    penalty_step_per_t: float = money(
        "further cost per tonne for each of the penalty_steps years before that relied on paper too",
        300.0,
        unit="CNY/t",
        plausible=(0, 10000),
    )
    penalty_steps: int = key("years before that count for the step", 3, unit="years", ge=0, le=10)
    paper_threshold_share: float = share("paper share of gross emissions that is free of penalty", 0.10)
    floor: bool = key("require the own-reduction floor", True)
    own_reduction_floor: SharePath = key(
        "least own reduction from the target year on: a share, or by year", 0.20, unit="share", plausible=(0, 0.9)
    )
    removal_share_path: SharePath | None = key(
        "least share of removals among offsets: a share, or by year", unit="share"
    )
    residual_share: float = share("credits count in durable stars up to this share of base-year emissions", 0.10)
    min_contract_years: int = key("shorter contracts do not count in durable stars", 3, unit="years", ge=1, le=30)
    min_removal_durability_years: float = key(
        "shorter-lived removals do not count in durable stars", 100.0, unit="years", plausible=(10, 1000), ge=0
    )
    durable_stars: int = key(
        "durable stars required from the target year on; 0: reported only", 0, unit="stars", ge=0, le=6
    )


class Solver(Table):
    """How finely and how long to compute."""

    resolution: str = key(
        "full (every step of the year), days:N (N typical days, a quick look) or given (the periods of [horizon])",
        "full",
        pattern=r"^(full|given|days:([1-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-5]))$",
        form="days:N such as days:8, full, or given",
    )
    gap: float = key("relative gap at which to stop", 0.001, unit="share", plausible=(1e-6, 0.05), ge=0, lt=1)
    time_limit_s: float = key("time limit", 600.0, unit="s", plausible=(5, 86400), gt=0)
    threads: int = key("threads of the solver; 0: its own choice", 0, unit="threads", ge=0, le=256)
    workers: int = key(
        "processes that operate the year; 0: one for each of two processors", 0, unit="processes", ge=0, le=64
    )
    seed: int = key("seed of the solver and of the clustering", 0, unit="number", ge=0, le=2**31 - 1)


class Production(Labelled):
    """An output that demands and emissions may follow."""

    output: float = key("output in the base year", ..., unit="the production's", plausible=(1, 1e9), gt=0)
    unit: str = key("unit of the output", "t")
    growth_per_year: float = rate("growth after the base year")
    index: dict[Year, NonNegative] | None = key(
        "output relative to the base year by year, instead of growth",
        unit="share of base year",
        plausible=(0.2, 5),
        min_length=1,
    )
