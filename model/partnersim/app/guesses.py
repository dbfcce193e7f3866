"""What a hand at a slider may ask next, run while nobody waits."""

from __future__ import annotations

from functools import partial

from partnersim import sharing
from partnersim.app.controls import Change
from partnersim.app.document import Setting
from partnersim.app.site import Site
from partnersim.live import Ticket

FEW = 3
"""Pages open at once up to which there is idle time worth using."""
STEPS = (5, -5, 10, -10)
"""Of the slider, in percent."""


class Guesses:
    """Of one page."""

    def __init__(self, site: Site, language: str) -> None:
        self._site, self._language = site, language
        self._moved: Change = {}
        self._is_at_one = False
        self._tickets: list[Ticket] = []

    def took(self, change: Change) -> None:
        """A control was moved."""
        self._is_at_one = "lever" in change and change["lever"] == self._moved.get("lever")
        self._moved = change

    def make(self, setting: Setting) -> None:
        """Run the next positions of the slider, where the hand stays at one and few are at work."""
        ensembles = self._site.ensembles
        if self._tickets or not self._is_at_one or self._site.pages > FEW or ensembles.answering:
            return
        lever, at = str(self._moved["lever"]), round(float(self._moved["strength"]))
        picture = partial(self._site.picture, language=self._language)
        for step in STEPS:
            if 0 < at + step <= 100:
                document = setting.with_lever(lever, (at + step) / 100, self._moved["options"], self._moved["funding"])
                mine = sharing.scenario_of(document)
                self._tickets.append(ensembles.ask(mine, setting.reference, picture, is_idle=True))

    def forget(self) -> None:
        """Run nothing more."""
        for ticket in self._tickets:
            self._site.ensembles.cancel(ticket)
        self._tickets = []
