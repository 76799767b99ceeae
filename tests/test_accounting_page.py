"""The rating tables of docs/accounting.md are those of the library; `python -m tests.test_accounting_page --write` renews them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from planner.library import Number, rating

PAGE = Path(__file__).parent.parent / "docs" / "accounting.md"
START, END = "<!-- tables -->\n", "<!-- end of tables -->"


def number(n: Number) -> str:
    """Value, range and status."""

    def words(value: Any) -> str:
        return "/".join(f"{q:g}" for q in value) if isinstance(value, list | tuple) else f"{value:g}"

    span = "" if n.low is None or isinstance(n.value, list | tuple) else f" ({words(n.low)}–{words(n.high)})"
    return f"{words(n.value)}{span}, {n.status}"


def tables() -> str:
    """Levels of both boundaries and indicators, as Markdown."""
    table = rating("t_ceca_g_0171_2022")
    lines: list[str] = []
    for name, boundary in table.boundaries.items():
        lines += ["", f"**Type {name}**, scopes {', '.join(map(str, boundary.scopes))}", ""]
        lines += ["| stars | least share of the score | gate | threshold |", "|---|---|---|---|"]
        for level in boundary.levels:
            for n, gate in enumerate(level.gates):
                first = (str(level.stars), number(level.min_score_share)) if n == 0 else ("", "")
                reading = f", if {gate.reading}" if gate.reading else ""
                sign = "at least" if gate.sense == "min" else "at most"
                lines.append(f"| {first[0]} | {first[1]} | {gate.metric}{reading} | {sign} {number(gate.threshold)} |")
    lines += ["", "**Indicators**", "", "| indicator | 指标 | points | earned by |", "|---|---|---|---|"]
    for q in table.indicators:
        most = "condition, no points" if q.max_points is None else number(q.max_points)
        metrics = [f"{m.metric} at {number(m.at_least)}" for m in q.metrics]
        earned = "; ".join([*metrics, f"{len(q.items)} items of the questionnaire"])
        lines.append(f"| {q.label_en} | {q.label_zh} | {most} | {earned} |")
    return "\n".join(lines) + "\n\n"


def renewed(page: str) -> str:
    before, rest = page.split(START)
    return before + START + tables() + END + rest.split(END)[1]


def test_rating_tables_are_the_librarys() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.splitlines() == renewed(page).splitlines(), "run python -m tests.test_accounting_page --write"


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.test_accounting_page --write")
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
