"""Hourly weather made from a climate: temperature, and the capacity factors of PV and wind.

Used when a scenario gives no weather file. Everything is synthetic and repeatable: sun and seasons come from geometry
and monthly means, clouds and wind from a seeded sequence. Monthly mean temperatures, monthly PV hours and the yearly
wind hours are met exactly; the hours between are plausible, not measured.

Sources: declination by Cooper (1969), *Solar Energy* 12(3), eq. 1; clear-sky horizontal irradiance by Haurwitz (1945),
*J. Meteorology* 2(3); wind speeds are Rayleigh distributed (IEC 61400-1, 6.3.1.1).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist

import numpy as np

from models.problem import Array
from planner.assembly.typical_days import DAYS, MONTH_DAYS, month_of_day

CLOUD_DAY_CORRELATION = 0.5  # clearness of a day against the day before
CLOUD_SPREAD = 0.9  # logit spread of a day's clearness
CLOUD_HOUR_SPREAD = 0.35  # the same within a day
SYNOPTIC_DAY_CORRELATION = 0.8  # warm and cold spells
SYNOPTIC_SPREAD_K = 2.5
WIND_HOUR_CORRELATION = 0.95
STANDARD_NORMAL = NormalDist()
CUT_IN, RATED, CUT_OUT = 3.0, 12.0, 25.0  # m/s, a common class III turbine


@dataclass(frozen=True)
class Climate:
    """What the weather generator needs of a place; monthly tuples run from January to December."""

    latitude_deg: float
    temperature_c: tuple[float, ...]  # monthly means
    daily_range_k: float  # coldest to warmest hour of a mean day
    pv_full_load_hours: tuple[float, ...]  # per month
    wind_full_load_hours: float  # per year
    seed: int = 1


@dataclass(frozen=True)
class Weather:
    """Full-year series in local solar time, one value per step."""

    temperature_c: Array
    pv: Array  # share of nameplate
    wind: Array


def synthetic_weather(climate: Climate, hours: float) -> Weather:
    """Weather of a year of 365 days in steps of `hours`; equal inputs give equal series."""
    per_day = round(24 / hours)
    midpoint = np.asarray((np.arange(DAYS * per_day) + 0.5) * hours, dtype=np.float64)
    rng = np.random.default_rng(climate.seed)
    clouds, spells, hourly, gusts = (_normal(rng, n) for n in (DAYS, DAYS, DAYS * 24, DAYS * 24))
    of_hour = np.minimum(midpoint.astype(np.int64), DAYS * 24 - 1)
    clearness: Array = _clearness(clouds, hourly)[of_hour]
    return Weather(
        temperature_c=_temperature(climate, midpoint, _correlated(spells, SYNOPTIC_DAY_CORRELATION)),
        pv=_pv(climate, midpoint, clearness, hours),
        wind=_wind(climate, _correlated(gusts, WIND_HOUR_CORRELATION)[of_hour]),
    )


def clear_sky(latitude_deg: float, hour_of_year: Array) -> Array:
    """Clear-sky horizontal irradiance as a share of 1 kW/m2, zero at night.

    >>> noon_in_june = np.array([24 * 171 + 12.0])
    >>> round(float(clear_sky(23.45, noon_in_june)[0]), 2)
    1.04
    """
    day = hour_of_year / 24
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + day + 1) / 365)
    hour_angle: Array = 2 * np.pi * (day % 1 - 0.5)
    latitude = math.radians(latitude_deg)
    sine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    sine = np.maximum(sine, 0.0)
    haze = np.divide(-0.057, sine, out=np.full_like(sine, -100.0), where=sine > 1e-3)
    return np.asarray(1.098 * sine * np.exp(haze), dtype=np.float64)


def _normal(rng: np.random.Generator, count: int) -> Array:
    """Standard normal draws made from uniform ones, whose stream NumPy keeps from version to version."""
    uniform = np.clip(rng.random(count), 1e-9, 1 - 1e-9)
    return np.array([STANDARD_NORMAL.inv_cdf(p) for p in uniform.tolist()])


def _correlated(draws: Array, correlation: float) -> Array:
    """First-order autoregressive sequence of unit variance, started from its stationary state."""
    fresh = math.sqrt(1 - correlation**2)
    state = float(draws[0])
    out = np.empty_like(draws)
    for i, draw in enumerate(draws.tolist()):
        state = correlation * state + fresh * draw if i else state
        out[i] = state
    return out


def _clearness(clouds: Array, hourly: Array) -> Array:
    """(8760,) share of the clear-sky irradiance that arrives, 0..1."""
    day = CLOUD_SPREAD * _correlated(clouds, CLOUD_DAY_CORRELATION)
    return np.asarray(1 / (1 + np.exp(-(0.4 + np.repeat(day, 24) + CLOUD_HOUR_SPREAD * hourly))))


def _pv(climate: Climate, midpoint: Array, clearness: Array, hours: float) -> Array:
    """Irradiance scaled, month by month, to the climate's full-load hours, at most the nameplate."""
    raw = clear_sky(climate.latitude_deg, midpoint) * clearness
    month = np.repeat(month_of_day(), midpoint.size // DAYS)
    pv = np.zeros_like(raw)
    for m, full_load_hours in enumerate(climate.pv_full_load_hours):
        here = month == m
        share = raw[here]
        pv[here] = _scaled_to(partial(_at_most_nameplate, share), full_load_hours / hours, 20.0)
    return pv


def _at_most_nameplate(share: Array, factor: float) -> Array:
    return np.minimum(factor * share, 1.0)


def _wind(climate: Climate, gusts: Array) -> Array:
    """Turbine output at the mean wind speed that gives the climate's yearly hours."""
    exceeded = np.maximum([math.erfc(gust / math.sqrt(2)) / 2 for gust in gusts.tolist()], 1e-9)
    speed = np.sqrt(-np.log(exceeded) * 4 / np.pi)  # Rayleigh of mean 1

    def output(mean_speed: float) -> Array:
        v = mean_speed * speed
        ramp = np.clip((v**3 - CUT_IN**3) / (RATED**3 - CUT_IN**3), 0, 1)
        return np.asarray(np.where(v < CUT_OUT, ramp, 0.0))

    return _scaled_to(output, climate.wind_full_load_hours / 8760 * gusts.size, 10.0)


def _scaled_to(output: Callable[[float], Array], total: float, most: float) -> Array:
    """Output at the factor in 0..most whose sum is `total`; ValueError when even the largest factor gives less."""
    low, high = 0.0, most
    if output(high).sum() < total:
        raise ValueError(f"{total:.0f} full-load steps are more than this climate's sun or wind can give")
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if output(middle).sum() < total else (low, middle)
    return output(high)


def _temperature(climate: Climate, midpoint: Array, spells: Array) -> Array:
    """Monthly means, smoothly joined, with spells of several days and a daily swing that is warmest at 15 h."""
    middle = np.cumsum(MONTH_DAYS) - np.asarray(MONTH_DAYS) / 2
    ring_days = np.concatenate([[middle[-1] - DAYS], middle, [middle[0] + DAYS]])
    ring_means = np.asarray([climate.temperature_c[-1], *climate.temperature_c, climate.temperature_c[0]])
    day = midpoint / 24
    season = np.interp(day, ring_days, ring_means)
    spell = SYNOPTIC_SPREAD_K * np.interp(day, np.arange(DAYS) + 0.5, spells)
    swing = climate.daily_range_k / 2 * np.cos(2 * np.pi * (midpoint % 24 - 15) / 24)
    temperature = season + spell + swing
    month = np.repeat(month_of_day(), midpoint.size // DAYS)
    for m, mean in enumerate(climate.temperature_c):
        temperature[month == m] += mean - temperature[month == m].mean()
    return np.asarray(temperature, dtype=np.float64)
