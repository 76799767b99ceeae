"""`plan validate`."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from planner.arguments import JSON, SCENARIO, refuse_faults, scenario_file


@click.command()
@SCENARIO
@JSON
def command(scenario: Path, as_json: bool) -> None:
    """Read a scenario and report every fault as file:line:column."""
    with uncollected():
        from planner.assembly.validate import validate as check
        from planner.reading.faults import ScenarioFaults

        try:
            report = check(scenario_file(scenario))
        except ScenarioFaults as faults:
            refuse_faults(faults, as_json)
    if as_json:
        click.echo(json.dumps({"ok": True, "warnings": list(map(str, report.warnings))}, ensure_ascii=False, indent=2))
        return
    for line in report.lines:
        click.echo(line)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collection: a short run that keeps nearly all it makes, quicker so."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
