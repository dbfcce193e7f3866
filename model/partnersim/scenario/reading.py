"""Strict reading of TOML files: every key is asked for by name, type and range, and none is left over.

Every mistake a user can make in a file ends in a :class:`ScenarioError` whose one sentence names the file, the key,
what is wrong, what is allowed and the nearest valid name.
"""

from __future__ import annotations

import difflib
import functools
import math
import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from partnersim.mistakes import Mistake

LISTED = 15
"""Longest list of allowed names that a message spells out."""

REQUIRED: Any = object()
"""Default of a key that must be there."""

STATUSES = ("measured", "derived", "calibrated", "assumed")
"""Where a number comes from, the firmest first."""


class ScenarioError(Mistake, ValueError):
    """A mistake in a scenario, lever or parameter file, said in a sentence for the one who wrote it."""


_parsed = functools.lru_cache(maxsize=128)(tomllib.loads)
"""A study reads the same few files time and again; by their text, so that an edit is never missed."""


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file, which is shared and must stay as it is.

    Raises :class:`ScenarioError` when there is no such file, it cannot be read, is not UTF-8 or is not TOML.
    """
    try:
        # Windows editors put a byte-order mark in front, which TOML itself does not know.
        return _parsed(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise ScenarioError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise ScenarioError(f"{path}: this is a folder, a TOML file is wanted") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: byte {error.start + 1} is not UTF-8; save the file as UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path}: {_plain(str(error))}") from None
    except RecursionError:
        raise ScenarioError(f"{path}: brackets are nested too deeply") from None
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror})") from None


def _plain(message: str) -> str:
    """A message of the TOML reader with its two ways of saying "twice" in plain words."""
    place = message[message.rfind("(") :] if message.endswith(")") else ""
    if "overwrite" in message or "twice" in message or "mutate" in message:
        return f"a key or table is given twice {place}".rstrip()
    return f"not valid TOML: {message}"


def unknown(what: str, name: str, allowed: Iterable[str]) -> str:
    """The sentence for a name that is not among the allowed: the nearest ones, and all where they are few."""
    names = sorted(allowed)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5) or difflib.get_close_matches(name, names, 1, 0.0)
    listed = ", ".join(names) if len(names) <= LISTED else f"{len(names)} names, from {names[0]} to {names[-1]}"
    parts = [f'unknown {what} "{name[:60]}"']
    if close:
        parts.append("nearest: " + ", ".join(close))
    return "; ".join([*parts, "allowed: " + (listed or "none")])


def described(value: object) -> str:
    """What a TOML value is, in words, with the value where it is short."""
    if isinstance(value, bool):
        return f"the switch {str(value).lower()}"
    if isinstance(value, str):
        return f'the text "{value[:40]}"'
    if isinstance(value, int | float):
        return f"the number {value:g}" if abs(value) < 1e300 else "a number without bounds"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return f"a {type(value).__name__}"


def span(low: float, high: float) -> str:
    """A range in words."""
    return f"{low:g} to {high:g}"


class Table:
    """One TOML table: values come out checked, and a key nobody may write is refused at once.

    ``file`` and ``at`` (such as ``[set]`` or ``[[policy]] 2``) say in messages where the table stands; ``keys`` are
    all keys it may have; ``what`` says what a key is.
    """

    def __init__(self, data: object, file: str, at: str, keys: Collection[str], what: str = "key") -> None:
        self.file, self.at = file, at
        if not isinstance(data, dict):
            raise ScenarioError(f"{self.place()}: a table is wanted, this is {described(data)}")
        self.data: dict[str, Any] = data
        for key in data:
            if key not in keys:
                raise ScenarioError(f"{self.place()}: {unknown(what, key, keys)}")

    def place(self, key: str = "") -> str:
        """File, table and key, for the front of a message."""
        return ", ".join(part for part in (self.file, self.at, f"key {key}" if key else "") if part)

    def error(self, key: str, text: str) -> ScenarioError:
        """The error to raise about one key."""
        return ScenarioError(f"{self.place(key)}: {text}")

    def value(self, key: str, default: Any, kinds: type | tuple[type, ...], wanted: str) -> Any:
        """The value under ``key`` when it is of one of ``kinds`` (true and false are no numbers)."""
        if key not in self.data:
            if default is REQUIRED:
                raise self.error(key, f"is missing; wanted: {wanted}")
            return default
        value = self.data[key]
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            raise self.error(key, f"wanted: {wanted}; this is {described(value)}")
        return value

    def text(self, key: str, default: Any = REQUIRED) -> str:
        """A text that is not blank."""
        value: str = self.value(key, default, str, "a text")
        if value is not default and not value.strip():
            raise self.error(key, "is blank; wanted: a text")
        return value.strip()

    def number(self, key: str, low: float = -math.inf, high: float = math.inf, default: Any = REQUIRED) -> float:
        """A finite number from ``low`` to ``high``."""
        wanted = "a finite number" if math.isinf(low) else f"a number from {span(low, high)}"
        value = self.value(key, default, (int, float), wanted)
        return self._within(key, value, low, high, wanted)

    def whole(self, key: str, low: int, high: int, default: Any = REQUIRED) -> int:
        """A whole number from ``low`` to ``high``."""
        wanted = f"a whole number from {low} to {high}"
        value: int = self.value(key, default, int, wanted)
        self._within(key, value, low, high, wanted)
        return value

    def _within(self, key: str, value: float, low: float, high: float, wanted: str) -> float:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.error(key, f"is not a finite number; wanted: {wanted}")
        if not low <= number <= high:
            raise self.error(key, f"{value} is out of range; wanted: {wanted}")
        return number

    def choice(self, key: str, allowed: Collection[str], default: Any = REQUIRED) -> str:
        """One of the ``allowed`` words."""
        value: str = self.value(key, default, str, "one of " + ", ".join(allowed))
        if value not in allowed:
            raise self.error(key, unknown("value", value, allowed))
        return value

    def interval(self, key: str) -> tuple[float, float]:
        """Two finite numbers, the lower first."""
        wanted = "two numbers, [low, high]"
        pair = self.value(key, REQUIRED, list, wanted)
        if len(pair) != 2:
            raise self.error(key, f"wanted: {wanted}; this list has {len(pair)}")
        for value in pair:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise self.error(key, f"wanted: {wanted}; it holds {described(value)}")
        low, high = (self._within(key, value, -math.inf, math.inf, wanted) for value in pair)
        if low > high:
            raise self.error(key, f"{low:g} is above {high:g}; wanted: {wanted}")
        return low, high

    def distinct(self, key: str, kinds: type | tuple[type, ...], wanted: str) -> list[Any]:
        """A list, neither empty nor with repetitions, of values of one of ``kinds``."""
        values: list[Any] = self.value(key, REQUIRED, list, wanted)
        if not values:
            raise self.error(key, f"is empty; wanted: {wanted}")
        for i, value in enumerate(values):
            if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is int):
                raise self.error(key, f"wanted: {wanted}; it holds {described(value)}")
            if value in values[:i]:
                raise self.error(key, f"holds {described(value)} twice; wanted: {wanted}")
        return values

    def tables(self, key: str) -> list[Any]:
        """The tables written as ``[[key]]``; none when the key is missing."""
        found: list[Any] = self.value(key, [], list, f"tables written as [[{key}]]")
        return found

    def table(self, key: str) -> dict[str, Any]:
        """The table under ``key``; empty when it is missing."""
        found: dict[str, Any] = self.value(key, {}, dict, f"a table written as [{key}]")
        return found
