"""The common problem in PyPSA: one bus, the years as investment periods, everything in PyPSA's own components.

The battery is a StorageUnit of fixed duration, whose size is a power; costs of size are yearly, so that they count once per period.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pypsa

from benchmarks.data import FIRST_YEAR, Case, common
from benchmarks.outcome import Asked, Outcome, answer


def network(case: Case) -> pypsa.Network:
    """The network, all series by (period, step)."""
    q = common(case)
    periods = list(range(FIRST_YEAR, FIRST_YEAR + case.years))
    steps = pd.date_range("2026-01-01", periods=len(q.load_mw), freq=f"{case.step_minutes}min")
    n = pypsa.Network()
    n.set_snapshots(pd.MultiIndex.from_product([periods, steps], names=["period", "timestep"]))
    n.investment_periods = periods
    n.investment_period_weightings["objective"] = q.discount
    n.investment_period_weightings["years"] = 1.0
    n.snapshot_weightings.loc[:, :] = q.hours
    yearly = q.once / q.discount.sum()
    price = np.outer(q.price_index, q.price).ravel()
    load = np.outer(q.growth, q.load_mw).ravel()
    sale = np.outer(q.price_index, np.full(len(q.price), q.export_price)).ravel()
    common_fields = {"bus": "site", "build_year": periods[0], "lifetime": np.inf}
    n.add("Bus", "site")
    n.add("Load", "site load", bus="site", p_set=pd.Series(load, n.snapshots))
    n.add("Generator", "import", **common_fields, p_nom=q.most_mw, marginal_cost=pd.Series(price, n.snapshots))
    sold = {"p_nom": q.most_mw, "p_min_pu": -1.0, "p_max_pu": 0.0}
    n.add("Generator", "export", **common_fields, **sold, marginal_cost=pd.Series(sale, n.snapshots))
    n.add(
        "Generator",
        "pv",
        **common_fields,
        p_nom_extendable=True,
        p_nom_max=q.pv_most_mw,
        p_max_pu=pd.Series(np.tile(q.sun, case.years), n.snapshots),
        capital_cost=yearly * q.pv_capex + q.pv_opex,
    )
    n.add(
        "StorageUnit",
        "battery",
        **common_fields,
        p_nom_extendable=True,
        p_nom_max=q.battery_most_mwh / q.battery_hours,
        max_hours=q.battery_hours,
        efficiency_store=q.efficiency,
        efficiency_dispatch=q.efficiency,
        standing_loss=q.loss_per_hour,
        cyclic_state_of_charge=True,
        cyclic_state_of_charge_per_period=True,
        capital_cost=q.battery_hours * (yearly * q.battery_capex + q.battery_opex),
    )
    return n


def work(asked: Asked, outcome: Outcome) -> None:
    """`optimize` with HiGHS's `way`, in PyPSA's usual manner."""
    options = {"solver": asked.way, "threads": asked.threads, "time_limit": asked.limit_s, "output_flag": False}
    with outcome.timed("build"):
        n = network(asked.case)
    with outcome.timed("optimize"):
        status, condition = n.optimize(
            multi_investment_periods=True, solver_name="highs", io_api="direct", solver_options=options
        )
    outcome.words = f"{status}, {condition}"
    if condition != "optimal":
        outcome.status = "more than" if "time" in str(condition) else "failed"
        return
    outcome.objective = float(n.objective) + float(n.objective_constant)


if __name__ == "__main__":
    answer(work, ("pypsa", "linopy", "highspy"))
