"""Targets are data, read strictly; what the library lacks is said and not guessed."""

from __future__ import annotations

import pytest

from partnersim.scenario import ScenarioError
from partnersim.validation.measures import MEASURES
from partnersim.validation.targets import World, chosen, load_patterns
from partnersim.validation.validate import Missing, scenario_of

GOOD = """
[V1]
title = "t"
source = "S1"
label = "emerged"
why = "w"
[[V1.check]]
measure = "live"
says = "s"
range = [1.0, 2.0]
"""


def _load(tmp_path, text):
    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    return load_patterns(tmp_path)


def test_the_library_has_every_pattern_and_tension_with_a_source():
    patterns = load_patterns()
    assert list(patterns) == [f"V{i}" for i in range(1, 17)] + [f"T{i}" for i in range(1, 21)]
    assert all(p.source and p.checks for p in patterns.values())
    used = {c.name for p in patterns.values() for c in p.checks if c.kind == "measure"}
    assert used <= set(MEASURES)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('measure = "live"', 'measure = "life"', "nearest: live"),
        ('measure = "live"', 'measure = "live"\noutcome = "live"', "one of measure, outcome"),
        ('measure = "live"', "", "one of measure, outcome"),
        ('measure = "live"', 'outcome = "lives"', "nearest: live"),
        ('measure = "live"', 'optimum = "candidate"\noutcome = "live"', "nearest: candidates"),
        ('measure = "live"', 'optimum = "candidates"\noutcome = "live"\nvalues = [1.0, 99.0]', "out of range"),
        ("[1.0, 2.0]", "[2.0, 1.0]", "the lower first"),
        ("[1.0, 2.0]", "[1.0]", "two numbers"),
        ('label = "emerged"', 'label = "proven"', "allowed: definition, emerged, input reproduced"),
        ('says = "s"', 'says = "s"\nwith = { set = { candidatos = 1.0 } }', "nearest: candidates"),
        ('says = "s"', 'says = "s"\nwith = { set = { candidates = 99.0 } }', "out of range"),
        ("[V1]", "[P1]", "V or T and a number"),
        ('source = "S1"', "", "is missing"),
    ],
)
def test_a_mistake_in_a_file_is_said(tmp_path, old, new, said):
    text = GOOD.replace(old, new, 1)
    if new == "[P1]":
        text = text.replace("V1.check", "P1.check")
    with pytest.raises(ScenarioError, match="x.toml") as error:
        _load(tmp_path, text)
    assert said in str(error.value)


def test_open_ends_and_defaults(tmp_path):
    check = _load(tmp_path, GOOD.replace("2.0]", "inf]"))["V1"].checks[0]
    assert (check.target, check.unit, check.here.name, check.months) == ("above 1", "%", "baseline", 120)


def test_a_name_that_is_no_pattern_is_refused():
    with pytest.raises(ScenarioError, match="unknown pattern"):
        chosen(load_patterns(), ["V17"])


def test_equal_worlds_have_equal_names_and_options_are_found_by_their_values():
    a = World({"candidates": 2.0}, ({"lever": "shared_screening", "choose": ["pooled"]},))
    b = World({"candidates": 2.0}, ({"lever": "shared_screening", "choose": ["pooled"]},))
    assert a.name == b.name != World().name == "baseline"
    assert scenario_of(a).policies[0].options["rule"] == "pooled"


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"lever": "no_such_lever"}, "no lever no_such_lever"),
        ({"lever": "shared_screening", "choose": ["quality"]}, "has no option quality"),
    ],
)
def test_what_the_library_lacks_is_missing_from_the_model(policy, said):
    with pytest.raises(Missing, match=said):
        scenario_of(World({}, (policy,)))
