"""`plan report`."""

from __future__ import annotations

from pathlib import Path

import click

from planner.arguments import RESULTS, refuse


@click.command()
@RESULTS
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the page.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Page to write.  [default: RESULTS/report.html, or report.zh.html]",
)
def command(results: Path, lang: str, out: Path | None) -> None:
    """Write the plan as one page for a board: no network, no other files.

    Figures and studies that stand in the results folder are part of it; run `plan report` again after a new study.
    """
    from planner.report import write_report
    from planner.results.folder import ResultsError, shown

    try:
        path = write_report(results, "zh" if lang == "zh" else "en", out)
    except ResultsError as error:
        refuse(str(error))
    click.echo(shown(path))
