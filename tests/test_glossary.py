"""The glossary is bilingual, without blanks or doubles, and has the words that the project leans on."""

from __future__ import annotations

import re
from pathlib import Path

GLOSSARY = Path(__file__).parent.parent / "docs" / "glossary.md"
PROMISED = """rating standard, indicator, gate, points, credit, certificate, allowance, removal, offset, contract demand,
base year, business as usual, own reduction, paper share, durable stars"""


def rows() -> list[tuple[str, str, str]]:
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    cells = [tuple(c.strip() for c in q.strip("|").split("|")) for q in lines if q.startswith("| ")]
    return [(c[0], c[1], c[2]) for c in cells if c[0] != "English"]


def test_every_word_has_both_languages_and_a_meaning() -> None:
    assert len(rows()) >= 60
    for english, chinese, meaning in rows():
        assert english
        assert meaning
        assert re.search(r"[一-鿿]", chinese), english


def test_no_word_stands_twice() -> None:
    english = [q[0] for q in rows()]
    assert len(english) == len(set(english))


def test_promised_words_are_explained() -> None:
    words = {w.strip() for english, _, _ in rows() for w in english.split(",")}
    assert {w.strip() for w in PROMISED.replace("\n", " ").split(",")} - words == set()
