"""The shipped factories as tables: climate, shifts, season, closures, and energy per year by end use.

All of it is invented to be typical, none of it measured. Temperatures and humidities are 1991-2020 normals rounded to
half a degree and a whole per cent; PV hours are those of flat rooftops, about 3.1, 3.0 and 3.5 h per day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

YEAR = 2025


@dataclass(frozen=True)
class Climate:
    """Monthly climatology of a city: rounded long-term means (1991-2020 normals) and design full-load hours of PV."""

    city: str
    latitude_deg: float
    temperature_c: tuple[float, ...]  # monthly mean
    daily_range_c: tuple[float, ...]  # mean difference between afternoon and dawn
    relative_humidity: tuple[float, ...]  # monthly mean [%]
    pv_hours: tuple[float, ...]  # full-load hours of rooftop PV per month [h]
    wind_hours: tuple[float, ...]  # full-load hours of a wind farm of the province per month [h]


@dataclass(frozen=True)
class Closure:
    """Days, first to last, on which production runs at `level` of its normal rate."""

    first: date
    last: date
    level: float


@dataclass(frozen=True)
class EndUse:
    """One load column. `weather` names a factor of `WEATHER_FACTORS`; `noise` is the hourly relative spread."""

    name: str
    annual_mwh: float
    standby: float  # share of the full load that remains when nothing is produced
    noise: float = 0.03
    weather: str = "none"
    pattern: str = "main"  # which shift pattern of the factory it follows


@dataclass(frozen=True)
class Factory:
    """A factory: its climate, its shifts (weekday, Saturday, Sunday: 24 shares each), season, closures and end uses."""

    case: str
    climate: Climate
    shifts: dict[str, tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]]
    season: tuple[float, ...]
    closures: tuple[Closure, ...]
    rest_days_of_month: tuple[int, ...]
    rest_level: float
    files: dict[str, tuple[EndUse, ...]]


SUZHOU = Climate(
    city="Suzhou",
    latitude_deg=31.3,
    temperature_c=(4.0, 6.0, 10.0, 16.0, 21.0, 25.0, 29.0, 28.5, 24.5, 19.0, 13.0, 6.5),
    daily_range_c=(7, 7, 8, 9, 9, 7, 7, 7, 7, 8, 8, 8),
    relative_humidity=(73, 73, 71, 70, 71, 78, 77, 78, 77, 73, 74, 71),
    pv_hours=(70, 72, 95, 108, 115, 98, 120, 116, 98, 92, 76, 70),
    wind_hours=(215, 210, 230, 215, 200, 165, 170, 180, 170, 180, 200, 215),
)
DONGGUAN = Climate(
    city="Dongguan",
    latitude_deg=23.0,
    temperature_c=(14.5, 16.0, 19.0, 23.0, 26.5, 28.0, 29.0, 29.0, 27.5, 25.0, 21.0, 16.0),
    daily_range_c=(8, 7, 6, 6, 7, 6, 7, 7, 7, 8, 8, 9),
    relative_humidity=(71, 76, 81, 82, 80, 81, 79, 79, 76, 69, 69, 66),
    pv_hours=(78, 64, 66, 76, 92, 96, 116, 110, 104, 108, 92, 88),
    wind_hours=(190, 175, 180, 165, 150, 145, 150, 140, 150, 185, 200, 200),
)
WEIFANG = Climate(
    city="Weifang",
    latitude_deg=36.7,
    temperature_c=(-2.5, 0.5, 6.5, 13.5, 19.5, 24.0, 26.5, 25.5, 21.5, 15.0, 7.0, 0.0),
    daily_range_c=(10, 10, 12, 12, 12, 10, 8, 8, 10, 11, 10, 10),
    relative_humidity=(62, 59, 54, 55, 60, 67, 79, 81, 73, 67, 66, 65),
    pv_hours=(84, 92, 122, 130, 142, 124, 112, 112, 112, 104, 84, 76),
    wind_hours=(205, 205, 235, 245, 220, 170, 145, 130, 145, 180, 210, 215),
)

FULL_DAY = (1.0,) * 24
THREE_SHIFTS = (0.92,) * 6 + (0.95, 0.82, 0.98) + (1.02,) * 3 + (0.95,) + (1.03,) * 3 + (0.85,) + (1.0,) * 6 + (0.84,)
THREE_SHIFTS_SUNDAY = tuple(0.86 * share for share in THREE_SHIFTS)
TWO_SHIFTS = (
    (0.55, 0.30) + (0.12,) * 5 + (0.45,) + (1.0,) * 4 + (0.72, 0.95) + (1.02,) * 4 + (0.74, 0.9) + (0.95,) * 3 + (0.85,)
)
TWO_SHIFTS_SATURDAY = tuple(0.9 * share for share in TWO_SHIFTS)
MAINTENANCE_SUNDAY = (0.12,) * 8 + (0.2,) * 9 + (0.12,) * 7
COOKING = (0.15,) * 5 + (0.55,) + (1.0,) * 5 + (0.85, 0.75) + (1.0,) * 6 + (0.8, 0.6) + (0.3, 0.2, 0.15)
CLEANING_SUNDAY = (0.1,) * 7 + (0.3,) * 8 + (0.1,) * 9

TEXTILE = Factory(
    case="textile-suzhou",
    climate=SUZHOU,
    shifts={"main": (THREE_SHIFTS, THREE_SHIFTS, THREE_SHIFTS_SUNDAY)},
    season=(0.94, 0.92, 1.06, 1.06, 1.02, 0.96, 0.90, 0.96, 1.06, 1.08, 1.05, 0.99),
    closures=(
        Closure(date(2025, 1, 23), date(2025, 1, 25), 0.45),
        Closure(date(2025, 1, 26), date(2025, 2, 6), 0.0),
        Closure(date(2025, 2, 7), date(2025, 2, 9), 0.55),
        Closure(date(2025, 5, 1), date(2025, 5, 2), 0.5),
        Closure(date(2025, 10, 1), date(2025, 10, 4), 0.15),
    ),
    rest_days_of_month=(1, 16),
    rest_level=0.45,
    files={
        "electricity.csv": (
            EndUse("dyeing_machines", 7200.0, 0.06, 0.05),
            EndUse("finishing_fans", 4600.0, 0.05, 0.04),
            EndUse("compressed_air", 2400.0, 0.25, 0.04, "intake_air"),
            EndUse("pumps_wastewater", 2600.0, 0.45, 0.03),
            EndUse("lighting", 1300.0, 0.30, 0.01, "daylight"),
            EndUse("air_conditioning", 1900.0, 0.15, 0.04, "cooling"),
            EndUse("other_power", 2200.0, 0.30, 0.03),
        ),
        "heat.csv": (
            EndUse("dyeing_steam", 26000.0, 0.03, 0.10),
            EndUse("drying_steam", 17000.0, 0.05, 0.06),
            EndUse("washing_hot_water", 15000.0, 0.03, 0.07, "inlet_water"),
            EndUse("stenter_gas", 13000.0, 0.03, 0.05),
        ),
    },
)

MACHINING = Factory(
    case="machining-guangdong",
    climate=DONGGUAN,
    shifts={
        "main": (TWO_SHIFTS, TWO_SHIFTS_SATURDAY, MAINTENANCE_SUNDAY),
        "furnaces": (FULL_DAY, FULL_DAY, tuple(0.5 * share for share in FULL_DAY)),
    },
    season=(0.96, 0.88, 1.02, 1.02, 1.0, 1.0, 0.97, 0.98, 1.04, 1.04, 1.05, 1.04),
    closures=(
        Closure(date(2025, 1, 22), date(2025, 1, 24), 0.5),
        Closure(date(2025, 1, 25), date(2025, 2, 8), 0.02),
        Closure(date(2025, 2, 9), date(2025, 2, 11), 0.6),
        Closure(date(2025, 5, 1), date(2025, 5, 3), 0.1),
        Closure(date(2025, 10, 1), date(2025, 10, 5), 0.05),
        Closure(date(2025, 10, 6), date(2025, 10, 6), 0.6),
    ),
    rest_days_of_month=(),
    rest_level=1.0,
    files={
        "electricity.csv": (
            EndUse("machine_tools", 11400.0, 0.10, 0.04),
            EndUse("compressed_air", 6200.0, 0.28, 0.04, "intake_air"),
            EndUse("dust_extraction", 2700.0, 0.08, 0.03),
            EndUse("coolant_pumps", 1800.0, 0.15, 0.03),
            EndUse("electric_furnaces", 2600.0, 0.35, 0.05, pattern="furnaces"),
            EndUse("lighting", 1700.0, 0.20, 0.01, "daylight"),
            EndUse("other_power", 1100.0, 0.35, 0.03),
        ),
        "heat_cooling.csv": (
            EndUse("workshop_cooling", 12500.0, 0.15, 0.04, "cooling"),
            EndUse("heat_treatment_gas", 6500.0, 0.30, 0.05, pattern="furnaces"),
            EndUse("parts_washing", 3200.0, 0.08, 0.06),
        ),
    },
)

FOOD = Factory(
    case="food-shandong",
    climate=WEIFANG,
    shifts={
        "main": (COOKING, COOKING, CLEANING_SUNDAY),
        "freezing": (FULL_DAY, FULL_DAY, tuple(0.6 * share for share in FULL_DAY)),
    },
    season=(1.12, 0.86, 0.92, 0.95, 0.98, 1.0, 0.94, 0.96, 1.08, 1.06, 1.04, 1.09),
    closures=(
        Closure(date(2025, 1, 27), date(2025, 2, 3), 0.0),
        Closure(date(2025, 2, 4), date(2025, 2, 6), 0.5),
        Closure(date(2025, 5, 1), date(2025, 5, 2), 0.2),
        Closure(date(2025, 10, 1), date(2025, 10, 3), 0.1),
    ),
    rest_days_of_month=(),
    rest_level=1.0,
    files={
        "electricity.csv": (
            EndUse("cold_store", 5200.0, 0.70, 0.03, "cold_store", "freezing"),
            EndUse("freezing_tunnels", 4000.0, 0.10, 0.05, "cold_store", "freezing"),
            EndUse("process_motors", 4100.0, 0.06, 0.04),
            EndUse("compressed_air", 1300.0, 0.25, 0.04, "intake_air"),
            EndUse("wastewater_aeration", 1400.0, 0.60, 0.03),
            EndUse("lighting", 900.0, 0.25, 0.01, "daylight"),
            EndUse("other_power", 900.0, 0.35, 0.03),
        ),
        "heat.csv": (
            EndUse("cooking_steam", 16500.0, 0.04, 0.09),
            EndUse("sterilising_steam", 9000.0, 0.04, 0.08),
            EndUse("washing_hot_water", 9500.0, 0.08, 0.06, "inlet_water"),
            EndUse("space_heating", 2600.0, 0.60, 0.03, "heating"),
        ),
    },
)

FACTORIES = (TEXTILE, MACHINING, FOOD)
