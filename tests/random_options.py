"""The random factory with other options, drawn by seed: heat network, second grid, wires, virtual power, scale, caps, scope 3."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.problem import (
    Contract,
    Converter,
    EmissionCap,
    Emissions,
    Gate,
    Instrument,
    Market,
    OtherEmissions,
    Problem,
    Rating,
    Segment,
    Store,
)
from tests.random_factory import SITE, N, rich

Draw = np.random.Generator


def varied(seed: int) -> Problem:
    """A random factory, each option in or out, with a random target and sometimes durable stars."""
    draw = np.random.default_rng(1000 + seed)
    problem = rich(seed, int(draw.choice([0, 3, 4, 5, 6])), int(draw.choice([0, 3, 4, 5])))
    assert problem.rating is not None
    return replace(
        problem,
        markets=(*problem.markets, *_markets(draw)),
        contracts=(*problem.contracts, *_contracts(draw)),
        stores=(_store(draw, problem.stores[0]),),
        converters=(_sun(draw, problem.converters[0]), *problem.converters[1:]),
        instruments=(*problem.instruments, *_instruments(draw)),
        emissions=_emissions(draw, problem.emissions),
        rating=_rating(draw, problem.rating),
    )


def _some(draw: Draw, share: float = 0.5) -> bool:
    return bool(draw.random() < share)


def _markets(draw: Draw) -> list[Market]:
    network = SITE.market(
        "network",
        "steam",
        0.0004,
        scope=2,
        emission_factor=0.35,
        base_emission_factor=0.36,
        max_import_mw=float(draw.uniform(2, 8)),
        demand_rule=str(draw.choice(["none", "peak", "contract"])),
        demand_charge=0.02,
        contract_min_mw=0.5,
    )
    second = SITE.market(
        "second",
        "electricity",
        0.0007,
        scope=2,
        emission_factor=0.6,
        max_import_mw=3.0,
        export_price=0.0004 * draw.integers(0, 2),
        max_export_mw=2.0,
    )
    return [k for k in (network, second) if _some(draw)]


def _contracts(draw: Draw) -> list[Contract]:
    wire = SITE.contract(
        "wire",
        price=0.0004,
        profile=[0.2, 0.5, 0.5, 0.3],
        tenor_years=int(draw.choice([1, 4])),
        max_volume=6.0,
        direct_line=True,
        take_or_pay_share=0.5,
    )
    virtual = SITE.contract(
        "virtual",
        "virtual",
        0.00001,
        tenor_years=int(draw.choice([2, 5])),
        max_volume=3e4,
        min_volume=float(draw.choice([0, 5e3])),
        take_or_pay_share=float(draw.choice([0, 1])),
    )
    base = SITE.contract("base", "baseload", 0.00055, tenor_years=2, max_volume=4.0, bundled=_some(draw))
    return [c for c in (wire, virtual, base) if _some(draw)]


def _store(draw: Draw, battery: Store) -> Store:
    if _some(draw):
        return battery
    stock = np.array([3.0, 3.0, 2.0, 0.0])
    return replace(
        battery,
        may_export=True,
        opex_variable=0.00001,
        min_hours=0.5,
        energy=replace(battery.energy, existing=stock, retire_from=0, embodied_tco2e_per_unit=60.0),
        power=replace(battery.power, existing=stock / 3),
    )


def _sun(draw: Draw, pv: Converter) -> Converter:
    if _some(draw):
        return pv
    scale = (Segment(0.0, 3.0, 0.5, 3.0), Segment(3.0, 12.0, 2.0, 2.4))
    return replace(
        pv, sizing=replace(pv.sizing, segments=scale, capex_index=0.97**N, build_years=(SITE.years[0], SITE.years[2]))
    )


def _instruments(draw: Draw) -> list[Instrument]:
    trees = SITE.instrument("trees", "removal", 0.0001, 1e4, durability_years=30.0, buffer_share=0.2)
    return [trees] if _some(draw) else []


def _emissions(draw: Draw, given: Emissions) -> Emissions:
    caps = (
        EmissionCap("net", "net", np.array([np.nan, np.nan, 3e4, 2e4])),
        EmissionCap("budget", "gross_location", total=3.2e5),
        EmissionCap("fuel", "scope1", np.array([6e4, 6e4, 5e4, 5e4])),
    )
    freight = OtherEmissions("freight", 3, np.array([900.0, 800.0, 700.0, 600.0]))
    return replace(
        given,
        caps=tuple(c for c in caps if _some(draw, 0.4)),
        other=(*given.other, freight),
        energy_tce_per_mwh={"grid": 0.1229, "gas": 0.1229},
    )


def _rating(draw: Draw, given: Rating) -> Rating:
    gates = (
        Gate("onsite_renewable_share", "min", 0.05),
        Gate("emissions_per_tce", "max", 1.5),
        Gate("residual_share_of_base", "max", 0.6),
        Gate("removal_share_of_residual", "min", 0.1),
    )
    levels = tuple(
        replace(level, gates=(*level.gates, gate)) if _some(draw, 0.4) else level
        for level, gate in zip(given.levels, gates, strict=True)
    )
    return replace(given, levels=levels, scopes=(1, 2, 3) if _some(draw) else (1, 2))
