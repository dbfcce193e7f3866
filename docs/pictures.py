"""Pictures of the reference study's brief for the pages of ``docs/``; needs chromium and its driver.

Run as a script: ``uv run python docs/pictures.py``.
"""

from __future__ import annotations

import base64
import io
import shutil
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "results" / "03_recommendations" / "brief.html"
WIDTH = 1100
PICTURES = {
    "brief_1_answer": ("body", 1250),
    "brief_2_side_by_side": ("#recommendations-side-by-side", 1650),
    "brief_3_pairs": ("#all_levers-pairs", 1150),
    "brief_4_packages": ("#packages-packages", 1750),
    "brief_5_backfire": ("#worlds-backfire", 1400),
    "brief_6_recommendation": ("#paragraph-75", 1900),
}
"""By file name: where a picture begins, and how many pixels it goes down."""


def main() -> None:
    """Write the pictures."""
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars", f"--window-size={WIDTH},1000"):
        options.add_argument(argument)
    options.binary_location = shutil.which("chromium") or "chromium"
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        browser.get(PAGE.as_uri())
        for name, (start, height) in PICTURES.items():
            top = browser.execute_script(f"return document.querySelector('{start}').getBoundingClientRect().top + scrollY")
            clip = {"x": 0, "y": top, "width": WIDTH, "height": height, "scale": 1}
            asked = {"format": "png", "captureBeyondViewport": True, "clip": clip}
            drawn = base64.b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", asked)["data"])
            few = Image.open(io.BytesIO(drawn)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
            few.save(ROOT / "docs" / "figures" / f"{name}.png", optimize=True)
    finally:
        browser.quit()


if __name__ == "__main__":
    main()
