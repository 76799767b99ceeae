"""`plan workbook`."""

from __future__ import annotations

from pathlib import Path

import click

from planner.arguments import RESULTS, refuse


@click.command()
@RESULTS
@click.option(
    "--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the sheets."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write.  [default: RESULTS/plan.xlsx, or plan.zh.xlsx]",
)
def command(results: Path, lang: str, out: Path | None) -> None:
    """Write the plan as a workbook whose net present cost, payback and rate of return are live formulas."""
    from planner.results.folder import ResultsError, shown
    from planner.workbook import write_workbook

    try:
        path = write_workbook(results, "zh" if lang == "zh" else "en", out)
    except (ResultsError, OSError) as error:
        refuse(str(error))
    click.echo(shown(path))
