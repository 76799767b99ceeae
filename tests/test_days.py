"""Weekdays of stamped series, tariffs by day kind, and series of different years laid on the same days.

A load of 1 MW on the workdays of a year, idle at weekends, pays the workday price for all of its energy.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from models.problem import Problem
from planner.assembly.assemble import assemble
from planner.assembly.validate import validate
from planner.reading.days import Days, public_holidays
from planner.reading.read import Reading, read_scenario

HEAD = """
[scenario]
name = "days"
[horizon]
first_year = 2027
last_year = 2027
[emissions]
grid_factor = "national"
"""
TARIFF = """
[markets.grid]
carrier = "electricity"
[markets.grid.tou]
prices = { flat = 100, work = 1000 }
periods = [{ price = "work", hours = ["0-24"], days = "workday" }]
"""
WITH_HOLIDAYS = TARIFF.replace("prices = { flat = 100, work", "prices = { flat = 100, free = 10, work").replace(
    "}]", '}, { price = "free", hours = ["0-24"], days = "holiday" }]'
)


def of_year(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [day for n in range(366) if (day := first + timedelta(days=n)).year == year]


def write(folder: Path, name: str, year: int, values: list[float], *, stamped: bool = True) -> str:
    """A file of one value for each day of a year, held for its 24 hours."""
    stamps = [datetime(d.year, d.month, d.day, hour) for d in of_year(year) for hour in range(24)]
    rows = [f"{t:%Y-%m-%d %H:%M}," if stamped else "" for t in stamps]
    lines = [f"{row}{value}" for row, value in zip(rows, np.repeat(values, 24).tolist(), strict=True)]
    (folder / name).write_text(("time,mw\n" if stamped else "mw\n") + "\n".join(lines) + "\n", encoding="utf-8")
    return name


def workdays(year: int) -> list[float]:
    return [float(day.weekday() < 5) for day in of_year(year)]


def demand(name: str, file: str, **keys: str) -> str:
    more = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    return f'[demands.{name}]\ncarrier = "electricity"\nfile = "{file}"\n{more}'


def read(folder: Path, text: str) -> Reading:
    (folder / "scenario.toml").write_text(HEAD + text, encoding="utf-8")
    return read_scenario(folder)


def bill(problem: Problem) -> float:
    """What all loads pay at the first market [money]."""
    load = sum(d.load_mw for d in problem.demands)
    return float(np.sum(load * problem.markets[0].price * problem.steps.hours_per_year)) * 1e6


@pytest.mark.parametrize(
    ("year", "leap_day", "days"),
    [(2023, "refuse", 260), (2025, "refuse", 261), (2026, "refuse", 261), (2024, "drop", 261), (2024, "keep", 261)],
)
def test_a_load_pays_the_prices_of_its_own_weekdays(tmp_path: Path, year: int, leap_day: str, days: int) -> None:
    """260 workdays in 2023, 261 in 2025 and 2026, 262 in 2024 of which 29 February or 31 December is left out.

    At 24 MWh a day and 1,000 a MWh; the base year is 2026.
    """
    write(tmp_path, "load.csv", year, workdays(year))
    reading = read(tmp_path, demand("load", "load.csv", leap_day=leap_day) + TARIFF)
    assert bill(assemble(reading).problem) == pytest.approx(days * 24 * 1000)
    said = [str(warning) for warning in reading.warnings]
    assert len(said) == (year != 2026)
    assert all(
        f"demands.load: got stamps of {year}, wanted stamps of the base year 2026; weekdays stay" in s for s in said
    )


def test_what_was_done_is_told_by_validate(tmp_path: Path) -> None:
    write(tmp_path, "load.csv", 2023, workdays(2023))
    read(tmp_path, demand("load", "load.csv") + TARIFF)
    (said,) = validate(tmp_path).warnings
    assert said.endswith("weekdays stay those of 2023, which begins on a Sunday: markets.grid follow them")


@pytest.mark.parametrize("swapped", [False, True])
def test_loads_of_different_years_meet_on_workdays_in_any_order(tmp_path: Path, swapped: bool) -> None:
    """2 MW of 2025 decide; 1 MW of 2023 has one workday less than 2025, so all of it falls on workdays.

    (2 · 261 + 260) · 24 · 1,000.
    """
    write(tmp_path, "a.csv", 2025, [2 * x for x in workdays(2025)])
    write(tmp_path, "b.csv", 2023, workdays(2023))
    tables = [demand("a", "a.csv"), demand("b", "b.csv")]
    reading = read(tmp_path, "".join(reversed(tables) if swapped else tables) + TARIFF)
    assert bill(assemble(reading).problem) == pytest.approx((2 * 261 + 260) * 24 * 1000)
    assert any(
        "demands.b: got stamps of 2023, wanted stamps of 2025 as in demands.a" in str(w) for w in reading.warnings
    )


def test_splitting_a_load_does_not_change_the_days(tmp_path: Path) -> None:
    """3 MW of 2025 in one file or 1 and 2 MW in two, beside 2 MW of 2023: the bill stays."""
    write(tmp_path, "b.csv", 2023, [2 * x for x in workdays(2023)])
    bills = []
    for parts in ((3,), (1, 2)):
        tables = [demand(f"a{n}", write(tmp_path, f"a{n}.csv", 2025, [n * x for x in workdays(2025)])) for n in parts]
        bills.append(bill(assemble(read(tmp_path, "".join(tables) + demand("b", "b.csv") + TARIFF)).problem))
    assert bills[0] == pytest.approx(bills[1])
    assert bills[0] == pytest.approx((3 * 261 + 2 * 260) * 24 * 1000)


def test_stamped_prices_of_another_year_keep_their_weekdays(tmp_path: Path) -> None:
    """Prices of 2025 are 1,000 on workdays, 100 else; the load of 2026 works on its 261 workdays."""
    write(tmp_path, "load.csv", 2026, workdays(2026))
    write(tmp_path, "price.csv", 2025, [100 + 900 * x for x in workdays(2025)])
    market = '[markets.grid]\ncarrier = "electricity"\nfile = "price.csv"\n'
    assert bill(assemble(read(tmp_path, demand("load", "load.csv") + market)).problem) == pytest.approx(261 * 24 * 1000)


def test_a_library_profile_follows_the_weekdays_of_stamped_prices(tmp_path: Path) -> None:
    """One shift from Monday to Friday, prices of 2023: the fifth day is a Thursday, the seventh a Saturday."""
    write(tmp_path, "price.csv", 2023, [100.0] * 365)
    text = '[demands.shift]\ncarrier = "electricity"\nannual_mwh = 1000\nprofile = "one_shift"\n'
    reading = read(tmp_path, text + '[markets.grid]\ncarrier = "electricity"\nfile = "price.csv"\n')
    noon = assemble(reading).problem.demands[0].load_mw.reshape(365, 24)[:7, 10]
    assert noon[5] == pytest.approx(noon[4])
    assert noon[6] < noon[5] / 2
    assert any("demands.shift follow them" in str(warning) for warning in reading.warnings)


def test_sun_of_another_year_keeps_its_season_and_process_heat_its_weekdays(tmp_path: Path) -> None:
    """Day 1 of a PV profile of 2023 stays day 1; waste heat of 2023's first Monday stands on the first Monday of 2025."""
    write(tmp_path, "load.csv", 2025, workdays(2025))
    write(tmp_path, "p.csv", 2023, [(n + 1) / 1000 for n in range(365)])
    tables = (
        "[converters.{0}]\noutputs = {{ electricity = 1 }}\nmax_mw = 1\ncapex_per_kw = 3000\nlife_years = 20\n"
        'renewable = {1}\nprofile = {{ file = "p.csv" }}\n'
    )
    text = demand("load", "load.csv") + TARIFF + tables.format("sun", "true") + tables.format("heat", "false")
    sun, heat = assemble(read(tmp_path, text)).problem.converters
    assert np.asarray(sun.availability)[::24] == pytest.approx(np.arange(1, 366) / 1000)
    monday = (np.asarray(heat.availability)[::24] * 1000).round().astype(int)
    assert monday[5] == 9  # Monday 6 January 2025 has Monday 9 January 2023
    assert sorted(monday) == list(range(1, 366))


def test_a_file_without_stamps_begins_with_the_base_year_and_is_told(tmp_path: Path) -> None:
    write(tmp_path, "load.csv", 2023, workdays(2023), stamped=False)
    reading = read(tmp_path, demand("load", "load.csv") + TARIFF)
    (said,) = map(str, reading.warnings)
    assert "demands.load: got a file without stamps, wanted stamps, as markets.grid differs by weekday" in said
    assert said.endswith("its first day is taken as 1 January 2026, which begins on a Thursday")


def test_each_day_of_any_year_stands_once_on_a_day_of_its_kind() -> None:
    """Workdays fall on other days only where one year has more of them than the other; nearly all move three days at most."""
    for here, there, without in product((2023, 2024, 2028), (2020, 2021, 2026), ("02-29", "12-31")):
        onto, of = Days.of_year(here), Days.of_year(there, without=without)
        source = onto.from_days(of)
        assert sorted(source) == list(range(365))
        astray = int((onto.are("workday") != of.are("workday")[source]).sum())
        assert astray == abs(int(onto.are("workday").sum()) - int(of.are("workday").sum()))
        apart = np.abs(source - np.arange(365))
        assert int((np.minimum(apart, 365 - apart) > 3).sum()) <= 6


def test_holidays_and_moved_workdays_of_the_country_count_where_a_tariff_names_holidays(tmp_path: Path) -> None:
    """China 2025: 1 October is a holiday, Sunday 28 September is worked; without such a tariff it is a weekend."""
    write(tmp_path, "load.csv", 2025, workdays(2025))
    days = of_year(2025)
    national, moved = days.index(date(2025, 10, 1)), days.index(date(2025, 9, 28))
    for tariff, expected in ((TARIFF, (1000, 100)), (WITH_HOLIDAYS, (10, 1000))):
        problem = assemble(read(tmp_path, demand("load", "load.csv") + tariff)).problem
        price = problem.markets[0].price.reshape(365, 24)[:, 12] * 1e6
        assert (price[national], price[moved]) == pytest.approx(expected)
    german = assemble(read(tmp_path, demand("load", "load.csv") + WITH_HOLIDAYS + '[site]\ncountry = "DE"\n')).problem
    price = german.markets[0].price.reshape(365, 24)[:, 12] * 1e6
    assert price[days.index(date(2025, 10, 3))] == pytest.approx(10)
    assert price[national] == pytest.approx(1000)


def test_holidays_of_other_years_stand_on_holidays() -> None:
    """Spring festival began on 22 January 2023 and on 29 January 2025 with the eve on the 28th."""
    onto, of = Days.of_year(2025, country="CN"), Days.of_year(2023, country="CN")
    free, _ = public_holidays("CN", 2025)
    source = onto.from_days(of)
    assert date(2025, 1, 28) in free
    assert of.are("holiday")[source[27]]
    assert of.are("holiday")[source[28]]
    assert sorted(source) == list(range(365))


def test_public_holidays_of_parts_of_a_country_and_of_none() -> None:
    assert date(2025, 1, 6) in public_holidays("DE-BY", 2025)[0]
    assert date(2025, 1, 6) not in public_holidays("DE", 2025)[0]
    with pytest.raises(KeyError):
        public_holidays("XQ", 2025)
