"""The words of a room in one language: a TOML file of templates, by key, ``text/LANGUAGE.toml`` in the room's folder."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from string import Formatter
from typing import Any

LANGUAGE = "en"
"""The language that every room has whole, and whose texts stand where another language has none."""


class Catalogue:
    """Text of a ``room`` (such as ``brief``) by dotted key, such as ``section.effects``; braces in it are filled by name.

    What a language lacks is English, and so is all of a room that has no file in it.

    A value that is a table of ``one`` and ``other`` is chosen by the number ``n`` that is filled in; a language without plurals
    gives both the same text. ``KeyError`` for a key that English has not, and for a brace without a value: both are mistakes of
    the code that asks.
    """

    def __init__(self, room: str, language: str = LANGUAGE) -> None:
        self.room, self.language = room, language
        self.own = dict(_flat(_read(room, language))) if language in languages(room) else {}
        """What the language itself has, by key."""
        self._texts = dict(_flat(_read(room, LANGUAGE))) | self.own

    def __call__(self, key: str, **values: Any) -> str:
        """The text of ``key`` with its braces filled."""
        if key not in self._texts and f"{key}.other" in self._texts:
            key = f"{key}.{'one' if values['n'] == 1 else 'other'}"
        return self._texts[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._texts

    def every(self, key: str) -> list[str]:
        """The texts of a list; none where there is no such list."""
        texts = self.table(key)
        return [texts[str(n)] for n in range(len(texts))]

    def table(self, key: str) -> dict[str, str]:
        """The texts below ``key`` by what follows it: the language's own where it has any, since lists differ in length."""
        below = f"{key}."
        own = any(k.startswith(below) for k in self.own)
        return {k.removeprefix(below): text for k, text in (self.own if own else self._texts).items() if k.startswith(below)}

    def fields(self) -> dict[str, set[str]]:
        """The names in braces by key of what the language itself has, by which two languages are compared."""
        return {key: {name for _, name, _, _ in Formatter().parse(text) if name} for key, text in self.own.items()}


def languages(room: str) -> list[str]:
    """Languages that a room has, English first."""
    names = {file.name.removesuffix(".toml") for file in _folder(room).iterdir() if file.name.endswith(".toml")}
    return [LANGUAGE, *sorted(names - {LANGUAGE})]


def _folder(room: str) -> Any:
    return resources.files(f"partnersim.{room}") / "text"


@functools.cache
def _read(room: str, language: str) -> dict[str, Any]:
    return tomllib.loads((_folder(room) / f"{language}.toml").read_text(encoding="utf-8"))


def _flat(table: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        inner = {str(n): text for n, text in enumerate(value)} if isinstance(value, list) else value
        found += _flat(inner, f"{above}{key}.") if isinstance(inner, dict) else [(f"{above}{key}", inner)]
    return found
