"""The words and numbers of the page in one language."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence

from babel import Locale, UnknownLocaleError
from babel.numbers import format_compact_decimal, format_decimal

from partnersim.languages.catalogue import LANGUAGE, Catalogue, languages
from partnersim.languages.names import Names, names
from partnersim.languages.speaking import listed, speaking

ROOM = "app"
MINUS = "\N{MINUS SIGN}"
MOST_PLACES = 6


class Words:
    """``say(key, ...)`` for texts, ``names`` for the library's things, and lists and numbers as the language writes them."""

    def __init__(self, language: str = LANGUAGE) -> None:
        self.language = language
        self.say = Catalogue(ROOM, language)
        self.names: Names = names(language)
        self.autonym: str = self.say.own.get("page.name", language)
        """What the language calls itself."""
        self._locale = _locale(self.say.own.get("page.locale", language))

    def number(self, value: float) -> str:
        """Three digits or so: 92.8, 0.42, 0.0042, 1,240, 21.2M."""
        if not math.isfinite(value):
            return "–"
        size = abs(value)
        if size >= 1e5:
            text = format_compact_decimal(float(f"{value:.3g}"), locale=self._locale, fraction_digits=2)
        else:
            places = 0 if size >= 100 or value == 0 else 1 if size >= 10 else 2
            if 0 < size < 0.1:
                places = min(1 - math.floor(math.log10(size)), MOST_PLACES)
            text = format_decimal(value, "#,##0" + "." * bool(places) + "0" * places, locale=self._locale)
        return text.replace("-", MINUS)

    def plain(self, value: float) -> str:
        """A number that somebody wrote down, in full: 6, 7.5, 0.05, 50,000."""
        return format_decimal(float(f"{value:.4g}"), "#,##0." + "#" * MOST_PLACES, locale=self._locale).replace("-", MINUS)

    def signed(self, value: float) -> str:
        """The same with its sign."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def percent(self, share: float) -> str:
        """A share as a number of percent, without its sign: 8, 0.4."""
        return format_decimal(100 * abs(share), "#,##0" if abs(share) >= 0.0995 else "0.0", locale=self._locale)

    def integer(self, value: float) -> str:
        """A whole number with its thousands."""
        return format_decimal(round(value), "#,##0", locale=self._locale).replace("-", MINUS)

    def listed(self, items: Sequence[str], word: str = "and") -> str:
        """``a, b and c``, or nothing; ``word``: and, or."""
        with speaking(self.language):
            return listed(items, word) if items else ""

    def paragraphs(self, numbers: Sequence[int]) -> str:
        """Where the report says it: ``Paragraphs 21, 50 and 73 of the report``."""
        return self.say("lever.paragraphs", n=len(numbers), list=self.listed([str(number) for number in numbers]))


def _locale(code: str) -> Locale:
    """How numbers are written; as in English where nobody has written down how."""
    try:
        return Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(LANGUAGE)


@functools.cache
def words(language: str = LANGUAGE) -> Words:
    """The words of a language of :func:`spoken`; they never change while the server runs."""
    return Words(language)


def spoken() -> list[str]:
    """Languages of the page, English first."""
    return languages(ROOM)


def chosen(asked: str | None, cookie: str | None, accepted: str | None) -> str:
    """The language to show: of the address, else of the cookie, else what the browser would rather have of what there is."""
    there = {code.lower(): code for code in spoken()}
    for wanted in (asked, cookie, *_rather(accepted or "")):
        name = (wanted or "").strip().lower()
        if match := next((there[code] for code in (name, name.split("-")[0]) if code in there), None):
            return match
    return LANGUAGE


def _rather(accepted: str) -> Iterable[str]:
    """Languages of an ``Accept-Language`` header, the dearest first; those of weight 0 and what is no weight are left out."""
    weighed = []
    for part in accepted.split(","):
        name, _, weight = part.partition(";")
        try:
            weighed.append((float(weight.strip().removeprefix("q=") or 1.0), name))
        except ValueError:
            continue
    return [name for weight, name in sorted(weighed, key=lambda found: -found[0]) if weight > 0.0]
