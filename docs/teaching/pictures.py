"""Pictures of every view of the classroom, in both languages, for the pages of ``docs/teaching/``; needs chromium and its driver.

Run as a script: ``PYTHONPATH=tests uv run python docs/teaching/pictures.py``, about three minutes.
"""

from __future__ import annotations

import base64
import io
import re
import tempfile
import time
from pathlib import Path

from browsers import Browser, Server, until
from PIL import Image

FOLDER = Path(__file__).resolve().parent / "pictures"
LANGUAGES = ("en", "zh")
COLOURS = 64
PACKAGES = ({"staff_training": 100, "legal_templates": 100}, {"transformative_guidance": 60, "ex_ante_cost_benefit": 100})
NAMES = {"en": ("Amina", "Bo", "Chidi"), "zh": ("小安", "小博", "小辰")}


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(exist_ok=True)
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder), ("--seeds", "100"))
            browsers = [Browser(server.address) for _ in range(4)]
            try:
                alone(browsers[0], language)
                together(server, browsers, language)
            finally:
                for browser in browsers:
                    browser.quit()
                server.stop()


def alone(browser: Browser, language: str) -> None:
    """What one student sees."""
    browser.open(f"/?scenario=learning-organisation&lang={language}")
    browser.until("document.querySelector('#cards')?.dataset.answer?.endsWith(':100')", 240)
    keep(browser, "policies", language, 1280, 1180)
    browser.js("document.querySelector('#adds').open = true")
    browser.until("document.querySelectorAll('.adds td b').length >= 15", 120)
    keep(browser, "adds", language, 1280, 620, ".adds")
    browser.resize("phone")
    keep(browser, "phone", language, 390, 780, ".group:nth-of-type(2)")
    browser.open(f"/watch?seed=3&lang={language}")
    browser.until("document.querySelector('canvas')", 60)
    browser.js("""
        const months = [...document.querySelectorAll('input[type=range]')].find((input) => input.max > 100);
        months.value = 61;
        months.dispatchEvent(new Event('input', {bubbles: true}));
    """)
    keep(browser, "world", language, 1280, 1220)
    browser.open(f"/exercise/zero-sum-courting?lang={language}")
    browser.click("#predict-0-0")
    browser.click("#run-0")
    browser.until("document.querySelector('#answer-0 details')", 60)
    keep(browser, "exercise", language, 1280, 1420)


def together(server: Server, browsers: list[Browser], language: str) -> None:
    """What a class sees: the teacher's page, a student's, and the wall."""
    teacher, students, wall = browsers[0], browsers[1:3], browsers[3]
    key = re.search(r"key=(\S+)", server.said)[1]
    teacher.open(f"/about?lang={language}")
    teacher.js(f"partnersim.speak('{language}')")
    teacher.driver.get(f"{server.address}/class/teach?key={key}")
    teacher.until("!location.search && document.querySelector('#open')")
    teacher.connected()
    teacher.type("#open-n_teams", "2")
    teacher.type("#open-budget", "12000")
    teacher.choose("#open-language", language)
    teacher.click("#open button")
    teacher.until("document.querySelector('#code')")
    teacher.connected()
    code = teacher.text("#code")
    wall.open(f"/wall/{code}")
    for student, name in zip(students, NAMES[language], strict=False):
        student.open(f"/class?lang={language}")
        student.type("#code", code)
        student.type("#name", name)
        student.click("#join")
        student.until("document.querySelector('#seat .team')")
    until(lambda: NAMES[language][1] in wall.text("#wall"), "everybody is on the wall")
    keep(wall, "wall-lobby", language, 1920, 1080)
    for _ in range(2):
        onward(teacher)
    for student in students:
        for outcome, way in (("cost", "lower"), ("incidents", "unclear"), ("reach", "higher")):
            student.click(f"[id^='{outcome}-'][id*='{way[:4]}'], #{outcome}-higher")
        student.click("#send")
        student.until("document.querySelector('#predict-status .kept')")
    onward(teacher)
    for student, package in zip(students, PACKAGES, strict=True):
        for lever, strength in package.items():
            student.slide(f"#lever-{lever}", strength)
        student.until("document.querySelector('#cards')?.dataset.answer?.endsWith(':100')", 60)
        student.click("#propose-send")
        student.until("document.querySelector('[data-state=same]')")
    keep(students[0], "class-student", language, 1280, 1180)
    keep(teacher, "class-teacher", language, 1280, 1180)
    teacher.choose("#held-out", "repeated-crises")
    onward(teacher)
    wall.until("document.querySelectorAll('.picture').length === 5", 120)
    keep(wall, "wall-results", language, 1920, 1080)
    onward(teacher)
    wall.until("document.querySelectorAll('.picture .calm').length > 0", 120)
    keep(wall, "wall-strike", language, 1920, 1080)


def onward(teacher: Browser) -> None:
    """The teacher leads on to the next phase; a press right after the last one does nothing, and is repeated."""
    before = teacher.text("#now .phase")

    def has_moved() -> bool:
        if teacher.text("#now .phase") not in ("", before):
            return True
        teacher.js("document.querySelector('#next')?.click()")
        time.sleep(0.7)
        return False

    until(has_moved, "the next phase")


def keep(browser: Browser, name: str, language: str, width: int, height: int, start: str = "#content") -> None:
    """Write what is on the page, from the element ``start`` on, as a picture."""
    shape = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)
    top = "window.scrollTo(0, 0)" if start == "#content" else f"document.querySelector('{start}').scrollIntoView()"
    browser.js(f"{top}; return new Promise((done) => setTimeout(done, 900))")
    shot = base64.b64decode(browser.driver.get_screenshot_as_base64())
    light = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1)
    light.save(FOLDER / f"{name}.{language}.png", optimize=True)
    browser.resize("laptop")


if __name__ == "__main__":
    main()
