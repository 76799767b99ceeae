"""`plan dossier`: what an assessor asks for, planned and actual values kept apart.

    from planner.dossier import write_dossier
    write_dossier(Path("results/textile-suzhou"), "en")      results/textile-suzhou/dossier.html

`inventory` sorts every source into the categories of ISO 14064-1 with activity, factor and range; `evidence` lists what must be
shown; each section turns its part into tables of plain text (`blocks`), which `page` sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from planner.words import Lang

NAMES = {"en": "dossier.html", "zh": "dossier.zh.html"}


def write_dossier(
    folder: Path, lang: Lang, out: Path | None = None, years: Sequence[int] = (), evidence: Path | None = None
) -> Path:
    """Write the dossier of a results folder for these plan years (none: the target year) and return where.

    Raises ResultsError when the folder cannot be read, has no such year, or the evidence file is faulty.
    """
    from planner.dossier.page import render
    from planner.results.folder import ResultsError
    from planner.results.record import open_record

    record = open_record(folder)
    known = record.answer.problem.years
    for year in years:
        if year not in known:
            raise ResultsError(f"--year {year}: the plan has {known[0]} to {known[-1]}")
    path = out or folder / NAMES[lang]
    page = render(record, sorted(set(years)) or [record.target_year], lang, evidence).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(page)
    fresh.replace(path)
    return path
