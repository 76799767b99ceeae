"""Quantities as bills state them, against steam tables and conversion factors worked by hand."""

from __future__ import annotations

import doctest

import pytest

from planner import library
from planner.reading import faults, findings, units
from planner.reading.units import QuantityError, mwh, mwh_per_unit, steam_mwh_per_tonne
from planner.scenario import base


@pytest.mark.parametrize("module", [units, faults, findings, base])
def test_doctests(module: object) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("written", "carrier", "expected"),
    [
        (5, "electricity", 5.0),
        ("5 MWh", "electricity", 5.0),
        ("5000kWh", "electricity", 5.0),
        ("2.5 GWh", "electricity", 2500.0),
        ("3 万kWh", "electricity", 30.0),
        ("3万度", "electricity", 30.0),
        ("0.2 亿kWh", "electricity", 20000.0),
        ("7.2 GJ", "steam", 2.0),
        ("7.2 TJ", "gas", 2000.0),
        ("1 Gcal", "hot_water", 1.163),
        ("860 万大卡", "hot_water", 10.00180),
        ("1 tce", "coal", 8.141),
        ("1000 kgce", "coal", 8.141),
        ("2 吨标煤", "coal", 16.282),
        ("1e3 kWh", "electricity", 1.0),
        ("12,000 kWh", "electricity", 12.0),
    ],
)
def test_energy(written: float | str, carrier: str, expected: float) -> None:
    assert mwh(written, carrier) == pytest.approx(expected, rel=1e-4)


def test_fuels_use_the_heating_values_of_the_library() -> None:
    gas = library.load("fuels")["natural_gas"].about["mwh_per_nm3"]
    coal = library.load("fuels")["coal"].about["mwh_per_t"]
    assert mwh("310 万Nm3", "gas") == pytest.approx(3.1e6 * gas)
    assert mwh("310 万m³", "gas") == mwh("3100000 方", "gas") == pytest.approx(3.1e6 * gas)
    assert mwh("100 t", "coal") == mwh("100 吨", "coal") == mwh("100 t_coal", "coal") == pytest.approx(100 * coal)


# IAPWS-IF97 enthalpies of superheated steam [kJ/kg]: absolute pressure [MPa], temperature [°C]
SUPERHEATED = [(0.8, 200, 2839.8), (0.8, 250, 2950.4), (1.0, 200, 2828.3), (1.0, 300, 3051.6), (2.0, 300, 3024.2)]


@pytest.mark.parametrize(("pressure", "temperature", "enthalpy"), SUPERHEATED)
def test_superheated_steam(pressure: float, temperature: float, enthalpy: float) -> None:
    got = steam_mwh_per_tonne(pressure - 0.101, temperature, return_c=0) * 3600
    assert got == pytest.approx(enthalpy, rel=0.015)


def test_saturated_steam_is_the_steam_table() -> None:
    assert steam_mwh_per_tonne(0.9 - 0.001, return_c=0) * 3600 == pytest.approx(2777.1, abs=0.1)
    assert steam_mwh_per_tonne(0.7, 100, return_c=0) == steam_mwh_per_tonne(0.7, return_c=0)  # no wet steam


def test_steam_in_words() -> None:
    assert mwh("1 t_steam", "steam") == steam_mwh_per_tonne()
    assert mwh("1 t", "steam") == mwh("1 吨蒸汽", "steam") == mwh("1 t_steam", "steam")
    assert mwh("1 t_steam 1.0 MPa 200 °C return 80 °C", "steam") == steam_mwh_per_tonne(1.0, 200, 80)
    assert mwh("1 t_steam 10 bar, 回水 80℃", "steam") == steam_mwh_per_tonne(1.0, None, 80)
    assert mwh("2 万t_steam", "steam") == 20000 * steam_mwh_per_tonne()
    less = mwh("1 t_steam return 80 °C", "steam")
    assert mwh("1 t_steam", "steam") - less == pytest.approx(4.19 * 60 / 3600)


@pytest.mark.parametrize(
    ("written", "carrier", "message"),
    [
        ("twelve MWh", "electricity", "a number of MWh, or a number and a unit"),
        ("12", "electricity", "a number of MWh, or a number and a unit"),
        ("-5 MWh", "electricity", "not negative"),
        ("5 Mwh", "electricity", "did you mean MWh"),
        ("5 Nm3", "electricity", "a unit of electricity: MWh"),
        ("5 barrels", "gas", "a unit of gas: MWh, kWh"),
        ("5 t_steam 9 MPa", "steam", "gauge pressure from 0 to 2.5 MPa, not 9"),
        ("5 t_steam 1 MPa 500 °C", "steam", "a steam temperature up to 384 °C at this pressure, not 500"),
        ("5 t_steam return 300 °C", "steam", "a return temperature from 0 to 200 °C, not 300"),
    ],
)
def test_refused(written: str, carrier: str, message: str) -> None:
    with pytest.raises(QuantityError, match=message):
        mwh(written, carrier)


def test_per_unit() -> None:
    assert mwh_per_unit(" GJ ", "steam") == pytest.approx(1 / 3.6)
