"""The file of sessions: whole, private, and safe from whatever ends the server."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading

import pytest
from classes import PACKAGE

from partnersim.classroom import store
from partnersim.classroom.errors import BookError, ClassroomError, NotAllowed
from partnersim.classroom.phases import Phase
from partnersim.classroom.schema import VERSION
from partnersim.classroom.session import Classroom
from partnersim.classroom.store import Book


def test_secrets_are_made_once_and_survive_a_restart(tmp_path):
    """Fails when a restart locks the teacher out or every student's cookie becomes invalid."""
    first = Book(tmp_path / "a.sqlite")
    made = first.secret, first.cookie_secret
    first.close()
    again, other = Book(tmp_path / "a.sqlite"), Book(tmp_path / "b.sqlite")
    assert (again.secret, again.cookie_secret) == made and len(set(made)) == 2
    assert other.secret != again.secret and min(map(len, made)) >= 32
    new = again.renew_secret()
    assert new == again.secret != made[0] and again.cookie_secret == made[1]
    again.check_teacher(new)
    for wrong in (made[0], "", new[:-1], new + "x", "é", "\ud800", new.upper()):
        with pytest.raises(NotAllowed):
            again.check_teacher(wrong)
    again.close()
    other.close()


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX systems")
def test_nobody_else_on_the_machine_can_read_the_file(klass):
    """Fails when another user of a shared computer can read the teacher's secret."""
    klass.session()
    for file in klass.path.parent.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


def test_the_file_is_written_for_good_before_a_call_returns(klass):
    """Fails when the log of changes or the forcing to disk is turned off, which no test of a killed process would see."""
    with klass.book.write() as db:
        assert db.value("PRAGMA journal_mode") == "wal"
        assert db.value("PRAGMA synchronous") == 2  # FULL
        assert db.value("PRAGMA foreign_keys") == 1 and db.value("PRAGMA secure_delete") == 1


def refused(path, key: str) -> None:
    """Opening this file is refused with this key, and leaves its bytes as they are."""
    before = path.read_bytes()
    with pytest.raises(BookError) as error:
        Book(path)
    assert error.value.key == key and str(path) in str(error.value)
    assert path.read_bytes() == before


def test_files_that_are_not_ours_are_refused_and_left_alone(tmp_path, klass):
    """Fails when a server writes into a newer file, another program's, a broken one, or a folder that cannot be written."""
    newer, foreign, broken, half = (tmp_path / f"{name}.sqlite" for name in ("newer", "foreign", "broken", "half"))
    Book(newer).close()
    with sqlite3.connect(newer) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE session (a)")
    connection.close()
    broken.write_bytes(b"Dear diary, " * 1000)
    klass.session()
    klass.restart()
    half.write_bytes(klass.path.read_bytes()[:9000] + bytes(4000))
    for path, key in ((newer, "newer"), (foreign, "foreign"), (broken, "corrupt"), (half, "corrupt")):
        refused(path, f"book.{key}")
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "a.sqlite", tmp_path):
        with pytest.raises(BookError) as error:
            Book(path)
        assert error.value.key == "book.unwritable"


def test_a_file_that_another_program_holds_is_told_in_words(klass, monkeypatch):
    """Fails when a locked file ends in a traceback or hangs the page."""
    monkeypatch.setattr(store, "PATIENCE", 0.05)
    klass.restart()
    other = sqlite3.connect(klass.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BookError) as error:
        klass.session()
    assert error.value.key == "book.locked"
    assert klass.room.sessions(klass.secret) == []  # readers do not wait for writers
    other.execute("ROLLBACK")
    other.close()
    klass.session()


def test_a_full_disk_loses_only_what_was_not_acknowledged(klass):
    """Fails when a full disk breaks the file, keeps half a step, or stops the server for good."""
    session = klass.session()
    members = klass.join(session, "Ana")
    with klass.book.write() as db:
        pages = db.value("PRAGMA page_count")
    klass.book._writer.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    with pytest.raises(BookError) as error:
        for n in range(400):
            members += klass.join(session, f"N{n}"[:24])
    assert error.value.key == "book.full" and len(members) < 60
    kept = klass.room.seats.members(session.id)
    assert [m.id for m in kept] == [m.id for m in members]
    klass.book._writer.execute("PRAGMA max_page_count = 100000").fetchall()
    klass.join(session, "After")
    klass.restart()
    assert len(klass.room.seats.members(session.id)) == len(members) + 1


def test_a_step_that_fails_leaves_nothing_and_tells_nobody(klass):
    """Fails when half a transaction stays, or pages are told of what did not happen."""
    session = klass.session()
    heard: list[int] = []
    klass.room.subscribe(heard.append)
    before = klass.room.changes(session.id)
    with pytest.raises(RuntimeError), klass.book.write() as db:
        db.execute("UPDATE session SET title = 'x'")
        db.log(session.id, "x")
        raise RuntimeError
    assert klass.room.session(session.id) == session
    assert klass.room.changes(session.id) == before and heard == []


def test_the_log_is_only_ever_added_to(klass):
    """Fails when what happened in a session can be changed or taken out afterwards."""
    session = klass.session()
    for change in ("UPDATE event SET kind = 'x'", "DELETE FROM event"):
        with pytest.raises(sqlite3.IntegrityError), klass.book.write() as db:
            db.execute(change)
    klass.clock.now += 7
    klass.room.advance(klass.secret, session.id)
    assert [(e.kind, e.time - session.opened) for e in klass.room.log(klass.secret, session.id)] == [("open", 0), ("advance", 7)]


def test_pages_hear_of_changes_and_harm_nobody(klass, caplog):
    """Fails when a page misses a change, hears of another's, or one broken page stops the class."""
    one, two = klass.session(), klass.session()
    heard: list[int] = []

    def broken(session: int) -> None:
        raise RuntimeError(session)

    klass.room.subscribe(broken)
    end = klass.room.subscribe(heard.append)
    before = klass.room.changes(two.id)
    klass.join(one, "Ana")
    assert heard == [one.id] and "listener" in caplog.text
    assert klass.room.changes(one.id) > before == klass.room.changes(two.id)
    end()
    end()
    klass.join(one, "Bo")
    assert heard == [one.id]
    assert klass.room.changes(999) == 0


def test_a_listener_may_ask_and_write_itself(klass):
    """Fails when listeners are called while the file is held, so that a page that asks back hangs."""
    session = klass.session()
    seen: list[int] = []

    def listener(number: int) -> None:
        asked = threading.Thread(target=lambda: seen.append(len(klass.room.seats.members(number))))
        asked.start()
        asked.join(5)

    klass.room.subscribe(listener)
    klass.join(session, "Ana")
    assert seen == [1]


def test_what_is_deleted_is_gone_from_the_bytes_of_the_file(klass):
    """Fails when a nickname or a package can still be read from the file after its session was deleted."""
    kept, gone = klass.session(), klass.session()
    klass.join(kept, "Stays-here")
    member = klass.join(gone, "Zebedee-nobody-else")[0]
    klass.to(gone, Phase.DECIDE)
    klass.room.work.propose(member.token, f"# Zebedee {'x' * 50_000}\n{PACKAGE}", 1.0)
    klass.room.delete(klass.secret, gone.id)
    found = b"".join(file.read_bytes() for file in klass.path.parent.iterdir())
    assert b"Stays-here" in found and b"Zebedee" not in found
    with klass.book.read() as db:
        assert db.value("PRAGMA freelist_count") == 0
        for table in ("session", "round", "member", "proposal", "event"):
            assert db.value(f"SELECT count(*) FROM {table} WHERE {'id' if table == 'session' else 'session'} = ?", gone.id) == 0
    assert klass.room.changes(gone.id) == 0
    with pytest.raises(NotAllowed):
        klass.room.seats.resume(str(member.token))
    with pytest.raises(ClassroomError, match="no longer"):
        klass.room.session(gone.id)
    assert klass.session().id > gone.id  # no page of the old session meets a new one


def test_two_servers_on_one_file_take_turns(klass):
    """Fails when a second server on the same file overwrites what the first has just written, or is sent away at once."""
    session = klass.session()
    other = Classroom(klass.path)
    seats: list = []
    late = threading.Thread(target=lambda: seats.append(other.seats.join(session.code, "Ana")))
    with klass.book.write() as db:
        late.start()
        late.join(0.05)
        db.add("member", session=session.id, number=1, nickname="Ana", team=1, token="x", joined=db.now)
    late.join(10)
    other.book.close()
    assert [(m.number, m.nickname, m.team) for m in seats] == [(2, "Ana 2", 2)]


WRITER = """
import sys
from partnersim.classroom.seats import Seats
from partnersim.classroom.limits import Guard
from partnersim.classroom.store import Book
book, seats = Book(sys.argv[1]), None
seats = Seats(book, Guard())
for n in range(10_000):
    member = seats.join(sys.argv[2], f"{sys.argv[3]}-{n}")
    print(member.token, flush=True)
    if n > 2:
        seats.leave(member.token)
        print(f"left {member.token}", flush=True)
"""


def test_a_killed_server_loses_nothing_that_it_had_acknowledged(klass):
    """Fails when kill -9 breaks the file, loses a seat that somebody was given, or brings back one that was given up."""
    session = klass.session()
    klass.book.close()
    acknowledged: list[str] = []
    last = set()
    for turn, lines in enumerate((1, 9, 24)):
        command = [sys.executable, "-c", WRITER, str(klass.path), session.code, str(turn)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        acknowledged += [server.stdout.readline().strip() for _ in range(lines)]
        server.send_signal(signal.SIGKILL)
        acknowledged += server.stdout.read().splitlines()  # what it had still said
        server.stdout.close()
        last.add(acknowledged[-1])
        assert server.wait() == -signal.SIGKILL
    klass.open()
    with klass.book.read() as db:
        assert db.value("PRAGMA integrity_check") == "ok" and db.all("PRAGMA foreign_key_check") == []
    left = {line.removeprefix("left ") for line in acknowledged if line.startswith("left ")}
    joined = {line for line in acknowledged if not line.startswith("left ")}
    assert len(joined) > 10 and len(left) > 5
    for token in joined - left:
        try:
            klass.room.seats.resume(token)
        except NotAllowed:
            assert token in last  # its leaving was on disk, and not yet acknowledged
    for token in left:
        with pytest.raises(NotAllowed):
            klass.room.seats.resume(token)
