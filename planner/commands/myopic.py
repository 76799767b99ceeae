"""`plan myopic`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from planner.arguments import JSON, PROGRESS, RESULTS, refuse
from planner.studies.of_result import GAP, QUIET, TIME_LIMIT, studied


@click.command()
@RESULTS
@click.option(
    "--foresight", type=click.IntRange(1), default=5, show_default=True, help="Years that are seen at a time."
)
@click.option("--step", type=click.IntRange(1), default=1, show_default=True, help="Years that are decided at a time.")
@GAP
@TIME_LIMIT
@PROGRESS
@QUIET
@JSON
def command(
    results: Path,
    foresight: int,
    step: int,
    gap: float | None,
    time_limit: float,
    progress: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """What it costs to look only some years ahead: a rolling window beside the plan that sees all years.

    Written to studies/myopic.json beside the results.
    """
    from rich.console import Console

    from planner.myopic.study import show, study
    from planner.myopic.walk import myopic
    from planner.studies.kept import write_study

    if step > foresight:
        refuse(f"--step {step}: no more can be decided than the {foresight} years that are seen")
    with studied(results, gap, time_limit, quiet, progress) as subject:
        found = myopic(subject.again, subject.plan, foresight, step)
        written = study(found, subject.plan, subject.currency)
        write_study(results, written)
    if as_json:
        click.echo(json.dumps(written, indent=2, ensure_ascii=False))
        return
    show(written, Console())
    click.echo("written to studies/myopic.json")
