"""The page: one file with its style, script and figures inside, and a policy that lets nothing else in.

The content-security policy allows exactly the style and the script of this page, by their hashes, and images that stand in
the page as data. Whatever the user named things, it is escaped by the templates; characters that turn the direction of
text, or control it in other ways, are dropped.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from planner.report import explorer, roadmap
from planner.report.blocks import Section
from planner.report.case import Case
from planner.report.headline import headline
from planner.report.ledgers import energy_section, money_section, tonnes_section
from planner.report.stars import ladder_section, lasting_section
from planner.report.trust import assumptions_section, proof_section

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]")


def sections(case: Case) -> list[Section]:
    """Chapters in the order in which a board reads, without the empty ones."""
    if not case.years:
        return [proof_section(case)]
    found = [
        roadmap.section(case),
        ladder_section(case),
        explorer.section(case),
        lasting_section(case),
        money_section(case),
        tonnes_section(case),
        energy_section(case),
        assumptions_section(case),
        proof_section(case),
    ]
    return [section for section in found if section.blocks]


def render(case: Case) -> str:
    """The whole page."""
    environment = Environment(
        loader=PackageLoader("planner.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=plain,
    )
    style, script = _source(environment, "report.css"), _source(environment, "explorer.js")
    return environment.get_template("page.html").render(
        case=case,
        words=case.words,
        headline=headline(case),
        sections=sections(case),
        policy=policy(style, script),
        style=Markup(style),
        script=Markup(script),
        clean=clean,
        drawing=Markup,
        standard=standard_name(case),
    )


def standard_name(case: Case) -> str:
    """The rating standard in words; its own name where it is none of ours."""
    if case.record is not None and case.record.standard is not None:
        return case.words.pick(case.record.standard.label_en, case.record.standard.label_zh)
    return str(case.target.get("standard") or "")


def policy(style: str, script: str) -> str:
    """The content-security policy of a page with this style and this script."""
    return (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src '{digest(style)}'; script-src '{digest(script)}'"
    )


def digest(text: str) -> str:
    """A source expression of the policy.

    >>> digest("")
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def plain(value: Any) -> Any:
    """Text without control characters; anything else as it is."""
    return CONTROLS.sub("", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def clean(value: Any) -> Any:
    """The same data with plain text throughout."""
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [clean(item) for item in value]
    return plain(value)


def _source(environment: Environment, name: str) -> str:
    source, _, _ = PackageLoader("planner.report").get_source(environment, name)
    return source
