"""`plan schema`."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.option(
    "--of",
    "what",
    type=click.Choice(["scenario", "roadmap"]),
    default="scenario",
    show_default=True,
    help="scenario.toml, for editors, or roadmap.json.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; default: stdout.")
def command(what: str, out: Path | None) -> None:
    """JSON Schema of scenario.toml, or of roadmap.json."""
    if what == "roadmap":
        from planner.roadmap.files import json_schema
    else:
        from planner.scenario.schema import json_schema

    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
