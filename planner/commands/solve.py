"""`plan solve`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from planner.arguments import JSON, PROGRESS, SCENARIO, scenario_file


@click.command()
@SCENARIO
@click.option("--out", type=click.Path(path_type=Path), help="Results folder.  [default: results/<case>]")
@click.option(
    "--resolution",
    metavar="full|days:N|given",
    help="Operating year: every step, N typical days (a quick look, checked at every step), or as given.",
)
@click.option("--gap", type=click.FloatRange(0, 1, max_open=True), help="Relative gap at which to stop.")
@click.option(
    "--time-limit",
    "time_limit_s",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Limit of the main solve.",
)
@click.option("--threads", type=click.IntRange(0, 256), help="Threads of the solver.")
@click.option("--workers", type=click.IntRange(0, 64), help="Processes that operate the year.  [default: at most 2]")
@click.option(
    "--stars", "target_stars", type=click.IntRange(0, 6), help="Stars to reach, instead of the scenario's; 0: none."
)
@click.option("--year", "target_year", type=int, metavar="YEAR", help="Year from which they are required.")
@click.option("--durable-stars", type=click.IntRange(0, 6), help="Durable stars required from then on; 0: none.")
@JSON
@PROGRESS
@click.option("--quiet", is_flag=True, help="No progress and no tables.")
@click.option("--no-naive", is_flag=True, help="Leave out the naive plans beside the optimum.")
def command(
    scenario: Path, out: Path | None, as_json: bool, progress: bool, quiet: bool, no_naive: bool, **settings: Any
) -> NoReturn:
    """Find the least-cost plan, check it, write it and show it."""
    from planner.solving.preparing import Settings
    from planner.solving.solve import Request, run

    request = Request(scenario_file(scenario), out, Settings(**settings), not no_naive, quiet, as_json, progress)
    sys.exit(run(request))
