"""`plan why`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from planner.arguments import JSON, PROGRESS, RESULTS, refuse
from planner.studies.of_result import GAP, QUIET, TIME_LIMIT, studied


@click.command()
@RESULTS
@click.argument("item")
@click.option("--year", type=int, help="Ask about this year alone.")
@click.option("--size", type=click.FloatRange(0, min_open=True), help="Least size that counts as taking it.")
@click.option("--price", metavar="NAME", help="Also by the price of a market, contract, instrument or carbon_price.")
@click.option("--no-switch", is_flag=True, help="Leave out the price at which it enters or leaves.")
@GAP
@TIME_LIMIT
@PROGRESS
@QUIET
@JSON
def command(
    results: Path,
    item: str,
    year: int | None,
    size: float | None,
    price: str | None,
    no_switch: bool,
    gap: float | None,
    time_limit: float,
    progress: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Why an option is in the plan or not: forced the other way, and the price at which it enters or leaves.

    ITEM is a retrofit, converter, store, contract, instrument or management item by its name in the scenario.
    """
    from planner.terminal import wrapped
    from planner.why.forcing import UnknownItemError, find_item
    from planner.why.price_switch import find_price, price_lines, price_switch
    from planner.why.question import Asked, why
    from planner.why.question import as_json as answer_json
    from planner.why.question import lines as answer_lines

    with studied(results, gap, time_limit, quiet, progress) as study:
        problem = study.plan.problem
        try:
            wanted = find_item(problem, item)
            other = None if price is None else find_price(problem, price, study.currency)
        except UnknownItemError as error:
            refuse(str(error))
        if year is not None and year not in problem.years:
            refuse(f"--year: got {year}, the plan has {problem.years[0]} to {problem.years[-1]}")
        found = why(study.again, study.plan, Asked(wanted, year, size, not no_switch), study.currency)
        label = study.label(wanted.name)
        by_price = None
        if other is not None and found.other is not None:
            by_price = price_switch(study.again, problem, wanted, found.size, other, year)
        if as_json:
            written = answer_json(found, label, study.currency) | {
                "by_price": None if by_price is None else by_price.as_json()
            }
            click.echo(json.dumps(written, indent=2, ensure_ascii=False))
            return
        for line in [*answer_lines(found, label, study.currency), *(price_lines(by_price) if by_price else [])]:
            click.echo(wrapped(line))
