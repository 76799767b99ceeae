"""`plan show`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from planner.arguments import JSON, RESULTS, refuse


@click.command()
@RESULTS
@JSON
@click.option("--width", type=click.IntRange(40), help="Columns to use.  [default: the window's]")
def command(results: Path, as_json: bool, width: int | None) -> None:
    """Show the tables of a results folder."""
    from rich.console import Console

    from planner.results.folder import ResultsError, read_results
    from planner.terminal import show as show_tables

    try:
        read = read_results(results)
    except ResultsError as error:
        refuse(str(error))
    if as_json:
        click.echo(json.dumps(dict(read.summary), indent=2, ensure_ascii=False))
    else:
        show_tables(read, Console(width=width))
