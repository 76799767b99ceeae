"""Verification: an honest plan passes; every single number that is tampered with is found, under the rule it breaks."""

from __future__ import annotations

import copy
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from factories import Site, carriers_of, rating

from models.problem import Carrier, Durability, EmissionCap, Gate, Indicator, Level, Segment
from planner.accounting.accounts import accounts
from planner.accounting.ledger import inventory
from planner.engine import solve
from planner.verification.verify import verify

SITE = Site(years=(2025, 2026), hours=(1000.0, 1000.0))


def _problem(site=SITE):
    """Two years of two steps with one of everything; the numbers below are chosen so that balances are round."""
    pv = site.converter(
        "pv",
        site.sizing(segments=(Segment(1.0, 5.0, 0.5, 3.0),), max_total=5.0, build_years=(2025,)),
        availability=[1.0, 0.0],
        renewable=True,
        groups={"roof": 1.0},
    )
    boiler = site.converter(
        "boiler",
        site.sizing(existing=8.0, retire_from=0, max_total=8.0),
        inputs={"gas": 1.25},
        outputs={"steam": 1.0},
    )
    chp = site.converter(
        "chp",
        site.sizing(2.0, package=1.0, max_total=4.0),
        inputs={"gas": 2.5},
        min_load_share=0.5,
    )
    capture = site.converter(
        "capture", site.sizing(existing=1.0), inputs={"electricity": 0.2}, outputs={}, captured_tco2e_per_mwh=0.5
    )
    parts = {
        "demands": (
            site.demand(load=[5.0, 10.0]),
            site.demand("drying", 4.0, "steam"),
            site.demand("washing", 1.0, "hot_water"),
        ),
        "markets": (
            site.grid(
                max_import_mw=20.0, export_price=0.0003, max_export_mw=3.0, demand_rule="contract", contract_min_mw=4.0
            ),
            site.gas(max_import_mw=20.0, max_import_mwh_per_year=25_000.0),
        ),
        "converters": (pv, boiler, chp, capture),
        "stores": (site.store(min_hours=1.0, max_hours=4.0, cycles_per_year=600.0),),
        "retrofits": (
            site.retrofit("vsd", {"motors": 0.2}, 1.0, requires=("audit",), side_use=(("motors", "hot_water", -0.05),)),
            site.retrofit("new_motors", {"motors": 0.3}, 4.0, excludes=("vsd",)),
        ),
        "contracts": (
            site.contract(profile=0.5, max_volume=3.0, min_volume=1.0),
            site.contract("tariff", "green_tariff", 0.00001, max_volume=5000.0, tenor_years=3),
        ),
        "instruments": (
            site.instrument("gec", "certificate", 0.00001, 4000.0),
            site.instrument("ccer", "credit", 0.0001, 1000.0),
            site.instrument("biochar", "removal", 0.001, 500.0, durability_years=500.0),
        ),
        "management": (
            site.management("audit", 0.1),
            site.management("meters", 0.1, gate="metering", points={"care": 5.0}),
        ),
        "rating": rating(
            Level(1, 0.05, (Gate("renewable_electricity_share", "min", 0.3),)),
            indicators=(Indicator("basic", "gate", gate_items=("metering",)), Indicator("care", "score", 10.0)),
        ),
        "target": site.target(1, 1),
        "group_limits": {"roof": 4.5},
        "base": site.base(16_000.0),
        "finance": site.finance(0.08, salvage="straight_line", capex_limit=[30.0, 5.0]),
        "emissions": site.emissions(
            caps=(
                EmissionCap("limit", "gross_location", limit=np.array([np.nan, 9000.0])),
                EmissionCap("budget", "gross_location", total=18_000.0),
            )
        ),
        "durability": Durability(
            penalty_per_tonne=0.001,
            own_reduction_floor=np.array([np.nan, 0.4]),
            removal_share_path=np.array([0.2, 0.2]),
        ),
        "letdowns": (("steam", "hot_water"),),
    }
    carriers = tuple(replace(c, dumping=c.name == "hot_water") for c in carriers_of(parts))
    return site.problem(carriers=carriers, **parts)


DECISIONS = {
    "converters.build_mw": {("pv", 2025): 4.0, ("chp", 2025): 2.0},
    "converters.retired_share": {("boiler", 2025): 0.25, ("boiler", 2026): 0.25},
    "stores.build_mw": {("battery", 2025): 2.0},
    "stores.build_mwh": {("battery", 2025): 4.0},
    "retrofits.start": {("vsd", 2025): 1.0, ("vsd", 2026): 0.0, ("new_motors", 2025): 0.0},
    "management.adopt": {("audit", 2025): 1.0, ("meters", 2025): 1.0},
    "contracts.sign_volume": {("ppa", 2025): 2.0, ("tariff", 2025): 3000.0},
    "contracts.annual_mwh": {("tariff", 2025): 3000.0, ("tariff", 2026): 3000.0},
    "instruments.quantity": {
        (name, y): q for name, q in (("gec", 200.0), ("ccer", 400.0), ("biochar", 100.0)) for y in (2025, 2026)
    },
    "markets.contract_demand_mw": {("grid", 2025): 5.0, ("grid", 2026): 5.0},
    "rating.star": {(2025, 1): 1.0, (2026, 1): 1.0},
    "rating.points": {("care", 2025): 5.0},
    "durable_rating.star": {(2025, 1): 1.0},
}
OPERATION = {
    # electricity: 4 after the retrofit + 0.2 capture + 2 charged + 0.8 sold = 4 pv + 1 ppa + 2 chp
    #              8 after the retrofit + 0.2 capture = 1 ppa + 2 chp + 2 discharged + 3.2 grid
    "markets.import_mw": {"grid": [0.0, 3.2], "gas": 11.25},
    "markets.export_mw": {"grid": [0.8, 0.0]},
    "contracts.delivered_mw": {"ppa": 1.0},
    # hot water: 1 washing + 0.25 or 0.5 dumped = 0.25 or 0.5 freed by the drives + 1 let down
    # steam: 4 drying + 1; gas: 5 * 1.25 + 2 * 2.5
    "converters.activity_mw": {"pv": [4.0, 0.0], "boiler": 5.0, "chp": 2.0, "capture": 1.0},
    "converters.online": {"chp": 2.0},
    "stores.charge_mw": {"battery": [2.0, 0.0]},
    "stores.discharge_mw": {"battery": [0.0, 2.0]},
    "stores.stored_mwh": {"battery": [2.0, 0.0]},
    "heat.letdown_mw": {"steam>hot_water": 1.0},
    "carriers.dump_mw": {"hot_water": [0.25, 0.5]},
}
PROBLEM = _problem()


def honest():
    plan = SITE.plan(copy.deepcopy(DECISIONS), OPERATION)
    objective = accounts(PROBLEM, plan).objective
    return replace(plan, facts=replace(plan.facts, objective=objective))


def rules(problem, plan):
    return {violation.rule for violation in verify(problem, plan).violations}


def decided(table, index, value):
    plan = honest()
    return replace(plan, decisions={**plan.decisions, table: {**plan.decisions.get(table, {}), index: value}})


def operated(table, item, value):
    plan = honest()
    values = np.broadcast_to(np.asarray(value, float), (2, 2))
    return replace(plan, operation={**plan.operation, table: {**plan.operation.get(table, {}), item: values}})


def test_an_honest_plan_passes():
    result = verify(PROBLEM, honest())
    assert [str(v) for v in result.violations] == []
    assert result.ok
    assert result.relative_difference == 0.0
    assert [one.full.stars for one in result.rated] == [1, 1]


TAMPERED_OPERATION = [
    ("markets.import_mw", "grid", [3.8, 3.2], "carrier balance"),
    ("markets.import_mw", "grid", [3.8, 3.2], "energy of the year"),
    ("markets.import_mw", "grid", [25.0, 3.2], "import within limit"),
    ("markets.import_mw", "gas", 13.0, "import within the year's limit"),
    ("markets.import_mw", "gas", -1.0, "markets.import_mw not negative"),
    ("markets.export_mw", "grid", [3.5, 0.0], "export within limit"),
    ("markets.import_mw", "grid", [0.1, 3.2], "buys or sells"),
    ("markets.export_mw", "grid", [0.0, 2.5], "export within generation"),
    ("markets.export_mw", "grid", [-1.0, 0.0], "markets.export_mw not negative"),
    ("markets.export_mw", "grid", [4.5, 4.5], "sales within the year's generation"),
    ("carriers.dump_mw", "hot_water", 0.6, "dumped within surplus"),
    ("markets.import_mw", "steam_main", 1.0, "markets.import_mw exists"),
    ("contracts.delivered_mw", "ppa", 1.1, "delivery within volume"),
    ("contracts.delivered_mw", "ppa", -1.1, "contracts.delivered_mw not negative"),
    ("converters.activity_mw", "pv", [4.0, 0.1], "activity within size"),
    ("converters.activity_mw", "boiler", 6.1, "activity within size"),
    ("converters.activity_mw", "pv", [-0.1, 0.0], "converters.activity_mw not negative"),
    ("converters.online", "chp", 1.5, "units online are whole"),
    ("converters.online", "chp", 3.0, "online within size"),
    ("converters.online", "chp", 1.0, "activity within online"),
    ("converters.online", "chp", -1.0, "converters.online not negative"),
    ("converters.activity_mw", "chp", 0.9, "minimum load"),
    ("stores.stored_mwh", "battery", [2.1, 0.0], "stored energy balance"),
    ("stores.stored_mwh", "battery", [4.5, 2.5], "energy within capacity"),
    ("stores.stored_mwh", "battery", [1.0, -1.0], "stores.stored_mwh not negative"),
    ("stores.charge_mw", "battery", [2.0, 0.1], "power within rating"),
    ("stores.charge_mw", "battery", [2.0, 0.1], "charges or discharges"),
    ("stores.charge_mw", "battery", [-0.1, 0.0], "stores.charge_mw not negative"),
    ("stores.discharge_mw", "battery", [1.0, 2.0], "cycles within limit"),
    ("stores.discharge_mw", "battery", [-1.0, 2.0], "stores.discharge_mw not negative"),
    ("heat.letdown_mw", "steam>hot_water", 1.4, "carrier balance"),
    ("heat.letdown_mw", "hot_water>steam", 0.1, "heat.letdown_mw exists"),
    ("heat.letdown_mw", "steam>hot_water", -0.1, "heat.letdown_mw not negative"),
    ("carriers.dump_mw", "electricity", 0.1, "carriers.dump_mw exists"),
    ("carriers.dump_mw", "hot_water", -0.1, "carriers.dump_mw not negative"),
    ("converters.activity_mw", "capture", 20.0, "capture within scope 1"),
    ("markets.import_mw", "grid", float("nan"), "carrier balance"),
]


@pytest.mark.parametrize(("table", "item", "value", "rule"), TAMPERED_OPERATION)
def test_tampered_operation_is_found(table, item, value, rule):
    assert rule in rules(PROBLEM, operated(table, item, value))


TAMPERED_DECISIONS = [
    ("converters.build_mw", ("pv", 2025), 3.9, "activity within size"),
    ("converters.build_mw", ("pv", 2025), 4.6, "group within limit"),
    ("converters.build_mw", ("pv", 2025), 0.5, "build in a segment"),
    ("converters.build_mw", ("pv", 2025), 5.5, "total within limit"),
    ("converters.build_mw", ("pv", 2026), 1.0, "converters.build_mw allowed"),
    ("converters.build_mw", ("wind", 2025), 1.0, "converters.build_mw allowed"),
    ("converters.build_mw", ("pv", 2025), -1.0, "converters.build_mw not negative"),
    ("converters.build_mw", ("chp", 2025), 2.5, "build in packages"),
    ("converters.retired_share", ("boiler", 2026), 0.1, "retirement is final"),
    ("converters.retired_share", ("boiler", 2026), 1.1, "retired share within one"),
    ("converters.retired_share", ("pv", 2026), 0.1, "converters.retired_share allowed"),
    ("converters.retired_share", ("boiler", 2025), -0.1, "converters.retired_share not negative"),
    ("stores.build_mw", ("battery", 2025), 5.0, "duration above minimum"),
    ("stores.build_mwh", ("battery", 2025), 9.0, "duration within maximum"),
    ("stores.build_mw", ("battery", 2025), -1.0, "stores.build_mw not negative"),
    ("stores.build_mwh", ("battery", 2025), -1.0, "stores.build_mwh not negative"),
    ("stores.build_mw", ("tank", 2025), 1.0, "stores.build_mw allowed"),
    ("stores.build_mwh", ("tank", 2025), 1.0, "stores.build_mwh allowed"),
    ("retrofits.start", ("vsd", 2026), 1.0, "done once"),
    ("retrofits.start", ("new_motors", 2025), 1.0, "excludes"),
    ("retrofits.start", ("vsd", 2025), 0.9, "retrofits.start is yes or no"),
    ("retrofits.start", ("vsd", 2025), -1.0, "retrofits.start not negative"),
    ("retrofits.start", ("lighting", 2025), 1.0, "retrofits.start allowed"),
    ("management.adopt", ("audit", 2025), 0.0, "requires"),
    ("management.adopt", ("meters", 2025), 0.0, "target stars"),
    ("management.adopt", ("meters", 2025), 0.0, "target durable stars"),
    ("management.adopt", ("meters", 2025), 0.6, "management.adopt is yes or no"),
    ("management.adopt", ("meters", 2025), -1.0, "management.adopt not negative"),
    ("management.adopt", ("platform", 2025), 1.0, "management.adopt allowed"),
    ("contracts.sign_volume", ("ppa", 2025), 1.9, "delivery within volume"),
    ("contracts.sign_volume", ("tariff", 2025), 2999.0, "delivery within volume"),
    ("contracts.sign_volume", ("ppa", 2025), 0.5, "volume above minimum"),
    ("contracts.sign_volume", ("ppa", 2026), 2.0, "volume within maximum"),
    ("contracts.sign_volume", ("ppa", 2025), -1.0, "contracts.sign_volume not negative"),
    ("contracts.sign_volume", ("brown", 2025), 1.0, "contracts.sign_volume allowed"),
    ("contracts.annual_mwh", ("ppa", 2025), 10.0, "contracts.annual_mwh allowed"),
    ("contracts.annual_mwh", ("tariff", 2025), -10.0, "contracts.annual_mwh not negative"),
    ("instruments.quantity", ("ccer", 2025), 1001.0, "purchase within cap"),
    ("instruments.quantity", ("ccer", 2025), -1.0, "instruments.quantity not negative"),
    ("instruments.quantity", ("vcs", 2025), 1.0, "instruments.quantity allowed"),
    ("instruments.quantity", ("gec", 2025), 3950.0, "claims within grid"),
    ("instruments.quantity", ("biochar", 2026), 90.0, "removal share on path"),
    ("markets.contract_demand_mw", ("grid", 2025), 3.0, "contract demand above minimum"),
    ("markets.contract_demand_mw", ("grid", 2025), -3.0, "markets.contract_demand_mw not negative"),
    ("markets.contract_demand_mw", ("gas", 2025), 3.0, "markets.contract_demand_mw allowed"),
    ("rating.points", ("care", 2025), 6.0, "points as reported"),
    ("ledger.gross_market_tco2e", (2025,), 1.0, "ledger as reported"),
]


@pytest.mark.parametrize(("table", "index", "value", "rule"), TAMPERED_DECISIONS)
def test_tampered_decision_is_found(table, index, value, rule):
    assert rule in rules(PROBLEM, decided(table, index, value))


TIGHTENED = [
    ({"finance": replace(PROBLEM.finance, capex_limit=np.array([1.0, 1.0]))}, "capex within limit"),
    (
        {"emissions": replace(PROBLEM.emissions, caps=(EmissionCap("a", "scope1", limit=np.array([1.0, np.nan])),))},
        "emission cap",
    ),
    ({"emissions": replace(PROBLEM.emissions, caps=(EmissionCap("a", "net", total=1.0),))}, "cumulative emission cap"),
    (
        {"durability": replace(PROBLEM.durability, own_reduction_floor=np.array([np.nan, 0.9]))},
        "own reduction above floor",
    ),
    ({"target": SITE.target(2)}, "target stars"),
    ({"target": SITE.target(0, 2)}, "target durable stars"),
    ({"rating": replace(PROBLEM.rating, levels=())}, "stars as reported"),
    ({"finance": replace(PROBLEM.finance, discount_rate=0.09)}, "cost as reported"),
]


@pytest.mark.parametrize(("fields", "rule"), TIGHTENED)
def test_a_requirement_that_is_not_met_is_found(fields, rule):
    assert rule in rules(replace(PROBLEM, **fields), honest())


def test_every_rule_that_was_checked_has_a_tampered_case():
    broken = {case[-1] for case in (*TAMPERED_OPERATION, *TAMPERED_DECISIONS, *TIGHTENED)}
    assert set(verify(PROBLEM, honest()).checked) - broken == set()


@pytest.mark.parametrize("share", [1 + 3e-6, 1 - 3e-6])
def test_a_cost_that_differs_in_the_sixth_digit_is_found(share):
    plan = honest()
    off = replace(plan, facts=replace(plan.facts, objective=plan.facts.objective * share))
    assert rules(PROBLEM, off) == {"cost as reported"}


def test_solver_noise_is_no_violation():
    plan = honest()
    noisy = {
        table: {item: values + 1e-7 * (values > 0) for item, values in items.items()}
        for table, items in plan.operation.items()
    }
    nearly = replace(plan, operation=noisy)
    objective = accounts(PROBLEM, nearly).objective
    assert verify(PROBLEM, replace(nearly, facts=replace(plan.facts, objective=objective))).ok


def test_a_ledger_that_agrees_passes():
    full = inventory(PROBLEM, honest())
    plan = honest()
    for n, year in enumerate(PROBLEM.years):
        table = {**plan.decisions.get("ledger.scope1_tco2e", {}), (year,): float(full.scope1_tco2e[n])}
        plan = replace(plan, decisions={**plan.decisions, "ledger.scope1_tco2e": table})
    assert verify(PROBLEM, plan).ok


@pytest.mark.parametrize(("tonnes", "ok"), [(3e-12, True), (1e-3, False)])
def test_what_rounding_leaves_of_no_tonnes_is_no_violation(tonnes, ok):
    """A site that emits nothing, and whose base year did not either."""
    problem = Site(hours=(1000.0,)).problem(markets=(replace(Site(hours=(1000.0,)).grid(1e-4), emission_factor=0.0),))
    problem = replace(problem, base=replace(problem.base, gross_tco2e=0.0))
    plan = solve(problem)
    table = dict.fromkeys(plan.decisions["ledger.scope1_tco2e"], tonnes)
    assert verify(problem, replace(plan, decisions={**plan.decisions, "ledger.scope1_tco2e": table})).ok is ok


def test_violation_names_place_size_and_unit():
    (violation,) = [
        v
        for v in verify(PROBLEM, operated("markets.import_mw", "grid", [0.1, 3.2])).violations
        if v.rule == "carrier balance"
    ]
    assert (violation.item, violation.year, violation.step, violation.rows) == ("electricity", 2025, 0, 2)
    assert violation.amount == pytest.approx(0.1)
    assert str(violation) == "carrier balance: electricity in 2025, step 0: off by 0.1 MW (and 1 more)"


def test_undumpable_surplus_is_a_violation_although_dumped():
    problem = replace(PROBLEM, carriers=tuple(Carrier(c.name) for c in PROBLEM.carriers))
    assert "carriers.dump_mw exists" in rules(problem, honest())


def test_verification_needs_neither_model_nor_solver():
    code = "import sys, planner.verification.verify; print(sorted({'pyomo', 'highspy', 'pandas', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
