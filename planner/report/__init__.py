"""The report: one self-contained page that a board reads, from the answer down to its proof.

    from planner.report import write_report
    write_report(Path("results/textile-suzhou"), "en")      results/textile-suzhou/report.html

`case` reads a results folder with its studies; each section is a function from a case to blocks of plain text (`blocks`);
`page` sets them in the templates. Nothing is computed here that a plan rests on: numbers come from the summary, the tables
and the studies, and business as usual by year from the archived problem.
"""

from __future__ import annotations

from pathlib import Path

from planner.words import Lang

NAMES = {"en": "report.html", "zh": "report.zh.html"}


def write_report(folder: Path, lang: Lang, out: Path | None = None) -> Path:
    """Write the page of a results folder and return where; raises ResultsError when the folder cannot be read."""
    from planner.report.case import read_case
    from planner.report.page import render

    path = out or folder / NAMES[lang]
    page = render(read_case(folder, lang)).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(page)
    fresh.replace(path)
    return path
