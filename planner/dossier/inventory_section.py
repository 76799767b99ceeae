"""The inventory of a year as a chapter: totals by category, then every line with its factor."""

from __future__ import annotations

from planner.dossier.blocks import Section, Table, join, number, span
from planner.dossier.factors import Factor
from planner.dossier.inventory import CATEGORIES, Line, YearInventory
from planner.dossier.words import say
from planner.record import Record
from planner.words import Lang


def inventory_section(record: Record, found: YearInventory, lang: Lang) -> Section:
    """One year."""
    tables = [_totals(record, found, lang), _lines(record, found, lang)]
    note = say("activity_note", lang) if found.planned else f"{say('base_note', lang)} {say('activity_note', lang)}"
    return Section(
        f"inventory-{found.year}",
        say("inventory_of", lang, year=found.year),
        "planned" if found.planned else "actual",
        tuple(tables),
        lead=note,
    )


def rated_categories(record: Record) -> tuple[int, ...]:
    """Categories inside the rated boundary."""
    rating = record.answer.problem.rating
    return CATEGORIES if rating is not None and 3 in rating.scopes else (1, 2)


def _totals(record: Record, found: YearInventory, lang: Lang) -> Table:
    """Location-based, and market-based beside it where the year is planned."""
    inside = rated_categories(record)
    rows: list[tuple[str, ...]] = []
    for category in CATEGORIES:
        remarks = [] if category in inside else [say("outside_boundary", lang)]
        if not found.of(category):
            remarks.insert(0, say("not_quantified", lang))
        values = [number(found.total(category, "location"), 1)]
        if found.planned:
            values.append(number(found.total(category, "market"), 1))
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
    bases = [f"!{say('location', lang)} [{unit}]", f"!{say('market', lang)} [{unit}]"]
    headings = (
        say("category", lang),
        "",
        *(bases if found.planned else bases[:1]),
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
    name = say("claimed_power", lang) if line.what == "claimed" else record.label(line.item, lang)
    remark = join(
        [say("by_name", lang) if line.guessed else "", say("filled", lang) if line.origin == "modelled" else ""]
    )
    source = f"{name} ({say(f'what_{line.what}', lang)})" + (f" · {remark}" if remark else "")
    activity = say("direct_tonnes", lang) if line.activity is None else f"{number(line.activity, 1)} {line.unit}"
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
        say("unknown", lang) if ends is None else span(*ends, 1),
        *([say(line.basis, lang)] if planned else []),
    )


def _source(line: Line, lang: Lang) -> str:
    factor = line.factor
    if factor is None:
        return say("given", lang)
    if line.what == "claimed":
        return say("no_claim_needed", lang)
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
