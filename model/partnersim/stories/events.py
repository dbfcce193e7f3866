"""Which of all that happened is worth telling: a score for every candidate, and a choice with variety.

A candidate of a kind has a size in the kind's own unit. Its score is

    weight x log2(1 + size / usual)

where ``usual`` is the size at which such an event is just worth a line; the second of a kind counts half, the third a
third, and no two chosen events are about the same partnership or the same company in the same role. Sizes come from
what the run recorded; ``usual`` and ``weight`` are matters of taste and of nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Taste(NamedTuple):
    """How a kind of event is judged."""

    unit: str
    usual: float
    weight: float
    most: int
    """Events of this kind that are told at most."""


TASTES = {
    "incident": Taste("entities hit", 3.0, 1.5, 2),
    "slipped through": Taste("entities exposed", 3.0, 1.3, 1),
    "first transformative": Taste("people reached at most", 100_000.0, 1.3, 1),
    "transformative": Taste("people reached at most", 200_000.0, 1.2, 1),
    "scaled up": Taste("people reached at most", 500_000.0, 1.1, 2),
    "fixed": Taste("person-years", 500_000.0, 1.0, 1),
    "false success": Taste("months", 48.0, 1.0, 1),
    "lapsed": Taste("dollars", 30e6, 1.0, 1),
    "wasted": Taste("staff-days", 300.0, 1.0, 1),
    "long road": Taste("months from idea to signature", 30.0, 1.0, 1),
    "negotiation": Taste("months of negotiation", 10.0, 1.0, 1),
    "coalition": Taste("UN members", 8.0, 1.0, 1),
    "courted": Taste("entities at once", 3.0, 1.0, 1),
    "persistence": Taste("failed attempts", 12.0, 1.0, 1),
    "queue": Taste("cases waiting", 8.0, 1.0, 2),
    "false alarm": Taste("entities", 2.0, 0.9, 1),
    "handed over": Taste("months after the end", 48.0, 0.9, 1),
}


@dataclass(frozen=True)
class Event:
    """One thing that happened. ``records`` are the numbers of the partnerships it is about, as in the trace."""

    month: int
    """Of the study; 1 is the first."""
    kind: str
    size: float
    """In the unit of the kind's :class:`Taste`."""
    text: str
    records: tuple[int, ...]
    companies: tuple[str, ...] = ()
    """Codes."""
    entities: tuple[str, ...] = ()
    """Codes."""

    @property
    def score(self) -> float:
        """Tellingness before variety counts."""
        taste = TASTES[self.kind]
        return taste.weight * math.log2(1.0 + self.size / taste.usual)

    def as_dict(self) -> dict[str, object]:
        """Plain content, for JSON."""
        return {
            "month": self.month,
            "kind": self.kind,
            "size": self.size,
            "unit": TASTES[self.kind].unit,
            "score": self.score,
            "text": self.text,
            "records": list(self.records),
            "companies": list(self.companies),
            "entities": list(self.entities),
        }


def choose(candidates: Iterable[Event], most: int = 10) -> list[Event]:
    """The most telling events, at most so many, in the order of months; fewer where less happened."""
    left = sorted(candidates, key=lambda event: (-event.score, event.month, event.kind, event.records))
    told: dict[str, int] = {}
    chosen: list[Event] = []
    while left and len(chosen) < most:
        best = max(left, key=lambda event: event.score / (1 + told.get(event.kind, 0)))
        chosen.append(best)
        told[best.kind] = told.get(best.kind, 0) + 1
        left = [event for event in left if told.get(event.kind, 0) < TASTES[event.kind].most and not _same(event, best)]
    return sorted(chosen, key=lambda event: (event.month, -event.score))


def _same(a: Event, b: Event) -> bool:
    """True when two events are about the same partnerships; a queue is about nobody in particular."""
    if "queue" in (a.kind, b.kind):
        return a == b
    return bool(set(a.records) & set(b.records))
