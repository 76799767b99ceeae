from __future__ import annotations

import numpy as np
import pytest

from planner.assembly.climate import Climate, clear_sky, synthetic_weather
from planner.assembly.typical_days import month_of_day

SUZHOU = Climate(
    latitude_deg=31.3,
    temperature_c=(4, 6, 10, 16, 21, 25, 29, 28, 24, 19, 12, 6),
    daily_range_k=7.5,
    pv_full_load_hours=(68, 72, 92, 104, 110, 95, 116, 112, 92, 88, 74, 70),
    wind_full_load_hours=2100,
)


@pytest.mark.parametrize("hours", [1.0, 0.25])
def test_monthly_means_and_hours_are_met(hours):
    weather = synthetic_weather(SUZHOU, hours)
    month = np.repeat(month_of_day(), round(24 / hours))
    for m in range(12):
        assert weather.temperature_c[month == m].mean() == pytest.approx(SUZHOU.temperature_c[m])
        assert weather.pv[month == m].sum() * hours == pytest.approx(SUZHOU.pv_full_load_hours[m])
    assert weather.wind.sum() * hours == pytest.approx(2100)
    assert weather.pv.min() == 0.0
    assert weather.pv.max() <= 1.0
    assert 0.0 <= weather.wind.min() <= weather.wind.max() <= 1.0


def test_weather_is_repeatable_and_seeded():
    again = synthetic_weather(SUZHOU, 1.0)
    assert np.array_equal(synthetic_weather(SUZHOU, 1.0).pv, again.pv)
    other = synthetic_weather(Climate(**{**vars(SUZHOU), "seed": 2}), 1.0)
    assert not np.array_equal(other.pv, again.pv)


def test_the_sun_sets_and_stands_higher_in_summer():
    sky = clear_sky(31.3, np.arange(8760) + 0.5).reshape(365, 24)
    assert sky[:, :4].max() == 0.0
    assert sky[171].max() > 1.3 * sky[354].max()
    assert sky[171].argmax() in (11, 12)


def test_pv_varies_from_day_to_day():
    days = synthetic_weather(SUZHOU, 1.0).pv.reshape(365, 24).sum(axis=1)
    july = days[month_of_day() == 6]
    assert july.std() / july.mean() > 0.2


def test_more_sun_than_there_is_is_a_fault():
    with pytest.raises(ValueError, match="more than this climate"):
        synthetic_weather(Climate(**{**vars(SUZHOU), "pv_full_load_hours": (700,) * 12}), 1.0)
