"""Pages from templates; text from folders, scenarios and requests is escaped by them and stripped of control characters."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from planner.report.page import plain
from planner.serve.phrases import phrase
from planner.words import Lang

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
OWN_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DOCUMENT_POLICY = "frame-ancestors 'none'; sandbox allow-scripts"  # beside the document's own
_drawing = threading.Lock()  # matplotlib's settings are of the whole process


@cache
def environment() -> Environment:
    """Where the templates are."""
    return Environment(
        loader=PackageLoader("planner.serve"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=plain,
    )


def page(template: str, lang: Lang, **shown: Any) -> str:
    """A page of this server."""
    return environment().get_template(template).render(lang=lang, say=partial(phrase, lang=lang), **shown)


def source(name: str) -> str:
    """Style or script of the pages."""
    loader = PackageLoader("planner.serve")
    return loader.get_source(environment(), name)[0]


def report(folder: Path, lang: Lang) -> str:
    """The report of a results folder, drawn anew when a file has changed; raises ResultsError when it cannot be read."""
    with _drawing:
        return _report(folder, lang, _state(folder))


@lru_cache(maxsize=16)
def _report(folder: Path, lang: Lang, state: frozenset[tuple[str, int, int]]) -> str:
    from planner.report.case import read_case
    from planner.report.page import render

    return render(read_case(folder, lang))


def _state(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Path, time of the last change and size of every file in the folder."""
    files = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    return frozenset((str(path), found.st_mtime_ns, found.st_size) for path, found in files)


def comparison(folders: Sequence[Path], lang: Lang) -> str:
    """Plans side by side; raises ResultsError when one cannot be read."""
    from planner.comparing.compared import compare
    from planner.comparing.page import render

    with _drawing:
        return render(compare(folders), lang)


def policy_of(document: str) -> str:
    """The policy that a document states for itself, and what only a header can say: no framing, an origin of its own."""
    own = POLICY.search(document)
    stated = html.unescape(own[1]) if own else "default-src 'none'"
    return f"{stated}; {DOCUMENT_POLICY}"
