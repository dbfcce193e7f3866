"""All of a session, read at one moment, and the tables made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from partnersim.classroom import scores
from partnersim.classroom.records import (
    RESULT,
    Event,
    Member,
    Prediction,
    Proposal,
    Result,
    Session,
    Team,
    member_of,
    plain,
    read_session,
)
from partnersim.classroom.store import Book
from partnersim.study.words import UNITS


@dataclass(frozen=True)
class Whole:
    """A session with everybody and everything in it. ``worlds``: the held-out world by round, None where there was none."""

    session: Session
    worlds: dict[int, str | None]
    members: dict[int, Member]
    predictions: list[Prediction]
    proposals: list[Proposal]
    results: list[Result]
    events: list[Event]

    def latest(self, round_number: int) -> dict[int, Proposal]:
        """The packages that count, by team."""
        mine = sorted((p for p in self.proposals if p.round == round_number), key=lambda p: (p.team, p.revision))
        return {proposal.team: proposal for proposal in mine}

    def played(self, round_number: int) -> dict[str, scores.Played]:
        """What was kept of the packages that count, by world."""
        counting = {proposal.id for proposal in self.latest(round_number).values()}
        return scores.played((r for r in self.results if r.proposal in counting or r.proposal is None), round_number)


def read_whole(book: Book, session: int) -> Whole:
    """The session of this id."""
    with book.read() as db:

        def of(table: str, order: str = "id") -> list[dict[str, Any]]:
            return [plain(row) for row in db.all(f"SELECT * FROM {table} WHERE session = ? ORDER BY {order}", session)]

        members = [member_of(row) for row in db.all("SELECT * FROM member WHERE session = ? ORDER BY number", session)]
        return Whole(
            session=read_session(db, session),
            worlds={row["number"]: row["world"] for row in of("round", "number")},
            members={member.id: member for member in members},
            predictions=[Prediction(**row) for row in of("prediction", "round, member")],
            proposals=[Proposal(**row) for row in of("proposal")],
            results=[Result(**plain(row)) for row in db.all(f"{RESULT} WHERE result.session = ? ORDER BY result.id", session)],
            events=[Event(**row) for row in of("event")],
        )


def stem(proposal: Proposal) -> str:
    """What the file of a package is called."""
    return f"round-{proposal.round}-team-{letter(proposal.team)}-rev-{proposal.revision}"


def letter(team: int | None) -> str:
    """Of a team; nothing for observers."""
    return "" if team is None else Team.of(team).letter


def moment(seconds: float | None) -> str:
    """A time in UTC, such as 2026-03-01T09:30:00Z; nothing for none."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def members_table(whole: Whole) -> pd.DataFrame:
    """A row a member."""
    rows = [(m.number, m.nickname, letter(m.team), moment(m.joined), moment(m.gone)) for m in whole.members.values()]
    return pd.DataFrame(rows, columns=["member", "nickname", "team", "joined", "gone"])


def decisions_table(whole: Whole) -> pd.DataFrame:
    """A row a revision of a package; ``counts``: whether it is the team's last of the round."""
    counting = {p.id for n in whole.worlds for p in whole.latest(n).values()}
    rows = []
    for p in whole.proposals:
        who, file = whole.members[p.member], f"packages/{stem(p)}.toml"
        what = (p.round, letter(p.team), p.revision, p.id in counting, p.label, round(p.staff_days, 1))
        rows.append((*what, who.number, who.nickname, moment(p.made), p.after_reveal, file))
    what_columns = ["round", "team", "revision", "counts", "label", "staff_days"]
    return pd.DataFrame(rows, columns=[*what_columns, "member", "nickname", "made", "after_reveal", "file"])


def predictions_table(whole: Whole) -> pd.DataFrame:
    """A row an answer; ``came_true`` is empty where that could not be judged."""
    calm = whole.session.calm
    found = {n: scores.effects(played[calm]) for n in whole.worlds if calm in (played := whole.played(n))}
    rows = []
    for p in whole.predictions:
        who = whole.members[p.member]
        true: dict[str, bool] = scores.came_true(p, found[p.round]) if p.round in found else {}
        for question, answer in p.answers.items():
            told = (question, answer, true.get(question, ""), p.why, moment(p.made))
            rows.append((p.round, letter(p.team), who.number, who.nickname, *told))
    columns = ["round", "team", "member", "nickname", "question", "answer", "came_true", "why", "made"]
    return pd.DataFrame(rows, columns=columns)


def results_table(whole: Whole) -> pd.DataFrame:
    """A row a round, world, team and headline outcome, of the packages that count; numbers in the outcome's ``unit``."""
    taken = ["reference_mean", "other_mean", "difference", "low", "high", "verdict", "runs"]
    rows = [
        (n, world, letter(team), outcome, UNITS[outcome], *row[taken])
        for n in whole.worlds
        for world, played in whole.played(n).items()
        for (team, outcome), row in scores.effects(played).iterrows()
    ]
    told = ["without_package", "with_package", *taken[2:]]
    return pd.DataFrame(rows, columns=["round", "world", "team", "outcome", "unit", *told])


def log_table(whole: Whole) -> pd.DataFrame:
    """A row an event; the member by number."""
    rows = []
    for e in whole.events:
        who = "" if e.member is None else whole.members[e.member].number
        rows.append((moment(e.time), e.kind, who, "; ".join(f"{key}={value}" for key, value in e.details.items())))
    return pd.DataFrame(rows, columns=["time", "kind", "member", "details"])
