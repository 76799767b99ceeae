"""`plan compare`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from planner.arguments import JSON, refuse


@click.command()
@click.argument(
    "results",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="A B [C...]",
)
@JSON
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write a page as well.")
@click.option(
    "--figure", "drawing", type=click.Path(dir_okay=False, path_type=Path), help="Draw it as well, to a .svg or .png."
)
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of page and figure.")
@click.option("--width", type=click.IntRange(40), help="Columns to use.  [default: the window's]")
def command(
    results: tuple[Path, ...], as_json: bool, page: Path | None, drawing: Path | None, lang: str, width: int | None
) -> None:
    """What differs between plans: decisions, cost, tonnes, stars, and which inputs differ with them."""
    from planner.comparing.compared import compare
    from planner.results.folder import ResultsError
    from planner.words import Lang

    words: Lang = "zh" if lang == "zh" else "en"
    if drawing is not None and drawing.suffix not in (".svg", ".png"):
        refuse(f"--figure: {drawing} is neither .svg nor .png")
    try:
        found = compare(results)
    except ResultsError as error:
        refuse(str(error))
    if as_json:
        click.echo(json.dumps(found.data(), indent=2, ensure_ascii=False))
    else:
        from rich.console import Console

        from planner.comparing.screen import show

        show(found, Console(width=width))
    if page is not None:
        from planner.comparing.page import render

        page.write_bytes(render(found, words).encode())
    if drawing is not None:
        from planner.comparing.figure import figure

        drawing.write_bytes(figure(found, words, drawing.suffix.removeprefix(".")))
