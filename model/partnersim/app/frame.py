"""The frame of every page: head, header, navigation, languages, footer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request
from nicegui import context, ui

from partnersim.app.parts import markup, tag
from partnersim.app.render import rendered, static_version
from partnersim.app.words import Words, chosen, spoken, words

VIEWS = {"explore": "/", "watch": "/watch", "exercises": "/exercises", "classroom": "/class", "about": "/about"}


def language_of(request: Request) -> str:
    """The language in which to answer a request."""
    return chosen(request.query_params.get("lang"), request.cookies.get("lang"), request.headers.get("accept-language"))


@contextmanager
def frame(request: Request, view: str, title: str = "", wall: bool = False, language: str | None = None) -> Iterator[Words]:
    """A page of ``view``, ``title`` before the site's, in ``language`` or that of the request; a ``wall`` has no navigation."""
    spoken_words = words(language or language_of(request))
    say = spoken_words.say
    version = static_version()
    language, direction = spoken_words.language, say("page.direction")
    remember = f"partnersim.remember({json.dumps(language)});" if "lang" in request.query_params else ""
    ui.add_head_html(
        f'<link rel="stylesheet" href="/static/app.css?{version}">'
        f'<script src="/static/app.js?{version}"></script>'
        f"<script>document.documentElement.lang = {json.dumps(language)}; document.documentElement.dir = {json.dumps(direction)};"
        f"document.documentElement.dataset.offline = {json.dumps(say('page.offline'))};{remember}</script>"
    )
    context.client.title = f"{title} · {say('page.title')}" if title else say("page.title")
    views = [(name, path, say(f"nav.{name}")) for name, path in VIEWS.items()]
    tongues = [(code, words(code).autonym) for code in spoken()]
    if not wall:
        markup(rendered("header.html", say=say, views=views, view=view, tongues=tongues, language=language))
    with tag("div", f"content view-{view}{' wall' if wall else ''}", id="content", tabindex=-1):
        yield spoken_words
    if not wall:
        markup(rendered("footer.html", say=say, **inputs()))


def inputs() -> dict[str, str]:
    """How many numbers the baseline rests on, and how many of them are assumed."""
    from partnersim.scenario import inputs_used
    from partnersim.sharing import shipped_scenario

    assumed, whole = inputs_used([shipped_scenario("baseline")])
    return {"assumed": str(assumed), "inputs": str(whole)}
