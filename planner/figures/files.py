"""Figures as files of a folder: NAME.LANG.FORM, or NAME-YEAR.LANG.FORM where a year was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import get_args

from planner.figures import FIGURES, OF_ONE_YEAR, Form, NotDrawn, pareto, render
from planner.figures.style import written
from planner.results.folder import shown
from planner.results.record import Record
from planner.words import LANGS


def write_figures(
    record: Record,
    folder: Path,
    only: Sequence[str] = (),
    langs: Sequence[str] = (),
    forms: Sequence[str] = (),
    year: int | None = None,
) -> list[str]:
    """Draw what these results allow, and say what was written and what was not, and why.

    A figure that was asked for by name and cannot be drawn raises NotDrawn.
    """
    done: list[str] = []
    files: dict[str, bytes] = {}
    for name in only or FIGURES:
        try:
            files |= {
                _file(name, year, lang, form): render(name, record, lang, form, year)
                for lang in LANGS
                for form in get_args(Form)
                if (not langs or lang in langs) and (not forms or form in forms)
            }
        except NotDrawn as why:
            if only:
                raise
            done.append(f"not drawn: {name}: {why}")
    folder.mkdir(parents=True, exist_ok=True)
    for file, data in files.items():
        (folder / file).write_bytes(data)
    return [f"wrote {shown(folder)}: {len(files)} files", *done]


def write_together(
    records: Sequence[Record], folder: Path, langs: Sequence[str] = (), forms: Sequence[str] = ()
) -> list[str]:
    """The Pareto curves of several results on one picture, as pareto-together; raises NotDrawn where they do not fit."""
    files = {
        f"pareto-together.{lang}.{form}": written(partial(pareto.together, records, lang), "pareto-together", form)
        for lang in LANGS
        for form in get_args(Form)
        if (not langs or lang in langs) and (not forms or form in forms)
    }
    folder.mkdir(parents=True, exist_ok=True)
    for file, data in files.items():
        (folder / file).write_bytes(data)
    return [f"wrote {shown(folder)}: {len(files)} files"]


def _file(name: str, year: int | None, lang: str, form: str) -> str:
    return f"{name}{f'-{year}' if year is not None and name in OF_ONE_YEAR else ''}.{lang}.{form}"
