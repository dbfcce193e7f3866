"""Decide: a team's package, set with the controls of the page of policies, priced at once, proposed by anybody of the team."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from nicegui.events import GenericEventArguments

from partnersim import sharing
from partnersim.app.controls import Change, Levers
from partnersim.app.document import Setting
from partnersim.app.parts import attribute, button, markup, mistake, tag
from partnersim.app.picture import Picture
from partnersim.app.render import rendered
from partnersim.app.session import showing, telling
from partnersim.app.session.follower import SUBMIT
from partnersim.app.view import View
from partnersim.classroom.limits import LONGEST_LABEL
from partnersim.classroom.work import SLACK
from partnersim.live import Pair, Ticket
from partnersim.scenario import ScenarioError

if TYPE_CHECKING:
    from partnersim.app.session.seat import Seat


class Decide:
    """Controls of one student, and what the team has proposed. What is set here counts for nobody until it is proposed."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.words, self.site, self.client = seat.words, seat.hub.site, seat.client
        self.loop = asyncio.get_running_loop()
        team = telling.team_name(seat.me.team or 0, self.words)
        self.usual = self.words.say("class.decide.usual", team=team)
        """What a package is called that nobody has given a name."""
        self.setting = Setting(self.usual)
        self.setting.move_to(seat.look.session.calm)
        self.number = 0
        """Of the latest question; an answer to another is dropped."""
        self.ticket: Ticket | None = None
        self.priced: asyncio.Future[float] | None = None
        """What takes the price of what is set, once all worlds have answered."""
        self.place = tag("div", "decide")
        self._begin()
        with self.place:
            self._build()
        self.client.on_delete(self._leave)
        self._ask()
        self.show()

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
            with tag("section", "panel controls", aria_labelledby="controls-title"):
                tag("h2", text=say("explore.controls"), id="controls-title")
                with tag("div", "tools"):
                    self.undo = button(say("tool.undo"), lambda: self._step(self.setting.undo), "small", id="undo")
                    self.redo = button(say("tool.redo"), lambda: self._step(self.setting.redo), "small", id="redo")
                    button(say("tool.reset"), lambda: self._step(self.setting.reset), "small", id="reset-mine")
                    self.copy = button(say("class.decide.copy"), self._copy, "small", id="copy-team")
                self.mistake = markup(role="alert")
                self.levers = Levers(self.words.language, self.setting.shown(), self.changed, is_package=True)
            with tag("section", "results", aria_labelledby="results-title"):
                tag("h2", text=say("explore.results"), id="results-title")
                self.status = markup(classes="status", role="status", id="status")
                self.cards = markup(classes="cards", id="cards")
        self.strip = markup(classes="strip-place")

    # What a student does

    def changed(self, changes: list[Change]) -> None:
        """Take the changes of a frame; what cannot be is said and undone."""
        try:
            for change in changes:
                self.setting.apply(change)
        except (ScenarioError, KeyError, TypeError, ValueError) as error:
            said = self.words.say("mistake.contradiction", error=str(error))
            self.mistake.set_content(mistake(self.words.say("mistake.title"), said))
            self.levers.show(self.setting.shown())
        else:
            self.mistake.set_content("")
            if any("preset" in change for change in changes):
                self.levers.show(self.setting.shown())
        self._ask()
        self.show()

    def _step(self, step) -> None:
        step()
        self.mistake.set_content("")
        self.levers.show(self.setting.shown())
        self._ask()
        self.show()

    def _copy(self) -> None:
        latest = self.seat.look.latest.get(self.seat.me.team or 0)
        if latest:
            self._step(lambda: self._take(latest.text))

    async def _propose(self, event: GenericEventArguments) -> None:
        """Propose what is set, once its staff-days are counted here, in all worlds."""
        label = str(event.args.get("label", "")).strip() if isinstance(event.args, dict) else ""
        number, text, priced = self.number, sharing.text_of(self.setting.document), self.priced
        if priced is None:
            return
        if not priced.done():
            self.state.set_content(f"<p>{escape(self.words.say('class.decide.counting'))}</p>")
        try:
            days = await asyncio.shield(priced)
        except asyncio.CancelledError:
            days = None
        if days is None or number != self.number:
            self.state.set_content(f"<p>{escape(self.words.say('class.decide.moved'))}</p>")
            return
        work = self.seat.hub.classroom.work
        await self.seat.do(partial(work.propose, self.seat.token, text, days, label or self.usual))
        self.seat.look = await self.seat.hub.look(self.seat.look.session.id) or self.seat.look
        self.show()

    # Questions and answers

    def _ask(self) -> None:
        """Ask about what is set; whatever was asked before is waited for no longer."""
        setting, language, ensembles = self.setting, self.words.language, self.site.ensembles
        self.number += 1
        number = self.number
        self._leave()
        self.priced = self.loop.create_future()
        attribute(self.undo, "disabled", None if setting.can_undo else True)
        attribute(self.redo, "disabled", None if setting.can_redo else True)
        draft = f"?s={sharing.to_link(setting.document)}&round={self.seat.look.session.round}" if setting.is_changed else ""
        self.client.run_javascript(f"partnersim.address({json.dumps(draft)})")

        def tell(pair: Pair) -> None:
            picture = self.site.picture(pair, language)
            self.loop.call_soon_threadsafe(self._draw, number, picture)

        self.ticket = ensembles.ask(setting.scenario, setting.reference, tell)
        if self.ticket.told == 0:
            self.status.set_content(self.words.say("explore.busy", of=ensembles.seeds))

    def _draw(self, number: int, picture: Picture) -> None:
        """Show an answer, unless the question is no longer the latest."""
        if number != self.number or self.client.is_deleted:
            return
        say, shown = self.words.say, picture.view
        is_whole = shown.n == shown.of
        if is_whole and self.priced is not None and not self.priced.done():
            self.priced.set_result(shown.price)
        used = bool(self.setting.used())
        self.status.set_content(say("explore.whole" if is_whole else "explore.some", n=shown.n, of=shown.of))
        self.cards.props["data-answer"] = f"{number}:{shown.n}"
        price, people = self.words.integer(shown.price), telling.people(shown.price, self.words)
        self.cards.set_content(rendered("cards.html", say=say, view=shown, used=used, price=price, people=people))
        self.strip.set_content(rendered("strip.html", say=say, view=shown))
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
                people=telling.people(shown.price, words),
                budget=None if budget is None else words.integer(budget),
                share=0.0 if not budget else max(shown.price / budget, 0.0),
                over=words.integer(over) if over > SLACK else "",
                is_whole=shown.n == shown.of,
            )
        )

    def _leave(self) -> None:
        if self.ticket is not None:
            self.site.ensembles.cancel(self.ticket)
        if self.priced is not None and not self.priced.done():
            self.priced.cancel()

    def close(self) -> None:
        """The phase is over: nothing is waited for, and the address holds no draft any more."""
        self.number += 1
        self._leave()
        self.client.run_javascript('partnersim.address("")')

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
