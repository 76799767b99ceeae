"""What an assessor asks to see: meters, bills, contracts, registry retirements, records, and the items of the standard.

The list follows from the case; what is there is told by `evidence.toml` beside the scenario, one table for each id:

    ["bill.grid.2025"]
    owner = "energy manager"
    date = 2026-03-01
    status = "present"
    where = "cabinet 3, folder 12"

Nothing is present unless it says so. Evidence of a base year is of actual values; evidence of a plan year is what will have to
be shown for it, and cannot be there before the year is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from models.problem import ELECTRICITY
from planner.accounting.stock import LEAST_SIZE
from planner.dossier.words import say
from planner.library.toml_text import TomlError, bounded_bytes, parsed
from planner.rating.self_assessment import items
from planner.reading.faults import did_you_mean
from planner.results.folder import ResultsError
from planner.results.record import Record
from planner.words import Lang

EVIDENCE = "evidence.toml"
KEYS = ("owner", "date", "status", "where")
STATUSES = ("present", "missing")
ENERGY, SUSTAINABILITY, PURCHASING = "energy_manager", "sustainability", "purchasing"

Kind = Literal["meter", "bill", "contract", "retirement", "record", "item"]


@dataclass(frozen=True)
class Evidence:
    """One thing to show. `owner` is a key of the words, or the user's own text."""

    id: str
    kind: Kind
    name: str
    asked: str  # what to show, in words
    planned: bool
    year: int | None
    owner: str
    present: bool = False
    dated: str = ""
    where: str = ""


def evidence(record: Record, years: Sequence[int], lang: Lang, file: Path | None = None) -> list[Evidence]:
    """Everything to show for the base year and these plan years, with what the file says is there."""
    wanted = {one.id: one for one in _wanted(record, years, lang)}
    for name, table in read_evidence(file or _beside(record)).items():
        if name not in wanted:
            hint = did_you_mean(name, list(wanted)) or f"{len(wanted)} are listed in the dossier"
            raise ResultsError(f"{EVIDENCE}: no evidence with the id {name!r}; {hint}")
        wanted[name] = _answered(name, wanted[name], table)
    return list(wanted.values())


def read_evidence(path: Path) -> dict[str, Any]:
    """The tables of the file; empty without one."""
    if not path.is_file():
        return {}
    try:
        tables = parsed(bounded_bytes(path).decode())
    except (OSError, UnicodeDecodeError, TomlError) as error:
        raise ResultsError(f"{path}: {error}") from error
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ResultsError(f'{path}: {name}: wanted a table ["{name}"] with {", ".join(KEYS)}')
    return tables


def _beside(record: Record) -> Path:
    folder = record.results.folder
    return folder / str(record.summary.get("scenario", {}).get("folder", ".")) / EVIDENCE


def _answered(name: str, one: Evidence, table: Mapping[str, Any]) -> Evidence:
    for key in table:
        if key not in KEYS:
            raise ResultsError(
                f"{EVIDENCE}: {name}.{key}: {did_you_mean(key, list(KEYS)) or 'known: ' + ', '.join(KEYS)}"
            )
    status, when = table.get("status", "missing"), table.get("date", "")
    if status not in STATUSES:
        raise ResultsError(f"{EVIDENCE}: {name}.status: got {status!r}, wanted present or missing")
    if not isinstance(when, date | str):
        raise ResultsError(f"{EVIDENCE}: {name}.date: got {when!r}, wanted a date such as 2026-03-01")
    return replace(
        one,
        present=status == "present",
        owner=str(table.get("owner", one.owner)),
        dated=str(when),
        where=str(table.get("where", "")),
    )


def _wanted(record: Record, years: Sequence[int], lang: Lang) -> Iterator[Evidence]:
    yield from _meters(record, lang)
    yield from _bills(record, record.answer.problem.base.year, lang, planned=False)
    yield from _records(record, record.answer.problem.base.year, lang, planned=False)
    yield from _contracts(record, years, lang)
    for year in years:
        yield from _bills(record, year, lang, planned=True)
        yield from _records(record, year, lang, planned=True)
        yield from _retirements(record, year, lang)
    if years:
        yield from _items(record, years[0], lang)


def _meters(record: Record, lang: Lang) -> Iterator[Evidence]:
    for k in record.answer.problem.markets:
        name = record.label(k.name, lang)
        yield Evidence(f"meter.{k.name}", "meter", name, say("show_meter", lang), False, None, ENERGY)
    for v in record.answer.problem.converters:
        makes = ELECTRICITY in v.outputs and float(record.answer.money.capacities[v.name].max()) > LEAST_SIZE
        if makes and v.renewable:
            planned = not v.sizing.existing[0]
            yield Evidence(
                f"meter.{v.name}",
                "meter",
                record.label(v.name, lang),
                say("show_generation", lang),
                planned,
                None,
                ENERGY,
            )


def _bills(record: Record, year: int, lang: Lang, *, planned: bool) -> Iterator[Evidence]:
    for k in record.answer.problem.markets:
        name = record.label(k.name, lang)
        yield Evidence(f"bill.{k.name}.{year}", "bill", name, say("show_bills", lang), planned, year, ENERGY)


def _records(record: Record, year: int, lang: Lang, *, planned: bool) -> Iterator[Evidence]:
    for other in record.answer.problem.emissions.other:
        name = record.label(other.name, lang)
        yield Evidence(
            f"record.{other.name}.{year}", "record", name, say("show_record", lang), planned, year, SUSTAINABILITY
        )


def _contracts(record: Record, years: Sequence[int], lang: Lang) -> Iterator[Evidence]:
    """Contracts signed that are in force in one of the years."""
    problem = record.answer.problem
    for c in problem.contracts:
        for signed in c.start_years:
            in_force = any(signed <= year < signed + c.tenor_years for year in years)
            if in_force and record.answer.plan.decision("contracts.sign_volume", c.name, signed) > LEAST_SIZE:
                name = record.label(c.name, lang)
                asked = say("show_contract", lang)
                yield Evidence(f"contract.{c.name}.{signed}", "contract", name, asked, True, signed, PURCHASING)


def _retirements(record: Record, year: int, lang: Lang) -> Iterator[Evidence]:
    for i in record.answer.problem.instruments:
        bought = record.answer.plan.decision("instruments.quantity", i.name, year)
        if bought > LEAST_SIZE:
            unit = "MWh" if i.kind == "certificate" else "t CO2e"
            asked = say(f"show_{i.kind}", lang, amount=f"{bought:,.0f} {unit}")
            name = record.label(i.name, lang)
            yield Evidence(f"retirement.{i.name}.{year}", "retirement", name, asked, True, year, SUSTAINABILITY)


def _items(record: Record, year: int, lang: Lang) -> Iterator[Evidence]:
    """Items of the standard that are met today, or that the plan meets by the year."""
    for one in items(record, year):
        if one.in_place:
            item = one.item
            name, asked, owner = (
                (item.label_zh, item.evidence_zh, item.owner_zh)
                if lang == "zh"
                else (item.label_en, item.evidence_en, item.owner_en)
            )
            planned = one.today != "met"
            yield Evidence(f"item.{item.id}", "item", name, asked, planned, one.planned_from, owner)
