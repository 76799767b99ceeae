"""What a PyPSA network costs, from its CSV folder alone: the rows that PyPSA states, solved by scipy.

bus balance       Σ sign·generator + Σ link outputs + Σ store − Σ link inputs = Σ load      every bus and snapshot
output of a link  efficiency_k · p0 at bus_k
store             e[t] = (1 − standing_loss)^h · e[t−1] − h · p,  e_cyclic
yearly sum        Σ weight · p ≤ e_sum_max
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import lil_array


class Folder:
    """Components with static values and series, as `pypsa.Network(folder)` reads them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with (path / "snapshots.csv").open() as handle:
            self.snapshots = list(csv.DictReader(handle))
        self.count = len(self.snapshots)

    def weights(self, name: str) -> np.ndarray:
        return np.array([float(row[name]) for row in self.snapshots])

    def components(self, kind: str) -> dict[str, dict[str, Any]]:
        path = self.path / f"{kind}.csv"
        if not path.exists():
            return {}
        with path.open() as handle:
            return {row["name"]: {k: v for k, v in row.items() if v != ""} for row in csv.DictReader(handle)}

    def series(self, kind: str, name: str, row: dict[str, Any], attribute: str, default: float) -> np.ndarray:
        path = self.path / f"{kind}-{attribute}.csv"
        if path.exists():
            with path.open() as handle:
                rows = list(csv.DictReader(handle))
            if name in rows[0]:
                return np.array([float(r[name]) for r in rows])
        return np.full(self.count, float(row.get(attribute, default)))


def network_cost(path: Path) -> float:
    """Least cost of the network in a folder; raises where it has no dispatch."""
    net = Folder(path)
    steps, weight, hours = np.arange(net.count), net.weights("objective"), net.weights("stores")
    buses = {name: n for n, name in enumerate(net.components("buses"))}
    flows: list[tuple[int, np.ndarray, int]] = []  # bus, MW per unit of the column, first column
    cost: list[np.ndarray] = []
    low: list[np.ndarray] = []
    high: list[np.ndarray] = []
    sums: list[tuple[int, float]] = []
    chains: list[tuple[int, int, np.ndarray]] = []

    def add(price: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> int:
        cost.append(price * weight)
        low.append(lower)
        high.append(upper)
        return (len(cost) - 1) * net.count

    for kind in ("generators", "links"):
        for name, row in net.components(kind).items():
            size = float(row["p_nom"])
            first = add(
                net.series(kind, name, row, "marginal_cost", 0.0),
                size * net.series(kind, name, row, "p_min_pu", 0.0),
                size * net.series(kind, name, row, "p_max_pu", 1.0),
            )
            if kind == "generators":
                flows.append((buses[row["bus"]], np.full(net.count, float(row.get("sign", 1.0))), first))
                if "e_sum_max" in row:
                    sums.append((first, float(row["e_sum_max"])))
                continue
            flows.append((buses[row["bus0"]], np.full(net.count, -1.0), first))
            for port in (key for key in row if key.startswith("bus") and key != "bus0"):
                attribute = "efficiency" + port.removeprefix("bus").replace("1", "")
                flows.append((buses[row[port]], net.series(kind, name, row, attribute, 1.0), first))
    for name, row in net.components("stores").items():
        power = add(np.zeros(net.count), np.full(net.count, -np.inf), np.full(net.count, np.inf))
        level = add(np.zeros(net.count), np.zeros(net.count), np.full(net.count, float(row["e_nom"])))
        assert row["e_cyclic"] == "True"
        flows.append((buses[row["bus"]], np.ones(net.count), power))
        chains.append((power, level, (1 - net.series("stores", name, row, "standing_loss", 0.0)) ** hours))
    columns = len(cost) * net.count
    equal, limit = (
        lil_array((len(buses) * net.count + len(chains) * net.count, columns)),
        lil_array((len(sums), columns)),
    )
    right = np.zeros(equal.shape[0])
    for bus, ratio, first in flows:
        for t in steps:
            equal[bus * net.count + t, first + t] += ratio[t]
    for name, row in net.components("loads").items():
        right[buses[row["bus"]] * net.count + steps] += net.series("loads", name, row, "p_set", 0.0)
    for n, (power, level, keep) in enumerate(chains):
        for t in steps:
            at = (len(buses) + n) * net.count + t
            equal[at, level + t] += 1.0
            equal[at, level + (t - 1) % net.count] -= keep[t]
            equal[at, power + t] += hours[t]
    for n, (first, _) in enumerate(sums):
        limit[n, first + steps] = weight
    found = linprog(
        np.concatenate(cost),
        A_ub=limit.tocsr() if sums else None,
        b_ub=[most for _, most in sums] or None,
        A_eq=equal.tocsr(),
        b_eq=right,
        bounds=np.column_stack([np.concatenate(low), np.concatenate(high)]),
        method="highs",
    )
    assert found.status == 0, found.message
    return float(found.fun)
