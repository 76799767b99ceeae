"""What figures ask of a results folder besides the answer itself: studies, the chosen year, names."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.accounting.shortfall import short_words
from planner.answer import Answer
from planner.figures.style import NotDrawn
from planner.results.record import Record
from planner.words import Lang

Array = NDArray[np.float64]
MONEY = 1e4  # boards read ten thousands
PER_MILLION = 1e6 / MONEY


def study(record: Record, name: str, command: str = "") -> dict[str, Any]:
    """A study of the results folder; raises NotDrawn with the command that makes it."""
    path = record.results.folder / "studies" / f"{name}.json"
    if not path.is_file():
        raise NotDrawn(f"no study {name} in these results (`plan {command or name}` makes it)")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise NotDrawn(f"{path} is not readable JSON: {error}") from error
    if not isinstance(found, dict) or not (found.get("rows") or found.get("points")):
        raise NotDrawn(f"the study {name} of these results holds no rows")
    return found


def chosen(record: Record, year: int | None) -> int:
    """The year of a figure of one year: as asked for, else the target year."""
    years = record.answer.problem.years
    if year is None:
        return record.target_year
    if year not in years:
        raise NotDrawn(f"year {year} is not in this plan, which runs from {years[0]} to {years[-1]}")
    return year


def usual(record: Record) -> Answer:
    """Business as usual; raises NotDrawn where it has no plan."""
    if record.usual is None:
        short = (
            f"is short of {short_words(record.short)}, so nothing is compared"
            if record.short
            else "has no plan to compare"
        )
        raise NotDrawn(f"business as usual {short} with it")
    return record.usual


def named(record: Record, item: str, lang: Lang) -> str:
    """What a thing is called."""
    return record.label(item, lang)
