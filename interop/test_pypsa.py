"""The network of every plan year loads in PyPSA, solves, and costs what the planner says."""

from __future__ import annotations

import csv
import warnings

import pypsa
import pytest

TOLERANCE = 1e-4


def test_every_year_costs_the_same(export) -> None:
    folder = export("pypsa")
    with (folder / "operating_cost.csv").open() as handle:
        years = list(csv.DictReader(handle))
    assert years
    for row in years:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network = pypsa.Network(folder / row["year"])
            status, condition = network.optimize(solver_name="highs", output_flag=False, progress=False)
        assert (status, condition) == ("ok", "optimal"), row["year"]
        assert network.objective == pytest.approx(float(row["network_objective"]), rel=TOLERANCE), row["year"]
        least, own = float(row["least_operating_cost"]), float(row["plan_operating_cost"])
        assert network.objective + float(row["constant"]) == pytest.approx(least, rel=TOLERANCE)
        assert least <= own * (1 + TOLERANCE), "the plan obeys rules besides"


def test_what_was_loaded_is_what_was_written(export) -> None:
    folder = export("pypsa")
    year = sorted(path.name for path in folder.iterdir() if path.is_dir())[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = pypsa.Network(folder / year)
    for kind in ("buses", "generators", "links", "loads", "stores"):
        path = folder / year / f"{kind}.csv"
        if path.exists():
            with path.open() as handle:
                assert list(getattr(network, kind).index) == [row["name"] for row in csv.DictReader(handle)], kind
    weights = network.snapshot_weightings
    assert weights.objective.sum() == pytest.approx(8760, abs=24)
    assert (weights.objective == weights.generators).all()
