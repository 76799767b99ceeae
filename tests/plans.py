"""A small dyehouse with one of everything, a plan for it made by hand (consistent, not optimal), and its results folder."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from models.problem import Gate, Indicator, Level, Problem
from planner.accounting.accounts import accounts
from planner.answer import account_for, figures_of
from planner.plan import Plan
from planner.results.archive import pack
from planner.results.folder import sha256, summary_bytes, table_bytes, write_results, writer_lock
from planner.results.tables import headlines, tables
from planner.roadmap.dated import roadmap
from planner.roadmap.files import roadmap_files
from planner.roadmap.setting import Setting, certification
from planner.solving.summary import Beside, summarise, versions
from tests.factories import Site, rating


def dyehouse(years: tuple[int, ...]) -> tuple[Problem, Plan]:
    """Motors and steam; PV, battery, e-boiler, leak repair, a PPA, certificates, credits; five stars from 2030."""
    site = Site(years=years, hours=(4380.0, 4380.0))
    gates = (Gate("renewable_electricity_share", "min", 0.8), Gate("neutralised_share", "min", 1.0))
    standard = rating(
        Level(3, 0.2, gates[1:]), Level(5, 0.5, gates), indicators=(Indicator("energy", "score", 100.0, 40.0),)
    )
    boiler = {"inputs": {"gas": 1 / 0.9}, "outputs": {"steam": 1.0}}
    problem = site.problem(
        demands=(site.demand(load=10.0), site.demand("dyeing", 20.0, carrier="steam")),
        markets=(site.grid(demand_rule="peak", demand_charge=0.04), site.gas()),
        converters=(
            site.converter("pv_roof", sizing=site.sizing(3.0), availability=(0.5, 0.0), renewable=True),
            site.converter("gas_boiler", sizing=site.sizing(existing=25.0), **boiler),
        ),
        stores=(site.store(power=site.sizing(0.3), energy=site.sizing(0.8)),),
        retrofits=(site.retrofit("leak_repair", {"motors": 0.1}, capex=0.5),),
        contracts=(site.contract(kind="green_tariff", price=3e-5, tenor_years=5),),
        instruments=(site.instrument("ccer", "credit", 7e-5), site.instrument("gec", "certificate", 5e-6)),
        management=(site.management("metering", 0.8, 0.1, points={"energy": 20.0}),),
        finance=site.finance(0.06),
        rating=standard,
        base=site.base(90000.0),
        target=site.target([5 if y >= years[0] + 5 else 0 for y in years]),
    )
    late = [y for y in years if y >= years[0] + 5]
    green = 9.0 * 8760 - 4.0 * 4380
    signed = late[::5]
    emitted = 20.0 / 0.9 * 8760 * 0.2
    decisions = {
        "retrofits.start": {("leak_repair", years[0]): 1.0},
        "management.adopt": {("metering", late[0]): 1.0},
        "converters.build_mw": {("pv_roof", years[1]): 8.0},
        "stores.build_mw": {("battery", years[2]): 1.0},
        "stores.build_mwh": {("battery", years[2]): 2.0},
        "contracts.sign_volume": {("ppa", y): green for y in signed},
        "contracts.annual_mwh": {("ppa", y): green for y in late},
        "instruments.quantity": {("ccer", y): emitted * 1.001 for y in late},
    }
    sun = np.where(np.array(years) >= years[1], 4.0, 0.0)[:, None] * np.array([1.0, 0.0])
    operation = {
        "converters.activity_mw": {"pv_roof": sun, "gas_boiler": 20.0},
        "markets.import_mw": {"grid": 9.0 - sun, "gas": 20.0 / 0.9},
    }
    cost = accounts(problem, site.plan(decisions, operation)).objective
    return problem, site.plan(decisions, operation, objective=cost)


def dyehouse_results(folder: Path, years: tuple[int, ...] = tuple(range(2025, 2041)), **changes: Any) -> Path:
    """`folder/results` as `plan solve` would write it for `folder/scenario.toml`."""
    (folder / "scenario.toml").write_text("# a dyehouse\n")
    answer = account_for(*dyehouse(years))
    context = {
        "scenario": {"name": "dyehouse", "title": "", "file": "scenario.toml", "folder": ".."},
        "currency": "CNY",
        "versions": versions(),
        "inputs": {"scenario.toml": sha256(b"# a dyehouse\n")},
    }
    plans = {"business_as_usual": Beside(answer), "optimum": Beside(answer)}
    summary = summarise(answer, plans, answer.problem.years[-1]) | context | changes
    files = {f"{name}.csv": table_bytes(rows) for name, rows in tables(answer, "CNY").items()}
    found = figures_of(answer, answer)
    summary["headline"] = dict(found.whole)
    files["headline.csv"] = table_bytes(headlines(found, "CNY"))
    files |= roadmap_files(roadmap(answer, Setting("dyehouse", "CNY", date(years[0], 1, 1), certification())))
    with writer_lock(folder / "results"):
        write_results(folder / "results", summary, {**files, "operation.npz": pack(answer.problem, answer.plan)})
    return folder / "results"


def edit_summary(folder: Path, **changes: object) -> None:
    """Changes a summary as somebody would who mends its own hash too."""
    path = folder / "summary.json"
    path.write_bytes(summary_bytes(json.loads(path.read_text(encoding="utf-8")) | changes))


def forge(folder: Path, name: str, data: bytes) -> None:
    """Changes a file of a results folder, and its hash in the summary with it."""
    (folder / name).write_bytes(data)
    files = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["files"]
    edit_summary(folder, files={**files, name: sha256(data)})
