"""Quantities as bills state them, in MWh of a carrier: steam by the tonne, gas by the 万Nm3, GJ, tce, 万kWh.

Sources: 29.3076 GJ/tce and 1 kWh = 3.6 MJ from GB/T 2589-2020, general rules for the comprehensive energy consumption;
lower heating values of fuels from the library; steam from IAPWS-IF97.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache

from planner.reading.faults import did_you_mean

GJ = 1 / 3.6  # [MWh]

ENERGY_MWH: dict[str, float] = {
    "MWh": 1.0,
    "kWh": 1e-3,
    "度": 1e-3,
    "GWh": 1e3,
    "TWh": 1e6,
    "MJ": GJ / 1e3,
    "GJ": GJ,
    "TJ": GJ * 1e3,
    "kcal": 4.1868e-6 * GJ,
    "大卡": 4.1868e-6 * GJ,
    "Gcal": 4.1868 * GJ,
    "MMBtu": 1.055056 * GJ,
    "tce": 29.3076 * GJ,
    "吨标煤": 29.3076 * GJ,
    "kgce": 29.3076e-3 * GJ,
}

SAME_UNIT = {
    "m3": "Nm3",
    "Nm³": "Nm3",
    "m³": "Nm3",
    "方": "Nm3",
    "立方米": "Nm3",
    "吨": "t",
    "ton": "t",
    "千瓦时": "kWh",
}
SCALE = {"": 1.0, "万": 1e4, "亿": 1e8, "百万": 1e6, "千": 1e3}

# saturated steam, IAPWS-IF97: absolute pressure [MPa], temperature [°C], enthalpy [kJ/kg]
SATURATED = (
    (0.1, 99.61, 2674.9),
    (0.2, 120.21, 2706.2),
    (0.3, 133.53, 2724.9),
    (0.4, 143.61, 2738.1),
    (0.5, 151.83, 2748.1),
    (0.6, 158.83, 2756.1),
    (0.7, 164.95, 2762.8),
    (0.8, 170.41, 2768.3),
    (0.9, 175.35, 2773.0),
    (1.0, 179.88, 2777.1),
    (1.5, 198.29, 2791.0),
    (2.0, 212.38, 2798.3),
    (2.5, 223.95, 2802.0),
)
ATMOSPHERE_MPA = 0.101
STEAM_GAUGE_MPA = 0.7  # default: saturated at 0.8 MPa absolute
FEED_WATER_C = 20.0  # default: no condensate comes back
WATER_KJ_PER_KG_K = 4.19


class QuantityError(ValueError):
    """A quantity that cannot be read; the message says what was wanted."""


def _between(x: float, xs: tuple[float, ...], ys: tuple[float, ...]) -> float:
    j = min(max(bisect_left(xs, x), 1), len(xs) - 1)
    return ys[j - 1] + (ys[j] - ys[j - 1]) * (x - xs[j - 1]) / (xs[j] - xs[j - 1])


def steam_mwh_per_tonne(
    gauge_mpa: float = STEAM_GAUGE_MPA, temperature_c: float | None = None, return_c: float = FEED_WATER_C
) -> float:
    """Heat in a tonne of steam above the water that comes back [MWh/t].

    Args:
        gauge_mpa: gauge pressure [MPa], 0 to 2.4.
        temperature_c: steam temperature [°C]; None or below saturation: saturated.
        return_c: temperature of condensate or feed water [°C].

    Superheat counts (2.0 + 0.29 p) kJ/kg K, within 1.5 % of IAPWS-IF97 over this range and up to 150 K of superheat.

    Raises:
        QuantityError: outside that range.

    >>> round(steam_mwh_per_tonne(), 3)
    0.746
    >>> round(steam_mwh_per_tonne(0.9, 200, return_c=80) * 3.6, 2)  # IAPWS-IF97: 2828.3 - 335 kJ/kg
    2.49
    """
    absolute = gauge_mpa + ATMOSPHERE_MPA
    if not SATURATED[0][0] <= absolute <= SATURATED[-1][0] + ATMOSPHERE_MPA:
        raise QuantityError(f"a gauge pressure from 0 to 2.5 MPa, not {gauge_mpa:g}")
    if not 0 <= return_c <= 200:
        raise QuantityError(f"a return temperature from 0 to 200 °C, not {return_c:g}")
    pressures, temperatures, enthalpies = zip(*SATURATED, strict=True)
    boiling = _between(absolute, pressures, temperatures)
    superheat = max(0.0, (temperature_c or boiling) - boiling)
    if superheat > 200:
        raise QuantityError(f"a steam temperature up to {boiling + 200:.0f} °C at this pressure, not {temperature_c:g}")
    enthalpy = _between(absolute, pressures, enthalpies) + (2.0 + 0.29 * absolute) * superheat
    return (enthalpy - WATER_KJ_PER_KG_K * return_c) / 3600


@cache
def fuel_mwh() -> dict[tuple[str, str], float]:
    """Lower heating values of the library's fuels [MWh per unit] by carrier and unit; the first fuel of a carrier counts."""
    from planner.library import load  # imported only when a bill is stated by volume or weight

    values: dict[tuple[str, str], float] = {}
    for entry in load("fuels").values():
        for unit, name in (("Nm3", "mwh_per_nm3"), ("t", "mwh_per_t")):
            if name in entry.about:
                values.setdefault((entry.values["carrier"], unit), float(entry.about[name]))
    return values


_DIGITS = r"(?<![0-9.])(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_NUMBER = re.compile(
    r"^\s*(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![0-9.,_])\s*(.*?)\s*$"
)
_PRESSURE = re.compile(rf"({_DIGITS})\s*(MPa|bar)", re.IGNORECASE)
_RETURN = re.compile(rf"(?:return|回水)\s*({_DIGITS})\s*(?:°C|℃|C)", re.IGNORECASE)
_TEMPERATURE = re.compile(rf"({_DIGITS})\s*(?:°C|℃|C)", re.IGNORECASE)


def _steam_state(words: str) -> float:
    found, rest = [], words
    for pattern in (_RETURN, _PRESSURE, _TEMPERATURE):
        found.append(pattern.search(rest))
        rest = pattern.sub("", rest, count=1)
    if rest.strip(" ,;"):
        raise QuantityError(f"steam such as t_steam 1.0 MPa 200 °C return 80 °C; '{rest.strip()}' says nothing")
    back, pressure, hot = found
    gauge = STEAM_GAUGE_MPA
    if pressure:
        gauge = float(pressure[1]) * (0.1 if pressure[2].lower() == "bar" else 1.0)
    return steam_mwh_per_tonne(gauge, float(hot[1]) if hot else None, float(back[1]) if back else FEED_WATER_C)


def mwh_per_unit(unit: str, carrier: str) -> float:
    """MWh of a carrier in one unit of it.

    >>> mwh_per_unit("万kWh", "electricity")
    10.0
    >>> round(mwh_per_unit("t_steam 0.6 MPa return 80 °C", "steam"), 4)
    0.6743

    Raises:
        QuantityError: the unit is unknown, or does not fit the carrier.
    """
    written = unit.strip()
    scale = next((s for s in ("百万", "万", "亿", "千") if written.startswith(s) and written != "千瓦时"), "")
    plain = written.removeprefix(scale)
    plain = SAME_UNIT.get(plain, plain)
    if plain in ENERGY_MWH:
        return SCALE[scale] * ENERGY_MWH[plain]
    tonne, _, state = plain.partition(" ")
    if tonne in ("t_steam", "吨蒸汽") or (tonne == "t" and carrier == "steam"):
        return SCALE[scale] * _steam_state(state)
    kind, _, fuel = plain.partition("_")
    measure, of = (SAME_UNIT.get(kind, kind), fuel or carrier)
    if (of, measure) in fuel_mwh():
        return SCALE[scale] * fuel_mwh()[of, measure]
    words = [*ENERGY_MWH, "t_steam", *(m for c, m in fuel_mwh() if c == carrier)]
    hint = did_you_mean(plain, words)
    raise QuantityError(f"a unit of {carrier}: {', '.join(words)}" + (f" ({hint})" if hint else ""))


def mwh(quantity: float | str, carrier: str) -> float:
    """A quantity in MWh of a carrier; a bare number is MWh already.

    >>> mwh(21500, "electricity"), mwh("1200 万kWh", "electricity")
    (21500.0, 12000.0)
    >>> round(mwh("310 万Nm3", "gas")), round(mwh("3600 GJ", "steam")), round(mwh("500 tce", "coal"))
    (33523, 1000, 4070)
    >>> round(mwh("12,000 t_steam", "steam"))
    8948

    Raises:
        QuantityError: it cannot be read.
    """
    if not isinstance(quantity, str):
        return float(quantity)
    match = _NUMBER.match(quantity)
    if match is None or not match[2]:
        raise QuantityError("a number of MWh, or a number and a unit such as '1200 万kWh' or '12000 t_steam'")
    number = float(match[1].replace(",", ""))
    if number < 0:
        raise QuantityError("a quantity that is not negative")
    return number * mwh_per_unit(match[2], carrier)
