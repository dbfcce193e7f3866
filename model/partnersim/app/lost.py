"""What a reader meets where there is no page, or where one went wrong, in their language and without inner workings."""

from __future__ import annotations

from fastapi import Request
from fastapi.exception_handlers import http_exception_handler
from nicegui import Client, app, context, ui
from starlette.exceptions import HTTPException
from starlette.responses import Response

from partnersim.app.frame import frame
from partnersim.app.parts import tag


def register() -> None:
    """Make both known."""
    app.exception_handler(404)(missing)
    app.on_page_exception(lambda: _tell(context.client.request, "page.wrong"))


async def missing(request: Request, error: Exception) -> Response:
    """The answer to an address that there is not; files and forms are told in plain data."""
    asked = request.scope.get("endpoint")
    if asked not in (None, app) and not request.scope.get("nicegui_page_path") and isinstance(error, HTTPException):
        return await http_exception_handler(request, error)
    with Client(ui.page(""), request=request) as client:
        _tell(request, "page.missing")
    return client.build_response(request, 404)


def _tell(request: Request, key: str) -> None:
    with frame(request, "") as words:
        tag("h1", text=words.say(key))
        tag("a", "button", words.say("page.start"), href="/")
