"""Packages, predictions and results, and what may not be proposed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from classes import PACKAGE

from partnersim.classroom import limits
from partnersim.classroom.errors import ClassroomError
from partnersim.classroom.packages import in_world, read_package
from partnersim.classroom.phases import Phase
from partnersim.classroom.session import Classroom
from partnersim.scenario import load_scenario, scenario_names

HEAD = 'title = "Ours"\n'
POLICY = '[[policy]]\nlever = "legal_templates"\n'


def key_of(call, *arguments) -> str:
    """Under which key a call is refused."""
    with pytest.raises(ClassroomError) as error:
        call(*arguments)
    assert error.value.text("zh")
    return error.value.key


def deciding(klass, **options):
    """A session whose teams decide, and its two members, each of a team."""
    session = klass.session(**options)
    members = klass.join(session, "Ana", "Bo")
    return klass.to(session, Phase.DECIDE), *members


@pytest.mark.parametrize(
    "text, key",
    [
        ("", "unreadable"), ("title = ", "unreadable"), ("[[" * 20_000, "unreadable"), ("x" * 1_000_000, "size"),
        ("界" * 30_000, "size"), ("\ud800", "utf8"), (HEAD + "a = '\x00'", "unreadable"),
        (HEAD + 'extends = "/etc/passwd"', "unreadable"), (HEAD + 'extends = "../baseline"', "unreadable"),
        (HEAD + 'population = "/tmp"', "unreadable"), (HEAD + '[[policy]]\nlever = "<script>"', "unreadable"),
        (HEAD + "[set]\nmisconduct_rate = 1.8\n", "changes_world"),
        (HEAD + '[[policy]]\nlever = "crisis_shock"\n', "changes_world"),
        (HEAD + 'extends = "repeated-crises"\n' + POLICY, "other_world"),
        (HEAD + "".join(f"{POLICY}start = {12 * n + 1}\nend = {12 * n + 12}\n" for n in range(13)), "policies"),
    ],
)  # fmt: skip
def test_what_is_no_package_is_refused_in_words(text, key, klass):
    """Fails when an upload reads a file, changes the world it is judged in, is large, or ends in anything but a sentence."""
    session, ana, _ = deciding(klass)
    assert key_of(klass.room.work.propose, ana.token, text, 1.0) == f"propose.{key}"
    assert klass.room.work.proposals(session.id) == []


def test_packages_are_kept_as_they_came_and_the_latest_counts(klass):
    """Fails when a text is changed, a revision is lost, another team's counts, or the same again fills the file."""
    session, ana, bo = deciding(klass, budget=1000)
    texts = [f"# Заметка {n} 备注\r\n{HEAD}{POLICY}" for n in range(3)]
    made = [klass.room.work.propose(ana.token, text, 10.0 * n, f"Try {n}") for n, text in enumerate(texts)]
    assert klass.room.work.propose(ana.token, texts[2], 20.0, "Try 2") == made[2]
    theirs = klass.room.work.propose(bo.token, texts[0], -3.5)
    found = klass.room.work.proposals(session.id)
    assert found == [*made, theirs] and [p.text for p in found] == [*texts, texts[0]]
    assert [p.revision for p in found] == [1, 2, 3, 1] and {p.member for p in made} == {ana.id}
    assert klass.room.work.latest(session.id, 1) == {1: made[2], 2: theirs}
    assert theirs.label == "Ours" and theirs.staff_days == -3.5
    assert klass.room.work.proposals(session.id, 1, 2) == [theirs] and klass.room.work.proposals(session.id, 2) == []
    assert klass.room.work.latest(session.id, 2) == {}


def test_the_budget_binds(klass):
    """Fails when a team can take more than all may, or is refused for a rounding."""
    _, ana, _ = deciding(klass, budget=1000.0)
    propose = klass.room.work.propose
    assert key_of(propose, ana.token, PACKAGE, 1001.0) == "propose.over_budget"
    for days in (float("nan"), float("inf"), -float("inf")):
        assert key_of(propose, ana.token, PACKAGE, days) == "propose.days"
    assert propose(ana.token, PACKAGE, 1000.4).revision == 1
    klass.room.close(klass.secret, 1)
    _, ana, _ = deciding(klass)
    assert klass.room.work.propose(ana.token, PACKAGE, 1e6).revision == 1


def test_labels_reasons_and_observers_are_checked(klass):
    """Fails when a label can be endless or invisible, or who only looks on can act."""
    session, ana, bo = deciding(klass)
    for label, key in (("x" * 61, "length"), ("a\u202eb", "signs"), (" ", "length")):
        assert key_of(klass.room.work.propose, ana.token, PACKAGE, 1.0, label) == f"label.{key}"
    assert klass.room.work.propose(ana.token, PACKAGE, 1.0, " <i>Our</i>  plan ").label == "<i>Our</i> plan"
    klass.room.seats.move(klass.secret, bo.id, None)
    assert key_of(klass.room.work.propose, bo.token, PACKAGE, 1.0) == "seat.observer"
    klass.room.back(klass.secret, session.id)
    assert key_of(klass.room.work.predict, bo.token, {"incidents": "lower"}) == "seat.observer"
    assert key_of(klass.room.work.predict, ana.token, {"incidents": "lower"}, "x" * 501) == "why.length"
    assert klass.room.work.predict(ana.token, {"incidents": "lower"}, "").why == ""


def test_nobody_can_fill_the_file_or_the_processor(klass):
    """Fails when one member can propose or predict without pause, or a team without end."""
    session, ana, bo = deciding(klass)
    read: list[str] = []
    load = klass.room.work._load
    klass.room.work._load = lambda text, name: read.append(text) or load(text, name)
    for n in range(10):
        klass.room.work.propose(ana.token, PACKAGE, float(n))
    assert key_of(klass.room.work.propose, ana.token, PACKAGE, 99.0) == "seat.too_often"
    assert len(read) == 10  # what is refused is not even read
    klass.room.work.propose(bo.token, PACKAGE, 1.0)
    for n in range(10, limits.MOST_REVISIONS):
        klass.ticks.now += 61
        klass.room.work.propose(ana.token, PACKAGE, float(n))
    klass.ticks.now += 61
    assert key_of(klass.room.work.propose, ana.token, PACKAGE, 999.0) == "propose.revisions"
    klass.room.back(klass.secret, session.id)
    for _ in range(30):
        klass.room.work.predict(ana.token, {"incidents": "lower"})
    assert key_of(klass.room.work.predict, ana.token, {"incidents": "lower"}) == "seat.too_often"


def test_another_loader_is_asked(klass):
    """Fails when the classroom reads texts by other rules than the server's."""
    asked = []

    def load(text, name):
        asked.append(text)
        return load_scenario("baseline")

    room = Classroom(klass.book, load=load, worlds=("baseline",))
    session, ana, _ = deciding(klass)
    room.work.propose(ana.token, "anything", 0.0)
    assert asked == ["anything"] and key_of(room.strike, klass.secret, session.id, "low-integrity") == "open.world"


@pytest.mark.parametrize("name", scenario_names())
def test_a_package_in_a_world_is_its_policies_there(name, tmp_path):
    """Fails when a package loses a policy on its way into the held-out world, or brings another world along."""
    text = f'{HEAD}extends = "{name}"\n'
    try:
        package = read_package(text, "baseline")
    except ClassroomError as error:
        assert error.key in ("propose.changes_world", "propose.other_world")
        assert load_scenario(name).values or any(p.lever == "crisis_shock" for p in load_scenario(name).policies)
        return
    assert package.digest == load_scenario(name).digest
    world = load_scenario("low-integrity")
    file = Path(tmp_path / "there.toml")
    file.write_text(in_world(package, "low-integrity"), encoding="utf-8")
    there = load_scenario(file)
    assert there.policies == package.policies and there.values == world.values


def test_a_class_in_another_world_takes_packages_made_there(klass):
    """Fails when a package downloaded from the class's own page cannot be proposed."""
    session, ana, _ = deciding(klass, calm="scarce-companies")
    for world in ("scarce-companies", "baseline"):
        klass.room.work.propose(ana.token, f'{HEAD}extends = "{world}"\n{POLICY}', 1.0)
    text = f'{HEAD}extends = "low-integrity"\n{POLICY}'
    assert key_of(klass.room.work.propose, ana.token, text, 1.0) == "propose.other_world"
    assert klass.room.work.package(ana.token, HEAD + POLICY).policies[0].lever == "legal_templates"
    assert len(klass.room.work.proposals(session.id)) == 2


def test_results_are_shown_when_their_time_has_come(klass):
    """Fails when students can see a result before the wall shows it, or an old package's instead of the last one's."""
    session, ana, bo = deciding(klass)
    klass.room.strike(klass.secret, session.id, "repeated-crises")
    work = klass.room.work
    old = work.propose(ana.token, PACKAGE, 1.0)
    new = work.propose(ana.token, PACKAGE, 2.0)
    for world in ("baseline", "repeated-crises"):
        for proposal in (None, old.id, new.id):
            work.record(session.id, world, proposal, {"seeds": [], "n": 1})
    again = work.record(session.id, "baseline", None, {"seeds": [], "n": 2})

    def shown():
        return {(r.proposal, r.world) for r in work.shown(session.id)}

    assert len(work.results(session.id)) == 6 and work.results(session.id)[-1] == again and again.content["n"] == 2
    assert shown() == set()
    calm = {(None, "baseline"), (new.id, "baseline")}
    klass.to(session, Phase.REVEAL)
    assert shown() == calm
    klass.to(session, Phase.STRIKE)
    both = calm | {(None, "repeated-crises"), (new.id, "repeated-crises")}
    assert shown() == both
    klass.to(session, Phase.DISCUSS)
    klass.room.next_round(klass.secret, session.id)
    klass.room.strike(klass.secret, session.id, "low-integrity")
    klass.to(session, Phase.DECIDE)
    second = work.propose(bo.token, PACKAGE, 1.0)
    for proposal in (None, second.id):
        work.record(session.id, "low-integrity", proposal, {"n": 1})
    assert shown() == both
    klass.room.close(klass.secret, session.id)
    assert shown() == both
    other = klass.session()
    assert key_of(work.record, other.id, "baseline", new.id, {}) == "session.gone"
    with pytest.raises(ValueError):
        work.record(session.id, "baseline", None, {"x": float("nan")})
    with pytest.raises(ValueError):
        work.record(session.id, "baseline", None, {"x": "x" * limits.LARGEST_RESULT})


def together(calls) -> list[BaseException]:
    """Make all calls at once, each in a thread of its own; returns what they raised."""
    raised: list[BaseException] = []
    ready = threading.Barrier(len(calls))

    def run(call) -> None:
        ready.wait()
        try:
            call()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def test_thirty_who_join_predict_and_propose_at_once_are_all_kept(klass):
    """Fails when threads lose each other's work, get the same seat or name, or unbalance teams."""
    session = klass.session(n_teams=6, cap=30)
    members: list = []
    raised = together([lambda: members.append(klass.join(session, "Student")[0]) for _ in range(33)])
    assert [error.key for error in raised] == ["join.full"] * 3
    assert len({m.token for m in members}) == len({m.nickname for m in members}) == 30
    assert sorted(m.team for m in members) == [team for team in range(1, 7) for _ in range(5)]
    assert sorted(m.number for m in members) == list(range(1, 31))
    klass.to(session, Phase.PREDICT)
    calls = [lambda m=m: klass.room.work.predict(m.token, {"incidents": "lower"}) for m in members]
    assert together(calls) == [] and len(klass.room.work.predictions(session.id)) == 30
    klass.to(session, Phase.DECIDE)
    calls = [lambda m=m: klass.room.work.propose(m.token, PACKAGE, float(m.number)) for m in members]
    assert together(calls) == []
    found = klass.room.work.proposals(session.id)
    assert sorted((p.team, p.revision) for p in found) == [(t, r) for t in range(1, 7) for r in range(1, 6)]
    klass.restart()
    assert klass.room.work.proposals(session.id) == found


def test_what_is_predicted_while_the_teacher_moves_on_is_in_time_or_refused(klass):
    """Fails when a prediction slips in after the phase has moved on."""
    session = klass.session()
    members = klass.join(session, *(f"M{n}" for n in range(8)))
    klass.to(session, Phase.PREDICT)
    calls = [lambda m=m: klass.room.work.predict(m.token, {"incidents": "lower"}) for m in members]
    calls += [lambda: klass.room.advance(klass.secret, session.id, Phase.PREDICT)] * 2
    raised = together(calls)
    assert {error.key for error in raised} <= {"predict.not_now", "session.moved_on"}
    assert klass.room.session(session.id).phase is Phase.DECIDE
    kinds = [e.kind for e in klass.room.log(klass.secret, session.id)]
    last = len(kinds) - 1 - kinds[::-1].index("advance")
    assert "predict" not in kinds[last:] and kinds.count("predict") == len(klass.room.work.predictions(session.id))
