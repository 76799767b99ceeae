"""The report as a browser shows it: headless Chromium (Debian: chromium, chromium-driver), without a network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from planner.report import write_report
from planner.words import LANGS
from tests.browser import browser, visit
from tests.report_case import CLOSING, report_case

__all__ = ["browser"]  # a fixture


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    results = report_case(tmp_path_factory.mktemp("report"))
    return {lang: write_report(results, lang) for lang in LANGS}


def opened(browser: Chrome, page: Path, width: int = 1280) -> None:
    visit(browser, page.as_uri(), width)


def picked(browser: Chrome) -> str:
    return browser.find_element(By.ID, "picked").text


def radios(browser: Chrome) -> list[str]:
    return [
        one.get_attribute("aria-checked") for one in browser.find_elements(By.CSS_SELECTOR, '#chart [role="radio"]')
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_asked_of_the_network_and_nothing_goes_wrong(
    browser: Chrome, pages: dict[str, Path], lang: str
) -> None:
    opened(browser, pages[lang])
    assert browser.get_log("browser") == []
    sent = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in sent if one["method"] == "Network.requestWillBeSent"]
    assert asked == [pages[lang].as_uri()] or all(
        url.startswith("data:") for url in set(asked) - {pages[lang].as_uri()}
    )


def test_hostile_names_are_shown_and_do_nothing(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["en"])
    assert browser.execute_script("return window.hacked === undefined") is True
    assert browser.find_element(By.TAG_NAME, "h1").text == CLOSING
    browser.find_elements(By.CSS_SELECTOR, '#chart [role="radio"]')[1].click()
    assert CLOSING in picked(browser)
    assert browser.execute_script("return window.hacked === undefined") is True


def test_the_policy_stops_what_is_not_of_the_page(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["en"])
    browser.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.hacked = 1'; document.body.append(s);"
        "const i = new Image(); i.src = 'https://example.org/x.png'; document.body.append(i);"
        "document.body.setAttribute('style', 'color: red')"
    )
    assert browser.execute_script("return window.hacked === undefined") is True
    assert browser.execute_script("return getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    refused = "\n".join(entry["message"] for entry in browser.get_log("browser"))
    assert all(rule in refused for rule in ("script-src", "style-src", "img-src"))


def test_a_picked_point_shows_its_roadmap_and_what_changed(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["en"])
    points = browser.find_elements(By.CSS_SELECTOR, '#chart [role="radio"]')
    assert radios(browser).count("true") == 1
    points[3].click()
    assert radios(browser).index("true") == 3
    first = picked(browser)
    assert "build: thing 2" in first
    assert "build: thing 2, 2027, 4.00 MW" in first  # added against its neighbour
    points[0].click()
    assert "build: thing 2" not in picked(browser).split("Its roadmap")[1]
    assert "This is the first point." in picked(browser)


def test_an_axis_from_below_zero_has_one_zero(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["en"])
    written = [one.text for one in browser.find_elements(By.CSS_SELECTOR, "#chart text")]
    assert "0" in written
    assert "-0" not in written


def test_the_explorer_is_worked_by_keys_and_announced(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["en"])
    points = browser.find_elements(By.CSS_SELECTOR, '#chart [role="radio"]')
    points[0].click()
    seen = [picked(browser)]
    for key in (Keys.ARROW_RIGHT, Keys.END, Keys.ARROW_LEFT, Keys.HOME):
        browser.switch_to.active_element.send_keys(key)
        seen.append(picked(browser))
    assert seen[0] == seen[4]
    assert len(set(seen[:4])) == 4
    focused = browser.switch_to.active_element
    assert focused.get_attribute("aria-checked") == "true"
    assert focused.get_attribute("aria-label")
    assert [one.get_attribute("tabindex") for one in points] == ["0", *["-1"] * (len(points) - 1)]
    assert browser.find_element(By.ID, "picked").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [360, 800, 1280])
def test_no_page_is_wider_than_its_window(browser: Chrome, pages: dict[str, Path], width: int, lang: str) -> None:
    opened(browser, pages[lang], width)
    browser.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    wide = "return [...document.querySelectorAll('section > *')].filter((e) => e.getBoundingClientRect().right > arguments[0])"
    assert browser.execute_script(f"{wide}.map((e) => e.outerHTML.slice(0, 80))", width) == []


def test_the_answer_stands_on_the_first_screen(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["en"])
    bottom = "return document.querySelector('.tiles').getBoundingClientRect().bottom"
    assert browser.execute_script(bottom) < 500


def test_it_prints_on_paper(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["en"])
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert browser.execute_script("return getComputedStyle(document.querySelector('nav')).display") == "none"
        assert browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"].startswith("JVBERi")
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
