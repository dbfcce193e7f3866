"""How a session ends: taken away as a zip, closed, set back, deleted; what cannot be undone is asked about first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from nicegui import ui

from partnersim.app.parts import attribute, button, tag

if TYPE_CHECKING:
    from partnersim.app.session.lead import Lead


class Ending:
    """The last panel of the teacher's page."""

    def __init__(self, lead: Lead) -> None:
        self.lead = lead
        say = lead.words.say
        with tag("p", "tools"):
            address = f"/class/teach/{lead.number}/zip"
            tag("a", "button", say("class.end.zip"), href=address, id="zip", download=True)
        tag("p", "help", say("class.end.zip_help"))
        with tag("p", "tools"):
            self.close = button(say("class.end.close"), self._close, id="close")
        with tag("div", "risky"):
            self.reset = Ask(lead, "reset", ["class.end.reset_sure"], self._reset)
            self.delete = Ask(lead, "delete", ["class.end.delete_sure", "class.end.delete_really"], self._delete)

    def show(self) -> None:
        """A closed session can neither be closed nor set back."""
        is_closed = self.lead.look.session.closed is not None
        for element in (self.close, self.reset.place):
            attribute(element, "hidden", True if is_closed else None)

    async def _close(self) -> None:
        await self.lead.lead("close")

    async def _reset(self) -> None:
        await self.lead.lead("reset")

    async def _delete(self) -> None:
        lead = self.lead
        await lead.do(lambda: lead.room.delete(lead.secret, lead.number))
        with lead.client:
            ui.navigate.to("/class/teach")


class Ask:
    """A button that asks ``questions`` one after the other before it does something; each can be answered with no."""

    def __init__(self, lead: Lead, name: str, questions: list[str], act: Callable[[], Awaitable[None]]) -> None:
        self.lead, self.name, self.questions, self.act = lead, name, questions, act
        self.place = tag("div", "ask")
        self._rest()

    def _rest(self) -> None:
        self.place.clear()
        with self.place:
            button(self.lead.words.say(f"class.end.{self.name}"), lambda: self._ask(0), "danger", id=self.name)

    def _ask(self, number: int) -> None:
        say = self.lead.words.say
        self.place.clear()
        with self.place, tag("div", "mistake", role="alertdialog", aria_labelledby=f"{self.name}-question"):
            tag("p", text=say(self.questions[number]), id=f"{self.name}-question")
            with tag("p", "tools"):
                button(say("class.end.no"), self._rest, id=f"{self.name}-no")
                button(say(f"class.end.{self.name}_yes"), lambda: self._yes(number), "danger", id=f"{self.name}-yes-{number + 1}")
        self.lead.client.run_javascript(f"document.getElementById('{self.name}-no')?.focus()")

    async def _yes(self, number: int) -> None:
        if number + 1 < len(self.questions):
            self._ask(number + 1)
        else:
            self._rest()
            await self.act()
