"""What all pages of one server share: ensembles, pictures already made, settings."""

from __future__ import annotations

import functools
import hashlib
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from partnersim.app import charts
from partnersim.app.view import View, view
from partnersim.app.words import words
from partnersim.live import Ensembles, Pair

HERE = Path(__file__).resolve().parent
KEPT_PICTURES = 400


class Picture(NamedTuple):
    """An answer as the page shows it in one language: what it says, and charts by name."""

    view: View
    options: dict[str, charts.Options]


class Site:
    """Shared by all pages. ``ensembles`` answer; ``pool`` takes single runs and what else must not hold up the others."""

    def __init__(self, ensembles: Ensembles) -> None:
        self.ensembles = ensembles
        self.pages = 0
        """Pages of policies that are open."""
        self.pool = ThreadPoolExecutor(2, thread_name_prefix="stories")
        self._pictures: OrderedDict[tuple[str, str, int, str], Picture] = OrderedDict()
        self._lock = threading.Lock()

    def picture(self, pair: Pair, language: str) -> Picture:
        """An answer drawn; thirty students with the same question share it. Called from the threads that run."""
        key = (pair.reference.scenario.digest, pair.mine.scenario.digest, pair.n, language)
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
                return self._pictures[key]
        shown = view(pair, words(language))
        made = Picture(shown, {chart.key: charts.options(chart, words(language)) for chart in shown.charts})
        with self._lock:
            self._pictures[key] = made
            while len(self._pictures) > KEPT_PICTURES:
                self._pictures.popitem(last=False)
        return made

    def close(self) -> None:
        """End all work."""
        self.ensembles.close()
        self.pool.shutdown(wait=False, cancel_futures=True)


@functools.cache
def _environment() -> Environment:
    loader = PackageLoader("partnersim.app", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def rendered(template: str, **values: object) -> str:
    """A template of ``templates/``, with everything escaped."""
    return _environment().get_template(template).render(**values)


@functools.cache
def static_version() -> str:
    """Changes with the files of ``static/``, so that browsers ask for new ones."""
    content = b"".join(path.read_bytes() for path in sorted((HERE / "static").iterdir()))
    return hashlib.sha256(content).hexdigest()[:12]
