from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.assembly.typical_days import (
    billing_groups,
    full_year,
    given_periods,
    month_of_day,
    month_span,
    typical_days,
)


def factory_year(seed: int = 1, per_day: int = 24) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(365), per_day)
    hour = np.tile(np.arange(per_day) * 24 / per_day, 365)
    working = (day % 7 < 5).astype(float)
    load = 2.0 + 3.0 * working * ((hour >= 8) & (hour < 20)) + rng.uniform(0, 0.3, day.size)
    heat = 1.0 + np.cos(2 * np.pi * (day - 15) / 365) + rng.uniform(0, 0.1, day.size)
    pv = np.maximum(0, np.sin(np.pi * (hour - 6) / 12)) * rng.uniform(0.2, 1.0, 365)[day]
    return {"load": load, "heat": heat, "pv": pv}


def seasonal_price(months: tuple[int, ...], per_day: int = 24) -> np.ndarray:
    hour = np.arange(per_day) * 24 / per_day
    summer, rest = np.where(hour < 8, 0.3, 1.4), np.where(hour < 8, 0.3, 1.0)
    return np.concatenate([summer if m in months else rest for m in month_of_day()])


@given(st.integers(4, 40), st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_energy_of_every_series_and_group_peaks_are_kept(count, seed):
    series = factory_year(seed)
    year = typical_days(count, 1.0, series, series["load"])
    for values in series.values():
        assert year.project(values) @ year.steps.hours_per_year == pytest.approx(values.sum(), rel=1e-12)
    assert year.steps.times_per_year.sum() == pytest.approx(8760)
    assert year.steps.months_per_billing.sum() == 12
    assert year.steps.count == 24 * count
    assert year.project(series["load"]).max() == pytest.approx(series["load"].max())


def test_each_group_keeps_the_day_of_its_peak_with_weight_one():
    series = factory_year()
    year = typical_days(12, 1.0, series, series["load"], prices=[seasonal_price((6, 7))])
    groups = np.repeat(billing_groups((seasonal_price((6, 7)).reshape(365, 24)[:, 23] > 1.2).astype(np.int64), 4), 24)
    load = year.project(series["load"])
    for g in range(4):
        assert load[year.steps.billing == g].max() == pytest.approx(series["load"][groups == g].max())
        assert (year.steps.times_per_year[year.steps.billing == g] == 1.0).any()


def test_tariff_tables_are_never_blended():
    series = factory_year()
    price = seasonal_price((6, 7))
    projected = typical_days(10, 1.0, series, series["load"], prices=[price]).project(price)
    assert set(np.round(projected, 9)) == {0.3, 1.0, 1.4}


def test_hourly_prices_keep_the_bill_of_the_load_and_are_announced():
    series = factory_year()
    price = np.random.default_rng(3).uniform(0.2, 1.2, 8760)
    year = typical_days(12, 1.0, series, series["load"], prices=[price])
    bill = year.project(price, series["load"]) * year.project(series["load"]) @ year.steps.hours_per_year
    assert bill == pytest.approx(price @ series["load"])
    assert "differ from day to day" in year.notes[0]


def test_storage_wraps_in_the_day_and_over_the_year():
    series = factory_year()
    days = typical_days(8, 1.0, series, series["load"]).steps
    assert days.before[0] == 23
    assert days.before[24] == 47
    assert (days.period[days.before] == days.period).all()
    assert full_year(1.0).steps.before[0] == 8759


def test_two_kinds_of_identical_days_are_recovered_exactly():
    working = np.repeat(np.arange(365) % 7 < 5, 24)
    load = np.where(working, 5.0, 1.0)
    year = typical_days(3, 1.0, {"load": load}, load)
    assert year.steps.count == 3 * 24
    weights = dict(zip(np.round(year.project(load)[::24], 9), year.steps.times_per_year[::24], strict=True))
    assert weights[1.0] == 104  # 52 weeks of two idle days; the working days are split by the peak day


def test_the_annual_heat_peak_stays():
    series = factory_year()
    series["heat"][24 * 40 + 5] = 9.0
    year = typical_days(16, 1.0, series, series["load"], annual_peaks={"heat": series["heat"]})
    assert year.project(series["heat"]).max() == pytest.approx(9.0)


def test_four_seasons_without_a_seasonal_tariff():
    groups = billing_groups(np.zeros(365, dtype=np.int64), 4)
    months = [month_span(np.unique(month_of_day()[groups == g])) for g in range(4)]
    assert months == ["Dec-Feb", "Mar-May", "Jun-Aug", "Sep-Nov"]


def test_runs_of_tariff_months_are_billing_groups():
    tables = np.isin(month_of_day(), (6, 7)).astype(np.int64) + 2 * np.isin(month_of_day(), (0, 11))
    groups = billing_groups(tables, 4)
    months = {month_span(np.unique(month_of_day()[groups == g])) for g in range(4)}
    assert months == {"Dec-Jan", "Feb-Jun", "Jul-Aug", "Sep-Nov"}
    assert billing_groups(tables, 3).max() == 2  # spring and autumn joined


def test_more_days_are_taken_where_the_tables_need_them():
    """Twelve months with a price each: a peak day and another day for each."""
    series = factory_year()
    month = np.repeat(month_of_day(), 24)
    year = typical_days(6, 1.0, series, series["load"], prices=[month * 0.1])
    assert year.steps.count == 24 * 24
    assert year.notes == ("6 are too few for 12 billing groups: 24 are taken",)
    assert float(year.project(month * 0.1) @ year.steps.hours_per_year) == pytest.approx(float(np.sum(month * 0.1)))


def test_kinds_of_day_stay_apart_when_there_is_room():
    series = {"load": np.random.default_rng(0).uniform(1, 2, 8760)}
    kinds = (np.arange(365) % 7 >= 5).astype(np.int64)
    year = typical_days(16, 1.0, series, series["load"], classes=kinds)
    assert set(np.round(year.project(np.repeat(kinds.astype(float), 24)), 9)) == {0.0, 1.0}


def test_deterministic_and_quick_at_15_minutes():
    series = factory_year(per_day=96)
    began = time.perf_counter()
    first = typical_days(12, 0.25, series, series["load"])
    assert time.perf_counter() - began < 2.0
    second = typical_days(12, 0.25, series, series["load"])
    assert np.array_equal(first.shares, second.shares)
    assert first.steps.times_per_year.sum() * 0.25 == pytest.approx(8760)


def test_given_periods_are_cyclic_each():
    steps = given_periods(1.0, [4380, 4380], 1).steps
    assert list(steps.before) == [0, 1]
    assert list(steps.months_per_billing) == [12]
    assert steps.hours_per_year.sum() == 8760
    steps = given_periods(1.0, [90, 275], 24, [7, 1]).steps
    assert list(steps.billing[[0, 24]]) == [1, 0]
    assert steps.months_per_billing == pytest.approx([12 * 275 / 365, 12 * 90 / 365])


def test_given_periods_take_the_mean_day_of_their_month():
    series = np.repeat(month_of_day(), 24) + np.tile(np.arange(24) >= 12, 365)
    assert given_periods(1.0, [365], 2, [7]).project(series) == pytest.approx([6.0, 7.0])
    two_days = given_periods(1.0, [182.5], 48, [7]).project(series)
    assert two_days[[0, 12, 24, 47]] == pytest.approx([6.0, 7.0, 6.0, 7.0])
    own = np.array([3.0, 4.0])
    assert list(given_periods(1.0, [365], 2).project(own)) == [3.0, 4.0]
