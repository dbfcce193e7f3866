"""Pages that change by themselves: each change of a session is read once and shown to everybody who follows it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from partnersim.app.session.look import Look, Looking
from partnersim.app.session.playing import Playing
from partnersim.app.site import Site
from partnersim.classroom.session import Classroom

GATHER = 0.03
"""Seconds in which changes are gathered, so that thirty who press at once make one picture."""
LONGEST_WAIT = 20.0
"""Seconds that a page may take to be made: a busy machine is no reason to turn a class away."""
TICK = 1.0
"""Seconds between looks for deadlines that pass, and for changes that another process made."""
Show = Callable[[Look | None], Any]
"""Shows a session; None once it is deleted."""
log = logging.getLogger(__name__)


class Hub:
    """Shared by all pages of class sessions. ``addresses``: where students find the server, the likeliest first."""

    def __init__(self, site: Site, classroom: Classroom, is_open: bool) -> None:
        self.site, self.classroom = site, classroom
        self.is_open = is_open
        """Whether other machines can reach the server."""
        self.addresses: list[str] = []
        self.playing = Playing(classroom, site.ensembles, self._told)
        self._looking = Looking(classroom)
        self._pages: dict[int, list[Show]] = {}
        self._looks: dict[int, tuple[int, Look | None]] = {}
        self._dirty: set[int] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task] = set()
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()

    def start(self, addresses: list[str]) -> None:
        """Begin, in the server's loop; what was being played when the server ended is played again."""
        self.addresses = addresses
        self._loop = asyncio.get_running_loop()
        self.classroom.subscribe(self._told)
        for job in (self._serve(), self._tick()):
            self._start(job)
        for session in self.classroom.sessions(self.classroom.book.secret):
            self._changed(session.id)

    def _start(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all of it."""
        for task in list(self._tasks):
            task.cancel()
        self.playing.close()
        self.classroom.book.close()

    async def look(self, session: int) -> Look | None:
        """The session as it stands."""
        async with self._turn:
            return await asyncio.to_thread(self._read, session)

    def follow(self, session: int, show: Show) -> Callable[[], None]:
        """Have ``show`` called in the server's loop after every change; returns what ends that."""
        self._pages.setdefault(session, []).append(show)

        def end() -> None:
            pages = self._pages.get(session, [])
            if show in pages:
                pages.remove(show)
            if not pages:
                self._pages.pop(session, None)

        return end

    def _read(self, session: int) -> Look | None:
        changes = self.classroom.changes(session)
        found = self._looking.look(session, self.playing.troubles)
        self._looks[session] = (changes, found)
        if found is None:
            del self._looks[session]
        else:
            self.playing.play(found)
        return found

    def _told(self, session: int) -> None:
        """Something has changed; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed, session)

    def _changed(self, session: int) -> None:
        self._dirty.add(session)
        self._wake.set()

    async def _serve(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER)
            self._wake.clear()
            sessions, self._dirty = self._dirty, set()
            for session in sessions:
                try:
                    found = await self.look(session)
                except Exception:
                    log.exception("a session could not be read")
                    continue
                for show in list(self._pages.get(session, [])):
                    try:
                        show(found)
                    except Exception:
                        log.exception("a page could not show its session")

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            for session in list(self._pages):
                changes, found = self._looks.get(session, (0, None))
                try:
                    is_new = await asyncio.to_thread(self.classroom.changes, session) != changes
                except Exception:
                    log.exception("the file of sessions could not be read")
                    continue
                if is_new or (found is not None and found.is_over != found.session.is_over(self.classroom.book.clock())):
                    self._changed(session)
