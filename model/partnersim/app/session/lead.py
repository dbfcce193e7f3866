"""The teacher leads a session: where it is, what comes next, who is there, what they have made."""

from __future__ import annotations

from functools import partial
from html import escape

from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from partnersim.app.parts import attribute, button, markup, tag
from partnersim.app.render import rendered
from partnersim.app.session import showing
from partnersim.app.session.addresses import qr
from partnersim.app.session.ending import Ending
from partnersim.app.session.follower import SUBMIT, Follower, clock
from partnersim.app.session.hub import Hub
from partnersim.app.session.look import Look
from partnersim.app.session.people import People
from partnersim.app.session.wall import progress
from partnersim.app.words import Words
from partnersim.classroom.phases import Phase, following, is_struck, preceding

PRESSED = """(e) => {
  const now = performance.now();
  if (now - (window.pressed ?? -Infinity) < 1000) return;
  window.pressed = now;
  emit(e.currentTarget.dataset.phase);
}"""
"""A press that follows another within a second is none: it would lead on from a phase that the teacher has not seen yet."""
STEPS = tuple(phase for phase in Phase if phase is not Phase.CLOSED)


class Lead(Follower):
    """The page of one session for who has the secret; the classroom checks it in every call."""

    def __init__(self, hub: Hub, words: Words, look: Look, secret: str) -> None:
        self.secret = secret
        self.room = hub.classroom
        say = words.say
        with tag("header", "lead-head"):
            tag("h1", text=look.session.title)
            with tag("p", "tools"):
                tag("a", "button", say("class.lead.sessions"), href="/class/teach")
                self.wall = tag(
                    "a", "button", say("class.lead.wall"), href="/wall/", target="_blank", rel="noopener", id="to-wall"
                )
        super().__init__(hub, words, look)

    @property
    def number(self) -> int:
        """Of the session."""
        return self.look.session.id

    def build(self) -> None:
        """Everything there is; :meth:`show` fills it."""
        say = self.words.say
        self.steps = markup(classes="steps")
        with tag("div", "leading"):
            with tag("div", "column"):
                self._now()
                with self._panel("work"):
                    self.work = markup(id="work")
                with self._panel("results"):
                    self.results = markup(id="results")
            with tag("div", "column"):
                self._door()
                with self._panel("people"):
                    self.people = People(self)
                with self._panel("world"):
                    self._world()
                with self._panel("end"):
                    self.ending = Ending(self)
        tag("p", "help", say("class.lead.private"))
        self.show()

    def _panel(self, name: str):
        panel = tag("section", "panel", aria_labelledby=f"{name}-title", id=f"panel-{name}")
        with panel:
            tag("h2", text=self.words.say(f"class.lead.{name}"), id=f"{name}-title")
        return panel

    def _now(self) -> None:
        say = self.words.say
        with tag("section", "panel now", aria_labelledby="now-title"):
            tag("h2", text=say("class.lead.now"), id="now-title")
            self.now = markup(role="status", id="now")
            with tag("div", "tools"):
                self.back = self._phase_button(self._back, "", "back")
                self.next = self._phase_button(self._next, "main", "next")
                self.again = button(say("class.lead.again"), self._again, id="again")
            self.after = markup(classes="help", id="after")
            self.clock = markup()
            with tag("form", "timer", id="timer") as form:
                self.timer = form
                tag("label", text=say("class.timer.minutes"), for_="minutes")
                tag("input", type="number", id="minutes", name="minutes", min=1, max=180, defaultValue=8, required=True)
                with tag("label", "check", for_="closes"):
                    tag("input", type="checkbox", id="closes", name="closes")
                    tag("span", text=say("class.timer.close"))
                tag("button", text=say("class.timer.start"), type="submit", id="timer-start")
                self.more = button(say("class.timer.more"), partial(self.lead, "extend", 60), id="timer-more")
                self.stop = button(say("class.timer.stop"), partial(self.lead, "set_timer", None), id="timer-stop")
            form.on("submit", self._timer, js_handler=SUBMIT)

    def _phase_button(self, pressed, classes: str, name: str) -> TextElement:
        made = button("", None, classes, id=name)
        made.on("click", pressed, js_handler=PRESSED)
        return made

    def _door(self) -> None:
        say = self.words.say
        with self._panel("door"):
            self.door = markup(classes="door", id="door")
            self.doors = button("", self._doors, id="doors")
            if not self.hub.is_open:
                tag("p", "notice", say("class.teach.local"))

    def _world(self) -> None:
        say = self.words.say
        tag("label", text=say("class.world.label"), for_="held-out")
        with tag("select", id="held-out", aria_describedby="held-out-help") as self.world:
            tag("option", text=say("class.world.none"), value="")
            for world in self.room.worlds:
                if world != self.look.session.calm:
                    tag("option", text=say(f"world.{world}"), value=world)
        self.world.on("change", self._strike, js_handler="(e) => emit(e.target.value)")
        tag("p", "help", say("class.world.help"), id="held-out-help")

    # What the teacher does

    async def lead(self, act: str, *given: object, **named: object) -> object:
        """Call one of the classroom's own acts, with the secret, for this session."""
        return await self.do(partial(getattr(self.room, act), self.secret, self.number, *given, **named))

    async def _next(self, event: GenericEventArguments) -> None:
        await self._step("advance", event.args)

    async def _back(self, event: GenericEventArguments) -> None:
        await self._step("back", event.args)

    async def _step(self, act: str, seen: object) -> None:
        """Lead on from the phase that was on the teacher's screen."""
        if seen in tuple(Phase):
            await self.lead(act, Phase(str(seen)))

    async def _again(self) -> None:
        await self.lead("next_round")

    async def _doors(self) -> None:
        await self.lead("set_doors", not self.look.session.doors_open)

    async def _strike(self, event: GenericEventArguments) -> None:
        await self.lead("strike", str(event.args) or None)
        attribute(self.world, "value", None)
        self.show()

    async def _timer(self, event: GenericEventArguments) -> None:
        given = event.args if isinstance(event.args, dict) else {}
        minutes = str(given.get("minutes", ""))
        seconds = 60.0 * float(minutes) if minutes.isascii() and minutes.isdecimal() and len(minutes) < 5 else -1.0
        await self.lead("set_timer", seconds, "closes" in given)

    # What is shown

    def show(self) -> None:
        """Fill everything; what is unchanged is left alone."""
        look, say, session = self.look, self.words.say, self.look.session
        phase = session.phase
        self.steps.set_content(rendered("class_steps.html", say=say, steps=STEPS, phase=session.stage, round=session.round))
        held = f'<p class="phase">{escape(say(f"class.phase.{phase}"))}</p><p>{escape(say(f"class.now.{phase}"))}</p>'
        self.now.set_content(held)
        new, old = following(phase, session.world is not None), preceding(phase, session.world is not None)
        if phase is Phase.PREDICT and session.round > 1:
            old = Phase.DISCUSS  # of the round before
        for element, to, key in ((self.next, new, "next"), (self.back, old, "back")):
            attribute(element, "data-phase", str(phase))
            attribute(element, "hidden", None if to else True)
            if to:
                element.set_text(say(f"class.{key}", phase=say(f"class.phase.{to}")))
        if phase is Phase.CLOSED:
            self.back.set_text(say("class.reopen"))
        attribute(self.again, "hidden", None if phase is Phase.DISCUSS else True)
        self.after.set_content(escape(say(f"class.after.{new}")) if new else "")
        self.clock.set_content(clock(look, self.words))
        attribute(self.timer, "hidden", None if session.closed is None else True)
        for element in (self.more, self.stop):
            attribute(element, "hidden", None if session.deadline else True)
        self._show_door()
        self.people.show()
        attribute(self.world, "disabled", True if is_struck(phase) else None)
        attribute(self.world, "value", session.world or "")
        self._show_work()
        self.results.set_content(
            showing.results(look, self.words) + showing.foretold(look, self.words)
            if look.is_revealed
            else f'<p class="help">{escape(say("class.lead.results_later"))}</p>'
        )
        self.ending.show()

    def _show_door(self) -> None:
        say, session = self.words.say, self.look.session
        first, *others = self.hub.addresses or [""]
        self.door.set_content(
            rendered(
                "class_door.html",
                say=say,
                session=session,
                address=f"{first}/class",
                others=[f"{other}/class" for other in others[:3]],
                qr=qr(f"{first}/class?code={session.code}"),
                is_shown=session.closed is None,
            )
        )
        attribute(self.wall, "href", f"/wall/{session.code}")
        attribute(self.wall, "hidden", None if session.closed is None else True)
        self.doors.set_text(say("class.doors.close" if session.doors_open else "class.doors.open"))
        attribute(self.doors, "hidden", None if session.closed is None else True)

    def _show_work(self) -> None:
        look, words = self.look, self.words
        done, of = len(look.predictions), sum(member.team is not None for member in look.members)
        told = words.say("class.predict.count", n=done, of=of)
        rows = progress(look, words)
        self.work.set_content(
            rendered("class_work.html", count=told, rows=rows) + showing.packages(look, words) + showing.reasons(look, words)
        )
