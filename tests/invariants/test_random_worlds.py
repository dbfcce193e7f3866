"""Books, counts, lives and bounds hold in every month of random small worlds under random assumptions and policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import audit
import pytest
from hypothesis import given
from random_worlds import laboratories, seeds
from worlds import PARAMETERS, laboratory, phases

from partnersim.simulate import Laboratory
from partnersim.world import LIVE_ROWS, World


def months(lab: Laboratory, seed: int, after: str = "step_book") -> Iterator[World]:
    """The world at the start of the study, then after the named phase of each month."""
    world, tables = lab.start(lab.settled(seed))
    yield world
    for _ in range(lab.months):
        for phase in phases(world, tables):
            if phase == after:
                yield world


@given(laboratories(), seeds)
def test_books_balance(lab: Laboratory, seed: int) -> None:
    """A failure means that time was spent without being booked, or booked without being spent, or cases came or went
    uncounted."""
    worlds = months(lab, seed)
    books, flows = audit.Books(), audit.Flows(next(worlds))
    for world in worlds:
        books(world)
        flows(world)


def test_books_balance_whatever_the_days() -> None:
    """A failure means that some days are booked that are not whole ticks, so that sums depend on their order."""
    odd = {name: p.value * 1.00371 for name, p in PARAMETERS.items() if p.unit.startswith("staff-days")}
    worlds = months(laboratory("all-three", 36, odd, burn_in=12), 1)
    books, flows = audit.Books(), audit.Flows(next(worlds))
    for world in worlds:
        books(world)
        flows(world)


@pytest.mark.parametrize("claim", [audit.counts, audit.lives, audit.bounds], ids=lambda f: f.__name__)
@given(laboratories(), seeds)
def test_the_world_is_consistent(claim: Callable[[World], None], lab: Laboratory, seed: int) -> None:
    """A failure means what the claim's own docstring says."""
    for world in months(lab, seed):
        claim(world)


@given(laboratories(), seeds)
def test_nobody_spends_days_they_do_not_have(lab: Laboratory, seed: int) -> None:
    """A failure means that work gets done on borrowed time: an office books more days than its budget."""
    for world in months(lab, seed, after="step_learn"):
        assert (world.entity["used"] <= world.entity["budget"]).all()
        assert (world.entity["left"] >= 0.0).all()


@given(laboratories(), seeds)
def test_people_add_up(lab: Laboratory, seed: int) -> None:
    """A failure means that people reached do not add up, or that more are reached in a country and goal than are in need."""
    for world in islice(months(lab, seed, after="step_deliver"), 1, None):
        audit.reach(world)


def test_people_are_counted_once() -> None:
    """A failure means that partnerships in one place are credited with the same people twice. Few people live here, so that
    partnerships meet in them."""
    lab = laboratory(months=60, burn_in=0, beyond={"reach_median": 25_000.0})
    world = lab.settled(2)
    world.government["people"] = 100_000.0
    world, tables = lab.start(world)
    met = 0
    for _ in range(lab.months):
        for phase in phases(world, tables):
            if phase == "step_deliver":
                audit.reach(world)
                live = audit.cases(world, LIVE_ROWS)
                met += (live["counted"] < 0.99 * live["reach"])[live["performing"]].sum()
    assert met > 100
