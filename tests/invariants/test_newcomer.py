"""One change, one consequence: a company more changes nothing before it meets anybody."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import pytest
from worlds import differences, fields, laboratory

from partnersim import month, rules
from partnersim.policy import bind
from partnersim.population.firms import arrive
from partnersim.simulate import Laboratory, advance
from partnersim.world import EVENT_ROWS, INBOUND_ROWS, World, copy_world

KEY = np.uint64(0xABCDEF0123456789)
ARRIVAL, PATIENCE = 50, 60
"""Month of the study after which the company is added, and months in which it should have met somebody."""
COUNTS_IT = ("system.n_alive", "series.companies")


def without(world: World, row: int) -> dict[str, bytes]:
    """Every byte of a world but those of one company's row and the count of companies."""
    return {
        name: (np.delete(values, row, axis=0) if name.startswith("company.") else values).tobytes()
        for name, values in fields(world)
        if name not in COUNTS_IT
    }


def meetings(before: World, lab: Laboratory, row: int, patch: pytest.MonkeyPatch) -> tuple[World, list[str]]:
    """Run one month uncompiled and tell how the company in ``row`` met anybody in it: searches that looked at it, and its
    own steps. A search that looks at it leaves no record when another firm seems better."""
    seen = []
    for module in (importlib.import_module(f"partnersim.rules.{m.name}") for m in pkgutil.iter_modules(rules.__path__)):
        if hasattr(module, "random_firm"):

            def looking(*key: object, search=module.random_firm, name=module.__name__) -> int:
                found = search(*key)
                if found == row:
                    seen.append(name)
                return found

            patch.setattr(module, "random_firm", looking)
    tables = bind(before, lab.plan)
    with np.errstate(over="ignore"):
        for phase in month.PHASES:
            plain = getattr(phase, "py_func", phase)
            plain(before, tables) if phase is month.step_policy else plain(before)
            if phase is month.step_world:
                lists = {"proposes": (INBOUND_ROWS, "n_inbound"), "is exposed": (EVENT_ROWS, "n_events")}
                seen += [act for act, (rows, n) in lists.items() if row in before.rows[rows, : before.system[n][0]]]
                seen += [] if before.company["alive"][row] else ["leaves"]
    return before, seen


def first_difference(seed: int, patch: pytest.MonkeyPatch) -> int:
    """Months after its arrival in which a company first makes a difference; asserts that it met somebody in that month."""
    lab = laboratory(months=ARRIVAL + PATIENCE, burn_in=24)
    world, tables = lab.start(lab.settled(seed))
    advance(world, tables, ARRIVAL)
    other = copy_world(world)
    home = int(np.argmax(world.government["firm_rows"]))
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
            assert met, f"seed {seed}: a difference in month {months} after an arrival that nobody met"
            return months
    return PATIENCE + 1


def test_a_company_more_changes_nothing_before_it_meets_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure means that luck is shared: the mere presence of a company moves others, so that differences between
    scenarios hold noise that no policy caused."""
    months = []
    for seed in range(12):
        with monkeypatch.context() as patch:
            months.append(first_difference(seed, patch))
    assert sum(m > 6 for m in months) >= 3, "some stay unseen for half a year, so that there is something to compare"
    assert sum(m <= PATIENCE for m in months) >= 6, "most are met in the end"
