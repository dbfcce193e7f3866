"""The words of the brief in one language: a TOML file of templates, by key."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from string import Formatter
from typing import Any

LANGUAGE = "en"


class Catalogue:
    """Text by dotted key, such as ``section.effects``; braces in it are filled by name.

    A value that is a table of ``one`` and ``other`` is chosen by the number ``n`` that is filled in. ``KeyError`` for a key
    that the language has not, and for a brace without a value: both are mistakes of the code that asks.
    """

    def __init__(self, language: str = LANGUAGE) -> None:
        self.language = language
        self._texts = dict(_flat(_read(language)))

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
        return [self._texts[f"{key}.{n}"] for n in range(sum(k.startswith(f"{key}.") for k in self._texts))]

    def fields(self) -> dict[str, set[str]]:
        """The names in braces by key, by which two languages are compared."""
        return {key: {name for _, name, _, _ in Formatter().parse(text) if name} for key, text in self._texts.items()}


def languages() -> list[str]:
    """Languages that there are."""
    return sorted(file.name.removesuffix(".toml") for file in _folder().iterdir() if file.name.endswith(".toml"))


def _folder() -> Any:
    return resources.files("partnersim.brief") / "text"


@functools.cache
def _read(language: str) -> dict[str, Any]:
    return tomllib.loads((_folder() / f"{language}.toml").read_text(encoding="utf-8"))


def _flat(table: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        inner = {str(n): text for n, text in enumerate(value)} if isinstance(value, list) else value
        found += _flat(inner, f"{above}{key}.") if isinstance(inner, dict) else [(f"{above}{key}", inner)]
    return found
