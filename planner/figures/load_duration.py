"""Power exchanged with the grid in the hours of a year, sorted from the highest down, with and without the plan.

The area under a curve is the energy of the year; below zero power is sold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from models.problem import ELECTRICITY, Market, Problem
from planner.accounting.ledger import grid_market
from planner.accounting.running import through_market_mw
from planner.accounting.stock import series
from planner.answer import Answer
from planner.figures import style
from planner.figures.flows import flows
from planner.figures.reading import Array, chosen, usual
from planner.figures.style import NotDrawn
from planner.results.record import Record
from planner.words import Lang, say

MOST_WORDS = 80  # of a legend's line: its numbers stand last and are never cut


@dataclass(frozen=True, eq=False)
class Curve:
    """Edges of hours of the year (from 0 up) and the power between them [MW], falling."""

    hours: Array
    mw: Array

    @property
    def mwh(self) -> float:
        """Area under the curve."""
        return float(np.diff(self.hours) @ self.mw)


def curve(problem: Problem, power: Array) -> Curve:
    """(T,) power of a year, sorted from the highest down, each step as long as it stands for."""
    order = np.argsort(-power, kind="stable")
    return Curve(np.concatenate([[0.0], np.cumsum(problem.steps.hours_per_year[order])]), power[order])


def exchange(answer: Answer, grid: Market, year: int) -> Array:
    """(T,) drawn from the grid less sold to it [MW]; contract deliveries through the grid are drawn from it."""
    problem, plan = answer.problem, answer.plan
    drawn = through_market_mw(problem, plan, grid) - series(problem, plan, "markets.export_mw", grid.name)
    return np.asarray(drawn[problem.years.index(year)], float)


def consumption(answer: Answer, year: int) -> Array:
    """(T,) electricity that end uses and converters take [MW]."""
    problem = answer.problem
    used = np.zeros((len(problem.years), problem.steps.count))
    for flow in flows(problem, answer.plan):
        if flow.carrier == ELECTRICITY and flow.kind in ("demand", "converter"):
            used = used + np.maximum(-flow.mw, 0.0)
    return np.asarray(used[problem.years.index(year)], float)


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """Three curves, their peaks and energies written."""
    year, before, answer = chosen(record, year), usual(record), record.answer
    grid = grid_market(answer.problem)
    if grid is None:
        raise NotDrawn("this site has no electricity grid")
    curves = {
        "exchange_plan": curve(answer.problem, exchange(answer, grid, year)),
        "exchange_before": curve(before.problem, exchange(before, grid, year)),
        "used_power": curve(answer.problem, consumption(answer, year)),
    }
    figure, axes = style.sheet(f"{say('figure.load_duration', lang)} {year}", 3.5)
    for n, (key, one) in enumerate(curves.items()):
        words = say("peak_and_energy", lang, name=say(key, lang), mw=f"{one.mw[0]:.2f}", gwh=style.plain(one.mwh / 1e3))
        axes.stairs(
            one.mw,
            one.hours,
            baseline=None,
            color=style.LINES[n],
            linestyle=style.DASHES[n],
            linewidth=1.5,
            label=words,
        )
    axes.axhline(0.0, color=style.INK, linewidth=0.6)
    axes.set_xlim(0, float(answer.problem.steps.hours_per_year.sum()))
    axes.set_xlabel(say("hours_per_year", lang))
    style.unit(axes, "MW")
    style.thousands(axes, "x")
    axes.grid(visible=True, axis="both")
    handles, labels = axes.get_legend_handles_labels()
    style.legend_below(figure, handles, labels, most=MOST_WORDS)
    return figure
