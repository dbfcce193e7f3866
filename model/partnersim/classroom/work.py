"""What a class makes: predictions, packages and the results of packages."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from partnersim.classroom import limits
from partnersim.classroom.errors import ClassroomError
from partnersim.classroom.packages import Load, read_package
from partnersim.classroom.phases import Phase
from partnersim.classroom.records import RESULT, Member, Prediction, Proposal, Result, Session, plain, read_session
from partnersim.classroom.seats import holder
from partnersim.classroom.store import Book, Reading
from partnersim.scenario import Scenario

SLACK = 0.5
"""Staff-days by which a package may miss the budget: what is shown is rounded to whole days."""


class Work:
    """Predictions, packages and results of all sessions; ``load`` as in :class:`Classroom`."""

    def __init__(self, book: Book, load: Load, clock: Callable[[], float]) -> None:
        self._book, self._load = book, load
        self._predictions = limits.Rate(limits.PREDICTIONS_A_MINUTE, 60, clock)
        self._proposals = limits.Rate(limits.PROPOSALS_A_MINUTE, 60, clock)

    def predict(self, token: str, answers: Mapping[str, str], why: str = "") -> Prediction:
        """Keep what a member expects; asked again in the same phase it takes the place of the former.

        ``answers``: by question, such as ``{"transaction_cost": "lower"}``, see :func:`limits.answers`; those named by an outcome
        and answered lower, none or higher are compared with results. Taken in the phase predict alone, before the round's results
        have ever been shown, from members of teams.
        """
        given = limits.answers(answers)
        why = limits.line(why, limits.LONGEST_WHY, "why", least=0)
        with self._book.write() as db:
            member, session, team = self._allowed(db, token, Phase.PREDICT, self._predictions)
            if session.is_revealed:
                raise ClassroomError("predict.seen")
            columns: dict[str, Any] = {
                "session": session.id,
                "round": session.round,
                "member": member.id,
                "team": team,
                "why": why,
                "made": db.now,
            }
            db.execute("DELETE FROM prediction WHERE member = ? AND round = ?", member.id, session.round)
            db.add("prediction", **columns, answers=json.dumps(given, sort_keys=True))
            db.log(session.id, "predict", member.id, round=session.round)
            return Prediction(answers=given, **columns)

    def package(self, token: str, text: str) -> Scenario:
        """The scenario of a text, read as :meth:`propose` will read it: to run it, and to count its staff-days."""
        with self._book.read() as db:
            session = read_session(db, holder(db, token).session)
        return read_package(text, session.calm, load=self._load)

    def propose(self, token: str, text: str, staff_days: float, label: str = "") -> Proposal:
        """Keep a package as the latest of the member's team; what the team proposed before is kept too.

        ``text``: a scenario as TOML, kept as it is, see :func:`read_package`; ``staff_days``: what it takes a year of the real
        system, counted by the server and never by a browser; ``label``: what the team calls it, else the scenario's title.
        Taken in the phase decide alone, from members of teams, within the budget. The same again is not kept a second time.
        """
        with self._book.read() as db:  # before the text is read, which costs more than to refuse
            _, session, _ = self._allowed(db, token, Phase.DECIDE, self._proposals)
        scenario = read_package(text, session.calm, load=self._load)
        label = limits.line(label or scenario.title[: limits.LONGEST_LABEL], limits.LONGEST_LABEL, "label")
        days = float(staff_days)
        if not math.isfinite(days):
            raise ClassroomError("propose.days")
        if session.budget is not None and days > session.budget + SLACK:
            raise ClassroomError("propose.over_budget", days=round(days), budget=round(session.budget))
        with self._book.write() as db:
            member, session, team = self._allowed(db, token, Phase.DECIDE)
            last = self._latest(db, session.id, session.round).get(team)
            if last and (last.text, last.label, last.staff_days) == (text, label, days):
                return last
            revision = 1 + (last.revision if last else 0)
            if revision > limits.MOST_REVISIONS:
                raise ClassroomError("propose.revisions", most=limits.MOST_REVISIONS)
            columns: dict[str, Any] = {
                "session": session.id, "round": session.round, "team": team, "member": member.id, "revision": revision,
                "label": label, "text": text, "staff_days": days, "made": db.now, "after_reveal": session.is_revealed,
            }  # fmt: skip
            proposal = db.add("proposal", **columns)
            db.log(session.id, "propose", member.id, round=session.round, team=team, revision=revision)
            return Proposal(id=proposal, **columns)

    def record(self, session: int, world: str, proposal: int | None, content: Mapping[str, Any]) -> Result:
        """Keep what runs gave (:func:`partnersim.classroom.scores.kept`), so that a restart need not make them again.

        ``proposal``: which package was played, None for the world without any. Takes the place of what was kept of it before.
        """
        text = json.dumps(content, allow_nan=False)
        if len(text) > limits.LARGEST_RESULT:
            raise ValueError(f"a result of {len(text):,} characters; allowed are {limits.LARGEST_RESULT:,}")
        with self._book.write() as db:
            read_session(db, session)
            if proposal is not None and not db.one("SELECT 1 FROM proposal WHERE id = ? AND session = ?", proposal, session):
                raise ClassroomError("session.gone")  # reset while it was played
            same = "session = ? AND world = ? AND ifnull(proposal, 0) = ?"
            db.execute(f"DELETE FROM result WHERE {same}", session, world, proposal or 0)
            made = db.add("result", session=session, world=world, proposal=proposal, content=text, made=db.now)
            db.log(session, "result", proposal=proposal)
            row = db.one(f"{RESULT} WHERE result.id = ?", made)
            assert row is not None
            return Result(**plain(row))

    def predictions(self, session: int, round_number: int | None = None) -> list[Prediction]:
        """Of one round or of all, by round and member."""
        with self._book.read() as db:
            found = db.all("SELECT * FROM prediction WHERE session = ? ORDER BY round, member", session)
        return [Prediction(**plain(row)) for row in found if round_number in (None, row["round"])]

    def proposals(self, session: int, round_number: int | None = None, team: int | None = None) -> list[Proposal]:
        """All revisions, of one round and team or of all, in the order in which they were made."""
        with self._book.read() as db:
            found = db.all("SELECT * FROM proposal WHERE session = ? ORDER BY id", session)
        wanted = [row for row in found if round_number in (None, row["round"]) and team in (None, row["team"])]
        return [Proposal(**plain(row)) for row in wanted]

    def latest(self, session: int, round_number: int) -> dict[int, Proposal]:
        """The package that counts, by team, of the teams that have proposed in this round."""
        with self._book.read() as db:
            return self._latest(db, session, round_number)

    def results(self, session: int) -> list[Result]:
        """All that are kept, whether shown or not."""
        with self._book.read() as db:
            return [Result(**plain(row)) for row in db.all(f"{RESULT} WHERE result.session = ? ORDER BY result.id", session)]

    def shown(self, session: int) -> list[Result]:
        """Those that students may see by now; of the latest packages and of the worlds without any."""
        with self._book.read() as db:
            now = read_session(db, session)
            numbers = range(1, now.round + 1)
            counting = {p.id for n in numbers for p in self._latest(db, session, n).values()}
            worlds = {row["number"]: row["world"] for row in db.all("SELECT * FROM round WHERE session = ?", session)}
            known = {world for n in numbers for world in (now.calm, worlds[n]) if now.shows(n, world)}
            found = [Result(**plain(row)) for row in db.all(f"{RESULT} WHERE result.session = ? ORDER BY result.id", session)]
        return [
            r for r in found if (r.world in known if r.round is None else r.proposal in counting and now.shows(r.round, r.world))
        ]

    def _allowed(self, db: Reading, token: str, phase: Phase, rate: limits.Rate | None = None) -> tuple[Member, Session, int]:
        """The member of this token, if they may do now what is done in ``phase``, their session and their team."""
        member = holder(db, token)
        session = read_session(db, member.session)
        if session.phase is not phase:
            raise ClassroomError(f"{'predict' if phase is Phase.PREDICT else 'propose'}.not_now")
        if member.team is None:
            raise ClassroomError("seat.observer")
        if session.is_over(self._book.clock()):
            raise ClassroomError("timer.over")
        if rate and (wait := rate.take(member.id)):
            raise ClassroomError("seat.too_often", seconds=int(wait) + 1)
        return member, session, member.team

    @staticmethod
    def _latest(db: Reading, session: int, round_number: int) -> dict[int, Proposal]:
        newest = "SELECT max(id) FROM proposal WHERE session = ? AND round = ? GROUP BY team"
        found = db.all(f"SELECT * FROM proposal WHERE id IN ({newest}) ORDER BY team", session, round_number)
        return {row["team"]: Proposal(**plain(row)) for row in found}
