"""Faults of a scenario: each says where, what was found, what was wanted, and perhaps what was meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Fault:
    """One fault or warning.

    >>> print(Fault("finance.timing", "late", "one of start, mid, end", file="scenario.toml", line=9, column=10))
    scenario.toml:9:10: finance.timing: got late, wanted one of start, mid, end
    """

    key: str
    got: str
    wanted: str
    hint: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part not in ("", None))
        said = "; ".join(part for part in (f"got {self.got}, wanted {self.wanted}", self.hint) if part)
        return ": ".join(part for part in (place, self.key, said) if part)


class ScenarioFaults(Exception):
    """Everything that is wrong with a scenario, in one exception."""

    def __init__(self, faults: Sequence[Fault], warnings: Sequence[Fault] = ()) -> None:
        self.faults = tuple(faults)
        self.warnings = tuple(warnings)
        super().__init__("\n".join(map(str, self.faults)))


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A hint naming the nearest known word, or nothing.

    >>> did_you_mean("bateri", ["battery", "pv_roof"]), did_you_mean("zzz", ["battery"])
    ('did you mean battery', '')
    """
    near = [k for k in known if k.casefold() == word.casefold()] or get_close_matches(word, known, n=1, cutoff=0.62)
    return f"did you mean {near[0]}" if near else ""


def one_of(words: Sequence[str], limit: int = 12) -> str:
    """A readable list of alternatives.

    >>> one_of(["a", "b"])
    'one of a, b'
    """
    shown = sorted(words)
    if not shown:
        return "nothing (there is none)"
    more = f", … ({len(shown)} in all)" if len(shown) > limit else ""
    return ("one of " if len(shown) > 1 else "") + ", ".join(shown[:limit]) + more
