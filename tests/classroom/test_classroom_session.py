"""A class session from opening to closing: its rules, its refusals, and that no restart loses any of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from classes import PACKAGE

from partnersim.classroom import limits
from partnersim.classroom.errors import ClassroomError, NotAllowed
from partnersim.classroom.phases import Phase, following, preceding
from partnersim.classroom.records import Role
from partnersim.classroom.whole import read_whole


def refused(key: str):
    """A block in which something is refused under this key."""
    return pytest.raises(ClassroomError, match="^" + _start(key))


def _start(key: str) -> str:
    import re

    from partnersim.languages.catalogue import Catalogue

    return re.escape(Catalogue("classroom").own[f"error.{key}"].partition("{")[0])


RESULT = {"seeds": [0, 1, 2], "outcomes": {"incidents": [1.0, None, 3.5]}}


def test_a_class_of_five_from_opening_to_closing_survives_a_restart_after_every_step(klass):
    """Fails when a step of a class cannot be made, or is not whole after the server stopped and started again."""
    names = ["Ana", "Bo", "陈", "Dee", "Eli"]
    tokens: dict[str, str] = {}
    number = klass.session(n_teams=2, budget=5000.0, exercise="shared-screening").id

    def lead(step, *arguments):
        return getattr(klass.room, step)(klass.secret, number, *arguments)

    def join(name, role=Role.MEMBER):
        member = klass.room.seats.join(klass.room.session(number).code, name, "", role)
        tokens[name] = member.token

    def propose(name, text, days):
        klass.room.work.propose(tokens[name], text, days)

    def record(world, *teams):
        latest = klass.room.work.latest(number, klass.room.session(number).round)
        for proposal in [None, *(latest[team].id for team in teams)]:
            klass.room.work.record(number, world, proposal, RESULT)

    def predict(name, **answers):
        klass.room.work.predict(tokens[name], answers, "Because")

    steps = [
        *(lambda name=name: join(name) for name in names[:3]),
        lambda: lead("advance"),
        lambda: join("Dee"),
        lambda: lead("strike", "repeated-crises"),
        lambda: lead("advance"),
        lambda: predict("Ana", incidents="lower"),
        lambda: predict("Ana", incidents="none", transaction_cost="higher"),
        lambda: predict("Bo", transformative_reach="higher"),
        lambda: lead("set_timer", 60.0, True),
        lambda: lead("extend", 30.0),
        lambda: lead("advance"),
        lambda: propose("Ana", PACKAGE, 1200.0),
        lambda: propose("Bo", PACKAGE, 1200.4),
        lambda: propose("陈", PACKAGE.replace("Screen", "Check"), 900.0),
        lambda: lead("advance"),
        lambda: record("baseline", 1, 2),
        lambda: lead("advance"),
        lambda: record("repeated-crises", 1, 2),
        lambda: lead("advance"),
        lambda: join("Eli", Role.OBSERVER),
        lambda: lead("next_round"),
        lambda: predict("Dee", incidents="lower"),
        lambda: lead("advance"),
        lambda: propose("Dee", PACKAGE, 100.0),
        lambda: klass.room.seats.leave(tokens.pop("Bo")),
        lambda: lead("set_doors", False),
        *(lambda: lead("advance") for _ in range(2)),
        lambda: lead("close"),
    ]
    phases, last = [], 0
    for n, step in enumerate(steps):
        klass.clock.now += 1
        step()
        before = read_whole(klass.book, number)
        assert klass.room.changes(number) > last, f"step {n} told nobody"
        last = klass.room.changes(number)
        secret = klass.secret
        klass.restart()
        assert read_whole(klass.book, number) == before, f"after step {n}"
        assert klass.secret == secret and klass.room.changes(number) == last
        for name, token in tokens.items():
            member = klass.room.seats.resume(token)
            assert member.nickname == name and replace(member, token=None) == before.members[member.id]
        phases.append(before.session.phase)
    assert set(phases) == set(Phase)
    whole = read_whole(klass.book, number)
    assert whole.worlds == {1: "repeated-crises", 2: None} and whole.session.round == 2
    assert {m.nickname: m.team for m in whole.members.values()} == {"Ana": 1, "Bo": 2, "陈": 1, "Dee": 2, "Eli": None}
    assert [(p.round, p.member, dict(p.answers)) for p in whole.predictions] == [
        (1, 1, {"incidents": "none", "transaction_cost": "higher"}),
        (1, 2, {"transformative_reach": "higher"}),
        (2, 4, {"incidents": "lower"}),
    ]
    assert [(p.round, p.team, p.revision, p.staff_days) for p in whole.proposals] == [
        (1, 1, 1, 1200.0), (1, 2, 1, 1200.4), (1, 1, 2, 900.0), (2, 2, 1, 100.0),
    ]  # fmt: skip
    assert [(r.round, r.team, r.world) for r in whole.results] == [
        (None, None, "baseline"), (1, 1, "baseline"), (1, 2, "baseline"),
        (None, None, "repeated-crises"), (1, 1, "repeated-crises"), (1, 2, "repeated-crises"),
    ]  # fmt: skip
    assert whole.latest(1)[1].label == "Check together" and whole.results[1].content == RESULT


def test_the_order_of_phases():
    """Fails when a phase is left out, nothing strikes without a world, or a step back does not undo a step on."""
    with_world = [Phase.LOBBY]
    while after := following(with_world[-1], True):
        with_world.append(after)
    assert with_world == list(Phase)
    assert following(Phase.REVEAL, False) is Phase.DISCUSS and preceding(Phase.DISCUSS, False) is Phase.REVEAL
    for has_world in (True, False):
        for phase in set(Phase) - ({Phase.STRIKE} if not has_world else set()):
            if after := following(phase, has_world):
                assert preceding(after, has_world) is phase


def test_opening_is_checked(klass):
    """Fails when a session can be opened that no class can play."""
    for key, options in {
        "open.n_teams": {"n_teams": 1}, "open.seeds": {"seeds": 2}, "open.months": {"months": 241}, "open.cap": {"cap": 61},
        "open.budget": {"budget": float("nan")}, "open.world": {"calm": "../worlds/low-integrity"},
        "open.size": {"size": "stress "}, "open.language": {"language": "xx"}, "title.length": {"exercise": "x" * 65},
    }.items():  # fmt: skip
        with refused(key):
            klass.session(**options)
    for key, options in {"open.n_teams": {"n_teams": 9}, "open.budget": {"budget": -1.0}, "open.cap": {"cap": True}}.items():
        with refused(key):
            klass.session(**options)
    with refused("title.length"):
        klass.room.open_session(klass.secret, " ")
    assert klass.room.sessions(klass.secret) == []
    assert klass.session(language="zh", n_teams=8, budget=0, months=12, seeds=3).budget == 0


def test_only_the_phase_decides_what_is_taken(klass):
    """Fails when a prediction or a package is taken in a phase that is not for it."""
    session = klass.session()
    member = klass.join(session, "Ana")[0]
    klass.room.strike(klass.secret, session.id, "scarce-companies")
    for phase in Phase:
        klass.to(session, phase)
        if phase is not Phase.PREDICT:
            with refused("predict.not_now"):
                klass.room.work.predict(member.token, {"incidents": "lower"})
        if phase is not Phase.DECIDE:
            with refused("propose.not_now"):
                klass.room.work.propose(member.token, PACKAGE, 1.0)
    assert klass.room.work.predictions(session.id) == [] and klass.room.work.proposals(session.id) == []


def test_predictions_stay_as_they_are_once_results_were_shown(klass):
    """Fails when a step back lets somebody predict what has been seen."""
    session = klass.session()
    ana, bo = klass.join(session, "Ana", "Bo")
    klass.to(session, Phase.PREDICT)
    klass.room.work.predict(ana.token, {"incidents": "lower"})
    klass.to(session, Phase.DECIDE)
    klass.room.back(klass.secret, session.id)
    klass.room.work.predict(ana.token, {"incidents": "higher"})  # nothing was shown yet
    klass.to(session, Phase.REVEAL)
    for _ in range(2):
        klass.room.back(klass.secret, session.id)
    for member in (ana, bo):
        with refused("predict.seen"):
            klass.room.work.predict(member.token, {"incidents": "none"})
    assert [dict(p.answers) for p in klass.room.work.predictions(session.id)] == [{"incidents": "higher"}]
    klass.to(session, Phase.DECIDE)
    assert klass.room.work.propose(ana.token, PACKAGE, 1.0).after_reveal


def test_steps_back_and_second_clicks(klass):
    """Fails when a double click skips a phase, a step back loses something, or a round's end cannot be undone."""
    session = klass.session()
    number = session.id
    with refused("session.first"):
        klass.room.back(klass.secret, number)
    klass.room.advance(klass.secret, number, Phase.LOBBY)
    with refused("session.moved_on"):
        klass.room.advance(klass.secret, number, Phase.LOBBY)
    with refused("session.moved_on"):
        klass.room.back(klass.secret, number, Phase.PREDICT)
    assert klass.room.back(klass.secret, number, Phase.BRIEF).phase is Phase.LOBBY
    with refused("session.not_discussing"):
        klass.room.next_round(klass.secret, number)
    ana = klass.join(session, "Ana")[0]
    klass.to(session, Phase.DISCUSS)
    assert klass.room.next_round(klass.secret, number).round == 2
    klass.room.work.predict(ana.token, {"incidents": "lower"})
    former = klass.room.back(klass.secret, number)
    assert (former.round, former.phase, former.is_revealed) == (1, Phase.DISCUSS, True)
    assert former.shows(1, "baseline") and not former.shows(2, "baseline")
    again = klass.room.next_round(klass.secret, number)
    assert (again.round, again.phase, again.is_revealed) == (2, Phase.PREDICT, False)
    assert len(klass.room.work.predictions(number, 2)) == 1
    klass.to(session, Phase.DISCUSS)
    assert klass.room.advance(klass.secret, number).phase is Phase.CLOSED
    with refused("session.closed"):
        klass.room.advance(klass.secret, number)
    assert klass.room.back(klass.secret, number).phase is Phase.DISCUSS


def test_a_closed_session_takes_nothing_and_opens_again_where_it_was(klass):
    """Fails when a closed session can be joined or led on, or closing by mistake cannot be undone."""
    session = klass.session()
    ana = klass.join(session, "Ana")[0]
    klass.to(session, Phase.DECIDE)
    klass.room.close(klass.secret, session.id)
    teacher = klass.room
    for step, arguments in (
        ("close", ()), ("set_timer", (60.0,)), ("extend", (60.0,)), ("set_doors", (True,)), ("reset", ()),
    ):  # fmt: skip
        with refused("session.closed"):
            getattr(teacher, step)(klass.secret, session.id, *arguments)
    with refused("join.unknown_code"):
        klass.join(session, "Bo")
    assert klass.room.seats.resume(ana.token).nickname == "Ana"
    assert teacher.session(session.id).phase is Phase.CLOSED
    assert teacher.back(klass.secret, session.id).phase is Phase.DECIDE
    klass.room.work.propose(ana.token, PACKAGE, 1.0)
    klass.join(session, "Bo")


def test_the_held_out_world_is_hidden_until_it_strikes(klass):
    """Fails when students can know the world before it strikes, or the teacher cannot choose it."""
    session = klass.session()
    number = session.id
    for key, world in (("strike.same", "baseline"), ("open.world", "no-such-world")):
        with refused(key):
            klass.room.strike(klass.secret, number, world)
    klass.room.strike(klass.secret, number, "low-integrity")
    assert klass.room.strike(klass.secret, number, "repeated-crises").world == "repeated-crises"
    for phase in (Phase.LOBBY, Phase.BRIEF, Phase.PREDICT, Phase.DECIDE, Phase.REVEAL):
        now = klass.to(session, phase)
        assert now.shown().world is None and now.world == "repeated-crises"
        assert now.shows(1, "baseline") == (phase is Phase.REVEAL) and not now.shows(1, "repeated-crises")
    now = klass.to(session, Phase.STRIKE)
    assert now.shown().world == "repeated-crises" and now.shows(1, "repeated-crises")
    with refused("strike.too_late"):
        klass.room.strike(klass.secret, number, "low-integrity")
    klass.room.back(klass.secret, number)
    assert klass.room.strike(klass.secret, number, None).world is None
    assert klass.room.advance(klass.secret, number).phase is Phase.DISCUSS
    assert klass.room.next_round(klass.secret, number).world is None


def test_a_timer_closes_only_where_the_teacher_says_so(klass):
    """Fails when time that is up stops a class by itself, or does not where it should."""
    session = klass.session()
    number = session.id
    ana = klass.join(session, "Ana")[0]
    klass.to(session, Phase.PREDICT)
    with refused("timer.none"):
        klass.room.extend(klass.secret, number, 10.0)
    for seconds in (0.0, -5.0, float("nan"), float("inf"), 1e9):
        with refused("open.timer"):
            klass.room.set_timer(klass.secret, number, seconds)
    deadline = klass.room.set_timer(klass.secret, number, 60.0).deadline
    assert deadline == klass.clock.now + 60
    klass.clock.now += 100
    klass.room.work.predict(ana.token, {"incidents": "lower"})
    assert klass.room.session(number).phase is Phase.PREDICT
    klass.room.set_timer(klass.secret, number, 60.0, closes=True)
    klass.clock.now += 61
    with refused("timer.over"):
        klass.room.work.predict(ana.token, {"incidents": "none"})
    assert klass.room.extend(klass.secret, number, 30.0).deadline == klass.clock.now + 30
    klass.room.work.predict(ana.token, {"incidents": "none"})
    assert klass.room.extend(klass.secret, number, 30.0).deadline == klass.clock.now + 60
    assert klass.to(session, Phase.DECIDE).deadline is None
    klass.room.set_timer(klass.secret, number, 5.0, closes=True)
    klass.clock.now += 6
    with refused("timer.over"):
        klass.room.work.propose(ana.token, PACKAGE, 1.0)
    assert klass.room.set_timer(klass.secret, number, None).deadline is None
    klass.room.work.propose(ana.token, PACKAGE, 1.0)


def test_teams_are_of_even_size_whatever_comes(klass):
    """Fails when late joiners, leavers, moves or observers leave one team much larger than another by the program's own doing."""
    session = klass.session(n_teams=3)
    members = klass.join(session, *(f"M{n}" for n in range(7)))
    assert [m.team for m in members] == [1, 2, 3, 1, 2, 3, 1]
    looker = klass.room.seats.join(session.code, "Looks on", "", Role.OBSERVER)
    assert looker.team is None and looker.role is Role.OBSERVER
    klass.room.seats.leave(members[0].token)
    klass.room.seats.remove(klass.secret, members[3].id)
    assert [m.team for m in klass.join(session, "L1", "L2", "L3")] == [1, 1, 2]
    assert klass.room.seats.move(klass.secret, looker.id, 2).team == 2
    assert klass.room.seats.resume(looker.token).role is Role.MEMBER
    assert klass.join(session, "L4")[0].team == 3
    for team in (0, 4, -1):
        with refused("move.no_team"):
            klass.room.seats.move(klass.secret, looker.id, team)
    for gone in (members[0].id, 999):
        with refused("seat.empty"):
            klass.room.seats.move(klass.secret, gone, 1)
    names = [m.nickname for m in klass.room.seats.members(session.id)]
    assert "M0" not in names and "M3" not in names
    assert len(klass.room.seats.members(session.id, present=False)) == len(names) + 2


def test_seats_given_up_resume_nothing(klass):
    """Fails when a token works after its holder left or was removed, or another session's opens this one."""
    session = klass.session()
    ana, bo, cy = klass.join(session, "Ana", "Bo", "Cy")
    klass.to(session, Phase.PREDICT)
    klass.room.seats.leave(ana.token)
    klass.room.seats.remove(klass.secret, bo.id)
    for token in (ana.token, bo.token, "", "x" * 1_000_000, "\ud800", session.code, klass.secret, f"{cy.token} "):
        for call in (
            klass.room.seats.resume, klass.room.seats.leave, lambda t: klass.room.work.predict(t, {"incidents": "lower"}),
            lambda t: klass.room.work.propose(t, PACKAGE, 1.0), lambda t: klass.room.work.package(t, PACKAGE),
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                call(token)
    assert klass.join(session, "Ana")[0].nickname == "Ana"  # the name is free again
    renamed = klass.room.seats.rename(klass.secret, cy.id, "ana")
    assert renamed.nickname == "ana 2" and renamed.number == cy.number
    with klass.book.read() as db:
        assert not db.one("SELECT 1 FROM member WHERE token = ?", cy.token)  # only what tells it again is kept


def test_doors_and_seats_have_limits(klass):
    """Fails when more join than there are seats, or through closed doors, or by joining and leaving without end."""
    session = klass.session(cap=2)
    ana, _ = klass.join(session, "Ana", "Bo")
    with refused("join.full"):
        klass.join(session, "Cy")
    klass.room.seats.leave(ana.token)
    klass.room.set_doors(klass.secret, session.id, False)
    with refused("join.doors"):
        klass.join(session, "Cy")
    klass.room.set_doors(klass.secret, session.id, True)
    klass.join(session, "Cy")
    with klass.book.write() as db:
        for n in range(4, limits.MOST_EVER + 1):
            db.add("member", session=session.id, number=n, nickname="x", token=f"{n}", joined=0, gone=1)
    klass.room.seats.remove(klass.secret, ana.id + 1)
    with refused("join.full"):
        klass.join(session, "Dee")


def test_reset_keeps_people_and_takes_their_work(klass):
    """Fails when a trial run cannot be wiped before class, or wiping it sends everybody out."""
    session = klass.session()
    ana, bo = klass.join(session, "Ana", "Bo")
    klass.to(session, Phase.PREDICT)
    klass.room.work.predict(ana.token, {"incidents": "lower"})
    klass.to(session, Phase.DECIDE)
    proposal = klass.room.work.propose(bo.token, PACKAGE, 1.0)
    klass.room.work.record(session.id, "baseline", None, RESULT)
    klass.room.work.record(session.id, "baseline", proposal.id, RESULT)
    klass.to(session, Phase.DISCUSS)
    klass.room.next_round(klass.secret, session.id)
    now = klass.room.reset(klass.secret, session.id)
    assert (now.phase, now.round, now.is_revealed, now.code) == (Phase.LOBBY, 1, False, session.code)
    whole = read_whole(klass.book, session.id)
    assert not whole.predictions and not whole.proposals and not whole.results and len(whole.members) == 2
    assert [e.kind for e in whole.events][-1] == "reset"
    with refused("session.gone"):
        klass.room.work.record(session.id, "baseline", proposal.id, RESULT)  # a run that ends too late
    klass.to(session, Phase.PREDICT)
    klass.room.work.predict(ana.token, {"incidents": "higher"})
