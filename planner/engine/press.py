"""The press: compiles each row of the step once and stamps it over all steps and years.

A row of the step is a sum of terms `number · [data port] · column`. `generate_standard_repn` gives the terms once; numpy
broadcasting then lays them over (year, step): data ports become coefficient arrays, plan ports the columns of each year,
billing ports those of year and billing period, `before` ports the columns of the preceding step.

`press` makes the monolith, plan and all steps. `press_plan` makes the plan alone; `press_block.press_block` stamps the steps of one
part of the year: the two halves of the decomposition.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyomo.environ import ComponentMap, Constraint, Objective, Var, value
from pyomo.repn import generate_standard_repn
from scipy.sparse import csr_array

from models import build_plan, build_step
from models.check import check
from models.problem import Problem
from planner.engine.matrix import Columns, Float, Int, Key, Matrix, Pressed


@dataclass(frozen=True)
class Term:
    """coefficient · column of one template row; both broadcast to (years, steps)."""

    coefficient: Float
    columns: Int


@dataclass(frozen=True)
class Batch:
    """Rows of one shape that stand one after the other from `first`; each has the same number of entries."""

    first: int
    shape: tuple[int, ...]
    terms: list[Term]

    def full(self, term: Term) -> tuple[int, ...]:
        """The shape of the batch and the trailing axes of a term, which are summed."""
        spread = np.broadcast_shapes(term.columns.shape, term.coefficient.shape)
        rows = self.shape + (1,) * (len(spread) - len(self.shape))
        return np.broadcast_shapes(spread, rows)

    def width(self, term: Term) -> int:
        """Entries of a term in each row."""
        return math.prod(self.full(term)[len(self.shape) :])


@dataclass
class Builder:
    """Rows and columns under construction."""

    lower: list[Float] = field(default_factory=list)
    upper: list[Float] = field(default_factory=list)
    integer: list[NDArray[np.bool_]] = field(default_factory=list)
    count: int = 0
    row_lower: list[Float] = field(default_factory=list)
    row_upper: list[Float] = field(default_factory=list)
    row_count: int = 0
    batches: dict[int, Batch] = field(default_factory=dict)  # by their first row

    def add_columns(self, shape: tuple[int, ...], lower: float, upper: float, integer: bool) -> Int:
        """Columns of the given shape, all with the same bounds."""
        size = int(np.prod(shape))
        columns = np.arange(self.count, self.count + size).reshape(shape)
        self.lower.append(np.full(size, lower))
        self.upper.append(np.full(size, upper))
        self.integer.append(np.full(size, integer))
        self.count += size
        return columns

    def add_rows(self, shape: tuple[int, ...], lower: Float | float, upper: Float | float, terms: list[Term]) -> Int:
        """One row per element of `shape`; a term may have trailing axes, which are summed. Returns the rows."""
        size = int(np.prod(shape))
        rows = np.arange(self.row_count, self.row_count + size).reshape(shape)
        self.batches[self.row_count] = Batch(self.row_count, shape, list(terms))
        self.row_count += size
        self.row_lower.append(np.broadcast_to(np.asarray(lower, float), shape).ravel())
        self.row_upper.append(np.broadcast_to(np.asarray(upper, float), shape).ravel())
        return rows

    def add_terms(self, rows: Int, terms: list[Term]) -> None:
        """Terms of rows that `add_rows` returned."""
        self.batches[int(rows.flat[0])].terms.extend(terms)

    def matrix(self, cost: Float, offset: float) -> Matrix:
        """What has been added, as arrays; each entry is laid out once, at its place."""
        batches = list(self.batches.values())
        widths = np.array([sum(q.width(term) for term in q.terms) for q in batches], dtype=np.int32)
        counts = np.array([math.prod(q.shape) for q in batches], dtype=np.int64)
        start = np.zeros(self.row_count + 1, dtype=np.int32)
        np.cumsum(np.repeat(widths, counts), out=start[1:])
        column, coefficient = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
        for batch, count, width in zip(batches, counts, widths, strict=True):
            begin, left = start[batch.first], 0
            for term in batch.terms:
                full, right = batch.full(term), left + batch.width(term)
                for array, values in ((column, term.columns), (coefficient, term.coefficient)):
                    cells = array[begin : begin + count * width].reshape(*batch.shape, width)
                    cells[..., left:right] = np.broadcast_to(values, full).reshape(*batch.shape, right - left)
                left = right
        rows = csr_array((coefficient, column, start), shape=(self.row_count, self.count))
        rows.sum_duplicates()
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


@dataclass(frozen=True)
class Template:
    """A problem with its two Pyomo models, built once."""

    problem: Problem
    step: Any
    plan: Any


def compile_template(problem: Problem) -> Template:
    """Both models of a problem. Raises ValueError, with every fault, for a problem that does not fit together."""
    check(problem)
    step = build_step(problem)
    return Template(problem, step, build_plan(problem, tuple(step.site.quantities)))


def press(problem: Problem) -> Pressed:
    """The monolith of a problem: its plan, and its step stamped over all steps and years."""
    return press_template(compile_template(problem))


def press_template(template: Template) -> Pressed:
    """The monolith of a compiled problem."""
    problem = template.problem
    builder, years = Builder(), problem.years
    plan_columns, plan_rows, cost_terms, offset = _add_plan(builder, template.plan)
    billing = problem.steps.billing

    def of_plan(name: str, index: Key) -> Int:
        return np.array([plan_columns[name][*index, y] for y in years])[:, None]

    def of_billing(name: str, index: Key) -> Int:
        periods = range(len(problem.steps.months_per_billing))
        return np.array([[plan_columns[name][*index, y, q] for q in periods] for y in years])[:, billing]

    every, before = np.arange(problem.steps.count), problem.steps.before
    stamp = Stamp(template, builder, len(years), every, before, of_plan, of_billing)
    stamp.add_step_rows()
    hours = problem.steps.hours_per_year[None, :]
    for (name, item), rate in template.step.site.quantities.items():
        terms, constant = stamp.terms(rate)
        total = np.broadcast_to((hours * constant).sum(axis=1), (len(years),))
        sums = np.array([plan_columns["operation"][name, item, y] for y in years])
        weighted = [Term(-hours * t.coefficient, np.broadcast_to(t.columns, stamp.shape)) for t in terms]
        builder.add_rows((len(years),), total, total, [Term(np.ones(len(years)), sums), *weighted])
    cost = np.zeros(builder.count)
    np.add.at(cost, *cost_terms)
    return Pressed(builder.matrix(cost, offset), plan_columns, stamp.named_columns(), plan_rows)


def press_plan(template: Template) -> Pressed:
    """The plan alone: yearly sums of the operation are free columns that nothing explains yet."""
    builder = Builder()
    plan_columns, plan_rows, cost_terms, offset = _add_plan(builder, template.plan)
    cost = np.zeros(builder.count)
    np.add.at(cost, *cost_terms)
    return Pressed(builder.matrix(cost, offset), plan_columns, {}, plan_rows)


def key_of(index: Any) -> Key:
    """A Pyomo index as a tuple."""
    return index if isinstance(index, tuple) else (index,)


def _bounds(v: Any) -> tuple[float, float, bool]:
    lower = -np.inf if v.lb is None else float(v.lb)
    upper = np.inf if v.ub is None else float(v.ub)
    return lower, upper, bool(v.is_integer() or v.is_binary())


def _add_plan(builder: Builder, plan: Any) -> tuple[Columns, Columns, tuple[Int, Float], float]:
    """Columns, rows and objective of the plan: (columns, rows, (columns, costs), offset)."""
    of_plan, columns = ComponentMap(), Columns()
    for v in plan.component_data_objects(Var, descend_into=True):
        of_plan[v] = int(builder.add_columns((1,), *_bounds(v))[0])
        columns.setdefault(v.parent_component().name, {})[key_of(v.index())] = of_plan[v]
    names = Columns()
    for c in plan.component_data_objects(Constraint, descend_into=True):
        repn = generate_standard_repn(c.body)
        if not repn.is_linear():
            raise ValueError(f"{c.name} is not linear")
        lower = -np.inf if c.lower is None else float(value(c.lower)) - float(repn.constant)
        upper = np.inf if c.upper is None else float(value(c.upper)) - float(repn.constant)
        of_row = np.array([[of_plan[v] for v in repn.linear_vars]], dtype=np.int64)
        term = Term(np.array([[float(q) for q in repn.linear_coefs]]), of_row)
        row = builder.add_rows((1,), lower, upper, [term])
        names.setdefault(c.parent_component().name, {})[key_of(c.index())] = int(row[0])
    objective = generate_standard_repn(next(plan.component_data_objects(Objective)).expr)
    priced = np.array([of_plan[v] for v in objective.linear_vars], dtype=np.int64)
    costs = np.array([float(q) for q in objective.linear_coefs])
    return columns, names, (priced, costs), float(objective.constant)


class Stamp:
    """Lays the rows of the step over (years, steps).

    `steps` are the steps to lay, in order, and `before` the place among them of the step that precedes each, -1 for the first
    step of a stretch: what stood before it is a start column of its own. `of_plan(component, index)` gives the columns of a plan
    port, `of_billing` those of a billing port; both broadcast to (years, steps).
    """

    def __init__(
        self,
        template: Template,
        builder: Builder,
        years: int,
        steps: Int,
        before: Int,
        of_plan: Callable[[str, Key], Int],
        of_billing: Callable[[str, Key], Int],
    ) -> None:
        self.step, self.site, self.builder = template.step, template.step.site, builder
        self.steps, self.shape, self.before = steps, (years, len(steps)), before
        self.of_plan, self.of_billing = of_plan, of_billing
        self.own, self.starts = ComponentMap(), ComponentMap()  # start columns by before port: (years, stretches)
        ports = (self.site.data, self.site.plan, self.site.billing, self.site.before)
        for v in self.step.component_data_objects(Var, descend_into=True):
            if not any(v in of for of in ports):
                self.own[v] = builder.add_columns(self.shape, *_bounds(v))
        if (before < 0).any():
            for port, v in self.site.before.items():
                self.starts[port] = builder.add_columns((years, int((before < 0).sum())), *_bounds(v))

    def named_columns(self) -> dict[str, dict[str, Int]]:
        """(years, steps) columns by component and item."""
        names: dict[str, dict[str, Int]] = {}
        for v, columns in self.own.items():
            names.setdefault(v.parent_component().name, {})[str(v.index())] = columns
        return names

    def columns(self, v: Any) -> Int:
        """Columns that a variable of the step stands for, broadcastable to (years, steps)."""
        columns: Int
        if v in self.own:
            columns = self.own[v]
        elif v in self.site.before:
            columns = self.own[self.site.before[v]][:, self.before]
            if v in self.starts:
                columns[:, self.before < 0] = self.starts[v]
        elif v in self.site.plan:
            name, index = self.site.plan[v]
            columns = self.of_plan(name, key_of(index))
        else:
            name, index = self.site.billing[v]
            columns = self.of_billing(name, key_of(index))
        return columns

    def data(self, v: Any) -> Float:
        """Numbers of a data port, as (1, steps)."""
        return np.atleast_2d(self.site.data[v])[:, self.steps]

    def terms(self, expression: Any) -> tuple[list[Term], Float]:
        """Terms of an expression of the step, and its part without columns, broadcastable to (years, steps)."""
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
            port, other = (a, b) if a in self.site.data else (b, a)
            if port not in self.site.data:
                raise ValueError(f"the step multiplies two columns: {a.name} and {b.name}")
            if other in self.site.data:
                constant = constant + c * self.data(port) * self.data(other)
            else:
                terms.append(Term(float(c) * self.data(port), self.columns(other)))
        return terms, constant

    def add_step_rows(self) -> dict[str, list[Int]]:
        """Every constraint of the step, once per year and step; returns the rows by constraint."""
        rows: dict[str, list[Int]] = {}
        for c in self.step.component_data_objects(Constraint, descend_into=True):
            terms, constant = self.terms(c.body)
            lower = -np.inf if c.lower is None else float(value(c.lower)) - constant
            upper = np.inf if c.upper is None else float(value(c.upper)) - constant
            stamped = self.builder.add_rows(self.shape, lower, upper, terms)
            rows.setdefault(c.parent_component().name, []).append(stamped)
        return rows
