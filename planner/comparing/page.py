"""The page of a comparison: one file, no script, no network; whatever the user named things is escaped by the template."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from planner.comparing.compared import Comparison
from planner.comparing.figure import figure
from planner.comparing.phrases import phrase
from planner.comparing.told import tables
from planner.figures.style import inline
from planner.report.page import digest, plain
from planner.words import Lang


def render(found: Comparison, lang: Lang) -> str:
    """The whole page."""
    loader = PackageLoader("planner.comparing")
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=plain,
    )
    style, _, _ = loader.get_source(environment, "compare.css")
    return environment.get_template("page.html").render(
        lang=lang,
        title=phrase("title", lang),
        notes=found.notes(lang),
        interval=phrase("interval", lang),
        tables=tables(found, lang),
        drawing=Markup(inline(figure(found, lang, "svg"))),
        style=Markup(style),
        policy=f"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src '{digest(style)}'",
    )
