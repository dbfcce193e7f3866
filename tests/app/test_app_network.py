"""The living network in a real browser: it draws, plays, steps, filters, and opens stories by keyboard."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from browsers import Server, asked_for, barriers, chrome, needs_browser

from partnersim.stories.living import Living, living
from partnersim.stories.partnership_story import partnership_story

SEED, MONTHS = 2, 48
SERVER = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
from nicegui import ui
from partnersim.app.watch import watch_view

@ui.page("/")
def page(lang: str = "en"):
    with ui.element("main"):
        watch_view("baseline", {SEED}, lang, pool=pool, months={MONTHS})

pool = ThreadPoolExecutor(1)
ui.run(host="127.0.0.1", port=int(sys.argv[1]), reload=False, show=False, language="en-US")
"""

pytestmark = needs_browser


@pytest.fixture(scope="module")
def run() -> Living:
    return living("baseline", SEED, MONTHS)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("watch")
    (folder / "serve.py").write_text(SERVER, encoding="utf-8")
    server = Server(folder, script=folder / "serve.py")
    yield f"{server.address}/"
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator:
    driver = chrome()
    yield driver
    driver.quit()


class Page:
    """The view in the browser, and what the tests ask of it."""

    def __init__(self, browser, address: str) -> None:
        self.browser = browser
        browser.get(address)
        self.until("document.querySelector('.ps-net canvas')?.width > 300 && document.querySelector('.ps-net-count td')")

    def js(self, script: str, *arguments):
        return self.browser.execute_script(script, *arguments)

    def until(self, condition: str, seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not self.js(f"return Boolean({condition})"):
            assert time.monotonic() < end, (condition, self.browser.get_log("browser"))
            time.sleep(0.03)

    def one(self, selector: str):
        return self.browser.find_element("css selector", selector)

    def month(self) -> int:
        return int(self.one(".ps-net-slider output").text.split("/")[0])

    def go(self, month: int) -> None:
        slide = "const i = document.querySelector('.ps-net-slider input'); i.value = arguments[0];"
        slide += "i.dispatchEvent(new Event('input'))"
        self.js(slide, month)
        self.until(f"document.querySelector('.ps-net-slider output').textContent.startsWith('{month} ')")
        self.settle()

    def settle(self) -> None:
        """Until the picture is drawn again."""
        self.browser.execute_async_script("const d = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => d()))")

    def picture(self) -> str:
        return self.js("return document.querySelector('.ps-net canvas').toDataURL()")

    def colours(self) -> dict[str, int]:
        """How many pixels of the canvas bear the colour of each kind."""
        return self.js("""
            const c = document.querySelector('.ps-net canvas');
            const p = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer);
            const wanted = {entity: 0x0072B2, company: 0xE69F00, government: 0x009E73, civil: 0xCC79A7, alarm: 0xD55E00};
            const found = {};
            for (const [name, rgb] of Object.entries(wanted)) {
              const abgr = ((255 << 24) | ((rgb & 255) << 16) | (rgb & 0xFF00) | (rgb >> 16)) >>> 0;
              found[name] = p.reduce((n, pixel) => n + (pixel === abgr), 0);
            }
            return found""")

    def table(self) -> list[int]:
        return [int(n) for n in self.js("return [...document.querySelectorAll('.ps-net-count td')].map((e) => e.textContent)")]


@pytest.fixture(scope="module")
def page(browser, address) -> Page:
    return Page(browser, address)


def test_it_draws_the_run_and_its_numbers(page: Page, run: Living):
    """Fails when the picture is empty, an incident does not show, or the table twin tells other numbers than the run."""
    quiet = next(m for m in range(3, MONTHS) if not any(m - 3 < run.month(i.month) <= m for i in run.incidents))
    page.go(quiet)
    colours = page.colours()
    assert all(colours[kind] > 50 for kind in ("entity", "company", "government", "civil")) and colours["alarm"] == 0
    struck = max(run.incidents, key=lambda i: len(i.entities))
    page.go(run.month(struck.month))
    assert page.colours()["alarm"] > 100
    counts = run.counts()
    for month in (1, run.month(struck.month), MONTHS):
        page.go(month)
        assert page.table() == [int(values[month - 1]) for values in counts.values()]
        caption = page.one(".ps-net-caption").text
        assert (
            f"Month {month}: {counts['live'][month - 1]} partnership" in caption
            and page.one(".ps-net-heard").get_attribute("textContent") == caption
        )
        live = np.flatnonzero(np.isin(run.stages(month), ["signed", "delivering", "transformative"]))
        kinds = [{int(run.kind[m.node]) for m in run.members[n]} for n in live]
        cells = [
            int(n)
            for n in page.js("return [...document.querySelectorAll('.ps-net-matrix td')].slice(1).map((e) => e.textContent)")
        ]
        joined = [[sum({i, j} <= k for k in kinds) for j in range(4)] for i in range(4)]
        assert all(cells[4 * i + j] == joined[i][j] for i in range(4) for j in range(4) if i != j)


def test_it_plays_and_steps(page: Page):
    """Fails when play, pause, steps, slider or keys do not move the month, or each month is read aloud while it plays."""
    page.go(5)
    before = page.picture()
    page.one("button[aria-label='One month on']").click()
    page.settle()
    assert page.month() == 6 and page.picture() != before
    page.one("button[aria-label='One month back']").click()
    page.settle()
    assert page.month() == 5 and page.picture() == before
    page.js("const s = document.querySelector('.ps-net-speed'); s.value = 'fast'; s.dispatchEvent(new Event('change'))")
    page.one("button[aria-label='Play']").click()
    page.until("Number(document.querySelector('.ps-net-slider output').textContent.split('/')[0]) >= 8")
    assert page.one(".ps-net-heard").get_attribute("textContent") == ""
    page.one("button[aria-label='Pause']").click()
    stopped = page.month()
    time.sleep(0.6)
    assert page.month() == stopped and f"Month {stopped}:" in page.one(".ps-net-heard").get_attribute("textContent")
    from selenium.webdriver.common.keys import Keys

    canvas = page.one(".ps-net canvas")
    canvas.send_keys(Keys.END)
    assert page.month() == MONTHS
    canvas.send_keys(Keys.ARROW_LEFT)
    assert page.month() == MONTHS - 1
    canvas.send_keys(Keys.HOME, Keys.ARROW_RIGHT)
    assert page.month() == 2
    page.one("button[aria-label='Whole screen']").send_keys(Keys.ARROW_RIGHT)
    assert page.month() == 2, "keys act where the picture has no focus"
    canvas.send_keys(" ")
    assert page.one(".ps-net-play").get_attribute("aria-label") == "Pause"
    canvas.send_keys(" ")


def test_stories_open_by_keyboard_and_by_pointer(page: Page, run: Living):
    """Fails when a story cannot be reached without a mouse, is another than was chosen, or shows a real name unasked."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    page.go(30)
    choose = "const s = document.querySelector(arguments[0]); s.dispatchEvent(new Event('focus')); return s.options.length"
    assert page.js(choose, ".ps-net-agents") == run.kind.size + 1
    agents = page.one(".ps-net-agents")
    agents.send_keys("C: large")
    agents.send_keys(Keys.ENTER)
    page.until("document.querySelector('.ps-watch-story h2').textContent.startsWith('C: large UN entity')")
    page.until("document.activeElement === document.querySelector('.ps-watch-story')")
    assert "WHO" not in page.one(".ps-watch-story").text.split()
    alone = page.colours()
    page.one("#ps-real").click()
    page.until(f"document.querySelector('.ps-watch-story').textContent.includes('{run.names.entities[0]}')")
    page.one("#ps-real").click()
    page.until(f"!document.querySelector('.ps-watch-story').textContent.includes('{run.names.entities[0]}')")
    # A link in the story opens a partnership, with its hidden part set apart.
    page.js("[...document.querySelectorAll('.ps-watch-story ul')].at(-1).querySelector('button').click()")
    page.until("document.querySelector('.ps-watch-story h2').textContent.startsWith('No. ')")
    number = int(page.one(".ps-watch-story h2").text.split()[1].rstrip(":"))
    told = partnership_story(run, number)
    shown = page.js("return [...document.querySelectorAll('.ps-watch-story > p')].map((e) => e.textContent)")
    hidden = page.js("return [...document.querySelectorAll('.ps-watch-hidden p')].map((e) => e.textContent)")
    assert shown == told.paragraphs and hidden == told.hidden
    canvas = page.one(".ps-net canvas")
    canvas.send_keys(Keys.ESCAPE)
    page.settle()
    assert page.colours()["company"] > alone["company"]
    # The middle of the first entity, as the canvas places it.
    place = page.js(
        """const c = document.querySelector('.ps-net canvas').getBoundingClientRect(), e = 14, ry = c.height / 2 - e;
        const rx = Math.min(c.width / 2 - e, ry * 1.75); return [rx * arguments[0], -ry * arguments[1]]""",
        float(run.x[0]),
        float(run.y[0]),
    )
    ActionChains(page.browser).move_to_element_with_offset(canvas, int(place[0]), int(place[1])).click().perform()
    page.until("document.querySelector('.ps-watch-story h2').textContent.startsWith('A: large UN entity')")
    canvas.send_keys(Keys.ESCAPE)


def test_filters_leave_what_was_asked_for(page: Page, run: Living):
    """Fails when a filter by goal, region or kind shows other ties than those asked for."""
    month = 20
    page.go(month)
    number = "document.querySelector('.ps-net-ties').options.length - 1"
    list_them = "document.querySelector('.ps-net-ties').dispatchEvent(new Event('focus'))"
    stages = run.stages(month)
    assert (stages != "").sum() > 100
    for selector, values in (("0", run.records["goal"]), ("1", run.regions[run.records["country"][:, 0]])):
        wanted = int(np.bincount(values[stages != ""]).argmax())
        page.js(
            "const s = document.querySelectorAll('.ps-net-filters')[0].querySelectorAll('select')[arguments[0]];"
            "s.value = arguments[1]; s.dispatchEvent(new Event('change'))",
            selector,
            str(wanted),
        )
        page.settle()
        page.js(list_them)
        page.until(f"{number} === {int(((values == wanted) & (stages != '')).sum())}")
        page.js(
            "const s = document.querySelectorAll('.ps-net-filters')[0].querySelectorAll('select')[arguments[0]];"
            "s.value = '-1'; s.dispatchEvent(new Event('change'))",
            selector,
        )
    page.browser.find_elements("css selector", ".ps-net-check input")[1].click()
    page.settle()
    assert page.colours()["company"] == 0
    page.browser.find_elements("css selector", ".ps-net-check input")[1].click()


def test_another_world_is_another_run(page: Page):
    """Fails when the choice of a world has no effect, or the picture of the world before stays."""
    page.go(10)
    before = page.table()
    page.js("const i = document.querySelector('#ps-seed'); i.value = 7; i.dispatchEvent(new Event('change'))")
    page.until("document.querySelector('.ps-net-slider output')?.textContent.startsWith('1 ')")
    page.go(10)
    expected = [int(values[9]) for values in living("baseline", 7, MONTHS).counts().values()]
    assert page.table() == expected != before


def test_everybody_can_use_it_anywhere(browser, address):
    """Fails when a phone has to scroll sideways, somebody with a screen reader is shut out, or the page asks another host."""
    asked_for(browser)
    for width, height, phone, language in ((360, 740, True, "zh"), (1280, 900, False, "en")):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2 if phone else 1, "mobile": phone}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        page = Page(browser, f"{address}?lang={language}")
        assert page.js("return document.documentElement.scrollWidth") <= width
        assert page.js(
            "const c = document.querySelector('.ps-net canvas'); return c.width === Math.round(c.clientWidth * devicePixelRatio)"
        )
        assert page.colours()["entity"] > 50
        page.js("document.querySelector('.ps-net-numbers').open = true; document.querySelector('.ps-net-agents').value = 3")
        assert barriers(browser, "{include: [['.ps-net'], ['.ps-watch-bar'], ['.ps-watch-story']]}") == []
    urls = asked_for(browser)
    assert urls and all(url.startswith((address, "data:", "blob:")) for url in urls)
    assert [line for line in browser.get_log("browser") if line["level"] == "SEVERE"] == []


def test_those_who_want_no_motion_get_a_still_mark(browser, address, run: Living):
    """Fails when play moves anything within a month although the reader asked for no motion, or an incident is lost then."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]})
    page = Page(browser, address)
    page.js("const s = document.querySelector('.ps-net-speed'); s.value = 'slow'; s.dispatchEvent(new Event('change'))")
    page.go(run.month(run.incidents[0].month))
    still = page.picture()
    page.one(".ps-net-play").click()
    page.settle()
    first = page.picture()
    time.sleep(0.25)
    assert page.picture() == first == still and page.colours()["alarm"] > 30
    page.one(".ps-net-play").click()
