"""Readers' words: both languages everywhere, with the same blanks; names of a scenario's things."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from planner.words import LANGS, WORDS, Names, money_unit, say

CHINESE = re.compile(r"[一-鿿]")
UNITS_ONLY = {"energy_gwh"}


def blanks(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def test_every_word_is_in_both_languages_with_the_same_blanks() -> None:
    for key, (english, chinese) in WORDS.items():
        assert english.strip(), key
        assert CHINESE.search(chinese), key
        assert not CHINESE.search(english), key
        assert blanks(english) == blanks(chinese), key


def test_a_word_is_filled_in_the_language_that_is_asked_for() -> None:
    assert say("from_year", "en", year=2030) == "from 2030"
    assert say("from_year", "zh", year=2030) == "2030年起"
    assert LANGS == ("en", "zh")


def test_an_unknown_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("no such word", "en")


def test_boards_read_ten_thousands() -> None:
    assert money_unit("CNY", "zh", "per_tonne") == "元/吨CO2e"
    assert money_unit("USD", "zh") == "万USD"


def test_names_come_from_the_effective_scenario(tmp_path: Path) -> None:
    (tmp_path / "scenario.effective.toml").write_text(
        '[demands.mill]\nlabel = "Ball mill"\nlabel_zh = "球磨机"\n[converters.kiln]\nlabel = "Kiln"\n',
        encoding="utf-8",
    )
    names = Names.of(tmp_path, {"pump": "Feed pump", "my_fan": "my fan"})
    assert names.name("mill", "zh") == "球磨机"
    assert names.name("kiln", "zh") == "Kiln"
    assert names.name("pump", "en") == "Feed pump"
    assert names.name("my_fan", "zh") == "my fan"
    assert names.name("steam", "zh") == "蒸汽"
