"""The IAMC table of a plan: model, scenario, region, variable, unit, one column per year.

Names follow the common definitions of the IAMC where they have one (`standard` in `variables.csv`), and their style where
they have none. Units are those of a site: MWh, MW, t, and money of the price year.

    Final Energy|Industry|Electricity    electricity used, without what the site makes from a fuel counted here as well
    Final Energy|Industry|<carrier>      fuels and heat bought
    Emissions|Kyoto Gases|Scope 1 …      gross, before anything bought
    Price|Final Energy|Industry|…        what is paid per MWh bought, demand charge included
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.export.package import Field, Piece, csv_bytes
from planner.library import load
from planner.results.folder import EFFECTIVE, Results, ResultsError, Row

CARRIERS = {  # carrier -> (final energy, whether the IAMC has it)
    "gas": "Gases",
    "coal": "Solids|Coal",
    "biomass": "Solids|Biomass",
    "diesel": "Liquids",
    "hydrogen": "Hydrogen",
    "steam": "Heat",
    "hot_water": "Heat",
    "warm_water": "Heat",
}
SOURCES = {"pv": "Solar", "wind": "Wind"}
CAPACITIES = {"pv": "Capacity|Electricity|Solar|PV", "wind": "Capacity|Electricity|Wind|Onshore"}
LEDGER = "electricity"


@dataclass
class Variables:
    """Values by variable and year, with unit, whether the IAMC names it, and what it means."""

    values: dict[str, dict[int, float]] = field(default_factory=dict)
    facts: dict[str, tuple[str, bool, str]] = field(default_factory=dict)

    def add(self, name: str, unit: str, year: int, value: float, meaning: str, *, standard: bool = True) -> None:
        """Add a value to what the variable already has in that year."""
        self.facts.setdefault(name, (unit, standard, meaning))
        years = self.values.setdefault(name, {})
        years[year] = years.get(year, 0.0) + value


def iamc_pieces(results: Results) -> Iterator[Piece]:
    """`iamc.csv` and `variables.csv`, which says what each variable means and whether its name is the IAMC's."""
    summary, scenario = results.summary, _effective(results)
    years = [int(year) for year in summary["years"]]
    found = variables(results, scenario, f"{summary['currency']}_{summary['price_year']}")
    model = f"zero-carbon-planner {summary['versions']['zero-carbon-planner']}"
    head = [model, summary["scenario"]["name"], _region(scenario)]
    rows = [
        [*head, name, found.facts[name][0], *(found.values[name].get(year, _absent(name)) for year in years)]
        for name in sorted(found.values)
    ]
    names = ["Model", "Scenario", "Region", "Variable", "Unit"]
    fields = (*map(Field, names), *(Field(str(year), "number", description="in the row's unit") for year in years))
    yield Piece("iamc.csv", csv_bytes([f.name for f in fields], rows), fields, "IAMC table")
    meanings = [[name, *found.facts[name]] for name in sorted(found.values)]
    fields = (Field("variable"), Field("unit"), Field("standard", "boolean"), Field("definition"))
    yield Piece("variables.csv", csv_bytes([f.name for f in fields], meanings), fields, "Variables of the IAMC table")


def variables(results: Results, scenario: Mapping[str, Any], money: str) -> Variables:
    """Every variable of a plan; `money` is the currency with its price year."""
    found = Variables()
    _energy(found, results, scenario)
    _emissions(found, results)
    _capacities(found, results, scenario)
    _investment(found, results, scenario, money)
    _prices(found, results, scenario, money)
    for row in _rows(results, "rating", "all"):
        if row.metric in ("stars", "durable_stars"):
            name = f"Rating|{_title(row.metric)}"
            found.add(name, "", row.year or 0, row.value, "modelled level of the rating standard", standard=False)
    return found


def _energy(found: Variables, results: Results, scenario: Mapping[str, Any]) -> None:
    unit, total = "MWh/yr", "Final Energy|Industry"
    whole, own = "all energy used on the site", "electricity made on the site"
    electric: dict[int, float] = {}
    signs = {"used": 1.0, "onsite_generation": -1.0, "onsite_renewable": 1.0}
    for row in _rows(results, "ledger", LEDGER):
        if row.metric in signs:
            electric[row.year or 0] = electric.get(row.year or 0, 0.0) + signs[row.metric] * row.value
        if row.metric == "onsite_generation":
            found.add("Secondary Energy|Electricity", unit, row.year or 0, row.value, own)
    for year, value in electric.items():
        found.add(
            f"{total}|Electricity", unit, year, value, "electricity used, without what is made on site from a fuel"
        )
        found.add(total, unit, year, value, whole)
    for name, market in scenario.get("markets", {}).items():
        carrier = _carrier(market)
        if carrier == LEDGER:
            continue
        kind = CARRIERS.get(carrier)
        for row in _rows(results, "ledger", name):
            if row.metric == "import":
                variable = f"{total}|{kind or _title(carrier)}"
                found.add(variable, unit, row.year or 0, row.value, "energy bought", standard=kind is not None)
                found.add(total, unit, row.year or 0, row.value, whole)
    for name, source in _sources(scenario).items():
        for row in _rows(results, "ledger", name):
            if row.metric == "activity":
                variable = f"Secondary Energy|Electricity|{SOURCES[source]}"
                found.add(variable, unit, row.year or 0, row.value, own)


def _emissions(found: Variables, results: Results) -> None:
    names = {
        "scope1": ("Emissions|Kyoto Gases|Scope 1", "on the site, before capture"),
        "scope2_location": ("Emissions|Kyoto Gases|Scope 2|Location-Based", "bought energy at the grid's factor"),
        "scope2_market": ("Emissions|Kyoto Gases|Scope 2|Market-Based", "bought energy less what is claimed"),
        "scope3": ("Emissions|Kyoto Gases|Scope 3", "as far as the scenario counts it"),
        "gross_location": ("Emissions|Kyoto Gases|Gross|Location-Based", "rated scopes, nothing bought taken off"),
        "gross_market": ("Emissions|Kyoto Gases|Gross|Market-Based", "rated scopes, claims on electricity taken off"),
        "net": ("Emissions|Kyoto Gases|Net", "market-based, credits and removals taken off"),
        "credits": ("Offset|Credits", "credits that count"),
        "removals": ("Offset|Removals", "bought removals that count"),
    }
    for row in _rows(results, "emissions", "all"):
        year = row.year or 0
        if row.metric in names:
            name, meaning = names[row.metric]
            found.add(name, "t CO2-equiv/yr", year, row.value, meaning, standard=False)
        if row.metric in ("scope1", "captured"):
            sign = 1.0 if row.metric == "scope1" else -1.0
            meaning = "emissions to the atmosphere on the site"
            found.add("Emissions|Kyoto Gases", "t CO2-equiv/yr", year, sign * row.value, meaning)
        if row.metric == "captured":
            found.add("Carbon Capture", "t CO2/yr", year, row.value, "captured or removed on the site")
    markets = {row.item for row in results.tables["ledger"] if row.metric == "import"}
    for row in results.tables["emissions"]:
        if row.metric == "scope1" and row.item in markets:
            meaning = "fuels burnt on the site"
            found.add("Emissions|CO2|Energy|Demand|Industry", "t CO2/yr", row.year or 0, row.value, meaning)


def _capacities(found: Variables, results: Results, scenario: Mapping[str, Any]) -> None:
    sources = _sources(scenario)
    for row in results.tables["capacities"]:
        if row.metric != "nameplate":
            continue
        name, side = row.item, ""
        for end in (" power", " energy"):
            if name.endswith(end) and name.removesuffix(end) in scenario.get("stores", {}):
                name, side = name.removesuffix(end), end
        store = scenario.get("stores", {}).get(name) if side else None
        meaning = "size that stands"
        if store is not None and store.get("carrier") == LEDGER:
            variable = "Capacity|Electricity|Storage Capacity" if side == " energy" else "Capacity|Electricity|Storage"
            found.add(variable, row.unit, row.year or 0, row.value, f"{meaning}, electric stores")
        elif name in sources:
            found.add(CAPACITIES[sources[name]], row.unit, row.year or 0, row.value, meaning)
        else:
            variable = f"Capacity|{_title(name)}{'|Storage Capacity' if side == ' energy' else ''}"
            found.add(variable, row.unit, row.year or 0, row.value, meaning, standard=False)


def _investment(found: Variables, results: Results, scenario: Mapping[str, Any], money: str) -> None:
    sources, unit = _sources(scenario), f"{money}/yr"
    for row in results.tables["cash"]:
        year = row.year or 0
        if row.item == "all":
            if row.metric == "total":
                found.add("Cost|Total", unit, year, row.value, "all payments less revenue", standard=False)
            continue
        if row.metric != "capex":
            found.add(f"Cost|{_title(row.metric)}", unit, year, row.value, "payments of this kind", standard=False)
            continue
        name = row.item.removesuffix(" power").removesuffix(" energy")
        found.add("Investment", unit, year, row.value, "capital expenditure of the plan, undiscounted")
        if name in sources:
            variable = f"Investment|Energy Supply|Electricity|{SOURCES[sources[name]]}"
        elif name in scenario.get("retrofits", {}):
            variable = "Investment|Energy Efficiency"
        elif scenario.get("stores", {}).get(name, {}).get("carrier") == LEDGER:
            variable = "Investment|Energy Supply|Electricity|Electricity Storage"
        else:
            kind = "Management" if name in scenario.get("management", {}) else _title(name)
            found.add(f"Investment|{kind}", unit, year, row.value, "capital expenditure", standard=False)
            continue
        found.add(variable, unit, year, row.value, "capital expenditure")


def _prices(found: Variables, results: Results, scenario: Mapping[str, Any], money: str) -> None:
    bought: dict[tuple[str, int], float] = {}
    paid: dict[tuple[str, int], float] = {}
    for name, market in scenario.get("markets", {}).items():
        carrier = _carrier(market)
        kind = "Electricity" if carrier == LEDGER else CARRIERS.get(carrier, _title(carrier))
        for row in _rows(results, "ledger", name):
            if row.metric == "import":
                bought[kind, row.year or 0] = bought.get((kind, row.year or 0), 0.0) + row.value
        for row in _rows(results, "cash", name):
            if row.metric in ("energy", "demand_charge"):
                paid[kind, row.year or 0] = paid.get((kind, row.year or 0), 0.0) + row.value
    for (kind, year), mwh in bought.items():
        if mwh > 0:
            variable, meaning = f"Price|Final Energy|Industry|{kind}", "paid per MWh bought, demand charge included"
            found.add(variable, f"{money}/MWh", year, paid.get((kind, year), 0.0) / mwh, meaning)


def _absent(name: str) -> float | str:
    """Value of a year without one: nothing was built, paid or emitted, but what is not bought has no price."""
    return "" if name.startswith("Price|") else 0.0


def _rows(results: Results, table: str, item: str) -> Iterator[Row]:
    return (row for row in results.tables[table] if row.item == item and row.year is not None)


def _carrier(market: Mapping[str, Any]) -> str:
    """The carrier of a market: its own, its fuel's, electricity without either."""
    if "carrier" in market or "fuel" not in market:
        return str(market.get("carrier", LEDGER))
    return str(load("fuels")[market["fuel"]].values["carrier"])


def _sources(scenario: Mapping[str, Any]) -> dict[str, str]:
    """Generators by sun and wind."""
    return {
        name: keys["profile"]
        for name, keys in scenario.get("converters", {}).items()
        if keys.get("profile") in ("pv", "wind")
    }


def _effective(results: Results) -> dict[str, Any]:
    path = results.folder / EFFECTIVE
    if not path.is_file():
        raise ResultsError(f"{path} is missing: `plan solve` writes it")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _region(scenario: Mapping[str, Any]) -> str:
    """Province and city; the scenario's name where it gives none."""
    head = scenario["scenario"]
    return "|".join(filter(None, (head.get("province"), head.get("city")))) or str(head["name"])


def _title(name: str) -> str:
    """A name as the IAMC writes them.

    >>> _title("heat_pump_low")
    'Heat Pump Low'
    """
    return " ".join(word[:1].upper() + word[1:] for word in name.replace("|", "/").replace("_", " ").split())
