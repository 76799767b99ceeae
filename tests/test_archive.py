from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from models.problem import Gate, Indicator, Level, MetricPoints
from planner.plan import Plan
from planner.results.archive import ArchiveError, pack, unpack
from tests.factories import Site, rating

SITE = Site(years=(2025, 2026), hours=(1000.0, 500.0))


def everything() -> Any:
    standard = rating(
        Level(3, 0.6, (Gate("neutralised_share", "min", 1.0),)),
        indicators=(
            Indicator("energy", "score", 20.0, metrics=(MetricPoints("own_reduction_share", (0.1,), (5.0,)),)),
        ),
    )
    return SITE.problem(
        markets=(SITE.grid(export_price=1 / 3e4), SITE.gas()),
        converters=(SITE.converter("pv", availability=(0.1, 1 / 3), groups={"roof": 10.0}),),
        stores=(SITE.store(),),
        retrofits=(SITE.retrofit("leaks", {"motors": 0.1}, side_use=(("motors", "gas", 0.5),)),),
        contracts=(SITE.contract(),),
        instruments=(SITE.instrument("ccer", "credit", price=7e-5),),
        management=(SITE.management("metering", points={"energy": 3.0}),),
        rating=standard,
        target=SITE.target((0, 3)),
        emissions=SITE.emissions(energy_tce_per_mwh={"grid": 0.1229}),
    )


def plan() -> Plan:
    operation = {"markets.import_mw": {"grid": [[0.1, 0.2], [0.3, 1 / 3]]}}
    return SITE.plan({"converters.build_mw": {("pv", 2025): np.float64(1 / 3)}}, operation)


def same(left: object, right: object) -> bool:
    if isinstance(left, np.ndarray):
        return (
            isinstance(right, np.ndarray) and left.dtype == right.dtype and np.array_equal(left, right, equal_nan=True)
        )
    if dataclasses.is_dataclass(left):
        return type(left) is type(right) and all(
            same(getattr(left, f.name), getattr(right, f.name)) for f in dataclasses.fields(left)
        )
    if isinstance(left, dict):
        return isinstance(right, dict) and list(left) == list(right) and all(same(left[k], right[k]) for k in left)
    if isinstance(left, tuple):
        return isinstance(right, tuple) and len(left) == len(right) and all(map(same, left, right))
    return left == right


def test_everything_comes_back_to_the_last_bit() -> None:
    problem, answer = unpack(pack(everything(), plan()))
    assert same(problem, everything())
    assert same(answer, plan())


def test_equal_plans_give_equal_bytes() -> None:
    assert pack(everything(), plan()) == pack(everything(), plan())


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "flipped"])
def test_damaged_bytes_are_refused(damage: str) -> None:
    data = pack(everything(), plan())
    middle = len(data) // 2
    damaged = {
        "empty": b"",
        "text": b"year,item\n",
        "cut": data[:middle],
        "flipped": data[:200] + bytes([data[200] ^ 255]) + data[201:],
    }[damage]
    with pytest.raises(ArchiveError):
        unpack(damaged)


def test_only_the_contract_is_stored() -> None:
    odd = dataclasses.replace(everything(), name=object())
    with pytest.raises(TypeError, match="cannot store a object"):
        pack(odd, plan())
