"""Short sight as a study and on the terminal: cost, and stars and paper by year beside the plan with foresight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from planner.answer import MILLION, Answer
from planner.myopic.walk import Myopic
from planner.rating.clauses import years_words
from planner.solving.resolving import Solved
from planner.terminal import MONEY, money_unit, new_table, number, wrapped


def study(found: Myopic, plan: Solved, currency: str) -> dict[str, Any]:
    """The study `myopic`; money in the scenario's currency."""
    assert plan.answer is not None
    answer = found.answer
    return {
        "kind": "myopic",
        "currency": currency,
        "foresight": found.foresight,
        "step": found.step,
        "status": "none" if answer is None else "found",
        "cost_with_foresight": plan.high * MILLION,
        "cost": None if answer is None else answer.money.objective * MILLION,
        "extra_cost_least": None if found.extra is None else found.extra.low * MILLION,
        "extra_cost_most": None if found.extra is None else found.extra.high * MILLION,
        "lost_years": list(found.lost),
        "paper_years": list(found.paper),
        "note": found.note,
        "given_up": {str(year): words for year, words in found.asked.items()},
        "windows": [
            {"decided_until": w.decided_until, "last": w.last, "cost": w.cost * MILLION, "given_up": w.given_up}
            for w in found.windows
        ],
        "rows": [] if answer is None else _rows(answer, plan.answer),
    }


def _rows(answer: Answer, other: Answer) -> list[dict[str, Any]]:
    """One row for each year; `foresight` is the plan that sees all years."""
    rows = []
    for n, year in enumerate(answer.problem.years):
        row: dict[str, Any] = {"year": year}
        for name, one in (("", answer), ("_foresight", other)):
            capex = float(one.money.cash("capex")[n])
            row |= {
                f"stars{name}": one.rated[n].full.stars if one.rated else None,
                f"durable_stars{name}": one.rated[n].durable.stars if one.rated else None,
                f"paper_tco2e{name}": float(one.tonnes.paper_tco2e[n]),
                f"paper_share{name}": float(one.tonnes.paper_share[n]),
                f"own_reduction_share{name}": one.own_reduction()[n],
                f"capex{name}": capex * MILLION,
            }
        rows.append(row)
    return rows


def show(study: Mapping[str, Any], console: Console) -> None:
    """Years side by side, then what short sight costs."""
    unit = money_unit(study)
    console.print(Text(f"Seeing {_years(study)}, beside seeing all of them [{unit}, t CO2e]", style="bold"))
    if study["rows"]:
        table = new_table("Year", "!Stars", "!all", "!Paper", "!all", "!Own %", "!all", "!Invest", "!all")
        for row in study["rows"]:
            pairs = (
                (str(row["stars"] if row[f"stars{k}"] is None else row[f"stars{k}"]) for k in ("", "_foresight")),
                (number(row[f"paper_tco2e{k}"], 0) for k in ("", "_foresight")),
                (_percent(row[f"own_reduction_share{k}"]) for k in ("", "_foresight")),
                (number(row[f"capex{k}"] / MONEY, 0) for k in ("", "_foresight")),
            )
            table.add_row(str(row["year"]), *(cell for pair in pairs for cell in pair))
        console.print(table)
    for line in words(study):
        console.print(Text(wrapped(line)))


def _years(study: Mapping[str, Any]) -> str:
    return "one year at a time" if study["foresight"] == 1 else f"{study['foresight']} years at a time"


def words(study: Mapping[str, Any]) -> list[str]:
    """The cost of short sight and the certificate cliff."""
    if study["status"] == "none":
        return [f"Seeing {_years(study)}, {study['note']}."]
    low, high = (number(study[f"extra_cost_{end}"] / MONEY, 0) for end in ("least", "most"))
    between = f"{low} to {high}" if low != high else low
    lines = [f"Short sight costs {between} [{money_unit(study)}] more over the horizon, penalties included."]
    if study["lost_years"]:
        lines.append(f"It loses the stars asked for in {years_words(study['lost_years'])}.")
    if study["paper_years"]:
        lines.append(f"It needs more paper in {years_words(study['paper_years'])}: the certificate cliff.")
    if not study["lost_years"] and not study["paper_years"]:
        lines.append("It keeps the stars, and needs no more paper in any year.")
    lines += [f"{year}: {what} was given up" for year, what in study["given_up"].items()]
    return lines


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f}"
