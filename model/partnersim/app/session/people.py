"""Who is there, by team, and what the teacher can do about it: move, rename, remove."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from partnersim.app.parts import button, markup, tag
from partnersim.app.session.follower import SUBMIT
from partnersim.app.session.marks import named
from partnersim.app.session.telling import team_name
from partnersim.classroom.limits import LONGEST_NAME
from partnersim.classroom.records import Member

if TYPE_CHECKING:
    from partnersim.app.session.lead import Lead


class People:
    """A list a team, a button a member, which opens what can be done. Only what changed is changed, so that focus stays."""

    def __init__(self, lead: Lead) -> None:
        self.lead = lead
        say = lead.words.say
        self.count = markup(classes="help")
        self.seats: dict[int, tuple[int | None, ui.element, TextElement]] = {}
        self.lists: dict[int | None, ui.element] = {}
        with tag("div", "people"):
            for team in lead.look.session.teams:
                with tag("div", "people-team"):
                    markup(f"<h3>{named(team, lead.words)}</h3>")
                    self.lists[team.number] = tag("ul", id=f"team-{team.number}")
            with tag("div", "people-team"):
                tag("h3", text=say("class.observers"))
                self.lists[None] = tag("ul", id="team-none")
        self.chosen: int | None = None
        self.place = tag("div", "chosen", role="region", aria_label=say("class.people.chosen"), id="chosen")

    def show(self) -> None:
        """Put everybody where they are now."""
        look = self.lead.look
        self.count.set_content(escape(self.lead.words.say("class.people.count", n=len(look.members), cap=look.session.cap)))
        there = {member.id: member for member in look.members}
        for number in list(self.seats):
            team, item, _ = self.seats[number]
            if number not in there or there[number].team != team:
                item.delete()
                del self.seats[number]
        for member in look.members:
            if member.id not in self.seats:
                with self.lists[member.team], tag("li") as item:
                    press = button(member.nickname, partial(self._choose, member.id), "small", data_member=member.number)
                self.seats[member.id] = (member.team, item, press)
            self.seats[member.id][2].set_text(member.nickname)
        if self.chosen is not None and self.chosen not in there:
            self._close()

    def _close(self) -> None:
        self.chosen = None
        self.place.clear()

    def _choose(self, number: int) -> None:
        member = self.lead.look.member(number)
        self._close()
        if member is None:
            return
        self.chosen = number
        say = self.lead.words.say
        with self.place:
            tag("h3", text=say("class.people.about", name=member.nickname))
            with tag("form", "inline", id="rename") as form:
                tag("label", text=say("class.people.name"), for_="new-name")
                tag(
                    "input",
                    type="text",
                    id="new-name",
                    name="name",
                    defaultValue=member.nickname,
                    maxlength=LONGEST_NAME,
                    required=True,
                )
                tag("button", text=say("class.people.rename"), type="submit")
            form.on("submit", partial(self._rename, number), js_handler=SUBMIT)
            with tag("form", "inline", id="move") as form:
                tag("label", text=say("class.people.team"), for_="new-team")
                with tag("select", id="new-team", name="team"):
                    self._teams(member)
                tag("button", text=say("class.people.move"), type="submit")
            form.on("submit", partial(self._move, number), js_handler=SUBMIT)
            with tag("p", "tools"):
                button(say("class.people.remove"), partial(self._remove, number), "danger", id="remove")
                button(say("tool.close"), self._close)
        self.lead.client.run_javascript("document.getElementById('new-name')?.focus()")

    def _teams(self, member: Member) -> None:
        words = self.lead.words
        for team in (*(team.number for team in self.lead.look.session.teams), None):
            label = words.say("class.observers") if team is None else team_name(team, words)
            tag("option", text=label, value=team or "", selected=team == member.team)

    async def _rename(self, number: int, event: GenericEventArguments) -> None:
        name = str(event.args.get("name", "")) if isinstance(event.args, dict) else ""
        if await self.lead.do(partial(self.lead.room.seats.rename, self.lead.secret, number, name)):
            self._close()

    async def _move(self, number: int, event: GenericEventArguments) -> None:
        text = str(event.args.get("team", "")) if isinstance(event.args, dict) else ""
        team = int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else None
        if await self.lead.do(partial(self.lead.room.seats.move, self.lead.secret, number, team)):
            self._close()

    async def _remove(self, number: int) -> None:
        await self.lead.do(partial(self.lead.room.seats.remove, self.lead.secret, number))
