"""Findings before they have a line number, and the places of keys in a TOML text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from planner.reading.faults import Fault

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Finding:
    """A fault or warning at a path of the scenario; `at_key`: the key itself is wrong, not its value."""

    path: Path
    got: str
    wanted: str
    hint: str = ""
    at_key: bool = False

    @property
    def meant(self) -> str:
        """The word that the hint names as meant; empty if it names none."""
        return self.hint.removeprefix("did you mean ") if self.hint.startswith("did you mean ") else ""


@dataclass(frozen=True)
class Place:
    """Line and column, from 1, of a key and of its value."""

    key: tuple[int, int]
    value: tuple[int, int]


def dotted(path: Path) -> str:
    """A path as people write it.

    >>> dotted(("retrofits", "vsd", "side_use", 0, "carrier"))
    'retrofits.vsd.side_use[0].carrier'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def shown(value: Any) -> str:
    """A value of the scenario as it may be shown in a message.

    >>> shown("12k"), shown(True), shown({"a": 1}), shown(None)
    ('"12k"', 'true', 'a table', 'nothing')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 40 else f'"{value[:37]}…"'
    if isinstance(value, Mapping):
        return "a table" if value else "an empty table"
    if isinstance(value, list):
        return "a list" if len(value) != 0 else "an empty list"
    said = str(value)
    return said if len(said) <= 40 else f"{said[:37]}…"


def located(findings: Iterable[Finding], text: str, file: str) -> list[Fault]:
    """Findings with file, line and column; what is not in the text stands at the nearest table that is."""
    listed = list(findings)
    if not listed:
        return []
    places = places_of(text)
    faults = []
    for finding in listed:
        path = finding.path
        while path and path not in places:
            path = path[:-1]
        place = places.get(path, Place((1, 1), (1, 1)))
        line, column = place.key if finding.at_key or path != finding.path else place.value
        faults.append(Fault(dotted(finding.path), finding.got, finding.wanted, finding.hint, file, line, column))
    return sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0))


def places_of(text: str) -> dict[Path, Place]:
    """Where each key of a TOML text and its value stand.

    >>> places_of('[site]\\nroof_m2 = 5\\n')["site", "roof_m2"]
    Place(key=(2, 1), value=(2, 11))
    """
    import tree_sitter_toml  # imported only when there is something to locate
    from tree_sitter import Language, Parser

    source = text.encode()
    tree = Parser(Language(tree_sitter_toml.language())).parse(source)
    finder = _Finder(source)
    finder.body(tree.root_node, ())
    return finder.places


class _Finder:
    """Walks the syntax tree; the table headers of an array of tables are counted."""

    def __init__(self, source: bytes) -> None:
        self.lines = source.split(b"\n")
        self.places: dict[Path, Place] = {}
        self.counts: dict[Path, int] = {}

    def place(self, node: Any) -> tuple[int, int]:
        row, column = node.start_point
        return row + 1, len(self.lines[row][:column].decode(errors="replace")) + 1

    def keys(self, node: Any) -> list[str]:
        if node.type == "dotted_key":
            return [key for child in node.named_children for key in self.keys(child)]
        raw = node.text.decode()
        return [raw[1:-1] if node.type == "quoted_key" else raw]

    def body(self, node: Any, above: Path) -> None:
        for child in node.named_children:
            if child.type == "pair":
                self.pair(child, above)
            elif child.type in ("table", "table_array_element"):
                self.table(child)

    def table(self, node: Any) -> None:
        header = node.named_children[0]
        path: Path = ()
        for key in self.keys(header):
            path = self.inside((*path, key))
        if node.type == "table_array_element":
            path = path[:-1] if path and isinstance(path[-1], int) else path
            self.counts[path] = self.counts.get(path, -1) + 1
            path = (*path, self.counts[path])
        place = self.place(header)
        for depth in range(1, len(path) + 1):
            self.places.setdefault(path[:depth], Place(place, place))
        self.body(node, path)

    def inside(self, path: Path) -> Path:
        """A header below an array of tables belongs to its last element."""
        return (*path, self.counts[path]) if path in self.counts else path

    def pair(self, node: Any, above: Path) -> None:
        key_node, value_node = node.named_children[0], node.named_children[-1]
        path = (*above, *self.keys(key_node))
        place = Place(self.place(key_node), self.place(value_node))
        for depth in range(len(above) + 1, len(path) + 1):
            self.places.setdefault(path[:depth], place)
        self.value(value_node, path)

    def value(self, node: Any, path: Path) -> None:
        if node.type == "inline_table":
            self.body(node, path)
        elif node.type == "array":
            members = [child for child in node.named_children if child.type != "comment"]
            for position, child in enumerate(members):
                self.places[*path, position] = Place(self.place(child), self.place(child))
                self.value(child, (*path, position))
