"""`plan rate`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from planner.arguments import JSON, refuse, refuse_faults


@click.command()
@click.argument("inventory", type=click.Path(exists=True, path_type=Path))
@click.option("--year", type=int, help="Only this year.")
@JSON
def command(inventory: Path, year: int | None, as_json: bool) -> None:
    """Rate an inventory without any optimisation.

    INVENTORY is a TOML file with [rating] and [inventory], a scenario, whose base year is rated from its bills, or a
    results folder, whose years are rated again.
    """
    from planner.rating.inventory import RateError, rate_path
    from planner.reading.faults import ScenarioFaults
    from planner.terminal import wrapped

    try:
        reports = rate_path(inventory, year)
    except RateError as error:
        refuse(str(error))
    except ScenarioFaults as faults:
        refuse_faults(faults, as_json)
    if as_json:
        click.echo(json.dumps([report.as_json() for report in reports], indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join("\n".join(map(wrapped, report.lines())) for report in reports))
