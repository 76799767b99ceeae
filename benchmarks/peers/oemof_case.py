"""The common problem in oemof.solph: sources, a sink for what is sold, a generic storage; Pyomo and HiGHS below."""

from __future__ import annotations

import pandas as pd
from oemof import solph
from pyomo.environ import SolverFactory

from benchmarks.data import Case, common
from benchmarks.outcome import Asked, Outcome, answer


def energy_system(case: Case) -> solph.EnergySystem:
    """One year; yearly costs are brought to the start by the year's discount factor."""
    if case.years != 1:
        raise ValueError("the oemof case is one year")
    q = common(case)
    times = pd.date_range("2026-01-01", periods=len(q.load_mw) + 1, freq=f"{case.step_minutes}min")
    system = solph.EnergySystem(timeindex=times, infer_last_interval=False)
    late = float(q.discount[0])
    bus = solph.Bus("site")
    free, battery = solph.Investment, q.battery_hours
    grid = solph.Flow(nominal_capacity=q.most_mw, variable_costs=late * q.price)
    sold = solph.Flow(nominal_capacity=q.most_mw, variable_costs=-late * q.export_price)
    pv_cost = q.once * q.pv_capex + late * q.pv_opex
    pv = solph.Flow(nominal_capacity=free(ep_costs=pv_cost, maximum=q.pv_most_mw), maximum=q.sun)
    system.add(
        bus,
        solph.components.Source("grid", outputs={bus: grid}),
        solph.components.Source("pv", outputs={bus: pv}),
        solph.components.Sink("sold", inputs={bus: sold}),
        solph.components.Sink("load", inputs={bus: solph.Flow(nominal_capacity=1.0, fix=q.load_mw)}),
        solph.components.GenericStorage(
            "battery",
            inputs={bus: solph.Flow(nominal_capacity=free())},
            outputs={bus: solph.Flow(nominal_capacity=free())},
            nominal_capacity=free(
                ep_costs=q.once * q.battery_capex + late * q.battery_opex, maximum=q.battery_most_mwh
            ),
            invest_relation_input_capacity=1 / battery,
            invest_relation_output_capacity=1 / battery,
            inflow_conversion_factor=q.efficiency,
            outflow_conversion_factor=q.efficiency,
            loss_rate=q.loss_per_hour,
            balanced=True,
        ),
    )
    return system


def work(asked: Asked, outcome: Outcome) -> None:
    """The model and its run with HiGHS's `way` through Pyomo's fastest interface to it."""
    with outcome.timed("build"):
        model = solph.Model(energy_system(asked.case))
    del model.dual, model.rc  # oemof leaves them None, which Pyomo's interface takes for suffixes
    solver = SolverFactory("appsi_highs")
    solver.highs_options = {"solver": asked.way, "threads": asked.threads, "time_limit": asked.limit_s}
    with outcome.timed("hand_over and run"):
        found = solver.solve(model)
    outcome.words = str(found.solver.termination_condition)
    if outcome.words != "optimal":
        outcome.status = "more than" if "maxTime" in outcome.words else "failed"
        return
    outcome.objective = float(model.objective())


if __name__ == "__main__":
    answer(work, ("oemof-solph", "pyomo", "highspy"))
