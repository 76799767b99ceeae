"""A small solved factory for the figures: power and steam, PV, heat pump, battery, a measure, green power and credits."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from factories import Site, rating

from models.problem import Gate, Level, Problem
from planner.answer import Answer, account_for, findings
from planner.engine import Options, solve
from planner.figures.reading import Array
from planner.results.folder import Results
from planner.results.record import Record

HOSTILE = "<script>alert('x')</script> & $\\alpha$ \"id=\""


def problem() -> Problem:
    site = Site(years=(2026, 2027, 2028), hours=(2000.0, 2000.0, 2380.0, 2380.0))
    boiler = site.converter("gas_boiler", site.sizing(existing=6.0), inputs={"gas": 1.1}, outputs={"steam": 1.0})
    pump = site.converter(
        "heat_pump_high",
        site.sizing(3.0, 2.0, build_years=(2027, 2028)),
        inputs={"electricity": 0.4},
        outputs={"steam": 1.0},
        electrified_heat=True,
    )
    pv = site.converter("pv_roof", site.sizing(1.0, 6.0), renewable=True, availability=(0.8, 0.0, 0.5, 0.0))
    battery = site.store(
        "battery",
        power=site.sizing(0.1, build_years=(2027, 2028)),
        energy=site.sizing(0.1, build_years=(2027, 2028)),
        charge_efficiency=0.9,
    )
    return site.problem(
        demands=(site.demand("motors", (6.0, 4.0, 5.0, 3.0)), site.demand("dyeing", (4.0, 3.0, 4.0, 2.0), "steam")),
        markets=(site.grid((0.0009, 0.0004, 0.0009, 0.0004), emission_factor=0.3), site.gas(0.0005)),
        converters=(boiler, pump, pv),
        stores=(battery,),
        retrofits=(site.retrofit("drives", {"motors": 0.2}, 2.0),),
        contracts=(site.contract("green_tariff_long", "green_tariff", 0.00002, tenor_years=5),),
        instruments=(site.instrument("ccer", "credit", 0.0001), site.instrument("biochar", "removal", 0.001)),
        finance=site.finance(0.05),
        rating=rating(Level(3, 0.0, (Gate("neutralised_share", "min", 1.0),))),
        target=site.target([0, 3, 3]),
        base=site.base(30000.0),
    )


@cache
def answer() -> Answer:
    found = problem()
    plan = solve(found, Options(gap=1e-6))
    assert plan.decisions, plan.facts
    return account_for(found, plan)


def record(folder: Path, **summary: Any) -> Record:
    """The factory as if it had been read from a results folder."""
    known = {"status": "optimal", "currency": "CNY", "scenario": {"name": "small"}, **findings(answer())}
    return Record(Results(folder, known | summary, {}), answer(), None)


def with_study(folder: Path, name: str, found: dict[str, Any]) -> None:
    place = folder / "studies"
    place.mkdir(exist_ok=True)
    (place / f"{name}.json").write_text(json.dumps({"kind": name} | found), encoding="utf-8")


YEARS = ("2026", "2027", "2028")


def stars(value: int) -> dict[str, int]:
    return dict.fromkeys(YEARS, value)


STUDIES: dict[str, dict[str, Any]] = {
    "ladder": {
        "rows": [
            {"stars": s, "first_year": 2027, "reading": r, "assumed": "best", "status": "optimal" if s < 6 else "infeasible",
             "net_present_cost": 2e8 + 1e7 * s if s < 6 else None, "lower_bound": 1.99e8 + 1e7 * s, "gap": 0.001,
             "marginal": 1e7, "paper_cost": 3e8 if s < 5 else None}
            for r in ("all_levels_full", "graded")
            for s in (3, 4, 5, 6)
        ]
    },
    "pareto": {
        "scenario": "small", "currency": "CNY", "against": "stars",
        "points": [
            {"id": f"p{n}", "label": f"{n} stars", "status": "optimal" if n else "feasible", "x": n,
             "net_present_cost": 2e8 + 1e6 * n, "lower_bound": 1.99e8 + 1e6 * n}
            for n in (0, 3, 4, 5)
        ],
    },
    "stress": {
        "years": [2026, 2027, 2028],
        "rows": [
            {"test": "calm", "label": "No stress", "label_zh": "无压力", "stars": stars(5), "durable_stars": stars(4),
             "extra_cost": 0.0, "lost_year": None, "status": "kept"},
            {"test": "credits", "label": "Credits vanish for good and for all", "label_zh": "碳信用全部消失", "stars": stars(0),
             "durable_stars": stars(0), "extra_cost": None, "lost_year": 2027, "status": "lost"},
        ],
    },
    "factors": {
        "years": [2026, 2027, 2028],
        "rows": [
            {"set": "own", "label": "as planned", "label_zh": "按规划", "stars": stars(5), "durable_stars": stars(3),
             "scope2_location_tco2e": dict.fromkeys(YEARS, 100.0), "scope2_market_tco2e": dict.fromkeys(YEARS, 20.0)},
            {"set": "national", "label": "national", "label_zh": "全国", "stars": stars(4), "durable_stars": stars(3),
             "scope2_location_tco2e": dict.fromkeys(YEARS, 120.0), "scope2_market_tco2e": dict.fromkeys(YEARS, 25.0)},
        ],
    },
    "abatement": {
        "year": 2027,
        "rows": [
            {"item": "drives", "members": ["drives"], "label": "Drives", "tonnes_shapley": 500.0, "cost_per_t": -200.0},
            {"item": "pv_roof", "members": ["pv_roof"], "label": "PV", "tonnes_shapley": 1500.0, "cost_per_t": 20.0},
            {"item": "worse", "members": ["battery"], "label": "Battery", "tonnes_shapley": -3.0, "cost_per_t": None},
        ],
    },
}  # fmt: skip


def with_studies(folder: Path) -> None:
    for name, found in STUDIES.items():
        with_study(folder, name, found)


def close(one: Array | float, other: Array | float) -> bool:
    return bool(np.allclose(one, other, rtol=1e-9, atol=1e-6))
