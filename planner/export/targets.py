"""`plan export`: the pieces of every target, written with their descriptor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from models.problem import Problem
from planner.export.package import DESCRIPTOR, TIDY, Piece, descriptor, write_export
from planner.plan import Plan
from planner.results.archive import ArchiveError, unpack
from planner.results.folder import OPERATION, Results, ResultsError, read_results, rounded, table_bytes


def export(folder: Path, target: str, out: Path | None = None) -> tuple[Path, list[str]]:
    """Write an export of a results folder; returns where it is and what was written."""
    results = read_results(folder)
    if results.summary["status"] not in ("optimal", "feasible"):
        raise ResultsError(f"{folder} holds no plan: {results.summary.get('termination', results.summary['status'])}")
    pieces = list(TARGETS[target](results))
    place = (out or folder / "export" / target).resolve()
    files = {piece.path: piece.data for piece in pieces}
    write_export(place, {**files, DESCRIPTOR: _descriptor(results, target, pieces)})
    return place, [*files, DESCRIPTOR]


def _descriptor(results: Results, target: str, pieces: list[Piece]) -> bytes:
    summary = results.summary
    head = summary["scenario"]
    notes = {
        "description": f"{target} export of a modelled plan",
        "currency": summary["currency"],
        "price_year": summary["price_year"],
        "created_by": f"zero-carbon-planner {summary['versions']['zero-carbon-planner']}",
        "sources": [{"title": name, "hash": f"sha256:{digest}"} for name, digest in summary.get("inputs", {}).items()],
    }
    return descriptor(f"{head['name']}-{target}", head.get("title") or head["name"], pieces, notes)


def archive_of(results: Results) -> tuple[Problem, Plan]:
    """Problem and plan at full precision; raises ResultsError where they cannot be had."""
    try:
        return unpack(results.operation_bytes())
    except ArchiveError as error:
        raise ResultsError(f"{results.folder / OPERATION}: {error}") from error


def _pypsa(results: Results) -> Iterator[Piece]:
    from planner.export.pypsa import pypsa_pieces

    yield from pypsa_pieces(*archive_of(results), str(results.summary["currency"]))


def _iamc(results: Results) -> Iterator[Piece]:
    from planner.export.iamc import iamc_pieces

    yield from iamc_pieces(results)


def _parquet(results: Results) -> Iterator[Piece]:
    from planner.export.parquet import parquet_pieces

    yield from parquet_pieces(results, *archive_of(results))


def _json(results: Results) -> Iterator[Piece]:
    """Every table with its units in one document, the summary beside them."""
    fields = [{k: v for k, v in vars(field).items() if v} for field in TIDY]
    document: dict[str, Any] = {
        "scenario": results.summary["scenario"],
        "currency": results.summary["currency"],
        "price_year": results.summary["price_year"],
        "summary": results.summary,
        "fields": fields,
        "tables": {name: [list(row) for row in rows] for name, rows in results.tables.items()},
    }
    roadmap = results.folder / "roadmap.json"
    if roadmap.is_file():
        document["roadmap"] = json.loads(roadmap.read_text(encoding="utf-8"))
    text = json.dumps(rounded(document), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    yield Piece("plan.json", (text + "\n").encode(), title="Summary and tables of the plan")
    for name, rows in results.tables.items():
        yield Piece(f"tables/{name}.csv", table_bytes(rows), TIDY, name)


def _calendar(results: Results) -> Iterator[Piece]:
    from planner.export.calendar import calendar_piece

    yield calendar_piece(results)


TARGETS: dict[str, Callable[[Results], Iterator[Piece]]] = {
    "pypsa": _pypsa,
    "iamc": _iamc,
    "parquet": _parquet,
    "json": _json,
    "calendar": _calendar,
}
