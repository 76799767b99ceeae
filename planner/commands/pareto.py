"""`plan pareto`."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any, Literal

import click

from planner.arguments import JSON, refuse, scenario_file
from planner.studies.of_scenario import Subject, end_by, solver_options, subject

AGAINST = ("stars", "score", "tonnes", "final-tonnes", "paper")


@click.command()
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--against", type=click.Choice(AGAINST), default="stars", show_default=True, help="What to trade for.")
@click.option("--points", type=click.IntRange(2, 200), default=12, show_default=True, help="Points of a curve.")
@click.option("--stars", type=click.IntRange(0), help="Stars that every point holds.  [default: the scenario's target]")
@click.option("--out", type=click.Path(path_type=Path), help="Results folder.  [default: results/<case>]")
@click.option(
    "--figure", type=click.Path(dir_okay=False, path_type=Path), help="Draw all curves into this file, .svg or .png."
)
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the figure.")
@solver_options
@JSON
def command(
    scenarios: tuple[Path, ...],
    against: str,
    points: int,
    stars: int | None,
    out: Path | None,
    figure: Path | None,
    lang: Literal["en", "zh"],
    as_json: bool,
    quiet: bool,
    **settings: Any,
) -> None:
    """Trace least cost against rating, tonnes or paper, each point proven and with its plan.

    Writes studies/pareto.json and pareto.csv into the results folder of each scenario (`plan solve` makes it).
    Several scenarios may share one picture.
    """
    if figure is not None and figure.suffix not in (".svg", ".png"):
        refuse(f"--figure: {figure} ends neither in .svg nor in .png")
    if out is not None and len(scenarios) > 1:
        refuse("--out is for one scenario; several are written into results/<case> each")
    studies = []
    for path in scenarios:
        with subject(scenario_file(path), out, quiet=quiet, **settings) as found:
            studies.append(_traced(found, against, points, stars, settings["time_limit"] is not None))
        if not (as_json or quiet):
            _show(studies[-1])
    if figure is not None:
        _draw(studies, figure, lang)
    if as_json:
        click.echo(json.dumps(studies if len(studies) > 1 else studies[0], indent=2, ensure_ascii=False))
    end_by(point["status"] for study in studies for point in study["points"])


def _traced(found: Subject, against: str, points: int, stars: int | None, timed: bool) -> dict[str, Any]:
    from planner.pareto.axes import axis_of, target_years, with_stars
    from planner.pareto.curve import MOST_SOLVES, Curve, trace
    from planner.pareto.study import study
    from planner.studies.kept import write_study

    problem = found.prepared.problem
    try:
        axis = axis_of(against, problem)
    except ValueError as error:
        refuse(str(error))
    asked = target_years(problem)
    if stars is not None:
        problem = with_stars(problem, asked, stars)
    deadline = time.monotonic() + found.time_limit_s
    curve = Curve(problem, axis, found.again, deadline, math.inf if timed else MOST_SOLVES, found.solved_s)
    trace(curve, points)
    traced = study(curve, asked, found.name, found.prepared.case.currency, found.label)
    write_study(found.folder, traced)
    return traced


def _draw(studies: list[dict[str, Any]], path: Path, lang: Literal["en", "zh"]) -> None:
    from planner.figures.pareto import figure_of
    from planner.figures.style import FontMissing, written

    currencies = {study["currency"] for study in studies}
    if len(currencies) > 1:
        refuse(f"--figure: {' and '.join(sorted(currencies))} do not stand on one axis")
    try:
        form: Literal["svg", "png"] = "svg" if path.suffix == ".svg" else "png"
        path.write_bytes(written(lambda: figure_of(studies, currencies.pop(), lang), "pareto", form))
    except (OSError, FontMissing) as error:
        refuse(f"--figure: {error}")


def _show(study: dict[str, Any]) -> None:
    from rich.console import Console

    from planner.pareto.show import show_pareto

    show_pareto(study, Console())
