"""One change, one consequence: what is off changes nothing, order changes nothing, and nothing happens before its month."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import assumptions, laboratories, one_policy, policies, seeds, sizes
from worlds import LEVERS, differences, laboratory, policy, scenario

from partnersim.kinds import FIRST_ENTITY, MAX_POLICIES
from partnersim.ledger import Per
from partnersim.outcomes import outcomes_of
from partnersim.scenario import Policy, ScenarioError
from partnersim.simulate import Laboratory, advance, run_one

MONTHS = 18


def both(one: Laboratory, other: Laboratory, seed: int) -> list[str]:
    """Fields and outcomes in which two laboratories' runs of a seed differ."""
    worlds = [run_one(lab, lab.settled(seed)) for lab in (one, other)]
    outcomes = [outcomes_of(world, lab.months) for world, lab in zip(worlds, (one, other), strict=True)]
    return differences(*worlds) + [name for name in outcomes[0] if repr(outcomes[0][name]) != repr(outcomes[1][name])]


@given(st.data(), assumptions(), sizes(), seeds)
def test_off_is_baseline_bit_for_bit(data: st.DataObject, values: dict[str, float], size: dict[str, int], seed: int) -> None:
    """A failure means that a policy without strength, or that is yet to start, leaves a trace: a difference between
    scenarios would not be caused by policy."""
    off = data.draw(st.sampled_from([{"strength": 0.0}, {"start": MONTHS + 1, "end": MONTHS + 30}]))
    idle = scenario(*data.draw(policies(least=1, **off)), **values)
    assert both(laboratory(idle, MONTHS, **size), laboratory(scenario(**values), MONTHS, **size), seed) == []


@pytest.mark.parametrize("funding", ["new", "absorbed"])
def test_levers_off_leave_desks_that_stood_before_alone(funding: str) -> None:
    """A failure means that a policy without strength pays, or makes others pay, for desks that it has not set up."""
    desks = {f"desk_days_{desk}": 50.0 for desk in ("coordination", "screening", "advisory")}
    idle = scenario(*(policy(lever, strength=0.0, funding=funding) for lever in LEVERS), **desks)
    assert both(laboratory(idle, MONTHS, burn_in=12), laboratory(scenario(**desks), MONTHS, burn_in=12), 2) == []


@pytest.mark.parametrize(
    ("lever", "options"),
    [
        ("partner_coordination", {}),
        ("internal_advisory_group", {}),
        ("company_advisory_groups", {}),
        *(("shared_screening", {"rule": rule, "transparency": False}) for rule in ("independent", "reused", "veto")),
    ],
)
def test_a_lever_that_nobody_takes_up_costs_and_does_nothing(lever: str, options: dict[str, object]) -> None:
    """A failure means that a lever works on those who have not taken it up. New money pays, so only its days may differ."""
    unused = scenario(policy(lever, adoption=0.0, options=options))
    worlds = [run_one(lab, lab.settled(4)) for lab in (laboratory(unused, 36, burn_in=24), laboratory(months=36, burn_in=24))]
    found = [name for name in differences(*worlds) if "days" not in name]
    assert set(found) <= {"system.desk_capacity", "system.book.transaction_before", "system.book.central_before"}
    assert worlds[0].system["book"]["lever_days"][0] + worlds[0].system["book"]["desk_days"][0] > 0.0


@given(st.data(), seeds)
def test_the_order_of_policies_does_not_matter(data: st.DataObject, seed: int) -> None:
    """A failure means that moving a block in a file changes results."""
    chosen = data.draw(policies(least=2))
    shuffled: list[Policy] = data.draw(st.permutations(chosen))
    labs = [laboratory(scenario(*order), MONTHS, burn_in=12) for order in (chosen, shuffled)]
    assert both(*labs, seed) == []


@given(one_policy("company_advisory_groups", target=["UNDP"], strength=1.0, adoption=1.0, ramp=0), seeds)
def test_a_lever_for_one_entity_starts_there_and_then(chosen: Policy, seed: int) -> None:
    """A failure means that a policy acts before its month, or moves the mechanisms of those it does not reach."""
    labs = laboratory(scenario(chosen), MONTHS, burn_in=12), laboratory(months=MONTHS, burn_in=12)
    runs = [lab.start(lab.settled(seed)) for lab in labs]
    reached = FIRST_ENTITY + labs[0].population.codes.index("UNDP")
    for month in range(1, MONTHS + 1):
        for world, tables in runs:
            advance(world, tables, 1)
        one, other = (world for world, _ in runs)
        if month < chosen.start:
            assert differences(one, other) == [], month
        moved = np.flatnonzero(one.chan != other.chan).tolist()
        assert moved == ([reached] if chosen.start <= month <= chosen.last else []), month
    assert differences(*(world for world, _ in runs)), "the lever does something"


@pytest.mark.parametrize("lever", [name for name, lever in LEVERS.items() if lever.costs])
def test_a_policy_that_ends_within_its_ramp_is_paid_no_longer(lever: str) -> None:
    """A failure means that setting up goes on after the end of what is set up, or costs less before it."""
    whole, cut = (laboratory(scenario(policy(lever, start=3, ramp=8, **end)), MONTHS).plan for end in ({}, {"end": 6}))
    assert cut.charge_days[:7].tobytes() == whole.charge_days[:7].tobytes()
    assert whole.charge_days[8:].any()
    assert not cut.charge_days[8:].any()
    assert not cut.charge_days[7, cut.charge_rows[:, 2] < Per.APPRAISAL].any(), "cases of the last month are still to be charged"


def test_policies_beyond_the_room_for_them_are_refused() -> None:
    """A failure means that the days of the last policies overwrite something else."""
    one_a_month = [policy("company_advisory_groups", start=month, end=month) for month in range(1, MAX_POLICIES + 2)]
    laboratory(scenario(*one_a_month[1:]))
    with pytest.raises(ScenarioError, match="65 policies; allowed are at most 64"):
        laboratory(scenario(*one_a_month))


@given(laboratories(months=12), seeds)
def test_a_run_is_a_function_of_its_seed(lab: Laboratory, seed: int) -> None:
    """A failure means that something outlives a run: the same laboratory gives other results the second time."""
    assert both(lab, lab, seed) == []
