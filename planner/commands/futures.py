"""`plan futures`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from planner.arguments import JSON, SCENARIO, refuse, scenario_file
from planner.studies.of_scenario import INFEASIBLE, NO_PLAN, ended, solver_options, subject


@click.command()
@SCENARIO
@click.option("--out", type=click.Path(path_type=Path), help="Results folder.  [default: results/<case>]")
@solver_options
@JSON
def command(scenario: Path, out: Path | None, as_json: bool, quiet: bool, **settings: Any) -> None:
    """What to commit to now and what may wait, under the futures of a scenario.

    The scenario has [[futures]] and futures_rules.revealed, the year in which they part. Writes studies/futures.json and
    futures.csv into the results folder (`plan solve` makes it). Many typical days take long: begin with --resolution days:2.
    """
    from planner.futures.study import NoPlanForFutures, futures_of, futures_study
    from planner.results.folder import rounded
    from planner.studies.kept import write_study

    with subject(scenario_file(scenario), out, quiet=quiet, **settings) as found:
        case = found.prepared.case
        futures, rules = futures_of(case.reading.scenario)
        if not futures:
            refuse("the scenario has no [[futures]]: name at least two, and futures_rules.revealed")
        try:
            each = found.time_limit_s / (2 * len(futures))  # the other half: early decisions of each in all others
            again = replace(found.again, options=replace(case.options, time_limit_s=each))
            study = futures_study(found.prepared.problem, futures, rules, again)
        except NoPlanForFutures as error:
            ended(str(error), INFEASIBLE if error.infeasible else NO_PLAN)
        study["currency"] = case.currency
        study["labels"] = {row["item"]: found.label(row["item"]) for row in [*study["commit"], *study["wait"]]}
        write_study(found.folder, study)
    if as_json:
        click.echo(json.dumps(rounded(study), indent=2, ensure_ascii=False))
    elif not quiet:
        from rich.console import Console

        from planner.futures.show import show_futures

        show_futures(study, Console())
