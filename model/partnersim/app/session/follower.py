"""What all pages of a session have in common: they show it again after every change, and say what was refused."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from markupsafe import Markup
from nicegui import context, ui

from partnersim.app.parts import markup, mistake
from partnersim.app.render import rendered
from partnersim.app.session.hub import Hub
from partnersim.app.session.look import Look
from partnersim.app.words import Words
from partnersim.classroom.errors import ClassroomError

T = TypeVar("T")
SUBMIT = "(e) => { e.preventDefault(); delete e.target.dataset.changed; emit(Object.fromEntries(new FormData(e.target))); }"
"""A form that is not sent as a page but told to the server, all fields at once."""
CHANGED = """(e) => {
  const form = e.currentTarget;
  partnersim.keepDraft(form);
  if (!form.dataset.changed) {
    form.dataset.changed = "yes";
    emit();
  }
}"""
"""A form is being filled in: what it holds is kept in the browser, and the first change since it was submitted is told."""


class Follower(ABC):
    """A page of one session. ``look`` is what it shows; :meth:`show` is called with each new one, in the page's own client.

    Text that stays the same is not sent again, so that what is being read, typed or slid is left alone.
    """

    def __init__(self, hub: Hub, words: Words, look: Look) -> None:
        self.hub, self.words, self.look = hub, words, look
        self.client = context.client
        self.trouble = markup(role="alert", classes="trouble")
        self.client.on_delete(hub.follow(look.session.id, self._changed))

    @abstractmethod
    def show(self) -> None:
        """Show :attr:`look`."""

    def gone(self) -> None:
        """The session was deleted; whoever looks at it is told."""
        self.client.content.clear()
        with self.client.content:
            markup(mistake(self.words.say("mistake.title"), self.words.say("class.gone")))

    def _changed(self, look: Look | None) -> None:
        if self.client.is_deleted:
            return
        with self.client:
            if look is None:
                self.gone()
            else:
                self.look = look
                self.show()

    async def do(self, action: Callable[[], T]) -> T | None:
        """Do something that may be refused, away from the server's loop; why it was refused is said on the page."""
        return await perform(action, self.trouble, self.words)


async def perform(action: Callable[[], T], trouble: ui.html, words: Words) -> T | None:
    """Do something that may be refused, away from the server's loop; why it was refused is said in ``trouble``."""
    try:
        done = await asyncio.to_thread(action)
    except ClassroomError as error:
        trouble.set_content(mistake(words.say("class.refused"), error.text(words.language)))
        return None
    trouble.set_content("")
    return done


def clock(look: Look, words: Words) -> Markup:
    """The time that is left, counted down by the browser; nothing where there is no deadline."""
    session = look.session
    return Markup(
        rendered("class_clock.html", say=words.say, left=look.left, at=session.deadline, closes=session.deadline_closes)
    )
