"""`plan verify`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click

from planner.arguments import JSON, RESULTS, refuse


@click.command()
@RESULTS
@JSON
@click.option("--prove", is_flag=True, help="Solve again too: is there no plan below the lower bound?")
@click.option(
    "--time-limit",
    "time_limit_s",
    type=click.FloatRange(0, min_open=True),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="Limit of each solve with --prove.",
)
def command(results: Path, as_json: bool, prove: bool, time_limit_s: float) -> NoReturn:
    """Assemble the problem of a results folder anew, recompute everything in it without the model, and compare."""
    from planner.recheck.recheck import recheck
    from planner.results.folder import ResultsError

    try:
        report = recheck(results)
    except ResultsError as error:
        refuse(str(error))
    if prove and report.ok:
        from planner.recheck.proving import proven_again

        faults, notes = proven_again(results, time_limit_s)
        report = replace(report, faults=(*report.faults, *faults), notes=(*report.notes, *notes))
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        for line in report.lines():
            click.echo(line)
    sys.exit(0 if report.ok else 6)
