"""The inventory of a year as a chapter: totals by category, then every line with its factor."""

from __future__ import annotations

from dataclasses import replace

from planner.dossier.blocks import Section, Table, amount, join, number
from planner.dossier.factors import Factor
from planner.dossier.inventory import AT_ZERO, CATEGORIES, Basis, Line, YearInventory
from planner.dossier.words import say
from planner.results.record import Record
from planner.words import Lang

LEAST = 1e-3  # share of the base year below which a difference is not worth a word


def inventory_sections(record: Record, found: YearInventory, lang: Lang) -> list[Section]:
    """One year; what stands in for bills that are not there is a chapter of its own, neither actual nor planned."""
    if found.planned:
        return [_planned(record, found, lang)]
    actual = replace(found, lines=tuple(line for line in found.lines if line.origin != "modelled"))
    filled = replace(found, lines=tuple(line for line in found.lines if line.origin == "modelled"))
    title = say("inventory_of", lang, year=found.year)
    lead = f"{say('base_note', lang)} {say('activity_note', lang)}"
    billed, base = sum(found.total(c) for c in rated_categories(record)), record.answer.problem.base.gross_tco2e
    if base < billed - LEAST * billed:
        lead += " " + say("base_lower", lang, billed=f"{billed:,.0f}", base=f"{base:,.0f}")
    tables = (_totals(record, actual, lang, filled), _lines(record, actual, lang))
    sections = [Section(f"inventory-{found.year}", title, "actual", tables, lead=lead)]
    if filled.lines:
        title = f"{title}: {say('filled_title', lang)}"
        tables = (_totals(record, filled, lang), _lines(record, filled, lang))
        sections.append(Section(f"filled-{found.year}", title, "", tables, lead=say("filled_note", lang)))
    return sections


def _planned(record: Record, found: YearInventory, lang: Lang) -> Section:
    tables = (_totals(record, found, lang), _lines(record, found, lang))
    title = say("inventory_of", lang, year=found.year)
    return Section(f"inventory-{found.year}", title, "planned", tables, lead=say("activity_note", lang))


def rated_categories(record: Record) -> tuple[int, ...]:
    """Categories inside the rated boundary."""
    rating = record.answer.problem.rating
    return CATEGORIES if rating is not None and 3 in rating.scopes else (1, 2)


def _totals(record: Record, found: YearInventory, lang: Lang, filled: YearInventory | None = None) -> Table:
    """Location-based, and market-based beside it where the year is planned; `filled` says which are not complete."""
    inside = rated_categories(record)
    rows: list[tuple[str, ...]] = []
    for category in CATEGORIES:
        remarks = [] if category in inside else [say("outside_boundary", lang)]
        if filled is not None and filled.of(category):
            remarks.insert(0, say("incomplete", lang))
        elif not found.of(category):
            remarks.insert(0, say("not_quantified", lang))
        bases: tuple[Basis, ...] = ("location", "market") if found.planned else ("location",)
        values = [number(found.total(category, b) if found.of(category) else None, 1) for b in bases]
        rows.append((str(category), say(f"category_{category}", lang), *values, join(remarks)))
    sums = [sum(found.total(c, "location") for c in inside), sum(found.total(c, "market") for c in inside)]
    shown = [number(value, 1) for value in (sums if found.planned else sums[:1])]
    rows.append(("", say("sum_rated", lang), *shown, ""))
    strong = [len(rows) - 1]
    blank = [""] * (len(shown) - 1)
    rows.append(("", say("memo", lang), number(found.biogenic_tco2e, 1), *blank, ""))
    if found.planned:
        rows.append(("", f"{say('below_line', lang)}: {say('credits', lang)}", "", number(found.credits_tco2e, 1), ""))
        rows.append(
            ("", f"{say('below_line', lang)}: {say('removals', lang)}", "", number(found.removals_tco2e, 1), "")
        )
        net = sums[1] - found.credits_tco2e - found.removals_tco2e
        rows.append(("", say("net", lang), "", number(net, 1), ""))
        strong.append(len(rows) - 1)
    unit = say("tonnes", lang)
    columns = [f"!{say('location', lang)} [{unit}]", f"!{say('market', lang)} [{unit}]"]
    headings = (
        say("category", lang),
        "",
        *(columns if found.planned else columns[:1]),
        "",
    )
    return Table(say("by_category", lang), headings, tuple(rows), tuple(strong))


def _lines(record: Record, found: YearInventory, lang: Lang) -> Table:
    headings = [
        say("category", lang),
        say("source", lang),
        "!" + say("activity", lang),
        *([] if found.planned else [say("bill", lang)]),
        "!" + say("factor", lang),
        say("factor_source", lang),
        say("status", lang),
        "!" + say("tonnes", lang),
        "!" + say("range", lang),
        *([say("basis", lang)] if found.planned else []),
    ]
    rows = tuple(
        _row(record, line, lang, planned=found.planned)
        for category in CATEGORIES
        for line in sorted(found.of(category), key=lambda one: -abs(one.tco2e))
    )
    return Table(say("lines_of", lang), tuple(headings), rows)


def _row(record: Record, line: Line, lang: Lang, *, planned: bool) -> tuple[str, ...]:
    name = say(f"{line.what}_power", lang) if line.what in AT_ZERO else record.label(line.item, lang)
    remark = f" · {say('by_name', lang)}" if line.guessed else ""
    source = f"{name} ({say(f'what_{line.what}', lang)}){remark}"
    activity = say("direct_tonnes", lang) if line.activity is None else f"{amount(line.activity)} {line.unit}"
    ends = line.range_tco2e
    return (
        str(line.category),
        source,
        activity,
        *([] if planned else [line.billed or "–"]),
        "–" if line.factor is None else f"{line.factor.value:.4g} {line.factor.unit}",
        _source(line, lang),
        "–" if line.factor is None else _status(line.factor, lang),
        number(line.tco2e, 1),
        say("unknown", lang) if ends is None else f"{amount(ends[0])} – {amount(ends[1])}",
        *([say(line.basis, lang)] if planned else []),
    )


def _source(line: Line, lang: Lang) -> str:
    factor = line.factor
    if factor is None:
        return say("given", lang)
    if line.what in AT_ZERO:
        return say(f"{line.what}_zero", lang)
    if not factor.source:
        return say("given", lang)
    moved = factor.data_value is not None and factor.data_year is not None and factor.data_value != factor.value
    year = f" ({factor.data_year})" if factor.data_year is not None and not moved else ""
    trend = say("published", lang, value=factor.data_value, year=factor.data_year) if moved else ""
    return join([factor.source + year, trend])


def _status(factor: Factor, lang: Lang) -> str:
    if factor.status in ("verified", "probable", "assumed"):
        return say(factor.status, lang)
    return "–" if factor.status == "default" else say("given", lang)
