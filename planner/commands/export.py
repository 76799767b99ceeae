"""`plan export`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from planner.arguments import JSON, RESULTS, refuse


@click.command()
@RESULTS
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Choice(["pypsa", "iamc", "parquet", "json", "calendar"]),
    help="Program or format to write for.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write.  [default: RESULTS/export/TARGET]")
@JSON
def command(results: Path, target: str, out: Path | None, as_json: bool) -> None:
    """Write a plan as files that other programs run or read.

    \b
    pypsa      a network of every plan year; loads and runs in PyPSA
    iamc       IAMC table; loads in pyam
    parquet    all tables and the operation, typed, units in the schema
    json       all tables in one document
    calendar   the roadmap's dates as calendar entries
    """
    from planner.engine import SolverError
    from planner.export.targets import export
    from planner.results.folder import ResultsError, shown

    try:
        place, files = export(results, target, out)
    except (ResultsError, SolverError) as error:
        refuse(str(error))
    if as_json:
        click.echo(json.dumps({"folder": str(place), "files": files}, indent=2, ensure_ascii=False))
    else:
        click.echo(f"{len(files)} files in {shown(place)}; datapackage.json lists them")
