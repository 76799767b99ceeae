"""`plan rate`: the level of an inventory, its points, and what would close each gap. No optimisation.

An inventory is a TOML file:

    [rating]                     # as in a scenario
    standard = "t_ceca_g_0171_2022"
    boundary = "I"
    questionnaire = { energy_metering = "met" }

    [inventory]                  # one year; what is not given is zero
    year = 2024
    used_mwh = 21500             # electricity used, and how much of it is claimed renewable
    claimed_mwh = 4300
    scope1_tco2e = 61000
    scope2_market_tco2e = 9800
    credits_tco2e = 20000

or a scenario, whose base year is rated from its bills, or a results folder, whose years are rated again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from models.problem import Indicator, Rating
from planner.accounting.rating import METRICS, Clause, Facts, RatingResult, facts_of, rate, reaches
from planner.answer import account_for
from planner.library import LibraryError, load
from planner.library.rating_table import RATINGS, RatingTable, read_rating, standards
from planner.library.toml_text import TomlError, bounded_bytes, parsed
from planner.rating.assumptions import Standard, done_in, reach
from planner.rating.clauses import clause_words
from planner.reading.faults import did_you_mean, one_of
from planner.results.archive import ArchiveError, unpack
from planner.results.folder import ResultsError, read_results

SCOPES = {1: "scope1_tco2e", 2: "scope2_market_tco2e", 3: "scope3_tco2e"}
RATING_KEYS = ("standard", "boundary", "reading", "questionnaire")
NUMBERS = tuple(f.name for f in fields(Facts) if f.type == "float")


class RateError(Exception):
    """The inventory cannot be rated; the message says why."""


@dataclass(frozen=True)
class RateReport:
    """One rated year with its open items by indicator: (item, points that meeting it adds)."""

    year: int | None
    standard: Rating
    facts: Facts
    result: RatingResult
    open_items: Mapping[str, Sequence[tuple[str, float]]]
    reach: tuple[int, int] | None = None

    def lines(self) -> list[str]:
        """For the terminal."""
        from planner.terminal import star_words

        when = "" if self.year is None else f" {self.year}"
        lines = [
            f"Modelled rating{when}: {star_words(self.result.stars, self.reach)}",
            f"{self.standard.standard}, boundary {self.standard.boundary}; "
            f"{self.result.score:g} of {self.result.max_points:g} points",
        ]
        for indicator in self.standard.indicators:
            if indicator.role == "score":
                points = self.result.points[indicator.name]
                lines.append(f"  {indicator.name:<32} {points:6.1f} of {indicator.max_points:5.1f}")
                lines += [f"      {gap}" for gap in self._gaps(indicator)]
        if self.result.missing:
            level = max(clause.level for clause in self.result.missing)
            lines.append(f"Missing for {f'{level} stars' if level else 'any star'}:")
            lines += [f"  {missing_words(clause)}" for clause in self._missing()]
        return lines

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        scored = [indicator for indicator in self.standard.indicators if indicator.role == "score"]
        return {
            "year": self.year,
            "standard": self.standard.standard,
            "boundary": self.standard.boundary,
            "stars": self.result.stars,
            "reach": self.reach,
            "score": self.result.score,
            "max_points": self.result.max_points,
            "points": dict(self.result.points),
            "gaps": {indicator.name: list(self._gaps(indicator)) for indicator in scored},
            "missing": [
                {"clause": clause_words(c), "gap": c.gap, "unit": c.unit, "remedy": c.remedy}
                for c in self.result.missing
            ],
        }

    def _missing(self) -> list[Clause]:
        """What the next level misses; where gate items fail, also what the lowest level would then miss."""
        lowest = min((clause.level for clause in self.result.clauses if clause.level), default=0)
        blocked = any(clause.kind == "gate_item" for clause in self.result.missing)
        beyond = [
            c for c in self.result.clauses if blocked and c.level == lowest and c.kind != "gate_item" and not c.passed
        ]
        return [*self.result.missing, *beyond]

    def _gaps(self, indicator: Indicator) -> Iterator[str]:
        """What would add points to an indicator that is not full."""
        if self.result.points[indicator.name] >= indicator.max_points:
            return
        for item, points in self.open_items.get(indicator.name, ()):
            yield f"+{points:g}: {item_words(item)}"
        for scale in indicator.metrics:
            ratio = METRICS[scale.metric](self.facts)
            before = 0.0
            for at, points in zip(scale.at_least, scale.points, strict=True):
                if not reaches(ratio, "min", at):
                    gap = at * ratio.denominator - ratio.numerator
                    remedy = ratio.remedy.format(gap=f"{gap:,.1f} {ratio.unit}")
                    yield f"+{points - before:g}: {scale.metric.replace('_', ' ')} {100 * at:g} %, {remedy}"
                    break
                before = points


def item_words(item: str) -> str:
    """An item by its key and its name in the library.

    >>> item_words("target_tracking"), item_words("own_item")
    ('target_tracking: Targets set and tracked in the system', 'own_item')
    """
    entry = load("management").get(item)
    return item if entry is None else f"{item}: {entry.label_en}"


def missing_words(clause: Clause) -> str:
    """A failed clause and what closes it; a gate item says so itself."""
    if clause.kind == "gate_item":
        return f"gate item {item_words(clause.subject)}"
    return f"{clause_words(clause)}: {clause.remedy}"


def rate_path(path: Path, year: int | None) -> list[RateReport]:
    """Rate a results folder, a scenario's base year or an inventory file."""
    if path.is_dir() and not (path / "scenario.toml").is_file():
        reports = _rate_results(path)
    elif path.is_dir() or "inventory" not in _read(path):
        reports = [_rate_base_year(path)]
    else:
        reports = [_rate_file(path)]
    chosen = [report for report in reports if year is None or report.year == year]
    if not chosen:
        raise RateError(f"{path} has no rated year {year or ''}: {', '.join(str(r.year) for r in reports) or 'none'}")
    return chosen


def _rate_base_year(path: Path) -> RateReport:
    """The base year of a scenario as its bills have it; raises RateError, and ScenarioFaults for a faulty scenario."""
    from planner.assembly.assemble import assemble
    from planner.assembly.base_year import inventory_from_bills
    from planner.reading.read import read_scenario

    assembly = assemble(read_scenario(path))
    keys, rated = assembly.scenario.rating, assembly.rated
    if keys is None or rated is None:
        raise RateError(f"{path} has no [rating]: no standard to rate its base year by")
    try:
        answer = account_for(*inventory_from_bills(assembly))
    except ValueError as error:
        raise RateError(f"{path}: {error}") from error
    standard = Standard(rated.table, keys.boundary, keys.reading, rated.answers)
    (one,) = answer.rated
    limits = reach(standard, answer)[one.year]
    items = _open(rated.table, rated.answers)
    return RateReport(one.year, rated.rating, facts_of(answer.tonnes, 0), one.full, items, limits)


def _rate_results(folder: Path) -> list[RateReport]:
    try:
        problem, plan = unpack(read_results(folder).operation_bytes())
    except (ResultsError, ArchiveError) as error:
        raise RateError(str(error)) from error
    answer, reports = account_for(problem, plan), []
    for n, one in enumerate(answer.rated):
        assert problem.rating is not None
        done = {item.name for item in done_in(answer, n)}
        items: dict[str, list[tuple[str, float]]] = {}
        for item in problem.management:
            for indicator, points in item.points.items():
                if item.name not in done:
                    items.setdefault(indicator, []).append((item.name, points))
        reports.append(RateReport(one.year, problem.rating, facts_of(answer.tonnes, n), one.full, items))
    return reports


def _rate_file(path: Path) -> RateReport:
    tables = _read(path)
    keys = _table(path, tables, "rating", RATING_KEYS)
    given = _table(path, tables, "inventory", ("year", *NUMBERS, *SCOPES.values()))
    name = str(keys.get("standard", "t_ceca_g_0171_2022"))
    if name not in standards():
        raise RateError(f"{path}: rating.standard: got {name!r}, wanted {one_of(standards())}")
    try:
        table = read_rating(RATINGS / f"{name}.toml")
        boundary = str(keys.get("boundary", next(iter(table.boundaries))))
        reading = str(keys.get("reading", table.readings[0] if table.readings else ""))
        answers = dict(keys.get("questionnaire", {}))
        standard = table.rating(boundary, reading, answers)
        cases = [table.rating(boundary, reading, answers, case) for case in ("lenient", "strict")]
    except LibraryError as error:
        raise RateError(f"{path}: {error}") from error
    facts = _facts(path, given, standard)
    result = rate(standard, facts, ())
    counts = [result.stars, *(rate(case, facts, ()).stars for case in cases)]
    year = given.get("year")
    reach = (min(counts), max(counts))
    return RateReport(year if isinstance(year, int) else None, standard, facts, result, _open(table, answers), reach)


def _open(table: RatingTable, answers: Mapping[str, str]) -> dict[str, list[tuple[str, float]]]:
    items: dict[str, list[tuple[str, float]]] = {}
    for item, points in table.open_points(answers).items():
        for indicator, more in points.items():
            items.setdefault(indicator, []).append((item, more))
    return items


def _read(path: Path) -> dict[str, Any]:
    try:
        return parsed(bounded_bytes(path).decode())
    except (OSError, UnicodeDecodeError, TomlError) as error:
        raise RateError(f"{path}: {error}") from error


def _table(path: Path, tables: Mapping[str, Any], name: str, known: Sequence[str]) -> dict[str, Any]:
    table = tables.get(name)
    if not isinstance(table, dict):
        raise RateError(f"{path}: no [{name}]; wanted [rating] and [inventory] (see `plan rate --help`)")
    for key in table:
        if key not in known:
            hint = did_you_mean(key, known) or f"known: {', '.join(known)}"
            raise RateError(f"{path}: {name}.{key} is no key of an inventory; {hint}")
    return table


def _facts(path: Path, given: Mapping[str, Any], standard: Rating) -> Facts:
    numbers: dict[str, Any] = {}
    for key, value in given.items():
        if key == "year":
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise RateError(f"{path}: inventory.{key}: got {value!r}, wanted a number >= 0")
        numbers[key] = float(value)
    scopes = sum(numbers.pop(key, 0.0) for scope, key in SCOPES.items() if scope in standard.scopes)
    for key in SCOPES.values():
        numbers.pop(key, None)
    numbers.setdefault("gross_market_tco2e", scopes)
    numbers.setdefault("base_gross_tco2e", numbers["gross_market_tco2e"])
    numbers.setdefault("restated_tco2e", numbers["base_gross_tco2e"])
    numbers.setdefault("own_inventory_tco2e", numbers["restated_tco2e"])
    return Facts(**numbers)
