"""What the sections of the report read: a results folder, its studies, business as usual by year, and names of things."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.report.words import Language
from planner.results import OPERATION, Results, ResultsError, Row, read_results, shown
from planner.words import Lang, Names

ALL = "all"
STUDIES = ("pareto", "ladder", "stress", "factors", "abatement", "alternatives")
PARTS = ("power", "energy", "upstream", "embodied")


@dataclass(frozen=True)
class Case:
    """One case in one language."""

    results: Results
    studies: Mapping[str, Mapping[str, Any]]
    usual: tuple[Row, ...]  # cash of business as usual; empty where the archive is not there
    names: Names
    words: Language

    @property
    def summary(self) -> Mapping[str, Any]:
        """`summary.json`."""
        return self.results.summary

    @property
    def years(self) -> list[int]:
        """Years of the plan; empty where there is none."""
        return [int(year) for year in self.summary.get("years") or ()]

    @property
    def target(self) -> Mapping[str, Any]:
        """Stars required, from when to when."""
        target: Mapping[str, Any] = self.summary.get("target") or {}
        return target

    @property
    def target_year(self) -> int:
        """First year with a target, else the last year."""
        return int(self.target.get("year") or self.years[-1])

    @property
    def title(self) -> str:
        """The case in words; its name where it has no title."""
        head = self.summary.get("scenario") or {}
        return self.words.pick(head.get("title") or "", head.get("title_zh") or "") or str(head.get("name", ""))

    def rows(self, table: str) -> tuple[Row, ...]:
        """A tidy table; empty where the folder has none."""
        return self.results.tables.get(table, ())

    def label(self, item: str) -> str:
        """A thing in words, with the part of it that is meant."""
        name, _, part = item.rpartition(" ")
        if not name or part not in PARTS:
            return self._name(item)
        return f"{self._name(name)}, {self.words('energy_size' if part == 'energy' else part)}"

    def _name(self, item: str) -> str:
        own = item in self.names.given
        return self.names.name(item, self.words.code) if own else self.words.known(item)

    def command(self, words: str) -> str:
        """A command line about this folder."""
        return f"plan {words} {shown(self.results.folder)}"


def read_case(folder: Path, lang: Lang) -> Case:
    """Read a results folder with its studies; raises ResultsError when it is none or a study is not readable."""
    results = read_results(folder)
    words = Language(lang, str(results.summary.get("currency", "CNY")))
    studies = {name: found for name in STUDIES if (found := _study(folder / "studies" / f"{name}.json")) is not None}
    names = Names.of(folder, results.summary.get("labels") or {})
    return Case(results, studies, usual_cash(results), names, words)


def usual_cash(results: Results) -> tuple[Row, ...]:
    """Cash of business as usual, solved again from the archived problem in a second or so; empty without an archive."""
    if not (results.folder / OPERATION).is_file() or not results.tables.get("cash"):
        return ()
    from planner.record import open_record
    from planner.tables import cash

    record = open_record(results.folder)
    return () if record.usual is None else tuple(cash(record.usual.money, record.currency))


def _study(path: Path) -> Mapping[str, Any] | None:
    if not path.is_file():
        return None
    try:
        study = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultsError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(study, dict) or study.get("kind") != path.stem:
        raise ResultsError(f"{path} is not a study that `plan {path.stem}` wrote")
    return study


def by_year(rows: Iterable[Row], years: Iterable[int], wanted: Callable[[Row], bool]) -> list[float]:
    """The sum of the wanted rows in each year."""
    sums = dict.fromkeys(years, 0.0)
    for row in rows:
        if row.year in sums and wanted(row):
            sums[row.year] += row.value
    return list(sums.values())
