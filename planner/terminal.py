"""The plan on the terminal, from a results folder: readable at 80 columns, aligned, and never wider than the window.

One section per question: the answer, what to do when, the naive plans beside it, stars, cash, tonnes and energy by year,
what decides. Everything is read from `summary.json` and the tidy tables, so `show` needs no model.
Money is in units of 10,000 (10k CNY is 万元), emissions in t CO2e.
"""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from planner.results.folder import Results, Row
from planner.results.key_figures import key_figures, read_headline
from planner.results.quick_look import quick_look
from planner.results.steps import steps
from planner.words import say

Cell = str | float | None
MONEY = 10_000.0
ALL = "all"

CASH_COLUMNS = {
    "capex": "Invest",
    "energy": "Energy",
    "demand_charge": "Demand charge",
    "export_revenue": "Sold",
    "contract": "Green power",
    "opex_fixed": "Upkeep",
    "opex_variable": "Upkeep",
    "management": "Upkeep",
    "instrument": "Paper",
    "carbon": "Carbon price",
    "tax": "Tax",
    "salvage_tax": "Tax",
    "salvage": "Salvage value",
    "total": "Total",
    "present_value": "Present value",
}
EMISSION_COLUMNS = {
    "scope1": "Scope 1",
    "captured": "Captured",
    "scope2_location": "Scope 2 location",
    "scope2_market": "Scope 2 market",
    "scope3": "Scope 3",
    "credits": "Credits",
    "removals": "Removals",
    "net": "Net",
}
LEDGER_COLUMNS = {
    "used": "Used",
    "onsite_renewable": "On-site renewable",
    "direct": "Direct line",
    "grid": "Over grid",
    "exported": "Sold",
    "grid_claims": "Grid claimed",
    "claimed": "Claimed green",
    "hourly_matched": "Hourly matched",
}
SHARE_COLUMNS = {
    "renewable_electricity_share": "Green power %",
    "neutralised_share": "Offset %",
    "own_reduction_share": "Own reduction %",
    "paper_share": "Paper %",
}
PLAN_NAMES = {
    "business_as_usual": "Business as usual",
    "paper_only": "Paper only",
    "cheapest_first": "Cheapest measure first",
    "optimum": "This plan",
}


def show(results: Results, console: Console) -> None:
    """Print every section that the results have something for."""
    show_headline(results, console)
    for title, table in sections(results, console.width):
        console.print()
        console.print(Text(title, style="bold"))
        console.print(table)
    show_decisive(results, console)


def sections(results: Results, width: int) -> Iterable[tuple[str, Table]]:
    """The tables in reading order, without the empty ones."""
    unit, currency = money_unit(results.summary), results.summary.get("currency", "CNY")
    tables = results.tables
    emissions = [row for row in tables.get("emissions", ()) if row.item == ALL]
    candidates: tuple[tuple[str, Table | None], ...] = (
        (f"What to do when [{unit}]", roadmap_table(results)),
        (f"Beside it: the naive plans [{unit}]", plans_table(results)),
        (say("headline", "en"), headline_table(results)),
        (f"Worth against business as usual [{unit}; cost per t in {currency}]", worth_table(results)),
        (f"What business as usual leaves unserved{_priced(results.summary)}", short_table(results)),
        ("Stars per year (modelled, not a certificate)", stars_table(results)),
        *parts(f"Cash per year [{unit}, real]", year_columns(tables.get("cash", ()), CASH_COLUMNS, MONEY), width),
        *parts("Emissions per year [t CO2e]", year_columns(emissions, EMISSION_COLUMNS), width),
        *parts("Electricity per year [MWh]", year_columns(tables.get("ledger", ()), LEDGER_COLUMNS), width),
        *parts(
            "Bought of each supplier, contracts aside [MWh]", item_columns(tables.get("ledger", ()), "import"), width
        ),
        ("Sizes", sizes_table(results, width)),
    )
    return [(title, table) for title, table in candidates if table is not None]


# --- headline ---------------------------------------------------------------------------------------------------------


def show_headline(results: Results, console: Console) -> None:
    """Name, rating, cost and how good the plan is proven to be."""
    summary = results.summary
    scenario = summary.get("scenario", {})
    console.print(Text(f"{scenario.get('name', '')}  {scenario.get('title', '')}".strip(), style="bold"))
    rating = rating_words(summary)
    if rating:
        console.print(Text(rating, style="bold green"))
    for line in (cost_words(summary), proof_words(summary), late_words(results)):
        if line:
            console.print(Text(line))
    for line in summary.get("explanation", ()):
        console.print(Text(str(line)))


def late_words(results: Results) -> str:
    """How many decisions of the dated roadmap lie before the day from which it counts."""
    path = results.folder / "roadmap.json"
    if not path.is_file():
        return ""
    dated = json.loads(path.read_text(encoding="utf-8"))
    late = sum(action["late_days"] > 0 for action in dated["actions"])
    many = "1 decision was" if late == 1 else f"{late} decisions were"
    return f"Late: {many} due before {dated['today']} (decide_by in roadmap.csv)" if late else ""


def rating_words(summary: Mapping[str, Any]) -> str:
    """For example `Modelled rating: 5 stars (3-6 if assumptions differ) from 2030 to 2040; durable: 5, 4 in the worst year`."""
    stars, target = summary.get("stars") or {}, summary.get("target") or {}
    if not stars:
        return ""
    year = str(target.get("year") or max(stars))
    words = f"Modelled rating: {star_words(stars[year], summary.get('stars_range', {}).get(year))}"
    last, asked = _held(stars, year, stars[year]), int(target.get("stars") or stars[year])
    words += f" in {year}" if last == int(year) else f" from {year} to {last}"
    if (until := _held(stars, year, asked)) > last:
        words += f", then at least {asked} to {until}"
    durable = [
        count
        for y, count in sorted((summary.get("durable_stars") or {}).items())
        if int(year) <= int(y) <= max(last, until)
    ]
    if not durable:
        return words
    return f"{words}; durable: {durable[0]}" + (
        f", {min(durable)} in the worst year" if min(durable) < durable[0] else ""
    )


def _held(stars: Mapping[str, int], year: str, count: int) -> int:
    """Last of the years from `year` on that have at least `count` stars without a break."""
    last = int(year)
    while stars.get(str(last + 1), -1) >= count:
        last += 1
    return last


def star_words(stars: int, reach: Sequence[int] | None = None) -> str:
    """`5 stars (3-6 if assumptions differ)`; `no stars` for zero."""
    words = {0: "no stars", 1: "1 star"}.get(stars, f"{stars} stars")
    if reach and tuple(reach) != (stars, stars):
        words += f" ({reach[0]}-{reach[1]} if assumptions differ)"
    return words


def cost_words(summary: Mapping[str, Any]) -> str:
    """Net present cost beside business as usual."""
    cost = summary.get("net_present_cost")
    if cost is None:
        return ""
    unit = money_unit(summary)
    words = f"Net present cost [{unit}]: {number(cost / MONEY, 0)}"
    usual = (summary.get("headline") or {}).get("usual_net_present_cost")
    if usual:
        above = (cost - usual) / MONEY
        side = "above" if above >= 0 else "below"
        words += f", {number(abs(above), 0)} ({abs(cost / usual - 1):.1%}) {side} business as usual"
    penalties = (summary.get("penalties") or 0.0) / MONEY
    if penalties >= 0.5:
        words += f"; beside it {number(penalties, 0)} of penalties for paper"
    return words


def proof_words(summary: Mapping[str, Any]) -> str:
    """Why it stopped, what is proven, at which resolution, and whether it was recomputed."""
    gap = summary.get("gap")
    within = "" if gap is None else f" within {gap:.2%} of the best possible"
    why = str(summary.get("termination"))
    stopped = {"time limit": "Stopped at the time limit", "interrupted": "Interrupted"}.get(why, f"Stopped ({why})")
    words = {
        "optimal": f"Solved: the plan is{within or ' the best possible'}",
        "feasible": f"{stopped}, holding a plan{within}",
        "infeasible": "No plan: the target is out of reach",
    }.get(summary["status"], f"No plan: {why}")
    if summary.get("steps_per_year"):
        words += f"; {summary['steps_per_year']:,} steps a year ({summary.get('resolution')})"
    if summary.get("verified"):
        words += "; verified by recomputing"
    return f"{words}. {quick_look(summary)}".rstrip()


def money_unit(summary: Mapping[str, Any]) -> str:
    """Unit of every amount that is shown."""
    return f"10k {summary.get('currency', 'CNY')}"


# --- tables -----------------------------------------------------------------------------------------------------------


def roadmap_table(results: Results) -> Table | None:
    """What to do when, for how much."""
    table = new_table("Year", "Step", "!Size", "!Invest")
    for step in steps(results.tables.get("decisions", ())):
        often = f" ({step.count} times)" if step.count > 1 else ""
        what = f"{step.verb}{often}: {label(results, step.item)}"
        sizes = ", ".join(size_words(*size) for size in step.sizes)
        table.add_row(step.years, what, sizes, "" if step.capex is None else number(step.capex / MONEY))
    return table if table.row_count else None


def size_words(low: float, high: float, unit: str) -> str:
    """A size or a range of yearly amounts; shares in percent.

    >>> size_words(2.25, 2.25, "MW"), size_words(0.736, 0.736, "share"), size_words(815.2, 4150.0, "t/year")
    ('2.25 MW', '74 %', '815 to 4,150 t/year')
    """
    if unit == "share":
        return f"{high:.0%}".replace("%", " %")
    decimals = 0 if unit.endswith("/year") else None
    low_words, high_words = number(low, decimals), number(high, decimals)
    return f"{low_words if low_words == high_words else f'{low_words} to {high_words}'} {unit}"


def plans_table(results: Results) -> Table | None:
    """Business as usual, the naive plans and the optimum side by side."""
    naive = results.summary.get("naive") or {}
    if not naive:
        return None
    usual = naive.get("business_as_usual", {}).get("net_present_cost")
    years = results.summary.get("years") or list(results.summary.get("stars") or ("first",))
    target = (results.summary.get("target") or {}).get("year", "target")
    headings = (
        "Net present cost",
        "Above usual",
        "Penalties",
        f"Stars {years[0]}",
        f"Stars {target}",
        f"Durable {target}",
        "Own reduction %",
    )
    table = new_table("Plan", *(f"!{heading}" for heading in headings))
    for name, plan in naive.items():
        cost = plan.get("net_present_cost")
        above = None if cost is None or usual is None else (cost - usual) / MONEY
        share = plan.get("own_reduction_share")
        table.add_row(
            PLAN_NAMES.get(name, name.replace("_", " ")),
            _cell(cost, MONEY, decimals=0),
            _cell(above, decimals=0),
            _cell(plan.get("penalties"), MONEY, decimals=0),
            *(_cell(plan.get(key), decimals=0) for key in ("stars_year_one", "stars_target", "durable_target")),
            _cell(share, 0.01, decimals=1),
        )
        if plan.get("note"):
            table.add_row(f"  {plan['note']}")
    return table


def short_table(results: Results) -> Table | None:
    """Energy and highest power that business as usual cannot serve, by carrier and year."""
    short = (results.summary.get("business_as_usual") or {}).get("short") or ()
    table = new_table("Carrier", "!Year", "!MWh", "!Peak MW")
    for one in short:
        table.add_row(label(results, one["carrier"]), str(one["year"]), number(one["mwh"], 0), number(one["peak_mw"]))
    return table if table.row_count else None


def _priced(summary: Mapping[str, Any]) -> str:
    """At which price it is compared, if at any."""
    price = (summary.get("business_as_usual") or {}).get("unserved_per_mwh")
    if price is None:
        return ", so nothing is compared with it"
    return f", counted at {number(price, 0)} {summary.get('currency', 'CNY')}/MWh"


def headline_table(results: Results) -> Table | None:
    """Every figure of the whole plan, in the order and the words of the other outputs."""
    found = read_headline(results.tables.get("headline", ()))
    if found is None:
        return None
    table = new_table("Figure", "!Value", "Unit")
    for line in key_figures(found, str(results.summary.get("currency", "CNY")), "en"):
        table.add_row(line.label, line.value, line.unit)
    return table


def stars_table(results: Results) -> Table | None:
    """Stars, durable stars, points and the shares that the gates look at."""
    summary = results.summary
    stars, durable = summary.get("stars") or {}, summary.get("durable_stars") or {}
    if not stars:
        return None
    rating = _by_year((*results.tables.get("rating", ()), *results.tables.get("emissions", ())), ALL)
    table = new_table(
        "Year", "!Stars", "!Range", "!Durable", "!Points", *(f"!{name}" for name in SHARE_COLUMNS.values())
    )
    for year, count in stars.items():
        reach = summary.get("stars_range", {}).get(year)
        values = rating.get(int(year), {})
        shares = [values.get(key) for key in SHARE_COLUMNS]
        table.add_row(
            year,
            str(count),
            f"{reach[0]}-{reach[1]}" if reach else "",
            str(durable.get(year, "")),
            number(values["score"], 1) if "score" in values else "",
            *("" if share is None else number(100 * share, 1) for share in shares),
        )
    return table


def year_columns(rows: Iterable[Row], headings: Mapping[str, str], divisor: float = 1.0) -> dict[str, list[str]]:
    """Cells by heading, one per year: all rows of its metrics summed. Columns of zeros are left out, money has a sum."""
    rows = [row for row in rows if row.year is not None and row.metric in headings]
    years = sorted({row.year for row in rows if row.year is not None})
    sums = {heading: dict.fromkeys(years, 0.0) for heading in headings.values()}
    for row in rows:
        sums[headings[row.metric]][row.year or 0] += row.value / divisor
    used = {heading: list(values.values()) for heading, values in sums.items() if any(map(_counts, values.values()))}
    if not used:
        return {}
    if divisor == MONEY:
        used = {heading: [*values, sum(values)] for heading, values in used.items()}
    decimals = decimals_for(value for values in used.values() for value in values[: len(years)])
    cells = {heading: [number(value, decimals) for value in values] for heading, values in used.items()}
    return {"Year": [*map(str, years), "Sum"][: len(next(iter(cells.values())))], **cells}


def item_columns(rows: Sequence[Row], metric: str) -> dict[str, list[str]]:
    """Cells by item, one per year, of one metric. Items that stay at zero are left out."""
    items = {item: [row.value for row in group] for item, group in _by_item(rows, metric).items()}
    used = {item: values for item, values in items.items() if any(map(_counts, values))}
    if not used:
        return {}
    years = sorted({row.year for row in rows if row.year is not None and row.metric == metric})
    cells = {item.replace("_", " "): [number(value, 0) for value in values] for item, values in used.items()}
    return {"Year": [*map(str, years)], **cells}


def parts(title: str, columns: Mapping[str, list[str]], width: int) -> list[tuple[str, Table]]:
    """One table, or as many as the window needs; each starts with the year. Columns move closer before a table breaks."""
    tables: list[tuple[str, Table]] = []
    rest = [heading for heading in columns if heading != "Year"]
    tight = bool(rest) and len(fitting(columns, rest, width, 2)) < len(rest)
    while rest:
        shown = fitting(columns, rest, width, 1 if tight else 2)
        table = new_table("Year", *(f"!{heading}" for heading in shown), tight=tight)
        for line, year in enumerate(columns["Year"]):
            if year == "Sum":
                table.add_section()
            table.add_row(year, *(columns[heading][line] for heading in shown))
        tables.append((title if not tables else f"{title}, continued", table))
        rest = rest[len(shown) :]
    return tables


def fitting(columns: Mapping[str, list[str]], headings: Sequence[str], width: int, blanks: int) -> list[str]:
    """As many of the headings, at least one, as fit beside the year with so many blanks between columns."""

    def wide(heading: str) -> int:
        return max(len(text) for text in (*heading.split(), *columns[heading]))

    room, shown = width - wide("Year"), 0
    while shown < len(headings) and (room := room - wide(headings[shown]) - blanks) >= 0:
        shown += 1
    return list(headings[: max(shown, 1)])


def sizes_table(results: Results, width: int) -> Table | None:
    """Working size of everything that is ever there, in the years in which a size changes."""
    rows = [row for row in results.tables.get("capacities", ()) if row.metric == "nameplate"]
    sizes: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows:
        sizes.setdefault((row.item, row.unit), {})[row.year or 0] = row.value
    sizes = {key: values for key, values in sizes.items() if max(values.values()) > 1e-9}
    if not sizes:
        return None
    years = milestones(sizes.values(), max(2, (width - 40) // 9))
    table = new_table("Item", "Unit", *(f"!{year}" for year in years))
    for (item, unit), values in sizes.items():
        table.add_row(label(results, item), unit, *(number(values.get(year, 0.0)) for year in years))
    return table


def worth_table(results: Results) -> Table | None:
    """Payback, internal rate of return and cost per tonne of the plans against business as usual."""
    naive = results.summary.get("naive") or {}
    headings = ("Invest", "Payback years", "IRR %", "Cost per t", "t CO2e avoided")
    table = new_table("Plan", *(f"!{heading}" for heading in headings))
    for name, plan in naive.items():
        if "avoided_tco2e" in plan:
            table.add_row(
                PLAN_NAMES.get(name, name.replace("_", " ")),
                _cell(plan.get("capex"), MONEY, decimals=0),
                _cell(plan.get("payback_years"), decimals=1),
                _cell(plan.get("irr"), 0.01, decimals=1),
                _cell(plan.get("cost_per_tonne"), decimals=0),
                _cell(plan.get("avoided_tco2e"), decimals=0),
            )
    return table if table.row_count else None


def show_decisive(results: Results, console: Console) -> None:
    """Clauses that bind and assumed fields that decide."""
    for key, title in (
        ("binding", "What binds"),
        ("deciding_fields", "Assumed fields that decide (see the rating table's sources)"),
        ("relaxed_fields", "Relaxed, so not exact"),
        ("warnings", "Warnings"),
    ):
        lines = results.summary.get(key) or ()
        if lines:
            console.print()
            console.print(Text(title, style="bold"))
        for line in lines:
            console.print(Padding(Text(str(line)), (0, 0, 0, 2), expand=False))


# --- cells ------------------------------------------------------------------------------------------------------------


def new_table(*headings: str, tight: bool = False) -> Table:
    """A table in the one style used here; a heading that starts with ! is a column of numbers, never broken.

    Headings end on the line above the rule; `tight` leaves one blank between columns instead of two.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 0 if tight else 1, 0, 0), show_edge=False)
    words = [heading.removeprefix("!").split(" ") if heading.startswith("!") else [heading] for heading in headings]
    height = max(map(len, words))
    for heading, lines in zip(headings, words, strict=True):
        text = "\n".join([""] * (height - len(lines)) + lines)
        if heading.startswith("!"):
            table.add_column(text, justify="right", no_wrap=True)
        else:
            table.add_column(text, overflow="fold")
    return table


def number(value: float, decimals: int | None = None) -> str:
    """With thousands separators; decimals by magnitude unless given.

    >>> number(1234.5), number(12.345), number(-0.0), number(0.0123)
    ('1,234', '12.3', '0', '0.012')
    """
    places = decimals_for((value,)) if decimals is None else decimals
    return f"{value + 0.0:,.{places}f}" if round(value, places) else "0"


def decimals_for(values: Iterable[float]) -> int:
    """Decimals that show the largest value with about three digits: 0 from 100 on, 1 from 10, 2 from 1, else 3."""
    largest = max((abs(value) for value in values), default=0.0)
    return next((places for limit, places in ((99.5, 0), (9.95, 1), (0.995, 2)) if largest >= limit), 3)


def milestones(sizes: Iterable[Mapping[int, float]], room: int) -> list[int]:
    """First year, last year and the years in which most sizes change, at most `room` of them."""
    changes: dict[int, int] = {}
    for values in sizes:
        before = 0.0
        for year, value in values.items():
            changes[year] = changes.get(year, 0) + (abs(value - before) > 1e-9)
            before = value
    first, last = min(changes), max(changes)
    others = sorted((year for year in changes if year not in (first, last)), key=lambda year: (-changes[year], year))
    kept = [year for year in others if changes[year]][: max(0, room - 2)]
    return sorted({first, last, *kept})


def label(results: Results, item: str) -> str:
    """The item's label if the scenario or the library has one, else its name in words."""
    labels: Mapping[str, str] = results.summary.get("labels") or {}
    name, _, part = item.partition(" ")
    return f"{labels.get(name, name.replace('_', ' '))} {part}".strip()


def _cell(value: float | None, divisor: float = 1.0, decimals: int | None = None) -> str:
    return "-" if value is None else number(value / divisor, decimals)


def _counts(value: float) -> bool:
    return abs(value) > 1e-9


def _by_item(rows: Iterable[Row], metric: str | None = None) -> dict[str, list[Row]]:
    items: dict[str, list[Row]] = {}
    for row in rows:
        if metric is None or row.metric == metric:
            items.setdefault(row.item, []).append(row)
    return items


def _by_year(rows: Iterable[Row], item: str) -> dict[int, dict[str, float]]:
    years: dict[int, dict[str, float]] = {}
    for row in rows:
        if row.item == item and row.year is not None:
            years.setdefault(row.year, {})[row.metric] = row.value
    return years


def wrapped(line: str) -> str:
    """A line broken to the window, continued two columns further in."""
    indent = len(line) - len(line.lstrip()) + 2
    return textwrap.fill(line, shutil.get_terminal_size().columns, subsequent_indent=" " * indent)
