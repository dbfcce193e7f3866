"""Lines of text that fit a width, also where signs are wide and lines may end between them; and fonts that hold the signs.

Widths are in letters of the Latin alphabet. Text without wide signs is broken as :mod:`textwrap` breaks it, which counts letters;
of other text the signs are measured, since digits and Chinese signs differ too much.
"""

from __future__ import annotations

import functools
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence

from matplotlib.font_manager import FontProperties, findfont, get_font

LETTER = 0.58
"""Width of a letter, in the size of the letters."""
MEASURED = FontProperties(family="DejaVu Sans", weight="bold")
"""Bold, so that there is room for either."""
NOT_FIRST = "，。、；：？！）》」』】〉”’…％%"
"""Signs that begin no line; what they follow takes them along."""
NOT_LAST = "（《「『【〈“‘"
MORE = "…"


def is_wide(sign: str) -> bool:
    """Whether a sign is as wide as it is high."""
    return unicodedata.east_asian_width(sign) in "WF"


def width(text: str) -> float:
    """Of a text on one line: the number of its letters, or where some are wide, as measured."""
    return sum(map(_measured, text)) if any(map(is_wide, text)) else float(len(text))


@functools.cache
def _measured(sign: str) -> float:
    if is_wide(sign):
        return 1 / LETTER
    font = get_font(findfont(MEASURED))
    font.set_size(100, 72)
    return float(font.load_char(ord(sign)).linearHoriAdvance) / 65536 / 100 / LETTER


def wrap(text: str, most: float, indent: str = "") -> list[str]:
    """Lines of a text, each at most so wide; ``indent`` stands before all but the first.

    Text with wide signs is also broken at its line ends.
    """
    if not any(map(is_wide, text)):
        return textwrap.wrap(text, round(most), subsequent_indent=indent)
    lines: list[str] = []
    for part in text.split("\n"):
        line = indent if lines else ""
        for piece in _pieces(part):
            if sum(map(_measured, line + piece.rstrip())) > most and line.strip():
                lines.append(line.rstrip())
                line = indent + piece.lstrip()
            else:
                line += piece
        lines.append(line.rstrip())
    return lines


def fill(text: str, most: float) -> str:
    """The same as one text of several lines."""
    return "\n".join(wrap(text, most))


def cut(text: str, most: float, lines: int = 1) -> str:
    """At most so many lines, the rest of a longer text left out with a sign that it was."""
    if not any(map(is_wide, text)):
        if lines == 1:
            return textwrap.shorten(text, round(most), placeholder=MORE)
        return textwrap.fill(text, round(most), max_lines=lines, placeholder=MORE)
    found = wrap(text, most)
    if len(found) <= lines:
        return "\n".join(found)
    last = found[lines - 1]
    while width(last + MORE) > most:
        last = last[:-1]
    return "\n".join([*found[: lines - 1], last + MORE])


def _pieces(text: str) -> list[str]:
    """What no line may break within: words with the white space after them, wide signs with the stops that go along."""
    pieces: list[str] = []
    for sign in text:
        if pieces and _belong(pieces[-1][-1], sign):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def _belong(before: str, sign: str) -> bool:
    if sign.isspace() or sign in NOT_FIRST or before in NOT_LAST:
        return True
    return not (is_wide(sign) or is_wide(before) or before.isspace() or before in NOT_FIRST)


def unshown(texts: Iterable[str], families: Sequence[str]) -> str:
    """Signs in the texts that none of the installed fonts ``families`` has, each once."""
    known = _signs(tuple(families))
    return "".join(sorted({sign for text in texts for sign in text if sign.isprintable() and ord(sign) not in known}))


@functools.cache
def _signs(families: tuple[str, ...]) -> frozenset[int]:
    return frozenset().union(*(get_font(findfont(FontProperties(family=name))).get_charmap() for name in families))
