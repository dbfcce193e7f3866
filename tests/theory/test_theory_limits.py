"""Limits of the whole model with known answers, exact: skill that nothing moves, one entity, boundless desks, no staff.

Each has its other side: what is nothing in the limit is something beside it. Where a test watches n cases and allows none,
it sees with power 0.9 what befalls a share of 2.3 / n of them.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import power
import pytest
from worlds import differences, laboratory

from partnersim.ledger import Side
from partnersim.simulate import run_one
from partnersim.world import World

NOTHING_MOVES_SKILL = {"staff_turnover": 0.0, "learning_rate": 0.0, "training_rate": 0.0, "exchange_skill": 0.0}


def total(world: World, name: str) -> float:
    return float(world.series[name].sum())


def test_skill_is_constant_without_turnover_and_learning() -> None:
    """A failure means that skill moves by something that the model does not tell of. Exact to the last bit."""
    lab = laboratory("all-three", months=60, beyond=NOTHING_MOVES_SKILL)
    world = run_one(lab, lab.settled(1))
    assert (world.entity["skill"] == lab.values["skill_start"]).all()
    assert total(world, "signed") > 0.0


@pytest.mark.parametrize("name", NOTHING_MOVES_SKILL)
def test_each_of_them_moves_skill(name: str) -> None:
    """A failure means that turnover, practice, training or exchanges have no effect on skill."""
    kept = {other: value for other, value in NOTHING_MOVES_SKILL.items() if other != name}
    lab = laboratory(months=60, beyond={**kept, "secondments": 5.0}, burn_in=24)
    skill = run_one(lab, lab.settled(1)).entity["skill"]
    start = lab.values["skill_start"]
    assert (skill < start).all() if name == "staff_turnover" else (skill > start).any()


def test_one_entity_never_duplicates() -> None:
    """A failure means that an entity competes with itself, or is blamed twice, or that two never compete.

    An error in one approach of 1,000, or in one check of 150, is seen with power 0.9.
    """
    alone, beside = (laboratory(months=120, entities=n) for n in (1, 2))
    world = run_one(alone, alone.settled(1))
    assert power.of_never(int(total(world, "approaches"))) < 1 / 1000
    assert power.of_never(int(total(world, "checks"))) < 1 / 150
    assert total(world, "incidents") > 0.0
    assert total(world, "duplicate_approaches") == total(world, "duplicate_checks") == 0.0
    assert world.system["book"]["largest_cascade"][0] == 1.0
    assert (world.partnership["n_entity"] <= 1).all()
    world = run_one(beside, beside.settled(1))
    assert min(total(world, "duplicate_approaches"), total(world, "duplicate_checks")) > 0.0


DESKS = ("coordination", "screening", "advisory", "country")
ALL_ROUTED = {"desk_routing_coordination": 1.0, "desk_routing_advisory": 1.0, "desk_routing_country": 1.0, "check_reuse": 1.0}


@pytest.mark.parametrize(("days", "waits"), [(5000.0, False), (1.0, True)])
def test_boundless_desks_have_no_queue(days: float, waits: bool) -> None:
    """A failure means that cases wait at a desk that has time for them, or pass one that has none."""
    lab = laboratory(months=36, beyond={**ALL_ROUTED, **{f"desk_days_{desk}": days for desk in DESKS}}, burn_in=24)
    world = run_one(lab, lab.settled(1))
    assert {desk: total(world, f"queue_{desk}") > 0.0 for desk in DESKS} == dict.fromkeys(DESKS, waits)


@pytest.mark.parametrize("desk", ["coordination", "country"])
def test_a_boundless_desk_adds_no_month(desk: str) -> None:
    """A failure means that passing a desk with time for all delays or changes something: only days and the desk may differ.

    No appraisal takes place here, since it weighs the days spent on a case, the desk's among them.
    """
    direct = {"gate_share": 0.0, f"desk_routing_{desk}": 0.0}
    through = {"gate_share": 0.0, f"desk_routing_{desk}": 1.0, f"desk_days_{desk}": 5000.0}
    worlds = []
    for beyond in (direct, through):
        lab = laboratory(months=60, beyond=beyond, burn_in=24)
        worlds.append(run_one(lab, lab.settled(3)))
    found = [name for name in differences(*worlds) if "days" not in name and "desk" not in name]
    assert found == ["system.book.transaction_before", *(["system.book.central_before"] if desk == "coordination" else [])]
    assert total(worlds[0], "signed") > 0.0


@pytest.mark.parametrize("staffed", [False, True])
def test_no_staff_no_partnership(staffed: bool) -> None:
    """A failure means that work gets done that nobody has time for, or that staff do none.

    An idea in 250 that goes further without staff is seen with power 0.9.
    """
    population = laboratory().population
    idle = {name: np.zeros(len(population.codes)) for name in ("hq_staff", "country_staff")}
    empty = dataclasses.replace(population, entity={**population.entity, **idle})
    lab = laboratory(months=120, population=population if staffed else empty, burn_in=0, companies=1000)
    world = run_one(lab, lab.settled(1))
    assert (world.entity["staff_hq"] > 0.0).all() == staffed
    assert power.of_never(int(total(world, "ideas"))) < 1 / 250, "firms propose whether there is staff or not"
    done = [total(world, name) for name in ("approaches", "checks", "approved", "signed", "live")]
    assert [amount > 0.0 for amount in done] == [staffed] * 5
    assert (world.system["days"][0][[Side.HQ, Side.COUNTRY]] > 0.0).any() == staffed
