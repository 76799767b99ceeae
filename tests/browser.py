"""Debian's Chromium without a window, for the tests of pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from tests.programs import needed


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    needed("chromium", "chromedriver")
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    options = ChromeOptions()
    options.binary_location = programs[0] or ""
    options.add_argument("--headless=new")
    options.add_argument("--disable-dev-shm-usage")
    options.add_argument("--lang=en")
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium refuses a sandbox to root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=ChromeService(programs[1]))
    yield driver
    driver.quit()


def visit(browser: Chrome, address: str, width: int) -> None:
    """Opens a page in a window of that width, with empty logs; below 500 it is a phone."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get(address)
