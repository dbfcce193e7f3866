"""One change, one consequence: a company more changes nothing before it meets anybody."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

import numpy as np
import pytest
from worlds import differences, fields, laboratory

from partnersim import month, rules
from partnersim.kinds import EVENT_ROWS
from partnersim.policy import bind
from partnersim.population.firms import arrive
from partnersim.simulate import Laboratory, advance
from partnersim.world import World, copy_world

KEY = np.uint64(0xABCDEF0123456789)
SEEDS, ARRIVAL, PATIENCE = 12, 50, 60
"""Seeds, each with the newcomer in another part of the world; month of the study after which it is added, and months in which
it should have met somebody."""
COUNTS_IT = (
    "system.n_alive",
    "system.n_worst",
    "series.companies",
    "system.book.exposed_n",
    "system.agenda",
    "company.next_due",
)
"""Counts of companies, and the chain of who is looked at when: it is a link of the chain, the others keep their order."""
LOOKS = ("random_firm", "local_firm")
"""How rules find a company among all, and among those of a country."""


def without(world: World, row: int) -> dict[str, bytes]:
    """Every byte of a world but those of one company's row and what counts it."""
    return {
        name: (np.delete(values, row, axis=0) if name == "home" or name.startswith("company.") else values).tobytes()
        for name, values in fields(world)
        if name not in COUNTS_IT
    }


def meetings(before: World, lab: Laboratory, row: int, patch: pytest.MonkeyPatch) -> tuple[World, list[str]]:
    """Run one month uncompiled and tell how the company in ``row`` met anybody in it: searches that looked at it, and its
    own steps. A search that looks at it leaves no record when another firm seems better."""
    seen = []

    def spy(search: Callable[..., int]) -> Callable[..., int]:
        def looking(*key: object) -> int:
            found = search(*key)
            if found == row:
                seen.append(search.__name__)
            return found

        return looking

    for module in (importlib.import_module(f"partnersim.rules.{m.name}") for m in pkgutil.iter_modules(rules.__path__)):
        for look in LOOKS:
            if hasattr(module, look):
                patch.setattr(module, look, spy(getattr(module, look)))
    tables = bind(before, lab.plan)
    with np.errstate(over="ignore"):
        for phase in month.PHASES:
            plain = getattr(phase, "py_func", phase)
            plain(before, tables) if phase is month.step_policy else plain(before)
    firm, system = before.company[row], before.system[0]
    exposed = row in before.rows[EVENT_ROWS, : system["n_events"]]
    began = firm["hidden_since"] == system["month"]
    left = not firm["alive"] or firm["key"] != KEY
    own = {"leaves": left, "proposes": firm["proposed"] == system["month"], "misbehaves": began or exposed}
    return before, seen + [step for step, taken in own.items() if taken]


def places(world: World) -> set[tuple[int, int]]:
    """Who stands in which row."""
    here = np.flatnonzero(world.company["alive"])
    return set(zip(world.company["key"][here].tolist(), here.tolist(), strict=True))


def first_difference(seed: int, patch: pytest.MonkeyPatch) -> tuple[int, list[str]]:
    """Months after its arrival in which a company first makes a difference, and how it met somebody in that month.

    A later arrival whose key leads to its row takes another, which is a meeting too, though a rare one.
    """
    lab = laboratory(months=ARRIVAL + PATIENCE, burn_in=24)
    world, tables = lab.start(lab.settled(seed))
    advance(world, tables, ARRIVAL)
    other = copy_world(world)
    home = int(np.searchsorted(world.government["home_cdf"], (seed + 0.5) / SEEDS))
    with np.errstate(over="ignore"):
        row = arrive(other, KEY, home, int(world.system["month"][0]))
    assert other.company["key"][row] == KEY
    assert other.system["n_alive"][0] == world.system["n_alive"][0] + 1
    for months in range(1, PATIENCE + 1):
        before = copy_world(other)
        advance(world, tables, 1)
        advance(other, bind(other, lab.plan), 1)
        if without(world, row) != without(other, row):
            again, met = meetings(before, lab, row, patch)
            assert differences(again, other) == [], "the same month, uncompiled"
            return months, met + ["place"] * bool(places(other) - places(world) - {(int(KEY), row)})
    return PATIENCE + 1, ["nobody yet"]


def test_a_company_more_changes_nothing_before_it_meets_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure means that luck is shared: the mere presence of a company moves others, so that differences between
    scenarios hold noise that no policy caused."""
    found = []
    for seed in range(SEEDS):
        with monkeypatch.context() as patch:
            found.append(first_difference(seed, patch))
    assert all(met for _, met in found), "a difference that the company had no part in"
    assert sum(met == ["place"] for _, met in found) <= 4, "hardly another is moved"
    assert sum(months > 3 for months, _ in found) >= 3, "some stay unseen for a quarter, so that there is something to compare"
    assert sum(months <= PATIENCE for months, _ in found) >= 6, "most are met in the end"
