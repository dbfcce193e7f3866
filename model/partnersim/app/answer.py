"""Puts answers on the page in one message, past the elements that NiceGUI keeps; see ``answer.js``."""

from __future__ import annotations

from typing import Any

from nicegui.element import Element


class Answer(Element, component="answer.js"):
    """Of each page one. What is put: ``html`` and ``data`` (dataset), ``disabled`` and ``href`` by id, ``figures`` by key, the
    query of the ``address``.
    """

    def asked(self, number: int, busy: str, **what: Any) -> None:
        """Question ``number`` is asked; ``busy`` is said in the status, and the rest is put, where its answer takes long."""
        self.run_method("asked", number, {"busy": busy, **what})

    def answered(self, **what: Any) -> None:
        """Put an answer, and what its question had still to put."""
        self.run_method("answered", what)

    def put(self, **what: Any) -> None:
        """Put something that belongs to no question."""
        self.run_method("put", what)
