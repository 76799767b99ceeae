"""The IAMC table loads in pyam, Parquet files carry units, and the data package describes what is there."""

from __future__ import annotations

import hashlib
import json
import warnings

import pyarrow.parquet as pq
import pytest
from frictionless import Package

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pyam


def test_the_iamc_table_loads(export, results) -> None:
    frame = pyam.IamDataFrame(export("iamc") / "iamc.csv")
    summary = json.loads((results / "summary.json").read_text())
    assert frame.scenario == [summary["scenario"]["name"]]
    assert frame.year == summary["years"]
    scope1 = frame.filter(variable="Emissions|Kyoto Gases|Scope 1").timeseries().iloc[0]
    for year, tonnes in summary["emissions_tco2e"].items():
        assert scope1[int(year)] == pytest.approx(tonnes["scope1"], rel=1e-9)
    assert frame.filter(variable="Investment").data.value.sum() == pytest.approx(summary["capex"])


def test_parts_of_final_energy_add_up(export) -> None:
    frame = pyam.IamDataFrame(export("iamc") / "iamc.csv")
    assert frame.check_aggregate("Final Energy|Industry") is None
    whole = frame.filter(variable="Investment")
    parts = frame.filter(variable="Investment|*").data.groupby("year").value.sum()
    assert whole.data.set_index("year").value.to_dict() == pytest.approx(parts.to_dict())


def test_parquet_carries_units(export) -> None:
    folder = export("parquet")
    cash = pq.read_table(folder / "cash.parquet")
    assert cash.schema.metadata[b"currency"] == b"CNY"
    assert json.loads(cash.schema.metadata[b"units"])["capex"] == "CNY"
    steps = pq.read_table(folder / "steps.parquet")
    assert steps.schema.field("duration").metadata[b"unit"] == b"h"
    operation = pq.read_table(folder / "operation.parquet")
    assert operation.num_rows % steps.num_rows == 0


@pytest.mark.parametrize("target", ["pypsa", "iamc", "parquet", "json", "calendar"])
def test_the_descriptor_lists_what_is_there(export, target) -> None:
    folder = export(target)
    package = json.loads((folder / "datapackage.json").read_text())
    listed = {resource["path"]: resource for resource in package["resources"]}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(listed) == there - {"datapackage.json"}
    for path, resource in listed.items():
        data = (folder / path).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.mark.parametrize("target", ["iamc", "json", "pypsa"])
def test_frictionless_accepts_the_tables(export, target) -> None:
    package = Package(str(export(target) / "datapackage.json"))
    for resource in list(package.resources):
        if resource.format != "csv":
            package.remove_resource(resource.name)
    report = package.validate()
    assert report.valid, report.flatten(["path", "type", "note"])[:10]
