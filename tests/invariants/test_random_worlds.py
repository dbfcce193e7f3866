"""Books, counts, lives and bounds hold in every month of random small worlds under random assumptions and policies."""

from __future__ import annotations

from collections.abc import Callable

import audit
import pytest
from hypothesis import given
from random_worlds import laboratories, seeds
from worlds import PARAMETERS, laboratory

from partnersim.kinds import LIVE_ROWS
from partnersim.ledger import Activity, Side
from partnersim.policy import Tables
from partnersim.simulate import Laboratory, step_by_phases
from partnersim.world import World


def watch(world: World, tables: Tables, months: int, claim: Callable[[World], None], after: str = "step_book") -> None:
    """Make a claim about the world after the named phase of each month."""
    for _ in range(months):
        step_by_phases(world, tables, lambda phase: claim(world) if phase == after else None)


def start(lab: Laboratory, seed: int) -> tuple[World, Tables, int]:
    """The world at the start of the study, its policy tables, and the months of the study."""
    return *lab.start(lab.settled(seed)), lab.months


def balance(lab: Laboratory, seed: int) -> None:
    """Claim that the books balance."""
    run = start(lab, seed)
    books, flows = audit.Books(), audit.Flows(run[0])
    watch(*run, lambda world: [books(world), flows(world)])


@given(laboratories(), seeds)
def test_books_balance(lab: Laboratory, seed: int) -> None:
    """A failure means that time was spent without being booked, or booked without being spent, or cases came or went
    uncounted."""
    balance(lab, seed)


def test_books_balance_whatever_the_days() -> None:
    """A failure means that some days are booked that are not whole ticks, so that sums depend on their order."""
    odd = {name: p.value * 1.00371 for name, p in PARAMETERS.items() if p.unit.startswith("staff-days")}
    balance(laboratory("all-three", 36, odd, burn_in=12), 1)


@pytest.mark.parametrize("claim", [audit.counts, audit.lives, audit.bounds], ids=lambda f: f.__name__)
@given(laboratories(), seeds)
def test_the_world_is_consistent(claim: Callable[[World], None], lab: Laboratory, seed: int) -> None:
    """A failure means what the claim's own docstring says."""
    watch(*start(lab, seed), claim)


def within_budgets(world: World) -> None:
    """Claim that what is booked and what is left are together no more than the budget, at headquarters and in countries."""
    spare = world.entity["left"].copy()
    assert min(spare.min(), world.entity["screen_left"].min()) >= 0.0
    spare[:, Side.HQ] += world.entity["screen_left"]
    assert (world.entity["used"] + spare <= world.entity["budget"]).all()


@given(laboratories(), seeds)
def test_nobody_spends_days_they_do_not_have(lab: Laboratory, seed: int) -> None:
    """A failure means that work gets done on borrowed time: an office books days that were not taken from its budget."""
    watch(*start(lab, seed), within_budgets, after="step_learn")


def test_who_joins_a_bid_pays_for_it() -> None:
    """A failure means that an entity that joins a bid works on it on borrowed time.

    Here all see, all that yield join, and approaches that have waited at a desk join bids begun after them.
    """
    eager = {"lead_visibility": 1.0, "yield_or_join": 1.0, "join_share": 1.0}
    desk = {"desk_routing_coordination": 0.5, "desk_days_coordination": 60.0}
    run = start(laboratory(months=60, beyond={**eager, **desk}, burn_in=24), 1)
    watch(*run, within_budgets, after="step_learn")
    assert run[0].system["days"][0, Side.HQ, Activity.COORDINATION] > 0.0


@given(laboratories(), seeds)
def test_people_add_up(lab: Laboratory, seed: int) -> None:
    """A failure means that people reached do not add up, or that more are reached in a country and goal than are in need."""
    watch(*start(lab, seed), audit.reach, after="step_deliver")


def test_people_are_counted_once() -> None:
    """A failure means that partnerships in one place are credited with the same people twice. Few people live here, so that
    partnerships meet in them."""
    lab = laboratory(months=60, burn_in=0, beyond={"reach_median": 25_000.0})
    world = lab.settled(2)
    world.government["people"] = 100_000.0
    met = []

    def share(world: World) -> None:
        audit.reach(world)
        live = audit.cases(world, LIVE_ROWS)
        met.append((live["counted"] < 0.99 * live["reach"])[live["performing"]].sum())

    watch(*lab.start(world), lab.months, share, after="step_deliver")
    assert sum(met) > 100
