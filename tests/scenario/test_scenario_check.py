"""The effective table, its warnings and the schema for editors tell what a scenario really says."""

import json

import pytest

from partnersim.channels import CHANNELS
from partnersim.scenario import (
    effective_table,
    format_check,
    inputs_used,
    json_schema,
    load_levers,
    load_parameters,
    load_scenario,
    make_scenario,
    read_policy,
    scenario_warnings,
)

LEVERS = load_levers()


def scenario(*policies, **values):
    read = [read_policy({"lever": lever} | keys, LEVERS, "mine.toml", i) for i, (lever, keys) in enumerate(policies, 1)]
    return make_scenario("mine", read, values, parameters={}, levers=LEVERS)


def rows(s, everything=False):
    return {row.name: row for row in effective_table(s, {}, LEVERS, everything)}


def test_the_baseline_differs_in_nothing():
    """Failure: the table shows changes where there are none."""
    assert rows(scenario()) == {}
    assert set(rows(scenario(), everything=True)) == {c.name for c in CHANNELS}


def test_the_table_shows_value_unit_baseline_and_who_changed_it():
    """Failure: a user cannot see what a scenario assumes or why."""
    table = rows(scenario(("partner_coordination", {"strength": 0.5}), lead_visibility=0.2))
    assert set(table) == {
        "lead_visibility",
        "yield_or_join",
        "desk_routing_coordination",
        "desk_days_coordination",
        "peer_ties",
    }
    seen = table["lead_visibility"]
    assert seen.value == pytest.approx(1 - (1 - 0.2) * (1 - 0.5 * 0.7))
    assert (seen.unit, seen.baseline, seen.status) == ("probability", 0.1, "assumed")
    assert seen.changed_by == "[set] in mine, partner_coordination"
    assert "partner_coordination: assumed: a common register" in seen.source
    assert table["desk_days_coordination"].value == 120.0


def test_a_number_of_the_users_own_is_an_assumption():
    """Failure: a guess in a scenario is printed as a measurement."""
    assert rows(scenario(), everything=True)["evaluation_share"].status == "measured"
    own = rows(scenario(evaluation_share=0.3))["evaluation_share"]
    assert (own.value, own.status, own.source) == (0.3, "assumed", "assumed: [set] in mine")


def test_inputs_are_counted_once_and_what_a_scenario_sets_is_assumed():
    """Failure: results say that they rest on fewer assumptions than they do."""

    def inputs(*scenarios):
        return inputs_used(scenarios, {})

    assumed, every = inputs(scenario())
    assert (assumed, every) == (sum(c.status == "assumed" for c in CHANNELS), len(CHANNELS))
    assert inputs(scenario(), scenario()) == (assumed, every)
    assert inputs(scenario(evaluation_share=0.3)) == (assumed + 1, every), "in place of the measured one"
    assert inputs(scenario(), scenario(evaluation_share=0.3)) == (assumed + 1, every + 1)
    lever = LEVERS["partner_coordination"]
    parts = [*lever.active_contributions({}), *lever.active_costs({})]
    used = scenario(("partner_coordination", {}))
    assert inputs(used, used) == (assumed + sum(p.status == "assumed" for p in parts), every + len(parts))


def test_stages_of_a_lever_are_not_added_up():
    """Failure: a lever that is strengthened later seems to act twice."""
    stages = scenario(("partner_coordination", {"end": 12}), ("partner_coordination", {"start": 13, "set": {"peer_ties": 1.0}}))
    assert rows(stages)["peer_ties"].value == 3.0


def test_groups_of_a_lever_are_not_added_up():
    """Failure: a lever with two target groups seems to act twice on each."""
    groups = scenario(*(("company_advisory_groups", {"target": [tier]}) for tier in ("hub", "small")))
    assert rows(groups)["advisory_seats"].value == 8.0


def test_a_clipped_contribution_is_reported():
    """Failure: part of a lever is cut off and nobody is told."""
    clipped = scenario(("company_advisory_groups", {}), insider_leniency=0.95)
    assert scenario_warnings(clipped, LEVERS) == ["insider_leniency would be 1.1 in month 12 and is clipped to 0 to 1"]
    assert scenario_warnings(scenario(("company_advisory_groups", {})), LEVERS) == []


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"strength": 0}, "strength is 0, so it does nothing"),
        ({"adoption": 0}, "adoption is 0"),
        ({"end": 6}, "ends in month 6, before its ramp of 12 months is over"),
    ],
)
def test_a_policy_that_does_less_than_it_seems_is_reported(keys, said):
    """Failure: an idle policy passes for an ineffective one."""
    (found,) = scenario_warnings(scenario(("partner_coordination", keys)), LEVERS)
    assert found.startswith("mine.toml, [[policy]] 1 (partner_coordination): ")
    assert said in found


def test_a_policy_without_effect_is_reported():
    """Failure: a policy whose sizes are all neutral passes for an ineffective one."""
    neutral = {"check_reuse": 0, "badge_trust": 1, "criteria_convergence": 0}
    lever = LEVERS["shared_screening"]
    kept = tuple(c for c in lever.contributions if c.channel in neutral)
    levers = {"shared_screening": type(lever)(**{**vars(lever), "contributions": kept, "costs": ()})}
    idle = read_policy({"lever": "shared_screening", "set": neutral}, levers, "mine.toml")
    used = make_scenario("mine", [idle], parameters={}, levers=levers)
    assert any("contributes nothing" in text for text in scenario_warnings(used, levers))


def test_the_text_for_the_screen_holds_policies_numbers_costs_and_warnings():
    """Failure: `check` leaves out something that decides the results."""
    text = format_check(scenario(("shared_screening", {"end": 6, "options": {"rule": "veto"}})), levers=LEVERS)
    for part in (
        "1-6",
        "rule=veto",
        "flag_sharing",
        "desk",
        "600",
        "a month",
        "entities",
        "warning: mine.toml",
        "assumed",
    ):
        assert part in text
    assert "crisis_rate" not in text
    assert "crisis_rate" in format_check(load_scenario("baseline"), everything=True)


def test_the_schema_knows_every_name_and_limit():
    """Failure: an editor marks good files as wrong, or completes names that the model refuses."""
    schema = json.loads(json.dumps(json_schema()))
    numbers = schema["properties"]["set"]["properties"]
    channels = {c.name for c in CHANNELS if c.baseline == c.baseline}
    assert set(numbers) == channels | set(load_parameters())
    assert (numbers["check_days"]["minimum"], numbers["check_days"]["maximum"]) == (1.0, 30.0)
    assert schema["additionalProperties"] is False
    policy = schema["properties"]["policy"]["items"]
    assert policy["properties"]["lever"]["enum"] == sorted(LEVERS)
    screening = next(b for b in policy["allOf"] if b["if"]["properties"]["lever"]["const"] == "shared_screening")
    then = screening["then"]["properties"]
    assert then["options"]["properties"]["rule"]["enum"] == ["independent", "reused", "pooled", "veto"]
    assert set(then["set"]["properties"]) == {c.channel for c in LEVERS["shared_screening"].contributions}
