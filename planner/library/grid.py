"""Grid emission factors: national, regional and provincial, by year and basis, with their sources.

Basis `average` is the ministry's average factor; `residual` excludes the non-fossil electricity traded in the market,
`fossil` is fossil generation alone; `average_iea` is the IEA's average. Provinces and regions have only `average`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from typing import Any

from planner.library import FOLDER, Entry, LibraryError, Number, load, nearest, number


@cache
def grid_entries() -> Mapping[str, Entry]:
    """Entries by region; `values` is basis -> {year: factor in t/MWh}, `numbers` has the path `basis.year`."""
    rows: dict[str, list[dict[str, str]]] = {}
    with (FOLDER / "grid_factors.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["region"], []).append(row)
    return {region: _entry(region, of_region) for region, of_region in rows.items()}


def _entry(region: str, rows: list[dict[str, str]]) -> Entry:
    numbers: dict[str, Number] = {}
    values: dict[str, dict[int, float]] = {}
    for row in rows:
        fields: dict[str, Any] = {
            "value": float(row["factor_t_per_mwh"]),
            "unit": "t/MWh",
            "year": int(row["year"]),
            "source": row["source"],
            "status": row["status"],
        }
        fields |= {end: float(row[end]) for end in ("low", "high") if row[end]}
        path = f"{row['basis']}.{row['year']}"
        numbers[path] = number(f"grid_factors.csv: {region}.{path}", fields, {})
        values.setdefault(row["basis"], {})[int(row["year"])] = fields["value"]
    about = {"region_type": rows[0]["region_type"], "grid_region": rows[0]["grid_region"]}
    return Entry(region, region, rows[0]["region_zh"], values, numbers, about)


def provinces() -> tuple[str, ...]:
    """Names of the provinces that have a factor."""
    return tuple(name for name, e in load("grid_factors").items() if e.about["region_type"] == "province")


def grid_region(province: str) -> str:
    """Regional grid that a province belongs to.

    >>> grid_region("Jiangsu")
    'East China'
    """
    region: str = _region(province).about["grid_region"]
    return region


def grid_factor(region: str, basis: str = "average", year: int | None = None) -> Number:
    """Factor [t/MWh] of a province, a regional grid or China, of the last data year up to `year` (default: the latest).

    >>> grid_factor("Jiangsu").value, grid_factor("Jiangsu", year=2022).value
    (0.5827, 0.5978)
    >>> grid_factor("China", "residual").value
    0.6096
    """
    found = _region(region)
    if basis not in found.values:
        raise LibraryError(f"no {basis!r} grid factor for {region}; {nearest(basis, found.values)}")
    known = [y for y in found.values[basis] if year is None or y <= year]
    if not known:
        raise LibraryError(f"no {basis} grid factor for {region} up to {year}; first: {min(found.values[basis])}")
    return found.numbers[f"{basis}.{max(known)}"]


def _region(name: str) -> Entry:
    regions = load("grid_factors")
    if name not in regions:
        raise LibraryError(f"no grid factor for {name!r}; {nearest(name, regions)}")
    return regions[name]
