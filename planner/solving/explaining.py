"""An infeasible target in the user's words: what is missed, by how much, and one proven way to reach it.

The engine names rows of the model; here they become keys of the scenario with their units. Rows that differ only in their
year become one line with the worst year.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.problem import Problem
from planner.accounting.ledger import is_delivered
from planner.accounting.rating import gate_words

if TYPE_CHECKING:
    from planner.engine import Explanation, Slack

MILLION = 1e6
BALANCE = "carriers.carrier_balance"
METRIC_UNITS = {"renewable_electricity_share": "MWh", "onsite_renewable_share": "MWh"}


@dataclass(frozen=True)
class Miss:
    """One slack in words: `what` it is about, without year, and its number in `unit`."""

    what: str
    year: int | None
    limit: float
    amount: float
    unit: str


def explain_in_words(problem: Problem, explanation: Explanation, currency: str) -> list[str]:
    """Lines for the terminal and the summary."""
    short = [s for s in explanation.missed if s.row == BALANCE]
    if short:
        lines = ["The loads cannot be served, whatever the target. What is short at least:"]
        lines += [f"  {line}" for line in _merged((_short(slack) for slack in short), _short_words)]
        if not explanation.way and not explanation.unproven:
            return [*lines, "Look at existing_mw and max_mw of what serves them, and at the units of the loads."]
    else:
        missed = [_demanded(problem, slack) for slack in explanation.missed]
        lines = ["No plan reaches the target. What is missed at least, with all that is allowed used:"]
        lines += [f"  {line}" for line in _merged(missed, _missed_words)] or ["  (not known)"]
    if "missed" in explanation.unproven:
        lines.append("  Time ran out: less may be missing. A longer --time-limit tells.")
    return lines + _way_words(problem, explanation, currency)


def _way_words(problem: Problem, explanation: Explanation, currency: str) -> list[str]:
    late = "way" in explanation.unproven
    if explanation.way:
        raised = [_means(problem, slack, currency) for slack in explanation.way]
        lines = ["One way to reach it, proven by solving with it:"]
        lines += [f"  {line}" for line in _merged(raised, _raised_words)]
        cost = explanation.way_objective * MILLION
        if math.isfinite(cost):
            lines.append(f"  The plan then costs {cost:,.0f} {currency} (net present cost with penalties).")
        return [*lines, "  Time ran out: a cheaper way may exist."] if late else lines
    if late:
        return ["Time ran out before a way to reach it was found. A longer --time-limit may find one."]
    return ["Larger limits alone do not help: lower the target, or add an option that serves it."]


def _demanded(problem: Problem, slack: Slack) -> Miss:
    block, _, row = slack.row.partition(".")
    if block in ("rating", "durable_rating"):
        return _rated(problem, slack, row, "durable " if block == "durable_rating" else "")
    if row == "own_reduction_above_floor":
        return Miss("durability.own_reduction_floor", _year(slack), slack.limit, slack.amount, "t CO2e")
    if row == "removal_share_on_path":
        return Miss("durability.removal_share_path", _year(slack), slack.limit, slack.amount, "t CO2e of removals")
    year = _year(slack) if row == "cap_by_year" else None
    return Miss(f"emissions.caps {slack.index[0]}", year, slack.limit, slack.amount, "t CO2e")


def _short(slack: Slack) -> Miss:
    return Miss(str(slack.index[0]), _year(slack), slack.limit, slack.amount, "MW")


def _short_words(miss: Miss) -> str:
    return f"{miss.what}: {_amount(miss.amount)} {miss.unit} short"


def _rated(problem: Problem, slack: Slack, row: str, durable: str) -> Miss:
    year, stars = _year(slack), int(slack.index[1])
    what = f"{stars} {durable}stars, "
    if row == "score_reached":
        return Miss(f"{what}score", year, slack.limit, slack.amount, "points")
    if row == "gate_item_met":
        return Miss(f"{what}gate item {slack.index[2]} (no management item meets it in time)", year, 1.0, 1.0, "item")
    levels = problem.rating.levels if problem.rating else ()
    gate = next(level for level in levels if level.stars == stars).gates[int(slack.index[2])]
    rule = gate_words(gate.metric, gate.sense, gate.threshold)
    return Miss(what + rule, year, slack.limit, slack.amount, METRIC_UNITS.get(gate.metric, "t CO2e"))


def _means(problem: Problem, slack: Slack, currency: str) -> Miss:
    kind, _, row = slack.row.partition(".")
    year = _year(slack)
    name = str(slack.index[0])
    if kind == "finance":
        return Miss("finance.annual_capex_limit", year, slack.limit * MILLION, slack.amount * MILLION, currency)
    if kind == "groups":
        return Miss(f"site.{name}_m2", year, slack.limit, slack.amount, "m²")
    if kind == "instruments":
        claim = next(i.kind for i in problem.instruments if i.name == name)
        unit = "MWh" if claim == "certificate" else "t CO2e"
        return Miss(f"instruments.{name}.max_per_year", year, slack.limit, slack.amount, unit)
    if kind == "markets":
        key, unit = ("max_mw", "MW") if row == "max_import_mw" else ("max_mwh_per_year", "MWh")
        return Miss(f"markets.{name}.{key}", year, slack.limit, slack.amount, unit)
    if kind == "contracts":
        delivered = next(is_delivered(c) for c in problem.contracts if c.name == name)
        key, unit = ("max_mw", "MW") if delivered else ("max_mwh_per_year", "MWh")
        return Miss(f"contracts.{name}.{key}", year, slack.limit, slack.amount, unit)
    key, unit = ("max_mwh", "MWh") if row.endswith("mwh") else ("max_mw", "MW")
    return Miss(f"{kind}.{name}.{key}", year, slack.limit, slack.amount, unit)


def _merged(misses: Iterable[Miss], words: Callable[[Miss], str]) -> list[str]:
    """One line per thing: its years and its worst year."""
    groups: dict[str, list[Miss]] = {}
    for miss in misses:
        groups.setdefault(miss.what, []).append(miss)
    return [_span(group) + words(max(group, key=lambda one: one.amount)) for group in groups.values()]


def _span(group: Sequence[Miss]) -> str:
    """Years of a group, with the worst one where they differ."""
    years = sorted({miss.year for miss in group if miss.year is not None})
    if len(years) < 2:
        return "".join(f"{year}: " for year in years)
    amounts = [miss.amount for miss in group]
    alike = max(amounts) - min(amounts) < 1e-3 * max(amounts)
    worst = "" if alike else f", worst {max(group, key=lambda one: one.amount).year}"
    return f"{years[0]}-{years[-1]}{worst}: "


def _missed_words(miss: Miss) -> str:
    return f"{miss.what}: missed by {_amount(miss.amount)} {miss.unit}"


def _raised_words(miss: Miss) -> str:
    words = f"raise {miss.what} from {_amount(miss.limit)} to {_amount(miss.limit + miss.amount)} {miss.unit}"
    return words.rstrip()


def _amount(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"


def _year(slack: Slack) -> int | None:
    """The year in the index of a row: the only number that can be one."""
    years = [part for part in slack.index if isinstance(part, int) and 1900 < part < 2200]
    return years[0] if years else None
