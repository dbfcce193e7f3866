"""A classroom in a file of its own for tests, with clocks that stand still until a test moves them."""

from __future__ import annotations

from pathlib import Path

from partnersim.classroom.phases import Phase
from partnersim.classroom.records import Member, Session
from partnersim.classroom.session import Classroom
from partnersim.classroom.store import Book

PACKAGE = 'title = "Screen together"\n[[policy]]\nlever = "shared_screening"\n'


class Clock:
    """Seconds as a test wants them."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Class:
    """A classroom with a teacher who knows the secret, and the shortest ways to somewhere."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock, self.ticks = path, Clock(), Clock(0.0)
        self.open()

    def open(self) -> None:
        """As a server does that starts, or starts again."""
        self.book = Book(self.path, self.clock)
        self.room = Classroom(self.book, clock=self.ticks)
        self.secret = self.book.secret

    def restart(self) -> None:
        """Everything in memory is gone."""
        self.book.close()
        self.open()

    def session(self, **options) -> Session:
        """A session in its lobby."""
        return self.room.open_session(self.secret, "Partnership design", **options)

    def join(self, session: Session, *names: str) -> list[Member]:
        """Members with tokens."""
        return [self.room.seats.join(session.code, name, "classroom") for name in names]

    def to(self, session: Session, phase: Phase) -> Session:
        """On to a phase of this round."""
        now = self.room.session(session.id)
        while now.phase is not phase:
            now = self.room.advance(self.secret, session.id)
        return now
