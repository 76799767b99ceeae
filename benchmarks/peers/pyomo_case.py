"""The common problem by Pyomo rules, one constraint per year and step, through Pyomo's standard form to HiGHS."""

from __future__ import annotations

import highspy
import numpy as np
from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Objective, RangeSet, Var
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from benchmarks.data import Case, common
from benchmarks.outcome import Asked, Outcome, answer


def model(case: Case) -> ConcreteModel:
    """The equations of `data.Common`."""
    q, m = common(case), ConcreteModel()
    last = len(q.load_mw) - 1
    load, growth, sun, price = (x.tolist() for x in (q.load_mw, q.growth, q.sun, q.price))
    kept, step_h = (1 - q.loss_per_hour) ** q.hours, q.hours
    bill = (q.discount * q.price_index * q.hours).tolist()
    m.YEARS, m.STEPS = RangeSet(0, len(growth) - 1), RangeSet(0, last)
    m.pv_mw = Var(bounds=(0, q.pv_most_mw))
    m.battery_mwh = Var(bounds=(0, q.battery_most_mwh))
    m.import_mw = Var(m.YEARS, m.STEPS, bounds=(0, q.most_mw))
    m.export_mw = Var(m.YEARS, m.STEPS, bounds=(0, q.most_mw))
    for name in ("used_mw", "charge_mw", "discharge_mw", "stored_mwh"):
        setattr(m, name, Var(m.YEARS, m.STEPS, domain=NonNegativeReals))
    m.balance = Constraint(
        m.YEARS,
        m.STEPS,
        rule=lambda m, y, t: (
            m.import_mw[y, t] + m.used_mw[y, t] + m.discharge_mw[y, t] - m.export_mw[y, t] - m.charge_mw[y, t]
            == load[t] * growth[y]
        ),
    )
    m.pv_within_sun = Constraint(m.YEARS, m.STEPS, rule=lambda m, y, t: m.used_mw[y, t] <= sun[t] * m.pv_mw)
    m.within_power = Constraint(
        m.YEARS,
        m.STEPS,
        rule=lambda m, y, t: m.charge_mw[y, t] + m.discharge_mw[y, t] <= 1 / q.battery_hours * m.battery_mwh,
    )
    m.within_energy = Constraint(m.YEARS, m.STEPS, rule=lambda m, y, t: m.stored_mwh[y, t] <= m.battery_mwh)
    m.stored_energy = Constraint(
        m.YEARS,
        m.STEPS,
        rule=lambda m, y, t: (
            m.stored_mwh[y, t]
            == kept * m.stored_mwh[y, t - 1 if t else last]
            + q.efficiency * step_h * m.charge_mw[y, t]
            - step_h / q.efficiency * m.discharge_mw[y, t]
        ),
    )
    yearly = float(q.discount.sum())
    m.cost = Objective(
        expr=(q.once * q.pv_capex + yearly * q.pv_opex) * m.pv_mw
        + (q.once * q.battery_capex + yearly * q.battery_opex) * m.battery_mwh
        + sum(
            bill[y] * (price[t] * m.import_mw[y, t] - q.export_price * m.export_mw[y, t])
            for y in m.YEARS
            for t in m.STEPS
        )
    )
    return m


def work(asked: Asked, outcome: Outcome) -> None:
    """Build and hand-over; the run, if asked, is HiGHS's interior point."""
    with outcome.timed("build"):
        m = model(asked.case)
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    with outcome.timed("hand_over"):
        h.passModel(_model(m))
    outcome.size = {"rows": h.getNumRow(), "columns": h.getNumCol(), "nonzeros": h.getNumNz()}
    if asked.task == "build":
        return
    h.setOptionValue("solver", asked.way)
    with outcome.timed("run"):
        h.run()
    outcome.words = h.modelStatusToString(h.getModelStatus())
    outcome.objective = float(h.getInfo().objective_function_value)


def _model(m: ConcreteModel) -> highspy.HighsLp:
    form = LinearStandardFormCompiler().write(m, mixed_form=True)
    senses = np.array([row.bound_type for row in form.rows])  # 0 equality, 1 upper, -1 lower
    rows, lp = form.A.tocsr(), highspy.HighsLp()
    lp.num_row_, lp.num_col_ = rows.shape
    lp.col_cost_, lp.offset_ = form.c.toarray()[0], float(form.c_offset[0])
    bounds = [v.bounds for v in form.columns]
    lp.col_lower_ = np.array([-np.inf if low is None else low for low, _ in bounds])
    lp.col_upper_ = np.array([np.inf if up is None else up for _, up in bounds])
    lp.row_lower_ = np.where(senses == 1, -np.inf, form.rhs)
    lp.row_upper_ = np.where(senses == -1, np.inf, form.rhs)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = rows.indptr.astype(np.int32), rows.indices.astype(np.int32)
    lp.a_matrix_.value_ = rows.data
    return lp


if __name__ == "__main__":
    answer(work, ("pyomo", "highspy", "numpy"))
