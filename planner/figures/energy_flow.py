"""Energy of one year from what is bought or made to what it is used for, as a flow diagram.

A node is a market, contract, carrier, converter or end use. What leaves a converter beyond what it takes in is waste or
ambient heat (heat pumps); what it takes in beyond what leaves it, and what stores do not give back, is lost. So what flows
into a node inside the diagram flows out of it, and all sources together equal all sinks.
"""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from models.problem import CO2, Problem
from planner.accounting.ledger import annual
from planner.figures import style
from planner.figures.flows import Flow, flows
from planner.figures.layered import Layout, Link, layered
from planner.figures.reading import chosen, named
from planner.figures.style import NotDrawn
from planner.plan import Plan
from planner.results.record import Record
from planner.words import Lang, say

HAIR = 1e-3  # of all energy: a flow below it is not drawn
SMALL = 0.015  # of all energy: end uses below it are drawn as one for each carrier
AMBIENT, LOSSES = ("source", "ambient"), ("sink", "losses")
COLOURS = {
    "electricity": "#e69f00",
    "steam": "#d55e00",
    "hot_water": "#cc79a7",
    "warm_water": "#f4c7a1",
    "cooling": "#56b4e9",
    "gas": "#8a8a8a",
    "coal": "#3b3b3b",
    "diesel": "#5e5e5e",
    "biomass": "#009e73",
    "hydrogen": "#9ad0b8",
    "compressed_air": "#bbbbbb",
    "": "#dcdcdc",
}
NODE_WIDTH = 0.012
LETTER_IN = 0.055  # half a Chinese letter at the size of the names


def links(problem: Problem, plan: Plan, year: int) -> tuple[Link, ...]:
    """Flows of a year [MWh] between nodes; a node is (what it is, its name)."""
    n = problem.years.index(year)
    every = [(flow, float(annual(problem, flow.mw)[n])) for flow in flows(problem, plan) if flow.carrier != CO2]
    found: dict[tuple[tuple[str, str], tuple[str, str], str], float] = {}
    for link in (*_direct(every), *_losses(every)):
        key = (link.source, link.target, link.carrier)
        found[key] = found.get(key, 0.0) + link.mwh
    return tuple(Link(*key, mwh) for key, mwh in found.items() if mwh > 0.0)


def _direct(every: list[tuple[Flow, float]]) -> Iterator[Link]:
    takers = {flow.item for flow, mwh in every if flow.kind == "converter" and mwh < 0}
    for flow, mwh in every:
        carrier = ("carrier", flow.carrier)
        if flow.kind == "letdown" and mwh > 0:
            yield Link(("carrier", flow.item.split(">")[0]), carrier, flow.carrier, mwh)
        elif flow.kind == "converter":
            node = ("converter" if flow.item in takers else "source", flow.item)
            yield Link(node, carrier, flow.carrier, mwh) if mwh > 0 else Link(carrier, node, flow.carrier, -mwh)
        elif flow.kind in ("market", "contract", "demand", "dumped"):
            if mwh > 0:
                yield Link(("source", flow.item), carrier, flow.carrier, mwh)
            else:
                end = {"market": "sold", "dumped": "sink"}.get(flow.kind, "demand")
                item = "dumped" if flow.kind == "dumped" else flow.item
                yield Link(carrier, (end, item), flow.carrier, -mwh)


def _losses(every: list[tuple[Flow, float]]) -> Iterator[Link]:
    """What converters take beyond their output or give beyond their input, and what stores keep."""
    net: dict[str, float] = {}
    takers = {flow.item for flow, mwh in every if flow.kind == "converter" and mwh < 0}
    for flow, mwh in every:
        if flow.kind == "converter" and flow.item in takers:
            net[flow.item] = net.get(flow.item, 0.0) + mwh
        if flow.kind == "store":
            yield Link(("carrier", flow.carrier), LOSSES, "", -mwh)
    for item, gained in net.items():
        node = ("converter", item)
        yield Link(AMBIENT, node, "", gained) if gained > 0 else Link(node, LOSSES, "", -gained)


def gathered(every: tuple[Link, ...]) -> tuple[Link, ...]:
    """Without hairs, and small end uses of a carrier as one."""
    total = sum(link.mwh for link in every if link.source[0] == "source")
    small = [link for link in every if link.target[0] == "demand" and link.mwh < SMALL * total]
    kept = [link for link in every if link not in small and link.mwh >= HAIR * total]
    for carrier in dict.fromkeys(link.carrier for link in small):
        mwh = sum(link.mwh for link in small if link.carrier == carrier)
        if mwh >= HAIR * total:
            kept.append(Link(("carrier", carrier), ("demand", f"rest>{carrier}"), carrier, mwh))
    return _without_doubles(kept)


def _without_doubles(every: list[Link]) -> tuple[Link, ...]:
    """Where one source alone feeds a carrier and nothing else, the carrier stands for both."""
    into: dict[tuple[str, str], list[Link]] = {}
    out: dict[tuple[str, str], list[Link]] = {}
    for link in every:
        into.setdefault(link.target, []).append(link)
        out.setdefault(link.source, []).append(link)
    doubled = [q for q in every if q.source[0] == "source" and len(into[q.target]) == 1 and len(out[q.source]) == 1]
    return tuple(link for link in every if link not in doubled)


def draw(record: Record, lang: Lang, year: int | None = None) -> Figure:
    """Bands from left to right, every node named with its energy."""
    year = chosen(record, year)
    every = gathered(links(record.answer.problem, record.answer.plan, year))
    if not every:
        raise NotDrawn(f"no energy flows in {year}")
    layout = layered(every)
    tallest = max(layout.rank.count(rank) for rank in set(layout.rank))
    figure, axes = style.sheet(f"{say('figure.energy_flow', lang)} {year}", max(3.6, 0.8 + 0.32 * tallest))
    axes.set_axis_off()
    last = max(layout.rank)
    words = [_words(layout, n, record, lang) for n in range(len(layout.nodes))]
    left, right = (
        max((LETTER_IN * style.wide(words[n]) for n in range(len(words)) if layout.rank[n] == rank), default=0.0) + 0.15
        for rank in (0, last)
    )
    middle = style.WIDTH_IN - left - right - 0.1
    axes.set_xlim(-left / middle, 1 + right / middle)
    axes.set_ylim(1.0, -0.03)
    style.unit(axes, say("energy_gwh", lang))
    _bands(axes, layout)
    _nodes(axes, layout, words, int(middle / max(1, last) / LETTER_IN) - 1)
    return figure


def _bands(axes: Axes, layout: Layout) -> None:
    for link, (x0, y0, x1, y1, thickness) in zip(layout.links, layout.bands(NODE_WIDTH), strict=True):
        middle = (x0 + x1) / 2
        points = [(x0, y0), (middle, y0), (middle, y1), (x1, y1)]
        points += [(x1, y1 + thickness), (middle, y1 + thickness), (middle, y0 + thickness), (x0, y0 + thickness)]
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        colour = COLOURS.get(link.carrier, COLOURS["compressed_air"])
        axes.add_patch(PathPatch(Path([*points, (x0, y0)], codes), facecolor=colour, edgecolor="none", alpha=0.62))


def _nodes(axes: Axes, layout: Layout, words: list[str], most: int) -> None:
    """Names beside the nodes at the sides and above those between, there in lines of at most `most` half letters."""
    last = max(layout.rank)
    for n in range(len(layout.nodes)):
        x, y, height = layout.place(n)
        axes.add_patch(Rectangle((x, y), NODE_WIDTH, height, facecolor=style.INK, edgecolor="none"))
        if layout.rank[n] == 0:
            axes.text(x - 0.008, y + height / 2, words[n], ha="right", va="center", fontsize=7.0)
        elif layout.rank[n] == last:
            axes.text(x + NODE_WIDTH + 0.008, y + height / 2, words[n], ha="left", va="center", fontsize=7.0)
        else:
            halo = {"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.75, "pad": 0.4}
            folded = style.folded(words[n], most, 3)
            axes.text(x + NODE_WIDTH / 2, y - 0.008, folded, ha="center", va="bottom", fontsize=7.0, bbox=halo)


def _words(layout: Layout, n: int, record: Record, lang: Lang) -> str:
    title = _title(layout.nodes[n], record, lang).replace(" °C", "\u00a0°C")
    return f"{style.shortened(title, 30)} {style.plain(layout.through[n] / 1e3)}"


def _title(node: tuple[str, str], record: Record, lang: Lang) -> str:
    kind, item = node
    if kind == "sold":
        return say("sold", lang, name=named(record, item, lang))
    if item.startswith("rest>"):
        return f"{say('rest', lang)} ({named(record, item[5:], lang)})"
    if node == ("source", "retrofits"):
        return say("recovered", lang)
    if node in (AMBIENT, LOSSES) or item == "dumped":
        return say(item, lang)
    return named(record, item, lang)
