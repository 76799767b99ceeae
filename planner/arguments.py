"""What the commands of `plan` share: their arguments, and how they refuse bad input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

BAD_INPUT = 2

RESULTS = click.argument("results", type=click.Path(exists=True, file_okay=False, path_type=Path))
SCENARIO = click.argument("scenario", type=click.Path(exists=True, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Machine-readable answer on stdout.")
PROGRESS = click.option("--progress", is_flag=True, help="Say how far it is even where stderr is no terminal.")


def scenario_file(path: Path) -> Path:
    """The scenario itself; a folder stands for the scenario.toml in it."""
    if not path.is_dir():
        return path
    if not (path / "scenario.toml").is_file():
        refuse(f"{path} holds no scenario.toml (`plan new NAME` writes one)")
    return path / "scenario.toml"


def refuse(message: str) -> NoReturn:
    """Say what is wrong with the input on stderr and end with exit code 2."""
    click.echo(message, err=True)
    sys.exit(BAD_INPUT)


def refuse_faults(faults: Any, as_json: bool) -> NoReturn:
    """Report faults of a scenario, in JSON on stdout if asked for."""
    if as_json:
        click.echo(json.dumps({"ok": False, "faults": list(map(str, faults.faults))}, ensure_ascii=False, indent=2))
        sys.exit(BAD_INPUT)
    count = len(faults.faults)
    refuse(f"{faults}\n{count} fault{'s' if count > 1 else ''}")
