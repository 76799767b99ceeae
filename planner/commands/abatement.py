"""`plan abatement`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from planner.arguments import JSON, PROGRESS, RESULTS, refuse
from planner.studies.of_result import ALL_SOLVES_S, GAP, QUIET, YEAR_TIME_LIMIT, studied

TOLD_EVERY = 10  # subsets


@click.command()
@RESULTS
@click.option("--year", type=int, help="Year to operate.  [default: the first in which most measures stand]")
@click.option("--each", is_flag=True, help="Every measure by itself: sampled orders, with their error.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of sampled orders.")
@GAP
@YEAR_TIME_LIMIT
@PROGRESS
@QUIET
@JSON
def command(
    results: Path,
    year: int | None,
    each: bool,
    seed: int,
    gap: float | None,
    year_limit_s: float,
    progress: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """What each measure saves and costs: first in, last in, and its share of the whole, with the year operated again.

    Written to studies/abatement.json beside the results.
    """
    from rich.console import Console

    from planner.abatement.study import show, study
    from planner.abatement.worth import abatement, fullest_year, grouped, measures_of
    from planner.studies.kept import write_study

    with studied(results, gap, ALL_SOLVES_S, quiet, progress) as subject:
        answer = subject.plan.answer
        assert answer is not None
        if year is not None and year not in answer.problem.years:
            refuse(f"--year: got {year}, the plan has {answer.problem.years[0]} to {answer.problem.years[-1]}")
        chosen = fullest_year(answer) if year is None else year
        groups = grouped(answer.problem, measures_of(answer, chosen), each=each)
        if not groups:
            refuse(f"no measure of the plan stands in {chosen}")
        aloud = subject.again.progress

        def told(count: int) -> None:
            if count % TOLD_EVERY == 0:
                aloud.say(f"{count} subsets operated")

        with aloud.phase("subsets", f"operate {chosen} with subsets of {len(groups)} measures"):
            options = replace(subject.again.options, time_limit_s=year_limit_s)
            found = abatement(answer, groups, chosen, options, seed, told)
        naive = subject.results.summary.get("naive", {})
        written = study(found, subject.currency, naive, subject.plan, (subject.label, subject.label_zh))
        write_study(results, written)
    if as_json:
        click.echo(json.dumps(written, indent=2, ensure_ascii=False))
        return
    show(written, Console())
    click.echo("written to studies/abatement.json")
