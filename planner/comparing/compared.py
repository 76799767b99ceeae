"""Plans side by side as plain data: cases, cost, stars, tonnes, decisions, inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from planner.comparing import inputs, outcome
from planner.comparing.phrases import phrase
from planner.results.folder import Results, ResultsError, read_results, rounded, shown
from planner.words import Lang

MOST = len(ascii_uppercase)


@dataclass(frozen=True)
class Case:
    """A plan that is compared, under one letter."""

    letter: str
    results: Results

    @property
    def summary(self) -> Mapping[str, Any]:
        """Its summary."""
        return self.results.summary

    @property
    def name(self) -> str:
        """Name of the scenario, and of the folder where that is another."""
        name = str(self.summary.get("scenario", {}).get("name") or self.results.folder.name)
        folder = self.results.folder.resolve().name
        return name if folder == name else f"{name} ({folder})"


@dataclass(frozen=True)
class Comparison:
    """Everything that differs; each list holds only what is not the same everywhere, costs are always there."""

    cases: tuple[Case, ...]
    costs: list[outcome.Amount]
    stars: list[outcome.Amount]
    tonnes: list[outcome.Amount]
    decisions: list[outcome.Decision]
    inputs: list[inputs.Given]

    def notes(self, lang: Lang = "en") -> list[str]:
        """What must be said before anything is read from the numbers."""
        found = []
        unequal = outcome.kinds_of_money(case.summary for case in self.cases)
        if len(unequal) > 1:
            found.append(phrase("other_money", lang, found=", ".join(unequal)))
        spans = outcome.horizons(case.summary for case in self.cases)
        if len(spans) > 1:
            found.append(phrase("other_years", lang, found=", ".join(spans)))
        for case in self.cases:
            if case.summary.get("objective") is None:
                why = case.summary.get("termination", case.summary["status"])
                found.append(phrase("no_plan", lang, letter=case.letter, why=why))
        return [*found, inputs.words(self.inputs, lang)]

    def data(self) -> dict[str, Any]:
        """For `--json`."""
        facts = ("status", "objective", "net_present_cost", "lower_bound", "gap", "resolution")
        cases = [
            {
                "id": case.letter,
                "name": case.name,
                "folder": shown(case.results.folder),
                **{key: case.summary.get(key) for key in facts},
            }
            for case in self.cases
        ]
        parts = {name: [asdict(one) for one in getattr(self, name)] for name in PARTS}
        found: dict[str, Any] = rounded({"cases": cases, "notes": self.notes(), **parts})
        return found


PARTS = ("costs", "stars", "tonnes", "decisions", "inputs")


def compare(folders: Sequence[Path]) -> Comparison:
    """Compare results folders; raises ResultsError where one is none or there are not two."""
    if not 2 <= len(folders) <= MOST:
        raise ResultsError(f"compare takes 2 to {MOST} results folders, got {len(folders)}")
    cases = [read_results(folder) for folder in folders]
    return Comparison(
        tuple(Case(letter, results) for letter, results in zip(ascii_uppercase, cases, strict=False)),
        outcome.costs(cases),
        outcome.stars(cases),
        outcome.tonnes(cases),
        outcome.decisions(cases),
        inputs.differing(cases),
    )
