"""Workbooks as their files have them, and what LibreOffice makes of them when it recalculates."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.programs import needed

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Cell(NamedTuple):
    """What a cell shows, and its formula."""

    value: float | str
    formula: str | None


def read(path: Path) -> dict[str, dict[str, Cell]]:
    """Cells by sheet and reference."""
    with zipfile.ZipFile(path) as archive:
        shared: list[str] = []
        if "xl/sharedStrings.xml" in archive.namelist():
            strings = ET.fromstring(archive.read("xl/sharedStrings.xml")).findall(f"{MAIN}si")
            shared = ["".join(text.text or "" for text in one.iter(f"{MAIN}t")) for one in strings]
        sheets = ET.fromstring(archive.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        names = [sheet.get("name", "") for sheet in sheets]
        return {name: _cells(archive.read(f"xl/worksheets/sheet{n + 1}.xml"), shared) for n, name in enumerate(names)}


def _cells(sheet: bytes, shared: list[str]) -> dict[str, Cell]:
    found = {}
    for cell in ET.fromstring(sheet).iter(f"{MAIN}c"):
        value, formula, kind = cell.find(f"{MAIN}v"), cell.find(f"{MAIN}f"), cell.get("t")
        if value is None and formula is None:
            continue
        text = "" if value is None or value.text is None else value.text
        shown: float | str = (
            shared[int(text)] if kind == "s" else text if kind in ("str", "e") or not text else float(text)
        )
        found[cell.get("r", "")] = Cell(shown, None if formula is None else formula.text)
    return found


def without_values(path: Path, out: Path, changed: dict[tuple[str, str], float] | None = None) -> Path:
    """The same workbook with no cached values of formulas, and other numbers in some cells (sheet name, reference)."""
    wanted = changed or {}
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(out, "w") as copy:
        names = [s.get("name", "") for s in ET.fromstring(archive.read("xl/workbook.xml")).iter(f"{MAIN}sheet")]
        for member in archive.namelist():
            data = archive.read(member)
            if member.startswith("xl/worksheets/sheet"):
                text = re.sub(r"</f><v>[^<]*</v>", "</f>", data.decode())
                sheet = names[int(member.removeprefix("xl/worksheets/sheet").removesuffix(".xml")) - 1]
                for (name, reference), value in wanted.items():
                    if name == sheet:
                        text, count = re.subn(rf'(<c r="{reference}"[^>]*><v>)[^<]*', rf"\g<1>{value!r}", text)
                        assert count == 1, reference
                data = text.encode()
            copy.writestr(member, data)
    return out


def recalculated(paths: Iterable[Path], folder: Path) -> dict[str, dict[str, dict[str, Cell]]]:
    """Each workbook, by its file's stem, as LibreOffice calculates it from nothing."""
    needed("soffice")
    out = folder / "recalculated"
    profile = (folder / "profile").as_uri()
    files = [str(path) for path in paths]
    convert = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={profile}",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    command = [*convert, "--outdir", str(out), *files]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {Path(file).stem: read(out / f"{Path(file).stem}.xlsx") for file in files}
