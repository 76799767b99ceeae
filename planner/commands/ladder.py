"""`plan ladder`."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from planner.arguments import JSON, SCENARIO, refuse, scenario_file
from planner.studies.of_scenario import Subject, end_by, solver_options, subject


@click.command()
@SCENARIO
@click.option("--first-years", metavar="YEAR,…", help="First years with the stars.  [default: the target year]")
@click.option("--out", type=click.Path(path_type=Path), help="Results folder.  [default: results/<case>]")
@solver_options
@JSON
def command(
    scenario: Path, first_years: str | None, out: Path | None, as_json: bool, quiet: bool, **settings: Any
) -> None:
    """Least cost of each level of the standard, what each further star costs, and which clause binds.

    Under both readings of "offset" and both ends of the standard's assumed numbers; beside it the price on paper and the
    price of holding the stars durably. Writes studies/ladder.json and ladder.csv into the results folder.
    """
    with subject(scenario_file(scenario), out, quiet=quiet, **settings) as found:
        climbed = _climbed(found, first_years)
    if as_json:
        click.echo(json.dumps(climbed, indent=2, ensure_ascii=False))
    elif not quiet:
        from rich.console import Console

        from planner.ladder.show import show_ladder

        show_ladder(climbed, Console())
    end_by(row["status"] for row in climbed["rows"])


def _climbed(found: Subject, first_years: str | None) -> dict[str, Any]:
    from planner.ladder.climb import Ladder
    from planner.ladder.rungs import rungs
    from planner.ladder.study import study
    from planner.pareto.axes import target_years
    from planner.studies.kept import write_study

    problem, standard = found.prepared.problem, found.prepared.case.standard
    if standard is None or problem.rating is None:
        refuse("a ladder needs a [rating] in the scenario")
    years = [target_years(problem)[0]] if first_years is None else _years(first_years, problem.years)
    asked = rungs(problem, standard, years)
    ladder = Ladder(problem, standard, asked, found.again, time.monotonic() + found.time_limit_s)
    ladder.climb()
    climbed = study(ladder, found.name, found.prepared.case.currency)
    write_study(found.folder, climbed)
    return climbed


def _years(words: str, years: tuple[int, ...]) -> list[int]:
    """Years of the plan from a list with commas."""
    try:
        found = [int(word) for word in words.split(",")]
    except ValueError:
        refuse(f"--first-years: got {words!r}, wanted years with commas, such as 2028,2030")
    if missing := [year for year in found if year not in years]:
        refuse(f"--first-years: {missing[0]} is not in the plan, {years[0]} to {years[-1]}")
    return found
