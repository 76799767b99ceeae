"""Time-of-use prices by the step."""

from __future__ import annotations

import numpy as np

from models.problem import Array
from planner.assembly.typical_days import DAYS, month_of_day
from planner.reading.checks_supply import hours_of_day
from planner.reading.days import Days
from planner.scenario import TimeOfUse

DAY_KINDS = ("workday", "weekend", "holiday")
PER_HOUR = 60  # a tariff is laid out by the minute of a day; steps are its means


def time_of_use(table: TimeOfUse, year: Days, hours: float) -> Array:
    """Full-year price [per MWh] in steps of `hours`; a later period overrides an earlier one, spans may pass
    midnight."""
    month = month_of_day() + 1
    minute = np.arange(24 * PER_HOUR)
    kinds = np.stack([month, *(year.are(named) for named in DAY_KINDS)], axis=1)
    present, kind = np.unique(kinds, axis=0, return_inverse=True)
    price = np.full((len(present), minute.size), table.prices[table.otherwise])
    for period in table.periods:
        days = np.isin(present[:, 0], period.months)
        if period.days != "all":
            days &= present[:, 1 + DAY_KINDS.index(period.days)] > 0
        for written in period.hours:
            span = hours_of_day(written)
            assert span is not None, written  # the reader has checked it
            start, stop = (round(h * PER_HOUR) for h in span)
            late, early = minute >= start, minute < stop
            price[np.ix_(days, (late & early) if start < stop else (late | early))] = table.prices[period.price]
    steps = price.reshape(len(present), round(24 / hours), -1).mean(axis=2)
    return np.asarray(steps[kind.ravel()].reshape(DAYS * steps.shape[1]), dtype=np.float64)
