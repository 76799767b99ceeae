"""Small factories whose year is given step by step: twelve months of a few days, storage handed on from day to day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.problem import Carrier, EmissionCap, Problem, Steps
from tests.factories import Site

STEPS_A_DAY = 4


def chronological(
    years: tuple[int, ...] = (2026, 2027), days_a_month: int = 2, seed: int = 0, plain: bool = False
) -> Problem:
    """A factory with PV, battery, a seasonal heat store, a heat pump whose COP and a tariff whose price change from day to day.

    A ratchet, a retrofit with a side use, a contract and certificates unless `plain`, which leaves a linear problem.
    """
    random = np.random.default_rng(seed)
    count = 12 * days_a_month * STEPS_A_DAY
    site = Site(years, hours=(1.0,) * count)
    season = 1 + 0.5 * np.cos(2 * np.pi * np.arange(count) / count)
    sun = np.tile([0.0, 0.7, 0.5, 0.0], count // STEPS_A_DAY) * np.repeat(
        random.uniform(0.3, 1.0, count // STEPS_A_DAY), 4
    )
    price = np.tile([0.0003, 0.0006, 0.0008, 0.0007], count // STEPS_A_DAY) * random.uniform(0.8, 1.2, count)
    heat_pump = site.converter(
        "heat_pump",
        site.sizing(2.0, max_total=8.0),
        inputs={"electricity": random.uniform(0.25, 0.5, count)},
        outputs={"hot_water": 1.0},
        electrified_heat=True,
    )
    battery = site.store(
        power=site.sizing(0.3, max_total=4.0),
        energy=site.sizing(0.2, max_total=16.0),
        charge_efficiency=0.95,
        discharge_efficiency=0.95,
    )
    tank = site.store(
        "tank",
        carrier="hot_water",
        power=site.sizing(0.01, max_total=20.0),
        energy=site.sizing(0.002, max_total=2000.0),
        loss_share_per_hour=0.0005,
    )
    grid = site.grid(
        price,
        export_price=0.9 * price.min(),
        demand_rule="peak",
        demand_charge=0.04,
        ratchet_share=0.0 if plain else 0.6,
        max_import_mw=30.0,
    )
    options: dict[str, object] = {}
    if not plain:
        options = {
            "retrofits": (
                site.retrofit("drives", {"motors": 0.12}, capex=1.5),
                site.retrofit("recovery", {"washing": 0.3}, capex=1.0, side_use=(("washing", "electricity", 0.05),)),
            ),
            "contracts": (
                site.contract(
                    "ppa", "as_produced", price=0.0004, profile=np.roll(sun, 1), max_volume=4.0, tenor_years=5
                ),
            ),
            "instruments": (site.instrument("gec", "certificate", price=0.00004, limit=20000.0),),
            "emissions": site.emissions(
                carbon_price=0.0001, caps=(EmissionCap("cap", "gross_market", limit=site.yearly(12000.0)),)
            ),
        }
    problem = site.problem(
        carriers=(Carrier("electricity"), Carrier("gas"), Carrier("hot_water", True, 85.0)),
        demands=(
            site.demand("motors", random.uniform(4, 9, count), index=1.05 ** np.arange(len(years))),
            site.demand("washing", 3 * season * random.uniform(0.5, 1.5, count), carrier="hot_water"),
        ),
        markets=(grid, site.gas()),
        converters=(
            site.converter("pv", site.sizing(2.5, max_total=12.0), availability=sun, renewable=True),
            heat_pump,
            site.converter(
                "boiler",
                site.sizing(0.0, existing=12.0, build_years=()),
                inputs={"gas": 1.1},
                outputs={"hot_water": 1.0},
            ),
        ),
        stores=(battery, tank),
        finance=site.finance(0.08),
        **options,
    )
    steps = Steps(
        hours=24.0 / STEPS_A_DAY,
        times_per_year=np.full(count, 365 / (12 * days_a_month)),
        before=np.roll(np.arange(count), 1),
        billing=np.repeat(np.arange(12), days_a_month * STEPS_A_DAY),
        months_per_billing=np.ones(12),
        period=np.zeros(count, dtype=np.int64),
        labels=("year",),
    )
    return replace(problem, steps=steps)
