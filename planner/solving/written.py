"""What `plan solve` writes of a plan, made from the scenario, the plan and those beside it alone: `plan verify` makes it again.

told(...)     the keys of `summary.json` that follow from scenario and plan
files(...)    every other file, by name
inputs        the scenario and the files that it names, byte by byte: a folder can be verified where it stands alone
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from models.problem import Problem
from planner.accounting.shortfall import is_comparable
from planner.answer import Answer, account_for, figures_of
from planner.assembly.assemble import Assembly
from planner.assembly.base_year import base_year_check
from planner.assembly.variants import usual_of, usual_warnings
from planner.plan import Plan
from planner.rating.assumptions import Standard, deciding, reach
from planner.reading.read import Reading
from planner.results.archive import bundle, pack
from planner.results.folder import BESIDE, EFFECTIVE, HEADLINE, INPUTS, OPERATION, PLANS, USUAL, sha256, table_bytes
from planner.results.tables import headlines, tables
from planner.roadmap.dated import roadmap
from planner.roadmap.files import roadmap_files
from planner.roadmap.setting import setting_of
from planner.scenario.effective import effective_toml
from planner.solving import variants
from planner.solving.summary import Beside, EveryStep, plan_rows, standing, summarise, under_rules

EVERY_STEP = "every_step"  # the plan operated at every step, among those beside it
ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # equal input gives equal bytes


@dataclass(frozen=True)
class Source:
    """The scenario that a plan answers: read, with what the command line changed of it, and assembled."""

    reading: Reading
    assembly: Assembly
    inputs: Mapping[str, bytes]  # the scenario and the files that it names, by path inside its folder
    given: Mapping[str, Mapping[str, Any]]

    @property
    def currency(self) -> str:
        """Of every amount that is written."""
        return self.reading.scenario.scenario.currency

    @property
    def standard(self) -> Standard | None:
        """The rating table as the scenario uses it; None without a rating."""
        keys, rated = self.reading.scenario.rating, self.assembly.rated
        if keys is None or rated is None:
            return None
        return Standard(rated.table, keys.boundary, keys.reading, rated.answers)

    def warnings(self) -> list[str]:
        """Of the scenario, its assembly, and its base year against the bills."""
        billed = [check.warning for check in base_year_check(self.assembly)]
        return [*map(str, self.reading.warnings), *self.assembly.warnings, *filter(None, billed)]

    def told(self) -> dict[str, Any]:
        """Keys of the summary that say what was asked; files by their names inside the scenario's folder."""
        scenario = self.reading.scenario
        head = scenario.scenario
        inside = f"{self.reading.folder}/"
        return {
            "scenario": {
                "name": head.name,
                "title": head.title,
                "title_zh": head.title_zh,
                "file": self.reading.path.name,
            },
            "currency": head.currency,
            "price_year": head.price_year or scenario.horizon.first_year,
            "resolution": scenario.solver.resolution,
            "given": self.given,
            "labels": {name: label for name, (label, _) in self.assembly.labels.items()},
            "assumed_fields": assumed(self.assembly),
            "warnings": [said.removeprefix(inside) for said in self.warnings()],
            "inputs": {name: sha256(data) for name, data in self.inputs.items()},
        }

    def told_of(self, answer: Answer) -> dict[str, Any]:
        """What the standard's assumed numbers mean for a plan."""
        if self.standard is None:
            return {}
        return {
            "stars_range": {str(year): stars for year, stars in reach(self.standard, answer).items()},
            "deciding_fields": deciding(self.standard, answer, target_year(answer.problem)),
        }


def assumed(assembly: Assembly) -> list[str]:
    """Library numbers with status assumed that the problem rests on, in words."""
    return [
        f"{used.key} = {used.number.value} {used.number.unit} ({used.number.low} to {used.number.high})"
        for used in assembly.assumed
    ]


def target_year(problem: Problem) -> int:
    """First year with a target, else the last year."""
    if problem.target is not None and problem.target.stars.any():
        return problem.years[int((problem.target.stars > 0).argmax())]
    return problem.years[-1]


@dataclass(frozen=True)
class Solved:
    """A plan with those beside it: business as usual always, the naive ones and every step where they were made."""

    answer: Answer
    usual: Plan
    plans: Mapping[str, Beside]
    every_step: EveryStep | None = None

    def told(self, source: Source) -> dict[str, Any]:
        """The summary, but for where the scenario lies, the hashes of files, and what the clock said."""
        found = summarise(self.answer, self.plans, target_year(self.answer.problem))
        found["headline"] = dict(figures_of(self.answer, self.compared).whole)
        if self.every_step is not None:
            found[EVERY_STEP] = self.every_step.told(self.answer.plan)
        found["business_as_usual"] = standing(account_for(usual_of(self.answer.problem, self.usual), self.usual))
        told = source.told()
        said = [*told["warnings"], *usual_warnings(source.assembly, self.usual)]
        return {**found, **told, **source.told_of(self.answer), "warnings": said}

    @cached_property
    def compared(self) -> Answer | None:
        """Business as usual under the rules of the plan, where the plan can be compared with it."""
        problem = self.answer.problem
        usual = under_rules(problem, usual_of(problem, self.usual), self.usual)
        return usual if is_comparable(usual.problem, usual.plan) else None

    def files(self, source: Source, summary: Mapping[str, Any]) -> dict[str, bytes]:
        """Every file of the folder but the summary, by name."""
        return {**self.pages(source, summary), **self._archives(), INPUTS: zipped(source.inputs)}

    def pages(self, source: Source, summary: Mapping[str, Any]) -> dict[str, bytes]:
        """The files that follow from the scenario and the plans."""
        found = {f"{name}.csv": table_bytes(rows) for name, rows in tables(self.answer, source.currency).items()}
        found[HEADLINE] = table_bytes(headlines(figures_of(self.answer, self.compared), source.currency))
        found |= roadmap_files(roadmap(self.answer, setting_of(source.assembly)))
        if self.plans:
            found[PLANS] = table_bytes(plan_rows(summary["naive"], source.currency))
        own_limits = self.answer.plan.facts.own_limits
        return {**found, EFFECTIVE: effective_bytes(source.reading, own_limits)}

    def _archives(self) -> dict[str, bytes]:
        """The plans themselves."""
        problem = self.answer.problem
        found = {OPERATION: pack(problem, untimed(self.answer.plan))}
        found[USUAL] = pack(usual_of(problem, self.usual), untimed(self.usual))
        if kept := dict(self._beside()):
            found[BESIDE] = bundle(kept)
        return found

    def _beside(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What cannot be made from problem and plan: the plans that were solved beside it."""
        for name, one in self.plans.items():
            if name not in (variants.USUAL, variants.OPTIMUM):
                plan = None if one.answer is None else untimed(one.answer.plan)
                yield name, {"asked": one.asked, "note": one.note, "plan": plan}
        if (held := self.every_step) is not None:
            plan = None if held.answer is None else untimed(held.answer.plan)
            yield EVERY_STEP, {"lower_bound": held.lower_bound, "words": held.words, "plan": plan}


def untimed(plan: Plan) -> Plan:
    """Without timings, which stand in the summary: the archive is the same every time."""
    return replace(plan, facts=replace(plan.facts, timings_s={}))


# --- what was asked ---------------------------------------------------------------------------------------------------


def scenario_files(source: Source) -> dict[str, bytes]:
    """The scenario with its defaults written out, and what it was read from."""
    return {EFFECTIVE: effective_bytes(source.reading, {}), INPUTS: zipped(source.inputs)}


def effective_bytes(reading: Reading, own_limits: Mapping[str, float]) -> bytes:
    """The scenario with its defaults and our own bounds written out."""
    return effective_toml(reading.scenario, own_limits).encode()


def input_bytes(reading: Reading) -> dict[str, bytes]:
    """The scenario and every file that it names, by path inside its folder."""
    named = {reading.path.name, *_files(reading.scenario.model_dump())}
    return {name: (reading.folder / name).read_bytes() for name in sorted(named)}


def input_hashes(reading: Reading) -> dict[str, str]:
    """Hash of the scenario and of every file that it names."""
    return {name: sha256(data) for name, data in input_bytes(reading).items()}


def _files(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("file"), str):
            yield value["file"]
        for item in value.values():
            yield from _files(item)
    elif isinstance(value, list):
        for item in value:
            yield from _files(item)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files as one archive.

    >>> zipped({"a.csv": b"1"}) == zipped({"a.csv": b"1"})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_DATE), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
