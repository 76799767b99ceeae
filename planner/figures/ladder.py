"""What each level costs: least net present cost of holding it, the bound proven for it, and the same level on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planner.figures import style
from planner.figures.reading import MONEY, study
from planner.results.record import Record
from planner.words import Lang, money_unit, say

SERIES = (style.LOOKS[2], style.LOOKS[1], style.LOOKS[7], style.LOOKS[4], style.LOOKS[5], style.LOOKS[6])
NO_PLAN = ("infeasible", "none")


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """The ladder of these results."""
    return figure_of(study(record, "ladder"), record.currency, lang)


def figure_of(found: Mapping[str, Any], currency: str, lang: Lang) -> Figure:
    """A group of points for each level, one for each reading and assumption; the axis need not start at zero."""
    rows = found["rows"]
    levels = sorted({int(row["stars"]) for row in rows})
    series = list(dict.fromkeys(_series(row) for row in rows))
    figure, axes = style.sheet(say("figure.ladder", lang), 3.8)
    handles: dict[str, object] = {}
    width = 0.7 / len(series)
    for n, one in enumerate(series):
        mine = [row for row in rows if _series(row) == one]
        at = {int(row["stars"]): levels.index(int(row["stars"])) + (n - (len(series) - 1) / 2) * width for row in mine}
        handles[_series_words(one, lang)] = _points(axes, mine, at, n, alone=len(series) <= 2)
        handles |= _marks(axes, mine, at, lang)
        _without_plan(axes, mine, at, lang)
    axes.set_xticks(range(len(levels)), [_level(level, rows, lang) for level in levels])
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.6, len(levels) - 0.4)
    style.unit(axes, f"{say('net_present_cost', lang)}, {money_unit(currency, lang)}")
    style.thousands(axes)
    axes.margins(y=0.15)
    axes.grid(visible=True, axis="y")
    style.legend_below(figure, list(handles.values()), list(handles))
    return figure


def _series(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row.get("reading") or ""), str(row.get("assumed") or "best")


def _series_words(one: tuple[str, str], lang: Lang) -> str:
    reading, assumed = (say(f"reading.{one[0]}", lang) if one[0] else "", say(f"assumed.{one[1]}", lang))
    return ", ".join(filter(None, (reading, assumed)))


def _level(level: int, rows: Sequence[Mapping[str, Any]], lang: Lang) -> str:
    years = sorted({row["first_year"] for row in rows if int(row["stars"]) == level and row.get("first_year")})
    words = say("n_stars", lang, n=level) if level else say("no_stars", lang)
    return words + (f"\n{say('from_year', lang, year=years[0])}" if years else "")


def _points(axes: Axes, rows: Sequence[Mapping[str, Any]], at: Mapping[int, float], n: int, *, alone: bool) -> object:
    solved = [row for row in rows if row.get("net_present_cost") is not None]
    costs = [row["net_present_cost"] / MONEY for row in solved]
    places = [at[int(row["stars"])] for row in solved]
    for place, cost, row in zip(places, costs, solved, strict=True):
        if row.get("lower_bound") is not None:
            axes.plot([place, place], [row["lower_bound"] / MONEY, cost], color=style.FAINT, linewidth=1.0, zorder=2)
        if alone:
            added = row.get("marginal")
            words = style.plain(cost) + (f"\n({added / MONEY:+,.0f})".replace("-", "−") if added is not None else "")
            axes.annotate(
                words, (place, cost), xytext=(6, 0), textcoords="offset points", ha="left", va="center", fontsize=7
            )
    (line,) = axes.plot(
        places,
        costs,
        linestyle="none",
        marker=style.MARKERS[n % len(style.MARKERS)],
        markersize=6,
        markerfacecolor=SERIES[n % len(SERIES)].face,
        markeredgecolor=style.INK,
        zorder=4,
    )
    return line


def _marks(axes: Axes, rows: Sequence[Mapping[str, Any]], at: Mapping[int, float], lang: Lang) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, marker, size in (("lower_bound", "_", 9.0), ("paper_cost", "x", 5.0)):
        known = [row for row in rows if row.get(key) is not None and row.get("status") not in NO_PLAN]
        if known:
            costs = [row[key] / MONEY for row in known]
            places = [at[int(row["stars"])] for row in known]
            (line,) = axes.plot(
                places, costs, marker, color=style.LINES[1], markersize=size, markeredgewidth=1.4, zorder=4
            )
            found[say("lower_bound" if key == "lower_bound" else "paper_cost", lang)] = line
    return found


def _without_plan(axes: Axes, rows: Sequence[Mapping[str, Any]], at: Mapping[int, float], lang: Lang) -> None:
    for row in rows:
        if row.get("net_present_cost") is None:
            words = say(f"status.{'infeasible' if row.get('status') == 'infeasible' else 'none'}", lang)
            axes.annotate(
                words,
                (at[int(row["stars"])], 0.0),
                xycoords=("data", "axes fraction"),
                xytext=(0, 3),
                textcoords="offset points",
                rotation=90,
                ha="center",
                va="bottom",
                fontsize=7,
            )
