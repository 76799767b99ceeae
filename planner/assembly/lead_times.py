"""How many months lie between a decision and the day from which it works, and so in which years it can work at all.

From the scenario, else the preset, else the library's default for the kind. Whole months, on the first day of a month:

    decide_by  = order_by   - permit_months
    order_by   = build_from - lead_time_months
    build_from = works_from - build_months
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from planner import library
from planner.scenario.base import Preset

Kind = Literal["converters", "stores", "retrofits", "management", "contracts", "instruments", "rating"]
MONTHS = ("permit_months", "lead_time_months", "build_months")


def months_of_kind(kind: Kind) -> tuple[int, int, int]:
    """The library's default months of a kind: permit, lead time, build.

    >>> months_of_kind("contracts")
    (3, 2, 0)
    """
    about = library.entry("lead_times", kind).about
    permit, lead_time, build = (int(about.get(name, 0)) for name in MONTHS)
    return permit, lead_time, build


def months_of(kind: Kind, table: Preset) -> tuple[int, int, int]:
    """The months of one thing, each from its table or from its kind."""
    default = months_of_kind(kind)
    given = (getattr(table, name) for name in MONTHS)
    permit, lead_time, build = (d if g is None else g for d, g in zip(default, given, strict=True))
    return permit, lead_time, build


def earlier(day: date, months: int) -> date:
    """The first day of the month so many months before that of `day`.

    >>> earlier(date(2027, 1, 1), 9), earlier(date(2027, 1, 1), -4)
    (datetime.date(2026, 4, 1), datetime.date(2027, 5, 1))
    """
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def first_workable_year(kind: Kind, table: Preset, today: date | None) -> int | None:
    """First year in which a thing works from its commissioning month on if it is decided today; None: any year."""
    month = getattr(table, "commissioning_month", None) or 1
    return None if today is None else _first_year(today, sum(months_of(kind, table)), month)


def first_retirement_year(kind: Kind, today: date | None) -> int | None:
    """First year from whose start old plant may be out of service if that is decided today; None: any year."""
    permit, *_ = months_of_kind(kind)  # a preset's are those of building it
    return None if today is None else _first_year(today, permit, 1)


def _first_year(today: date, months: int, month: int) -> int:
    year = today.year
    while earlier(date(year, month, 1), months) < today:
        year += 1
    return year
