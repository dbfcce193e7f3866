"""A session as it stands at one moment, read once for all pages that show it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from partnersim.app.session.board import Board, make_board
from partnersim.classroom.errors import ClassroomError
from partnersim.classroom.phases import Phase, is_revealed, is_struck
from partnersim.classroom.records import Member, Prediction, Proposal, Session
from partnersim.classroom.session import Classroom

KEPT_BOARDS = 40
Wanted = tuple[str, int | None]
"""A world, and the id of the package that is played in it, None for the world without any."""


@dataclass(frozen=True)
class Look:
    """What is true of a session ``now`` (seconds since 1970). Predictions and packages are those of its round.

    ``members`` are there; ``names`` are of all who ever were, by id. ``latest``: the package that counts, by team. ``missing``:
    what has still to be played; ``board``: what came of packages, as far as it may be shown. ``troubles``: why a team's package
    could not be played.
    """

    session: Session
    members: tuple[Member, ...]
    names: Mapping[int, str]
    predictions: tuple[Prediction, ...]
    latest: Mapping[int, Proposal]
    missing: tuple[Wanted, ...]
    board: Board | None
    troubles: Mapping[int, str]
    now: float

    @property
    def is_over(self) -> bool:
        """Whether nothing is taken any more in this phase."""
        return self.session.is_over(self.now)

    @property
    def left(self) -> float | None:
        """Seconds until the deadline; None where there is none."""
        return None if self.session.deadline is None else max(self.session.deadline - self.now, 0.0)

    @property
    def is_revealed(self) -> bool:
        """Whether results of this round may be shown."""
        return is_revealed(self.session.stage)

    @property
    def is_struck(self) -> bool:
        """Whether a held-out world has struck."""
        return is_struck(self.session.stage) and self.session.world is not None

    def team(self, number: int | None) -> list[Member]:
        """Who is in a team, or, without a number, looks on."""
        return [member for member in self.members if member.team == number]

    def member(self, number: int) -> Member | None:
        """The member of this id, if still there."""
        return next((member for member in self.members if member.id == number), None)


class Looking:
    """Reads sessions; boards of the same results are made once."""

    def __init__(self, classroom: Classroom) -> None:
        self.classroom = classroom
        self._boards: OrderedDict[tuple, Board | None] = OrderedDict()

    def look(self, number: int, troubles: Mapping[tuple[int, Wanted], str]) -> Look | None:
        """The session of this id as it stands, None where there is none any more. Called from one thread at a time."""
        room = self.classroom
        try:
            session = room.session(number)
        except ClassroomError as error:
            if error.key != "session.gone":
                raise
            return None
        everybody = room.seats.members(number, present=False)
        latest = room.work.latest(number, session.round)
        results = room.work.results(number)
        failed = {
            p.team: reason for p in latest.values() for (n, (_, of)), reason in troubles.items() if (n, of) == (number, p.id)
        }
        kept = {(result.world, result.proposal) for result in results}
        board = None
        if is_revealed(session.stage):
            teams = [team for team in latest if team not in failed]
            shown = room.work.shown(number)
            key = (number, session.round, session.stage, session.world, tuple(teams), tuple(result.id for result in shown))
            if key not in self._boards:
                self._boards[key] = make_board(session.shown(), shown, teams)
                while len(self._boards) > KEPT_BOARDS:
                    self._boards.popitem(last=False)
            board = self._boards[key]
        return Look(
            session=session,
            members=tuple(member for member in everybody if member.gone is None),
            names={member.id: member.nickname for member in everybody},
            predictions=tuple(room.work.predictions(number, session.round)),
            latest=latest,
            missing=tuple(
                wanted for wanted in wanted_of(session, latest) if wanted not in kept and (number, wanted) not in troubles
            ),
            board=board,
            troubles=failed,
            now=room.book.clock(),
        )


def wanted_of(session: Session, latest: Mapping[int, Proposal]) -> list[Wanted]:
    """What has to be played by this phase: worlds without packages while the class thinks, packages once they are revealed."""
    if session.stage is Phase.LOBBY:
        return []
    worlds = [session.calm, *([session.world] if session.world else [])]
    played: list[Wanted] = [(world, None) for world in worlds]
    if is_revealed(session.stage):
        played += [(world, proposal.id) for world in worlds for proposal in latest.values()]
    return played
