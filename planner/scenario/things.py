"""What stands on the site or may be built: demands, carriers, converters, stores, retrofits, management items."""

from __future__ import annotations

from typing import Literal

from planner.scenario.base import (
    Labelled,
    NonNegative,
    Positive,
    Preset,
    Quantity,
    SeriesFile,
    SeriesKeys,
    Share,
    Table,
    calendar_year,
    efficiency,
    key,
    money,
    rate,
    share,
    years,
)


class Demand(SeriesKeys, Labelled):
    """Final use of a carrier by one end use."""

    carrier: str = key("carrier used", ...)
    end_use: str | None = key(
        "kind of use (motors, lighting, drying…) by which retrofit presets find it; default: its name"
    )
    annual_mwh: Quantity | None = key(
        "use in the base year: MWh, or with a unit such as '12000 t_steam'", unit="MWh", plausible=(1, 5e6)
    )
    profile: str | SeriesFile | None = key("shape of the year: a profile of the library, or a series")
    monthly_mwh: list[NonNegative] | None = key(
        "twelve monthly bills, shaped by the profile inside each month", unit="MWh", min_length=12, max_length=12
    )
    follows: str | None = key("production whose index it follows")
    growth_per_year: float = rate("growth after the base year, besides production")


class Carrier(Labelled):
    """A carrier that is not built in, or a change to one that is."""

    temperature_c: float | None = key("supply temperature; only heat carriers have one", unit="°C", plausible=(20, 600))
    dumping: bool | None = key("surplus may be thrown away; default: heat carriers may, others not")


class BuildKeys(Preset):
    """When something may be built, how it is paid and how long it lasts."""

    life_years: int | None = years("technical life", plausible=(3, 50))
    earliest_year: int | None = calendar_year("first year in which it may be built")
    latest_year: int | None = calendar_year("last year in which it may be built")
    commissioning_month: int | None = key(
        "month of the build year in which it starts to work; 1: the whole first year. What it renews works until then",
        unit="month",
        ge=1,
        le=12,
    )
    payment_shares: list[Share] | None = key(
        "shares of capex by year, the last in the build year, earlier ones before it; they sum to 1", unit="share"
    )


class SizedKeys(BuildKeys):
    """What sized plant has in common: vintages, existing stock, subsidies."""

    build_every_years: int | None = key(
        "allow builds only every so many years from the first possible one on, fewer decisions",
        unit="years",
        ge=1,
        le=30,
    )
    capex_trend_per_year: float | None = rate("real change of capex per year after the price year", None)
    existing_until: int | None = calendar_year("last year in which the existing stock still works; default: all years")
    may_retire: bool | None = key("the existing stock may be retired early and its fixed cost saved")
    min_mw: float | None = key(
        "smallest size if built at all; of a store its power", unit="MW", plausible=(0, 100), ge=0
    )
    max_mw: float | None = key(
        "largest total size in any year, existing included", unit="MW", plausible=(0.01, 1000), ge=0
    )
    existing_mw: float | None = key("size that already stands", unit="MW", plausible=(0.01, 500), ge=0)


class CapexSegment(Table):
    """One straight piece of a capex curve: economies of scale."""

    min_mw: float = key("smallest size of this piece", ..., unit="MW", plausible=(0, 500), ge=0)
    max_mw: float = key("largest size of this piece", ..., unit="MW", plausible=(0.01, 1000), gt=0)
    capex_fixed: float = money("cost that does not depend on size", 0.0, plausible=(0, 1e9))
    capex_per_kw: float = money("cost per kW", 0.0, unit="CNY/kW", plausible=(10, 50000))


class Converter(SizedKeys):
    """Turns carriers into carriers; without inputs a generator.

    Sizes and costs are per kW of activity: of the input or output of ratio 1, the useful output in the presets.
    """

    inputs: dict[str, Positive] | None = key(
        "carrier to MWh per MWh of activity", unit="MWh/MWh", plausible=(0.001, 10)
    )
    outputs: dict[str, Positive] | None = key(
        "carrier to MWh per MWh of activity", unit="MWh/MWh", plausible=(0.001, 10)
    )
    cop: float | None = key(
        "coefficient of performance: electricity in is 1/cop", unit="MWh/MWh", plausible=(1.2, 9), gt=0
    )
    carnot_share: float | None = share("hourly COP as a share of Carnot's, instead of cop", plausible=(0.3, 0.65))
    cop_source: Literal["ambient"] | float | None = key(
        "heat source: ambient, or its temperature", unit="°C", plausible=(-30, 200)
    )
    cop_sink_c: float | None = key("temperature delivered, for the hourly COP", unit="°C", plausible=(0, 250))
    cop_max: float | None = key("largest hourly COP", unit="MWh/MWh", plausible=(2, 12), gt=0)
    supply_temperature_c: float | None = key(
        "highest temperature it can deliver; heat carriers above it are refused", unit="°C", plausible=(30, 600)
    )
    profile: Literal["pv", "wind", "none"] | SeriesFile | None = key("availability: pv, wind, none or a series")
    full_load_hours: float | None = key(
        "scale the availability profile to this yield", unit="h/year", plausible=(600, 4500), gt=0
    )
    capex_per_kw: float | None = money("investment", unit="CNY/kW", plausible=(50, 50000))
    capex_fixed: float | None = money("investment that does not depend on size", plausible=(1e3, 1e9))
    capex_segments: list[CapexSegment] | None = key("capex curve, instead of capex_per_kw", min_length=1)
    opex_fixed_per_kw_year: float | None = money("fixed operation", unit="CNY/kW-year", plausible=(0, 3000))
    opex_variable_per_mwh: float | None = money("operation per MWh of activity", unit="CNY/MWh", plausible=(0, 300))
    package_mw: float | None = key(
        "size of a package; only whole packages are built", unit="MW", plausible=(0.01, 100), gt=0
    )
    degradation_per_year: float | None = share(
        "loss of working size per year of age; what stands is given as it works in the first year", plausible=(0, 0.05)
    )
    subsidy_per_kw: float | None = money("investment subsidy", unit="CNY/kW", plausible=(0, 10000))
    subsidy_until: int | None = calendar_year(
        "last build year with the investment subsidy, and last year in which subsidy_per_mwh is paid"
    )
    subsidy_per_mwh: float | None = money("subsidy per MWh of activity", unit="CNY/MWh", plausible=(0, 1000))
    embodied_kgco2e_per_kw: float | None = key("embodied carbon", unit="kg CO2e/kW", plausible=(10, 5000), ge=0)
    renewable: bool | None = key("its electricity may be claimed as renewable")
    electrified_heat: bool | None = key(
        "its electricity replaces fuel, so it is no free own reduction; a table with existing_mw replaces none, so new plant "
        "beside old needs one of its own"
    )
    min_load_share: float | None = share("least load of a running unit; needs package_mw", plausible=(0.05, 0.8))
    start_cost: float | None = money("cost of a start of one unit", plausible=(10, 1e6))
    area: Literal["roof", "carport", "ground"] | None = key("area that it occupies")
    area_m2_per_kw: float | None = key("area that it occupies", unit="m²/kW", plausible=(2, 30), ge=0)
    direct_kgco2_per_mwh: float | None = key(
        "process emissions of the activity itself, scope 1", unit="kg CO2e/MWh", plausible=(0, 1000), ge=0
    )
    captured_kgco2_per_mwh: float | None = key(
        "carbon captured per MWh of activity", unit="kg CO2e/MWh", plausible=(0, 10000), ge=0
    )
    capture_limit_share: float | None = share(
        "it captures at most this share of scope 1, together with plant whose limit is no higher", plausible=(0.5, 0.98)
    )


class Store(SizedKeys):
    """Keeps a carrier; power and energy are sized apart."""

    carrier: str | None = key("carrier stored")
    capex_per_kw: float | None = money("investment in power", unit="CNY/kW", plausible=(0, 20000))
    capex_per_kwh: float | None = money("investment in energy", unit="CNY/kWh", plausible=(5, 5000))
    opex_fixed_share: float | None = key(
        "fixed operation as a share of capex", unit="share per year", plausible=(0, 0.06), ge=0, le=1
    )
    opex_variable_per_mwh: float | None = money("operation per MWh discharged", unit="CNY/MWh", plausible=(0, 300))
    charge_efficiency: float | None = efficiency("charging efficiency", plausible=(0.5, 1))
    discharge_efficiency: float | None = efficiency("discharging efficiency", plausible=(0.5, 1))
    loss_per_hour: float | None = share("loss of stored energy per hour", plausible=(0, 0.03))
    min_hours: float | None = key("least energy per power", unit="h", plausible=(0, 24), ge=0)
    max_hours: float | None = key("most energy per power", unit="h", plausible=(0.5, 1000), gt=0)
    max_mwh: float | None = key("largest energy size, existing included", unit="MWh", plausible=(0.01, 5000), ge=0)
    existing_mwh: float | None = key("energy size that already stands", unit="MWh", plausible=(0.01, 2000), ge=0)
    cycles_per_year: float | None = key("most full cycles per year", unit="cycles/year", plausible=(50, 800), gt=0)
    fade_per_year: float | None = share(
        "loss of energy size per year of age; what stands is given as it works in the first year", plausible=(0, 0.06)
    )
    may_export: bool | None = key("its discharge may be sold")
    subsidy_per_kwh: float | None = money("investment subsidy", unit="CNY/kWh", plausible=(0, 1000))
    subsidy_until: int | None = calendar_year("last build year with the investment subsidy")
    embodied_kgco2e_per_kwh: float | None = key("embodied carbon", unit="kg CO2e/kWh", plausible=(1, 300), ge=0)


class SideUse(Table):
    """Energy of another carrier that a retrofit uses (positive) or frees (negative)."""

    demand: str | None = key("demand whose load it goes by; default: each treated demand")
    carrier: str = key("carrier used or freed", ...)
    mwh_per_mwh: float = key(
        "MWh per MWh of the load that all other measures leave", ..., unit="MWh/MWh", plausible=(-1.5, 1.5)
    )


class Retrofit(BuildKeys):
    """An efficiency measure, done or not, from a start year.

    At the end of its life it lapses, or is done again at the same cost; latest_year does not keep it from being renewed.
    """

    savings: dict[str, Share] | None = key(
        "demand to the share of its remaining load that is saved", unit="share", plausible=(0.005, 0.9)
    )
    applies_to: list[str] | None = key("demands, or end uses, treated; with saving_share, instead of savings")
    saving_share: float | None = share("share saved of each treated demand", plausible=(0.005, 0.9))
    capex: float | None = money("investment in all", plausible=(1000, 1e9))
    capex_per_annual_mwh: float | None = money(
        "investment per MWh that the treated demands use in the base year, instead of capex",
        unit="CNY/(MWh/year)",
        plausible=(1, 5000),
    )
    capex_trend_per_year: float | None = rate("real change of capex per year after the price year", None)
    opex_per_year: float | None = key("operation per year; negative saves", unit="CNY/year", plausible=(-1e7, 1e8))
    opex_fixed_share: float | None = key(
        "operation as a share of capex", unit="share per year", plausible=(0, 0.1), ge=0, le=1
    )
    side_use: list[SideUse] | None = key("other carriers used or freed")
    requires: list[str] | None = key("retrofits or management items that must be there")
    excludes: list[str] | None = key("retrofits that cannot stand beside it")
    embodied_tco2e: float | None = key("embodied carbon", unit="t CO2e", plausible=(0, 1e5), ge=0)


class Management(Preset):
    """A system, procedure or status that the rating asks for."""

    capex: float | None = money("investment", plausible=(1000, 1e8))
    opex_per_year: float | None = money("operation per year", unit="CNY/year", plausible=(0, 1e7))
    points: dict[str, NonNegative] | None = key("rating indicator to points", unit="points", plausible=(0, 30))
    gate: str | None = key("gate item of the standard that it satisfies")
    status: Literal["met", "partly", "missing"] | None = key("state today; met: needs no decision and costs nothing")
    earliest_year: int | None = calendar_year("first year in which it may be introduced")
    latest_year: int | None = calendar_year("last year in which it may be introduced")
