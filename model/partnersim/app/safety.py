"""What keeps strangers out of everybody's pages: headers of every answer, and where a form may come from."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_FORM = 4096
"""Bytes."""
HEADERS = {
    # The framework makes its components in the browser, from texts; everything comes from here, and goes nowhere else.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'; connect-src 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")


class SafeHeaders:
    """Adds :data:`HEADERS` to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the headers."""

        host = dict(scope.get("headers", [])).get(b"host", b"").decode("latin-1")

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if HOST.fullmatch(host):  # not every browser takes the sockets of this server for 'self'
                    headers["content-security-policy"] = f"{HEADERS['content-security-policy']} ws://{host} wss://{host}"
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, answer if scope["type"] == "http" else send)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form that a page of this server sent; refuses what another site sent, and what is too large.

    Browsers name the site of the page that holds a form, and no page can change that.
    """
    if urlsplit(request.headers.get("origin", "")).netloc != request.headers.get("host"):
        raise HTTPException(403, "This form was not sent by a page of this server.")
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > LARGEST_FORM:
            raise HTTPException(413, "This form is too large.")
    return {name: values[-1] for name, values in parse_qs(content.decode("utf-8", "replace")).items()}


def client_of(request: Request) -> str:
    """Where a request comes from: an address, for limits of how often; it is never written to disk."""
    return request.client.host if request.client else ""
