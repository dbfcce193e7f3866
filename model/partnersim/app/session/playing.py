"""Packages played in the background: every result is on disk as soon as it is whole, so a restart goes on where it was."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from partnersim import sharing
from partnersim.app.session.look import Look, Wanted
from partnersim.classroom.errors import ClassroomError
from partnersim.classroom.packages import in_world, read_package
from partnersim.classroom.records import Proposal, Session
from partnersim.classroom.scores import kept
from partnersim.classroom.session import Classroom
from partnersim.ledger import HEADLINES
from partnersim.live import Ensembles, Pair
from partnersim.mistakes import Mistake
from partnersim.scenario import Scenario

log = logging.getLogger(__name__)


class Playing:
    """Plays what is missing of a session and records it. ``troubles``: what could not be played, and why."""

    def __init__(self, classroom: Classroom, ensembles: Ensembles, changed: Callable[[int], object]) -> None:
        """``changed`` is called, from any thread, with a session in which something could not be played."""
        self.classroom, self._changed = classroom, changed
        self.troubles: dict[tuple[int, Wanted], str] = {}
        self._ensembles = {(ensembles.seeds, ensembles.months, ensembles.size): ensembles}
        self._shared = ensembles
        self._lock = threading.Lock()
        self._running: set[tuple[int, Wanted]] = set()

    def play(self, look: Look) -> None:
        """Ask for everything that is missing and not asked for yet; returns at once. Called from a thread that may wait."""
        packages = {proposal.id: proposal for proposal in look.latest.values()}
        for wanted in look.missing:
            task = (look.session.id, wanted)
            with self._lock:
                if task in self._running or task in self.troubles:
                    continue
                self._running.add(task)
            try:
                self._ask(look.session, wanted, packages.get(wanted[1] or 0))
            except Mistake as error:  # such as a lever that this version does not have any more
                self._end(task, str(error))

    def _ask(self, session: Session, wanted: Wanted, proposal: Proposal | None) -> None:
        world = wanted[0]
        reference = sharing.shipped_scenario(world)
        mine = reference if proposal is None else played_in(proposal, session.calm, world)

        def tell(pair: Pair) -> None:
            if not pair.is_whole:
                return
            about = {} if proposal is None else {"staff_days": proposal.staff_days}
            try:
                content = kept(pair.mine.frame(pair.n, HEADLINES), **about)
                self._end((session.id, wanted))  # before it is recorded, which tells all pages to look again
                self.classroom.work.record(session.id, world, wanted[1], content)
            except ClassroomError as error:
                if error.key != "session.gone":  # reset or deleted while it was played
                    self._end((session.id, wanted), error.text())
            except Exception as error:
                log.exception("a result could not be kept")
                self._end((session.id, wanted), str(error))

        self._of(session).ask(mine, reference, tell)

    def _end(self, task: tuple[int, Wanted], trouble: str = "") -> None:
        with self._lock:
            self._running.discard(task)
            if trouble:
                self.troubles[task] = trouble
        if trouble:
            self._changed(task[0])

    def _of(self, session: Session) -> Ensembles:
        """Ensembles of the session's seeds, months and size, which are the server's unless it was started differently then."""
        key = (session.seeds, session.months, session.size)
        with self._lock:
            if key not in self._ensembles:
                self._ensembles[key] = Ensembles(session.seeds, months=session.months, size=session.size, workers=1)
            return self._ensembles[key]

    def close(self) -> None:
        """End the ensembles that are none of the server's own."""
        for ensembles in self._ensembles.values():
            if ensembles is not self._shared:
                ensembles.close()


def played_in(proposal: Proposal, calm: str, world: str) -> Scenario:
    """A team's package in a world of the library."""
    package = read_package(proposal.text, calm, proposal.label)
    return sharing.scenario_from_text(in_world(package, world), f"team-{proposal.team}")
