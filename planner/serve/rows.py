"""A results folder as one row of text: what it is, what it costs, what it reaches, how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from planner.results.folder import SUMMARY, ResultsError, read_summary, table_of
from planner.serve.phrases import phrase
from planner.terminal import number
from planner.words import Lang, money_unit

NONE = "–"
MONEY = 10_000.0


@dataclass(frozen=True)
class Row:
    """One plan in the table; `fault` where its summary cannot be read."""

    name: str
    title: str
    status: str = NONE
    target: str = NONE
    cost: str = NONE
    stars: str = NONE
    durable: str = NONE
    gap: str = NONE
    written: str = ""
    fault: str = ""
    scenario: str = ""  # name of the scenario's folder


def row(folder: Path, scenarios: Path, lang: Lang) -> Row:
    """The row of a results folder; what is missing or of another kind is a dash."""
    try:
        summary = read_summary(folder)
    except (ResultsError, OSError) as error:
        return Row(folder.name, folder.name, status=phrase("unreadable", lang), fault=str(error))
    head, target = table_of(summary, "scenario"), table_of(summary, "target")
    cost, gap = _number(summary.get("net_present_cost")), _number(summary.get("gap"))
    english, chinese = (str(head.get(key) or "") for key in ("title", "title_zh"))
    title = (chinese or english) if lang == "zh" else (english or chinese)
    status = str(summary["status"])
    return Row(
        folder.name,
        title or folder.name,
        phrase(f"status.{status}", lang) if status in ("optimal", "feasible", "infeasible", "none") else status,
        _target(target, lang),
        NONE if cost is None else f"{number(cost / MONEY, 0)} {money_unit(str(summary.get('currency', '')), lang)}",
        _least(summary, "stars"),
        _least(summary, "durable_stars"),
        NONE if gap is None else f"{gap:.2%}",
        f"{datetime.fromtimestamp((folder / SUMMARY).stat().st_mtime):%Y-%m-%d %H:%M}",
        scenario=_scenario(folder, head, scenarios),
    )


def _target(target: Mapping[str, Any], lang: Lang) -> str:
    if not target:
        return phrase("no_target", lang)
    return phrase("target_told", lang, stars=target.get("stars", NONE), year=target.get("year", NONE))


def _least(summary: Mapping[str, Any], key: str) -> str:
    """Fewest stars of the years of the target, as in the report; of the last year without one."""
    by_year, target = table_of(summary, key), table_of(summary, "target")
    first, last = (str(target.get(end) or max(by_year, default="")) for end in ("year", "until"))
    found = [stars for year, stars in by_year.items() if first <= year <= last and isinstance(stars, int)]
    return str(min(found)) if found else NONE


def _scenario(folder: Path, head: Mapping[str, Any], scenarios: Path) -> str:
    """Name of the scenario's folder if it stands among the scenarios that are served."""
    found = (folder / str(head.get("folder", "."))).resolve()
    return found.name if found.parent == scenarios else ""


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
