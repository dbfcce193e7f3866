"""Who is in a session: joining by a code, resuming by a token, teams of even size."""

from __future__ import annotations

import hashlib
import secrets

from partnersim.classroom import limits
from partnersim.classroom.errors import ClassroomError, NotAllowed
from partnersim.classroom.records import Member, Role, Session, member_of, read_session
from partnersim.classroom.store import Book, Reading


class Seats:
    """Members of all sessions; ``guard`` stops the guessing of codes."""

    def __init__(self, book: Book, guard: limits.Guard) -> None:
        self._book, self._guard = book, guard

    def find(self, code: str, client: str = "") -> int:
        """The open session of this code. ``client`` is where the call comes from, such as an address; it is never written down.

        Refuses unknown codes, and all codes for a while after many unknown ones.
        """
        self._guard.check(client)
        wanted = limits.read_code(code)
        with self._book.read() as db:
            found = db.value("SELECT id FROM session WHERE code = ? AND closed IS NULL", wanted) if wanted else None
        if found is None:
            self._guard.failed(client)
            raise ClassroomError("join.unknown_code")
        return int(found)

    def join(self, code: str, nickname: str, client: str = "", role: Role = Role.MEMBER) -> Member:
        """A seat in the open session of this code, in the smallest team or, as an observer, in none; with the token to resume it.

        Refuses codes as :meth:`find` does; closed doors; a full session; and names as :func:`limits.nickname` does.
        """
        found = self.find(code, client)
        token = secrets.token_urlsafe(24)
        with self._book.write() as db:
            session = read_session(db, found)
            present = self._present(db, session.id)
            ever = db.value("SELECT count(*) FROM member WHERE session = ?", session.id)
            if session.closed is not None:
                raise ClassroomError("session.closed")
            if not session.doors_open:
                raise ClassroomError("join.doors")
            if len(present) >= session.cap or ever >= limits.MOST_EVER:
                raise ClassroomError("join.full", cap=session.cap)
            name = limits.nickname(nickname, (member.nickname for member in present))
            team = None if role is Role.OBSERVER else smallest(session, present)
            number = ever + 1
            seat = {"session": session.id, "number": number, "nickname": name, "team": team, "joined": db.now}
            member = db.add("member", **seat, token=_told(token))
            db.log(session.id, "join", member, team=team)
            return Member(id=member, gone=None, token=token, **seat)

    def resume(self, token: str) -> Member:
        """The seat of a token, with it; :class:`NotAllowed` for one that left, was removed or never was."""
        with self._book.read() as db:
            return holder(db, token)

    def leave(self, token: str) -> None:
        """Give up the seat; what the member made stays with the team. The token resumes nothing any more."""
        with self._book.write() as db:
            member = holder(db, token)
            db.execute("UPDATE member SET gone = ? WHERE id = ?", db.now, member.id)
            db.log(member.session, "leave", member.id)

    def remove(self, secret: str, member: int) -> None:
        """The teacher takes somebody's seat away. Close the doors as well if they shall not come back under another name."""
        self._book.check_teacher(secret)
        with self._book.write() as db:
            seat = _seat(db, member)
            db.execute("UPDATE member SET gone = ? WHERE id = ?", db.now, seat.id)
            db.log(seat.session, "remove", seat.id)

    def move(self, secret: str, member: int, team: int | None) -> Member:
        """The teacher puts somebody into another team, None for observers."""
        self._book.check_teacher(secret)
        with self._book.write() as db:
            seat = _seat(db, member)
            session = read_session(db, seat.session)
            if team is not None and team not in range(1, session.n_teams + 1):
                raise ClassroomError("move.no_team", most=session.n_teams)
            db.execute("UPDATE member SET team = ? WHERE id = ?", team, member)
            db.log(session.id, "move", member, team=team)
            return _seat(db, member)

    def rename(self, secret: str, member: int, nickname: str) -> Member:
        """The teacher gives somebody another name, on the wall and in all that was made."""
        self._book.check_teacher(secret)
        with self._book.write() as db:
            seat = _seat(db, member)
            others = (other.nickname for other in self._present(db, seat.session) if other.id != member)
            name = limits.nickname(nickname, others)
            db.execute("UPDATE member SET nickname = ? WHERE id = ?", name, member)
            db.log(seat.session, "rename", member)
            return _seat(db, member)

    def members(self, session: int, present: bool = True) -> list[Member]:
        """By number: those who are there, or all who ever were."""
        with self._book.read() as db:
            if present:
                return self._present(db, session)
            return [member_of(row) for row in db.all("SELECT * FROM member WHERE session = ? ORDER BY number", session)]

    @staticmethod
    def _present(db: Reading, session: int) -> list[Member]:
        found = db.all("SELECT * FROM member WHERE session = ? AND gone IS NULL ORDER BY number", session)
        return [member_of(row) for row in found]


def smallest(session: Session, present: list[Member]) -> int:
    """The team that the next member goes to: the smallest, of equal ones the first."""
    sizes = dict.fromkeys(range(1, session.n_teams + 1), 0)
    for member in present:
        if member.team is not None:
            sizes[member.team] += 1
    return min(sizes, key=lambda team: (sizes[team], team))


def holder(db: Reading, token: str) -> Member:
    """Whose token this is."""
    row = db.one("SELECT * FROM member WHERE token = ? AND gone IS NULL", _told(token))
    if row is None:
        raise NotAllowed("seat.unknown")
    return member_of(row, token)


def _seat(db: Reading, member: int) -> Member:
    row = db.one("SELECT * FROM member WHERE id = ? AND gone IS NULL", member)
    if row is None:
        raise ClassroomError("seat.empty")
    return member_of(row)


def _told(token: str) -> str:
    """What is kept of a token: who reads the file cannot take anybody's seat with it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
