"""Scenarios as texts that travel: links, downloads, uploads."""

from __future__ import annotations

import tomllib

import pytest

from partnersim import sharing
from partnersim.scenario import ScenarioError, load_scenario, scenario_names

HEAD = 'title = "Mine"\n'


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_survives_the_link_and_the_download(name, tmp_path):
    """Fails when a shared scenario is another than the one that was shared."""
    scenario = load_scenario(name)
    document = sharing.document_of(scenario)
    text = sharing.from_link(sharing.to_link(document))
    assert sharing.scenario_from_text(text).digest == scenario.digest
    file = tmp_path / "mine.toml"
    file.write_text(sharing.text_of(document), encoding="utf-8")
    assert load_scenario(file).digest == scenario.digest
    assert sharing.document_of(sharing.scenario_of(tomllib.loads(text))) == document


def test_everything_that_a_policy_can_say_travels(tmp_path):
    """Fails when a link or download loses a month, a target, an option, a size or a number."""
    text = HEAD + (
        'extends = "low-integrity"\nquestion = "Why?"\n[set]\nentry_rate = 0.07\n[[policy]]\nlever = "shared_screening"\n'
        'start = 13\nramp = 3\nend = 99\nstrength = 0.4\nadoption = 0.5\ntarget = ["UNDP", "hub"]\nfunding = "absorbed"\n'
        'options = { rule = "pooled", depth = true }\nset = { raters_pooled = 4.0 }\n'
    )
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    read = load_scenario(file)
    document = sharing.document_of(read)
    assert document["extends"] == "low-integrity" and set(document["set"]) == {"entry_rate"}
    assert sharing.scenario_of(document).digest == read.digest == sharing.scenario_from_text(text).digest
    assert sharing.scenario_of(document).question == "Why?"


def test_a_scenario_that_only_shares_its_name_with_a_world_stays_itself(tmp_path):
    """Fails when somebody's own file called as a world of the library comes out as that world."""
    file = tmp_path / "scarce-companies.toml"
    file.write_text(HEAD, encoding="utf-8")
    read = load_scenario(file)
    assert sharing.scenario_of(sharing.document_of(read)).digest == read.digest == load_scenario("baseline").digest


@pytest.mark.parametrize(
    "text, told",
    [
        ("", "title"),
        ("title = ", "TOML"),
        (HEAD + "n = 1" + "0" * 6000, "TOML"),
        (HEAD + "a = " + "[" * 3000 + "]" * 3000, "nested"),
        (HEAD + 'extends = "/etc/hosts"', "cannot name a file"),
        (HEAD + 'extends = "../scenarios/baseline.toml"', "cannot name a file"),
        (HEAD + 'population = "/tmp"', "population"),
        (HEAD + "[set]\nno_such = 1", "no_such"),
        (HEAD + "[set]\nentry_rate = 1e999", "finite"),
        (HEAD + '[[policy]]\nlever = "shared_screning"', "nearest: shared_screening"),
        (HEAD + '[[policy]]\nlever = "legal_templates"\nstrength = 7', "0 to 1"),
        (HEAD + '[[policy]]\nlever = "legal_templates"\n' * 41, "at most 40"),
        ("# " + "x" * sharing.LONGEST_TEXT, "characters"),
    ],
)
def test_a_text_from_anybody_is_refused_in_words(text, told):
    """Fails when an upload names a file, is read loosely, or ends in anything but a sentence."""
    with pytest.raises(ScenarioError, match=told):
        sharing.scenario_from_text(text)


@pytest.mark.parametrize("letters", ["", "!", "abc", "eJwz", sharing.to_link({"title": "x" * 200_000}), "é" * 8])
def test_a_broken_link_is_refused_in_words(letters):
    """Fails when a link that was cut off, or packs far more than it may, does harm or ends in anything but a sentence."""
    with pytest.raises(ScenarioError):
        sharing.scenario_from_text(sharing.from_link(letters))


def test_a_file_beside_the_server_is_never_read(tmp_path, monkeypatch):
    """Fails when a name in an upload reaches a file of this machine."""
    (tmp_path / "secret.toml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "baseline").write_text("not a scenario", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("secret", "secret.toml"):
        with pytest.raises(ScenarioError):
            sharing.scenario_from_text(f'{HEAD}extends = "{name}"')
    assert sharing.scenario_from_text(f'{HEAD}extends = "baseline"').values == {}
