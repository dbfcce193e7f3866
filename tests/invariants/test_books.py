"""What must hold in every world: books that balance to the last bit, and counts that can be recounted."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from partnersim import simulate
from partnersim.ledger import Side
from partnersim.population.sizes import SIZES
from partnersim.world import LIVE_ROWS, OPEN_ROWS, Stage, World

MONTHS = 24


@pytest.fixture(scope="module", params=[("baseline", 1), ("all-three", 2)], ids=lambda p: p[0])
def world(request: pytest.FixtureRequest) -> World:
    scenario, seed = request.param
    lab = simulate.Laboratory(scenario, "class", MONTHS)
    lab.size = dataclasses.replace(SIZES["class"], burn_in=36)
    return simulate.run_one(lab, lab.settled(seed))


def test_days_spent_by_entities_are_days_booked(world: World) -> None:
    """A failure means that an entity's time was spent without being booked, or booked without being spent."""
    days, new = world.system["days"][0], world.system["book"]["new_days"][0]
    un = days[Side.HQ].sum() + days[Side.COUNTRY].sum() - new[Side.HQ] - new[Side.COUNTRY]
    assert un == world.entity["spent"].sum() == world.entity["budgeted"].sum()
    assert days[Side.CENTRAL].sum() == new[Side.CENTRAL]


@pytest.mark.parametrize(("side", "kind"), [(Side.COMPANY, "company"), (Side.GOVERNMENT, "government"), (Side.CIVIL, "civil")])
def test_partners_days_are_days_booked(world: World, side: Side, kind: str) -> None:
    """A failure means that partners' days are not where the ledger says."""
    booked = world.system["days"][0][side].sum() - world.system["book"]["new_days"][0][side]
    left = 0.0
    if kind == "company":
        # Rows of firms that left may be used again, so their days are gone from the table, not from the books.
        left = booked - world.company["spent"].sum()
        assert left >= 0.0
    assert booked - left == getattr(world, kind)["spent"].sum()


def test_firms_places_can_be_recounted(world: World) -> None:
    """A failure means that a firm carries partnerships that do not exist, or exist uncounted."""
    system = world.system[0]
    live = world.partnership[world.rows[LIVE_ROWS, : system["n_live"]]]
    open_cases = world.partnership[world.rows[OPEN_ROWS, : system["n_open"]]]
    counted = {"n_live": np.zeros(world.company.size, int), "n_open": np.zeros(world.company.size, int)}
    for case in live[live["stage"] != Stage.ENDED]:
        np.add.at(counted["n_live"], case["firm"][: case["n_firm"]], 1)
    for case in open_cases[open_cases["stage"] > Stage.COURTED]:
        np.add.at(counted["n_open"], case["firm"][: case["n_firm"]], 1)
    alive = world.company["alive"]
    for name, count in counted.items():
        np.testing.assert_array_equal(world.company[name][alive], count[alive])


def test_people_are_counted_once(world: World) -> None:
    """A failure means that more people are reached in a country and goal than are in need there."""
    need = world.government["need"] * world.government["people"][:, None] * world.system["scale"][0]
    served = np.zeros_like(need)
    for case in world.partnership[world.rows[LIVE_ROWS, : world.system["n_live"][0]]]:
        if case["n_country"] == 1:
            served[case["country"][0], case["goal"]] += case["counted"]
    assert (served <= need * (1 + 1e-9)).all()


def test_no_slack_is_negative(world: World) -> None:
    """A failure means that an entity spent days it did not have."""
    assert (world.entity["slack"] >= 0.0).all()
    assert world.system["n_overflow"][0] == 0
