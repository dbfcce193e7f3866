"""The entrance of a class: a code, a nickname, and in."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import ui

from partnersim.app.frame import frame
from partnersim.app.parts import markup, mistake, tag
from partnersim.app.session.cookies import is_teacher, seats_of
from partnersim.app.session.hub import Hub
from partnersim.app.words import Words
from partnersim.classroom.errors import ROOM
from partnersim.classroom.limits import CODE_LENGTH, LONGEST_NAME, read_code
from partnersim.languages.catalogue import Catalogue

NUMBERS = ("seconds", "cap", "most")


def register(hub: Hub) -> None:
    """Make the page known."""

    @ui.page("/class")
    def entrance(request: Request) -> RedirectResponse | None:
        asked = request.query_params
        code = read_code(asked.get("code", ""))
        seats = seats_of(request, hub.classroom)
        if code in seats:
            return RedirectResponse(f"/class/{code}")
        with frame(request, "classroom", "") as words:
            _build(hub, request, words, seats)
        return None


def _build(hub: Hub, request: Request, words: Words, seats: dict) -> None:
    say, asked = words.say, request.query_params
    tag("h1", text=say("class.title"))
    tag("p", "lead", say("class.intro"))
    for code, member in seats.items():
        session = hub.classroom.session(member.session)
        with tag("p", "panel resume"):
            tag("a", "button main", say("class.join.resume", name=member.nickname, title=session.title), href=f"/class/{code}")
    with tag("div", "entrance"):
        with tag("section", "panel", aria_labelledby="join-title"):
            tag("h2", text=say("class.join.title"), id="join-title")
            if refused := _refused(request, words):
                markup(mistake(say("class.refused"), refused), role="alert")
            with tag("form", "join", method="post", action="/class/join"):
                tag("label", text=say("class.join.code"), for_="code")
                field: dict[str, Any] = {"autocapitalize": "characters", "spellcheck": "false", "maxlength": 20, "required": True}
                field |= {"autocomplete": "off", "defaultValue": asked.get("code", "")[:20], "aria-describedby": "code-help"}
                tag("input", "code-field", type="text", id="code", name="code", **field)
                tag("p", "help", say("class.join.code_help", n=CODE_LENGTH), id="code-help")
                tag("label", text=say("class.join.name"), for_="name")
                tag("input", type="text", id="name", name="name", required=True, maxlength=LONGEST_NAME, autocomplete="off",
                    defaultValue=asked.get("name", "")[:100], aria_describedby="name-help")  # fmt: skip
                tag("p", "help", say("class.join.name_help"), id="name-help")
                with tag("label", "check", for_="observer"):
                    tag("input", type="checkbox", id="observer", name="observer", checked="observer" in asked)
                    tag("span", text=say("class.join.observer"))
                tag("button", "main", say("class.join.go"), type="submit", id="join")
        with tag("section", "panel", aria_labelledby="teachers-title"):
            tag("h2", text=say("class.teachers.title"), id="teachers-title")
            tag("p", text=say("class.teachers.is" if is_teacher(request, hub.classroom) else "class.teachers.how"))
            tag("a", "button", say("class.teachers.go"), href="/class/teach")


def _refused(request: Request, words: Words) -> str:
    """Why joining was refused, from the names that :mod:`routes` gives: our words around numbers, whatever the address says."""
    key = request.query_params.get("refused", "")
    told = Catalogue(ROOM, words.language)
    if not key.startswith(("join.", "name.", "session.", "book.")) or not told.has(f"error.{key}"):
        return ""
    numbers = {name: request.query_params.get(name, "0") for name in NUMBERS}
    values = {name: int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0 for name, text in numbers.items()}
    return told(f"error.{key}", path="", version="", known="", **values)
