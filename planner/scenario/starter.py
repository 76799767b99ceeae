"""`plan new NAME`: a small scenario that solves, to be edited."""

from __future__ import annotations

import re
from pathlib import Path

STARTER = """\
scenario = {{ name = "{name}", province = "Jiangsu" }} # plan schema, docs/scenario.md: every key with its unit
horizon = {{ first_year = 2026, last_year = 2032 }}
site = {{ roof_m2 = 20000, grid_connection_mw = 8 }}
finance = {{ discount_rate = 0.08, inflation = 0.02 }}
solver = {{ resolution = "days:4", gap = 0.02 }}
rating = {{ target_stars = 3, target_year = 2030 }}
demands.motors = {{ carrier = "electricity", annual_mwh = 9000, profile = "two_shift" }}
demands.compressed_air = {{ carrier = "electricity", annual_mwh = 1800, profile = "two_shift" }}
demands.process_steam = {{ carrier = "steam", annual_mwh = "9000 t_steam", profile = "two_shift" }}
markets.grid = {{ tariff = "jiangsu_35kv" }}
markets.gas = {{ fuel = "natural_gas" }}
converters.gas_boiler = {{ existing_mw = 4 }} # what the library knows needs no more than its name
converters.heat_pump_high = {{ max_mw = 2, build_every_years = 4 }}
converters.pv_roof = {{ build_every_years = 4 }}
stores.battery_li_ion = {{ max_mw = 2, build_every_years = 4 }}
retrofits = {{ motor_ie5 = {{}}, air_leak_repair = {{}}, vsd_compressor = {{}} }}
contracts.green_tariff_long = {{ max_mwh_per_year = 10000 }}
instruments = {{ gec = {{}}, ccer = {{}}, biochar_removal = {{}} }}
"""


def write_starter(folder: Path) -> Path:
    """Writes `scenario.toml` into a new folder, named after it, and never over another.

    Raises:
        FileExistsError: there is a scenario already.
        ValueError: the folder's name cannot name a case.
    """
    name = folder.resolve().name
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", name):
        raise ValueError(f'"{name}" cannot name a case: wanted lower-case letters, digits and hyphens, such as mill-2')
    path = folder / "scenario.toml"
    if path.exists():
        raise FileExistsError(f"{path} exists already; plan new does not overwrite")
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(STARTER.format(name=name))
    return path
