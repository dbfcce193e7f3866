"""What may be typed, proposed and tried, and how often."""

from __future__ import annotations

import re
import secrets
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable

from partnersim.classroom.errors import ClassroomError
from partnersim.sharing import LONGEST_TEXT

LETTERS = "BCDFGHJKMNPRSTVWXZ"
"""Of codes: none that looks like another or like a digit, and no vowels, so that no code is a word."""
CODE_LENGTH = 6
MOST_MEMBERS = 60
"""In a session at once."""
MOST_EVER = 600
"""In a session from first to last, which bounds what somebody can fill the file with by joining and leaving."""
LONGEST_NAME = 24
LONGEST_TITLE = 80
LONGEST_LABEL = 60
LONGEST_WHY = 500
LONGEST_ANSWER = 64
MOST_ANSWERS = 12
LARGEST_PACKAGE = LONGEST_TEXT
"""Bytes of UTF-8."""
MOST_POLICIES = 12
"""In a package."""
MOST_REVISIONS = 100
"""Of a team's package in a round."""
LARGEST_RESULT = 1024 * 1024
"""Bytes of a result that is kept."""
PREDICTIONS_A_MINUTE = 30
PROPOSALS_A_MINUTE = 10
"""Of a member."""
WRONG_CODES = 20
"""Of a client in five minutes."""
WRONG_CODES_OF_ALL = 120
"""In a minute."""
LARGEST_BUDGET = 1e7
"""Staff-days a year."""
LONGEST_TIMER = 24 * 3600.0

JOINERS = "\u200c\u200d"
"""Signs without width that scripts and emoji need; all others are refused, so that no name can hide in another."""
BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that show nothing."""
_SLUG = re.compile(rf"[A-Za-z0-9_.=-]{{1,{LONGEST_ANSWER}}}")


def line(text: str, most: int, what: str, least: int = 1) -> str:
    """One line of text as it is kept: Unicode's composed form (NFC), blanks made single and trimmed.

    ``what`` is the front of the keys under which :class:`ClassroomError` refuses fewer than ``least`` or more than ``most``
    characters, and signs that cannot be seen or turn the direction of writing.
    """
    if len(text) > 50 * most:  # before any work is done on it
        raise ClassroomError(f"{what}.length", most=most)
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    if not least <= len(clean) <= most:
        raise ClassroomError(f"{what}.length", most=most)
    kinds = {unicodedata.category(sign) for sign in clean if sign not in JOINERS}
    # Signs that Python does not know yet (Cn) are mostly the emoji of the last years.
    if kinds & {"Cc", "Cf", "Cs", "Co"} or any(sign in BLANKS for sign in clean):
        raise ClassroomError(f"{what}.signs")
    if clean and not any(kind[0] in "LNSP" or kind == "Cn" for kind in kinds):
        raise ClassroomError(f"{what}.signs")
    return clean


def nickname(text: str, taken: Iterable[str]) -> str:
    """The nickname as it is kept, with a number behind it where somebody is called so already, whatever the case."""
    name = line(text, LONGEST_NAME, "name")
    used = {other.casefold() for other in taken}
    new, number = name, 1
    while new.casefold() in used:
        number += 1
        ending = f" {number}"
        new = name[: LONGEST_NAME - len(ending)].rstrip() + ending
    return new


def answers(given: object) -> dict[str, str]:
    """Answers by question, both short names of letters, digits and ``_.=-``; refused otherwise."""
    if not isinstance(given, dict) or not 1 <= len(given) <= MOST_ANSWERS:
        raise ClassroomError("predict.answers", most=MOST_ANSWERS)
    for text in (*given, *given.values()):
        if not isinstance(text, str) or not _SLUG.fullmatch(text):
            raise ClassroomError("predict.answers", most=MOST_ANSWERS)
    return dict(given)


def package_size(text: str) -> None:
    """Refuse a text that is too long, or no text (half a sign)."""
    if len(text) > LARGEST_PACKAGE:
        raise ClassroomError("propose.size", most=LARGEST_PACKAGE // 1024)
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise ClassroomError("propose.utf8") from None
    if size > LARGEST_PACKAGE:
        raise ClassroomError("propose.size", most=LARGEST_PACKAGE // 1024)


def among(what: str, given: str, names: Collection[str]) -> None:
    """Refuse a choice of the teacher that is not among ``names``."""
    if given not in names:
        raise ClassroomError(f"open.{what}", given=str(given)[:LONGEST_ANSWER], names=", ".join(names))


def within(what: str, given: float, low: float, high: float) -> None:
    """Refuse a number of the teacher outside its range; all but budgets and times are whole."""
    kinds: tuple[type, ...] = (int, float) if what in ("budget", "timer") else (int,)
    if not isinstance(given, kinds) or isinstance(given, bool) or not low <= given <= high:
        raise ClassroomError(f"open.{what}", low=f"{low:,.0f}", high=f"{high:,.0f}")


def new_code(taken: Collection[str]) -> str:
    """A code that nobody can guess and no open session has."""
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
        if code not in taken:
            return code


def read_code(text: str) -> str:
    """A code as it was typed: small letters, wide letters of an Asian keyboard, blanks and hyphens are forgiven.

    Returns an empty text for what cannot be a code.
    """
    if len(text) > 10 * CODE_LENGTH:
        return ""
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    return code if len(code) == CODE_LENGTH and all(letter in LETTERS for letter in code) else ""


class Rate:
    """At most ``most`` in any ``seconds``, for each key. ``clock``: seconds that never go back. Safe from several threads."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.seconds, self.clock = most, seconds, clock
        self._lock = threading.Lock()
        self._times: dict[Hashable, deque[float]] = {}

    def wait(self, key: Hashable = None) -> float:
        """Seconds until the next is allowed; 0 where it is now."""
        with self._lock:
            return self._wait(key)

    def count(self, key: Hashable = None) -> None:
        """Note one that happened."""
        with self._lock:
            self._forget()
            self._times.setdefault(key, deque(maxlen=self.most)).append(self.clock())

    def take(self, key: Hashable = None) -> float:
        """Note one and return 0 where it is allowed; else the seconds to wait."""
        with self._lock:
            wait = self._wait(key)
            if not wait:
                self._forget()
                self._times.setdefault(key, deque(maxlen=self.most)).append(self.clock())
            return wait

    def _wait(self, key: Hashable) -> float:
        times = self._times.get(key)
        if times is None or len(times) < self.most:
            return 0.0
        return max(times[0] + self.seconds - self.clock(), 0.0)

    def _forget(self) -> None:
        """Drop keys of long ago, so that memory does not grow with the addresses that ever tried."""
        past = self.clock() - self.seconds
        for key in [key for key, times in self._times.items() if times[-1] <= past]:
            del self._times[key]


class Guard:
    """Stops the guessing of codes: only failures count, of each client and of all together.

    Guessing all codes at the rate that is left would take months, while a class behind one address may mistype twenty times in
    five minutes. Clients are known for these minutes, in memory alone.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._each, self._all = Rate(WRONG_CODES, 300, clock), Rate(WRONG_CODES_OF_ALL, 60, clock)

    def check(self, client: str) -> None:
        """Raise :class:`ClassroomError` while too many have failed; whether this code is right is not said then."""
        if wait := max(self._each.wait(client), self._all.wait()):
            raise ClassroomError("join.too_many_tries", seconds=int(wait) + 1)

    def failed(self, client: str) -> None:
        """Note a wrong code."""
        self._each.count(client)
        self._all.count()
