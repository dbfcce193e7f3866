"""The living network as an element of the page: drawn and played in the browser, without the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nicegui import events
from nicegui.element import Element

from partnersim.kinds import GOALS, REGIONS
from partnersim.languages.catalogue import LANGUAGE, Catalogue
from partnersim.stories.living import Living
from partnersim.stories.words import Words

STYLE = Path(__file__).with_name("network.css")
"""Looks of the picture and of the view around it; added to a page once."""
Opened = Callable[[str, int], Any]
"""Called with ``agent`` or ``partnership`` and its number."""


class Network(Element, component="network.js", esm={"partnersim-drawing": "drawing"}):
    """A run to be played. ``data``: what :func:`network_props` made, which many pages may share; ``real``: codes of entities."""

    def __init__(self, data: dict[str, Any], opened: Opened, real: bool = False) -> None:
        super().__init__()
        self._props.update(data)
        self._props["real"] = real
        self._opened = opened
        self.on("open", self._open, ["kind", "number"])

    async def _open(self, event: events.GenericEventArguments) -> None:
        kind, number = event.args["kind"], event.args["number"]
        if kind in ("agent", "partnership") and isinstance(number, int):
            answer = self._opened(kind, number)
            if answer is not None:
                await answer

    def choose(self, kind: str, number: int) -> None:
        """Show the ties of an agent, or one partnership, alone."""
        self.run_method("choose", kind, number)

    def focus(self) -> None:
        """Go to the picture with the keyboard."""
        self.run_method("focus")

    def set_real(self, real: bool) -> None:
        """Show the codes of UN entities, or their roles; the run is not sent again."""
        self.run_method("name", real)


def network_props(living: Living, language: str) -> dict[str, Any]:
    """What the browser needs of a run in a language: frames, names of nodes, goals and regions, texts."""
    words = Words(living, language)
    kinds = [living.kind_of(node) for node in range(living.kind.size)]
    return {
        "frames": living.frames(),
        "nodes": {
            "label": [words.role(node) for node in range(len(kinds))],
            "short": [words.short(node) for node in range(len(kinds))],
            "codes": living.names.entities,
            "fields": [words.field(int(mandate.argmax())) for mandate in living.mandates],
        },
        "words": network_words(language),
        "goals": [words.goal(goal) for goal in range(len(GOALS))],
        "regions": [words.region(region) for region in range(len(REGIONS))],
    }


def network_words(language: str) -> dict[str, str]:
    """Templates of the picture by key, with their braces: the browser fills them in as months pass."""
    texts = Catalogue("stories", LANGUAGE).own | Catalogue("stories", language).own
    return {key.removeprefix("network."): text for key, text in texts.items() if key.startswith("network.")}
