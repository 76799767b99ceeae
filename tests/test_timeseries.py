"""Files of a year: layouts, steps, encodings, leap years; gaps, clock changes, tricks with paths, each by name."""

from __future__ import annotations

import doctest
import gzip
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from planner.reading import timefiles, timeseries, timestamps
from planner.reading.faults import ScenarioFaults
from planner.reading.timeseries import SeriesReader, from_bills, month_of_step
from planner.scenario import SeriesFile


def stamps(year: int = 2025, minutes: int = 60, days: int = 365, offset: str = "") -> list[str]:
    begin = datetime(year, 1, 1)
    count = days * 1440 // minutes
    return [f"{begin + timedelta(minutes=minutes * j):%Y-%m-%d %H:%M}{offset}" for j in range(count)]


def write(
    folder: Path, rows: list[str], header: str = "time,kw", name: str = "load.csv", encoding: str = "utf-8"
) -> None:
    (folder / name).write_bytes(("\n".join([header, *rows]) + "\n").encode(encoding))


def hourly(**keys: str) -> list[str]:
    return [f"{stamp},{j % 24}" for j, stamp in enumerate(stamps(**keys))]


def load(folder: Path, step_minutes: int = 60, **keys: object) -> np.ndarray:
    return SeriesReader(folder, step_minutes).load(SeriesFile.model_validate({"file": "load.csv", **keys}), "demands.x")


def refused(folder: Path, **keys: object) -> list[str]:
    with pytest.raises(ScenarioFaults) as caught:
        load(folder, **keys)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("module", [timefiles, timeseries, timestamps])
def test_doctests(module: object) -> None:
    assert doctest.testmod(module).failed == 0


# what is read


def test_stamped_hours_in_kw(tmp_path: Path) -> None:
    write(tmp_path, hourly())
    series = load(tmp_path, unit="kW")
    assert series.shape == (8760,)
    assert series[:3].tolist() == [0.0, 0.001, 0.002]


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("{:%Y-%m-%dT%H:%M:%S}+08:00", 0),
        ("{:%Y/%m/%d %H:%M}", 0),
        ("{:%Y年%m月%d日 %H:%M}", 0),
        ("{:%Y-%m-%d %H:%M}Z", 0),
        ("{:%Y-%m-%d %H:%M}", 1),  # marks the end of the step
    ],
)
def test_spellings_of_stamps(tmp_path: Path, form: str, first: int) -> None:
    begin = datetime(2025, 1, 1)
    write(tmp_path, [f"{form.format(begin + timedelta(hours=j + first))},{j}" for j in range(8760)])
    assert load(tmp_path)[-1] == 8759


def test_hour_24(tmp_path: Path) -> None:
    days = [f"{datetime(2025, 1, 1) + timedelta(days=d):%Y-%m-%d}" for d in range(365)]
    write(tmp_path, [f"{day} {hour:02d}:00,1" for day in days for hour in range(1, 25)])
    assert load(tmp_path).sum() == 8760


@pytest.mark.parametrize("minutes", [5, 10, 15, 20, 30])
def test_finer_steps_are_averaged(tmp_path: Path, minutes: int) -> None:
    per_hour = 60 // minutes
    write(tmp_path, [f"{s},{j % per_hour}" for j, s in enumerate(stamps(minutes=minutes))])
    assert np.allclose(load(tmp_path), (per_hour - 1) / 2)


def test_hours_held_over_quarters_and_thirds_from_quarters(tmp_path: Path) -> None:
    write(tmp_path, [str(j % 4) for j in range(35040)], header="mw")
    assert load(tmp_path, step_minutes=15)[:5].tolist() == [0, 1, 2, 3, 0]
    assert load(tmp_path, step_minutes=30)[:3].tolist() == [0.5, 2.5, 0.5]
    assert np.allclose(load(tmp_path, step_minutes=20)[:3], [0.25, 1.5, 2.75])  # 0.75·0 + 0.25·1, …
    write(tmp_path, [str(j) for j in range(8760)], header="mw")
    assert load(tmp_path, step_minutes=15)[:5].tolist() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("kWh", 0.004), ("MWh", 4.0), ("kW", 0.001), ("MW", 1.0), ("GJ", 4 / 3.6), ("GJ/h", 1 / 3.6), ("万kWh", 40.0)],
)
def test_units_of_a_quarter_hour(tmp_path: Path, unit: str, expected: float) -> None:
    write(tmp_path, ["1"] * 35040, header="x")
    assert load(tmp_path, unit=unit)[0] == pytest.approx(expected)


def test_prices_shapes_and_temperatures(tmp_path: Path) -> None:
    write(tmp_path, ["-0.5"] * 8760, header="x")
    reader = SeriesReader(tmp_path)
    keys = SeriesFile(file="load.csv", unit="CNY/kWh")
    assert reader.price(keys, "markets.x")[0] == -500
    assert reader.temperature(SeriesFile(file="load.csv"), "site")[0] == -0.5
    write(tmp_path, ["50"] * 8760, header="x", name="share.csv")
    assert reader.shape(SeriesFile(file="share.csv", unit="percent"), "p")[0] == 0.5
    for kind, unit in (("price", "CNY"), ("shape", "prozent"), ("temperature", "K"), ("load", "hp")):
        with pytest.raises(ScenarioFaults, match=f'x.unit: got "{unit}", wanted'):
            getattr(reader, kind)(SeriesFile(file="share.csv", unit=unit), "x")


def test_values_in_place(tmp_path: Path) -> None:
    reader = SeriesReader(tmp_path, 60, given_steps=4)
    assert reader.load(SeriesFile(values=[1, 2, 3, 4.0], unit="kW"), "x").tolist() == [0.001, 0.002, 0.003, 0.004]
    assert reader.load(SeriesFile(values=[1, 2, 3, 4.0], unit="MWh"), "x").tolist() == [1, 2, 3, 4]
    with pytest.raises(ScenarioFaults, match="got 3 values, wanted 4, the steps"):
        reader.load(SeriesFile(values=[1, 2, 3.0]), "x")
    with pytest.raises(ScenarioFaults, match="for a handful of steps set"):
        SeriesReader(tmp_path).load(SeriesFile(values=[1.0, 2.0]), "x")
    with pytest.raises(ScenarioFaults, match="got neither file nor values"):
        reader.load(SeriesFile(), "x")


def test_meter_table_of_96_columns_in_gb18030(tmp_path: Path) -> None:
    header = ",".join(["日期", "户号", *(f"{m // 60}:{m % 60:02d}" for m in range(15, 1441, 15)), "合计"])
    days = [f"{datetime(2025, 1, 1) + timedelta(days=d):%Y/%m/%d}" for d in range(365)]
    rows = [f"{day},3201,{','.join(str(q // 4) for q in range(96))},1104" for day in days]
    write(tmp_path, rows, header, encoding="gb18030")
    series = load(tmp_path, layout="day_rows", unit="kW")
    assert series[:24].tolist() == pytest.approx([j / 1000 for j in range(24)])
    assert series.shape == (8760,)
    write(tmp_path, rows[:50] + rows[51:], header, encoding="gb18030")
    (fault,) = refused(tmp_path, layout="day_rows")
    assert fault.startswith(
        "load.csv:52: demands.x: got 2025-02-21 00:00 after 2025-02-19 00:00, wanted steps of 1440 min"
    )


def test_meter_table_without_names_of_times(tmp_path: Path) -> None:
    days = [f"{datetime(2025, 1, 1) + timedelta(days=d):%Y-%m-%d}" for d in range(365)]
    header = ",".join(["date", *(f"value {j}x" for j in range(24))])
    write(tmp_path, [f"{day}{',2' * 24}" for day in days], header)
    assert load(tmp_path, layout="day_rows").sum() == 2 * 8760
    write(tmp_path, [f"{j}{',2' * 24}" for j in range(365)], header)
    assert "wanted a date in the first column" in refused(tmp_path, layout="day_rows")[0]
    write(tmp_path, [f"{day},1,2" for day in days], "date,a,b")
    assert "got 3 columns, wanted a date and 24, 48 or 96 values" in refused(tmp_path, layout="day_rows")[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    write(tmp_path, [f"{s}{delimiter}3" for s in stamps()], f"时间{delimiter}负荷", encoding=encoding)
    assert load(tmp_path, column="负荷", time_column="时间")[0] == 3


def test_leap_year(tmp_path: Path) -> None:
    write(tmp_path, [f"{s},{s[5:7]}{s[8:10]}" for s in stamps(2024, days=366)])
    (fault,) = refused(tmp_path)
    assert fault == (
        "load.csv: demands.x: got a leap year of 366 days, wanted 365 days; "
        "leap_day = drop leaves out 29 February, leap_day = keep leaves out 31 December"
    )
    dropped, kept = load(tmp_path, leap_day="drop"), load(tmp_path, leap_day="keep")
    assert len(dropped) == len(kept) == 8760
    assert 229 not in dropped
    assert dropped[-1] == 1231
    assert 229 in kept
    assert kept[-1] == 1230


def test_leap_day_left_out_of_the_file(tmp_path: Path) -> None:
    rows = [f"{s},1" for s in stamps(2024, days=366) if s[5:10] != "02-29"]
    write(tmp_path, rows)
    (fault,) = refused(tmp_path)
    assert "got 2024-03-01 00:00 after 2024-02-28 23:00" in fault
    assert "on 29 February: leap_day = drop allows it" in fault
    assert len(load(tmp_path, leap_day="drop")) == 8760


def test_monthly_bills() -> None:
    bills = [100.0 + month for month in range(12)]
    shape = np.tile(np.r_[np.zeros(8), np.ones(16)], 365)
    series = from_bills(shape, bills, 60)
    assert np.bincount(month_of_step(60), weights=series).tolist() == pytest.approx(bills)
    assert series[0] == 0
    quarters = from_bills(np.repeat(shape, 4), bills, 15)
    assert quarters.sum() / 4 == pytest.approx(sum(bills))
    with pytest.raises(ScenarioFaults, match="got energy in month 2, wanted a profile that is not zero"):
        from_bills(np.where(month_of_step(60) == 1, 0.0, 1.0), bills, 60)


# what is refused


def test_gap(tmp_path: Path) -> None:
    rows = hourly()
    write(tmp_path, rows[:100] + rows[103:])
    assert refused(tmp_path) == [
        "load.csv:102: demands.x: got 2025-01-05 07:00 after 2025-01-05 03:00, wanted steps of 60 min; gap of 3 steps"
    ]


def test_duplicate_and_disorder(tmp_path: Path) -> None:
    rows = hourly()
    write(tmp_path, [*rows[:10], rows[9], *rows[10:]])
    assert refused(tmp_path) == [
        "load.csv:12: demands.x: got 2025-01-01 09:00 after 2025-01-01 09:00, wanted steps of 60 min; duplicate stamp"
    ]
    write(tmp_path, [*rows[:10], rows[11], rows[10], *rows[12:]])
    faults = refused(tmp_path)
    assert any("stamp out of order" in fault for fault in faults)


def test_many_gaps_are_counted(tmp_path: Path) -> None:
    write(tmp_path, [row for j, row in enumerate(hourly()) if j % 100 != 50])
    faults = refused(tmp_path)
    assert len(faults) == 6
    assert faults[-1] == "load.csv: demands.x: got 83 more gaps or duplicates, wanted none"


@pytest.mark.parametrize("minutes", [15, 60])
def test_daylight_saving_without_offset(tmp_path: Path, minutes: int) -> None:
    summer = (datetime(2025, 3, 30, 2), datetime(2025, 10, 26, 3))
    local = [datetime.fromisoformat(stamp) for stamp in stamps(minutes=minutes)]
    shifted = [t + timedelta(hours=1) if summer[0] <= t < summer[1] - timedelta(hours=1) else t for t in local]
    write(tmp_path, [f"{t:%Y-%m-%d %H:%M},1" for t in shifted])
    (fault,) = refused(tmp_path)
    assert "got 30 March 02:00 left out and 26 October 02:00 (line" in fault
    assert "given twice, wanted one fixed offset in the whole file; write all stamps in standard time" in fault


def test_daylight_saving_with_offset(tmp_path: Path) -> None:
    rows = [f"{s}{'+02:00' if '03-30' <= s[5:10] < '10-26' else '+01:00'},1" for s in stamps()]
    write(tmp_path, rows)
    (fault,) = refused(tmp_path)
    assert fault.startswith("load.csv:2114: demands.x: got offset +02:00 after +01:00, wanted one fixed offset")
    assert fault.endswith("the clock changes (daylight saving): write all stamps in standard time")


def test_not_a_calendar_year(tmp_path: Path) -> None:
    begin = datetime(2025, 4, 1)
    write(tmp_path, [f"{begin + timedelta(hours=j):%Y-%m-%d %H:%M},1" for j in range(8760)])
    assert refused(tmp_path) == [
        "load.csv:2: demands.x: got first stamp 2025-04-01 00:00, wanted 2025-01-01 00:00; a series is one calendar year"
    ]
    write(tmp_path, hourly()[:-24])
    assert refused(tmp_path) == [
        "load.csv:8737: demands.x: got last stamp 2025-12-30 23:00, wanted 2025-12-31 23:00; a series is one calendar year"
    ]
    write(tmp_path, ["2025-01-01 00:00,1"] * 50)
    assert "got stamps that do not advance" in refused(tmp_path)[0]


def test_bad_stamp(tmp_path: Path) -> None:
    rows = hourly()
    rows[4] = "05.01.2025 04:00,1"
    write(tmp_path, rows)
    assert refused(tmp_path) == [
        'load.csv:6: demands.x: got "05.01.2025 04:00", wanted a stamp such as 2025-01-31T13:45+08:00'
    ]


@pytest.mark.parametrize("first", ["1/13/2025 00:00", "13.01.2025", "2025/13/01 00:00"])
def test_a_date_that_cannot_be_read_is_not_passed_over(tmp_path: Path, first: str) -> None:
    write(tmp_path, [f"{first},1", *hourly()[1:]])
    assert refused(tmp_path) == [
        f'load.csv:2: demands.x.time_column: got "{first}", wanted a stamp such as 2025-01-31T13:45+08:00; year, month, day'
    ]


def test_wrong_count(tmp_path: Path) -> None:
    write(tmp_path, ["1"] * 8750, header="x")
    assert refused(tmp_path) == [
        "load.csv: demands.x: got 8750 values, wanted a whole year: 8760, 17520 or 35040 values; "
        "10 values of 60 minutes are missing"
    ]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("", "got an empty cell, wanted a number; gaps are not filled"),
        ("n/a", 'got "n/a", wanted a number'),
        ("nan", 'got "nan", wanted a number'),
        ("inf", 'got "inf", wanted a number'),
        ('"1,234"', 'got "1,234", wanted a number; write numbers with a decimal point'),
    ],
)
def test_bad_cell(tmp_path: Path, cell: str, message: str) -> None:
    rows = hourly()
    rows[7] = f"2025-01-01 07:00,{cell}"
    write(tmp_path, rows)
    (fault,) = refused(tmp_path)
    assert fault.startswith("load.csv:9: demands.x: column kw: ")
    assert message in fault


def test_short_row_and_many_bad_cells(tmp_path: Path) -> None:
    rows = hourly()
    rows[7] = "2025-01-01 07:00"
    write(tmp_path, rows)
    assert refused(tmp_path) == ["load.csv:9: demands.x.file: got 1 field, wanted 2, as the first line has 2 headings"]
    write(tmp_path, [f"{s},x" for s in stamps()])
    assert refused(tmp_path)[-1] == "load.csv: demands.x: got 8755 more cells that are no numbers, wanted none"


def test_negative_load(tmp_path: Path) -> None:
    write(tmp_path, ["1"] * 10 + ["-2"] + ["1"] * 8749, header="x")
    assert refused(tmp_path) == ["load.csv:12: demands.x: got -2 at step 11, wanted numbers that are not negative"]


def test_running_number_is_no_choice(tmp_path: Path) -> None:
    write(tmp_path, [f"{j},5" for j in range(8760)], "hour,mw")
    assert load(tmp_path)[0] == 5
    write(tmp_path, [f"{j + 1},5" for j in range(8760)], "hour,mw")
    assert load(tmp_path)[0] == 5


def test_meter_table_without_its_layout(tmp_path: Path) -> None:
    write(tmp_path, [f"{j}," + "1," * 24 + "2" for j in range(365)], "day," + ",".join(map(str, range(25))))
    assert refused(tmp_path)[0].endswith('; a row per day? then layout = "day_rows"')


def test_columns(tmp_path: Path) -> None:
    write(tmp_path, [f"{s},1,2" for s in stamps()], "time,power,heat")
    assert refused(tmp_path) == ["demands.x.column: got nothing, wanted a column of load.csv: one of heat, power"]
    assert refused(tmp_path, column="heatt") == [
        'demands.x.column: got "heatt", wanted a column of load.csv: one of heat, power, time; did you mean heat'
    ]
    write(tmp_path, [f"{s},1,2" for s in stamps()], "time,power,power")
    assert 'got "power" twice in the header' in refused(tmp_path, column="power")[0]
    write(tmp_path, [f"{s},1" for s in stamps()][1:], stamps()[0] + ",1")
    assert refused(tmp_path)
    write(tmp_path, ["1,2"] * 8760, "3,4")
    assert "load.csv:1: demands.x.file: got numbers in the first line, wanted a header line" in refused(tmp_path)[0]
    write(tmp_path, [], "time,kw")
    assert "got no rows" in refused(tmp_path)[0]


# which files may be opened


def test_path_tricks(tmp_path: Path) -> None:
    inside = tmp_path / "case"
    (inside / "sub").mkdir(parents=True)
    write(tmp_path, ["1"] * 8760, header="x", name="secret.csv")
    write(inside / "sub", ["1"] * 8760, header="x")
    assert len(load(inside, file="sub/load.csv")) == 8760
    (inside / "out.csv").symlink_to(tmp_path / "secret.csv")
    (inside / "loop.csv").symlink_to(inside / "loop.csv")
    (inside / "door").symlink_to(tmp_path)
    (inside / "near.csv").symlink_to(inside / "sub" / "load.csv")
    os.mkfifo(inside / "pipe.csv")
    assert len(load(inside, file="near.csv")) == 8760
    for name, message in {
        "../secret.csv": "wanted a file inside the scenario's folder, without ..",
        "sub/../../secret.csv": "without ..",
        "..\\secret.csv": "without ..",
        str(tmp_path / "secret.csv"): "wanted a path relative to the scenario's folder",
        "C:\\secret.csv": "wanted a path relative to the scenario's folder",
        "\\\\server\\secret.csv": "addresses are not fetched",
        "https://example.org/a.csv": "addresses are not fetched; save the file beside it",
        "file:///etc/passwd": "addresses are not fetched",
        "out.csv": "it is a link that leads out",
        "door/secret.csv": "it is a link that leads out",
        "loop.csv": "wanted a file that exists",
        "none.csv": "wanted a file that exists; did you mean near.csv",
        "zzz.csv": "wanted a file that exists; found loop.csv, near.csv",
        "sub": "wanted a plain file",
        "pipe.csv": "wanted a plain file",
        "": "wanted a path relative",
        "a\0b": "wanted a path relative",
    }.items():
        (fault,) = refused(inside, file=name)
        assert message in fault, (name, fault)


@pytest.mark.parametrize(
    ("pack", "message"),
    [
        (gzip.compress, "got gzip data, wanted plain CSV text; unpack it or save it as CSV"),
        (lambda data: b"PK\x03\x04" + data, "got zip or Excel workbook data"),
        (lambda data: b"\xd0\xcf\x11\xe0" + data, "got old Excel workbook data"),
        (lambda data: data.decode().encode("utf-16"), "got UTF-16 text, wanted UTF-8 or GB18030"),
        (lambda data: data + b"\xff\xff\xff", "got text in an unknown encoding"),
    ],
)
def test_not_plain_text(tmp_path: Path, pack: Callable[[bytes], bytes], message: str) -> None:
    (tmp_path / "load.csv").write_bytes(pack(b"x\n1\n"))
    assert message in refused(tmp_path)[0]


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, ["1"] * 8760, header="x")
    monkeypatch.setattr(timefiles, "MOST_ROWS", 100)
    assert "got more than 100 rows, wanted at most 100 rows" in refused(tmp_path)[0]
    monkeypatch.setattr(timefiles, "LARGEST_FILE_BYTES", 2**10)
    assert "wanted at most 0 MB" in refused(tmp_path)[0]


def test_a_cell_too_long(tmp_path: Path) -> None:
    write(tmp_path, ["1" * 200_000], header="x")
    assert "field larger than field limit" in refused(tmp_path)[0]


def test_a_file_is_opened_once(tmp_path: Path) -> None:
    write(tmp_path, hourly())
    reader = SeriesReader(tmp_path)
    reader.load(SeriesFile(file="load.csv"), "a")
    (tmp_path / "load.csv").unlink()
    assert reader.load(SeriesFile(file="load.csv"), "b")[1] == 1
