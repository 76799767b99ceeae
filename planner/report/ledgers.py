"""Money, tonnes and energy by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.report.blocks import Block, Section, Table
from planner.report.case import ALL, Case, by_year
from planner.report.drawings import figures
from planner.report.headline import figures_table
from planner.report.stars import missing
from planner.report.words import MONEY, number
from planner.report.yearly import NOTHING, year_table
from planner.results.folder import Row

CASH = {
    "invest": ("capex",),
    "energy_cost": ("energy",),
    "demand_cost": ("demand_charge",),
    "sold": ("export_revenue",),
    "green_power": ("contract",),
    "upkeep": ("opex_fixed", "opex_variable", "management"),
    "paper": ("instrument",),
    "carbon": ("carbon",),
    "tax": ("tax", "salvage_tax"),
    "salvage": ("salvage",),
}
TONNES = ("scope1", "captured", "scope2_location", "scope2_market", "scope3", "credits", "removals", "net")
ELECTRICITY = ("used", "onsite_renewable", "direct", "grid", "exported", "grid_claims", "claimed", "hourly_matched")
MOST_CHANGES = 4
SCOPES = ("scope1", "scope2_location", "scope2_market", "scope3")


def money_section(case: Case) -> Section:
    """Cash by year against business as usual; abatement cost and near-optimal plans."""
    words = case.words
    blocks: list[Block | None] = [
        figures_table(case),
        short_table(case),
        *figures(case, "cash_flow"),
        cash_table(case),
    ]
    study = case.studies.get("abatement")
    blocks.append(abatement_table(case, study) if study else missing(case, "abatement_title", "abatement"))
    blocks += figures(case, "abatement")
    study = case.studies.get("alternatives")
    blocks.append(alternatives_table(case, study) if study else missing(case, "alternatives_table", "alternatives"))
    return Section("money", words("money"), [block for block in blocks if block is not None])


def short_table(case: Case) -> Table | None:
    """What business as usual leaves unserved, and whether it is compared all the same."""
    words, short, price = case.words, case.short, case.unserved_price
    if not short:
        return None
    note = words("not_compared") if price is None else words("short_priced", price=number(price))
    headings = [words("carrier"), f"!{words('year')}", f"!{words('short_energy')}", f"!{words('short_peak')}"]
    rows = [
        [case.label(one["carrier"]), str(one["year"]), number(one["mwh"]), number(one["peak_mw"], 3)] for one in short
    ]
    return Table(words("short_table"), headings, rows, note=note)


def cash_table(case: Case) -> Table | None:
    """What is paid for what, what business as usual pays, and the balance of the two."""
    words, cash, years = case.words, case.rows("cash"), case.years

    def paid(rows: Sequence[Row], kinds: Sequence[str]) -> list[float]:
        return [v / MONEY for v in by_year(rows, years, lambda row: row.item != ALL and row.metric in kinds)]

    columns = {words(key): paid(cash, kinds) for key, kinds in CASH.items()}
    total = [sum(values) for values in zip(*columns.values(), strict=True)]
    columns[words("total")] = total
    found = case.headline
    if found is not None and found.is_compared:
        columns[words("usual")] = [v / MONEY for v in found.yearly["usual_cash"]]
        columns[words("saved")] = [v / MONEY for v in found.yearly["saving"]]
    table = year_table(case, words("cash_table", unit=words.unit), columns, summed=True)
    if table is None or found is None or not found.is_compared:
        return table
    saved = [*(number(value / MONEY) for value in found.yearly["cumulative_saving"]), ""]
    rows = [[*row, value] for row, value in zip(table.rows, saved, strict=True)]
    return Table(table.title, [*table.headings, f"!{words('balance')}"], rows, table.strong)


def abatement_table(case: Case, study: Mapping[str, Any]) -> Table:
    """Tonnes and cost per tonne of each measure in one year, cheapest first."""
    words = case.words
    tonnes = {"tonnes_first_in": "first_in", "tonnes_last_in": "last_in", "tonnes_shapley": "tonnes_shapley"}
    headings = [
        words("item"),
        *(f"!{words(key)}" for key in tonnes.values()),
        f"!{words('cost_per_tonne', currency=words.known(words.currency))}",
    ]
    ordered = sorted(study["rows"], key=lambda row: (row.get("cost_per_t") is None, row.get("cost_per_t") or 0.0))
    rows = [
        [measure(case, row), *(number(row.get(key)) for key in tonnes), number(row.get("cost_per_t"))]
        for row in ordered
    ]
    return Table(words("abatement_table", year=study["year"]), headings, rows)


def measure(case: Case, row: Mapping[str, Any]) -> str:
    """A measure by its own name, a group of them by that of the study."""
    item = str(row["item"])
    own = case.label(item)
    grouped = len(row.get("members") or ()) > 1
    return case.words.pick(str(row.get("label") or own), str(row.get("label_zh") or "")) if grouped else own


def alternatives_table(case: Case, study: Mapping[str, Any]) -> Table:
    """Plans that cost nearly as little and are better at something else."""
    words = case.words
    headings = [
        words("aim"),
        f"!{words('in_plan')}",
        f"!{words('aim_value')}",
        f"!{words('extra_cost', unit=words.unit)}",
        words("changes"),
    ]
    rows = []
    for row in study["rows"]:
        extra, told = row.get("extra_cost"), [case.told(str(line)) for line in row.get("changes") or ()]
        over = [words("and_more", n=len(told) - MOST_CHANGES)] if len(told) > MOST_CHANGES else []
        rows.append(
            [
                words.pick(str(row.get("label") or row["aim"]), str(row.get("label_zh") or "")),
                measured(case, row.get("value_in_plan"), str(row.get("unit"))),
                measured(case, row.get("value_of_aim"), str(row.get("unit"))),
                "–" if extra is None else number(extra / MONEY, 1),
                "; ".join([*told[:MOST_CHANGES], *over]) or case.told(str(row.get("note") or "")),
            ]
        )
    return Table(words("alternatives_table"), headings, rows)


def measured(case: Case, value: float | None, unit: str) -> str:
    """A measure of a plan with its unit; money in 10k of the currency."""
    if value is None:
        return "–"
    if unit == case.words.currency:
        return f"{number(value / MONEY)} {case.words.unit}"
    return f"{number(value)} {case.words.known(unit)}"


def tonnes_section(case: Case) -> Section:
    """Tonnes by scope and year, and by source in the target year."""
    words = case.words
    rows = [row for row in case.rows("emissions") if row.item == ALL]
    columns = {words(scope): of_metric(case, rows, scope) for scope in TONNES}
    blocks = [*figures(case, "emissions"), year_table(case, words("emissions_table"), columns), sources_table(case)]
    return Section("tonnes", words("tonnes"), [block for block in blocks if block is not None])


def of_metric(case: Case, rows: Sequence[Row], metric: str) -> list[float]:
    """One metric by year."""
    return by_year(rows, case.years, lambda row: row.metric == metric)


def sources_table(case: Case) -> Table | None:
    """Every source of the first year and the target year, by scope."""
    words = case.words
    years = list(dict.fromkeys((case.years[0], case.target_year, case.years[-1])))
    values: dict[tuple[str, str], dict[int, float]] = {}
    for row in case.rows("emissions"):
        if row.item != ALL and row.year in years:
            values.setdefault((row.metric, row.item), {})[row.year] = row.value
    kept = [(key, found) for key, found in values.items() if any(abs(v) > NOTHING for v in found.values())]
    order = {scope: n for n, scope in enumerate(SCOPES)}
    kept.sort(key=lambda pair: (order.get(pair[0][0], len(order)), -pair[1].get(years[0], 0.0)))
    rows = [
        [words.known(scope), case.label(item), *(number(found.get(year, 0.0)) for year in years)]
        for (scope, item), found in kept
    ]
    headings = [words("scope"), words("source"), *(f"!{year}" for year in years)]
    return Table(words("sources_table"), headings, rows) if rows else None


def energy_section(case: Case) -> Section:
    """Electricity with its claims, what is bought across the fence, and sizes."""
    words, ledger = case.words, case.rows("ledger")
    own = [row for row in ledger if row.item == "electricity"]
    electricity = {words(key): of_metric(case, own, key) for key in ELECTRICITY}
    bought = list(dict.fromkeys(row.item for row in ledger if row.metric == "import"))
    imports = {case.label(item): of_metric(case, [r for r in ledger if r.item == item], "import") for item in bought}
    blocks = [
        *figures(case, "energy_flow"),
        year_table(case, words("ledger_table"), electricity),
        year_table(case, words("imports_table"), imports),
        *figures(case, "load_duration", "dispatch"),
        sizes_table(case),
    ]
    return Section("energy", words("energy"), [block for block in blocks if block is not None])


def sizes_table(case: Case) -> Table | None:
    """Nameplate sizes in the years in which the most of them change."""
    words = case.words
    sizes: dict[tuple[str, str], dict[int, float]] = {}
    for row in case.rows("capacities"):
        if row.metric == "nameplate" and row.year is not None:
            sizes.setdefault((row.item, row.unit), {})[row.year] = row.value
    sizes = {key: values for key, values in sizes.items() if max(values.values()) > NOTHING}
    if not sizes:
        return None
    from planner.terminal import milestones

    years = milestones(sizes.values(), 8)
    rows = [
        [case.label(item), unit, *(number(values.get(year, 0.0), 2) for year in years)]
        for (item, unit), values in sizes.items()
    ]
    return Table(words("sizes_table"), [words("item"), words("unit"), *(f"!{year}" for year in years)], rows)
