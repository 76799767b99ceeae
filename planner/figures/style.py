"""How every figure looks, and how it becomes a file: palette, hatches, fonts, sheet, SVG and PNG bytes.

Colours are Okabe and Ito's, told apart by people with any colour vision, in an order of changing lightness; fills also
carry a hatch and lines a dash, so a grey copy says the same. Hatches are of straight lines: dots make an SVG ten times as large.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

INK = "#222222"
FAINT = "#8a8a8a"
GRID = "#d9d9d9"
PAPER = "#ffffff"
WIDTH_IN = 7.0  # text width of an A4 page
DPI = 200
HALF_LETTER_IN = 0.062  # of the legend

LATIN = ("DejaVu Sans",)  # comes with matplotlib
CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "Microsoft YaHei", "PingFang SC")
FAMILIES = (*LATIN, *CHINESE)
CHINESE_FILES = ("NotoSansCJK", "SourceHanSans", "wqy-microhei", "msyh", "PingFang")
DECLARED = ", ".join(f"'{name}'" for name in FAMILIES) + ", sans-serif"

RC: dict[str, Any] = {
    "font.size": 8.0,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8.0,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid.axis": "y",
    "axes.formatter.useoffset": False,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.5,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.4,
    "hatch.linewidth": 0.5,
    "text.parse_math": False,  # a name with $ in it is a name
    "svg.fonttype": "none",
    "svg.image_inline": True,
    "figure.dpi": 100,
    "savefig.facecolor": PAPER,
}


class NotDrawn(Exception):
    """The results do not hold what a figure shows; the message says what would provide it."""


class FontMissing(Exception):
    """A PNG needs letters that no installed font has."""


@dataclass(frozen=True)
class Look:
    """A fill that differs from its neighbours in colour, lightness and hatch."""

    face: str
    hatch: str = ""

    @property
    def bar(self) -> dict[str, Any]:
        """Keywords of a filled patch."""
        return {"facecolor": self.face, "hatch": self.hatch, "edgecolor": INK, "linewidth": 0.4}


LOOKS = (
    Look("#0072b2"),
    Look("#e69f00", "////"),
    Look("#56b4e9", "---"),
    Look("#d55e00", "xxxx"),
    Look("#f0e442", "\\\\\\\\"),
    Look("#009e73"),
    Look("#cc79a7", "||||"),
    Look("#bbbbbb"),
    Look("#3b3b3b"),
    Look("#ffffff", "xx"),
    Look("#9ad0b8", "++"),
    Look("#f4c7a1", "\\\\--"),
)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES = ("#0072b2", "#d55e00", "#222222", "#009e73", "#cc79a7", "#e69f00")


def looks(count: int) -> tuple[Look, ...]:
    """The first `count` fills, from the start again where there are more things than fills."""
    return tuple(LOOKS[n % len(LOOKS)] for n in range(count))


# --- sheet ------------------------------------------------------------------------------------------------------------


def sheet(title: str, height_in: float = 3.6, **grid: Any) -> tuple[Figure, Any]:
    """A figure of print width with its title at the top left, and its axes as `Figure.subplots` gives them."""
    figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=10.5)
    return figure, figure.subplots(**grid)


def unit(axes: Axes, words: str) -> None:
    """What the vertical axis counts, above it where it is read first."""
    axes.set_title(words, loc="left", fontsize=7.5, color=INK, pad=4)


def legend_below(figure: Figure, handles: Sequence[Any], labels: Sequence[str], most: int = 44) -> None:
    """One legend under the whole figure, in as many columns as fit; labels longer than `most` halves of a letter are cut."""
    if handles:
        words = [shortened(label, most) for label in labels]
        widest = max(map(wide, words)) * HALF_LETTER_IN + 0.55
        lines = -(-len(words) // max(1, int((WIDTH_IN - 0.2) / widest)))
        columns = -(-len(words) // lines)
        figure.legend(handles, words, loc="outside lower left", ncols=columns, handlelength=1.8, columnspacing=1.4)


def line_end(axes: Axes, x: float, y: float, words: str, colour: str, side: str = "center") -> None:
    """A line's name beside its last point."""
    axes.annotate(
        words, (x, y), xytext=(6, 0), textcoords="offset points", va=side, color=colour, fontsize=7.5, clip_on=False
    )


def years_axis(axes: Axes, years: Sequence[int]) -> None:
    """Whole years, every one as long as they fit."""
    every = 1 if len(years) <= 16 else 2 if len(years) <= 32 else 5
    axes.set_xticks([year for n, year in enumerate(years) if n % every == 0])
    axes.tick_params(axis="x", length=0)


def thousands(axes: Axes, axis: str = "y") -> None:
    """Thousands apart, no more decimals than the ticks need."""
    target = axes.yaxis if axis == "y" else axes.xaxis
    target.set_major_formatter(lambda value, _: plain(value))


def plain(value: float, digits: int = 3) -> str:
    """A number in few digits.

    >>> plain(12345.6), plain(0.25), plain(-3.0), plain(0.0)
    ('12,346', '0.25', '−3', '0')
    """
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else digits - 1
    words = f"{value:,.{decimals}f}"
    words = words.rstrip("0").rstrip(".") if "." in words else words
    return "0" if words in ("-0", "") else words.replace("-", "−")


def wide(text: str) -> int:
    """Width in halves of a Chinese letter.

    >>> wide("pv"), wide("光伏")
    (2, 4)
    """
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis, in at most `most` halves of a Chinese letter.

    >>> shortened("Rooftop photovoltaics", 12), shortened("屋顶光伏发电", 8)
    ('Rooftop pho…', '屋顶光…')
    """
    if wide(text) <= most:
        return text
    kept = ""
    for letter in text:
        if wide(kept + letter) > most - 1:
            break
        kept += letter
    return kept.rstrip() + "…"


def _broken(word: str, most: int) -> list[str]:
    """A word that is too long for a line, after its hyphens if it has any."""
    if "-" in word.rstrip("-"):
        head, tail = word.split("-", 1)
        return [f"{head}-", *([tail] if wide(tail) <= most else _broken(tail, most))]
    return [word[n : n + most // 2] for n in range(0, len(word), most // 2)]


def folded(text: str, most: int, lines: int = 2) -> str:
    """The text in at most so many lines of at most `most` halves of a Chinese letter; what is over is cut.

    >>> folded("High-temperature heat pump, steam  27.6", 20)
    'High-temperature\\nheat pump, ste… 27.6'
    """
    *words, last = text.replace("  ", " ").split(" ")
    done, line = [], ""
    for word in words:
        pieces = [word] if wide(word) <= most else _broken(word, most)
        for piece in pieces:
            joined = f"{line} {piece}".strip() if piece is pieces[0] else line + piece
            if wide(joined) <= most or not line:
                line = joined
            else:
                done.append(line)
                line = piece
    done.append(line)
    tail = " ".join(done[lines - 1 :]) if len(done) >= lines else ""
    if tail:
        return "\n".join([*done[: lines - 1], f"{shortened(tail, most - wide(last) - 1)} {last}"])
    return (
        "\n".join([*done, last]) if wide(f"{done[-1]} {last}") > most else "\n".join([*done[:-1], f"{done[-1]} {last}"])
    )


# --- files ------------------------------------------------------------------------------------------------------------


def written(draw: Callable[[], Figure], name: str, form: str) -> bytes:
    """Draw a figure in this style and give its file."""
    with matplotlib.rc_context(RC | {"font.family": list(_installed()), "svg.hashsalt": name}):
        figure = draw()
        if form == "png":
            refuse_missing_letters(figure)
            return _saved(figure, "png")
        with warnings.catch_warnings():  # an SVG leaves the letters to whoever shows it
            warnings.filterwarnings("ignore", r"Glyph .* missing from font", UserWarning)
            return portable(_saved(figure, "svg").decode(), name).encode()


def _saved(figure: Figure, form: str) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
    figure.savefig(buffer, format=form, dpi=DPI, metadata=metadata)
    return buffer.getvalue()


def inline(svg: bytes) -> str:
    """The `<svg>` element alone, to stand in a page."""
    text = svg.decode()
    return text[text.index("<svg") :].strip()


def portable(svg: str, name: str) -> str:
    """An SVG for any page: attributes instead of styles, ids of its own, every font family that may serve, no fixed size."""
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*<style type=\"text/css\">.*?</style>\s*</defs>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<[^<>]*>", lambda tag: _portable_tag(tag[0], name), svg)
    svg = svg.replace("<svg", f'<svg font-family="{DECLARED}"', 1)
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


def _portable_tag(tag: str, name: str) -> str:
    tag = re.sub(r'\sstyle="([^"]*)"', lambda found: _attributes(found[1]), tag)
    tag = re.sub(r'\sd="([^"]*)"', lambda found: f' d="{_shorter(found[1])}"', tag)
    tag = re.sub(r'\sid="', f' id="{name}.', tag)
    tag = re.sub(r"url\(#", f"url(#{name}.", tag)
    tag = re.sub(r'href="#', f'href="#{name}.', tag)
    if tag.startswith("<svg"):
        tag = re.sub(r'\s(width|height)="[^"]*"', "", tag)
        tag = tag.replace("<svg", '<svg role="img" stroke-linejoin="round" stroke-linecap="butt"', 1)
    return tag


def _attributes(style: str) -> str:
    """A style as presentation attributes."""
    words = ""
    for rule in filter(None, (rule.strip() for rule in style.split(";"))):
        key, value = (part.strip() for part in rule.split(":", 1))
        if key != "font-family":  # stands at the root
            words += f' {key}="{value}"'
    return words


def _shorter(path: str) -> str:
    """A path to a hundredth of a point."""
    return re.sub(
        r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), " ".join(path.split())
    )


# --- letters ----------------------------------------------------------------------------------------------------------


@cache
def _installed() -> tuple[str, ...]:
    """Families of ours that are here; fonts installed after matplotlib last looked are found too."""
    known = set(font_manager.fontManager.get_font_names())
    if not known & set(CHINESE):
        for path in font_manager.findSystemFonts():
            if Path(path).name.startswith(CHINESE_FILES):
                font_manager.fontManager.addfont(path)
        known = set(font_manager.fontManager.get_font_names())
    return (*LATIN, *(name for name in CHINESE if name in known))[:2]


@cache
def _letters(families: tuple[str, ...]) -> frozenset[int]:
    found: set[int] = set()
    for family in families:
        found |= set(font_manager.get_font(font_manager.fontManager.findfont(family)).get_charmap())
    return frozenset(found)


def missing_letters(texts: Iterable[str], families: tuple[str, ...]) -> str:
    """Letters of the texts that none of the families has, each once."""
    have = _letters(families)
    return "".join(dict.fromkeys(c for text in texts for c in text if ord(c) not in have and not c.isspace()))


def refuse_missing_letters(figure: Figure) -> None:
    """Raise FontMissing where a PNG would show boxes."""
    missing = missing_letters((t.get_text() for t in figure.findobj(Text)), _installed())
    if missing:
        raise FontMissing(
            f"no installed font has {missing[:6]!r}{' …' if len(missing) > 6 else ''}: a PNG would show boxes. Install a "
            f"Chinese font (Debian: apt-get install fonts-wqy-microhei) or write SVG, which leaves letters to the reader"
        )
