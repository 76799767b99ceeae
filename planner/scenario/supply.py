"""What is bought and sold across the fence: markets, contracts, instruments."""

from __future__ import annotations

from typing import Literal

from planner.scenario.base import (
    Labelled,
    Month,
    Preset,
    SeriesFile,
    SeriesKeys,
    Table,
    YearPath,
    calendar_year,
    key,
    money,
    rate,
    share,
    years,
)


class TariffPeriod(Table):
    """Hours of some months and days that have one of the tariff's prices."""

    price: str = key("name of the price, e.g. peak", ...)
    hours: list[str] = key(
        "hours of the day as 'from-to', e.g. ['8-11', '17-22']; half hours as '8:30-10'", ..., min_length=1
    )
    months: list[Month] = key("months; default: all", factory=lambda: list(range(1, 13)), unit="month")
    days: Literal["all", "workday", "weekend", "holiday"] = key(
        "days; holiday: public holidays of site.country. In a scenario that names them, a workday is no holiday, and a Saturday or "
        "Sunday worked instead of another day is a workday",
        "all",
    )


class TimeOfUse(Table):
    """Time-of-use prices. A later period overrides an earlier one; hours in none have the price named `otherwise`."""

    prices: dict[str, float] = key("price by name", ..., unit="CNY/MWh", plausible=(50, 3000), min_length=1)
    periods: list[TariffPeriod] = key("when which price holds", factory=list)
    otherwise: str = key("name of the price in all other hours", "flat")


class Market(SeriesKeys, Labelled):
    """Purchase and sale of a carrier: grid, gas, biomass, district steam, a neighbour's waste heat."""

    carrier: str | None = key("carrier traded; default: electricity with a tariff, the fuel's own with a fuel")
    tariff: str | None = key("electricity tariff of the library")
    fuel: str | None = key("fuel of the library: price, emission factors and tce")
    price_per_mwh: float | None = key("energy price, the same at all hours", unit="CNY/MWh", plausible=(30, 3000))
    tou: TimeOfUse | None = key("time-of-use energy prices")
    price_trend_per_year: float | None = rate("change of the energy price per year after the price year", None)
    max_mw: float | None = key(
        "largest purchase; default: grid connection for electricity, else no limit",
        unit="MW",
        plausible=(0.1, 1000),
        ge=0,
    )
    max_mwh_per_year: float | None = key("largest purchase per year", unit="MWh", plausible=(10, 1e7), ge=0)
    export_price_per_mwh: float | None = key(
        "price paid for what is sold; default: no sale", unit="CNY/MWh", plausible=(50, 1500)
    )
    max_export_mw: float | None = key("largest sale", unit="MW", plausible=(0.1, 500), ge=0)
    demand_rule: Literal["none", "peak", "contract"] | None = key("how the demand charge is billed")
    demand_charge_per_kw_month: float | None = money("demand charge", unit="CNY/kW-month", plausible=(5, 100))
    contract_min_mw: float | None = key("least contract demand", unit="MW", plausible=(0.1, 300), ge=0)
    ratchet_share: float | None = share("billed at least this share of the year's highest demand", plausible=(0.3, 1))
    fixed_cost_per_year: float | None = money("standing charge", unit="CNY/year", plausible=(100, 1e8))
    emission_factor_t_per_mwh: YearPath | None = key(
        "emission factor; default: the fuel's, or the grid factor. Of electricity beside a market that names none, "
        "it is a supplier's and counts in the market-based ledger too",
        unit="t CO2e/MWh",
        plausible=(0, 1.2),
    )
    upstream_t_per_mwh: float | None = key("upstream emissions, scope 3", unit="t CO2e/MWh", plausible=(0, 0.3), ge=0)
    biogenic_t_per_mwh: float | None = key("biogenic carbon, memo item", unit="t CO2/MWh", plausible=(0, 0.6), ge=0)
    tce_per_mwh: float | None = key("standard coal equivalent", unit="tce/MWh", plausible=(0.05, 0.5), ge=0)


class Contract(Preset):
    """A supply contract for renewable electricity."""

    kind: Literal["as_produced", "baseload", "green_tariff", "virtual"] | None = key(
        "as_produced and baseload deliver power; green_tariff and virtual deliver attributes by the year"
    )
    price_per_mwh: float | None = key(
        "all-in price of deliveries; premium for green_tariff and virtual", unit="CNY/MWh", plausible=(5, 1200)
    )
    price_trend_per_year: float | None = rate("change of the price with the year of signing", None)
    index_per_year: float | None = rate("change of the price of a signed contract per year", None)
    price_basis: Literal["real", "nominal"] | None = key(
        "whether the price of a signed contract keeps its real or its nominal value"
    )
    profile: Literal["pv", "wind", "flat"] | SeriesFile | None = key("shape of what is delivered per MW")
    full_load_hours: float | None = key("scale the profile to this yield", unit="h/year", plausible=(600, 8760), gt=0)
    tenor_years: int | None = years("years in force", plausible=(1, 25))
    earliest_year: int | None = calendar_year("first year of signing")
    latest_year: int | None = calendar_year("last year of signing")
    every_years: int | None = key(
        "may be signed only every so many years from the first possible one on", unit="years", ge=1, le=30
    )
    min_mw: float | None = key("least volume if signed", unit="MW", plausible=(0.1, 100), ge=0)
    max_mw: float | None = key("largest volume", unit="MW", plausible=(0.1, 500), ge=0)
    min_mwh_per_year: float | None = key(
        "least volume if signed (green_tariff, virtual)", unit="MWh", plausible=(10, 1e6), ge=0
    )
    max_mwh_per_year: float | None = key(
        "largest volume (green_tariff, virtual)", unit="MWh", plausible=(100, 1e7), ge=0
    )
    take_or_pay_share: float | None = share("share of the volume paid for in any case", plausible=(0.5, 1))
    bundled: bool | None = key("the renewable attributes come with it")
    direct_line: bool | None = key("not through the public grid")
    sign_cost: float | None = money("cost of signing", plausible=(1000, 1e7))


class Instrument(Preset):
    """A claim bought by the year: renewable certificates, credits or removals."""

    kind: Literal["certificate", "credit", "removal"] | None = key("what it is")
    price: YearPath | None = key(
        "price in MWh or tonnes, a number or by year", unit="CNY per MWh or t", plausible=(0.5, 10000)
    )
    price_trend_per_year: float | None = rate("change of the price per year after the first year", None)
    max_per_year: YearPath | None = key(
        "most bought per year, a number or by year", unit="MWh or t", plausible=(1, 1e7)
    )
    max_share_of_base: float | None = key(
        "most bought per year as a share of base-year emissions", unit="share", plausible=(0.01, 1), ge=0, le=2
    )
    durability_years: float | None = key("years that a removal lasts", unit="years", plausible=(1, 10000), ge=0)
    buffer_share: float | None = share(
        "part of what is bought that does not count, against reversal", plausible=(0, 0.5)
    )
    delivery_share: float | None = share("expected share delivered", plausible=(0.5, 1))
    first_year: int | None = calendar_year("first year on offer")
    last_year: int | None = calendar_year("last year on offer")
