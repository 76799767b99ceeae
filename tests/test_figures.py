"""Figures as files: the same bytes every time, letters that are there, safe in a strict page, readable in grey."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import figure_case
import matplotlib
import pytest
from click.testing import CliRunner
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from planner.cli import main
from planner.figures import (
    FIGURES,
    FontMissing,
    NotDrawn,
    cash_flow,
    drawn,
    emissions,
    inline,
    load_duration,
    render,
    style,
)
from planner.results.record import Record
from planner.words import WORDS, Lang
from tests.programs import FONT, needed

PNG = b"\x89PNG\r\n\x1a\n"
LIGHTNESS_APART = 0.12


@pytest.fixture
def record(tmp_path: Path) -> Record:
    figure_case.with_studies(tmp_path)
    return figure_case.record(tmp_path)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn_in_both_languages(record: Record, name: str, lang: Lang) -> None:
    svg = render(name, record, lang)
    ET.fromstring(svg)
    assert WORDS[f"figure.{name}"][lang == "zh"] in svg.decode()
    if lang == "zh":
        needed(FONT)
    assert render(name, record, lang, "png").startswith(PNG)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_numbers_at_the_end_of_a_legend_are_not_cut(record: Record, lang: Lang) -> None:
    labels = [text.get_text() for text in load_duration.draw(record, lang).legends[0].get_texts()]
    assert len(labels) == 3
    assert all(label.endswith("GWh") for label in labels)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_safe_in_a_strict_page(record: Record, name: str) -> None:
    page = inline(render(name, record))
    assert page.startswith("<svg ")
    assert page.endswith("</svg>")
    for forbidden in (" style=", "<style", "<script", "http-equiv", "<metadata", " onload", "<image"):
        assert forbidden not in page
    root = ET.fromstring(page)
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    assert all(str(one).startswith(f"{name}.") for one in ids)
    assert root.get("viewBox")
    assert root.get("width") is None


def test_a_page_of_all_figures_is_small(record: Record) -> None:
    assert sum(len(svg) for _, svg in drawn(record)) < 600_000


def test_text_stays_text_with_fonts_for_any_reader(record: Record) -> None:
    svg = render("cash_flow", record, "zh").decode()
    assert "投资" in svg
    assert "Noto Sans CJK SC" in svg
    assert "sans-serif" in svg


def test_a_hostile_name_stays_text(tmp_path: Path) -> None:
    label = figure_case.HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    (tmp_path / "scenario.effective.toml").write_text(f'[retrofits.drives]\nlabel = "{label}"\n', encoding="utf-8")
    page = inline(render("timeline", figure_case.record(tmp_path)))
    assert "<script" not in page
    texts = "".join(node.text or "" for node in ET.fromstring(page).iter())
    assert "<script>alert" in texts


SECOND_LOOK = """
import hashlib, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import figure_case
from planner.figures import drawn
record = figure_case.record(Path(sys.argv[2]))
for form in ("svg", "png"):
    print(hashlib.sha256(b"".join(data for _, data in drawn(record, "en", form))).hexdigest())
"""


def test_two_processes_write_the_same_bytes(record: Record) -> None:
    here = [Path(__file__).parent, record.results.folder]
    seen = {
        subprocess.run(
            [sys.executable, "-c", SECOND_LOOK, *map(str, here)],
            capture_output=True,
            check=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(here[0].parent), "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_letters_that_no_font_has_refuse_a_png_and_not_an_svg(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "_installed", lambda: style.LATIN)
    with pytest.raises(FontMissing, match=r"fonts-wqy-microhei.*or write SVG"):
        render("cash_flow", record, "zh", "png")
    assert "投资" in render("cash_flow", record, "zh").decode()


def test_nothing_warns(record: Record) -> None:
    needed(FONT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in FIGURES:
            render(name, record, "zh", "png")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", FIGURES)
def test_no_text_leaves_the_sheet_or_covers_another(
    record: Record, name: str, lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lang == "zh":
        needed(FONT)  # widths of letters
    shown: list[Text] = []
    draw = Text.draw
    monkeypatch.setattr(Text, "draw", lambda self, renderer: (shown.append(self), draw(self, renderer)))
    with matplotlib.rc_context(style.RC | {"font.family": list(style._installed())}):
        figure = FIGURES[name](record, lang, None)
        figure.draw_without_rendering()
        shown.clear()
        figure.draw_without_rendering()
        boxes = [(t.get_text(), t.get_window_extent()) for t in shown if t.get_visible() and t.get_text().strip()]
    sheet = figure.bbox.padded(1.0)
    for words, box in boxes:
        assert sheet.x0 <= box.x0, words
        assert box.x1 <= sheet.x1, words
        assert sheet.y0 <= box.y0, words
        assert box.y1 <= sheet.y1, words
    for n, (words, box) in enumerate(boxes):
        for other, second in boxes[n + 1 :]:
            apart = box.padded(-1.5), second.padded(-1.5)
            assert words == other or not apart[0].overlaps(apart[1]), f"{words!r} covers {other!r}"


def lightness(colour: str) -> float:
    red, green, blue = to_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    "fills",
    [style.LOOKS, tuple(emissions.LOOKS.values()), tuple(cash_flow.LOOKS.values())],
    ids=["general", "emissions", "cash"],
)
def test_neighbouring_fills_differ_in_grey(fills: tuple[style.Look, ...]) -> None:
    for one, other in pairwise(fills):
        assert (
            one == other
            or one.hatch != other.hatch
            or abs(lightness(one.face) - lightness(other.face)) > LIGHTNESS_APART
        )


def test_lines_differ_in_dash_and_marker() -> None:
    assert len({str(dash) for dash in style.DASHES}) == len(style.DASHES) >= len(style.LINES)
    assert len(set(style.MARKERS)) == len(style.MARKERS)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, record: Record) -> Record:
    monkeypatch.setattr("planner.results.record.open_record", lambda folder: record)
    return record


def test_the_command_writes_what_was_asked_for(opened: Record, tmp_path: Path) -> None:
    out = tmp_path / "drawn"
    arguments = [
        "figures",
        str(tmp_path),
        "--only",
        "energy_flow",
        "--only",
        "stress",
        "--lang",
        "en",
        "--format",
        "svg",
    ]
    done = CliRunner().invoke(main, [*arguments, "--year", "2028", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in out.iterdir()) == ["energy_flow-2028.en.svg", "stress.en.svg"]


def test_what_cannot_be_drawn_is_said(opened: Record, tmp_path: Path) -> None:
    (tmp_path / "studies" / "ladder.json").unlink()
    done = CliRunner().invoke(main, ["figures", str(tmp_path), "--lang", "en", "--format", "svg"])
    assert done.exit_code == 0, done.output
    assert "not drawn: ladder: no study ladder in these results (`plan ladder` makes it)" in done.output
    assert (tmp_path / "figures" / "cash_flow.en.svg").is_file()


def test_a_figure_asked_for_that_cannot_be_drawn_is_refused(opened: Record, tmp_path: Path) -> None:
    (tmp_path / "studies" / "ladder.json").unlink()
    done = CliRunner().invoke(main, ["figures", str(tmp_path), "--only", "ladder"])
    assert done.exit_code == 2
    unknown = CliRunner().invoke(main, ["figures", str(tmp_path), "--only", "stres"])
    assert unknown.exit_code == 2
    assert "no figure named stres" in unknown.output
    assert not (tmp_path / "figures").exists()


def test_several_results_share_a_pareto_picture(opened: Record, tmp_path: Path) -> None:
    out = tmp_path / "drawn"
    arguments = [
        "figures",
        str(tmp_path),
        "--beside",
        str(tmp_path),
        "--lang",
        "en",
        "--format",
        "svg",
        "--out",
        str(out),
    ]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    page = (out / "pareto-together.en.svg").read_text(encoding="utf-8")
    assert page.count(">small</text>") == 2


def test_help_does_not_load_matplotlib() -> None:
    code = (
        "import sys; from planner.cli import main; import planner.commands.figures; print('matplotlib' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_a_study_that_is_broken_is_said(record: Record) -> None:
    path = record.results.folder / "studies" / "stress.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(NotDrawn, match="not readable JSON"):
        render("stress", record)
    path.write_text('{"rows": []}', encoding="utf-8")
    with pytest.raises(NotDrawn, match="no rows"):
        render("stress", record)
