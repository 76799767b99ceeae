"""What a curve runs along. An axis measures a plan, and limits or aims a problem.

Inside, every axis is *short*: a number that a better plan has less of, limited by `Problem.goals` or the target.

    tonnes, final-tonnes    location-based tonnes of all years, of the last year
    paper                   tonnes of credits, short removals and certificates of all years; shown as a share of business as usual
    score                   points short of the highest score, in the worst year from the target year on; shown as the score
    stars                   minus the stars of the worst year from the target year on; shown as stars
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np

from models.problem import Goal, Measure, Problem, Target
from planner.answer import Answer

AGAINST = ("stars", "score", "tonnes", "final-tonnes", "paper")
HAIR = 1e-7  # of a limit: what rounding may have taken from a plan that stands exactly on it
POINT_HAIR = 1e-6
TONNE_PRICE = 1e-4  # [million/t] of an aim, far below what the engine charges for loads that are not served
POINT_PRICE = 0.1  # [million/point]


@dataclass(frozen=True)
class Axis(ABC):
    """One direction of a curve, for one problem."""

    name: str
    label: str
    years: tuple[int, ...]

    @abstractmethod
    def short(self, answer: Answer) -> float:
        """What a plan has of what is limited."""

    @abstractmethod
    def limited(self, problem: Problem, most: float) -> Problem:
        """The problem with no more than `most` of it."""

    @abstractmethod
    def shown(self, problem: Problem, short: float) -> float:
        """The number that a reader sees."""

    def aimed(self, problem: Problem) -> Problem | None:
        """The problem whose answer has the least of it; None where the axis has steps only."""
        return None

    def floor(self, problem: Problem) -> float:
        """What no plan can have less of, whatever it costs; minus infinity where that takes an aim to find out."""
        return -np.inf

    def bound(self, objective: float) -> float:
        """Least `short` of any plan, given the least objective of the aimed problem; nothing is known without one."""
        return -np.inf

    def steps(self, problem: Problem) -> tuple[float, ...]:
        """Every value that can be asked for, tightest last, where there are only few."""
        return ()

    def words(self, value: float) -> str:
        """A number on the axis, as shown, in words."""
        return f"{value:,.0f} t"


@dataclass(frozen=True)
class Tonnage(Axis):
    """Tonnes of some years together."""

    measure: Measure = "gross_location"

    def short(self, answer: Answer) -> float:
        """Tonnes of the years."""
        among = np.isin(answer.problem.years, self.years)
        return float(getattr(answer.tonnes, f"{self.measure}_tco2e")[among].sum())

    def limited(self, problem: Problem, most: float) -> Problem:
        """A goal of the years."""
        return replace(problem, goals=(*problem.goals, self._goal(most + HAIR * max(1.0, abs(most)))))

    def shown(self, problem: Problem, short: float) -> float:
        """Tonnes as they are."""
        return short

    def aimed(self, problem: Problem) -> Problem:
        """Fewest tonnes."""
        return replace(problem, aim=replace(self._goal(np.inf), price=TONNE_PRICE))

    def bound(self, objective: float) -> float:
        """Tonnes that the aim counts."""
        return (objective - 1) / TONNE_PRICE

    def _goal(self, most: float) -> Goal:
        return Goal(self.measure, most, self.years)


@dataclass(frozen=True)
class Paper(Tonnage):
    """Tonnes on paper, shown as a share of what the factory would emit as usual."""

    measure: Measure = "paper"

    def floor(self, problem: Problem) -> float:
        """No paper."""
        return 0.0

    def shown(self, problem: Problem, short: float) -> float:
        """Share of the location-based tonnes of business as usual."""
        return short / max(1.0, float(problem.base.business_as_usual_tco2e.sum()))

    def words(self, value: float) -> str:
        """In percent."""
        return f"{100 * value:.1f} % paper"


@dataclass(frozen=True)
class Score(Axis):
    """Points in the worst of the years."""

    def short(self, answer: Answer) -> float:
        """Points that the worst year lacks of the highest score."""
        assert answer.problem.rating is not None
        worst = min(one.full.score for one in answer.rated if one.year in self.years)
        return answer.problem.rating.max_points - worst

    def limited(self, problem: Problem, most: float) -> Problem:
        """A goal for each year."""
        goals = (Goal("points_short", most + POINT_HAIR, (y,)) for y in self.years)
        return replace(_rated(problem), goals=(*problem.goals, *goals))

    def floor(self, problem: Problem) -> float:
        """The highest score."""
        return 0.0

    def shown(self, problem: Problem, short: float) -> float:
        """The score of the worst year."""
        assert problem.rating is not None
        return problem.rating.max_points - short

    def aimed(self, problem: Problem) -> Problem:
        """Most points, the years together."""
        return replace(_rated(problem), aim=Goal("points_short", years=self.years, price=POINT_PRICE))

    def bound(self, objective: float) -> float:
        """The mean of the years: the worst is no better."""
        return (objective - 1) / POINT_PRICE / len(self.years)

    def words(self, value: float) -> str:
        """In points."""
        return f"{value:.1f} points"


@dataclass(frozen=True)
class Stars(Axis):
    """Stars held from the target year on: steps, each solved for itself."""

    def short(self, answer: Answer) -> float:
        """Minus the stars of the worst year."""
        return -float(min(one.full.stars for one in answer.rated if one.year in self.years))

    def limited(self, problem: Problem, most: float) -> Problem:
        """A target in each year."""
        return with_stars(problem, self.years, round(-most))

    def shown(self, problem: Problem, short: float) -> float:
        """Stars."""
        return -short

    def steps(self, problem: Problem) -> tuple[float, ...]:
        """No stars, then every level of the standard."""
        assert problem.rating is not None
        return (0.0, *sorted((-float(level.stars) for level in problem.rating.levels), reverse=True))

    def words(self, value: float) -> str:
        """In stars."""
        return f"{value:.0f} stars" if value else "no stars"


def axis_of(against: str, problem: Problem) -> Axis:
    """The axis of a name for a problem. Raises ValueError where the problem has no rating to run along."""
    if against in ("stars", "score"):
        if problem.rating is None:
            raise ValueError(f"--against {against} needs a [rating] in the scenario")
        label = "Stars" if against == "stars" else "Score"
        kind = Stars if against == "stars" else Score
        return kind(against, f"{label}, worst year from {target_years(problem)[0]} on", target_years(problem))
    if against == "paper":
        return Paper(against, "Tonnes on paper, share of business as usual", problem.years)
    if against == "tonnes":
        return Tonnage(against, "Location-based tonnes of all years", problem.years)
    return Tonnage(against, f"Location-based tonnes of {problem.years[-1]}", problem.years[-1:])


def target_years(problem: Problem) -> tuple[int, ...]:
    """Years with a target, or the last year."""
    if problem.target is None or not problem.target.stars.any():
        return problem.years[-1:]
    return tuple(y for y, stars in zip(problem.years, problem.target.stars, strict=True) if stars)


def with_stars(problem: Problem, years: tuple[int, ...], stars: int) -> Problem:
    """The problem with so many stars required in these years; durable stars as they were, but never more."""
    among = np.isin(problem.years, years)
    durable = problem.target.durable_stars if problem.target is not None else np.zeros(len(among), dtype=np.int64)
    required = np.where(among, stars, 0).astype(np.int64)
    return replace(problem, target=Target(required, np.minimum(durable, required)))


def _rated(problem: Problem) -> Problem:
    """The problem with a target, if only of no stars, so that the model counts points."""
    return problem if problem.target is not None else with_stars(problem, (), 0)
