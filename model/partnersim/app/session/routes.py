"""Requests that are no pages: taking and leaving a seat, the teacher's zip."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import HTTPException, Path, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import app

from partnersim.app.safety import client_of, form_of
from partnersim.app.session.cookies import forget, keep, seat_cookie, secret_of
from partnersim.app.session.hub import Hub
from partnersim.classroom.errors import ClassroomError, NotAllowed
from partnersim.classroom.limits import read_code
from partnersim.classroom.records import Role


def register(hub: Hub) -> None:
    """Make the requests known."""
    seats, room = hub.classroom.seats, hub.classroom

    @app.post("/class/join")
    async def join(request: Request) -> Response:
        """Take a seat, and go to it; what was refused is said where it was asked."""
        form = await form_of(request)
        code, name = form.get("code", ""), form.get("name", "")
        role = Role.OBSERVER if "observer" in form else Role.MEMBER
        try:
            member = await asyncio.to_thread(seats.join, code, name, client_of(request), role)
        except ClassroomError as error:
            told = {"refused": error.key, **{key: value for key, value in error.values.items() if isinstance(value, int)}}
            asked = {"code": code[:20], "name": name[:100]} | ({"observer": "on"} if role is Role.OBSERVER else {})
            return _to(f"/class?{urlencode(asked | told)}")
        response = _to(f"/class/{read_code(code)}")
        keep(response, seat_cookie(code), member.token or "")
        return response

    @app.post("/class/{code}/leave")
    async def leave(request: Request, code: str) -> Response:
        """Give up a seat."""
        await form_of(request)
        token = request.cookies.get(seat_cookie(code), "")
        response = _to("/class")
        with suppress(NotAllowed):  # where it was none any more
            await asyncio.to_thread(seats.leave, token)
        forget(response, seat_cookie(code))
        return response

    @app.get("/class/teach/{session}/zip")
    async def take_away(request: Request, session: Annotated[int, Path(ge=1, lt=2**31)]) -> Response:
        """Everything of a session, for the teacher alone."""
        try:
            content = await asyncio.to_thread(room.export_zip, secret_of(request), session)
            code = room.session(session).code
        except NotAllowed as error:
            raise HTTPException(403, error.text()) from None
        except ClassroomError as error:
            raise HTTPException(404, error.text()) from None
        headers = {"Content-Disposition": f'attachment; filename="partnersim-{quote(code)}.zip"', "Cache-Control": "no-store"}
        return Response(content, media_type="application/zip", headers=headers)


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303)
