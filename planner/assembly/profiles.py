"""Load shapes of a year from the library's hourly weekdays, monthly weights and response to weather.

    shape[h] = day[weekday, hour] * monthly[month] * (free + (1 - free) * degrees[h] / mean degrees)

degrees = max(0, base - outdoor) for heating, max(0, outdoor - base) for cooling. Only proportions matter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from models.problem import Array, IntArray
from planner.assembly.typical_days import DAYS, month_of_day
from planner.library import Entry

SATURDAY, SUNDAY = 5, 6


def weekday_of_day(year: int) -> IntArray:
    """(365,) weekday of each day, Monday 0, of a year whose leap day is left out.

    >>> weekday_of_day(2024)[[0, 58, 59]].tolist()  # Monday 1 January, Wednesday 28 February, Friday 1 March
    [0, 2, 4]
    """
    first = date(year, 1, 1).weekday()
    leap = date(year, 12, 31).timetuple().tm_yday > DAYS
    days = np.arange(DAYS)
    return np.asarray((first + days + (leap & (days >= 59))) % 7, dtype=np.int64)


def library_profile(entry: Entry, year: int, hours: float, temperature_c: Callable[[], Array]) -> Array:
    """(8760 / hours,) relative load; `temperature_c` is asked only where the shape responds to weather."""
    values = entry.values
    weekday = weekday_of_day(year)
    days = np.array([values["weekday"], values["saturday"], values["sunday"]], dtype=np.float64)
    kind = np.select([weekday == SATURDAY, weekday == SUNDAY], [1, 2], 0)
    hourly = days[kind] * np.asarray(values["monthly"], dtype=np.float64)[month_of_day()][:, None]
    per_day = round(24 / hours)
    shape = hourly[:, np.arange(per_day) * 24 // per_day].ravel()
    responds = values.get("responds_to", "none")
    if responds == "none":
        return np.asarray(shape, dtype=np.float64)
    outdoor, base = temperature_c(), float(values["base_temperature_c"])
    degrees = np.maximum(base - outdoor if responds == "heating" else outdoor - base, 0.0)
    free = float(values.get("weather_free_share", 0.0))
    mean = degrees.mean()
    return np.asarray(shape * (free + (1 - free) * degrees / mean if mean > 0 else 1.0), dtype=np.float64)
