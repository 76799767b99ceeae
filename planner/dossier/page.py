"""The dossier as one page for print: no script, no network, everything that the user named escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from planner.dossier.assessment_section import assessment_section
from planner.dossier.blocks import Facts, Section
from planner.dossier.evidence_section import evidence_sections
from planner.dossier.inventory import base_inventory, planned_inventory
from planner.dossier.inventory_section import inventory_sections
from planner.dossier.projects_section import projects_section
from planner.dossier.words import WORDS, say
from planner.report.page import digest, plain
from planner.results.quick_look import quick_look
from planner.results.record import Record
from planner.words import Lang


def render(record: Record, years: Sequence[int], lang: Lang, evidence_file: Path | None = None) -> str:
    """The whole page."""
    environment = Environment(
        loader=PackageLoader("planner.dossier"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=plain,
    )
    style, _, _ = PackageLoader("planner.dossier").get_source(environment, "dossier.css")
    policy = f"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src '{digest(style)}'"
    return environment.get_template("dossier.html").render(
        code="zh-CN" if lang == "zh" else "en",
        title=record.title(lang),
        kind=say("dossier", lang),
        disclaimer=say("modelled", lang),
        apart=say("kept_apart", lang),
        natures={"actual": say("actual", lang), "planned": say("planned", lang)},
        contents=say("contents", lang),
        sections=list(_sections(record, years, lang, evidence_file)),
        style=Markup(style),
        policy=policy,
    )


def _sections(record: Record, years: Sequence[int], lang: Lang, evidence_file: Path | None) -> Iterator[Section]:
    yield _applicant(record, years, lang)
    yield from inventory_sections(record, base_inventory(record), lang)
    for year in years:
        yield from inventory_sections(record, planned_inventory(record, year), lang)
        yield assessment_section(record, year, lang)
    yield projects_section(record, lang)
    yield from evidence_sections(record, years, lang, evidence_file)
    words = ("signature", "gases", "activity", "actual")
    lines = tuple(say(f"omission_{word}", lang) for word in words)
    yield Section("omissions", say("omissions", lang), "", lines=lines)


def _applicant(record: Record, years: Sequence[int], lang: Lang) -> Section:
    """Who, where, which boundary and which standard."""
    scenario, rating, problem = record.scenario, record.answer.problem.rating, record.answer.problem
    pairs = [(say("case", lang), record.title(lang))]
    if scenario is not None:
        place = ", ".join(filter(None, (scenario.scenario.city, scenario.scenario.province)))
        pairs.append((say("place", lang), place or "–"))
    pairs.append((say("base_year", lang), str(problem.base.year)))
    if scenario is not None:
        for name, amount in scenario.base_year.output.items():
            made = scenario.production.get(name)
            unit = "" if made is None or made.unit is None else f" {made.unit}"
            pairs.append((f"{say('output', lang)}: {record.label(name, lang)}", f"{amount:,.0f}{unit}"))
        pairs.append((say("gwp", lang), scenario.emissions.gwp_set))
    pairs.append((say("plan_years", lang), ", ".join(map(str, years))))
    if rating is not None:
        standard, table = rating.standard, record.standard
        if table is not None:
            standard = table.label_zh if lang == "zh" else table.label_en
            boundary = table.boundaries.get(rating.boundary)
            if boundary is not None:
                pairs.append((say("boundary_type", lang), boundary.label_zh if lang == "zh" else boundary.label_en))
        pairs.append((say("standard", lang), standard))
        pairs.append((say("scopes", lang), ", ".join(map(str, rating.scopes))))
        if scenario is not None and scenario.rating is not None:
            reading = scenario.rating.reading
            known = f"reading_{reading}" in WORDS
            pairs.append((say("reading", lang), say(f"reading_{reading}", lang) if known else reading))
    if caveat := quick_look(record.summary, lang):
        pairs.append((say("resolution", lang), caveat))
    pairs.append((say("recomputed", lang), say("yes" if record.summary.get("verified") else "no", lang)))
    return Section("applicant", say("applicant", lang), "", facts=(Facts("", tuple(pairs)),))
