"""`plan dossier`."""

from __future__ import annotations

from pathlib import Path

import click

from planner.arguments import RESULTS, refuse


@click.command()
@RESULTS
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the page.")
@click.option("--year", "years", type=int, multiple=True, help="Plan year; may be given again.  [default: target year]")
@click.option(
    "--evidence",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What is there to show.  [default: evidence.toml beside the scenario]",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Page to write.  [default: RESULTS/dossier.html, or dossier.zh.html]",
)
def command(results: Path, lang: str, years: tuple[int, ...], evidence: Path | None, out: Path | None) -> None:
    """Write what an assessor asks for: inventory, self-assessment, projects, evidence.

    Values of the base year are actual, values of a plan year planned; they never share a table. Nothing here is a
    certificate.
    """
    from planner.dossier import write_dossier
    from planner.results.folder import ResultsError, shown

    try:
        path = write_dossier(results, "zh" if lang == "zh" else "en", out, years, evidence)
    except (ResultsError, OSError) as error:
        refuse(str(error))
    click.echo(shown(path))
