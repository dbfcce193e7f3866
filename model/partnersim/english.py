"""Plain English for counts, lists and sizes, used wherever text is made from numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth")
LARGE = ((1e9, "billion"), (1e6, "million"))


def plural(noun: str) -> str:
    """``agreement`` -> ``agreements``, ``company`` -> ``companies``; the last word bears the ending."""
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch")) else f"{noun}s"


def counted(n: int, thing: str) -> str:
    """``1 seed``, ``20 seeds``."""
    return f"{n:,} {thing if n == 1 else plural(thing)}"


def told(n: float, thing: str = "") -> str:
    """A count in running text, small ones in words: ``no agreements``, ``one agreement``, ``two``, ``1,240 agreements``."""
    n = round(n)
    number = SMALL[n] if 0 <= n < len(SMALL) else f"{n:,}"
    return f"{number} {thing if n == 1 else plural(thing)}" if thing else number


def an(words: str) -> str:
    """With ``a`` or ``an`` in front."""
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"


def often(n: float) -> str:
    """``never``, ``once``, ``twice``, ``three times``."""
    n = round(n)
    return ("never", "once", "twice")[n] if n < 3 else f"{told(n)} times"


def ordinal(n: int) -> str:
    """``first`` to ``twelfth``, then ``13th``, ``21st``."""
    if n <= len(ORDINALS):
        return ORDINALS[n - 1]
    return f"{n}{'th' if 10 <= n % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def bytes_told(n: float) -> str:
    """A size on disk: ``12 KB``, ``3.4 GB``, in thousands."""
    for unit in ("KB", "MB", "GB"):
        n /= 1000
        if n < 999.5:
            return f"{n:.3g} {unit}"
    return f"{n / 1000:.3g} TB"


def time_told(seconds: float) -> str:
    """About how long something takes: ``under a second``, ``about 40 s``, ``about 12 min``, ``about 3.5 h``."""
    if seconds < 1:
        return "under a second"
    for size, unit in ((90, "s"), (90 * 60, "min"), (math.inf, "h")):
        if seconds < size:
            return f"about {seconds / {'s': 1, 'min': 60, 'h': 3600}[unit]:.2g} {unit}"
    return "for ever"


def listed(items: Sequence[str], word: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"


def some(items: Sequence[str], most: int = 6) -> str:
    """The same with the last of many only counted: ``a, b and five more``."""
    if len(items) <= most + 1:
        return listed(items)
    return f"{', '.join(items[:most])} and {told(len(items) - most)} more"


def sized(value: float) -> str:
    """Two significant digits for running text: ``430``, ``12,000``, ``1.3 million``, ``24 million``."""
    value = float(f"{value:.2g}")
    for above, name in LARGE:
        if value >= above:
            share = value / above
            return f"{share:.1f} {name}" if share < 10 and share != round(share) else f"{share:,.0f} {name}"
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"


def people(n: float) -> str:
    """``12,000 people``, ``1.3 million people``, ``one person``."""
    if n < 1.5:
        return "hardly anybody" if n < 0.5 else "one person"
    return f"{sized(n)} people"


def dollars(n: float) -> str:
    """``$12,000``, ``$1.3 million``."""
    return f"${sized(n)}"


def lasting(months: int) -> str:
    """``one month``, ``14 months``, ``three years``, ``4 years and 2 months``."""
    years, rest = divmod(months, 12)
    if months < 24:
        return told(months, "month")
    return told(years, "year") if rest == 0 else f"{counted(years, 'year')} and {counted(rest, 'month')}"


def sentence(text: str) -> str:
    """With a capital letter in front."""
    return text[:1].upper() + text[1:]
