"""A small solved case whose results folder has everything, and the edits of somebody who makes every hash anew."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from planner.library.rating_table import RATINGS
from planner.results.folder import sha256, summary_bytes
from planner.solving.preparing import Settings
from planner.solving.solve import Request, run

SCENARIO = """
[scenario]
name = "workshop"
title = "A workshop"
title_zh = "一个车间"

[horizon]
first_year = 2027
last_year = 2028
period_steps = 2
period_weights = [240, 125]
period_months = [1, 7]
step_minutes = 60

[finance]
discount_rate = 0.08

[emissions]
grid_factor = "custom"
grid_factor_t_per_mwh = 0.5
uncovered_t_per_mwh = 0.55

[rating]
file = "standard.toml"
target_stars = 3
target_year = 2028

[rating.questionnaire]
QUESTIONS

[durability]
durable_stars = 0
penalty_per_t = 300
own_reduction_floor = 0.05

[solver]
resolution = "given"
gap = 0.001

[demands.motors]
file = "load.csv"
column = "motors"
carrier = "electricity"
label = "Motors"
label_zh = "电机"

[demands.heat]
file = "load.csv"
column = "heat"
carrier = "hot_water"

[markets.grid]
carrier = "electricity"
values = [900, 300, 800, 250]
unit = "CNY/MWh"
demand_charge_per_kw_month = 40

[markets.gas]
carrier = "gas"
price_per_mwh = 350
emission_factor_t_per_mwh = 0.2

[converters.boiler]
inputs = { gas = 1.25 }
outputs = { hot_water = 1.0 }
existing_mw = 1.5
max_mw = 1.5
life_years = 20

[converters.pv_roof]
profile = { values = [0.5, 0.0, 0.7, 0.0] }
max_mw = 1.0

[stores.battery]
carrier = "electricity"
max_mw = 0.5
max_mwh = 1.0
life_years = 15
charge_efficiency = 0.95
discharge_efficiency = 0.95
capex_per_kwh = 100
capex_per_kw = 0

[retrofits.drives]
savings = { motors = 0.10 }
capex = 300000
life_years = 10

[contracts.tariff]
kind = "green_tariff"
price_per_mwh = 20
tenor_years = 1
max_mwh_per_year = 4000

[instruments.gec]
[instruments.credit]
kind = "credit"
price = 80
max_per_year = 10000
"""
LOAD = "motors,heat\n2.0,1.0\n0.5,0.2\n1.8,0.8\n0.6,0.1\n"
ANSWERED = (
    *("lawful_operation", "no_major_incident", "no_eliminated_equipment", "mandatory_energy_limits"),
    *("top_management_commitment", "management_systems", "ghg_inventory_verified", "zero_carbon_plan"),
    *("green_building", "efficient_lighting", "efficient_general_equipment", "metering_three_level"),
    *("energy_carbon_platform", "carbon_statistics", "energy_carbon_analysis", "target_tracking"),
    *("energy_benchmarking", "material_saving", "water_saving", "eco_design", "product_carbon_footprint"),
    *("reduction_plan", "reduction_project_monitoring", "offset_procedure", "registry_retirement"),
)


@lru_cache(maxsize=1)
def solved_once() -> Path:
    """A place with `case/` and its `results/`, solved once for all tests."""
    place = Path(mkdtemp(prefix="verified-"))
    (place / "case").mkdir()
    questions = "\n".join(f'{name} = "met"' for name in ANSWERED)
    (place / "case" / "scenario.toml").write_text(SCENARIO.replace("QUESTIONS", questions), encoding="utf-8")
    (place / "case" / "load.csv").write_text(LOAD)
    shutil.copy(RATINGS / "t_ceca_g_0171_2022.toml", place / "case" / "standard.toml")
    settings = Settings(gap=1e-4, target_stars=3)
    assert run(Request(place / "case" / "scenario.toml", place / "results", settings, quiet=True)) == 0
    return place


def solved_case(place: Path) -> Path:
    """A copy of the solved case in `place`; its results folder."""
    shutil.copytree(solved_once(), place, dirs_exist_ok=True)
    return place / "results"


def forge(folder: Path, changed: Mapping[str, bytes] | None = None, /, **summary: Any) -> None:
    """Changes files and keys of a results folder, and makes every hash anew."""
    said = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    hashes = said.get("files", {})
    for name, data in (changed or {}).items():
        (folder / name).write_bytes(data)
        hashes = {**hashes, name: sha256(data)}
    said = {**said, "files": hashes, **summary}
    (folder / "summary.json").write_bytes(summary_bytes(said))


def edited(value: Any, path: str = "") -> tuple[Any, list[str]]:
    """A value in which every number, word, yes or no and nothing is another, and the paths of all of them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: edited(getattr(value, f.name), _below(path, f.name)) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **{k: v for k, (v, _) in parts.items()}), _paths(parts)
    if isinstance(value, np.ndarray) and value.size:
        other = value.copy()
        other.flat[0] = 2.0 * np.nan_to_num(other.flat[0]) + 1
        return other, [path]
    if isinstance(value, Mapping) and value:
        parts = {key: edited(item, _below(path, key)) for key, item in value.items()}
        return {key: item for key, (item, _) in parts.items()}, _paths(parts)
    if isinstance(value, list | tuple) and value:
        items = [edited(item, f"{path}[{getattr(item, 'name', n)}]") for n, item in enumerate(value)]
        return type(value)(item for item, _ in items), [one for _, paths in items for one in paths]
    return _other(value), [path]


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return 2 * value + 1 if abs(value) < float("inf") else 1.0
    return f"{value}, edited" if isinstance(value, str) else 1.0


def _below(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)


def _paths(parts: Mapping[Any, tuple[Any, list[str]]]) -> list[str]:
    return [one for _, paths in parts.values() for one in paths]
