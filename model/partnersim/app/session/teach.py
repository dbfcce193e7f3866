"""The teacher's first page: the key, all sessions, and the form that opens another."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Annotated, Any

from babel.dates import format_datetime
from fastapi import Path, Request
from fastapi.responses import HTMLResponse
from nicegui import context, ui
from nicegui.events import GenericEventArguments

from partnersim.app.frame import frame
from partnersim.app.parts import markup, mistake, tag
from partnersim.app.session.cookies import is_teacher, keep, secret_of, teacher_cookie
from partnersim.app.session.follower import SUBMIT, perform
from partnersim.app.session.hub import LONGEST_WAIT, Hub
from partnersim.app.session.lead import Lead
from partnersim.app.words import Words, spoken, words
from partnersim.classroom import limits
from partnersim.classroom.errors import ClassroomError
from partnersim.classroom.records import Session
from partnersim.exercises import load_exercises, telling

KEY = "key"
Number = Annotated[int, Path(ge=1, lt=2**31)]
"""Of a session, in an address."""
BUDGET = 10_000
"""Staff-days a year that are proposed as a budget: one large policy, such as a screening unit for all, or several small ones."""
GO = '<!doctype html><title>partnersim</title><script>location.replace("/class/teach")</script><a href="/class/teach">…</a>'
"""Takes the key out of the address and of the history. The page itself goes on, so that the cookie is one of its own site."""


def register(hub: Hub) -> None:
    """Make the pages known."""

    @ui.page("/class/teach")
    def teach(request: Request) -> HTMLResponse | None:
        if (key := request.query_params.get(KEY)) is not None and _is_right(hub, key):
            response = HTMLResponse(GO, headers={"Cache-Control": "no-store"})
            keep(response, teacher_cookie(request), key)
            return response
        with frame(request, "classroom") as spoken_words:
            if KEY not in request.query_params and is_teacher(request, hub.classroom):
                Teaching(hub, spoken_words, secret_of(request)).build()
            else:
                turn_away(spoken_words)
        return None

    @ui.page("/class/teach/{number}", response_timeout=LONGEST_WAIT)
    async def lead(request: Request, number: Number) -> None:
        look = await hub.look(number) if is_teacher(request, hub.classroom) else None
        with frame(request, "classroom", look.session.title if look else "") as spoken_words:
            if not is_teacher(request, hub.classroom):
                turn_away(spoken_words)
            elif look is None:
                context.client.status_code = 404
                markup(mistake(spoken_words.say("class.refused"), spoken_words.say("class.gone")))
            else:
                Lead(hub, spoken_words, look, secret_of(request)).build()


def _is_right(hub: Hub, key: str) -> bool:
    try:
        hub.classroom.book.check_teacher(key)
    except ClassroomError:
        return False
    return True


def turn_away(spoken_words: Words) -> None:
    """What everybody but the teacher sees."""
    context.client.status_code = 403
    say = spoken_words.say
    tag("h1", text=say("class.teachers.title"))
    markup(mistake(say("class.teachers.no"), say("class.teachers.key")))
    tag("a", "button", say("class.teachers.back"), href="/class")


class Teaching:
    """All sessions, and a new one."""

    def __init__(self, hub: Hub, spoken_words: Words, secret: str) -> None:
        self.hub, self.words, self.secret = hub, spoken_words, secret

    def build(self) -> None:
        """The list, then the form."""
        say = self.words.say
        tag("h1", text=say("class.teach.title"))
        tag("p", "lead", say("class.teach.lead"))
        if not self.hub.is_open:
            markup(f'<p class="notice">{escape(say("class.teach.local"))}</p>')
        self.trouble = markup(role="alert")
        sessions = self.hub.classroom.sessions(self.secret)
        with tag("div", "teaching"):
            with tag("section", "panel", aria_labelledby="open-head"):
                tag("h2", text=say("class.open.head"), id="open-head")
                self._form()
            with tag("section", "panel", aria_labelledby="sessions-title"):
                tag("h2", text=say("class.teach.sessions"), id="sessions-title")
                if not sessions:
                    tag("p", "help", say("class.teach.none"))
                with tag("ul", "sessions"):
                    for session in sessions:
                        self._listed(session)

    def _listed(self, session: Session) -> None:
        say = self.words.say
        when = format_datetime(datetime.fromtimestamp(session.opened), "medium", locale=say("page.locale"))
        with tag("li"):
            tag("a", text=session.title, href=f"/class/teach/{session.id}")
            about = say("class.teach.about", code=session.code, phase=say(f"class.phase.{session.phase}"), when=when)
            tag("span", "help", about)

    def _form(self) -> None:
        say, room = self.words.say, self.hub.classroom
        with tag("form", "fields", id="open", autocomplete="off") as form:
            self._field("title", "text", required=True, maxlength=limits.LONGEST_TITLE, defaultValue=say("class.open.usual"))
            self._field("n_teams", "number", required=True, min=2, max=8, defaultValue=4)
            self._field("budget", "number", min=0, max=int(limits.LARGEST_BUDGET), step=1, defaultValue=BUDGET)
            self._choice("language", [(code, words(code).autonym) for code in spoken()], self.words.language)
            exercises = [(e.name, telling(self.words.language).about(e, "title")) for e in load_exercises()]
            self._choice("exercise", [("", say("class.open.no_exercise")), *exercises], "")
            self._choice("calm", [(world, say(f"world.{world}")) for world in room.worlds], room.worlds[0])
            tag("button", "main", say("class.open.go"), type="submit")
        form.on("submit", self._open, js_handler=SUBMIT)

    def _field(self, name: str, kind: str, **attributes: Any) -> None:
        with tag("p", "field"):
            tag("label", text=self.words.say(f"class.open.{name}"), for_=f"open-{name}")
            tag("input", type=kind, id=f"open-{name}", name=name, aria_describedby=f"help-{name}", **attributes)
            tag("span", "help", self.words.say(f"class.open.{name}_help"), id=f"help-{name}")

    def _choice(self, name: str, options: list[tuple[str, str]], chosen: str) -> None:
        with tag("p", "field"):
            tag("label", text=self.words.say(f"class.open.{name}"), for_=f"open-{name}")
            with tag("select", id=f"open-{name}", name=name, aria_describedby=f"help-{name}"):
                for value, label in options:
                    tag("option", text=label, value=value, selected=value == chosen)
            tag("span", "help", self.words.say(f"class.open.{name}_help"), id=f"help-{name}")

    async def _open(self, event: GenericEventArguments) -> None:
        given = {str(key): str(value) for key, value in event.args.items()} if isinstance(event.args, dict) else {}
        client, ensembles = context.client, self.hub.site.ensembles

        def opened() -> Session:
            return self.hub.classroom.open_session(
                self.secret,
                given.get("title", ""),
                language=given.get("language", ""),
                n_teams=_whole(given.get("n_teams", "")),
                budget=_number(given["budget"]) if given.get("budget", "").strip() else None,
                exercise=given.get("exercise", ""),
                calm=given.get("calm", ""),
                seeds=ensembles.seeds,
                months=ensembles.months,
                size=ensembles.size,
            )

        session = await perform(opened, self.trouble, self.words)
        if session is not None:
            with client:
                ui.navigate.to(f"/class/teach/{session.id}")


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
