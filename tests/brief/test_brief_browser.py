"""The brief in a real browser: it asks nobody for anything, complains of nothing, and can be read by everybody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsers import SIZES, asked_for, barriers, chrome, needs_browser, resize

pytestmark = needs_browser


@pytest.fixture(scope="module")
def browser() -> Iterator:
    driver = chrome()
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
    urls = asked_for(browser)
    assert urls and all(url.startswith(("file:", "data:")) for url in urls)
    assert browser.get_log("browser") == []
    assert browser.execute_script("return [...document.images].every(i => i.complete && i.naturalWidth > 0)")


@pytest.mark.parametrize("size", SIZES)
def test_readable_at_every_size(opened, size):
    """Fails when a reader has to scroll sideways, or letters are too small."""
    resize(opened, size)
    assert opened.execute_script("return document.documentElement.scrollWidth") <= SIZES[size][0]
    small = (
        "return [...document.querySelectorAll('p, li, td, th')].filter(e => parseFloat(getComputedStyle(e).fontSize) < 12).length"
    )
    assert opened.execute_script(small) == 0


def test_no_barrier_that_axe_calls_serious(opened):
    """Fails when somebody who cannot see the screen or use a mouse is shut out."""
    assert barriers(opened) == []


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
