"""The common problem in linopy, handed to HiGHS without a file: arrays over (year, step), as its documentation does it."""

from __future__ import annotations

import linopy
import numpy as np
import pandas as pd
import xarray as xr
from linopy.io import to_highspy

from benchmarks.data import FIRST_YEAR, Case, common
from benchmarks.outcome import Asked, Outcome, answer


def model(case: Case) -> linopy.Model:
    """The equations of `data.Common`."""
    q = common(case)
    years = pd.RangeIndex(FIRST_YEAR, FIRST_YEAR + case.years, name="year")
    steps = pd.RangeIndex(len(q.load_mw), name="step")
    sun, price, load = (xr.DataArray(x, [steps]) for x in (q.sun, q.price, q.load_mw))
    index, growth, discount = (xr.DataArray(x, [years]) for x in (q.price_index, q.growth, q.discount))
    m = linopy.Model()
    pv_mw = m.add_variables(0, q.pv_most_mw, name="pv_mw")
    battery_mwh = m.add_variables(0, q.battery_most_mwh, name="battery_mwh")
    names = ("import", "export", "pv", "charge", "discharge", "stored")
    most = {"import": q.most_mw, "export": q.most_mw}
    x = {name: m.add_variables(0, most.get(name, np.inf), coords=[years, steps], name=name) for name in names}
    supply = x["import"] + x["pv"] + x["discharge"] - x["export"] - x["charge"]
    m.add_constraints(supply == load * growth, name="balance")
    m.add_constraints(x["pv"] - sun * pv_mw <= 0, name="pv_within_sun")
    m.add_constraints(x["charge"] + x["discharge"] - 1 / q.battery_hours * battery_mwh <= 0, name="within_power")
    m.add_constraints(x["stored"] - battery_mwh <= 0, name="within_energy")
    before = (1 - q.loss_per_hour) ** q.hours * x["stored"].roll(step=1)
    moved = q.efficiency * q.hours * x["charge"] - q.hours / q.efficiency * x["discharge"]
    m.add_constraints(x["stored"] - before - moved == 0, name="stored_energy")
    bills = discount * index * q.hours * (price * x["import"] - q.export_price * x["export"])
    yearly = q.discount.sum()
    sizes = (q.once * q.pv_capex + yearly * q.pv_opex) * pv_mw
    sizes = sizes + (q.once * q.battery_capex + yearly * q.battery_opex) * battery_mwh
    m.add_objective(bills.sum() + sizes)
    return m


def work(asked: Asked, outcome: Outcome) -> None:
    """Build, hand-over and, if asked, the run with HiGHS's `way`."""
    with outcome.timed("build"):
        m = model(asked.case)
    with outcome.timed("hand_over"):
        h = to_highspy(m)
    outcome.size = {"rows": h.getNumRow(), "columns": h.getNumCol(), "nonzeros": h.getNumNz()}
    if asked.task == "build":
        return
    for name, setting in (("output_flag", False), ("threads", asked.threads), ("solver", asked.way)):
        h.setOptionValue(name, setting)
    h.setOptionValue("time_limit", asked.limit_s)
    with outcome.timed("run"):
        h.run()
    outcome.words = h.modelStatusToString(h.getModelStatus())
    outcome.objective = float(h.getInfo().objective_function_value)
    if outcome.words != "Optimal":
        outcome.status = "more than" if outcome.words == "Time limit reached" else "failed"


if __name__ == "__main__":
    answer(work, ("linopy", "highspy", "xarray", "numpy"))
