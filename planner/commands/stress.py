"""`plan stress`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from planner.arguments import JSON, PROGRESS, RESULTS, refuse
from planner.studies.of_result import YEAR_TIME_LIMIT
from planner.studies.of_scenario import NO_PLAN, UNVERIFIED, ended


@click.command()
@RESULTS
@click.option("--test", "only", multiple=True, metavar="NAME", help="Only this test; may be given more than once.")
@click.option(
    "--gap", type=click.FloatRange(0, 1, max_open=True), default=1e-3, show_default=True, help="Of each year."
)
@YEAR_TIME_LIMIT
@click.option("--paper", is_flag=True, help="Also the plan that is on paper only: no investment, all bought.")
@JSON
@PROGRESS
@click.option("--quiet", is_flag=True, help="No progress and no table.")
def command(
    results: Path,
    only: tuple[str, ...],
    gap: float,
    year_limit_s: float,
    paper: bool,
    as_json: bool,
    progress: bool,
    quiet: bool,
) -> None:
    """What a solved plan keeps when credits, certificates, contracts, prices, factors, output or rules change.

    Investments stand; operation and purchases are decided again, year by year. Writes studies/stress.json and stress.csv
    into the results folder.
    """
    from rich.console import Console

    from planner.engine import Options, SolverError
    from planner.progress import Progress
    from planner.results.archive import ArchiveError, unpack
    from planner.results.folder import ResultsError, read_results
    from planner.solving.operating import NotOperable
    from planner.solving.preparing import workers_here
    from planner.solving.resolving import UnverifiedError
    from planner.stress.factor_sets import context_of, factor_sets
    from planner.stress.show import show_stress
    from planner.stress.stress_tests import CHANGED_FACTORS, stress_tests
    from planner.stress.stressing import stress, stress_on_paper
    from planner.studies.kept import write_study
    from planner.words import Names

    try:
        read = read_results(results)
        problem, plan = unpack(read.operation_bytes())
        sets = tuple(one for one in factor_sets(problem, context_of(results, problem)) if one.name in CHANGED_FACTORS)
        tests = list(stress_tests(problem, plan, Names.of(results, read.summary.get("labels") or {}), sets))
        if unknown := [name for name in only if name not in {test.name for test in tests}]:
            refuse(f"no test {', '.join(unknown)}; there are {', '.join(test.name for test in tests)}")
        chosen = [test for test in tests if not only or test.name in only]
        options = Options(gap=gap, time_limit_s=year_limit_s, workers=workers_here())
        told = Progress(quiet, progress)
        study = stress(problem, plan, chosen, options, told)
        if paper:
            study["paper_only"] = stress_on_paper(problem, only, options, told)
        study["currency"] = read.summary.get("currency", "CNY")
        write_study(results, study)
    except (ResultsError, ArchiveError) as error:
        refuse(str(error))
    except (SolverError, NotOperable) as error:
        ended(f"no plan: {error}", NO_PLAN)
    except UnverifiedError as error:
        ended(str(error), UNVERIFIED)
    if as_json:
        click.echo(json.dumps(study, indent=2, ensure_ascii=False))
    elif not quiet:
        show_stress(study, Console())
