"""The numbers of the benchmark site, for every contestant alike: numpy only, no planner.

A synthetic two-shift factory, drawn once from a fixed seed: loads, sun, wind and a three-level tariff, hour by hour. Power [MW],
money in millions, factors in t/MWh; the costs are those of design studies in million yen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FIRST_YEAR = 2026
DAYS_OF_MONTH = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True)
class Case:
    """Which problem: `kind` is common or factory; a year may be cut short for tests."""

    kind: str = "common"
    years: int = 1
    step_minutes: int = 60
    days: int = 365

    @property
    def title(self) -> str:
        """The case in words."""
        return f"{self.kind}, {self.years} y × {self.days * 1440 // self.step_minutes} steps"


@dataclass(frozen=True)
class Weather:
    """One year of series, (T,) each; `month` is 0..11."""

    hours: float
    month: NDArray[np.int64]
    electricity_mw: Array
    steam_mw: Array
    hot_water_mw: Array
    sun: Array
    wind: Array
    bought_sun: Array
    price: Array


@dataclass(frozen=True)
class Common:
    """The common problem: a load, the grid at a tariff, PV and a battery of given hours, both of free size, sale of surplus PV.

    With D[y] = (1+r)^-(y+1), sizes built once at the start and working throughout:

        minimise capex_pv·P + capex_battery·E + Σ_y D[y]·(opex_pv·P + opex_battery·E
                 + Σ_t hours·price_index[y]·(price[t]·import[y,t] − export_price·export[y,t]))
        import + pv + discharge = load·growth[y] + export + charge
        pv ≤ sun[t]·P,  charge, discharge ≤ E/battery_hours,  stored ≤ E
        stored[t] = (1−loss)^hours·stored[t−1] + efficiency·charge·hours − discharge·hours/efficiency, a circle every year

    The sale earns less than any purchase costs, so nothing but surplus PV is ever sold, whether or not a contestant says so.
    """

    hours: float
    load_mw: Array  # (T,)
    growth: Array  # (Y,)
    sun: Array  # (T,)
    price: Array  # (T,)
    price_index: Array  # (Y,)
    export_price: float = 0.006
    most_mw: float = 60.0  # of import and of export
    pv_most_mw: float = 40.0
    battery_most_mwh: float = 80.0
    battery_hours: float = 2.0
    efficiency: float = 0.95
    loss_per_hour: float = 0.0005
    pv_capex: float = 160.0
    pv_opex: float = 3.0
    battery_capex: float = 18.0
    battery_opex: float = 0.6
    rate: float = 0.05

    @property
    def discount(self) -> Array:
        """(Y,) of running cash, at the end of each year."""
        return np.asarray((1 + self.rate) ** -(np.arange(len(self.growth)) + 1.0))

    @property
    def once(self) -> float:
        """Share of capex that a horizon carries: payments for 25 years, of which only those of the horizon are counted."""
        annuity = self.rate / (1 - (1 + self.rate) ** -25)
        return float(annuity * self.discount.sum())


def common(case: Case) -> Common:
    """The numbers of the common problem."""
    w, y = weather(case), np.arange(case.years)
    return Common(w.hours, w.electricity_mw, 1.01**y, w.sun, w.price, 1.015**y)


def weather(case: Case, seed: int = 7) -> Weather:
    """Loads, sun, wind and tariff of one year; steps shorter than an hour interpolate and add a ripple of their own."""
    rng = np.random.default_rng(seed)
    t = np.arange(8760)
    hour, day = t % 24, t // 24
    season, working = np.cos(2 * np.pi * (day - 15) / 365), day % 7 < 5  # season is +1 in winter
    shift, of_day = np.where((hour >= 8) & (hour < 20), 1.0, 0.62), rng.normal(0, 0.05, 365)[day]
    cooling = 1.6 * np.maximum(0, -season) * (hour >= 8) * (hour < 19)
    electricity = (7.0 * np.where(working, shift, 0.45) + cooling) * (1 + of_day) + rng.normal(0, 0.15, 8760)
    steam = (5.0 * np.where(working, shift, 0.35) + 0.8 * np.maximum(0, season)) * (1 + of_day) + rng.normal(
        0, 0.1, 8760
    )
    hot = (1.8 * np.where(working, shift, 0.4) + 1.2 * np.maximum(0, season)) * (1 + of_day) + rng.normal(0, 0.05, 8760)
    daylight = np.sin(np.pi * (hour - 5.5 + 0.7 * season) / (13 - 1.4 * season)) * ((hour > 5) & (hour < 19))
    clear = np.maximum(0, daylight) * (0.85 - 0.15 * season)
    here, there = (np.clip(rng.beta(2.2, 1.3, 365), 0.12, 1)[day] for _ in range(2))
    gusts, noise = np.zeros(8760), rng.normal(0, 1, 8760)
    for k in range(1, 8760):
        gusts[k] = 0.97 * gusts[k - 1] + 0.24 * noise[k]
    month = np.repeat(np.arange(12), DAYS_OF_MONTH * 24)
    dear, summer = working & (hour >= 8) & (hour < 22), (month >= 6) & (month <= 8)
    top = np.where((hour >= 13) & (hour < 16) & summer, 0.0215, np.where(summer, 0.0195, 0.0185))
    loads = [np.maximum(x, 0.2) for x in (electricity, steam, hot)]
    shares = [(clear * here).clip(0, 0.95), 1 / (1 + np.exp(-(1.2 * gusts - 1.1 + 0.35 * season)))]
    shares.append((clear * (0.5 * here + 0.5 * there)).clip(0, 0.95))
    parts, kept = 60 // case.step_minutes, case.days * 24
    smooth = [_finer(x, parts)[: kept * parts].round(4) for x in (*loads, *shares)]
    smooth[3:] = [np.where(x < 1e-3, 0.0, x) for x in smooth[3:]]
    stepped = [np.repeat(x, parts)[: kept * parts] for x in (month, np.where(dear, top, 0.009))]
    return Weather(case.step_minutes / 60, stepped[0], *smooth, stepped[1])


def _finer(hourly: Array, parts: int) -> Array:
    """Hourly values spread over `parts` steps per hour, each hour keeping roughly its mean."""
    if parts == 1:
        return hourly
    at = (np.arange(len(hourly) * parts) + 0.5) / parts - 0.5
    return np.interp(at, np.arange(len(hourly)), hourly)
