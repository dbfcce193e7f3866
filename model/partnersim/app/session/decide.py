"""Decide: a team's package, set with the controls of the page of policies, priced at once, proposed by anybody of the team."""

from __future__ import annotations

import asyncio
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from nicegui.events import GenericEventArguments

from partnersim import sharing
from partnersim.app.parts import attribute, button, markup, tag
from partnersim.app.picture import Picture, people
from partnersim.app.render import rendered
from partnersim.app.session import showing, telling
from partnersim.app.session.follower import SUBMIT
from partnersim.app.view import View
from partnersim.app.workbench import Workbench
from partnersim.classroom.limits import LONGEST_LABEL
from partnersim.classroom.work import SLACK
from partnersim.scenario import ScenarioError

if TYPE_CHECKING:
    from partnersim.app.session.seat import Seat


class Decide(Workbench):
    """Controls of one student, and what the team has proposed. What is set here counts for nobody until it is proposed."""

    def __init__(self, seat: Seat) -> None:
        self.seat, self.loop = seat, asyncio.get_running_loop()
        self.usual = seat.words.say("class.decide.usual", team=telling.team_name(seat.me.team or 0, seat.words))
        """What a package is called that nobody has given a name."""
        super().__init__(seat.hub.site, seat.words, self.usual)
        self.setting.move_to(seat.look.session.calm)
        self.priced: asyncio.Future[float] | None = None
        """What takes the price of what is set, once all worlds have answered."""
        self.place = tag("div", "decide")
        self._begin()
        with self.place:
            self._build()
        self.client.on_delete(self._unprice)
        self.ask()

    def _begin(self) -> None:
        """Start from what was set before the page was loaded again, else from what the team has proposed."""
        draft, self.seat.draft = self.seat.draft, ""
        latest = self.seat.look.latest.get(self.seat.me.team or 0)
        try:
            if draft:
                self._take(sharing.from_link(draft))
            elif latest:
                self._take(latest.text)
        except ScenarioError:
            pass  # a link that was cut off; nothing is set then

    def _take(self, text: str) -> None:
        package = sharing.document_of(sharing.scenario_from_text(text))
        self.setting.put({**package, "extends": self.seat.look.session.calm, "title": self.setting.document["title"]})

    def _build(self) -> None:
        say = self.words.say
        with tag("section", "panel proposing", aria_labelledby="propose-title"):
            tag("h2", text=say("class.decide.title"), id="propose-title")
            self.price = markup(classes="budget", role="status", id="price")
            self.team = markup(id="team-package")
            self.state = markup(role="status", id="proposal-state")
            with tag("form", "inline", id="propose") as form:
                tag("label", text=say("class.decide.label"), for_="label")
                tag("input", type="text", id="label", name="label", maxlength=LONGEST_LABEL, autocomplete="off")
                self.send = tag("button", "main", say("class.decide.propose"), type="submit", id="propose-send")
            form.on("submit", self._propose, js_handler=SUBMIT)
        with tag("div", "explore-grid"):
            self.lay_controls(self._tools, is_package=True)
            self.lay_results()
        self.lay_end()

    def _tools(self) -> None:
        self.copy = button(self.words.say("class.decide.copy"), self._copy, "small", id="copy-team")

    # What a student does

    def _copy(self) -> None:
        latest = self.seat.look.latest.get(self.seat.me.team or 0)
        if latest:
            self.step(lambda: self._take(latest.text))

    async def _propose(self, event: GenericEventArguments) -> None:
        """Propose what is set, once its staff-days are counted here, in all worlds."""
        label = str(event.args.get("label", "")).strip() if isinstance(event.args, dict) else ""
        number, text, priced = self.asking.number, sharing.text_of(self.setting.document), self.priced
        if priced is None:
            return
        if not priced.done():
            self.state.set_content(f"<p>{escape(self.words.say('class.decide.counting'))}</p>")
        try:
            days = await asyncio.shield(priced)
        except asyncio.CancelledError:
            days = None
        if days is None or number != self.asking.number:
            self.state.set_content(f"<p>{escape(self.words.say('class.decide.moved'))}</p>")
            return
        work = self.seat.hub.classroom.work
        await self.seat.do(partial(work.propose, self.seat.token, text, days, label or self.usual))
        self.seat.look = await self.seat.hub.look(self.seat.look.session.id) or self.seat.look
        self.show()

    # Questions and answers

    def link(self) -> str:
        """What is set and not proposed outlives a loading of the page."""
        setting = self.setting
        return f"?s={sharing.to_link(setting.document)}&round={self.seat.look.session.round}" if setting.is_changed else ""

    def asked(self) -> dict[str, Any]:
        """Another price is waited for, and what is set may not be what the team has proposed."""
        self._unprice()
        self.priced = self.loop.create_future()
        self.show()
        return {}

    def drawn(self, picture: Picture) -> None:
        """An answer is on the page: so is its price."""
        shown = picture.view
        if shown.n == shown.of and self.priced is not None and not self.priced.done():
            self.priced.set_result(shown.price)
        self._show_price(shown)

    def _show_price(self, shown: View) -> None:
        """The price against the budget; over it, by how much."""
        budget, words = self.seat.look.session.budget, self.words
        over = 0.0 if budget is None else shown.price - budget
        self.price.set_content(
            rendered(
                "class_price.html",
                say=words.say,
                price=words.integer(shown.price),
                people=people(shown.price, words),
                budget=None if budget is None else words.integer(budget),
                share=0.0 if not budget else max(shown.price / budget, 0.0),
                over=words.integer(over) if over > SLACK else "",
                is_whole=shown.n == shown.of,
            )
        )

    def _unprice(self) -> None:
        if self.priced is not None and not self.priced.done():
            self.priced.cancel()

    def close(self) -> None:
        """The phase is over: nothing is waited for, and the address holds no draft any more."""
        self.asking.forget()
        self._unprice()
        self.answer.put(address="")

    # The team

    def show(self) -> None:
        """What the team has proposed, and whether it is what is set here."""
        look, say, team = self.seat.look, self.words.say, self.seat.me.team or 0
        latest = look.latest.get(team)
        shown = showing.packages(look, self.words, only=team)
        self.team.set_content(shown or f'<p class="help">{escape(say("class.decide.nobody"))}</p>')
        is_same = latest is not None and self._is(latest.text)
        key = "same" if is_same else "other" if latest else "first"
        if look.is_over and not is_same:
            key = "over" if latest else "over_none"
        mark = "✓ " if is_same else ""
        self.state.set_content(f'<p class="{key}" data-state="{key}">{mark}{escape(say(f"class.decide.{key}"))}</p>')
        attribute(self.send, "disabled", True if look.is_over else None)
        attribute(self.copy, "hidden", True if latest is None or is_same else None)

    def _is(self, text: str) -> bool:
        try:
            return sharing.scenario_from_text(text).digest == self.setting.scenario.digest
        except ScenarioError:
            return False
