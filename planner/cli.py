"""The command line. Commands import what they need when they run, so that `plan --help` stays quick.

Exit codes: 0 done within the gap; 2 bad usage or input; 3 infeasible, explained; 4 stopped at a limit holding a plan;
5 stopped with none; 6 the plan failed verification; 130 interrupted, plan in hand written.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

BAD_INPUT = 2

RESULTS = click.argument("results", type=click.Path(exists=True, file_okay=False, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Machine-readable answer on stdout.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zero-carbon-planner", prog_name="plan")
def main() -> None:
    """Plan the least-cost roadmap of a factory to a lasting zero-carbon rating.

    \b
    plan new mill                    a working starter in mill/scenario.toml
    plan validate mill               every fault at once, with line and column
    plan solve mill                  the plan, in results/mill
    plan show results/mill           its tables again
    plan verify results/mill         recomputed without the model
    """


@main.command()
@click.argument("name", type=click.Path(path_type=Path))
def new(name: Path) -> None:
    """Write NAME/scenario.toml, a working starter."""
    from planner.starter import write_starter

    try:
        path = write_starter(name)
    except (OSError, ValueError) as error:
        refuse(str(error))
    click.echo(f"wrote {path}\nnext: plan solve {path.parent}")


@main.command()
@click.argument("scenario", type=click.Path(exists=True, path_type=Path))
@JSON
def validate(scenario: Path, as_json: bool) -> None:
    """Read a scenario and report every fault as file:line:column."""
    with uncollected():
        from planner.faults import ScenarioFaults
        from planner.validate import validate as check

        try:
            report = check(scenario_file(scenario))
        except ScenarioFaults as faults:
            refuse_faults(faults, as_json)
    if as_json:
        click.echo(json.dumps({"ok": True, "warnings": list(map(str, report.warnings))}, ensure_ascii=False, indent=2))
        return
    for line in report.lines:
        click.echo(line)


@main.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; default: stdout.")
def schema(out: Path | None) -> None:
    """JSON Schema of scenario.toml, for editors."""
    from planner.schema import json_schema

    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


@main.command()
@click.argument("scenario", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Results folder.  [default: results/<case>]")
@click.option(
    "--resolution", metavar="days:N|full|given", help="Operating year: N typical days, all steps, or as given."
)
@click.option("--gap", type=click.FloatRange(0, 1, max_open=True), help="Relative gap at which to stop.")
@click.option(
    "--time-limit", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="Limit of the main solve."
)
@click.option("--threads", type=click.IntRange(0, 256), help="Threads of the solver.")
@JSON
@click.option("--quiet", is_flag=True, help="No progress and no tables.")
@click.option("--no-naive", is_flag=True, help="Leave out the naive plans beside the optimum.")
def solve(scenario: Path, out: Path | None, as_json: bool, quiet: bool, no_naive: bool, **changes: Any) -> NoReturn:
    """Find the least-cost plan, check it, write it and show it."""
    from planner.solving import Request, run

    request = Request(scenario_file(scenario), out, naive=not no_naive, quiet=quiet, as_json=as_json, **changes)
    sys.exit(run(request))


@main.command()
@RESULTS
@JSON
@click.option("--width", type=click.IntRange(40), help="Columns to use.  [default: the window's]")
def show(results: Path, as_json: bool, width: int | None) -> None:
    """Show the tables of a results folder."""
    from rich.console import Console

    from planner.results import ResultsError, read_results
    from planner.terminal import show as show_tables

    try:
        read = read_results(results)
    except ResultsError as error:
        refuse(str(error))
    if as_json:
        click.echo(json.dumps(dict(read.summary), indent=2, ensure_ascii=False))
    else:
        show_tables(read, Console(width=width))


@main.command()
@RESULTS
@JSON
def verify(results: Path, as_json: bool) -> NoReturn:
    """Recompute cost, tonnes, points and stars of a results folder without the model, and compare."""
    from planner.recheck import recheck
    from planner.results import ResultsError

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


@main.command()
@click.argument("inventory", type=click.Path(exists=True, path_type=Path))
@click.option("--year", type=int, help="Only this year.")
@JSON
def rate(inventory: Path, year: int | None, as_json: bool) -> None:
    """Rate an inventory without any optimisation.

    INVENTORY is a TOML file with [rating] and [inventory], a scenario, whose base year is rated from its bills, or a
    results folder, whose years are rated again.
    """
    from planner.faults import ScenarioFaults
    from planner.rate_inventory import RateError, rate_path
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
