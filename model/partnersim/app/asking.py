"""One question at a time: the latest is waited for, and an answer to any other is never shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from nicegui import context

from partnersim.live import Ensembles, Pair, Ticket
from partnersim.scenario import Scenario

T = TypeVar("T")


class Asking:
    """What one place of a page asks. It ends with the page."""

    def __init__(self, ensembles: Ensembles) -> None:
        self._ensembles, self._client, self._loop = ensembles, context.client, asyncio.get_running_loop()
        self._ticket: Ticket | None = None
        self.number = 0
        """Of the latest question."""
        self._client.on_delete(self.forget)

    def ask(
        self,
        mine: Scenario,
        reference: Scenario,
        make: Callable[[Pair], T | None],
        show: Callable[[T], object],
        is_idle: bool = False,
    ) -> int:
        """Ask, and wait for nothing that was asked before; returns the question's number.

        ``make`` is called with each better answer, in a thread of the ensembles; ``show`` with what it made, unless that is
        None, in the server's loop. ``is_idle`` as in :meth:`partnersim.live.Ensembles.ask`.
        """
        self.forget()
        number = self.number

        def tell(pair: Pair) -> None:
            made = make(pair)
            if made is not None:
                self._loop.call_soon_threadsafe(self._show, number, show, made)

        self._ticket = self._ensembles.ask(mine, reference, tell, is_idle)
        return number

    def forget(self) -> None:
        """Wait for nothing any more."""
        self.number += 1
        if self._ticket is not None:
            self._ensembles.cancel(self._ticket)
            self._ticket = None

    def _show(self, number: int, show: Callable[[T], object], made: T) -> None:
        if number == self.number and not self._client.is_deleted:
            show(made)
