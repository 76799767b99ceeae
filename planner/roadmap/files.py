"""The roadmap as files: JSON with a published schema, CSV with one row an action, iCalendar."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from planner.results.folder import ROADMAP as TABLE
from planner.results.folder import rounded
from planner.roadmap.calendar_file import calendar
from planner.roadmap.dated import ROADMAP
from planner.roadmap.form import Action, Roadmap
from planner.scenario.schema import DIALECT

CALENDAR = "roadmap.ics"
COLUMNS = (
    *("id", "chapter", "verb", "kind", "item", "text_en", "text_zh", "year"),
    *("decide_by", "order_by", "build_from", "commission_by", "certify_by", "ends_on", "renew_by"),
    *("late_days", "possible_from", "size", "unit", "energy_mwh", "owner_en", "owner_zh"),
    *("one_off", "yearly", "currency", "claimed_tonnes", "serves_year", "serves_stars", "minor", "needs"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet compute a cell


def roadmap_files(found: Roadmap) -> dict[str, bytes]:
    """Name -> content of the three files."""
    return {ROADMAP: json_bytes(found), TABLE: csv_bytes(found), CALENDAR: calendar(found)}


def json_bytes(found: Roadmap) -> bytes:
    """roadmap.json, ten significant digits."""
    text = json.dumps(rounded(found.model_dump(mode="json")), indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def csv_bytes(found: Roadmap) -> bytes:
    """roadmap.csv; text that a spreadsheet would take for a formula begins with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for action in found.actions:
        writer.writerow(_row(action, found.currency))
    return buffer.getvalue().encode()


def json_schema() -> dict[str, Any]:
    """JSON Schema of roadmap.json."""
    schema = Roadmap.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, **schema, "title": "Roadmap to a zero-carbon factory"}


def _row(action: Action, currency: str) -> list[str]:
    values = rounded(action.model_dump(mode="json")) | {"currency": currency, "needs": " ".join(action.needs)}
    return [_cell(values[name]) for name in COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return f"{value:.10g}"
