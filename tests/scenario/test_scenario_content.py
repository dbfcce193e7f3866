"""A scenario is differences from the baseline; what is equal in content is equal in every byte that the engine sees."""

import dataclasses
import itertools
import pickle

import numpy as np
import pytest

from partnersim.channels import BY_AXIS, CHANNELS, Rule
from partnersim.scenario import (
    ScenarioError,
    baseline_values,
    charges,
    contributions,
    find_scenario,
    intensity,
    library,
    load_levers,
    load_parameters,
    load_scenario,
    make_scenario,
    parameter_values,
    read_policy,
    refuse_unknown_targets,
    scenario_names,
)
from partnersim.scenario.library import SHELVES
from partnersim.simulate import simulate_many

LEVERS = load_levers()
EFFORT = """
[days_search]
title = "Days to search for a partner"
value = 1.5
unit = "staff-days"
range = [0.75, 3.0]
role = "uncertainty"
status = "assumed"
source = "assumed: for the test"
"""


@pytest.fixture
def parameters(tmp_path):
    folder = tmp_path / "parameters"
    folder.mkdir()
    (folder / "effort.toml").write_text(EFFORT, encoding="utf-8")
    return load_parameters(folder)


@pytest.fixture
def load(tmp_path, parameters):
    """Write a scenario file and load it."""

    def write_and_load(text, name="mine"):
        path = tmp_path / f"{name}.toml"
        path.write_text('title = "T"\n' + text, encoding="utf-8")
        return load_scenario(path, parameters, LEVERS)

    return write_and_load


def policy(**keys):
    return read_policy({"lever": "partner_coordination"} | keys, LEVERS)


def scenario(*policies, **values):
    return make_scenario("test", policies, values, parameters={}, levers=LEVERS)


def arrays(s):
    """Everything the engine reads of a scenario, as bytes."""
    rows = [a.tobytes() for axis in BY_AXIS for a in contributions(s, LEVERS, axis)]
    return [intensity(s, 24).tobytes(), *rows, repr(charges(s, LEVERS)), repr(baseline_values(s))]


def contributed(s, axis):
    """Contributions as sentences: channel, rule, lever, value."""
    rows, values = contributions(s, LEVERS, axis)
    return [
        (BY_AXIS[axis][c].name, Rule(rule).name, s.policies[p].lever, v) for (c, rule, p), v in zip(rows, values, strict=True)
    ]


# --- the shipped files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_loads_and_differs_from_the_baseline(name):
    """Failure: a shipped file is broken, says nothing about itself, or is a baseline under another name."""
    shipped, baseline = load_scenario(name), load_scenario("baseline")
    assert shipped.title
    assert shipped.question
    assert shipped.note
    assert (shipped.digest == baseline.digest) == (name == "baseline")
    assert pickle.loads(pickle.dumps(shipped)) == shipped, "workers get scenarios by pickle"


@pytest.mark.parametrize("paragraph", range(63, 78))
def test_every_recommendation_is_a_scenario(paragraph):
    """Failure: a recommendation of the report cannot be run by its number, or is run with levers that are not about it."""
    (name,) = (name for name in scenario_names() if name.startswith(f"{paragraph}-"))
    policies = load_scenario(name).policies
    assert policies
    assert [p.lever for p in policies if paragraph not in LEVERS[p.lever].paragraphs] == []
    assert not {LEVERS[p.lever].role for p in policies} - {"lever"}


def test_names_of_scenarios_are_unique_over_the_shelves():
    """Failure: which of two files a name means depends on the order of folders."""
    files = [path for shelf in SHELVES for path in (library() / shelf).glob("*.toml")]
    assert len(files) == len(scenario_names()) == len({path.stem for path in files})
    assert all(find_scenario(path.stem) == path for path in files)


def test_no_new_money_is_absorbed_and_worlds_are_no_policy():
    """Failure: a package spends what it says it does not, or an adverse world is a policy in disguise."""
    assert {p.funding for p in load_scenario("no-new-money").policies} == {"absorbed"}
    for path in (library() / "worlds").glob("*.toml"):
        assert {LEVERS[p.lever].role for p in load_scenario(path).policies} <= {"uncertainty"}, path.stem


def test_every_shipped_scenario_runs_and_differs_from_the_baseline():
    """Failure: a scenario of the library cannot be run, or changes nothing in a run."""
    runs = simulate_many(scenario_names(), seeds=2, months=36, size="class")
    first = runs["baseline"].outcomes
    assert [name for name, run in runs.items() if run.outcomes.equals(first)] == ["baseline"]


def test_the_main_scenarios_hold_the_policies_of_their_names():
    """Failure: a study would compare something else than its scenarios say."""
    used = {name: {p.lever for p in load_scenario(name).policies} for name in scenario_names()}
    advisory = {"internal_advisory_group", "company_advisory_groups"}
    assert used["baseline"] == set()
    assert used["central-coordination"] == {"partner_coordination"}
    assert used["shared-screening"] == {"shared_screening"}
    assert used["advisory-groups"] == advisory
    assert used["all-three"] == advisory | {"partner_coordination", "shared_screening"}
    alone = [load_scenario(n).policies for n in ("advisory-groups", "central-coordination", "shared-screening")]
    assert load_scenario("all-three").policies == tuple(itertools.chain(*alone)), "together as each alone"


@pytest.mark.parametrize("name", LEVERS)
def test_a_shipped_lever_at_full_strength_stays_within_bounds(name):
    """Failure: part of a lever's contribution is cut off silently by the bounds of a channel."""
    used = scenario(read_policy({"lever": name}, LEVERS))
    known = {c.name: c for c in CHANNELS}
    for axis in BY_AXIS:
        for channel, rule, _, value in contributed(used, axis):
            if rule == "ADD" and not np.isnan(known[channel].baseline):
                assert known[channel].low <= known[channel].baseline + value <= known[channel].high


# --- order, content and digest ---------------------------------------------------------------------------------------


def test_order_of_policies_and_keys_does_not_matter(load):
    """Failure: moving a block in a file changes results."""
    blocks = [
        '[[policy]]\nlever = "shared_screening"\nend = 60\n',
        '[[policy]]\nlever = "shared_screening"\nstart = 61\noptions = { rule = "veto" }\n',
        '[[policy]]\nlever = "partner_coordination"\ntarget = ["hub", "UNDP"]\n',
        '[[policy]]\ntarget = ["UNICEF"]\nstrength = 1\nlever = "company_advisory_groups"\n',
    ]
    blocks[3] += "set = { forum_ties = 1, advisory_seats = 10 }\n"
    head = "[set]\ndays_search = 2\nbroker_quality = 0.6\n"
    seen = [load(head + "".join(order)) for order in itertools.permutations(blocks)]
    other = [b.replace('["hub", "UNDP"]', '["UNDP", "hub"]').replace("strength = 1", "strength = 1.0") for b in blocks]
    seen.append(load("[set]\nbroker_quality = 0.6\ndays_search = 2.0\n" + "".join(other)))
    assert {s.digest for s in seen} == {seen[0].digest}
    assert all(arrays(s) == arrays(seen[0]) for s in seen)


def test_the_digest_sees_content_and_not_words(load):
    """Failure: finished runs are repeated after a new title, or kept after a new number."""
    block = '[[policy]]\nlever = "partner_coordination"\n'
    plain = load(block).digest
    assert load('question = "Q"\nnote = "N"\n# comment\n' + block, "other").digest == plain
    assert load('population = "un-2011"\nextends = "baseline"\n' + block).digest == plain
    assert load(block + "start = 1\nramp = 12\nstrength = 1.0\nadoption = 1\n").digest == plain, "defaults said aloud"
    assert load("[set]\ndays_search = 1.5\n" + block).digest == plain, "set to the value it has"
    changes = ["start = 2", "ramp = 6", "end = 9", "strength = 0.9", "adoption = 0.9", 'funding = "absorbed"']
    changes += ['target = ["hub"]', "set = { peer_ties = 1.0 }"]
    digests = [load(block + change).digest for change in changes]
    digests += [load("[set]\ndays_search = 2\n" + block).digest, load("[set]\nbroker_quality = 0.6\n" + block).digest]
    assert len({plain, *digests}) == len(digests) + 1


def test_the_digest_sees_levers_parameters_and_population(tmp_path, load, parameters):
    """Failure: results made with older numbers pass for results of the new ones."""
    block = '[[policy]]\nlever = "partner_coordination"\n'
    plain = load(block)
    lever = LEVERS["partner_coordination"]
    cheaper = dataclasses.replace(lever, costs=tuple(dataclasses.replace(c, days=c.days / 2) for c in lever.costs))
    reworded = dataclasses.replace(lever, title="Other words")
    assert load_scenario(plain.path, parameters, LEVERS | {lever.name: cheaper}).digest != plain.digest
    assert load_scenario(plain.path, parameters, LEVERS | {lever.name: reworded}).digest == plain.digest
    harder = {"days_search": dataclasses.replace(parameters["days_search"], value=2.0)}
    assert load_scenario(plain.path, harder, LEVERS).digest != plain.digest
    world = tmp_path / "world"
    world.mkdir()
    (world / "entities.csv").write_text("code\nA\n", encoding="utf-8")
    first = load('population = "world"\n' + block)
    (world / "README.md").write_text("words", encoding="utf-8")
    assert load('population = "world"\n' + block).digest == first.digest
    (world / "entities.csv").write_text("code\nB\n", encoding="utf-8")
    assert load('population = "world"\n' + block).digest not in (first.digest, plain.digest)


# --- extends ---------------------------------------------------------------------------------------------------------


def test_a_child_overrides_values_and_adds_policies(load, tmp_path):
    """Failure: a scenario that builds on another one is not that other one plus its differences."""
    load('extends = "baseline"\n[set]\ndays_search = 2\nbroker_quality = 0.6\n', "grand")
    load('extends = "grand.toml"\n[[policy]]\nlever = "shared_screening"\n', "parent")
    child = load('extends = "parent.toml"\n[set]\ndays_search = 3\n[[policy]]\nlever = "partner_coordination"\n')
    assert child.values == {"broker_quality": 0.6, "days_search": 3.0}
    assert child.set_by == {"broker_quality": "grand", "days_search": "mine"}
    assert [p.lever for p in child.policies] == ["partner_coordination", "shared_screening"]
    assert child.extends == ("parent", "grand", "baseline")
    assert "parent.toml" in child.policies[1].where


def test_a_longer_circle_of_files_is_refused(load, tmp_path):
    """Failure: loading never ends."""
    for name, parent in (("a", "b"), ("b", "c")):
        (tmp_path / f"{name}.toml").write_text(f'title = "T"\nextends = "{parent}.toml"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"b\.toml, key extends: goes round in a circle: c -> a -> b -> c"):
        load('extends = "a.toml"\n', "c")


def test_a_mistake_in_a_parent_names_the_parent(load, tmp_path):
    """Failure: the user searches for the mistake in the wrong file."""
    (tmp_path / "p.toml").write_text('title = "P"\n[set]\ndays_search = 99\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"p\.toml, \[set\], key days_search"):
        load('extends = "p.toml"\n')


# --- contradictions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({"strength": 0.5}, {}, "overlap in month 1 for the same members .they differ in: strength"),
        ({"end": 12}, {"start": 12}, "overlap in month 12"),
        ({"funding": "new"}, {"funding": "absorbed"}, "differ in: funding"),
        ({}, {}, "differ in: nothing, so one is enough"),
        ({}, {"target": ["hub"]}, "differ in: target"),
        ({"target": ["hub", "UNDP"]}, {"target": ["hub"]}, "differ in: target"),
        ({"set": {"peer_ties": 1.0}}, {}, "differ in: set"),
        ({"target": ["hub"]}, {"target": ["small"]}, "moves the whole system .desk_days_coordination"),
    ],
)
def test_two_policies_of_one_lever_for_the_same_members_are_refused(first, second, said):
    """Failure: one thing is set to two values, or counted twice, and nobody is told."""
    with pytest.raises(ScenarioError, match=said):
        scenario(policy(**first), policy(**second))


def test_two_stages_and_two_groups_are_no_contradiction():
    """Failure: a policy cannot be strengthened later, or be stronger for some entities than for others."""
    stages = scenario(policy(end=12, strength=0.5), policy(start=13, ramp=1))
    assert intensity(stages, 14).sum(axis=0)[12:].tolist() == [0.5, 1.0, 1.0]
    groups = [{"lever": "company_advisory_groups", "target": [tier]} for tier in ("hub", "small")]
    assert len(scenario(*(read_policy(g, LEVERS) for g in groups)).policies) == 2


def test_options_of_a_lever_agree_in_the_same_months():
    """Failure: a lever follows two rules at once."""
    rules = [
        {"lever": "shared_screening", "options": {"rule": r}, "target": [t]} for r, t in (("veto", "hub"), ("pooled", "small"))
    ]
    with pytest.raises(ScenarioError, match="choose other options"):
        scenario(*(read_policy(r, LEVERS) for r in rules))


def test_a_target_that_the_population_lacks_is_refused():
    """Failure: a misspelt entity silently drops out of a policy."""
    used = scenario(policy(target=["UNDP", "hubs"]))
    refuse_unknown_targets(used.policies, {"UNDP", "hubs"})
    with pytest.raises(ScenarioError, match='key target: unknown target "hubs"; nearest: hub'):
        refuse_unknown_targets(used.policies, {"UNDP", "hub", "small"})


# --- arrays ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"ramp": 4}, [0, 0.25, 0.5, 0.75, 1, 1, 1]),
        ({"ramp": 0}, [0, 1, 1, 1, 1, 1, 1]),
        ({"ramp": 1}, [0, 1, 1, 1, 1, 1, 1]),
        ({"start": 3, "ramp": 2, "end": 5, "strength": 0.5}, [0, 0, 0, 0.25, 0.5, 0.5, 0]),
        ({"ramp": 4, "end": 2}, [0, 0.25, 0.5, 0, 0, 0, 0]),
        ({"start": 9}, [0] * 7),
        ({"strength": 0}, [0] * 7),
    ],
)
def test_ramp_arithmetic(keys, expected):
    """Failure: a policy works in other months, or more or less strongly, than the file says."""
    assert intensity(scenario(policy(**keys)), 6).tolist() == [expected]


def test_full_strength_is_exact_for_every_ramp():
    """Failure: rounding leaves a policy a hair below full strength, so that equal policies differ."""
    for ramp in range(1, 60):
        assert intensity(scenario(policy(ramp=ramp, strength=0.7)), 60)[0, ramp:].tolist() == [0.7] * (61 - ramp)


def test_a_scenario_without_policy_gives_empty_arrays_of_the_right_shape():
    """Failure: the engine needs a special case for the baseline."""
    empty = scenario()
    rows, values = contributions(empty, LEVERS, "S")
    assert (rows.shape, rows.dtype, values.shape, values.dtype) == ((0, 3), np.int64, (0,), np.float64)
    assert intensity(empty, 5).shape == (0, 6)
    assert charges(empty, LEVERS) == []


@pytest.mark.parametrize(
    ("rule", "moved"),
    [
        ("independent", {}),
        ("reused", {"check_reuse": 1.0}),
        ("pooled", {"check_reuse": 1.0, "raters_pooled": 3.0}),
        ("veto", {"flag_sharing": 1.0}),
    ],
)
def test_the_four_screening_rules_are_corners_of_three_channels(rule, moved):
    """Failure: a screening rule does something else than its name says."""
    used = scenario(read_policy({"lever": "shared_screening", "options": {"rule": rule}}, LEVERS))
    found = {name: v for axis in "SE" for name, _, _, v in contributed(used, axis)}
    assert {n: v for n, v in found.items() if n in ("check_reuse", "raters_pooled", "flag_sharing")} == moved


def test_contributions_come_by_lever_then_channel_then_start():
    """Failure: floating-point sums, and with them results, depend on the file."""
    used = load_scenario("all-three", {}, LEVERS)
    for axis in BY_AXIS:
        order = [(lever, channel) for channel, _, lever, _ in contributed(used, axis)]
        assert order == sorted(order)
    stages = scenario(policy(start=50), policy(end=49, strength=0.5))
    rows, _ = contributions(stages, LEVERS, "E")
    assert [p.start for p in stages.policies] == [1, 50]
    assert rows[:, 2].tolist() == [0, 1] * 4
    assert sum(len(contributed(used, axis)) for axis in BY_AXIS) == 21


def test_a_size_set_in_a_policy_replaces_the_contribution_and_moves_the_price_of_a_desk():
    """Failure: a larger desk costs as much as a small one, so capacity is free."""
    used = scenario(policy(set={"desk_days_coordination": 480.0}, funding="absorbed"))
    assert contributed(used, "S") == [("desk_days_coordination", "ADD", "partner_coordination", 480.0)]
    found = {c.name: c for c in charges(used, LEVERS)}
    assert (found["desk"].days, found["desk"].per, found["desk"].payer) == (480.0, "desk", "secretariat")
    assert (found["notifying"].days, found["notifying"].per) == (6.0, "adopter_year")
    assert all(c.absorbed and c.policy == 0 for c in found.values())


def test_set_changes_baselines_and_parameters_and_nothing_else(load, parameters):
    """Failure: an assumption of the user does not reach the engine, or drags others along."""
    changed = load("[set]\ndays_search = 2\nbroker_quality = 0.6\n")
    assert parameter_values(changed, parameters) == {"days_search": 2.0}
    for axis, values in baseline_values(changed).items():
        for channel, value in zip(BY_AXIS[axis], values, strict=True):
            wanted = 0.6 if channel.name == "broker_quality" else channel.baseline
            assert value == wanted or np.isnan([value, wanted]).all()


def test_a_study_cannot_build_what_a_file_may_not_say():
    """Failure: sweeps leave the ranges that files must keep."""
    with pytest.raises(ScenarioError, match=r"test, \[set\], key check_reuse: 2.0 is out of range"):
        scenario(check_reuse=2.0)
