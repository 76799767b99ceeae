"""Emissions of business as usual, and what takes them away, year by year.

    business as usual, location-based
      + embodied         tonnes of making what is built, where scope 3 is rated
      - efficiency       what retrofits save, at the tonnes per MWh that the carrier has in business as usual
      - on-site power    renewable electricity made and used here, at the grid factor of the year
      - capture
      - fuel switch      the rest of the way to the plan's gross location-based emissions
      - green power      from there to the market-based account, unbundled certificates apart
      - certificates     counted MWh at the uncovered factor
      - credits, removals
    = net

The parts sum to the whole in every year. Where electrified heat costs more grid tonnes than it saves, its part would be
negative: then it is shown in one with efficiency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.problem import Market, Problem
from planner.accounting.ledger import annual, grid_market
from planner.accounting.stock import Stock, by_year, stock_of
from planner.answer import Answer
from planner.figures import style
from planner.figures.flows import flows
from planner.figures.reading import Array, usual
from planner.plan import Plan
from planner.results.record import Record
from planner.words import Lang, say

EMBODIED = " embodied"  # ending of such sources
HAIR = 1e-6  # of business as usual: a part below it is none
LOOKS = {
    "embodied": style.Look("#3b3b3b"),
    "efficiency": style.Look("#009e73"),
    "own_measures": style.Look("#009e73"),
    "onsite_power": style.Look("#f0e442", "---"),
    "capture": style.Look("#9ad0b8", "++"),
    "fuel_switch": style.Look("#0072b2", "////"),
    "green_power": style.Look("#56b4e9", "\\\\\\\\"),
    "certificates": style.Look("#ffffff", "xxxx"),
    "credits": style.Look("#e69f00", "----"),
    "removals": style.Look("#cc79a7", "||||"),
}
NET = style.Look("#bbbbbb")


@dataclass(frozen=True, eq=False)
class Wedges:
    """Tonnes by year: `top` - sum of `parts` = `net`."""

    years: tuple[int, ...]
    top: Array
    parts: dict[str, Array]
    net: Array


def wedges(answer: Answer, before: Answer) -> Wedges:
    """From business as usual down to net."""
    problem, tonnes = answer.problem, answer.tonnes
    grid = grid_market(problem)
    factor = market_factor(problem, grid) if grid else np.zeros(len(problem.years))
    embodied = _embodied(answer) - _embodied(before)
    top = before.tonnes.gross_location_tco2e
    onsite = (tonnes.onsite_claim_mwh - before.tonnes.onsite_claim_mwh) * factor
    capture = tonnes.captured_tco2e - before.tonnes.captured_tco2e
    saved = _saved(problem, stock_of(problem, answer.plan), intensities(before.problem, before.plan))
    rest = top + embodied - tonnes.gross_location_tco2e - onsite - capture - saved
    inside = {"efficiency": saved, "onsite_power": onsite, "capture": capture, "fuel_switch": rest}
    if min(float(part.min()) for part in inside.values()) < -HAIR * float(top.max()):
        inside = {"own_measures": saved + rest, "onsite_power": onsite, "capture": capture}
    certificates = tonnes.certificate_claims_mwh * problem.emissions.uncovered_factor
    bought = {
        "green_power": tonnes.gross_location_tco2e - tonnes.gross_market_tco2e - certificates,
        "certificates": certificates,
        "credits": tonnes.credits_tco2e,
        "removals": tonnes.removals_tco2e,
    }
    parts = {
        key: part
        for key, part in ({"embodied": -embodied} | inside | bought).items()
        if np.abs(part).max() > HAIR * top.max()
    }
    return Wedges(problem.years, top, parts, tonnes.net_tco2e)


def market_factor(problem: Problem, market: Market) -> Array:
    """(Y,) tonnes per MWh bought, upstream included where scope 3 is rated."""
    upstream = by_year(problem, market.upstream_factor) * (3 in _scopes(problem))
    return np.asarray(by_year(problem, market.emission_factor) + upstream, float)


def _scopes(problem: Problem) -> tuple[int, ...]:
    return problem.rating.scopes if problem.rating else (1, 2)


def _embodied(answer: Answer) -> Array:
    """(Y,) tonnes embodied in what is built, where they are rated."""
    zero = np.zeros(len(answer.problem.years))
    if 3 not in _scopes(answer.problem):
        return zero
    return sum((q.tco2e for q in answer.tonnes.sources if q.item.endswith(EMBODIED)), zero)


def intensities(problem: Problem, plan: Plan) -> dict[str, Array]:
    """(Y,) location-based tonnes per MWh used of each carrier, converters passing on what they burn by their output.

    tonnes[c] = intensity[c] * use[c] = bought[c] * factor + sum over converters of share[c] * (inputs * intensity + direct)
    """
    names = [c.name for c in problem.carriers]
    years = len(problem.years)
    use = np.zeros((len(names), years))
    bought = np.zeros((len(names), years))
    passed = np.zeros((years, len(names), len(names)))
    for flow in flows(problem, plan):
        energy = annual(problem, flow.mw)
        if flow.kind != "store":
            use[names.index(flow.carrier)] += np.maximum(-energy, 0.0)
    for k in problem.markets:
        mwh = annual(problem, np.asarray(plan.operation.get("markets.import_mw", {}).get(k.name, np.zeros((years, 1)))))
        bought[names.index(k.carrier)] += mwh * market_factor(problem, k)
    for v in problem.converters:
        activity = np.asarray(plan.operation.get("converters.activity_mw", {}).get(v.name, np.zeros((years, 1))))
        made = {c: annual(problem, activity * ratio) for c, ratio in v.outputs.items()}
        total = sum(made.values(), np.zeros(years))
        for carrier, energy in made.items():
            part = np.divide(energy, total, out=np.zeros(years), where=total > 0)
            bought[names.index(carrier)] += part * annual(problem, activity) * v.direct_tco2e_per_mwh
            for source, ratio in v.inputs.items():
                passed[:, names.index(carrier), names.index(source)] += part * annual(problem, activity * ratio)
    found = np.zeros((len(names), years))
    for n in range(years):
        used = use[:, n] > 0
        if used.any():
            system = np.diag(use[used, n]) - passed[n][np.ix_(used, used)]
            found[used, n] = np.linalg.lstsq(system, bought[used, n], rcond=None)[0]
    return dict(zip(names, found, strict=True))


def _saved(problem: Problem, stock: Stock, intensity: dict[str, Array]) -> Array:
    """(Y,) tonnes that retrofits save, what they draw from other carriers taken off."""
    saved = np.zeros(len(problem.years))
    for d in problem.demands:
        energy = annual(problem, np.outer(d.index * (1 - stock.factors[d.name]), d.load_mw))
        saved = saved + energy * intensity[d.carrier]
    for carrier, drawn in stock.side_use_mw.items():
        saved = saved - annual(problem, drawn) * intensity[carrier]
    return saved


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """Bars from business as usual down to net, one per year."""
    found = wedges(record.answer, usual(record))
    figure, axes = style.sheet(say("figure.emissions", lang), 3.9)
    handles = draw_wedges(axes, found, lang)
    style.unit(axes, say("tonnes_per_year", lang))
    style.thousands(axes)
    style.years_axis(axes, found.years)
    axes.grid(visible=True, axis="y")
    style.legend_below(figure, [h for h, _ in handles], [label for _, label in handles])
    return figure


def draw_wedges(axes: Axes, found: Wedges, lang: Lang) -> list[tuple[object, str]]:
    """The bars; gives legend handles from the top down."""
    handles: list[tuple[object, str]] = []
    line = axes.plot(found.years, found.top, color=style.INK, marker="_", markersize=9, linestyle=":", linewidth=0.8)
    handles.append((line[0], say("business_as_usual", lang)))
    level = found.top
    for key, part in found.parts.items():
        if key == "embodied":  # beside the bar that it makes taller
            bars = axes.bar(np.array(found.years) - 0.36, -part, 0.1, bottom=level, zorder=4, **LOOKS[key].bar)
        else:
            height = np.maximum(part, 0.0)
            bars = axes.bar(found.years, height, 0.82, bottom=level - height, **LOOKS[key].bar)
        handles.append((bars, say(key, lang)))
        level = level - part
    bars = axes.bar(found.years, np.maximum(found.net, 0.0), 0.82, **NET.bar)
    handles.append((bars, say("net", lang)))
    axes.plot(found.years, found.net, color=style.INK, marker="o", markersize=3.2, linewidth=1.0)
    axes.axhline(0.0, color=style.INK, linewidth=0.6)
    most = float(max(found.top.max(), (found.top - found.parts.get("embodied", 0.0)).max()))
    axes.set_ylim(min(0.0, float(found.net.min())) - 0.03 * most, 1.05 * most)
    return handles
