"""The dossier as a browser shows it: nothing is asked of the network, nothing goes wrong, nothing is cut off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from planner.dossier.page import render
from planner.words import LANGS
from tests.browser import browser
from tests.records import HOSTILE, hostile_record
from tests.test_report_browser import opened

__all__ = ["browser"]  # a fixture


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("dossier")
    for lang in LANGS:
        (folder / f"{lang}.html").write_text(render(hostile_record(), [2026], lang), encoding="utf-8")
    return {lang: folder / f"{lang}.html" for lang in LANGS}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [390, 820, 1280])
def test_nothing_goes_wrong_and_nothing_is_cut_off(
    browser: Chrome, pages: dict[str, Path], lang: str, width: int
) -> None:
    opened(browser, pages[lang], width)
    assert browser.get_log("browser") == []
    sent = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in sent if one["method"] == "Network.requestWillBeSent"}
    assert all(url == pages[lang].as_uri() or url.startswith("data:") for url in asked)
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth") is True


def test_hostile_names_are_read_as_they_are(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["en"])
    assert browser.find_element(By.TAG_NAME, "h1").text == HOSTILE[2]
    assert browser.find_elements(By.CSS_SELECTOR, "script, img") == []
    color = browser.execute_script("return getComputedStyle(document.querySelector('.warn')).color")
    assert color == "rgb(138, 59, 0)"  # the style is allowed by its hash
