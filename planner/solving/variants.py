"""The problems whose plans stand beside the optimum, by the names that tables give them."""

from __future__ import annotations

from models.problem import Problem
from planner.assembly.variants import paper_only, raised
from planner.solving.cheapest_first import cheapest_first, measures

USUAL, PAPER, CHEAPEST, OPTIMUM = "business_as_usual", "paper_only", "cheapest_first", "optimum"
USUAL_GAP = 1e-4  # of business as usual: savings are measured from it
BESIDE_GAP = 0.01  # of the naive plans: a comparison needs no more
EVERY_STEP_GAP = 0.005  # of a plan of typical days at every step: the error is told to a tenth of a percent


def names_beside(problem: Problem) -> tuple[str, ...]:
    """Names of the plans in the order of the tables, the optimum last."""
    levels = levels_of(problem)
    target = int(problem.target.stars.max()) if problem.target is not None else 0
    names = [USUAL]
    names += [PAPER] if levels else []
    names += [CHEAPEST] if target or problem.emissions.caps else []
    names += [highest(problem)] if 0 < target < max(levels, default=0) else []
    return (*names, OPTIMUM)


def levels_of(problem: Problem) -> list[int]:
    """Stars of the levels, fewest first."""
    return sorted(level.stars for level in problem.rating.levels) if problem.rating else []


def highest(problem: Problem) -> str:
    """Name of the plan of the highest level."""
    return f"{max(levels_of(problem), default=0)}_stars"


def variant(problem: Problem, name: str, asked: int) -> Problem:
    """The problem of a plan that was made for so many stars, or with so many measures on offer. Raises ValueError."""
    order, levels = measures(problem) if name == CHEAPEST else (), levels_of(problem)
    if name == PAPER and asked in levels:
        return paper_only(problem, asked)
    if name == CHEAPEST and 0 <= asked <= len(order):
        return cheapest_first(problem, order[:asked])
    if name == highest(problem) and asked == max(levels, default=0) > 0:
        return raised(problem, asked)
    raise ValueError(f"no plan {name} is made for {asked}")
