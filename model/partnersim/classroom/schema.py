"""The tables of the file of sessions, and how a file of an earlier version becomes one of this.

Migrations are only ever appended: each takes a file from its place in the list to the next version.
"""

from __future__ import annotations

APPLICATION = 0x70736D31
"""SQLite's ``application_id`` of these files, by which those of other programs are told."""

_FIRST = (
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE session (
        id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL, title TEXT NOT NULL, language TEXT NOT NULL,
        budget REAL, n_teams INTEGER NOT NULL CHECK (n_teams BETWEEN 2 AND 8), cap INTEGER NOT NULL,
        exercise TEXT NOT NULL, calm TEXT NOT NULL, seeds INTEGER NOT NULL, months INTEGER NOT NULL, size TEXT NOT NULL,
        phase TEXT NOT NULL, round INTEGER NOT NULL, doors_open INTEGER NOT NULL,
        deadline REAL, deadline_closes INTEGER NOT NULL, opened REAL NOT NULL, closed REAL)""",
    "CREATE UNIQUE INDEX open_code ON session (code) WHERE closed IS NULL",
    """CREATE TABLE round (
        session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE, number INTEGER NOT NULL,
        world TEXT, begun REAL NOT NULL, revealed REAL, PRIMARY KEY (session, number))""",
    """CREATE TABLE member (
        id INTEGER PRIMARY KEY AUTOINCREMENT, session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
        number INTEGER NOT NULL, nickname TEXT NOT NULL, team INTEGER, token TEXT NOT NULL UNIQUE,
        joined REAL NOT NULL, gone REAL, UNIQUE (session, number))""",
    """CREATE TABLE prediction (
        session INTEGER NOT NULL, round INTEGER NOT NULL, member INTEGER NOT NULL REFERENCES member ON DELETE CASCADE,
        team INTEGER NOT NULL, answers TEXT NOT NULL, why TEXT NOT NULL, made REAL NOT NULL, PRIMARY KEY (member, round),
        FOREIGN KEY (session, round) REFERENCES round ON DELETE CASCADE)""",
    "CREATE INDEX prediction_round ON prediction (session, round)",
    """CREATE TABLE proposal (
        id INTEGER PRIMARY KEY AUTOINCREMENT, session INTEGER NOT NULL, round INTEGER NOT NULL, team INTEGER NOT NULL,
        member INTEGER NOT NULL REFERENCES member ON DELETE CASCADE, revision INTEGER NOT NULL, label TEXT NOT NULL,
        text TEXT NOT NULL, staff_days REAL NOT NULL, made REAL NOT NULL, after_reveal INTEGER NOT NULL,
        UNIQUE (session, round, team, revision),
        FOREIGN KEY (session, round) REFERENCES round ON DELETE CASCADE)""",
    "CREATE INDEX proposal_member ON proposal (member)",
    """CREATE TABLE result (
        id INTEGER PRIMARY KEY AUTOINCREMENT, session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
        proposal INTEGER REFERENCES proposal ON DELETE CASCADE, world TEXT NOT NULL, content TEXT NOT NULL,
        made REAL NOT NULL)""",
    "CREATE UNIQUE INDEX result_of ON result (session, world, ifnull(proposal, 0))",
    "CREATE INDEX result_proposal ON result (proposal)",
    """CREATE TABLE event (
        id INTEGER PRIMARY KEY AUTOINCREMENT, session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
        time REAL NOT NULL, kind TEXT NOT NULL, member INTEGER, details TEXT NOT NULL)""",
    "CREATE INDEX event_session ON event (session, id)",
    "CREATE TRIGGER event_is_final BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    """CREATE TRIGGER event_stays BEFORE DELETE ON event WHEN EXISTS (SELECT 1 FROM session WHERE id = OLD.session)
        BEGIN SELECT RAISE(ABORT, 'events go with their session only'); END""",
)

MIGRATIONS = (_FIRST,)
VERSION = len(MIGRATIONS)
