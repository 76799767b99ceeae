"""`plan verify`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NoReturn

import click

from planner.arguments import JSON, RESULTS, refuse


@click.command()
@RESULTS
@JSON
def command(results: Path, as_json: bool) -> NoReturn:
    """Recompute cost, tonnes, points and stars of a results folder without the model, and compare."""
    from planner.recheck.recheck import recheck
    from planner.results.folder import ResultsError

    try:
        report = recheck(results)
    except ResultsError as error:
        refuse(str(error))
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        for line in report.lines():
            click.echo(line)
    sys.exit(0 if report.ok else 6)
