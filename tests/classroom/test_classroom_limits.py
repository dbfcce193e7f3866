"""What may be typed and tried, and how often."""

from __future__ import annotations

import unicodedata

import pytest

from partnersim.classroom import limits
from partnersim.classroom.errors import ClassroomError, NotAllowed


def key_of(call, *arguments) -> str:
    """Under which key a call is refused."""
    with pytest.raises(ClassroomError) as error:
        call(*arguments)
    assert error.value.text("zh") and error.value.text("en") == str(error.value)
    return error.value.key


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("  Ana \t Maria\n", "Ana Maria"),
        ("e\u0301", "é"),
        ("陈小明", "陈小明"),
        ("علي", "علي"),
        ("👩‍🔬", "👩‍🔬"),
        ("می‌خواهم", "می‌خواهم"),
        ("\U0001fae8", "\U0001fae8"),
        ("<b>&\"'", "<b>&\"'"),
        ("'; DROP TABLE member; --", "'; DROP TABLE member; --"),
        ("x" * 24, "x" * 24),
        ("{0.__class__}", "{0.__class__}"),
    ],
)
def test_names_are_kept_as_they_were_meant(typed, kept):
    """Fails when a name in any script, an emoji, or one that looks like code is spoilt."""
    assert limits.nickname(typed, []) == kept


@pytest.mark.parametrize(
    "typed, why",
    [
        ("", "length"), ("   ", "length"), ("x" * 25, "length"), ("x" * 1_000_000, "length"), (" " * 1_000_000, "length"),
        ("a\u202eb", "signs"), ("\u2066a", "signs"), ("a\u200b", "signs"), ("\ufeffa", "signs"), ("a\x00b", "signs"),
        ("\x1b[31m", "signs"), ("\ud800", "signs"), ("\u200d", "signs"), ("\u0301", "signs"), ("\u3164", "signs"),
        ("a\u00ad", "signs"), ("\ue000", "signs"),
    ],
)  # fmt: skip
def test_names_that_hide_something_are_refused(typed, why):
    """Fails when a name can be empty, endless, invisible, turn the line round, or look like another's by what is not seen."""
    assert key_of(limits.nickname, typed, []) == f"name.{why}"


def test_the_same_name_gets_a_number():
    """Fails when two people on the wall cannot be told apart, or the number makes a name too long."""
    taken: list[str] = []
    for typed in ("Ana", "ANA", "ana", "a\u0301na", "ána"):
        taken.append(limits.nickname(typed, taken))
    assert taken == ["Ana", "ANA 2", "ana 3", "ána", "ána 2"]
    many = ["é" * 24]
    for _ in range(11):
        many.append(limits.nickname("e\u0301" * 24, many))
    assert len(set(many)) == 12 and {len(name) for name in many} == {24}
    assert all(unicodedata.is_normalized("NFC", name) for name in many)


def test_codes_are_forgiving_and_hard_to_guess():
    """Fails when a code holds a letter that is mistaken for another, or a right one is refused for how it was typed."""
    made = {limits.new_code(()) for _ in range(300)}
    assert len(made) == 300 and all(limits.read_code(code) == code for code in made)
    assert not set("".join(made)) & set("AEIOUYLQ0123456789")
    code = "BKPRXZ"
    for typed in ("bkprxz", " BKP-RXZ ", "b k p r x z", "\uff22\uff4b\uff30\uff32\uff38\uff3a", "bkp\u3000rxz\n"):
        assert limits.read_code(typed) == code
    for typed in ("", "BKPRX", "BKPRXZZ", "BKPRX1", "' OR 1=1", "B" * 10**6, "\ud800" * 6, "％％％％％％"):
        assert limits.read_code(typed) == ""


def test_a_code_is_never_that_of_another_open_session(klass, monkeypatch):
    """Fails when two classes could share a code, so that students land in the wrong one."""
    drawn = iter("BBBBBBBBBBBBCCCCCCBBBBBB")
    monkeypatch.setattr(limits.secrets, "choice", lambda letters: next(drawn))
    one, two = klass.session(), klass.session()
    assert (one.code, two.code) == ("BBBBBB", "CCCCCC")
    klass.room.close(klass.secret, one.id)
    third = klass.session()
    assert third.code == "BBBBBB"
    monkeypatch.undo()
    again = klass.room.back(klass.secret, one.id)  # its code is in use by now
    assert again.code not in (two.code, third.code) and again.closed is None


def test_guessing_is_stopped_for_one_client_and_for_all_together(klass):
    """Fails when codes can be tried without end, from one machine or from many, or when waiting does not help."""
    session = klass.session()
    join = klass.room.seats.join
    for _ in range(20):
        assert key_of(join, "BBBBBB", "x", "guesser") == "join.unknown_code"
    assert key_of(join, "BBBBBB", "x", "guesser") == "join.too_many_tries"
    assert key_of(join, session.code, "x", "guesser") == "join.too_many_tries"  # a right one tells nothing either
    assert join(session.code, "Ana", "another").team == 1
    klass.ticks.now += 299
    assert key_of(join, session.code, "x", "guesser") == "join.too_many_tries"
    klass.ticks.now += 2
    assert join(session.code, "x", "guesser").nickname == "x"
    for n in range(120):
        assert key_of(join, "no", "x", f"client {n}") == "join.unknown_code"
    assert key_of(join, session.code, "y", "new client") == "join.too_many_tries"
    klass.ticks.now += 61
    assert join(session.code, "y", "new client").nickname == "y"


def test_a_class_behind_one_address_is_never_stopped(klass):
    """Fails when thirty students who join rightly at once, or mistype now and then, are taken for an attack."""
    session = klass.session()
    for n in range(30):
        if n % 3 == 0:
            assert key_of(klass.room.seats.join, "BBBBBB", "x", "school") == "join.unknown_code"
        klass.room.seats.join(session.code, f"Student {n}", "school")
    assert len(klass.room.seats.members(session.id)) == 30


def test_rates_forget_who_is_long_gone():
    """Fails when memory grows with every address that ever tried, or a rate lets more through than it says."""
    now = [0.0]
    rate = limits.Rate(2, 10, lambda: now[0])
    assert [rate.take("a"), rate.take("a"), rate.take("a"), rate.take("b")] == [0, 0, 10, 0]
    now[0] = 4.0
    assert rate.wait("a") == 6.0
    now[0] = 10.0
    assert rate.take("a") == 0 and rate.take("c") == 0
    now[0] = 30.0
    rate.count("d")
    assert set(rate._times) == {"d"}


@pytest.mark.parametrize(
    "given", [{}, [], None, {"a": 1}, {1: "a"}, {"a b": "lower"}, {"a": ""}, {"a": "x" * 65}, {str(n): "a" for n in range(13)}]
)
def test_answers_are_short_names(given):
    """Fails when a prediction can hold anything else than names of questions and answers."""
    assert key_of(limits.answers, given) == "predict.answers"


def test_uploads_are_small_texts():
    """Fails when an upload may be large or no text."""
    assert key_of(limits.package_size, "界" * (limits.LARGEST_PACKAGE // 3 + 1)) == "propose.size"
    assert key_of(limits.package_size, "\ud800") == "propose.utf8"


def test_nothing_of_the_teacher_s_can_be_done_without_the_secret(klass):
    """Fails when a student can open, lead, change, read the log of, take away, reset or delete a session."""
    session = klass.session()
    member = klass.join(session, "Ana")[0]
    room, seats, number = klass.room, klass.room.seats, session.id
    calls = [
        (room.open_session, "Mine"), (room.sessions,), (room.log, number), (room.advance, number), (room.back, number),
        (room.next_round, number), (room.strike, number, "repeated-crises"), (room.set_timer, number, 60.0),
        (room.extend, number, 60.0), (room.set_doors, number, False), (room.close, number), (room.reset, number),
        (room.delete, number), (room.export_zip, number), (seats.remove, member.id), (seats.move, member.id, 2),
        (seats.rename, member.id, "x"),
    ]  # fmt: skip
    before = room.changes(number)
    for secret in ("", str(member.token), session.code, klass.book.cookie_secret):
        for call, *arguments in calls:
            with pytest.raises(NotAllowed):
                call(secret, *arguments)
    assert room.changes(number) == before and room.session(number) == session
