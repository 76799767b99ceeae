"""Pressing a block: the steps of one part of the year as a matrix, for any year, with the plan's columns as ports.

    rows of the step, once per step of the part                               (press.Stamp)
    Σ supply = Σ use + dump − short + spare                                    priced slack on every balance
    stored before the first step = level at the seam before ± slack            start_at_seam
    stored in the last step = level at the seam after ± slack                  end_at_seam

Units that run or stand are whole numbers of them, and all stand before the first step.

A row with a single column of the block, such as activity ≤ availability·working, is kept as a bound of that column.

An averaged part has one mean day for each kind of day (`averaging`). It does not know the levels at its seams, only that they
differ by no more than the store holds:

    −working size ≤ Σ_kinds days·(level after the day − level before it) ≤ working size      change_within_size
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pyomo.environ import ComponentMap
from scipy.sparse import csr_array

from models.problem import Problem
from planner.engine.averaging import Draft, averaged
from planner.engine.block import Block, Port
from planner.engine.matrix import Float, Int, Key, Matrix
from planner.engine.parts import Part
from planner.engine.peaks import Peak
from planner.engine.press import Builder, Stamp, Template, Term, key_of


def largest_flow(problem: Problem) -> float:
    """[MW or MWh] no flow of the site is larger; closes columns that have no limit of their own.

    Rounded up to a power of two, so that sites that differ only in how much may be built have the same blocks, as a rule.
    """
    loads = sum(float(d.load_mw.max() * d.index.max()) for d in problem.demands)
    bought = sum(k.max_import_mw + k.max_export_mw for k in problem.markets if np.isfinite(k.max_import_mw))
    made = sum(
        max(v.sizing.max_total, float(v.sizing.existing.max(initial=0.0)))
        * max(1.0, *(float(np.max(np.abs(q))) for q in (*v.inputs.values(), *v.outputs.values(), 1.0)))
        for v in problem.converters
    )
    kept = sum(
        max(q.power.max_total, float(q.power.existing.max(initial=0.0)))
        + max(q.energy.max_total, float(q.energy.existing.max(initial=0.0)))
        for q in problem.stores
    )
    signed = sum(c.max_volume for c in problem.contracts if c.kind in ("as_produced", "baseload"))
    return float(2.0 ** np.ceil(np.log2(2.0 * (loads + bought + made + kept + signed) + 10.0)))


def press_block(template: Template, part: Part, peaks: Sequence[Peak] = ()) -> Block:
    """The block of a part of the year, which chooses the given peaks itself."""
    problem, site, bound = template.problem, template.step.site, largest_flow(template.problem)
    chosen = {(peak.name, peak.index) for peak in peaks}
    billing = [(name, key_of(index)) for name, index in dict.fromkeys(site.billing.values())]
    ports = [Port(name, key_of(index)) for name, index in dict.fromkeys(site.plan.values())]
    ports += [Port(name, index, part.billing) for name, index in billing if (name, index) not in chosen]
    places = {(port.name, port.index): k for k, port in enumerate(ports)}
    first_seam, kept = len(ports), list(site.limit) if part.seams else []
    ports += [port for before in kept for port in seam_ports(problem, site, before, part)]
    builder = Builder()
    builder.add_columns((len(ports),), 0.0, 0.0, False)
    for peak in peaks:
        places[peak.name, peak.index] = int(builder.add_columns((1,), 0.0, peak.most, False)[0])

    def column(name: str, index: Key) -> Int:
        return np.array([[places[name, index]]])

    stamp = Stamp(template, builder, 1, part.steps, part.before, column, column)
    rows = stamp.add_step_rows()
    stretched = [
        _start_within_limit(builder, stamp, before, column(site.plan[limit][0], key_of(site.plan[limit][1])))
        for before, limit in site.limit.items()
        if before in stamp.starts
    ]
    slack = [_slack(builder, row, sign, bound) for row in rows["carriers.carrier_balance"] for sign in (1.0, -1.0)]
    draft = _draft(
        builder, stamp, problem, bound, len(ports), np.concatenate(slack), [p.share[part.billing] for p in peaks]
    )
    own, starts, whole = stamp.own, stamp.starts, np.zeros(0, dtype=np.int64)
    if part.kinds is None:
        whole = np.flatnonzero(np.concatenate(builder.integer))
        _stand(draft, [columns for before, columns in starts.items() if before not in site.limit])
    else:
        by_step = [*own.values(), *slack]
        draft, moved = averaged(
            draft, part, by_step, list(starts.values()), [r for q in rows.values() for r in q], stretched
        )
        own, starts = (ComponentMap((v, moved(columns)) for v, columns in q.items()) for q in (own, starts))
    days = np.ones(1) if part.kinds is None else np.bincount(part.kinds).astype(float)
    times = float(problem.steps.times_per_year[part.steps].max())
    for k, before in enumerate(kept):
        first, last = starts[before].ravel(), own[site.before[before]].reshape(len(days), -1)[:, -1]
        if part.kinds is None:
            _tie(draft, [(int(first[0]), first_seam + 2 * k), (int(last[0]), first_seam + 2 * k + 1)], bound, times)
        else:
            name, index = site.plan[site.limit[before]]
            _keep(draft, first, last, days, places[name, key_of(index)], bound)
    named: dict[str, dict[str, Int]] = {}
    for v, columns in own.items() if part.kinds is None else ():
        named.setdefault(v.parent_component().name, {})[str(v.index())] = columns
    quantities = (*site.quantities, *(peak.quantity for peak in peaks))
    return _bounded(draft, part, tuple(ports), quantities, named, whole)


def seam_ports(problem: Problem, site: Any, before: Any, part: Part) -> list[Port]:
    """Levels at the seams before and after a part, of the column that a before port stands for."""
    of, count = site.before[before], len(problem.steps.months_per_billing)
    billings = ((part.billing - 1) % count, part.billing)
    return [Port(of.parent_component().name, key_of(of.index()), b) for b in billings]


def _start_within_limit(builder: Builder, stamp: Stamp, before: Any, limit: Int) -> Int:
    """What stood before the first step of a stretch is within the limit, too."""
    starts = stamp.starts[before]
    return builder.add_rows(starts.shape, -np.inf, 0.0, [Term(np.ones((1, 1)), starts), Term(-np.ones((1, 1)), limit)])


def _slack(builder: Builder, rows: Int, sign: float, bound: float) -> Int:
    columns = builder.add_columns(rows.shape, 0.0, bound, False)
    builder.add_terms(rows, [Term(np.full(rows.shape, sign), columns)])
    return columns


def _draft(
    builder: Builder, stamp: Stamp, problem: Problem, bound: float, ports: int, slack: Int, shares: list[float]
) -> Draft:
    matrix = builder.matrix(np.zeros(builder.count), 0.0)
    hours = problem.steps.hours_per_year[stamp.steps][None, :]
    count = len(stamp.site.quantities)
    rates = np.zeros((count + len(shares), builder.count))
    for k, share in enumerate(shares):  # the chosen peaks stand after the ports
        rates[count + k, ports + k] = share
    for weights, rate in zip(rates[:count], stamp.site.quantities.values(), strict=True):
        terms, constant = stamp.terms(rate)
        if np.any(constant):
            raise ValueError("a quantity of the step has a part without columns")
        for t in terms:
            columns, values = np.broadcast_arrays(np.broadcast_to(t.columns, stamp.shape), hours * t.coefficient)
            np.add.at(weights, columns, values)
    upper = np.where(np.isfinite(matrix.upper), matrix.upper, bound)
    lower = np.where(np.isfinite(matrix.lower), matrix.lower, -bound)
    upper[:ports], lower[:ports] = 0.0, 0.0
    weights = np.zeros(builder.count)
    weights[slack] = np.broadcast_to(hours, slack.shape)
    return Draft(
        ports,
        ports + len(shares),
        lower,
        upper,
        matrix.rows,
        matrix.row_lower,
        matrix.row_upper,
        csr_array(rates),
        csr_array(rates),
        weights,
    )


def _stand(draft: Draft, starts: list[Int]) -> None:
    """Nothing that is not stored is handed on: a part begins with its units standing."""
    for columns in starts:
        draft.lower[columns] = draft.upper[columns] = 0.0


def _tie(draft: Draft, pairs: list[tuple[int, int]], bound: float, times: float) -> None:
    """Ties stored energy to the levels at the seams, with slack; its MWh occur `times` a year."""
    for column, port in pairs:
        slack = draft.add_columns(2, bound, times)
        draft.add_row([column, port, *slack], [1.0, -1.0, 1.0, -1.0], 0.0, 0.0)


def _keep(draft: Draft, first: Int, last: Int, days: Float, size: int, bound: float) -> None:
    """What the days of an averaged part add to the stored energy is at most what the store holds, up or down."""
    change = draft.add_columns(2, bound)
    draft.add_row([*last, *first, *change], [*days, *-days, -1.0, 1.0], 0.0, 0.0)
    for column in change:
        draft.add_row([column, size], [1.0, -1.0], -np.inf, 0.0)


def _bounded(
    draft: Draft,
    part: Part,
    ports: tuple[Port, ...],
    quantities: tuple[tuple[str, str], ...],
    named: dict[str, Any],
    whole: Int,
) -> Block:
    """Rows `coefficient·x ≤ side + ports` of one column, the first of each, become bounds of that column."""
    count, rows = draft.ports, draft.rows.tocsr()
    own = rows[:, count:].tocsr()
    single = np.flatnonzero((np.diff(own.indptr) == 1) & np.isinf(draft.row_lower))
    column, value = own.indices[own.indptr[single]] + count, own.data[own.indptr[single]]
    fit = (value > 0) & (draft.lower[column] == 0)
    single, column, value = single[fit], column[fit], value[fit]
    _, first = np.unique(column, return_index=True)
    single, column, value = single[first], column[first], value[first]
    left = np.setdiff1d(np.arange(rows.shape[0]), single)
    of_ports = rows[single][:, :count].multiply(-1.0 / value[:, None]).tocsr()
    integer = np.zeros(rows.shape[1], dtype=bool)
    integer[whole] = True
    matrix = Matrix(
        np.zeros(rows.shape[1]),
        0.0,
        draft.lower,
        draft.upper,
        integer,
        rows[left].tocsr(),
        draft.row_lower[left],
        draft.row_upper[left],
    )
    slack = np.flatnonzero(draft.slack_hours)
    return Block(
        part,
        matrix,
        ports,
        column,
        draft.row_upper[single] / value,
        csr_array(of_ports),
        quantities,
        draft.least,
        draft.most,
        slack,
        draft.slack_hours[slack],
        named,
    )
