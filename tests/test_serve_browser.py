"""`plan serve` in headless Chromium: browse, open, compare, solve with progress, stop; nothing on the console."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from planner.scenario.starter import write_starter
from planner.serve.app import Site
from planner.words import LANGS
from tests.browser import browser, visit
from tests.report_case import CLOSING, report_case
from tests.serving import SECONDS, served, two_measures

__all__ = ["browser"]  # a fixture


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("serve")
    (root / "results").mkdir()
    report_case(root / "made").rename(root / "results" / "dyehouse")
    scenarios = two_measures(root / "scenarios")
    write_starter(scenarios / "mill")
    with served(root / "results", scenarios) as running:
        yield running


def opened(browser: Chrome, site: Site, path: str, width: int = 1280) -> None:
    visit(browser, f"http://127.0.0.1:{site.guard.port}{path}", width)


def waits_for(browser: Chrome, selector: str) -> None:
    WebDriverWait(browser, SECONDS).until(lambda b: b.find_elements(By.CSS_SELECTOR, selector))


def went_well(browser: Chrome, site: Site) -> None:
    """No message on the console, no request to another server."""
    assert browser.get_log("browser") == []
    sent = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in sent if one["method"] == "Network.requestWillBeSent"]
    assert asked
    assert {url.split("/")[2] for url in asked if not url.startswith("data:")} == {f"127.0.0.1:{site.guard.port}"}


def started(browser: Chrome, **fields: str) -> None:
    for name, value in fields.items():
        entry = browser.find_element(By.NAME, name)
        entry.clear()
        entry.send_keys(value)
    browser.find_element(By.CSS_SELECTOR, "form button").click()


def test_a_plan_is_solved_opened_and_compared(browser: Chrome, site: Site) -> None:
    opened(browser, site, "/?lang=en")
    browser.find_element(By.CSS_SELECTOR, 'a[href="/scenarios/two-measures"]').click()
    assert browser.find_element(By.ID, "stars").get_attribute("value") == "3"
    started(browser, year="2029", name="later")
    waits_for(browser, "#outcome")
    assert "Done" in browser.find_element(By.ID, "outcome").text
    assert "solve 2 steps a year, 3 years" in browser.find_element(By.ID, "log").text
    went_well(browser, site)

    browser.find_element(By.LINK_TEXT, "Open the plan").click()
    assert browser.find_element(By.TAG_NAME, "h1").text == "Two measures, one roof, one credit"
    went_well(browser, site)

    opened(browser, site, "/")
    button = browser.find_element(By.CSS_SELECTOR, "#plans button")
    choices = browser.find_elements(By.NAME, "plan")
    assert not button.is_enabled()
    for choice in choices:
        choice.click()
    assert button.is_enabled()
    button.click()
    comes(browser, "Plans compared")
    went_well(browser, site)


def test_the_explorer_works_in_a_served_report(browser: Chrome, site: Site) -> None:
    opened(browser, site, "/results/dyehouse?lang=en")
    assert browser.find_element(By.TAG_NAME, "h1").text == CLOSING
    browser.find_elements(By.CSS_SELECTOR, '#chart [role="radio"]')[3].click()
    assert "build: thing 2" in browser.find_element(By.ID, "picked").text
    assert browser.execute_script("return window.hacked === undefined") is True
    assert browser.execute_script("return self.origin") == "null"  # it may ask nothing of this server
    went_well(browser, site)


def comes(browser: Chrome, words: str, selector: str = "body") -> None:
    """Waits for words on the page that comes, or has come."""
    wait = WebDriverWait(browser, SECONDS, ignored_exceptions=(NoSuchElementException, StaleElementReferenceException))
    wait.until(lambda b: words in b.find_element(By.CSS_SELECTOR, selector).text)


def test_progress_comes_as_it_is_made_and_a_button_stops_it(browser: Chrome, site: Site) -> None:
    opened(browser, site, "/scenarios/mill")
    started(browser, gap="0", name="stopped")
    comes(browser, "steps a year", "#log")
    assert browser.find_element(By.ID, "latest").text
    elsewhere = f"http://127.0.0.1:{site.guard.port}/scenarios/two-measures"
    page = browser.current_url
    browser.get(elsewhere)
    started(browser, name="not-now")
    comes(browser, "one at a time")
    browser.get_log("browser")  # Chromium notes the refusal, 409
    browser.get(page)
    comes(browser, "steps a year", "#log")
    lines = browser.find_element(By.ID, "log").text.splitlines()
    assert len(lines) == len(set(lines))
    browser.find_element(By.CSS_SELECTOR, "button.stop").click()
    waits_for(browser, "#outcome")
    assert "topped" in browser.find_element(By.ID, "outcome").text
    went_well(browser, site)
    assert "not-now" not in site.results.names()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_window(browser: Chrome, site: Site, width: int, lang: str) -> None:
    for path in ("/", "/scenarios/two-measures", "/solve", "/results/nothing"):
        opened(browser, site, f"{path}?lang={lang}", width)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang").startswith(lang)
    opened(browser, site, "/?lang=en")


def test_the_policy_stops_what_is_not_of_the_server(browser: Chrome, site: Site) -> None:
    opened(browser, site, "/")
    browser.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.hacked = 1'; document.body.append(s);"
        "document.body.setAttribute('style', 'color: red'); fetch('https://example.org/').catch(() => {});"
    )
    assert browser.execute_script("return window.hacked === undefined") is True
    assert browser.execute_script("return getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    refused = "\n".join(entry["message"] for entry in browser.get_log("browser"))
    assert all(rule in refused for rule in ("script-src", "style-src", "connect-src"))
