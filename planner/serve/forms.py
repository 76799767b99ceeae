"""The form of a new solve: what stands in it at first, and what a filled one asks for."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from planner.library import LibraryError
from planner.reading.faults import ScenarioFaults
from planner.reading.read import read_scenario
from planner.serve.phrases import phrase
from planner.serve.shelf import may_be_new
from planner.serve.solves import Targets
from planner.words import Lang

WHOLE = ("stars", "year", "durable_stars")
FIELDS = ("stars", "year", "durable_stars", "gap", "time_limit_s", "name")
LONGEST_FIELD = 80
PERCENT = 100.0


@dataclass(frozen=True)
class Form:
    """Text of the fields, and what is wrong with it."""

    fields: Mapping[str, str]
    faults: tuple[str, ...] = ()


def blank(scenario: Path, like: Mapping[str, object]) -> Form:
    """The scenario's own values, with the targets of a plan in `like` over them."""
    try:
        found = read_scenario(scenario).scenario
    except (ScenarioFaults, LibraryError) as error:
        return Form(dict.fromkeys(FIELDS, ""), _lines(error, scenario))
    rating = found.rating
    own = {
        "stars": None if rating is None else rating.target_stars,
        "year": None if rating is None else rating.target_year,
        "durable_stars": found.durability.durable_stars,
    }
    taken = {"stars": like.get("stars"), "year": like.get("year"), "durable_stars": like.get("durable_stars", 0)}
    targets = own if not like else taken
    numbers = {**targets, "gap": f"{found.solver.gap * PERCENT:g}", "time_limit_s": f"{found.solver.time_limit_s:g}"}
    return Form({key: "" if numbers.get(key) is None else str(numbers[key]) for key in FIELDS})


def filled(given: Mapping[str, str], lang: Lang) -> tuple[Form, Targets]:
    """A form as it was sent, with what is no number in its faults, and the targets it asks for."""
    form = Form({key: given.get(key, "").strip()[:LONGEST_FIELD] for key in FIELDS})
    faults: list[str] = []
    numbers: dict[str, float | None] = {}
    for key in FIELDS[:-1]:
        text = form.fields[key]
        numbers[key] = value = _number(text)
        if text and (value is None or (key in WHOLE and not value.is_integer())):
            wrong = "not_a_number" if value is None else "not_whole"
            faults.append(phrase(wrong, lang, field=phrase(f"field.{key}", lang), got=text))
    if faults:
        return replace(form, faults=tuple(faults)), Targets()
    whole = {key: None if (value := numbers[key]) is None else int(value) for key in WHOLE}
    gap = numbers["gap"]
    return form, Targets(**whole, gap=None if gap is None else gap / PERCENT, time_limit_s=numbers["time_limit_s"])


def refused(scenario: Path, targets: Targets) -> tuple[str, ...]:
    """What is wrong with the scenario under these targets."""
    try:
        read_scenario(scenario, targets.changes())
    except (ScenarioFaults, LibraryError) as error:
        return _lines(error, scenario)
    return ()


def new_name(wanted: str, scenario: str, targets: Targets, root: Path, lang: Lang) -> tuple[str, tuple[str, ...]]:
    """Name of the new results folder and what is wrong with it; where none is wanted, one that says the targets."""
    field = phrase("field.name", lang)
    if wanted and not may_be_new(wanted):
        return wanted, (phrase("name_wrong", lang, field=field, got=wanted),)
    if wanted:
        taken = (root / wanted).exists() or (root / wanted).is_symlink()
        return wanted, (phrase("name_taken", lang, field=field, got=wanted),) if taken else ()
    return _named_after(scenario, targets, root), ()


def _named_after(scenario: str, targets: Targets, root: Path) -> str:
    """Scenario and targets, and a number where that name is taken."""
    words = [re.sub(r"[^a-z0-9]+", "-", scenario.lower()).strip("-")[:32].strip("-") or "plan"]
    if targets.stars is not None:
        words.append(f"{targets.stars}-stars")
    if targets.stars and targets.year:
        words.append(str(targets.year))
    if targets.durable_stars:
        words.append(f"{targets.durable_stars}-durable")
    first = name = "-".join(words)
    count = 1
    while (root / name).exists() or (root / name).is_symlink():
        count += 1
        name = f"{first}-{count}"
    return name


def _lines(error: Exception, scenario: Path) -> tuple[str, ...]:
    """What is wrong, one fault a line, with files by their place in the scenario's folder."""
    return tuple(line.removeprefix(f"{scenario}{os.sep}") for line in str(error).splitlines())


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e9 else None
