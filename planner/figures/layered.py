"""Places the nodes of a flow diagram in columns from source to sink, each as tall as what flows through it.

A node's column is the longest way to it from a source; links that would close a circle do not count. Sinks stand in the
last column. Within a column nodes are ordered by where their neighbours stand, which takes out most crossings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Node = tuple[str, str]
FILL = 0.62  # share of the height that the tallest column fills with energy
SLOT = 0.042  # least height that a node takes up, for its label beside it
HEAD = 0.075  # and above it, for the label of a node in between
SWEEPS = 6


@dataclass(frozen=True)
class Link:
    """Energy of a year [MWh] from one node to another, carried by `carrier`, or by none ("")."""

    source: Node
    target: Node
    carrier: str
    mwh: float


@dataclass(frozen=True)
class Layout:
    """Nodes with column and top; heights and widths as shares of the drawing."""

    links: tuple[Link, ...]
    nodes: tuple[Node, ...]
    rank: list[int]
    through: list[float]  # larger of what flows in and out [MWh]
    top: list[float]
    scale: float  # height per MWh

    def place(self, n: int) -> tuple[float, float, float]:
        """Left edge, top and height of a node."""
        return self.rank[n] / max(1, *self.rank), self.top[n], self.through[n] * self.scale

    def bands(self, node_width: float) -> Iterator[tuple[float, float, float, float, float]]:
        """(x, y) of a link's upper edge at its source and target, and its thickness; links in their own order."""
        where = {node: n for n, node in enumerate(self.nodes)}
        begin = self._edges([where[link.source] for link in self.links], [where[link.target] for link in self.links])
        end = self._edges([where[link.target] for link in self.links], [where[link.source] for link in self.links])
        for n, link in enumerate(self.links):
            x0 = self.place(where[link.source])[0] + node_width
            x1 = self.place(where[link.target])[0]
            yield x0, begin[n], x1, end[n], link.mwh * self.scale

    def _edges(self, here: Sequence[int], there: Sequence[int]) -> dict[int, float]:
        """Upper edge of each link at one of its ends: links of a node in the order of their other ends."""
        filled: dict[int, float] = {}
        edges: dict[int, float] = {}
        for n in sorted(range(len(self.links)), key=lambda n: (here[n], self.top[there[n]], n)):
            offset = filled.get(here[n], 0.0)
            edges[n] = self.top[here[n]] + offset
            filled[here[n]] = offset + self.links[n].mwh * self.scale
        return edges


def layered(links: tuple[Link, ...]) -> Layout:
    """Columns, order and tops of all nodes."""
    nodes = tuple(dict.fromkeys(node for link in links for node in (link.source, link.target)))
    where = {node: n for n, node in enumerate(nodes)}
    ends = [(where[link.source], where[link.target]) for link in links]
    rank = _ranks(len(nodes), ends)
    into, out = [0.0] * len(nodes), [0.0] * len(nodes)
    for link, (a, b) in zip(links, ends, strict=True):
        out[a] += link.mwh
        into[b] += link.mwh
    sinks = [n for n in range(len(nodes)) if not out[n]]
    last = max(rank)
    for n in sinks:
        rank[n] = last
    through = [max(pair) for pair in zip(into, out, strict=True)]
    columns = [[n for n in range(len(nodes)) if rank[n] == r] for r in range(last + 1)]
    scale = FILL / max(sum(through[n] for n in column) for column in columns)
    top = _tops(columns, ends, [energy * scale for energy in through], [link.mwh for link in links])
    return Layout(links, nodes, rank, through, top, scale)


def _ranks(count: int, ends: list[tuple[int, int]]) -> list[int]:
    """Longest way from a source; a link back to a node on the way to itself is left out."""
    after: dict[int, list[int]] = {n: [b for a, b in ends if a == n] for n in range(count)}
    rank, state = [0] * count, [0] * count  # state: 0 new, 1 on the way, 2 done
    order: list[int] = []
    forward: set[tuple[int, int]] = set()

    def visit(n: int) -> None:
        state[n] = 1
        for b in after[n]:
            if state[b] != 1:
                forward.add((n, b))
                if state[b] == 0:
                    visit(b)
        state[n] = 2
        order.append(n)

    heads = [n for n in range(count) if all(b != n for _, b in ends)]
    for n in (*heads, *range(count)):
        if state[n] == 0:
            visit(n)
    for n in reversed(order):
        for b in after[n]:
            if (n, b) in forward:
                rank[b] = max(rank[b], rank[n] + 1)
    return rank


def _tops(
    columns: list[list[int]], ends: list[tuple[int, int]], height: list[float], weight: list[float]
) -> list[float]:
    top = [0.0] * len(height)
    heads = [HEAD if 0 < r < len(columns) - 1 else 0.0 for r in range(len(columns))]
    for column, head in zip(columns, heads, strict=True):
        _stack(sorted(column, key=lambda n: -height[n]), height, top, head)
    for sweep in range(SWEEPS):
        for column, head in list(zip(columns, heads, strict=True))[:: 1 if sweep % 2 == 0 else -1]:
            middle = {n: _middle(n, ends, height, weight, top) for n in column}
            _stack(sorted(column, key=lambda n: (middle[n], n)), height, top, head)
    return top


def _middle(n: int, ends: list[tuple[int, int]], height: list[float], weight: list[float], top: list[float]) -> float:
    """Mean place of a node's neighbours, weighted with what flows between."""
    total = place = 0.0
    for (a, b), w in zip(ends, weight, strict=True):
        if n in (a, b):
            other = b if a == n else a
            total += w
            place += w * (top[other] + height[other] / 2)
    return place / total if total else 0.0


def _stack(column: list[int], height: list[float], top: list[float], head: float) -> None:
    """One below the other over the whole height, with equal room between, each with `head` free above it."""
    slots = [height[n] + head if head else max(height[n], SLOT) for n in column]
    room = max(0.0, 1.0 - sum(slots)) / (len(column) + 1)
    y = room
    for n, slot in zip(column, slots, strict=True):
        top[n] = y + (head or (slot - height[n]) / 2)
        y += slot + room
