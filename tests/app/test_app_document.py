"""What a student sets: always a lawful scenario, with a past and a future."""

from __future__ import annotations

import pytest

from partnersim import sharing
from partnersim.app.controls import GROUPS, described
from partnersim.app.document import MOST_STEPS, Setting
from partnersim.app.policy import told
from partnersim.app.render import rendered
from partnersim.app.words import words
from partnersim.scenario import ScenarioError, load_scenario


def test_controls_make_the_scenario_that_they_show():
    """Fails when a switch, slider, variant or source of money does something else than it says."""
    setting = Setting("Mine")
    setting.set_lever("shared_screening", 0.35, {"rule": "veto", "depth": False, "transparency": True}, "absorbed")
    setting.set_lever("legal_templates", 1.0)
    by_lever = {policy.lever: policy for policy in setting.scenario.policies}
    policy = by_lever["shared_screening"]
    assert (policy.strength, policy.options["rule"], policy.funding) == (0.35, "veto", "absorbed")
    assert setting.document["policy"][0] == {"lever": "legal_templates"}
    shown = setting.shown()["policies"]
    assert shown["shared_screening"]["strength"] == 35 and shown["shared_screening"]["options"]["rule"] == "veto"
    setting.set_lever("shared_screening", 0.0)
    assert setting.used() == ["legal_templates"]
    assert setting.reference.digest == load_scenario("baseline").digest


def test_the_reference_is_the_same_world_without_what_somebody_decided():
    """Fails when policies are held against another world than the one that they are tried in."""
    setting = Setting("Mine")
    setting.move_to("repeated-crises")
    setting.set_lever("staff_training", 1.0)
    assert setting.reference.digest == load_scenario("repeated-crises").digest
    setting.move_to("baseline")
    setting.set_lever("crisis_shock", 0.5)
    assert [policy.lever for policy in setting.reference.policies] == ["crisis_shock"]


def test_what_a_file_gave_a_policy_stays_when_a_slider_moves():
    """Fails when moving a slider loses months, targets or sizes of a scenario that was opened."""
    setting = Setting("Mine")
    setting.open(
        'title = "Later"\nextends = "low-integrity"\n[set]\nentry_rate = 0.07\n[[policy]]\nlever = "shared_screening"\n'
        'start = 25\ntarget = ["hub"]\nset = { desk_days_screening = 900.0 }\n'
    )
    setting.set_lever("shared_screening", 0.6)
    policy = setting.scenario.policies[0]
    assert (policy.start, policy.target, policy.set["desk_days_screening"], policy.strength) == (25, ("hub",), 900.0, 0.6)
    assert setting.scenario.values["entry_rate"] == 0.07 and setting.world == "low-integrity"
    assert setting.shown()["policies"]["shared_screening"]["start"] == 25


def test_undo_and_redo_walk_the_whole_way():
    """Fails when a step is lost, a new one keeps the old future, or the past grows without end."""
    setting = Setting("Mine")
    documents = [setting.document]
    for n in range(1, 5):
        setting.set_lever("staff_training", n / 10)
        documents.append(setting.document)
    for document in documents[-2::-1]:
        setting.undo()
        assert setting.document == document
    setting.undo()
    assert not setting.can_undo and setting.document == documents[0]
    setting.redo()
    assert setting.document == documents[1]
    setting.reset()
    assert not setting.can_redo and not setting.used()
    for n in range(2 * MOST_STEPS):
        setting.set_lever("staff_training", (1 + n % 9) / 10)
    for _ in range(3 * MOST_STEPS):
        setting.undo()
    assert not setting.can_undo


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.set_lever("no_such", 1.0),
        lambda s: s.set_lever("shared_screening", 7.0),
        lambda s: s.set_lever("shared_screening", float("nan")),
        lambda s: s.set_lever("shared_screening", 1.0, {"rule": "none"}),
        lambda s: s.set_lever("shared_screening", 1.0, {"no_such": True}),
        lambda s: s.set_lever("shared_screening", 1.0, {}, "stolen"),
        lambda s: s.move_to("../../etc"),
        lambda s: s.start_from("/etc/hosts"),
        lambda s: s.open("title = 1"),
        lambda s: s.open('title = "x"\nextends = "mine.toml"'),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(change):
    """Fails when a page that was tampered with reaches the model, or leaves half a change behind."""
    setting = Setting("Mine")
    setting.set_lever("legal_templates", 0.5)
    before = setting.document
    with pytest.raises(ScenarioError):
        change(setting)
    assert setting.document == before


def test_a_start_keeps_the_world():
    """Fails when choosing a package leaves the world that a student has chosen."""
    setting = Setting("Mine")
    setting.move_to("scarce-companies")
    setting.start_from("delivering-as-one")
    assert setting.world == "scarce-companies" and len(setting.used()) == 4
    assert setting.scenario.values["entry_rate"] == 0.07


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_lever_has_a_control_and_a_page(language):
    """Fails when a lever of the library cannot be moved, or lacks words, costs or a page in a language."""
    spoken = words(language)
    found = described(language)
    names = [lever["name"] for group in found["groups"] for lever in group["levers"]]
    assert sorted(names) == sorted(sharing.known()[1]) and len(set(names)) == sum(map(len, GROUPS.values()))
    for group in found["groups"]:
        for lever in group["levers"]:
            assert lever["plain"] and lever["mechanism"] and lever["trade"] and lever["costs"]
            page = rendered("policy.html", **told(sharing.known()[1][lever["name"]], spoken))
            assert lever["plain"] in page.replace("&#39;", "'") and "/?s=" in page
    assert {world["value"] for world in found["worlds"]} == set(sharing.worlds())
