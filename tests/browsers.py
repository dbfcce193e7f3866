"""A server of its own and real browsers for tests: started, killed, started again; pages opened, used and asked."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

BROWSER, DRIVER = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")
HAS_BROWSER, MISSING = bool(BROWSER and DRIVER), "NO BROWSER: pages are not tested. Install chromium and chromium-driver."
needs_browser = pytest.mark.skipif(not HAS_BROWSER, reason=MISSING)
SIZES = {"phone": (360, 740), "laptop": (1280, 800), "wall": (1920, 1080)}
SERIOUS = ("serious", "critical")
PATIENCE = 30.0
"""Seconds to wait for what a page is to show; only what is broken takes so long."""


def until(asked: Callable[[], Any], what: object, seconds: float = PATIENCE) -> Any:
    """Wait until ``asked`` gives something true, and return it."""
    end = time.monotonic() + seconds
    while True:
        found = asked()
        if found:
            return found
        assert time.monotonic() < end, what
        time.sleep(0.05)


class Server:
    """``partnersim app`` in a process of its own, on a free port of this machine, with its class sessions in ``data``.

    With a ``script``, that instead: it is given the port.
    """

    def __init__(self, data: Path, options: Sequence[str] = ("--seeds", "20"), script: Path | None = None) -> None:
        self.data, self.options, self.script = data, list(options), script
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = data / "server.log"
        data.mkdir(parents=True, exist_ok=True)
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "partnersim", "app", "--port", str(self.port), "--no-browser"]
        command += ["--data", str(self.data), *self.options]
        if self.script:
            command = [sys.executable, str(self.script), str(self.port)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("NICEGUI", "PYTEST"))}
        with self.log.open("a") as log:
            self._process = subprocess.Popen(command, cwd=self.data, env=environment, stdout=log, stderr=log)
        until(self._answers, self.log, 120)

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        try:
            urllib.request.urlopen(f"{self.address}/{'' if self.script else 'static/app.css'}", timeout=10).close()
        except OSError:
            return False
        return True

    @property
    def said(self) -> str:
        """What it has printed."""
        return self.log.read_text()

    @property
    def memory(self) -> float:
        """MiB that it takes now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def kill(self) -> None:
        """End it as a loss of power would, without a chance to save anything."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def restart(self) -> None:
        """Kill it and start it on the same port and data."""
        self.kill()
        self.start()

    def stop(self) -> None:
        """End it in the usual way."""
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()


def chrome() -> Any:
    """Chromium without a screen, in a selenium driver of its own."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--lang=en-US", "--window-size=1280,900"):
        options.add_argument(argument)
    options.binary_location = BROWSER or ""
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(DRIVER))


def resize(driver: Any, size: str) -> None:
    """As on a phone, a laptop or a projector, see :data:`SIZES`."""
    width, height = SIZES[size]
    shape = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == "phone"}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)


def barriers(driver: Any, scope: str = "") -> list[tuple[str, str]]:
    """What axe-core calls serious or critical on the page, or in a ``scope`` as axe takes it."""
    import selenium_axe_python

    if not driver.execute_script("return typeof axe === 'object'"):
        source = resources.files(selenium_axe_python) / "axe-core" / "axe.min.js"
        driver.execute_script(source.read_text(encoding="utf-8"))
    found = driver.execute_async_script(f"axe.run({scope}).then(arguments[arguments.length - 1])")
    assert found["passes"]
    return [(v["id"], v["nodes"][0]["html"]) for v in found["violations"] if v["impact"] in SERIOUS]


def asked_for(driver: Any) -> list[str]:
    """Addresses that the browser has asked for since the last time."""
    asked = []
    for line in driver.get_log("performance"):
        found = json.loads(line["message"])["message"]
        if found["method"] == "Network.requestWillBeSent":
            asked.append(found["params"]["request"]["url"])
        elif found["method"] == "Network.webSocketCreated":
            asked.append(found["params"]["url"].replace("ws://", "http://", 1))
    return asked


class Browser:
    """A browser of its own (cookies, storage), with one page."""

    def __init__(self, address: str, size: str = "laptop") -> None:
        self.address = address
        self.driver = chrome()
        still = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", still)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.resize(size)

    def resize(self, size: str) -> None:
        """As on a phone, a laptop or a projector, see :data:`SIZES`."""
        resize(self.driver, size)

    def open(self, path: str) -> None:
        """Open a page of the server and wait until it is connected."""
        self.driver.get(self.address + path)
        self.connected()

    def connected(self) -> None:
        """Wait until events reach the server."""
        self.until("window.did_handshake === true && document.querySelector('#content')")

    def js(self, script: str, *given: Any) -> Any:
        """Run a script in the page; what it returns."""
        return self.driver.execute_script(script, *given)

    def until(self, condition: str, seconds: float = PATIENCE) -> None:
        """Wait until an expression of JavaScript is true; a page that is being loaded is waited for."""
        from selenium.common.exceptions import JavascriptException, WebDriverException

        def holds() -> bool:
            try:
                return bool(self.js(f"return Boolean({condition})"))
            except JavascriptException:
                return False
            except WebDriverException as error:
                if "navigation" in str(error) or "context" in str(error) or "reload" in str(error):
                    return False
                raise

        try:
            until(holds, condition, seconds)
        except AssertionError:
            raise AssertionError(f"{condition}\n{self.driver.current_url}\n{self.text('body')[:3000]}") from None

    def shows(self, text: str, where: str = "#content", seconds: float = PATIENCE) -> None:
        """Wait until an element has a text, in whatever case it is drawn."""
        shown = f"document.querySelector({json.dumps(where)})?.textContent.toLowerCase().includes({json.dumps(text.lower())})"
        self.until(shown, seconds)

    def one(self, selector: str) -> Any:
        """The first element of a selector, once it is there."""
        self.until(f"document.querySelector({json.dumps(selector)})")
        return self.driver.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        """The text of an element, on one line; nothing where there is none."""
        return self.js("return (document.querySelector(arguments[0])?.innerText || '').replace(/\\s+/g, ' ').trim()", selector)

    def click(self, selector: str) -> None:
        """Press an element with the mouse, where it is on the screen; again where the page has just put another in its place."""
        from selenium.common.exceptions import StaleElementReferenceException

        def pressed() -> bool:
            try:
                element = self.one(selector)
                self.until(f"!document.querySelector({json.dumps(selector)}).disabled")
                self.js("arguments[0].scrollIntoView({block: 'center'})", element)
                element.click()
            except StaleElementReferenceException:
                return False
            return True

        until(pressed, selector)

    def type(self, selector: str, text: str) -> None:
        """Type a text into an empty field."""
        element = self.one(selector)
        element.clear()
        element.send_keys(text)

    def choose(self, selector: str, value: str) -> None:
        """Choose a value of a list."""
        from selenium.webdriver.support.ui import Select

        Select(self.one(selector)).select_by_value(value)

    def slide(self, selector: str, value: int) -> None:
        """Move a slider as a hand does: its value, then the event."""
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))"
        self.js(script, self.one(selector), value)

    def barriers(self) -> list[tuple[str, str]]:
        """What axe-core calls serious or critical."""
        return barriers(self.driver)

    def overflows(self) -> bool:
        """Whether one would have to scroll sideways."""
        return self.js("return document.documentElement.scrollWidth > window.innerWidth")

    def listen(self) -> None:
        """Note what was asked of which host, and what the browser complained of, since the last time."""
        self.requests += asked_for(self.driver)
        self.complaints += [line["message"] for line in self.driver.get_log("browser") if line["level"] == "SEVERE"]

    def foreign(self) -> list[str]:
        """Requests to any other host than the server's."""
        self.listen()
        own = (self.address + "/", "data:", "blob:", "chrome:", "about:")
        return [url for url in self.requests if not url.startswith(own)]

    def quit(self) -> None:
        """Close it."""
        self.driver.quit()


def answer(url: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> tuple[int, Any, str]:
    """Ask without a browser and without following: status, headers and text. With a ``form`` it is posted."""
    from urllib.parse import urlencode

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    data = None if form is None else urlencode(form).encode()
    request = urllib.request.Request(url, data, headers or {})
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=30) as found:
            return found.status, found.headers, found.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode(errors="replace")
