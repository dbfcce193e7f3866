"""A student's page: what to do now, with the team's mark; it goes from phase to phase as the teacher leads."""

from __future__ import annotations

from html import escape
from typing import Protocol

from fastapi import Request
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from nicegui import ui

from partnersim.app.frame import frame
from partnersim.app.parts import markup, tag
from partnersim.app.render import rendered
from partnersim.app.session import showing, telling, wall
from partnersim.app.session.cookies import seats_of
from partnersim.app.session.decide import Decide
from partnersim.app.session.follower import Follower, clock
from partnersim.app.session.hub import LONGEST_WAIT, Hub
from partnersim.app.session.look import Look
from partnersim.app.session.marks import mark, named
from partnersim.app.session.predict import Predict
from partnersim.app.words import Words
from partnersim.classroom.limits import read_code
from partnersim.classroom.phases import Phase
from partnersim.classroom.records import Member, Team


class Stage(Protocol):
    """What a page holds in one phase."""

    def show(self) -> None:
        """Show the page's look."""


def register(hub: Hub) -> None:
    """Make the page known."""

    @ui.page("/class/{code}", response_timeout=LONGEST_WAIT)
    async def seat(request: Request, code: str) -> RedirectResponse | None:
        member = seats_of(request, hub.classroom).get(read_code(code))
        look = await hub.look(member.session) if member else None
        if member is None or look is None:
            return RedirectResponse(f"/class?code={read_code(code)}")
        is_asked = "lang" in request.query_params or "lang" in request.cookies
        language = None if is_asked else look.session.language
        with frame(request, "classroom", look.session.title, language=language) as words:
            is_draft = request.query_params.get("round") == str(look.session.round)
            Seat(hub, words, look, member, request.query_params.get("s", "") if is_draft else "").build(read_code(code))
        return None


class Seat(Follower):
    """One student. ``draft``: controls that were set before the page was loaded again, as in a link; nobody has proposed them."""

    def __init__(self, hub: Hub, words: Words, look: Look, member: Member, draft: str) -> None:
        self.me, self.draft = member, draft
        self.token = member.token or ""
        self.head = markup(classes="seat-head", id="seat")
        super().__init__(hub, words, look)
        self._now: tuple[object, ...] = ()
        self._stage: Stage | None = None

    def build(self, code: str) -> None:
        """Room for what there is to do. ``code``: by which the browser knows the seat."""
        self.phase = markup(role="status", id="phase", classes="seat-phase")
        self.clock = markup()
        self.place = tag("div", "stage", id="stage")
        say = self.words.say
        with tag("details", "leave"):
            tag("summary", text=say("class.seat.leave"), id="leave")
            with tag("form", method="post", action=f"/class/{code}/leave"):
                tag("p", text=say("class.seat.leave_help"))
                tag("button", "danger", say("class.seat.leave_yes"), type="submit", id="leave-yes")
        self.show()

    def show(self) -> None:
        """Follow the class; what a student is doing in a phase stays while the phase lasts."""
        look, say = self.look, self.words.say
        me = look.member(self.me.id)
        if me is None:
            self.client.content.clear()
            with self.client.content:
                markup(f'<div class="content"><p class="mistake">{escape(say("class.seat.removed"))}</p></div>')
                tag("a", "button", say("class.join.title"), href="/class")
            return
        self.me = me
        session = look.session
        team = None if me.team is None else Team.of(me.team)
        self.head.set_content(
            rendered(
                "class_seat.html",
                say=say,
                title=session.title,
                round=session.round,
                name=me.nickname,
                mark=Markup(mark(team)) if team else "",
                team=Markup(named(team, self.words)) if team else say("class.observers"),
                others=self.words.listed([m.nickname for m in look.team(me.team) if m.id != me.id]) if team else "",
            )
        )
        do = f"class.observe.{session.phase}" if team is None else f"class.do.{session.phase}"
        told = say(do) if say.has(do) else say("class.observe.look")
        self.phase.set_content(f"<h1>{escape(say(f'class.phase.{session.phase}'))}</h1><p>{escape(told)}</p>")
        self.clock.set_content(clock(look, self.words))
        now = (session.phase, session.round, me.team, session.is_revealed and session.phase in (Phase.PREDICT, Phase.DECIDE))
        if now != self._now:
            self._now = now
            if isinstance(self._stage, Decide):
                self._stage.close()
            self.place.clear()
            with self.place:
                self._stage = self._staged(session.phase)
        elif self._stage is not None:
            self._stage.show()

    def _staged(self, phase: Phase) -> Stage:
        if self.me.team is None:
            return Looking(self)
        if phase is Phase.PREDICT:
            return Predict(self)
        return Decide(self) if phase is Phase.DECIDE else Reading(self)


class Looking:
    """Who looks on sees what is on the wall."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.place = markup(classes="wall-page")
        self.show()

    def show(self) -> None:
        """The wall."""
        self.place.set_content(wall.content(self.seat.hub, self.seat.look, self.seat.words))


class Reading:
    """Phases in which there is something to read: the task before, the results afterwards."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.place = markup(classes="reading")
        self.show()

    def show(self) -> None:
        """What there is to read in this phase."""
        seat = self.seat
        look, words, say = seat.look, seat.words, seat.words.say
        session, team = look.session.shown(), seat.me.team
        prediction = telling.own_prediction(look, seat.me.id)
        self.place.set_content(
            rendered(
                "class_reading.html",
                say=say,
                session=session,
                story=telling.story(session, words),
                task=telling.task(session, words),
                world=say(f"world.{session.world}") if session.world else "",
                question=words.names.scenario(session.world).question if session.world else "",
                results=Markup(showing.results(look, words, own=team)) if look.is_revealed else "",
                held=telling.held(look, prediction, words) if prediction and look.is_revealed else [],
                why=prediction.why if prediction else "",
                packages=Markup(showing.packages(look, words)) if look.is_revealed else "",
                foretold=Markup(showing.foretold(look, words)) if look.is_revealed else "",
                questions=say.every("class.discuss.questions"),
            )
        )
