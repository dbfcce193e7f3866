"""The file of sessions: SQLite, with everything on disk before a call returns.

Writers take turns at one connection. Readers have another, so they never wait for the disk. After a kill at any moment the file
holds whole transactions only, and every one that was acknowledged.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from partnersim.classroom.errors import BookError, NotAllowed
from partnersim.classroom.schema import APPLICATION, MIGRATIONS, VERSION

PATIENCE = 5.0
"""Seconds to wait for another process that writes to the file."""
SECRETS = ("teacher", "cookie")
TROUBLES = {
    sqlite3.SQLITE_FULL: "book.full",
    sqlite3.SQLITE_BUSY: "book.locked",
    sqlite3.SQLITE_LOCKED: "book.locked",
    sqlite3.SQLITE_CORRUPT: "book.corrupt",
    sqlite3.SQLITE_NOTADB: "book.corrupt",
    sqlite3.SQLITE_READONLY: "book.unwritable",
    sqlite3.SQLITE_CANTOPEN: "book.unwritable",
    sqlite3.SQLITE_PERM: "book.unwritable",
    sqlite3.SQLITE_IOERR: "book.disk",
}
Listener = Callable[[int], object]
"""Is told the id of a session that has changed."""


class Reading:
    """Questions to the file within one transaction, so that their answers fit together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """All rows."""
        return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The first row, if any."""
        found = self.all(sql, *values)
        return found[0] if found else None

    def value(self, sql: str, *values: Any) -> Any:
        """The first number of the first row; None where there is no row."""
        row = self.one(sql, *values)
        return None if row is None else row[0]


class Writing(Reading):
    """The same with changes, which are kept together or not at all. ``now``: seconds since 1970, one for the transaction."""

    def __init__(self, connection: sqlite3.Connection, now: float) -> None:
        super().__init__(connection)
        self.now = now
        self.touched: set[int] = set()

    def execute(self, sql: str, *values: Any) -> int:
        """Make a change; returns the id of a row added."""
        return int(self._connection.execute(sql, values).lastrowid or 0)

    def add(self, table: str, **columns: Any) -> int:
        """Add a row; returns its id."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        return self.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", *columns.values())

    def log(self, session: int, kind: str, member: int | None = None, **details: Any) -> None:
        """Write into the session's log what this transaction does; its listeners are told once it is kept."""
        told = json.dumps(details, ensure_ascii=False, sort_keys=True)
        self.add("event", session=session, time=self.now, kind=kind, member=member, details=told)
        self.touched.add(session)


class Book:
    """The file of sessions at ``path``, made where there is none. ``clock``: seconds since 1970.

    Raises :class:`BookError` for a file that cannot be opened, is damaged, of another program, or of a newer version.
    """

    def __init__(self, path: str | Path, clock: Callable[[], float] = time.time) -> None:
        self.path = Path(path)
        self.clock = clock
        self._listeners: list[Listener] = []
        self._writing, self._reading = threading.RLock(), threading.RLock()
        with self._told():
            _make_private(self.path)
            self._writer = self._connect()
            try:
                self._prepare()
                self._reader = self._connect()
                self._reader.execute("PRAGMA query_only = ON")
            except BaseException:
                self._writer.close()
                raise

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        return connection

    def _prepare(self) -> None:
        """Refuse what is not ours before anything is changed, then bring the file to this version."""
        ask = Reading(self._writer)
        version, application = ask.value("PRAGMA user_version"), ask.value("PRAGMA application_id")
        if application != APPLICATION and (application or version or ask.value("SELECT count(*) FROM sqlite_master")):
            raise BookError("book.foreign", path=str(self.path))
        if version > VERSION:
            raise BookError("book.newer", path=str(self.path), version=version, known=VERSION)
        if ask.value("PRAGMA quick_check(1)") != "ok":
            raise BookError("book.corrupt", path=str(self.path))
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            self._writer.execute(f"PRAGMA {pragma}").fetchall()
        with self.write() as db:
            for migration in MIGRATIONS[db.value("PRAGMA user_version") :]:
                for statement in migration:
                    db.execute(statement)
            for name in SECRETS:
                db.execute("INSERT OR IGNORE INTO setting VALUES (?, ?)", name, secrets.token_urlsafe(24))
            db.execute(f"PRAGMA application_id = {APPLICATION}")
            db.execute(f"PRAGMA user_version = {VERSION}")
        self._writer.execute("PRAGMA foreign_keys = ON")
        # What was deleted just before a kill may still lie in the log of changes.
        self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in words what is wrong with the file; faults of the program go through."""
        try:
            yield
        except sqlite3.Error as error:
            key = TROUBLES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
            if key is None:
                raise
            raise BookError(key, path=str(self.path)) from error
        except OSError as error:
            raise BookError("book.unwritable", path=str(self.path)) from error

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """One transaction, on disk when the block is left; nothing of it stays if the block raises."""
        with self._writing:
            with self._told():
                self._writer.execute("BEGIN IMMEDIATE")
            db = Writing(self._writer, self.clock())
            try:
                with self._told():
                    yield db
                    self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    with suppress(sqlite3.Error):  # the error that is on its way says more
                        self._writer.execute("ROLLBACK")
                raise
        self._tell(db.touched)

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """The file as it stood when the block began."""
        with self._reading, self._told():
            self._reader.execute("BEGIN")
            try:
                yield Reading(self._reader)
            finally:
                self._reader.execute("COMMIT")

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called after each change, in the thread that made it; returns what ends that.

        A listener must be quick. What it raises is logged and harms nobody else.
        """
        self._listeners.append(listener)

        def end() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return end

    def _tell(self, sessions: set[int]) -> None:
        for session in sorted(sessions):
            for listener in list(self._listeners):
                try:
                    listener(session)
                except Exception:
                    logging.getLogger(__name__).exception("a listener of the classroom failed")

    def changes(self, session: int) -> int:
        """A number that grows with every change of a session; 0 where there is no such session."""
        with self.read() as db:
            return int(db.value("SELECT ifnull(max(id), 0) FROM event WHERE session = ?", session))

    def setting(self, name: str) -> str:
        """One of the settings :data:`SECRETS`, made once per file."""
        with self.read() as db:
            return str(db.value("SELECT value FROM setting WHERE name = ?", name))

    @property
    def secret(self) -> str:
        """What the teacher's page is opened with."""
        return self.setting("teacher")

    @property
    def cookie_secret(self) -> str:
        """What the server signs its cookies with."""
        return self.setting("cookie")

    def renew_secret(self) -> str:
        """Make a new secret for the teacher; the former opens nothing from now on."""
        new = secrets.token_urlsafe(24)
        with self.write() as db:
            db.execute("UPDATE setting SET value = ? WHERE name = 'teacher'", new)
        return new

    def check_teacher(self, secret: str) -> None:
        """Raise :class:`NotAllowed` unless this is the teacher's secret, in a time that does not tell how much of it is right."""
        if not hmac.compare_digest(secret.encode("utf-8", "replace"), self.secret.encode()):
            raise NotAllowed("teacher.secret")

    def wipe(self) -> None:
        """Give up the room of deleted rows and of the log of changes, so that their bytes are no longer in the files."""
        with self._writing, self._told():
            self._writer.execute("VACUUM")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Let go of the file; the book cannot be used any more."""
        with self._writing, self._reading:
            self._reader.close()
            self._writer.close()


def _make_private(path: Path) -> None:
    """Make an empty file that others on this machine cannot read; one that is there keeps its rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
