"""A seeded random factory with one of everything: it exercises every rule of the model and of the accountant at once."""

from __future__ import annotations

import numpy as np

from models.problem import (
    Carrier,
    Contract,
    Converter,
    Durability,
    Emissions,
    Gate,
    Indicator,
    Instrument,
    Level,
    ManagementItem,
    Market,
    MetricPoints,
    OtherEmissions,
    Problem,
    Rating,
    Retrofit,
    Store,
)
from tests.factories import Site, rating

YEARS = (2025, 2026, 2027, 2028)
SITE = Site(years=YEARS, hours=(2000.0,) * 4, billing=(0, 0, 1, 1))
N = np.arange(len(YEARS))


def rich(seed: int, stars: int = 5, durable_stars: int = 0) -> Problem:
    """Four years of four steps; `stars` from the third year, three in the second, none in the first."""
    random = np.random.default_rng(seed)
    steam, warm = Carrier("steam", temperature_c=165.0), Carrier("hot_water", True, 85.0)
    return SITE.problem(
        carriers=(Carrier("electricity"), Carrier("gas"), steam, warm),
        letdowns=(("steam", "hot_water"),),
        demands=(
            SITE.demand("motors", random.uniform(5, 12, 4), index=1.02**N),
            SITE.demand("dyeing", random.uniform(3, 6, 4), carrier="steam"),
            SITE.demand("washing", random.uniform(0, 2, 4), carrier="hot_water"),
        ),
        markets=_markets(random),
        converters=_converters(),
        stores=_stores(),
        retrofits=_retrofits(),
        contracts=_contracts(),
        instruments=_instruments(),
        management=_management(),
        group_limits={"roof": 9.0},
        finance=SITE.finance(
            0.08,
            salvage=random.choice(["straight_line", "annuity"]),
            inflation=0.02,
            tax_rate=random.choice([0.0, 0.25]),
            timing_offset=0.5,
            capex_limit=40.0,
        ),
        emissions=_emissions(random),
        base=SITE.base(60000.0),
        rating=_standard(),
        target=SITE.target([0, 3, stars, stars], [0, 0, durable_stars, durable_stars]),
        durability=Durability(
            0.0001,
            0.0001,
            own_reduction_floor=np.array([np.nan, np.nan, 0.1, 0.2]),
            removal_share_path=np.array([np.nan, np.nan, 0.0, 0.1]),
        ),
    )


def _markets(random: np.random.Generator) -> tuple[Market, ...]:
    grid = SITE.grid(
        random.uniform(0.0003, 0.0012, 4),
        demand_rule=random.choice(["peak", "contract"]),
        demand_charge=0.04,
        ratchet_share=0.6,
        export_price=0.0003,
        upstream_factor=0.03,
        emission_factor=0.5 * 0.97**N,
        fixed_cost=0.1,
    )
    return grid, SITE.gas(0.00035, price_index=1.02**N, max_import_mwh_per_year=300000.0)


def _converters() -> tuple[Converter, ...]:
    roof = SITE.sizing(3.0, 12.0, opex_fixed=0.05, embodied_tco2e_per_unit=800.0, share_by_age=0.995 ** np.arange(20))
    old = SITE.sizing(0.5, 20.0, existing=[10.0, 10.0, 10.0, 8.0], retire_from=0, opex_fixed=0.01)
    engine = SITE.sizing(1.0, 8.0, 15, min_size=2.0, capex_fixed=2.0)
    packaged = SITE.sizing(3.0, 8.0, 3, package=1.0, capex_fixed=0.5, payment_shares=(0.3, 0.7))
    power = {"electricity": np.array([0.5, 0.45, 0.4, 0.5])}
    return (
        SITE.converter("pv", roof, renewable=True, availability=[0.0, 0.3, 0.5, 0.1], groups={"roof": 1.0}),
        SITE.converter(
            "boiler", old, inputs={"gas": 1 / 0.9, "electricity": 0.01}, outputs={"steam": 1.0}, opex_variable=0.000002
        ),
        SITE.converter("chp", engine, inputs={"gas": 2.6}, outputs={"steam": 1.1, "electricity": 1.0}),
        SITE.converter("heat_pump", packaged, inputs=power, outputs={"steam": 1.0}, electrified_heat=True),
        SITE.converter(
            "kiln",
            SITE.sizing(existing=2.0, package=1.0, max_total=2.0),
            inputs={"gas": 1.1},
            outputs={"hot_water": 1.0},
            min_load_share=0.4,
            start_cost=0.00001,
            direct_tco2e_per_mwh=0.02,
            captured_tco2e_per_mwh=0.01,
        ),
    )


def _stores() -> tuple[Store, ...]:
    battery = SITE.store(
        power=SITE.sizing(0.3, 5.0, 10),
        energy=SITE.sizing(0.8, 20.0, share_by_age=0.97 ** np.arange(10)),
        charge_efficiency=0.95,
        discharge_efficiency=0.95,
        loss_share_per_hour=0.001,
        max_hours=4.0,
        cycles_per_year=4000.0,
        groups={"roof": 0.1},
    )
    return (battery,)


def _retrofits() -> tuple[Retrofit, ...]:
    return (
        SITE.retrofit("a", {"motors": 0.1}, 2.0, first_year_share=0.5, opex_fixed=0.05),
        SITE.retrofit("b", {"motors": 0.2, "dyeing": 0.05}, 6.0, life_years=3, requires=("a",)),
        SITE.retrofit(
            "c",
            {"dyeing": 0.15},
            5.0,
            side_use=(("dyeing", "electricity", 0.02),),
            excludes=("b",),
            embodied_tco2e=100.0,
            payment_shares=(0.5, 0.5),
        ),
    )


def _contracts() -> tuple[Contract, ...]:
    return (
        SITE.contract(
            "ppa",
            price=0.00045,
            profile=[0.0, 0.4, 0.6, 0.2],
            tenor_years=3,
            max_volume=15.0,
            min_volume=3.0,
            sign_cost=0.1,
            take_or_pay_share=0.8,
            index=0.98**N,
        ),
        SITE.contract("tariff", "green_tariff", 0.00002, tenor_years=1, max_volume=1e5),
    )


def _instruments() -> tuple[Instrument, ...]:
    return (
        SITE.instrument("gec", "certificate", 0.000008, 2e5),
        SITE.instrument("ccer", "credit", 0.00008, 3e4),
        SITE.instrument("biochar", "removal", 0.001, 5e3, durability_years=500.0, buffer_share=0.1, delivery_share=0.9),
    )


def _management() -> tuple[ManagementItem, ...]:
    return (
        SITE.management("law", 0.1, 0.02, gate="law"),
        SITE.management("platform", 0.8, 0.05, points={"energy": 10.0}),
    )


def _emissions(random: np.random.Generator) -> Emissions:
    return SITE.emissions(
        0.6,
        float(random.choice([0.0, 0.00008])),
        free_allowance=3000.0,
        other=(OtherEmissions("refrigerant", 1, np.full(len(YEARS), 20.0), 20.0),),
    )


def _standard() -> Rating:
    neutral, share = Gate("neutralised_share", "min", 1.0), "renewable_electricity_share"
    return rating(
        Level(3, 0.3, (neutral,)),
        Level(4, 0.5, (Gate(share, "min", 0.5), neutral)),
        Level(5, 0.6, (Gate(share, "min", 0.8), neutral)),
        Level(6, 0.7, (Gate(share, "min", 1.0), neutral)),
        indicators=(
            Indicator("basics", "gate", gate_items=("law",)),
            Indicator(
                "energy", "score", 50.0, 10.0, (MetricPoints(share, (0.2, 0.5, 0.8, 1.0), (10.0, 20.0, 30.0, 40.0)),)
            ),
            Indicator(
                "reduction", "score", 30.0, 0.0, (MetricPoints("own_reduction_share", (0.1, 0.3, 0.5), (10, 20, 30)),)
            ),
            Indicator("offset", "score", 20.0, 0.0, (MetricPoints("neutralised_share", (0.5, 1.0), (10.0, 20.0)),)),
        ),
    )
