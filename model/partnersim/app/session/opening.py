"""The class sessions of a server: its file, its pages, and what whoever starts it has to know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nicegui import app
from platformdirs import user_data_dir

from partnersim.app.session import entrance, routes, seat, teach, wall
from partnersim.app.session.addresses import addresses, here, is_local
from partnersim.app.session.hub import Hub
from partnersim.app.site import Site
from partnersim.classroom.session import Classroom

FILE = "classes.sqlite"


def open_classes(site: Site, host: str, data: Path | None, new_secret: bool) -> Hub:
    """Open the file of sessions in the folder ``data``, the user's own if None, and make its pages known.

    Raises :class:`BookError` for a file that cannot be used.
    """
    classroom = Classroom((data or Path(user_data_dir("partnersim", appauthor=False))) / FILE)
    if new_secret:
        classroom.book.renew_secret()
    hub = Hub(site, classroom, is_open=not is_local(host))
    for room in (routes, entrance, teach, seat, wall):
        room.register(hub)
    return hub


def start_classes(hub: Hub, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Begin to serve them, in the server's loop, and ``tell`` where they are and what opening them means."""
    hub.start(addresses(host, port, app.urls))
    tell(f"For the teacher alone, on this computer: {here(host, port)}/class/teach?key={hub.classroom.book.secret}")
    tell(f"Class sessions are kept in {hub.classroom.book.path}.")
    if not hub.is_open:
        tell("Only this computer can open the page. For a class, start it with --host 0.0.0.0, so that students can join.")
        return
    tell(f"For students, on the same network: {' or '.join(f'{address}/class' for address in hub.addresses)}")
    for line in OPEN:
        tell(line)


OPEN = (
    "The page is open to the network: anybody on it can open the page and try to join, also from outside the room.",
    "Nothing is encrypted: nicknames, codes and the teacher's address can be read on the way. Use a network that you trust.",
    "Never project the teacher's address: whoever has it leads the class. --new-secret makes another.",
    "To close it to the network, end it with Ctrl-C and start it without --host.",
)
"""What opening the server to the network means."""
