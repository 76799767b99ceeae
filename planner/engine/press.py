"""The press: compiles each row of the step once and stamps it over all steps and years.

A row of the step is a sum of terms `number · [data port] · column`. `generate_standard_repn` gives the terms once; numpy
broadcasting then lays them over (year, step): data ports become coefficient arrays, plan ports the columns of each year,
billing ports those of year and billing period, `before` ports the columns of the preceding step. Nobody else in the
repository does index arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyomo.environ import ComponentMap, Constraint, Objective, Var, value
from pyomo.repn import generate_standard_repn
from scipy.sparse import coo_array, csr_array

from models import build_plan, build_step
from models.check import check
from models.problem import Problem

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Matrix:
    """A mixed-integer linear model as arrays: min cost·x + offset, row_lower ≤ A·x ≤ row_upper, lower ≤ x ≤ upper."""

    cost: Float
    offset: float
    lower: Float
    upper: Float
    integer: NDArray[np.bool_]
    rows: csr_array
    row_lower: Float
    row_upper: Float


@dataclass(frozen=True)
class Pressed:
    """A matrix with the names of its columns and rows."""

    matrix: Matrix
    plan_columns: dict[str, dict[Key, int]]  # component -> index -> column
    step_columns: dict[str, dict[str, Int]]  # component -> item -> (Y, T) columns
    plan_rows: dict[str, dict[Key, int]]  # constraint -> index -> row


@dataclass(frozen=True)
class Term:
    """coefficient · column of one template row; both broadcast to (Y, T)."""

    coefficient: Float
    columns: Int


@dataclass
class _Builder:
    """Rows and columns under construction."""

    lower: list[Float] = field(default_factory=list)
    upper: list[Float] = field(default_factory=list)
    integer: list[NDArray[np.bool_]] = field(default_factory=list)
    count: int = 0
    row_lower: list[Float] = field(default_factory=list)
    row_upper: list[Float] = field(default_factory=list)
    row: list[Int] = field(default_factory=list)
    column: list[Int] = field(default_factory=list)
    coefficient: list[Float] = field(default_factory=list)
    row_count: int = 0

    def add_columns(self, shape: tuple[int, ...], lower: float, upper: float, integer: bool) -> Int:
        size = int(np.prod(shape))
        columns = np.arange(self.count, self.count + size).reshape(shape)
        self.lower.append(np.full(size, lower))
        self.upper.append(np.full(size, upper))
        self.integer.append(np.full(size, integer))
        self.count += size
        return columns

    def add_rows(self, rows: Int, lower: Float | float, upper: Float | float, terms: list[Term]) -> None:
        """One row per element of `rows`; a term may have trailing axes, which are summed."""
        self.row_lower.append(np.broadcast_to(np.asarray(lower, float), rows.shape).ravel())
        self.row_upper.append(np.broadcast_to(np.asarray(upper, float), rows.shape).ravel())
        for term in terms:
            shape = np.broadcast_shapes(term.columns.shape, term.coefficient.shape)
            full = rows.reshape(rows.shape + (1,) * (len(shape) - rows.ndim))
            shape = np.broadcast_shapes(shape, full.shape)
            self.row.append(np.broadcast_to(full, shape).ravel())
            self.column.append(np.broadcast_to(term.columns, shape).ravel())
            self.coefficient.append(np.broadcast_to(term.coefficient, shape).ravel())

    def new_rows(self, shape: tuple[int, ...]) -> Int:
        size = int(np.prod(shape))
        rows = np.arange(self.row_count, self.row_count + size).reshape(shape)
        self.row_count += size
        return rows

    def matrix(self, cost: Float, offset: float) -> Matrix:
        triplets = (np.concatenate(self.coefficient), (np.concatenate(self.row), np.concatenate(self.column)))
        rows = coo_array(triplets, shape=(self.row_count, self.count)).tocsr()
        rows.sum_duplicates()
        rows.eliminate_zeros()
        return Matrix(
            cost,
            offset,
            np.concatenate(self.lower),
            np.concatenate(self.upper),
            np.concatenate(self.integer),
            rows,
            np.concatenate(self.row_lower),
            np.concatenate(self.row_upper),
        )


def press(problem: Problem) -> Pressed:
    """The monolith of a problem: its plan, and its step stamped over all steps and years.

    Raises ValueError, with every fault, for a problem that does not fit together.
    """
    check(problem)
    step = build_step(problem)
    plan = build_plan(problem, tuple(step.site.quantities))
    builder = _Builder()
    of_plan = ComponentMap()
    plan_columns: dict[str, dict[Key, int]] = {}
    for v in plan.component_data_objects(Var, descend_into=True):
        of_plan[v] = int(builder.add_columns((1,), *_bounds(v))[0])
        plan_columns.setdefault(v.parent_component().name, {})[_key(v.index())] = of_plan[v]
    plan_rows = _add_plan_rows(builder, plan, of_plan)
    stamp = _Stamp(problem, step, plan_columns, builder)
    stamp.add_step_rows()
    stamp.add_quantities()
    objective = generate_standard_repn(next(plan.component_data_objects(Objective)).expr)
    cost = np.zeros(builder.count)
    for c, v in zip(objective.linear_coefs, objective.linear_vars, strict=True):
        cost[of_plan[v]] += c
    matrix = builder.matrix(cost, float(objective.constant))
    return Pressed(matrix, plan_columns, stamp.named_columns(), plan_rows)


def _key(index: Any) -> Key:
    return index if isinstance(index, tuple) else (index,)


def _bounds(v: Any) -> tuple[float, float, bool]:
    lower = -np.inf if v.lb is None else float(v.lb)
    upper = np.inf if v.ub is None else float(v.ub)
    return lower, upper, bool(v.is_integer() or v.is_binary())


def _limits(c: Any, constant: float) -> tuple[float, float]:
    lower = -np.inf if c.lower is None else float(value(c.lower)) - constant
    upper = np.inf if c.upper is None else float(value(c.upper)) - constant
    return lower, upper


def _add_plan_rows(builder: _Builder, plan: Any, of_plan: Any) -> dict[str, dict[Key, int]]:
    names: dict[str, dict[Key, int]] = {}
    lower, upper, row, column, coefficient = [], [], [], [], []
    for c in plan.component_data_objects(Constraint, descend_into=True):
        repn = generate_standard_repn(c.body)
        if not repn.is_linear():
            raise ValueError(f"{c.name} is not linear")
        r = builder.row_count
        builder.row_count += 1
        names.setdefault(c.parent_component().name, {})[_key(c.index())] = r
        low, up = _limits(c, float(repn.constant))
        lower.append(low)
        upper.append(up)
        for q, v in zip(repn.linear_coefs, repn.linear_vars, strict=True):
            row.append(r)
            column.append(of_plan[v])
            coefficient.append(float(q))
    builder.row_lower.append(np.array(lower))
    builder.row_upper.append(np.array(upper))
    builder.row.append(np.array(row, dtype=np.int64))
    builder.column.append(np.array(column, dtype=np.int64))
    builder.coefficient.append(np.array(coefficient))
    return names


class _Stamp:
    """Lays the rows of the step over (year, step)."""

    def __init__(self, problem: Problem, step: Any, plan_columns: dict[str, dict[Key, int]], builder: _Builder) -> None:
        self.problem, self.step, self.site, self.builder = problem, step, step.site, builder
        self.plan_columns = plan_columns
        self.shape = (len(problem.years), problem.steps.count)
        self.own = ComponentMap()
        for v in step.component_data_objects(Var, descend_into=True):
            if not any(v in ports for ports in (self.site.data, self.site.plan, self.site.billing, self.site.before)):
                self.own[v] = builder.add_columns(self.shape, *_bounds(v))

    def named_columns(self) -> dict[str, dict[str, Int]]:
        """(Y, T) columns by component and item."""
        names: dict[str, dict[str, Int]] = {}
        for v, columns in self.own.items():
            names.setdefault(v.parent_component().name, {})[str(v.index())] = columns
        return names

    def columns(self, v: Any) -> Int:
        """Columns that a variable of the step stands for, broadcastable to (Y, T)."""
        years = self.problem.years
        if v in self.own:
            return self.own[v]  # type: ignore[no-any-return]
        if v in self.site.before:
            return self.own[self.site.before[v]][:, self.problem.steps.before]  # type: ignore[no-any-return]
        if v in self.site.plan:
            name, index = self.site.plan[v]
            of = self.plan_columns[name]
            return np.array([of[*_key(index), y] for y in years])[:, None]
        name, index = self.site.billing[v]
        of, periods = self.plan_columns[name], range(len(self.problem.steps.months_per_billing))
        table = np.array([[of[*_key(index), y, q] for q in periods] for y in years])
        return table[:, self.problem.steps.billing]

    def data(self, v: Any) -> Float:
        """Numbers of a data port, as (1, T) or (Y, T)."""
        return np.atleast_2d(self.site.data[v])

    def terms(self, expression: Any) -> tuple[list[Term], Float]:
        """Terms of an expression of the step, and its part without columns, (Y, T)-broadcastable."""
        repn = generate_standard_repn(expression, quadratic=True)
        if repn.nonlinear_expr is not None:
            raise ValueError(f"the step holds a non-linear expression: {repn.nonlinear_expr}")
        constant, terms = np.full((1, 1), float(repn.constant)), []
        for c, v in zip(repn.linear_coefs, repn.linear_vars, strict=True):
            if v in self.site.data:
                constant = constant + c * self.data(v)
            else:
                terms.append(Term(np.full((1, 1), float(c)), self.columns(v)))
        for c, (a, b) in zip(repn.quadratic_coefs, repn.quadratic_vars, strict=True):
            if a not in self.site.data:
                a, b = b, a
            if a not in self.site.data:
                raise ValueError(f"the step multiplies two columns: {a.name} and {b.name}")
            if b in self.site.data:
                constant = constant + c * self.data(a) * self.data(b)
            else:
                terms.append(Term(float(c) * self.data(a), self.columns(b)))
        return terms, constant

    def add_step_rows(self) -> None:
        """Every constraint of the step, once per year and step."""
        for c in self.step.component_data_objects(Constraint, descend_into=True):
            terms, constant = self.terms(c.body)
            lower = -np.inf if c.lower is None else float(value(c.lower)) - constant
            upper = np.inf if c.upper is None else float(value(c.upper)) - constant
            self.builder.add_rows(self.builder.new_rows(self.shape), lower, upper, terms)

    def add_quantities(self) -> None:
        """operation[name, item, y] = Σ_t hours_per_year[t]·rate[t], with the rate in units per hour."""
        hours = self.problem.steps.hours_per_year[None, :]
        years = self.problem.years
        for (name, item), rate in self.site.quantities.items():
            terms, constant = self.terms(rate)
            total = np.broadcast_to((hours * constant).sum(axis=1), (len(years),))
            sums = np.array([self.plan_columns["operation"][name, item, y] for y in years])
            weighted = [Term(-hours * t.coefficient, np.broadcast_to(t.columns, self.shape)) for t in terms]
            rows = self.builder.new_rows((len(years),))
            self.builder.add_rows(rows, total, total, [Term(np.ones(len(years)), sums), *weighted])
