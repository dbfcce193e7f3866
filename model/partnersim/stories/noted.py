"""What an observer notes of one run: of its records, its companies, its entities, and of incidents and queues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from partnersim.columns import DTYPES
from partnersim.kinds import Desk
from partnersim.world import World

NOTES = np.dtype(
    [
        ("record", "i8"),  # number of the record, in the order of ideas
        ("proposed", "?"),  # the company proposed it
        ("rivals", "i8"),  # bits: entities that courted its company in a month in which it did
        ("m_accepted", "i8"),  # month in which the company took part, NEVER if before the study
        ("waited", "i8", (len(Desk) - 1,)),  # months at whose end it waited at each desk
        ("days_to_signing", "f8"),  # staff-days of all sides until the agreement was signed
        ("m_found", "i8"),  # month in which an evaluation first found it failing; the month before the study if earlier
        ("m_fixed", "i8"),  # month in which it was first fixed, likewise
        ("m_scaled", "i8"),  # month in which scaling up began, likewise
        ("months_performing", "i8"),  # months of the study in which it performed, that of its end apart
        ("months_performing_fixed", "i8"),  # those of them after it was first fixed
        ("months_after_end", "i8"),  # months of the study in which its benefit went on after its end
        ("months_idle", "i8"),  # months in a row, up to now, in which it did not perform and was reported a success
        ("months_idle_most", "i8"),  # the longest such stretch
        ("m_idle_last", "i8"),  # its last month
        ("people_most", "f8"),  # most people reached in a month, at world scale
        ("m_people_most", "i8"),  # that month
        ("person_years", "f8"),  # people reached over the study, at world scale
        ("incidents", "i8"),  # times a public event was laid at its door
    ]
)
"""What is noted about a record beside the record itself. Months are the engine's own, as in the record."""
MONTHS_NOTED = [name for name in NOTES.names or () if name.startswith("m_")]
FIRM_FIELDS = ("key", "home", "size", "sector", "integrity", "member")
FIRMS = np.dtype(
    [
        *((name, DTYPES["company"][name]) for name in FIRM_FIELDS),
        ("m_seen", "i8"),  # first month in which it lived; the month before the study if earlier
        ("m_left", "i8"),  # month in which it left, NEVER if it stayed
        ("m_hidden", "i8"),  # start of misconduct that is still hidden at the end, NEVER if none
    ]
)
"""What is kept of a company: its lasting traits, when it came and went, and what is still to come out."""
ENTITY_FIELDS = ("reputation", "skill", "belief", "evidence")


class Hit(NamedTuple):
    """A partnership at whose door a public event was laid."""

    record: int
    entities: tuple[int, ...]


class Incident(NamedTuple):
    """A company's misconduct that became public and hit at least one UN entity."""

    month: int
    firm: int
    """The company's key."""
    months_hidden: int
    hits: tuple[Hit, ...]
    worst: int
    """Row of the entity whose reputation fell most in that month, of those hit."""
    before: float
    """Its reputation before the month's incidents, in points (0-100)."""
    after: float

    @property
    def entities(self) -> list[int]:
        """Rows of the entities hit, each once."""
        return sorted({e for hit in self.hits for e in hit.entities})


class Scandal(NamedTuple):
    """A company's misconduct that became public and was laid at no UN entity's door."""

    month: int
    firm: int
    """The company's key."""
    months_hidden: int


class Courting(NamedTuple):
    """The month in which most entities at once courted a company, and the records of their approaches."""

    month: int
    entities: tuple[int, ...]
    records: tuple[int, ...]


class Waiting(NamedTuple):
    """The month in which most cases waited at a desk."""

    month: int
    records: tuple[int, ...]
    oldest: int
    """Months that the oldest of them had waited there."""


@dataclass(frozen=True)
class Observed:
    """Everything the observer brings back from a run."""

    world: World
    """As the run left it: the bytes of :func:`partnersim.simulate.run_one` but for the trace."""
    start: int
    """The engine's month in which the study starts; the study's month 1 follows."""
    records: np.ndarray
    """Every record that was open or live in the study, by its number: dropped, ended, live and open ones."""
    notes: np.ndarray
    """NOTES of the same records."""
    firms: np.ndarray
    """FIRMS of every company that lived in the study, sorted by key."""
    entities: np.ndarray
    """ENTITY_FIELDS of the UN entities (months + 1, entities): before the study, then at the end of each month."""
    incidents: list[Incident]
    scandals: list[Scandal]
    courting: dict[int, Courting]
    """By company key."""
    waiting: dict[Desk, Waiting]
    stocks: dict[str, float]
    """Stocks of the monthly paths at the end of the month before the study, where they can be counted."""
