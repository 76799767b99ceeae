"""What a page is made of: sections of tables, figures, lines, and notes on what is missing. Plain text; the templates escape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Table:
    """Rows of text. A heading that starts with ! is a column of numbers; `strong` rows stand out."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    strong: frozenset[int] = frozenset()
    note: str = ""
    folded: bool = False
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Figure:
    """A drawing: `svg` is an element that our figures made, with all text in it escaped."""

    title: str
    svg: str
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True)
class Lines:
    """A list of sentences."""

    title: str
    lines: Sequence[str]
    kind: ClassVar[str] = "lines"


@dataclass(frozen=True)
class Missing:
    """Something that a command would make."""

    title: str
    text: str
    kind: ClassVar[str] = "missing"


@dataclass(frozen=True)
class Explorer:
    """The Pareto chart: `data` is what the script draws from, `points` the same for those without it."""

    data: dict[str, Any]
    points: Table
    kind: ClassVar[str] = "explorer"


Block = Table | Figure | Lines | Missing | Explorer


@dataclass(frozen=True)
class Section:
    """A chapter of the page."""

    key: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)
    lead: str = ""
