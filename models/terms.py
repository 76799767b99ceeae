"""What a concept contributes to money and tonnes: running cost, investments, emissions, each by year."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from pyomo.environ import Block, ConcreteModel, Reals, Set, Var

from models.problem import Problem


@dataclass(frozen=True)
class Investment:
    """Money spent on a thing that starts work in `year`; `cost` is an expression [million]."""

    name: str
    year: int
    cost: object
    life_years: int
    payment_shares: tuple[float, ...] = (1.0,)
    has_salvage: bool = True


@dataclass
class Terms:
    """Lists of expressions to be summed: running cost [million] and tonnes by year."""

    running: dict[int, list] = field(default_factory=lambda: defaultdict(list))
    investments: list[Investment] = field(default_factory=list)
    scope1_tco2e: dict[int, list] = field(default_factory=lambda: defaultdict(list))
    captured_tco2e: dict[int, list] = field(default_factory=lambda: defaultdict(list))
    scope3_tco2e: dict[int, list] = field(default_factory=lambda: defaultdict(list))


def new_plan(problem: Problem, quantities: tuple[tuple[str, str], ...]) -> ConcreteModel:
    """An empty plan with its years and the yearly sums of the operation, `operation[name, item, y]`."""
    m = ConcreteModel(name="plan")
    m.YEARS = Set(initialize=problem.years, ordered=True)
    m.operation = Var([(n, i, y) for n, i in quantities for y in problem.years], domain=Reals)
    m.quantity_names = frozenset(quantities)
    return m


def operated(m: ConcreteModel, name: str, item: str, y: int) -> object:
    """Yearly sum of a quantity of the step; 0 where the step has none of that name."""
    return m.operation[name, item, y] if (name, item) in m.quantity_names else 0.0


def block(m: ConcreteModel, name: str) -> Block:
    """A named block of the model; its name is the prefix of its rows."""
    setattr(m, name, Block())
    return getattr(m, name)
