"""What the classroom refuses: a stable key and values, so that pages word it in any language."""

from __future__ import annotations

from typing import Any

from partnersim.languages.catalogue import LANGUAGE, Catalogue
from partnersim.mistakes import Mistake

ROOM = "classroom"


class ClassroomError(Mistake):
    """Something that a session does not allow. ``key``: such as ``join.unknown_code``; ``values``: what fills its words.

    Values may hold what a student typed, so a page escapes the text like any other.
    """

    def __init__(self, key: str, **values: Any) -> None:
        self.key, self.values = key, values
        super().__init__(self.text())

    def text(self, language: str = LANGUAGE) -> str:
        """The sentence in a language of the room, in English where it has none."""
        return Catalogue(ROOM, language)(f"error.{self.key}", **self.values)


class NotAllowed(ClassroomError):
    """A call that only the teacher, or only the holder of a token, may make."""


class BookError(ClassroomError):
    """The file of sessions cannot be opened, read or written."""
