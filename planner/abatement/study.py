"""Abatement as a study and on the terminal: shares by measure, and the naive curve with its regret."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from planner.abatement.worth import COST, TONNES, Abatement, Group, cost_per_tonne
from planner.answer import MILLION
from planner.solving.resolving import Solved
from planner.terminal import MONEY, money_unit, new_table, number, wrapped

ROUNDING = 0.005  # of the whole: what is said to be the same
LEAST_SHARE = 0.005  # of all tonnes: what saves less has no cost per tonne, which would divide by next to nothing

GROUPS_ZH = {
    "efficiency: electricity": "节电改造",
    "efficiency: heat and other": "节热及其他改造",
    "renewables on site": "厂内可再生能源",
    "electric heat": "电制热",
    "other plant": "其他设备",
    "batteries": "电池储能",
    "heat stores": "储热",
    "green power contracts": "绿电合同",
}


def study(
    found: Abatement,
    currency: str,
    naive: Mapping[str, Any],
    plan: Solved,
    labels: tuple[Callable[[str], str], Callable[[str], str]],
) -> dict[str, Any]:
    """The study `abatement`; costs of a year in the scenario's currency. `naive` is the summary's plans beside the optimum,
    `labels` what things are called in English and in Chinese."""
    saved = found.before[TONNES] - found.after[TONNES]
    rows = [_row(found, group, labels) for group in found.groups]
    named = {row["item"]: row["label"] for row in rows}
    order = {step.group: n for n, step in enumerate(found.steps, start=1)}
    return {
        "kind": "abatement",
        "currency": currency,
        "year": found.year,
        "tonne_price_of_operation": found.price * MILLION,
        "tonnes_before": float(found.before[TONNES]),
        "tonnes_saved": float(saved),
        "cost_of_all": float(found.after[COST] - found.before[COST]) * MILLION,
        "orders": found.shares.orders,
        "subsets_operated": found.solves,
        "overstated": _overstated(found),
        "naive_regret": _naive_regret(naive, plan),
        "rows": [row | {"naive_order": order[row["item"]]} for row in rows],
        "macc": [_step(found, n) | {"label": named[step.group]} for n, step in enumerate(found.steps)],
    }


def _step(found: Abatement, n: int) -> dict[str, Any]:
    """A step of the naive curve. It has a regret once all that pays for itself alone has been taken: nobody stops before."""
    step = found.steps[n]
    pays = any(found.first_in[later.group][COST] < 0 for later in found.steps[n + 1 :])
    return {
        "item": step.group,
        "promised_tonnes": step.promised,
        "tonnes": step.saved,
        "cost": step.cost * MILLION,
        "best_cost": None if step.best_cost is None else step.best_cost * MILLION,
        "regret": None if step.best_cost is None or pays else (step.cost - step.best_cost) * MILLION,
        "best": list(step.best),
    }


def _row(found: Abatement, group: Group, labels: tuple[Callable[[str], str], Callable[[str], str]]) -> dict[str, Any]:
    first, last, share = (q[group.name] for q in (found.first_in, found.last_in, found.shares.share))
    error = found.shares.error[group.name]
    alone = len(group.members) == 1
    english, chinese = (label(group.members[0].name) for label in labels)
    count = f" ({len(group.members)})"
    return {
        "item": group.name,
        "label": english if alone else group.name.capitalize() + count,
        "label_zh": chinese if alone else GROUPS_ZH[group.name] + count,
        "members": [item.name for item in group.members],
        "tonnes_first_in": float(first[TONNES]),
        "tonnes_last_in": float(last[TONNES]),
        "tonnes_shapley": float(share[TONNES]),
        "tonnes_error": float(error[TONNES]),
        "cost_first_in": float(first[COST]) * MILLION,
        "cost_last_in": float(last[COST]) * MILLION,
        "cost_shapley": float(share[COST]) * MILLION,
        "cost_error": float(error[COST]) * MILLION,
        "cost_per_t": _per_tonne(share) if share[TONNES] > LEAST_SHARE * _saved(found) else None,
        "cost_per_t_first_in": _per_tonne(first),
    }


def _per_tonne(value: Any) -> float | None:
    per_tonne = cost_per_tonne(value)
    return per_tonne * MILLION if math.isfinite(per_tonne) else None


def _saved(found: Abatement) -> float:
    """Tonnes that all measures save together."""
    return float(found.before[TONNES] - found.after[TONNES])


def _overstated(found: Abatement) -> float | None:
    """By what share the sum of first-in tonnes is more than what all save together."""
    saved = _saved(found)
    promised = sum(float(value[TONNES]) for value in found.first_in.values())
    return promised / saved - 1 if saved > 0 else None


def _naive_regret(naive: Mapping[str, Any], plan: Solved) -> dict[str, Any] | None:
    """What the plan that takes the cheapest measure first costs above this one, over the horizon, penalties included."""
    other = naive.get("cheapest_first", {})
    if plan.answer is None or "net_present_cost" not in other:
        return None
    cost = other["net_present_cost"] + other.get("penalties", 0.0)
    return {"least": cost - plan.high * MILLION, "most": cost - plan.low * MILLION, "note": other.get("note", "")}


def show(study: Mapping[str, Any], console: Console) -> None:
    """Shares, then the naive curve."""
    year = study["year"]
    console.print(
        Text(f"What each measure saves and costs in {year} [t CO2e; {money_unit(study)} a year]", style="bold")
    )
    table = new_table("Measure", "!First in", "!Last in", "!Share", "!Cost", f"!{study['currency']}/t")
    for row in sorted(study["rows"], key=lambda row: -row["tonnes_shapley"]):
        tonnes = (number(row[f"tonnes_{key}"], 0) for key in ("first_in", "last_in", "shapley"))
        per_tonne = "-" if row["cost_per_t"] is None else number(row["cost_per_t"], 0)
        table.add_row(row["label"], *tonnes, number(row["cost_shapley"] / MONEY, 1), per_tonne)
    saved, cost = number(study["tonnes_saved"], 0), number(study["cost_of_all"] / MONEY, 1)
    table.add_row("All together", "", "", saved, cost, _whole_per_tonne(study))
    console.print(table)
    for line in words(study):
        console.print(Text(wrapped(line)))


def _whole_per_tonne(study: Mapping[str, Any]) -> str:
    return number(study["cost_of_all"] / study["tonnes_saved"], 0) if study["tonnes_saved"] > 0 else "-"


def words(study: Mapping[str, Any]) -> list[str]:
    """How the shares were found, and what the naive curve overlooks."""
    lines = []
    if study["orders"] is not None:
        worst = max(row["tonnes_error"] for row in study["rows"])
        lines.append(f"Shares are means over {study['orders']} orders; standard error at most {worst:,.0f} t.")
    if study["overstated"] is not None and abs(study["overstated"]) >= ROUNDING:
        more = f"{abs(study['overstated']):.0%} {'more' if study['overstated'] > 0 else 'less'}"
        lines.append(f"Added up one by one, as an abatement curve does, the measures promise {more} than they save.")
    regrets = [step for step in study["macc"] if step["regret"] is not None]
    worst_step = max(regrets, key=lambda step: step["regret"], default=None)
    if worst_step is not None and worst_step["regret"] > 1e-6 * abs(study["cost_of_all"]):
        lines.append(
            f"In the order of that curve, up to {worst_step['label']}, the year costs "
            f"{number(worst_step['regret'] / MONEY, 1)} [{money_unit(study)}] more than the cheapest set that saves as much."
        )
    regret = study["naive_regret"]
    if regret is not None:
        low, high = (number(regret[key] / MONEY, 0) for key in ("least", "most"))
        more = f"{low} to {high} [{money_unit(study)}] more than" if high not in ("0", "-0") else "as much as"
        lines.append(f"Over the horizon the plan that takes the cheapest measure first costs {more} this plan.")
    return lines
