"""The language in which sentences, figures and numbers are told, for as long as a block of code runs; lists and counts in it.

::

    with speaking("zh"):
        listed(["A", "B", "C"])  # A、B和C
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from partnersim.languages.catalogue import LANGUAGE, Catalogue

_SPOKEN: ContextVar[str] = ContextVar("language spoken", default=LANGUAGE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Tell everything within this block in a language; a thread or task that it starts tells in English unless told so too."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def spoken() -> str:
    """The language that is spoken now: English outside :func:`speaking`."""
    return _SPOKEN.get()


def catalogue(room: str) -> Catalogue:
    """The words of a room in the language that is spoken; English where the room has none in it."""
    return _catalogue(room, spoken())


_catalogue = functools.cache(Catalogue)


def listed(items: Sequence[str], word: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``; ``word``: and, or."""
    say = catalogue("languages")
    return items[0] if len(items) == 1 else f"{commas(items[:-1])}{say(f'list.{word}')}{items[-1]}"


def commas(items: Iterable[str]) -> str:
    """``a, b, c``: with nothing said before the last."""
    return catalogue("languages")("list.comma").join(items)


def some(items: Sequence[str], most: int = 6) -> str:
    """The same with the last of many only counted: ``a, b and five more``."""
    if len(items) <= most + 1:
        return listed(items)
    say = catalogue("languages")
    return say("list.more", listed=commas(items[:most]), n=told(len(items) - most))


def told(n: float) -> str:
    """A count in running text, small ones in words."""
    n, small = round(n), catalogue("languages").every("small")
    return small[n] if 0 <= n < len(small) else f"{n:,}"


def endings() -> list[tuple[float, str]]:
    """How large numbers are cut short, the largest first: what they are counted in, and its sign, such as (1e6, "M")."""
    return sorted(((float(size), text) for size, text in catalogue("languages").table("large").items()), reverse=True)
