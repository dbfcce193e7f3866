"""A server and browsers for the tests of pages; each module of tests has its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from browsers import HAS_BROWSER, MISSING, Browser, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``partnersim app`` with 20 seeds: ``address``, ``data``, ``said``, ``kill()``, ``start()``, ``restart()``."""
    started = Server(tmp_path_factory.mktemp("served"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def browsers(server: Server) -> Iterator[Callable[[int], list[Browser]]]:
    """``browsers(n)``: so many browsers, each with cookies of its own; the same ones when asked again."""
    if not HAS_BROWSER:
        pytest.skip(MISSING)
    opened: list[Browser] = []

    def more(n: int) -> list[Browser]:
        missing = n - len(opened)
        if missing > 0:
            with ThreadPoolExecutor(missing) as pool:
                opened.extend(pool.map(lambda _: Browser(server.address), range(missing)))
        return opened[:n]

    yield more
    with ThreadPoolExecutor(len(opened) or 1) as pool:
        list(pool.map(Browser.quit, opened))
