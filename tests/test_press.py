"""The pressed monolith is, row by row, the plain Pyomo model written out over years and steps.

The comparison is by value: columns get random numbers, every port of a fresh step the number that it stands for, and Pyomo
evaluates each constraint body itself; no compiled form is shared with the press.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pyomo.environ import ComponentMap, ConcreteModel, Constraint, Objective, Var, value

from models import build_plan, build_step
from models.problem import Problem
from planner.engine.matrix import Pressed
from planner.engine.press import press
from tests.factories import Site
from tests.random_factory import rich
from tests.random_options import varied

Bounds = tuple[float, float]


class Written:
    """A problem written out: one plan and one step model per (year, step), filled with the columns' numbers."""

    def __init__(self, problem: Problem, x: np.ndarray, pressed: Pressed) -> None:
        self.problem, self.x, self.pressed = problem, x, pressed
        self.step = build_step(problem)
        self.plan = build_plan(problem, tuple(self.step.site.quantities))
        for v in self.plan.component_data_objects(Var, descend_into=True):
            v.set_value(self.of_plan(v.parent_component().name, v.index()), skip_validation=True)

    def of_plan(self, name: str, index: object) -> float:
        return float(self.x[self.pressed.plan_columns[name][index if isinstance(index, tuple) else (index,)]])

    def of_step(self, v: Var, n: int, t: int) -> float:
        return float(self.x[self.pressed.step_columns[v.parent_component().name][str(v.index())][n, t]])

    def at(self, n: int, t: int) -> ConcreteModel:
        """The step of the n-th year's step t, with every port and every own column at its number."""
        site, steps, year = self.step.site, self.problem.steps, self.problem.years[n]
        for v in self.step.component_data_objects(Var, descend_into=True):
            if v in site.data:
                number = site.data[v][t]
            elif v in site.plan:
                name, index = site.plan[v]
                number = self.of_plan(name, (*(index if isinstance(index, tuple) else (index,)), year))
            elif v in site.billing:
                name, index = site.billing[v]
                number = self.of_plan(name, (index, year, int(steps.billing[t])))
            elif v in site.before:
                number = self.of_step(site.before[v], n, int(steps.before[t]))
            else:
                number = self.of_step(v, n, t)
            v.set_value(number, skip_validation=True)
        return self.step

    def rows(self) -> Iterator[tuple[str, float, float]]:
        """Name and slack to the lower and upper limit of every row, in the order of the press."""
        for c in self.plan.component_data_objects(Constraint, descend_into=True):
            yield (c.name, *slack(c))
        shape = (len(self.problem.years), self.problem.steps.count)
        points = {(n, t): _slacks(self.at(n, t)) for n in range(shape[0]) for t in range(shape[1])}
        for k, (name, _, _) in enumerate(points[0, 0]):
            for (n, t), found in points.items():
                yield (f"{name} in {n}, {t}", *found[k][1:])
        hours = self.problem.steps.hours_per_year
        for quantity in self.step.site.quantities:
            for n, year in enumerate(self.problem.years):
                rates = [float(value(self.at(n, t).site.quantities[quantity])) for t in range(shape[1])]
                off = self.of_plan("operation", (*quantity, year)) - float(hours @ np.array(rates))
                yield f"{quantity} in {year}", off, -off


def slack(c: Constraint) -> Bounds:
    body = float(value(c.body))
    low = np.inf if c.lower is None else body - float(value(c.lower))
    return low, np.inf if c.upper is None else float(value(c.upper)) - body


def _slacks(step: ConcreteModel) -> list[tuple[str, float, float]]:
    return [(c.name, *slack(c)) for c in step.component_data_objects(Constraint, descend_into=True)]


def columns(problem: Problem, seed: int = 0) -> tuple[Pressed, np.ndarray]:
    pressed = press(problem)
    return pressed, np.random.default_rng(seed).uniform(-1.0, 3.0, len(pressed.matrix.cost))


@pytest.mark.parametrize("problem", [rich(0, 5, 3), rich(1, 6), varied(20)], ids=["durable", "six stars", "varied"])
def test_every_row_is_the_plain_models(problem: Problem) -> None:
    pressed, x = columns(problem)
    matrix, rows = pressed.matrix, list(Written(problem, x, pressed).rows())
    assert len(rows) == matrix.rows.shape[0]
    activity = matrix.rows @ x
    low, up = activity - matrix.row_lower, matrix.row_upper - activity
    scale = 1e-9 * (1.0 + np.abs(matrix.rows) @ np.abs(x) + np.abs(np.where(np.isfinite(low), low, 0.0)))
    for r, (name, below, above) in enumerate(rows):
        assert low[r] == pytest.approx(below, abs=scale[r]), name
        assert up[r] == pytest.approx(above, abs=scale[r]), name


def test_objective_bounds_and_kinds_are_the_plain_models() -> None:
    problem = rich(2, 5, 3)
    pressed, x = columns(problem)
    written, matrix = Written(problem, x, pressed), pressed.matrix
    goal = next(written.plan.component_data_objects(Objective))
    assert matrix.cost @ x + matrix.offset == pytest.approx(float(value(goal.expr)), rel=1e-12)
    seen = np.zeros(len(x), dtype=bool)
    for v in written.plan.component_data_objects(Var, descend_into=True):
        index = v.index() if isinstance(v.index(), tuple) else (v.index(),)
        _same_kind(pressed, v, np.array([pressed.plan_columns[v.parent_component().name][index]]), seen)
    site = written.step.site
    ports = ComponentMap((v, None) for group in (site.data, site.plan, site.billing, site.before) for v in group)
    for v in written.step.component_data_objects(Var, descend_into=True):
        if v not in ports:
            _same_kind(pressed, v, pressed.step_columns[v.parent_component().name][str(v.index())].ravel(), seen)
    assert seen.all()


def _same_kind(pressed: Pressed, v: Var, at: np.ndarray, seen: np.ndarray) -> None:
    matrix = pressed.matrix
    assert not seen[at].any()
    seen[at] = True
    assert (matrix.lower[at] == (-np.inf if v.lb is None else v.lb)).all(), v.name
    assert (matrix.upper[at] == (np.inf if v.ub is None else v.ub)).all(), v.name
    assert (matrix.integer[at] == (v.is_integer() or v.is_binary())).all(), v.name


def rows_with(pressed: Pressed, column: int) -> list[dict[int, float]]:
    """Coefficients by column of every row that holds a column."""
    table = pressed.matrix.rows
    found = []
    for r in range(table.shape[0]):
        span = slice(table.indptr[r], table.indptr[r + 1])
        if column in table.indices[span]:
            found.append(dict(zip(table.indices[span].tolist(), table.data[span].tolist(), strict=True)))
    return found


def test_terms_of_one_column_in_one_row_are_summed() -> None:
    site = Site(hours=(1000.0, 1000.0))
    engine = site.converter("engine", inputs={"electricity": 0.1, "gas": 2.0}, outputs={"electricity": 1.0})
    pressed = press(site.problem(markets=(site.grid(), site.gas()), converters=(engine,)))
    activity = int(pressed.step_columns["converters.activity_mw"]["engine"][0, 1])
    grid = int(pressed.step_columns["markets.import_mw"]["grid"][0, 1])
    level = pressed.plan_columns["demands.level"]["motors", 2025]
    balance = next(row for row in rows_with(pressed, activity) if grid in row)
    assert balance == {activity: pytest.approx(0.9), grid: 1.0, level: -10.0}
    assert pressed.matrix.rows.has_canonical_format


def test_loads_of_every_step_and_levels_of_every_year_reach_their_own_row() -> None:
    site = Site(years=(2025, 2026, 2027), hours=(1000.0, 1000.0))
    pressed = press(site.problem(demands=(site.demand(load=(4.0, 6.0), index=(1.0, 1.5, 2.0)),)))
    for n, index in enumerate((1.0, 1.5, 2.0)):
        level = pressed.plan_columns["demands.level"]["motors", 2025 + n]
        assert pressed.matrix.lower[level] == pressed.matrix.upper[level] == index
        for t, load in enumerate((4.0, 6.0)):
            grid = int(pressed.step_columns["markets.import_mw"]["grid"][n, t])
            assert {grid: 1.0, level: -load} in rows_with(pressed, grid)


def test_hourly_coefficients_stand_at_their_step() -> None:
    site = Site(hours=(1000.0, 1000.0))
    sun = site.converter("pv", availability=(0.3, 0.7))
    pressed = press(site.problem(converters=(sun,)))
    size = pressed.plan_columns["converters.working_mw"]["pv", 2025]
    for t, share in enumerate((0.3, 0.7)):
        activity = int(pressed.step_columns["converters.activity_mw"]["pv"][0, t])
        limit = next(row for row in rows_with(pressed, activity) if size in row)
        assert limit == {activity: 1.0, size: pytest.approx(-share)}


def test_each_step_is_billed_in_its_period() -> None:
    site = Site(years=(2025, 2026), hours=(1000.0,) * 3, billing=(0, 1, 1))
    pressed = press(site.problem(markets=(site.grid(demand_rule="peak", demand_charge=0.04),)))
    peak = pressed.plan_columns["markets.peak_mw"]
    for n, year in enumerate((2025, 2026)):
        for t, period in enumerate((0, 1, 1)):
            drawn = int(pressed.step_columns["markets.import_mw"]["grid"][n, t])
            others = {c for row in rows_with(pressed, drawn) for c in row} & set(peak.values())
            assert others == {peak["grid", year, period]}


def test_stored_energy_follows_the_step_before_in_the_same_year() -> None:
    site = Site(years=(2025, 2026), hours=(1000.0,) * 4)
    days = replace(site.steps, before=np.array([1, 0, 3, 2]))
    battery = site.store(loss_share_per_hour=0.02)
    pressed = press(replace(site.problem(stores=(battery,)), steps=days))
    stored = pressed.step_columns["stores.stored_mwh"]["battery"]
    charge = pressed.step_columns["stores.charge_mw"]["battery"]
    for n in range(2):
        for t, before in enumerate((1, 0, 3, 2)):
            row = next(q for q in rows_with(pressed, int(charge[n, t])) if int(stored[n, t]) in q and len(q) == 4)
            assert row[int(stored[n, before])] == pytest.approx(-0.98 * row[int(stored[n, t])])


def test_a_problem_that_does_not_fit_together_is_refused_with_every_fault() -> None:
    site = Site(years=(2025, 2026), hours=(1000.0,))
    wrong = replace(site.demand(), carrier="stem", index=np.ones(3))
    with pytest.raises(ValueError, match=r"unknown carrier stem\n.*index has shape \(3,\), wanted \(2,\)"):
        press(replace(site.problem(), demands=(wrong,)))


def test_limits_that_are_not_numbers_are_named() -> None:
    site = Site()
    broken = site.sizing(1.0, max_total=np.nan)
    problem = site.problem(
        markets=(replace(site.grid(export_price=0.0003), max_export_mw=-1.0),),
        converters=(site.converter("pv", broken),),
        stores=(site.store(energy=broken),),
    )
    with pytest.raises(ValueError, match="max_export_mw") as caught:
        press(problem)
    assert str(caught.value).splitlines() == [
        "market grid: max_export_mw must be a number from 0",
        "converter pv: max_total must be a number from 0",
        "store battery: max_total of its energy must be a number from 0",
    ]
