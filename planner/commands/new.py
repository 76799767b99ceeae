"""`plan new`."""

from __future__ import annotations

from pathlib import Path

import click

from planner.arguments import refuse


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
def command(name: Path) -> None:
    """Write NAME/scenario.toml, a working starter."""
    from planner.scenario.starter import write_starter

    try:
        path = write_starter(name)
    except (FileExistsError, ValueError) as error:
        refuse(str(error))
    click.echo(f"wrote {path}\nnext: plan solve {path.parent}")
