"""What a class consists of, as it is read from the file."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from partnersim.classroom.errors import ROOM, ClassroomError
from partnersim.classroom.phases import Phase, is_revealed, is_struck
from partnersim.classroom.store import Reading
from partnersim.languages.catalogue import LANGUAGE, Catalogue

SHAPES = {"o": "circle", "s": "square", "^": "triangle", "D": "diamond", "v": "triangle_down", "P": "plus"}
"""Names of shapes by their letter in figures."""


class Role(StrEnum):
    """What somebody is in a session: of a team, or looking on."""

    MEMBER = "member"
    OBSERVER = "observer"


@dataclass(frozen=True)
class Team:
    """A team by ``number`` from 1: its ``letter``, and the ``colour`` and ``shape`` that together stand for it."""

    number: int
    letter: str
    colour: str
    shape: str

    @classmethod
    @functools.cache
    def of(cls, number: int) -> Team:
        """Drawn as figures draw the ``number``-th scenario."""
        from partnersim.figures.style import scenario_look

        look = scenario_look(number - 1)
        return cls(number, chr(ord("A") + number - 1), look.colour, SHAPES[look.shape])

    def name(self, language: str = LANGUAGE) -> str:
        """Such as Team A."""
        return Catalogue(ROOM, language)("team.name", letter=self.letter)

    def mark(self, language: str = LANGUAGE) -> str:
        """Colour and shape in words, for who cannot see them."""
        say = Catalogue(ROOM, language)
        return say("team.mark", colour=say(f"colour.{self.colour.removeprefix('#')}"), shape=say(f"shape.{self.shape}"))


@dataclass(frozen=True)
class Session:
    """A class session. Times are seconds since 1970; the budget is staff-days a year of the real system, None for none.

    ``stage`` is the phase reached, which closing leaves as it is; ``world`` the held-out world of this round, None where none is
    chosen or, after :meth:`shown`, none is known. ``calm`` is the world in which packages are first played. ``deadline_closes``:
    whether nothing is taken any more after the deadline, which otherwise is only shown.
    """

    id: int
    code: str
    title: str
    language: str
    budget: float | None
    n_teams: int
    cap: int
    exercise: str
    calm: str
    seeds: int
    months: int
    size: str
    stage: Phase
    round: int
    world: str | None
    is_revealed: bool
    """Whether results of this round have been shown; predictions then stay as they are, even after a step back."""
    doors_open: bool
    deadline: float | None
    deadline_closes: bool
    opened: float
    closed: float | None

    @property
    def phase(self) -> Phase:
        """What the class does now."""
        return self.stage if self.closed is None else Phase.CLOSED

    @property
    def teams(self) -> tuple[Team, ...]:
        """All of them."""
        return tuple(Team.of(number) for number in range(1, self.n_teams + 1))

    def shown(self) -> Session:
        """As students may see it: without the held-out world before it strikes."""
        return self if is_struck(self.stage) else replace(self, world=None)

    def is_over(self, now: float) -> bool:
        """Whether the teacher let the deadline close this phase, and it has passed."""
        return self.deadline_closes and self.deadline is not None and now > self.deadline

    def shows(self, round_number: int, world: str | None) -> bool:
        """Whether results of a round in a world are on the wall."""
        if round_number != self.round:
            return round_number < self.round
        return is_struck(self.stage) or (is_revealed(self.stage) and world == self.calm)


@dataclass(frozen=True)
class Member:
    """Somebody in a session: a ``number`` within it, a chosen nickname, a team (None: looking on); ``gone``: when they left.

    ``token`` is there in answer to joining and resuming alone; the file keeps no more of it than tells it again.
    """

    id: int
    session: int
    number: int
    nickname: str
    team: int | None
    joined: float
    gone: float | None
    token: str | None = field(default=None, repr=False)

    @property
    def role(self) -> Role:
        """Whether of a team."""
        return Role.OBSERVER if self.team is None else Role.MEMBER


@dataclass(frozen=True)
class Prediction:
    """What a member expects of the package of their team (as it was then): answers by question, and why."""

    session: int
    round: int
    member: int
    team: int
    answers: Mapping[str, str]
    why: str
    made: float


@dataclass(frozen=True)
class Proposal:
    """A team's package: the scenario text as it came; ``revision`` counts from 1 within a round, the latest counts."""

    id: int
    session: int
    round: int
    team: int
    member: int
    revision: int
    label: str
    text: str
    staff_days: float
    made: float
    after_reveal: bool


@dataclass(frozen=True)
class Result:
    """What runs of a proposal in a world gave, or (``proposal``, ``round``, ``team`` None) of no package in it."""

    id: int
    session: int
    round: int | None
    team: int | None
    proposal: int | None
    world: str
    content: Mapping[str, Any]
    made: float


@dataclass(frozen=True)
class Event:
    """A line of the log."""

    id: int
    session: int
    time: float
    kind: str
    member: int | None
    details: Mapping[str, Any]


SESSION = """SELECT session.*, round.world, round.revealed IS NOT NULL AS is_revealed
    FROM session JOIN round ON round.session = session.id AND round.number = session.round"""
RESULT = "SELECT result.*, proposal.round, proposal.team FROM result LEFT JOIN proposal ON proposal.id = result.proposal"
_JSON = ("answers", "content", "details")
_BOOL = ("is_revealed", "doors_open", "deadline_closes", "after_reveal")


def read_session(db: Reading, session: int) -> Session:
    """The session of this id; refuses one that is not there."""
    row = db.one(f"{SESSION} WHERE session.id = ?", session)
    if row is None:
        raise ClassroomError("session.gone")
    return session_of(row)


def session_of(row: sqlite3.Row) -> Session:
    """From a row of :data:`SESSION`."""
    values = plain(row)
    return Session(stage=Phase(values.pop("phase")), **values)


def member_of(row: sqlite3.Row, token: str | None = None) -> Member:
    """From a row of the table of members."""
    return Member(**{**plain(row), "token": token})


def plain(row: sqlite3.Row) -> dict[str, Any]:
    """A row by column, with what is kept as JSON or as 0 and 1 as it was."""
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 - iterating over a row gives its values
    values |= {name: json.loads(values[name]) for name in _JSON if name in values}
    return values | {name: bool(values[name]) for name in _BOOL if name in values}
