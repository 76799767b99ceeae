"""Load shapes of a year from the library's hourly weekdays, monthly weights and response to weather.

    shape[h] = day[weekday, hour] * monthly[month] * (free + (1 - free) * degrees[h] / mean degrees)

degrees = max(0, base - outdoor) for heating, max(0, outdoor - base) for cooling. Only proportions matter.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.problem import Array
from planner.assembly.typical_days import month_of_day
from planner.library import Entry
from planner.reading.days import SATURDAY, SUNDAY, Days


def library_profile(entry: Entry, days: Days, hours: float, temperature_c: Callable[[], Array]) -> Array:
    """(8760 / hours,) relative load on the days of a year; `temperature_c` is asked only where the shape responds to weather."""
    values = entry.values
    by_kind = np.array([values["weekday"], values["saturday"], values["sunday"]], dtype=np.float64)
    kind = np.select([days.weekday == SATURDAY, days.weekday == SUNDAY], [1, 2], 0)
    hourly = by_kind[kind] * np.asarray(values["monthly"], dtype=np.float64)[month_of_day()][:, None]
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
