"""The brief in a real browser: it asks nobody for anything, complains of nothing, and can be read by everybody."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Iterator
from importlib import resources

import pytest

BROWSER, DRIVER = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")
SIZES = {"phone": (360, 740), "laptop": (1280, 800), "projector": (1920, 1080)}
SERIOUS = ("serious", "critical")

if not (BROWSER and DRIVER):
    warnings.warn("NO BROWSER: the brief is not tested in one. Install chromium and chromium-driver.", UserWarning, stacklevel=1)
pytestmark = pytest.mark.skipif(not (BROWSER and DRIVER), reason="NO BROWSER: install chromium and chromium-driver")


@pytest.fixture(scope="module")
def browser() -> Iterator:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--force-prefers-reduced-motion"):
        options.add_argument(argument)
    options.binary_location = BROWSER
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module", params=["made", "made_in_chinese"])
def opened(request, browser):
    """The page in each language."""
    browser.get(request.getfixturevalue(request.param).page.as_uri())
    return browser


def test_no_request_leaves_the_page_and_nothing_goes_wrong(browser, made):
    """Fails when the page needs a network, or its code or content is faulty."""
    browser.get(made.page.as_uri())
    asked = [json.loads(line["message"])["message"] for line in browser.get_log("performance")]
    urls = [found["params"]["request"]["url"] for found in asked if found["method"] == "Network.requestWillBeSent"]
    assert urls and all(url.startswith(("file:", "data:")) for url in urls)
    assert browser.get_log("browser") == []
    assert browser.execute_script("return [...document.images].every(i => i.complete && i.naturalWidth > 0)")


@pytest.mark.parametrize("size", SIZES)
def test_readable_at_every_size(opened, size):
    """Fails when a reader has to scroll sideways, or letters are too small."""
    opened.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": SIZES[size][0], "height": SIZES[size][1], "deviceScaleFactor": 1, "mobile": size == "phone"},
    )
    assert opened.execute_script("return document.documentElement.scrollWidth") <= SIZES[size][0]
    small = (
        "return [...document.querySelectorAll('p, li, td, th')].filter(e => parseFloat(getComputedStyle(e).fontSize) < 12).length"
    )
    assert opened.execute_script(small) == 0


def test_no_barrier_that_axe_calls_serious(opened):
    """Fails when somebody who cannot see the screen or use a mouse is shut out."""
    import selenium_axe_python

    source = resources.files(selenium_axe_python) / "axe-core" / "axe.min.js"
    opened.execute_script(source.read_text(encoding="utf-8"))
    found = opened.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
    assert found["passes"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"] if v["impact"] in SERIOUS] == []


def test_every_figure_says_what_it_shows(opened):
    """Fails when a figure has no text for those who cannot see it."""
    alts = opened.execute_script("return [...document.images].map(i => i.alt)")
    assert alts and all(len(alt) > 40 for alt in alts)


def test_the_keyboard_reaches_the_brief_first(opened):
    """Fails when a reader with a keyboard has to pass the contents every time."""
    from selenium.webdriver.common.keys import Keys

    opened.execute_script("window.scrollTo(0, 0); document.activeElement.blur()")
    body = opened.find_element("tag name", "body")
    body.send_keys(Keys.TAB)
    assert opened.execute_script("return document.activeElement.getAttribute('href')") == "#brief"
    links = opened.execute_script("return [...document.querySelectorAll('nav a')].map(a => a.getAttribute('href'))")
    assert links and all(opened.execute_script(f"return document.querySelector('{link}') !== null") for link in links)
