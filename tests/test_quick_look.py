"""A plan of typical days says so wherever it goes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planner.dossier import write_dossier
from planner.report import write_report
from planner.results.quick_look import quick_look
from planner.words import Lang
from tests.report_case import report_case

NONE = {"error_share": None, "words": "steam is short in 12 steps of 2026"}
SAID: tuple[tuple[Lang, str], ...] = (
    ("en", "at every step of the year it has no operation (steam is short in 12 steps of 2026)"),
    ("zh", "本方案不可行"),
)


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        ({"resolution": "full"}, ""),
        ({"resolution": "given"}, ""),
        ({"resolution": "days:4"}, "not operated at every step"),
        ({"resolution": "days:4", "every_step": {"error_share": -0.02}}, "2.0% less"),
        ({"resolution": "days:4", "every_step": NONE}, "steam is short in 12 steps"),
    ],
)
def test_the_caveat_is_that_of_the_check(summary, words):
    assert words in quick_look(summary)
    assert bool(quick_look(summary)) == bool(words)


@pytest.mark.parametrize(("lang", "words"), SAID)
def test_report_and_dossier_carry_it(tmp_path: Path, lang: Lang, words: str) -> None:
    results = report_case(tmp_path, resolution="days:4", every_step=NONE)
    assert words in write_report(results, lang).read_text(encoding="utf-8")
    assert words in write_dossier(results, lang, None, (), None).read_text(encoding="utf-8")


def test_a_plan_without_the_naive_plans_beside_it_is_still_compared_with_business_as_usual(tmp_path: Path) -> None:
    page, beside = (
        write_report(report_case(tmp_path / name, **changes), "en").read_text(encoding="utf-8")
        for name, changes in (("alone", {"naive": {}}), ("beside", {}))
    )
    tile = re.compile(r'<p class="name">Payback</p>\s*<p class="value">(.*?)</p>')
    assert tile.findall(page) == tile.findall(beside) == ["0 years"]
    assert "not repaid in the plan" not in page
