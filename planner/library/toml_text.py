"""TOML files as the planner accepts them: of a limited size, and with tables and lists not too deep inside each other."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

LARGEST_TOML_BYTES = 2 * 2**20
DEEPEST = 16  # tables and lists inside each other; a scenario needs seven
TOO_DEEP, SHALLOWER = "tables or lists too deep inside each other", f"at most {DEEPEST} levels"

_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_PART = r"""(?:"(?:\\.|[^"\\\n])*+"|'[^'\n]*+'|[A-Za-z0-9_-]++)"""
_LONG_KEY = re.compile(rf"(?:\.[^\n=.,#\[\]{{}}]{{0,80}}){{{DEEPEST}}}")
_KEY_PART = re.compile(_PART)
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|'
    + r"'''.*?'''|#[^\n]*+|"
    + rf"(?P<key>{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+)"
    + r"|[\[{\]},]",
    re.DOTALL,
)


class TomlError(ValueError):
    """What is wrong with a TOML text, and where."""

    def __init__(self, got: str, wanted: str, line: int = 1, column: int = 1) -> None:
        super().__init__(
            f"got {got}, wanted {wanted}" + (f" (line {line}, column {column})" if line > 1 or column > 1 else "")
        )
        self.got, self.wanted, self.line, self.column = got, wanted, line, column


def bounded_bytes(file: Path) -> bytes:
    """The bytes of a file that is not too large; its size is looked at before it is read.

    Raises:
        TomlError: it is too large.
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        status = os.fstat(opened.fileno())
        size = status.st_size if stat.S_ISREG(status.st_mode) else 0
        data = b"" if size > LARGEST_TOML_BYTES else opened.read(LARGEST_TOML_BYTES + 1)
    if max(size, len(data)) > LARGEST_TOML_BYTES:
        raise TomlError(f"{max(size, len(data)) / 2**20:,.1f} MB", f"at most {LARGEST_TOML_BYTES // 2**20} MB")
    return data


def parsed(text: str) -> dict[str, Any]:
    """The tables of a TOML text.

    >>> parsed("a.b = 1")
    {'a': {'b': 1}}

    Raises:
        TomlError: it is no TOML, or nested too deep.
    """
    if _LONG_KEY.search(text) and (fault := _too_deep(text)):  # tomllib takes the square of its length
        raise fault
    try:
        tables = tomllib.loads(text)
    except RecursionError:
        raise _too_deep(text) or TomlError(TOO_DEEP, SHALLOWER) from None
    except ValueError as error:  # a number of thousands of digits is none of tomllib's own errors
        match = _POSITION.search(str(error))
        line = int(match[1]) if match and match[1] else text.count("\n") + 1
        column = int(match[2]) if match and match[2] else 1
        if not isinstance(error, tomllib.TOMLDecodeError):
            raise TomlError("a number of too many digits", "valid TOML", *_longest_number(text)) from None
        raise TomlError(_POSITION.sub("", str(error)), "valid TOML", line, column) from None
    level: list[Any] = [tables]
    for _ in range(DEEPEST):
        level = [inner for node in level for inner in (node.values() if isinstance(node, dict) else node)]
        level = [node for node in level if isinstance(node, dict | list)]
    if level:
        raise _too_deep(text) or TomlError(TOO_DEEP, SHALLOWER)
    return tables


def _too_deep(text: str) -> TomlError | None:
    """The fault at the place where tables or lists begin to stand too deep inside each other, if they do."""
    around: list[int] = []  # levels that each open bracket adds: itself, and the parts of the key before it
    parts = 0
    for token in _TOKEN.finditer(text):
        word = token[0]
        if token["key"] is not None:
            parts = len(_KEY_PART.findall(word)) if "." in word else 1
        elif word in "[{":
            around.append(1 + parts)
            parts = 0
        elif word in "]},":
            parts = 0
            if word != "," and around:
                around.pop()
        if parts + sum(around) > DEEPEST:
            return TomlError(TOO_DEEP, SHALLOWER, *_place(text, token.start()))
    return None


def _longest_number(text: str) -> tuple[int, int]:
    longest = max(re.finditer(r"[0-9_]+", text), key=lambda match: len(match[0]))
    return _place(text, longest.start())


def _place(text: str, position: int) -> tuple[int, int]:
    """Line and column, from 1, of a position in a text."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
