"""Operation by the hour: what supplies a carrier and what takes it, on chosen days or weeks of one year.

Supplies are stacked upwards, everything but end use downwards; what is left between them is end use, the black line:

    end use[t] = sum of supplies[t] - sum of charging, conversion and sales[t]
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.problem import CO2, ELECTRICITY, IntArray, Problem, Steps
from planner.figures import style
from planner.figures.flows import Flow, flows
from planner.figures.reading import Array, chosen, named
from planner.figures.style import NotDrawn
from planner.plan import Plan
from planner.results.record import Record
from planner.words import Lang, say

MOST_DAYS = 4
LONG_H = 72.0  # a period longer than this is shown by one of its weeks
WEEK_H = 168.0
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HAIR = 1e-3  # of the largest: a smaller stack is not drawn


@dataclass(frozen=True, eq=False)
class Operation:
    """A carrier in one year, by step [MW]: stacks by thing, and end use."""

    carrier: str
    supply: dict[tuple[str, str], Array]
    taken: dict[tuple[str, str], Array]  # positive
    end_use: Array


@dataclass(frozen=True, eq=False)
class Window:
    """Steps that follow one another, and what they are called."""

    steps: IntArray
    words: str


def operation(problem: Problem, plan: Plan, carrier: str, year: int) -> Operation:
    """Stacks of one carrier; small ones are left in, so that they add up."""
    n = problem.years.index(year)
    supply: dict[tuple[str, str], Array] = {}
    taken: dict[tuple[str, str], Array] = {}
    end_use = np.zeros(problem.steps.count)
    for flow in flows(problem, plan):
        if flow.carrier == carrier:
            power = np.asarray(flow.mw[n], float)
            if flow.kind == "demand":
                end_use = end_use - power
            else:
                _add(supply, flow, np.maximum(power, 0.0))
                _add(taken, flow, np.maximum(-power, 0.0))
    return Operation(carrier, supply, taken, end_use)


def _add(stacks: dict[tuple[str, str], Array], flow: Flow, power: Array) -> None:
    if power.any():
        key = (flow.kind, flow.item)
        stacks[key] = stacks.get(key, np.zeros_like(power)) + power


def carriers(problem: Problem, plan: Plan, year: int) -> list[str]:
    """Electricity, and of the carriers that are made on site the one of which most is used."""
    n = problem.years.index(year)
    used: dict[str, float] = {}
    for flow in flows(problem, plan):
        energy = np.maximum(-flow.mw[n], 0.0) @ problem.steps.hours_per_year
        used[flow.carrier] = used.get(flow.carrier, 0.0) + float(energy)
    made = {carrier for v in problem.converters for carrier in v.outputs} - {ELECTRICITY, CO2}
    others = sorted((name for name in made if used.get(name)), key=lambda name: (-used[name], name))
    return ([ELECTRICITY] if used.get(ELECTRICITY) else []) + others[:1]


def windows(steps: Steps, load: Array, sun: Array) -> list[Window]:
    """Typical days: those that stand for most of the year, and the one with the highest load.

    A full year: the week of the highest load and the week with most of one's own generation.
    """
    periods = [np.flatnonzero(steps.period == p) for p in range(int(steps.period.max()) + 1)]
    if max(len(p) for p in periods) * steps.hours > LONG_H:
        return _weeks(steps, load, sun)
    peak = int(steps.period[int(np.argmax(load))])
    often = sorted(range(len(periods)), key=lambda p: (-steps.times_per_year[periods[p][0]], p))
    chosen_days = sorted({peak, *often[: MOST_DAYS - 1]})
    labels = steps.labels or tuple(str(p + 1) for p in range(len(periods)))
    return [Window(periods[p], labels[p]) for p in chosen_days]


def _weeks(steps: Steps, load: Array, sun: Array) -> list[Window]:
    length = round(WEEK_H / steps.hours)
    count = steps.count // length
    weeks = {int(np.argmax(load)) // length, int(np.argmax([sun[w * length :][:length].sum() for w in range(count)]))}
    return [
        Window(np.arange(w * length, (w + 1) * length), f"week {w + 1}")
        for w in sorted(min(w, count - 1) for w in weeks)
    ]


def period_words(label: str, lang: Lang) -> str:
    """A period's label in the language of the page.

    >>> period_words("Jul-Aug+Dec-Jan 1 (17 days)", "zh"), period_words("Feb peak", "zh"), period_words("week 3", "zh")
    ('7月-8月+12月-1月 1 (17天)', '2月 峰值日', '第3周')
    """
    if lang == "en":
        return label
    for month, name in enumerate(MONTHS, 1):
        label = re.sub(rf"\b{name}\b", f"{month}月", label)
    label = re.sub(r"\b(week|period) (\d+)", lambda found: f"第{found[2]}{'周' if found[1] == 'week' else '段'}", label)
    return re.sub(r"(\d+) days?", r"\1天", label).replace("peak", "峰值日")


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """A row for each carrier, a column for each window."""
    year, problem, plan = chosen(record, year), record.answer.problem, record.answer.plan
    shown = [operation(problem, plan, carrier, year) for carrier in carriers(problem, plan, year)]
    if not shown:
        raise NotDrawn(f"nothing is operated in {year}")
    picked = windows(problem.steps, shown[0].end_use, _own(problem, shown[0]))
    figure, panels = style.sheet(
        f"{say('figure.dispatch', lang)} {year}",
        1.3 + 1.75 * len(shown),
        nrows=len(shown),
        ncols=len(picked),
        sharex="col",
        sharey="row",
        squeeze=False,
    )
    fills = _fills(shown)
    handles: dict[str, object] = {}
    for row, one in zip(panels, shown, strict=True):
        for axes, window in zip(row, picked, strict=True):
            handles |= _stacks(axes, one, window, problem.steps.hours, fills, record, lang)
        row[0].set_ylabel(f"{named(record, one.carrier, lang)}, MW")
    for axes, window in zip(panels[0], picked, strict=True):
        axes.set_title(_folded(period_words(window.words, lang)), loc="right", fontsize=6.8)
    for axes in panels[-1]:
        axes.set_xlabel(say("hour_of_day" if _is_day(picked, problem.steps) else "hour", lang))
    style.legend_below(figure, list(handles.values()), list(handles))
    return figure


def _own(problem: Problem, electric: Operation) -> Array:
    makers = {v.name for v in problem.converters if not v.inputs}
    own = [power for (kind, item), power in electric.supply.items() if kind == "converter" and item in makers]
    return np.sum(own, axis=0) if own else np.zeros(problem.steps.count)


def _is_day(picked: Sequence[Window], steps: Steps) -> bool:
    return all(len(window.steps) * steps.hours <= 24 for window in picked)


def _folded(words: str) -> str:
    return re.sub(r" (\S+ \(|\S+$|\()", r"\n\1", words, count=1)


def _fills(shown: Sequence[Operation]) -> dict[tuple[str, str], style.Look]:
    keys = dict.fromkeys(key for one in shown for stacks in (one.supply, one.taken) for key in stacks)
    return dict(zip(keys, style.looks(len(keys)), strict=True))


def _stacks(
    axes: Axes,
    one: Operation,
    window: Window,
    hours: float,
    fills: dict[tuple[str, str], style.Look],
    record: Record,
    lang: Lang,
) -> dict[str, object]:
    at = np.arange(len(window.steps) + 1) * hours
    handles: dict[str, object] = {}
    largest = max((float(power.max()) for power in (*one.supply.values(), *one.taken.values())), default=0.0)
    for stacks, sign in ((one.supply, 1.0), (one.taken, -1.0)):
        level = np.zeros(len(window.steps))
        for key, power in stacks.items():
            upper = level + sign * power[window.steps]
            if power[window.steps].max() > HAIR * largest:
                fill = axes.stairs(upper, at, baseline=level, fill=True, **fills[key].bar)
                handles[_title(key, record, lang)] = fill
            level = upper
    line = axes.stairs(one.end_use[window.steps], at, color=style.INK, linewidth=1.3, baseline=None)
    axes.axhline(0.0, color=style.INK, linewidth=0.6)
    axes.set_xlim(0, float(at[-1]))
    axes.set_xticks(np.arange(0, at[-1] + 1e-9, 6 if at[-1] <= 24 else 24))
    axes.grid(visible=True, axis="y")
    return handles | {say("end_use", lang): line}


def _title(key: tuple[str, str], record: Record, lang: Lang) -> str:
    kind, item = key
    if kind == "letdown":
        return say(
            "letdown", lang, hot=named(record, item.split(">")[0], lang), cool=named(record, item.split(">")[1], lang)
        )
    return say("dumped", lang) if kind == "dumped" else named(record, item, lang)
