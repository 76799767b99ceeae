"""What the sections of the report read: a results folder, its studies and roadmap, its figures, and names of things."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from planner.accounting.headline import Headline
from planner.report.phrases import phrase
from planner.report.words import Language
from planner.results.folder import OPERATION, Results, Row, read_results, shown
from planner.results.key_figures import read_headline
from planner.results.record import Record, open_record
from planner.roadmap.dated import ROADMAP, read_roadmap
from planner.roadmap.form import Roadmap
from planner.studies.kept import read_study, studies
from planner.words import Lang, Names

ALL = "all"
OF_SCENARIOS = ("pareto", "ladder")  # studies whose command takes the scenario
GIVEN_BY = {  # key of a scenario -> the option of `plan solve` that stands in for it
    "resolution": "--resolution",
    "gap": "--gap",
    "time_limit_s": "--time-limit",
    "threads": "--threads",
    "workers": "--workers",
    "target_stars": "--stars",
    "target_year": "--year",
    "durable_stars": "--durable-stars",
}
PARTS = ("power", "energy", "upstream", "embodied")


@dataclass(frozen=True)
class Case:
    """One case in one language. What needs the archive is empty where the folder has none."""

    results: Results
    studies: Mapping[str, Mapping[str, Any]]
    roadmap: Roadmap | None
    record: Record | None
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

    @cached_property
    def headline(self) -> Headline | None:
        """The figures that every output shows; None where an older version wrote the folder."""
        return read_headline(self.rows("headline"))

    @property
    def short(self) -> Sequence[Mapping[str, Any]]:
        """What business as usual leaves unserved, by carrier and year."""
        found: Sequence[Mapping[str, Any]] = (self.summary.get("business_as_usual") or {}).get("short") or ()
        return found

    @property
    def unserved_price(self) -> float | None:
        """At which it is compared, per MWh; None where no price is stated."""
        price: float | None = (self.summary.get("business_as_usual") or {}).get("unserved_per_mwh")
        return price

    @property
    def is_compared(self) -> bool:
        """Whether business as usual serves what the plan serves, or what it does not has a price."""
        return not self.short or self.unserved_price is not None

    @cached_property
    def figures(self) -> Mapping[str, str]:
        """SVG elements by name of figure."""
        if self.record is None:
            return {}
        from planner.figures import drawn, inline

        return {name: inline(svg) for name, svg in drawn(self.record, self.words.code)}

    def rows(self, table: str) -> tuple[Row, ...]:
        """A tidy table; empty where the folder has none."""
        return self.results.tables.get(table, ())

    def label(self, item: str) -> str:
        """A thing in words, with the part of it that is meant."""
        name, _, part = item.rpartition(" ")
        if not name or part not in PARTS:
            return self._name(item)
        return f"{self.label(name)}, {self.words('energy_size' if part == 'energy' else part)}"

    def named(self, english: str) -> str:
        """A thing that a study calls by its English name."""
        return self._chinese.get(english, english) if self.words.code == "zh" else english

    def told(self, sentence: str) -> str:
        """A sentence that the results carry in English, with the names in it."""
        if self.words.code == "en":
            return sentence
        said = phrase(sentence, self.words.code)
        for english in sorted(self._chinese, key=len, reverse=True):
            said = said.replace(english, self._chinese[english])
        return said

    @cached_property
    def _chinese(self) -> Mapping[str, str]:
        return dict(self.names.given.values())

    def _name(self, item: str) -> str:
        if item in self.names.given:
            return self.names.name(item, self.words.code)
        known = self.words.known(item)
        return known[:1].upper() + known[1:]

    def command(self, name: str) -> str:
        """The command line that makes a study of this folder, or checks it."""
        folder = shown(self.results.folder)
        return f"plan {name} {self._scenario()} --out {folder}" if name in OF_SCENARIOS else f"plan {name} {folder}"

    def solve_command(self) -> str:
        """The command line that makes this folder again, with what the first one asked beyond the scenario."""
        given = {key: value for keys in (self.summary.get("given") or {}).values() for key, value in keys.items()}
        asked = [f"{option} {given[key]}" for key, option in GIVEN_BY.items() if key in given]
        return " ".join(["plan solve", self._scenario(), *asked, f"--out {shown(self.results.folder)}"])

    def _scenario(self) -> str:
        scenario = self.summary.get("scenario") or {}
        return shown(self.results.folder / scenario.get("folder", ".") / scenario.get("file", "scenario.toml"))


def read_case(folder: Path, lang: Lang) -> Case:
    """Read a results folder with all that stands in it; raises ResultsError when something is not readable."""
    results = read_results(folder)
    has_plan = bool(results.tables.get("cash"))
    return Case(
        results=results,
        studies={kind: read_study(folder, kind) for kind in studies(folder)},
        roadmap=read_roadmap(folder) if (folder / ROADMAP).is_file() else None,
        record=open_record(folder) if has_plan and (folder / OPERATION).is_file() else None,
        names=Names.of(folder, results.summary.get("labels") or {}),
        words=Language(lang, str(results.summary.get("currency", "CNY"))),
    )


def by_year(rows: Iterable[Row], years: Iterable[int], wanted: Callable[[Row], bool]) -> list[float]:
    """The sum of the wanted rows in each year."""
    sums = dict.fromkeys(years, 0.0)
    for row in rows:
        if row.year in sums and wanted(row):
            sums[row.year] += row.value
    return list(sums.values())
