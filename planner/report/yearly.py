"""Tables with a row for each year: columns of zeros are left out, money has a sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner.report.blocks import Table
from planner.report.case import Case
from planner.report.words import number

NOTHING = 1e-9


def year_table(
    case: Case, title: str, columns: Mapping[str, Sequence[float]], decimals: int = 0, summed: bool = False
) -> Table | None:
    """One row per year; None where every column is zero throughout. Values follow `case.years`."""
    used = {heading: values for heading, values in columns.items() if any(abs(value) > NOTHING for value in values)}
    if not used:
        return None
    rows = [
        [str(year), *(number(values[n], decimals) for values in used.values())] for n, year in enumerate(case.years)
    ]
    strong = {n for n, year in enumerate(case.years) if year == case.target.get("year")}
    if summed:
        rows.append([case.words("sum"), *(number(sum(values), decimals) for values in used.values())])
        strong.add(len(rows) - 1)
    return Table(title, [case.words("year"), *(f"!{heading}" for heading in used)], rows, frozenset(strong))
