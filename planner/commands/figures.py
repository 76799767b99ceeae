"""`plan figures`."""

from __future__ import annotations

from pathlib import Path

import click

from planner.arguments import RESULTS, refuse


@click.command()
@RESULTS
@click.option("--only", "only", metavar="NAME", multiple=True, help="Only this figure; may be given again.")
@click.option("--lang", "langs", type=click.Choice(["en", "zh"]), multiple=True, help="Language.  [default: both]")
@click.option("--format", "forms", type=click.Choice(["svg", "png"]), multiple=True, help="File type.  [default: both]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write to.  [default: RESULTS/figures]")
@click.option("--year", type=int, help="Year of the figures of one year.  [default: the target year]")
@click.option(
    "--beside",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="Only the Pareto curves, with those of these results on the same picture.",
)
def command(
    results: Path,
    only: tuple[str, ...],
    langs: tuple[str, ...],
    forms: tuple[str, ...],
    out: Path | None,
    year: int | None,
    beside: tuple[Path, ...],
) -> None:
    """Draw the figures of a results folder, as SVG and PNG, in English and Chinese.

    Figures of studies (ladder, pareto, abatement, stress, factors) are drawn where the study has been run.
    """
    from planner.figures import FIGURES, FontMissing, NotDrawn
    from planner.figures.files import write_figures, write_together
    from planner.results.folder import ResultsError
    from planner.results.record import open_record

    unknown = [name for name in only if name not in FIGURES]
    if unknown:
        refuse(f"no figure named {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    try:
        folder = out or results / "figures"
        if beside:
            done = write_together([open_record(each) for each in (results, *beside)], folder, langs, forms)
        else:
            done = write_figures(open_record(results), folder, only, langs, forms, year)
    except (ResultsError, FontMissing, NotDrawn) as error:
        refuse(str(error))
    for line in done:
        click.echo(line)
