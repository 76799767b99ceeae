"""`plan factors`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from planner.arguments import JSON, RESULTS, refuse


@click.command()
@RESULTS
@JSON
@click.option("--quiet", is_flag=True, help="No table.")
def command(results: Path, as_json: bool, quiet: bool) -> None:
    """Rate a solved plan again under every grid factor set. Nothing is solved.

    Writes studies/factors.json and factors.csv into the results folder.
    """
    from rich.console import Console

    from planner.results.archive import ArchiveError, unpack
    from planner.results.folder import ResultsError, read_results
    from planner.stress.factor_sets import context_of, factor_sets
    from planner.stress.factors import factors_study
    from planner.stress.show import show_factors
    from planner.studies.kept import write_study

    try:
        read = read_results(results)
        problem, plan = unpack(read.operation_bytes())
        study = factors_study(problem, plan, factor_sets(problem, context_of(results, problem)))
        study["currency"] = read.summary.get("currency", "CNY")
        write_study(results, study)
    except (ResultsError, ArchiveError) as error:
        refuse(str(error))
    if as_json:
        click.echo(json.dumps(study, indent=2, ensure_ascii=False))
    elif not quiet:
        show_factors(study, Console())
