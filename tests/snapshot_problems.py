"""Small problems, one for each concept of the models, that together instantiate every constraint and expression."""

from __future__ import annotations

import numpy as np

from models.problem import (
    Decided,
    Durability,
    EmissionCap,
    Gate,
    Goal,
    Indicator,
    Level,
    MetricPoints,
    OtherEmissions,
    Problem,
    Segment,
    Sizing,
)
from tests.factories import Site, rating

YEAR = Site(years=(2025,), hours=(1000.0, 1000.0))
YEARS = Site(years=(2025, 2026), hours=(1000.0, 1000.0))
SEASONS = Site(years=(2025,), hours=(1000.0, 1000.0), billing=(0, 1))

BOILER = {"inputs": {"gas": 1.25}, "outputs": {"steam": 1.0}}
HEAT_PUMP = {"inputs": {"electricity": np.array([0.5, 0.4])}, "outputs": {"steam": 1.0}, "electrified_heat": True}


def balance() -> Problem:
    site = YEAR
    problem = site.problem(
        demands=(site.demand(), site.demand("washing", 2.0, carrier="hot_water")),
        markets=(site.grid(export_price=0.0003), site.gas()),
        converters=(site.converter("pv", availability=(0.5, 0.0)), site.converter("boiler", **BOILER)),
        retrofits=(site.retrofit("compressors", {}, capex=0.1, side_use=(("motors", "hot_water", -0.1),)),),
        stores=(site.store(may_export=True),),
        letdowns=(("steam", "hot_water"),),
    )
    carriers = tuple(
        type(c)(c.name, dumping=c.name == "hot_water", temperature_c=heat.get(c.name))
        for heat in ({"steam": 165.0, "hot_water": 85.0},)
        for c in problem.carriers
    )
    return site.problem(**{**vars(problem), "carriers": carriers})


def contracts() -> Problem:
    site = YEARS
    return site.problem(
        contracts=(
            site.contract("ppa", profile=(0.6, 0.2), tenor_years=1, min_volume=2.0, max_volume=8.0, sign_cost=0.1),
            site.contract("tariff", "green_tariff", 0.00003, start_years=(2025,), max_volume=9000.0),
        )
    )


def converters() -> Problem:
    site = YEAR
    return site.problem(
        demands=(site.demand(), site.demand("dyeing", 4.0, carrier="steam")),
        markets=(site.grid(), site.gas()),
        converters=(
            site.converter("pv", site.sizing(3.0), availability=(0.5, 0.0), renewable=True),
            site.converter("boiler", site.sizing(existing=6.0, package=2.0), min_load_share=0.4, **BOILER),
            site.converter("heat_pump", **HEAT_PUMP),
        ),
    )


def decided() -> Problem:
    site = YEARS
    return site.problem(
        converters=(site.converter("pv", availability=(0.5, 0.0)),),
        retrofits=(site.retrofit("leds", {"motors": 0.1}, capex=2.0),),
        decided=(
            Decided("retrofits.start", "leds", site.years, least=1.0),
            Decided("converters.build_mw", "pv", (2025,), least=2.0, most=3.0),
            Decided("converters.build_mw", "pv", (2024,)),
        ),
    )


def demands() -> Problem:
    site = YEARS
    belts = site.retrofit("belts", {"motors": 0.1}, start_years=(2026,), side_use=(("motors", "steam", 0.03),))
    return site.problem(
        demands=(site.demand(index=(1.0, 1.02)), site.demand("dyeing", 4.0, carrier="steam")), retrofits=(belts,)
    )


def durability() -> Problem:
    site = YEARS
    return site.problem(
        instruments=(
            site.instrument("gec", "certificate", 0.000005, 9000.0),
            site.instrument("ccer", "credit", 0.00007, 2000.0),
            site.instrument("biochar", "removal", 0.001, durability_years=500.0, buffer_share=0.2, delivery_share=0.9),
        ),
        durability=Durability(
            0.0002,
            0.0001,
            own_reduction_floor=np.array([np.nan, 0.2]),
            removal_share_path=np.array([np.nan, 0.1]),
        ),
    )


def finance() -> Problem:
    site = YEARS
    return site.problem(
        converters=(site.converter("pv", site.sizing(3.0, payment_shares=(0.4, 0.6)), availability=(0.5, 0.0)),),
        retrofits=(site.retrofit("leds", {"motors": 0.1}, capex=2.0, start_years=(2025,), opex_fixed=0.1),),
        finance=site.finance(
            0.25, salvage="straight_line", timing_offset=0.5, tax_rate=0.2, depreciation_years=2, capex_limit=20.0
        ),
    )


def goals() -> Problem:
    site = YEAR
    return site.problem(
        converters=(site.converter("pv", capex_per_mw=3.0, availability=(0.5, 0.0)),),
        stores=(site.store(),),
        retrofits=(site.retrofit("leds", {"motors": 0.1}, capex=2.0),),
        contracts=(site.contract("tariff", "green_tariff", 0.00003, max_volume=9000.0),),
        instruments=(site.instrument("ccer", "credit", 0.00007),),
        rating=rating(indicators=(Indicator("energy", "score", 80.0, 30.0),)),
        target=site.target(),
        goals=(
            Goal("capex", 5.0, site.years),
            Goal("own_inventory", 4000.0, site.years),
            Goal("projects", 2.0),
            Goal("points_short", 40.0, site.years),
            Goal("cost", 30.0),
        ),
        aim=Goal("paper", years=site.years, price=0.0001),
    )


def groups() -> Problem:
    site = YEAR
    return site.problem(
        converters=(site.converter("pv", groups={"roof": 5000.0}),),
        stores=(site.store(groups={"roof": 20.0}),),
        group_limits={"roof": 40000.0},
    )


def instruments() -> Problem:
    return YEAR.problem(
        instruments=(
            YEAR.instrument("gec", "certificate", 0.000005, 8000.0),
            YEAR.instrument("ccer", "credit", 0.00007, np.inf),
        )
    )


def ledger() -> Problem:
    site = YEAR
    held = rating(Level(3, 0.0, ()), scopes=(1, 2, 3))
    return site.problem(
        demands=(site.demand(), site.demand("dyeing", 4.0, carrier="steam")),
        markets=(
            site.grid(export_price=0.0003, max_export_mw=20.0, upstream_factor=0.03),
            site.gas(upstream_factor=0.05),
            site.market("network", "steam", 0.0004, scope=2, emission_factor=0.4, base_emission_factor=0.36),
            site.market(
                "neighbour", "electricity", 0.0005, scope=2, emission_factor=0.1, supplier_factor=np.array([0.1])
            ),
        ),
        converters=(
            site.converter("pv", site.sizing(max_total=10.0, embodied_tco2e_per_unit=800.0), renewable=True),
            site.converter("kiln", site.sizing(max_total=5.0), direct_tco2e_per_mwh=0.1, captured_tco2e_per_mwh=0.04),
            site.converter("boiler", **BOILER),
            site.converter("heat_pump", **HEAT_PUMP),
            site.converter(
                "scrubber", site.sizing(max_total=2.0), captured_tco2e_per_mwh=0.02, capture_limit_share=0.5
            ),
        ),
        contracts=(
            site.contract("wheeled", max_volume=5.0),
            site.contract("wire", direct_line=True, max_volume=5.0),
            site.contract("short_wire", direct_line=True, max_volume=5.0, tenor_years=1),
            site.contract("tariff", "green_tariff", 0.00003, tenor_years=1),
        ),
        instruments=(
            site.instrument("gec", "certificate", 0.000005),
            site.instrument("ccer", "credit", 0.00007),
            site.instrument("trees", "removal", 0.0002, durability_years=30.0),
            site.instrument("biochar", "removal", 0.001, durability_years=500.0),
        ),
        emissions=site.emissions(
            carbon_price=0.00008,
            free_allowance=1000.0,
            other=(
                OtherEmissions("refrigerant", 1, np.array([50.0])),
                OtherEmissions("freight", 3, np.array([700.0])),
            ),
            caps=(
                EmissionCap("path", "gross_location", np.array([9000.0])),
                EmissionCap("budget", "net", total=8000.0),
            ),
            energy_tce_per_mwh={"grid": 0.1229, "gas": 0.1229},
        ),
        rating=held,
        target=site.target(0, 3),
    )


def management() -> Problem:
    return YEARS.problem(
        management=(
            YEARS.management("metering", 0.5, 0.1),
            YEARS.management("platform", 1.0, already_met=True),
        )
    )


def markets() -> Problem:
    site = SEASONS
    grid = {"demand_rule": "peak", "demand_charge": 0.04, "ratchet_share": 0.6, "export_price": 0.0003, "one_way": True}
    return site.problem(
        markets=(
            site.grid((0.0006, 0.0009), **grid),
            site.market(
                "second",
                "electricity",
                0.0007,
                scope=2,
                demand_rule="contract",
                demand_charge=0.05,
                export_price=0.0002,
            ),
            site.gas(max_import_mwh_per_year=30000.0),
        ),
        contracts=(site.contract(profile=(0.6, 0.2)),),
        grid_connection_mw=15.0,
    )


def rated() -> Problem:
    site = YEAR
    share = Gate("renewable_electricity_share", "min", 0.5)
    return site.problem(
        instruments=(site.instrument("gec", "certificate", 0.000005), site.instrument("ccer", "credit", 0.00007)),
        management=(site.management("law", gate="lawful"), site.management("metering", points={"energy": 20.0})),
        rating=rating(
            Level(3, 0.3, (Gate("neutralised_share", "min", 1.0),)),
            Level(5, 0.6, (share, Gate("residual_share_of_base", "max", 0.9))),
            indicators=(
                Indicator("basics", "gate", gate_items=("lawful",)),
                Indicator(
                    "energy",
                    "score",
                    100.0,
                    30.0,
                    (MetricPoints("renewable_electricity_share", (0.5, 1.0), (20.0, 50.0)),),
                ),
                Indicator("offset", "score", 20.0, 0.0, (MetricPoints("removal_share_of_residual", (0.1,), (20.0,)),)),
            ),
        ),
        emissions=site.emissions(other=(OtherEmissions("refrigerant", 1, np.array([50.0])),)),
        target=site.target(3, 3),
    )


def retrofits() -> Problem:
    site = YEARS
    return site.problem(
        demands=(site.demand(), site.demand("dyeing", 4.0, carrier="steam")),
        management=(site.management("metering", start_years=(2026,)),),
        retrofits=(
            site.retrofit("drives", {"motors": 0.2}, 2.0),
            site.retrofit(
                "leaks",
                {"motors": 0.1},
                1.0,
                life_years=1,
                first_year_share=0.5,
                side_use=(("motors", "steam", -0.02),),
            ),
            site.retrofit(
                "belts",
                {},
                1.0,
                start_years=(2026,),
                requires=("leaks", "metering"),
                excludes=("drives",),
                side_use=(("motors", "steam", 0.03),),
            ),
        ),
    )


def sizing() -> Problem:
    site = YEARS
    scale = Sizing(
        (Segment(0.0, 2.0, 1.0, 3.0), Segment(2.0, 8.0, 3.0, 2.0)),
        (2026,),
        np.array([1.0, 0.9]),
        np.array([0.5, 1.0]),
        8.0,
        np.array([0.01, 0.01]),
        np.array([4.0, 4.0]),
        retire_from=0,
        existing_share=np.array([1.0, 0.9]),
    )
    return site.problem(
        converters=(
            site.converter("pv", scale),
            site.converter("engine", site.sizing(1.0, 6.0, build_years=(2025,), package=2.0)),
            site.converter("fan", site.sizing(1.0, 5.0, share_by_age=(0.5,))),
        ),
        stores=(
            site.store(
                power=site.sizing(0.3, 5.0, min_size=1.0, package=0.5),
                energy=site.sizing(
                    0.8, 20.0, existing=2.0, retire_from=0, min_size=2.0, package=1.0, share_by_age=(0.75,)
                ),
            ),
        ),
    )


def stores() -> Problem:
    return YEAR.problem(
        stores=(
            YEAR.store(
                charge_efficiency=0.95,
                discharge_efficiency=0.9,
                loss_share_per_hour=0.01,
                min_hours=1.0,
                max_hours=4.0,
                cycles_per_year=300.0,
                one_way=True,
            ),
        )
    )


CONCEPTS = {
    "balance": balance,
    "contracts": contracts,
    "converters": converters,
    "decided": decided,
    "demands": demands,
    "durability": durability,
    "finance": finance,
    "goals": goals,
    "groups": groups,
    "instruments": instruments,
    "ledger": ledger,
    "management": management,
    "markets": markets,
    "rating": rated,
    "retrofits": retrofits,
    "sizing": sizing,
    "stores": stores,
}
