"""Hourly series of the shipped factories, made from shift patterns, seasons, holidays and climatology.

    python scenarios/generate.py            writes every CSV of every factory beside its scenario.toml
    python scenarios/generate.py --check    says which committed CSVs differ from what would be written

No file is downloaded and nothing is measured: a factory is a table of end uses (`sites.py`), each with its energy
per year, its share at standstill, what it follows and how uneven it is; a climate is twelve monthly means. Everything
random comes from named streams of uniform numbers, so a run repeats byte for byte and a new end use moves no other.

A load is

    load[h] = annual_mwh · shape[h] / Σ shape,   shape = (standby + (1 − standby)·activity[h]) · weather[h] · noise[h]

activity = shift pattern of the weekday × season of the month × holidays × a slowly moving order book, 1 at full output.
"""

from __future__ import annotations

import csv
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sites import FACTORIES, YEAR, Climate, EndUse, Factory

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

FOLDER = Path(__file__).parent
DAYS = 365
HOURS = DAYS * 24
CHINA_TIME = timezone(timedelta(hours=8))
MID_MONTH_DAY = np.array([15, 45, 74, 105, 135, 166, 196, 227, 258, 288, 319, 349], dtype=np.float64)


@dataclass(frozen=True)
class Weather:
    """Hourly weather of a year: dry-bulb temperature [°C], PV and wind output per unit of size."""

    temperature_c: Array
    pv: Array
    wind: Array


def stream(name: str) -> np.random.Generator:
    """The random stream of a name. Only `.random` is drawn from it, which numpy keeps stable."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def wander(name: str, count: int, persistence: float, spread: float) -> Array:
    """A first-order autoregressive series of zero mean and standard deviation `spread`, from triangular shocks."""
    rng = stream(name)
    shocks = (rng.random(count) + rng.random(count) - 1.0) * np.sqrt(6.0 * (1.0 - persistence**2)) * spread
    values = np.empty(count)
    value = 0.0
    for position, shock in enumerate(shocks):
        value = persistence * value + shock
        values[position] = value
    return values


def month_of_day() -> IntArray:
    """Month index 0..11 of each day of the year."""
    first = date(YEAR, 1, 1)
    return np.array([(first + timedelta(days=day)).month - 1 for day in range(DAYS)], dtype=np.int64)


def by_day(monthly: tuple[float, ...]) -> Array:
    """Monthly means drawn through the middle of the months to one value per day, the year closing on itself."""
    days = np.concatenate(([MID_MONTH_DAY[-1] - DAYS], MID_MONTH_DAY, [MID_MONTH_DAY[0] + DAYS]))
    values = np.array((monthly[-1], *monthly, monthly[0]))
    return np.interp(np.arange(DAYS) + 0.5, days, values)


def hourly(daily: Array) -> Array:
    """Each day's value for its 24 hours."""
    return np.repeat(daily, 24)


def scaled_by_month(shape: Array, monthly_sum: tuple[float, ...], most: float) -> Array:
    """The shape scaled month by month to the given sums, never above `most` in an hour."""
    month = hourly(month_of_day().astype(np.float64)).astype(np.int64)
    scaled = shape.copy()
    for index, wanted in enumerate(monthly_sum):
        inside = month == index
        for _ in range(8):  # what the ceiling cuts off is spread over the other hours
            scaled[inside] = np.minimum(scaled[inside] * wanted / scaled[inside].sum(), most)
    return scaled


def clearness(city: str) -> Array:
    """(365,) clearness of each day's sky between 0.15 and 1, with a memory of a day or two."""
    return np.clip(0.62 + wander(f"{city}/sky", DAYS, 0.45, 0.24), 0.15, 1.0)


def sun_height(latitude_deg: float) -> Array:
    """(8760,) sine of the sun's elevation in the middle of each hour (solar time), 0 at night."""
    day = np.repeat(np.arange(DAYS), 24)
    hour_angle = np.deg2rad(15.0 * (np.tile(np.arange(24), DAYS) + 0.5 - 12.0))
    declination = np.deg2rad(23.45) * np.sin(2.0 * np.pi * (284 + day + 1) / 365.0)
    latitude = np.deg2rad(latitude_deg)
    height = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    return np.maximum(height, 0.0)


def weather_of(climate: Climate) -> Weather:
    """Hourly weather whose monthly means and full-load hours are those of the climate."""
    city, sky = climate.city, clearness(climate.city)
    hour = np.tile(np.arange(24), DAYS)
    passing_clouds = np.clip(1.0 + wander(f"{city}/clouds", HOURS, 0.6, 0.12), 0.5, 1.4)
    pv = scaled_by_month(
        sun_height(climate.latitude_deg) ** 1.15 * hourly(sky) * passing_clouds, climate.pv_hours, 0.86
    )
    swing = hourly(by_day(climate.daily_range_c) / 2.0 * (0.55 + 0.75 * sky)) * np.cos(
        2.0 * np.pi * (hour - 14.5) / 24.0
    )
    temperature = hourly(by_day(climate.temperature_c) + wander(f"{city}/fronts", DAYS, 0.7, 2.6)) + swing
    month = hourly(month_of_day().astype(np.float64)).astype(np.int64)
    for index, mean in enumerate(climate.temperature_c):
        temperature[month == index] += mean - temperature[month == index].mean()
    gusts = wander(f"{city}/wind", HOURS, 0.96, 1.0) - 0.25 * np.cos(2.0 * np.pi * (hour - 3.0) / 24.0)
    wind = scaled_by_month(1.0 / (1.0 + np.exp(1.1 - 1.7 * gusts)), climate.wind_hours, 0.98)
    return Weather(temperature, pv, wind)


def humidity_of(climate: Climate) -> Array:
    """(8760,) relative humidity [%] of the climatology."""
    return hourly(by_day(climate.relative_humidity))


def _cooling(climate: Climate, weather: Weather) -> Array:
    damp = 1.0 + 0.02 * np.maximum(humidity_of(climate) - 60.0, 0.0)  # moist air has to be dried as well
    return 0.08 + np.maximum(weather.temperature_c - 18.0, 0.0) * damp / 12.0


def _heating(climate: Climate, weather: Weather) -> Array:
    return np.maximum(16.0 - weather.temperature_c, 0.0) / 12.0


def _inlet_water(climate: Climate, weather: Weather) -> Array:
    mean = float(np.mean(climate.temperature_c))
    water = mean + 0.7 * (hourly(by_day(climate.temperature_c)) - mean)  # rivers and mains swing less than the air
    return (85.0 - water) / (85.0 - mean)


def _cold_store(climate: Climate, weather: Weather) -> Array:
    return 0.5 + 0.5 * np.maximum(weather.temperature_c + 18.0, 6.0) / (float(np.mean(climate.temperature_c)) + 18.0)


def _intake_air(climate: Climate, weather: Weather) -> Array:
    return 1.0 + 0.003 * (weather.temperature_c - float(np.mean(climate.temperature_c)))


def _daylight(climate: Climate, weather: Weather) -> Array:
    return np.where(weather.pv > 0.08, 0.72, 1.0)


WEATHER_FACTORS: dict[str, Callable[[Climate, Weather], Array]] = {
    "none": lambda climate, weather: np.ones(HOURS),
    "cooling": _cooling,
    "heating": _heating,
    "inlet_water": _inlet_water,
    "cold_store": _cold_store,
    "intake_air": _intake_air,
    "daylight": _daylight,
}


def activity_of(factory: Factory, pattern: str) -> Array:
    """(8760,) rate of production, 1 at full output: shifts, rest days, season, closures and the order book."""
    orders = 1.0 + wander(f"{factory.case}/orders", DAYS, 0.8, 0.045)
    season = by_day(factory.season)
    rate = np.empty((DAYS, 24))
    for day in range(DAYS):
        today = date(YEAR, 1, 1) + timedelta(days=day)
        weekday = today.weekday()
        shift = factory.shifts[pattern][0 if weekday < 5 else weekday - 4]
        level = factory.rest_level if today.day in factory.rest_days_of_month else 1.0
        for closure in factory.closures:
            if closure.first <= today <= closure.last:
                level = min(level, closure.level)
        rate[day] = np.array(shift) * level * season[day] * orders[day]
    return rate.ravel()


def load_of(factory: Factory, use: EndUse, weather: Weather) -> Array:
    """(8760,) load of an end use [MW] whose sum is its energy per year [MWh]."""
    running = use.standby + (1.0 - use.standby) * activity_of(factory, use.pattern)
    noise = np.clip(1.0 + wander(f"{factory.case}/{use.name}", HOURS, 0.5, use.noise), 0.4, 1.8)
    shape = running * WEATHER_FACTORS[use.weather](factory.climate, weather) * noise
    return use.annual_mwh * shape / shape.sum()


def compact(value: float) -> str:
    """A number to three decimals (kW) without trailing zeros."""
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"


def table(columns: dict[str, Array]) -> str:
    """The CSV text of hourly columns with ISO stamps in China Standard Time."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["time", *columns])
    start = datetime(YEAR, 1, 1, tzinfo=CHINA_TIME)
    for hour, row in enumerate(zip(*columns.values(), strict=True)):
        writer.writerow([(start + timedelta(hours=hour)).isoformat(timespec="minutes"), *map(compact, row)])
    return out.getvalue()


def files_of(factory: Factory) -> Iterator[tuple[Path, str]]:
    """Path and text of every CSV of a factory: its weather and its loads by end use."""
    weather = weather_of(factory.climate)
    folder = FOLDER / factory.case
    yield (
        folder / "weather.csv",
        table({"temperature_c": np.round(weather.temperature_c, 1), "pv": weather.pv, "wind": weather.wind}),
    )
    for name, uses in factory.files.items():
        yield folder / name, table({f"{use.name}_mw": load_of(factory, use, weather) for use in uses})


def main(arguments: list[str]) -> int:
    """Write the CSVs, or with `--check` compare them with what is there; 1 if any differs."""
    differing = 0
    for factory in FACTORIES:
        for path, text in files_of(factory):
            if "--check" in arguments:
                if not path.exists() or path.read_bytes() != text.encode():
                    differing += 1
                    print(f"differs: {path.relative_to(FOLDER)}")
            else:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(text.encode())
                print(f"wrote {path.relative_to(FOLDER)} ({len(text) // 1000} kB)")
    return min(differing, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
