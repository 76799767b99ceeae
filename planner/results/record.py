"""A results folder opened again for its readers: the answer at full precision, and what things are called in both languages.

record = open_record(Path("results/textile-suzhou"))
record.answer                 money, tonnes and stars, recomputed from the archive
record.usual                  business as usual, where the plan can be compared with it, else None
record.short                  what business as usual leaves unserved
record.label("gec", "zh")     what a thing is called
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.problem import Problem
from planner.accounting.headline import Headline
from planner.accounting.shortfall import Shortfall, is_comparable, shortfalls
from planner.answer import Answer, account_for, figures_of
from planner.library import LibraryError, load
from planner.library.rating_table import RATINGS, RatingTable, read_rating
from planner.plan import Plan
from planner.results.archive import ArchiveError, unpack
from planner.results.folder import EFFECTIVE, USUAL, Results, ResultsError, read_results
from planner.scenario import Scenario
from planner.words import LANGS, Lang, Names

Both = tuple[str, str]

PARTS: Mapping[str, Both] = {
    " power": (", power", "(功率)"),
    " energy": (", energy", "(容量)"),
    " upstream": (", upstream", "(上游)"),
    " embodied": (", embodied in what is built", "(建设隐含)"),
}
OWN_WORDS: Mapping[str, Both] = {
    "carbon price": ("Carbon price", "碳价"),
    "profit tax": ("Profit tax", "所得税"),
    "electricity without a claim": ("Grid electricity without a claim", "未声明绿电属性的网电"),
}


@dataclass(frozen=True)
class Record:
    """What `plan solve` left, read back."""

    results: Results
    answer: Answer
    scenario: Scenario | None  # None where the folder has no effective scenario

    @property
    def summary(self) -> Mapping[str, Any]:
        """`summary.json`."""
        return self.results.summary

    @property
    def currency(self) -> str:
        """Of all money in the folder."""
        return str(self.summary.get("currency", "CNY"))

    def title(self, lang: Lang) -> str:
        """The case in words; its name where it has no title."""
        head = self.summary.get("scenario", {})
        titles = (head.get("title_zh"), head.get("title")) if lang == "zh" else (head.get("title"),)
        return next((str(title) for title in titles if title), str(head.get("name") or self.answer.problem.name))

    @property
    def target_year(self) -> int:
        """First year with required stars, else the last year."""
        target, years = self.answer.problem.target, self.answer.problem.years
        if target is not None and target.stars.any():
            return years[int((target.stars > 0).argmax())]
        return years[-1]

    @cached_property
    def standing(self) -> Answer | None:
        """Business as usual of the same problem, as archived; a folder without it has it solved again."""
        archived = self.results.folder / USUAL
        if archived.is_file():
            return self._under_rules(*unpack(archived.read_bytes()))
        from planner.assembly.variants import business_as_usual
        from planner.engine import Options, solve

        problem = business_as_usual(self.answer.problem)
        plan = solve(problem, Options())
        return self._under_rules(problem, plan) if plan.decisions else None

    @cached_property
    def headline(self) -> Headline:
        """What every output shows of the plan."""
        return figures_of(self.answer, self.usual)

    def _under_rules(self, problem: Problem, plan: Plan) -> Answer:
        """A plan beside this one, whose paper is charged as this one's is."""
        return account_for(replace(problem, durability=self.answer.problem.durability), plan)

    @property
    def usual(self) -> Answer | None:
        """Business as usual as something to compare with: it serves what the plan serves, or what it does not has a price."""
        found = self.standing
        return found if found is not None and is_comparable(found.problem, found.plan) else None

    @property
    def short(self) -> tuple[Shortfall, ...]:
        """What business as usual leaves unserved."""
        return () if self.standing is None else shortfalls(self.standing.problem, self.standing.plan)

    @cached_property
    def standard(self) -> RatingTable | None:
        """The rating standard as a table; None without one, or where it is the user's own file."""
        keys = None if self.scenario is None else self.scenario.rating
        rating = self.answer.problem.rating
        if rating is None or (keys is not None and keys.file is not None):
            return None
        path = RATINGS / f"{rating.standard}.toml"
        return read_rating(path) if path.is_file() else None

    def label(self, name: str, lang: Lang) -> str:
        """A thing in words: as the scenario calls it, the library, or its plain name."""
        if name in OWN_WORDS:
            return _chosen(OWN_WORDS[name], lang)
        for ending, words in PARTS.items():
            if name.endswith(ending) and name not in self._names.given:
                return self.label(name.removesuffix(ending), lang) + _chosen(words, lang)
        if name in self._names.given:
            return self._names.name(name, lang)
        found = _library_label(name)
        plain = self._names.name(name, lang)
        return plain[:1].upper() + plain[1:] if found is None else _chosen(found, lang)

    @cached_property
    def _names(self) -> Names:
        return Names.of(self.results.folder, {})


def open_record(folder: Path) -> Record:
    """Read a results folder back; raises ResultsError where it holds no plan at full precision."""
    results = read_results(folder)
    if not results.tables.get("cash") or results.summary["status"] == "infeasible":
        raise ResultsError(f"{folder} holds no plan: {results.summary.get('termination', 'none was found')}")
    try:
        problem, plan = unpack(results.operation_bytes())
    except ArchiveError as error:
        raise ResultsError(f"{folder}: {error}") from error
    return Record(results, account_for(problem, plan), _scenario(folder / EFFECTIVE))


def _scenario(path: Path) -> Scenario | None:
    if not path.is_file():
        return None
    try:
        return Scenario.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValidationError, ValueError) as error:
        raise ResultsError(f"{path} is not a scenario that `plan solve` wrote: {error}") from error


def _library_label(name: str) -> Both | None:
    for kind in ("converters", "stores", "retrofits", "management", "contracts", "instruments"):
        if (found := _label_in(kind, name)) is not None:
            return found
    return None


def _label_in(kind: str, name: str) -> Both | None:
    try:
        entry = load(kind).get(name)
    except LibraryError:
        return None
    return None if entry is None else (entry.label_en, entry.label_zh)


def _chosen(words: Both, lang: Lang) -> str:
    return words[LANGS.index(lang)]
