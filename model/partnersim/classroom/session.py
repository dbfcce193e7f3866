"""The teacher's part of a class session: open it, lead it from phase to phase, close it, take it away.

Nothing here or in the rooms beside it knows of pages. Every change is on disk before a call returns, and every rule is checked in
the transaction that makes the change, so two clicks at once cannot pass it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path

from partnersim.classroom import limits
from partnersim.classroom.errors import ROOM, ClassroomError
from partnersim.classroom.phases import Phase, following, is_revealed, preceding
from partnersim.classroom.records import SESSION, Event, Session, plain, read_session, session_of
from partnersim.classroom.seats import Seats
from partnersim.classroom.store import Book, Writing
from partnersim.classroom.work import Load, Work
from partnersim.languages.catalogue import languages
from partnersim.population.sizes import SIZES


class Classroom:
    """All sessions of a file. ``seats``: who is there; ``work``: predictions, packages, results.

    ``book``: the file, or its path. ``load``: the strict loader of scenario texts, ``(text, name)`` to a scenario; ``worlds``:
    names of worlds that may be played, both the library's unless given. ``clock``: seconds that never go back, for rates.

    Calls that take ``secret`` are the teacher's and raise :class:`NotAllowed` for another. All raise :class:`ClassroomError`
    where the session does not allow what is asked, and :class:`BookError` where the file fails.
    """

    def __init__(
        self,
        book: Book | str | Path,
        *,
        load: Load | None = None,
        worlds: Collection[str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from partnersim import sharing

        self.book = book if isinstance(book, Book) else Book(book)
        self.worlds = tuple(sharing.worlds() if worlds is None else worlds)
        self.seats = Seats(self.book, limits.Guard(clock))
        self.work = Work(self.book, load or sharing.scenario_from_text, clock)
        self.changes = self.book.changes
        self.subscribe = self.book.subscribe

    # What there is

    def session(self, session: int) -> Session:
        """The session as the teacher sees it; what students see is its :meth:`Session.shown`."""
        with self.book.read() as db:
            return read_session(db, session)

    def sessions(self, secret: str) -> list[Session]:
        """All sessions, the newest first."""
        self.book.check_teacher(secret)
        with self.book.read() as db:
            return [session_of(row) for row in db.all(f"{SESSION} ORDER BY session.id DESC")]

    def log(self, secret: str, session: int) -> list[Event]:
        """What happened, in order."""
        self.book.check_teacher(secret)
        with self.book.read() as db:
            return [Event(**plain(row)) for row in db.all("SELECT * FROM event WHERE session = ? ORDER BY id", session)]

    # From opening to closing

    def open_session(
        self,
        secret: str,
        title: str,
        *,
        language: str = "en",
        n_teams: int = 4,
        budget: float | None = None,
        exercise: str = "",
        calm: str = "baseline",
        seeds: int = 100,
        months: int = 120,
        size: str = "class",
        cap: int = limits.MOST_MEMBERS,
    ) -> Session:
        """A new session in its lobby. ``budget``: staff-days a year a package may take, None for any; see :class:`Session`."""
        self.book.check_teacher(secret)
        title = limits.line(title, limits.LONGEST_TITLE, "title")
        limits.among("language", language, languages(ROOM))
        limits.among("world", calm, self.worlds)
        limits.among("size", size, SIZES)
        limits.within("n_teams", n_teams, 2, 8)
        limits.within("seeds", seeds, 3, 1000)
        limits.within("months", months, 12, SIZES[size].horizon)
        limits.within("cap", cap, 1, limits.MOST_MEMBERS)
        if budget is not None:
            limits.within("budget", budget, 0, limits.LARGEST_BUDGET)
        if exercise:
            exercise = limits.line(exercise, limits.LONGEST_ANSWER, "title")
        with self.book.write() as db:
            number = db.add(
                "session", code=_code(db), title=title, language=language, n_teams=n_teams, budget=budget, exercise=exercise,
                calm=calm, seeds=seeds, months=months, size=size, cap=cap, phase=Phase.LOBBY, round=1, doors_open=True,
                deadline_closes=False, opened=db.now,
            )  # fmt: skip
            db.add("round", session=number, number=1, begun=db.now)
            db.log(number, "open")
            return read_session(db, number)

    def advance(self, secret: str, session: int, seen: Phase | None = None) -> Session:
        """To the next phase; from discuss, the session is closed. The timer ends.

        ``seen``: the phase that the teacher had before them; where it is another by now, as after a second click, this is
        refused. A round without a held-out world goes from reveal to discuss at once.
        """
        self.book.check_teacher(secret)
        with self.book.write() as db:
            now = read_session(db, session)
            _unless_moved(now, seen)
            new = following(now.phase, now.world is not None)
            if new is None:
                raise ClassroomError("session.closed")
            if new is Phase.CLOSED:
                return self._close(db, now)
            if is_revealed(new):
                db.execute("UPDATE round SET revealed = ? WHERE session = ? AND number = ?", db.now, session, now.round)
            return self._move(db, now, new, now.round, "advance")

    def back(self, secret: str, session: int, seen: Phase | None = None) -> Session:
        """One step back; a closed session is open again in the phase in which it was closed, perhaps under another code.

        From the predictions of a later round it leads to the discussion of the round before, which keeps all that was made.
        """
        self.book.check_teacher(secret)
        with self.book.write() as db:
            now = read_session(db, session)
            _unless_moved(now, seen)
            if now.closed is not None:
                is_taken = db.one("SELECT 1 FROM session WHERE code = ? AND closed IS NULL", now.code)
                db.execute(
                    "UPDATE session SET closed = NULL, code = ? WHERE id = ?", _code(db) if is_taken else now.code, session
                )
                return self._move(db, now, now.stage, now.round, "back")
            if now.stage is Phase.PREDICT and now.round > 1:
                return self._move(db, now, Phase.DISCUSS, now.round - 1, "back")
            former = preceding(now.stage, now.world is not None)
            if former is None:
                raise ClassroomError("session.first")
            return self._move(db, now, former, now.round, "back")

    def next_round(self, secret: str, session: int) -> Session:
        """From discuss to the predictions of another round; all that former rounds made is kept."""
        self.book.check_teacher(secret)
        with self.book.write() as db:
            now = read_session(db, session)
            if now.phase is not Phase.DISCUSS:
                raise ClassroomError("session.not_discussing")
            db.execute("INSERT OR IGNORE INTO round (session, number, begun) VALUES (?, ?, ?)", session, now.round + 1, db.now)
            return self._move(db, now, Phase.PREDICT, now.round + 1, "round")

    def strike(self, secret: str, session: int, world: str | None) -> Session:
        """Choose the world that is held out in this round, or None; students learn of it when the phase strike begins."""
        self.book.check_teacher(secret)
        if world is not None:
            limits.among("world", world, self.worlds)
        with self.book.write() as db:
            now = read_session(db, session)
            if now.phase in (Phase.STRIKE, Phase.DISCUSS, Phase.CLOSED):
                raise ClassroomError("strike.too_late")
            if world == now.calm:
                raise ClassroomError("strike.same")
            db.execute("UPDATE round SET world = ? WHERE session = ? AND number = ?", world, session, now.round)
            db.log(session, "strike", world=world)
            return read_session(db, session)

    def set_timer(self, secret: str, session: int, seconds: float | None, closes: bool = False) -> Session:
        """A deadline so many seconds from now, None for none. ``closes``: nothing is taken after it; else it is only shown."""
        self.book.check_teacher(secret)
        if seconds is not None:
            limits.within("timer", seconds, 1, limits.LONGEST_TIMER)
        with self.book.write() as db:
            self._still_open(db, session)
            deadline = None if seconds is None else db.now + seconds
            return self._timer(db, session, deadline, closes and seconds is not None)

    def extend(self, secret: str, session: int, seconds: float) -> Session:
        """Put the deadline off by so many seconds, counted from now where it has passed."""
        self.book.check_teacher(secret)
        limits.within("timer", seconds, 1, limits.LONGEST_TIMER)
        with self.book.write() as db:
            now = self._still_open(db, session)
            if now.deadline is None:
                raise ClassroomError("timer.none")
            return self._timer(db, session, max(now.deadline, db.now) + seconds, now.deadline_closes)

    def set_doors(self, secret: str, session: int, are_open: bool) -> Session:
        """Whether anybody can join; who is in stays and can resume."""
        self.book.check_teacher(secret)
        with self.book.write() as db:
            self._still_open(db, session)
            db.execute("UPDATE session SET doors_open = ? WHERE id = ?", are_open, session)
            db.log(session, "doors", open=are_open)
            return read_session(db, session)

    def close(self, secret: str, session: int) -> Session:
        """End the session, from any phase. Everything can be read until it is deleted; one step back reopens it."""
        self.book.check_teacher(secret)
        with self.book.write() as db:
            return self._close(db, self._still_open(db, session))

    def reset(self, secret: str, session: int) -> Session:
        """Back to the lobby of the first round: predictions, packages and results are deleted, members stay."""
        self.book.check_teacher(secret)
        with self.book.write() as db:
            now = self._still_open(db, session)
            # Predictions and proposals go with their round, results with them.
            db.execute("DELETE FROM result WHERE session = ?", session)
            db.execute("DELETE FROM round WHERE session = ?", session)
            db.add("round", session=session, number=1, begun=db.now)
            return self._move(db, now, Phase.LOBBY, 1, "reset")

    def delete(self, secret: str, session: int) -> None:
        """Take the session away with everybody and everything in it, so that nothing of it is left in the file."""
        self.book.check_teacher(secret)
        with self.book.write() as db:
            read_session(db, session)
            db.execute("DELETE FROM session WHERE id = ?", session)
            db.touched.add(session)
        self.book.wipe()

    def export_zip(self, secret: str, session: int) -> bytes:
        """Everything of a session in one file, see :mod:`partnersim.classroom.export`."""
        from partnersim.classroom.export import archive

        self.book.check_teacher(secret)
        return archive(self.book, session)

    # Steps within a transaction

    @staticmethod
    def _still_open(db: Writing, session: int) -> Session:
        now = read_session(db, session)
        if now.closed is not None:
            raise ClassroomError("session.closed")
        return now

    @staticmethod
    def _move(db: Writing, now: Session, phase: Phase, round_number: int, kind: str) -> Session:
        move = "UPDATE session SET phase = ?, round = ?, deadline = NULL, deadline_closes = 0 WHERE id = ?"
        db.execute(move, phase, round_number, now.id)
        db.log(now.id, kind, phase=phase, round=round_number)
        return read_session(db, now.id)

    @staticmethod
    def _timer(db: Writing, session: int, deadline: float | None, closes: bool) -> Session:
        db.execute("UPDATE session SET deadline = ?, deadline_closes = ? WHERE id = ?", deadline, closes, session)
        db.log(session, "timer", deadline=deadline, closes=closes)
        return read_session(db, session)

    @staticmethod
    def _close(db: Writing, now: Session) -> Session:
        db.execute("UPDATE session SET closed = ?, deadline = NULL, deadline_closes = 0 WHERE id = ?", db.now, now.id)
        db.log(now.id, "close", phase=now.stage, round=now.round)
        return read_session(db, now.id)


def _code(db: Writing) -> str:
    return limits.new_code({row["code"] for row in db.all("SELECT code FROM session WHERE closed IS NULL")})


def _unless_moved(now: Session, seen: Phase | None) -> None:
    if seen is not None and seen is not now.phase:
        raise ClassroomError("session.moved_on")
