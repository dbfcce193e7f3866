"""What each policy of a package adds: the package against itself without that policy, on the same luck."""

from __future__ import annotations

from functools import partial

from partnersim import sharing
from partnersim.app.asking import Asking
from partnersim.app.document import Setting
from partnersim.app.parts import markup, tag
from partnersim.app.render import rendered
from partnersim.app.site import Site
from partnersim.app.view import CARDS, summary
from partnersim.app.words import Words
from partnersim.ledger import HEADLINES
from partnersim.live import Pair
from partnersim.live.price import price

MOST = 12
"""Policies that are told apart: each costs an ensemble of its own."""


class Adds:
    """A table that is filled while it is open; its runs come after everything that anybody waits for."""

    def __init__(self, site: Site, words: Words) -> None:
        self.site, self.words = site, words
        self.setting: Setting | None = None
        self.is_open = False
        self.askings: dict[str, Asking] = {}
        self.found: dict[str, Pair] = {}
        say = words.say
        with tag("section", "panel adds", aria_labelledby="adds-title"):
            tag("h2", text=say("adds.title"), id="adds-title")
            tag("p", "help", say("adds.lead"))
            with tag("details", id="adds") as details:
                tag("summary", text=say("adds.show"))
                self.table = markup(classes="scroll", tabindex=0, role="region", aria_label=say("adds.show"))
            details.on("toggle", lambda event: self._toggled(bool(event.args)), js_handler="(e) => emit(e.target.open)")

    def changed(self, setting: Setting) -> None:
        """Something else is set: what was found no longer holds."""
        self.setting = setting
        self.forget()
        if self.is_open:
            self._ask()

    def forget(self) -> None:
        """Wait for nothing any more."""
        for asking in self.askings.values():
            asking.forget()
        self.found = {}

    def _toggled(self, is_open: bool) -> None:
        self.is_open = is_open
        self.forget()
        if is_open:
            self._ask()

    def _ask(self) -> None:
        if self.setting is None:
            return
        whole = self.setting.scenario
        self._show()
        for lever in self.setting.used()[:MOST]:
            without = sharing.scenario_of(self.setting.with_lever(lever, 0.0), "without")
            asking = self.askings[lever] = self.askings.get(lever) or Asking(self.site.ensembles)
            asking.ask(whole, without, _whole, partial(self._found, lever), is_idle=True)

    def _found(self, lever: str, pair: Pair) -> None:
        self.found[lever] = pair
        self._show()

    def _show(self) -> None:
        assert self.setting is not None
        say, words = self.words.say, self.words
        rows = []
        for lever in self.setting.used()[:MOST]:
            pair = self.found.get(lever)
            told = [] if pair is None else [summary(pair.compared(HEADLINES).loc[CARDS[key]], CARDS[key], words) for key in CARDS]
            days = "" if pair is None else words.integer(price(pair))
            rows.append({"name": say(f"plain.{lever}"), "told": told, "days": days})
        self.table.set_content(rendered("adds.html", say=say, rows=rows, keys=list(CARDS)))


def _whole(pair: Pair) -> Pair | None:
    """Of a pair only the whole one, compared where it was run."""
    if pair.is_whole:
        pair.compared(HEADLINES)
    return pair if pair.is_whole else None
