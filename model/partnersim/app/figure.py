"""A figure of the page: its title, what it says, the chart, its numbers, and ways to take it away."""

from __future__ import annotations

import json
from collections.abc import Callable

from nicegui import context

from partnersim.app.chart import Chart as Drawing
from partnersim.app.parts import button, markup, tag
from partnersim.app.tables import csv, table
from partnersim.app.view import Chart
from partnersim.app.words import Words


class Figure:
    """One figure, filled by :class:`partnersim.app.answer.Answer`.

    ``current`` gives the chart under a key as it is shown now, or None before the first answer.
    """

    def __init__(self, key: str, words: Words, current: Callable[[str], Chart | None]) -> None:
        self.key, self.words, self._current = key, words, current
        say = words.say
        with tag("figure", "figure panel", id=f"figure-{key}"):
            tag("h3", text=say(f"figure.{key}.title"), id=f"title-{key}")
            tag("div", "finding")
            with tag("div", role="img", aria_label=say(f"figure.{key}.title")):
                Drawing()
            tag("div", "note")
            with tag("details", "numbers") as self._details:
                tag("summary", text=say("tool.table"))
                self._table = markup(classes="scroll", tabindex=0, role="region", aria_labelledby=f"title-{key}")
            self._details.on("toggle", self._toggled, js_handler="(e) => emit(e.target.open)")
            with tag("div", "tools"):
                name = json.dumps(f"{key}.png")
                take = button(say("tool.png"), None, "small")
                take.on("click", js_handler=f"(e) => partnersim.png(e.target.closest('figure'), {name})")
                button(say("tool.csv"), self._save, "small")
        self._is_open = False

    def answered(self) -> None:
        """Another answer is shown: its numbers too, where they are looked at."""
        if self._is_open:
            self._fill()

    def _toggled(self, event: object) -> None:
        self._is_open = bool(getattr(event, "args", False))
        if self._is_open:
            self._fill()

    def _fill(self) -> None:
        if (chart := self._current(self.key)) is not None:
            self._table.set_content(table(chart, self.words))

    def _save(self) -> None:
        if (chart := self._current(self.key)) is not None:
            text = csv(chart, self.words)
            context.client.run_javascript(f"partnersim.saveText({json.dumps(f'{self.key}.csv')}, {json.dumps(text)}, 'text/csv')")
