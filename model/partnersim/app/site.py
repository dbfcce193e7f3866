"""What all pages of one server share: ensembles, pictures already made, settings."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from partnersim.app.picture import Picture, picture
from partnersim.app.words import words
from partnersim.live import Ensembles, Pair

KEPT_PICTURES = 400


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
        made = picture(pair, words(language))
        with self._lock:
            self._pictures[key] = made
            while len(self._pictures) > KEPT_PICTURES:
                self._pictures.popitem(last=False)
        return made

    def close(self) -> None:
        """End all work."""
        self.ensembles.close()
        self.pool.shutdown(wait=False, cancel_futures=True)
