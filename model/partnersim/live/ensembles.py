"""Who is run next: threads that answer many askers at once, the first pictures before the good ones.

A sample is run in slices of a few seeds. Whoever asks gets a ticket and is told twice: when the first seeds of both scenarios
are there, and when all are. First pictures go before all refinements, and of refinements the one nearest its end goes first; so
under load refinements wait, and are dropped when their asker moves on. What nobody waits for any more is not run, but what it
has given is kept: asked again, by whomever, it goes on from there.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from partnersim.live.sample import Pair, Sample
from partnersim.live.settled import Room, Shelf
from partnersim.scenario import Scenario
from partnersim.simulate import Laboratory, run_one

SLICE = 2
"""Seeds between two looks at what is most urgent; about 10 ms at size class."""
IDLE = 2
"""Urgency of what nobody waits for; run seed by seed, so that it is soon out of the way."""
Tell = Callable[[Pair], object]
log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Job:
    """A sample in the making. ``issued``: seeds from 0 on that some thread has run or runs."""

    lab: Laboratory
    sample: Sample
    issued: int = 0
    tickets: list[Ticket] = field(default_factory=list)


@dataclass(eq=False)
class Ticket:
    """A question that somebody waits for. ``told``: seeds of the last answer that was given."""

    number: int
    jobs: tuple[_Job, ...]
    tell: Tell
    is_idle: bool = False
    """Whether it is only worth idle time: nobody has asked it yet."""
    told: int = 0
    cancelled: bool = False


class Ensembles:
    """Answers of paired ensembles: ``seeds`` a scenario, told after the ``first`` of them and after all.

    ``months`` and ``size`` are those of every run. ``workers``: threads, one more than cores unless given, since a thread waits
    now and then for the interpreter. ``keep_answers`` and ``keep_worlds``: bytes of samples and of worlds after burn-in that
    are kept, the latest asked for.
    """

    def __init__(
        self,
        seeds: int = 100,
        first: int = 20,
        months: int = 120,
        size: str = "class",
        workers: int | None = None,
        keep_answers: int = 96 << 20,
        keep_worlds: int = 256 << 20,
    ) -> None:
        self.seeds, self.first, self.months, self.size = seeds, min(first, seeds), months, size
        self.runs_made = 0
        self._keep_answers = keep_answers
        self._shelf, self._room = Shelf(keep_worlds), Room()
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._tickets: list[Ticket] = []
        self._asked = self._telling = 0
        self._changed = threading.Condition()
        self._open = True
        self._threads = [
            threading.Thread(target=self._work, name=f"runs-{n}", daemon=True)
            for n in range(workers or (os.cpu_count() or 1) + 1)
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, mine: Scenario, reference: Scenario, tell: Tell, is_idle: bool = False) -> Ticket:
        """Ask how ``mine`` differs from ``reference``; ``tell`` is called with each better :class:`Pair`, until cancelled.

        ``is_idle``: a question that may come next, run only while nobody waits for any other.

        It is called from a thread of this object, or at once where the answer is known; it has to be quick. A scenario that
        cannot be run at this size (``ScenarioError``) is refused here.
        """
        wanted = (reference, mine)
        labs = [None if scenario.digest in self._jobs else Laboratory(scenario, self.size, self.months) for scenario in wanted]
        with self._changed:
            self._asked += 1
            jobs = tuple(self._job(scenario, lab) for scenario, lab in zip(wanted, labs, strict=True))
            ticket = Ticket(self._asked, jobs, tell, is_idle)
            self._tickets.append(ticket)
            for job in jobs:
                job.tickets.append(ticket)
            due = self._due()
            self._changed.notify_all()
        _deliver(due)
        return ticket

    def cancel(self, ticket: Ticket) -> None:
        """Nobody waits for this answer any more; it is not told again."""
        with self._changed:
            self._drop(ticket)

    def close(self) -> None:
        """Finish the slices that are running, and no more."""
        with self._changed:
            self._open = False
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    @property
    def nbytes(self) -> int:
        """Memory of what is kept."""
        with self._changed:
            return self._shelf.nbytes + sum(job.sample.nbytes for job in self._jobs.values())

    @property
    def waiting(self) -> int:
        """Questions without a first picture."""
        with self._changed:
            return sum(ticket.told < self.first and not ticket.is_idle for ticket in self._tickets)

    @property
    def answering(self) -> int:
        """Questions that somebody waits for and that are not answered in full."""
        with self._changed:
            return sum(not ticket.is_idle for ticket in self._tickets)

    def _job(self, scenario: Scenario, lab: Laboratory | None) -> _Job:
        digest = scenario.digest
        job = self._jobs.get(digest)
        if job is None:
            lab = lab or Laboratory(scenario, self.size, self.months)
            job = self._jobs[digest] = _Job(lab, Sample(scenario, self.seeds, self.months, self.size))
        self._jobs.move_to_end(digest)
        spare = sum(old.sample.nbytes for old in self._jobs.values()) - self._keep_answers
        for name, old in list(self._jobs.items()):
            if spare > 0 and not old.tickets and old is not job:
                del self._jobs[name]
                spare -= old.sample.nbytes
        return job

    def _drop(self, ticket: Ticket) -> None:
        ticket.cancelled = True
        if ticket in self._tickets:
            self._tickets.remove(ticket)
            for job in ticket.jobs:
                job.tickets = [other for other in job.tickets if other is not ticket]

    def _due(self) -> list[tuple[Ticket, Pair]]:
        """Answers that are better than the last told, and the end of tickets that have all."""
        due = []
        for ticket in list(self._tickets):
            reference, mine = (job.sample for job in ticket.jobs)
            ready = min(reference.ready, mine.ready)
            reached = self.seeds if ready == self.seeds else self.first if ready >= self.first else 0
            if reached > ticket.told:
                ticket.told = reached
                due.append((ticket, Pair(reference, mine, reached, self.seeds)))
                if reached == self.seeds:
                    self._drop(ticket)
                    ticket.cancelled = False
        return due

    def _next(self) -> tuple[_Job, range] | None:
        """The most urgent slice: first pictures in the order of asking, then whatever is nearest its end, then idle questions."""
        best: tuple[tuple[int, int, int], _Job] | None = None
        for ticket in self._tickets:
            for job in ticket.jobs:
                is_first = ticket.told < self.first and job.issued < self.first
                if job.issued < self.seeds:
                    urgency = (0, ticket.number, 0) if is_first else (1, self.seeds - job.issued, ticket.number)
                    urgency = (IDLE, ticket.number, 0) if ticket.is_idle else urgency
                    if best is None or urgency < best[0]:
                        best = urgency, job
        if best is None or (self._telling and best[0][0] > 0):
            return None  # a picture that is being made goes before all that is not for a first one
        urgency, job = best
        step = 1 if urgency[0] == IDLE else SLICE
        seeds = range(job.issued, min(job.issued + step, self.seeds))
        job.issued = seeds.stop
        return job, seeds

    def _work(self) -> None:
        while True:
            with self._changed:
                found = self._next()
                while found is None and self._open:
                    self._changed.wait()
                    found = self._next()
                if found is None or not self._open:
                    return
            job, seeds = found
            self._run(job, seeds)
            with self._changed:
                job.sample.finish(seeds)
                self.runs_made += len(seeds)
                due = self._due()
                self._telling += len(due)
            _deliver(due)
            if due:
                with self._changed:
                    self._telling -= len(due)
                    self._changed.notify_all()

    def _run(self, job: _Job, seeds: Sequence[int]) -> None:
        for seed in seeds:
            try:
                settled = self._shelf.get(job.lab.world_key, seed, partial(job.lab.settled, seed))
                job.sample.fill(seed, run_one(job.lab, self._room.filled(settled), keep=False))
            except Exception as error:  # one run that fails leaves a gap, and says so
                log.exception("run %s of %s failed", seed, job.sample.scenario.name)
                job.sample.failures[seed] = str(error)


def _deliver(due: list[tuple[Ticket, Pair]]) -> None:
    for ticket, pair in due:
        if not ticket.cancelled:
            try:
                ticket.tell(pair)
            except Exception:
                log.exception("an answer could not be told")
