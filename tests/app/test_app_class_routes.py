"""Who may do what to a class over plain requests: keys, seats, forms of other sites, limits; without a browser."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from browsers import Server, answer

from partnersim.classroom.limits import WRONG_CODES
from partnersim.classroom.records import Role, Session
from partnersim.classroom.session import Classroom

FORBIDDEN, NOT_THERE, SEE_OTHER = 403, 404, 303


class Requests:
    """A server, and beside it the file of its sessions, opened as a second process does."""

    def __init__(self, server: Server) -> None:
        self.server, self.address = server, server.address
        self.room = Classroom(server.data / "classes.sqlite")
        self.secret = self.room.book.secret
        self.session: Session = self.room.open_session(self.secret, "A class", seeds=20)

    def get(self, path: str, **cookies: str):
        """Status, headers and text of a page."""
        return answer(self.address + path, headers=self._cookies(cookies))

    def post(self, path: str, form: dict[str, str], origin: str | None = "", **cookies: str):
        """The same of a form, sent by a page of this server unless said."""
        own = {"Origin": self.address if origin == "" else origin} if origin is not None else {}
        return answer(self.address + path, form, own | self._cookies(cookies))

    @staticmethod
    def _cookies(cookies: dict[str, str]) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name.replace('_', '-')}={value}" for name, value in cookies.items())} if cookies else {}

    @property
    def teacher(self) -> dict[str, str]:
        """The teacher's cookie."""
        return {f"teacher_{self.server.port}": self.secret}

    def join(self, name: str = "Ana", **more: str) -> str:
        """Take a seat; returns its token."""
        status, headers, _ = self.post("/class/join", {"code": self.session.code, "name": name, **more})
        assert (status, headers["location"]) == (SEE_OTHER, f"/class/{self.session.code}")
        return re.match(rf"seat-{self.session.code}=([^;]+)", headers["set-cookie"])[1]


@pytest.fixture(scope="module")
def asked(server) -> Iterator[Requests]:
    requests = Requests(server)
    yield requests
    requests.room.book.close()


def test_the_start_says_what_whoever_runs_it_has_to_know(asked):
    """Fails when the address of the teacher is not printed, or that students cannot join is left unsaid."""
    said = asked.server.said
    assert f"{asked.address}/class/teach?key={asked.secret}" in said
    assert "--host 0.0.0.0" in said and "Only this computer" in said


def test_the_right_key_becomes_a_cookie_that_no_script_reads_and_no_other_site_sends(asked):
    """Fails when the teacher's secret stays in the address or in reach of scripts."""
    status, headers, text = asked.get(f"/class/teach?key={asked.secret}")
    cookie = headers["set-cookie"].lower()
    assert status == 200 and asked.secret not in text
    assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/class"))
    assert asked.get("/class/teach", **asked.teacher)[0] == 200


@pytest.mark.parametrize("key", ["", "?key=", "?key=wrong", "?key=%00%ff", f"?key={'x' * 3000}"])
def test_no_other_key_opens_anything(asked, key):
    """Fails when a wrong key, or none, sees the sessions or is kept."""
    status, headers, text = asked.get(f"/class/teach{key}")
    assert status == FORBIDDEN and "set-cookie" not in headers
    assert "A class" not in text and asked.session.code not in text


def test_a_student_cannot_reach_what_is_the_teachers(asked):
    """Fails when a seat opens the page that leads, or the zip."""
    seat = {f"seat_{asked.session.code}": asked.join("Eve"), f"teacher_{asked.server.port}": "guess"}
    for path in (f"/class/teach/{asked.session.id}", f"/class/teach/{asked.session.id}/zip", "/class/teach"):
        status, _, text = asked.get(path, **seat)
        assert status == FORBIDDEN
        assert "Eve" not in text
    assert asked.get(f"/class/teach/{asked.session.id}/zip")[0] == FORBIDDEN
    assert asked.room.session(asked.session.id).phase == "lobby"


def test_the_teacher_takes_the_session_away(asked):
    """Fails when the zip is not the session's, or a browser would keep it."""
    url = f"{asked.address}/class/teach/{asked.session.id}/zip"
    import urllib.request

    request = urllib.request.Request(url, headers=asked._cookies(asked.teacher))
    with urllib.request.urlopen(request, timeout=30) as found:
        assert found.headers["cache-control"] == "no-store"
        names = zipfile.ZipFile(io.BytesIO(found.read())).namelist()
    assert {"summary.html", "members.csv", "README.txt"} <= set(names)


@pytest.mark.parametrize("number", ["0", "-1", "999", "99999999999999999999", "x"])
def test_sessions_that_are_not_there(asked, number):
    """Fails when a made-up number breaks the server, or finds something."""
    for path in (f"/class/teach/{number}", f"/class/teach/{number}/zip"):
        status, _, text = asked.get(path, **asked.teacher)
        assert 400 <= status < 500
        assert "Traceback" not in text


def test_a_seat_is_a_cookie_that_brings_back_to_it(asked):
    """Fails when a student who comes back is not known, or the token can be read by a script."""
    _, headers, _ = asked.post("/class/join", {"code": asked.session.code.lower(), "name": "Bob"})
    assert all(part in headers["set-cookie"].lower() for part in ("httponly", "samesite=strict", "path=/class"))
    token = re.match(r"[^=]+=([^;]+)", headers["set-cookie"])[1]
    name = f"seat_{asked.session.code}"
    assert asked.get(f"/class/{asked.session.code}", **{name: token})[0] == 200
    assert asked.get(f"/class?code={asked.session.code}", **{name: token})[1]["location"] == f"/class/{asked.session.code}"
    for wrong in ({}, {name: "guess"}):
        status, headers, _ = asked.get(f"/class/{asked.session.code}", **wrong)
        assert (status, headers["location"]) == (307, f"/class?code={asked.session.code}")


def test_who_looks_on_has_no_team(asked):
    """Fails when an observer is put into a team."""
    member = asked.room.seats.resume(asked.join("Olga", observer="on"))
    assert member.role is Role.OBSERVER


def test_a_seat_can_be_given_up(asked):
    """Fails when leaving does not end the seat, or leaves its cookie."""
    token = asked.join("Leo")
    status, headers, _ = asked.post(f"/class/{asked.session.code}/leave", {}, **{f"seat_{asked.session.code}": token})
    assert status == SEE_OTHER and "max-age=0" in headers["set-cookie"].lower()
    assert "Leo" not in [member.nickname for member in asked.room.seats.members(asked.session.id)]


@pytest.mark.parametrize("origin", [None, "null", "http://example.org", "http://127.0.0.1:1"])
def test_forms_of_other_sites_are_refused(asked, origin):
    """Fails when another site can have a student's browser join or leave."""
    before = len(asked.room.seats.members(asked.session.id))
    token = asked.join("Kim")
    for path, form in (
        ("/class/join", {"code": asked.session.code, "name": "Mallory"}),
        (f"/class/{asked.session.code}/leave", {"x": "y"}),
    ):
        assert asked.post(path, form, origin, **{f"seat_{asked.session.code}": token})[0] == FORBIDDEN
    assert len(asked.room.seats.members(asked.session.id)) == before + 1


def test_a_form_that_is_too_large_is_refused(asked):
    """Fails when somebody can fill the server's memory with a form."""
    assert asked.post("/class/join", {"code": asked.session.code, "name": "x" * 100_000})[0] == 413


@pytest.mark.parametrize("name", ["", "x" * 25, "a\u202eb", "\u200b"])
def test_names_that_are_no_names_are_refused_where_they_were_typed(asked, name):
    """Fails when such a name is taken, or the student is not told why it was not."""
    status, headers, _ = asked.post("/class/join", {"code": asked.session.code, "name": name})
    assert status == SEE_OTHER and "refused=name." in headers["location"]
    assert "A name has" in (text := asked.get(headers["location"])[2]) or "cannot be seen" in text


@pytest.mark.parametrize("told", ["join.full&cap=zebra", "zebra", "error.zebra", "name.length&most=zebra", "teacher.zebra"])
def test_an_address_cannot_put_words_into_the_page(asked, told):
    """Fails when a link can show a student what its writer likes, or break the page."""
    status, _, text = asked.get(f"/class?refused={told}")
    assert status == 200
    assert "zebra" not in text


def test_every_answer_says_that_it_may_load_nothing_from_elsewhere(asked):
    """Fails when a page may be framed by another site or load from one."""
    for path in ("/", "/class", f"/wall/{asked.session.code}", "/static/app.css"):
        headers = asked.get(path)[1]
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "http:" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_guessing_codes_ends_soon_and_right_ones_wait_with_it(asked):
    """Fails when codes can be tried without end, on the wall's address too. The last test: this machine is shut out after it."""
    assert asked.get(f"/wall/{asked.session.code}")[0] == 200
    for number in range(WRONG_CODES):
        if number % 2:
            assert asked.get("/wall/BBBBBB")[0] == NOT_THERE
        else:
            assert "join.unknown_code" in asked.post("/class/join", {"code": "BBBBBB", "name": "x"})[1]["location"]
    assert "join.too_many_tries" in asked.post("/class/join", {"code": asked.session.code, "name": "x"})[1]["location"]
    assert asked.get(f"/wall/{asked.session.code}")[0] == NOT_THERE
