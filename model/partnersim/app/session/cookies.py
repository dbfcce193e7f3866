"""Cookies of class sessions: the teacher's secret and the tokens of seats, out of reach of any script."""

from __future__ import annotations

from fastapi import Request, Response

from partnersim.classroom.errors import ClassroomError
from partnersim.classroom.limits import read_code
from partnersim.classroom.records import Member
from partnersim.classroom.session import Classroom

FORTNIGHT = 14 * 24 * 3600
SEAT = "seat-"
PATH = "/class"


def teacher_cookie(request: Request) -> str:
    """Its name; browsers keep cookies of all servers of a machine together, so the port is in it."""
    return f"teacher-{request.url.port or 80}"


def secret_of(request: Request) -> str:
    """The teacher's secret as the browser gives it; whether it is right is another question."""
    return request.cookies.get(teacher_cookie(request), "")


def is_teacher(request: Request, classroom: Classroom) -> bool:
    """Whether the request comes from the teacher."""
    try:
        classroom.book.check_teacher(secret_of(request))
    except ClassroomError:
        return False
    return True


def keep(response: Response, name: str, value: str) -> None:
    """Have the browser keep a cookie that no script reads and no other site sends."""
    response.set_cookie(name, value, max_age=FORTNIGHT, path=PATH, httponly=True, samesite="strict")


def forget(response: Response, name: str) -> None:
    """Have the browser drop a cookie."""
    response.delete_cookie(name, path=PATH, httponly=True, samesite="strict")


def seat_cookie(code: str) -> str:
    """Name of the cookie of a seat."""
    return f"{SEAT}{read_code(code)}"


def seats_of(request: Request, classroom: Classroom) -> dict[str, Member]:
    """By code the seats that the browser has a token for."""
    seats = {}
    for name, token in request.cookies.items():
        if name.startswith(SEAT):
            try:
                seats[name.removeprefix(SEAT)] = classroom.seats.resume(token)
            except ClassroomError:
                continue
    return seats
