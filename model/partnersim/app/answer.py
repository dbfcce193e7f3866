"""Puts answers on the page in one message, past the elements that NiceGUI keeps; see ``answer.js``."""

from __future__ import annotations

from typing import Any

from nicegui.element import Element


class Answer(Element, component="answer.js"):
    """Of each page one."""

    def put(self, **what: Any) -> None:
        """``html`` and ``data`` (dataset) by id, ``disabled`` and ``href`` by id, ``figures`` by key, the ``address``'s query."""
        self.run_method("put", what)
