"""The rating aimed at: the standard as data, today's answers, management items, durability rules, stars required."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.problem import Durability, ManagementItem, Rating, Target
from planner import library
from planner.assembly.notes import Notes, lists
from planner.assembly.options import MILLION
from planner.assembly.years import Calendar, held
from planner.library.rating_table import RATINGS, RatingTable, read_rating
from planner.reading.timefiles import path_inside
from planner.scenario import Management as ManagementTable
from planner.scenario import Rating as RatingKeys
from planner.scenario import Scenario


@dataclass(frozen=True)
class Rated:
    """The standard's table with today's answers; `open_points` and `open_gates` are what items may still earn."""

    table: RatingTable
    reading: str
    rating: Rating
    answers: Mapping[str, str]
    open_points: Mapping[str, Mapping[str, float]]
    open_gates: tuple[str, ...]


def rated(scenario: Scenario, folder: Path, notes: Notes) -> Rated | None:
    """The standard that the scenario names; None if it has no [rating]."""
    keys = scenario.rating
    if keys is None:
        return None
    own = keys.file
    table = read_rating(RATINGS / f"{keys.standard}.toml" if own is None else path_inside(folder, own, "rating.file"))
    reading = keys.reading if keys.reading in table.readings or not table.readings else table.readings[0]
    answers = {**keys.questionnaire, **_statuses(scenario, table)}
    others = tuple(f"boundaries.{name}." for name in table.boundaries if name != keys.boundary)
    notes.use("rating", table.id, {path: n for path, n in table.numbers.items() if not path.startswith(others)})
    return Rated(
        table=table,
        reading=reading,
        rating=table.rating(keys.boundary, reading, answers),
        answers=answers,
        open_points=table.open_points(answers),
        open_gates=table.open_gates(answers),
    )


def _statuses(scenario: Scenario, table: RatingTable) -> dict[str, str]:
    """`status` of management items that are questionnaire items; it stands above the questionnaire's answer."""
    return {n: t.status for n, t in scenario.management.items() if t.status is not None and n in table.items}


def management_items(
    scenario: Scenario, calendar: Calendar, found: Rated | None, notes: Notes
) -> tuple[ManagementItem, ...]:
    """Management items of the scenario, and the library's for what the standard asks, is not met and is not named.

    Without the latter a standard with gate items could not be reached by a scenario that says nothing about them.
    """
    tables = dict(scenario.management)
    named = {t.preset or n for n, t in tables.items()}
    asked = {*found.open_points, *found.open_gates} - named if found is not None else set()
    for name, entry in library.load("management").items():
        if name in asked:
            values = {k: lists(v) for k, v in entry.values.items() if k in ManagementTable.model_fields}
            tables[name] = ManagementTable(label=entry.label_en, label_zh=entry.label_zh, **values)
    for name, table in tables.items():
        notes.inherits("management", name, table)
    return tuple(_item(name, table, calendar, found, notes) for name, table in tables.items())


def _item(name: str, table: ManagementTable, calendar: Calendar, found: Rated | None, notes: Notes) -> ManagementItem:
    """One item. What the standard has already counted today (met or partly met) gives no points again."""
    listed = table.preset or name
    in_standard = found is not None and listed in found.table.items
    met = table.status == "met"
    points = dict(table.points or {})
    if found is not None and in_standard:
        met = found.answers.get(listed) == "met"
        if "points" not in notes.written.get("management", {}).get(name, {}):
            points = dict(found.open_points.get(listed, {}))
    years = len(calendar.years)
    return ManagementItem(
        name=name,
        capex=np.full(years, 0.0 if met else (table.capex or 0.0) / MILLION),
        opex_fixed=np.full(years, 0.0 if met else (table.opex_per_year or 0.0) / MILLION),
        start_years=calendar.window("management", table),
        points=points,
        gate=table.gate,
        already_met=met,
    )


def target_of(keys: RatingKeys | None, durable_stars: int, calendar: Calendar) -> Target | None:
    """Stars required by year."""
    if keys is None or (keys.target_stars or 0) == 0:
        return None
    start = keys.target_year or calendar.last
    until = (keys.hold_until or calendar.last) if keys.hold else start
    years = np.array(calendar.years)
    required = (years >= start) & (years <= until)
    return Target(
        stars=np.where(required, keys.target_stars or 0, 0), durable_stars=np.where(required, durable_stars, 0)
    )


def durability_of(scenario: Scenario, calendar: Calendar) -> Durability:
    """Durability rules; floor and removal path hold from the target year, or from their own first year."""
    d, keys = scenario.durability, scenario.rating
    start = None if keys is None or not keys.target_stars else keys.target_year or calendar.last
    path = d.removal_share_path
    return Durability(
        penalty_per_tonne=d.penalty_per_t / MILLION if d.penalty else 0.0,
        penalty_step_per_tonne=d.penalty_step_per_t / MILLION if d.penalty else 0.0,
        penalty_steps=d.penalty_steps,
        paper_threshold_share=d.paper_threshold_share,
        own_reduction_floor=held(calendar, d.own_reduction_floor, start) if d.floor else None,
        removal_share_path=None if path is None else held(calendar, path, start),
        residual_share=d.residual_share,
        min_contract_years=d.min_contract_years,
        min_removal_durability_years=d.min_removal_durability_years,
    )
