"""CSV files of a scenario's folder: which may be opened, how they are decoded, what their columns are."""

from __future__ import annotations

import csv
import itertools
import os
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from planner.reading.faults import Fault, ScenarioFaults, did_you_mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST_FILE_BYTES = 64 * 2**20
MOST_ROWS = 600_000  # a year of minutes fits
MOST_CELLS = 10_000_000
MOST_SHOWN = 5  # faults of one kind in one file
COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip or Excel workbook",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"(\xb5/\xfd": "zstd",
    b"7z\xbc\xaf": "7z",
    b"PAR1": "parquet",
    b"\xd0\xcf\x11\xe0": "old Excel workbook",
}


@dataclass(frozen=True)
class CsvFile:
    """A file as text: header and rows, with the line number at which each row begins.

    `is_plain`: its rows hold nothing but ASCII without _, so that what Python reads as a number is written as one: it also
    takes 1_000 and the digits of any script. `read` keeps the columns that have been read.
    """

    name: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    is_plain: bool
    read: dict[tuple[int, ...], NDArray[np.float64]] = field(default_factory=dict)


def refuse(
    key: str, got: str, wanted: str, hint: str = "", *, file: str = "", line: int | None = None
) -> ScenarioFaults:
    """One fault of a series as an exception to raise."""
    return ScenarioFaults([Fault(key, got, wanted, hint, file, line)])


def path_inside(folder: Path, name: str, key: str) -> Path:
    """The file of that name if it is a plain file inside the folder, links followed.

    Raises:
        ScenarioFaults: a URL, an absolute path, a path or link that leads out, a file that is missing or no plain file.
    """
    shown = f'"{name}"'
    if "://" in name or name.startswith(("file:", "\\\\")):
        raise refuse(
            key, shown, "a file of the scenario's folder", "addresses are not fetched; save the file beside it"
        )
    parts = PurePosixPath(name.replace("\\", "/"))
    if not name.strip() or "\0" in name or parts.is_absolute() or ":" in name:
        raise refuse(key, shown, "a path relative to the scenario's folder")
    if ".." in parts.parts:
        raise refuse(key, shown, "a file inside the scenario's folder, without ..")
    root = folder.resolve()
    try:
        path = (root / Path(*parts.parts)).resolve(strict=True)
    except (OSError, RuntimeError):
        beside = sorted(p.name for p in root.glob("*.csv"))
        found = f"found {', '.join(beside[:8])}" if beside else ""
        raise refuse(key, shown, "a file that exists", did_you_mean(name, beside) or found) from None
    if not path.is_relative_to(root):
        raise refuse(key, shown, "a file inside the scenario's folder", "it is a link that leads out")
    if not path.is_file():
        raise refuse(key, shown, "a plain file")
    return path


def _bytes_of(path: Path, name: str, key: str) -> bytes:
    try:
        with path.open("rb") as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise refuse(key, f'"{name}"', "a plain file")
            if status.st_size > LARGEST_FILE_BYTES:
                most = f"at most {LARGEST_FILE_BYTES // 2**20} MB"
                raise refuse(key, f"{status.st_size / 2**20:,.0f} MB", most, file=name)
            data = opened.read(LARGEST_FILE_BYTES)
    except OSError as error:
        raise refuse(key, f'"{name}" ({error.strerror})', "a file that can be read") from None
    for magic, kind in COMPRESSED.items():
        if data.startswith(magic):
            raise refuse(key, f"{kind} data", "plain CSV text", "unpack it or save it as CSV", file=name)
    return data


def decoded(data: bytes, name: str, key: str) -> str:
    """Text of a file in UTF-8, with or without a byte order mark, or GB18030.

    Raises:
        ScenarioFaults: another encoding.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse(key, "UTF-16 text", "UTF-8 or GB18030", "save the file as UTF-8", file=name)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refuse(key, "text in an unknown encoding", "UTF-8 or GB18030", "save the file as UTF-8", file=name)


def read_csv(folder: Path, name: str, key: str) -> CsvFile:
    """A CSV file of the folder; comma, semicolon or tab between the cells, one header line.

    Raises:
        ScenarioFaults: the file may not be opened, is too large, is not CSV, or has no header.
    """
    path = path_inside(folder, name, key)
    status = path.stat()
    return _read_csv(path, name, key, (status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=16)
def _read_csv(path: Path, name: str, key: str, state: tuple[int, int]) -> CsvFile:
    """The file, parsed once while its `state` (time and size) stays the same."""
    text = decoded(_bytes_of(path, name, key), name, key)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    if (cells := text.count(delimiter)) > MOST_CELLS:
        raise refuse(key, f"{cells:,} cells", f"at most {MOST_CELLS:,} cells", file=name)
    reader = csv.reader(text.replace("\r\n", "\n").split("\n"), delimiter=delimiter)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        rows = list(itertools.islice(reader, MOST_ROWS + 1))
    except csv.Error as error:
        raise refuse(key, str(error), "CSV text", file=name, line=reader.line_num) from None
    if len(rows) > MOST_ROWS:
        raise refuse(key, f"more than {MOST_ROWS} rows", f"at most {MOST_ROWS} rows", file=name)
    if reader.line_num != len(rows) + 1:
        raise refuse(key, "a line break inside quotes", "one line per row", file=name)
    lines = list(range(2, len(rows) + 2))
    blank = [j for j, row in enumerate(rows) if not any(row)]
    for j in reversed(blank):
        del rows[j], lines[j]
    if not rows:
        raise refuse(key, "no rows", "a header line and rows of numbers", file=name)
    after = text[len(first) :]
    table = CsvFile(name, header, rows, lines, is_plain=after.isascii() and "_" not in after)
    _check_widths(table, key)
    if len(header) > 1 and all(_is_number(cell) for cell in header):
        raise refuse(key, "numbers in the first line", "a header line with the names of the columns", file=name, line=1)
    return table


def _check_widths(table: CsvFile, key: str) -> None:
    """Refuse rows with more or fewer fields than the header line: in which column a number stands is then a guess."""
    width = len(table.header)
    if set(map(len, table.rows)) == {width}:
        return
    wrong = [(row, line) for row, line in zip(table.rows, table.lines, strict=True) if len(row) != width]
    headings = "heading" if width == 1 else "headings"
    wanted = f"{width}, as the first line has {width} {headings}"
    faults = [
        Fault(key, f"{len(row)} field{'s' if len(row) > 1 else ''}", wanted, _why_longer(row, width), table.name, line)
        for row, line in wrong[:MOST_SHOWN]
    ]
    if len(wrong) > MOST_SHOWN:
        faults.append(Fault(key, f"{len(wrong) - MOST_SHOWN:,} more rows of another length", "none", "", table.name))
    raise ScenarioFaults(faults)


def _why_longer(row: list[str], width: int) -> str:
    """What made a row longer than its header line."""
    if len(row) < width:
        return ""
    if not any(cell.strip() for cell in row[width:]):
        return "end the lines without a separator, or the first one with it too"
    last = row[-2:]
    if all(cell.strip().isdigit() for cell in last) and len(last) > 1:
        return f"a decimal comma? write {last[0].strip()}.{last[1].strip()}"
    return "numbers have a decimal point and no thousands separators"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
