"""The parts that the template sets: tables and remarks of plain text, under headings that say planned or actual."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Nature = Literal["actual", "planned", ""]


@dataclass(frozen=True)
class Table:
    """Rows of text; a heading that begins with `!` is over numbers, and `strong` rows are sums."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Facts:
    """Pairs of a name and what it is."""

    title: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Section:
    """A chapter; `nature` is stamped beside its heading."""

    key: str
    title: str
    nature: Nature
    tables: tuple[Table, ...] = ()
    facts: tuple[Facts, ...] = ()
    lead: str = ""
    lines: tuple[str, ...] = field(default=())


def number(value: float | None, digits: int = 0) -> str:
    """With thousands separators; a dash for none, no minus before zero.

    >>> number(1234.5), number(-0.0001), number(None), number(0.47082, 4)
    ('1,234', '0', '–', '0.4708')
    """
    if value is None or not math.isfinite(value):
        return "–"
    rounded = round(value, digits)
    return f"{rounded if rounded else 0.0:,.{digits}f}"


def amount(value: float) -> str:
    """A quantity in as many digits as it needs.

    >>> amount(45743.21), amount(12.34), amount(0.018), amount(0)
    ('45,743.2', '12.3', '0.018', '0.0')
    """
    return f"{value:.2g}" if 0 < abs(value) < 1 else number(value, 1)


def percent(value: float, digits: int = 1) -> str:
    """A share.

    >>> percent(0.256)
    '25.6 %'
    """
    return "–" if not math.isfinite(value) else f"{100 * value:.{digits}f} %"


def join(parts: Sequence[str]) -> str:
    """Those that say something."""
    return "; ".join(part for part in parts if part)
