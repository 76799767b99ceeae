"""A PyPSA network of every plan year, as a folder that `pypsa.Network(folder)` loads.

    2030/network.csv snapshots.csv buses.csv generators.csv generators-p_max_pu.csv …
    operating_cost.csv     what each network must cost, and what the plan's own operation costs
    periods.csv            which representative day a snapshot belongs to, and how often it occurs

The files are PyPSA's CSV folder format; PyPSA itself is not needed to write them. A snapshot weighs as many hours as it
stands for, in cost and in yearly sums, and in stores as many as it lasts.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from models.problem import Problem
from planner.accounting.accounts import accounts
from planner.export.dispatch import dispatch_of, least_cost, operating_cost
from planner.export.network import MILLION, Network, constant_cost, network_of
from planner.export.package import Field, Piece, csv_bytes
from planner.plan import Plan

UNITS = {
    "p_nom": "MW",
    "p_set": "MW",
    "e_nom": "MWh",
    "e_sum_max": "MWh",
    "standing_loss": "1/h",
    "co2_emissions": "t/MWh",
}
SHARES = re.compile(r"^(efficiency\d*|p_max_pu|p_min_pu|sign)$")


def pypsa_pieces(problem: Problem, plan: Plan, currency: str) -> Iterator[Piece]:
    """Files of all years."""
    rows, costs = accounts(problem, plan).rows, []
    for year in problem.years:
        case = dispatch_of(problem, plan, year)
        net, fixed, least = network_of(case), constant_cost(case), least_cost(case)
        yield from network_pieces(net, problem, year, currency)
        own = operating_cost(rows, year)
        costs.append([year, *(round(value * MILLION, 2) for value in (least - fixed, fixed, least, own))])
    meaning = {
        "network_objective": "what the network of the year must cost",
        "constant": "agreed contract payments and starts of units, which no dispatch changes",
        "least_operating_cost": "the two together: operation without yearly rules on claims, tonnes and stars",
        "plan_operating_cost": "the plan's own operation, which obeys them",
    }
    money = tuple(Field(name, "number", currency, words) for name, words in meaning.items())
    yield Piece(
        "operating_cost.csv", csv_bytes(["year", *meaning], costs), (Field("year", "integer"), *money), "Operating cost"
    )
    yield _periods(problem)


def network_pieces(net: Network, problem: Problem, year: int, currency: str) -> Iterator[Piece]:
    """One network in PyPSA's CSV folder format."""
    name = csv_bytes(["name"], [[f"{problem.name} {year}"]])
    yield Piece(f"{year}/network.csv", name, (Field("name"),))
    yield _snapshots(problem, year)
    for kind, components in net.static.items():
        attributes = list(dict.fromkeys(key for row in components.values() for key in row))
        rows = [[item, *(row.get(key, "") for key in attributes)] for item, row in components.items()]
        fields = (Field("name"), *(_field(key, components, currency) for key in attributes))
        yield Piece(f"{year}/{kind}.csv", csv_bytes(["name", *attributes], rows), fields)
    for kind, series in net.series.items():
        for attribute, columns in series.items():
            values = [[t, *map(float, row)] for t, row in enumerate(zip(*columns.values(), strict=True))]
            fields = (
                Field("snapshot", "integer"),
                *(Field(c, "number", unit_of(attribute, currency)) for c in columns),
            )
            yield Piece(f"{year}/{kind}-{attribute}.csv", csv_bytes(["snapshot", *columns], values), fields)


def unit_of(attribute: str, currency: str) -> str:
    """Unit of a component attribute.

    >>> unit_of("marginal_cost", "CNY"), unit_of("efficiency2", "CNY"), unit_of("bus0", "CNY")
    ('CNY/MWh', '1', '')
    """
    if attribute == "marginal_cost":
        return f"{currency}/MWh"
    return UNITS.get(attribute, "1" if SHARES.match(attribute) else "")


def _field(attribute: str, components: dict[str, dict[str, float | str | bool]], currency: str) -> Field:
    value, unit = next(row[attribute] for row in components.values() if attribute in row), unit_of(attribute, currency)
    if isinstance(value, bool):
        return Field(attribute, "boolean", unit)
    return Field(attribute, "string" if isinstance(value, str) else "number", unit)


def _snapshots(problem: Problem, year: int) -> Piece:
    """Snapshots follow one another from 1 January; the days of a typical-days year are not those of the calendar."""
    steps, start, rows = problem.steps, datetime.datetime(year, 1, 1), []
    for t, times in enumerate(steps.times_per_year):
        stamp, weight = start + datetime.timedelta(hours=t * steps.hours), float(times * steps.hours)
        rows.append([t, stamp.isoformat(sep=" "), weight, float(steps.hours), weight])
    weights = tuple(Field(name, "number", "h") for name in ("objective", "stores", "generators"))
    fields = (Field("number", "integer"), Field("snapshot", "datetime"), *weights)
    header = ["number", *(field.name for field in fields[1:])]
    return Piece(f"{year}/snapshots.csv", csv_bytes(header, rows), fields)


def _periods(problem: Problem) -> Piece:
    steps = problem.steps
    labels = [steps.labels[p] if steps.labels else str(p) for p in steps.period]
    rows = [[t, label, float(times)] for t, (label, times) in enumerate(zip(labels, steps.times_per_year, strict=True))]
    fields = (Field("snapshot", "integer"), Field("period"), Field("times_per_year", "number", "1/year"))
    return Piece("periods.csv", csv_bytes([f.name for f in fields], rows), fields, "Representative days")
