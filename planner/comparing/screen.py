"""A comparison on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from planner.comparing.compared import Comparison
from planner.comparing.phrases import phrase
from planner.comparing.told import tables
from planner.terminal import new_table


def show(found: Comparison, console: Console) -> None:
    """Print notes and tables."""
    for note in found.notes():
        console.print(Text(note))
    for told in tables(found, "en"):
        table = new_table(*told.headings)
        for row in told.rows:
            table.add_row(*map(Text, row))
        console.print()
        console.print(Text(told.title, style="bold"))
        console.print(table)
    if not any((found.stars, found.tonnes, found.decisions, found.inputs)):
        console.print(Text(phrase("nothing", "en")))
