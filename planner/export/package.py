"""What an export writes, and `datapackage.json`, which lists it: path, fields with unit and type, size, hash.

The descriptor follows the Frictionless data package, version 1, and is a tabular one where every file is a CSV table.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from planner.results.folder import ResultsError, sha256
from planner.results.place import replace_folder

DESCRIPTOR = "datapackage.json"
MEDIA = {
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "ics": "text/calendar",
}
NAME = re.compile(r"[^a-z0-9._/-]+")


@dataclass(frozen=True)
class Field:
    """A column: name, type, unit ("" where it has none, or where a unit column says it)."""

    name: str
    type: Literal["string", "number", "integer", "boolean", "datetime"] = "string"
    unit: str = ""
    description: str = ""


@dataclass(frozen=True)
class Piece:
    """A file of an export, by its path inside the folder."""

    path: str
    data: bytes
    fields: tuple[Field, ...] = ()
    title: str = ""


TIDY = (
    Field("year", "integer", description="plan year; empty for values of the whole plan"),
    Field("item", description="what the number belongs to"),
    Field("metric", description="what is measured"),
    Field("unit", description="unit of value"),
    Field("value", "number", description="in the unit of the row"),
)


def csv_bytes(header: Iterable[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV at full precision with LF line ends."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()


def descriptor(name: str, title: str, pieces: Iterable[Piece], notes: Mapping[str, Any]) -> bytes:
    """`datapackage.json` for the pieces; `notes` are further keys of the package."""
    listed = list(pieces)
    tabular = all(piece.path.endswith(".csv") for piece in listed)
    package = {
        "profile": "tabular-data-package" if tabular else "data-package",
        "name": slug(name),
        "title": title,
        **notes,
        "resources": [_resource(piece) for piece in listed],
    }
    return (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode()


def slug(name: str) -> str:
    """A name that a package or resource may have.

    >>> slug("Mill 2030/generators-p_max_pu.csv")
    'mill-2030/generators-p_max_pu.csv'
    """
    return NAME.sub("-", name.lower()).strip("-") or "plan"


def _resource(piece: Piece) -> dict[str, Any]:
    kind = piece.path.rsplit(".", 1)[-1]
    found: dict[str, Any] = {
        "name": slug(piece.path),
        "path": piece.path,
        "format": kind,
        "mediatype": MEDIA.get(kind, "application/octet-stream"),
        "bytes": len(piece.data),
        "hash": f"sha256:{sha256(piece.data)}",
    }
    if piece.title:
        found["title"] = piece.title
    if kind == "csv":
        found |= {"profile": "tabular-data-resource", "encoding": "utf-8"}
    if piece.fields:
        fields = [{k: v for k, v in vars(field).items() if v} for field in piece.fields]
        found["schema"] = {"fields": fields, "missingValues": [""]}
    return found


def write_export(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replace what an earlier export wrote into a folder; raises ResultsError where the folder is no export's."""
    folder = folder.resolve()
    if folder.is_file():
        raise ResultsError(f"{folder} is a file; --out must name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / DESCRIPTOR).is_file():
        raise ResultsError(f"{folder} holds other files and no {DESCRIPTOR}: refusing to write into it")
    replace_folder(folder, files, _written)


def _written(folder: Path) -> list[str]:
    """Files of an export folder that the planner wrote, as its descriptor says."""
    try:
        found = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        return [DESCRIPTOR, *(str(one["path"]) for one in found["resources"])]
    except (OSError, ValueError, KeyError, TypeError):
        return [DESCRIPTOR]
