"""The mathematics: two Pyomo models, one file per concept contributing to both.

`build_step` states the physics of one step of the operating year, with *ports* for what comes from data, from the step
before or from the plan. `build_plan` states the years: what is built, signed and bought, what it costs, emits and rates.
The engine presses the step over all steps and years. This file is the table of contents; imports are inside the functions
so that `models.problem` can be used without Pyomo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyomo.environ import ConcreteModel

    from models.problem import Problem


def build_step(problem: Problem) -> ConcreteModel:
    """Physics of one step. Returns a model whose `site` lists flows, ports and the quantities summed over the year."""
    from models.balance import add_balance_step
    from models.contracts import add_contracts_step
    from models.converters import add_converters_step
    from models.demands import add_demands_step
    from models.markets import add_markets_step
    from models.ports import new_step
    from models.stores import add_stores_step

    s = new_step(problem)
    add_demands_step(s, problem)
    add_converters_step(s, problem)
    add_stores_step(s, problem)
    add_contracts_step(s, problem)
    add_markets_step(s, problem)
    add_balance_step(s, problem)
    return s


def build_plan(problem: Problem, quantities: tuple[tuple[str, str], ...]) -> ConcreteModel:
    """The years. `quantities` are the (name, item) pairs that the step sums over each year, see `ports.Site`."""
    from models.contracts import add_contracts
    from models.converters import add_converters
    from models.decided import add_decided
    from models.demands import add_demands
    from models.durability import add_durability
    from models.finance import add_objective
    from models.goals import add_goals
    from models.groups import add_groups
    from models.instruments import add_instruments
    from models.ledger import add_ledger
    from models.management import add_management
    from models.markets import add_markets
    from models.rating import add_rating
    from models.retrofits import add_retrofits
    from models.stores import add_stores
    from models.terms import new_plan

    m = new_plan(problem, quantities)
    terms = [
        add_management(m, problem),
        add_retrofits(m, problem),
        add_demands(m, problem),
        add_converters(m, problem),
        add_stores(m, problem),
        add_markets(m, problem),
        add_contracts(m, problem),
        add_instruments(m, problem),
    ]
    add_groups(m, problem)
    terms.append(add_ledger(m, problem, terms))
    add_rating(m, problem)
    add_durability(m, problem)
    add_objective(m, problem, terms)
    add_decided(m, problem)
    add_goals(m, problem)
    return m
