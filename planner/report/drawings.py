"""Figures of a section, where they can be drawn."""

from __future__ import annotations

from planner.report.blocks import Figure
from planner.report.case import Case
from planner.words import say


def figures(case: Case, *names: str) -> list[Figure]:
    """The figures of these names that the results allow, in this order."""
    there = case.figures
    return [Figure(say(f"figure.{name}", case.words.code), there[name]) for name in names if name in there]
