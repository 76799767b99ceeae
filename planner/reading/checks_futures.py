"""Checks of the futures: their names, what their prices name, and the year in which they part."""

from __future__ import annotations

from collections.abc import Iterator

from planner.reading.checks import Context, known
from planner.reading.findings import Finding


def futures_findings(at: Context) -> Iterator[Finding]:
    """Faults of [[futures]] and [futures_rules]."""
    futures, horizon = at.scenario.futures, at.scenario.horizon
    priced = [name for table in ("markets", "contracts", "instruments") for name in at.names(table)]
    names = [one.name for one in futures]
    for n, one in enumerate(futures):
        if one.name in names[:n]:
            yield Finding(("futures", n, "name"), one.name, "another name", "two futures are called so")
        for name in one.prices:
            path = ("futures", n, "prices", name)
            yield from known(path, name, priced, "a market, contract or instrument", at_key=True)
    revealed = at.scenario.futures_rules.revealed
    if len(futures) == 1:
        yield Finding(("futures", 0, "name"), "one future", "at least two futures")
    if futures and revealed is None:
        yield Finding(("futures_rules", "revealed"), "nothing", "a year", "required because there are futures")
    if at.horizon_known and revealed is not None and not horizon.first_year < revealed <= horizon.last_year:
        yield Finding(
            ("futures_rules", "revealed"), str(revealed), f"a year from {horizon.first_year + 1} to {horizon.last_year}"
        )
