"""An infeasible target in the user's words: what is missed and by how much; `ways_out` says how to reach it.

The engine names rows of the model; here they become keys of the scenario with their units. Rows that differ only in their
year become one line with the worst year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.problem import Problem
from planner.accounting.rating import gate_words

if TYPE_CHECKING:
    from planner.engine import Explanation, Slack

METRIC_UNITS = {"renewable_electricity_share": "MWh", "onsite_renewable_share": "MWh"}


@dataclass(frozen=True)
class Miss:
    """One slack in words: `what` it is about, without year, and its number in `unit`."""

    what: str
    year: int | None
    limit: float
    amount: float
    unit: str


def explain_in_words(problem: Problem, explanation: Explanation) -> list[str]:
    """What is missed, in lines for the terminal and the summary."""
    if explanation.unserved:
        lines = ["The loads cannot be served, whatever the target. What is short at least:"]
        return lines + [f"  {line}" for line in _merged(map(_short, explanation.missed), _short_words)]
    missed = [_demanded(problem, slack) for slack in explanation.missed]
    lines = ["No plan reaches the target. What is missed at least, with all that is allowed used:"]
    lines += [f"  {line}" for line in _merged(missed, _missed_words)] or ["  (not known)"]
    if explanation.unproven:
        lines.append("  Time ran out: less may be missing. A longer --time-limit tells.")
    return lines


def _demanded(problem: Problem, slack: Slack) -> Miss:
    block, _, row = slack.row.partition(".")
    if block in ("rating", "durable_rating"):
        return _rated(problem, slack, row, "durable " if block == "durable_rating" else "")
    if row == "own_reduction_above_floor":
        return Miss("durability.own_reduction_floor", slack.year, slack.limit, slack.amount, "t CO2e")
    if row == "removal_share_on_path":
        return Miss("durability.removal_share_path", slack.year, slack.limit, slack.amount, "t CO2e of removals")
    year = slack.year if row == "cap_by_year" else None
    return Miss(f"emissions.caps {slack.index[0]}", year, slack.limit, slack.amount, "t CO2e")


def _short(slack: Slack) -> Miss:
    return Miss(str(slack.index[0]), slack.year, slack.limit, slack.amount, "MW")


def _short_words(miss: Miss) -> str:
    return f"{miss.what}: {_amount(miss.amount)} {miss.unit} short"


def _rated(problem: Problem, slack: Slack, row: str, durable: str) -> Miss:
    year, stars = slack.year, int(slack.index[1])
    what = f"{stars} {durable}stars, "
    if row == "score_reached":
        return Miss(f"{what}score", year, slack.limit, slack.amount, "points")
    if row == "gate_item_met":
        return Miss(f"{what}gate item {slack.index[2]} (no management item meets it in time)", year, 1.0, 1.0, "item")
    levels = problem.rating.levels if problem.rating else ()
    gate = next(level for level in levels if level.stars == stars).gates[int(slack.index[2])]
    rule = gate_words(gate.metric, gate.sense, gate.threshold)
    return Miss(what + rule, year, slack.limit, slack.amount, METRIC_UNITS.get(gate.metric, "t CO2e"))


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


def _amount(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"
