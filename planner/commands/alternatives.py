"""`plan alternatives`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from planner.arguments import JSON, PROGRESS, RESULTS
from planner.studies.of_result import GAP, QUIET, TIME_LIMIT, studied


@click.command()
@RESULTS
@click.option(
    "--slack",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.02,
    show_default=True,
    help="Share of the plan's cost that an alternative may cost more.",
)
@click.option(
    "--aim",
    "names",
    multiple=True,
    type=click.Choice(["capex_now", "projects", "own_reduction", "grid"]),
    help="Only this aim; may be given again.  [default: all]",
)
@GAP
@TIME_LIMIT
@PROGRESS
@QUIET
@JSON
def command(
    results: Path,
    slack: float,
    names: tuple[str, ...],
    gap: float | None,
    time_limit: float,
    progress: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Plans that cost little more and invest later, are fewer projects, own fewer tonnes, or need less of the grid.

    Written to studies/alternatives.json beside the results.
    """
    from rich.console import Console

    from planner.alternatives.aims import AIMS, alternatives, study
    from planner.alternatives.show import show_alternatives
    from planner.studies.kept import write_study

    with studied(results, gap, time_limit, quiet, progress) as subject:
        aims = tuple(aim for aim in AIMS if not names or aim.name in names)
        found = alternatives(subject.again, subject.plan, slack, aims)
        written = study(subject.plan, found, slack, subject.currency, subject.label)
        write_study(results, written)
    if as_json:
        click.echo(json.dumps(written, indent=2, ensure_ascii=False))
        return
    show_alternatives(written, Console())
    click.echo("written to studies/alternatives.json")
