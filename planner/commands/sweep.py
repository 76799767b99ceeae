"""`plan sweep`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from planner.arguments import JSON, PROGRESS, refuse

A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("results"),
    show_default=True,
    help="Folder of the results folders.",
)
@click.option("--jobs", type=click.IntRange(1, 1024), help="Solves at a time on this machine.  [default: its cores]")
@click.option("--resume/--fresh", default=True, help="Keep what has ended, or solve all again.  [default: resume]")
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler: tls://HOST:PORT, or tcp:// on this machine.")
@click.option("--tls-ca", type=A_FILE, help="Certificates of those who sign the cluster's (PEM).")
@click.option("--tls-cert", type=A_FILE, help="This machine's certificate for the cluster (PEM).")
@click.option("--tls-key", type=A_FILE, help="Its private key (PEM).")
@click.option(
    "--resolution", metavar="days:N|full|given", help="Operating year: N typical days, all steps, or as given."
)
@click.option("--gap", type=click.FloatRange(0, 1, max_open=True), help="Relative gap at which to stop.")
@click.option(
    "--time-limit",
    "time_limit_s",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Limit of each main solve.",
)
@click.option(
    "--stars", "target_stars", type=click.IntRange(0, 6), help="Stars to reach, instead of the scenarios'; 0: none."
)
@click.option("--year", "target_year", type=int, metavar="YEAR", help="Year from which they are required.")
@click.option("--durable-stars", type=click.IntRange(0, 6), help="Durable stars required from then on; 0: none.")
@click.option("--no-naive", is_flag=True, help="Leave out the naive plans beside each optimum.")
@JSON
@PROGRESS
@click.option("--quiet", is_flag=True, help="No progress and no table.")
def command(
    scenarios: tuple[Path, ...],
    out: Path,
    jobs: int | None,
    resume: bool,
    cluster: str | None,
    tls_ca: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    no_naive: bool,
    as_json: bool,
    progress: bool,
    quiet: bool,
    **settings: Any,
) -> NoReturn:
    """Solve many scenarios side by side: files, folders with a scenario.toml, or folders of such folders.

    Each is solved by one process with one thread. Results go to OUT/NAME, one table to OUT/sweep.csv and sweep.json.
    A sweep that was stopped or killed goes on where it was.
    """
    from planner.solving.preparing import Settings
    from planner.sweep.jobs import How
    from planner.sweep.sweeping import Runner, Sweep, run

    runner: Runner
    if cluster is not None:
        if jobs is not None:
            refuse("--jobs is for this machine; how many a cluster solves at a time is up to its workers")
        from planner.sweep.address import AddressError, Tls, checked

        try:
            at = checked(cluster, Tls(tls_ca, tls_cert, tls_key))
        except AddressError as error:
            refuse(str(error))
        from planner.sweep.cluster import on_cluster

        runner = on_cluster(at)
    else:
        from planner.sweep.local import locally

        runner = locally(jobs)
    how = How(Settings(threads=1, **settings), not no_naive)
    sys.exit(run(Sweep(scenarios, out, how, not resume, as_json, quiet, progress), runner))
