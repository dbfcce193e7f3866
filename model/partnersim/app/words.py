"""The words and numbers of the page in one language."""

from __future__ import annotations

import functools
import math

from babel.numbers import format_compact_decimal, format_decimal

from partnersim.languages.catalogue import LANGUAGE, Catalogue, languages
from partnersim.languages.names import Names, names

ROOM = "app"
MINUS = "\N{MINUS SIGN}"


class Words:
    """``say(key, ...)`` for texts, ``names`` for the library's things, and numbers as the language writes them."""

    def __init__(self, language: str = LANGUAGE) -> None:
        self.language = language
        self.say = Catalogue(ROOM, language)
        self.names: Names = names(language if language in languages("languages") else LANGUAGE)
        self._locale = self.say("page.locale")

    def number(self, value: float) -> str:
        """Three digits or so: 92.8, 0.42, 1,240, 21.2M."""
        if not math.isfinite(value):
            return "–"
        size = abs(value)
        if size >= 1e5:
            text = format_compact_decimal(value, locale=self._locale, fraction_digits=1)
        else:
            places = 0 if size >= 100 or value == 0 else 1 if size >= 10 else 2
            text = format_decimal(value, "#,##0" + "." * bool(places) + "0" * places, locale=self._locale)
        return text.replace("-", MINUS)

    def signed(self, value: float) -> str:
        """The same with its sign."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def percent(self, share: float) -> str:
        """A share as a number of percent, without its sign: 8, 0.4."""
        return format_decimal(100 * abs(share), "#,##0" if abs(share) >= 0.0995 else "0.0", locale=self._locale)

    def integer(self, value: float) -> str:
        """A whole number with its thousands."""
        return format_decimal(round(value), "#,##0", locale=self._locale).replace("-", MINUS)


@functools.cache
def words(language: str = LANGUAGE) -> Words:
    """The words of a language of :func:`spoken`; they never change while the server runs."""
    return Words(language)


def spoken() -> list[str]:
    """Languages of the page, English first."""
    return languages(ROOM)


def chosen(asked: str | None, cookie: str | None, accepted: str | None) -> str:
    """The language to show: of the address, else of the cookie, else the first that the browser asks for and there is."""
    there = spoken()
    for wanted in (asked, cookie, *(part.split(";")[0] for part in (accepted or "").split(","))):
        name = (wanted or "").strip().lower()
        if match := next((code for code in (name, name.split("-")[0]) if code in there), None):
            return match
    return LANGUAGE
